"""Journals and experts logs: what their lines say, in the kinds that the product understands.

A line has five tab-separated columns: two meaningless letters, level, local time, category, text; the date is in the
file's name. An experts log's category is `EA (SYMBOL,TF)` and its text is a program's own, so it is never taken for
the terminal's word. Must not know: what a kind means for health.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from mt5console.core.model.observed import JournalEntry, JournalKind

BENIGN_AFTER = timedelta(seconds=5)
"""A connection that is lost this soon after the switch to a better access point comes back by itself (about 1 s)."""

_LONGEST = 1024
"""The terminal's own texts are shorter; matching must stay cheap on whatever else stands in a file."""

_TIME = re.compile(r"(?:(\d{4})\.(\d\d)\.(\d\d) )?([01]\d|2[0-3]):([0-5]\d):([0-5]\d)\.(\d{3})\Z", re.ASCII)
_CHART = r"\((?P<symbol>[^,]+),(?P<timeframe>[A-Za-z]+\d*)\)"
_LOGIN = r"'(?P<login>[^']*)': "
_LONG_TIMEFRAMES = {"Daily": "D1", "Weekly": "W1", "Monthly": "MN1"}

_PATTERNS: tuple[tuple[str, JournalKind, re.Pattern[str]], ...] = tuple(
    (category, kind, re.compile(pattern, re.ASCII | re.DOTALL))
    for category, kind, pattern in (
        (
            "Terminal",
            JournalKind.STARTED,
            r"(?P<product>.+) build (?P<build>\d+) started for (?P<company>.+)",
        ),
        ("Terminal", JournalKind.EXITED, r"shutdown with (?P<code>-?\d+)"),
        ("Terminal", JournalKind.SECOND_INSTANCE, r"terminal process already started"),
        ("System", JournalKind.SYSTEM_SHUTDOWN, r"terminal stopped due to system shutdown"),
        (
            "Network",
            JournalKind.AUTHORIZED,
            _LOGIN + r"authorized on (?P<server>.+?)(?: through (?P<access_point>.+?))?"
            r"(?: \(ping: (?P<ping_ms>\d+(?:\.\d+)?) ms(?:, build (?P<access_point_build>\d+))?\))?",
        ),
        (
            "Network",
            JournalKind.AUTHORIZATION_FAILED,
            _LOGIN + r"authorization on (?P<server>.+) failed(?: \((?P<reason>.*)\))?",
        ),
        ("Network", JournalKind.CONNECTION_LOST, _LOGIN + r"connection to (?P<server>.+) lost"),
        (
            "Network",
            JournalKind.ACCESS_POINT_SWITCH,
            _LOGIN + r"auto connecting to a better access point(?: with (?P<quality>\d+) %.*)?",
        ),
        ("Experts", JournalKind.ALGO_ENABLED, r"automated trading is enabled"),
        ("Experts", JournalKind.ALGO_DISABLED, r"automated trading is disabled(?: because (?P<reason>.+))?"),
        ("Experts", JournalKind.ROBOT_LOADED, rf"expert (?P<robot>.+) {_CHART} loaded successfully"),
        ("Experts", JournalKind.ROBOT_REMOVED, rf"expert (?P<robot>.+) {_CHART} removed"),
        (
            "Experts",
            JournalKind.ROBOT_INIT_FAILED,
            rf"initializing of (?P<robot>.+) {_CHART} failed with code (?P<code>-?\d+)(?: \((?P<reason>.*)\))?",
        ),
        ("LiveUpdate", JournalKind.UPDATE_AVAILABLE, r"new version build (?P<build>\d+).* is available"),
        ("LiveUpdate", JournalKind.UPDATE_STARTED, r'start ".+" /update\b.*'),
        ("Services", JournalKind.SERVICE_STARTED, r"service '(?P<service>.*)' started"),
        ("Services", JournalKind.SERVICE_STOPPED, r"service '(?P<service>.*)' stopped"),
    )
)
_EXPERTS_LOG = re.compile(rf"(?P<robot>.+) {_CHART}")
_NUMBERS: dict[str, Callable[[str], int | float]] = {
    "build": int,
    "code": int,
    "login": int,
    "access_point_build": int,
    "quality": int,
    "ping_ms": float,
}


def format_line(at: datetime, level: int, category: str, text: str, tag: str = "MT") -> str:
    """One line as the terminal writes it, without its end. Tabs and line breaks in the text become spaces."""
    words = re.sub(r"[\t\r\n]", " ", text)
    return f"{tag}\t{level}\t{at:%H:%M:%S}.{at.microsecond // 1000:03d}\t{category}\t{words}"


def parse_line(text: str, day: date, experts_log: bool) -> JournalEntry | None:
    """The entry of one line by itself, None when it has not the form of one. Never raises.

    `day` is the file's date, `experts_log` whether programs wrote it. MetaEditor's own log (a date in each line and no
    letters before the level) is read too. What needs the lines before it (`benign`, unclean exits) is the reader's.
    """
    line = text.rstrip("\r\n").removeprefix("\ufeff")
    columns = line.split("\t", 4)
    if len(columns) < 5:
        columns = ["", *line.split("\t", 3)]
    if len(columns) < 5:
        return None
    _, level, clock, category, words = columns
    time = _time_of(clock, day)
    if time is None or level not in ("0", "1", "2", "3"):
        return None
    kind, details = _meaning_of(category, words, experts_log)
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
        shape[name] = _json_value(name, value)
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
        if self._running is None and entry.kind is not JournalKind.STARTED:
            # Something runs, though its start stands in an older file.
            self._running = True
        match entry.kind:
            case JournalKind.STARTED:
                unclean = self._running is True
                self._running, self._second = True, ""
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
        """The exit of the run, unless it is that of a second process which only came to see that one runs."""
        if self._second == "leaving":
            self._second = ""
            return replace(entry, details=(*entry.details, ("second_instance", "true")))
        self._running, self._second = False, ""
        return entry

    def _note_exit_code(self, entry: JournalEntry) -> None:
        """Both processes write one journal: the first exit code after "already started" is the second one's."""
        if entry.category == "Terminal" and entry.text.startswith("exit with code "):
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


def _meaning_of(category: str, text: str, experts_log: bool) -> tuple[JournalKind, tuple[tuple[str, str], ...]]:
    if len(category) > _LONGEST or len(text) > _LONGEST:
        return JournalKind.OTHER, ()
    chart = _EXPERTS_LOG.fullmatch(category)
    if chart:
        return JournalKind.OTHER, _parts(chart)
    if not experts_log:
        for wanted, kind, pattern in _PATTERNS:
            if category == wanted and (match := pattern.fullmatch(text)):
                return kind, _parts(match)
    return JournalKind.OTHER, ()


def _parts(match: re.Match[str]) -> tuple[tuple[str, str], ...]:
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    if "timeframe" in parts:
        parts["timeframe"] = _LONG_TIMEFRAMES.get(parts["timeframe"], parts["timeframe"])
    return tuple(parts.items())


def _unclean_before(start: JournalEntry) -> JournalEntry:
    words = "the run before this start left no exit: the terminal was killed, crashed or lost its power"
    return _entry_at(start.time, JournalKind.UNCLEAN_EXIT, 1, "Terminal", words)


def _entry_at(time: str, kind: JournalKind, level: int, category: str, text: str) -> JournalEntry:
    return JournalEntry(time=time, kind=kind, level=level, category=category, text=text)


def _json_value(name: str, value: str) -> Any:
    if name in ("benign", "second_instance"):
        return value == "true"
    number = _NUMBERS.get(name)
    try:
        return number(value) if number else value
    except ValueError:
        return value
