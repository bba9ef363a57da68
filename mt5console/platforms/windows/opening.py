"""Opening a file so that others are kept from as little as can be, and saying why not. Must not know: what it means.

Python's own `open` lets nobody move or remove what it has open, and hides whether somebody else holds the file. What
nobody can let others do is to replace it: Windows puts no file in the place of one that is open, however it is shared.
So whoever opens one here reads it at once and closes it, and who replaces one tries again for a while.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import msvcrt

import pywintypes
import win32con
import win32file
import winerror

_WITH_EVERYBODY = win32con.FILE_SHARE_READ | win32con.FILE_SHARE_WRITE | win32con.FILE_SHARE_DELETE


def open_shared(path: Path, *, to_write: bool = False) -> int:
    """A descriptor of a file that is there; others may read, write, move or remove it meanwhile, not replace it.

    A link is opened itself, not followed, when it is to be written. Raises OSError with its `winerror`; a directory
    counts as forbidden, without one.
    """
    access = win32con.GENERIC_WRITE if to_write else win32con.GENERIC_READ
    flags = win32con.FILE_ATTRIBUTE_NORMAL | (win32file.FILE_FLAG_OPEN_REPARSE_POINT if to_write else 0)
    try:
        handle: Any = win32file.CreateFile(
            str(path), access, _WITH_EVERYBODY, None, win32con.OPEN_EXISTING, flags, None
        )
    except pywintypes.error as error:
        if error.winerror == winerror.ERROR_ACCESS_DENIED and os.path.isdir(path):
            raise PermissionError(13, "it is a directory", str(path)) from None
        raise OSError(0, error.strerror, str(path), error.winerror) from None
    return msvcrt.open_osfhandle(handle.Detach(), os.O_BINARY | (os.O_WRONLY if to_write else os.O_RDONLY))


def let_go_of_read_only(path: Path) -> None:
    """Take the read-only mark off a file, which Windows does not remove as long as it has it. Raises OSError."""
    if not os.lstat(path).st_mode & stat.S_IWRITE:
        os.chmod(path, stat.S_IREAD | stat.S_IWRITE)
