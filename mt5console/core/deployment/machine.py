"""The deployment machine: source → compiled → attached → READY → heartbeat → proven, or honestly back.

Pure and resumable: `begin`, `advance`, `resume`, `cancel` take all they need and give an `Advance`. Write ahead:
when `Advance.remember` is set, the state is to be stored before its commands are carried out. Must not know: clocks,
files, processes, storage, or other deployments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mt5console.core.deployment import attach, proof, stages
from mt5console.core.deployment.diagnosis import names_robot
from mt5console.core.deployment.endings import fail
from mt5console.core.deployment.interrupt import interruption
from mt5console.core.deployment.plan import (
    FILE_ACT_S,
    HEARTBEAT_WAIT_S,
    PAUSE_S,
    PREFLIGHT_WAIT_S,
    PUT_BACK_S,
    RESUME_GRACE_S,
    DeploymentPlan,
    Leg,
    Step,
)
from mt5console.core.deployment.sight import beat_key
from mt5console.core.deployment.state import Advance, DeploymentState
from mt5console.core.model.facts import AgentReplied, Fact, HeartbeatSeen, JournalSeen
from mt5console.core.model.ids import Now
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.observed import JournalKind
from mt5console.core.terminal.layout import robot_of_expert

Handler = Callable[[DeploymentState, Fact | None, TerminalKnown, Now], Advance]

_HANDLERS: dict[Step, Handler] = {
    Step.PREFLIGHT: stages.preflight,
    Step.WRITE: stages.write,
    Step.COMPILE: stages.compile_slot,
    Step.DETACH: attach.detach,
    Step.DESIRED: stages.desired,
    Step.ATTACH: attach.attach,
    Step.READY: proof.ready,
    Step.HEARTBEAT: proof.heartbeat,
    Step.PROVEN: proof.proven,
    Step.PROMOTE: stages.promote,
    Step.PAUSE: stages.pause,
}
_MOST_TURNS = 24
"""More steps than this cannot follow from one fact: it would be a loop in the rules."""


def begin(plan: DeploymentPlan, known: TerminalKnown, now: Now) -> Advance:
    """Start a deployment; its first commands may come at once."""
    removes = plan.kind == "remove"
    forward = now.mono_s + plan.timeout_s
    age = known.beat_ages_s.get(plan.robot_id)
    state = DeploymentState(
        plan=plan,
        leg=Leg.FORWARD,
        step=Step.DESIRED if removes else Step.PREFLIGHT,
        at=now,
        started_utc_s=now.utc_s,
        since_mono=now.mono_s,
        until_mono=now.mono_s + (FILE_ACT_S if removes else PREFLIGHT_WAIT_S),
        forward_until_mono=forward,
        back_until_mono=forward,
        hard_until_mono=forward + _beyond_forward_s(plan),
        beat_last=beat_key(known.beats.get(plan.robot_id)),
        beat_last_mono=now.mono_s - max(0.0, age or 0.0),
    )
    return Advance(state=state, remember=True).then(advance(state, None, known, now))


def advance(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Take one fact, or the passing of time (None), as far as it leads."""
    result = Advance(state=_observe(state, fact, known, now))
    for _ in range(_MOST_TURNS):
        if result.state.ended:
            break
        here = result.state
        turn = interruption(here, known, now) or _HANDLERS[here.step](here, fact, known, now)
        result = result.then(turn)
        fact = None
        if turn.state.essence == here.essence:
            break
    return replace(result, remember=result.remember or result.state.essence != state.essence)


def cancel(state: DeploymentState, known: TerminalKnown, now: Now, why: str = "it was cancelled") -> Advance:
    """A person wants no more of it: end at once when nothing was touched, else put the old version back."""
    if state.ended or state.leg is Leg.BACK or state.step in (Step.PROMOTE, Step.PAUSE):
        return Advance(state=state)
    turned = fail(state, known, now, "cancelled", why)
    return turned.then(advance(turned.state, None, known, now))


def resume(state: DeploymentState, known: TerminalKnown, now: Now) -> Advance:
    """Go on after an engine restart: commands are sent again with the same ids; what is outside obeys each id once.

    An interruption between detaching a running version and the new one's attach goes back to the proven version:
    its positions have been without their robot for longer than anybody planned.
    """
    if state.ended:
        return Advance(state=state)
    settled = _rebase(state, now)
    exposed = settled.step in (Step.DETACH, Step.DESIRED, Step.ATTACH) and settled.leg is Leg.FORWARD
    if exposed and settled.touched and settled.plan.deploys and settled.plan.previous is not None:
        text = "the engine was stopped between detaching the old version and attaching the new one"
        turned = fail(settled, known, now, "engine_interrupted", text)
        return turned.then(advance(turned.state, None, known, now))
    if settled.phase == "sent" and settled.step is not Step.PAUSE:
        settled = replace(settled, phase="")
    return Advance(state=settled, remember=True).then(advance(settled, None, known, now))


def _beyond_forward_s(plan: DeploymentPlan) -> float:
    """What can lie beyond the asked-for time: beats, proof, promotion or pause, and the way back."""
    return HEARTBEAT_WAIT_S + plan.proof_s + FILE_ACT_S + PAUSE_S + PUT_BACK_S


def _rebase(state: DeploymentState, now: Now) -> DeploymentState:
    """Carry deadlines over into this engine's clock. A UTC clock that went back counts as no time passed; one that
    leapt ahead still leaves every deadline a short grace to look at the world."""
    gone_s = max(0.0, now.utc_s - state.at.utc_s)
    shift = now.mono_s - state.at.mono_s - gone_s
    grace = now.mono_s + RESUME_GRACE_S
    proving = state.step is Step.PROVEN
    return replace(
        state,
        at=now,
        interrupted=True,
        since_mono=now.mono_s if proving else state.since_mono + shift,
        until_mono=now.mono_s + state.plan.proof_s if proving else max(state.until_mono + shift, grace),
        forward_until_mono=max(state.forward_until_mono + shift, grace),
        back_until_mono=max(state.back_until_mono + shift, grace),
        hard_until_mono=max(state.hard_until_mono + shift, grace + _beyond_forward_s(state.plan)),
        settle_until_mono=grace,
        valid_until_mono=state.valid_until_mono + shift,
        late_until_mono=state.late_until_mono + shift,
        absent_since_mono=None if state.phase != "look" else now.mono_s,
        beat_last_mono=now.mono_s,
        beat_first=None,
    )


def _observe(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> DeploymentState:
    """Remember what later questions need: when beats last advanced, a failed OnInit, replies nobody waits for."""
    if state.ended:
        return state
    plan = state.plan
    beat = known.beats.get(plan.robot_id)
    if isinstance(fact, HeartbeatSeen) and fact.user_id == plan.user_id and fact.beat.robot_id == plan.robot_id:
        beat = fact.beat
    key = beat_key(beat)
    if key is not None and key != state.beat_last:
        legacy = 1 if beat is not None and beat.legacy and state.step is Step.READY else 0
        state = replace(state, beat_last=key, beat_last_mono=now.mono_s, legacy_beats=state.legacy_beats + legacy)
    if isinstance(fact, AgentReplied) and fact.command_id in (state.late_command, f"{state.late_command}-cancel"):
        state = replace(state, late_until_mono=now.mono_s)
    if isinstance(fact, JournalSeen) and fact.user_id == plan.user_id:
        return _observe_journal(state, fact)
    return state


def _observe_journal(state: DeploymentState, fact: JournalSeen) -> DeploymentState:
    entry = fact.entry
    if entry.kind is not JournalKind.ROBOT_INIT_FAILED or state.step not in (Step.ATTACH, Step.READY):
        return state
    slot = robot_of_expert(entry.detail("robot") or "")
    target = state.target
    if target is None or not names_robot(entry, state) or (slot is not None and slot[1] != target.slot):
        return state
    return replace(state, init_failure=entry.text)
