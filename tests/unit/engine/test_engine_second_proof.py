"""A put-back whose proof was broken by something that passes is proven once more; a person's deployment never is."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from mt5console.core.model.desired import Run
from mt5console.core.model.ids import UserId
from mt5console.core.model.records import IncidentKind, Outcome
from mt5console.core.model.requests import DeployRequest, Mode
from tests.unit.engine.test_engine_cancel import ROBOT, Desk

TICKS = 200


def put_back(desk: Desk) -> None:
    """The watchdog's own put-back, up to the beats that are proven."""
    desk.engine.deployments.restore(ROBOT, desk.outside.now)
    for _ in range(TICKS):
        desk.tick()
        if desk.deployments and any(stage.name == "heartbeat" for stage in desk.newest().stages):
            return
    raise AssertionError("it never came to the beats")


def partial_for(desk: Desk) -> bool:
    return any(one.kind is IncidentKind.ROBOT_PARTIAL for one in desk.engine.incidents.all_open())


def until_partial(desk: Desk) -> None:
    for _ in range(TICKS):
        desk.tick()
        if partial_for(desk):
            return
    raise AssertionError("it did not end PARTIAL")


def outcomes(desk: Desk) -> list[Outcome | None]:
    return [record.outcome for record in desk.deployments.values()]


def test_when_the_link_is_back_the_robot_is_proven_and_its_incident_ends() -> None:
    desk = Desk(old=True)
    put_back(desk)
    desk.outside.connected = False
    until_partial(desk)
    assert desk.outside.paused is False, "without a link nothing can be opened"
    desk.outside.connected = True
    for _ in range(TICKS):
        desk.tick()
    assert not partial_for(desk)
    assert desk.newest().outcome is Outcome.SUCCESS
    assert desk.outside.experts() == ["a"]
    assert desk.outside.most_copies == 0, "it was left on its chart"


def test_a_put_back_that_a_restart_cut_off_is_proven_when_the_profile_brought_the_robot_back() -> None:
    desk = Desk(old=True)
    put_back(desk)
    desk.outside.connected = False
    until_partial(desk)
    desk.outside.connected = True
    for _ in range(TICKS):
        desk.tick()
        if len(desk.deployments) > 1 and any(stage.name == "heartbeat" for stage in desk.newest().stages):
            break
    desk.restart()
    for _ in range(TICKS):
        desk.tick()
    assert desk.engine.incidents.all_open() == ()
    assert Outcome.FAILED in outcomes(desk)
    assert desk.newest().outcome is Outcome.SUCCESS


def test_while_the_link_is_out_nothing_is_tried() -> None:
    desk = Desk(old=True)
    put_back(desk)
    desk.outside.connected = False
    until_partial(desk)
    before = len(desk.deployments)
    for _ in range(TICKS):
        desk.tick()
    assert len(desk.deployments) == before
    assert partial_for(desk)


def test_in_observe_mode_it_waits() -> None:
    desk = Desk(old=True)
    put_back(desk)
    desk.outside.connected = False
    until_partial(desk)
    desk.engine.mode = Mode.OBSERVE
    desk.outside.connected = True
    for _ in range(TICKS):
        desk.tick()
    assert partial_for(desk)


@pytest.mark.parametrize(
    "held",
    [{"maintenance_until_utc_s": math.inf}, {"run": Run.SUSPENDED}, {"run": Run.STOPPED}, {"stop_latched": True}],
)
def test_where_no_automatic_act_may_be_done_it_waits(held: dict[str, Any]) -> None:
    desk = Desk(old=True)
    put_back(desk)
    desk.outside.connected = False
    until_partial(desk)
    watch = desk.engine.watches[UserId(1)]
    desk.engine.watches[UserId(1)] = replace(watch, user=replace(watch.user, **held))
    desk.engine.users[UserId(1)] = replace(desk.engine.users[UserId(1)], **held)
    desk.outside.connected = True
    before = len(desk.deployments)
    for _ in range(TICKS):
        desk.tick()
    assert len(desk.deployments) == before


def test_a_persons_deployment_stays_partial_until_a_person_acts() -> None:
    desk = Desk(old=True)
    desk.ask(DeployRequest(robot_id=ROBOT))
    desk.deploy_until("heartbeat")
    desk.outside.connected = False
    until_partial(desk)
    desk.outside.connected = True
    before = len(desk.deployments)
    for _ in range(TICKS):
        desk.tick()
    assert len(desk.deployments) == before
    assert partial_for(desk)


def test_a_robot_that_ended_partial_for_want_of_its_permission_is_named_once() -> None:
    desk = Desk(old=True)
    desk.ask(DeployRequest(robot_id=ROBOT))
    desk.deploy_until("heartbeat")
    desk.outside.robot_permitted = False
    until_partial(desk)
    for _ in range(TICKS):
        desk.tick()
    assert [one.kind for one in desk.engine.incidents.all_open()] == [IncidentKind.ROBOT_PARTIAL]
