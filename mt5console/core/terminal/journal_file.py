"""Journal files by day: which there are, and reading one of them whole or from near its end.

Files are opened briefly for reading, as the terminal allows while it writes. Must not know: what the lines mean.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mt5console.core.errors import NotFound, StorageFailed
from mt5console.core.model.observed import JournalEntry
from mt5console.core.terminal.encoding import TextForm, form_of
from mt5console.core.terminal.journal import JournalReader

NEAR_END = 64 * 1024
"""How much of a journal is looked at when only its end matters (bytes)."""

_HEAD = 4096
_ANCHOR = 64


def day_of(name: str) -> date | None:
    """The day of a journal's file name (`20260102.log`, in any case), None for other files."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or suffix.casefold() != "log" or len(stem) != 8 or not (stem.isascii() and stem.isdigit()):
        return None
    try:
        return date(int(stem[:4]), int(stem[4:6]), int(stem[6:]))
    except ValueError:
        return None


def journals_in(directory: Path) -> tuple[tuple[date, Path], ...]:
    """The journals of a directory with their days, oldest first; none when the directory is not there."""
    try:
        with os.scandir(directory) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return ()
    return tuple(sorted((day, directory / name) for name in names if (day := day_of(name))))


def is_experts_log(path: Path) -> bool:
    """Whether a journal lies where programs write theirs: MQL5/Logs."""
    return path.parent.parent.name.casefold() == "mql5"


def read_journal(path: Path) -> Iterator[JournalEntry]:
    """Every line of a file as an entry, `unclean_exit` besides; read piece by piece, so size does not matter.

    A file with another name than a journal's takes the day of its last change. Raises NotFound (`no_journal`) and
    StorageFailed (`journal_unreadable`).
    """
    try:
        with path.open("rb") as file:
            form = form_of(file.read(_HEAD))
            changed = os.fstat(file.fileno()).st_mtime
        day = day_of(path.name) or datetime.fromtimestamp(changed).date()
        experts_log = is_experts_log(path)
        reader = JournalReader(day, experts_log=experts_log, running=None if experts_log else _left_running(path))
        with path.open(encoding=form.codec, errors="replace", newline="\n") as text:
            for line in text:
                yield from reader.feed(line.removeprefix("\ufeff"))
    except FileNotFoundError:
        raise NotFound("no_journal", f"There is no journal {path}.") from None
    except OSError as error:
        raise StorageFailed("journal_unreadable", f"The journal {path} cannot be read: {error.strerror}.") from None


def running_before(directory: Path, day: date) -> bool | None:
    """Whether the newest journal before `day` ends with a terminal still running; None when there is none."""
    older = [item for item in journals_in(directory) if item[0] < day]
    if not older:
        return None
    last_day, path = older[-1]
    try:
        piece = read_piece(path, None)
    except OSError:
        return None
    reader = JournalReader(last_day)
    for line in piece.lines:
        reader.feed(line)
    return reader.running


def _left_running(path: Path) -> bool | None:
    day = day_of(path.name)
    return running_before(path.parent, day) if day else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Whole lines of a file: `lines`, where they end (`end`, bytes), and the bytes just before that place.

    `at_end`: the file held no more when it was read, half a line apart.
    """

    lines: tuple[str, ...]
    end: int
    anchor: bytes
    at_end: bool


def read_piece(path: Path, start: int | None, anchor: bytes = b"", limit: int = NEAR_END) -> Piece:
    """Whole lines from byte `start` on (None: from the first whole line within `limit` of the end), at most `limit`.

    `anchor` is what stood before `start` when it was read: if it is no longer there, the file is another one and is
    read from its beginning. A single line longer than `limit` counts as whole. Raises OSError.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        form = form_of(file.read(_HEAD))
        begin = max(0, size - limit) if start is None else start
        begin -= begin % form.unit
        if start is not None:
            file.seek(max(0, start - len(anchor)))
            if start > size or file.read(len(anchor)) != anchor:
                begin = 0
        file.seek(begin)
        data = file.read(limit)
    first = _after_newline(data, form, last=False) if start is None and begin else 0
    end = max(first, _after_newline(data, form, last=True))
    if end == 0 and len(data) == limit:
        end = limit - limit % form.unit
    text = data[first:end].decode(form.codec, errors="replace").removeprefix("\ufeff")
    lines = text.removesuffix("\n").split("\n") if text else []
    return Piece(
        lines=tuple(lines),
        end=begin + end,
        anchor=data[max(0, end - _ANCHOR) : end],
        at_end=len(data) < limit or begin + limit >= size,
    )


def _after_newline(data: bytes, form: TextForm, *, last: bool) -> int:
    """The place behind the first or last line feed that stands on a whole character; 0 when there is none."""
    newline = form.newline
    place = data.rfind(newline) if last else data.find(newline)
    while place >= 0 and place % form.unit:
        place = data.rfind(newline, 0, place + 1) if last else data.find(newline, place + 1)
    return place + len(newline) if place >= 0 else 0
