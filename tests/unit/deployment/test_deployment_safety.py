"""What may touch money is refused until somebody says which account, which positions, which word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.deployment.safety import refusal
from mt5console.core.errors import EXIT_REFUSED
from mt5console.core.model.ids import RobotId, TradeMode, UserId
from mt5console.core.model.observed import PositionSeen
from mt5console.core.model.requests import (
    CancelDeployRequest,
    DeployRequest,
    EnableAlgoRequest,
    MaintenanceRequest,
    PauseRequest,
    ReconnectRequest,
    ReleaseRequest,
    RemoveRobotRequest,
    RestartTerminalRequest,
    ResumeRequest,
    StartTerminalRequest,
    StopAllRequest,
    StopTerminalRequest,
)
from tests.unit.deployment.deployment_world import World, plan

U, R = UserId(1), RobotId(7)
POSITION = PositionSeen(ticket=1, symbol="EURUSD", magic=7007, volume=0.1, profit=0.0)
MONEY = [
    lambda **given: DeployRequest(robot_id=R, **given),
    lambda **given: RemoveRobotRequest(robot_id=R, **given),
    lambda **given: StopTerminalRequest(user_id=U, **given),
    lambda **given: RestartTerminalRequest(user_id=U, **given),
    lambda **given: EnableAlgoRequest(user_id=U, **given),
    lambda **given: PauseRequest(robot_id=R, paused=False, **given),
    lambda **given: ReleaseRequest(user_id=U, **given),
    lambda **given: ResumeRequest(user_id=U, word="START", **given),
    lambda **given: CancelDeployRequest(robot_id=R, **given),
]


def known(mode=TradeMode.DEMO, *, old=True, positions=(), **changes):
    seen = World(plan(old=old)).known()
    agent = None if positions == "dead" else replace(seen.agent, positions=positions)
    return replace(seen, trade_mode=mode, agent=agent, **changes)


@pytest.mark.parametrize("mode", [TradeMode.REAL, TradeMode.UNKNOWN])
@pytest.mark.parametrize("ask", MONEY)
def test_money_that_is_or_may_be_real_needs_its_login_repeated(ask, mode):
    seen = known(mode)
    for given in ({}, {"confirm_live": 1}):
        refused = refusal(ask(**given), seen, seen.robots)
        assert refused is not None
        assert refused.exit_code == EXIT_REFUSED
        assert refused.code == "live_not_confirmed"
        assert "`--live 1001`" in refused.text
    assert refusal(ask(confirm_live=1001), seen, seen.robots) is None


@pytest.mark.parametrize("mode", [TradeMode.DEMO, TradeMode.CONTEST])
@pytest.mark.parametrize("ask", MONEY)
def test_a_demo_account_without_positions_asks_nothing(ask, mode):
    seen = known(mode)
    assert refusal(ask(), seen, seen.robots) is None


@pytest.mark.parametrize(
    "request_",
    [
        StartTerminalRequest(user_id=U),
        ReconnectRequest(user_id=U),
        MaintenanceRequest(user_id=U, until_utc_s=None),
        PauseRequest(robot_id=R, paused=True),
    ],
)
def test_acts_that_can_do_no_harm_never_ask(request_):
    seen = known(TradeMode.REAL, positions=(POSITION,))
    assert refusal(request_, seen, seen.robots) is None


@pytest.mark.parametrize("ask", MONEY[:4])
def test_open_positions_need_their_own_word_also_on_a_demo_account(ask):
    seen = known(positions=(POSITION,))
    refused = refusal(ask(), seen, seen.robots)
    assert refused is not None
    assert refused.code == "positions_open"
    assert "1 open position" in refused.text
    assert "`--even-with-positions`" in refused.text
    assert refusal(ask(even_with_positions=True), seen, seen.robots) is None


@pytest.mark.parametrize("ask", MONEY[:4])
def test_one_refusal_names_every_option_that_is_missing(ask):
    seen = known(TradeMode.REAL, positions=(POSITION, POSITION))
    refused = refusal(ask(), seen, seen.robots)
    assert refused is not None
    assert "`--live 1001 --even-with-positions`" in refused.text
    half = refusal(ask(confirm_live=1001), seen, seen.robots)
    assert half is not None
    assert "--live" not in half.text


def test_positions_of_other_robots_do_not_stand_against_a_deploy():
    seen = known(positions=(replace(POSITION, magic=1),))
    assert refusal(DeployRequest(robot_id=R), seen, seen.robots) is None
    assert refusal(RestartTerminalRequest(user_id=U), seen, seen.robots) is not None


def test_a_first_version_replaces_nothing():
    seen = known(old=False, positions=(POSITION,))
    assert refusal(DeployRequest(robot_id=R), seen, seen.robots) is None


def test_a_cancel_leaves_positions_to_the_version_before_and_asks_when_there_is_none():
    seen = known(positions=(POSITION,))
    assert refusal(CancelDeployRequest(robot_id=R), seen, seen.robots) is None
    first = known(old=False, positions=(POSITION,))
    refused = refusal(CancelDeployRequest(robot_id=R), first, first.robots)
    assert refused is not None
    assert refused.code == "positions_open"
    assert refusal(CancelDeployRequest(robot_id=R, even_with_positions=True), first, first.robots) is None


@pytest.mark.parametrize("ask", MONEY[:4])
def test_unknown_positions_count_as_positions_on_real_money(ask):
    seen = known(TradeMode.REAL, positions=None)
    refused = refusal(ask(confirm_live=1001), seen, seen.robots)
    assert refused is not None
    assert "not known" in refused.text


def test_a_frozen_demo_terminal_may_be_restarted_and_a_dead_one_too():
    frozen = known(positions="dead", agent_age_s=None)
    assert refusal(RestartTerminalRequest(user_id=U), frozen, ()) is None
    dead = known(TradeMode.REAL, positions=(POSITION,), pid=None)
    assert refusal(RestartTerminalRequest(user_id=U), dead, ()) is None


def test_positions_that_a_frozen_demo_terminal_last_showed_count():
    frozen = known(positions=(POSITION,), agent_age_s=60.0)
    assert refusal(RestartTerminalRequest(user_id=U), frozen, ()) is not None


def test_the_latch_and_a_watch_only_account_refuse_a_deploy_whatever_is_confirmed():
    request = DeployRequest(robot_id=R, confirm_live=1001, even_with_positions=True)
    seen = known()
    stopped = refusal(request, replace(seen, user=replace(seen.user, stop_latched=True)), seen.robots)
    assert stopped is not None
    assert "resume 1 --word START" in stopped.text
    watched = refusal(request, replace(seen, user=replace(seen.user, watch_only=True)), seen.robots)
    assert watched is not None
    assert watched.code == "watch_only"


def test_a_dry_run_needs_no_confirmation():
    seen = known(TradeMode.REAL, positions=(POSITION,))
    assert refusal(DeployRequest(robot_id=R, dry_run=True), seen, seen.robots) is None


def test_stop_all_needs_only_its_word_and_resume_its_own():
    assert refusal(StopAllRequest(word="STOP"), None, ()) is None
    assert "--word STOP" in refusal(StopAllRequest(word="stop"), None, ()).text
    assert "--word START" in refusal(ResumeRequest(user_id=U, word="STOP"), known(), ()).text
