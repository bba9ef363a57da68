"""Whole directories moved and removed, with patience: a scanner holds fresh programs for a while after a big copy.

Must not know: what lies in them.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from mt5console.platforms.sharing import A_TREES_PAUSES_S, patiently

if sys.platform == "win32":
    from mt5console.platforms.windows.opening import let_go_of_read_only
else:
    from mt5console.platforms.posix.opening import let_go_of_read_only


def move_directory(source: Path, target: Path) -> None:
    """In one step, on one volume, to a name that nothing has. Raises OSError; then the source stays whole."""
    patiently(lambda: os.rename(source, target), pauses_s=A_TREES_PAUSES_S)


def remove_tree(path: Path) -> None:
    """A file, a link itself, or a directory with all that is in it; a missing one is fine. Raises OSError."""
    patiently(lambda: _remove(path), pauses_s=A_TREES_PAUSES_S)


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, onerror=_once_more)
        else:
            _take_away(path)
    except FileNotFoundError:
        pass  # Somebody else has removed it meanwhile.


def _once_more(act: Callable[..., object], name: str, _why: object) -> None:
    """What could not be removed is tried without its read-only mark, which Windows minds; else that error is told."""
    if act in (os.unlink, os.rmdir):
        let_go_of_read_only(Path(name))
    act(name)


def _take_away(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        let_go_of_read_only(path)
        path.unlink()
