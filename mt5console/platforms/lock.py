"""The OS lock that makes one engine per base directory. Must not know: what an engine is.

Straight on flock and LockFileEx: a lock library may fall back to a marker file, which outlives its holder.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from pathlib import Path

from mt5console.core.errors import StorageFailed

if sys.platform == "win32":
    from mt5console.platforms.windows.locks import try_lock, unlock
else:
    import fcntl

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK)


class FileBaseLock:
    """A lock on a file, held by this process and freed by the system when it dies, however it dies.

    The file itself stays and means nothing. Programs started meanwhile do not inherit the lock. Thread-safe.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._guard = threading.Lock()

    def acquire(self) -> bool:
        """Take it without waiting; True also when this object holds it already, False when somebody else does.

        Raises `StorageFailed` when the file cannot be made or the volume knows no locks.
        """
        with self._guard:
            if self._handle is not None:
                return True
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._handle = _locked(self._path)
            except OSError as error:
                raise StorageFailed(
                    "no_permission" if isinstance(error, PermissionError) else "write_failed",
                    f"{self._path} could not be locked: {error.strerror}; check that this account can write there",
                ) from error
            return self._handle is not None

    def release(self) -> None:
        """Give it back; harmless when not held."""
        with self._guard:
            if self._handle is None:
                return
            handle, self._handle = self._handle, None
            if sys.platform == "win32":
                unlock(handle)
            os.close(handle)


def _locked(path: Path) -> int | None:
    """An open handle that holds the lock, None when somebody else holds it. Handles are not inherited (PEP 446)."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        if _try_lock(handle) and _is_still_there(handle, path):
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _try_lock(handle: int) -> bool:
    if sys.platform == "win32":
        return try_lock(handle)
    else:  # noqa: RET505 - without it mypy does not know the branch for the other system
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                return False
            raise
        return True


def _is_still_there(handle: int, path: Path) -> bool:
    """A lock on a file that was removed meanwhile guards nothing."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False
