"""Heartbeat ages of the last minutes, one worst age a second for each terminal, and what happened meanwhile.

numpy is loaded with this module: import it after the first paint. Must not know: Qt, or where pictures come from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mt5console.ui.pictures import FleetPicture, TerminalPicture

POINTS = 300
RESTART = "restart"
DEPLOYMENT = "deployment"
_FIRST_ROWS = 16

Ages = npt.NDArray[np.float32]
Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened to a terminal: a restart, or a robot's new deployment."""

    utc_s: float
    kind: str
    words: str


class AgeHistory:
    """A ring of `points` seconds for every terminal. A second without news is NaN: a gap, never a line.

    Reads no clock: time is that of the pictures. One matrix holds all rings, so that a view can paint them at once.
    """

    def __init__(self, points: int = POINTS) -> None:
        self.points = points
        self._second: int | None = None
        self._ages: Ages = np.full((_FIRST_ROWS, points), np.nan, dtype=np.float32)
        self._rows: dict[int, int] = {}
        self._free: list[int] = list(range(_FIRST_ROWS))
        self._marks: dict[int, list[Mark]] = {}
        self._seen: dict[int, tuple[int | None, dict[int, str | None]]] = {}

    @property
    def newest_utc_s(self) -> float | None:
        """The second of the newest point."""
        return None if self._second is None else float(self._second)

    def note(self, fleet: FleetPicture) -> None:
        """Take the ages of a picture at its own instant; an older picture than the newest is passed over."""
        if not fleet.at_utc_s:
            return
        second = math.floor(fleet.at_utc_s)
        if self._second is not None and second < self._second - self.points:
            # The engine's clock was set back: what is kept lies in a future that may never come.
            self._begin_anew()
        if not self._turn_to(second):
            return
        column = second % self.points
        present = set()
        for terminal in fleet.terminals:
            present.add(terminal.user_id)
            age = terminal.worst_age_s
            if age is not None:
                self._put(self._row(terminal.user_id), column, age)
            self._note_marks(terminal, fleet.at_utc_s)
        for user_id in [user_id for user_id in self._rows if user_id not in present]:
            self._forget(user_id)

    def preload(
        self, robots_of: Mapping[int, Iterable[int]], series: Mapping[int, Iterable[tuple[float, float]]]
    ) -> None:
        """Fill what lies before the first picture: `series` of each robot, `robots_of` each user. Newer points stay."""
        if self._second is None:
            return
        oldest = self._second - self.points + 1
        for user_id, robot_ids in robots_of.items():
            row = self._row(user_id)
            for robot_id in robot_ids:
                for utc_s, age_s in series.get(robot_id, ()):
                    second = math.floor(utc_s)
                    if oldest <= second <= self._second and math.isfinite(age_s):
                        self._put(row, second % self.points, age_s)

    def series(self, user_id: int) -> tuple[Times, Ages]:
        """UTC seconds and worst ages in seconds, oldest first; empty for a terminal that was never noted."""
        row = self._rows.get(user_id)
        if row is None or self._second is None:
            return np.empty(0, dtype=np.float64), np.empty(0, dtype=np.float32)
        return self.times(), self._in_order(self._ages[row : row + 1])[0]

    def times(self) -> Times:
        """The seconds of every ring, oldest first: one axis for all."""
        if self._second is None:
            return np.empty(0, dtype=np.float64)
        return np.arange(self._second - self.points + 1, self._second + 1, dtype=np.float64)

    def table(self, user_ids: Iterable[int]) -> Ages:
        """A row of ages for each user, oldest first, NaN where nothing is known; the axis is `times`."""
        wanted = list(user_ids)
        table: Ages = np.full((len(wanted), self.points), np.nan, dtype=np.float32)
        known = [(place, self._rows[user_id]) for place, user_id in enumerate(wanted) if user_id in self._rows]
        if known and self._second is not None:
            places, rows = zip(*known, strict=True)
            table[list(places)] = self._in_order(self._ages[list(rows)])
        return table

    def marks(self, user_id: int) -> tuple[Mark, ...]:
        """What happened to a terminal within the ring's time, oldest first."""
        if self._second is None:
            return ()
        oldest = self._second - self.points
        return tuple(mark for mark in self._marks.get(user_id, ()) if mark.utc_s > oldest)

    def _in_order(self, rows: Ages) -> Ages:
        assert self._second is not None
        return np.roll(rows, -(self._second + 1) % self.points, axis=1)

    def _turn_to(self, second: int) -> bool:
        """Make room up to this second; False when it lies before the newest."""
        if self._second is None:
            self._second = second
            return True
        if second < self._second:
            return False
        gap = min(second - self._second, self.points)
        columns = [(self._second + 1 + step) % self.points for step in range(gap)]
        if second - self._second > self.points:
            self._ages[:] = np.nan
        elif columns:
            self._ages[:, columns] = np.nan
        self._second = second
        return True

    def _put(self, row: int, column: int, age_s: float) -> None:
        """Of several looks in one second the worst counts."""
        before = self._ages[row, column]
        self._ages[row, column] = age_s if np.isnan(before) else max(float(before), age_s)

    def _row(self, user_id: int) -> int:
        row = self._rows.get(user_id)
        if row is not None:
            return row
        if not self._free:
            size = len(self._ages)
            self._ages = np.concatenate([self._ages, np.full_like(self._ages, np.nan)])
            self._free = list(range(size, 2 * size))
        row = self._rows[user_id] = self._free.pop(0)
        self._ages[row] = np.nan
        return row

    def _forget(self, user_id: int) -> None:
        self._free.append(self._rows.pop(user_id))
        self._marks.pop(user_id, None)
        self._seen.pop(user_id, None)

    def _begin_anew(self) -> None:
        self._second = None
        self._ages[:] = np.nan
        self._marks.clear()

    def _note_marks(self, terminal: TerminalPicture, utc_s: float) -> None:
        deployed = {robot.robot_id: robot.deployment_id for robot in terminal.robot_pictures}
        before = self._seen.get(terminal.user_id)
        self._seen[terminal.user_id] = self._remembered(before, terminal.pid, deployed)
        if before is None:
            return
        pid, had = before
        if terminal.pid is not None and pid is not None and terminal.pid != pid:
            self._mark(terminal.user_id, Mark(utc_s=utc_s, kind=RESTART, words="terminal started again"))
        for robot_id, deployment_id in deployed.items():
            if deployment_id is not None and had.get(robot_id) not in (None, deployment_id):
                words = f"robot {robot_id}: another version beats"
                self._mark(terminal.user_id, Mark(utc_s=utc_s, kind=DEPLOYMENT, words=words))

    @staticmethod
    def _remembered(
        before: tuple[int | None, dict[int, str | None]] | None, pid: int | None, deployed: dict[int, str | None]
    ) -> tuple[int | None, dict[int, str | None]]:
        """A terminal that is down for a while keeps its last pid and versions, so that its return is told."""
        if before is None:
            return pid, deployed
        old_pid, old = before
        return (
            old_pid if pid is None else pid,
            {robot_id: new if new is not None else old.get(robot_id) for robot_id, new in deployed.items()},
        )

    def _mark(self, user_id: int, mark: Mark) -> None:
        marks = self._marks.setdefault(user_id, [])
        marks.append(mark)
        del marks[:-50]
