"""The history file: finished minutes of all robots, gathered into one row per robot and hour a while later.

Minutes are keyed by time first, so that a flush of a thousand robots touches few pages; hours by robot, so that a day
of one robot is read quickly. Raises `sqlite3.Error` and ValueError. Must not know: who records, or what errors lead to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mt5console.core.history.beat_blocks import (
    MINUTE_S,
    MINUTES_PER_HOUR,
    NO_SAMPLE,
    TICKS_PER_S,
    Block,
    pack_maxima,
    unpack,
    unpack_maxima,
)
from mt5console.core.history.opening import connect, create_whole

GATHERED_PER_FLUSH = 32
"""Robots whose last hour is gathered per flush: a thousand robots are done in half an hour, in steps of some 10 ms."""

SCHEMA = 1
MINUTE_TICKS = MINUTE_S * TICKS_PER_S

Key = tuple[int, int]
"""(minute since 1970, robot_id)."""


def _build(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA auto_vacuum = NONE")
    connection.execute(
        "CREATE TABLE minutes (minute INTEGER NOT NULL, robot_id INTEGER NOT NULL, worst INTEGER NOT NULL,"
        " samples BLOB NOT NULL, PRIMARY KEY (minute, robot_id)) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE hours (robot_id INTEGER NOT NULL, hour INTEGER NOT NULL, maxima BLOB NOT NULL,"
        " samples BLOB NOT NULL, PRIMARY KEY (robot_id, hour))"
    )
    connection.execute("CREATE INDEX hours_by_age ON hours (hour)")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


class BeatFile:
    """One open history file. Not safe for several threads at once: the caller holds a lock."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            create_whole(path, _build)
        self._connection = connect(path)
        try:
            self._check()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def write(self, finished: Mapping[Key, Block]) -> None:
        """Store minutes in one transaction; a minute that is there already (after a restart) is added to."""
        with self._transaction():
            for (minute, robot_id), block in finished.items():
                self._write(minute, robot_id, block)

    def gather(self, before_minute: int) -> int:
        """Gather some robots' whole hours before the given minute; gives how many robots were gathered."""
        limit = before_minute // MINUTES_PER_HOUR * MINUTES_PER_HOUR
        waiting = self._connection.execute(
            "SELECT minute, robot_id FROM minutes WHERE minute < ? ORDER BY minute, robot_id LIMIT ?",
            (limit, GATHERED_PER_FLUSH),
        ).fetchall()
        pairs = sorted({(minute // MINUTES_PER_HOUR, robot_id) for minute, robot_id in waiting})
        if pairs:
            with self._transaction():
                for hour, robot_id in pairs:
                    self._gather(hour, robot_id)
        return len(pairs)

    def forget_before(self, minute: int) -> None:
        """Drop whole hours, and minutes, that end before the given minute."""
        hour = minute // MINUTES_PER_HOUR
        with self._transaction():
            self._connection.execute("DELETE FROM hours WHERE hour < ?", (hour,))
            self._connection.execute("DELETE FROM minutes WHERE minute < ?", (hour * MINUTES_PER_HOUR,))

    def worst_by_minute(self, robot_id: int, first: int, last: int) -> list[tuple[int, int]]:
        """(minute, worst age in steps) of the minutes first … last that have samples."""
        gathered = self._connection.execute(
            "SELECT hour, maxima FROM hours WHERE robot_id = ? AND hour BETWEEN ? AND ? ORDER BY hour",
            (robot_id, first // MINUTES_PER_HOUR, last // MINUTES_PER_HOUR),
        )
        found: list[tuple[int, int]] = []
        for hour, maxima in gathered:
            numbered = enumerate(unpack_maxima(maxima), hour * MINUTES_PER_HOUR)
            found += [pair for pair in numbered if pair[1] != NO_SAMPLE and first <= pair[0] <= last]
        found += self._minute_rows("worst", robot_id, first, last)
        return found

    def blocks(self, robot_id: int, first: int, last: int) -> Iterator[tuple[int, Block]]:
        """(first minute of the block, its samples) of all blocks that touch the minutes first … last."""
        gathered = self._connection.execute(
            "SELECT hour, samples FROM hours WHERE robot_id = ? AND hour BETWEEN ? AND ? ORDER BY hour",
            (robot_id, first // MINUTES_PER_HOUR, last // MINUTES_PER_HOUR),
        )
        for hour, samples in gathered:
            yield hour * MINUTES_PER_HOUR, unpack(samples)
        for minute, samples in self._minute_rows("samples", robot_id, first, last):
            yield minute, unpack(samples)

    def _check(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version != SCHEMA:
            raise sqlite3.DatabaseError(f"schema {version} is not {SCHEMA}")
        self._connection.execute("SELECT 1 FROM minutes, hours LIMIT 1").fetchone()

    def _write(self, minute: int, robot_id: int, block: Block) -> None:
        query = "SELECT samples FROM minutes WHERE minute = ? AND robot_id = ?"
        kept = self._connection.execute(query, (minute, robot_id)).fetchone()
        whole = block
        if kept is not None:
            whole = unpack(kept[0])
            whole.extend(block)
        row = (minute, robot_id, whole.worst(), whole.pack())
        self._connection.execute("INSERT OR REPLACE INTO minutes VALUES (?, ?, ?, ?)", row)

    def _gather(self, hour: int, robot_id: int) -> None:
        start = hour * MINUTES_PER_HOUR
        whole, maxima = Block(), [NO_SAMPLE] * MINUTES_PER_HOUR
        there = self._connection.execute(
            "SELECT maxima, samples FROM hours WHERE robot_id = ? AND hour = ?", (robot_id, hour)
        ).fetchone()
        if there is not None:
            maxima, whole = list(unpack_maxima(there[0])), unpack(there[1])
        for minute, samples in self._minute_rows("samples", robot_id, start, start + MINUTES_PER_HOUR - 1):
            block = unpack(samples)
            whole.extend(block, (minute - start) * MINUTE_TICKS)
            known = maxima[minute - start]
            maxima[minute - start] = block.worst() if known == NO_SAMPLE else max(known, block.worst())
        row = (robot_id, hour, pack_maxima(maxima), whole.pack())
        self._connection.execute("INSERT OR REPLACE INTO hours VALUES (?, ?, ?, ?)", row)
        keys = ((minute, robot_id) for minute in range(start, start + MINUTES_PER_HOUR))
        self._connection.executemany("DELETE FROM minutes WHERE minute = ? AND robot_id = ?", keys)

    def _minute_rows(self, column: str, robot_id: int, first: int, last: int) -> Iterator[tuple[int, Any]]:
        # Keyed by minute first: a look-up per minute, and only where rows not yet gathered can be.
        oldest = self._connection.execute("SELECT MIN(minute) FROM minutes").fetchone()[0]
        newest = self._connection.execute("SELECT MAX(minute) FROM minutes").fetchone()[0]
        if oldest is None or newest is None:
            return
        query = f"SELECT {column} FROM minutes WHERE minute = ? AND robot_id = ?"
        for minute in range(max(first, oldest), min(last, newest) + 1):
            row = self._connection.execute(query, (minute, robot_id)).fetchone()
            if row is not None:
                yield minute, row[0]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
