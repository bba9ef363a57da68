"""Journals and experts logs: what their lines say, in the kinds that the product understands.

A line has five tab-separated columns: two meaningless letters, level, local time, category, text; the date is in the
file's name. An experts log's category is `EA (SYMBOL,TF)` and its text is a program's own, so it is never taken for
the terminal's word. Must not know: what a kind means for health.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from mt5console.core.model.observed import JournalEntry, JournalKind
from mt5console.core.terminal.journal_texts import EVENT, detail_value, meaning_of

_UPDATER_BEGINS = "updating..."

BENIGN_AFTER = timedelta(seconds=5)
"""A connection that is lost this soon after the switch to a better access point comes back by itself (about 1 s)."""

_LEVELS = frozenset("0123")
_DIGITS = frozenset("0123456789")
"""MetaEditor writes levels above 3 too."""

_TIME = re.compile(r"(?:(\d{4})\.(\d\d)\.(\d\d) )?([01]\d|2[0-3]):([0-5]\d):([0-5]\d)\.(\d{3})\Z", re.ASCII)


def format_line(at: datetime, level: int, category: str, text: str, tag: str = "MT") -> str:
    """One line as the terminal writes it, without its end. Tabs and line breaks in the text become spaces."""
    words = re.sub(r"[\t\r\n]", " ", text)
    return f"{tag}\t{level}\t{at:%H:%M:%S}.{at.microsecond // 1000:03d}\t{category}\t{words}"


def parse_line(text: str, day: date, experts_log: bool) -> JournalEntry | None:
    """The entry of one line by itself, None when it has not the form of one. Never raises.

    `day` is the file's date, `experts_log` whether programs wrote it. MetaEditor's own log (a date in each line and no
    letters before the level) is read too, and MetaTrader 4's three columns, whose category is unknown. What needs the
    lines before it (`benign`, unclean exits) is the reader's.
    """
    line = text.rstrip("\r\n").removeprefix("\ufeff")
    columns = line.split("\t", 4)
    if len(columns) == 5 and columns[1] in _LEVELS and (time := _time_of(columns[2], day)):
        return _entry_of(time, columns[1], columns[3], columns[4], experts_log)
    columns = line.split("\t", 3)
    if len(columns) < 3 or columns[0] not in _DIGITS or not (time := _time_of(columns[1], day)):
        return None
    if len(columns) == 3:
        return _entry_of(time, columns[0], "", columns[2], True)
    return _entry_of(time, columns[0], columns[2], columns[3], experts_log)


def _entry_of(time: str, level: str, category: str, words: str, experts_log: bool) -> JournalEntry:
    kind, details = meaning_of(category, words, experts_log)
    return JournalEntry(time=time, kind=kind, level=int(level), category=category, text=words, details=details)


def entry_json(entry: JournalEntry) -> dict[str, Any]:
    """The interfaces' journal shape: the named parts stand beside the rest, numbers as numbers."""
    shape: dict[str, Any] = {
        "time": entry.time,
        "kind": entry.kind.value,
        "level": entry.level,
        "category": entry.category,
        "text": entry.text,
    }
    if entry.kind is JournalKind.ALGO_DISABLED:
        shape["reason"] = None
    for name, value in entry.details:
        shape[name] = detail_value(name, value)
    return shape


@dataclass(frozen=True, slots=True)
class _Switch:
    """The last switch to a better access point."""

    login: str | None
    time: datetime


class JournalReader:
    """Reads one terminal's lines in order and adds what a line alone does not say.

    That is `benign` on a lost connection that an access point switch explains, and an `unclean_exit` before a start
    when the run before it left no exit. `running`: whether a terminal ran before the first line (None: not known).
    """

    def __init__(self, day: date, *, experts_log: bool = False, running: bool | None = None) -> None:
        self._day = day
        self._experts_log = experts_log
        self._running = running
        self._second: str = ""
        self._updating = False
        self._switch: _Switch | None = None
        self._last_time = f"{day.isoformat()}T00:00:00.000"

    @property
    def running(self) -> bool | None:
        """Whether a terminal runs after the lines so far, as far as they tell."""
        return self._running

    def turn_to(self, day: date) -> None:
        """The next lines are of another day's file."""
        self._day = day
        self._last_time = f"{day.isoformat()}T00:00:00.000"

    def feed(self, line: str) -> tuple[JournalEntry, ...]:
        """The entries of the next line: its own, and an `unclean_exit` before a start that had no exit before it.

        A line without columns (the rest of a text with line breaks) is `other`, at the time of the line before it.
        """
        entry = parse_line(line, self._day, self._experts_log)
        if entry is None:
            return (_entry_at(self._last_time, JournalKind.OTHER, 0, "", line.rstrip("\r\n")),)
        self._last_time = entry.time
        if self._experts_log:
            return (entry,)
        return self._in_context(entry)

    def _in_context(self, entry: JournalEntry) -> tuple[JournalEntry, ...]:
        if entry.text == _UPDATER_BEGINS and entry.category == "LiveUpdate":
            # The updater's program: it writes here when it runs in the terminal's own directory.
            self._updating = True
        elif self._running is None and not self._updating and entry.kind is not JournalKind.STARTED:
            # Something runs, though its start stands in an older file.
            self._running = True
        match entry.kind:
            case JournalKind.STARTED:
                unclean = self._running is True
                self._running, self._second, self._updating = True, "", False
                return (_unclean_before(entry), entry) if unclean else (entry,)
            case JournalKind.EXITED:
                return (self._exit(entry),)
            case JournalKind.SYSTEM_SHUTDOWN:
                self._running = False
            case JournalKind.SECOND_INSTANCE:
                self._running, self._second = True, "came"
            case JournalKind.ACCESS_POINT_SWITCH:
                self._switch = _Switch(entry.detail("login"), datetime.fromisoformat(entry.time))
            case JournalKind.CONNECTION_LOST:
                benign = "true" if self._explains(entry) else "false"
                return (replace(entry, details=(*entry.details, ("benign", benign))),)
            case _:
                self._note_exit_code(entry)
        return (entry,)

    def _exit(self, entry: JournalEntry) -> JournalEntry:
        """The exit of the run, unless it is that of the updater or of a second process that saw the first."""
        if self._updating and self._running is not True:
            return replace(entry, details=(*entry.details, ("updater", "true")))
        if self._second == "leaving":
            self._second = ""
            return replace(entry, details=(*entry.details, ("second_instance", "true")))
        self._running, self._second = False, ""
        return entry

    def _note_exit_code(self, entry: JournalEntry) -> None:
        """Both processes write one journal: the first exit code after "already started" is the second one's."""
        if entry.category == "Terminal" and entry.detail(EVENT) == "exit_began":
            self._second = "leaving" if self._second == "came" else ""

    def _explains(self, lost: JournalEntry) -> bool:
        switch = self._switch
        if switch is None or switch.login != lost.detail("login"):
            return False
        return timedelta(0) <= datetime.fromisoformat(lost.time) - switch.time <= BENIGN_AFTER


def _time_of(clock: str, day: date) -> str | None:
    match = _TIME.match(clock)
    if match is None:
        return None
    year, month, dom, hour, minute, second, milli = match.groups()
    own_day = f"{year}-{month}-{dom}" if year else day.isoformat()
    if year and not _is_date(own_day):
        return None
    return f"{own_day}T{hour}:{minute}:{second}.{milli}"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _unclean_before(start: JournalEntry) -> JournalEntry:
    words = "the run before this start left no exit: the terminal was killed, crashed or lost its power"
    return _entry_at(start.time, JournalKind.UNCLEAN_EXIT, 1, "Terminal", words)


def _entry_at(time: str, kind: JournalKind, level: int, category: str, text: str) -> JournalEntry:
    return JournalEntry(time=time, kind=kind, level=level, category=category, text=text)
