"""How far a deployment is: the machine's frozen state, and what one step of it yields.

Must not know: which rule moves it (machine and stages), or how it is stored (record).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mt5console.core.deployment.plan import DeploymentPlan, Leg, Step, stage_name
from mt5console.core.model.commands import Command
from mt5console.core.model.desired import RobotVersion
from mt5console.core.model.ids import Now
from mt5console.core.model.records import IncidentKind, Outcome, Stage

Key = tuple[str, int, float]
"""Tells one READY or one beat from the next: deployment id, sequence or chart, UTC seconds."""

Mark = tuple[float, int]
"""One word of the agent: when this agent started, and its sequence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentIncident:
    """What a person must know after a deployment that left something open."""

    kind: IncidentKind
    text: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentState:
    """Everything that the machine remembers; instants ending in `_mono` belong to this engine's monotonic clock.

    `phase`: how far the step's own command is ("": not sent). `attempt`: which round of detach and attach.
    `touched`: something outside changed for this deployment (detach sent, desired written, attach sent).
    `attach_sent`: the target version may be on a chart. `cleared`: no version of the robot is on a chart, seen.
    `present`: the target was found running, no attach was needed. `mark`: only newer words of the agent count.
    `settle_until_mono`: after an engine restart, until when an unseen world is no loss. `stopping`: the stop latch
    fell in between. `resume_sent`: entries were opened once, or a person paused them meanwhile: they are not opened by
    this deployment any more. `late_command` may still be carried out by the agent until `late_until_mono`, although
    nobody waits for it. `at`: the instants' anchor, both clocks read together.
    """

    plan: DeploymentPlan
    leg: Leg
    step: Step
    at: Now
    started_utc_s: float
    since_mono: float
    until_mono: float
    forward_until_mono: float
    back_until_mono: float
    hard_until_mono: float
    settle_until_mono: float = 0.0
    phase: str = ""
    attempt: int = 1
    valid_until_mono: float = 0.0
    late_until_mono: float = 0.0
    late_command: str = ""
    pid: int | None = None
    mark: Mark | None = None
    touched: bool = False
    attach_sent: bool = False
    cleared: bool = False
    present: bool = False
    stopping: bool = False
    interrupted: bool = False
    resume_sent: bool = False
    baseline_for: str = ""
    ready_before: Key | None = None
    ready_seen: Key | None = None
    beat_before: Key | None = None
    beat_last: Key | None = None
    beat_last_mono: float = 0.0
    beat_first: int | None = None
    legacy_beats: int = 0
    absent_since_mono: float | None = None
    init_failure: str = ""
    symbol_ok: bool | None = None
    compile_ok: bool | None = None
    compile_text: str = ""
    inputs_ok: bool | None = None
    chart_opened: bool = False
    ready_confirmed: bool = False
    heartbeat_confirmed: bool = False
    cause: str = ""
    cause_text: str = ""
    stages: tuple[Stage, ...] = ()
    outcome: Outcome | None = None
    active_after: RobotVersion | None = None
    incident: DeploymentIncident | None = None
    diagnosis: dict[str, Any] | None = None
    changes: dict[str, Any] | None = None
    ended_utc_s: float | None = None

    @property
    def ended(self) -> bool:
        """Nothing will happen any more."""
        return self.step is Step.ENDED

    @property
    def target(self) -> RobotVersion | None:
        """The version that the present leg wants on a chart; None: none."""
        if self.leg is Leg.FORWARD:
            return self.plan.target
        if self.stopping or not self.plan.deploys:
            return None
        return self.plan.previous

    @property
    def stage(self) -> str:
        """Name of the running stage."""
        return stage_name(self.leg, self.step)

    @property
    def act_id(self) -> str:
        """Id of the running step's command: the same again after an engine restart."""
        return f"{self.plan.act_prefix}-{self.stage}-{self.attempt}"

    @property
    def essence(self) -> tuple[object, ...]:
        """What must be stored before the commands of a step are carried out; beats and quiet times are not in it."""
        return (
            self.leg,
            self.step,
            self.phase,
            self.attempt,
            self.pid,
            self.touched,
            self.attach_sent,
            self.cleared,
            self.stages,
            self.outcome,
            self.cause,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """The end of one step: the new state, commands to carry out once it is stored, sentences for people.

    `remember`: the state changed in a way that must be stored now (write ahead), not only observed further.
    """

    state: DeploymentState
    commands: tuple[Command, ...] = ()
    words: tuple[str, ...] = ()
    remember: bool = False

    def then(self, later: Advance) -> Advance:
        """This advance followed by a later one."""
        return Advance(
            state=later.state,
            commands=self.commands + later.commands,
            words=self.words + later.words,
            remember=self.remember or later.remember,
        )


def close_stage(state: DeploymentState, outcome: str, evidence: str, now: Now) -> DeploymentState:
    """Write the running stage into the list of stages as passed, failed or skipped."""
    seconds = round(max(0.0, now.mono_s - state.since_mono), 3)
    done = Stage(name=state.stage, outcome=outcome, seconds=seconds, evidence=evidence)
    return replace(state, stages=(*state.stages, done))


def enter(state: DeploymentState, step: Step, now: Now, limit_s: float) -> DeploymentState:
    """Begin a step: its command not sent yet, its deadline `limit_s` from now, its leg's deadline permitting."""
    until = now.mono_s + limit_s
    if state.leg is Leg.BACK:
        until = min(until, state.back_until_mono)
    return replace(
        state,
        step=step,
        phase="",
        since_mono=now.mono_s,
        until_mono=until,
        valid_until_mono=0.0,
        absent_since_mono=None,
        at=now,
    )
