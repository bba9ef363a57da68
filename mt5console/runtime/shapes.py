"""The JSON shapes of records, for the door: operations, incidents, decisions, users, robots.

Must not know: who asks.
"""

from __future__ import annotations

from typing import Any

from mt5console.core.model.desired import DesiredRobot, DesiredUser
from mt5console.core.model.records import Decision, Incident, Operation


def operation_json(operation: Operation) -> dict[str, Any]:
    """An operation, for whoever asked for it."""
    return {
        "operation_id": operation.operation_id,
        "kind": operation.kind,
        "user_id": operation.user_id,
        "robot_id": operation.robot_id,
        "actor": operation.actor,
        "state": operation.state.value,
        "progress": operation.progress,
        "result": operation.result,
        "error": operation.error,
        "exit_code": operation.exit_code,
        "requested_at": operation.requested_utc_s,
        "ended_at": operation.ended_utc_s,
    }


def incident_json(incident: Incident) -> dict[str, Any]:
    """An incident; `cleared_at` is null while it is open."""
    return {
        "incident_id": incident.incident_id,
        "kind": incident.kind.value,
        "user_id": incident.user_id,
        "robot_id": incident.robot_id,
        "opened_at": incident.opened_utc_s,
        "text": incident.text,
        "next_step": incident.next_step,
        "tried": list(incident.tried),
        "cleared_at": incident.cleared_utc_s,
        "cleared_why": incident.cleared_why,
        "acknowledged": incident.acknowledged,
        "silenced_until": incident.silenced_until_utc_s,
    }


def decision_json(decision: Decision) -> dict[str, Any]:
    """One entry of the decision trace."""
    return {
        "at": decision.utc_s,
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


def user_json(user: DesiredUser) -> dict[str, Any]:
    """A registered user; never a secret."""
    return {
        "user_id": user.user_id,
        "login": user.account.login,
        "server": user.account.server,
        "user_dir": user.directory,
        "desired": user.run.value,
        "watch_only": user.watch_only,
        "stop_latched": user.stop_latched,
        "maintenance_until": user.maintenance_until_utc_s,
    }


def robot_json(robot: DesiredRobot) -> dict[str, Any]:
    """A registered robot."""
    active = robot.active
    return {
        "robot_id": robot.robot_id,
        "user_id": robot.user_id,
        "symbol": robot.symbol,
        "timeframe": robot.timeframe.value,
        "magic": robot.magic,
        "inputs": dict(robot.inputs),
        "source": robot.source_name,
        "run": robot.run.value,
        "deployment_id": None if active is None else active.deployment_id,
        "slot": None if active is None else active.slot,
    }
