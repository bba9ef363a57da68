"""Keeps the state file bounded: what is old beyond a number of records is dropped, a little at a time.

Runs inside the caller's transaction. What is open or running is never dropped. Must not know: what records mean.
"""

from __future__ import annotations

import sqlite3
from collections import Counter

KEPT_DECISIONS_PER_USER = 10_000
KEPT_INCIDENTS = 10_000
KEPT_DEPLOYMENTS_PER_ROBOT = 500
KEPT_OPERATIONS = 5_000
EVERY = 256
"""Pruning looks once per this many inserts, so its cost per insert is next to nothing."""


class Upkeep:
    """Counts inserts and prunes at the first one of this life and at every 256th after, per thing that is bounded."""

    def __init__(self) -> None:
        self._inserts: Counter[tuple[str, int | None]] = Counter()

    def decision(self, connection: sqlite3.Connection, user_id: int | None) -> None:
        """A decision of this user was inserted."""
        if self._is_due("decision", user_id):
            connection.execute(
                "DELETE FROM decisions WHERE user_id IS :user AND id <= (SELECT id FROM decisions"
                " WHERE user_id IS :user ORDER BY id DESC LIMIT 1 OFFSET :kept)",
                {"user": user_id, "kept": KEPT_DECISIONS_PER_USER},
            )

    def incident(self, connection: sqlite3.Connection) -> None:
        """An incident was stored."""
        if self._is_due("incident", None):
            connection.execute(
                "DELETE FROM incidents WHERE cleared IS NOT NULL AND opened <= (SELECT opened FROM incidents"
                " ORDER BY opened DESC LIMIT 1 OFFSET ?)",
                (KEPT_INCIDENTS,),
            )

    def deployment(self, connection: sqlite3.Connection, robot_id: int) -> None:
        """A deployment of this robot has ended."""
        if self._is_due("deployment", robot_id):
            connection.execute(
                "DELETE FROM deployments WHERE robot_id = :robot AND ended IS NOT NULL AND started <= (SELECT started"
                " FROM deployments WHERE robot_id = :robot ORDER BY started DESC LIMIT 1 OFFSET :kept)",
                {"robot": robot_id, "kept": KEPT_DEPLOYMENTS_PER_ROBOT},
            )

    def operation(self, connection: sqlite3.Connection) -> None:
        """An operation was stored."""
        if self._is_due("operation", None):
            connection.execute(
                "DELETE FROM operations WHERE running = 0 AND requested <= (SELECT requested FROM operations"
                " ORDER BY requested DESC LIMIT 1 OFFSET ?)",
                (KEPT_OPERATIONS,),
            )

    def _is_due(self, kind: str, key: int | None) -> bool:
        self._inserts[(kind, key)] += 1
        return self._inserts[(kind, key)] % EVERY == 1
