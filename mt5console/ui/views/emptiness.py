"""What stands where there are no terminals to show: a title and a sentence, in the middle. Must not know: terminals."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import Look, look
from mt5console.ui.theme.palette import Role

WAITING = ("Waiting for the engine", "The fleet appears as soon as the engine has answered.")


class Waiting(QWidget):
    """Holds the fleet view's place in the first frame, and looks as it does before the engine has answered."""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The ground and the words."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.GROUND))
        paint_empty(painter, self.rect(), *WAITING, look())
        painter.end()


def paint_empty(painter: QPainter, area: QRect, title: str, words: str, style: Look) -> None:
    """What an empty view says, in its middle."""
    metrics = style.metrics(FontRole.TITLE)
    middle = area.center() - QPoint(0, style.px(20))
    painter.setFont(style.font(FontRole.TITLE))
    painter.setPen(style.colour(Role.TEXT))
    above = QRect(area.left(), middle.y() - round(metrics.height()), area.width(), round(metrics.height()))
    painter.drawText(above, Qt.AlignmentFlag.AlignCenter, title)
    painter.setFont(style.font(FontRole.BASE))
    painter.setPen(style.colour(Role.TEXT_SOFT))
    below = QRect(area.left() + style.px(20), middle.y() + style.px(8), area.width() - style.px(40), style.px(60))
    painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, words)
