"""Robots: stale, frozen, missing, removed by hand, of another version, undesired; put back only after a start."""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.commands import CloseTerminal, StartTerminal
from mt5console.core.model.desired import RobotRun
from mt5console.core.model.ids import RobotId
from mt5console.core.model.observed import JournalKind
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import Mode, StartTerminalRequest, StopTerminalRequest
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.view import settled, terminal_known, terminal_view


def restarted(play) -> None:
    play.healthy() >> play.exited(-9) << StartTerminal
    play.verdicts.clear()


def test_a_silent_robot_on_its_chart_is_an_alert_and_never_redeployed(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.world.beats.clear()
    play >> play.policy.robot_stale_s + 1.0
    assert play.open_kinds == {IncidentKind.ROBOT_STALE}
    assert any(line.startswith("WARNING: EA heartbeat stale for robot 123") for line in play.lines)
    play >> 120.0
    assert sum("heartbeat stale" in line for line in play.lines) == 1
    assert play.restores == []
    play.world.beats[123] = "d1"
    play >> 2.0
    assert play.open_kinds == set()
    assert play.watch.state is State.HEALTHY


def test_the_alert_names_the_session_and_a_closed_market_alone_alarms_nobody(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.world.session_open = False
    play >> 60.0
    assert play.opened == []
    play.world.beats.clear()
    play >> play.policy.robot_stale_s + 1.0
    texts = [opened.text for verdict in play.verdicts for opened in verdict.opened]
    assert "the session of EURUSD is closed" in texts[0]


def test_a_robot_removed_from_its_chart_by_hand_is_asked_about(play) -> None:
    play.robot(123, "d1")
    play.healthy() >> play.journal(JournalKind.ROBOT_REMOVED, "expert removed", robot="Robot_123_a")
    play.world.charts.clear()
    play.world.beats.clear()
    play >> 30.0
    assert play.open_kinds == {IncidentKind.REMOVED_BY_HAND}
    assert play.restores == []
    assert play.robots[0].run is RobotRun.SUSPENDED
    (told,) = [verdict for verdict in play.verdicts if verdict.runs]
    assert [opened.kind for opened in told.opened] == [IncidentKind.REMOVED_BY_HAND]
    assert "robot 123 suspended" in [decision.decided for decision in told.decisions]
    view = terminal_view(play.watch, play.robots, play.now, play.policy, None, Mode.ON)
    assert [robot.state for robot in view.robots] == ["suspended"]
    assert (view.state, view.robots_check.evidence) == ("degraded", "suspended, removed by hand: robot 123")


def take_off(play) -> None:
    """A person takes the robot off its chart."""
    play >> play.journal(JournalKind.ROBOT_REMOVED, "expert removed", robot="Robot_123_a")
    play.world.charts.clear()
    play.world.beats.clear()


def removed_by_hand(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    take_off(play)
    play >> 30.0
    assert play.robots[0].run is RobotRun.SUSPENDED


def test_a_robot_removed_by_hand_does_not_come_back_with_its_terminal_and_is_asked_about_again(play) -> None:
    removed_by_hand(play)
    play >> play.asked(StopTerminalRequest(user_id=play.watch.user.user_id)) << CloseTerminal
    play >> play.exited(0)
    assert play.open_kinds == set()
    play.engine_dies()
    play >> play.absent()
    play >> play.asked(StartTerminalRequest(user_id=play.watch.user.user_id)) << StartTerminal
    assert play.last.keep_experts == ()
    play >> play.spawned()
    play >> 60.0
    assert play.restores == []
    assert play.open_kinds == {IncidentKind.REMOVED_BY_HAND}
    assert settled(play.watch, play.robots, play.now, play.policy)[0]


def test_a_robot_removed_by_hand_does_not_come_back_after_a_crash(play) -> None:
    removed_by_hand(play)
    play >> play.exited(-9) << StartTerminal
    play >> play.spawned()
    play >> 60.0
    assert play.restores == []
    assert play.open_kinds == {IncidentKind.REMOVED_BY_HAND}


def test_a_robot_that_a_person_puts_back_on_its_chart_is_wanted_again(play) -> None:
    removed_by_hand(play)
    play >> play.journal(JournalKind.ROBOT_LOADED, robot="Robot_123_a")
    play.world.charts["Robot_123_a"] = "EURUSD"
    play >> 2.0
    assert play.robots[0].run is RobotRun.SUSPENDED
    play.world.beats[123] = "d1"
    play >> 3.0
    assert play.robots[0].run is RobotRun.RUNNING
    assert play.open_kinds == set()
    assert play.said("robot 123 is wanted again")
    assert play.watch.state is State.HEALTHY


def test_a_deployment_ends_the_question(play) -> None:
    removed_by_hand(play)
    play.fleet = replace(play.fleet, deploying=frozenset({RobotId(123)}))
    play >> 5.0
    play.robot(124, "unused", beats=False)
    play.robots = (replace(play.robots[0], run=RobotRun.RUNNING),)
    play.world.charts["Robot_123_a"] = "EURUSD"
    play.world.beats[123] = "d1"
    play.fleet = replace(play.fleet, deploying=frozenset())
    play >> 5.0
    assert play.open_kinds == set()


def test_a_deployment_that_put_nothing_on_the_chart_leaves_it_suspended(play) -> None:
    removed_by_hand(play)
    play.fleet = replace(play.fleet, deploying=frozenset({RobotId(123)}))
    play >> 5.0
    play.robots = (replace(play.robots[0], run=RobotRun.RUNNING),)
    play.fleet = replace(play.fleet, deploying=frozenset())
    play >> 60.0
    assert play.robots[0].run is RobotRun.SUSPENDED
    assert play.open_kinds == {IncidentKind.REMOVED_BY_HAND}
    assert play.restores == []


def test_a_robot_that_was_forgotten_is_not_asked_about_any_more(play) -> None:
    removed_by_hand(play)
    play.robots = ()
    play >> 2.0
    assert play.open_kinds == set()


def test_a_removal_that_the_journal_tells_late_becomes_one_by_hand(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.world.charts.clear()
    play.world.beats.clear()
    play >> 30.0
    assert play.open_kinds == {IncidentKind.ROBOT_MISSING}
    play >> play.journal(JournalKind.ROBOT_REMOVED, "expert removed", robot="Robot_123_a")
    play >> 2.0
    assert play.open_kinds == {IncidentKind.REMOVED_BY_HAND}
    assert play.robots[0].run is RobotRun.SUSPENDED


def test_a_robot_that_was_put_back_after_a_start_can_be_removed_by_hand_later(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play >> play.exited(-9) << StartTerminal
    play.world.charts.clear()
    play.world.beats.clear()
    play >> play.spawned()
    play >> 5.0
    assert play.restores == [123]
    play.world.charts["Robot_123_a"] = "EURUSD"
    play.world.beats[123] = "d1"
    play >> 60.0
    take_off(play)
    play >> 30.0
    assert play.open_kinds == {IncidentKind.REMOVED_BY_HAND}


def test_removals_at_an_exit_suspend_nothing(play) -> None:
    """A28: the terminal writes the same word when it closes; its agent goes with its robots."""
    play.robot(123, "d1")
    play.healthy()
    take_off(play)
    play >> 0.5
    play.world.agent = False
    play >> 4.0
    play >> play.journal(JournalKind.EXITED, "shutdown with 0")
    play >> play.exited(0)
    play >> 10.0
    assert play.robots[0].run is RobotRun.RUNNING
    assert IncidentKind.REMOVED_BY_HAND not in play.opened


def test_removals_of_ours_suspend_nothing(play) -> None:
    """A deployment detaches the version before: the terminal's word for it comes late."""
    play.robot(123, "d1")
    play.healthy()
    play.fleet = replace(play.fleet, deploying=frozenset({RobotId(123)}))
    play.world.charts.clear()
    play.world.beats.clear()
    play >> play.journal(JournalKind.ROBOT_REMOVED, robot="Robot_123_a")
    play >> 20.0
    play.fleet = replace(play.fleet, deploying=frozenset())
    play >> 1.0
    play >> play.journal(JournalKind.ROBOT_REMOVED, robot="Robot_123_a")
    play >> 30.0
    assert play.open_kinds == {IncidentKind.ROBOT_MISSING}
    assert play.robots[0].run is RobotRun.RUNNING


def test_the_stop_latch_asks_about_nothing_and_its_end_asks_again(play) -> None:
    removed_by_hand(play)
    play.watch = replace(play.watch, user=replace(play.watch.user, stop_latched=True))
    play >> 5.0
    assert play.open_kinds == set()
    play.watch = replace(play.watch, user=replace(play.watch.user, stop_latched=False))
    play >> 5.0
    assert play.open_kinds == {IncidentKind.REMOVED_BY_HAND}


def test_a_watchdog_that_is_off_suspends_nothing(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.fleet = replace(play.fleet, mode=Mode.OFF)
    take_off(play)
    play >> 30.0
    assert play.robots[0].run is RobotRun.RUNNING


def test_a_robot_that_vanished_without_a_line_is_missing(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.world.charts.clear()
    play.world.beats.clear()
    play >> 30.0
    assert play.open_kinds == {IncidentKind.ROBOT_MISSING}
    assert play.restores == []


def test_an_account_switch_that_removes_and_loads_is_no_removal(play) -> None:
    play.robot(123, "d1")
    play.healthy() >> play.journal(JournalKind.ROBOT_REMOVED, robot="Robot_123_a")
    play.world.charts.clear()
    play >> 1.0
    play >> play.journal(JournalKind.ROBOT_LOADED, robot="Robot_123_a")
    play.world.charts["Robot_123_a"] = "EURUSD"
    play >> 10.0
    assert play.opened == []


def test_a_lost_profile_after_a_restart_is_restored_once_and_proven(play) -> None:
    play.robot(123, "d1")
    play.robot(124, "d2")
    restarted(play)
    play.world.charts.clear()
    play.world.beats.clear()
    play >> play.spawned()
    play >> play.policy.restore_after_s + 1.5
    assert sorted(play.restores) == [123, 124]
    play.fleet = replace(play.fleet, deploying=frozenset({RobotId(123), RobotId(124)}))
    play >> 5.0
    assert settled(play.watch, play.robots, play.now, play.policy)[0] is False
    play.world.charts.update({"Robot_123_a": "EURUSD", "Robot_124_a": "EURUSD"})
    play.world.beats.update({123: "d1", 124: "d2"})
    play >> 1.0
    play.fleet = replace(play.fleet, deploying=frozenset())
    play >> 5.0
    assert sorted(play.restores) == [123, 124]
    assert settled(play.watch, play.robots, play.now, play.policy) == (
        True,
        f"pid {play.watch.pid} runs, 100690024@XMGlobal-MT5 5 is in, all 2 robots beat",
    )
    assert play.watch.state is State.HEALTHY


def test_a_robot_that_could_not_be_put_back_is_named_and_the_start_is_settled(play) -> None:
    play.robot(123, "d1")
    restarted(play)
    play.world.charts.clear()
    play.world.beats.clear()
    play >> play.spawned()
    play >> 60.0
    assert play.restores == [123]
    assert play.open_kinds == {IncidentKind.ROBOT_MISSING}
    done, words = settled(play.watch, play.robots, play.now, play.policy)
    assert done
    assert "not back: robot 123" in words


def test_robots_that_come_back_with_their_profile_are_not_attached_twice(play) -> None:
    play.robot(123, "d1")
    restarted(play)
    play.world.beats.clear()
    play >> play.spawned()
    play >> 4.0
    play.world.beats[123] = "d1"
    play >> 20.0
    assert play.restores == []
    assert play.opened == []
    assert play.watch.state is State.HEALTHY


def test_nothing_is_put_back_before_the_account_is_in(play) -> None:
    play.robot(123, "d1")
    restarted(play)
    play.world.charts.clear()
    play.world.beats.clear()
    play.world.connected = False
    play >> play.spawned()
    play >> 8.0
    assert play.restores == []


def test_a_terminal_that_was_restarted_while_no_engine_looked_gets_its_robots_back(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.engine_dies()
    play.verdicts.clear()
    play.world.charts.clear()
    play.world.beats.clear()
    play >> play.seen()
    play >> play.policy.restore_after_s + 1.5
    assert play.restores == [123]


def test_a_robot_that_was_removed_while_no_engine_looked_is_not_put_back(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    started, pid = play.watch.process.started_utc_s, play.watch.pid
    play.engine_dies()
    play.verdicts.clear()
    play.world.charts.clear()
    play.world.beats.clear()
    play >> replace(play.seen(pid), started_utc_s=started)
    play >> 20.0
    assert play.restores == []
    assert play.open_kinds == {IncidentKind.ROBOT_MISSING}


def test_an_older_version_from_a_stale_profile_is_removed_and_the_right_one_put_back(play) -> None:
    play.robot(123, "d2")
    restarted(play)
    play.world.charts = {"Robot_123_b": "EURUSD"}
    play.world.beats = {123: "d1"}
    play >> play.spawned()
    play >> play.policy.restore_after_s + 1.5
    assert play.removals == ["Robot_123_b"]
    assert play.restores == []
    play.world.charts, play.world.beats = {}, {}
    play >> play.policy.restore_after_s + 1.5
    assert play.restores == [123]
    play.world.charts, play.world.beats = {"Robot_123_a": "EURUSD"}, {123: "d2"}
    play >> 6.0
    assert play.open_kinds == set()
    assert play.watch.state is State.HEALTHY


def test_an_older_deployment_in_the_same_slot_is_told_by_its_beats(play) -> None:
    play.robot(123, "d2")
    restarted(play)
    play.world.beats = {123: "d1"}
    play >> play.spawned()
    play >> play.policy.restore_after_s + 2.0
    assert play.removals == ["Robot_123_a"]


def test_both_versions_at_once_is_no_health_even_if_the_right_one_beats(play) -> None:
    play.robot(123, "d2")
    play.healthy()
    play.world.charts["Robot_123_b"] = "EURUSD"
    play >> play.policy.restore_after_s + 1.5
    assert play.removals == ["Robot_123_b"]
    assert IncidentKind.ROBOT_UNDESIRED in play.open_kinds
    play.world.charts.pop("Robot_123_b")
    play >> 2.0
    assert play.open_kinds == set()
    assert play.restores == []


def test_removals_that_do_not_help_end(play) -> None:
    play.robot(123, "d2")
    play.healthy()
    play.world.charts["Robot_123_b"] = "EURUSD"
    play >> 120.0
    assert len(play.removals) == play.policy.removal_tries
    assert play.said("removals did not help")


def test_a_robot_that_nobody_asked_for_is_taken_out(play) -> None:
    play.healthy()
    play.world.charts["Robot_999_a"] = "EURUSD"
    play.world.charts["SomebodysOwnExpert"] = "GBPUSD"
    play >> play.policy.robot_missing_s + 1.5
    assert play.removals == ["Robot_999_a"]
    assert play.open_kinds == {IncidentKind.ROBOT_UNDESIRED}
    play.world.charts.pop("Robot_999_a")
    play >> 2.0
    assert play.open_kinds == set()


def test_a_robot_under_deployment_is_neither_missing_nor_undesired(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.fleet = replace(play.fleet, deploying=frozenset({RobotId(123), RobotId(55)}))
    play.world.charts = {"Robot_123_b": "EURUSD", "Robot_55_a": "EURUSD"}
    play.world.beats = {123: "d9"}
    play >> 60.0
    assert (play.opened, play.removals, play.restores) == ([], [], [])


def test_a_suspended_robot_and_a_stop_latch_expect_no_beats(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.world.beats.clear()
    play >> 20.0
    assert play.open_kinds == {IncidentKind.ROBOT_STALE}
    play.robots = (replace(play.robots[0], run=RobotRun.SUSPENDED),)
    play >> 1.0
    assert play.open_kinds == set()
    play.robots = (replace(play.robots[0], run=RobotRun.RUNNING),)
    play.watch = replace(play.watch, user=replace(play.watch.user, stop_latched=True))
    play >> 60.0
    assert play.open_kinds == set()


def test_one_incident_for_a_frozen_terminal_and_none_for_its_robots(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.watch = replace(play.watch, user=replace(play.watch.user, maintenance_until_utc_s=play.utc + 900))
    play.world.agent = False
    play >> 60.0
    assert play.open_kinds == {IncidentKind.TERMINAL_FROZEN}


def test_observe_mode_puts_nothing_back_and_removes_nothing(play) -> None:
    play.robot(123, "d1")
    play.fleet = replace(play.fleet, mode=Mode.OBSERVE)
    play.world.charts = {"Robot_999_a": "EURUSD"}
    play.world.beats = {}
    play >> play.seen()
    play >> 20.0
    assert (play.restores, play.removals) == ([], [])
    observed = {decision.decided for decision in play.decisions if decision.observed_only}
    assert observed == {"would: put robot 123 back", "would: remove Robot_999_a"}


def test_the_view_and_the_known_terminal_tell_each_robot_apart(play) -> None:
    play.robot(123, "d1")
    play.robot(124, "d2", beats=False)
    play.robot(125, "d3", beats=False)
    play.world.charts["Robot_125_a"] = "EURUSD"
    play >> play.seen()
    play >> 1.0
    view = terminal_view(play.watch, play.robots, play.now, play.policy, None, Mode.ON)
    assert [robot.state for robot in view.robots] == ["beating", "missing", "stale"]
    assert view.robots_check.ok is None
    known = terminal_known(play.watch, play.robots, (), play.now, play.policy)
    assert known.beats[RobotId(123)].deployment_id == "d1"
    assert known.advances[RobotId(123)] >= 1
    assert known.blocked == ""


def test_a_new_engine_gives_adopted_robots_time_for_one_beat_before_it_alarms(play) -> None:
    play.robot(123, "d1")
    play >> play.seen()
    play >> play.policy.check_interval_s + 1.0
    pid, started = play.watch.process.pid, play.watch.process.started_utc_s
    play.verdicts.clear()
    play.engine_dies()
    play >> replace(play.seen(pid), started_utc_s=started) >> play.agent()
    assert play.opened == []
    assert not any("stale" in line for line in play.lines)
    play.world.beats.clear()
    play >> play.policy.robot_stale_s + 2.0
    assert play.opened == [IncidentKind.ROBOT_STALE]
