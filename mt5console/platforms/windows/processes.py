"""Processes on Windows, by handles: found by exact executable, spawned detached, watched, closed, killed.

Must not know: what a terminal is, or why it is started or ended.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from mt5console.core.errors import ConsoleError
from mt5console.core.ports import ProcessRef, ProcessUsage

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import pywintypes
import win32con
import win32process
import winerror

from mt5console.platforms.sharing import A_PROGRAMS_PAUSES_S, LOCKED, patiently
from mt5console.platforms.windows import desktop
from mt5console.platforms.windows.exits import HandleExitWatcher
from mt5console.platforms.windows.table import (
    WindowsProcessTable,
    created_utc_s,
    has_ended,
    look,
    open_process,
    path_key,
    runs,
)

_DETACHED = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS | subprocess.CREATE_DEFAULT_ERROR_MODE
_KILLED = 1


class WindowsProcessHost:
    """The process port by process handles. Thread-safe. `executable` of a found process is the path as asked for."""

    def __init__(self) -> None:
        self._table = WindowsProcessTable()
        self._exits = HandleExitWatcher()

    def find(self, executable: Path) -> tuple[ProcessRef, ...]:
        """All living processes that run exactly this file, oldest first."""
        wanted, shown = path_key(executable), os.path.abspath(executable)
        return tuple(
            ProcessRef(pid=seen.pid, created_utc_s=seen.created_utc_s, executable=shown)
            for seen in self._table.find(lambda seen: seen.key == wanted)
        )

    def find_under(self, directory: Path) -> tuple[ProcessRef, ...]:
        """All living processes whose executable lies anywhere under the directory, oldest first."""
        prefix, shown = os.path.join(path_key(directory), ""), os.path.join(os.path.abspath(directory), "")
        return tuple(
            ProcessRef(pid=seen.pid, created_utc_s=seen.created_utc_s, executable=shown + seen.image[-rest:])
            for seen in self._table.find(lambda seen: seen.key.startswith(prefix))
            if (rest := len(seen.key) - len(prefix)) > 0
        )

    def spawn(self, executable: Path, arguments: Sequence[str], directory: Path) -> ProcessRef:
        """Start detached: no console, no handle of ours, outside of our job where that is allowed."""
        try:
            process = _start(executable, arguments, directory)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ConsoleError(
                "spawn_failed", f"{executable} could not be started: {reason}; check the file and the directory"
            ) from error
        # While `process` holds its handle the pid cannot be used again, even if the program has ended already.
        handle = int(getattr(process, "_handle"))  # noqa: B009 - subprocess offers no public way to it
        created = created_utc_s(handle)
        ref = ProcessRef(pid=process.pid, created_utc_s=created, executable=os.path.abspath(executable))
        self._exits.adopt_child(ref)
        # The exit watcher holds it now. Marked as done, so that dropping this object warns nobody.
        process.returncode = 0
        return ref

    def watch(self, ref: ProcessRef, on_exit: Callable[[ProcessRef, int | None], None]) -> None:
        """Call `on_exit(ref, exit_code or None)` once, from a watcher's thread, as soon as the process ends."""
        self._exits.watch(ref, on_exit)

    def unwatch(self, ref: ProcessRef) -> None:
        """Stop watching; unknown refs are fine."""
        self._exits.unwatch(ref)

    def is_alive(self, ref: ProcessRef) -> bool:
        """Whether this very process runs."""
        running = self._exits.is_running(ref)
        if running is not None:
            return running
        handle = open_process(ref)
        return handle is not None and not has_ended(handle)

    def request_close(self, ref: ProcessRef) -> bool:
        """WM_CLOSE to its windows, as a person would; False when it is gone or has no window to ask."""
        handle = open_process(ref)
        return handle is not None and runs(handle, ref.executable) and desktop.ask_to_close(ref.pid)

    def kill(self, ref: ProcessRef) -> bool:
        """TerminateProcess on a handle that was checked to be this process; False when it was gone."""
        handle = open_process(ref, win32con.PROCESS_TERMINATE)
        if handle is None or not runs(handle, ref.executable):
            return False
        try:
            win32process.TerminateProcess(handle, _KILLED)
        except pywintypes.error:
            return False
        return True

    def usage(self, ref: ProcessRef) -> ProcessUsage | None:
        """CPU and memory, None when it is gone."""
        handle = open_process(ref)
        if handle is None or has_ended(handle):
            return None
        try:
            process = psutil.Process(ref.pid)
            times = process.cpu_times()
            return ProcessUsage(cpu_s=times.user + times.system, rss_bytes=process.memory_info().rss)
        except psutil.Error:
            return None

    def press_algo_button(self, ref: ProcessRef) -> bool:
        """Post the algo-trading command to the terminal's main window. It toggles: read before, verify after."""
        handle = open_process(ref)
        return handle is not None and runs(handle, ref.executable) and desktop.press_algo_button(ref.pid)

    def has_hung_window(self, ref: ProcessRef) -> bool:
        """Whether the system says that the terminal's main window does not answer."""
        seen = look(ref.pid)
        return seen is not None and open_process(ref) is not None and desktop.is_hung(ref.pid)

    def session_is_ending(self) -> bool:
        """Whether Windows shuts down or signs this account out now."""
        return desktop.session_is_ending()

    def close(self) -> None:
        """Stop the watching threads and give all handles back; processes live on. A second call is harmless."""
        self._exits.close()
        self._table.forget()


def _start(executable: Path, arguments: Sequence[str], directory: Path) -> subprocess.Popen[bytes]:
    """No standard stream is redirected and all handles are closed: then Windows inherits none at all.

    A scanner may hold a program that was compiled or copied just now: it is waited for.
    """
    return patiently(
        lambda: _start_outside(executable, arguments, directory), pauses_s=A_PROGRAMS_PAUSES_S, held=LOCKED
    )


def _start_outside(executable: Path, arguments: Sequence[str], directory: Path) -> subprocess.Popen[bytes]:
    try:
        return _start_with(_DETACHED | subprocess.CREATE_BREAKAWAY_FROM_JOB, executable, arguments, directory)
    except PermissionError as error:
        if error.winerror != winerror.ERROR_ACCESS_DENIED:
            raise
    # Our own job may forbid to leave it; then the child stays in it, which is harmless unless that job kills.
    return _start_with(_DETACHED, executable, arguments, directory)


def _start_with(flags: int, executable: Path, arguments: Sequence[str], directory: Path) -> subprocess.Popen[bytes]:
    command = [str(executable), *arguments]
    return subprocess.Popen(command, executable=str(executable), cwd=directory, close_fds=True, creationflags=flags)
