"""When a put-back that ended unproven for a reason that passes (no broker link, algo off) is proven once more.

The watchdog puts robots back while links come and go: what is seen to run well afterwards is proven again instead of
waiting for a person. A person's own deployment is never taken up like this. Must not know: how a proof is done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mt5console.core.deployment.sight import runs, why_no_acts, why_not_permitted
from mt5console.core.model.desired import DesiredRobot, RobotVersion, Run
from mt5console.core.model.ids import Now
from mt5console.core.model.known import TerminalKnown

CANNOT_TRADE = frozenset({"algo_off", "agent_not_permitted", "wrong_account"})
"""Causes while which nothing can be traded: a put-back need not pause entries for them, so that a later proof finds
them as they were."""
PASSING = CANNOT_TRADE | {"terminal_died"}
"""Causes that end by themselves."""
STEADY_S = 5.0
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """One put-back that waits. `version`: what was put back; `steady_since_mono_s`: since when it runs well."""

    version: RobotVersion
    tries: int = 0
    steady_since_mono_s: float | None = None


def look(waiting: Unproven, robot: DesiredRobot, known: TerminalKnown, now: Now) -> tuple[Unproven, bool]:
    """What is remembered from now on, and whether it is to be proven now."""
    if waiting.tries >= TRIES or not _may_act(known, now) or not _is_well(robot, known):
        return replace(waiting, steady_since_mono_s=None), False
    since = now.mono_s if waiting.steady_since_mono_s is None else waiting.steady_since_mono_s
    if now.mono_s - since < STEADY_S:
        return replace(waiting, steady_since_mono_s=since), False
    return replace(waiting, steady_since_mono_s=None, tries=waiting.tries + 1), True


def _may_act(known: TerminalKnown, now: Now) -> bool:
    """Whether the console may act on this terminal by itself: as for every other automatic act, and no stop latch."""
    user = known.user
    in_maintenance = user.maintenance_until_utc_s is not None and user.maintenance_until_utc_s > now.utc_s
    return user.run is Run.RUNNING and not in_maintenance and not user.stop_latched


def _is_well(robot: DesiredRobot, known: TerminalKnown) -> bool:
    """Whether the very version is seen running, allowed to trade, on a terminal that may be acted on."""
    assert robot.active is not None
    if why_no_acts(known) is not None or why_not_permitted(known) is not None:
        return False
    return runs(known, robot.robot_id, robot.active, robot.magic)
