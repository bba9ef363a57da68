"""The frame that all dialogs share: a heading, a body, one line of news, buttons. Must not know: any one dialog.

Dialogs are shown with `open()`; none waits in a loop of its own.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mt5console.ui.dialogs.labels import Rule
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.badge import Badge
from mt5console.ui.widgets.words import Words

MARGIN = 20
GAP = 12


class FramedDialog(QDialog):
    """A dialog with a title line, a sentence of what it means, a body and a foot of buttons. `bleed`: the body goes to
    the edges, its parts keep their own margins.

    Closed dialogs delete themselves; keep no reference to one that has finished.
    """

    def __init__(
        self, name: str, title: str, words: str = "", parent: QWidget | None = None, *, bleed: bool = False
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._sized = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        margin = look().px(MARGIN)
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._build_head(title, words, margin))
        self._layout.addWidget(Rule(self))
        self.body = QVBoxLayout()
        inside = (0, 0, 0, 0) if bleed else (margin, look().px(GAP), margin, margin)
        self.body.setContentsMargins(*inside)
        self.body.setSpacing(look().px(GAP))
        self._layout.addLayout(self.body, 1)
        self._layout.addWidget(Rule(self))
        self._layout.addWidget(self._build_foot(margin))

    def _on_look_changed(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, look().colour(Role.PANEL))
        self.setPalette(palette)

    def _build_head(self, title: str, words: str, margin: int) -> QWidget:
        head = QWidget(self)
        # Words are never squeezed for the sake of the body.
        head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        rows = QVBoxLayout(head)
        rows.setContentsMargins(margin, look().px(14), margin, look().px(GAP))
        rows.setSpacing(look().px(5))
        self._title_row = QHBoxLayout()
        self._title_row.setSpacing(look().px(8))
        self._title = Words(title, Role.TEXT, FontRole.TITLE, head)
        self._title.setWordWrap(False)
        self._title_row.addWidget(self._title)
        self._title_row.addStretch(1)
        rows.addLayout(self._title_row)
        self._words = Words(words, Role.TEXT_SOFT, FontRole.BASE, head)
        self._words.setVisible(bool(words))
        rows.addWidget(self._words)
        return head

    def _build_foot(self, margin: int) -> QWidget:
        foot = QWidget(self)
        # Nor is the news.
        foot.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._foot = QHBoxLayout(foot)
        self._foot.setContentsMargins(margin, look().px(GAP), margin, look().px(GAP))
        self._foot.setSpacing(look().px(8))
        self.news = Words("", Role.TEXT_SOFT, FontRole.BASE, foot)
        self.news.setObjectName("dialog_news")
        self._foot.addWidget(self.news, 1)
        return foot

    def set_heading(self, title: str, words: str) -> None:
        """Change what the dialog is about."""
        self.setWindowTitle(title)
        self._title.setText(title)
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def add_money_badge(self, trade_mode: str) -> Badge:
        """Put what kind of money it is about behind the title."""
        badge = Badge(parent=self)
        badge.setObjectName("money_badge")
        badge.set_money(trade_mode)
        self._title_row.insertWidget(1, badge)
        return badge

    def add_button(self, name: str, text: str, kind: str = "", *, default: bool = False) -> QPushButton:
        """Add a button to the foot, to the right of those before it. `kind`: empty, primary or danger."""
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAutoDefault(default)
        button.setDefault(default)
        set_kind(button, kind)
        self._foot.addWidget(button)
        return button

    def say(self, words: str, role: Role = Role.TEXT_SOFT) -> None:
        """News beside the buttons; a dialog that is too low for them makes room, as soon as they are laid out."""
        self.news.set_role(role)
        self.news.setText(words)
        QTimer.singleShot(0, self, self._on_said)

    def _on_said(self) -> None:
        self._layout.invalidate()
        self._layout.activate()
        least = self._layout.totalMinimumHeightForWidth(self.width())
        if self._sized and least > self.height():
            self.resize(self.width(), least)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """As high as its words at its width, from the first moment."""
        if not self._sized:
            self._sized = True
            width = max(self.minimumWidth(), self.minimumSizeHint().width())
            self.resize(width, self._needed_height(width))
            self.grow()
        super().showEvent(event)

    def keep_size(self) -> None:
        """The size was chosen already: the first show leaves it alone."""
        self._sized = True

    def grow(self) -> None:
        """Make room for words that have become longer, as soon as they are laid out."""
        QTimer.singleShot(0, self, self._on_grow)

    def _on_grow(self) -> None:
        needed = self._needed_height(self.width())
        if needed > self.height():
            self.resize(self.width(), needed)

    def _needed_height(self, width: int) -> int:
        self._layout.invalidate()
        self._layout.activate()
        if not self._layout.hasHeightForWidth():
            return self.minimumSizeHint().height()
        return max(self._layout.totalHeightForWidth(width), self._layout.totalMinimumHeightForWidth(width))

    def em(self, count: float) -> int:
        """A length in widths of the letter m, so that sizes follow the font."""
        return round(count * self.fontMetrics().horizontalAdvance("m"))


def set_kind(button: QPushButton, kind: str) -> None:
    """Make a button primary, dangerous or plain (the style sheet's `kind`)."""
    if button.property("kind") != kind:
        button.setProperty("kind", kind)
        button.style().unpolish(button)
        button.style().polish(button)
