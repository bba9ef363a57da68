"""The start ini holds the password: a start is done once it is seen to be wiped; a try that fails is tried again."""

from __future__ import annotations

from mt5console.core.model.commands import StartTerminal
from mt5console.core.model.records import IncidentKind
from mt5console.core.watchdog.view import settled
from tests.unit.watchdog.conftest import Playbook


def started(play: Playbook, *, held: bool) -> Playbook:
    """A terminal that was started by us and is logged in."""
    play >> play.absent() << StartTerminal
    play.world.ini_is_held = held
    play >> play.spawned()
    play >> 4.0
    return play


def is_done(play: Playbook) -> bool:
    return settled(play.watch, play.robots, play.now, play.policy)[0]


def test_a_start_is_done_when_the_ini_is_seen_to_be_wiped(play) -> None:
    started(play, held=False)
    assert play.wipes[-1].reason == "the login was seen"
    assert is_done(play)


def test_one_that_is_held_is_tried_again_until_it_is_gone_and_told_when_that_lasts(play) -> None:
    started(play, held=True)
    assert not is_done(play)
    assert play.open_kinds == set()
    play >> 30.0
    assert play.open_kinds == {IncidentKind.INI_LEFT}
    assert 5 <= len(play.wipes) <= 8
    assert any("start ini could not be wiped" in line for line in play.lines)
    play.world.ini_is_held = False
    play >> 10.0
    assert play.open_kinds == set()
    assert is_done(play)
    tries = len(play.wipes)
    play >> 60.0
    assert len(play.wipes) == tries


def test_what_a_new_start_writes_is_not_wiped_by_a_try_for_the_old_one(play) -> None:
    started(play, held=True)
    play >> play.exited(-9)
    play >> 30.0 << StartTerminal
    play.verdicts.clear()
    play.world.login = 0
    play >> play.spawned()
    play >> play.policy.login_grace_s - 1.0
    assert play.wipes == []
