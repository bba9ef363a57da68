"""Lamps and thin lines of the dialogs: they follow theme and size. Must not know: what stands beside them."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from mt5console.ui.theme.lamps import paint_lamp
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import Lamp


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
