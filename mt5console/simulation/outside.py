"""The outside world of a simulated base directory, where it differs from the real one: full disks, the algo button.

Wraps the system's own adapters. Must not know: the engine.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import FileStamp, FileStore, ProcessHost, ProcessRef, ProcessUsage
from mt5console.core.terminal.layout import BaseLayout
from mt5console.simulation.faults import disk_is_full

ALGO_BUTTON = getattr(signal, "SIGUSR1", None)
"""What a click on the toolbar's algo button is, for a simulated terminal; real ones get a window message."""


class SimulatedFileStore:
    """The file store port over another; writes into a user's directory fail while its disk is full."""

    def __init__(self, inner: FileStore, base: BaseLayout) -> None:
        self._inner = inner
        self._base = base

    def stamp(self, path: Path) -> FileStamp | None:
        """As the store beneath."""
        return self._inner.stamp(path)

    def read(self, path: Path, limit: int | None = None) -> bytes | None:
        """As the store beneath."""
        return self._inner.read(path, limit)

    def write_atomic(self, path: Path, data: bytes, *, private: bool = False, durable: bool = False) -> None:
        """As the store beneath, unless the user's disk is full: `StorageFailed` with code `disk_full`."""
        user_id = self._user_of(path)
        if user_id is not None and disk_is_full(self._base.root, user_id):
            text = f"{path.name} could not be written: the disk of user {user_id} is full; make room, then try again"
            raise StorageFailed("disk_full", text)
        self._inner.write_atomic(path, data, private=private, durable=durable)

    def wipe(self, path: Path) -> None:
        """As the store beneath."""
        self._inner.wipe(path)

    def remove(self, path: Path) -> None:
        """As the store beneath."""
        self._inner.remove(path)

    def make_private_directory(self, path: Path) -> None:
        """As the store beneath."""
        self._inner.make_private_directory(path)

    def move_directory(self, source: Path, target: Path) -> None:
        """As the store beneath."""
        self._inner.move_directory(source, target)

    def remove_tree(self, path: Path) -> None:
        """As the store beneath."""
        self._inner.remove_tree(path)

    def free_bytes(self, path: Path) -> int:
        """As the store beneath, nothing while the user's disk is full."""
        user_id = self._user_of(path)
        if user_id is not None and disk_is_full(self._base.root, user_id):
            return 0
        return self._inner.free_bytes(path)

    def _user_of(self, path: Path) -> int | None:
        """The user whose directory the path lies in."""
        try:
            first = path.relative_to(self._base.root).parts[0]
        except (ValueError, IndexError):
            return None
        number = first.removeprefix("user_")
        return int(number) if number != first and number.isdecimal() else None


class SimulatedProcessHost:
    """The process host port over another; the algo button of a simulated terminal is a signal."""

    def __init__(self, inner: ProcessHost, base: BaseLayout) -> None:
        self._inner = inner
        self._base = base

    def find(self, executable: Path) -> tuple[ProcessRef, ...]:
        """As the host beneath."""
        return self._inner.find(executable)

    def find_under(self, directory: Path) -> tuple[ProcessRef, ...]:
        """As the host beneath."""
        return self._inner.find_under(directory)

    def spawn(self, executable: Path, arguments: Sequence[str], directory: Path) -> ProcessRef:
        """As the host beneath."""
        return self._inner.spawn(executable, arguments, directory)

    def watch(self, ref: ProcessRef, on_exit: Callable[[ProcessRef, int | None], None]) -> None:
        """As the host beneath."""
        self._inner.watch(ref, on_exit)

    def unwatch(self, ref: ProcessRef) -> None:
        """As the host beneath."""
        self._inner.unwatch(ref)

    def is_alive(self, ref: ProcessRef) -> bool:
        """As the host beneath."""
        return self._inner.is_alive(ref)

    def request_close(self, ref: ProcessRef) -> bool:
        """As the host beneath."""
        return self._inner.request_close(ref)

    def kill(self, ref: ProcessRef) -> bool:
        """As the host beneath."""
        return self._inner.kill(ref)

    def usage(self, ref: ProcessRef) -> ProcessUsage | None:
        """As the host beneath."""
        return self._inner.usage(ref)

    def press_algo_button(self, ref: ProcessRef) -> bool:
        """Toggle the simulated terminal's algo switch; where it has a window, by its window."""
        if ALGO_BUTTON is None:
            return self._inner.press_algo_button(ref)
        if not self._inner.is_alive(ref):
            return False
        os.kill(ref.pid, ALGO_BUTTON)
        return True

    def session_is_ending(self) -> bool:
        """As the host beneath."""
        return self._inner.session_is_ending()

    def close(self) -> None:
        """As the host beneath."""
        self._inner.close()
