"""The logarithmic axis of heartbeat ages: a second and a minute both read. Must not know: Qt, or whose ages."""

from __future__ import annotations

import math

LEAST_AGE_S = 0.2
MOST_AGE_S = 300.0
SPAN = math.log(MOST_AGE_S / LEAST_AGE_S)
STALE_AFTER_LIVE_S = 15.0
STALE_AFTER_SIMULATED_S = 6.0


def stale_after_s(simulated: bool | None) -> float:
    """The age from which a beat is stale, by the watchdog's defaults; a fleet of unknown kind counts as live."""
    return STALE_AFTER_SIMULATED_S if simulated else STALE_AFTER_LIVE_S


def height_of(age_s: float) -> float:
    """Where an age lies on the axis: 0 at the bottom (0.2 s and less), 1 at the top (five minutes and more)."""
    if age_s <= LEAST_AGE_S:
        return 0.0
    return min(1.0, math.log(age_s / LEAST_AGE_S) / SPAN)
