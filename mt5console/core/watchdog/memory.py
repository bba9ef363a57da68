"""The parts of what the watchdog remembers of one terminal: its process, evidence, ladders and robots.

Plain frozen records; instants named `_mono_s` are of the engine's own clock and die with it, `_utc_s` may be stored.
Must not know: what is decided from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from mt5console.core.model.ids import RobotId
from mt5console.core.model.observed import AgentStatus, Heartbeat, ProbeAnswer, ProbeProblem, Ready, RobotError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLife:
    """One process of the terminal, from when it was seen until its exit was.

    `began_mono_s`: its creation on the engine's clock. `seen_mono_s`: the last sign that it lives. `by_us`: this
    engine's start command made it. `proven`: every robot that should run in it was seen beating, or was named.
    """

    pid: int
    started_utc_s: float
    began_mono_s: float
    first_seen_mono_s: float
    seen_mono_s: float
    by_us: bool = False
    login_seen_mono_s: float | None = None
    ini_wiped: bool = False
    up: bool = False
    proven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitSeen:
    """The end of a process that is not explained yet: a crash, a person's close, or an update."""

    pid: int
    exit_code: int | None
    mono_s: float
    uptime_s: float
    by_us: bool
    evidence: str
    session_ending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartIntent:
    """A start that was decided and stored, until its process is seen or it failed. `issued_mono_s` is None after
    a load: then the same act is issued again without a second charge."""

    act_id: str
    reason: str
    by_person: bool
    issued_mono_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IniWipe:
    """A start ini that is to be wiped and was not seen to be. `act_id`: the try under way, empty between two."""

    reason: str
    act_id: str = ""
    failures: int = 0
    failed_mono_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A close that was asked for, until the process is gone."""

    pid: int
    reason: str
    by_person: bool
    asked_mono_s: float
    killed_mono_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Restarts and the breaker. `restarts_utc_s`: automatic ones within the window, the budget counts them;
    `asked_utc_s`: starts that people asked for, kept but not charged. `agentless`: restarts in a row for an agent that
    never came, since the terminal was last up. `hold`: why nothing is started until a person looked (`""`: nothing is
    held). `waived`: a person released the guard for this process's life."""

    restarts_utc_s: tuple[float, ...] = ()
    asked_utc_s: tuple[float, ...] = ()
    agentless: int = 0
    backoff_s: float = 0.0
    not_before_mono_s: float = 0.0
    quarantined: str = ""
    hold: str = ""
    waived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IpcMemory:
    """The probe's last answer and its failures since. `own_failures`: those in a row that are our own side's (package
    or Python), which count towards no restart."""

    answer: ProbeAnswer | None = None
    answered_mono_s: float | None = None
    problem: ProbeProblem | None = None
    failed_mono_s: float | None = None
    text: str = ""
    failures: int = 0
    own_failures: int = 0
    reattaches: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMemory:
    """The account and the broker link. `auth_stop`: why no login is tried until a person looked or stored a password;
    `passwords`: how many were stored in this engine's life."""

    out_since_mono_s: float | None = None
    lost_since_mono_s: float | None = None
    algo_off_since_mono_s: float | None = None
    login_act: str = ""
    logins: int = 0
    last_login_mono_s: float | None = None
    auth_stop: str = ""
    auth_stop_mono_s: float | None = None
    algo_before: bool | None = None
    algo_pressed_mono_s: float | None = None
    passwords: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMarks:
    """What the journal of this process's life says of its way to the broker, and of its experts.

    `begun_mono_s`: when its start line was read; None: it was not, so that what is not told may have happened.
    `in_mono_s`: since when an account is in (`is_other`: not the registered one), `out_mono_s`: since when there is no
    link; both None: not a word of either. `was_out`: it had no link at some time. `refused`: the broker answered, with
    a refusal. `agent_dropped`: the agent was given up since its symbol was not synchronised. `experts`: name, symbol
    and timeframe of every other expert that was loaded and not removed.
    """

    begun_mono_s: float | None = None
    in_mono_s: float | None = None
    out_mono_s: float | None = None
    was_out: bool = False
    is_other: bool = False
    refused: bool = False
    agent_dropped: bool = False
    experts: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalMarks:
    """What the journal of this process's life said that explains its end, or its silence; reset at a start line."""

    exited_mono_s: float | None = None
    update_mono_s: float | None = None
    shutdown_mono_s: float | None = None
    second_mono_s: float | None = None
    algo_reason: str = ""
    removed: tuple[RobotId, ...] = ()
    link: LinkMarks = LinkMarks()


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotMemory:
    """What was seen of one robot in this process's life. `advances`: beats seen to advance since its READY.

    `drifted`: in words what it does otherwise than it was proven, once that has lasted; `drift_since_mono_s`: so long.
    `ours_mono_s`: when something of ours (a deployment, put-back or removal) last began or ended for it.
    """

    ready: Ready | None = None
    beat: Heartbeat | None = None
    beat_mono_s: float | None = None
    advances: int = 0
    errors: tuple[RobotError, ...] = ()
    missing_since_mono_s: float | None = None
    wrong_since_mono_s: float | None = None
    restored: bool = False
    removals: int = 0
    removed_mono_s: float | None = None
    drift_since_mono_s: float | None = None
    drifted: str = ""
    ours_mono_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMemory:
    """The agent's last word in this process's life; `mono_s` is when it was written."""

    status: AgentStatus
    mono_s: float


NO_ROBOT = RobotMemory()
NO_MARKS = JournalMarks()
NO_IPC = IpcMemory()
