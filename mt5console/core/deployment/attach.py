"""Detaching and attaching: the stages where two copies of a robot could arise, and how they never do.

A version is attached only after every other was seen gone by a later word of the agent, and its beats stopped.
Must not know: what a failure leads to (endings).
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.deployment.answers import agent_sent, reply_to
from mt5console.core.deployment.endings import (
    abandon,
    cancel_command,
    end_failed,
    end_success,
    fail,
    fallback,
    passed,
    skipped,
)
from mt5console.core.deployment.plan import (
    ATTACH_ROUNDS,
    CANCEL_WAIT_S,
    COMMAND_MARGIN_S,
    DETACH_S,
    FILE_ACT_S,
    LOOK_S,
    PUT_BACK_S,
    QUIET_S,
    Leg,
    Step,
    console_inputs,
    expert_path,
)
from mt5console.core.deployment.sight import (
    beat_is_fresh,
    beat_key,
    charts_of,
    fresh_agent,
    mark_of,
    newer,
    ready_key,
    runs,
    shows,
    why_no_acts,
)
from mt5console.core.deployment.stages import attach_limit
from mt5console.core.deployment.state import Advance, DeploymentState, close_stage, enter
from mt5console.core.model.commands import AgentTemplate
from mt5console.core.model.desired import RobotVersion
from mt5console.core.model.facts import AgentReplied, Fact
from mt5console.core.model.ids import Now
from mt5console.core.model.known import TerminalKnown

_REFUSALS = {
    "expert_not_found": (
        "restart_needed",
        "restart needed: the terminal has not indexed the slot; run `mt5console terminal restart {user}` and deploy "
        "again",
    ),
    "init_failed": ("init_failed", "the robot's OnInit failed"),
    "expert_not_loaded": (
        "restart_needed",
        "restart needed: the terminal did not load the slot's file, which is new since its start or damaged; run "
        "`mt5console terminal restart {user}` and deploy again",
    ),
    "no_symbol": ("unknown_symbol", "the broker has no such symbol"),
    "no_symbol_data": ("no_symbol_data", "the terminal has no data of the symbol yet"),
    "chart_limit": ("chart_limit", "the terminal's charts are full"),
    "wrong_terminal": ("wrong_account", "the agent serves another account or directory than expected"),
    "locked": ("locked", "another copy of the robot holds its lock"),
    "expired": ("timeout", "the agent found the command too late"),
    "cancelled": ("timeout", "the attach was taken back before the agent carried it out"),
}
_MAY_PASS = frozenset({"locked", "no_symbol_data", "init_failed", "expired", "cancelled", "failed"})
"""Refusals that another attempt may not meet again: a lock that is let go late, a symbol whose data come late."""


def process_gone(state: DeploymentState, known: TerminalKnown, now: Now) -> bool:
    """No process runs, and that is no mere blindness after an engine restart."""
    return known.pid is None and now.mono_s >= state.settle_until_mono


def detach(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Take every version of the robot off its charts, and see that it is gone."""
    if state.phase == "":
        return _begin_detach(state, known, now)
    if state.phase == "sent":
        reply = reply_to(state, fact)
        if reply is None and now.mono_s < state.valid_until_mono + COMMAND_MARGIN_S:
            return Advance(state=state)
        looked = replace(state, phase="look", mark=mark_of(known), absent_since_mono=now.mono_s)
        return Advance(state=looked, remember=True)
    return _see_gone(state, known, now)


def _begin_detach(state: DeploymentState, known: TerminalKnown, now: Now) -> Advance:
    if now.mono_s < state.late_until_mono:
        return Advance(state=state)
    if state.leg is Leg.BACK and not state.attach_sent and state.plan.deploys:
        return _detached(state, known, now, "the new version was never sent to a chart")
    if process_gone(state, known, now):
        return _detached(state, known, now, "the terminal's process is gone")
    blocked = why_no_acts(known)
    if blocked is not None:
        if now.mono_s >= state.until_mono:
            return fail(state, known, now, *blocked)
        return Advance(state=state)
    version = state.target
    keeps = state.plan.kind == "restore" or state.leg is Leg.BACK
    if keeps and version is not None and runs(known, state.plan.robot_id, version, state.plan.robot.magic):
        found = replace(state, present=True)
        return skipped(found, Step.DESIRED, "this very version runs on its chart", now, FILE_ACT_S)
    if not _must_detach(state, known):
        return _detached(state, known, now, "no version of this robot is on a chart")
    robot = str(state.plan.robot_id)
    return agent_sent(replace(state, touched=True), "detach", (("robot_id", robot),), now)


def _must_detach(state: DeploymentState, known: TerminalKnown) -> bool:
    if charts_of(known, state.plan.robot_id) or beat_is_fresh(known, state.plan.robot_id):
        return True
    if state.leg is Leg.BACK:
        return not state.cleared
    if state.plan.kind == "restore":
        return False
    return state.plan.previous is not None or state.plan.robot.active is not None


def _see_gone(state: DeploymentState, known: TerminalKnown, now: Now) -> Advance:
    if process_gone(state, known, now):
        return _detached(state, known, now, "the terminal's process is gone")
    charts = charts_of(known, state.plan.robot_id)
    quiet = now.mono_s - state.beat_last_mono >= QUIET_S
    if newer(known, state.mark) and not charts and quiet:
        return _detached(state, known, now, "no chart shows this robot any more, and its beats stopped")
    if now.mono_s >= state.until_mono:
        blocked = why_no_acts(known)
        if blocked is not None:
            return fail(state, known, now, *blocked)
        what = "a chart still shows the robot" if charts else "the robot still beats"
        return fail(state, known, now, "detach_failed", f"{what} after it was detached")
    looked_s = now.mono_s - (state.absent_since_mono or now.mono_s)
    if charts and newer(known, state.mark) and looked_s >= LOOK_S and state.attempt < ATTACH_ROUNDS:
        return Advance(state=replace(state, phase="", attempt=state.attempt + 1), remember=True)
    return Advance(state=state)


def _detached(state: DeploymentState, known: TerminalKnown, now: Now, evidence: str) -> Advance:
    """No version is on a chart: on to what comes next on this leg."""
    cleared = state if evidence.startswith("the new version was never") else replace(state, cleared=True)
    if state.plan.kind == "remove":
        return end_success(close_stage(cleared, "passed", evidence, now), now)
    if state.leg is Leg.BACK and not state.plan.deploys:
        return end_failed(close_stage(cleared, "passed", evidence, now), known, now, fallback(state))
    turn = skipped if state.phase == "" else passed
    return turn(cleared, Step.DESIRED, evidence, now, FILE_ACT_S)


def attach(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Put the leg's version on its chart, once; the agent's reply, READY or its charts tell whether it is there."""
    version = state.target
    if version is None:
        return fail(state, known, now, "failed", "there is no version to attach")
    if state.phase == "":
        return _begin_attach(state, version, known, now)
    if is_ready(state, version, known):
        return _attached(state, "its READY was seen", now)
    if state.phase == "sent":
        reply = reply_to(state, fact)
        if reply is not None:
            return _answered(state, version, reply, known, now)
        if state.init_failure:
            # The journal knows at once what the agent, who sees charts alone, has to wait for.
            return _refused(state, "init_failed", ("init_failed", state.init_failure), known, now)
        if now.mono_s < state.valid_until_mono + COMMAND_MARGIN_S:
            return Advance(state=state)
        waiting = replace(state, phase="cancel", until_mono=now.mono_s + CANCEL_WAIT_S)
        return Advance(state=waiting, commands=(cancel_command(state),), remember=True)
    if state.phase == "cancel":
        late = reply_to(state, fact)
        if late is not None:
            return _answered(state, version, late, known, now)
        if reply_to(state, fact, f"{state.act_id}-cancel") is None and now.mono_s < state.until_mono:
            return Advance(state=state)
        looking = replace(state, phase="look", mark=mark_of(known), until_mono=now.mono_s + LOOK_S)
        return Advance(state=looking, remember=True)
    return _look(state, version, known, now)


def is_ready(state: DeploymentState, version: RobotVersion, known: TerminalKnown) -> bool:
    """Whether a READY of this version was seen that is not the one from before the attach."""
    ready = known.readies.get(state.plan.robot_id)
    if ready is None or ready.deployment_id != version.deployment_id:
        return False
    return state.present or ready_key(ready) != state.ready_before


def _begin_attach(state: DeploymentState, version: RobotVersion, known: TerminalKnown, now: Now) -> Advance:
    robot_id = state.plan.robot_id
    if state.present or (state.leg is Leg.BACK and not state.cleared and _still_beats(state, version, known)):
        found = replace(state, present=True)
        return skipped(found, Step.READY, "it never left its chart", now, attach_limit(state, now))
    blocked = why_no_acts(known)
    if blocked is not None:
        if now.mono_s >= state.until_mono:
            return fail(state, known, now, *blocked)
        return Advance(state=state)
    charts = charts_of(known, robot_id)
    again = state.baseline_for == state.act_id and (not charts or shows(charts, version))
    if not again and (charts or not state.cleared):
        return _detach_first(state, known, now, "a version of this robot sits on a chart")
    if state.baseline_for != state.act_id:
        ready_before = ready_key(known.readies.get(robot_id))
        state = replace(state, ready_before=ready_before, beat_before=beat_key(known.beats.get(robot_id)))
    state = replace(
        state,
        baseline_for=state.act_id,
        attach_sent=True,
        touched=True,
        cleared=False,
        beat_first=None,
        init_failure="",
    )
    expert = expert_path(robot_id, version)
    inputs = (*version.inputs, *console_inputs(state.plan, version))
    template = AgentTemplate(expert=expert, symbol=version.symbol, timeframe=version.timeframe, inputs=inputs)
    arguments = (
        ("robot_id", str(robot_id)),
        ("deployment_id", str(version.deployment_id)),
        ("expert", expert),
        ("symbol", version.symbol),
        ("timeframe", version.timeframe.value),
    )
    return agent_sent(replace(state, mark=mark_of(known)), "attach", arguments, now, template)


def _still_beats(state: DeploymentState, version: RobotVersion, known: TerminalKnown) -> bool:
    """On the way back, a version that was never seen to leave and still beats is still there."""
    if fresh_agent(known) is not None:
        return runs(known, state.plan.robot_id, version, state.plan.robot.magic)
    beat = known.beats.get(state.plan.robot_id)
    fresh = beat is not None and beat_is_fresh(known, state.plan.robot_id)
    return not state.attach_sent and fresh and beat is not None and beat.deployment_id == version.deployment_id


def _detach_first(state: DeploymentState, known: TerminalKnown, now: Now, why: str) -> Advance:
    if state.attempt >= ATTACH_ROUNDS:
        return fail(state, known, now, "detach_failed", f"{why}, again and again")
    return _another_round(state, now, f"{why}: it is detached first")


def _another_round(state: DeploymentState, now: Now, why: str) -> Advance:
    """Detach and attach again: whatever the attach left is seen gone first."""
    left, commands = abandon(close_stage(state, "failed", why, now), now)
    again = replace(left, attempt=state.attempt + 1, attach_sent=True, cleared=False, present=False)
    limit_s = DETACH_S if state.leg is Leg.FORWARD else PUT_BACK_S
    entered = enter(again, Step.DETACH, now, limit_s)
    return Advance(state=entered, commands=commands, words=(f"{state.stage}: {why}",), remember=True)


def _refused(state: DeploymentState, code: str, told: tuple[str, str], known: TerminalKnown, now: Now) -> Advance:
    """The attach failed. On the way back nothing else is left to try, and positions wait for their robot: what may
    pass gets another round."""
    if state.leg is Leg.BACK and code in _MAY_PASS and state.attempt < ATTACH_ROUNDS:
        return _another_round(state, now, f"{told[1]}: once more")
    return fail(state, known, now, *told)


def _answered(
    state: DeploymentState, version: RobotVersion, reply: AgentReplied, known: TerminalKnown, now: Now
) -> Advance:
    if reply.ok:
        seen = replace(state, mark=mark_of(known))
        return _attached(seen, reply.text or f"chart {reply.value('chart_id') or 'opened'}", now)
    answered = replace(state, phase="answered")
    if reply.code == "already_attached":
        if reply.value("deployment_id") == version.deployment_id:
            return _attached(replace(state, mark=mark_of(known)), "it is on its chart already", now)
        return _detach_first(answered, known, now, "another version sits on a chart")
    if reply.code == "expert_not_loaded" and state.init_failure:
        return _refused(answered, "init_failed", ("init_failed", state.init_failure), known, now)
    cause, text = _REFUSALS.get(reply.code, ("attach_failed", "the agent could not attach the robot"))
    told = text.format(user=state.plan.user_id)
    if reply.text and reply.text != reply.code:
        told = f"{told} ({reply.text})"
    return _refused(answered, reply.code, (cause, told), known, now)


def _attached(state: DeploymentState, evidence: str, now: Now) -> Advance:
    opened = replace(state, chart_opened=state.chart_opened or state.leg is Leg.FORWARD)
    return passed(opened, Step.READY, evidence, now, attach_limit(state, now))


def _look(state: DeploymentState, version: RobotVersion, known: TerminalKnown, now: Now) -> Advance:
    """The reply never came: what the agent's charts show decides."""
    if newer(known, state.mark):
        charts = charts_of(known, state.plan.robot_id)
        if shows(charts, version):
            return _attached(state, "the agent never answered, but its chart shows the robot", now)
        text = "the agent did not answer the attach, and no chart shows the robot"
        return _refused(state, "expired", ("timeout", text), known, now)
    if now.mono_s >= state.until_mono:
        return fail(state, known, now, "agent_dead", "the agent did not answer the attach and has fallen silent")
    return Advance(state=state)
