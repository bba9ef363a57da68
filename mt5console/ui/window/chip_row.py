"""The counts by state as chips that filter; what does not fit goes into a menu. Must not know: terminals."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from mt5console.ui.theme.look import look
from mt5console.ui.theme.states import title_of, worst_first
from mt5console.ui.widgets.state_chip import StateChip


class ChipRow(QWidget):
    """One chip for every state that some terminal is in, worst first.

    Signals:
        states_changed: the frozenset of states that are filtered for; empty for all.
    """

    states_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("state_counts")
        self._chips: dict[str, StateChip] = {}
        self._counts: dict[str, int] = {}
        self._states: frozenset[str] = frozenset()
        self._walked: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more = QToolButton(self)
        self._more.setObjectName("more_states")
        self._more.setAccessibleName("More states")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(QMenu(self._more))
        self._more.setStyleSheet("QToolButton::menu-indicator { image: none; } QToolButton { padding: 4px 8px; }")
        self._more.hide()
        look().changed.connect(self._arrange)

    @property
    def states(self) -> frozenset[str]:
        """What is filtered for."""
        return self._states

    def set_states(self, states: frozenset[str]) -> None:
        """Filter for these; tells nobody."""
        self._states = states
        self._show_checks()

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """How many terminals are in each state; a state that is filtered for keeps its chip at zero."""
        shown = {state: counts.get(state, 0) for state in counts if counts[state]} | {
            state: counts.get(state, 0) for state in self._states
        }
        if shown == self._counts:
            return
        for state in [state for state in self._chips if state not in shown]:
            chip = self._chips.pop(state)
            chip.hide()
            chip.deleteLater()
        for state, count in shown.items():
            chip = self._chips.get(state) or self._add(state)
            if chip.count != count:
                chip.set_count(count)
        self._counts = shown
        self._show_checks()
        self._arrange()

    def sizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        chips = [chip.sizeHint() for chip in self._chips.values()]
        width = sum(size.width() for size in chips) + look().px(6) * max(0, len(chips) - 1)
        return QSize(width, max((size.height() for size in chips), default=look().px(28)))

    def minimumSizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        return QSize(look().px(80), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102, N802 - Qt's name
        super().resizeEvent(event)
        self._arrange()

    def _add(self, state: str) -> StateChip:
        chip = self._chips[state] = StateChip(state, self)
        chip.setObjectName(f"count_{state}")
        chip.clicked.connect(self._on_clicked)
        return chip

    def _arrange(self) -> None:
        """Place what fits, worst first; the rest is named in a menu."""
        gap = look().px(6)
        order = worst_first(self._chips)
        more_width = look().px(72)
        left = 0
        hidden: list[str] = []
        for place, state in enumerate(order):
            chip = self._chips[state]
            size = chip.sizeHint()
            room = self.width() - (0 if place == len(order) - 1 and not hidden else more_width + gap)
            if hidden or left + size.width() > room:
                hidden.append(state)
                chip.hide()
                continue
            chip.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())
            chip.show()
            left += size.width() + gap
        self._arrange_more(hidden, left)
        self._order_tabs(order)
        self.updateGeometry()

    def _order_tabs(self, order: list[str]) -> None:
        """The keyboard walks them worst first, as they are seen, and not as their states came up."""
        if order != self._walked:
            self._walked = order
            for before, after in pairwise([*(self._chips[state] for state in order), self._more]):
                QWidget.setTabOrder(before, after)

    def _arrange_more(self, hidden: list[str], left: int) -> None:
        self._more.setVisible(bool(hidden))
        if not hidden:
            return
        size = self._more.sizeHint()
        self._more.setText(f"{sum(self._counts[state] for state in hidden)} more…")
        self._more.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())
        menu = self._more.menu()
        menu.clear()
        for state in hidden:
            action = QAction(f"{self._counts[state]} {title_of(state).lower()}", menu)
            action.setData(state)
            action.setCheckable(True)
            action.setChecked(state in self._states)
            action.triggered.connect(self._on_triggered)
            menu.addAction(action)

    def _show_checks(self) -> None:
        for state, chip in self._chips.items():
            chip.setChecked(state in self._states)

    def _on_clicked(self) -> None:
        chip = self.sender()
        if isinstance(chip, StateChip):
            self._toggle(chip.state)

    def _on_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._toggle(str(action.data()))

    def _toggle(self, state: str) -> None:
        self._states = self._states ^ {state}
        self._show_checks()
        self.states_changed.emit(self._states)
