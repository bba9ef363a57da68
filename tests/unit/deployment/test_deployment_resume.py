"""A deployment whose engine dies: the next one reads the record and ends it with the right word."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.deployment.machine import begin, resume
from mt5console.core.deployment.record import from_record, to_record
from mt5console.core.model.commands import SendAgentCommand
from mt5console.core.model.ids import Now
from mt5console.core.model.records import Outcome
from tests.unit.deployment.deployment_world import OLD, Run, World, deploy, plan, restored


@pytest.mark.parametrize("step", ["preflight", "write", "compile", "attach", "ready", "heartbeat", "proven", "promote"])
def test_a_first_deployment_goes_on_where_the_engine_died(step):
    world = World(plan())
    run = Run.start(world)
    run.until(lambda state: state.step == step or state.ended)
    if not run.state.ended:
        run.crash_engine()
    assert run.finish().outcome is Outcome.SUCCESS
    assert world.verbs().count("attach") <= 2
    assert len({c.command_id for c in world.commands if isinstance(c, SendAgentCommand) and c.verb == "attach"}) == 1
    assert world.experts() == ["a"]


@pytest.mark.parametrize("step", ["detach", "desired", "attach"])
@pytest.mark.parametrize("away_s", [1.0, 30.0, 600.0])
def test_killed_between_detach_and_attach_puts_the_old_version_back(step, away_s):
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == step and state.phase == "sent")
    run.crash_engine(away_s)
    state = run.finish()
    assert state.outcome is Outcome.FAILED
    assert state.diagnosis["cause"] == "engine_interrupted"
    assert state.active_after == OLD
    assert world.experts() == ["a"]
    assert world.desired == OLD.deployment_id
    assert world.most_copies == 1


def test_killed_while_it_is_proven_watches_the_whole_time_again():
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == "proven")
    for _ in range(15):
        run.step()
    run.crash_engine()
    back = world.mono
    assert run.finish().outcome is Outcome.SUCCESS
    assert world.mono - back >= 10.0


def test_killed_on_the_way_back_goes_on_with_the_way_back():
    world = World(plan(old=True), says_ready=lambda robot: robot.deployment_id == OLD.deployment_id)
    run = Run.start(world)
    run.until(lambda state: state.leg == "back" and state.step == "attach" and state.phase == "sent")
    run.crash_engine()
    state = run.finish()
    assert state.outcome is Outcome.FAILED
    assert world.experts() == ["a"]
    assert world.most_copies == 1


def test_a_new_engine_that_sees_nothing_yet_does_not_take_the_terminal_for_dead():
    world = World(plan())
    run = Run.start(world)
    run.until(lambda state: state.step == "heartbeat")
    kept = restored(run.state)
    blind = replace(world.known(), pid=None, agent=None, agent_age_s=None, readies={}, beats={}, beat_ages_s={})
    run.take(resume(kept, blind, world.now))
    assert not run.state.ended
    assert run.state.leg == "forward"
    assert run.finish().outcome is Outcome.SUCCESS


@pytest.mark.parametrize("jump_s", [-86_400.0, 86_400.0])
def test_a_clock_that_jumped_while_the_engine_was_away_hangs_nothing(jump_s):
    world = World(plan())
    run = Run.start(world)
    run.until(lambda state: state.step == "ready" or state.step == "heartbeat")
    world.utc += jump_s
    run.crash_engine()
    assert run.finish().outcome is Outcome.SUCCESS


def test_a_clock_that_jumps_while_it_runs_hangs_nothing():
    world = World(plan(old=True))
    run = Run.start(world)
    run.until(lambda state: state.step == "detach")
    world.utc -= 50_000.0
    assert run.finish().outcome is Outcome.SUCCESS


def test_an_ended_deployment_has_nothing_to_resume():
    record = to_record(deploy(World(plan())))
    assert record.state == {}
    assert from_record(record) is None


def test_every_state_on_the_way_survives_its_record():
    world = World(plan(old=True), says_ready=lambda robot: robot.deployment_id == OLD.deployment_id)
    run = Run.start(world)
    seen = set()
    while not run.state.ended:
        assert restored(run.state) == run.state
        seen.add(run.state.stage)
        run.step()
    assert len(seen) >= 8


@given(data=st.data())
def test_a_torn_record_is_no_state_and_no_error(data):
    world = World(plan(old=True))
    record = to_record(begin(world.plan, world.known(), world.now).state)
    torn = json.loads(json.dumps(record.state))
    where = torn
    for _ in range(data.draw(st.integers(0, 2))):
        inner = [key for key in where if isinstance(where[key], dict)]
        if not inner:
            break
        where = where[data.draw(st.sampled_from(inner))]
    name = data.draw(st.sampled_from(sorted(where)))
    if data.draw(st.booleans()):
        del where[name]
    else:
        where[name] = data.draw(st.sampled_from([None, "x", 3, [], {}, [1]]))
    found = from_record(replace(record, state=torn))
    if found is not None:
        later = Now(mono_s=5.0, utc_s=world.utc + 5)
        assert resume(found, world.known(), later).state is not None
