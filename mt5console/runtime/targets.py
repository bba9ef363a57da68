"""What the collectors watch: users, their robots, the process of each and the replies waited for. Thread-safe.

The loop's side writes it after every step; collectors read it. Must not know: what is decided from it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

from mt5console.core.model.ids import RobotId, UserId
from mt5console.core.ports import ProcessRef
from mt5console.core.terminal.layout import TerminalLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One user's terminal, for collectors."""

    user_id: UserId
    layout: TerminalLayout
    executable: Path
    robots: frozenset[RobotId] = field(default=frozenset())
    process: ProcessRef | None = None
    replies: frozenset[str] = field(default=frozenset())


class Targets:
    """All targets by user."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._targets: dict[UserId, Target] = {}

    def all(self) -> tuple[Target, ...]:
        """Every target now."""
        with self._lock:
            return tuple(self._targets.values())

    def get(self, user_id: UserId) -> Target | None:
        """One target, None when the user is not watched."""
        with self._lock:
            return self._targets.get(user_id)

    def put_user(self, user_id: UserId, directory: Path, executable_name: str) -> None:
        """Watch a user's directory; what is known of it already stays."""
        with self._lock:
            if user_id not in self._targets:
                self._targets[user_id] = Target(
                    user_id=user_id, layout=TerminalLayout(directory), executable=directory / executable_name
                )

    def drop_user(self, user_id: UserId) -> None:
        """Watch it no more."""
        with self._lock:
            self._targets.pop(user_id, None)

    def set_robots(self, user_id: UserId, robots: frozenset[RobotId]) -> None:
        """Which robots' files are read."""
        self._change(user_id, robots=robots)

    def set_process(self, user_id: UserId, process: ProcessRef | None) -> None:
        """Which process runs the terminal, None for none."""
        self._change(user_id, process=process)

    def await_reply(self, user_id: UserId, command_id: str) -> None:
        """Look for this reply, often, until it was taken."""
        with self._lock:
            target = self._targets.get(user_id)
            if target is not None:
                self._targets[user_id] = replace(target, replies=target.replies | {command_id})

    def reply_taken(self, user_id: UserId, command_id: str) -> None:
        """Look for it no more."""
        with self._lock:
            target = self._targets.get(user_id)
            if target is not None:
                self._targets[user_id] = replace(target, replies=target.replies - {command_id})

    def _change(self, user_id: UserId, **changes: object) -> None:
        with self._lock:
            target = self._targets.get(user_id)
            if target is not None:
                self._targets[user_id] = replace(target, **changes)  # type: ignore[arg-type]
