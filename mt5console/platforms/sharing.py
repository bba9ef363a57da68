"""Patience with files that somebody else holds open: Windows refuses for as long as MetaTrader reads or writes.

Must not know: what the files mean.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_HELD_BY_SOMEBODY = (5, 32, 33)
"""Windows' access denied (also: being deleted, or replaced), sharing violation, lock violation."""

_PAUSES_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128)


def patiently(act: Callable[[], T], pause: Callable[[float], None] = time.sleep) -> T:
    """Do it, again after short pauses (a quarter of a second in all) while somebody else holds the file.

    Raises what the last attempt raised. Elsewhere than on Windows nothing is ever tried again.
    """
    for pause_s in _PAUSES_S:
        try:
            return act()
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _HELD_BY_SOMEBODY:
                raise
        pause(pause_s)
    return act()
