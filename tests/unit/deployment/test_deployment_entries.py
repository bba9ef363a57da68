"""Paused entries: a person's deployment opens them once it is proven, not before, and never against a person."""

from __future__ import annotations

import pytest

from mt5console.core.deployment.machine import cancel
from mt5console.core.model.commands import PauseEntries
from mt5console.core.model.records import Outcome
from mt5console.core.model.requests import PauseRequest
from tests.unit.deployment.deployment_world import TICK_S, Run, World, deploy, plan
from tests.unit.deployment.test_deployment_failures import assert_failed, assert_partial
from tests.unit.engine.test_engine_cancel import ROBOT, Desk


def test_entries_that_an_earlier_partial_paused_are_open_after_a_persons_deploy():
    world = World(plan(old=True), paused=True)
    assert deploy(world).outcome is Outcome.SUCCESS
    assert world.paused is False


def test_entries_stay_paused_until_all_is_proven():
    world = World(plan(old=True), paused=True)
    run = Run.start(world)
    run.until(lambda state: state.step == "proven")
    for _ in range(int(world.plan.proof_s / TICK_S) - 1):
        run.step()
    assert (run.state.step, world.paused) == ("proven", True)
    assert run.finish().outcome is Outcome.SUCCESS
    assert world.paused is False


def test_a_version_whose_entries_were_paused_comes_back_with_entries_paused():
    world = World(plan(old=True), paused=True)
    run = Run.start(world)
    run.until(lambda state: state.step == "proven")
    world.charts.clear()
    assert_failed(run.finish(), "robot_removed")
    assert world.experts() == ["a"]
    assert world.paused is True


def test_entries_stay_paused_when_the_proof_fails_while_the_agent_hears_late():
    world = World(plan(old=True), paused=True, robot_permitted=False)
    run = Run.start(world)
    run.until(lambda state: state.step == "heartbeat")
    world.agent_alive = False
    run.until(lambda state: state.cause != "")
    world.agent_alive = True
    assert_partial(run.finish(), "algo_off")
    world.tick()
    assert world.inbox == []
    assert world.paused is True


def test_entries_that_could_not_be_opened_are_told():
    world = World(plan(old=True), paused=True, deaf_to={"resume"})
    state = deploy(world)
    assert state.outcome is Outcome.SUCCESS
    assert state.stages[-1].evidence.endswith("its entries are still paused")


def test_nothing_turns_back_once_entries_are_opened():
    world = World(plan(old=True), paused=True, deaf_to={"resume"})
    run = Run.start(world)
    run.until(lambda state: state.resume_sent)
    run.take(cancel(run.state, world.known(), world.now))
    world.deaf_to = set()
    run.crash_engine()
    assert run.finish().outcome is Outcome.SUCCESS
    assert world.experts() == ["b"]


@pytest.mark.parametrize("mood", [{"refuse": {"pause": "failed"}}, {"deaf_to": {"pause"}}], ids=["refused", "unheard"])
def test_a_pause_that_the_agent_does_not_set_is_set_without_it(mood):
    world = World(plan(), robot_permitted=False, **mood)
    state = deploy(world)
    assert_partial(state, "algo_off")
    assert world.paused is True
    assert state.stages[-1].outcome == "passed"


def test_a_pause_that_nobody_can_set_is_told():
    world = World(plan(), robot_permitted=False, deaf_to={"pause"})
    run = Run.start(world)
    run.until(lambda state: state.step == "pause")
    world.act_failure = "disk_full"
    state = run.finish()
    assert_partial(state, "algo_off")
    assert "its entries could not be paused" in state.incident.text
    assert state.stages[-1].outcome == "failed"


def test_on_a_wrong_identity_no_file_is_written_either():
    world = World(plan(), robot_permitted=False, deaf_to={"pause"})
    run = Run.start(world)
    run.until(lambda state: state.step == "pause")
    world.identity_ok = False
    assert_partial(run.finish(), "algo_off")
    assert not any(isinstance(command, PauseEntries) for command in world.commands)


def test_a_pause_that_a_person_asks_for_in_mid_deployment_outlives_its_end():
    desk = Desk(old=True)
    deployed = desk.deploy_until("attach")
    desk.ask(PauseRequest(robot_id=ROBOT, paused=True))
    assert desk.ended(deployed).exit_code == 0
    assert desk.outside.experts() == ["b"]
    assert desk.outside.paused is True
