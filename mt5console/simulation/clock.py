"""The clocks of one simulated terminal: what its programs, charts and quotes take for the present.

Must not know: who asks for the time, or why.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class TerminalClock(NamedTuple):
    """`utc` gives UTC seconds, `mono` seconds that only ever grow. A test may turn both by hand."""

    utc: Callable[[], float] = time.time
    mono: Callable[[], float] = time.monotonic
