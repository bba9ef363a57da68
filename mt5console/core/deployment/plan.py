"""What a deployment is asked to do: the plan, its versions, and the names and limits that its stages share.

Must not know: how far a deployment is (state), or what the terminal shows (sight).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from mt5console.core.model.desired import DesiredRobot, DesiredUser, Permit, RobotVersion
from mt5console.core.model.ids import DeploymentId, OperationId, RobotId, Slot, UserId
from mt5console.core.terminal.layout import CONSOLE_FOLDER, expert_name
from mt5console.core.terminal.protocol import DEPLOYMENT_INPUT, MAGIC_INPUT, ROBOT_INPUT, inputs_hash

KINDS = ("deploy", "redeploy", "restore", "remove")

AGENT_STALE_S = 6.0
"""Older words of the agent prove nothing; it speaks once a second."""
BEAT_STALE_S = 5.0
"""A robot beats once a second; a last beat older than this is silence."""
QUIET_S = 2.5
"""How long a robot's beats must stand still before it counts as gone: two missed beats and a slow read."""
PREFLIGHT_WAIT_S = 5.0
"""How long preflight waits for what may only be late: the agent's word, identity, the broker link."""
COMMAND_VALID_S = 15.0
"""How long the agent may still carry a command out."""
COMMAND_MARGIN_S = 2.0
"""After a command's validity: how long a reply may still be on its way."""
CANCEL_WAIT_S = 5.0
LOOK_S = 10.0
FILE_ACT_S = 15.0
"""How long writing or moving a file inside the terminal may take."""
COMPILE_S = 60.0
DETACH_S = 30.0
ABSENT_S = 3.0
"""How long a chart must be missing from the agent's word before an attached robot counts as removed."""
HEARTBEAT_WAIT_S = 15.0
PAUSE_S = 5.0
OPEN_ENTRIES_S = 4.0
"""How long opening entries may take. Less than a person's pause: the agent goes by the time until which a command
holds, and of both the pause, which is asked for later, has to be the last."""
PUT_BACK_S = 75.0
"""Time for removing the new version, a terminal's restart in between, and proving the old one back."""
RESUME_GRACE_S = 15.0
"""After an engine restart: how long the world may be unseen before that counts as a loss."""
CHARTS_MAX = 100
ATTACH_ROUNDS = 3
"""How often the machine goes back to detach and attach again before it gives up."""


class Step(StrEnum):
    """Where the machine is within a leg."""

    PREFLIGHT = "preflight"
    WRITE = "write"
    COMPILE = "compile"
    DETACH = "detach"
    DESIRED = "desired"
    ATTACH = "attach"
    READY = "ready"
    HEARTBEAT = "heartbeat"
    PROVEN = "proven"
    PROMOTE = "promote"
    PAUSE = "pause"
    ENDED = "ended"


class Leg(StrEnum):
    """Towards the new state, or back to the version before it."""

    FORWARD = "forward"
    BACK = "back"


_BACK_NAMES = {Step.DETACH: "remove_new"}


def stage_name(leg: Leg, step: Step) -> str:
    """The stage's name for people and records: `attach`, or `put_back_attach` on the way back."""
    if leg is Leg.FORWARD or step is Step.PAUSE:
        return step.value
    return _BACK_NAMES.get(step, f"put_back_{step.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPlan:
    """One attempt to change which version of a robot runs.

    `deployment_id` names this attempt and, for `deploy` and `redeploy`, the new version. `kind` is `deploy`,
    `redeploy`, `restore` (attach `robot.active` again, with its own deployment id) or `remove`. `previous` is the
    version to put back when the new one fails; `slot` the free slot. `inputs` are the trader's, complete and in
    canonical text. `timeout_s` bounds everything up to READY; `proof_s` is how long all must stay true before SUCCESS.
    """

    deployment_id: DeploymentId
    operation_id: OperationId
    kind: str
    robot: DesiredRobot
    user: DesiredUser
    previous: RobotVersion | None
    slot: Slot
    source_hash: str
    inputs: tuple[tuple[str, str], ...] = ()
    timeout_s: float = 60.0
    proof_s: float = 10.0
    beats_needed: int = 3
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a deployment's kind is one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.kind == "restore" and self.robot.active is None:
            raise ValueError(f"robot {self.robot.robot_id} has no version to restore")

    @property
    def user_id(self) -> UserId:
        """The user whose terminal this touches."""
        return self.user.user_id

    @property
    def robot_id(self) -> RobotId:
        """The robot that is deployed."""
        return self.robot.robot_id

    @property
    def deploys(self) -> bool:
        """Whether a new version is made (as opposed to restored or removed)."""
        return self.kind in ("deploy", "redeploy")

    @property
    def target(self) -> RobotVersion | None:
        """The version that should run when this ends well; None for a removal."""
        if self.kind == "remove":
            return None
        if self.kind == "restore":
            return self.robot.active
        return RobotVersion(
            deployment_id=self.deployment_id,
            slot=self.slot,
            inputs=self.inputs,
            inputs_hash=inputs_hash(self.inputs),
            source_hash=self.source_hash,
            symbol=self.robot.symbol,
            timeframe=self.robot.timeframe,
        )

    @property
    def act_prefix(self) -> str:
        """Beginning of every act and command id: stable across engine restarts, safe as a file name, and different
        for every attempt (a restore repeats a deployment's id, never its operation's)."""
        seed = f"{self.deployment_id}|{self.operation_id}|{self.kind}"
        return f"r{self.robot_id}-{hashlib.sha256(seed.encode()).hexdigest()[:16]}"


def expert_path(robot_id: RobotId, version: RobotVersion) -> str:
    """The version's expert as the terminal names it, relative to MQL5\\Experts."""
    return f"{CONSOLE_FOLDER}\\{expert_name(robot_id, version.slot)}"


def permit_of(plan: DeploymentPlan, version: RobotVersion | None) -> Permit | None:
    """What desired.json says while this version is the one that may trade: on the registered account alone, and on
    the chart that it was made for. None: no version may."""
    if version is None:
        return None
    return Permit(
        deployment_id=version.deployment_id,
        login=plan.user.account.login,
        server=plan.user.account.server,
        symbol=version.symbol,
        timeframe=version.timeframe.value,
    )


def console_inputs(plan: DeploymentPlan, version: RobotVersion) -> tuple[tuple[str, str], ...]:
    """The inputs that the include declares and the console fills in."""
    return (
        (DEPLOYMENT_INPUT, version.deployment_id),
        (ROBOT_INPUT, str(plan.robot_id)),
        (MAGIC_INPUT, str(plan.robot.magic)),
    )
