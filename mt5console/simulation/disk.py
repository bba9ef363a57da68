"""Every write of a simulated terminal goes through one disk, so that a full disk stops all of them.

Reads are tolerant: what cannot be read is not there. Must not know: what the files hold.
"""

from __future__ import annotations

import errno
import os

from mt5console.simulation.locks import HeldLock, try_lock

_CLOEXEC = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Disk:
    """The file calls of one terminal. `is_full` makes every write raise `OSError` (ENOSPC) and change nothing."""

    __slots__ = ("is_full",)

    def __init__(self) -> None:
        self.is_full = False

    def read(self, path: str) -> bytes | None:
        """Content, None when it is missing or cannot be read now."""
        try:
            handle = os.open(path, os.O_RDONLY | _CLOEXEC)
        except OSError:
            return None
        try:
            parts = []
            while part := os.read(handle, 65536):
                parts.append(part)
            return b"".join(parts)
        except OSError:
            return None
        finally:
            os.close(handle)

    def replace(self, path: str, data: bytes) -> None:
        """Write beside and move into place; parents must exist. Raises OSError and leaves the old content."""
        beside = path + ".tmp"
        self._write(beside, data, os.O_TRUNC)
        os.replace(beside, path)

    def rewrite(self, path: str, data: bytes) -> None:
        """Write in place, as an MQL5 program without a move does. Raises OSError."""
        self._write(path, data, os.O_TRUNC)

    def append(self, path: str, data: bytes) -> None:
        """Add to the end in one call. Raises OSError."""
        self._write(path, data, os.O_APPEND)

    def make_directory(self, path: str) -> None:
        """Create a directory and its parents. Raises OSError."""
        if os.path.isdir(path):
            return
        self._refuse_when_full(path)
        os.makedirs(path, exist_ok=True)

    def remove(self, path: str) -> bool:
        """Remove a file; False when there was none."""
        try:
            os.unlink(path)
        except OSError:
            return False
        return True

    def lock(self, path: str) -> HeldLock | None:
        """Open a lock file exclusively; None when it is held, or cannot be created on a full disk."""
        if self.is_full and not os.path.exists(path):
            return None
        try:
            return try_lock(path)
        except OSError:
            return None

    def _write(self, path: str, data: bytes, mode: int) -> None:
        self._refuse_when_full(path)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | mode | _CLOEXEC, 0o644)
        try:
            os.write(handle, data)
        finally:
            os.close(handle)

    def _refuse_when_full(self, path: str) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
