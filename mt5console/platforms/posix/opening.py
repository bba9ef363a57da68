"""Opening a file, which keeps nobody else from it here. The counterpart of Windows' rooms `opening` and `paths`.

Must not know: what the file means.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

assert sys.platform != "win32", "mt5console.platforms.posix works on POSIX systems only"


def open_shared(path: Path, *, to_write: bool = False) -> int:
    """A descriptor of a file that is there; a link is not followed when it is to be written. Raises OSError."""
    return os.open(path, os.O_WRONLY | os.O_NOFOLLOW if to_write else os.O_RDONLY)


def let_go_of_read_only(_path: Path) -> None:
    """A file's own mode keeps nobody from removing it."""


def reachable(path: Path) -> Path:
    """Paths have no second form."""
    return path
