"""A deployment's happy ways: a first version, a swap, a restore, a removal, a dry run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.deployment.machine import begin
from mt5console.core.deployment.record import to_record
from mt5console.core.deployment.shape import deploy_shape
from mt5console.core.model.commands import PromoteSource, SendAgentCommand, WriteDesired
from mt5console.core.model.ids import Account, DeploymentId
from mt5console.core.model.observed import PositionSeen
from mt5console.core.model.records import Outcome
from tests.unit.deployment.deployment_world import OLD, USER, Run, World, deploy, plan

STAGES = ["preflight", "write", "compile", "detach", "desired", "attach", "ready", "heartbeat", "proven", "promote"]


def test_a_first_deployment_is_proven_and_becomes_the_version_that_should_run():
    world = World(plan())
    state = deploy(world)
    assert state.outcome is Outcome.SUCCESS
    assert state.active_after == world.plan.target
    assert (state.chart_opened, state.ready_confirmed, state.heartbeat_confirmed) == (True, True, True)
    assert [stage.name for stage in state.stages] == STAGES
    assert {stage.outcome for stage in state.stages} == {"passed", "skipped"}
    assert state.diagnosis is None
    assert state.incident is None
    assert world.verbs() == ["symbol", "attach"]
    assert world.desired == DeploymentId("dep-new")


def test_success_takes_the_ten_seconds_of_watching():
    world = World(plan())
    begun = world.mono
    state = deploy(world)
    proven = next(stage for stage in state.stages if stage.name == "proven")
    assert proven.seconds >= 10.0
    assert world.mono - begun < 20.0


def test_the_attach_carries_the_traders_inputs_and_the_consoles():
    world = World(plan())
    deploy(world)
    attach = next(c for c in world.commands if isinstance(c, SendAgentCommand) and c.verb == "attach")
    assert attach.template is not None
    assert attach.template.inputs == (
        ("Fast", "12"),
        ("Mt5ConsoleDeployment", "dep-new"),
        ("Mt5ConsoleRobotId", "7"),
        ("Mt5ConsoleMagic", "7007"),
    )
    assert attach.template.expert == "Mt5Console\\Robot_7_a"


def test_a_swap_sees_the_old_gone_before_the_new_is_attached():
    world = World(plan(old=True))
    state = deploy(world)
    assert state.outcome is Outcome.SUCCESS
    assert world.verbs() == ["symbol", "detach", "attach"]
    assert world.experts() == ["b"]
    assert world.most_copies == 1
    names = [type(command).__name__ for command in world.commands]
    assert names.index("WriteDesired") > 3
    assert any(isinstance(command, PromoteSource) for command in world.commands)


def test_a_restore_attaches_the_proven_version_without_compiling():
    world = World(plan("restore", old=True))
    state = deploy(world)
    assert state.outcome is Outcome.SUCCESS
    assert state.active_after == OLD
    assert world.verbs() == ["symbol", "attach"]
    assert [stage.name for stage in state.stages] == [s for s in STAGES if s not in ("write", "compile", "promote")]


def test_a_restore_leaves_the_very_version_alone_when_the_profile_brought_it_back():
    world = World(plan("restore", old=True))
    world.put(OLD)
    world.tick()
    state = deploy(world)
    assert state.outcome is Outcome.SUCCESS
    assert "attach" not in world.verbs()
    assert "detach" not in world.verbs()


def test_a_restore_takes_an_older_version_off_its_chart_first():
    world = World(plan("restore", old=True))
    world.put(replace(OLD, deployment_id=DeploymentId("dep-older"), slot=world.plan.slot))
    world.tick()
    assert deploy(world).outcome is Outcome.SUCCESS
    assert world.verbs() == ["symbol", "detach", "attach"]
    assert world.experts() == ["a"]
    assert world.most_copies == 1


def test_an_old_ready_of_the_same_deployment_does_not_count_for_a_restore():
    world = World(plan("restore", old=True))
    world.put(OLD)
    world.charts.clear()
    world.says_ready = lambda robot: False
    world.beats = lambda robot: False
    state = deploy(world)
    assert state.outcome is Outcome.FAILED
    assert state.ready_confirmed is False
    assert state.active_after == OLD
    assert state.incident is not None
    assert state.incident.kind.value == "robot_missing"


def test_a_removal_names_nobody_first_then_sees_the_robot_gone():
    world = World(plan("remove", old=True))
    state = deploy(world)
    assert state.outcome is Outcome.SUCCESS
    assert state.active_after is None
    assert isinstance(world.commands[0], WriteDesired)
    assert world.commands[0].permit is None
    assert world.experts() == []


def test_a_robot_of_a_stopped_terminal_can_be_removed():
    world = World(plan("remove", old=True))
    world.kill_terminal()
    assert deploy(world).outcome is Outcome.SUCCESS


def test_a_removal_works_while_the_stop_latch_stands():
    world = World(plan("remove", old=True), stop_latched=True)
    assert deploy(world).outcome is Outcome.SUCCESS


def test_a_removal_that_cannot_be_seen_fails_and_says_that_it_may_open_nothing():
    world = World(plan("remove", old=True), agent_alive=False)
    state = deploy(world)
    assert state.outcome is Outcome.FAILED
    assert state.incident is not None
    assert world.desired is None


def test_a_dry_run_tells_the_changes_and_changes_nothing():
    world = World(plan(old=True, dry_run=True))
    state = deploy(world)
    assert state.outcome is None
    assert state.diagnosis is None
    assert world.verbs() == ["symbol"]
    assert len(world.commands) == 1
    shape = deploy_shape(to_record(state))
    assert shape["status"] == "DRY_RUN"
    assert shape["changes"]["source_hash"] == {"old": "old", "new": "new"}
    assert shape["changes"]["inputs"] == [{"name": "Fast", "old": "5", "new": "12"}]
    assert shape["changes"]["detach"] == ["Mt5Console\\Robot_7_a on EURUSD,H1"]


def test_a_dry_run_names_what_stands_in_the_way():
    state = deploy(World(plan(dry_run=True), algo=False))
    assert state.outcome is None
    assert state.diagnosis is not None
    assert state.diagnosis["cause"] == "algo_off"


def test_a_known_symbol_needs_no_question():
    world = World(plan(), sessions=("EURUSD",))
    assert deploy(world).outcome is Outcome.SUCCESS
    assert world.verbs() == ["attach"]


def test_its_own_positions_do_not_stand_in_the_way_of_a_new_version():
    mine = PositionSeen(ticket=1, symbol="EURUSD", magic=7007, volume=0.1, profit=0.0)
    assert deploy(World(plan(old=True), positions=(mine,))).outcome is Outcome.SUCCESS


def test_the_shape_has_the_seeds_fields():
    shape = deploy_shape(to_record(deploy(World(plan()))))
    assert shape["status"] == "SUCCESS"
    assert (shape["ready_confirmed"], shape["heartbeat_confirmed"], shape["chart_opened"]) == (True, True, True)
    assert shape["stages"][2]["name"] == "compile"
    assert set(shape["stages"][2]) == {"name", "outcome", "seconds", "evidence"}
    assert shape["diagnosis"] is None


def test_a_running_deployment_shows_its_running_stage():
    world = World(plan())
    state = begin(world.plan, world.known(), world.now).state
    shape = deploy_shape(to_record(state, world.now))
    assert shape["status"] == "RUNNING"
    assert shape["stages"][-1]["outcome"] == "running"


def test_an_attach_that_finds_this_very_deployment_is_fine():
    world = World(plan())
    run = Run.start(world)
    run.until(lambda state: "attach" in world.verbs())
    world.mute_about.add("attach")
    assert run.finish().outcome is Outcome.SUCCESS


@pytest.mark.parametrize("spelt", ["demo-server", "DEMO-SERVER", " Demo-Server "])
def test_a_server_that_was_typed_in_another_case_is_the_same_account(spelt: str):
    """The watchdog takes it for healthy; so does a deployment."""
    account = Account(login=USER.account.login, server=spelt)
    world = World(plan=plan(user=replace(USER, account=account)))
    assert deploy(world).outcome is Outcome.SUCCESS


def test_another_server_is_another_account():
    account = Account(login=USER.account.login, server="Demo-Server2")
    state = deploy(World(plan=plan(user=replace(USER, account=account))))
    assert (state.outcome, state.cause) == (Outcome.FAILED, "wrong_account")
