"""An agent without the permission to trade: what it attaches has none, and the terminal's switch is not to blame."""

from __future__ import annotations

from mt5console.core.model.records import Outcome
from tests.unit.deployment.deployment_world import OLD, Run, World, deploy, plan
from tests.unit.deployment.test_deployment_failures import assert_failed, assert_partial, point


def test_an_agent_without_permission_is_told_apart_from_the_terminals_switch():
    state = deploy(World(plan(), agent_permitted=False))
    assert_failed(state, "agent_not_permitted")
    assert "terminal restart 1" in state.diagnosis["next_step"]
    found = point(state, "algo trading enabled")
    assert found["ok"] is False
    assert "agent" in found["evidence"]


def test_an_agent_that_does_not_tell_its_permission_is_taken_as_it_is():
    assert deploy(World(plan(), agent_permitted=None)).outcome is Outcome.SUCCESS
    assert deploy(World(plan(), agent_permitted=True)).outcome is Outcome.SUCCESS


def test_a_permission_that_comes_within_moments_is_waited_for():
    world = World(plan(), agent_permitted=False)
    run = Run.start(world)
    run.step()
    world.agent_permitted = True
    assert run.finish().outcome is Outcome.SUCCESS


def test_a_restored_robot_without_permission_has_it_from_its_agent():
    world = World(plan("restore", old=True), agent_permitted=False, robot_permitted=False)
    state = deploy(world)
    assert_partial(state, "agent_not_permitted")
    assert world.paused is False
    assert state.active_after == OLD


def test_a_robot_that_may_trade_is_not_blamed_for_its_agent():
    assert deploy(World(plan("restore", old=True), agent_permitted=False)).outcome is Outcome.SUCCESS
