"""The proof: READY of this deployment with these inputs on this chart, beats that advance, and all of it still true.

Must not know: how the robot got onto its chart.
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.deployment.attach import is_ready
from mt5console.core.deployment.endings import end_failed, end_success, fail, fallback, partial, passed
from mt5console.core.deployment.plan import ABSENT_S, FILE_ACT_S, HEARTBEAT_WAIT_S, Leg, Step
from mt5console.core.deployment.sight import (
    beat_is_fresh,
    charts_of,
    mark_of,
    newer,
    ready_key,
    shows,
    why_agent_not_permitted,
    why_no_acts,
    why_not_permitted,
)
from mt5console.core.deployment.state import Advance, DeploymentState, close_stage
from mt5console.core.model.desired import RobotVersion
from mt5console.core.model.facts import Fact
from mt5console.core.model.ids import Now
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.observed import Entries, Heartbeat
from mt5console.core.model.versions import ready_differences


def ready(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Wait for READY of this very deployment, and compare what the robot echoes with what was sent."""
    version = _version(state)
    seen = known.readies.get(state.plan.robot_id)
    if seen is not None and is_ready(state, version, known):
        state = replace(state, ready_seen=ready_key(seen), ready_confirmed=_confirms(state, state.ready_confirmed))
        differs = ready_differences(seen, version, state.plan.robot.magic)
        if state.leg is Leg.FORWARD:
            state = replace(state, inputs_ok=differs is None or differs[0] != "inputs_differ")
        if differs is not None:
            return partial(state, known, now, *differs)
        evidence = f"READY of {version.deployment_id} on {seen.symbol},{seen.timeframe}, inputs as sent"
        return passed(replace(state, beat_first=None), Step.HEARTBEAT, evidence, now, HEARTBEAT_WAIT_S)
    if state.init_failure:
        return fail(state, known, now, "init_failed", state.init_failure)
    state = _watch_chart(state, known, now)
    if _has_left(state, known, now):
        return fail(state, known, now, "robot_removed", "the robot left its chart before it said READY")
    if now.mono_s < state.until_mono:
        return Advance(state=state)
    if state.leg is Leg.FORWARD and state.legacy_beats >= state.plan.beats_needed:
        return partial(state, known, now, "no_include", "the source lacks the Mt5Console include")
    if shows(charts_of(known, state.plan.robot_id), version) and _own_beat(state, version, known) is None:
        text = "the robot sits on its chart, but said neither READY nor a beat: does it use the Mt5Console include?"
        return fail(state, known, now, "no_include", text)
    return fail(state, known, now, "timeout", "the robot did not say READY in time")


def heartbeat(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Count beats of this very deployment that advance."""
    version = _version(state)
    beat = _own_beat(state, version, known)
    if beat is not None:
        first = beat.sequence if state.beat_first is None else min(state.beat_first, beat.sequence)
        state = replace(state, beat_first=first)
        if beat.sequence - first >= state.plan.beats_needed:
            return _beats(state, beat, beat.sequence - first, known, now)
    state = _watch_chart(state, known, now)
    if _has_left(state, known, now):
        return fail(state, known, now, "robot_removed", "the robot left its chart before it was proven")
    if now.mono_s >= state.until_mono:
        return partial(state, known, now, "no_heartbeat", "READY was seen, but no heartbeat that advances")
    return Advance(state=state)


def _beats(state: DeploymentState, beat: Heartbeat, count: int, known: TerminalKnown, now: Now) -> Advance:
    evidence = f"{count} advancing beats, the last with sequence {beat.sequence}"
    if state.leg is Leg.BACK:
        return end_failed(close_stage(state, "passed", evidence, now), known, now, fallback(state))
    state = replace(state, heartbeat_confirmed=True)
    return passed(state, Step.PROVEN, evidence, now, state.plan.proof_s)


def proven(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """All of it still true for `proof_s`: the first moment at which it is not ends the proof."""
    version = _version(state)
    if now.mono_s < state.settle_until_mono and (why_no_acts(known) or not _fresh(state, known)):
        held = replace(state, since_mono=now.mono_s, until_mono=now.mono_s + state.plan.proof_s)
        return Advance(state=held)
    blocked = why_no_acts(known)
    if blocked is not None:
        return partial(state, known, now, *blocked)
    state = _watch_chart(state, known, now)
    if state.absent_since_mono is not None:
        return fail(state, known, now, "robot_removed", "the robot left its chart while it was being proven")
    broken = _broken(state, version, known)
    if broken is not None:
        return partial(state, known, now, *broken)
    if now.mono_s < state.until_mono or state.beat_last_mono <= state.since_mono:
        return Advance(state=state)
    evidence = f"chart, READY, inputs, beats and permission held for {now.mono_s - state.since_mono:.0f} s"
    if state.plan.deploys:
        return passed(state, Step.PROMOTE, evidence, now, FILE_ACT_S)
    return end_success(close_stage(state, "passed", evidence, now), now)


def _broken(state: DeploymentState, version: RobotVersion, known: TerminalKnown) -> tuple[str, str] | None:
    """(cause, sentence) of the first part of the proof that does not hold now."""
    missing = why_not_permitted(known)
    if missing is not None:
        return missing
    seen = known.readies.get(state.plan.robot_id)
    if seen is None or seen.deployment_id != version.deployment_id:
        return "wrong_chart", "READY now speaks of another deployment"
    differs = ready_differences(seen, version, state.plan.robot.magic)
    if differs is not None:
        return differs
    if ready_key(seen) != state.ready_seen:
        return "restarted", "the robot initialised again while it was being proven"
    beat = _own_beat(state, version, known)
    if beat is None or not _fresh(state, known):
        return "no_heartbeat", "its heartbeat stopped while it was being proven"
    if not beat.trade_allowed:
        return why_agent_not_permitted(known) or ("algo_off", "the robot itself is not allowed to trade")
    if beat.entries is Entries.NOT_DESIRED:
        return "not_desired", "the robot takes itself for a version that may not trade"
    if beat.entries is Entries.STOPPED:
        return "stopped", "the robot sees the stop latch"
    return None


def _fresh(state: DeploymentState, known: TerminalKnown) -> bool:
    return beat_is_fresh(known, state.plan.robot_id)


def _own_beat(state: DeploymentState, version: RobotVersion, known: TerminalKnown) -> Heartbeat | None:
    """The last beat, when it is of this version and not the one from before the attach."""
    beat = known.beats.get(state.plan.robot_id)
    if beat is None or beat.legacy or beat.deployment_id != version.deployment_id:
        return None
    if not state.present and (beat.deployment_id, beat.sequence, beat.utc_s) == state.beat_before:
        return None
    return beat


def _watch_chart(state: DeploymentState, known: TerminalKnown, now: Now) -> DeploymentState:
    """Remember since when the agent's later words show no chart with the version; forget it when one does."""
    if not newer(known, state.mark):
        return state
    version = _version(state)
    if shows(charts_of(known, state.plan.robot_id), version):
        opened = state.chart_opened or state.leg is Leg.FORWARD
        return replace(state, absent_since_mono=None, chart_opened=opened)
    if state.absent_since_mono is None:
        return replace(state, absent_since_mono=now.mono_s, mark=mark_of(known))
    return state


def _has_left(state: DeploymentState, known: TerminalKnown, now: Now) -> bool:
    """Whether a second word of the agent, after a while, shows no chart with the version either. The first may have
    been written before the attach and read after it, and an agent that is slow says nothing new for seconds."""
    since = state.absent_since_mono
    return since is not None and now.mono_s - since >= ABSENT_S and newer(known, state.mark)


def _confirms(state: DeploymentState, before: bool) -> bool:
    return before or state.leg is Leg.FORWARD


def _version(state: DeploymentState) -> RobotVersion:
    version = state.target
    if version is None:
        raise ValueError("a proof needs a version")
    return version
