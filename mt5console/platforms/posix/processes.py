"""Processes on Linux and macOS: found by exact executable, spawned detached, watched, closed, killed.

Must not know: what a terminal is, or why it is started or ended.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mt5console.core.errors import ConsoleError
from mt5console.core.ports import ProcessRef, ProcessUsage
from mt5console.platforms.exits import ExitWatcher

assert sys.platform != "win32", "mt5console.platforms.posix works on POSIX systems only"

from mt5console.platforms.posix.exits import has_pidfd, system_exit_watcher
from mt5console.platforms.posix.table import ProcessTable, is_same_birth, system_table

if sys.platform == "linux":
    from mt5console.platforms.posix.exits import open_process

_BUSY_TRIES = 20
_BUSY_PAUSE_S = 0.01


class PosixProcessHost:
    """The process port by /proc and pidfd, with psutil and polling where these are missing. Thread-safe.

    `executable` of a found process is the path as it was asked for; a script counts as what runs, not its interpreter.
    """

    def __init__(self, table: ProcessTable | None = None, exits: ExitWatcher | None = None) -> None:
        self._table = table or system_table()
        self._exits = exits or system_exit_watcher(self._table)
        self._uses_pidfd = has_pidfd()

    def find(self, executable: Path) -> tuple[ProcessRef, ...]:
        """All living processes that run exactly this file (not zombies), oldest first."""
        wanted = os.path.realpath(executable)
        shown = os.path.abspath(executable)
        return tuple(
            ProcessRef(pid=seen.pid, created_utc_s=seen.created_utc_s, executable=shown)
            for seen in self._table.find(lambda seen: wanted in seen.programs)
        )

    def find_under(self, directory: Path) -> tuple[ProcessRef, ...]:
        """All living processes whose executable lies anywhere under the directory, oldest first."""
        prefix = os.path.join(os.path.realpath(directory), "")
        shown = os.path.join(os.path.abspath(directory), "")

        def inside(programs: Sequence[str]) -> str | None:
            return next((program for program in reversed(programs) if program.startswith(prefix)), None)

        found = []
        for seen in self._table.find(lambda seen: inside(seen.programs) is not None):
            program = inside(seen.programs) or ""
            path = shown + program.removeprefix(prefix)
            found.append(ProcessRef(pid=seen.pid, created_utc_s=seen.created_utc_s, executable=path))
        return tuple(found)

    def spawn(self, executable: Path, arguments: Sequence[str], directory: Path) -> ProcessRef:
        """Start detached: a session of its own, no handle, console or standard stream of ours."""
        try:
            pid = self._start([str(executable), *arguments], directory)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ConsoleError(
                "spawn_failed", f"{executable} could not be started: {reason}; check the file and the directory"
            ) from error
        created = self._table.created_utc_s(pid)
        if created is None:
            raise ConsoleError("spawn_failed", f"{executable} was started and cannot be seen; is /proc mounted?")
        ref = ProcessRef(pid=pid, created_utc_s=created, executable=os.path.abspath(executable))
        self._exits.adopt_child(ref)
        return ref

    def watch(self, ref: ProcessRef, on_exit: Callable[[ProcessRef, int | None], None]) -> None:
        """Call `on_exit(ref, exit_code or None)` once, from the watcher's thread, as soon as the process ends.

        A child that a signal ended has the negative signal as its code.
        """
        self._exits.watch(ref, on_exit)

    def unwatch(self, ref: ProcessRef) -> None:
        """Stop watching; unknown refs are fine."""
        self._exits.unwatch(ref)

    def is_alive(self, ref: ProcessRef) -> bool:
        """Whether this very process runs; about a microsecond for a watched one."""
        running = self._exits.is_running(ref)
        return self._table.is_living(ref) if running is None else running

    def request_close(self, ref: ProcessRef) -> bool:
        """SIGTERM, after checking that the pid still is this process; False when it was gone."""
        return self._signal(ref, signal.SIGTERM)

    def kill(self, ref: ProcessRef) -> bool:
        """SIGKILL, after checking that the pid still is this process; False when it was gone."""
        return self._signal(ref, signal.SIGKILL)

    def usage(self, ref: ProcessRef) -> ProcessUsage | None:
        """CPU and memory, None when it is gone."""
        return self._table.usage(ref)

    def press_algo_button(self, ref: ProcessRef) -> bool:
        """False: there is no window to press it in."""
        return False

    def session_is_ending(self) -> bool:
        """False: nobody says so here, and no terminal lives in a session."""
        return False

    def close(self) -> None:
        """Stop the watching thread; processes live on. A second call is harmless."""
        self._exits.close()

    @staticmethod
    def _start(command: Sequence[str], directory: Path) -> int:
        for _ in range(_BUSY_TRIES):
            try:
                return _start_once(command, directory)
            except OSError as error:
                # Another thread's child can hold a freshly written file open for the instant before its own exec.
                if error.errno != errno.ETXTBSY:
                    raise
                time.sleep(_BUSY_PAUSE_S)
        return _start_once(command, directory)

    def _signal(self, ref: ProcessRef, number: signal.Signals) -> bool:
        if sys.platform == "linux" and self._uses_pidfd:
            handle = open_process(self._table, ref)
            if handle is None:
                return False
            try:
                if not self._is_still(ref):
                    return False
                signal.pidfd_send_signal(handle, number)
            except (ProcessLookupError, PermissionError):
                return False
            finally:
                os.close(handle)
            return True
        if not self._is_still(ref):
            return False
        try:
            os.kill(ref.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _is_still(self, ref: ProcessRef) -> bool:
        seen = self._table.look(ref.pid)
        return (
            seen is not None
            and is_same_birth(seen.created_utc_s, ref.created_utc_s)
            and os.path.realpath(ref.executable) in seen.programs
        )


def _start_once(command: Sequence[str], directory: Path) -> int:
    process = subprocess.Popen(
        command,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        start_new_session=True,
    )
    # The exit watcher reaps it. Marked as done, so that this object neither warns nor reaps when it is dropped.
    process.returncode = 0
    return process.pid
