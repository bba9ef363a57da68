"""An account that holds one position per symbol has room for one robot on each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.model.desired import RobotRun
from mt5console.core.model.ids import MarginMode, RobotId, UserId
from mt5console.core.model.records import OperationState, Outcome
from mt5console.core.model.requests import DeployRequest
from tests.unit.deployment.deployment_world import OLD, ROBOT, World, deploy, plan
from tests.unit.deployment.test_deployment_failures import assert_failed
from tests.unit.engine.test_engine_cancel import Desk

OTHER = replace(ROBOT, robot_id=RobotId(8), magic=8008, run=RobotRun.RUNNING)


@pytest.mark.parametrize("mode", [MarginMode.NETTING, MarginMode.EXCHANGE])
def test_a_second_robot_on_one_symbol_is_refused_before_anything_is_touched(mode):
    world = World(plan(), others=(OTHER,), margin_mode=mode)
    state = deploy(world)
    assert_failed(state, "netting_conflict")
    assert "robot 8" in state.diagnosis["text"]
    assert mode.value in state.diagnosis["text"]
    assert [stage.name for stage in state.stages] == ["preflight"]
    assert "attach" not in world.verbs()


@pytest.mark.parametrize("mode", [MarginMode.HEDGING, None])
def test_a_hedging_account_has_room_and_an_unknown_one_is_taken_as_it_is(mode):
    assert deploy(World(plan(), others=(OTHER,), margin_mode=mode)).outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    "other",
    [
        replace(OTHER, symbol="XAUUSD"),
        replace(OTHER, run=RobotRun.REGISTERED),
        replace(OTHER, active=replace(OLD, symbol="XAUUSD")),
    ],
    ids=["another symbol", "only registered", "it runs on another symbol still"],
)
def test_robots_that_do_not_share_the_symbol_stand_side_by_side(other):
    world = World(plan(), others=(other,), margin_mode=MarginMode.NETTING)
    assert deploy(world).outcome is Outcome.SUCCESS


def test_where_the_other_runs_counts_and_not_where_it_is_to_run_next():
    other = replace(OTHER, symbol="XAUUSD", active=OLD)
    assert_failed(deploy(World(plan(), others=(other,), margin_mode=MarginMode.NETTING)), "netting_conflict")


def test_a_robot_of_another_user_on_the_same_account_counts():
    rival = replace(OTHER, user_id=UserId(2))
    assert_failed(deploy(World(plan(), rivals=(rival,), margin_mode=MarginMode.NETTING)), "netting_conflict")


def test_what_runs_already_is_put_back_and_replaced_by_itself():
    assert deploy(World(plan(old=True), margin_mode=MarginMode.NETTING)).outcome is Outcome.SUCCESS
    world = World(plan("restore", old=True), others=(OTHER,), margin_mode=MarginMode.NETTING)
    assert deploy(world).outcome is Outcome.SUCCESS


def test_of_two_robots_that_are_deployed_at_once_the_first_gets_the_symbol():
    desk = Desk(old=False)
    desk.outside.margin_mode = MarginMode.NETTING
    desk.register(replace(OTHER, run=RobotRun.REGISTERED))
    desk.tick()
    first = desk.ask(DeployRequest(robot_id=ROBOT.robot_id))
    second = desk.ended(desk.ask(DeployRequest(robot_id=OTHER.robot_id)))
    assert second.result["diagnosis"]["cause"] == "netting_conflict"
    assert "robot 7 is being deployed on EURUSD" in second.result["diagnosis"]["text"]
    assert desk.ended(first).state is OperationState.DONE


def test_a_symbol_is_free_again_when_the_first_deployment_on_it_failed():
    desk = Desk(old=False)
    desk.outside.margin_mode = MarginMode.NETTING
    desk.outside.compile_ok = False
    desk.register(replace(OTHER, run=RobotRun.REGISTERED))
    desk.tick()
    for robot in (ROBOT, OTHER):
        ended = desk.ended(desk.ask(DeployRequest(robot_id=robot.robot_id)))
        assert ended.result["diagnosis"]["cause"] == "compile_error"
