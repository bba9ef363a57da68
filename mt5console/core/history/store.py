"""The state file: desired state, what the watchdog must remember, decisions, incidents, deployments, operations.

One writer (the engine), any number of readers beside it. Must not know: why anything was decided, and no password.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from mt5console.core.errors import StorageFailed
from mt5console.core.history import codec
from mt5console.core.history.opening import COMPANIONS, connect, create_whole, storage_errors
from mt5console.core.history.schema import NEWEST, migrate, version_of
from mt5console.core.history.upkeep import Upkeep
from mt5console.core.model.desired import DesiredRobot, DesiredUser
from mt5console.core.model.ids import DeploymentId, OperationId, RobotId, UserId
from mt5console.core.model.records import (
    Change,
    Decision,
    DeploymentRecord,
    Incident,
    Operation,
    OperationState,
    SaveMode,
    SaveRobot,
    SaveUser,
    SaveWatch,
)

Record = TypeVar("Record")

CHECKED_WHOLE_BYTES = 16 * 1024 * 1024
"""A file up to this size is checked whole when a writer opens it; a larger one as it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Everything that a starting engine takes up again. `mode` is None when nobody has set it yet."""

    users: tuple[DesiredUser, ...]
    robots: tuple[DesiredRobot, ...]
    watches: dict[UserId, dict[str, Any]]
    running_deployments: tuple[DeploymentRecord, ...]
    open_incidents: tuple[Incident, ...]
    running_operations: tuple[Operation, ...]
    mode: str | None


class StateStore:
    """One SQLite file. Every method may be called from any thread; every error is a `StorageFailed`.

    Codes: `state_torn` (the file is damaged; it is left as it is), `state_newer`, `state_busy`, `disk_full`,
    `no_permission`, `write_failed`. A missing file is created, or, for a reader, looks like an empty one.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self._path = path
        self._lock = RLock()
        self._upkeep = Upkeep()
        with self._guarded():
            self._connection = self._open_to_read() if read_only else self._open_to_write()

    def commit(self, changes: Sequence[Change]) -> None:
        """Store all changes in one transaction, or none of them."""
        if not changes:
            return
        with self._transaction() as connection:
            for change in changes:
                self._store(connection, change)

    def load(self) -> Stored:
        """What a starting engine takes up again, from one consistent look at the file."""
        with self._guarded():
            self._connection.execute("BEGIN")
            try:
                return self._load()
            finally:
                self._connection.execute("ROLLBACK")

    def decisions(self, user_id: UserId | None, limit: int) -> tuple[Decision, ...]:
        """The newest decisions of one user, or of everybody (None), newest first."""
        of_user = "" if user_id is None else "WHERE user_id = :user"
        query = f"SELECT body FROM decisions {of_user} ORDER BY id DESC LIMIT :limit"
        return self._many(query, codec.decision_from_json, {"user": user_id, "limit": limit})

    def incidents(self, include_cleared: bool, limit: int) -> tuple[Incident, ...]:
        """Incidents, newest first; only the open ones unless cleared ones are wanted too."""
        which = "" if include_cleared else "WHERE cleared IS NULL"
        query = f"SELECT body FROM incidents {which} ORDER BY opened DESC, incident_id DESC LIMIT :limit"
        return self._many(query, codec.incident_from_json, {"limit": limit})

    def deployments(self, robot_id: RobotId | None, limit: int) -> tuple[DeploymentRecord, ...]:
        """Kept deployments of one robot, or of all (None), newest first."""
        which = "" if robot_id is None else "WHERE robot_id = :robot"
        query = f"SELECT body FROM deployments {which} ORDER BY started DESC, rowid DESC LIMIT :limit"
        return self._many(query, codec.deployment_from_json, {"robot": robot_id, "limit": limit})

    def deployment(self, deployment_id: DeploymentId) -> DeploymentRecord | None:
        """One deployment, None when it is not kept."""
        query = "SELECT body FROM deployments WHERE deployment_id = :id"
        found = self._many(query, codec.deployment_from_json, {"id": deployment_id})
        return found[0] if found else None

    def operation(self, operation_id: OperationId) -> Operation | None:
        """One operation, None when it is not kept."""
        query = "SELECT body FROM operations WHERE operation_id = :id"
        found = self._many(query, codec.operation_from_json, {"id": operation_id})
        return found[0] if found else None

    def forget_user(self, user_id: UserId) -> None:
        """Forget a user, its robots and what the watchdog remembered of it; its history stays to be read."""
        with self._transaction() as connection:
            for table in ("users", "robots", "watches"):
                connection.execute(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))

    def forget_robot(self, robot_id: RobotId) -> None:
        """Forget a robot; its deployments stay to be read."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM robots WHERE robot_id = ?", (robot_id,))

    def generation_next(self) -> int:
        """The number of the engine's life that begins now: committed, and larger than every one before."""
        with self._transaction() as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()
            generation = 1 if row is None else int(row[0]) + 1
            self._put_meta(connection, "generation", str(generation))
        return generation

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        with self._lock:
            self._connection.close()

    def _open_to_read(self) -> sqlite3.Connection:
        if not self._path.exists():
            connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            migrate(connection)
            return connection
        connection = connect(self._path, read_only=True)
        return self._checked(connection, may_migrate=False)

    def _open_to_write(self) -> sqlite3.Connection:
        if not self._path.exists():
            if any(self._path.with_name(self._path.name + suffix).exists() for suffix in COMPANIONS[1:]):
                raise self._torn("its -wal file is there, but the file itself is missing")
            create_whole(self._path, migrate)
        if self._path.stat().st_size == 0:
            # We create the file whole, so an empty one is what is left of ours, never a new one.
            raise self._torn("it is empty")
        return self._checked(connect(self._path), may_migrate=True)

    def _checked(self, connection: sqlite3.Connection, may_migrate: bool) -> sqlite3.Connection:
        try:
            self._check(connection, may_migrate)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: sqlite3.Connection, may_migrate: bool) -> None:
        found = version_of(connection)
        if found > NEWEST:
            text = f"{self._path} was written by a newer mt5console (schema {found}). Start that version instead."
            raise StorageFailed("state_newer", text)
        if found == 0:
            raise self._torn("it holds none of our tables")
        if not may_migrate:
            return
        if self._path.stat().st_size <= CHECKED_WHOLE_BYTES:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict is None or verdict[0] != "ok":
                raise self._torn(str(verdict[0] if verdict else "no answer").replace("\n", " "))
        migrate(connection)

    def _torn(self, reason: str) -> StorageFailed:
        return StorageFailed(
            "state_torn",
            f"The state file {self._path} is damaged ({reason}). It was left as it is; terminals run on. Put a backup"
            " in its place, or move it away (with its -wal and -shm files) and register the users again.",
        )

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._lock, storage_errors(self._path, self._torn):
            try:
                yield
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise self._torn(f"a record cannot be read: {type(error).__name__} {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, storage_errors(self._path, self._torn):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite ends some failed transactions by itself (a full disk); then there is nothing to roll back.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _many(self, query: str, decode: Callable[[codec.Json], Record], values: dict[str, Any]) -> tuple[Record, ...]:
        with self._guarded():
            rows = self._connection.execute(query, values).fetchall()
            return tuple(decode(codec.loads(row[0])) for row in rows)

    def _load(self) -> Stored:
        watches = self._connection.execute("SELECT user_id, body FROM watches").fetchall()
        mode = self._connection.execute("SELECT value FROM meta WHERE name = 'mode'").fetchone()
        return Stored(
            users=self._many("SELECT body FROM users ORDER BY user_id", codec.user_from_json, {}),
            robots=self._many("SELECT body FROM robots ORDER BY robot_id", codec.robot_from_json, {}),
            watches={UserId(row[0]): codec.loads(row[1]) for row in watches},
            # A deployment of a robot that has been forgotten can neither go on nor be put back.
            running_deployments=self._many(
                "SELECT body FROM deployments WHERE ended IS NULL AND robot_id IN (SELECT robot_id FROM robots)"
                " ORDER BY started, rowid",
                codec.deployment_from_json,
                {},
            ),
            open_incidents=self._many(
                "SELECT body FROM incidents WHERE cleared IS NULL ORDER BY opened, incident_id",
                codec.incident_from_json,
                {},
            ),
            running_operations=self._many(
                "SELECT body FROM operations WHERE running = 1 ORDER BY requested, rowid", codec.operation_from_json, {}
            ),
            mode=None if mode is None else str(mode[0]),
        )

    def _store(self, connection: sqlite3.Connection, change: Change) -> None:
        match change:
            case SaveUser(user=user):
                body = codec.dumps(codec.user_to_json(user))
                connection.execute("INSERT OR REPLACE INTO users VALUES (?, ?)", (user.user_id, body))
            case SaveRobot(robot=robot):
                body = codec.dumps(codec.robot_to_json(robot))
                row = (robot.robot_id, robot.user_id, body)
                connection.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", row)
            case SaveWatch(user_id=user_id, state=state):
                connection.execute("INSERT OR REPLACE INTO watches VALUES (?, ?)", (user_id, codec.dumps(state)))
            case SaveMode(mode=mode):
                self._put_meta(connection, "mode", mode)
            case Decision():
                body = codec.dumps(codec.decision_to_json(change))
                connection.execute("INSERT INTO decisions (user_id, body) VALUES (?, ?)", (change.user_id, body))
                self._upkeep.decision(connection, change.user_id)
            case Incident() | DeploymentRecord() | Operation():
                self._store_kept(connection, change)

    def _store_kept(self, connection: sqlite3.Connection, change: Incident | DeploymentRecord | Operation) -> None:
        match change:
            case Incident():
                body = codec.dumps(codec.incident_to_json(change))
                incident = (change.incident_id, change.opened_utc_s, change.cleared_utc_s, body)
                connection.execute(
                    "INSERT INTO incidents VALUES (?, ?, ?, ?) ON CONFLICT (incident_id)"
                    " DO UPDATE SET opened = excluded.opened, cleared = excluded.cleared, body = excluded.body",
                    incident,
                )
                self._upkeep.incident(connection)
            case DeploymentRecord():
                body = codec.dumps(codec.deployment_to_json(change))
                connection.execute(
                    "INSERT INTO deployments VALUES (?, ?, ?, ?, ?) ON CONFLICT (deployment_id)"
                    " DO UPDATE SET started = excluded.started, ended = excluded.ended, body = excluded.body",
                    (change.deployment_id, change.robot_id, change.started_utc_s, change.ended_utc_s, body),
                )
                if change.ended_utc_s is not None:
                    self._upkeep.deployment(connection, change.robot_id)
            case Operation():
                body = codec.dumps(codec.operation_to_json(change))
                connection.execute(
                    "INSERT INTO operations VALUES (?, ?, ?, ?) ON CONFLICT (operation_id)"
                    " DO UPDATE SET running = excluded.running, body = excluded.body",
                    (change.operation_id, change.requested_utc_s, int(change.state is OperationState.RUNNING), body),
                )
                self._upkeep.operation(connection)

    @staticmethod
    def _put_meta(connection: sqlite3.Connection, name: str, value: str) -> None:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
