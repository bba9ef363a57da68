"""Lanes: one after another within a lane, side by side across lanes, and no act that breaks stops the others."""

from __future__ import annotations

import logging
import threading

import pytest

from mt5console.runtime.lanes import Lanes

WAIT_S = 10.0


def test_acts_of_one_lane_run_in_the_order_they_came() -> None:
    lanes, seen, done = Lanes(4, "test"), [], threading.Event()
    for number in range(50):
        lanes.submit("user 1", lambda number=number: seen.append(number))
    lanes.submit("user 1", done.set)
    assert done.wait(WAIT_S)
    assert seen == list(range(50))
    lanes.close()


def test_a_lane_that_waits_does_not_hold_the_others_up() -> None:
    lanes, gate, passed = Lanes(2, "test"), threading.Event(), threading.Event()
    lanes.submit("slow", lambda: gate.wait(WAIT_S))
    lanes.submit("quick", passed.set)
    assert passed.wait(WAIT_S)
    assert lanes.busy("slow")
    gate.set()
    lanes.close()


def test_an_act_that_breaks_is_logged_and_the_lane_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    def breaks() -> None:
        raise RuntimeError("broken on purpose")

    lanes, done = Lanes(1, "test"), threading.Event()
    with caplog.at_level(logging.ERROR):
        lanes.submit("user 1", breaks)
        lanes.submit("user 1", done.set)
        assert done.wait(WAIT_S)
    assert "broken on purpose" in caplog.text
    lanes.close()


def test_a_closed_pool_takes_nothing_more() -> None:
    lanes = Lanes(1, "test")
    lanes.close()
    lanes.submit("user 1", lambda: pytest.fail("ran after the close"))
    assert not lanes.busy("user 1")
