"""The console's typeface in its sizes, always with figures of one width. Must not know: colours or widgets.

Inter is shipped in resources/fonts (SIL Open Font License); when it cannot be loaded, the system's font serves.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QGuiApplication

from mt5console.core.resources import resource_path

FAMILY = "Inter"
BASE_PX = 13.0
LARGE_TEXT_PX = 17
"""A system font of this many pixels or more is a person's wish for large text, and is followed."""

_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")
_NUMBERS_TAG = "tnum"


class FontRole(StrEnum):
    """What a font is for; sizes are shares of the base size."""

    BASE = "base"
    STRONG = "strong"
    SMALL = "small"
    SMALL_STRONG = "small_strong"
    TINY = "tiny"
    BADGE = "badge"
    BUTTON = "button"
    NAME = "name"
    TITLE = "title"
    HEADING = "heading"
    MONO = "mono"


_SHAPES: dict[FontRole, tuple[float, QFont.Weight]] = {
    FontRole.BASE: (1.0, QFont.Weight.Normal),
    FontRole.STRONG: (1.0, QFont.Weight.DemiBold),
    FontRole.SMALL: (12.0 / 13.0, QFont.Weight.Normal),
    FontRole.SMALL_STRONG: (12.0 / 13.0, QFont.Weight.DemiBold),
    FontRole.TINY: (11.0 / 13.0, QFont.Weight.Normal),
    FontRole.BADGE: (10.5 / 13.0, QFont.Weight.DemiBold),
    FontRole.BUTTON: (12.5 / 13.0, QFont.Weight.Medium),
    FontRole.NAME: (15.0 / 13.0, QFont.Weight.DemiBold),
    FontRole.TITLE: (18.0 / 13.0, QFont.Weight.DemiBold),
    FontRole.HEADING: (11.0 / 13.0, QFont.Weight.DemiBold),
    FontRole.MONO: (12.0 / 13.0, QFont.Weight.Normal),
}


def load_fonts() -> str:
    """Load the shipped typeface; gives the family to use (the system's own when the files are missing)."""
    loaded = [QFontDatabase.addApplicationFont(str(resource_path("fonts", name))) for name in _FILES]
    return QGuiApplication.font().family() if -1 in loaded else FAMILY


def base_pixels() -> float:
    """The base size in logical pixels: ours, or the system's when the system asks for large text."""
    system = QFontInfo(QGuiApplication.font()).pixelSize()
    return float(system) if system >= LARGE_TEXT_PX else BASE_PX


def font_of(role: FontRole, family: str, base_px: float) -> QFont:
    """The font of a role. Digits are of one width, so that numbers do not tremble as they change."""
    share, weight = _SHAPES[role]
    if role is FontRole.MONO:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    else:
        font = QFont(family)
        font.setFeature(QFont.Tag(_NUMBERS_TAG), 1)
        font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    font.setPixelSize(max(9, round(base_px * share)))
    font.setWeight(weight)
    if role in (FontRole.BADGE, FontRole.HEADING):
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 105.0)
    return font
