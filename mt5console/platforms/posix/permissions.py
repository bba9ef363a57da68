"""Files and directories that only this account may open, by mode bits. Must not know: what they hold."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

assert sys.platform != "win32", "mt5console.platforms.posix works on POSIX systems only"

_PRIVATE_FILE = 0o600
_PRIVATE_DIRECTORY = 0o700


def open_private_file(path: Path) -> int:
    """A new file open for writing, its owner's alone from the first byte. Raises OSError, also when it exists."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE_FILE)


def make_private_directory(path: Path) -> None:
    """Create with parents, close to all others, and read back. Raises OSError when it is not ours alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=_PRIVATE_DIRECTORY)
    except FileExistsError:
        if not path.is_dir():
            raise
    path.chmod(_PRIVATE_DIRECTORY)
    found = path.stat()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(errno.EACCES, "others can open it and that could not be changed", str(path))
