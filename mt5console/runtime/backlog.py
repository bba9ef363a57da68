"""Facts that came in while nothing could be decided: of what is seen again and again the newest, all else in order.

A store may refuse for hours, and a fleet tells a thousand things a second. Must not know: why they wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from itertools import count

from mt5console.core.model.facts import (
    ActDone,
    ActFailed,
    AgentStatusSeen,
    Fact,
    FilesRead,
    HeartbeatSeen,
    JournalSeen,
    ProbeAnswered,
    ProbeFailed,
    ProcessAbsent,
    ProcessesConflict,
    ProcessExited,
    ProcessSeen,
    ProcessUsageSeen,
    RobotErrorSeen,
    StorageSeen,
    TerminalSpawned,
)
from mt5console.core.model.ids import UserId

JOURNAL_KEPT = 200
"""Of one terminal's journal so many lines wait, the newest."""
ERRORS_KEPT = 20
"""So many of what one robot reports: more than is kept of it anyway."""

_SIGNS_OF_LIFE = (HeartbeatSeen, AgentStatusSeen)
_CHANGES = (ProcessExited, TerminalSpawned, ActDone, ActFailed)


class Backlog:
    """Facts that wait. Not thread-safe: the engine's loop owns it."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Fact] = {}
        self._scans: dict[UserId, Fact] = {}
        self._lines: Counter[Hashable] = Counter()
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, fact: Fact) -> None:
        """Keep a fact, in place of what it makes old."""
        if isinstance(fact, ProcessAbsent | ProcessSeen | ProcessesConflict):
            if self._scans.get(fact.user_id) == fact:
                return
            self._scans[fact.user_id] = fact
        elif isinstance(fact, _CHANGES):
            # An end or an act lies between two scans: the second one is news, even if it says the same.
            self._scans.pop(fact.user_id, None)
        key = self._key(fact)
        self._kept.pop(key, None)
        self._kept[key] = fact

    def take(self) -> list[Fact]:
        """All of it, signs of life first: who lives must not be judged by how long nothing was listened to."""
        facts = sorted(self._kept.values(), key=lambda fact: not isinstance(fact, _SIGNS_OF_LIFE))
        self._kept.clear()
        self._scans.clear()
        self._lines.clear()
        return facts

    def _key(self, fact: Fact) -> Hashable:
        match fact:
            case HeartbeatSeen(user_id=user_id, beat=beat):
                return "beat", user_id, beat.robot_id
            case ProbeAnswered(user_id=user_id) | ProbeFailed(user_id=user_id):
                return "probe", user_id
            case AgentStatusSeen(user_id=user_id) | ProcessUsageSeen(user_id=user_id) | StorageSeen(user_id=user_id):
                return type(fact), user_id
            case FilesRead():
                return FilesRead
            case JournalSeen(user_id=user_id):
                return self._newest(("line", user_id), JOURNAL_KEPT)
            case RobotErrorSeen(user_id=user_id, robot_id=robot_id):
                return self._newest(("error", user_id, robot_id), ERRORS_KEPT)
            case _:
                return next(self._numbers)

    def _newest(self, kind: Hashable, kept: int) -> Hashable:
        """A key that comes again after so many of its kind: the newest takes the oldest's place."""
        self._lines[kind] += 1
        return kind, self._lines[kind] % kept
