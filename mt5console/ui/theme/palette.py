"""Colours by role, dark and light, and Qt's palette made from them. Must not know: widgets, states or fonts.

Every text role reads at 4.5:1 or better on the ground, the panel and the raised surface of its theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from PySide6.QtGui import QColor, QPalette


class Role(StrEnum):
    """What a colour is for; views ask for roles and never for colours."""

    GROUND = "ground"
    PANEL = "panel"
    RAISED = "raised"
    HOVER = "hover"
    PRESSED = "pressed"
    SUNKEN = "sunken"
    LINE = "line"
    LINE_STRONG = "line_strong"
    SELECTED = "selected"
    TEXT = "text"
    TEXT_SOFT = "text_soft"
    TEXT_FAINT = "text_faint"
    ACCENT = "accent"
    ACCENT_FILL = "accent_fill"
    ON_ACCENT = "on_accent"
    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"
    UNKNOWN = "unknown"
    QUARANTINED = "quarantined"
    LIVE = "live"


TEXT_ROLES = (
    Role.TEXT,
    Role.TEXT_SOFT,
    Role.TEXT_FAINT,
    Role.ACCENT,
    Role.OK,
    Role.WARNING,
    Role.FAILING,
    Role.UNKNOWN,
    Role.QUARANTINED,
    Role.LIVE,
)
"""Roles that words are written in."""

SURFACES = (Role.GROUND, Role.PANEL, Role.RAISED, Role.SUNKEN, Role.SELECTED)
"""Roles that words are written on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One set of colours. `colours` holds every role as #rrggbb."""

    name: str
    is_dark: bool
    colours: Mapping[Role, str]

    def colour(self, role: Role) -> QColor:
        """The role's colour, opaque."""
        return QColor(self.colours[role])

    def mixed(self, role: Role, share: float, ground: Role = Role.PANEL) -> QColor:
        """`share` (0..1) of a role's colour over a ground, as an opaque colour: tints without alpha."""
        over, under = self.colour(role), self.colour(ground)
        pairs = ((over.red(), under.red()), (over.green(), under.green()), (over.blue(), under.blue()))
        return QColor(*(round(share * above + (1.0 - share) * below) for above, below in pairs))


DARK = Theme(
    name="dark",
    is_dark=True,
    colours=MappingProxyType(
        {
            Role.GROUND: "#0e1318",
            Role.PANEL: "#141b22",
            Role.RAISED: "#1a232c",
            Role.HOVER: "#222d38",
            Role.PRESSED: "#10171d",
            Role.SUNKEN: "#10161c",
            Role.LINE: "#26313c",
            Role.LINE_STRONG: "#3a4856",
            Role.SELECTED: "#132435",
            Role.TEXT: "#e8eef4",
            Role.TEXT_SOFT: "#9fb0bf",
            Role.TEXT_FAINT: "#8496a6",
            Role.ACCENT: "#5aa2ff",
            Role.ACCENT_FILL: "#1d4f8f",
            Role.ON_ACCENT: "#f4f8fc",
            Role.OK: "#43c08f",
            Role.WARNING: "#e7b04a",
            Role.FAILING: "#ff6b75",
            Role.UNKNOWN: "#7f8d9a",
            Role.QUARANTINED: "#b794ff",
            Role.LIVE: "#ff9d5c",
        }
    ),
)

LIGHT = Theme(
    name="light",
    is_dark=False,
    colours=MappingProxyType(
        {
            Role.GROUND: "#edf1f5",
            Role.PANEL: "#ffffff",
            Role.RAISED: "#f3f6f9",
            Role.HOVER: "#e6ecf2",
            Role.PRESSED: "#d9e1e9",
            Role.SUNKEN: "#f5f8fa",
            Role.LINE: "#d3dce4",
            Role.LINE_STRONG: "#b3c0cc",
            Role.SELECTED: "#e2eefb",
            Role.TEXT: "#10202e",
            Role.TEXT_SOFT: "#42566a",
            Role.TEXT_FAINT: "#52667a",
            Role.ACCENT: "#0b5cc4",
            Role.ACCENT_FILL: "#1a66cc",
            Role.ON_ACCENT: "#ffffff",
            Role.OK: "#0a6e48",
            Role.WARNING: "#855300",
            Role.FAILING: "#b81f30",
            Role.UNKNOWN: "#566877",
            Role.QUARANTINED: "#6d3fc0",
            Role.LIVE: "#a04300",
        }
    ),
)

THEMES: Mapping[str, Theme] = MappingProxyType({DARK.name: DARK, LIGHT.name: LIGHT})


def luminance(colour: QColor) -> float:
    """Relative luminance, 0 for black and 1 for white, as WCAG 2 defines it."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """Contrast of two opaque colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def qt_palette(theme: Theme) -> QPalette:
    """Qt's own palette in the theme's colours, for the Fusion style."""
    parts = {
        QPalette.ColorRole.Window: Role.GROUND,
        QPalette.ColorRole.WindowText: Role.TEXT,
        QPalette.ColorRole.Base: Role.PANEL,
        QPalette.ColorRole.AlternateBase: Role.RAISED,
        QPalette.ColorRole.Text: Role.TEXT,
        QPalette.ColorRole.Button: Role.RAISED,
        QPalette.ColorRole.ButtonText: Role.TEXT,
        QPalette.ColorRole.BrightText: Role.FAILING,
        QPalette.ColorRole.ToolTipBase: Role.RAISED,
        QPalette.ColorRole.ToolTipText: Role.TEXT,
        QPalette.ColorRole.PlaceholderText: Role.TEXT_FAINT,
        QPalette.ColorRole.Highlight: Role.ACCENT_FILL,
        QPalette.ColorRole.HighlightedText: Role.ON_ACCENT,
        QPalette.ColorRole.Link: Role.ACCENT,
        QPalette.ColorRole.LinkVisited: Role.QUARANTINED,
        QPalette.ColorRole.Light: Role.LINE_STRONG,
        QPalette.ColorRole.Midlight: Role.LINE,
        QPalette.ColorRole.Mid: Role.LINE,
        QPalette.ColorRole.Dark: Role.LINE,
        QPalette.ColorRole.Shadow: Role.GROUND,
        QPalette.ColorRole.Accent: Role.ACCENT,
    }
    palette = QPalette()
    for part, role in parts.items():
        palette.setColor(part, theme.colour(role))
    for part in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, theme.mixed(Role.TEXT_FAINT, 0.7))
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, theme.colour(Role.LINE))
    return palette
