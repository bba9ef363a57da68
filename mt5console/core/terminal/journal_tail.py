"""Following the journal that a terminal is writing now: new lines only, however large the file is.

Each look opens the file briefly and only when it has changed. Must not know: what the entries mean, or the time.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from mt5console.core.model.observed import JournalEntry
from mt5console.core.terminal.journal import JournalReader
from mt5console.core.terminal.journal_file import journals_in, read_piece, running_before

_AT_ONCE = 1024 * 1024
"""How much one look reads at most (bytes); the rest waits for the next."""

_LOOKS_BETWEEN_SCANS = 10
"""A new day's file shows as a change of its directory; this often it is looked for anyway."""


class JournalTail:
    """New entries of one directory's newest journal (`logs`, or MQL5/Logs with `experts_log`).

    The first look reads only the last 64 KiB, and tells them unless `skip_past`. After that every whole line is told
    once: half lines wait, a new day's file is read from its beginning after the old one's rest, a file that was
    truncated or replaced is read anew.
    """

    def __init__(self, directory: Path, *, experts_log: bool = False, skip_past: bool = False) -> None:
        self._directory = directory
        self._experts_log = experts_log
        self._skip_past = skip_past
        self._following: tuple[date, Path] | None = None
        self._reader: JournalReader | None = None
        self._offset: int | None = None
        self._anchor = b""
        self._inode: int | None = None
        self._read_to_end_at: tuple[int, int] | None = None
        self._scanned_at: int | None = None
        self._looks = 0
        self._has_looked = False

    def poll(self) -> tuple[JournalEntry, ...]:
        """The entries of the lines that were completed since the last look. A missing file is no news."""
        newer = self._newer_journal()
        entries = self._read()
        if newer is not None and self._is_drained():
            self._turn_to(*newer)
            entries += self._read()
        self._has_looked = True
        return entries

    def _newer_journal(self) -> tuple[date, Path] | None:
        """The newest journal when it is not the one that is being followed."""
        try:
            changed = os.stat(self._directory).st_mtime_ns
        except OSError:
            return None
        self._looks = (self._looks + 1) % _LOOKS_BETWEEN_SCANS
        if changed == self._scanned_at and self._looks:
            return None
        found = journals_in(self._directory)
        newest = found[-1] if found else None
        if newest and self._following and newest[0] <= self._following[0]:
            newest = None
        # A newer file that cannot be turned to yet must be found again by the next look.
        self._scanned_at = changed if newest is None else None
        return newest

    def _turn_to(self, day: date, path: Path) -> None:
        if self._reader is None:
            running = None if self._experts_log else running_before(self._directory, day)
            self._reader = JournalReader(day, experts_log=self._experts_log, running=running)
        else:
            self._reader.turn_to(day)
        self._following = (day, path)
        # What appears later than our first look is all news.
        self._offset = 0 if self._has_looked else None
        self._anchor, self._inode, self._read_to_end_at = b"", None, None

    def _is_drained(self) -> bool:
        """Whether nothing is left to read of the file that is being followed, half a line apart."""
        if self._following is None or self._read_to_end_at is not None:
            return True
        return not self._following[1].exists()

    def _read(self) -> tuple[JournalEntry, ...]:
        if self._following is None or self._reader is None:
            return ()
        path, reader = self._following[1], self._reader
        try:
            status = os.stat(path)
            if (status.st_size, status.st_mtime_ns) == self._read_to_end_at and status.st_ino == self._inode:
                return ()
            if self._inode not in (None, status.st_ino):
                self._offset, self._anchor = 0, b""
            if self._offset is None:
                piece = read_piece(path, None)
            else:
                piece = read_piece(path, self._offset, self._anchor, _AT_ONCE)
        except OSError:
            return ()
        is_past = self._offset is None and self._skip_past
        if piece.lines or piece.end != self._offset:
            self._offset, self._anchor = piece.end, piece.anchor
        self._inode = status.st_ino
        self._read_to_end_at = (status.st_size, status.st_mtime_ns) if piece.at_end else None
        entries = tuple(entry for line in piece.lines for entry in reader.feed(line))
        return () if is_past else entries
