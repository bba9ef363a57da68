"""Exclusive OS locks on files: freed by the system when their holder dies, so they never go stale.

Two holders exclude each other even inside one process, as two exclusive opens of one file do on Windows. Must not
know: what a lock stands for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
    import time

    _PAUSE_S = 0.005

    def _take(handle: int, wait: bool) -> None:
        """Waiting is done here: LK_LOCK looks once a second and gives up after ten."""
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    raise
                time.sleep(_PAUSE_S)
            else:
                return

else:
    import fcntl

    def _take(handle: int, wait: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


class HeldLock:
    """A lock that this process holds until `release` or its death."""

    __slots__ = ("_handle",)

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def release(self) -> None:
        """Give it back; harmless when done before."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def try_lock(path: str) -> HeldLock | None:
    """Open `path` exclusively, creating it if need be; None when somebody else holds it. Raises OSError."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        _take(handle, wait=False)
    except OSError:
        os.close(handle)
        return None
    return HeldLock(handle)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file for the length of the block, waiting for whoever holds it (they hold it for milliseconds)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        _take(handle, wait=True)
        yield
    finally:
        os.close(handle)
