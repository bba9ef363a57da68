"""The plain stages: preflight, write, compile, desired, promote, pause.

Each takes the state, a fact or none, what is known and the time, and gives an Advance. Must not know: attaching.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mt5console.core.deployment.answers import act_end, act_sent, agent_sent, reply_to
from mt5console.core.deployment.endings import (
    end_dry,
    end_failed,
    end_partial,
    end_success,
    fail,
    fallback,
    partial,
    passed,
)
from mt5console.core.deployment.plan import (
    COMPILE_S,
    DETACH_S,
    FILE_ACT_S,
    LOOK_S,
    OPEN_ENTRIES_S,
    PUT_BACK_S,
    Leg,
    Step,
    permit_of,
)
from mt5console.core.deployment.preflight import Finding, check_preflight
from mt5console.core.deployment.second_proof import CANNOT_TRADE
from mt5console.core.deployment.sight import fresh_agent, why_no_acts
from mt5console.core.deployment.state import Advance, DeploymentState, close_stage
from mt5console.core.model.commands import (
    CompileSlot,
    PauseEntries,
    PromoteSource,
    SendAgentCommand,
    WriteDesired,
    WriteSlotSource,
)
from mt5console.core.model.facts import ActDone, ActFailed, CompileFinished, Fact
from mt5console.core.model.ids import Now
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.observed import Entries


def attach_limit(state: DeploymentState, now: Now) -> float:
    """How long attaching and READY may take: what is left of the time that was asked for, or of the way back."""
    until = state.forward_until_mono if state.leg is Leg.FORWARD else now.mono_s + PUT_BACK_S
    return max(1.0, until - now.mono_s)


def preflight(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Check everything that can be known before anything is touched; what may be only late gets a little patience."""
    if state.phase == "sent":
        return _symbol_answered(state, fact, known, now)
    findings = check_preflight(state.plan, known)
    missing = next((finding for finding in findings if not finding.ok), None)
    if missing is not None:
        return _missing(state, missing, known, now)
    agent = fresh_agent(known)
    if agent is not None and any(session.symbol == state.plan.robot.symbol for session in agent.sessions):
        return _preflight_passed(replace(state, symbol_ok=True), findings, known, now)
    asked = replace(state, until_mono=now.mono_s + LOOK_S)
    return agent_sent(asked, "symbol", (("symbol", state.plan.robot.symbol),), now)


def _missing(state: DeploymentState, missing: Finding, known: TerminalKnown, now: Now) -> Advance:
    """A point is not met: wait a little where it may only be late, but not for the restart of a mute terminal."""
    if state.pid is not None and known.pid != state.pid:
        text = f"the agent of pid {state.pid} fell silent, and its terminal is restarted for that"
        return fail(state, known, now, "agent_dead", text)
    if not missing.may_change or now.mono_s >= state.until_mono:
        return fail(state, known, now, missing.cause, missing.evidence)
    if missing.cause == "agent_dead" and known.agent is not None:
        return Advance(state=replace(state, pid=known.pid))
    return Advance(state=state)


def _symbol_answered(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    reply = reply_to(state, fact)
    symbol = state.plan.robot.symbol
    if reply is None:
        if now.mono_s < state.until_mono:
            return Advance(state=state)
        return fail(state, known, now, "agent_dead", f"the agent did not say whether {symbol} exists")
    if reply.ok and reply.value("exists") != "false":
        return _preflight_passed(replace(state, symbol_ok=True), check_preflight(state.plan, known), known, now)
    if reply.ok or reply.code == "no_symbol":
        text = f"{symbol} does not exist at {state.plan.user.account.server}"
        return fail(replace(state, symbol_ok=False), known, now, "unknown_symbol", text)
    cause = "wrong_account" if reply.code == "wrong_terminal" else "agent_dead"
    return fail(state, known, now, cause, f"the agent refused to look the symbol up: {reply.code} {reply.text}".strip())


def _preflight_passed(state: DeploymentState, findings: tuple[Finding, ...], known: TerminalKnown, now: Now) -> Advance:
    missing = next((finding for finding in findings if not finding.ok), None)
    if missing is not None:
        return fail(state, known, now, missing.cause, missing.evidence)
    evidence = "; ".join(finding.evidence for finding in findings) + f"; {state.plan.robot.symbol} exists"
    state = replace(state, pid=known.pid)
    if state.plan.dry_run:
        return end_dry(close_stage(state, "passed", evidence, now), known, now)
    if state.plan.kind == "restore":
        return passed(state, Step.DETACH, evidence, now, DETACH_S)
    return passed(state, Step.WRITE, evidence, now, FILE_ACT_S)


def write(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Write the registered source into the free slot."""
    plan = state.plan
    if state.phase == "":
        command = WriteSlotSource(
            user_id=plan.user_id,
            act_id=state.act_id,
            robot_id=plan.robot_id,
            deployment_id=plan.deployment_id,
            slot=plan.slot,
        )
        return act_sent(state, command)
    end = act_end(state, fact)
    if isinstance(end, ActDone):
        return passed(state, Step.COMPILE, end.evidence, now, COMPILE_S + LOOK_S)
    return _no_act(state, end, known, now, "writing the source")


def compile_slot(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Compile the free slot; the running version is untouched whatever comes of it."""
    plan = state.plan
    if state.phase == "":
        deadline_s = max(1.0, min(COMPILE_S, state.forward_until_mono - now.mono_s))
        command = CompileSlot(
            user_id=plan.user_id,
            act_id=state.act_id,
            robot_id=plan.robot_id,
            deployment_id=plan.deployment_id,
            slot=plan.slot,
            deadline_s=deadline_s,
        )
        return act_sent(state, command)
    end = act_end(state, fact)
    if isinstance(end, CompileFinished):
        told = replace(state, compile_ok=end.report.ok, compile_text=end.report.evidence)
        if end.report.ok:
            return passed(told, Step.DETACH, end.report.evidence, now, DETACH_S)
        messages = "; ".join(end.report.messages[:3]) or end.report.evidence
        told = replace(told, compile_text=messages)
        return fail(told, known, now, "compile_error", f"{end.report.errors} errors: {messages}")
    return _no_act(state, end, known, now, "compiling")


def desired(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Name the one version that may trade, before it is attached."""
    version = state.target
    if state.phase == "":
        command = WriteDesired(
            user_id=state.plan.user_id,
            act_id=state.act_id,
            robot_id=state.plan.robot_id,
            permit=permit_of(state.plan, version),
        )
        return act_sent(replace(state, touched=True), command)
    end = act_end(state, fact)
    if not isinstance(end, ActDone):
        # What was found running stays where it is: its positions would lose their robot for a file.
        turn = partial if state.present else fail
        return _no_act(state, end, known, now, "writing which version may trade", turn)
    evidence = end.evidence or f"only {version.deployment_id if version else 'no version'} may trade"
    if state.plan.kind == "remove":
        return passed(state, Step.DETACH, evidence, now, DETACH_S)
    if version is None:
        return end_failed(close_stage(state, "passed", evidence, now), known, now, fallback(state))
    return passed(state, Step.ATTACH, evidence, now, attach_limit(state, now))


def promote(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Open entries that were paused, and keep the proven source under the seed's name; the robot runs proven even when
    one of both fails."""
    paused = _are_paused(state, known)
    if state.phase == "" and paused and not state.resume_sent:
        opening = replace(state, phase="opening", resume_sent=True)
        return Advance(state=opening, commands=(_open_entries(state),), remember=True)
    if state.phase == "opening":
        if paused and now.mono_s < state.since_mono + OPEN_ENTRIES_S:
            return Advance(state=state)
        state = replace(state, phase="")
    if state.phase == "":
        command = PromoteSource(
            user_id=state.plan.user_id, act_id=state.act_id, robot_id=state.plan.robot_id, slot=state.plan.slot
        )
        return act_sent(state, command)
    but = "; its entries are still paused" if paused else ""
    end = act_end(state, fact)
    if isinstance(end, ActDone):
        return end_success(close_stage(state, "passed", end.evidence + but, now), now)
    if isinstance(end, ActFailed):
        return end_success(close_stage(state, "failed", end.text + but, now), now)
    if now.mono_s >= state.until_mono:
        return end_success(close_stage(state, "failed", f"the copy was not seen to be written{but}", now), now)
    return Advance(state=state)


def _are_paused(state: DeploymentState, known: TerminalKnown) -> bool:
    beat = known.beats.get(state.plan.robot_id)
    return beat is not None and beat.deployment_id == state.plan.deployment_id and beat.entries is Entries.PAUSED


def _open_entries(state: DeploymentState) -> SendAgentCommand:
    """A person's deploy ends with entries open, also when an earlier PARTIAL paused them. Not before all is proven:
    what fails the proof is paused still, and so is the version that comes back instead."""
    command_id = f"{state.act_id}-resume"
    return SendAgentCommand(
        user_id=state.plan.user_id,
        act_id=command_id,
        command_id=command_id,
        verb="resume",
        arguments=(("robot_id", str(state.plan.robot_id)),),
        valid_for_s=OPEN_ENTRIES_S,
    )


def pause(state: DeploymentState, fact: Fact | None, known: TerminalKnown, now: Now) -> Advance:
    """Pause the entries of a robot that stays attached without proof, where that can be done."""
    if state.phase == "":
        blocked = why_no_acts(known)
        if blocked is not None:
            return _pause_without_agent(state, known, now, blocked[1])
        if state.cause in CANNOT_TRADE and state.plan.kind == "restore":
            return end_partial(state, known, now, "entries were left as they were")
        return agent_sent(state, "pause", (("robot_id", str(state.plan.robot_id)),), now)
    beat = known.beats.get(state.plan.robot_id)
    reply = reply_to(state, fact)
    flag_id = f"{state.act_id}-flag"
    flagged = isinstance(fact, ActDone) and fact.act_id == flag_id
    if flagged or (reply is not None and reply.ok) or (beat is not None and beat.entries is Entries.PAUSED):
        done = close_stage(state, "passed", "entries are paused", now)
        return end_partial(done, known, now, "its entries are paused")
    if state.phase == "sent" and (reply is not None or now.mono_s >= state.until_mono):
        text = reply.text or reply.code if reply is not None else "the agent did not answer"
        return _pause_without_agent(state, known, now, text)
    if isinstance(fact, ActFailed) and fact.act_id == flag_id:
        return _not_paused(state, known, now, fact.text)
    if now.mono_s >= state.until_mono:
        return _not_paused(state, known, now, "the pause flag was not seen to be written")
    return Advance(state=state)


def _pause_without_agent(state: DeploymentState, known: TerminalKnown, now: Now, why: str) -> Advance:
    """The flag is a file, which the robot looks for before it opens anything. What is put back was proven once: it is
    left as it is for a second proof; on a wrong identity nothing is done."""
    if not state.plan.deploys or known.identity_ok is False:
        return _not_paused(state, known, now, why)
    act_id = f"{state.act_id}-flag"
    command = PauseEntries(user_id=state.plan.user_id, act_id=act_id, robot_id=state.plan.robot_id)
    flagging = replace(state, phase="flag", until_mono=now.mono_s + FILE_ACT_S)
    return Advance(state=flagging, commands=(command,), words=(f"{state.stage}: {why}",), remember=True)


def _not_paused(state: DeploymentState, known: TerminalKnown, now: Now, why: str) -> Advance:
    done = close_stage(state, "failed", why, now)
    return end_partial(done, known, now, f"its entries could not be paused: {why}")


def _no_act(
    state: DeploymentState,
    end: ActDone | ActFailed | CompileFinished | None,
    known: TerminalKnown,
    now: Now,
    what: str,
    turn: Callable[[DeploymentState, TerminalKnown, Now, str, str], Advance] = fail,
) -> Advance:
    """The act failed, or is still awaited, or took too long."""
    if isinstance(end, ActFailed):
        return turn(state, known, now, end.code or "failed", f"{what} failed: {end.text}")
    if now.mono_s >= state.until_mono:
        return turn(state, known, now, "timeout", f"{what} did not end in time")
    return Advance(state=state)
