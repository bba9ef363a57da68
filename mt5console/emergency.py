"""The stop latches without an engine: files that every robot looks for at its next beat.

Must not know: why the engine is silent, or what a robot does about its latch.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import FileStore
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.terminal.stop_latch import write_stop_latch

PATIENCE_S = 5.0
"""What could not be written is tried again for so long."""
PAUSE_S = 0.2


def write_latches(directories: Iterable[Path], files: FileStore, patience_s: float = PATIENCE_S) -> dict[str, str]:
    """Write all that can be written first, then try the others again; gives those that failed, with the reason."""
    deadline, pause = time.monotonic() + patience_s, threading.Event()
    waiting = list(directories)
    while True:
        failed = {path: reason for path in waiting if (reason := _latch(path, files))}
        if not failed or time.monotonic() >= deadline:
            return {path.name: reason for path, reason in failed.items()}
        waiting = list(failed)
        pause.wait(PAUSE_S)


def _latch(directory: Path, files: FileStore) -> str:
    """Write one latch; gives why it could not be written, `""` when it stands."""
    try:
        write_stop_latch(TerminalLayout(directory), files)
    except (StorageFailed, OSError) as error:
        return str(error)
    return ""
