"""A living terminal that is frozen, mute, agentless, updating or not writable: the ladder and its guard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.model.commands import CloseTerminal, KillTerminal, ReattachProbe, StartTerminal
from mt5console.core.model.facts import ProcessesConflict, StorageSeen
from mt5console.core.model.ids import TradeMode
from mt5console.core.model.observed import JournalKind, PositionSeen, ProbeProblem
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import Mode, ReleaseRequest
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.view import probe_wanted, terminal_view

POSITION = PositionSeen(ticket=1, symbol="EURUSD", magic=7, volume=0.1, profit=-3.0)


def freeze(play) -> None:
    play.world.agent = False
    play.verdicts.clear()


def test_a_frozen_terminal_is_closed_killed_and_restarted_after_its_failures(play) -> None:
    play.healthy()
    freeze(play)
    play >> play.policy.freeze_acts_after_s - 0.5
    assert play.watch.state is State.DEGRADED
    play >> 1.0 << CloseTerminal
    play >> play.policy.close_wait_s - 0.5
    assert play.watch.state is State.CLOSING
    play >> 0.5 << KillTerminal
    play >> play.exited(-9) << StartTerminal
    play.world.agent = True
    play >> play.spawned()
    play >> 4.0
    assert play.watch.state is State.HEALTHY
    assert play.opened.count(IncidentKind.TERMINAL_FROZEN) == 1
    assert play.open_kinds == set()
    assert len(play.watch.ladder.restarts_utc_s) == 1


def test_a_frozen_terminal_that_speaks_again_in_time_is_left_alone(play) -> None:
    play.healthy()
    freeze(play)
    play >> play.policy.agent_stale_s + 2.0
    play.world.agent = True
    play >> 30.0
    assert play.watch.state is State.HEALTHY
    assert play.opened == []


def beats_go_on(play, seconds: float) -> None:
    """The agent is silent, and robot 123 beats every second."""
    for _ in range(int(seconds)):
        play >> play.beat(123, "d1")
        play >> 1.0


def test_a_terminal_whose_robots_beat_is_not_frozen_when_its_agents_chart_is_closed(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    freeze(play)
    beats_go_on(play, 120.0)
    assert play.open_kinds == {IncidentKind.AGENT_MISSING}
    (incident,) = (opened for verdict in play.verdicts for opened in verdict.opened)
    assert "closed the agent's chart" in incident.text
    assert "the agent comes with the start" in incident.next_step
    assert sum(decision.decided == "not restarted" for decision in play.decisions) == 1
    assert (play.watch.state, play.watch.ladder.restarts_utc_s) == (State.DEGRADED, ())
    play.world.agent = True
    play >> 4.0
    assert (play.watch.state, play.open_kinds) == (State.HEALTHY, set())


def test_once_the_robots_fall_silent_as_well_the_terminal_is_judged_as_frozen_with_its_full_patience(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    freeze(play)
    beats_go_on(play, 60.0)
    play >> play.policy.robot_stale_s + 0.5
    assert IncidentKind.AGENT_MISSING not in play.open_kinds
    patience_s = (play.policy.failures_before_freeze_acts - 1) * play.policy.check_interval_s
    play >> patience_s - 2.0
    assert IncidentKind.TERMINAL_FROZEN not in play.open_kinds
    play >> 2.5 << CloseTerminal
    assert IncidentKind.TERMINAL_FROZEN in play.open_kinds


def test_robots_that_beat_again_end_a_freeze_that_waited_for_a_person(play) -> None:
    play.world.trade_mode, play.world.positions = TradeMode.REAL, (POSITION,)
    play.robot(123, "d1")
    play.healthy()
    freeze(play)
    play >> 60.0
    assert {IncidentKind.TERMINAL_FROZEN, IncidentKind.NEEDS_PERSON} <= play.open_kinds
    beats_go_on(play, 30.0)
    assert play.open_kinds - {IncidentKind.ROBOT_STALE} == {IncidentKind.AGENT_MISSING}


def test_after_the_engines_death_robots_still_tell_that_the_terminal_is_not_frozen(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    pid, started, last_word = play.watch.pid, play.watch.process.started_utc_s, play.agent()
    play.world.agent = False
    beats_go_on(play, 30.0)
    play.engine_dies()
    play >> replace(play.seen(pid), started_utc_s=started)
    play >> replace(last_word, age_s=30.0)
    beats_go_on(play, 120.0)
    assert play.open_kinds == {IncidentKind.AGENT_MISSING}


def test_a_probe_is_not_asked_of_a_frozen_terminal(play) -> None:
    play.healthy()
    assert probe_wanted(play.watch, play.now, play.policy)
    freeze(play)
    play >> play.policy.agent_stale_s + 0.5
    assert not probe_wanted(play.watch, play.now, play.policy)


def test_the_machines_sleep_is_no_freeze(play) -> None:
    play.healthy()
    play.mono += 3600.0
    play.utc += 3600.0
    play.feed(None)
    play >> 10.0
    assert play.opened == []
    assert play.watch.state is State.HEALTHY


@pytest.mark.parametrize(
    ("mode", "positions", "waits"),
    [
        (TradeMode.REAL, (POSITION,), True),
        (TradeMode.REAL, None, True),
        (TradeMode.UNKNOWN, (), False),
        (TradeMode.UNKNOWN, (POSITION,), True),
        (TradeMode.REAL, (), False),
        (TradeMode.DEMO, (POSITION,), False),
        (TradeMode.DEMO, None, False),
        (TradeMode.CONTEST, (POSITION,), False),
    ],
)
def test_the_guard_of_a_living_terminal_with_positions(play, mode, positions, waits) -> None:
    play.world.trade_mode, play.world.positions = mode, positions
    play.healthy()
    freeze(play)
    if waits:
        play >> 60.0
        assert IncidentKind.NEEDS_PERSON in play.open_kinds
        assert play.said("waits for a person")
    else:
        play >> play.policy.freeze_acts_after_s + 1.0 << CloseTerminal


def test_the_guards_patience_ends_when_a_person_releases_it(play) -> None:
    play.world.trade_mode, play.world.positions = TradeMode.REAL, (POSITION,)
    play.healthy()
    freeze(play)
    play >> 30.0
    play >> play.asked(ReleaseRequest(user_id=play.watch.user.user_id)) << CloseTerminal
    assert IncidentKind.NEEDS_PERSON in play.cleared


def test_a_living_terminal_whose_budget_is_spent_is_quarantined_and_not_closed(play) -> None:
    play.healthy()
    spent = tuple(play.utc - n for n in range(play.policy.restart_budget))
    play.watch = replace(play.watch, ladder=replace(play.watch.ladder, restarts_utc_s=spent))
    freeze(play)
    play >> 60.0
    assert play.watch.state is State.QUARANTINED
    assert play.watch.pid is not None


def test_a_full_disk_explains_the_silence_and_nothing_is_restarted(play) -> None:
    play.healthy()
    freeze(play)
    play >> StorageSeen(user_id=play.watch.user.user_id, free_bytes=0, error="no space left on device")
    play >> 60.0
    assert {IncidentKind.DISK_FULL, IncidentKind.TERMINAL_FROZEN} == play.open_kinds
    assert play.said("which a restart does not mend")
    play >> StorageSeen(user_id=play.watch.user.user_id, free_bytes=10**9)
    play.world.agent = True
    play >> 4.0
    assert play.open_kinds == set()


def test_an_agent_that_never_comes_is_an_incident_and_a_restart_by_policy(play) -> None:
    play.watch = replace(play.watch, trade_mode=TradeMode.DEMO)
    play.world.agent = False
    play >> play.seen()
    play >> play.policy.start_grace_s - 0.5
    assert play.opened == []
    play >> 1.0 << CloseTerminal
    assert IncidentKind.AGENT_MISSING in play.open_kinds


def test_an_agent_that_never_comes_on_an_unknown_account_needs_a_person(play) -> None:
    play.world.agent = False
    play >> play.seen()
    play >> 120.0
    assert {IncidentKind.AGENT_MISSING, IncidentKind.NEEDS_PERSON} == play.open_kinds


def test_dead_ipc_is_reattached_and_then_heals(play) -> None:
    play.healthy()
    play.world.probe = False
    play >> play.probe_failed() << ReattachProbe
    play >> 2.0
    assert play.watch.state is State.DEGRADED
    play.world.probe = True
    play >> play.policy.check_interval_s + 1.0
    assert play.watch.state is State.HEALTHY
    assert play.opened == []
    assert any(
        line.startswith("INFO: MT5 connection recovered successfully. Account: 100690024") for line in play.lines
    )


def test_ipc_that_stays_dead_reaches_the_restart_rung(play) -> None:
    play.healthy()
    play.world.probe = False
    for _ in range(play.policy.ipc_reattach_tries):
        play >> play.probe_failed() << ReattachProbe
        play >> 2.0
    play >> play.probe_failed() << CloseTerminal
    assert IncidentKind.IPC_DEAD in play.open_kinds
    play >> play.exited(0) << StartTerminal
    play.world.probe = True
    play >> play.spawned()
    play >> 5.0
    assert play.open_kinds == set()
    assert play.watch.state is State.HEALTHY


def test_a_login_that_is_pending_is_a_matter_of_the_account(play) -> None:
    play.healthy()
    play.world.probe, play.world.login = False, 0
    play >> 0.5
    for _ in range(6):
        play >> play.probe_failed(ProbeProblem.LOGIN_PENDING)
    assert play.watch.ipc.reattaches == 0


def test_a_login_that_is_pending_in_a_brokers_outage_restarts_no_healthy_terminal(play) -> None:
    play.healthy()
    play.world.probe, play.world.connected = False, False
    play >> 0.5
    for _ in range(6):
        play >> play.probe_failed(ProbeProblem.LOGIN_PENDING)
    assert (play.watch.ipc.failures, play.watch.ipc.reattaches) == (0, 0)


def test_a_login_that_stays_pending_though_the_account_is_in_is_a_matter_of_ipc(play) -> None:
    play.healthy()
    play.world.probe = False
    play >> play.probe_failed(ProbeProblem.LOGIN_PENDING) << ReattachProbe


def test_not_running_is_left_to_the_process_scan(play) -> None:
    play.healthy()
    play.world.probe = False
    for _ in range(6):
        play >> play.probe_failed(ProbeProblem.NOT_RUNNING)
    assert play.watch.ipc.reattaches == 0


def test_a_version_that_does_not_fit_is_not_mended_by_restarts(play) -> None:
    play.healthy()
    play.world.probe = False
    for _ in range(6):
        play >> play.probe_failed(ProbeProblem.VERSION)
    play >> 10.0
    assert play.open_kinds == {IncidentKind.IPC_DEAD}


def test_a_fault_of_our_own_python_is_told_and_restarts_nothing(play) -> None:
    play.healthy()
    play.world.probe = False
    for _ in range(play.policy.ipc_reattach_tries):
        play >> play.probe_failed(ProbeProblem.OWN_SIDE)
        play >> play.policy.check_interval_s
    assert play.opened == []
    for _ in range(10):
        play >> play.probe_failed(ProbeProblem.OWN_SIDE)
        play >> play.policy.check_interval_s
    assert play.open_kinds == {IncidentKind.IPC_DEAD}
    (incident,) = (opened for verdict in play.verdicts for opened in verdict.opened)
    assert "own side" in incident.text
    assert "mt5console doctor" in incident.next_step
    assert (play.watch.state, play.watch.ladder.restarts_utc_s) == (State.DEGRADED, ())
    play.world.probe = True
    play >> play.policy.check_interval_s + 1.0
    assert (play.watch.state, play.open_kinds) == (State.HEALTHY, set())


@pytest.mark.parametrize("ours", [ProbeProblem.OWN_SIDE, ProbeProblem.VERSION])
def test_what_our_own_side_failed_counts_towards_no_restart(play, ours) -> None:
    play.healthy()
    play.world.probe = False
    for _ in range(10):
        play >> play.probe_failed(ours)
    for _ in range(play.policy.ipc_reattach_tries):
        play >> play.probe_failed(ProbeProblem.HUNG) << ReattachProbe
        play >> play.probe_failed(ours)
    play >> play.probe_failed(ProbeProblem.HUNG) << CloseTerminal


def test_a_live_update_is_left_alone_and_the_terminal_comes_back_by_itself(play) -> None:
    play.robot(123, "d1")
    play.healthy() >> play.journal(JournalKind.UPDATE_STARTED)
    play >> play.journal(JournalKind.EXITED)
    play >> play.exited(0)
    assert play.watch.state is State.UPDATING
    play >> play.policy.update_deadline_s - 1.0
    play >> play.absent(updater=True)
    play >> play.seen()
    play >> 4.0
    assert play.watch.state is State.HEALTHY
    assert play.watch.ladder.restarts_utc_s == ()
    assert play.opened == []


def test_the_updaters_process_alone_explains_an_exit(play) -> None:
    play.healthy() >> play.exited(0, updater=True)
    assert play.watch.state is State.UPDATING


def test_an_updater_that_runs_is_left_alone_also_when_the_journal_told_of_a_shutdown(play) -> None:
    play.healthy() >> play.journal(JournalKind.SYSTEM_SHUTDOWN)
    play >> play.exited(0, updater=True)
    play >> play.policy.update_deadline_s - 1.0
    assert play.watch.state is State.UPDATING


def test_an_update_that_never_ends_is_an_incident_and_a_restart(play) -> None:
    play.healthy() >> play.exited(0, updater=True)
    play >> play.policy.update_deadline_s - 0.5
    play >> 0.5 << StartTerminal
    assert IncidentKind.UPDATE_STUCK in play.open_kinds
    play >> play.spawned()
    play >> 4.0
    assert play.open_kinds == set()


def test_an_agent_that_did_not_come_back_after_an_update_is_restarted_by_policy(play) -> None:
    play.healthy() >> play.exited(0, updater=True)
    play.world.agent = False
    play >> play.seen()
    play >> play.policy.start_grace_s + 0.5 << CloseTerminal
    assert IncidentKind.AGENT_MISSING in play.open_kinds


def test_two_processes_stop_every_act_until_one_is_left(play) -> None:
    play.healthy()
    user_id = play.watch.user.user_id
    play >> ProcessesConflict(user_id=user_id, pids=(101, 202))
    play >> 120.0
    assert play.watch.state is State.CONFLICT
    assert play.open_kinds == {IncidentKind.TWO_PROCESSES}
    play >> play.seen(202)
    play >> 4.0
    assert play.watch.state is State.HEALTHY
    assert play.open_kinds == set()


def test_a_process_that_no_kill_ends_is_an_incident(play) -> None:
    play.healthy()
    freeze(play)
    play >> play.policy.freeze_acts_after_s + 1.0 << CloseTerminal
    play >> play.policy.close_wait_s << KillTerminal
    play >> 60.0
    assert IncidentKind.TERMINAL_FROZEN in play.open_kinds
    assert play.watch.state is State.CLOSING


def test_observing_a_frozen_terminal_names_the_act_and_leaves_it(play) -> None:
    play.healthy()
    play.fleet = replace(play.fleet, mode=Mode.OBSERVE)
    freeze(play)
    play >> 60.0
    assert [d.decided for d in play.decisions if d.observed_only] == ["would: close and restart the terminal"]


def test_a_recovery_that_the_engines_death_interrupted_is_carried_through(play) -> None:
    play.healthy()
    freeze(play)
    play >> play.policy.freeze_acts_after_s + 1.0 << CloseTerminal
    play.engine_dies()
    play >> play.absent() << StartTerminal
    assert play.watch.user.run.value == "running"


def test_the_view_shows_the_evidence_of_a_freeze(play) -> None:
    play.healthy()
    freeze(play)
    play >> play.policy.agent_stale_s + 1.0
    view = terminal_view(play.watch, play.robots, play.now, play.policy, None, Mode.ON)
    assert view.process.ok is True
    assert view.ipc.ok is False
    assert "silent for 6 s" in view.ipc.evidence
    assert view.positions is None
    assert view.trade_allowed is None
