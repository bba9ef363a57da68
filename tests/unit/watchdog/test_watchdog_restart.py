"""A terminal that is down: restarted at once within its budget, written ahead, never twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.model.commands import StartTerminal
from mt5console.core.model.desired import Run
from mt5console.core.model.facts import ActFailed
from mt5console.core.model.ids import TradeMode
from mt5console.core.model.observed import JournalKind, PositionSeen
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import Mode, ReleaseRequest, StartTerminalRequest
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.view import settled
from mt5console.core.watchdog.watch import from_stored, to_stored


def test_a_killed_terminal_is_restarted_in_the_same_verdict_with_budget_and_intent_stored(play) -> None:
    play.robot(123, "d1")
    play.healthy() >> play.exited(-9) << StartTerminal
    verdict = play.verdicts[-1]
    assert verdict.remember
    stored = to_stored(verdict.watch)
    assert stored["restarts"] == [play.utc]
    assert stored["start"]["act_id"] == play.last.act_id
    assert play.last.keep_experts == ("Robot_123_a",)
    assert play.lines[0].startswith("WARNING: MT5 terminal not running (user 3)")
    assert play.lines[1].startswith("INFO: Starting MT5 terminal... (user 3")
    decision = play.decisions[-1]
    assert (decision.decided, decision.before, decision.after) == ("start the terminal", "down", "starting")
    assert "1 of 5" in decision.why
    assert decision.acts == ("StartTerminal",)


def test_the_restart_is_seen_to_be_done_and_every_incident_clears(play) -> None:
    play.robot(123, "d1")
    play.healthy() >> play.exited(-9) << StartTerminal
    play >> play.spawned()
    assert settled(play.watch, play.robots, play.now, play.policy)[0] is False
    play >> 3.0
    assert play.watch.state is State.HEALTHY
    assert play.open_kinds == set()
    assert "INFO: MT5 connection recovered successfully. Account: 100690024 (user 3)" in play.lines
    done, words = settled(play.watch, play.robots, play.now, play.policy)
    assert done
    assert "its robot beats" in words
    assert len(play.wipes) == 1


def test_a_dead_terminal_on_a_real_account_with_positions_is_restarted_first(live) -> None:
    live.world.trade_mode = TradeMode.REAL
    live.world.positions = (PositionSeen(ticket=1, symbol="EURUSD", magic=7, volume=0.1, profit=-3.0),)
    live.healthy() >> live.exited(1) << StartTerminal


def test_the_second_restart_waits_and_the_wait_doubles_up_to_its_limit(live) -> None:
    live.healthy() >> live.exited(-9) << StartTerminal
    waits = []
    for _ in range(4):
        live >> live.spawned()
        began = live.mono
        live >> live.exited(-9)
        while not live._pending:
            live._pass(0.5)
        waits.append(live.mono - began)
        live << StartTerminal
    assert waits == [5.0, 10.0, 20.0, 40.0]
    assert live.policy.next_backoff_s(100.0) == live.policy.backoff_max_s


def test_a_spent_budget_opens_the_breaker_and_a_person_closes_it(play) -> None:
    play.healthy() >> play.exited(-9) << StartTerminal
    for _ in range(play.policy.restart_budget - 1):
        play >> play.spawned()
        play >> play.exited(-9)
        play._pass(play.policy.backoff_max_s)
        play << StartTerminal
    play >> play.spawned()
    play >> play.exited(-9)
    play >> 60.0
    assert play.watch.state is State.QUARANTINED
    assert IncidentKind.QUARANTINED in play.open_kinds
    told = [one for verdict in play.verdicts for one in verdict.opened if one.kind is IncidentKind.TERMINAL_DOWN]
    assert told[-1].next_step == "find the cause, then release it"
    assert "not started any more" in told[-1].text
    play >> play.asked(StartTerminalRequest(user_id=play.watch.user.user_id))
    assert play.watch.state is State.QUARANTINED
    play >> play.asked(ReleaseRequest(user_id=play.watch.user.user_id)) << StartTerminal
    assert IncidentKind.QUARANTINED in play.cleared


def test_the_breaker_and_the_budget_survive_the_engine(play) -> None:
    play.healthy() >> play.exited(-9) << StartTerminal
    play >> play.spawned()
    play >> 1.0
    before = play.watch.ladder.restarts_utc_s
    play.engine_dies()
    assert play.watch.ladder.restarts_utc_s == before
    play.watch = replace(play.watch, ladder=replace(play.watch.ladder, quarantined="five restarts did not help"))
    play.engine_dies()
    play >> play.absent()
    play >> 30.0
    assert play.watch.state is State.QUARANTINED


def test_a_stored_start_without_a_process_is_issued_again_once_and_charged_once(play) -> None:
    play.healthy() >> play.exited(-9) << StartTerminal
    act_id = play.last.act_id
    play.engine_dies()
    play >> 2.0
    play >> play.absent() << StartTerminal
    assert play.last.act_id == act_id
    assert len(play.watch.ladder.restarts_utc_s) == 1
    play >> play.absent()
    play >> 5.0
    assert play.watch.state is State.STARTING


def test_a_stored_start_whose_process_runs_is_not_done_again(play) -> None:
    play.healthy() >> play.exited(-9) << StartTerminal
    play.engine_dies()
    play >> play.seen()
    play >> 5.0
    assert play.watch.start is None
    assert play.watch.state is State.HEALTHY


def test_adoption_restarts_nothing(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.engine_dies()
    pid, started = 4711, play.utc - 500
    play >> replace(play.seen(pid), started_utc_s=started)
    play >> 4.0
    assert play.watch.pid == 4711
    assert play.watch.state is State.HEALTHY
    assert play.watch.ladder.restarts_utc_s == ()


def test_a_desired_terminal_that_is_absent_at_the_first_look_is_started(play) -> None:
    play >> play.absent() << StartTerminal
    assert play.watch.state is State.STARTING


@pytest.mark.parametrize("run", [Run.STOPPED, Run.SUSPENDED])
def test_what_nobody_wants_running_stays_down(play, run) -> None:
    play.watch = replace(play.watch, user=replace(play.watch.user, run=run))
    play >> play.absent()
    play >> 30.0
    assert play.watch.state is (State.STOPPED if run is Run.STOPPED else State.SUSPENDED)


def test_pacing_lets_a_start_wait_its_turn_and_says_so_once(play) -> None:
    play.fleet = replace(play.fleet, next_start_mono_s=play.mono + 4.0)
    play >> play.absent()
    play >> 3.5
    assert sum(decision.decided == "waits for its turn" for decision in play.decisions) == 1
    play >> 0.5 << StartTerminal


def test_an_exit_code_that_is_not_known_waits_a_short_grace_then_restarts(play) -> None:
    play.healthy() >> play.exited(None)
    play >> 1.0
    assert play.watch.state is State.DOWN
    assert play.said("waits to tell a crash from a close")
    play >> 0.5 << StartTerminal


def test_a_clean_exit_by_a_person_is_not_fought(play) -> None:
    play.healthy() >> play.journal(JournalKind.EXITED, "shutdown with 0")
    play >> play.exited(0)
    play >> 60.0
    assert play.watch.state is State.SUSPENDED
    assert play.watch.user.run is Run.SUSPENDED
    assert play.open_kinds == {IncidentKind.CLOSED_BY_HAND}


def test_a_second_copy_that_ended_long_ago_does_not_hide_a_persons_close(play) -> None:
    play.healthy() >> play.journal(JournalKind.SECOND_INSTANCE, "terminal process already started")
    play >> 60.0
    play >> play.journal(JournalKind.EXITED, "shutdown with 0")
    play >> play.exited(0)
    play >> 60.0
    assert play.watch.state is State.SUSPENDED


def test_a_late_journal_line_still_tells_a_persons_close(play) -> None:
    play.healthy() >> play.exited(None)
    play >> 1.0
    play >> play.journal(JournalKind.EXITED, "shutdown with 0")
    play >> 60.0
    assert play.watch.state is State.SUSPENDED


def test_a_person_who_starts_it_again_is_watched_again(play) -> None:
    play.healthy() >> play.journal(JournalKind.EXITED)
    play >> play.exited(0)
    play >> play.seen()
    play >> 4.0
    assert play.watch.user.run is Run.RUNNING
    assert play.watch.state is State.HEALTHY
    assert play.open_kinds == set()


def test_a_killed_terminal_is_not_taken_for_a_persons_close_by_an_old_line(play) -> None:
    play.healthy() >> play.journal(JournalKind.EXITED)
    play >> play.journal(JournalKind.STARTED)
    play >> play.exited(None)
    play >> 2.0 << StartTerminal


def test_a_second_instance_is_adopted_and_not_restarted(play) -> None:
    play >> play.absent() << StartTerminal
    play >> play.spawned()
    play >> 0.5
    play >> play.exited(0)
    play >> play.seen(999)
    play >> 5.0
    assert play.watch.pid == 999
    assert play.watch.state is State.HEALTHY
    assert len(play.watch.ladder.restarts_utc_s) == 1


def test_a_start_that_ends_at_once_with_nothing_else_running_counts_and_backs_off(play) -> None:
    play >> play.absent() << StartTerminal
    play >> play.spawned()
    play >> play.exited(0)
    play >> play.journal(JournalKind.EXITED)
    play >> 1.0
    assert play.watch.state is State.DOWN
    play >> 2.0 << StartTerminal
    assert len(play.watch.ladder.restarts_utc_s) == 2


def test_a_slow_start_waits_within_its_grace(play) -> None:
    play >> play.absent() << StartTerminal
    play.world.agent = False
    play >> play.spawned()
    play >> play.policy.start_grace_s - 1.0
    assert play.watch.state is State.STARTING
    play.world.agent = True
    play >> 4.0
    assert play.watch.state is State.HEALTHY
    assert IncidentKind.AGENT_MISSING not in play.opened


def test_the_start_ini_is_wiped_at_its_deadline_even_without_a_login(play) -> None:
    play >> play.absent() << StartTerminal
    play.world.login = 0
    play >> play.spawned()
    play.verdicts.clear()
    play >> play.policy.login_grace_s - 1.0
    assert play.wipes == []
    play.watch = replace(play.watch, user=replace(play.watch.user, maintenance_until_utc_s=play.utc + 900))
    play >> play.policy.start_ini_deadline_s
    assert [wipe.reason for wipe in play.wipes] == ["its deadline passed without a login"]


def test_a_start_that_a_person_asks_for_needs_no_budget_and_lifts_a_hold(play) -> None:
    play >> play.absent() << StartTerminal
    user_id = play.watch.user.user_id
    play >> ActFailed(user_id=user_id, act_id=play.last.act_id, code="no_secret", text="no password")
    spent = play.watch.ladder.restarts_utc_s
    play >> play.asked(StartTerminalRequest(user_id=user_id)) << StartTerminal
    assert play.watch.ladder.restarts_utc_s == spent
    assert len(play.watch.ladder.asked_utc_s) == 1
    assert IncidentKind.NO_SECRET in play.cleared


def test_an_unanswered_start_is_given_up_only_when_a_scan_finds_nothing(play) -> None:
    play >> play.absent() << StartTerminal
    play >> play.policy.start_grace_s + 5.0
    assert play.watch.state is State.STARTING
    play >> play.absent()
    play >> 2.0 << StartTerminal


@pytest.mark.parametrize("code", [0, 1, None, 0x40010004, -1073741510])
def test_a_system_shutdown_is_neither_a_crash_to_mend_at_once_nor_a_persons_close(play, code) -> None:
    play.healthy() >> play.journal(JournalKind.SYSTEM_SHUTDOWN)
    play >> play.exited(code)
    play >> play.policy.shutdown_wait_s - 1.0
    assert play.watch.state is State.DOWN
    play >> 1.0 << StartTerminal


@pytest.mark.parametrize("code", [0, 1, None, 0x40010004, 0xC000013A])
@pytest.mark.parametrize("line", [None, JournalKind.EXITED], ids=["no line", "a line of a clean end"])
def test_an_end_while_the_session_ends_is_neither_a_crash_nor_a_persons_close(play, code, line) -> None:
    """Windows ends terminals in moments, with codes that look like a crash; clean ones look like a person's close."""
    play.healthy()
    if line is not None:
        play >> play.journal(line)
    play >> play.exited(code, session_ending=True)
    play >> play.policy.shutdown_wait_s - 1.0
    assert play.watch.state is State.DOWN
    assert play.watch.user.run is Run.RUNNING
    assert play.watch.ladder.restarts_utc_s == ()
    assert IncidentKind.CLOSED_BY_HAND not in play.open_kinds
    assert "the system is shutting down" in play.decisions[-1].why
    play >> 1.0 << StartTerminal


def test_a_process_that_a_scan_misses_while_the_session_ends_is_judged_alike(play) -> None:
    play.healthy() >> 5.0
    play >> replace(play.absent(), session_ending=True)
    play >> play.policy.shutdown_wait_s - 1.0
    assert play.watch.state is State.DOWN
    play >> 1.0 << StartTerminal


def test_observe_mode_says_what_it_would_do_once_and_does_nothing(play) -> None:
    play.healthy()
    play.fleet = replace(play.fleet, mode=Mode.OBSERVE)
    play >> play.exited(-9)
    play >> 60.0
    observed = [decision for decision in play.decisions if decision.observed_only]
    assert [decision.decided for decision in observed] == ["would: start the terminal"]
    assert play.watch.ladder.restarts_utc_s == ()
    play.fleet = replace(play.fleet, mode=Mode.ON)
    play >> 0.5 << StartTerminal


def test_off_does_nothing_and_says_nothing(play) -> None:
    play.healthy()
    play.fleet = replace(play.fleet, mode=Mode.OFF)
    play >> play.exited(-9)
    play >> 60.0
    assert (play.decisions, play.opened, play.lines) == ([], [], [])
    assert play.watch.state is State.DOWN


def test_maintenance_holds_automatic_acts_until_it_ends(play) -> None:
    play.healthy()
    play.watch = replace(play.watch, user=replace(play.watch.user, maintenance_until_utc_s=play.utc + 20))
    play >> play.exited(-9)
    play >> 19.0
    assert play.said("held: maintenance")
    play >> 1.0 << StartTerminal


def test_an_instant_from_the_future_counts_as_now_and_ages_from_there(play) -> None:
    play.healthy() >> play.exited(-9) << StartTerminal
    stored = to_stored(play.watch)
    stored["restarts"] = [play.utc + 86400.0]
    watch = from_stored(play.watch.user, stored, play.now)
    assert watch.ladder.restarts_utc_s == (play.utc,)


def test_backoff_is_reset_after_a_stable_time_in_health(play) -> None:
    play.healthy() >> play.exited(-9) << StartTerminal
    play >> play.spawned()
    play >> play.policy.stable_s + 5.0
    assert play.watch.ladder.backoff_s == 0.0
    assert len(play.watch.ladder.restarts_utc_s) == 1


def test_a_late_scan_does_not_revive_a_process_whose_exit_was_seen(play) -> None:
    play >> play.seen(55)
    play >> 4.0
    late = replace(play.seen(55), started_utc_s=play.watch.process.started_utc_s)
    play >> play.exited(-9) << StartTerminal
    play >> late
    assert (play.watch.pid, play.watch.state) == (None, State.STARTING)


def test_a_scan_that_missed_the_process_once_restarts_nothing(play) -> None:
    play >> play.seen(55)
    play >> 4.0
    again = replace(play.seen(55), started_utc_s=play.watch.process.started_utc_s)
    play >> play.absent()
    play >> 0.5
    play >> again
    play >> 4.0
    assert (play.watch.pid, play.watch.state) == (55, State.HEALTHY)


def test_a_probes_answer_for_the_old_process_wipes_no_ini_of_the_new_one(play) -> None:
    play.healthy() >> play.exited(-9) << StartTerminal
    late = play.answer()
    play >> play.spawned()
    play.verdicts.clear()
    play >> late
    assert play.wipes == []
    assert play.watch.process.login_seen_mono_s is None


def test_a_terminal_that_runs_though_nobody_wants_it_is_watched_and_left_alone(play) -> None:
    play.robot(123, "d1", beats=False)
    play.watch = replace(play.watch, user=replace(play.watch.user, run=Run.STOPPED))
    play >> play.seen()
    play >> 10.0
    assert play.restores == []
    play.world.agent = False
    play >> 60.0
    play >> play.exited(-9)
    play >> 60.0
    assert play.watch.state is State.STOPPED
