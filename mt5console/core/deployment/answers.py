"""Reading facts as answers to this deployment's own acts, and putting its agent commands together.

Must not know: what an answer leads to.
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.deployment.plan import COMMAND_VALID_S, Leg
from mt5console.core.deployment.state import Advance, DeploymentState
from mt5console.core.model.commands import AgentTemplate, Command, SendAgentCommand
from mt5console.core.model.facts import ActDone, ActFailed, AgentReplied, CompileFinished, Fact
from mt5console.core.model.ids import Now


def reply_to(state: DeploymentState, fact: Fact | None, command_id: str = "") -> AgentReplied | None:
    """The fact, when it is the agent's reply to the running step's command (or to the one named)."""
    if not isinstance(fact, AgentReplied) or fact.user_id != state.plan.user_id:
        return None
    return fact if fact.command_id == (command_id or state.act_id) else None


def act_end(state: DeploymentState, fact: Fact | None) -> ActDone | ActFailed | CompileFinished | None:
    """The fact, when it ends the running step's act."""
    if not isinstance(fact, ActDone | ActFailed | CompileFinished) or fact.user_id != state.plan.user_id:
        return None
    return fact if fact.act_id == state.act_id else None


def act_sent(state: DeploymentState, command: Command) -> Advance:
    """The running step's file act, sent; its end is awaited."""
    return Advance(state=replace(state, phase="sent"), commands=(command,), remember=True)


def agent_sent(
    state: DeploymentState,
    verb: str,
    arguments: tuple[tuple[str, str], ...],
    now: Now,
    template: AgentTemplate | None = None,
) -> Advance:
    """The running step's agent command, sent; its validity never outlasts the leg's deadline."""
    last = state.back_until_mono if state.leg is Leg.BACK else max(state.until_mono, now.mono_s + 5.0)
    valid_for_s = max(1.0, min(COMMAND_VALID_S, last - now.mono_s))
    command = SendAgentCommand(
        user_id=state.plan.user_id,
        act_id=state.act_id,
        command_id=state.act_id,
        verb=verb,
        arguments=arguments,
        valid_for_s=valid_for_s,
        template=template,
    )
    sent = replace(state, phase="sent", valid_until_mono=now.mono_s + valid_for_s)
    return Advance(state=sent, commands=(command,), remember=True)
