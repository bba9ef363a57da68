"""Deployments as they are kept: the machine's state to a JSON-able record and back; a torn record reads as None.

Must not know: SQL, or the rules that move a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any

from mt5console.core.deployment.plan import DeploymentPlan, Leg, Step
from mt5console.core.deployment.state import DeploymentIncident, DeploymentState, Key, Mark
from mt5console.core.model.desired import DesiredRobot, DesiredUser, RobotRun, RobotVersion, Run
from mt5console.core.model.ids import Account, DeploymentId, Now, OperationId, RobotId, Slot, Timeframe, UserId
from mt5console.core.model.records import DeploymentRecord, IncidentKind, Outcome, Stage

_VERSION = 1


def to_record(state: DeploymentState, now: Now | None = None) -> DeploymentRecord:
    """The deployment as it is stored and shown. `now` dates the running stage; without it, it shows no seconds."""
    stages = state.stages
    if not state.ended:
        seconds = 0.0 if now is None else round(max(0.0, now.mono_s - state.since_mono), 3)
        stages = (*stages, Stage(name=state.stage, outcome="running", seconds=seconds, evidence=""))
    kept: dict[str, Any] = {}
    if state.plan.dry_run and state.changes is not None:
        kept = {"changes": state.changes}
    elif not state.ended:
        kept = {"version": _VERSION, **_plain(asdict(state))}
    return DeploymentRecord(
        deployment_id=state.plan.deployment_id,
        robot_id=state.plan.robot_id,
        user_id=state.plan.user_id,
        operation_id=state.plan.operation_id,
        kind=state.plan.kind,
        started_utc_s=state.started_utc_s,
        ended_utc_s=state.ended_utc_s,
        outcome=state.outcome,
        ready_confirmed=state.ready_confirmed,
        heartbeat_confirmed=state.heartbeat_confirmed,
        chart_opened=state.chart_opened,
        stages=stages,
        diagnosis=state.diagnosis,
        state=kept,
    )


def from_record(record: DeploymentRecord) -> DeploymentState | None:
    """The state of a deployment that had not ended, ready for `resume`; None when there is none or it is torn."""
    if record.ended_utc_s is not None or record.state.get("version") != _VERSION:
        return None
    try:
        return _state(record.state)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def _plain(value: Any) -> Any:
    """The same in JSON's own types."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


_BUILT = {
    "plan",
    "leg",
    "step",
    "at",
    "mark",
    "ready_before",
    "ready_seen",
    "beat_before",
    "beat_last",
    "stages",
    "outcome",
    "active_after",
    "incident",
}
_WORDS = {"phase", "cause", "cause_text", "baseline_for", "late_command", "init_failure", "compile_text"}
_COUNTS = {"attempt", "legacy_beats"}
_FLAGS = {
    "touched",
    "attach_sent",
    "cleared",
    "present",
    "stopping",
    "interrupted",
    "resume_sent",
    "chart_opened",
    "ready_confirmed",
    "heartbeat_confirmed",
}


def _state(data: Mapping[str, Any]) -> DeploymentState:
    plain = {field.name: data[field.name] for field in fields(DeploymentState) if field.name not in _BUILT}
    for name, value in plain.items():
        _check(name, value)
    return DeploymentState(
        plan=_plan(data["plan"]),
        leg=Leg(data["leg"]),
        step=Step(data["step"]),
        at=Now(mono_s=float(data["at"]["mono_s"]), utc_s=float(data["at"]["utc_s"])),
        mark=_mark(data["mark"]),
        ready_before=_key(data["ready_before"]),
        ready_seen=_key(data["ready_seen"]),
        beat_before=_key(data["beat_before"]),
        beat_last=_key(data["beat_last"]),
        stages=tuple(Stage(**stage) for stage in data["stages"]),
        outcome=None if data["outcome"] is None else Outcome(data["outcome"]),
        active_after=_version(data["active_after"]),
        incident=_incident(data["incident"]),
        **plain,
    )


def _check(name: str, value: Any) -> None:
    """Instants must be numbers, words text, flags flags: a torn record is refused whole."""
    wanted: type | tuple[type, ...] | None = None
    if name in _WORDS:
        wanted = str
    elif name in _FLAGS:
        wanted = bool
    elif name in _COUNTS:
        wanted = int
    elif name == "started_utc_s" or (name.endswith("_mono") and name != "absent_since_mono"):
        wanted = (int, float)
    elif name in ("pid", "beat_first", "absent_since_mono", "ended_utc_s"):
        wanted = (int, float, type(None))
    if wanted is not None and (not isinstance(value, wanted) or (wanted is not bool and isinstance(value, bool))):
        raise TypeError(f"{name} is not what it should be")


def _plan(data: Mapping[str, Any]) -> DeploymentPlan:
    return DeploymentPlan(
        deployment_id=DeploymentId(str(data["deployment_id"])),
        operation_id=OperationId(str(data["operation_id"])),
        kind=str(data["kind"]),
        robot=_robot(data["robot"]),
        user=_user(data["user"]),
        previous=_version(data["previous"]),
        slot=Slot(str(data["slot"])),
        source_hash=str(data["source_hash"]),
        inputs=_pairs(data["inputs"]),
        timeout_s=float(data["timeout_s"]),
        proof_s=float(data["proof_s"]),
        beats_needed=int(data["beats_needed"]),
        dry_run=bool(data["dry_run"]),
    )


def _robot(data: Mapping[str, Any]) -> DesiredRobot:
    return DesiredRobot(
        robot_id=RobotId(int(data["robot_id"])),
        user_id=UserId(int(data["user_id"])),
        symbol=str(data["symbol"]),
        timeframe=Timeframe(data["timeframe"]),
        magic=int(data["magic"]),
        inputs=_pairs(data["inputs"]),
        source_name=str(data["source_name"]),
        run=RobotRun(data["run"]),
        active=_version(data["active"]),
        source_hash=str(data["source_hash"]),
    )


def _user(data: Mapping[str, Any]) -> DesiredUser:
    until = data["maintenance_until_utc_s"]
    return DesiredUser(
        user_id=UserId(int(data["user_id"])),
        account=Account(login=int(data["account"]["login"]), server=str(data["account"]["server"])),
        directory=str(data["directory"]),
        watch_only=bool(data["watch_only"]),
        run=Run(data["run"]),
        maintenance_until_utc_s=None if until is None else float(until),
        stop_latched=bool(data["stop_latched"]),
    )


def _version(data: Mapping[str, Any] | None) -> RobotVersion | None:
    if data is None:
        return None
    return RobotVersion(
        deployment_id=DeploymentId(str(data["deployment_id"])),
        slot=Slot(str(data["slot"])),
        inputs=_pairs(data["inputs"]),
        inputs_hash=str(data["inputs_hash"]),
        source_hash=str(data["source_hash"]),
        symbol=str(data["symbol"]),
        timeframe=Timeframe(data["timeframe"]),
    )


def _pairs(data: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in data)


def _key(data: list[Any] | None) -> Key | None:
    return None if data is None else (str(data[0]), int(data[1]), float(data[2]))


def _mark(data: list[Any] | None) -> Mark | None:
    return None if data is None else (float(data[0]), int(data[1]))


def _incident(data: Mapping[str, Any] | None) -> DeploymentIncident | None:
    if data is None:
        return None
    return DeploymentIncident(kind=IncidentKind(data["kind"]), text=str(data["text"]), next_step=str(data["next_step"]))
