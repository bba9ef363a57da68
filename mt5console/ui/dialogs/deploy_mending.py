"""What a deployment's next step does in the window: start, restart, enable algo trading, lift the stop.

Must not know: deployments. Whether it helped is seen when the deployment is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from mt5console.ui.dialogs.confirm_live import ask_act
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.stop_all_dialog import ResumeDialog
from mt5console.ui.pictures import Answer, OperationPicture, TerminalPicture
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

KINDS: Mapping[str, str] = MappingProxyType(
    {"start": "terminal_start", "restart": "terminal_restart", "enable_algo": "enable_algo"}
)
"""Next steps that are one request, by the request's kind."""

MENDS = frozenset({*KINDS, "resume"})

_CONFIRMABLE = frozenset({"live_not_confirmed", "positions_open"})


class Mending(QObject):
    """Carries next steps out, confirmed where they touch money.

    Signals:
        told: a line of news (str) and the colour role to write it in.
    """

    told = Signal(str, object)

    def __init__(self, desk: EngineDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._dialog = parent
        self._errands = Errands(desk, self)

    def mend(self, act: str, terminal: TerminalPicture, insist: str = "") -> None:
        """Do one of `MENDS`. `insist`: the code with which the engine refused it before."""
        if act == "resume":
            resume = ResumeDialog(self._desk, terminal, self._dialog)
            resume.resumed.connect(self._on_seen)
            resume.open()
            return

        def ask(confirmed: dict[str, Any]) -> None:
            self.told.emit("Asked for; waiting until it is seen to be done.", Role.TEXT_SOFT)
            self._errands.ask(KINDS[act], {"user_id": terminal.user_id, **confirmed}, refused, self._on_seen)

        def refused(answer: Answer) -> None:
            self.told.emit(answer.error_text, Role.FAILING)
            if answer.error_code in _CONFIRMABLE and not insist:
                self.mend(act, self._desk.fleet.terminal(terminal.user_id) or terminal, answer.error_code)

        ask_act(self._dialog, terminal, act, ask, insist=insist)

    def _on_seen(self, operation: OperationPicture) -> None:
        if operation.is_running:
            self.told.emit(operation.progress, Role.TEXT_SOFT)
        elif operation.state == "done":
            self.told.emit("Seen to be done. Try again now.", Role.OK)
        else:
            self.told.emit(operation.error_text or operation.progress, Role.FAILING)
