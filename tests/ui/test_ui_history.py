"""Rings of heartbeat ages: a point a second, the worst counts, gaps stay gaps, and marks for what happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.ui.history import DEPLOYMENT, RESTART, AgeHistory
from mt5console.ui.pictures import FleetPicture, RobotPicture, TerminalPicture


def terminal(user_id: int, *ages: float | None, pid: int | None = 1, deployment: str = "d") -> TerminalPicture:
    robots = tuple(
        RobotPicture(robot_id=user_id * 100 + place, state="beating", heartbeat_age_s=age, deployment_id=deployment)
        for place, age in enumerate(ages)
    )
    return TerminalPicture(user_id=user_id, name=f"user_{user_id}", pid=pid, robot_pictures=robots)


def fleet(at: float, *terminals: TerminalPicture) -> FleetPicture:
    return FleetPicture(at_utc_s=at, terminals=terminals)


def test_of_several_looks_and_robots_in_one_second_the_worst_counts():
    history = AgeHistory(points=5)
    history.note(fleet(100.1, terminal(1, 0.5, 2.5)))
    history.note(fleet(100.9, terminal(1, 0.4, 0.3)))
    times, ages = history.series(1)
    assert list(times) == [96, 97, 98, 99, 100]
    assert ages[-1] == pytest.approx(2.5)
    assert np.isnan(ages[:-1]).all()


def test_seconds_without_news_are_gaps():
    history = AgeHistory(points=5)
    history.note(fleet(100, terminal(1, 1.0)))
    history.note(fleet(103, terminal(1, 2.0)))
    ages = history.series(1)[1]
    assert np.isnan(ages[[0, 2, 3]]).all()
    assert list(ages[[1, 4]]) == [1.0, 2.0]


def test_a_long_silence_empties_the_ring():
    history = AgeHistory(points=5)
    history.note(fleet(100, terminal(1, 1.0)))
    history.note(fleet(200, terminal(1, None)))
    assert np.isnan(history.series(1)[1]).all()


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 100, width=32)), min_size=1, max_size=40))
def test_a_ring_holds_what_a_plain_list_would(looks):
    history, plain, now = AgeHistory(points=7), {}, 1000
    for step, age in looks:
        now += step
        history.note(fleet(now + 0.5, terminal(1, age)))
        plain[now] = max(plain.get(now, age), age)
    times, ages = history.series(1)
    for second, age in zip(times, ages, strict=True):
        expected = plain.get(int(second))
        assert np.isnan(age) if expected is None else age == np.float32(expected)


def test_an_older_picture_is_passed_over_and_a_clock_set_far_back_begins_anew():
    history = AgeHistory(points=5)
    history.note(fleet(100, terminal(1, 1.0)))
    history.note(fleet(98, terminal(1, 9.0)))
    assert np.nanmax(history.series(1)[1]) == 1.0
    history.note(fleet(50, terminal(1, 3.0)))
    times, ages = history.series(1)
    assert (times[-1], ages[-1]) == (50, 3.0)


def test_what_was_before_is_filled_in_and_does_not_hide_what_is_newer():
    history = AgeHistory(points=5)
    history.note(fleet(100, terminal(1, 1.0, 1.0)))
    history.preload({1: (100, 101)}, {100: [(97.2, 4.0), (100.0, 0.2), (20.0, 8.0)], 101: [(97.9, 6.0), (101.0, 5.0)]})
    ages = history.series(1)[1]
    assert (ages[1], ages[-1]) == (6.0, 1.0)
    assert np.isnan(ages[[0, 2, 3]]).all()


def test_a_table_has_a_row_for_each_user_that_was_asked_for():
    history = AgeHistory(points=4)
    history.note(fleet(100, *(terminal(user_id, float(user_id)) for user_id in range(1, 41))))
    table = history.table([40, 99, 1])
    assert table.shape == (3, 4)
    assert (table[0, -1], table[2, -1]) == (40.0, 1.0)
    assert np.isnan(table[1]).all()


def test_a_terminal_that_is_gone_leaves_nothing_to_its_successor():
    history = AgeHistory(points=4)
    history.note(fleet(100, terminal(1, 5.0), terminal(2, 1.0)))
    history.note(fleet(101, terminal(2, 1.0)))
    assert history.series(1)[1].size == 0
    history.note(fleet(102, terminal(2, 1.0), terminal(3, None)))
    assert np.isnan(history.series(3)[1]).all()


def test_restarts_and_new_versions_are_marked_also_after_a_time_down():
    history = AgeHistory(points=100)
    first = terminal(1, 0.5, pid=10)
    history.note(fleet(100, first))
    history.note(fleet(101, replace(first, pid=None, robot_pictures=())))
    history.note(fleet(105, terminal(1, 0.5, pid=11)))
    history.note(fleet(107, terminal(1, 0.5, pid=11, deployment="e")))
    assert [(mark.utc_s, mark.kind) for mark in history.marks(1)] == [(105, RESTART), (107, DEPLOYMENT)]
    history.note(fleet(300, terminal(1, 0.5, pid=11, deployment="e")))
    assert history.marks(1) == ()
