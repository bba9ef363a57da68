"""The terminal's journal and experts log: UTF-16LE with BOM, CRLF, five tab columns, one file a day.

Times are the local ones of this machine, as MetaTrader's are. Must not know: which line means what.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from mt5console.simulation.disk import Disk

INFO, WARNING, ERROR, CRITICAL = 0, 1, 2, 3

BOM = b"\xff\xfe"
_BLANKS = str.maketrans("\t\r\n", "   ")
_LETTERS = "ABCDEFGHIJKLMNOPQRS"


class Journal:
    """Appends lines to `<directory>/YYYYMMDD.log`. A full disk loses the line, never the terminal."""

    def __init__(self, disk: Disk, directory: str, clock: Callable[[], float] = time.time) -> None:
        self._disk = disk
        self._directory = directory
        self._clock = clock
        self._written = 0

    def write(self, category: str, text: str, level: int = INFO) -> None:
        """One line, at this moment, in today's file."""
        now = self._clock()
        local = time.localtime(now)
        path = os.path.join(self._directory, time.strftime("%Y%m%d.log", local))
        stamp = f"{time.strftime('%H:%M:%S', local)}.{int(now * 1000) % 1000:03d}"
        self._written += 1
        mark = _LETTERS[self._written % 19] + _LETTERS[self._written * 7 % 19]
        line = f"{mark}\t{level}\t{stamp}\t{category}\t{text.translate(_BLANKS)}\r\n"
        # A lone surrogate (an undecodable name) must not stop the terminal.
        data = line.encode("utf-16-le", "replace")
        try:
            if not os.path.exists(path):
                self._disk.make_directory(self._directory)
                data = BOM + data
            self._disk.append(path, data)
        except OSError:
            return
