"""What people ask: start, stop, restart, reconnect, maintenance, release, algo trading."""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.commands import (
    CloseTerminal,
    KillTerminal,
    PressAlgoButton,
    ReattachProbe,
    StartTerminal,
)
from mt5console.core.model.desired import Run
from mt5console.core.model.facts import StartRemarked
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import (
    EnableAlgoRequest,
    MaintenanceRequest,
    Mode,
    ReconnectRequest,
    ReleaseRequest,
    RestartTerminalRequest,
    StartTerminalRequest,
    StopTerminalRequest,
)
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.view import settled, terminal_view


def user(play):
    return play.watch.user.user_id


def test_a_start_waits_for_the_first_look_and_is_then_done(play) -> None:
    play.watch = replace(play.watch, user=replace(play.watch.user, run=Run.STOPPED))
    play >> play.asked(StartTerminalRequest(user_id=user(play)))
    assert play.watch.user.run is Run.RUNNING
    assert play.verdicts[-1].remember
    play >> 2.0
    play >> play.absent() << StartTerminal
    play >> play.spawned()
    play >> 4.0
    assert play.watch.state is State.HEALTHY
    assert settled(play.watch, play.robots, play.now, play.policy)[0]


def test_what_did_not_go_with_a_start_is_told_and_holds_nothing(play) -> None:
    play >> play.absent() << StartTerminal
    play >> StartRemarked(user_id=user(play), act_id="another", text="not ours")
    assert not play.said("started all the same")
    play >> StartRemarked(user_id=user(play), act_id=play.last.act_id, text="common.ini is held")
    assert play.said("started all the same: common.ini is held")
    assert any(line.startswith("WARNING: MT5 terminal is started all the same") for line in play.lines)
    play >> play.spawned()
    play >> 5.0
    assert play.watch.state is State.HEALTHY


def test_a_start_of_what_runs_changes_nothing(play) -> None:
    play.healthy() >> play.asked(StartTerminalRequest(user_id=user(play)))
    play >> 5.0
    assert play.decisions[-1].decided == "runs already"


def test_a_stop_closes_and_keeps_it_stopped_and_clears_its_incidents(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.world.beats.clear()
    play >> 10.0
    assert play.open_kinds == {IncidentKind.ROBOT_STALE}
    play >> play.asked(StopTerminalRequest(user_id=user(play))) << CloseTerminal
    assert play.watch.state is State.CLOSING
    play >> play.exited(0)
    play >> 60.0
    assert play.watch.state is State.STOPPED
    assert play.open_kinds == set()
    assert play.watch.user.run is Run.STOPPED


def test_a_stop_that_does_not_end_is_killed(play) -> None:
    play.healthy() >> play.asked(StopTerminalRequest(user_id=user(play))) << CloseTerminal
    play >> play.policy.close_wait_s << KillTerminal
    play >> play.exited(-9)
    play >> 10.0
    assert play.watch.state is State.STOPPED


def test_a_stop_during_a_start_closes_it_as_soon_as_it_is_seen(play) -> None:
    play >> play.absent() << StartTerminal
    play >> play.asked(StopTerminalRequest(user_id=user(play)))
    play >> play.spawned() << CloseTerminal
    play >> play.exited(0)
    assert play.watch.state is State.STOPPED


def test_a_stop_is_carried_through_by_the_next_engine(play) -> None:
    play.healthy() >> play.asked(StopTerminalRequest(user_id=user(play))) << CloseTerminal
    play.engine_dies()
    play >> play.seen(101) << CloseTerminal
    play >> play.exited(None)
    assert play.watch.state is State.STOPPED


def test_a_stop_of_what_does_not_run_is_done_at_once(play) -> None:
    play.healthy() >> play.asked(StopTerminalRequest(user_id=user(play))) << CloseTerminal
    play >> play.exited(0)
    play >> play.asked(StopTerminalRequest(user_id=user(play)))
    play >> 5.0
    assert play.watch.state is State.STOPPED


def test_a_start_while_it_is_closing_becomes_a_restart(play) -> None:
    play.healthy() >> play.asked(StopTerminalRequest(user_id=user(play))) << CloseTerminal
    play >> play.asked(StartTerminalRequest(user_id=user(play)))
    play >> play.exited(0) << StartTerminal


def test_a_restart_that_a_person_asked_for_is_kept_but_not_charged(play) -> None:
    play.robot(123, "d1")
    play.healthy() >> play.asked(RestartTerminalRequest(user_id=user(play))) << CloseTerminal
    assert settled(play.watch, play.robots, play.now, play.policy)[0] is False
    play >> play.exited(0) << StartTerminal
    play >> play.spawned()
    play >> 5.0
    assert len(play.watch.ladder.asked_utc_s) == 1
    view = terminal_view(play.watch, play.robots, play.now, play.policy, None, Mode.ON)
    assert (view.restarts_in_window, view.state) == (0, "healthy")


def test_a_restart_is_carried_through_by_the_next_engine(play) -> None:
    play.healthy() >> play.asked(RestartTerminalRequest(user_id=user(play))) << CloseTerminal
    play.engine_dies()
    play >> play.absent() << StartTerminal


def test_a_persons_acts_are_done_while_the_watchdog_is_off(play) -> None:
    play.healthy()
    play.fleet = replace(play.fleet, mode=Mode.OFF)
    play >> play.asked(RestartTerminalRequest(user_id=user(play))) << CloseTerminal
    play >> play.policy.close_wait_s << KillTerminal
    play >> play.exited(-9) << StartTerminal
    play >> play.spawned()
    play >> 4.0
    assert play.watch.state is State.HEALTHY


def test_a_reconnect_replaces_the_probe(play) -> None:
    play.healthy() >> play.asked(ReconnectRequest(user_id=user(play))) << ReattachProbe


def test_a_reconnect_without_a_process_says_what_to_do(play) -> None:
    play.watch = replace(play.watch, user=replace(play.watch.user, run=Run.STOPPED))
    play >> play.absent()
    play >> play.asked(ReconnectRequest(user_id=user(play)))
    assert play.decisions[-1].next == "start the terminal first"


def test_maintenance_begins_and_ends_by_request(play) -> None:
    play.healthy() >> play.asked(MaintenanceRequest(user_id=user(play), until_utc_s=play.utc + 900))
    play >> play.exited(-9)
    play >> 60.0
    play >> play.asked(MaintenanceRequest(user_id=user(play), until_utc_s=None)) << StartTerminal


def test_a_release_ends_a_suspension_and_starts(play) -> None:
    play.watch = replace(play.watch, user=replace(play.watch.user, run=Run.SUSPENDED))
    play >> play.absent()
    assert play.watch.state is State.SUSPENDED
    play >> play.asked(ReleaseRequest(user_id=user(play))) << StartTerminal


def test_algo_trading_is_switched_on_only_when_it_is_seen_off(play) -> None:
    play.healthy() >> play.asked(EnableAlgoRequest(user_id=user(play)))
    assert play.decisions[-1].why == "algo trading is on already"
    play.world.trade_allowed = False
    play >> 1.0
    play >> play.asked(EnableAlgoRequest(user_id=user(play))) << PressAlgoButton
    assert play.last.pid == play.watch.pid


def test_the_button_is_not_pressed_on_an_old_word_for_somebody_may_have_pressed_it_since(play) -> None:
    play.healthy()
    play.world.trade_allowed = False
    play >> 1.0
    play.world.agent = False
    play >> play.policy.agent_stale_s + 0.5
    play >> play.asked(EnableAlgoRequest(user_id=user(play)))
    assert "not known" in play.decisions[-1].why


def test_the_button_is_pressed_once_until_the_agent_has_told_what_came_of_it(play) -> None:
    play.healthy()
    play.world.trade_allowed = False
    play >> 1.0
    play >> play.asked(EnableAlgoRequest(user_id=user(play))) << PressAlgoButton
    play >> 1.0
    play >> play.asked(EnableAlgoRequest(user_id=user(play)))
    assert "a moment ago" in play.decisions[-1].why
    play >> 3.0
    play >> play.asked(EnableAlgoRequest(user_id=user(play))) << PressAlgoButton
