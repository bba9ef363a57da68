"""A lamp with its word, so that neither shape nor colour stands alone. Must not know: what is checked."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import LAMP_ROLES, LAMP_WORDS, Lamp


class LampLabel(QWidget):
    """A lamp and a word beside it. Its accessible name says both, such as `IPC: failing`."""

    def __init__(self, word: str = "", lamp: Lamp = "unknown", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word = word
        self._lamp: Lamp = lamp
        self._strong = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        look().changed.connect(self._on_look_changed)
        self._name()

    @property
    def lamp(self) -> Lamp:
        """The lamp's kind."""
        return self._lamp

    @property
    def word(self) -> str:
        """The word beside it."""
        return self._word

    def set_lamp(self, lamp: Lamp, word: str | None = None) -> None:
        """Show another lamp, and another word if one is given."""
        if word is not None and word != self._word:
            self._word = word
            self.updateGeometry()
        self._lamp = lamp
        self._name()
        self.update()

    def set_strong(self, strong: bool) -> None:
        """Write the word in the lamp's colour and heavier, as a state's title."""
        self._strong = strong
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        metrics = look().metrics(self._font_role())
        width = look().px(13) + look().px(6) + metrics.horizontalAdvance(self._word)
        return QSize(int(width) + 2, int(max(metrics.height(), look().px(14))) + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        return QSize(look().px(13), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        style, size = look(), look().px(13)
        painter = QPainter(self)
        top = (self.height() - size) // 2
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(QPointF(0.0, top), style.lamp(self._lamp, size, ratio))
        painter.setFont(style.font(self._font_role()))
        painter.setPen(style.colour(LAMP_ROLES[self._lamp] if self._strong else Role.TEXT_SOFT))
        left = size + style.px(6)
        area = QRectF(left, 0.0, max(0, self.width() - left), self.height())
        words = style.metrics(self._font_role()).elidedText(self._word, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.end()

    def _font_role(self) -> FontRole:
        return FontRole.STRONG if self._strong else FontRole.BASE

    def _name(self) -> None:
        self.setAccessibleName(f"{self._word}: {LAMP_WORDS[self._lamp]}" if self._word else LAMP_WORDS[self._lamp])

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()
