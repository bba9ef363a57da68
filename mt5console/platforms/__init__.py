"""Adapters behind core's ports: processes, files, secrets, clock, lock, for POSIX and Windows.

`process_host()` picks the one for this system. Must not know: what the core decides.
"""

from __future__ import annotations

import sys

from mt5console.core.ports import ProcessHost


def process_host() -> ProcessHost:
    """A new host for this system's processes; close it when done."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.processes import WindowsProcessHost as SystemProcessHost
    else:
        from mt5console.platforms.posix.processes import PosixProcessHost as SystemProcessHost
    return SystemProcessHost()
