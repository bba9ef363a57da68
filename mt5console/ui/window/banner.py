"""The line under the top bar for what holds for everything: engine lost, watchdog off. Must not know: the desk."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from mt5console.ui.pictures import ConnectionPicture
from mt5console.ui.theme.look import look
from mt5console.ui.theme.states import LAMP_ROLES, Lamp
from mt5console.ui.widgets.lamp import LampLabel

GOOD_NEWS_MS = 8000
_LAMPS: dict[str, Lamp] = {"connected": "ok", "starting": "busy", "lost": "failing", "gone": "failing"}
_MODES = {
    "observe": "The watchdog only observes: it says what it would do and does nothing.",
    "off": "The watchdog is off: nothing is healed, and nobody is told what breaks.",
}


class Banner(QWidget):
    """Hidden while there is nothing to say. What concerns the connection comes before what concerns the mode."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("connection_banner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(look().px(16), look().px(7), look().px(16), look().px(8))
        row.setSpacing(look().px(8))
        self._lamp = LampLabel("", "busy", self)
        self._label = QLabel("", self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self._lamp)
        row.addWidget(self._label, 1)
        self._kind: Lamp = "busy"
        self._connection: ConnectionPicture | None = None
        self._mode = "on"
        self._trouble = ""
        self._good_news = QTimer(self)
        self._good_news.setSingleShot(True)
        self._good_news.timeout.connect(self._on_good_news_read)
        look().changed.connect(self.update)
        self.hide()

    @property
    def words(self) -> str:
        """What it says now; empty while it is hidden."""
        return self._label.text() if not self.isHidden() else ""

    def set_connection(self, picture: ConnectionPicture) -> None:
        """Say how the engine can be reached; good news go away by themselves."""
        self._connection = picture
        self._good_news.stop()
        if picture.is_connected and picture.words:
            self._good_news.start(GOOD_NEWS_MS)
        self._show()

    def set_mode(self, mode: str, trouble: str = "") -> None:
        """Say what the watchdog does not do; `trouble`: why it does nothing at all."""
        if (mode, trouble) != (self._mode, self._trouble):
            self._mode, self._trouble = mode, trouble
            self._show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        role = LAMP_ROLES[self._kind]
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().theme.mixed(role, 0.12))
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), look().theme.mixed(role, 0.45))
        painter.end()

    def _show(self) -> None:
        connection = self._connection
        if connection is not None and connection.words:
            self._say(connection.words, _LAMPS.get(connection.state, "unknown"))
        elif self._trouble:
            self._say(f"The engine does nothing until it can store its state: {self._trouble}", "failing")
        elif self._mode in _MODES:
            self._say(_MODES[self._mode], "warning")
        else:
            self.hide()

    def _say(self, words: str, lamp: Lamp) -> None:
        self._kind = lamp
        self._lamp.set_lamp(lamp)
        self._label.setText(words)
        self.setAccessibleName(words)
        self.show()
        self.update()

    def _on_good_news_read(self) -> None:
        if self._connection is not None:
            self._connection = ConnectionPicture(state=self._connection.state)
        self._show()
