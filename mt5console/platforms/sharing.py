"""Patience with files that somebody else holds open: Windows refuses for as long as MetaTrader reads or writes.

Must not know: what the files mean.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

T = TypeVar("T")

LOCKED = (32, 33)
"""Windows' sharing violation and lock violation: somebody has it open now."""

HELD_BY_SOMEBODY = (5, *LOCKED, 145)
"""And access denied (also: being deleted, or replaced, or something in it is open); a directory whose last file is
deleted and not gone yet."""

A_FILES_PAUSES_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128)
"""A quarter of a second in all: as long as somebody reads or writes a small file."""

A_PROGRAMS_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0)
"""Some five seconds: as long as a scanner keeps a program that was written just now."""

A_TREES_PAUSES_S = (*A_PROGRAMS_PAUSES_S, *(1.0,) * 8)
"""Twelve seconds and more: as long as it goes through a whole directory of them."""


def patiently(
    act: Callable[[], T],
    pause: Callable[[float], None] = time.sleep,
    *,
    pauses_s: Sequence[float] = A_FILES_PAUSES_S,
    held: Collection[int] = HELD_BY_SOMEBODY,
) -> T:
    """Do it, again after each of the pauses while somebody else holds the file (Windows' errors `held`).

    Raises what the last attempt raised. Elsewhere than on Windows nothing is ever tried again.
    """
    for pause_s in pauses_s:
        try:
            return act()
        except OSError as error:
            if getattr(error, "winerror", None) not in held:
                raise
        pause(pause_s)
    return act()
