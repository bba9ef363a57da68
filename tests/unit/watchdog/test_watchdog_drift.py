"""Robots that beat, and not as they were proven: told to a person, never touched; a beat alone is not health."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.model.facts import ReadySeen, RobotErrorSeen
from mt5console.core.model.ids import DeploymentId, RobotId
from mt5console.core.model.observed import Entries, Ready, RobotError
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import Mode
from mt5console.core.watchdog.checks import find_robots
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.view import terminal_view
from tests.unit.watchdog.conftest import USER, Playbook

LASTS_S = 8.0
"""Longer than the patience with what may be one beat read before the other."""


def said_ready(play: Playbook, **other: object) -> ReadySeen:
    """READY of robot 123 as it was sent, but for what is named."""
    sent = {"inputs_hash": "h", "symbol": "EURUSD", "timeframe": "H1", "magic": 123}
    ready = Ready(
        robot_id=RobotId(123), deployment_id=DeploymentId("d1"), chart_id=1, utc_s=play.utc, **{**sent, **other}
    )
    return ReadySeen(user_id=USER, ready=ready)


def drifted(play: Playbook) -> str:
    """The text of the one open incident."""
    assert play.open_kinds == {IncidentKind.ROBOT_DRIFTED}
    return [one.text for verdict in play.verdicts for one in verdict.opened][-1]


def started(play: Playbook) -> Playbook:
    play.robot(123, "d1")
    play.healthy() >> said_ready(play)
    return play


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"symbol": "XAUUSD"}, "is on XAUUSD,H1, not on EURUSD,H1"),
        ({"timeframe": "M5"}, "is on EURUSD,M5, not on EURUSD,H1"),
        ({"inputs_hash": "x"}, "other inputs"),
        ({"magic": 9}, "magic number 9"),
    ],
)
def test_a_robot_that_says_ready_in_another_way_is_told_and_left_alone(play, other, words) -> None:
    started(play) >> said_ready(play, **other)
    play >> LASTS_S
    assert words in drifted(play)
    assert play.restores == play.removals == []
    assert find_robots(play.watch, play.robots, play.now, play.policy)[0] is False
    assert play.watch.state is State.DEGRADED
    play >> 120.0
    assert play.opened == [IncidentKind.ROBOT_DRIFTED]
    play >> said_ready(play)
    play >> 2.0
    assert play.open_kinds == set()
    assert play.watch.state is State.HEALTHY


def test_a_robot_that_lost_its_own_permission_is_not_healthy_though_it_beats(play) -> None:
    started(play)
    play.world.robots_may_trade = False
    play >> LASTS_S
    assert "its own permission to trade is off" in drifted(play)
    (shown,) = terminal_view(play.watch, play.robots, play.now, play.policy, None, Mode.ON).robots
    assert shown.state == "drifted"
    play.world.robots_may_trade = True
    play >> 2.0
    assert play.open_kinds == set()


def test_a_switch_that_is_off_for_all_is_told_once_and_by_its_own_name(play) -> None:
    started(play)
    play.world.robots_may_trade = play.world.trade_allowed = False
    play >> 60.0
    assert play.open_kinds == {IncidentKind.ALGO_OFF}


def test_a_robot_that_may_open_nothing_by_its_own_word_is_told(play) -> None:
    started(play)
    for code, text in ((2, "opens nothing: desired is none"), (1003, "no room for the stop")):
        play >> RobotErrorSeen(
            user_id=USER, robot_id=RobotId(123), error=RobotError(utc_s=play.utc, code=code, text=text)
        )
    play.world.entries = Entries.NOT_DESIRED
    play >> LASTS_S
    assert "may open nothing (opens nothing: desired is none)" in drifted(play)


@pytest.mark.parametrize("entries", [Entries.PAUSED, Entries.STOPPED])
def test_paused_and_stopped_entries_are_a_persons_wish_and_no_drift(play, entries) -> None:
    started(play)
    play.world.entries = entries
    play >> 60.0
    assert play.open_kinds == set()


def test_what_an_unfinished_deployment_names_already_is_not_told_twice_and_is_no_health_either(play) -> None:
    started(play)
    play.world.robots_may_trade = False
    play.fleet = replace(play.fleet, partial=frozenset({RobotId(123)}))
    play >> 60.0
    assert play.opened == []
    assert play.watch.state is State.DEGRADED
    play.fleet = replace(play.fleet, partial=frozenset())
    play >> LASTS_S
    assert "its own permission to trade is off" in drifted(play)


def test_a_moment_is_no_drift(play) -> None:
    started(play)
    for _ in range(10):
        play.world.robots_may_trade = False
        play >> 2.0
        play.world.robots_may_trade = True
        play >> 2.0
    assert play.opened == []


def test_ready_of_an_earlier_deployment_says_nothing_of_this_one(play) -> None:
    play.robot(123, "d2")
    play.healthy() >> said_ready(play, symbol="XAUUSD")
    play >> 60.0
    assert play.opened == []
