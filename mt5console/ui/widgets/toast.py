"""Short news over the window's corner: what was seen to happen, with one act if there is one to take.

Must not know: what the news is about. Runs in: GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import LAMP_ROLES, LAMP_WORDS, Lamp
from mt5console.ui.widgets.lamp import LampLabel

MOST_TOASTS = 4
STAYS_MS = 6000


class Toast(QWidget):
    """One piece of news. Bad news and news with an act stay until they are closed.

    Signals:
        closed: it wants to go.
        acted: its button was pressed.
    """

    closed = Signal()
    acted = Signal()

    def __init__(self, words: str, lamp: Lamp = "ok", act: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.words = words
        self.lamp: Lamp = lamp
        self.setAccessibleName(f"{LAMP_WORDS[lamp]}: {words}")
        row = QHBoxLayout(self)
        row.setContentsMargins(look().px(14), look().px(10), look().px(8), look().px(10))
        row.setSpacing(look().px(8))
        row.addWidget(LampLabel("", lamp, self), 0, Qt.AlignmentFlag.AlignTop)
        self._label = QLabel(words, self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self._label, 1)
        if act:
            button = QPushButton(act, self)
            button.setObjectName("toast_act")
            button.clicked.connect(self._on_act)
            row.addWidget(button)
        row.addWidget(self._build_close())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STAYS_MS)
        self._timer.timeout.connect(self.closed)
        self._goes_by_itself = not act and lamp not in ("failing", "warning")

    def _build_close(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("toast_close")
        button.setIcon(look().icon("close"))
        button.setAccessibleName("Close")
        button.clicked.connect(self.closed)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        style = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(style.theme.mixed(LAMP_ROLES[self.lamp], 0.6), 1.0))
        painter.setBrush(style.colour(Role.RAISED))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), style.px(7), style.px(7))
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """The time counts while somebody can read it."""
        super().showEvent(event)
        if self._goes_by_itself:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """No timer runs behind a hidden window."""
        super().hideEvent(event)
        self._timer.stop()

    def _on_act(self) -> None:
        self.acted.emit()
        self.closed.emit()


class Toasts(QWidget):
    """The stack of news in the lower right corner of its parent, newest at the bottom. Empty, it takes no room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toasts")
        self._stack = QVBoxLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._shown: list[Toast] = []
        parent.installEventFilter(self)
        self.hide()

    @property
    def shown(self) -> tuple[Toast, ...]:
        """What is shown now, oldest first."""
        return tuple(self._shown)

    def tell(self, words: str, lamp: Lamp = "ok", act: str = "") -> Toast:
        """Show news; connect to its `acted` for the act. The same words again only stay longer."""
        for known in self._shown:
            if known.words == words:
                self._drop(known)
                break
        if len(self._shown) >= MOST_TOASTS:
            self._drop(self._shown[0])
        toast = Toast(words, lamp, act, self)
        toast.closed.connect(self._on_closed)
        self._shown.append(toast)
        self._stack.addWidget(toast)
        toast.show()
        self._place()
        return toast

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102, N802 - Qt's name
        if watched is self.parent() and event.type() is QEvent.Type.Resize and self._shown:
            self._place()
        return False

    def _on_closed(self) -> None:
        toast = self.sender()
        if isinstance(toast, Toast):
            self._drop(toast)
            self._place()

    def _drop(self, toast: Toast) -> None:
        if toast in self._shown:
            self._shown.remove(toast)
            self._stack.removeWidget(toast)
            toast.hide()
            toast.deleteLater()

    def _place(self) -> None:
        parent = self.parentWidget()
        self.setVisible(bool(self._shown))
        if self._shown and parent is not None:
            width = min(look().px(420), parent.width() - look().px(32))
            self.resize(width, self._stack.heightForWidth(width) if self._stack.hasHeightForWidth() else 0)
            height = max(self.height(), self._stack.sizeHint().height())
            self.setGeometry(
                parent.width() - width - look().px(16), parent.height() - height - look().px(16), width, height
            )
            self.raise_()
