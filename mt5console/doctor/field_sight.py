"""What the field test reads for itself, beside what the engine tells: agent, heartbeats, saved charts, journals.

Must not know: the steps of the test, or what is assumed.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from mt5console.core.errors import ConsoleError
from mt5console.core.model.observed import AgentStatus, Heartbeat, JournalEntry, JournalKind
from mt5console.core.ports import FileStore
from mt5console.core.terminal.encoding import decode
from mt5console.core.terminal.journal_file import journals_in, read_journals
from mt5console.core.terminal.journal_texts import EVENT
from mt5console.core.terminal.layout import TerminalLayout, robot_of_expert
from mt5console.core.terminal.protocol import decode_heartbeat, decode_status

T = TypeVar("T")

LOOK_S = 0.1
TEXTS_KEPT = 20
TEXT_LENGTH = 160
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_DIGITS = re.compile(r"\d+")


def wait_until(look: Callable[[], T], within_s: float) -> T:
    """The first true answer, else the last one when the time is up."""
    until, tick = time.monotonic() + within_s, threading.Event()
    while True:
        answer = look()
        if answer or time.monotonic() > until:
            return answer
        tick.wait(LOOK_S)


def agent_status(layout: TerminalLayout, files: FileStore) -> AgentStatus | None:
    """The agent's export as it lies there, however old."""
    return decode_status(files.read(layout.agent_status))


def experts(status: AgentStatus | None) -> Counter[str]:
    """How many charts carry each expert: robots by their number (`robot 7`), others by their bare name."""
    found: Counter[str] = Counter()
    for chart in status.charts if status is not None else ():
        robot = robot_of_expert(chart.expert)
        name = chart.expert.replace("/", "\\").rsplit("\\", 1)[-1].removesuffix(".ex5")
        if name:
            found[f"robot {robot[0]}" if robot else name.casefold()] += 1
    return found


def saved_charts(layout: TerminalLayout, files: FileStore, name: str) -> tuple[int, int]:
    """How many charts the profile holds, and on how many of them the expert stands."""
    charts = [decode(files.read(path) or b"") for path in sorted(layout.charts_profile.glob("*.chr"))]
    return len(charts), sum(1 for text in charts if f"name={name}".casefold() in text.casefold())


@dataclass(slots=True)
class BeatsSeen:
    """What many quick looks at one heartbeat file found. `torn`: looks at bytes that were no whole heartbeat."""

    looks: int = 0
    torn: int = 0
    missing: int = 0
    sequences: list[int] = field(default_factory=list)
    longest_gap_s: float = 0.0
    seconds: float = 0.0
    last: Heartbeat | None = None
    clock_off_s: float | None = None

    @property
    def advanced(self) -> int:
        """How many beats came while it was watched."""
        return self.sequences[-1] - self.sequences[0] if self.sequences else 0


def watch_beats(
    layout: TerminalLayout, files: FileStore, robot_id: int, seconds: float, utc: Callable[[], float]
) -> BeatsSeen:
    """Look at a robot's heartbeat file many times a second, as somebody who never waits for it."""
    seen, tick = BeatsSeen(), threading.Event()
    began = last = time.monotonic()
    while (now := time.monotonic()) - began < seconds:
        data = files.read(layout.heartbeat(robot_id))
        seen.looks += 1
        beat = decode_heartbeat(data)
        if data is None:
            seen.missing += 1
        elif beat is None:
            seen.torn += 1
        elif not seen.sequences or beat.sequence != seen.sequences[-1]:
            if seen.sequences:
                seen.longest_gap_s = max(seen.longest_gap_s, now - last)
            seen.sequences.append(beat.sequence)
            seen.last, last = beat, now
            seen.clock_off_s = utc() - beat.utc_s
        tick.wait(LOOK_S / 2)
    seen.seconds = time.monotonic() - began
    return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSeen:
    """A terminal's journal since an instant. `columns`: lines that have them; `entries`: in their order."""

    entries: tuple[JournalEntry, ...]
    kinds: Counter[str]
    not_recognised: tuple[str, ...]

    def of(self, *kinds: JournalKind) -> tuple[JournalEntry, ...]:
        """Those of some kinds."""
        return tuple(entry for entry in self.entries if entry.kind in kinds)


def read_since(layout: TerminalLayout, since: datetime) -> JournalSeen:
    """What the terminal's journals say since a local time; less when they cannot be read."""
    edge = (since - timedelta(seconds=2)).replace(tzinfo=None).isoformat(timespec="milliseconds")
    parts = tuple((path, 0) for day, path in journals_in(layout.journals) if day >= since.date())
    try:
        entries = tuple(entry for entry in read_journals(parts) if entry.time >= edge)
    except ConsoleError:
        entries = ()
    kinds = Counter(_kind(entry) for entry in entries)
    unknown = dict.fromkeys(_shape(entry) for entry in entries if _kind(entry) == JournalKind.OTHER.value)
    return JournalSeen(entries=entries, kinds=kinds, not_recognised=tuple(unknown)[:TEXTS_KEPT])


def _kind(entry: JournalEntry) -> str:
    return entry.detail(EVENT) or entry.kind.value


def _shape(entry: JournalEntry) -> str:
    """A line without what is particular in it: quoted parts and numbers."""
    text = _DIGITS.sub("N", _QUOTED.sub("'…'", entry.text))
    return f"{entry.category}: {text}"[:TEXT_LENGTH]


def named_checks(terminal: dict[str, Any]) -> str:
    """The checks that are not well, with their evidence, for an error."""
    checks: Iterable[tuple[str, dict[str, Any]]] = terminal["checks"].items()
    wrong = [f"{name}: {check['evidence']}" for name, check in checks if check["ok"] is not True]
    return f"{terminal['state']}; {'; '.join(wrong) or 'all checks are well'}"
