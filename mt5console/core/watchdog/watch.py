"""What the watchdog remembers of one terminal, and the part of it that outlives the engine.

A torn or foreign stored record becomes the careful default: nothing is started until a person looked.
Must not know: what is decided from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mt5console.core.model.desired import DesiredUser
from mt5console.core.model.ids import Now, RobotId, TradeMode
from mt5console.core.model.observed import AgentStatus, JournalEntry
from mt5console.core.model.records import IncidentKind
from mt5console.core.watchdog.memory import (
    NO_IPC,
    NO_MARKS,
    AgentMemory,
    Closing,
    ExitSeen,
    IniWipe,
    IpcMemory,
    JournalMarks,
    Ladder,
    LinkMemory,
    ProcessLife,
    RobotMemory,
    StartIntent,
)
from mt5console.core.watchdog.states import State

IncidentKey = tuple[IncidentKind, RobotId | None]
CheckMark = tuple[bool | None, float | None]
JOURNAL_KEPT = 30
ERRORS_KEPT = 10
ASKED = ("", "start", "stop", "restart", "recover")
_UNKNOWN_MARKS: tuple[CheckMark, ...] = ((None, None),) * 4

TORN = "what was stored of this terminal could not be read; nothing is started until a person released it"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalWatch:
    """One terminal's memory.

    looked: a scan has said whether a process runs.
    ended_mono_s: when the last process was seen to have ended; what was written before is of no later one.
    ended_process: pid and creation time of the process whose exit was seen: a scan that is late cannot revive it.
    asked: an act that was decided and waits for its moment: `start`, `stop`, `restart` (a person's), `recover` (the
        ladder's restart of a living process) or nothing.
    settled_start_utc_s: creation time of the process whose robots were all proven, to tell after an engine's start
        whether the terminal was restarted meanwhile.
    stale_since_mono_s: when the agent was first found stale: counted in checks and not by age, so that a machine's
        sleep is no freeze.
    algo_off: algo trading was last seen switched off in the terminal where robots need it: a start leaves it off.
    deploying: robots with a deployment or restore under way when last decided.
    open: incidents that this watch opened.
    said: what was said once and is not said again until it has changed.
    """

    user: DesiredUser
    state: State = State.UNKNOWN
    state_since_mono_s: float = 0.0
    state_since_utc_s: float = 0.0
    looked: bool = False
    asked: str = ""
    acts: int = 0
    process: ProcessLife | None = None
    conflict_pids: tuple[int, ...] = ()
    exit: ExitSeen | None = None
    ended_mono_s: float | None = None
    ended_process: tuple[int, float] | None = None
    start: StartIntent | None = None
    ini: IniWipe | None = None
    closing: Closing | None = None
    updating_since_mono_s: float | None = None
    updater_seen: bool = False
    agent_memory: AgentMemory | None = None
    stale_since_mono_s: float | None = None
    ipc: IpcMemory = NO_IPC
    link: LinkMemory = field(default_factory=LinkMemory)
    ladder: Ladder = field(default_factory=Ladder)
    marks: JournalMarks = NO_MARKS
    robots: Mapping[RobotId, RobotMemory] = field(default_factory=dict)
    journal: tuple[JournalEntry, ...] = ()
    trade_mode: TradeMode = TradeMode.UNKNOWN
    identity_wrong: str = ""
    identity_released: bool = False
    storage_error: str = ""
    free_bytes: int | None = None
    cpu_percent: float | None = None
    rss_bytes: int | None = None
    settled_start_utc_s: float | None = None
    algo_off: bool = False
    deploying: frozenset[RobotId] = frozenset()
    open: frozenset[IncidentKey] = frozenset()
    said: frozenset[str] = frozenset()
    check_marks: tuple[CheckMark, ...] = _UNKNOWN_MARKS

    @property
    def pid(self) -> int | None:
        """The terminal's process, None when none is seen."""
        return None if self.process is None else self.process.pid

    @property
    def agent(self) -> AgentStatus | None:
        """The agent's last word in this process's life."""
        return None if self.agent_memory is None else self.agent_memory.status

    def agent_age_s(self, now: Now) -> float | None:
        """Age of the agent's word, None when it never spoke in this process's life."""
        return None if self.agent_memory is None else max(0.0, now.mono_s - self.agent_memory.mono_s)


def new_watch(user: DesiredUser, now: Now) -> TerminalWatch:
    """The memory of a terminal that nothing was seen of yet."""
    return TerminalWatch(user=user, state_since_mono_s=now.mono_s, state_since_utc_s=now.utc_s)


def to_stored(watch: TerminalWatch) -> dict[str, Any]:
    """What must survive the engine: budget, backoff, the pending start, breaker, stops, open incidents (JSON-able)."""
    ladder, link, start = watch.ladder, watch.link, watch.start
    pending = None
    if start is not None:
        pending = {"act_id": start.act_id, "reason": start.reason, "by_person": start.by_person}
    return {
        "version": 1,
        "acts": watch.acts,
        "asked": watch.asked,
        "restarts": list(ladder.restarts_utc_s),
        "asked_restarts": list(ladder.asked_utc_s),
        "agentless": ladder.agentless,
        "backoff_s": ladder.backoff_s,
        "quarantined": ladder.quarantined,
        "hold": ladder.hold,
        "start": pending,
        "auth_stop": link.auth_stop,
        "logins": link.logins,
        "identity_wrong": watch.identity_wrong,
        "trade_mode": watch.trade_mode.value,
        "settled_start": watch.settled_start_utc_s,
        "algo_off": watch.algo_off,
        "open": sorted([kind.value, robot_id] for kind, robot_id in watch.open if robot_id is None)
        + sorted([kind.value, robot_id] for kind, robot_id in watch.open if robot_id is not None),
    }


def from_stored(user: DesiredUser, stored: Mapping[str, Any], now: Now) -> TerminalWatch:
    """The memory that the last engine left. Unknown keys are passed over; a torn value holds every start."""
    try:
        return _recalled(user, stored, now)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return replace(new_watch(user, now), ladder=Ladder(quarantined=TORN))


def _recalled(user: DesiredUser, stored: Mapping[str, Any], now: Now) -> TerminalWatch:
    backoff_s = _finite(stored["backoff_s"])
    settled = stored.get("settled_start")
    asked = _text(stored.get("asked", ""))
    if asked not in ASKED:
        raise ValueError(asked)
    return TerminalWatch(
        user=user,
        state_since_mono_s=now.mono_s,
        state_since_utc_s=now.utc_s,
        acts=int(stored.get("acts", 0)),
        asked=asked,
        start=_intent(stored["start"]),
        ladder=Ladder(
            restarts_utc_s=_instants(stored["restarts"], now),
            asked_utc_s=_instants(stored.get("asked_restarts", []), now),
            agentless=int(stored.get("agentless", 0)),
            backoff_s=backoff_s,
            not_before_mono_s=now.mono_s + backoff_s,
            quarantined=_text(stored["quarantined"]),
            hold=_text(stored.get("hold", "")),
        ),
        link=LinkMemory(auth_stop=_text(stored["auth_stop"]), logins=int(stored.get("logins", 0))),
        identity_wrong=_text(stored.get("identity_wrong", "")),
        trade_mode=TradeMode(stored.get("trade_mode", TradeMode.UNKNOWN.value)),
        settled_start_utc_s=None if settled is None else _finite(settled),
        algo_off=stored.get("algo_off", False) is True,
        open=frozenset(
            (IncidentKind(kind), None if robot_id is None else RobotId(int(robot_id)))
            for kind, robot_id in stored.get("open", [])
        ),
    )


def _intent(value: Any) -> StartIntent | None:
    if value is None:
        return None
    act_id = _text(value["act_id"])
    if not act_id:
        raise ValueError("a start without an id")
    return StartIntent(act_id=act_id, reason=_text(value["reason"]), by_person=value["by_person"] is True)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(type(value).__name__)
    number = float(value)
    if not 0 <= number < 1e11:
        raise ValueError(number)
    return number


def _instants(value: Any, now: Now) -> tuple[float, ...]:
    """Stored instants, oldest first; one that lies in the future counts as now."""
    if not isinstance(value, list):
        raise TypeError(type(value).__name__)
    return tuple(sorted(min(_finite(item), now.utc_s) for item in value))
