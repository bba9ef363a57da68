"""A desk without an engine: records what dialogs ask, and lets a test answer and tell pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from mt5console.ui.pictures import (
    Answer,
    ConnectionPicture,
    DeploymentPicture,
    FleetPicture,
    IncidentPicture,
    OperationPicture,
    TerminalPicture,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One `ask` or `read` as it came."""

    token: int
    what: str
    arguments: dict[str, Any]


class FakeDesk(QObject):
    """The face of `EngineDesk`; nothing is answered until the test does."""

    fleet_changed = Signal(object)
    connection_changed = Signal(object)
    operation_changed = Signal(object)
    deployment_changed = Signal(object)
    incidents_changed = Signal(object)
    answered = Signal(object)

    def __init__(self, *terminals: TerminalPicture, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.fleet = FleetPicture(terminals=terminals, at_utc_s=1_800_000_000.0, mode="on", watchdog_running=True)
        self.connection = ConnectionPicture(state="connected")
        self.incidents: tuple[IncidentPicture, ...] = ()
        self.read_only = False
        self.asked: list[Asked] = []
        self._operations: dict[str, OperationPicture] = {}
        self._deployments: dict[int, DeploymentPicture] = {}

    def ask(self, kind: str, arguments: dict[str, Any]) -> int:
        return self._note(kind, arguments)

    def read(self, what: str, **arguments: Any) -> int:
        return self._note(what, arguments)

    def _note(self, what: str, arguments: dict[str, Any]) -> int:
        self.asked.append(Asked(token=len(self.asked) + 1, what=what, arguments=dict(arguments)))
        return len(self.asked)

    def operation(self, operation_id: str) -> OperationPicture | None:
        return self._operations.get(operation_id)

    def running_operations(self) -> tuple[OperationPicture, ...]:
        return tuple(operation for operation in self._operations.values() if operation.is_running)

    def deployment_of(self, robot_id: int) -> DeploymentPicture | None:
        return self._deployments.get(robot_id)

    # ---- what a test says -----------------------------------------------------------------------------------------

    def last(self, what: str) -> Asked:
        """The newest request of this name."""
        return next(asked for asked in reversed(self.asked) if asked.what == what)

    def answer(self, what: str, value: Any) -> None:
        """Answer the newest request of this name."""
        self.answered.emit(Answer(token=self.last(what).token, ok=True, value=value, what=what))

    def refuse(self, what: str, code: str, text: str) -> None:
        """Refuse the newest request of this name."""
        answer = Answer(token=self.last(what).token, ok=False, what=what, error_code=code, error_text=text)
        self.answered.emit(answer)

    def take(self, what: str, operation_id: str = "op1", **fields: Any) -> None:
        """The engine took the newest act of this name on."""
        taken = OperationPicture(operation_id=operation_id, kind=what, state="running", **fields)
        self._operations[operation_id] = taken
        self.answer(what, taken)

    def tell(self, operation: OperationPicture) -> None:
        """News of an operation."""
        self._operations[operation.operation_id] = operation
        self.operation_changed.emit(operation)

    def deploys(self, deployment: DeploymentPicture) -> None:
        """News of a deployment."""
        if deployment.robot_id is not None:
            self._deployments[deployment.robot_id] = deployment
        self.deployment_changed.emit(deployment)

    def shows(self, *terminals: TerminalPicture) -> None:
        """A new picture of the fleet."""
        self.fleet = FleetPicture(
            terminals=terminals, at_utc_s=self.fleet.at_utc_s + 1, sequence=self.fleet.sequence + 1
        )
        self.fleet_changed.emit(self.fleet)
