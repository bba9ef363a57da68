"""The look in force: theme, fonts and cached lamps, one for the application. Must not know: views or pictures.

Runs in: GUI thread. Widgets ask `look()` for colours and fonts while they paint and repaint on `changed`.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QIcon, QPixmap
from PySide6.QtWidgets import QApplication

from mt5console.ui.theme.fonts import FontRole, base_pixels, font_of, load_fonts
from mt5console.ui.theme.icons import icon
from mt5console.ui.theme.lamps import lamp_pixmap
from mt5console.ui.theme.palette import DARK, LIGHT, THEMES, Role, Theme, qt_palette
from mt5console.ui.theme.sheet import style_sheet
from mt5console.ui.theme.states import Lamp

_NAME = "mt5console_look"

STYLE_ARGUMENTS = ("-style", "Fusion")
"""What makes a QApplication wear our style from the beginning."""


class Look(QObject):
    """Theme and fonts of the running application.

    Signals:
        changed: theme or size is another one; everything painted is out of date.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(_NAME)
        self._theme = DARK
        self._family = load_fonts()
        self._base_px = base_pixels()
        self._scale = 1.0
        self._fonts: dict[FontRole, QFont] = {}
        self._metrics: dict[FontRole, QFontMetricsF] = {}
        self._lamps: dict[tuple[Lamp, float, float, Role], QPixmap] = {}
        self._colours: dict[Role, QColor] = {}
        self._icons: dict[str, QIcon] = {}

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return self._theme

    @property
    def scale(self) -> float:
        """The size of everything against its usual size."""
        return self._scale

    def colour(self, role: Role) -> QColor:
        """A role's colour in the theme in force. Shared: copy it before changing it."""
        colour = self._colours.get(role)
        if colour is None:
            colour = self._colours[role] = self._theme.colour(role)
        return colour

    def font(self, role: FontRole) -> QFont:
        """A role's font."""
        if role not in self._fonts:
            self._fonts[role] = font_of(role, self._family, self._base_px * self._scale)
        return self._fonts[role]

    def metrics(self, role: FontRole) -> QFontMetricsF:
        """A role's font, measured."""
        if role not in self._metrics:
            self._metrics[role] = QFontMetricsF(self.font(role))
        return self._metrics[role]

    def px(self, pixels: float) -> int:
        """A length of the drawings (at a base font of 13 pixels) in the size in force."""
        return round(pixels * self._base_px * self._scale / 13.0)

    def lamp(self, kind: Lamp, size: float, ratio: float, ground: Role = Role.PANEL) -> QPixmap:
        """A lamp, painted once."""
        key = (kind, size, ratio, ground)
        if key not in self._lamps:
            self._lamps[key] = lamp_pixmap(kind, size, ratio, self._theme, ground)
        return self._lamps[key]

    def icon(self, name: str) -> QIcon:
        """An icon for buttons and menus in the theme in force, drawn once."""
        if name not in self._icons:
            self._icons[name] = icon(name, self._theme)
        return self._icons[name]

    def use_theme(self, name: str) -> None:
        """Use `dark`, `light` or `system` (what the system prefers, dark when it does not say)."""
        if name == "system":
            prefers_light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
            name = (LIGHT if prefers_light else DARK).name
        if name != self._theme.name:
            self._theme = THEMES[name]
            self._refresh()

    def use_scale(self, scale: float) -> None:
        """Make everything larger or smaller; 0.8 to 2."""
        scale = min(2.0, max(0.8, scale))
        if scale != self._scale:
            self._scale = scale
            self._refresh()

    def dress(self, *, style: bool = True) -> None:
        """Give the application its style, palette, font and sheet.

        `style` False: the application was made with `STYLE_ARGUMENTS` (asking for a style later makes PySide load
        every class that a style may be).
        """
        application = QApplication.instance()
        if isinstance(application, QApplication):
            if style:
                application.setStyle("Fusion")
            application.setPalette(qt_palette(self._theme))
            application.setFont(self.font(FontRole.BASE))
            application.setStyleSheet(style_sheet(self._theme))

    def _refresh(self) -> None:
        self._fonts.clear()
        self._metrics.clear()
        self._lamps.clear()
        self._colours.clear()
        self._icons.clear()
        self.dress(style=False)
        self.changed.emit()


def look() -> Look:
    """The application's look, made when it is first asked for."""
    application = QCoreApplication.instance()
    if application is None:
        raise RuntimeError("there is no QApplication yet: make one before anything is painted")
    found = application.findChild(Look, _NAME, Qt.FindChildOption.FindDirectChildrenOnly)
    return found if found is not None else Look(application)
