"""An agent that never comes: a few restarts, then the breaker, in however long a time; and what counts anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.model.commands import CloseTerminal, StartTerminal
from mt5console.core.model.ids import TradeMode
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import ReleaseRequest, RestartTerminalRequest
from mt5console.core.watchdog.states import State


def without_agent(play):
    """A demo account's terminal that runs and whose agent never speaks."""
    play.watch = replace(play.watch, trade_mode=TradeMode.DEMO)
    play.world.agent = False
    play >> play.seen()
    return play


def restart_for_the_agent(play) -> None:
    """The grace passes in vain: closed, ended and started again."""
    play >> play.policy.start_grace_s + 0.5 << CloseTerminal
    play >> play.exited(0)
    if not play._pending:
        play._pass(play.policy.backoff_max_s)
    play << StartTerminal
    play >> play.spawned()


def test_an_agent_that_never_comes_opens_the_breaker_after_two_restarts_also_where_the_window_has_no_room(live) -> None:
    without_agent(live)
    restart_for_the_agent(live)
    restart_for_the_agent(live)
    live >> 3600.0
    assert live.watch.state is State.QUARANTINED
    assert live.watch.pid is not None
    assert len(live.watch.ladder.restarts_utc_s) < live.policy.restart_budget
    (incident,) = (o for v in live.verdicts for o in v.opened if o.kind is IncidentKind.QUARANTINED)
    assert "its agent did not come, and 2 restarts in a row did not bring it" in incident.text
    assert "agent_symbol in settings.toml; then restart the engine" in incident.text


def test_the_count_survives_the_engine(play) -> None:
    without_agent(play)
    restart_for_the_agent(play)
    restart_for_the_agent(play)
    pid, started = play.watch.pid, play.watch.process.started_utc_s
    play.engine_dies()
    play >> replace(play.seen(pid), started_utc_s=started)
    play >> play.policy.start_grace_s + 1.0
    assert play.watch.state is State.QUARANTINED


def test_a_terminal_that_was_up_in_between_counts_anew(play) -> None:
    without_agent(play)
    restart_for_the_agent(play)
    restart_for_the_agent(play)
    play.world.agent = True
    play >> 4.0
    assert (play.watch.state, play.watch.ladder.agentless) == (State.HEALTHY, 0)
    play >> play.policy.restart_window_s
    play.world.agent = False
    play >> play.exited(-9) << StartTerminal
    play >> play.spawned()
    restart_for_the_agent(play)
    assert play.watch.ladder.agentless == 1


@pytest.mark.parametrize("ask", [ReleaseRequest, RestartTerminalRequest])
def test_a_person_who_mended_the_symbol_is_given_all_tries_again(play, ask) -> None:
    without_agent(play)
    restart_for_the_agent(play)
    restart_for_the_agent(play)
    if ask is ReleaseRequest:
        play >> play.policy.start_grace_s + 1.0
        assert play.watch.state is State.QUARANTINED
        play >> play.asked(ask(user_id=play.watch.user.user_id)) << CloseTerminal
        assert play.watch.ladder.agentless == 1
    else:
        play >> play.asked(ask(user_id=play.watch.user.user_id)) << CloseTerminal
        assert play.watch.ladder.agentless == 0


def test_an_outage_of_the_fleet_is_no_missing_agent(play) -> None:
    without_agent(play)
    out = frozenset({play.watch.user.user_id})
    play.fleet = replace(play.fleet, total=1, disconnected=out)
    play.policy = replace(play.policy, fleet_out_least=1)
    for _ in range(play.policy.agentless_restarts + 1):
        restart_for_the_agent(play)
    assert play.watch.ladder.agentless == 0


def test_the_incident_says_that_the_engine_reads_the_symbol_at_its_start(play) -> None:
    without_agent(play)
    play >> play.policy.start_grace_s + 0.5 << CloseTerminal
    (incident,) = (o for v in play.verdicts for o in v.opened if o.kind is IncidentKind.AGENT_MISSING)
    assert "then restart the engine" in incident.next_step


def test_an_agent_that_nobody_could_hear_is_not_missing(play) -> None:
    play.fleet = replace(play.fleet, unread_s=play.policy.agent_stale_s)
    without_agent(play) >> play.policy.start_grace_s + 60.0
    assert play.open_kinds == set()
    play.fleet = replace(play.fleet, unread_s=0.0)
    play >> 0.5 << CloseTerminal


def test_an_agent_that_was_not_heard_gets_its_time_anew(play) -> None:
    play.healthy()
    play.world.agent = False
    play.fleet = replace(play.fleet, unread_s=play.policy.agent_stale_s)
    play >> 120.0
    assert play.open_kinds == set()
    assert [line for line in play.lines if "is not heard" in line] == [play.lines[-1]]
    play.fleet = replace(play.fleet, unread_s=0.0)
    play >> play.policy.check_interval_s
    play.world.agent = True
    play >> 60.0
    assert play.open_kinds == set()
