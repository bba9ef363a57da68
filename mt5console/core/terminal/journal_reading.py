"""What a person asks of a journal: a file or a terminal's latest run, filtered, from its end, or by a text.

The cheap ways are taken where the question allows: the last lines are read from the end, a text is searched in the
bytes. Must not know: who asks, or how the answer is shown.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mt5console.core.errors import UsageInvalid
from mt5console.core.model.observed import JournalEntry, JournalKind
from mt5console.core.terminal.journal import JournalReader, parse_line
from mt5console.core.terminal.journal_file import (
    changed_day,
    day_of,
    is_experts_log,
    journals_in,
    read_journals,
    read_piece,
    reader_for,
    unreadable,
)
from mt5console.core.terminal.journal_removals import explained
from mt5console.core.terminal.journal_search import FoundLine, find_lines, last_lines
from mt5console.core.terminal.journal_texts import EVENT, event_names

_CONTEXT_LINES = 200
"""Lines before the last ones that are heard but not told, so that those are understood."""

_NEIGHBOURS = 16 * 1024
"""How much before and behind a found line is read to understand it (bytes)."""

_NEED_NEIGHBOURS = (JournalKind.CONNECTION_LOST, JournalKind.EXITED, JournalKind.ROBOT_REMOVED)
_START_WORDS = " started "
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d(?:\.\d{1,3})?)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalQuery:
    """What to tell: kinds or events by name, a least level, local times from `since` (ISO, a prefix of one) on, lines
    that hold `find` as spelt, the last so many of all that. Everything, when nothing is said."""

    kinds: frozenset[str] = frozenset()
    level: int = 0
    since: str = ""
    find: str = ""
    last: int | None = None

    def takes(self, entry: JournalEntry) -> bool:
        """Whether an entry belongs to the answer, `find` and `last` apart."""
        if entry.level < self.level or entry.time < self.since:
            return False
        return not self.kinds or entry.kind.value in self.kinds or (entry.detail(EVENT) or "") in self.kinds


def known_words() -> frozenset[str]:
    """Every kind and event that a query may name."""
    return frozenset(kind.value for kind in JournalKind) | frozenset(event_names())


def time_from(words: str, parts: tuple[tuple[Path, int], ...]) -> str:
    """A time of day (of the newest file's day), a date, or both, as entries spell times. Raises UsageInvalid."""
    if not words:
        return ""
    day = day_of(parts[-1][0].name) if parts else None
    spelt = f"{day or date.today()}T{words:0>5}" if _CLOCK.fullmatch(words) else words.replace(" ", "T")
    try:
        return datetime.fromisoformat(spelt).replace(tzinfo=None).isoformat(timespec="milliseconds")
    except ValueError:
        raise UsageInvalid("wrong_time", f"{words!r} is no time; use 14:30 or 2026-01-02T14:30") from None


def answer(parts: tuple[tuple[Path, int], ...], query: JournalQuery) -> Iterator[JournalEntry]:
    """The entries of these files (each from a byte on) that the query asks for, oldest first.

    Raises NotFound and StorageFailed as `read_journal` does.
    """
    if query.find:
        found = _found(parts, query.find)
    elif query.last is not None and len(parts) == 1 and parts[0][1] == 0 and not query.kinds and not query.level:
        found = _from_end(parts[0][0], query.last)
    else:
        found = read_journals(parts)
    taken = (entry for entry in found if query.takes(entry))
    return taken if query.last is None else iter(deque(taken, maxlen=query.last))


def latest_run(directory: Path) -> tuple[tuple[Path, int], ...]:
    """The newest journal of a directory, and what came before it back to the last start when it holds none.

    Each file with the byte to read from. Only the newest one where no start is found, as among experts logs.
    """
    parts: list[tuple[Path, int]] = []
    for day, path in reversed(journals_in(directory)):
        if is_experts_log(path):
            return ((path, 0),)
        start = _last_start(path, day)
        parts.insert(0, (path, start if parts and start is not None else 0))
        if start is not None:
            return tuple(parts)
    return tuple(parts[-1:])


def _last_start(path: Path, day: date) -> int | None:
    """The byte where the last start's line begins; None without one, or when the file cannot be read."""
    last: int | None = None
    try:
        for line in find_lines(path, _START_WORDS):
            entry = parse_line(line.text, day, False)
            if entry is not None and entry.kind is JournalKind.STARTED:
                last = line.start
    except OSError:
        return None
    return last


def _from_end(path: Path, count: int) -> Iterator[JournalEntry]:
    """The entries of the last lines; those before them are only heard."""
    try:
        lines = last_lines(path, count + _CONTEXT_LINES)
        day = day_of(path.name) or changed_day(path)
        reader = reader_for(path, day, whole=len(lines) < count + _CONTEXT_LINES)
    except OSError as error:
        raise unreadable(path, error) from None
    unheard = max(0, len(lines) - count)
    told = [entry for number, line in enumerate(lines) for entry in _fed(reader, line, number >= unheard)]
    return explained(told)


def _fed(reader: JournalReader, line: str, tell: bool) -> Iterable[JournalEntry]:
    entries = reader.feed(line)
    return entries if tell else ()


def _found(parts: tuple[tuple[Path, int], ...], text: str) -> Iterator[JournalEntry]:
    """The entries of lines that hold a text, each understood by its neighbours where it needs them."""
    for path, start in parts:
        try:
            day = day_of(path.name) or changed_day(path)
            for line in find_lines(path, text):
                if line.start >= start:
                    yield _understood(path, day, line)
        except OSError as error:
            raise unreadable(path, error) from None


def _understood(path: Path, day: date, line: FoundLine) -> JournalEntry:
    alone = JournalReader(day, experts_log=is_experts_log(path)).feed(line.text)[-1]
    if alone.kind not in _NEED_NEIGHBOURS:
        return alone
    reader = reader_for(path, day, whole=False)
    begin = max(0, line.start - _NEIGHBOURS)
    if begin < line.start:
        for before in read_piece(path, begin, limit=line.start - begin).lines:
            reader.feed(before)
    after = read_piece(path, line.start, limit=_NEIGHBOURS).lines
    entries = [entry for text in after for entry in reader.feed(text)]
    place = next((number for number, entry in enumerate(entries) if entry.kind is alone.kind), None)
    return list(explained(entries))[place] if place is not None else alone
