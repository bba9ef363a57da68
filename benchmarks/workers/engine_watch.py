"""A whole engine over real simulated terminals, in one process; tells of each step from a death to its replacement.

`python -m benchmarks.workers.engine_watch INBOX BASE TERMINALS`; runs until its standard input ends, then ends every
terminal. Nothing of the engine is replaced: its process port and its store tell when they were called.
"""

from __future__ import annotations

import logging
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.inbox import Teller
from mt5console.app import policy_of
from mt5console.bases import DEMO_KEYRING, build_platform
from mt5console.core.config.base_directory import BaseDirectory, open_base
from mt5console.core.credentials import Secret
from mt5console.core.history.heartbeats import HeartbeatHistory
from mt5console.core.history.store import StateStore
from mt5console.core.model.records import Change, SaveWatch
from mt5console.core.ports import Platform, ProcessHost, ProcessRef
from mt5console.platforms.files import LocalFileStore
from mt5console.runtime.door import RuntimeDoor
from mt5console.runtime.host import EngineHost

UP_WITHIN_S = 60.0


class TellingHost:
    """The process port as it is, telling of exits, looks and spawns; everything else goes straight through."""

    def __init__(self, inner: ProcessHost, teller: Teller) -> None:
        self._inner = inner
        self._teller = teller

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def watch(self, ref: ProcessRef, on_exit: Callable[[ProcessRef, int | None], None]) -> None:
        """Tell when the callback is called."""

        def told(ended: ProcessRef, code: int | None) -> None:
            stamp = time.perf_counter_ns()
            on_exit(ended, code)
            self._teller.tell("noticed", _user(ended.executable), ended.pid, stamp)

        self._inner.watch(ref, told)

    def find(self, executable: Path) -> tuple[ProcessRef, ...]:
        """Tell when somebody looks for a terminal: the first look after a death is the act's own."""
        stamp = time.perf_counter_ns()
        found = self._inner.find(executable)
        self._teller.tell("acting", _user(str(executable)), 0, stamp)
        return found

    def spawn(self, executable: Path, arguments: Sequence[str], directory: Path) -> ProcessRef:
        """Tell when the replacement exists: `spawn` returns after the program was executed."""
        began = time.perf_counter_ns()
        ref = self._inner.spawn(executable, arguments, directory)
        stamp = time.perf_counter_ns()
        self._teller.tell("spawning", _user(str(executable)), ref.pid, began)
        self._teller.tell("spawned", _user(str(executable)), ref.pid, stamp)
        return ref


class TellingStore(StateStore):
    """The store as it is, telling when a commit that concerns a terminal is done."""

    teller: Teller

    def commit(self, changes: Sequence[Change]) -> None:
        """Commit, then tell."""
        super().commit(changes)
        stamp = time.perf_counter_ns()
        for change in changes:
            if isinstance(change, SaveWatch):
                self.teller.tell("committed", change.user_id, 0, stamp)


def _user(executable: str) -> str:
    return Path(executable).parent.name.removeprefix("user_")


def _engine(base: BaseDirectory, platform: Platform, teller: Teller) -> EngineHost:
    store = TellingStore(base.layout.state_db)
    store.teller = teller
    history = HeartbeatHistory(base.layout.history_db)
    return EngineHost(base, platform, policy_of(base, None), store, history, mode=None)


def main() -> None:
    """Bring the terminals up, tell their pids, and watch."""
    logging.disable(logging.WARNING)
    teller, root, count = Teller(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    base = open_base(root, True, LocalFileStore(), create=True)
    LocalFileStore().make_private_directory(base.layout.console / DEMO_KEYRING)
    platform = build_platform(base)
    if not platform.lock.acquire():
        raise RuntimeError("the benchmark's own base directory is held")
    inner = platform.processes
    host = _engine(base, replace(platform, processes=TellingHost(inner, teller)), teller)
    host.start()
    try:
        door = RuntimeDoor(host, lambda: None)
        for user_id in range(1, count + 1):
            door.add_user(user_id, 5000 + user_id, "Demo-Server", Secret(secrets.token_urlsafe(9)))
        asked = [door.submit("terminal_start", {"user_id": user_id}, "benchmark") for user_id in range(1, count + 1)]
        for operation in asked:
            ended = door.operation(operation["operation_id"], UP_WITHIN_S)
            if ended["state"] != "done":
                print(f"a terminal did not come up: {ended['error'] or ended['progress']}", file=sys.stderr)
        for terminal in door.status()["terminals"]:
            teller.tell("up", terminal["user_id"], terminal["pid"] or 0)
        teller.tell("ready")
        sys.stdin.read()
    finally:
        host.stop()
        platform.lock.release()


if __name__ == "__main__":
    main()
