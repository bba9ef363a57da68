"""Preflight: what must be true before anything is touched, each point with its evidence.

Pure readings of the plan and of `TerminalKnown`. Must not know: stages, or what happens when a point is not met.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mt5console.core.deployment.plan import CHARTS_MAX, DeploymentPlan
from mt5console.core.deployment.sight import charts_of, fresh_agent, why_agent_not_permitted, why_not_permitted
from mt5console.core.model.desired import DesiredRobot, RobotRun
from mt5console.core.model.ids import Account, MarginMode, same_account
from mt5console.core.model.known import TerminalKnown


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One point of the list. `may_change`: a few seconds of patience can turn it."""

    point: str
    ok: bool
    evidence: str
    cause: str = ""
    may_change: bool = False


def check_preflight(plan: DeploymentPlan, known: TerminalKnown) -> tuple[Finding, ...]:
    """All points in the order in which they are told; the first that is not met decides."""
    findings = [_not_stopped(known), _not_watch_only(known), _running(known), _identity(known), _not_blocked(known)]
    findings.append(_agent(known))
    if not findings[-1].ok:
        return tuple(findings)
    findings.append(_account(plan, known))
    if plan.deploys:
        findings.append(_permitted(known))
        findings.append(_netting(plan, known))
    findings.append(_magic(plan, known))
    findings.append(_capacity(plan, known))
    return tuple(findings)


def _not_stopped(known: TerminalKnown) -> Finding:
    latched = known.user.stop_latched
    text = "the stop latch is set; only `resume` lifts it" if latched else "no stop latch"
    return Finding(point="stop latch", ok=not latched, evidence=text, cause="stopped")


def _not_watch_only(known: TerminalKnown) -> Finding:
    watch_only = known.user.watch_only
    text = "the account is watch-only" if watch_only else "the account may be traded"
    return Finding(point="account use", ok=not watch_only, evidence=text, cause="watch_only")


def _running(known: TerminalKnown) -> Finding:
    text = "the terminal is not running" if known.pid is None else f"the terminal runs as pid {known.pid}"
    return Finding(
        point="terminal running", ok=known.pid is not None, evidence=text, cause="terminal_down", may_change=True
    )


def _identity(known: TerminalKnown) -> Finding:
    text = {True: "identity as expected", False: "identity is wrong", None: "identity was not seen yet"}
    return Finding(
        point="identity",
        ok=known.identity_ok is True,
        evidence=text[known.identity_ok],
        cause="wrong_account",
        may_change=known.identity_ok is None,
    )


def _not_blocked(known: TerminalKnown) -> Finding:
    text = f"blocked: {known.blocked}" if known.blocked else "acts are allowed"
    return Finding(
        point="acts allowed", ok=not known.blocked, evidence=text, cause=known.blocked_cause, may_change=True
    )


def _agent(known: TerminalKnown) -> Finding:
    alive = fresh_agent(known) is not None
    age = "never spoke" if known.agent_age_s is None else f"spoke {known.agent_age_s:.1f} s ago"
    return Finding(point="agent alive", ok=alive, evidence=f"the agent {age}", cause="agent_dead", may_change=True)


def _account(plan: DeploymentPlan, known: TerminalKnown) -> Finding:
    agent = known.agent
    expected = plan.user.account
    if agent is None or agent.login == 0 or not agent.connected:
        return Finding(
            point="account connected",
            ok=False,
            evidence=f"{expected} is not connected to its broker",
            cause="account_out",
            may_change=True,
        )
    seen = Account(login=agent.login, server=agent.server)
    right = same_account(seen, expected)
    return Finding(
        point="account connected",
        ok=right,
        evidence=f"{seen} is connected" if right else f"{seen} is logged in instead of {expected}",
        cause="wrong_account",
    )


def _permitted(known: TerminalKnown) -> Finding:
    missing = why_not_permitted(known)
    if missing is not None:
        return Finding(point="algo trading", ok=False, evidence=missing[1], cause=missing[0])
    missing = why_agent_not_permitted(known)
    if missing is not None:
        # Switch and permission are not read in one instant: one word of the agent may hold an old and a new one.
        return Finding(point="algo trading", ok=False, evidence=missing[1], cause=missing[0], may_change=True)
    return Finding(point="algo trading", ok=True, evidence="switched on, and the account lets robots trade")


def _trades(robot: DesiredRobot) -> bool:
    """Whether it was ever deployed: one that is only registered holds nothing yet."""
    return robot.active is not None or robot.run is not RobotRun.REGISTERED


def _placed(known: TerminalKnown) -> Iterator[tuple[DesiredRobot, str, str]]:
    """The account's robots, the symbol of each, and what it does there."""
    for robot in (*known.robots, *known.rivals):
        if _trades(robot):
            yield robot, robot.symbol if robot.active is None else robot.active.symbol, "trades"
    for robot in known.coming:
        yield robot, robot.symbol, "is being deployed on"


def _netting(plan: DeploymentPlan, known: TerminalKnown) -> Finding:
    """On an account that does not hedge, two robots on one symbol would share one position and undo each other."""
    mode = known.agent.margin_mode if known.agent is not None else None
    symbol = plan.robot.symbol
    if mode is None or mode is MarginMode.HEDGING:
        text = "how the account holds positions is not known" if mode is None else "each position stands by itself"
        return Finding(point="one robot per symbol", ok=True, evidence=text)
    for other, where, does in _placed(known):
        if other.robot_id != plan.robot_id and where == symbol:
            text = f"this {mode.value} account has one position per symbol, and robot {other.robot_id} {does} {symbol}"
            return Finding(point="one robot per symbol", ok=False, evidence=text, cause="netting_conflict")
    return Finding(point="one robot per symbol", ok=True, evidence=f"no other robot trades {symbol} on this account")


def _magic(plan: DeploymentPlan, known: TerminalKnown) -> Finding:
    magic = plan.robot.magic
    for other in (*known.robots, *known.rivals):
        if other.robot_id != plan.robot_id and other.magic == magic and _trades(other):
            text = f"robot {other.robot_id} of user {other.user_id} uses magic number {magic} on the same account"
            return Finding(point="magic number", ok=False, evidence=text, cause="magic_in_use")
    own = {plan.robot.symbol}
    own |= {version.symbol for version in (plan.previous, plan.robot.active) if version is not None}
    positions = known.agent.positions if known.agent is not None else None
    for position in positions or ():
        if position.magic == magic and position.symbol not in own:
            text = (
                f"position {position.ticket} on {position.symbol} carries magic number {magic}, and is not this robot's"
            )
            return Finding(point="magic number", ok=False, evidence=text, cause="magic_in_use")
    return Finding(point="magic number", ok=True, evidence=f"{magic} is used by no other robot on this account")


def _capacity(plan: DeploymentPlan, known: TerminalKnown) -> Finding:
    charts = len(known.agent.charts) if known.agent is not None else 0
    free = CHARTS_MAX - charts + len(charts_of(known, plan.robot_id))
    text = f"{charts} of {CHARTS_MAX} charts are open"
    return Finding(point="capacity", ok=free > 0, evidence=text, cause="chart_limit")
