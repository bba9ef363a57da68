"""Cancelling a deployment from its dialog: confirmed where it changes a chart of a real account, then followed.

Must not know: stages, pages, or how a deployment is ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from mt5console.ui.dialogs.confirm_live import ask_act
from mt5console.ui.dialogs.deploy_words import CANCELLING, changes_a_chart
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.pictures import Answer, DeploymentPicture, OperationPicture, TerminalPicture
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

ACT = "cancel_deploy"
CONFIRMABLE = frozenset({"confirm_live", "live_not_confirmed", "positions_open"})
"""Refusals that a person can answer by confirming more."""


class Cancelling(QObject):
    """One deployment's cancel. `words` and `role`: what there is to say of it, empty before it was asked for.

    Signals:
        changed: there is something else to say, or the button means something else.
    """

    changed = Signal()

    def __init__(self, desk: EngineDesk, dialog: QWidget) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._errands = Errands(desk, self)
        self._terminal: TerminalPicture | None = None
        self._robot_id: int | None = None
        self.is_asked = False
        self.words, self.role = "", Role.TEXT_SOFT

    def forget(self) -> None:
        """Another deployment begins."""
        self.is_asked = False
        self.words, self.role = "", Role.TEXT_SOFT

    def ask(self, deployment: DeploymentPicture, terminal: TerminalPicture | None) -> None:
        """Cancel this deployment; a person confirms first where that changes a chart of a real account."""
        self._terminal, self._robot_id = terminal, deployment.robot_id
        if terminal is None or not changes_a_chart(deployment):
            self._send({})
        else:
            ask_act(self._dialog, terminal, ACT, self._send)

    def _send(self, confirmed: dict[str, Any]) -> None:
        self._say(CANCELLING, Role.WARNING, is_asked=True)
        arguments = {"robot_id": self._robot_id, **confirmed}
        self._errands.ask("deploy_cancel", arguments, self._on_refused, self._on_seen)

    def _on_refused(self, answer: Answer) -> None:
        self._refuse(answer.error_code, answer.error_text)

    def _on_seen(self, operation: OperationPicture) -> None:
        """Its end is the deployment's own end, which the dialog shows; only a refusal is told here."""
        if not operation.is_running and operation.error_text:
            self._refuse(operation.error_code, operation.error_text)

    def _refuse(self, code: str, text: str) -> None:
        self._say(text, Role.FAILING, is_asked=False)
        if code in CONFIRMABLE and self._terminal is not None:
            ask_act(self._dialog, self._terminal, ACT, self._send, insist=code)

    def _say(self, words: str, role: Role, *, is_asked: bool) -> None:
        self.words, self.role, self.is_asked = words, role, is_asked
        self.changed.emit()
