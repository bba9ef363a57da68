"""Robots that beat, and not as they were proven: on another chart, with other inputs, or without leave to trade.

A beat alone says only that the program runs. Must not know: what is done about it (robots.py tells a person).
"""

from __future__ import annotations

from mt5console.core.model.desired import DesiredRobot
from mt5console.core.model.observed import Entries
from mt5console.core.model.versions import ready_differences
from mt5console.core.terminal.protocol import ERROR_NOT_DESIRED
from mt5console.core.watchdog.memory import RobotMemory
from mt5console.core.watchdog.watch import TerminalWatch


def drift(watch: TerminalWatch, robot: DesiredRobot, memory: RobotMemory) -> str:
    """What a robot that beats in its desired version does otherwise than it was proven, in words; empty: nothing.

    Another account shows as a wrong identity of its terminal, the switches of terminal and account as `algo_off`.
    """
    beat, ready, version = memory.beat, memory.ready, robot.active
    if beat is None or beat.legacy or version is None:
        return ""
    if ready is not None and ready.deployment_id == version.deployment_id:
        differs = ready_differences(ready, version, robot.magic)
        if differs is not None:
            return differs[1]
    if beat.entries is Entries.NOT_DESIRED:
        reports = [error.text for error in memory.errors if error.code == ERROR_NOT_DESIRED]
        return f"it takes itself for a version that may open nothing{f' ({reports[-1]})' if reports else ''}"
    if not beat.trade_allowed and _others_may_trade(watch):
        return "its own permission to trade is off (its chart, F7, Common, Allow Algo Trading)"
    return ""


def _others_may_trade(watch: TerminalWatch) -> bool:
    """Whether terminal and account let robots trade, so that a robot that may not is alone in that."""
    agent = watch.agent
    if agent is None or agent.login == 0:
        return False
    return agent.trade_allowed and agent.account_trade_allowed and agent.account_trade_expert
