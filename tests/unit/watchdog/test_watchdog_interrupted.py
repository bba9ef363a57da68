"""What the engine's death interrupted (a restart of a living terminal, a conflict): gone on with only where it is right
still."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.model.commands import CloseTerminal, StartTerminal
from mt5console.core.model.facts import ProcessesConflict
from mt5console.core.model.ids import TradeMode
from mt5console.core.model.observed import PositionSeen
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import MaintenanceRequest
from mt5console.core.watchdog.states import State

POSITION = PositionSeen(ticket=1, symbol="EURUSD", magic=7, volume=0.1, profit=-3.0)


def interrupt(play, positions=()) -> None:
    """The engine dies right after it asked a frozen terminal to close; the next one finds its process alive."""
    play.healthy()
    play.world.agent = False
    pid, started = play.watch.pid, play.watch.process.started_utc_s
    play >> play.policy.freeze_acts_after_s + 1.0 << CloseTerminal
    play.world.positions = positions
    last_word = play.agent()
    play.engine_dies()
    play >> replace(play.seen(pid), started_utc_s=started)
    play >> replace(last_word, age_s=play.policy.freeze_acts_after_s)


def grow_up(play) -> None:
    """Time passes until the process has been there for longer than a start may take."""
    play >> play.policy.start_grace_s - (play.utc - play.watch.process.started_utc_s)


def test_a_terminal_that_stays_frozen_is_closed_again_and_started(play) -> None:
    interrupt(play)
    grow_up(play)
    play << CloseTerminal
    play >> play.exited(0) << StartTerminal


def test_one_that_ends_after_all_is_started_and_not_taken_for_closed_by_hand(play) -> None:
    interrupt(play)
    play >> play.exited(0) << StartTerminal


def test_one_that_speaks_again_is_left_alone_also_when_a_maintenance_that_held_it_ends(play) -> None:
    interrupt(play)
    play >> play.asked(MaintenanceRequest(user_id=play.watch.user.user_id, until_utc_s=play.utc + 600.0))
    play.world.agent = True
    play >> 700.0
    assert play.watch.state is State.HEALTHY
    assert play.said("restart given up")
    assert play.open_kinds == set()


def test_positions_on_a_real_account_are_a_persons_call_here_too(play) -> None:
    play.world.trade_mode = TradeMode.REAL
    interrupt(play, positions=(POSITION,))
    grow_up(play)
    play >> 60.0
    assert IncidentKind.NEEDS_PERSON in play.open_kinds
    play >> play.exited(0) << StartTerminal


def test_the_process_that_somebody_started_meanwhile_gets_its_time(play) -> None:
    play.healthy()
    play.world.agent = False
    play >> play.policy.freeze_acts_after_s + 1.0 << CloseTerminal
    play.engine_dies()
    play >> play.seen()
    play >> play.policy.start_grace_s - 1.0
    play.world.agent = True
    play >> 20.0
    assert play.watch.state is State.HEALTHY


def test_it_waits_for_its_turn(play) -> None:
    interrupt(play)
    grow = play.policy.start_grace_s - (play.utc - play.watch.process.started_utc_s)
    play.fleet = replace(play.fleet, next_close_mono_s=play.mono + grow + 4.0)
    grow_up(play)
    play >> 3.5
    assert play.said("waits for its turn")
    play >> 0.5 << CloseTerminal


@pytest.mark.parametrize("left", ["one", "none"])
def test_two_processes_that_were_seen_before_the_engines_death_are_no_incident_of_the_one_that_is_left(
    play, left
) -> None:
    """An open one fails every start and restart that a person asks for."""
    play.healthy() >> ProcessesConflict(user_id=play.watch.user.user_id, pids=(101, 202))
    play.engine_dies()
    if left == "one":
        play >> play.seen()
    else:
        play >> play.absent() << StartTerminal
        play >> play.spawned()
    play >> 4.0
    assert play.watch.state is State.HEALTHY
    assert play.open_kinds == set()
