"""How many users one server should carry. Pure; the simulation is exempt. Must not know: where the numbers are from."""

from __future__ import annotations

from mt5console.core.errors import RefusedForSafety

ROOM_PER_USER_BYTES = 2 * 1024**3
"""A terminal's data, logs and price history come to 0.5–2 GB (not measured here)."""


def judge_capacity(registered: int, recommended: int, over_capacity: bool, free_bytes: int) -> tuple[str, ...]:
    """Warnings for one more live user. Raises `RefusedForSafety` beyond the recommended number, unless accepted."""
    warnings = []
    if registered >= recommended:
        text = f"this server carries {registered} users already, and {recommended} are recommended"
        if not over_capacity:
            raise RefusedForSafety("over_capacity", f"{text}: use another server, or accept it with --over-capacity")
        warnings.append(f"{text}: watch its memory and processor")
    elif registered + 1 == recommended:
        warnings.append(f"this server now carries the {recommended} users that are recommended for it")
    if free_bytes < ROOM_PER_USER_BYTES:
        warnings.append(f"only {free_bytes / 1024**3:.1f} GB of disk are free, and a terminal grows to about 2 GB")
    return tuple(warnings)
