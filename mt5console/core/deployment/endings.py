"""How a deployment turns and ends: pass, fail, go back, PARTIAL, SUCCESS, and the end that cannot be proven.

The words are those of the interfaces page. Must not know: what each stage waits for.
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.deployment.changes import describe_changes
from mt5console.core.deployment.diagnosis import diagnose, next_step
from mt5console.core.deployment.plan import COMMAND_MARGIN_S, PAUSE_S, PUT_BACK_S, Leg, Step, permit_of
from mt5console.core.deployment.state import Advance, DeploymentIncident, DeploymentState, close_stage, enter
from mt5console.core.model.commands import Command, SendAgentCommand, WriteDesired
from mt5console.core.model.desired import RobotVersion
from mt5console.core.model.ids import Now
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.records import IncidentKind, Outcome


def fallback(state: DeploymentState) -> RobotVersion | None:
    """The version that people still want when this deployment does not bring a new one."""
    if state.plan.kind == "remove":
        return None
    return state.plan.previous if state.plan.deploys else state.plan.robot.active


def passed(state: DeploymentState, step: Step, evidence: str, now: Now, limit_s: float) -> Advance:
    """The running stage passed; begin the next."""
    done = close_stage(state, "passed", evidence, now)
    return Advance(state=enter(done, step, now, limit_s), words=(f"{state.stage}: {evidence}",), remember=True)


def skipped(state: DeploymentState, step: Step, evidence: str, now: Now, limit_s: float) -> Advance:
    """The running stage had nothing to do; begin the next."""
    done = close_stage(state, "skipped", evidence, now)
    return Advance(state=enter(done, step, now, limit_s), words=(f"{state.stage}: {evidence}",), remember=True)


def cancelled_words(state: DeploymentState) -> str:
    """How a deployment that somebody cancelled has ended, in one sentence."""
    robot = state.plan.robot_id
    match state.outcome:
        case None:
            return f"the dry run of robot {robot} was cancelled: nothing was touched"
        case Outcome.FAILED if not state.touched:
            return f"the deployment of robot {robot} was cancelled before anything on its chart was touched"
        case Outcome.FAILED if state.active_after is None:
            return f"the deployment of robot {robot} was cancelled: no version of it is on a chart"
        case Outcome.FAILED:
            return f"the deployment of robot {robot} was cancelled: the version before it is back and proven"
        case Outcome.PARTIAL:
            return f"the deployment of robot {robot} was cancelled, but the way back is not proven: see its incident"
        case _:
            return f"robot {robot} was proven before it could be cancelled: it runs"


def fail(state: DeploymentState, known: TerminalKnown, now: Now, cause: str, text: str) -> Advance:
    """The running stage failed: end when nothing was touched, else go back; on the way back, end unproven."""
    failed = close_stage(state, "failed", text, now)
    if failed.leg is Leg.BACK or failed.plan.kind == "remove":
        return unproven(failed, known, now, cause, text)
    failed = replace(failed, cause=cause, cause_text=text)
    word = f"{state.stage} failed: {text}"
    if failed.plan.dry_run:
        return end_dry(failed, known, now)
    if not failed.touched:
        return _with_word(end_failed(failed, known, now, fallback(failed)), word)
    return _with_word(go_back(failed, now), word)


def go_back(state: DeploymentState, now: Now) -> Advance:
    """Turn round: remove the new version, see it gone, put the old one back and prove that."""
    left, commands = abandon(state, now)
    turned = replace(left, leg=Leg.BACK, back_until_mono=now.mono_s + PUT_BACK_S, attempt=1, present=False)
    return Advance(state=enter(turned, Step.DETACH, now, PUT_BACK_S), commands=commands, remember=True)


def abandon(state: DeploymentState, now: Now) -> tuple[DeploymentState, tuple[Command, ...]]:
    """Leave the running step: an agent command that may still be carried out is taken back, and remembered until it
    has expired, because the agent may find it late, even after a restart."""
    if state.phase not in ("sent", "cancel") or state.valid_until_mono + COMMAND_MARGIN_S <= now.mono_s:
        return state, ()
    late = max(state.late_until_mono, state.valid_until_mono + COMMAND_MARGIN_S)
    left = replace(state, late_until_mono=late, late_command=state.act_id)
    return left, (cancel_command(state),)


def cancel_command(state: DeploymentState) -> SendAgentCommand:
    """Take back the running step's agent command."""
    return SendAgentCommand(
        user_id=state.plan.user_id,
        act_id=f"{state.act_id}-cancel",
        command_id=f"{state.act_id}-cancel",
        verb="cancel",
        arguments=(("command_id", state.act_id),),
        valid_for_s=10.0,
    )


def partial(state: DeploymentState, known: TerminalKnown, now: Now, cause: str, text: str) -> Advance:
    """READY was seen (or a legacy robot runs), but something is missing: it stays attached, entries paused."""
    failed = replace(close_stage(state, "failed", text, now), cause=cause, cause_text=text)
    if failed.leg is Leg.BACK:
        return unproven(failed, known, now, cause, text)
    return Advance(state=enter(failed, Step.PAUSE, now, PAUSE_S), words=(f"{state.stage}: {text}",), remember=True)


def end_success(state: DeploymentState, now: Now) -> Advance:
    """Everything was proven, and the target version is what should run from now on."""
    robot = state.plan.robot_id
    ended = _ended(replace(state, outcome=Outcome.SUCCESS, active_after=state.plan.target), now)
    verb = "removed" if state.plan.kind == "remove" else "runs and is proven"
    return Advance(state=ended, words=(f"robot {robot}: SUCCESS, it {verb}",), remember=True)


def end_failed(state: DeploymentState, known: TerminalKnown, now: Now, active: RobotVersion | None) -> Advance:
    """Proven not attached, and the version before it proven back when there was one."""
    incident = None
    if state.plan.kind == "restore" and not state.stopping:
        incident = DeploymentIncident(
            kind=IncidentKind.ROBOT_MISSING,
            text=f"robot {state.plan.robot_id} could not be put back: {state.cause_text}",
            next_step=next_step(state, state.cause),
        )
    diagnosis = diagnose(state, known, state.cause, state.cause_text)
    ended = _ended(
        replace(state, outcome=Outcome.FAILED, active_after=active, incident=incident, diagnosis=diagnosis), now
    )
    word = f"robot {state.plan.robot_id}: FAILED ({state.cause}), {state.cause_text}"
    return Advance(state=ended, words=(word,), remember=True)


def end_dry(state: DeploymentState, known: TerminalKnown, now: Now) -> Advance:
    """A dry run ends after preflight: it tells what would change, and what stands in the way if something does."""
    changes = describe_changes(state.plan, known)
    diagnosis = diagnose(state, known, state.cause, state.cause_text) if state.cause else None
    ended = _ended(replace(state, changes=changes, active_after=fallback(state), diagnosis=diagnosis), now)
    return Advance(state=ended, words=(f"robot {state.plan.robot_id}: dry run, nothing was changed",), remember=True)


def end_partial(state: DeploymentState, known: TerminalKnown, now: Now, paused: str) -> Advance:
    """The end of PARTIAL: attached, entries paused where they could be, an incident names what is missing."""
    robot = state.plan.robot_id
    incident = DeploymentIncident(
        kind=IncidentKind.ROBOT_PARTIAL,
        text=f"robot {robot} is attached but not proven: {state.cause_text}; {paused}",
        next_step=next_step(state, state.cause),
    )
    diagnosis = diagnose(state, known, state.cause, state.cause_text)
    ended = _ended(
        replace(state, outcome=Outcome.PARTIAL, active_after=state.plan.target, incident=incident, diagnosis=diagnosis),
        now,
    )
    word = f"robot {robot}: PARTIAL ({state.cause}), {state.cause_text}; {paused}"
    return Advance(state=ended, words=(word,), remember=True)


def unproven(state: DeploymentState, known: TerminalKnown, now: Now, cause: str, text: str) -> Advance:
    """Neither word can be proven: PARTIAL with an incident (FAILED for a removal); the new version may not trade."""
    robot = state.plan.robot_id
    first_cause, first_text = state.cause or cause, state.cause_text or text
    state = replace(state, cause=first_cause, cause_text=first_text)
    told = first_text if first_text == text else f"{first_text}; then {text}"
    kind, sentence = _unproven_words(state, told)
    incident = DeploymentIncident(kind=kind, text=sentence, next_step=next_step(state, first_cause))
    outcome = Outcome.FAILED if state.plan.kind == "remove" else Outcome.PARTIAL
    ended = replace(
        state,
        outcome=outcome,
        active_after=fallback(state),
        incident=incident,
        diagnosis=diagnose(state, known, first_cause, told),
    )
    word = f"robot {robot}: {outcome.value} ({first_cause}), {sentence}"
    return Advance(state=_ended(ended, now), commands=_disarm(state, known), words=(word,), remember=True)


def _unproven_words(state: DeploymentState, told: str) -> tuple[IncidentKind, str]:
    robot = state.plan.robot_id
    if state.plan.kind == "remove":
        return IncidentKind.ROBOT_UNDESIRED, f"robot {robot} was not seen gone, it may open nothing: {told}"
    removed = any(stage.name == "put_back_desired" and stage.outcome == "passed" for stage in state.stages)
    if state.cleared or removed or not state.attach_sent:
        return IncidentKind.ROBOT_MISSING, f"the version of robot {robot} that should run is not proven: {told}"
    return IncidentKind.ROBOT_PARTIAL, f"whether robot {robot} is attached cannot be proven: {told}"


def _disarm(state: DeploymentState, known: TerminalKnown) -> tuple[Command, ...]:
    """Name the version that may trade, when the way back did not come to it: the unproven one may open nothing."""
    written = any(stage.name == "put_back_desired" and stage.outcome == "passed" for stage in state.stages)
    if not state.plan.deploys or not state.touched or written or known.identity_ok is False:
        return ()
    return (
        WriteDesired(
            user_id=state.plan.user_id,
            act_id=f"{state.plan.act_prefix}-disarm",
            robot_id=state.plan.robot_id,
            permit=permit_of(state.plan, fallback(state)),
        ),
    )


def _ended(state: DeploymentState, now: Now) -> DeploymentState:
    ended = enter(state, Step.ENDED, now, 0.0)
    return replace(ended, ended_utc_s=max(now.utc_s, state.started_utc_s))


def _with_word(advance: Advance, word: str) -> Advance:
    return replace(advance, words=(word, *advance.words))
