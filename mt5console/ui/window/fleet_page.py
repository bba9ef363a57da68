"""The fleet's page: how it is shown and how it stands as a whole, above the fleet view. Must not know: acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mt5console.ui.theme.look import look
from mt5console.ui.views.emptiness import Waiting

if TYPE_CHECKING:
    from mt5console.ui.pictures import FleetPicture
    from mt5console.ui.views.emptiness import EmptyFleet
    from mt5console.ui.views.fleet_view import FleetView

MODES = ("cards", "table")


class FleetPage(QWidget):
    """Signals:
    live_only_changed: whether only real accounts are to be shown.
    add_user_asked: its button, above the fleet or in the middle of an empty one.
    demo_asked, first_run_asked: the buttons of an empty fleet.
    view_built: the FleetView, which is there from now on.
    """

    live_only_changed = Signal(bool)
    add_user_asked = Signal()
    demo_asked = Signal()
    first_run_asked = Signal()
    view_built = Signal(object)

    def __init__(self, *, read_only: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleet_page")
        self._read_only = read_only
        self._offers = False
        self._empty: EmptyFleet | None = None
        self._fleet: FleetPicture | None = None
        self._shown: tuple[int, int] = (0, 0)
        self._view: FleetView | None = None
        self._mode = "cards"
        self._waiting = Waiting(self)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._build_head())
        column.addWidget(self._waiting, 1)
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()
        self.set_mode("cards")

    @property
    def view(self) -> FleetView:
        """The fleet view: built when it is first asked for, so that the first frame does without."""
        return self._view if self._view is not None else self._build_view()

    @property
    def has_view(self) -> bool:
        """Whether the fleet view is there already."""
        return self._view is not None

    def _build_view(self) -> FleetView:
        from mt5console.ui.views.fleet_view import FleetView

        view = self._view = FleetView(self)
        view.set_read_only(self._read_only)
        view.set_mode("table" if self._mode == "table" else "cards")
        view.shown_changed.connect(self._on_shown_changed)
        self._column.replaceWidget(self._waiting, view)
        self._waiting.hide()
        self._waiting.deleteLater()
        view.show()
        self.view_built.emit(view)
        return view

    @property
    def mode(self) -> str:
        """`cards` or `table`."""
        return self._mode

    @property
    def live_only(self) -> bool:
        """Whether only real accounts are shown."""
        return self._live.isChecked()

    def set_mode(self, mode: str) -> None:
        """Show `cards` or the dense `table`."""
        self._mode = "table" if mode == "table" else "cards"
        if self._view is not None:
            self._view.set_mode("table" if mode == "table" else "cards")
        for name, button in self._modes.items():
            button.setChecked(name == self._mode)

    def set_fleet(self, fleet: FleetPicture) -> None:
        """Show this picture."""
        self._fleet = fleet
        self.view.set_fleet(fleet)
        self._show_summary()
        self._show_offers()

    def offer_first_run(self) -> None:
        """An empty fleet offers demo and wizard from now on; one whose only terminal is not up yet, the wizard."""
        self._offers = not self._read_only
        self._show_offers()

    def _show_offers(self) -> None:
        fleet = self._fleet
        is_empty = self._offers and fleet is not None and not fleet.terminals
        if is_empty and self._empty is None:
            from mt5console.ui.views.emptiness import EmptyFleet

            self._empty = EmptyFleet(self)
            self._empty.demo_asked.connect(self.demo_asked)
            self._empty.first_run_asked.connect(self.first_run_asked)
            self._empty.add_user_asked.connect(self.add_user_asked)
            self._column.addWidget(self._empty, 1)
        if self._empty is not None and self._empty.isHidden() == is_empty:
            has_focus = self.view.hasFocus() or self._empty.isAncestorOf(self.focusWidget() or self)
            self._empty.setVisible(is_empty)
            self.view.setVisible(not is_empty)
            if has_focus:
                (self._empty if is_empty else self.view).setFocus(Qt.FocusReason.OtherFocusReason)
        self._go_on.setVisible(self._offers and fleet is not None and _is_unfinished(fleet))

    def _build_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(look().px(14), look().px(9), look().px(16), look().px(1))
        row.setSpacing(look().px(6))
        self._modes: dict[str, QPushButton] = {}
        for mode in MODES:
            button = QPushButton(mode.capitalize(), self)
            button.setObjectName(f"{mode}_button")
            button.setProperty("mode", mode)
            button.setCheckable(True)
            button.clicked.connect(self._on_mode_clicked)
            self._modes[mode] = button
            row.addWidget(button)
        self._live = QPushButton("Real accounts only", self)
        self._live.setObjectName("live_only_button")
        self._live.setCheckable(True)
        self._live.setToolTip("Show only accounts with real money, and those whose kind is not known")
        self._live.toggled.connect(self.live_only_changed)
        row.addWidget(self._live)
        row.addStretch(1)
        self._summary = QLabel("", self)
        self._summary.setObjectName("fleet_summary")
        self._summary.setProperty("kind", "soft")
        row.addWidget(self._summary)
        row.addSpacing(look().px(8))
        self._go_on = QPushButton("Go on with the setup…", self)
        self._go_on.setObjectName("first_run_again_button")
        self._go_on.setToolTip("The first terminal is not up yet: the setup begins at its first open step")
        self._go_on.clicked.connect(self.first_run_asked)
        self._go_on.hide()
        row.addWidget(self._go_on)
        self._add = QPushButton("Add user…", self)
        self._add.setObjectName("add_user_button")
        self._add.clicked.connect(self.add_user_asked)
        self._add.setVisible(not self._read_only)
        row.addWidget(self._add)
        return row

    def _show_summary(self) -> None:
        terminals = self._fleet.terminals if self._fleet is not None else ()
        if not terminals:
            self._summary.setText("")
            return
        shown, of = self._shown
        count = f"{len(terminals)} terminal{'' if len(terminals) == 1 else 's'}"
        if shown != of:
            count = f"{shown} of {count}"
        beating = sum(terminal.beating for terminal in terminals)
        expected = sum(terminal.expected for terminal in terminals)
        words = f"{count}  ·  {beating} of {expected} robots beating  ·  worst first"
        if words != self._summary.text():
            self._summary.setText(words)

    def _on_mode_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self.set_mode(str(button.property("mode")))

    def _on_shown_changed(self, shown: int, of: int) -> None:
        self._shown = (shown, of)
        self._show_summary()

    def _on_look_changed(self) -> None:
        self._modes["cards"].setIcon(look().icon("fleet"))
        self._modes["table"].setIcon(look().icon("table"))
        self._add.setIcon(look().icon("add"))


def _is_unfinished(fleet: FleetPicture) -> bool:
    """Whether its one terminal has not been brought up yet, as far as can be seen."""
    if len(fleet.terminals) != 1:
        return False
    only = fleet.terminals[0]
    return only.state != "healthy" and not only.expected
