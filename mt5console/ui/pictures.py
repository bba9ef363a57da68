"""What the window shows, as frozen pictures parsed from the engine's JSON shapes.

Tolerant: unknown keys are passed over, what is missing or of a strange type is None or "unknown", never healthy.
Must not know: Qt, threads, or where the JSON came from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

UNKNOWN = "unknown"
REAL_MONEY = frozenset({"real", UNKNOWN})
"""Trade modes that count as real money: when in doubt, ask a person."""

Json = Mapping[str, Any]
NOTHING: Json = MappingProxyType({})


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
        return sum(1 for robot in self.robot_pictures if robot.state not in ("registered", "suspended"))

    @property
    def worst_age_s(self) -> float | None:
        """The oldest heartbeat's age among its robots, None when none was seen."""
        ages = [robot.heartbeat_age_s for robot in self.robot_pictures if robot.heartbeat_age_s is not None]
        return max(ages, default=None)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPicture:
    """Everything at one instant (`at_utc_s`); `sequence` grows within one engine's life. `mode`: on, observe, off."""

    sequence: int = 0
    at_utc_s: float = 0.0
    server: str = ""
    simulated: bool | None = None
    mode: str = UNKNOWN
    check_interval_s: float | None = None
    watchdog_running: bool = False
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPicture:
    """One entry of the decision trace: what happened, what was decided, why, what comes next."""

    at_utc_s: float | None = None
    user_id: int | None = None
    before: str = ""
    after: str = ""
    trigger: str = ""
    decided: str = ""
    why: str = ""
    next: str = ""
    acts: tuple[str, ...] = ()
    observed_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePicture:
    """One stage of a deployment. `outcome`: running, passed, failed or skipped; `evidence`: what was seen."""

    name: str
    outcome: str = UNKNOWN
    seconds: float | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPicture:
    """One point of the diagnosis's list, checked: `ok` True, False or None (could not be told)."""

    point: str
    ok: bool | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisPicture:
    """Why a deployment did not end in SUCCESS, and what to do next."""

    cause: str = UNKNOWN
    text: str = ""
    next_step: str = ""
    points: tuple[PointPicture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePicture:
    """One difference between the running version and the one to deploy; None: not there."""

    what: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPicture:
    """A deployment. `status`: RUNNING, SUCCESS, PARTIAL, FAILED or DRY_RUN; `changes` only for a dry run.

    `first` is True when nothing of this robot runs yet; `detach` names the charts whose expert would be detached.
    """

    deployment_id: str
    robot_id: int | None = None
    user_id: int | None = None
    kind: str = ""
    status: str = UNKNOWN
    ready_confirmed: bool = False
    heartbeat_confirmed: bool = False
    chart_opened: bool = False
    started_utc_s: float | None = None
    ended_utc_s: float | None = None
    stages: tuple[StagePicture, ...] = ()
    diagnosis: DiagnosisPicture | None = None
    changes: tuple[ChangePicture, ...] | None = None
    first: bool | None = None
    detach: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPicture:
    """An act that somebody asked for. `state`: running, done, failed or refused; `result` is its JSON shape."""

    operation_id: str
    kind: str = ""
    user_id: int | None = None
    robot_id: int | None = None
    actor: str = ""
    state: str = UNKNOWN
    progress: str = ""
    result: Json | None = None
    error_code: str = ""
    error_text: str = ""
    exit_code: int = 0
    requested_utc_s: float | None = None
    ended_utc_s: float | None = None

    @property
    def is_running(self) -> bool:
        """Whether its end is still awaited."""
        return self.state == "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPicture:
    """A registered user; `warnings` only right after it was added."""

    user_id: int
    login: int | None = None
    server: str = ""
    directory: str = ""
    desired: str = UNKNOWN
    watch_only: bool = False
    stop_latched: bool = False
    maintenance_until_utc_s: float | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredRobotPicture:
    """A registered robot; `inputs` are what the next deployment will load."""

    robot_id: int
    user_id: int | None = None
    symbol: str = ""
    timeframe: str = ""
    magic: int | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    source: str = ""
    run: str = UNKNOWN
    deployment_id: str | None = None
    slot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLinePicture:
    """One line of the terminal's journal (`log` "terminal") or its experts log ("experts"); `time` is its PC's."""

    time: str = ""
    log: str = "terminal"
    kind: str = "other"
    level: int = 0
    category: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPagePicture:
    """Lines of both journals by time, oldest first. `cursor` asks for what follows; `more`: there is more already."""

    user_id: int
    cursor: str = ""
    more: bool = False
    lines: tuple[JournalLinePicture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPicture:
    """How the window stands to its engine. `state`: connected, lost, starting or gone; `words`: a line for people.

    lost: it answered and does not any more. starting: it was started, or is waited for. gone: it cannot be had,
    `words` say why and what to do.
    """

    state: str
    words: str = ""

    @property
    def is_connected(self) -> bool:
        """Whether pictures are fresh."""
        return self.state == "connected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The end of an `ask` or a `read`, by its token. `what`: the kind or the thing read; `value`: a picture of it.

    Of an `ask` that was taken on, `value` is the OperationPicture, still running; a refusal is `ok` False.
    """

    token: int
    ok: bool
    value: Any = None
    error_text: str = ""
    error_code: str = ""
    what: str = ""


def fleet_of(status: object, incidents: Iterable[IncidentPicture] = ()) -> FleetPicture:
    """The status shape as a picture, with the open incidents beside it."""
    shape = _object(status)
    watchdog = _object(shape.get("watchdog"))
    return FleetPicture(
        sequence=_whole(shape.get("sequence")) or 0,
        at_utc_s=_number(shape.get("at")) or 0.0,
        server=_text(shape.get("server")),
        simulated=_flag(shape.get("simulated")),
        mode=_text(watchdog.get("mode")) or UNKNOWN,
        check_interval_s=_number(watchdog.get("check_interval")),
        watchdog_running=watchdog.get("running") is True,
        generation=_whole(shape.get("generation")),
        free_bytes=_whole(shape.get("free_bytes")),
        recommended_terminals=_whole(shape.get("recommended_terminals")),
        terminals=tuple(
            terminal_of(entry) for entry in _list(shape.get("terminals")) if _whole(_object(entry).get("user_id"))
        ),
        incidents=tuple(incidents),
    )


def terminal_of(shape: object) -> TerminalPicture:
    """One terminal of the status shape."""
    entry = _object(shape)
    user_id = _whole(entry.get("user_id")) or 0
    checks = _object(entry.get("checks"))
    return TerminalPicture(
        user_id=user_id,
        name=f"user_{user_id}",
        login=_whole(entry.get("login")),
        account_server=_text(entry.get("account_server")),
        trade_mode=_text(entry.get("trade_mode")) or UNKNOWN,
        state=_text(entry.get("state")) or UNKNOWN,
        words=_text(entry.get("words")),
        desired=_text(entry.get("desired")) or UNKNOWN,
        pid=_whole(entry.get("pid")),
        started_utc_s=_number(entry.get("started_at")),
        process=check_of(checks.get("process")),
        ipc=check_of(checks.get("ipc")),
        account=check_of(checks.get("account")),
        robots=check_of(checks.get("robots")),
        robot_pictures=tuple(
            robot_of(robot) for robot in _list(entry.get("robots")) if _whole(_object(robot).get("robot_id"))
        ),
        restarts_in_window=_whole(entry.get("restarts_in_window")),
        restart_budget=_whole(entry.get("restart_budget")),
        incident=_text_or_none(entry.get("incident")),
        identity=tuple(_identity_of(part) for part in _list(entry.get("identity"))),
        positions=_whole(entry.get("positions")),
        trade_allowed=_flag(entry.get("trade_allowed")),
        cpu_percent=_number(entry.get("cpu_percent")),
        rss_bytes=_whole(entry.get("rss_bytes")),
        build=_whole(entry.get("build")),
        stop_latched=entry.get("stop_latched") is True,
        maintenance_until_utc_s=_number(entry.get("maintenance_until")),
        watch_only=entry.get("watch_only") is True,
        directory=_text(entry.get("user_dir")),
    )


def check_of(shape: object) -> CheckPicture:
    """One check; a missing one is unknown."""
    entry = _object(shape)
    return CheckPicture(
        ok=_flag(entry.get("ok")),
        age_s=_number(entry.get("age")),
        evidence=_text(entry.get("evidence")),
        changed_utc_s=_number(entry.get("changed_at")),
    )


def robot_of(shape: object) -> RobotPicture:
    """One robot of a terminal in the status shape."""
    entry = _object(shape)
    return RobotPicture(
        robot_id=_whole(entry.get("robot_id")) or 0,
        symbol=_text(entry.get("symbol")),
        timeframe=_text(entry.get("timeframe")),
        state=_text(entry.get("state")) or UNKNOWN,
        ready=entry.get("ready") is True,
        heartbeat_age_s=_number(entry.get("heartbeat_age")),
        sequence=_whole(entry.get("sequence")),
        deployment_id=_text_or_none(entry.get("deployment_id")),
        entries=_text_or_none(entry.get("entries")),
        errors=_texts(entry.get("errors")),
    )


def _identity_of(shape: object) -> IdentityPicture:
    entry = _object(shape)
    return IdentityPicture(
        what=_text(entry.get("what")),
        expected=_text(entry.get("expected")),
        seen=_text(entry.get("seen")),
        ok=_flag(entry.get("ok")),
    )


def incident_of(shape: object) -> IncidentPicture:
    """An incident."""
    entry = _object(shape)
    return IncidentPicture(
        incident_id=_text(entry.get("incident_id")),
        kind=_text(entry.get("kind")) or UNKNOWN,
        user_id=_whole(entry.get("user_id")),
        robot_id=_whole(entry.get("robot_id")),
        opened_utc_s=_number(entry.get("opened_at")),
        text=_text(entry.get("text")),
        next_step=_text(entry.get("next_step")),
        tried=_texts(entry.get("tried")),
        cleared_utc_s=_number(entry.get("cleared_at")),
        cleared_why=_text(entry.get("cleared_why")),
        acknowledged=_text(entry.get("acknowledged")),
    )


def decision_of(shape: object) -> DecisionPicture:
    """An entry of the decision trace."""
    entry = _object(shape)
    return DecisionPicture(
        at_utc_s=_number(entry.get("at")),
        user_id=_whole(entry.get("user_id")),
        before=_text(entry.get("before")),
        after=_text(entry.get("after")),
        trigger=_text(entry.get("trigger")),
        decided=_text(entry.get("decided")),
        why=_text(entry.get("why")),
        next=_text(entry.get("next")),
        acts=_texts(entry.get("acts")),
        observed_only=entry.get("observed_only") is True,
    )


def deployment_of(shape: object) -> DeploymentPicture:
    """The deploy shape as a picture."""
    entry = _object(shape)
    changes = entry.get("changes")
    return DeploymentPicture(
        deployment_id=_text(entry.get("deployment_id")),
        robot_id=_whole(entry.get("robot_id")),
        user_id=_whole(entry.get("user_id")),
        kind=_text(entry.get("kind")),
        status=_text(entry.get("status")) or UNKNOWN,
        ready_confirmed=entry.get("ready_confirmed") is True,
        heartbeat_confirmed=entry.get("heartbeat_confirmed") is True,
        chart_opened=entry.get("chart_opened") is True,
        started_utc_s=_number(entry.get("started_at")),
        ended_utc_s=_number(entry.get("ended_at")),
        stages=tuple(_stage_of(stage) for stage in _list(entry.get("stages"))),
        diagnosis=diagnosis_of(entry["diagnosis"]) if isinstance(entry.get("diagnosis"), Mapping) else None,
        changes=_changes_of(changes) if isinstance(changes, Mapping) else None,
        first=_flag(changes.get("first_deployment")) if isinstance(changes, Mapping) else None,
        detach=_texts(changes.get("detach")) if isinstance(changes, Mapping) else (),
    )


def _stage_of(shape: object) -> StagePicture:
    entry = _object(shape)
    return StagePicture(
        name=_text(entry.get("name")),
        outcome=_text(entry.get("outcome")) or UNKNOWN,
        seconds=_number(entry.get("seconds")),
        evidence=_text(entry.get("evidence")),
    )


def diagnosis_of(shape: object) -> DiagnosisPicture:
    """A deployment's diagnosis."""
    entry = _object(shape)
    points = [_object(point) for point in _list(entry.get("points"))]
    return DiagnosisPicture(
        cause=_text(entry.get("cause")) or UNKNOWN,
        text=_text(entry.get("text")),
        next_step=_text(entry.get("next_step")),
        points=tuple(
            PointPicture(
                point=_text(point.get("point")), ok=_flag(point.get("ok")), evidence=_text(point.get("evidence"))
            )
            for point in points
        ),
    )


def _changes_of(changes: Json) -> tuple[ChangePicture, ...]:
    """What a dry run says would change: source, symbol, timeframe, slot and each input that differs."""
    found = [
        _change(what, _object(changes.get(name)))
        for what, name in (
            ("Source", "source_hash"),
            ("Symbol", "symbol"),
            ("Timeframe", "timeframe"),
            ("Slot", "slot"),
        )
    ]
    inputs = [_object(entry) for entry in _list(changes.get("inputs"))]
    found += [_change(f"Input {_text(entry.get('name'))}", entry) for entry in inputs]
    return tuple(change for change in found if change.old != change.new)


def _change(what: str, pair: Json) -> ChangePicture:
    return ChangePicture(what=what, old=_shown(pair.get("old")), new=_shown(pair.get("new")))


def _shown(value: object) -> str | None:
    return None if value is None else str(value)


def operation_of(shape: object) -> OperationPicture:
    """An operation."""
    entry = _object(shape)
    error = _object(entry.get("error"))
    result = entry.get("result")
    return OperationPicture(
        operation_id=_text(entry.get("operation_id")),
        kind=_text(entry.get("kind")),
        user_id=_whole(entry.get("user_id")),
        robot_id=_whole(entry.get("robot_id")),
        actor=_text(entry.get("actor")),
        state=_text(entry.get("state")) or UNKNOWN,
        progress=_text(entry.get("progress")),
        result=MappingProxyType(dict(result)) if isinstance(result, Mapping) else None,
        error_code=_text(error.get("code")),
        error_text=_text(error.get("text")),
        exit_code=_whole(entry.get("exit_code")) or 0,
        requested_utc_s=_number(entry.get("requested_at")),
        ended_utc_s=_number(entry.get("ended_at")),
    )


def user_of(shape: object) -> UserPicture:
    """A registered user."""
    entry = _object(shape)
    return UserPicture(
        user_id=_whole(entry.get("user_id")) or 0,
        login=_whole(entry.get("login")),
        server=_text(entry.get("server")),
        directory=_text(entry.get("user_dir")),
        desired=_text(entry.get("desired")) or UNKNOWN,
        watch_only=entry.get("watch_only") is True,
        stop_latched=entry.get("stop_latched") is True,
        maintenance_until_utc_s=_number(entry.get("maintenance_until")),
        warnings=_texts(entry.get("warnings")),
    )


def registered_robot_of(shape: object) -> RegisteredRobotPicture:
    """A registered robot."""
    entry = _object(shape)
    return RegisteredRobotPicture(
        robot_id=_whole(entry.get("robot_id")) or 0,
        user_id=_whole(entry.get("user_id")),
        symbol=_text(entry.get("symbol")),
        timeframe=_text(entry.get("timeframe")),
        magic=_whole(entry.get("magic")),
        inputs=tuple((str(name), str(value)) for name, value in _object(entry.get("inputs")).items()),
        source=_text(entry.get("source")),
        run=_text(entry.get("run")) or UNKNOWN,
        deployment_id=_text_or_none(entry.get("deployment_id")),
        slot=_text_or_none(entry.get("slot")),
    )


def journal_line_of(shape: object) -> JournalLinePicture:
    """One line of a journal; `log` says which, terminal unless told."""
    entry = _object(shape)
    return JournalLinePicture(
        time=_text(entry.get("time")),
        log=_text(entry.get("log")) or "terminal",
        kind=_text(entry.get("kind")) or "other",
        level=_whole(entry.get("level")) or 0,
        category=_text(entry.get("category")),
        text=_text(entry.get("text")),
    )


def journal_page_of(user_id: int, shape: object) -> JournalPagePicture:
    """One page of a user's journals."""
    entry = _object(shape)
    return JournalPagePicture(
        user_id=user_id,
        cursor=_text(entry.get("cursor")),
        more=entry.get("more") is True,
        lines=tuple(journal_line_of(line) for line in _list(entry.get("lines"))),
    )


def _object(value: object) -> Json:
    return value if isinstance(value, Mapping) else NOTHING


def _list(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(entry for entry in _list(value) if isinstance(entry, str))


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
