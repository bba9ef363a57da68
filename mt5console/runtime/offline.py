"""The door when no engine runs: reads what is stored and what can be seen now, takes no lock, changes nothing.

Must not know: HTTP. Acts are refused here; whoever wants to act starts an engine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from mt5console.core.config.base_directory import BaseDirectory
from mt5console.core.credentials import Secret
from mt5console.core.deployment.shape import deploy_shape
from mt5console.core.engine import Engine, Remembered
from mt5console.core.errors import ConsoleError, NotFound, unknown_robot, unknown_user
from mt5console.core.history.heartbeats import HeartbeatHistory
from mt5console.core.history.store import StateStore
from mt5console.core.isolation.provisioning import Provisioner
from mt5console.core.model.facts import Fact, StopLatchSeen
from mt5console.core.model.ids import OperationId, RobotId, UserId
from mt5console.core.model.requests import Mode
from mt5console.core.model.snapshots import FleetSnapshot
from mt5console.core.ports import Platform
from mt5console.core.terminal.journal_page import journal_page
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.watchdog.policy import Policy
from mt5console.runtime.door import robot_status_shape
from mt5console.runtime.file_collector import FileCollector
from mt5console.runtime.process_collector import ProcessCollector
from mt5console.runtime.robot_inputs import robot_inputs_json
from mt5console.runtime.shapes import decision_json, incident_json, operation_json, robot_json, user_json
from mt5console.runtime.targets import Targets


class OfflineDoor:
    """Implements `EngineDoor` for readers. One look at processes and files per question."""

    def __init__(self, base: BaseDirectory, platform: Platform, policy: Policy) -> None:
        self._base = base
        self._platform = platform
        self._policy = policy
        self._store = StateStore(base.layout.state_db, read_only=True)
        self._provisioner = Provisioner(base, platform, self._store)

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def _look(self) -> FleetSnapshot:
        """What the engine would say if it looked once now; the watchdog is shown as not running."""
        stored = self._store.load()
        now = self._platform.clock.now()
        engine = Engine(
            Remembered(users=stored.users, robots=stored.robots, watches=stored.watches, mode=Mode.OFF),
            server=self._base.server,
            simulated=self._base.simulated,
            policy=self._policy,
            generation=0,
            now=now,
        )
        facts: list[Fact] = []
        targets = Targets()
        for user in stored.users:
            targets.put_user(user.user_id, Path(user.directory), self._platform.executable_name)
            mine = frozenset(robot.robot_id for robot in stored.robots if robot.user_id == user.user_id)
            targets.set_robots(user.user_id, mine)
        clock = self._platform.clock
        processes = ProcessCollector(targets, self._platform.processes, clock, facts.append, 1.0, 1.0)
        files = FileCollector(targets, self._platform.files, clock, facts.append, lambda *_: None, 1.0)
        for target in targets.all():
            if self._platform.files.stamp(target.layout.stop_latch) is not None:
                facts.append(StopLatchSeen(user_id=target.user_id))
            processes.look(target, adopted=True)
            files.collect(target)
        engine.step(facts, now)
        return engine.snapshot(now)

    def status(self) -> dict[str, Any]:
        """The status shape; `watchdog.running` is false."""
        return self._look().as_status()

    def incidents(self, include_cleared: bool) -> list[dict[str, Any]]:
        """Incidents as they were stored, newest first."""
        return [incident_json(incident) for incident in self._store.incidents(include_cleared, 1000)]

    def decisions(self, user_id: int, limit: int) -> list[dict[str, Any]]:
        """The decision trace of one user, newest first."""
        self._known_user(user_id)
        return [decision_json(decision) for decision in self._store.decisions(UserId(user_id), limit)]

    def _known_user(self, user_id: int) -> None:
        if all(user.user_id != user_id for user in self._store.load().users):
            raise unknown_user(user_id)

    def robot_status(self, robot_id: int) -> dict[str, Any]:
        """The seed's robot status shape."""
        for terminal in self._look().terminals:
            for robot in terminal.robots:
                if robot.robot_id == robot_id:
                    return robot_status_shape(robot, self._policy.robot_stale_s)
        raise unknown_robot(robot_id)

    def deployments(self, robot_id: int | None, limit: int) -> list[dict[str, Any]]:
        """Kept deployments, newest first."""
        wanted = None if robot_id is None else RobotId(robot_id)
        return [deploy_shape(record) for record in self._store.deployments(wanted, limit)]

    def users(self) -> list[dict[str, Any]]:
        """The registered users."""
        return [user_json(user) for user in self._store.load().users]

    def robots(self) -> list[dict[str, Any]]:
        """The registered robots."""
        return [robot_json(robot) for robot in self._store.load().robots]

    def robot_inputs(self, robot_id: int) -> dict[str, Any]:
        """The inputs of a registered robot's source, and the registered values."""
        robot = next((one for one in self._store.load().robots if one.robot_id == robot_id), None)
        if robot is None:
            raise unknown_robot(robot_id)
        return robot_inputs_json(robot, self._base.layout, self._platform.files)

    def user_stats(self, user_id: int) -> dict[str, Any]:
        """The seed's user stats shape."""
        return self._provisioner.user_stats(UserId(user_id))

    def system_stats(self) -> dict[str, Any]:
        """The seed's system stats shape."""
        return self._provisioner.system_stats()

    def heartbeat_history(self, robot_id: int, seconds: float) -> list[list[float]]:
        """What the last engine stored."""
        if not self._base.layout.history_db.exists():
            return []
        history = HeartbeatHistory(self._base.layout.history_db)
        try:
            until = self._platform.clock.now().utc_s
            return [[utc, age] for utc, age in history.series(RobotId(robot_id), until - seconds, until, 600)]
        finally:
            history.close()

    def journal(self, user_id: int, after: str = "", limit: int = 500) -> dict[str, Any]:
        """Both journals of a terminal: the newest lines, or those after a cursor."""
        self._known_user(user_id)
        layout = TerminalLayout(self._base.layout.user(UserId(user_id)))
        return journal_page(layout.journals, layout.experts_logs, after, limit).as_json()

    def operation(self, operation_id: str, wait_s: float = 0.0) -> dict[str, Any]:
        """A stored operation."""
        known = self._store.operation(OperationId(operation_id))
        if known is None:
            raise NotFound("unknown_operation", f"operation {operation_id} is not known here")
        return operation_json(known)

    def next_event(self, after: int, wait_s: float) -> list[dict[str, Any]]:
        """Nothing happens without an engine."""
        return []

    def _needs_engine(self) -> NoReturn:
        raise ConsoleError(
            "no_engine", "no engine runs on this base directory: start it with `mt5console watchdog run`"
        )

    def submit(self, kind: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Refused: acting needs an engine."""
        self._needs_engine()

    def add_user(self, user_id: int, login: int, server: str, password: Secret, **options: bool) -> dict[str, Any]:
        """Refused: acting needs an engine."""
        self._needs_engine()

    def set_password(self, user_id: int, password: Secret) -> dict[str, Any]:
        """Refused: acting needs an engine."""
        self._needs_engine()

    def remove_user(self, user_id: int, confirm_live: int | None) -> dict[str, Any]:
        """Refused: acting needs an engine."""
        self._needs_engine()

    def add_robot(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Refused: acting needs an engine."""
        self._needs_engine()

    def stop_engine(self) -> None:
        """Refused: there is none."""
        self._needs_engine()
