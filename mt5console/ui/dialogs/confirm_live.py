"""What an act needs from a person before it may touch money: the login repeated, open positions accepted.

The rules mirror the engine's, which has the last word and refuses what was not confirmed. Must not know: engines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mt5console.ui.dialogs.fields import TickBox
from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.pictures import TerminalPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act on a terminal. `closes`: a living terminal is closed by it. `replaces`: a running robot version ends.

    `instead`: the title of the button that leaves everything as it is.
    """

    title: str
    button: str
    means: str
    touches_money: bool = True
    closes: bool = False
    replaces: bool = False
    instead: str = "Cancel"


ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "start": Act(title="Start", button="Start", means="", touches_money=False),
        "reconnect": Act(title="Reconnect", button="Reconnect", means="", touches_money=False),
        "pause_entries": Act(title="Pause entries", button="Pause", means="", touches_money=False),
        "restart": Act(
            title="Restart",
            button="Restart",
            means="The terminal closes and starts again. Its robots stand still meanwhile and are then proven back.",
            closes=True,
        ),
        "stop": Act(
            title="Stop",
            button="Stop",
            means="The terminal closes and stays closed. Its robots do not trade until somebody starts it.",
            closes=True,
        ),
        "enable_algo": Act(
            title="Enable algo trading",
            button="Enable",
            means="Robots on this terminal may open positions from then on.",
        ),
        "resume_entries": Act(
            title="Resume entries", button="Resume", means="The robot may open positions again from then on."
        ),
        "resume": Act(
            title="Lift the stop",
            button="Lift the stop",
            means="The stop latch is taken away. Robots that were running are put back and may trade.",
        ),
        "release": Act(
            title="Release",
            button="Release",
            means="You have looked: the watchdog acts on this terminal again, and may restart it.",
        ),
        "cancel_deploy": Act(
            title="Cancel the deployment",
            button="Cancel the deployment",
            means="The new version is taken off its chart. The version before it, if one ran, is put back and proven.",
            instead="Let it go on",
        ),
        "deploy": Act(title="Deploy", button="Deploy", means="", replaces=True),
        "remove_robot": Act(
            title="Remove robot",
            button="Remove robot",
            means="The robot is detached, seen gone and forgotten. Its source is kept aside on the disk.",
            replaces=True,
        ),
        "remove_user": Act(
            title="Remove user",
            button="Remove user",
            means="The terminal's directory is moved aside and its password is forgotten.",
        ),
    }
)
"""Acts by the name that menus and buttons use for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What has to be confirmed: the account's login (real money), and open positions (None when that is not asked)."""

    login: bool
    positions: str | None

    @property
    def nothing(self) -> bool:
        """Whether the act is safe as it stands."""
        return not self.login and self.positions is None


def needed(terminal: TerminalPicture, act: str, *, insist: str = "", replaces: bool = True) -> Needed:
    """What a person has to confirm before `act`. `insist`: the code of the engine's refusal, when it wanted more.

    `replaces`: whether a running version would really end (a first deployment replaces nothing).
    """
    rules = ACTS[act]
    lives = terminal.pid is not None
    closes = rules.closes and lives
    login = terminal.counts_as_real and rules.touches_money and (closes or not rules.closes)
    at_stake = closes or (rules.replaces and replaces and lives)
    asks = at_stake and (bool(terminal.positions) or (terminal.positions is None and terminal.counts_as_real))
    if insist in ("live_not_confirmed", "confirm_live"):
        login = True
    if insist == "positions_open":
        asks = True
    return Needed(login=login, positions=positions_words(terminal.positions) if asks else None)


def positions_words(count: int | None) -> str:
    """How many positions are open, and what that means while no robot guards them."""
    if count is None:
        return "Whether positions are open is not known. Go on even if some are left without their robot for a while."
    if count == 0:
        return "Go on even if positions are open and left without their robot for a while."
    held = "1 position is open" if count == 1 else f"{count} positions are open"
    left = "It keeps its" if count == 1 else "They keep their"
    return (
        f"{held}. Go on all the same. {left} stop loss and take profit at the broker, but no robot manages "
        f"{'it' if count == 1 else 'them'} meanwhile; what the market does then may cost money."
    )


class ConfirmBox(QWidget):
    """The confirmations an act needs, one under the other; invisible when nothing is needed.

    Signals:
        changed: what was confirmed is different now.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._login: int | None = None
        self._needed = Needed(login=False, positions=None)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(look().px(8))
        self._even = TickBox(self)
        self._even.setObjectName("even_with_positions")
        self._even_words = Words("", Role.WARNING, FontRole.BASE, self)
        even = QHBoxLayout()
        even.setSpacing(look().px(8))
        even.addWidget(self._even, 0, Qt.AlignmentFlag.AlignTop)
        even.addWidget(self._even_words, 1)
        rows.addLayout(even)
        self._live_words = Words("", Role.LIVE, FontRole.BASE, self)
        self._typed = QLineEdit(self)
        self._typed.setObjectName("confirm_live")
        self._typed.setAccessibleName("Login of the real account, repeated")
        self._typed.setMaximumWidth(self._typed.fontMetrics().horizontalAdvance("0" * 24))
        rows.addWidget(self._live_words)
        rows.addWidget(self._typed)
        self._even.toggled.connect(self._on_even_toggled)
        self._typed.textChanged.connect(self._on_typed)
        self.setVisible(False)

    def ask(self, terminal: TerminalPicture, wanted: Needed) -> None:
        """Ask for this; what was confirmed before stays confirmed while the same is asked."""
        same = terminal.login == self._login and wanted == self._needed
        self._login, self._needed = terminal.login, wanted
        self._even.setVisible(wanted.positions is not None)
        self._even_words.setVisible(wanted.positions is not None)
        self._even_words.setText(wanted.positions or "")
        self._even.setAccessibleName(wanted.positions or "")
        self._live_words.setVisible(wanted.login)
        self._typed.setVisible(wanted.login)
        kind = "is a real account" if terminal.trade_mode == "real" else "may be a real account (its kind is not known)"
        self._live_words.setText(
            f"{terminal.login}@{terminal.account_server} {kind}: this touches real money. Type its login to confirm."
        )
        self._typed.setPlaceholderText(f"{terminal.login}")
        if not same:
            self._even.setChecked(False)
            self._typed.clear()
        self.setVisible(not wanted.nothing)
        self.changed.emit()

    def arguments(self) -> dict[str, Any] | None:
        """The confirmations as arguments of the request; None while something is missing."""
        found: dict[str, Any] = {}
        if self._needed.login:
            if self._login is None or self._typed.text().strip() != str(self._login):
                return None
            found["confirm_live"] = self._login
        if self._needed.positions is not None:
            if not self._even.isChecked():
                return None
            found["even_with_positions"] = True
        return found

    def _on_even_toggled(self, _on: bool) -> None:
        self.changed.emit()

    def _on_typed(self, _text: str) -> None:
        self.changed.emit()


class ConfirmDialog(FramedDialog):
    """Asks for what an act needs on one terminal.

    Signals:
        confirmed: a dict of extra arguments for the request (`confirm_live`, `even_with_positions`).
    """

    confirmed = Signal(object)

    def __init__(
        self, terminal: TerminalPicture, act: str, parent: QWidget | None = None, *, insist: str = "", words: str = ""
    ) -> None:
        rules = ACTS[act]
        super().__init__("confirm_dialog", f"{rules.title} · {terminal.name}", words or rules.means, parent)
        self.add_money_badge(terminal.trade_mode)
        self.box = ConfirmBox(self)
        self.body.addWidget(self.box)
        self.body.addStretch(1)
        self._cancel = self.add_button("cancel_button", rules.instead)
        live = " (LIVE)" if terminal.counts_as_real else ""
        self._confirm = self.add_button("confirm_button", f"{rules.button}{live}", "danger", default=True)
        self._cancel.clicked.connect(self.reject)
        self._confirm.clicked.connect(self._on_confirm)
        self.box.changed.connect(self._on_box_changed)
        self.box.ask(terminal, needed(terminal, act, insist=insist))
        self.setMinimumWidth(self.em(46))
        self._on_box_changed()

    def _on_box_changed(self) -> None:
        self._confirm.setEnabled(self.box.arguments() is not None)

    def _on_confirm(self) -> None:
        given = self.box.arguments()
        if given is not None:
            self.confirmed.emit(given)
            self.accept()


def ask_act(
    parent: QWidget | None,
    terminal: TerminalPicture,
    act: str,
    then: Callable[[dict[str, Any]], None],
    *,
    insist: str = "",
) -> ConfirmDialog | None:
    """Call `then` with the extra arguments of the act: at once when it is safe, else when a person has confirmed.

    Waits in no loop. `insist`: the code with which the engine refused the act before. Runs in: GUI thread.
    """
    if needed(terminal, act, insist=insist).nothing:
        then({})
        return None
    dialog = ConfirmDialog(terminal, act, parent, insist=insist)
    dialog.confirmed.connect(then)
    dialog.open()
    return dialog
