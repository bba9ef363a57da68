"""A clock that stands still until it is told to move."""

from __future__ import annotations

from mt5console.core.model.ids import Now


class FakeClock:
    """Both clocks in step; `jump_utc` moves the wall clock alone, as an administrator would."""

    def __init__(self, mono_s: float = 1_000.0, utc_s: float = 1_800_000_000.0) -> None:
        self.mono_s = mono_s
        self.utc_s = utc_s

    def now(self) -> Now:
        return Now(mono_s=self.mono_s, utc_s=self.utc_s)

    def advance(self, seconds: float) -> Now:
        self.mono_s += seconds
        self.utc_s += seconds
        return self.now()

    def jump_utc(self, seconds: float) -> Now:
        self.utc_s += seconds
        return self.now()
