"""A heading with what belongs to it, ruled off from the next one. Must not know: its contents."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role


class Section(QWidget):
    """A titled block of a page. Add to `content` (a vertical layout)."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(title)
        self._title = QLabel(title.upper(), self)
        self._title.setProperty("kind", "heading")
        self.content = QVBoxLayout()
        self._frame = QVBoxLayout(self)
        self._frame.addWidget(self._title)
        self._frame.addLayout(self.content)
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        painter = QPainter(self)
        painter.setPen(look().colour(Role.LINE))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def _on_look_changed(self) -> None:
        style = look()
        self._title.setFont(style.font(FontRole.HEADING))
        self._frame.setContentsMargins(style.px(16), style.px(12), style.px(16), style.px(12))
        self._frame.setSpacing(style.px(8))
        self.content.setSpacing(style.px(6))
        self.update()
