"""Diagnosis: the seed's "EA Not Confirming" list, each point checked against what was seen.

Turns a cause into one sentence, the next step, and points with evidence. Must not know: stages' rules or I/O.
"""

from __future__ import annotations

from typing import Any

from mt5console.core.deployment.sight import (
    beat_is_fresh,
    charts_of,
    fresh_agent,
    is_robot,
    why_agent_not_permitted,
    why_not_permitted,
)
from mt5console.core.deployment.state import DeploymentState
from mt5console.core.model.ids import Account, same_account
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.observed import JournalEntry, JournalKind
from mt5console.core.model.versions import ready_differences

_ROBOT_LINES = (JournalKind.ROBOT_LOADED, JournalKind.ROBOT_REMOVED, JournalKind.ROBOT_INIT_FAILED)
_DEPLOY_AGAIN = "run `mt5console deploy {robot}` again"

NEXT_STEPS = {
    "compile_error": "mend the source, register it again, then deploy again",
    "init_failed": "read what the robot printed (`mt5console journal {user}`), mend its OnInit or inputs, "
    "then deploy again",
    "robot_removed": "see who or what removed the robot (`mt5console journal {user}`), then deploy again",
    "no_heartbeat": "the robot is attached but silent: check that its OnTimer calls Mt5ConsoleTimer(), "
    "then deploy again",
    "no_include": "include <Mt5Console\\Heartbeat.mqh> in the source, call its functions, then deploy again",
    "algo_off": "switch algo trading on in the terminal (and at the broker), then deploy again",
    "agent_not_permitted": "run `mt5console terminal restart {user}`: the agent of the start ini takes its place; or "
    "select the Agent's chart in the terminal, press F7, Common, tick Allow Algo Trading; then deploy again",
    "unknown_symbol": "use the symbol's name as the broker spells it, suffix included, then deploy again",
    "no_symbol_data": "check the terminal's broker link, open the symbol in its Market Watch, then deploy again",
    "wrong_account": "check which account the terminal is logged in to; nothing is done there until it is right",
    "account_out": "wait for the broker link or log in again (`mt5console status` shows it), then deploy again",
    "agent_dead": "see `mt5console why {user}`; a restart of the terminal brings the agent back: "
    "`mt5console terminal restart {user}`",
    "restart_needed": "run `mt5console terminal restart {user}` and deploy again",
    "inputs_differ": "check that the source reports every input with Mt5ConsoleInput() before Mt5ConsoleInit(), "
    "then deploy again",
    "wrong_chart": "remove the robot (`mt5console robot remove {robot}`) and deploy again",
    "stopped": "run `mt5console resume {user} --word START` when robots may trade again",
    "magic_in_use": "give this robot a magic number of its own",
    "netting_conflict": "give this robot another symbol, remove the other one, or use a hedging account",
    "watch_only": "this account is only watched; use a user whose account may be traded",
    "chart_limit": "close charts in the terminal: it holds 100 at most",
    "terminal_down": "run `mt5console terminal start {user}`, then deploy again",
    "terminal_died": "wait until the terminal is back (`mt5console status`), then deploy again",
    "blocked": "see `mt5console why {user}`",
    "disk_full": "free space on the volume of the terminal's directory, then deploy again",
    "cancelled": _DEPLOY_AGAIN,
    "timeout": "see the points below, then deploy again with a longer --timeout if the terminal is slow",
    "engine_interrupted": "the engine was stopped in mid deployment; " + _DEPLOY_AGAIN,
    "detach_failed": "remove the robot from its chart by hand, then deploy again",
    "locked": "another copy of the robot holds its lock: restart the terminal, then deploy again",
}


def next_step(state: DeploymentState, cause: str) -> str:
    """What a person should do about the cause."""
    text = NEXT_STEPS.get(cause, _DEPLOY_AGAIN)
    return text.format(user=state.plan.user_id, robot=state.plan.robot_id)


def diagnose(state: DeploymentState, known: TerminalKnown, cause: str, text: str) -> dict[str, Any]:
    """The diagnosis of a deployment that did not end in SUCCESS: cause, sentence, next step, and checked points."""
    return {
        "cause": cause,
        "text": text,
        "next_step": next_step(state, cause),
        "points": [
            _point("compiled successfully", *_compiled(state)),
            _point("attached to a chart", *_attached(state, known)),
            _point("terminal logs", *_logs(state, known)),
            _point("algo trading enabled", *_algo(known)),
            _point("agent alive", *_agent(known)),
            _point("account", *_account(state, known)),
            _point("symbol", *_symbol(state)),
            _point("inputs echoed", *_inputs(state, known)),
            _point("heartbeat", *_heartbeat(state, known)),
        ],
    }


def _point(point: str, ok: bool | None, evidence: str) -> dict[str, Any]:
    return {"point": point, "ok": ok, "evidence": evidence}


def _compiled(state: DeploymentState) -> tuple[bool | None, str]:
    if not state.plan.deploys:
        return None, "nothing was compiled: the proven version was used"
    if state.compile_ok is None:
        return None, "it did not come to compiling"
    return state.compile_ok, state.compile_text


def _attached(state: DeploymentState, known: TerminalKnown) -> tuple[bool | None, str]:
    if known.pid is None:
        return False, "the terminal is not running"
    if fresh_agent(known) is None:
        return None, "the agent's word is too old to tell"
    charts = charts_of(known, state.plan.robot_id)
    if not charts:
        return False, "no chart shows this robot" if state.attach_sent else "it was not attached"
    return True, "; ".join(f"{chart.expert} on {chart.symbol},{chart.timeframe}" for chart in charts)


def names_robot(entry: JournalEntry, state: DeploymentState) -> bool:
    """Whether a line of the logs speaks of this robot."""
    robot = entry.detail("robot") or ""
    if robot and is_robot(robot, state.plan.robot_id):
        return True
    return f"Robot_{state.plan.robot_id}_" in entry.text or entry.text.endswith(f"Robot_{state.plan.robot_id}")


def _logs(state: DeploymentState, known: TerminalKnown) -> tuple[bool | None, str]:
    own = [entry for entry in known.recent_journal if names_robot(entry, state)]
    switch = [entry for entry in known.recent_journal if entry.kind is JournalKind.ALGO_DISABLED]
    bad = [entry for entry in own if entry.kind is JournalKind.ROBOT_INIT_FAILED or entry.level >= 2]
    if state.init_failure:
        return False, state.init_failure
    errors = known.errors.get(state.plan.robot_id, ())
    if bad:
        return False, f"{bad[-1].time} {bad[-1].text}"
    if errors:
        return False, f"the robot reported: {errors[-1].text}"
    if switch and fresh_agent(known) is not None and known.agent is not None and not known.agent.trade_allowed:
        return False, f"{switch[-1].time} {switch[-1].text}"
    loaded = [entry for entry in own if entry.kind in _ROBOT_LINES]
    if loaded:
        return loaded[-1].kind is JournalKind.ROBOT_LOADED, f"{loaded[-1].time} {loaded[-1].text}"
    return None, "no recent line names this robot"


def _algo(known: TerminalKnown) -> tuple[bool | None, str]:
    if known.agent is None:
        return None, "the agent has not said"
    missing = why_not_permitted(known) or why_agent_not_permitted(known)
    if missing is None:
        return True, "switched on, and the account lets robots trade"
    return (False if missing[0] in ("algo_off", "agent_not_permitted") else None), missing[1]


def _agent(known: TerminalKnown) -> tuple[bool | None, str]:
    if known.agent_age_s is None:
        return False, "the agent never spoke in this terminal's life"
    return fresh_agent(known) is not None, f"the agent spoke {known.agent_age_s:.1f} s ago"


def _account(state: DeploymentState, known: TerminalKnown) -> tuple[bool | None, str]:
    if known.identity_ok is False:
        return False, "the terminal's identity is not the expected one"
    if known.agent is None:
        return None, "the agent has not said"
    expected = state.plan.user.account
    if known.agent.login == 0:
        return False, f"{expected} is not logged in"
    right = same_account(expected, Account(login=known.agent.login, server=known.agent.server))
    link = "connected" if known.agent.connected else "not connected"
    return right and known.agent.connected, f"{known.agent.login}@{known.agent.server}, {link}"


def _symbol(state: DeploymentState) -> tuple[bool | None, str]:
    symbol = state.plan.robot.symbol
    if state.symbol_ok is None:
        return None, f"{symbol} was not asked for"
    return state.symbol_ok, f"{symbol} {'exists' if state.symbol_ok else 'does not exist'} at this broker"


def _inputs(state: DeploymentState, known: TerminalKnown) -> tuple[bool | None, str]:
    ready = known.readies.get(state.plan.robot_id)
    target = state.plan.target
    if target is None or ready is None or ready.deployment_id != target.deployment_id:
        return None, "this deployment's READY was not seen"
    differs = ready_differences(ready, target, state.plan.robot.magic)
    return (True, "as sent") if differs is None else (False, differs[1])


def _heartbeat(state: DeploymentState, known: TerminalKnown) -> tuple[bool | None, str]:
    beat = known.beats.get(state.plan.robot_id)
    target = state.plan.target
    if beat is None:
        return False, "no heartbeat was ever seen"
    age = known.beat_ages_s.get(state.plan.robot_id)
    told = "of unknown age" if age is None else f"{age:.1f} s old"
    if beat.legacy:
        return False, f"only the seed's one-line heartbeat, {told}: the source lacks the Mt5Console include"
    if target is None or beat.deployment_id != target.deployment_id:
        return False, f"the last beat, {told}, is of another deployment ({beat.deployment_id})"
    return beat_is_fresh(known, state.plan.robot_id), f"beat {beat.sequence}, {told}"
