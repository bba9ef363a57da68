"""Records as JSON-able dicts and back, field by field. Unknown keys are ignored, new optional keys have defaults.

Decoding raises KeyError, TypeError or ValueError on what is no such record. Must not know: SQL, or any password.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mt5console.core.model.desired import DesiredRobot, DesiredUser, RobotRun, RobotVersion, Run
from mt5console.core.model.ids import Account, DeploymentId, OperationId, RobotId, Slot, Timeframe, UserId
from mt5console.core.model.records import (
    Decision,
    DeploymentRecord,
    Incident,
    IncidentKind,
    Operation,
    OperationState,
    Outcome,
    Stage,
)

Json = dict[str, Any]

_encoder = json.JSONEncoder(separators=(",", ":"))
dumps: Callable[[Any], str] = _encoder.encode
"""Compact JSON text, ASCII only, so that any text survives any tool."""


def loads(text: str) -> Json:
    """A JSON object. Raises ValueError on anything else."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _user_id(value: Any) -> UserId | None:
    return None if value is None else UserId(int(value))


def _robot_id(value: Any) -> RobotId | None:
    return None if value is None else RobotId(int(value))


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        raise ValueError("a list of words is expected")
    return tuple(str(word) for word in value)


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), str(text)) for key, text in value)


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise ValueError("an object is expected")
    return value


def user_to_json(user: DesiredUser) -> Json:
    """A user's desired state as a dict."""
    return {
        "user_id": user.user_id,
        "login": user.account.login,
        "server": user.account.server,
        "directory": user.directory,
        "watch_only": user.watch_only,
        "run": user.run.value,
        "maintenance_until_utc_s": user.maintenance_until_utc_s,
        "stop_latched": user.stop_latched,
    }


def user_from_json(raw: Json) -> DesiredUser:
    """A user's desired state from a dict."""
    return DesiredUser(
        user_id=UserId(int(raw["user_id"])),
        account=Account(login=int(raw["login"]), server=str(raw["server"])),
        directory=str(raw["directory"]),
        watch_only=bool(raw.get("watch_only", False)),
        run=Run(raw.get("run", Run.STOPPED)),
        maintenance_until_utc_s=_number(raw.get("maintenance_until_utc_s")),
        stop_latched=bool(raw.get("stop_latched", False)),
    )


def version_to_json(version: RobotVersion) -> Json:
    """A robot's attached version as a dict."""
    return {
        "deployment_id": version.deployment_id,
        "slot": version.slot,
        "inputs": [list(pair) for pair in version.inputs],
        "inputs_hash": version.inputs_hash,
        "source_hash": version.source_hash,
        "symbol": version.symbol,
        "timeframe": version.timeframe.value,
    }


def version_from_json(raw: Json) -> RobotVersion:
    """A robot's attached version from a dict."""
    return RobotVersion(
        deployment_id=DeploymentId(str(raw["deployment_id"])),
        slot=Slot(str(raw["slot"])),
        inputs=_pairs(raw["inputs"]),
        inputs_hash=str(raw["inputs_hash"]),
        source_hash=str(raw["source_hash"]),
        symbol=str(raw["symbol"]),
        timeframe=Timeframe(raw["timeframe"]),
    )


def robot_to_json(robot: DesiredRobot) -> Json:
    """A robot's desired state as a dict."""
    return {
        "robot_id": robot.robot_id,
        "user_id": robot.user_id,
        "symbol": robot.symbol,
        "timeframe": robot.timeframe.value,
        "magic": robot.magic,
        "inputs": [list(pair) for pair in robot.inputs],
        "source_name": robot.source_name,
        "source_hash": robot.source_hash,
        "run": robot.run.value,
        "active": None if robot.active is None else version_to_json(robot.active),
    }


def robot_from_json(raw: Json) -> DesiredRobot:
    """A robot's desired state from a dict."""
    active = raw.get("active")
    return DesiredRobot(
        robot_id=RobotId(int(raw["robot_id"])),
        user_id=UserId(int(raw["user_id"])),
        symbol=str(raw["symbol"]),
        timeframe=Timeframe(raw["timeframe"]),
        magic=int(raw["magic"]),
        inputs=_pairs(raw.get("inputs", ())),
        source_name=str(raw.get("source_name", "")),
        source_hash=str(raw.get("source_hash", "")),
        run=RobotRun(raw.get("run", RobotRun.REGISTERED)),
        active=None if active is None else version_from_json(_object(active)),
    )


def decision_to_json(decision: Decision) -> Json:
    """A decision as a dict."""
    return {
        "utc_s": decision.utc_s,
        "user_id": decision.user_id,
        "before": decision.before,
        "after": decision.after,
        "trigger": decision.trigger,
        "decided": decision.decided,
        "why": decision.why,
        "next": decision.next,
        "acts": list(decision.acts),
        "observed_only": decision.observed_only,
    }


def decision_from_json(raw: Json) -> Decision:
    """A decision from a dict."""
    return Decision(
        utc_s=float(raw["utc_s"]),
        user_id=_user_id(raw["user_id"]),
        before=str(raw["before"]),
        after=str(raw["after"]),
        trigger=str(raw["trigger"]),
        decided=str(raw["decided"]),
        why=str(raw["why"]),
        next=str(raw.get("next", "")),
        acts=_words(raw.get("acts", ())),
        observed_only=bool(raw.get("observed_only", False)),
    )


def incident_to_json(incident: Incident) -> Json:
    """An incident as a dict."""
    return {
        "incident_id": incident.incident_id,
        "kind": incident.kind.value,
        "user_id": incident.user_id,
        "robot_id": incident.robot_id,
        "opened_utc_s": incident.opened_utc_s,
        "text": incident.text,
        "next_step": incident.next_step,
        "tried": list(incident.tried),
        "cleared_utc_s": incident.cleared_utc_s,
        "cleared_why": incident.cleared_why,
        "acknowledged": incident.acknowledged,
        "silenced_until_utc_s": incident.silenced_until_utc_s,
    }


def incident_from_json(raw: Json) -> Incident:
    """An incident from a dict."""
    return Incident(
        incident_id=str(raw["incident_id"]),
        kind=IncidentKind(raw["kind"]),
        user_id=_user_id(raw["user_id"]),
        robot_id=_robot_id(raw["robot_id"]),
        opened_utc_s=float(raw["opened_utc_s"]),
        text=str(raw["text"]),
        next_step=str(raw["next_step"]),
        tried=_words(raw.get("tried", ())),
        cleared_utc_s=_number(raw.get("cleared_utc_s")),
        cleared_why=str(raw.get("cleared_why", "")),
        acknowledged=str(raw.get("acknowledged", "")),
        silenced_until_utc_s=_number(raw.get("silenced_until_utc_s")),
    )


def _stage_to_json(stage: Stage) -> Json:
    return {"name": stage.name, "outcome": stage.outcome, "seconds": stage.seconds, "evidence": stage.evidence}


def _stage_from_json(raw: Json) -> Stage:
    return Stage(
        name=str(raw["name"]),
        outcome=str(raw["outcome"]),
        seconds=float(raw["seconds"]),
        evidence=str(raw["evidence"]),
    )


def deployment_to_json(record: DeploymentRecord) -> Json:
    """A deployment as a dict; the machine's own state is kept only while it runs."""
    return {
        "deployment_id": record.deployment_id,
        "robot_id": record.robot_id,
        "user_id": record.user_id,
        "operation_id": record.operation_id,
        "kind": record.kind,
        "started_utc_s": record.started_utc_s,
        "ended_utc_s": record.ended_utc_s,
        "outcome": None if record.outcome is None else record.outcome.value,
        "ready_confirmed": record.ready_confirmed,
        "heartbeat_confirmed": record.heartbeat_confirmed,
        "chart_opened": record.chart_opened,
        "stages": [_stage_to_json(stage) for stage in record.stages],
        "diagnosis": record.diagnosis,
        "state": record.state if record.ended_utc_s is None else {},
    }


def deployment_from_json(raw: Json) -> DeploymentRecord:
    """A deployment from a dict."""
    operation_id, outcome, diagnosis = raw["operation_id"], raw["outcome"], raw.get("diagnosis")
    return DeploymentRecord(
        deployment_id=DeploymentId(str(raw["deployment_id"])),
        robot_id=RobotId(int(raw["robot_id"])),
        user_id=UserId(int(raw["user_id"])),
        operation_id=None if operation_id is None else OperationId(str(operation_id)),
        kind=str(raw["kind"]),
        started_utc_s=float(raw["started_utc_s"]),
        ended_utc_s=_number(raw["ended_utc_s"]),
        outcome=None if outcome is None else Outcome(outcome),
        ready_confirmed=bool(raw["ready_confirmed"]),
        heartbeat_confirmed=bool(raw["heartbeat_confirmed"]),
        chart_opened=bool(raw["chart_opened"]),
        stages=tuple(_stage_from_json(_object(stage)) for stage in raw["stages"]),
        diagnosis=None if diagnosis is None else _object(diagnosis),
        state=_object(raw.get("state", {})),
    )


def operation_to_json(operation: Operation) -> Json:
    """An operation as a dict."""
    return {
        "operation_id": operation.operation_id,
        "kind": operation.kind,
        "user_id": operation.user_id,
        "robot_id": operation.robot_id,
        "actor": operation.actor,
        "requested_utc_s": operation.requested_utc_s,
        "ended_utc_s": operation.ended_utc_s,
        "state": operation.state.value,
        "progress": operation.progress,
        "result": operation.result,
        "error": operation.error,
        "exit_code": operation.exit_code,
        "details": operation.details,
    }


def operation_from_json(raw: Json) -> Operation:
    """An operation from a dict."""
    result, error = raw.get("result"), raw.get("error")
    return Operation(
        operation_id=OperationId(str(raw["operation_id"])),
        kind=str(raw["kind"]),
        user_id=_user_id(raw["user_id"]),
        robot_id=_robot_id(raw["robot_id"]),
        actor=str(raw["actor"]),
        requested_utc_s=float(raw["requested_utc_s"]),
        ended_utc_s=_number(raw["ended_utc_s"]),
        state=OperationState(raw["state"]),
        progress=str(raw["progress"]),
        result=None if result is None else _object(result),
        error=None if error is None else {str(key): str(text) for key, text in _object(error).items()},
        exit_code=int(raw.get("exit_code", 0)),
        details=_object(raw.get("details", {})),
    )
