"""What stands where there are no terminals to show: a title, a sentence, ways to begin. Must not know: terminals."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import Look, look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

WAITING = ("Waiting for the engine", "The fleet appears as soon as the engine has answered.")
EMPTY = (
    "No terminals yet",
    "The setup goes with you to a first terminal that is up and watched, step by step. The demo shows a simulated "
    "fleet in a window of its own and leaves nothing behind.",
)


class Waiting(QWidget):
    """Holds the fleet view's place in the first frame, and looks as it does before the engine has answered."""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The ground and the words."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.GROUND))
        paint_empty(painter, self.rect(), *WAITING, look())
        painter.end()


class EmptyFleet(QWidget):
    """An empty fleet: the ways to begin, as buttons.

    Signals:
        demo_asked, first_run_asked, add_user_asked: what a person chose.
    """

    demo_asked = Signal()
    first_run_asked = Signal()
    add_user_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty_fleet")
        self.setAccessibleName(EMPTY[0])
        self.setAccessibleDescription(EMPTY[1])
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        self._title = Words(EMPTY[0], Role.TEXT, FontRole.TITLE, self, wraps=False)
        self._words = Words(EMPTY[1], Role.TEXT_SOFT, FontRole.BASE, self)
        for part in (self._title, self._words):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self._column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addLayout(self._build_buttons())
        self._column.addStretch(2)
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _build_buttons(self) -> QHBoxLayout:
        self._row = QHBoxLayout()
        self._row.addStretch(1)
        for name, text, kind, asked in (
            ("first_run_button", "Set up the first terminal…", "primary", self.first_run_asked),
            ("open_demo_button", "Open the demo", "", self.demo_asked),
            ("first_add_user_button", "Add user…", "", self.add_user_asked),
        ):
            button = QPushButton(text, self)
            button.setObjectName(name)
            button.setProperty("kind", kind)
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            button.clicked.connect(asked)
            self._row.addWidget(button)
            if kind:
                self.setFocusProxy(button)
        self._row.addStretch(1)
        return self._row

    def _on_look_changed(self) -> None:
        self._column.setSpacing(look().px(8))
        self._row.setSpacing(look().px(8))
        self._row.setContentsMargins(0, look().px(14), 0, 0)
        width = look().px(520)
        self._words.setFixedSize(width, self._words.heightForWidth(width))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The fleet's ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.GROUND))
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
