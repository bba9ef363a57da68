"""The window's desk: what it asks of the engine, and the pictures that come back as signals.

Lives in the GUI thread and never blocks it. Must not know: views, sockets, processes (its workers know those).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Event
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, QThread, Signal, Slot

from mt5console.ui.bridge.access import NO_ENGINE, EngineAccess
from mt5console.ui.pictures import Answer, ConnectionPicture

if TYPE_CHECKING:
    # Workers and their client are loaded after the first frame, before `start`.
    from mt5console.api.client import EngineClient
    from mt5console.ui.bridge.carrier import Carrier
    from mt5console.ui.pictures import (
        DeploymentPicture,
        FleetPicture,
        IncidentPicture,
        JournalPagePicture,
        OperationPicture,
    )

CARRIERS = 4
KEPT_OPERATIONS = 1000
READ_ONLY = "This window only shows (--read-only): acts are asked for in another window or on the command line."

_left_behind: list[tuple[QThread, QObject]] = []
"""Threads that did not end in time; kept, because destroying a running QThread ends the whole process."""


class EngineDesk(QObject):
    """The one way from the window to its engine.

    Signals (each carries one frozen object from `ui.pictures`):
        fleet_changed: a FleetPicture, about twice a second while connected.
        connection_changed: a ConnectionPicture.
        operation_changed: an OperationPicture, at every step of every operation, whoever asked for it.
        deployment_changed: a DeploymentPicture, at every step.
        incidents_changed: the tuple of open IncidentPictures, oldest first.
        answered: an Answer, exactly one for each `ask` and each `read`.
    """

    fleet_changed = Signal(object)
    connection_changed = Signal(object)
    operation_changed = Signal(object)
    deployment_changed = Signal(object)
    incidents_changed = Signal(object)
    answered = Signal(object)
    _refused = Signal(object)

    def __init__(self, access: EngineAccess, *, read_only: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.read_only = read_only
        self._fleet: FleetPicture | None = None
        self.connection = ConnectionPicture(state="starting", words="Looking for the engine …")
        self.incidents: tuple[IncidentPicture, ...] = ()
        self._access = access
        self._ending, self._retired = Event(), Event()
        self._token = 0
        self._client: EngineClient | None = None
        self._operations: OrderedDict[str, OperationPicture] = OrderedDict()
        self._deployments: dict[int, DeploymentPicture] = {}
        self._acts: set[int] = set()
        self._journal: JournalPagePicture | None = None
        self._busy: dict[int, int] = {}
        self._threads: list[tuple[QThread, QObject]] = []
        self._carriers: list[Carrier] = []
        # Queued, so that who asks knows the token before its answer comes.
        self._refused.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    # ---- life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Find the engine, start it when none runs, and follow it. Returns at once."""
        if self._threads or self._ending.is_set():
            return
        from mt5console.ui.bridge.carrier import Carrier
        from mt5console.ui.bridge.follower import Follower

        for number in range(CARRIERS):
            carrier = Carrier(self._ending)
            carrier.ended.connect(self._on_ended)
            self._carriers.append(carrier)
            self._begin(f"carrier-{number}", carrier)
        follower = Follower(self._access, self._ending, self._retired)
        follower.attached.connect(self._on_attached)
        follower.connection_seen.connect(self._on_connection_seen)
        follower.fleet_seen.connect(self._on_fleet_seen)
        follower.incidents_seen.connect(self._on_incidents_seen)
        follower.operation_seen.connect(self._on_operation_seen)
        follower.deployment_seen.connect(self._on_deployment_seen)
        self._begin("follower", follower).started.connect(follower.run)
        for thread, _worker in self._threads:
            thread.start()

    def _begin(self, name: str, worker: QObject) -> QThread:
        thread = QThread()
        thread.setObjectName(name)
        worker.moveToThread(thread)
        self._threads.append((thread, worker))
        return thread

    def stop(self, timeout_ms: int = 2000) -> bool:
        """End all threads; False when one did not end in time. The engine and its terminals go on."""
        self._ending.set()
        deadline = QDeadlineTimer(timeout_ms)
        for thread, _worker in self._threads:
            thread.quit()
        # The follower ends first and wakes the carriers that wait for the engine.
        left = [(thread, worker) for thread, worker in reversed(self._threads) if not thread.wait(deadline)]
        _left_behind.extend(left)
        self._threads, self._carriers = [], []
        return not left

    @property
    def fleet(self) -> FleetPicture:
        """The newest picture of the fleet; an empty one before the first."""
        if self._fleet is None:
            from mt5console.ui.pictures import FleetPicture

            self._fleet = FleetPicture()
        return self._fleet

    # ---- asking -------------------------------------------------------------------------------------------------

    def ask(self, kind: str, arguments: dict[str, Any]) -> int:
        """Ask for an act by its request's kind (`deploy`, `terminal_restart` …); gives a token at once.

        `answered` brings the operation as it was taken on, or the refusal; its course comes by `operation_changed`.
        """
        return self._send(kind, arguments, is_act=True)

    def read(self, what: str, **arguments: Any) -> int:
        """Ask to read (or to change the registry); gives a token at once. `answered` brings the value:

        decisions(user_id, limit=200) → tuple of DecisionPicture, newest first
        deployments(robot_id=None, limit=50) → tuple of DeploymentPicture, newest first
        users(), robots() → tuples of UserPicture, RegisteredRobotPicture
        incidents(include_cleared=True) → tuple of IncidentPicture, newest first
        heartbeats(robot_id, seconds=300) → tuple of (UTC seconds, age in seconds), oldest first
        fleet_heartbeats(robot_ids, seconds=300) → mapping of robot id to such a tuple
        user_stats(user_id), system_stats() → the JSON shapes as mappings
        journal(user_id, fresh=False) → tuple of JournalLinePicture: lines since the last read; `fresh`: the newest
        add_user(user_id, login, server, password: Secret, watch_only=False, over_capacity=False) → UserPicture
        set_password(user_id, password: Secret) · remove_user(user_id, confirm_live=None) → mappings
        add_robot(robot_id, user_id, symbol, timeframe, …) → RegisteredRobotPicture
        """
        from mt5console.ui.bridge.readings import READINGS

        if what not in READINGS:
            raise ValueError(f"there is nothing to read by the name {what}")
        return self._send(what, arguments, is_act=False)

    def end_engine(self) -> int:
        """End the engine for good: nobody watches any more, terminals live on. `answered` says that it was told."""
        if not self.read_only:
            self._retired.set()
        return self.read("stop_engine")

    def operation(self, operation_id: str) -> OperationPicture | None:
        """The newest picture of an operation."""
        return self._operations.get(operation_id)

    def running_operations(self) -> tuple[OperationPicture, ...]:
        """Operations whose end is still awaited, oldest first."""
        return tuple(operation for operation in self._operations.values() if operation.is_running)

    def deployment_of(self, robot_id: int) -> DeploymentPicture | None:
        """The newest picture of a robot's newest deployment that this window has seen."""
        return self._deployments.get(robot_id)

    def _send(self, what: str, arguments: dict[str, Any], *, is_act: bool) -> int:
        from mt5console.ui.bridge.carrier import Errand
        from mt5console.ui.bridge.readings import CHANGING

        self._token += 1
        token = self._token
        if self.read_only and (is_act or what in CHANGING):
            self._refused.emit(Answer(token=token, ok=False, what=what, error_code="read_only", error_text=READ_ONLY))
            return token
        if not self._carriers:
            self._refused.emit(Answer(token=token, ok=False, what=what, error_code="no_engine", error_text=NO_ENGINE))
            return token
        if is_act:
            self._acts.add(token)
        if what == "journal":
            arguments = self._with_cursor(**arguments)
        errand = Errand(
            token=token, what=what, arguments=MappingProxyType(dict(arguments)), is_act=is_act, client=self._client
        )
        index = min(range(len(self._carriers)), key=self._load)
        self._busy[token] = index
        self._carriers[index].wanted.emit(errand)
        return token

    def _with_cursor(self, *, user_id: int, fresh: bool = False) -> dict[str, Any]:
        """Where the last reading of this user's journals ended; only one is followed at a time."""
        page = self._journal
        cursor = page.cursor if page is not None and page.user_id == user_id and not fresh else ""
        return {"user_id": user_id, "after": cursor}

    def _load(self, index: int) -> int:
        return sum(1 for used in self._busy.values() if used == index)

    # ---- what the workers say -----------------------------------------------------------------------------------

    @Slot(object)
    def _on_attached(self, client: EngineClient | None) -> None:
        self._client = client

    @Slot(object)
    def _on_connection_seen(self, picture: ConnectionPicture) -> None:
        self.connection = picture
        self.connection_changed.emit(picture)

    @Slot(object)
    def _on_fleet_seen(self, picture: FleetPicture) -> None:
        self._fleet = picture
        self.fleet_changed.emit(picture)

    @Slot(object)
    def _on_incidents_seen(self, picture: tuple[IncidentPicture, ...]) -> None:
        self.incidents = picture
        self.incidents_changed.emit(picture)

    @Slot(object)
    def _on_operation_seen(self, picture: OperationPicture) -> None:
        self._operations[picture.operation_id] = picture
        while len(self._operations) > KEPT_OPERATIONS:
            self._operations.popitem(last=False)
        self.operation_changed.emit(picture)

    @Slot(object)
    def _on_deployment_seen(self, picture: DeploymentPicture) -> None:
        if picture.robot_id is not None:
            self._deployments[picture.robot_id] = picture
        self.deployment_changed.emit(picture)

    @Slot(object)
    def _on_ended(self, answer: Answer) -> None:
        self._busy.pop(answer.token, None)
        if answer.token in self._acts:
            self._acts.discard(answer.token)
            answer = self._with_newest_operation(answer)
        elif answer.what == "journal" and answer.ok:
            page: JournalPagePicture = answer.value
            self._journal = page
            answer = replace(answer, value=page.lines)
        self.answered.emit(answer)

    def _with_newest_operation(self, answer: Answer) -> Answer:
        """An act's events may be faster than the answer to its asker: give the newest picture then."""
        if not answer.ok:
            return answer
        taken: OperationPicture = answer.value
        known = self._operations.get(taken.operation_id)
        if known is None:
            self._on_operation_seen(taken)
            return answer
        return replace(answer, value=known)
