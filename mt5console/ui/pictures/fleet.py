"""The fleet at one instant: terminals with checks and robots, incidents. Must not know: Qt, or the JSON's origin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mt5console.ui.pictures.values import (
    UNKNOWN,
    as_flag,
    as_number,
    as_object,
    as_text,
    as_text_or_none,
    as_texts,
    as_tuple,
    as_whole,
)

REAL_MONEY = frozenset({"real", UNKNOWN})
"""Trade modes that count as real money: when in doubt, ask a person."""

RESTS = frozenset({"registered", "suspended"})
"""States of a robot that nobody expects to beat: never deployed, or taken off its chart by a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPicture:
    """One of the four checks: `ok` True, False or None (unknown); `age_s` of its evidence when the picture was made."""

    ok: bool | None = None
    age_s: float | None = None
    evidence: str = ""
    changed_utc_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotPicture:
    """One robot of a terminal. `state`: registered, beating, stale, missing, stopped, unknown …"""

    robot_id: int
    symbol: str = ""
    timeframe: str = ""
    state: str = UNKNOWN
    ready: bool = False
    heartbeat_age_s: float | None = None
    sequence: int | None = None
    deployment_id: str | None = None
    entries: str | None = None
    errors: tuple[str, ...] = ()

    @property
    def rests(self) -> bool:
        """Whether it is on no chart and not meant to be: what it said last is over."""
        return self.state in RESTS

    @property
    def may_pause(self) -> bool:
        """Whether its entries can be paused, or let go on: it is meant to be on a chart, and said how they stand."""
        return not self.rests and self.entries in ("open", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPicture:
    """One part of the terminal's identity: what was expected, what is seen, whether they agree (None: not seen)."""

    what: str
    expected: str
    seen: str
    ok: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalPicture:
    """One user's terminal. `words` is the state in one plain sentence; times are UTC seconds."""

    user_id: int
    name: str
    login: int | None = None
    account_server: str = ""
    trade_mode: str = UNKNOWN
    state: str = UNKNOWN
    words: str = ""
    desired: str = UNKNOWN
    pid: int | None = None
    started_utc_s: float | None = None
    process: CheckPicture = CheckPicture()
    ipc: CheckPicture = CheckPicture()
    account: CheckPicture = CheckPicture()
    robots: CheckPicture = CheckPicture()
    robot_pictures: tuple[RobotPicture, ...] = ()
    restarts_in_window: int | None = None
    restart_budget: int | None = None
    incident: str | None = None
    identity: tuple[IdentityPicture, ...] = ()
    positions: int | None = None
    trade_allowed: bool | None = None
    cpu_percent: float | None = None
    rss_bytes: int | None = None
    build: int | None = None
    stop_latched: bool = False
    maintenance_until_utc_s: float | None = None
    watch_only: bool = False
    directory: str = ""

    @property
    def counts_as_real(self) -> bool:
        """Whether acts on it may touch real money; unknown counts as real."""
        return self.trade_mode in REAL_MONEY

    @property
    def checks(self) -> tuple[tuple[str, CheckPicture], ...]:
        """The four checks with their titles, in the order in which they are always shown."""
        return (("Process", self.process), ("IPC", self.ipc), ("Account", self.account), ("Robots", self.robots))

    @property
    def beating(self) -> int:
        """How many of its robots beat."""
        return sum(1 for robot in self.robot_pictures if robot.state == "beating")

    @property
    def expected(self) -> int:
        """How many of its robots people want running."""
        return sum(1 for robot in self.robot_pictures if not robot.rests)

    @property
    def worst_age_s(self) -> float | None:
        """The oldest heartbeat's age among its robots that are expected to beat, None when none was seen."""
        expected = (robot.heartbeat_age_s for robot in self.robot_pictures if not robot.rests)
        return max((age for age in expected if age is not None), default=None)

    def robot(self, robot_id: int) -> RobotPicture | None:
        """The robot with this id, or None."""
        return next((robot for robot in self.robot_pictures if robot.robot_id == robot_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPicture:
    """Something wrong. `cleared_utc_s` is None while it is open; `tried` has the newest last."""

    incident_id: str
    kind: str = UNKNOWN
    user_id: int | None = None
    robot_id: int | None = None
    opened_utc_s: float | None = None
    text: str = ""
    next_step: str = ""
    tried: tuple[str, ...] = ()
    cleared_utc_s: float | None = None
    cleared_why: str = ""
    acknowledged: str = ""
    silenced_until_utc_s: float | None = None

    def is_silent(self, now_utc_s: float) -> bool:
        """Whether nobody is to be alerted of it now."""
        return self.silenced_until_utc_s is not None and self.silenced_until_utc_s > now_utc_s


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPicture:
    """Everything at one instant (`at_utc_s`); `sequence` grows within one engine's life. `mode`: on, observe, off.

    `trouble`: why the engine decides nothing now, empty when it does.
    """

    sequence: int = 0
    at_utc_s: float = 0.0
    server: str = ""
    simulated: bool | None = None
    mode: str = UNKNOWN
    check_interval_s: float | None = None
    watchdog_running: bool = False
    trouble: str = ""
    generation: int | None = None
    free_bytes: int | None = None
    recommended_terminals: int | None = None
    terminals: tuple[TerminalPicture, ...] = ()
    incidents: tuple[IncidentPicture, ...] = ()

    def terminal(self, user_id: int) -> TerminalPicture | None:
        """The terminal of a user, or None."""
        return next((terminal for terminal in self.terminals if terminal.user_id == user_id), None)

    def terminal_of_robot(self, robot_id: int) -> TerminalPicture | None:
        """The terminal that a robot belongs to, or None."""
        return next((terminal for terminal in self.terminals if terminal.robot(robot_id) is not None), None)


def fleet_of(status: object, incidents: Iterable[IncidentPicture] = ()) -> FleetPicture:
    """The status shape as a picture, with the open incidents beside it."""
    shape = as_object(status)
    watchdog = as_object(shape.get("watchdog"))
    return FleetPicture(
        sequence=as_whole(shape.get("sequence")) or 0,
        at_utc_s=as_number(shape.get("at")) or 0.0,
        server=as_text(shape.get("server")),
        simulated=as_flag(shape.get("simulated")),
        mode=as_text(watchdog.get("mode")) or UNKNOWN,
        check_interval_s=as_number(watchdog.get("check_interval")),
        watchdog_running=watchdog.get("running") is True,
        trouble=as_text(shape.get("trouble")),
        generation=as_whole(shape.get("generation")),
        free_bytes=as_whole(shape.get("free_bytes")),
        recommended_terminals=as_whole(shape.get("recommended_terminals")),
        terminals=tuple(
            terminal_of(entry)
            for entry in as_tuple(shape.get("terminals"))
            if as_whole(as_object(entry).get("user_id"))
        ),
        incidents=tuple(incidents),
    )


def terminal_of(shape: object) -> TerminalPicture:
    """One terminal of the status shape."""
    entry = as_object(shape)
    user_id = as_whole(entry.get("user_id")) or 0
    checks = as_object(entry.get("checks"))
    return TerminalPicture(
        user_id=user_id,
        name=f"user_{user_id}",
        login=as_whole(entry.get("login")),
        account_server=as_text(entry.get("account_server")),
        trade_mode=as_text(entry.get("trade_mode")) or UNKNOWN,
        state=as_text(entry.get("state")) or UNKNOWN,
        words=as_text(entry.get("words")),
        desired=as_text(entry.get("desired")) or UNKNOWN,
        pid=as_whole(entry.get("pid")),
        started_utc_s=as_number(entry.get("started_at")),
        process=check_of(checks.get("process")),
        ipc=check_of(checks.get("ipc")),
        account=check_of(checks.get("account")),
        robots=check_of(checks.get("robots")),
        robot_pictures=tuple(
            robot_of(robot) for robot in as_tuple(entry.get("robots")) if as_whole(as_object(robot).get("robot_id"))
        ),
        restarts_in_window=as_whole(entry.get("restarts_in_window")),
        restart_budget=as_whole(entry.get("restart_budget")),
        incident=as_text_or_none(entry.get("incident")),
        identity=tuple(_identity_of(part) for part in as_tuple(entry.get("identity"))),
        positions=as_whole(entry.get("positions")),
        trade_allowed=as_flag(entry.get("trade_allowed")),
        cpu_percent=as_number(entry.get("cpu_percent")),
        rss_bytes=as_whole(entry.get("rss_bytes")),
        build=as_whole(entry.get("build")),
        stop_latched=entry.get("stop_latched") is True,
        maintenance_until_utc_s=as_number(entry.get("maintenance_until")),
        watch_only=entry.get("watch_only") is True,
        directory=as_text(entry.get("user_dir")),
    )


def check_of(shape: object) -> CheckPicture:
    """One check; a missing one is unknown."""
    entry = as_object(shape)
    return CheckPicture(
        ok=as_flag(entry.get("ok")),
        age_s=as_number(entry.get("age")),
        evidence=as_text(entry.get("evidence")),
        changed_utc_s=as_number(entry.get("changed_at")),
    )


def robot_of(shape: object) -> RobotPicture:
    """One robot of a terminal in the status shape."""
    entry = as_object(shape)
    return RobotPicture(
        robot_id=as_whole(entry.get("robot_id")) or 0,
        symbol=as_text(entry.get("symbol")),
        timeframe=as_text(entry.get("timeframe")),
        state=as_text(entry.get("state")) or UNKNOWN,
        ready=entry.get("ready") is True,
        heartbeat_age_s=as_number(entry.get("heartbeat_age")),
        sequence=as_whole(entry.get("sequence")),
        deployment_id=as_text_or_none(entry.get("deployment_id")),
        entries=as_text_or_none(entry.get("entries")),
        errors=as_texts(entry.get("errors")),
    )


def _identity_of(shape: object) -> IdentityPicture:
    entry = as_object(shape)
    return IdentityPicture(
        what=as_text(entry.get("what")),
        expected=as_text(entry.get("expected")),
        seen=as_text(entry.get("seen")),
        ok=as_flag(entry.get("ok")),
    )


def incident_of(shape: object) -> IncidentPicture:
    """An incident."""
    entry = as_object(shape)
    return IncidentPicture(
        incident_id=as_text(entry.get("incident_id")),
        kind=as_text(entry.get("kind")) or UNKNOWN,
        user_id=as_whole(entry.get("user_id")),
        robot_id=as_whole(entry.get("robot_id")),
        opened_utc_s=as_number(entry.get("opened_at")),
        text=as_text(entry.get("text")),
        next_step=as_text(entry.get("next_step")),
        tried=as_texts(entry.get("tried")),
        cleared_utc_s=as_number(entry.get("cleared_at")),
        cleared_why=as_text(entry.get("cleared_why")),
        acknowledged=as_text(entry.get("acknowledged")),
        silenced_until_utc_s=as_number(entry.get("silenced_until")),
    )
