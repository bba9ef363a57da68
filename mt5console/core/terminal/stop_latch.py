"""The stop latch on disk: a file that every robot looks for at its next beat.

Must not know: who wants it to stand, or what a robot does about it.
"""

from __future__ import annotations

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import FileStore
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.terminal.protocol import STOP_LATCH


def write_stop_latch(layout: TerminalLayout, files: FileStore) -> None:
    """Make it stand; one that stands already is enough. Raises StorageFailed or OSError when it cannot."""
    path = layout.stop_latch
    try:
        files.write_atomic(path, STOP_LATCH, durable=True)
    except StorageFailed:
        if files.stamp(path) is None:
            # What counts is that the file is there: an empty one has room on a full disk.
            files.write_atomic(path, b"")
