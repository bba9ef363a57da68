"""Whether a robot that runs is the version that was sent: what its READY says otherwise.

Must not know: what follows from a difference (a deployment is PARTIAL, the watchdog tells a person).
"""

from __future__ import annotations

from mt5console.core.model.desired import RobotVersion
from mt5console.core.model.observed import Ready


def ready_differences(ready: Ready, version: RobotVersion, magic: int) -> tuple[str, str] | None:
    """(cause, sentence) of what READY says differently from what was sent, None when it is as sent."""
    if ready.inputs_hash != version.inputs_hash:
        return "inputs_differ", "the robot echoes other inputs than those that were sent"
    if (ready.symbol, ready.timeframe) != (version.symbol, version.timeframe):
        return "wrong_chart", (
            f"the robot is on {ready.symbol},{ready.timeframe}, not on {version.symbol},{version.timeframe}"
        )
    if ready.magic not in (0, magic):
        return "inputs_differ", f"the robot trades with magic number {ready.magic}, not with {magic}"
    return None
