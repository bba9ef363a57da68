"""What can be seen of a terminal: the agent's status, READY, heartbeats, the probe's answer, journal lines.

Plain frozen records of observations. Must not know: how they were read, or what they mean for health.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mt5console.core.model.ids import DeploymentId, MarginMode, RobotId, TradeMode


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSeen:
    """One open chart of the terminal, and the expert on it (`""` when there is none)."""

    chart_id: int
    symbol: str
    timeframe: str
    expert: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeen:
    """A symbol's trading session as the terminal knows it. `last_quote_utc_s` stands still when closed."""

    symbol: str
    is_open: bool
    last_quote_utc_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSeen:
    """One open position; `magic` tells which robot opened it (0: a person)."""

    ticket: int
    symbol: str
    magic: int
    volume: float
    profit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStatus:
    """The resident agent's export, once a second. `positions` is None when the agent could not tell.

    `trade_allowed` is the terminal's algo-trading switch, not market hours. `login` is 0 when the terminal is
    not logged in. `agent_trade_allowed` is the permission of the agent's own chart, which the robots that it attaches
    inherit; it says something only while the terminal's switch is on. Older agents tell neither it nor `margin_mode`
    (None).
    """

    sequence: int
    utc_s: float
    started_utc_s: float
    agent_version: str
    build: int
    data_path: str
    login: int
    server: str
    trade_mode: TradeMode
    connected: bool
    trade_allowed: bool
    account_trade_allowed: bool
    account_trade_expert: bool
    charts: tuple[ChartSeen, ...] = ()
    globals: tuple[tuple[str, float], ...] = ()
    sessions: tuple[SessionSeen, ...] = ()
    positions: tuple[PositionSeen, ...] | None = None
    agent_trade_allowed: bool | None = None
    margin_mode: MarginMode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A robot's word that OnInit succeeded, for one deployment, with a hash of the inputs it really loaded."""

    robot_id: RobotId
    deployment_id: DeploymentId
    inputs_hash: str
    chart_id: int
    symbol: str
    timeframe: str
    utc_s: float
    magic: int = 0


class Entries(StrEnum):
    """Whether the robot may open positions now, in the robot's own words."""

    OPEN = "open"
    PAUSED = "paused"
    NOT_DESIRED = "not_desired"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """One beat of a robot. `sequence` advances by one a beat; `utc_s` comes from a timer, never from a quote.

    `legacy` marks a robot that knows only the seed's one-line heartbeat file: no deployment id, no sequence of
    its own (the reader counts changes).
    """

    robot_id: RobotId
    deployment_id: DeploymentId
    sequence: int
    utc_s: float
    tick_ms: int
    ticks: int
    last_quote_utc_s: float | None
    trade_allowed: bool
    entries: Entries = Entries.OPEN
    legacy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotError:
    """One line that a robot reported in its errors file."""

    utc_s: float
    code: int
    text: str


class ProbeProblem(StrEnum):
    """Why a probe did not answer, mapped from the package's error codes and the outside deadline.

    `BUSY` says nothing of the terminal: it was not asked, for want of a free probe child. `OWN_SIDE` says nothing of it
    either: the package cannot be imported here, or its probe child cannot be started or broke.
    """

    NOT_RUNNING = "not_running"
    GONE = "gone"
    LOGIN_PENDING = "login_pending"
    AUTH_REFUSED = "auth_refused"
    HUNG = "hung"
    VERSION = "version"
    BUSY = "busy"
    OWN_SIDE = "own_side"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAnswer:
    """What the MetaTrader5 package told over IPC. `login` is 0 when no account is connected."""

    build: int
    path: str
    data_path: str
    connected: bool
    trade_allowed: bool
    tradeapi_disabled: bool
    ping_us: int
    login: int
    server: str
    trade_mode: TradeMode
    account_trade_allowed: bool
    account_trade_expert: bool
    balance: float
    equity: float
    currency: str
    positions_total: int | None


class JournalKind(StrEnum):
    """Kinds of journal lines that the product understands; everything else is OTHER."""

    STARTED = "started"
    EXITED = "exited"
    UNCLEAN_EXIT = "unclean_exit"
    SECOND_INSTANCE = "second_instance"
    SYSTEM_SHUTDOWN = "system_shutdown"
    AUTHORIZED = "authorized"
    AUTHORIZATION_FAILED = "authorization_failed"
    CONNECTION_LOST = "connection_lost"
    ACCESS_POINT_SWITCH = "access_point_switch"
    ALGO_ENABLED = "algo_enabled"
    ALGO_DISABLED = "algo_disabled"
    ROBOT_LOADED = "robot_loaded"
    ROBOT_REMOVED = "robot_removed"
    ROBOT_INIT_FAILED = "robot_init_failed"
    UPDATE_AVAILABLE = "update_available"
    UPDATE_STARTED = "update_started"
    SERVICE_STARTED = "service_started"
    SERVICE_STOPPED = "service_stopped"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One line of a terminal's journal or experts log. `time` is the terminal PC's local time, ISO 8601.

    `details` holds what the text says in named parts: build, login, server, robot, symbol, timeframe, code,
    reason, benign … (strings; numbers as decimal text).
    """

    time: str
    kind: JournalKind
    level: int
    category: str
    text: str
    details: tuple[tuple[str, str], ...] = field(default=())

    def detail(self, name: str) -> str | None:
        """The named part of the text, or None."""
        for key, value in self.details:
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileReport:
    """What MetaEditor's log said. `ok` needs a fresh log with 0 errors and a fresh non-empty .ex5, whatever
    the exit code was."""

    ok: bool
    errors: int
    warnings: int
    messages: tuple[str, ...]
    evidence: str
