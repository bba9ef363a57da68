"""Adapters behind core's ports: processes, files, secrets, clock, lock, for POSIX and Windows.

`process_host()` and `program_version()` pick the one for this system. Must not know: what the core decides.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from mt5console.core.ports import ProcessHost


def process_host() -> ProcessHost:
    """A new host for this system's processes; close it when done."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.processes import WindowsProcessHost as SystemProcessHost
    else:
        from mt5console.platforms.posix.processes import PosixProcessHost as SystemProcessHost
    return SystemProcessHost()


def program_version() -> Callable[[Path], str] | None:
    """How to read a program file's version on this system; None where files have none."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.versions import program_version as version_of

        return version_of
    else:  # noqa: RET505 - without it mypy calls the last line unreachable on Windows
        return None
