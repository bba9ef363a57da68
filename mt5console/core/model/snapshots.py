"""The one picture of the world that every reader gets: frozen, complete, stamped.

`as_status` gives the status shape of the interfaces page; the window, the command line and the HTTP API all show it.
Ages are in seconds at the snapshot's instant; None is unknown, and unknown is never healthy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mt5console.core.model.desired import Run
from mt5console.core.model.ids import Account, DeploymentId, RobotId, ServerId, TradeMode, UserId
from mt5console.core.model.records import Incident
from mt5console.core.model.requests import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One of the four checks: `ok` True, False or None (unknown); `age_s` of its evidence; when it last changed."""

    ok: bool | None
    age_s: float | None
    evidence: str
    changed_utc_s: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The interfaces' check shape."""
        age = None if self.age_s is None else round(self.age_s, 3)
        return {"ok": self.ok, "age": age, "evidence": self.evidence, "changed_at": self.changed_utc_s}


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotView:
    """One desired robot as it is seen now. `state`: registered, beating, stale, missing, stopped, unknown …"""

    robot_id: RobotId
    symbol: str
    timeframe: str
    state: str
    ready: bool
    heartbeat_age_s: float | None
    sequence: int | None
    deployment_id: DeploymentId | None
    entries: str | None
    errors: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The interfaces' robot shape inside `status`."""
        age = None if self.heartbeat_age_s is None else round(self.heartbeat_age_s, 3)
        return {
            "robot_id": self.robot_id,
            "symbol": self.symbol,
            "timeframe": self.timeframe,
            "state": self.state,
            "ready": self.ready,
            "heartbeat_age": age,
            "sequence": self.sequence,
            "deployment_id": self.deployment_id,
            "entries": self.entries,
            "errors": list(self.errors),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalView:
    """One user's terminal as it is seen now. `words` is the state in one plain sentence."""

    user_id: UserId
    account: Account
    trade_mode: TradeMode
    state: str
    words: str
    desired: Run
    pid: int | None
    started_utc_s: float | None
    process: CheckView
    ipc: CheckView
    account_check: CheckView
    robots_check: CheckView
    robots: tuple[RobotView, ...]
    restarts_in_window: int
    restart_budget: int
    incident: str | None
    identity: tuple[tuple[str, str, str, bool | None], ...]
    positions: int | None
    trade_allowed: bool | None
    cpu_percent: float | None
    rss_bytes: int | None
    build: int | None
    stop_latched: bool
    maintenance_until_utc_s: float | None
    watch_only: bool
    directory: str

    def as_json(self) -> dict[str, Any]:
        """The interfaces' terminal shape."""
        return {
            "user_id": self.user_id,
            "login": self.account.login,
            "account_server": self.account.server,
            "trade_mode": self.trade_mode.value,
            "state": self.state,
            "words": self.words,
            "desired": self.desired.value,
            "pid": self.pid,
            "started_at": self.started_utc_s,
            "checks": {
                "process": self.process.as_json(),
                "ipc": self.ipc.as_json(),
                "account": self.account_check.as_json(),
                "robots": self.robots_check.as_json(),
            },
            "robots": [robot.as_json() for robot in self.robots],
            "restarts_in_window": self.restarts_in_window,
            "restart_budget": self.restart_budget,
            "incident": self.incident,
            "identity": [
                {"what": what, "expected": expected, "seen": seen, "ok": ok}
                for what, expected, seen, ok in self.identity
            ],
            "positions": self.positions,
            "trade_allowed": self.trade_allowed,
            "cpu_percent": self.cpu_percent,
            "rss_bytes": self.rss_bytes,
            "build": self.build,
            "stop_latched": self.stop_latched,
            "maintenance_until": self.maintenance_until_utc_s,
            "watch_only": self.watch_only,
            "user_dir": self.directory,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSnapshot:
    """Everything at one instant. `sequence` grows by one per snapshot of an engine's life, `generation` with each life.

    `free_bytes`: of the volume that holds the terminals, None before it was looked at. `trouble`: why the engine
    decides nothing now, None when it does.
    """

    sequence: int
    utc_s: float
    server: ServerId
    simulated: bool
    watchdog_running: bool
    mode: Mode
    check_interval_s: float
    terminals: tuple[TerminalView, ...]
    incidents: tuple[Incident, ...]
    free_bytes: int | None = None
    recommended_terminals: int = 10
    generation: int = 0
    trouble: str | None = None

    def as_status(self) -> dict[str, Any]:
        """The `status` shape of the interfaces page."""
        interval = int(self.check_interval_s) if self.check_interval_s.is_integer() else self.check_interval_s
        return {
            "server": self.server,
            "simulated": self.simulated,
            "at": self.utc_s,
            "sequence": self.sequence,
            "generation": self.generation,
            "free_bytes": self.free_bytes,
            "recommended_terminals": self.recommended_terminals,
            "trouble": self.trouble,
            "watchdog": {"running": self.watchdog_running, "mode": self.mode.value, "check_interval": interval},
            "terminals": [terminal.as_json() for terminal in self.terminals],
        }
