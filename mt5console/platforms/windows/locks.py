"""A lock on an open file's first byte, freed by the system when its holder dies. Must not know: what it guards."""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import sys
from typing import Any

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import msvcrt

import pywintypes
import win32con
import win32file
import winerror

_HELD = (winerror.ERROR_LOCK_VIOLATION, winerror.ERROR_SHARING_VIOLATION, winerror.ERROR_IO_PENDING)


def try_lock(descriptor: int) -> bool:
    """Lock without waiting; False when somebody else, this process's other handles included, holds it.

    Raises OSError when the volume knows no locks.
    """
    flags = win32con.LOCKFILE_EXCLUSIVE_LOCK | win32con.LOCKFILE_FAIL_IMMEDIATELY
    place: Any = pywintypes.OVERLAPPED()
    try:
        win32file.LockFileEx(msvcrt.get_osfhandle(descriptor), flags, 1, 0, place)
    except pywintypes.error as error:
        if error.winerror in _HELD:
            return False
        raise OSError(0, error.strerror, None, error.winerror) from None
    return True


def unlock(descriptor: int) -> None:
    """Give back what `try_lock` has taken. Raises OSError."""
    place: Any = pywintypes.OVERLAPPED()
    try:
        win32file.UnlockFileEx(msvcrt.get_osfhandle(descriptor), 1, 0, place)
    except pywintypes.error as error:
        raise OSError(0, error.strerror, None, error.winerror) from None
