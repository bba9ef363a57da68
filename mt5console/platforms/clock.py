"""The system's clocks. The only place that reads them for decisions. Must not know: who asks, or why."""

from __future__ import annotations

import time

from mt5console.core.model.ids import Now


class SystemClock:
    """Monotonic seconds for ages, wall-clock seconds since 1970 for what is stored or shown."""

    def now(self) -> Now:
        """Read both clocks once."""
        return Now(mono_s=time.monotonic(), utc_s=time.time())
