"""Colours by their names; values are 0xBBGGRR, the web colours of the same names.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

CONSTANTS: Final = """
color:
   clrBlack=0x000000 clrDarkGreen=0x006400 clrDarkSlateGray=0x4f4f2f clrOlive=0x008080 clrGreen=0x008000
   clrTeal=0x808000 clrNavy=0x800000 clrPurple=0x800080 clrMaroon=0x000080 clrIndigo=0x82004b
   clrMidnightBlue=0x701919 clrDarkBlue=0x8b0000 clrDarkOliveGreen=0x2f6b55 clrSaddleBrown=0x13458b
   clrForestGreen=0x228b22 clrOliveDrab=0x238e6b clrSeaGreen=0x578b2e clrDarkGoldenrod=0x0b86b8
   clrDarkSlateBlue=0x8b3d48 clrSienna=0x2d52a0 clrMediumBlue=0xcd0000 clrBrown=0x2a2aa5 clrDarkTurquoise=0xd1ce00
   clrDimGray=0x696969 clrLightSeaGreen=0xaab220 clrDarkViolet=0xd30094 clrFireBrick=0x2222b2
   clrMediumVioletRed=0x8515c7 clrMediumSeaGreen=0x71b33c clrChocolate=0x1e69d2 clrCrimson=0x3c14dc
   clrSteelBlue=0xb48246 clrGoldenrod=0x20a5da clrMediumSpringGreen=0x9afa00 clrLawnGreen=0x00fc7c
   clrCadetBlue=0xa09e5f clrDarkOrchid=0xcc3299 clrYellowGreen=0x32cd9a clrLimeGreen=0x32cd32 clrOrangeRed=0x0045ff
   clrDarkOrange=0x008cff clrOrange=0x00a5ff clrGold=0x00d7ff clrYellow=0x00ffff clrChartreuse=0x00ff7f
   clrLime=0x00ff00 clrSpringGreen=0x7fff00 clrAqua=0xffff00 clrDeepSkyBlue=0xffbf00 clrBlue=0xff0000
   clrMagenta=0xff00ff clrRed=0x0000ff clrGray=0x808080 clrSlateGray=0x908070 clrPeru=0x3f85cd
   clrBlueViolet=0xe22b8a clrLightSlateGray=0x998877 clrDeepPink=0x9314ff clrMediumTurquoise=0xccd148
   clrDodgerBlue=0xff901e clrTurquoise=0xd0e040 clrRoyalBlue=0xe16941 clrSlateBlue=0xcd5a6a clrDarkKhaki=0x6bb7bd
   clrIndianRed=0x5c5ccd clrMediumOrchid=0xd355ba clrGreenYellow=0x2fffad clrMediumAquamarine=0xaacd66
   clrDarkSeaGreen=0x8fbc8f clrTomato=0x4763ff clrRosyBrown=0x8f8fbc clrOrchid=0xd670da clrMediumPurple=0xdb7093
   clrPaleVioletRed=0x9370db clrCoral=0x507fff clrCornflowerBlue=0xed9564 clrDarkGray=0xa9a9a9
   clrSandyBrown=0x60a4f4 clrMediumSlateBlue=0xee687b clrTan=0x8cb4d2 clrDarkSalmon=0x7a96e9 clrBurlyWood=0x87b8de
   clrHotPink=0xb469ff clrSalmon=0x7280fa clrViolet=0xee82ee clrLightCoral=0x8080f0 clrSkyBlue=0xebce87
   clrLightSalmon=0x7aa0ff clrPlum=0xdda0dd clrKhaki=0x8ce6f0 clrLightGreen=0x90ee90 clrAquamarine=0xd4ff7f
   clrSilver=0xc0c0c0 clrLightSkyBlue=0xface87 clrLightSteelBlue=0xdec4b0 clrLightBlue=0xe6d8ad
   clrPaleGreen=0x98fb98 clrThistle=0xd8bfd8 clrPowderBlue=0xe6e0b0 clrPaleGoldenrod=0xaae8ee
   clrPaleTurquoise=0xeeeeaf clrLightGray=0xd3d3d3 clrWheat=0xb3def5 clrNavajoWhite=0xaddeff clrMoccasin=0xb5e4ff
   clrLightPink=0xc1b6ff clrGainsboro=0xdcdcdc clrPeachPuff=0xb9daff clrPink=0xcbc0ff clrBisque=0xc4e4ff
   clrLightGoldenrod=0xd2fafa clrBlanchedAlmond=0xcdebff clrLemonChiffon=0xcdfaff clrBeige=0xdcf5f5
   clrAntiqueWhite=0xd7ebfa clrPapayaWhip=0xd5efff clrCornsilk=0xdcf8ff clrLightYellow=0xe0ffff
   clrLightCyan=0xffffe0 clrLinen=0xe6f0fa clrLavender=0xfae6e6 clrMistyRose=0xe1e4ff clrOldLace=0xe6f5fd
   clrWhiteSmoke=0xf5f5f5 clrSeashell=0xeef5ff clrIvory=0xf0ffff clrHoneydew=0xf0fff0 clrAliceBlue=0xfff8f0
   clrLavenderBlush=0xf5f0ff clrMintCream=0xfafff5 clrSnow=0xfafaff clrWhite=0xffffff
"""
