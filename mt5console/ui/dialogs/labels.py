"""Words in a colour by role, lamps, thin lines: they follow theme and size. Must not know: what they say."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.lamps import paint_lamp
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import Lamp


class RoleLabel(QLabel):
    """Text in one of the theme's roles; wraps, is never taken for markup, and can be selected with the mouse."""

    def __init__(
        self,
        text: str = "",
        role: Role = Role.TEXT,
        font: FontRole = FontRole.BASE,
        parent: QWidget | None = None,
        *,
        times: float = 1.0,
    ) -> None:
        super().__init__(text, parent)
        self._role = role
        self._font = font
        self._times = times
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def set_role(self, role: Role) -> None:
        """Write in another role from now on."""
        if role != self._role:
            self._role = role
            self._on_look_changed()

    def _on_look_changed(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, look().colour(self._role))
        self.setPalette(palette)
        font = QFont(look().font(self._font))
        font.setPixelSize(round(font.pixelSize() * self._times))
        self.setFont(font)


class LampSign(QWidget):
    """One lamp as a widget, as high as the words beside it."""

    def __init__(self, parent: QWidget | None = None, *, size: float = 24.0) -> None:
        super().__init__(parent)
        self._kind: Lamp = "unknown"
        self._size = size
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def set_lamp(self, kind: Lamp) -> None:
        """Show another lamp."""
        self._kind = kind
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the lamp."""
        paint_lamp(QPainter(self), QRectF(self.rect()), self._kind, look().theme)

    def _on_look_changed(self) -> None:
        self.setFixedSize(look().px(self._size), look().px(self._size))


class Rule(QWidget):
    """A thin line between two parts of a dialog."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        look().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the line."""
        QPainter(self).fillRect(self.rect(), look().colour(Role.LINE))
