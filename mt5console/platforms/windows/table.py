"""The processes of this Windows machine: which pid, born when, running which executable.

An open handle keeps a pid from being used again and an image never changes, so what was read once stays true for as
long as the handle is held. Must not know: terminals.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from ctypes import wintypes
from dataclasses import dataclass
from typing import Any

import psutil

from mt5console.core.ports import ProcessRef

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import pywintypes
import win32api
import win32con
import win32event

BIRTH_TOLERANCE_S = 0.5
_LOOK = win32con.PROCESS_QUERY_LIMITED_INFORMATION | win32con.SYNCHRONIZE
_LONGEST_PATH = 32768
_SECONDS_BEFORE_1970 = 11_644_473_600.0
"""Windows counts from 1601."""

_BIRTH_LOOKS = 20
_BIRTH_LOOK_MS = 5

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.QueryFullProcessImageNameW.argtypes = (
    wintypes.HANDLE,
    wintypes.DWORD,
    wintypes.LPWSTR,
    ctypes.POINTER(wintypes.DWORD),
)
_kernel32.QueryFullProcessImageNameW.restype = wintypes.BOOL
_kernel32.GetProcessTimes.argtypes = (wintypes.HANDLE, *(ctypes.POINTER(wintypes.FILETIME) for _ in range(4)))
_kernel32.GetProcessTimes.restype = wintypes.BOOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One process whose handle is held. `image` is spelt as the system spells it; `key` without regard to case."""

    pid: int
    created_utc_s: float
    image: str
    key: str
    handle: Any

    def has_ended(self) -> bool:
        """Whether it has ended since."""
        return has_ended(self.handle)


class WindowsProcessTable:
    """All processes that this account may look at. Thread-safe."""

    def __init__(self) -> None:
        self._known: dict[int, Seen] = {}
        self._lock = threading.Lock()

    def find(self, is_wanted: Callable[[Seen], bool]) -> list[Seen]:
        """All living processes that are wanted, oldest first."""
        with self._lock:
            pids = set(psutil.pids())
            self._known = {pid: seen for pid, seen in self._known.items() if pid in pids and not seen.has_ended()}
            for pid in pids - self._known.keys():
                seen = look(pid)
                if seen is not None:
                    self._known[pid] = seen
            found = [seen for seen in self._known.values() if is_wanted(seen)]
        return sorted((seen for seen in found if not seen.has_ended()), key=lambda seen: (seen.created_utc_s, seen.pid))

    def forget(self) -> None:
        """Give all handles back."""
        with self._lock:
            self._known.clear()


def path_key(path: str | os.PathLike[str]) -> str:
    """A path so that two spellings of one file compare equal: long, resolved, without regard to case."""
    return os.path.normcase(os.path.realpath(path)).removeprefix("\\\\?\\")


def look(pid: int) -> Seen | None:
    """One living process, None when it is gone or may not be looked at."""
    handle = _open(pid, _LOOK)
    if handle is None or not _is_born(handle):
        return None
    image = _image(handle)
    if not image:
        return None
    return Seen(pid=pid, created_utc_s=created_utc_s(handle), image=image, key=path_key(image), handle=handle)


def open_process(ref: ProcessRef, access: int = 0) -> Any:
    """A handle of this very process, also when it has ended; None when it is gone or the pid is another's now.

    `access` is wanted beside looking and waiting. The handle closes itself when it is dropped.
    """
    handle = _open(ref.pid, _LOOK | access)
    if handle is None or abs(created_utc_s(handle) - ref.created_utc_s) > BIRTH_TOLERANCE_S:
        return None
    return handle


def runs(handle: Any, executable: str) -> bool:
    """Whether the process lives and its image is this file."""
    return not has_ended(handle) and path_key(_image(handle)) == path_key(executable)


def has_ended(handle: Any) -> bool:
    """Whether the process behind a handle has ended."""
    return win32event.WaitForSingleObject(handle, 0) == win32event.WAIT_OBJECT_0


def created_utc_s(handle: Any) -> float:
    """When the process behind a handle began, in seconds since 1970; far below 0 while it is only being made.

    Asked for without pywin32, whose dates carry no time zone and refuse the year 1601, which stands for "not yet".
    """
    created, ended, kernel, user = (wintypes.FILETIME() for _ in range(4))
    times = (ctypes.byref(created), ctypes.byref(ended), ctypes.byref(kernel), ctypes.byref(user))
    if not _kernel32.GetProcessTimes(int(handle), *times):
        return -_SECONDS_BEFORE_1970
    return ((created.dwHighDateTime << 32) + created.dwLowDateTime) / 1e7 - _SECONDS_BEFORE_1970


def _is_born(handle: Any) -> bool:
    """Whether the process lives and knows its birth; one that is only being made is waited for, for a moment."""
    for _ in range(_BIRTH_LOOKS):
        if has_ended(handle):
            return False
        if created_utc_s(handle) > 0:
            return True
        win32event.WaitForSingleObject(handle, _BIRTH_LOOK_MS)
    return False


def _open(pid: int, access: int) -> Any:
    try:
        return win32api.OpenProcess(access, False, pid)
    except pywintypes.error:
        return None


def _image(handle: Any) -> str:
    size = wintypes.DWORD(_LONGEST_PATH)
    buffer = ctypes.create_unicode_buffer(_LONGEST_PATH)
    if not _kernel32.QueryFullProcessImageNameW(int(handle), 0, buffer, ctypes.byref(size)):
        return ""
    return buffer.value
