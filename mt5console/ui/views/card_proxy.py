"""Stand-ins for painted cards: what screen readers, tools and tests take hold of. Must not know: how cards look.

The fleet view paints every card itself. For each card in sight it lays one invisible `CardProxy` over the painting:
`terminal_<user_id>` with `deploy_button`, `restart_button`, `stop_button` and `more_button` in it. They paint nothing
and let the mouse through to the view; what they give is names, roles, places and clicks.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QPushButton, QWidget

from mt5console.ui.views.card_facts import StillFacts
from mt5console.ui.views.card_layout import DEPLOY, MORE, RESTART

STOP = "stop"
ACTS = (DEPLOY, RESTART, STOP, MORE)


class InvisibleButton(QPushButton):
    """A button that others paint."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing: the view has painted it."""


class CardProxy(QWidget):
    """One card in sight.

    Signals:
        asked: `(user_id, act)` when one of its buttons was pressed by something else than the mouse on the view.
    """

    asked = Signal(object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.user_id = 0
        self._facts: StillFacts | None = None
        self._read_only = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # A mask beside the widget: Qt passes over it and its buttons in every frame, at no cost.
        self.setMask(QRegion(-2, -2, 1, 1))
        self.buttons: dict[str, InvisibleButton] = {}
        for act in ACTS:
            button = InvisibleButton(act.capitalize(), self)
            button.setObjectName(f"{act}_button")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(self._on_clicked)
            self.buttons[act] = button
        self.hide()

    def stand_for(self, facts: StillFacts, read_only: bool) -> None:
        """Speak for this card from now on."""
        if facts.user_id != self.user_id:
            self.user_id = facts.user_id
            self.setObjectName(f"terminal_{facts.user_id}")
            for act, button in self.buttons.items():
                button.setAccessibleName(f"{act.capitalize()} {facts.name}")
        if facts is self._facts and read_only == self._read_only:
            return
        self._facts, self._read_only = facts, read_only
        self.setAccessibleName(facts.spoken)
        for act, button in self.buttons.items():
            usable = not read_only and (act == MORE or not facts.is_busy)
            if button.isEnabled() != usable:
                button.setEnabled(usable)

    def place(self, rect: QRect, buttons: Mapping[str, QRect]) -> None:
        """Lie over the card. The stop button has no painting of its own: it lies over the menu that holds Stop."""
        if self.geometry() != rect:
            self.setGeometry(rect)
        for act, button in self.buttons.items():
            place = buttons.get(MORE if act == STOP else act)
            button.setVisible(place is not None)
            if place is not None and button.geometry() != place:
                button.setGeometry(place)
        if not self.isVisible():
            self.show()

    def _on_clicked(self) -> None:
        button = self.sender()
        for act, mine in self.buttons.items():
            if mine is button:
                self.asked.emit(self.user_id, act)
