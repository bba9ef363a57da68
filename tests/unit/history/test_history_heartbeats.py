"""Heartbeat history on a real disk: what was recorded is drawn, however it lies in memory or in the file."""

from __future__ import annotations

import math
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.history import beat_blocks, beat_file, heartbeats
from mt5console.core.history.beat_blocks import Block, unpack
from mt5console.core.history.heartbeats import HeartbeatHistory
from mt5console.core.model.ids import RobotId

ROBOT = RobotId(123)
START = 1_800_000_000.0 // 3600 * 3600


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


samples = st.lists(st.tuples(st.integers(0, 35_999), st.integers(0, beat_blocks.NO_SAMPLE - 1)), max_size=80)


@given(kept=samples)
def test_a_block_comes_back_in_the_order_of_time(kept: list[tuple[int, int]]) -> None:
    block = Block()
    for tick, age in kept:
        block.add(tick, age)
    again = unpack(block.pack())
    assert list(zip(again.ticks, again.ages)) == sorted(kept)


@given(blob=st.binary(max_size=40))
def test_bytes_that_are_no_block_are_refused(blob: bytes) -> None:
    with pytest.raises(ValueError, match="block of heartbeats"):
        unpack(blob)


def test_what_is_not_flushed_yet_is_drawn_too(path: Path) -> None:
    history = HeartbeatHistory(path)
    history.record(ROBOT, START + 1, 0.5)
    history.record(ROBOT, START + 2.04, 1.256)
    history.record(RobotId(9), START + 2, 77.0)
    assert history.series(ROBOT, START, START + 60, 100) == [(START + 1, 0.5), (START + 2, 1.26)]
    assert history.close() == ()


def test_a_restart_within_a_minute_keeps_both_halves(path: Path) -> None:
    for second in (10, 20, 30):
        history = HeartbeatHistory(path)
        history.record(ROBOT, START + second, float(second))
        assert history.close() == ()
    history = HeartbeatHistory(path)
    assert history.series(ROBOT, START, START + 60, 100) == [(START + s, float(s)) for s in (10, 20, 30)]
    history.close()


def _filled(path: Path, robots: int, minutes: int, per_minute: int = 60) -> HeartbeatHistory:
    history = HeartbeatHistory(path)
    for minute in range(minutes):
        for second in range(per_minute):
            utc = START + minute * 60 + second
            for robot in range(1, robots + 1):
                history.record(RobotId(robot), utc, 0.4 + (second % 7) / 10 + robot / 100)
        history.flush(START + (minute + 1) * 60)
    return history


def test_gathered_hours_minutes_and_memory_make_one_series(path: Path) -> None:
    history = _filled(path, robots=2, minutes=150, per_minute=4)
    history.record(RobotId(1), START + 150 * 60 + 5, 9.0)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT COUNT(*) FROM hours").fetchone()[0] == 4
        assert raw.execute("SELECT COUNT(*) FROM minutes").fetchone()[0] == 60
    fine = history.series(RobotId(1), START, START + 151 * 60, 10_000)
    assert [utc for utc, _ in fine] == [START + m * 60 + s for m in range(150) for s in range(4)] + [START + 9005]
    assert fine[0] == (START, 0.41)
    assert fine[-1] == (START + 9005, 9.0)
    coarse = history.series(RobotId(1), START, START + 151 * 60, 151)
    assert coarse == [(START + m * 60, 0.71) for m in range(150)] + [(START + 9000, 9.0)]
    history.close()


def test_a_short_silence_is_never_thinned_away(path: Path) -> None:
    history = _filled(path, robots=1, minutes=125, per_minute=20)
    history.record(RobotId(1), START + 61 * 60 + 30, 55.5)
    history.flush(START + 126 * 60)
    for points in (1, 7, 40, 100, 600):
        drawn = history.series(RobotId(1), START, START + 126 * 60, points)
        assert len(drawn) <= points
        assert max(age for _, age in drawn) == 55.5
        assert drawn == sorted(drawn)
    history.close()


def test_a_range_holds_only_what_lies_in_it(path: Path) -> None:
    history = _filled(path, robots=1, minutes=3, per_minute=10)
    drawn = history.series(RobotId(1), START + 65, START + 68, 100)
    assert [utc for utc, _ in drawn] == [START + 65, START + 66, START + 67, START + 68]
    assert history.series(RobotId(1), START + 5, START + 5, 10) == []
    assert history.series(RobotId(7), START, START + 500, 10) == []
    history.close()


def test_old_days_are_forgotten(path: Path) -> None:
    history = HeartbeatHistory(path, retention_days=1)
    history.record(ROBOT, START, 1.0)
    history.flush(START + 60)
    history.record(ROBOT, START + 25 * 3600, 2.0)
    history.flush(START + 23 * 3600)
    assert len(history.series(ROBOT, START, START + 26 * 3600, 600)) == 2
    history.flush(START + 26 * 3600)
    assert history.series(ROBOT, START, START + 26 * 3600, 600) == [(START + 25 * 3600, 2.0)]
    history.close()


def test_ages_that_are_no_ages_are_not_drawn_as_health(path: Path) -> None:
    history = HeartbeatHistory(path)
    history.record(ROBOT, START, math.nan)
    history.record(ROBOT, START + 1, -0.3)
    history.record(ROBOT, START + 2, 1e12)
    assert history.series(ROBOT, START, START + 60, 9) == [
        (START + 1, 0.0),
        (START + 2, (beat_blocks.NO_SAMPLE - 1) / 100),
    ]
    history.close()


@pytest.mark.parametrize("content", [b"", b"garbage" * 999, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_torn_history_is_set_aside_and_begun_anew_with_a_notice(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    history = HeartbeatHistory(path)
    history.record(ROBOT, START, 1.0)
    notices = history.flush(START + 60)
    assert len(notices) == 1
    assert "history.db.torn-1" in notices[0]
    assert path.with_name("history.db.torn-1").read_bytes()[: len(content)] == content
    assert history.flush(START + 61) == ()
    assert history.series(ROBOT, START, START + 60, 9) == [(START, 1.0)]
    history.close()


def test_a_history_that_tears_while_open_costs_the_past_not_the_present(path: Path) -> None:
    history = _filled(path, robots=1, minutes=70, per_minute=2)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE hours SET samples = x'00', maxima = x'00'")
    history.record(RobotId(1), START + 71 * 60, 3.0)
    assert history.series(RobotId(1), START, START + 72 * 60, 1000) == [(START + 71 * 60, 3.0)]
    assert len(history.flush(START + 73 * 60)) == 1
    assert history.series(RobotId(1), START, START + 73 * 60, 1000) == [(START + 71 * 60, 3.0)]
    history.close()


def test_a_disk_that_refuses_is_said_once_and_loses_nothing(path: Path) -> None:
    history = HeartbeatHistory(path)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert history._file is not None
        history._file._connection.execute("PRAGMA busy_timeout = 20")
        history.record(ROBOT, START, 1.0)
        assert len(history.flush(START + 60)) == 1
        history.record(ROBOT, START + 61, 2.0)
        assert history.flush(START + 120) == ()
        holder.execute("ROLLBACK")
    assert history.flush(START + 180) == ()
    history.close()
    again = HeartbeatHistory(path)
    assert again.series(ROBOT, START, START + 120, 50) == [(START, 1.0), (START + 61, 2.0)]
    again.close()


def test_memory_is_bounded_while_the_disk_refuses(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "KEPT_WHILE_UNWRITABLE", 5)
    path.mkdir()
    history = HeartbeatHistory(path)
    for minute in range(12):
        history.record(ROBOT, START + minute * 60, float(minute))
        history.flush(START + minute * 60 + 60)
    assert [age for _, age in history.series(ROBOT, START, START + 720, 99)] == [7.0, 8.0, 9.0, 10.0, 11.0]


def test_a_day_is_drawn_quickly_and_kept_small(path: Path) -> None:
    """The goals of the performance page, on one stream: 24 h to 600 points, bytes a sample kept."""
    file = beat_file.BeatFile(path)
    blocks: dict[tuple[int, int], Block] = {}
    first = int(START // 60)
    for minute in range(1440):
        block = blocks[(first + minute, 1)] = Block()
        for second in range(60):
            block.add(second * 10 + (minute + second) % 3, 20 + (second * 7919 + minute * 104_729) % 100)
    file.write(blocks)
    while file.gather(first + 1440):
        pass
    file._connection.execute("VACUUM")
    file.close()
    assert path.stat().st_size / 86_400 < 2.9
    history = HeartbeatHistory(path)
    quickest = 1.0
    for _ in range(15):
        began = time.perf_counter()
        drawn = history.series(RobotId(1), START, START + 86_400, 600)
        quickest = min(quickest, time.perf_counter() - began)
    assert len(drawn) == 600
    assert quickest < 0.01
    print(f"24 h series: {quickest * 1000:.2f} ms, {path.stat().st_size / 86_400:.2f} bytes a sample")
    history.close()
