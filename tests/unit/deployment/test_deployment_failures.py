"""Deployments that must not end well: the right word, the right diagnosis, never two copies of the robot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.deployment.machine import cancel
from mt5console.core.deployment.plan import Leg, Step
from mt5console.core.model.desired import RobotRun
from mt5console.core.model.ids import DeploymentId, RobotId, Timeframe, UserId
from mt5console.core.model.observed import PositionSeen
from mt5console.core.model.records import IncidentKind, Outcome
from mt5console.core.terminal.protocol import inputs_hash
from tests.unit.deployment.deployment_world import OLD, ROBOT, Run, World, deploy, plan

NEW = DeploymentId("dep-new")


def assert_failed(state, cause):
    assert state.outcome is Outcome.FAILED
    assert state.diagnosis["cause"] == cause
    assert state.diagnosis["next_step"]
    assert len(state.diagnosis["points"]) == 9


def assert_partial(state, cause):
    assert state.outcome is Outcome.PARTIAL
    assert state.diagnosis["cause"] == cause
    assert state.incident is not None


def point(state, name):
    return next(p for p in state.diagnosis["points"] if p["point"] == name)


def is_new(robot):
    return robot.deployment_id == NEW


def test_a_source_that_does_not_compile_leaves_the_old_version_running():
    world = World(plan(old=True), compile_ok=False)
    state = deploy(world)
    assert_failed(state, "compile_error")
    assert point(state, "compiled successfully")["ok"] is False
    assert "undeclared identifier" in state.diagnosis["text"]
    assert state.active_after == OLD
    assert world.verbs() == ["symbol"]
    assert world.experts() == ["a"]


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ({"algo": False}, "algo_off"),
        ({"agent_permitted": False}, "agent_not_permitted"),
        ({"algo": False, "agent_permitted": False}, "algo_off"),
        ({"symbols": ("EURUSDm",)}, "unknown_symbol"),
        ({"login": 2002}, "wrong_account"),
        ({"identity_ok": False}, "wrong_account"),
        ({"connected": False}, "account_out"),
        ({"agent_alive": False}, "agent_dead"),
        ({"pid": None}, "terminal_down"),
        ({"stop_latched": True}, "stopped"),
        ({"blocked": "quarantined"}, "blocked"),
        ({"deaf_to": {"symbol"}}, "agent_dead"),
    ],
)
def test_preflight_refuses_before_anything_is_touched(fault, cause):
    world = World(plan(old=True), **fault)
    state = deploy(world)
    assert_failed(state, cause)
    assert state.active_after == OLD
    assert world.desired == OLD.deployment_id
    assert [command for command in world.commands if getattr(command, "verb", "") != "symbol"] == []


def test_an_agent_that_falls_silent_under_an_attach_is_named_and_not_the_restart_that_follows():
    world = World(plan(), deaf_to={"attach"})
    run = Run.start(world)
    run.until(lambda state: state.step is Step.ATTACH and state.phase == "sent")
    world.agent_alive = False
    run.until(lambda state: state.leg is Leg.BACK)
    world.kill_terminal()
    world.agent_alive = True
    world.start_terminal()
    state = run.finish()
    assert_failed(state, "agent_dead")
    assert world.experts() == []


def test_a_deploy_does_not_wait_for_the_restart_of_a_terminal_whose_agent_died():
    world = World(plan(), agent_alive=False)
    world.mono += 7.0
    run = Run.start(world)
    run.step()
    assert run.state.outcome is None
    world.kill_terminal()
    state = run.finish()
    assert_failed(state, "agent_dead")
    assert [stage.name for stage in state.stages] == ["preflight"]


def test_a_robot_that_neither_says_ready_nor_beats_lacks_the_include():
    state = deploy(World(plan(), says_ready=lambda robot: False, beats=lambda robot: False))
    assert_failed(state, "no_include")
    assert "Heartbeat.mqh" in state.diagnosis["next_step"]


def test_a_watch_only_account_is_never_deployed_to():
    made = plan()
    assert_failed(deploy(World(replace(made, user=replace(made.user, watch_only=True)))), "watch_only")


def test_a_magic_number_of_another_robot_is_refused():
    other = replace(ROBOT, robot_id=RobotId(8), run=RobotRun.RUNNING)
    assert_failed(deploy(World(plan(), others=(other,))), "magic_in_use")
    rival = replace(other, user_id=UserId(2))
    assert_failed(deploy(World(plan(), rivals=(rival,))), "magic_in_use")


def test_a_robot_that_was_only_registered_uses_no_magic_number_yet():
    other = replace(ROBOT, robot_id=RobotId(8))
    assert deploy(World(plan(), others=(other,))).outcome is Outcome.SUCCESS


def test_a_magic_number_of_somebody_elses_position_is_refused():
    foreign = PositionSeen(ticket=5, symbol="XAUUSD", magic=7007, volume=1.0, profit=0.0)
    assert_failed(deploy(World(plan(), positions=(foreign,))), "magic_in_use")


def test_a_failed_oninit_puts_the_old_version_back_and_proves_it():
    world = World(plan(old=True), init_fails=is_new)
    state = deploy(world)
    assert_failed(state, "init_failed")
    assert point(state, "terminal logs")["ok"] is False
    assert state.active_after == OLD
    assert world.experts() == ["a"]
    assert world.desired == OLD.deployment_id
    assert world.most_copies == 1
    names = [stage.name for stage in state.stages]
    assert names[-5:] == ["remove_new", "put_back_desired", "put_back_attach", "put_back_ready", "put_back_heartbeat"]


def test_a_failed_oninit_in_the_journal_does_not_wait_for_the_agents_word():
    world = World(plan(), init_fails=is_new, mute_about={"attach"})
    state = deploy(world)
    assert_failed(state, "init_failed")
    attach = next(stage for stage in state.stages if stage.name == "attach")
    assert attach.seconds < 5


def test_a_failed_oninit_of_a_first_version_ends_with_nothing_running():
    world = World(plan(), init_fails=is_new)
    state = deploy(world)
    assert_failed(state, "init_failed")
    assert state.active_after is None
    assert world.desired is None


def test_ready_that_never_comes_removes_the_new_and_puts_the_old_back():
    world = World(plan(old=True), says_ready=lambda robot: not is_new(robot))
    state = deploy(world)
    assert_failed(state, "timeout")
    assert world.experts() == ["a"]
    assert world.most_copies == 1
    assert state.ready_confirmed is False


def test_no_heartbeat_is_partial_with_entries_paused():
    world = World(plan(old=True), beats=lambda robot: not is_new(robot))
    state = deploy(world)
    assert_partial(state, "no_heartbeat")
    assert state.incident.kind is IncidentKind.ROBOT_PARTIAL
    assert state.ready_confirmed is True
    assert state.heartbeat_confirmed is False
    assert state.active_after == world.plan.target
    assert world.paused is True
    assert world.experts() == ["b"]


def test_two_beats_are_not_enough():
    world = World(plan(), beats=lambda robot: robot.sequence < 2)
    assert_partial(deploy(world), "no_heartbeat")


def test_a_robot_that_freezes_while_it_is_proven_is_partial():
    world = World(plan(), beats=lambda robot: robot.sequence < 6)
    state = deploy(world)
    assert_partial(state, "no_heartbeat")
    assert state.heartbeat_confirmed is True


def test_other_inputs_than_those_sent_are_partial():
    world = World(plan(), echo=lambda robot: inputs_hash((("Fast", "13"),)))
    state = deploy(world)
    assert_partial(state, "inputs_differ")
    assert point(state, "inputs echoed")["ok"] is False
    assert world.paused is True


def test_algo_trading_switched_off_during_the_proof_is_partial():
    world = World(plan())
    run = Run.start(world)
    run.until(lambda state: state.step == "proven")
    world.algo = False
    state = run.finish()
    assert_partial(state, "algo_off")
    assert "entries are paused" in state.incident.text


def test_a_flap_during_the_proof_fails_it():
    world = World(plan())
    run = Run.start(world)
    run.until(lambda state: state.step == "proven")
    world.algo = False
    run.step()
    world.algo = True
    assert_partial(run.finish(), "algo_off")


def test_a_robot_that_may_not_trade_itself_is_partial():
    assert_partial(deploy(World(plan(), robot_permitted=False)), "algo_off")


def test_a_restore_with_algo_trading_off_attaches_and_says_so():
    world = World(plan("restore", old=True), algo=False)
    state = deploy(world)
    assert_partial(state, "algo_off")
    assert world.paused is False
    assert state.active_after == OLD


def test_a_robot_without_the_include_is_partial_at_best():
    state = deploy(World(plan(), legacy=True))
    assert_partial(state, "no_include")
    assert state.diagnosis["text"] == "the source lacks the Mt5Console include"
    assert state.ready_confirmed is False


@pytest.mark.parametrize("code", ["expert_not_found", "expert_not_loaded"])
def test_a_slot_that_the_terminal_has_not_indexed_asks_for_a_restart(code):
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == "attach")
    world.refuse["attach"] = code
    run.until(lambda state: state.leg == "back")
    del world.refuse["attach"]
    state = run.finish()
    assert_failed(state, "restart_needed")
    assert "mt5console terminal restart 1" in state.diagnosis["text"]
    assert state.active_after == OLD
    assert world.experts() == ["a"]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("no_symbol", "unknown_symbol"),
        ("no_symbol_data", "no_symbol_data"),
        ("chart_limit", "chart_limit"),
        ("locked", "locked"),
        ("failed", "attach_failed"),
    ],
)
def test_an_attach_that_is_refused_ends_with_nothing_attached(code, cause):
    world = World(plan(), refuse={"attach": code})
    state = deploy(world)
    assert_failed(state, cause)
    assert world.experts() == []


def test_another_version_on_a_chart_is_detached_first():
    world = World(plan())
    run = Run.start(world)
    run.until(lambda state: "attach" in world.verbs())
    world.put(replace(OLD, slot="b"))
    state = run.finish()
    assert state.outcome is Outcome.SUCCESS
    assert world.verbs() == ["symbol", "attach", "detach", "attach"]
    assert world.most_copies == 1


def test_an_attach_without_a_reply_is_cancelled_and_the_charts_decide():
    world = World(plan(), deaf_to={"attach"})
    state = deploy(world)
    assert_failed(state, "timeout")
    assert "cancel" in world.verbs()


def test_an_attach_whose_reply_is_lost_is_found_on_its_chart():
    world = World(plan(), mute_about={"attach"}, says_ready=lambda robot: world.mono - robot.born > 25)
    assert deploy(world).outcome is Outcome.SUCCESS


def test_an_old_version_that_will_not_go_keeps_the_new_one_out():
    world = World(plan(old=True), refuse={"detach": "failed"})
    state = deploy(world)
    assert_failed(state, "detach_failed")
    assert "attach" not in world.verbs()
    assert state.active_after == OLD
    assert world.desired == OLD.deployment_id


def test_an_agent_that_dies_after_the_attach_was_sent_cannot_prove_anything():
    world = World(plan(old=True), says_ready=lambda robot: not is_new(robot))
    run = Run.start(world)
    run.until(lambda state: state.step == "ready")
    world.agent_alive = False
    state = run.finish()
    assert state.outcome is Outcome.PARTIAL
    assert state.incident.kind is IncidentKind.ROBOT_PARTIAL
    assert world.desired == OLD.deployment_id


def test_an_agent_that_dies_while_it_is_proven_leaves_it_partial():
    world = World(plan())
    run = Run.start(world)
    run.until(lambda state: state.step == "proven")
    world.agent_alive = False
    state = run.finish()
    assert_partial(state, "agent_dead")
    assert world.paused is True
    assert "its entries are paused" in state.incident.text


def test_an_agent_that_dies_before_the_detach_leaves_the_old_running_and_proven():
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == "detach")
    world.agent_alive = False
    state = run.finish()
    assert_failed(state, "agent_dead")
    assert state.active_after == OLD
    assert world.experts() == ["a"]


def test_a_terminal_that_dies_after_the_attach_comes_back_with_the_old_version():
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == "heartbeat")
    world.kill_terminal()
    for _ in range(10):
        run.step()
    world.start_terminal()
    state = run.finish()
    assert_failed(state, "terminal_died")
    assert state.active_after == OLD
    assert world.experts() == ["a"]


def test_a_restart_that_brings_the_new_version_back_removes_it_before_the_old_is_attached():
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == "proven")
    world.start_terminal(brings_back=world.plan.target)
    state = run.finish()
    assert_failed(state, "terminal_died")
    assert world.experts() == ["a"]
    assert world.most_copies == 1


def test_a_terminal_that_stays_dead_is_partial_and_the_old_version_stays_wanted():
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == "heartbeat")
    world.kill_terminal()
    state = run.finish()
    assert_partial(state, "terminal_died")
    assert state.incident.kind is IncidentKind.ROBOT_MISSING
    assert state.active_after == OLD


def test_a_first_version_in_a_terminal_that_dies_is_failed():
    world = World(plan())
    run = Run.start(world)
    run.until(lambda state: state.step == "proven")
    world.kill_terminal()
    state = run.finish()
    assert_failed(state, "terminal_died")
    assert state.active_after is None
    assert world.desired is None


def test_a_login_that_changes_stops_every_act():
    world = World(plan(old=True), says_ready=lambda robot: False)
    run = Run.start(world)
    run.until(lambda state: state.step == "ready")
    world.identity_ok = False
    before = len(world.commands)
    state = run.finish()
    assert_partial(state, "wrong_account")
    assert len(world.commands) == before


def test_the_stop_latch_in_mid_deployment_leaves_no_version_attached():
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == "heartbeat")
    world.stop_latched = True
    state = run.finish()
    assert_failed(state, "stopped")
    assert world.experts() == []
    assert world.desired is None
    assert state.active_after == OLD


def test_a_cancel_before_anything_was_touched_ends_at_once():
    world = World(plan(old=True))
    run = Run.start(world)
    run.take(cancel(run.state, world.known(), world.now))
    assert_failed(run.state, "cancelled")


def test_a_cancel_after_the_detach_puts_the_old_version_back():
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == "heartbeat")
    run.take(cancel(run.state, world.known(), world.now))
    state = run.finish()
    assert_failed(state, "cancelled")
    assert world.experts() == ["a"]
    assert world.most_copies == 1


def test_a_full_disk_fails_before_anything_is_touched():
    world = World(plan(old=True), act_failure="disk_full")
    state = deploy(world)
    assert_failed(state, "disk_full")
    assert world.experts() == ["a"]


def test_an_old_version_that_does_not_come_back_is_partial_and_named():
    world = World(plan(old=True), init_fails=lambda robot: robot.chart_id > 1)
    state = deploy(world)
    assert_partial(state, "init_failed")
    assert state.incident.kind is IncidentKind.ROBOT_MISSING
    assert state.active_after == OLD


def test_a_robot_on_the_wrong_chart_is_partial():
    made = plan()
    world = World(replace(made, robot=replace(made.robot, timeframe=Timeframe.M5)))
    run = Run.start(world)
    run.until(lambda state: "attach" in world.verbs())
    command, until = world.inbox[-1]
    world.inbox[-1] = (replace(command, template=replace(command.template, timeframe=Timeframe.H4)), until)
    assert_partial(run.finish(), "wrong_chart")
