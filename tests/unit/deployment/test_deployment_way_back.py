"""The way back is tried again where that may help, and one word of the agent that was read late takes nothing away."""

from __future__ import annotations

import pytest

from mt5console.core.deployment.plan import ATTACH_ROUNDS
from mt5console.core.deployment.state import DeploymentState
from mt5console.core.model.ids import DeploymentId
from mt5console.core.model.records import Outcome
from tests.unit.deployment.deployment_world import OLD, Attached, Run, World, plan


def is_new(robot: Attached) -> bool:
    return robot.deployment_id == DeploymentId("dep-new")


def ended(state: DeploymentState) -> tuple[Outcome | None, str]:
    """The outcome and its cause."""
    assert state.diagnosis is not None
    return state.outcome, state.diagnosis["cause"]


@pytest.mark.parametrize("code", ["locked", "expired", "failed", "init_failed", "no_symbol_data"])
def test_a_way_back_that_is_refused_for_what_may_pass_is_tried_again(code):
    world = World(plan(old=True), init_fails=is_new)
    run = Run.start(world)
    run.until(lambda state: state.leg == "back" and state.step == "attach")
    world.refuse["attach"] = code
    run.until(lambda state: state.stage == "remove_new" and state.attempt == 2)
    del world.refuse["attach"]
    state = run.finish()
    assert ended(state) == (Outcome.FAILED, "init_failed")
    assert state.active_after == OLD
    assert world.experts() == ["a"]
    assert world.most_copies == 1


def test_a_way_back_whose_attach_nobody_heard_is_tried_again():
    world = World(plan(old=True), init_fails=is_new)
    run = Run.start(world)
    run.until(lambda state: state.leg == "back" and state.step == "attach")
    world.deaf_to = {"attach"}
    run.until(lambda state: state.stage == "remove_new" and state.attempt == 2)
    world.deaf_to = set()
    state = run.finish()
    assert ended(state) == (Outcome.FAILED, "init_failed")
    assert world.experts() == ["a"]
    assert world.most_copies == 1


def test_a_way_back_that_is_refused_every_time_is_partial_and_says_why():
    world = World(plan(old=True), init_fails=is_new)
    run = Run.start(world)
    run.until(lambda state: state.leg == "back" and state.step == "attach")
    world.refuse["attach"] = "locked"
    state = run.finish()
    assert ended(state) == (Outcome.PARTIAL, "init_failed")
    assert "another copy of the robot holds its lock" in state.diagnosis["text"]
    assert world.verbs().count("attach") == 1 + ATTACH_ROUNDS


def test_a_way_back_that_only_a_restart_would_open_is_not_tried_again():
    world = World(plan(old=True), init_fails=is_new)
    run = Run.start(world)
    run.until(lambda state: state.leg == "back" and state.step == "attach")
    world.refuse["attach"] = "expert_not_loaded"
    assert ended(run.finish()) == (Outcome.PARTIAL, "init_failed")
    assert world.verbs().count("attach") == 2


def test_a_word_from_before_the_attach_that_is_read_late_removes_no_robot():
    world = World(plan(), says_ready=lambda robot: world.mono - robot.born > 5)
    run = Run.start(world)
    run.until(lambda state: state.step == "ready")
    attached, world.charts = world.charts, []
    world.agent_speaks()
    world.charts, world.agent_alive = attached, False
    for _ in range(8):
        run.step()
    assert run.state.absent_since_mono is not None
    world.agent_alive = True
    assert run.finish().outcome is Outcome.SUCCESS


def test_a_robot_that_is_missing_from_word_after_word_is_removed():
    world = World(plan(), says_ready=lambda robot: False)
    run = Run.start(world)
    run.until(lambda state: state.step == "ready")
    world.charts.clear()
    assert ended(run.finish()) == (Outcome.FAILED, "robot_removed")


@pytest.mark.parametrize("fault", ["it fails", "it never ends"])
def test_a_robot_that_is_found_running_stays_on_its_chart_when_its_permit_cannot_be_written(fault):
    world = World(plan("restore", old=True))
    world.put(OLD)
    world.agent_speaks()
    if fault == "it fails":
        world.act_failure = "disk_full"
    else:
        world.deaf_to_acts = True
    state = Run.start(world).finish()
    assert ended(state)[0] is Outcome.PARTIAL
    assert state.active_after == OLD
    assert world.experts() == ["a"]
    assert "detach" not in world.verbs()
