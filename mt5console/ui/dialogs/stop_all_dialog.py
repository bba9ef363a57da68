"""Stopping every robot, with proof per terminal, and lifting the stop again. Both ask for their word.

Must not know: how robots are stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mt5console.core.errors import CANNOT_ACT
from mt5console.ui.dialogs.confirm_live import ACTS, ConfirmBox, needed
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.fields import scrolled, word_field
from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.dialogs.stages_view import SIDE, StagesView
from mt5console.ui.models.stages_model import RUNNING, StageRow, StagesModel
from mt5console.ui.pictures import Answer, Json, OperationPicture, TerminalPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

STOP_WORD = "STOP"
START_WORD = "START"

_STOP_MEANS = (
    "Every robot of every terminal is told to open nothing more and is taken off its chart; each terminal proves it. "
    "Open positions stay open: they keep their stop loss and take profit at the broker, but no robot manages them. "
    "Deployments are refused until a person lifts the stop, user by user."
)
_NOBODY_ACTS = CANNOT_ACT | {"no_engine"}
"""Codes after which nobody stops anything, unless a person does."""
_WITHOUT_ENGINE = (
    f"Take it that the robots still trade. On the command line `mt5console stop-all --word {STOP_WORD}` stops them "
    "without the engine, by files that each robot reads (with the window's --base-dir, if it has one)."
)


class StopAllDialog(FramedDialog):
    """Asks for the word, then shows the proof terminal by terminal.

    Signals:
        stopped: the OperationPicture of the stop, once it has ended.
    """

    stopped = Signal(object)

    def __init__(self, desk: EngineDesk, parent: QWidget | None = None) -> None:
        super().__init__("stop_all_dialog", "Stop all robots", _STOP_MEANS, parent, bleed=True)
        self._errands = Errands(desk, self)
        terminals = len(desk.fleet.terminals)
        robots = sum(len(terminal.robot_pictures) for terminal in desk.fleet.terminals)
        positions = [terminal.positions for terminal in desk.fleet.terminals]
        self._counts = Words(_counted(robots, terminals, positions), Role.TEXT, FontRole.STRONG, self)
        self._asked = Words(f"Type {STOP_WORD} to stop them all.", Role.FAILING, FontRole.BASE, self)
        self._word = word_field("stop_word", f"The word {STOP_WORD}", self)
        question = QVBoxLayout()
        question.setContentsMargins(look().px(SIDE), look().px(12), look().px(SIDE), look().px(14))
        question.setSpacing(look().px(10))
        for part in (self._counts, self._asked, self._word):
            question.addWidget(part)
        question.addStretch(1)
        self.body.addLayout(question)
        self._proofs = StagesModel(self)
        view = StagesView(self._proofs, "stop_proof", "Proof of each terminal", pad=6)
        self._proof = scrolled(view, self)
        self._proof.setVisible(False)
        self.body.addWidget(self._proof, 1)
        self._close = self.add_button("cancel_button", "Cancel")
        self._stop = self.add_button("confirm_stop_button", "Stop all robots", "danger", default=True)
        self._close.clicked.connect(self.close)
        self._stop.clicked.connect(self._on_stop)
        self._word.textChanged.connect(self._on_word_changed)
        self.setMinimumWidth(self.em(54))
        self._on_word_changed("")

    def _on_word_changed(self, text: str) -> None:
        self._stop.setEnabled(text.strip() == STOP_WORD)

    def _on_stop(self) -> None:
        if self._word.text().strip() != STOP_WORD:
            return
        self._word.setEnabled(False)
        self._stop.setEnabled(False)
        self.say("Asked for; waiting for the proof of each terminal.")
        self._errands.ask("stop_all", {"word": STOP_WORD}, self._on_refused, self._on_seen)

    def _on_refused(self, answer: Answer) -> None:
        self._word.setEnabled(True)
        self._on_word_changed(self._word.text())
        text = answer.error_text
        if answer.error_code in _NOBODY_ACTS:
            text = f"{text}{'' if text.endswith('.') else '.'} {_WITHOUT_ENGINE}"
        self.say(text, Role.FAILING)

    def _on_seen(self, operation: OperationPicture) -> None:
        for part in (self._asked, self._word, self._stop):
            part.setVisible(False)
        self._close.setText("Close")
        self._proof.setVisible(True)
        self._proof.setMinimumHeight(look().px(260))
        self.grow()
        if operation.is_running:
            going = StageRow(name="", title="Stopping", outcome=RUNNING, seconds=None, evidence=operation.progress)
            self._proofs.set_rows((going,))
            return
        rows = proof_rows(operation.result)
        self._proofs.set_rows(rows)
        proven = bool(rows) and all(row.outcome == "passed" for row in rows)
        words = operation.error_text or operation.progress
        self.say(
            words[:1].upper() + words[1:] + ("" if words.endswith(".") else "."), Role.OK if proven else Role.FAILING
        )
        self.stopped.emit(operation)


def proof_rows(result: Json | None) -> tuple[StageRow, ...]:
    """One line for each terminal: whether it is proven free of robots, and what was seen."""
    terminals = (result or {}).get("terminals")
    rows = []
    for entry in terminals if isinstance(terminals, list | tuple) else ():
        stopped = entry.get("stopped")
        outcome = "passed" if stopped is True else "failed" if stopped is False else "unknown"
        title, evidence = f"user_{entry.get('user_id')}", str(entry.get("evidence", ""))
        rows.append(StageRow(name="proof", title=title, outcome=outcome, seconds=None, evidence=evidence))
    return tuple(rows)


def _counted(robots: int, terminals: int, positions: list[int | None]) -> str:
    known = sum(count for count in positions if count is not None)
    unknown = sum(1 for count in positions if count is None)
    words = f"{_many(robots, 'robot')} on {_many(terminals, 'terminal')}; {_many(known, 'position')} open"
    return f"{words}; not known for {_many(unknown, 'terminal')}." if unknown else f"{words}."


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


class ResumeDialog(FramedDialog):
    """Lifts the stop of one user: asks for the word, and for the login on a real account.

    Signals:
        resumed: the OperationPicture, once it has ended well.
    """

    resumed = Signal(object)

    def __init__(self, desk: EngineDesk, terminal: TerminalPicture, parent: QWidget | None = None) -> None:
        super().__init__("resume_dialog", f"Lift the stop · {terminal.name}", ACTS["resume"].means, parent)
        self._terminal = terminal
        self._errands = Errands(desk, self)
        self.add_money_badge(terminal.trade_mode)
        self.body.addWidget(Words(f"Type {START_WORD} to let its robots trade again.", Role.TEXT, parent=self))
        self._word = word_field("resume_word", f"The word {START_WORD}", self)
        self.body.addWidget(self._word)
        self._box = ConfirmBox(self)
        self.body.addWidget(self._box)
        self.body.addStretch(1)
        self._close = self.add_button("cancel_button", "Cancel")
        live = " (LIVE)" if terminal.counts_as_real else ""
        self._lift = self.add_button("confirm_button", f"Lift the stop{live}", "danger", default=True)
        self._close.clicked.connect(self.close)
        self._lift.clicked.connect(self._on_lift)
        self._word.textChanged.connect(self._on_word_changed)
        self._box.changed.connect(self._show_button)
        self._box.ask(terminal, needed(terminal, "resume"))
        self.setMinimumWidth(self.em(44))
        self._show_button()

    def _arguments(self) -> dict[str, Any] | None:
        confirmed = self._box.arguments()
        if confirmed is None or self._word.text().strip() != START_WORD:
            return None
        return {"user_id": self._terminal.user_id, "word": START_WORD, **confirmed}

    def _on_word_changed(self, _text: str) -> None:
        self._show_button()

    def _show_button(self) -> None:
        self._lift.setEnabled(self._arguments() is not None)

    def _on_lift(self) -> None:
        arguments = self._arguments()
        if arguments is None:
            return
        self._lift.setEnabled(False)
        self.say("Asked for; waiting until it is seen to be done.")
        self._errands.ask("resume", arguments, self._on_refused, self._on_seen)

    def _on_refused(self, answer: Answer) -> None:
        self.say(answer.error_text, Role.FAILING)
        if answer.error_code == "live_not_confirmed":
            self._box.ask(self._terminal, needed(self._terminal, "resume", insist=answer.error_code))
        self._show_button()

    def _on_seen(self, operation: OperationPicture) -> None:
        if operation.is_running:
            self.say(operation.progress)
        elif operation.state == "done":
            self.resumed.emit(operation)
            self.accept()
        else:
            self.say(operation.error_text or operation.progress, Role.FAILING)
            self._show_button()
