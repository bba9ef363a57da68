"""What a page of the dock shows: one terminal, the fleet's picture it is from, and how old that picture is by now.

Must not know: widgets or engines.
"""

from __future__ import annotations

from dataclasses import dataclass

from mt5console.ui.pictures import FleetPicture, TerminalPicture

LATE_AFTER_S = 5.0
"""A picture that is older than this is shown as stale; pictures come twice a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """`late_s`: how long ago the picture came; ages in it have grown by so much."""

    fleet: FleetPicture
    terminal: TerminalPicture
    late_s: float = 0.0

    @property
    def now_utc_s(self) -> float:
        """The instant at which it is looked at, by the engine's clock."""
        return self.fleet.at_utc_s + self.late_s

    @property
    def is_late(self) -> bool:
        """Whether it is too old to be taken for what is."""
        return self.late_s > LATE_AFTER_S

    def grown(self, age_s: float | None) -> float | None:
        """An age of the picture, as it is by now."""
        return None if age_s is None else age_s + self.late_s
