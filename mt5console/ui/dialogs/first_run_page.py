"""What the first run's pages share: a title, a sentence, and a list of points that scrolls. Must not know: any step."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from mt5console.ui.dialogs.fields import scrolled
from mt5console.ui.dialogs.stages_view import SIDE, StagesView
from mt5console.ui.models.stages_model import StageRow, StagesModel
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words


class FirstRunPage(QWidget):
    """A step's page. The subclass adds to `rows`, which keeps to the dialog's side."""

    def __init__(self, name: str, title: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.rows = QVBoxLayout()
        self.rows.setContentsMargins(look().px(SIDE), look().px(16), look().px(SIDE), look().px(12))
        self.rows.setSpacing(look().px(8))
        self._title = Words(title, Role.TEXT, FontRole.NAME, self)
        self._words = Words(words, Role.TEXT_SOFT, FontRole.BASE, self)
        self.rows.addWidget(self._title)
        self.rows.addWidget(self._words)
        self._column.addLayout(self.rows)

    def explain(self, words: str) -> None:
        """Another sentence under the title."""
        self._words.say(words)

    def add_points(self, name: str, title: str) -> StagesModel:
        """A list of points that takes the rest of the page; gives what it shows."""
        model = StagesModel(self)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(StagesView(model, name, title, inside, pad=7, timed=False))
        column.addStretch(1)
        self._column.addWidget(scrolled(inside, self), 1)
        return model

    def add_stretch(self) -> None:
        """Nothing fills the rest of the page."""
        self._column.addStretch(1)


def fill(model: StagesModel, rows: tuple[StageRow, ...]) -> None:
    """Show these rows; the same ones again cost nothing."""
    if rows != model.rows:
        model.set_rows(rows)
