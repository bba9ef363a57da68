"""The named colours of MQL5 (`clrRed` …), as red, green, blue in six hexadecimal digits.

A colour's number in MQL5 has red in its lowest byte. Must not know: inputs.
"""

from __future__ import annotations

NO_COLOUR = 0xFFFFFFFF
"""clrNONE."""

_NAMED = """
Black 000000, DarkGreen 006400, DarkSlateGray 2f4f4f, Olive 808000, Green 008000, Teal 008080, Navy 000080
Purple 800080, Maroon 800000, Indigo 4b0082, MidnightBlue 191970, DarkBlue 00008b, DarkOliveGreen 556b2f
SaddleBrown 8b4513, ForestGreen 228b22, OliveDrab 6b8e23, SeaGreen 2e8b57, DarkGoldenrod b8860b
DarkSlateBlue 483d8b, Sienna a0522d, MediumBlue 0000cd, Brown a52a2a, DarkTurquoise 00ced1, DimGray 696969
LightSeaGreen 20b2aa, DarkViolet 9400d3, FireBrick b22222, MediumVioletRed c71585, MediumSeaGreen 3cb371
Chocolate d2691e, Crimson dc143c, SteelBlue 4682b4, Goldenrod daa520, MediumSpringGreen 00fa9a, LawnGreen 7cfc00
CadetBlue 5f9ea0, DarkOrchid 9932cc, YellowGreen 9acd32, LimeGreen 32cd32, OrangeRed ff4500, DarkOrange ff8c00
Orange ffa500, Gold ffd700, Yellow ffff00, Chartreuse 7fff00, Lime 00ff00, SpringGreen 00ff7f, Aqua 00ffff
DeepSkyBlue 00bfff, Blue 0000ff, Magenta ff00ff, Red ff0000, Gray 808080, SlateGray 708090, Peru cd853f
BlueViolet 8a2be2, LightSlateGray 778899, DeepPink ff1493, MediumTurquoise 48d1cc, DodgerBlue 1e90ff
Turquoise 40e0d0, RoyalBlue 4169e1, SlateBlue 6a5acd, DarkKhaki bdb76b, IndianRed cd5c5c, MediumOrchid ba55d3
GreenYellow adff2f, MediumAquamarine 66cdaa, DarkSeaGreen 8fbc8f, Tomato ff6347, RosyBrown bc8f8f, Orchid da70d6
MediumPurple 9370db, PaleVioletRed db7093, Coral ff7f50, CornflowerBlue 6495ed, DarkGray a9a9a9
SandyBrown f4a460, MediumSlateBlue 7b68ee, Tan d2b48c, DarkSalmon e9967a, BurlyWood deb887, HotPink ff69b4
Salmon fa8072, Violet ee82ee, LightCoral f08080, SkyBlue 87ceeb, LightSalmon ffa07a, Plum dda0dd, Khaki f0e68c
LightGreen 90ee90, Aquamarine 7fffd4, Silver c0c0c0, LightSkyBlue 87cefa, LightSteelBlue b0c4de
LightBlue add8e6, PaleGreen 98fb98, Thistle d8bfd8, PowderBlue b0e0e6, PaleGoldenrod eee8aa
PaleTurquoise afeeee, LightGray d3d3d3, Wheat f5deb3, NavajoWhite ffdead, Moccasin ffe4b5, LightPink ffb6c1
Gainsboro dcdcdc, PeachPuff ffdab9, Pink ffc0cb, Bisque ffe4c4, LightGoldenrod fafad2, BlanchedAlmond ffebcd
LemonChiffon fffacd, Beige f5f5dc, AntiqueWhite faebd7, PapayaWhip ffefd5, Cornsilk fff8dc, LightYellow ffffe0
LightCyan e0ffff, Linen faf0e6, Lavender e6e6fa, MistyRose ffe4e1, OldLace fdf5e6, WhiteSmoke f5f5f5
Seashell fff5ee, Ivory fffff0, Honeydew f0fff0, AliceBlue f0f8ff, LavenderBlush fff0f5, MintCream f5fffa
Snow fffafa, White ffffff
"""


def rgb_number(red: int, green: int, blue: int) -> int:
    """The number of a colour, each part 0 to 255."""
    return red | green << 8 | blue << 16


def _table() -> dict[str, int]:
    found = {"clrNONE": NO_COLOUR}
    for entry in _NAMED.replace("\n", ",").split(","):
        name, _, digits = entry.strip().partition(" ")
        if digits:
            found[f"clr{name}"] = rgb_number(int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))
    return found


COLOURS = _table()
"""Number of each named colour."""

NAME_OF_COLOUR = {number: name for name, number in reversed(COLOURS.items())}
"""Name of each number that has one."""
