"""A terminal that starts while broker or network are out: its agent cannot begin before the link is there.

Both answers are played: a terminal that calls OnInit without data, and one that waits for it and gives experts up.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest

from mt5console.core.model.commands import CloseTerminal, LogInAgain, StartTerminal
from mt5console.core.model.desired import Run
from mt5console.core.model.facts import JournalSeen, ProcessesConflict
from mt5console.core.model.ids import TradeMode
from mt5console.core.model.observed import JournalKind
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import Mode, ReleaseRequest
from mt5console.core.watchdog.policy import Policy
from mt5console.core.watchdog.starting import budget_left
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.turn import Turn
from tests.unit.watchdog.conftest import ACCOUNT, Playbook

HOUR = 3600.0
KINDS = pytest.mark.parametrize("mode", [TradeMode.DEMO, TradeMode.REAL, TradeMode.UNKNOWN])


def said(play: Playbook, kind: JournalKind, text: str = "", **details: str) -> JournalSeen:
    return play.journal(kind, text, **details)


def no_connection(play: Playbook) -> JournalSeen:
    return said(play, JournalKind.OTHER, "no connection to X", event="no_connection", login=str(ACCOUNT.login))


def authorized(play: Playbook, login: int = ACCOUNT.login) -> JournalSeen:
    return said(play, JournalKind.AUTHORIZED, "authorized on X", login=str(login))


def loaded(play: Playbook, expert: str) -> JournalSeen:
    return said(play, JournalKind.ROBOT_LOADED, robot=expert, symbol="EURUSD", timeframe="H1")


def give_up(play: Playbook, *experts: str) -> None:
    """What a real terminal writes when a chart's symbol was not synchronised within about five minutes."""
    for expert in experts:
        named = {"robot": expert, "symbol": "EURUSD", "timeframe": "H1"}
        why = {"code": "0", "reason": "symbol synchronization timeout"}
        play >> said(play, JournalKind.ROBOT_INIT_FAILED, **named, **why)
        play >> said(play, JournalKind.ROBOT_REMOVED, **named)


def start_without_link(play: Playbook, mode: TradeMode, *experts: str, tells: bool = True) -> None:
    """Our start during an outage: the journal begins, experts are loaded, and no OnInit is called."""
    play.world.trade_mode = mode
    play.watch = replace(play.watch, trade_mode=mode)
    play >> play.absent() << StartTerminal
    comes_up_without_link(play, *experts, tells=tells)


def comes_up_without_link(play: Playbook, *experts: str, tells: bool = True) -> None:
    play.world.agent = False
    play >> play.spawned()
    play >> said(play, JournalKind.STARTED)
    for expert in ("Agent", *experts):
        play >> loaded(play, expert)
    if tells:
        play >> 1.0
        play >> no_connection(play)


def outage(play: Playbook, seconds: float) -> list[float]:
    """Let it last; restarts that come are carried out. Says when they came."""
    restarts, until = [], play.mono + seconds
    while play.mono < until:
        play._pass(0.5)
        if play._pending:
            play << CloseTerminal
            restarts.append(play.mono)
            play >> play.exited(0)
            play._pass(play.policy.backoff_max_s)
            play << StartTerminal
            comes_up_without_link(play)
    return restarts


def link_back(play: Playbook) -> None:
    play >> authorized(play)


def agent_comes(play: Playbook) -> None:
    play.world.agent = True
    play >> play.policy.check_interval_s + 1.0


# ---- waiting ------------------------------------------------------------------------------------------------------


@KINDS
@pytest.mark.parametrize("tells", [True, False])
def test_an_hours_outage_at_boot_is_waited_for_and_the_agent_comes_by_itself(live, mode, tells) -> None:
    start_without_link(live, mode, tells=tells)
    live >> live.policy.start_grace_s + 5.0
    assert live.open_kinds == {IncidentKind.BROKER_DISCONNECTED}
    assert len(outage(live, HOUR)) <= 2
    assert live.opened.count(IncidentKind.AGENT_MISSING) == 0
    assert live.opened.count(IncidentKind.NEEDS_PERSON) == 0
    link_back(live)
    assert IncidentKind.BROKER_DISCONNECTED not in live.open_kinds
    agent_comes(live)
    assert live.open_kinds == set()
    assert live.watch.state is State.HEALTHY, live.explain()


def test_the_outage_is_told_with_what_it_means_and_explained_once(live) -> None:
    start_without_link(live, TradeMode.REAL)
    live >> 900.0
    opened = [o for v in live.verdicts for o in v.opened if o.kind is IncidentKind.BROKER_DISCONNECTED]
    assert len(opened) == 1
    assert "open positions have only their stops at the broker" in opened[0].text
    assert "look at network and broker" in opened[0].next_step
    assert sum(decision.decided == "waits for the link" for decision in live.decisions) == 1
    assert live.watch.state is State.DEGRADED
    assert any("has no broker link yet" in line for line in live.lines)


def test_the_journals_word_of_a_login_ends_the_outage_before_the_agent_speaks(play) -> None:
    start_without_link(play, TradeMode.REAL)
    play >> play.policy.start_grace_s + 20.0
    assert play.open_kinds == {IncidentKind.BROKER_DISCONNECTED}
    link_back(play)
    assert play.open_kinds == set()
    assert play.decisions[-1].decided == "the link is there"
    assert any("broker link is up" in line for line in play.lines)


@pytest.mark.parametrize("policy", [Policy.live(), Policy.simulated()])
def test_starts_anew_during_an_outage_are_too_seldom_for_the_breaker(policy) -> None:
    assert ceil(policy.restart_window_s / policy.no_link_restart_s) < policy.restart_budget - 1


@KINDS
def test_a_night_without_a_link_starts_it_anew_now_and_then_and_never_opens_the_breaker(play, mode) -> None:
    start_without_link(play, mode)
    restarts = outage(play, HOUR)
    assert HOUR / play.policy.no_link_restart_s - 3 <= len(restarts) <= HOUR / play.policy.no_link_restart_s
    assert play.watch.state is not State.QUARANTINED
    assert IncidentKind.QUARANTINED not in play.opened
    assert IncidentKind.NEEDS_PERSON not in play.opened


def test_the_last_of_the_budget_is_kept_for_a_crash(play) -> None:
    start_without_link(play, TradeMode.DEMO)
    while play.mono - play.watch.process.first_seen_mono_s < play.policy.no_link_restart_s:
        spent = tuple(play.utc - n for n in range(play.policy.restart_budget - 1))
        play.watch = replace(play.watch, ladder=replace(play.watch.ladder, restarts_utc_s=spent))
        play >> 10.0
    play >> 30.0
    assert play.said("kept for a crash")
    assert budget_left(Turn(play.watch, play.now, play.policy, (), play.fleet)) == 1


def test_lines_that_come_before_the_process_is_seen_count(play) -> None:
    """A terminal that restarted by itself is seen by the next scan, its journal at once."""
    play.watch = replace(play.watch, trade_mode=TradeMode.DEMO)
    play.world.agent = False
    began = play.utc
    play >> said(play, JournalKind.STARTED)
    play >> no_connection(play)
    play.mono, play.utc = play.mono + 8.0, play.utc + 8.0
    play >> replace(play.seen(), started_utc_s=began)
    play >> play.policy.start_grace_s + 5.0
    assert play.open_kinds == {IncidentKind.BROKER_DISCONNECTED}


def test_a_link_that_is_lost_before_the_agent_could_begin_is_no_broken_start(play) -> None:
    start_without_link(play, TradeMode.DEMO, tells=False)
    play >> authorized(play)
    play >> 2.0
    play >> said(play, JournalKind.CONNECTION_LOST, login=str(ACCOUNT.login), benign="false")
    play >> play.policy.start_grace_s + 5.0
    assert IncidentKind.BROKER_DISCONNECTED in play.open_kinds
    assert IncidentKind.AGENT_MISSING not in play.opened


def test_an_agent_that_comes_without_a_link_is_judged_by_its_word_as_ever(play) -> None:
    """The other answer: OnInit is called without data."""
    play.world.connected = False
    play.world.agent = True
    play >> play.absent() << StartTerminal
    play >> play.spawned()
    play >> said(play, JournalKind.STARTED)
    play >> no_connection(play)
    play >> play.policy.login_grace_s + 1.0 << LogInAgain
    assert IncidentKind.BROKER_DISCONNECTED in play.open_kinds
    play.world.connected = True
    play >> authorized(play)
    play >> play.policy.check_interval_s + 1.0
    assert play.open_kinds == set()


# ---- the agent was given up ---------------------------------------------------------------------------------------


@KINDS
def test_an_agent_that_was_given_up_is_brought_back_once_the_link_is_there(live, mode) -> None:
    live.robot(123, "d1")
    start_without_link(live, mode, "Robot_123_a")
    live >> 300.0
    give_up(live, "Agent", "Robot_123_a")
    outage(live, 900.0)
    assert live.said("waits for the link")
    link_back(live)
    live << CloseTerminal
    assert "no position loses its robot" in live.last.reason
    missing = next(o for v in live.verdicts for o in v.opened if o.kind is IncidentKind.AGENT_MISSING)
    assert "open positions have only their stops at the broker" in missing.text
    assert "every robot is put back or named" in missing.next_step
    live >> live.exited(0)
    spent = len(live.watch.ladder.restarts_utc_s)
    live >> live.policy.backoff_max_s << StartTerminal
    assert len(live.watch.ladder.restarts_utc_s) <= spent + 1
    live.world.charts, live.world.beats = {}, {}
    live.world.agent = True
    live >> live.spawned()
    live >> said(live, JournalKind.STARTED)
    live >> authorized(live)
    live >> 10.0
    assert live.restores == [123]
    live.world.charts["Robot_123_a"], live.world.beats[123] = "EURUSD", "d1"
    live >> live.policy.check_interval_s + 5.0
    assert live.watch.state is State.HEALTHY, live.explain()
    assert live.open_kinds == set()


@KINDS
def test_an_agent_that_stays_away_after_the_link_came_is_brought_back_after_its_grace(play, mode) -> None:
    start_without_link(play, mode)
    play >> play.policy.start_grace_s + 20.0
    link_back(play)
    play >> play.policy.start_grace_s - 1.0
    assert IncidentKind.AGENT_MISSING not in play.opened
    play >> 1.0 << CloseTerminal


def missing_after_an_outage(play: Playbook, *experts: str, mode: TradeMode = TradeMode.REAL) -> None:
    start_without_link(play, mode, *experts)
    play >> play.policy.start_grace_s + 20.0
    link_back(play)


def test_a_robot_that_beat_in_this_life_keeps_the_guard(play) -> None:
    play.robot(123, "d1", beats=False)
    missing_after_an_outage(play)
    play >> play.beat(123, "d1")
    play >> play.policy.start_grace_s + 5.0
    assert {IncidentKind.AGENT_MISSING, IncidentKind.NEEDS_PERSON} <= play.open_kinds


@pytest.mark.parametrize("expert", ["Grid of somebody", "Robot_9_a"])
def test_an_expert_that_the_console_cannot_hear_keeps_the_guard(play, expert) -> None:
    missing_after_an_outage(play, expert)
    play >> play.policy.start_grace_s + 5.0
    assert IncidentKind.NEEDS_PERSON in play.open_kinds


def test_an_outage_alone_calls_nobody_even_with_an_expert_that_the_console_cannot_hear(play) -> None:
    start_without_link(play, TradeMode.REAL, "Grid of somebody")
    play >> play.policy.no_link_restart_s + 60.0
    assert IncidentKind.NEEDS_PERSON not in play.opened
    assert play.said("it waits for the link") or play.said("not restarted")


def test_another_account_keeps_the_guard(play) -> None:
    start_without_link(play, TradeMode.REAL)
    play >> play.policy.start_grace_s + 20.0
    play >> authorized(play, 5)
    play >> play.policy.start_grace_s + 5.0
    assert IncidentKind.NEEDS_PERSON in play.open_kinds


def test_a_life_whose_journal_was_not_read_from_its_start_keeps_the_guard(play) -> None:
    """An engine that adopts it knows only what comes from then on: a link that is out is waited for all the same."""
    play.watch = replace(play.watch, trade_mode=TradeMode.REAL)
    play.world.agent = False
    play >> play.seen()
    play >> no_connection(play)
    play >> play.policy.start_grace_s + 20.0
    assert play.open_kinds == {IncidentKind.BROKER_DISCONNECTED}
    link_back(play)
    play >> play.policy.start_grace_s + 5.0
    assert IncidentKind.NEEDS_PERSON in play.open_kinds


# ---- what it is not -----------------------------------------------------------------------------------------------


def test_a_missing_agent_of_an_account_that_is_in_is_restarted_as_before(play) -> None:
    start_without_link(play, TradeMode.DEMO, tells=False)
    play >> 1.0
    play >> authorized(play)
    play >> play.policy.start_grace_s - 1.0
    assert IncidentKind.AGENT_MISSING not in play.opened
    play >> 1.0 << CloseTerminal
    assert IncidentKind.AGENT_MISSING in play.open_kinds


@pytest.mark.parametrize("mode", [TradeMode.REAL, TradeMode.UNKNOWN])
def test_a_missing_agent_of_a_real_account_that_is_in_needs_a_person_as_before(play, mode) -> None:
    start_without_link(play, mode, tells=False)
    play >> authorized(play)
    play >> play.policy.start_grace_s + 5.0
    assert {IncidentKind.AGENT_MISSING, IncidentKind.NEEDS_PERSON} <= play.open_kinds
    give_up(play, "Agent")
    play >> 60.0


def test_a_journal_that_cannot_be_read_leaves_everything_as_before(play) -> None:
    play.watch = replace(play.watch, trade_mode=TradeMode.DEMO)
    play.world.agent = False
    play >> play.seen()
    play >> play.policy.start_grace_s + 0.5 << CloseTerminal
    assert IncidentKind.BROKER_DISCONNECTED not in play.opened


def test_a_word_of_the_journal_ends_a_call_that_was_a_mistake(play) -> None:
    play.watch = replace(play.watch, trade_mode=TradeMode.REAL)
    play.world.agent = False
    play >> play.seen()
    play >> play.policy.start_grace_s + 5.0
    assert IncidentKind.NEEDS_PERSON in play.open_kinds
    play >> no_connection(play)
    play >> play.policy.start_grace_s + 5.0
    assert play.open_kinds == {IncidentKind.BROKER_DISCONNECTED}


@KINDS
def test_a_refused_password_is_a_refusal_and_no_outage(live, mode) -> None:
    start_without_link(live, mode)
    live >> live.policy.start_grace_s + 5.0
    live >> said(live, JournalKind.AUTHORIZATION_FAILED, "failed (Invalid account)", login=str(ACCOUNT.login))
    live >> HOUR
    assert live.open_kinds == {IncidentKind.AUTH_FAILED}
    assert live.watch.state is State.DEGRADED
    live >> live.asked(ReleaseRequest(user_id=live.watch.user.user_id)) << CloseTerminal


def test_a_password_that_a_person_mended_in_the_terminal_ends_the_refusal(play) -> None:
    start_without_link(play, TradeMode.REAL, tells=False)
    play >> said(play, JournalKind.AUTHORIZATION_FAILED, "failed (Invalid account)", login=str(ACCOUNT.login))
    play >> 30.0
    assert IncidentKind.AUTH_FAILED in play.open_kinds
    play >> authorized(play)
    assert IncidentKind.AUTH_FAILED not in play.open_kinds
    agent_comes(play)
    assert play.open_kinds == set()


# ---- what holds everything holds this -----------------------------------------------------------------------------


def held_then_given_up(play: Playbook) -> None:
    start_without_link(play, TradeMode.REAL)
    play >> play.policy.start_grace_s + 20.0
    give_up(play, "Agent")


def test_observing_it_names_the_act_and_leaves_it(play) -> None:
    held_then_given_up(play)
    play.fleet = replace(play.fleet, mode=Mode.OBSERVE)
    link_back(play)
    play >> 60.0
    assert [d.decided for d in play.decisions if d.observed_only] == ["would: close and restart the terminal"]


def test_off_says_nothing_of_it(play) -> None:
    held_then_given_up(play)
    play.fleet = replace(play.fleet, mode=Mode.OFF)
    play.verdicts.clear()
    link_back(play)
    play >> play.policy.no_link_restart_s + 60.0
    assert (play.decisions, play.opened, play.lines) == ([], [], [])


def test_maintenance_holds_it_until_it_ends(play) -> None:
    held_then_given_up(play)
    play.watch = replace(play.watch, user=replace(play.watch.user, maintenance_until_utc_s=play.utc + 20))
    link_back(play)
    play >> 19.0
    assert play.said("held: maintenance")
    play >> 1.0 << CloseTerminal


@pytest.mark.parametrize("run", [Run.STOPPED, Run.SUSPENDED])
def test_what_nobody_wants_running_is_left_alone(play, run) -> None:
    held_then_given_up(play)
    play.watch = replace(play.watch, user=replace(play.watch.user, run=run))
    link_back(play)
    play >> play.policy.start_grace_s + 60.0


def test_two_processes_stop_it(play) -> None:
    held_then_given_up(play)
    play >> ProcessesConflict(user_id=play.watch.user.user_id, pids=(101, 202))
    link_back(play)
    play >> play.policy.no_link_restart_s + 60.0
    assert play.watch.state is State.CONFLICT


def test_a_wrong_identity_stops_it(play) -> None:
    held_then_given_up(play)
    play.watch = replace(play.watch, identity_wrong="login (agent) is 5, expected 100690024")
    link_back(play)
    play >> play.policy.no_link_restart_s + 60.0


def test_a_spent_budget_still_opens_the_breaker_for_a_missing_agent(play) -> None:
    held_then_given_up(play)
    spent = tuple(play.utc - n for n in range(play.policy.restart_budget))
    play.watch = replace(play.watch, ladder=replace(play.watch.ladder, restarts_utc_s=spent))
    link_back(play)
    assert play.watch.state is State.QUARANTINED
    play >> 120.0


def test_a_stop_latch_brings_the_terminal_back_and_no_robot(play) -> None:
    play.robot(123, "d1", beats=False)
    held_then_given_up(play)
    play.watch = replace(play.watch, user=replace(play.watch.user, stop_latched=True))
    link_back(play)
    play << CloseTerminal
    play >> play.exited(0)
    play >> play.policy.backoff_max_s << StartTerminal
    assert play.last.keep_experts == ()
    play.world.agent = True
    play >> play.spawned()
    play >> 60.0
    assert play.restores == []
