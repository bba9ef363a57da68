"""What can break into any stage: a wrong identity, the stop latch, a terminal that dies, the last deadline.

Must not know: what the stage was waiting for.
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.deployment.endings import abandon, end_partial, fail, go_back, unproven
from mt5console.core.deployment.plan import PUT_BACK_S, Leg, Step
from mt5console.core.deployment.sight import why_no_acts
from mt5console.core.deployment.state import Advance, DeploymentState, close_stage, enter
from mt5console.core.model.ids import Now
from mt5console.core.model.known import TerminalKnown

_ALMOST_DONE = (Step.PROMOTE, Step.PAUSE)


def interruption(state: DeploymentState, known: TerminalKnown, now: Now) -> Advance | None:
    """The turn that the world forces, or None when the stage may go on."""
    if now.mono_s >= state.hard_until_mono:
        return unproven(close_stage(state, "failed", "out of time", now), known, now, "timeout", "time ran out")
    if state.step is Step.PREFLIGHT or state.step in _ALMOST_DONE:
        return None
    if known.identity_ok is False and state.plan.kind != "remove":
        return _wrong_identity(state, known, now)
    if known.user.stop_latched and state.plan.kind != "remove" and not state.stopping:
        return _stopped(state, known, now)
    if state.plan.kind != "remove":
        return _process_changed(state, known, now) or _agent_silent(state, known, now)
    return None


def _agent_silent(state: DeploymentState, known: TerminalKnown, now: Now) -> Advance | None:
    """An agent that is known to be dead will not carry out what it was asked, and its terminal will be restarted."""
    asks = state.step in (Step.DETACH, Step.ATTACH) and state.phase != ""
    if not asks or state.leg is Leg.BACK or now.mono_s < state.settle_until_mono:
        return None
    blocked = why_no_acts(known)
    if blocked is None or blocked[0] != "agent_dead":
        return None
    return _on_the_way_back(fail(state, known, now, *blocked), known)


def _wrong_identity(state: DeploymentState, known: TerminalKnown, now: Now) -> Advance:
    text = "the terminal's identity changed in mid deployment: nothing more is done there"
    if not state.touched:
        return fail(state, known, now, "wrong_account", text)
    failed = close_stage(state, "failed", text, now)
    if state.leg is Leg.FORWARD and state.ready_confirmed:
        failed = replace(failed, cause="wrong_account", cause_text=text)
        return end_partial(failed, known, now, "its entries could not be paused")
    return unproven(failed, known, now, "wrong_account", text)


def _stopped(state: DeploymentState, known: TerminalKnown, now: Now) -> Advance:
    text = "the stop latch was set in mid deployment"
    if not state.touched:
        return fail(state, known, now, "stopped", text)
    stopping = replace(close_stage(state, "failed", text, now), stopping=True)
    stopping = replace(stopping, cause=state.cause or "stopped", cause_text=state.cause_text or text)
    if state.leg is Leg.FORWARD:
        return go_back(stopping, now)
    return _detach_again(stopping, now, text)


def _process_changed(state: DeploymentState, known: TerminalKnown, now: Now) -> Advance | None:
    if known.pid == state.pid or (known.pid is None and now.mono_s < state.settle_until_mono):
        return None
    what = "the terminal died" if known.pid is None else f"the terminal was restarted (now pid {known.pid})"
    text = f"{what} in mid deployment"
    if state.leg is Leg.FORWARD:
        return _on_the_way_back(fail(state, known, now, "terminal_died", text), known)
    again = close_stage(state, "failed", text, now)
    return _detach_again(replace(again, pid=known.pid, cleared=known.pid is None), now, text)


def _detach_again(state: DeploymentState, now: Now, text: str) -> Advance:
    """The way back begins anew, within its old deadline."""
    left, commands = abandon(state, now)
    again = replace(left, present=False, attempt=state.attempt + 1)
    return Advance(state=enter(again, Step.DETACH, now, PUT_BACK_S), commands=commands, words=(text,), remember=True)


def _on_the_way_back(turned: Advance, known: TerminalKnown) -> Advance:
    """The process of now is the one that the way back deals with."""
    if turned.state.ended:
        return turned
    return replace(turned, state=replace(turned.state, pid=known.pid))
