"""Follows the engine: finds it, has it started, reads its events, notices its loss.

Runs in: a QThread of its own; a loop that blocks for half a second at most while the engine answers. Must not know:
acts, views.
"""

from __future__ import annotations

import logging
import time
from threading import Event

from PySide6.QtCore import QObject, QThread, Signal, Slot

from mt5console.api.client import EngineClient
from mt5console.core.errors import ConsoleError
from mt5console.ui.bridge.access import EngineAccess
from mt5console.ui.bridge.engine_process import EngineStarter
from mt5console.ui.bridge.reports import EventReader, Report
from mt5console.ui.pictures import ConnectionPicture, deployment_of, operation_of

log = logging.getLogger(__name__)

WAIT_S = 0.4
SILENT_AFTER_S = 1.2
"""With `WAIT_S` before it, a loss is noticed within two seconds even when the engine only hangs."""

LOOK_AGAIN_S = 0.15
QUIET_S = 2.0
"""So long without a snapshot, and the status is asked for."""

ACT_TIMEOUT_S = 15.0
RECENT_DEPLOYMENTS = 200


class Follower(QObject):
    """Signals: `attached` (an EngineClient for acts, None when lost), then the desk's own pictures."""

    attached = Signal(object)
    connection_seen = Signal(object)
    fleet_seen = Signal(object)
    incidents_seen = Signal(object)
    operation_seen = Signal(object)
    deployment_seen = Signal(object)

    def __init__(self, access: EngineAccess, ending: Event, retired: Event) -> None:
        """`ending`: the window ends. `retired`: the engine was ended on purpose and is not to be started again."""
        super().__init__()
        self._access = access
        self._ending = ending
        self._retired = retired
        self._starter = EngineStarter(access.launch)
        self._reader = EventReader()
        self._said = ConnectionPicture(state="")
        self._lost_once = False
        self._fleet_at = 0.0

    @Slot()
    def run(self) -> None:
        """The thread's whole life."""
        while not self._ending.is_set():
            try:
                self._turn()
            except Exception:
                # The last boundary of this thread: a mistake here must be seen in the log, not end the following.
                log.exception("following the engine failed; it is tried again")
                self._ending.wait(1.0)
        QThread.currentThread().quit()

    def _turn(self) -> None:
        """One engine from found to lost, or one look for one."""
        client = self._access.find_client(SILENT_AFTER_S)
        if client is None:
            self._without_engine()
            return
        acting = self._access.find_client(ACT_TIMEOUT_S)
        began = time.monotonic()
        try:
            self._attach(client, acting)
            while not self._ending.is_set():
                self._follow(client)
        except ConsoleError as error:
            self._note_loss(error, time.monotonic() - began)
        finally:
            self.attached.emit(None)
            client.close()
            if acting is not None:
                # Wakes the carriers that wait for an engine that will not answer.
                acting.close()

    def _without_engine(self) -> None:
        if self._retired.is_set():
            self._say(ConnectionPicture(state="gone", words="The engine was ended. Nobody watches; terminals go on."))
        else:
            self._say(self._starter.step(time.monotonic()))
        self._ending.wait(LOOK_AGAIN_S)

    def _attach(self, client: EngineClient, acting: EngineClient | None) -> None:
        begun = self._reader.begin(client.status(), client.incidents(False))
        self._starter.note_connected()
        self.attached.emit(acting)
        words = "The engine was started again; it found the terminals as they are." if self._lost_once else ""
        self._say(ConnectionPicture(state="connected", words=words))
        self._tell(begun)
        self._tell(self._reader.catch_up(client.next_event(0, 0.0)))
        for shape in reversed(client.deployments(None, RECENT_DEPLOYMENTS)):
            if shape.get("status") == "RUNNING":
                self.deployment_seen.emit(deployment_of(shape))
        self._ask_after_operations(client)
        self._fleet_at = time.monotonic()

    def _ask_after_operations(self, client: EngineClient) -> None:
        """What ran when the engine was lost has ended meanwhile, or goes on; nobody told us."""
        for operation_id in self._reader.running:
            try:
                operation = operation_of(client.operation(operation_id))
            except ConsoleError as error:
                if error.code != "unknown_operation":
                    raise
                self._reader.forget(operation_id)
                continue
            self._reader.settle(operation)
            self.operation_seen.emit(operation)

    def _follow(self, client: EngineClient) -> None:
        report = self._reader.take(client.next_event(self._reader.number, WAIT_S))
        self._tell(report)
        now = time.monotonic()
        if report.fleet is not None:
            self._fleet_at = now
        elif now - self._fleet_at > QUIET_S:
            self._fleet_at = now
            self.fleet_seen.emit(self._reader.fleet(client.status()))

    def _note_loss(self, error: ConsoleError, lasted_s: float) -> None:
        log.warning("the engine was lost: %s", error.text)
        self._lost_once = True
        self._starter.note_lost(lasted_s)
        self._say(
            ConnectionPicture(
                state="lost",
                words="The engine does not answer: what is shown is old. Terminals and robots go on without it.",
            )
        )

    def _tell(self, report: Report) -> None:
        if report.incidents is not None:
            self.incidents_seen.emit(report.incidents)
        if report.fleet is not None:
            self.fleet_seen.emit(report.fleet)
        for deployment in report.deployments:
            self.deployment_seen.emit(deployment)
        for operation in report.operations:
            self.operation_seen.emit(operation)

    def _say(self, picture: ConnectionPicture) -> None:
        if picture != self._said:
            self._said = picture
            self.connection_seen.emit(picture)
