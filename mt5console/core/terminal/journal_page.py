"""A terminal's two journals, merged and read page by page: the newest lines first asked for, then what came since.

Nothing is kept between two pages: a cursor says where the last one ended. Must not know: who reads, or over which wire.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mt5console.core.errors import UsageInvalid
from mt5console.core.model.observed import JournalEntry
from mt5console.core.terminal.journal import JournalReader, entry_json
from mt5console.core.terminal.journal_file import journals_in, read_piece, running_before
from mt5console.core.terminal.journal_removals import explained

AT_ONCE = 256 * 1024
"""How much of each journal one page reads at most (bytes); the rest follows in the next."""

FIRST = 128 * 1024
"""How much of a journal's end the first page looks at (bytes)."""

_CONTEXT = 16 * 1024
"""How much before a page is read again, so that lines are understood by those before them (bytes)."""

_CURSOR = re.compile(r"(\d{8}:\d{1,15}|-),(\d{8}:\d{1,15}|-)", re.ASCII)
_DAYS_AT_FIRST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage:
    """Lines of both journals by time, as JSON shapes with `log` "terminal" or "experts".

    `cursor` asks for what follows; `more`: there is more already.
    """

    lines: tuple[dict[str, Any], ...]
    cursor: str
    more: bool

    def as_json(self) -> dict[str, Any]:
        """The shape that readers get."""
        return {"cursor": self.cursor, "more": self.more, "lines": list(self.lines)}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where reading stopped: the file of a day, and the byte behind its last whole line that was told."""

    day: date
    offset: int

    def __str__(self) -> str:
        return f"{self.day:%Y%m%d}:{self.offset}"


@dataclass(frozen=True, slots=True)
class _Part:
    """What one of the two journals had to tell."""

    entries: tuple[JournalEntry, ...]
    place: _Place | None
    more: bool = False


def journal_page(journals: Path, experts_logs: Path, after: str = "", limit: int = 500) -> JournalPage:
    """The newest `limit` lines, or with the cursor `after` those that came since, however many fit into a page.

    Files that are missing or cannot be read now are no news. Raises UsageInvalid for a cursor that is none.
    """
    places = _places(after)
    parts = [
        _first(folder, experts, limit) if places is None else _following(folder, experts, places[experts])
        for experts, folder in ((False, journals), (True, experts_logs))
    ]
    lines = [(entry, name) for part, name in zip(parts, ("terminal", "experts")) for entry in part.entries]
    lines.sort(key=lambda line: line[0].time)
    if places is None:
        lines = lines[-limit:]
    return JournalPage(
        lines=tuple({**entry_json(entry), "log": name} for entry, name in lines),
        cursor=",".join(str(part.place or "-") for part in parts),
        more=any(part.more for part in parts),
    )


def _places(after: str) -> tuple[_Place | None, _Place | None] | None:
    """Where a cursor points; None for the empty one."""
    if not after:
        return None
    match = _CURSOR.fullmatch(after)
    try:
        if match is None:
            raise ValueError(after)
        return _place(match[1]), _place(match[2])
    except ValueError:
        raise UsageInvalid("wrong_cursor", "that is no cursor of a journal: ask again without one") from None


def _place(text: str) -> _Place | None:
    if text == "-":
        return None
    day, _, offset = text.partition(":")
    return _Place(date(int(day[:4]), int(day[4:6]), int(day[6:])), int(offset))


def _first(directory: Path, experts: bool, limit: int) -> _Part:
    """The end of the newest journal, with the one before it when that leaves room."""
    entries: tuple[JournalEntry, ...] = ()
    place: _Place | None = None
    for day, path in reversed(journals_in(directory)[-_DAYS_AT_FIRST:]):
        try:
            piece = read_piece(path, None, limit=FIRST)
        except OSError:
            continue
        reader = JournalReader(day, experts_log=experts)
        entries = tuple(explained(entry for line in piece.lines for entry in reader.feed(line))) + entries
        place = place or _Place(day, piece.end)
        if len(entries) >= limit:
            break
    return _Part(entries[-limit:], place)


def _following(directory: Path, experts: bool, place: _Place | None) -> _Part:
    """What stands behind a place; the next day's journal begins with the page after."""
    found = dict(journals_in(directory))
    newer = [day for day in sorted(found) if place is None or day > place.day]
    if place is None or place.day not in found:
        if not newer:
            return _Part((), place)
        place, newer = _Place(newer[0], 0), newer[1:]
    try:
        piece = read_piece(found[place.day], place.offset, limit=AT_ONCE)
        # A file that ends before the place is another one, read from its beginning.
        start = 0 if piece.end < place.offset else place.offset
        reader = _reader(found[place.day], experts, place.day, start)
    except OSError:
        return _Part((), place)
    entries = tuple(explained(entry for line in piece.lines for entry in reader.feed(line)))
    if piece.at_end and newer:
        return _Part(entries, _Place(newer[0], 0), more=True)
    return _Part(entries, _Place(place.day, piece.end), more=not piece.at_end)


def _reader(path: Path, experts: bool, day: date, start: int) -> JournalReader:
    """A reader that has heard what stands before a place, so that it understands what follows. Raises OSError."""
    if experts:
        return JournalReader(day, experts_log=True)
    if start == 0:
        return JournalReader(day, running=running_before(path.parent, day))
    reader = JournalReader(day)
    begin = max(0, start - _CONTEXT)
    for line in read_piece(path, begin, limit=start - begin).lines:
        reader.feed(line)
    return reader
