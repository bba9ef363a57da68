"""Heartbeat history: the age of every robot's heartbeat over time, a minute's blob per robot at a time.

It is a record, not a safety: whatever happens to its file, the engine goes on. Must not know: what an age means.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import TypeVar

from mt5console.core.history.beat_blocks import AGE_STEPS_PER_S, MINUTE_S, TICKS_PER_S, Block, age_steps
from mt5console.core.history.beat_file import BeatFile, Key
from mt5console.core.history.opening import set_aside
from mt5console.core.model.ids import RobotId

RETENTION_DAYS = 14
DAY_MINUTES = 24 * 60
COARSE_BUCKET_S = 30.0
"""From this width of a point on, the minutes' maxima are precise enough and no blob is opened."""
KEPT_WHILE_UNWRITABLE = 60_000
"""Finished minutes kept in memory while the disk refuses them (an hour of a thousand robots); then the oldest go."""

Point = tuple[float, float]
Answer = TypeVar("Answer")


class HeartbeatHistory:
    """Samples in memory until their minute has ended, then in one SQLite file. Any thread may call any method.

    A file that is torn is set aside and begun anew; a disk that refuses is tried again at the next flush. Both are
    said once, in what `flush` returns.
    """

    def __init__(self, path: Path, retention_days: float = RETENTION_DAYS) -> None:
        self._path = path
        self._retention_minutes = int(retention_days * DAY_MINUTES)
        self._memory = Lock()
        self._disk = Lock()
        self._blocks: dict[Key, Block] = {}
        self._writing: dict[Key, Block] = {}
        self._notices: list[str] = []
        self._refused = False
        self._forgot_at = -1
        self._file: BeatFile | None = None
        with self._disk:
            self._attempt(lambda _file: None)

    def record(self, robot_id: RobotId, utc_s: float, age_s: float) -> None:
        """Note that at `utc_s` the robot's newest beat was `age_s` old. Cheap: nothing is written."""
        if not (math.isfinite(age_s) and math.isfinite(utc_s)):
            return
        minute, second = divmod(utc_s, MINUTE_S)
        key = (int(minute), int(robot_id))
        with self._memory:
            block = self._blocks.get(key)
            if block is None:
                block = self._blocks[key] = Block()
            block.add(int(second * TICKS_PER_S), age_steps(age_s))

    def flush(self, now_utc_s: float) -> tuple[str, ...]:
        """Write the minutes that have ended, tidy up a little.

        Gives what a person should read, usually nothing. Call it about once a minute, off the deciding thread.
        """
        now_minute = int(now_utc_s // MINUTE_S)
        with self._disk:
            self._take_finished(now_minute, everything=False)
            self._write_finished()
            self._attempt(lambda file: self._tidy(file, now_minute))
            notices, self._notices = tuple(self._notices), []
        return notices

    def series(self, robot_id: RobotId, since_utc_s: float, until_utc_s: float, points: int) -> list[Point]:
        """(UTC seconds, age in seconds), oldest first, at most `points`: of several samples the worst is kept.

        Reads what is unflushed too. Wide series take a minute's worst age at the minute's start.
        """
        if points < 1 or until_utc_s <= since_utc_s:
            return []
        coarse = (until_utc_s - since_utc_s) / points >= COARSE_BUCKET_S
        first, last = int(since_utc_s // MINUTE_S), int(until_utc_s // MINUTE_S)
        robot = int(robot_id)
        with self._disk:
            read = _read_coarse if coarse else _read_fine
            found = self._attempt(lambda file: read(file, robot, first, last)) or []
            found += self._unflushed(robot, first, last, coarse)
        floor = first * MINUTE_S if coarse else since_utc_s
        inside = [point for point in found if floor <= point[0] <= until_utc_s]
        inside.sort()
        return inside if len(inside) <= points else _thinned(inside, floor, until_utc_s, points)

    def close(self) -> tuple[str, ...]:
        """Write everything, the running minute too, and close the file; gives what a person should read."""
        with self._disk:
            self._take_finished(0, everything=True)
            self._write_finished()
            if self._file is not None:
                self._file.close()
                self._file = None
            notices, self._notices = tuple(self._notices), []
        return notices

    def _write_finished(self) -> None:
        if not self._writing:
            return
        written = self._attempt(self._write)
        if written:
            with self._memory:
                self._writing = {}

    def _take_finished(self, now_minute: int, everything: bool) -> None:
        with self._memory:
            for key in [key for key in self._blocks if everything or key[0] < now_minute]:
                block = self._blocks.pop(key)
                if key in self._writing:
                    self._writing[key].extend(block)
                else:
                    self._writing[key] = block
            surplus = len(self._writing) - KEPT_WHILE_UNWRITABLE
            if surplus > 0:
                for key in sorted(self._writing)[:surplus]:
                    del self._writing[key]

    def _write(self, file: BeatFile) -> bool:
        file.write(self._writing)
        return True

    def _tidy(self, file: BeatFile, now_minute: int) -> None:
        file.gather(now_minute)
        oldest_kept = now_minute - self._retention_minutes
        # Whole hours are dropped, so looking once an hour is enough.
        if oldest_kept // 60 != self._forgot_at:
            file.forget_before(oldest_kept)
            self._forgot_at = oldest_kept // 60

    def _unflushed(self, robot_id: int, first: int, last: int, coarse: bool) -> list[Point]:
        with self._memory:
            held = [
                (minute, list(block.ticks), list(block.ages))
                for source in (self._writing, self._blocks)
                for (minute, robot), block in source.items()
                if robot == robot_id and first <= minute <= last
            ]
        if coarse:
            return [(minute * MINUTE_S, max(ages) / AGE_STEPS_PER_S) for minute, _, ages in held]
        return [point for minute, ticks, ages in held for point in _points(minute, ticks, ages)]

    def _attempt(self, act: Callable[[BeatFile], Answer]) -> Answer | None:
        """Do something with the file; on a torn one, set it aside and do it with a new one; None when it failed."""
        for _ in range(2):
            try:
                if self._file is None:
                    self._file = BeatFile(self._path)
                answer = act(self._file)
            except (sqlite3.Error, ValueError, OSError) as error:
                if not self._recover(error):
                    return None
            else:
                self._refused = False
                return answer
        return None

    def _recover(self, error: Exception) -> bool:
        """Whether it is worth trying again at once: the file was torn and has been set aside."""
        if not _is_torn(error):
            if not self._refused:
                text = (
                    f"The heartbeat history {self._path} cannot be used now ({error}); it is tried again each minute."
                )
                self._notices.append(text)
            self._refused = True
            return False
        if self._file is not None:
            self._file.close()
            self._file = None
        try:
            aside = set_aside(self._path)
        except OSError as refused:
            self._notices.append(f"The heartbeat history {self._path} is torn and cannot be set aside: {refused}.")
            return False
        text = (
            f"The heartbeat history {self._path} was torn ({error}); it was set aside as {aside.name} and begun anew."
        )
        self._notices.append(text)
        return True


def _is_torn(error: Exception) -> bool:
    if isinstance(error, ValueError):
        return True
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    return primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


def _points(start_minute: int, ticks: Iterable[int], ages: Iterable[int]) -> list[Point]:
    start = start_minute * MINUTE_S
    return [(start + tick / TICKS_PER_S, age / AGE_STEPS_PER_S) for tick, age in zip(ticks, ages)]


def _read_coarse(file: BeatFile, robot_id: int, first: int, last: int) -> list[Point]:
    rows = file.worst_by_minute(robot_id, first, last)
    return [(minute * MINUTE_S, worst / AGE_STEPS_PER_S) for minute, worst in rows]


def _read_fine(file: BeatFile, robot_id: int, first: int, last: int) -> list[Point]:
    blocks = file.blocks(robot_id, first, last)
    return [point for start, block in blocks for point in _points(start, block.ticks, block.ages)]


def _thinned(ordered: list[Point], since: float, until: float, points: int) -> list[Point]:
    """The worst point of each of `points` equal spans; `ordered` is oldest first."""
    # A hair wider than asked for, so that a point at the very end falls into the last span.
    per_second = points / (until - since + 0.001)
    kept: list[Point] = []
    last_span, last_age = -1, 0.0
    for point in ordered:
        span = int((point[0] - since) * per_second)
        if span != last_span:
            kept.append(point)
            last_span, last_age = span, point[1]
        elif point[1] > last_age:
            kept[-1] = point
            last_age = point[1]
    return kept
