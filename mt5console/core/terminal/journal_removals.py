"""Why a robot was removed: told by the lines around, because the terminal writes the same word for every reason.

Entries come out in the order in which they went in, some a little later: a removal waits until the next ten seconds of
the journal are known. Must not know: files, or what follows from a reason.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mt5console.core.model.observed import JournalEntry, JournalKind
from mt5console.core.terminal.journal_texts import EVENT

BECAUSE = "because"
"""The detail of a removal: one of the words below; absent where the journal ends too soon to tell."""

EXIT, ACCOUNT, PROFILE, INIT_FAILED = "exit", "account_switch", "profile_change", "init_failed"
RELOADED, REPLACED, PERSON = "reloaded", "replaced", "person"

REASONS = (EXIT, ACCOUNT, PROFILE, INIT_FAILED, RELOADED, REPLACED, PERSON)
"""The terminal's exit · another account · another profile · its own OnInit · the same robot came back (compiled anew,
other inputs or another timeframe) · another robot took the chart · none of these: a person, or the robot itself."""

WINDOW = timedelta(seconds=10)
"""Exit lines come up to 3 s after a removal, the login of another account about as late."""

_AFTER_FAILURE = timedelta(seconds=2)
_HELD_AT_MOST = 2000
"""Entries that wait behind an undecided removal; more than this in ten seconds are not waited for."""


@dataclass(slots=True)
class _Waiting:
    """An entry on its way out. `because`: the reason so far; `is_open`: a later line may still decide;
    `is_known`: what followed was seen."""

    entry: JournalEntry
    because: str = ""
    is_open: bool = False
    is_known: bool = True


def explained(entries: Iterable[JournalEntry]) -> Iterator[JournalEntry]:
    """The same entries, removals with their reason in the detail `because`. Holds back a few seconds' entries only."""
    line: deque[_Waiting] = deque()
    open_removals: list[_Waiting] = []
    failures: deque[JournalEntry] = deque(maxlen=8)
    login: str | None = None
    for entry in entries:
        # Only entries that say something can decide; the rest pass with one comparison.
        if open_removals:
            open_removals = [one for one in open_removals if _still_open(one, entry, login)]
        if entry.kind is JournalKind.AUTHORIZED:
            login = entry.detail("login")
        elif entry.kind is JournalKind.ROBOT_INIT_FAILED:
            failures.append(entry)
        if not line and entry.kind is not JournalKind.ROBOT_REMOVED:
            yield entry
            continue
        waiting = _Waiting(entry)
        if entry.kind is JournalKind.ROBOT_REMOVED:
            waiting.because = INIT_FAILED if _has_failed(entry, failures) else ""
            waiting.is_open = not waiting.because
            if waiting.is_open:
                open_removals.append(waiting)
        line.append(waiting)
        if len(line) > _HELD_AT_MOST:
            line[0].is_open = line[0].is_known = False
        while line and not line[0].is_open:
            yield _told(line.popleft())
    for waiting in line:
        waiting.is_known = not waiting.is_open
        yield _told(waiting)


def _still_open(removal: _Waiting, later: JournalEntry, login: str | None) -> bool:
    """Let a later line decide; a removal that was waited for long enough is closed with what is known."""
    if not removal.is_open:
        return False
    apart = _moment(later) - _moment(removal.entry)
    if apart > WINDOW or apart < -WINDOW:
        removal.is_open = False
        return False
    final = _final_reason(later, login)
    if final:
        removal.because, removal.is_open = final, False
    elif later.kind is JournalKind.ROBOT_LOADED and later.detail("symbol") == removal.entry.detail("symbol"):
        is_same = later.detail("robot") == removal.entry.detail("robot")
        removal.because = RELOADED if is_same else removal.because or REPLACED
    return removal.is_open


def _final_reason(entry: JournalEntry, login: str | None) -> str:
    match entry.kind:
        case JournalKind.EXITED | JournalKind.SYSTEM_SHUTDOWN:
            return EXIT
        case JournalKind.OTHER if entry.category == "Terminal" and entry.detail(EVENT) == "exit_began":
            return EXIT
        case JournalKind.ALGO_DISABLED if "account" in (entry.detail("reason") or ""):
            return ACCOUNT
        case JournalKind.ALGO_DISABLED if "profile" in (entry.detail("reason") or ""):
            return PROFILE
        case JournalKind.AUTHORIZED if login is not None and entry.detail("login") != login:
            return ACCOUNT
    return ""


def _has_failed(removal: JournalEntry, failures: Iterable[JournalEntry]) -> bool:
    names = ("robot", "symbol")
    return any(
        all(failure.detail(name) == removal.detail(name) for name in names)
        and timedelta(0) <= _moment(removal) - _moment(failure) <= _AFTER_FAILURE
        for failure in failures
    )


def _told(waiting: _Waiting) -> JournalEntry:
    entry = waiting.entry
    if entry.kind is not JournalKind.ROBOT_REMOVED:
        return entry
    because = waiting.because or (PERSON if waiting.is_known else "")
    return replace(entry, details=(*entry.details, (BECAUSE, because))) if because else entry


def _moment(entry: JournalEntry) -> datetime:
    return datetime.fromisoformat(entry.time)
