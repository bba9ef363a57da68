"""Whether a program runs with administrator rights, and whether the system's time service runs.

Must not know: why anybody asks.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import os
import sys
from typing import Any

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import psutil
import pywintypes
import win32api
import win32con
import win32security
import winerror

_QUERY_LIMITED = 0x1000
_TIME_SERVICE = "W32Time"


def elevated(pid: int | None) -> bool | None:
    """Whether a process (None: this one) has an elevated token; None when it is gone or cannot be told.

    A token that may not even be looked at belongs to somebody with more rights: that counts as elevated.
    """
    try:
        process: Any = win32api.OpenProcess(_QUERY_LIMITED, False, os.getpid() if pid is None else pid)
    except pywintypes.error:
        return None
    try:
        token: Any = win32security.OpenProcessToken(process, win32con.TOKEN_QUERY)
        return bool(win32security.GetTokenInformation(token, win32security.TokenElevation))
    except pywintypes.error as error:
        return True if error.winerror == winerror.ERROR_ACCESS_DENIED else None


def time_service() -> tuple[bool, str]:
    """Whether the time service runs now, and that in words."""
    try:
        state = psutil.win_service_get(_TIME_SERVICE).status()
    except (psutil.Error, OSError):
        return False, "the time service cannot be asked"
    return state == "running", f"the time service is {state}"
