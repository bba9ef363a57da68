"""Records that are kept: decisions, incidents, deployments, operations, and the changes that store them.

Changes are what `step()` wants committed before its commands are carried out (write ahead). Must not know: SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mt5console.core.model.desired import DesiredRobot, DesiredUser
from mt5console.core.model.ids import DeploymentId, OperationId, RobotId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why something was done or deliberately not done.

    `trigger`: the fact in words; `decided`: what was decided; `why`: the rule and the numbers behind it; `next`:
    what comes next and when. `before`/`after`: the terminal's state names. `acts`: names of the commands issued.
    """

    utc_s: float
    user_id: UserId | None
    before: str
    after: str
    trigger: str
    decided: str
    why: str
    next: str = ""
    acts: tuple[str, ...] = ()
    observed_only: bool = False


class IncidentKind(StrEnum):
    """What is wrong, as a stable word; one open incident per (user, kind, robot)."""

    TERMINAL_DOWN = "terminal_down"
    TERMINAL_FROZEN = "terminal_frozen"
    IPC_DEAD = "ipc_dead"
    BROKER_DISCONNECTED = "broker_disconnected"
    LOGGED_OUT = "logged_out"
    AUTH_FAILED = "auth_failed"
    ALGO_OFF = "algo_off"
    ROBOT_STALE = "robot_stale"
    ROBOT_MISSING = "robot_missing"
    ROBOT_UNDESIRED = "robot_undesired"
    ROBOT_PARTIAL = "robot_partial"
    ROBOT_DRIFTED = "robot_drifted"
    WRONG_IDENTITY = "wrong_identity"
    TWO_PROCESSES = "two_processes"
    AGENT_MISSING = "agent_missing"
    UPDATE_STUCK = "update_stuck"
    DISK_FULL = "disk_full"
    QUARANTINED = "quarantined"
    CLOSED_BY_HAND = "closed_by_hand"
    REMOVED_BY_HAND = "removed_by_hand"
    NEEDS_PERSON = "needs_person"
    NO_SECRET = "no_secret"
    START_FAILED = "start_failed"
    INI_LEFT = "ini_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something wrong that a person may want to see. `cleared_utc_s` is None while it is open.

    `text`: one sentence of what happened and what it means; `next_step`: what to do, or what the watchdog does.
    `tried`: what was tried so far, newest last. `silenced_until_utc_s`: nobody is alerted of it before that instant.
    """

    incident_id: str
    kind: IncidentKind
    user_id: UserId | None
    robot_id: RobotId | None
    opened_utc_s: float
    text: str
    next_step: str
    tried: tuple[str, ...] = ()
    cleared_utc_s: float | None = None
    cleared_why: str = ""
    acknowledged: str = ""
    silenced_until_utc_s: float | None = None


class Outcome(StrEnum):
    """What a deployment ended as (see interfaces: the words of a deployment)."""

    SUCCESS = "SUCCESS"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a deployment. `outcome`: running, passed, failed or skipped; `evidence`: what was seen."""

    name: str
    outcome: str
    seconds: float
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRecord:
    """A deployment as it is kept. `state` is the machine's own resumable state (JSON-able), empty once ended.

    `diagnosis`: None on SUCCESS, else a dict with `cause`, `text`, `next_step`, `points` (the seed's list, each
    `{"point": …, "ok": true|false|null, "evidence": …}`).
    """

    deployment_id: DeploymentId
    robot_id: RobotId
    user_id: UserId
    operation_id: OperationId | None
    kind: str
    started_utc_s: float
    ended_utc_s: float | None
    outcome: Outcome | None
    ready_confirmed: bool
    heartbeat_confirmed: bool
    chart_opened: bool
    stages: tuple[Stage, ...]
    diagnosis: dict[str, Any] | None
    state: dict[str, Any] = field(default_factory=dict)


class OperationState(StrEnum):
    """How far an operation is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An act that somebody asked for. `result` is its JSON shape once DONE; `error` has `code` and `text`.

    `exit_code` is what the command line would exit with. `progress`: the latest sentence of what is seen.
    """

    operation_id: OperationId
    kind: str
    user_id: UserId | None
    robot_id: RobotId | None
    actor: str
    requested_utc_s: float
    ended_utc_s: float | None
    state: OperationState
    progress: str
    result: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    exit_code: int = 0
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveUser:
    """Store or replace a user's desired state."""

    user: DesiredUser


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRobot:
    """Store or replace a robot's desired state."""

    robot: DesiredRobot


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveWatch:
    """Store what the watchdog must remember of a terminal across its own death: budget, backoff, intents."""

    user_id: UserId
    state: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveMode:
    """Store the watchdog's mode."""

    mode: str


Change = SaveUser | SaveRobot | SaveWatch | SaveMode | Decision | Incident | DeploymentRecord | Operation
