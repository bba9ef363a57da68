"""Removing a robot or a user: what that means, what has to be confirmed, and what was seen. Must not know: files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from mt5console.ui.dialogs.confirm_live import ACTS, ConfirmBox, needed
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.pictures import Answer, FleetPicture, OperationPicture, TerminalPicture
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk


class _RemoveDialog(FramedDialog):
    """What both removals share: the meaning, the confirmations, the button, the news."""

    removed = Signal(object)

    def __init__(
        self, desk: EngineDesk, terminal: TerminalPicture, act: str, name: str, title: str, parent: QWidget | None
    ) -> None:
        super().__init__(name, title, ACTS[act].means, parent)
        self._terminal, self._act, self._insist = terminal, act, ""
        self._errands = Errands(desk, self)
        self.add_money_badge(terminal.trade_mode)
        self._detail = Words("", Role.TEXT, parent=self)
        self.body.addWidget(self._detail)
        self._box = ConfirmBox(self)
        self.body.addWidget(self._box)
        self.body.addStretch(1)
        self._cancel = self.add_button("cancel_button", "Cancel")
        live = " (LIVE)" if terminal.counts_as_real else ""
        self._remove = self.add_button("confirm_button", f"{ACTS[act].button}{live}", "danger")
        self._cancel.clicked.connect(self.close)
        self._remove.clicked.connect(self._on_remove)
        self._box.changed.connect(self._show_button)
        desk.fleet_changed.connect(self._on_fleet_changed)
        self.setMinimumWidth(self.em(46))
        self._ask()

    @Slot(object)
    def _on_fleet_changed(self, fleet: FleetPicture) -> None:
        self._terminal = fleet.terminal(self._terminal.user_id) or self._terminal
        self._ask()

    def _ask(self) -> None:
        self._box.ask(self._terminal, self._needed())
        self._show_button()

    def _needed(self) -> Any:
        return needed(self._terminal, self._act, insist=self._insist)

    def _blocked(self) -> str:
        """Why it cannot be done now; empty when it can."""
        return ""

    def _show_button(self) -> None:
        self._remove.setEnabled(self._box.arguments() is not None and not self._blocked())

    def _begin(self, confirmed: dict[str, Any]) -> None:
        raise NotImplementedError

    def _on_remove(self) -> None:
        confirmed = self._box.arguments()
        if confirmed is not None:
            self._remove.setEnabled(False)
            self.say("Asked for; waiting until it is seen to be done.")
            self._begin(confirmed)

    def _refuse(self, code: str, text: str) -> None:
        self.say(text, Role.FAILING)
        self._insist = code
        self._ask()


class RemoveRobotDialog(_RemoveDialog):
    """Removes a robot: detached, seen gone, forgotten.

    Signals:
        removed: the robot's id, once it was seen gone.
    """

    def __init__(
        self, desk: EngineDesk, terminal: TerminalPicture, robot_id: int, parent: QWidget | None = None
    ) -> None:
        self._robot_id = robot_id
        title = f"Remove robot {robot_id} from {terminal.name}"
        super().__init__(desk, terminal, "remove_robot", "remove_robot_dialog", title, parent)
        robot = terminal.robot(robot_id)
        chart = f"{robot.symbol} {robot.timeframe}, now {robot.state}" if robot is not None else "not seen now"
        self._detail.setText(f"Robot {robot_id}: {chart}.")

    def _needed(self) -> Any:
        robot = self._terminal.robot(self._robot_id)
        runs = (
            robot is None
            or robot.deployment_id is not None
            or robot.state not in ("registered", "stopped", "suspended")
        )
        return needed(self._terminal, self._act, insist=self._insist, replaces=runs)

    def _begin(self, confirmed: dict[str, Any]) -> None:
        arguments = {"robot_id": self._robot_id, **confirmed}
        self._errands.ask("robot_remove", arguments, self._on_refused, self._on_seen)

    def _on_refused(self, answer: Answer) -> None:
        self._refuse(answer.error_code, answer.error_text)

    def _on_seen(self, operation: OperationPicture) -> None:
        if operation.is_running:
            self.say(operation.progress)
        elif operation.state == "done":
            self.removed.emit(self._robot_id)
            self.accept()
        else:
            self._refuse(operation.error_code, operation.error_text or operation.progress)


class RemoveUserDialog(_RemoveDialog):
    """Removes a stopped user: the directory is moved aside, the password forgotten.

    Signals:
        removed: the user's id.
    """

    def __init__(self, desk: EngineDesk, terminal: TerminalPicture, parent: QWidget | None = None) -> None:
        title = f"Remove {terminal.name}"
        super().__init__(desk, terminal, "remove_user", "remove_user_dialog", title, parent)

    def _ask(self) -> None:
        robots = len(self._terminal.robot_pictures)
        words = f"{self._terminal.login}@{self._terminal.account_server}, {robots} robot{'' if robots == 1 else 's'}."
        blocked = self._blocked()
        self._detail.setText(f"{words} {blocked}".strip())
        self._detail.set_role(Role.WARNING if blocked else Role.TEXT)
        super()._ask()

    def _blocked(self) -> str:
        if self._terminal.pid is None:
            return ""
        return f"Its terminal runs (pid {self._terminal.pid}): stop it first."

    def _begin(self, confirmed: dict[str, Any]) -> None:
        given = {name: value for name, value in confirmed.items() if name == "confirm_live"}
        self._errands.read("remove_user", self._on_answer, user_id=self._terminal.user_id, **given)

    def _on_answer(self, answer: Answer) -> None:
        if answer.ok:
            self.removed.emit(self._terminal.user_id)
            self.accept()
        else:
            self._refuse(answer.error_code, answer.error_text)
