"""Cancelling a deployment: it ends by its own safe way, and who asked hears how; what cannot be cancelled is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.engine import Engine, Remembered
from mt5console.core.model.commands import CompileSlot, PromoteSource, SendAgentCommand, WriteDesired, WriteSlotSource
from mt5console.core.model.desired import DesiredRobot, RobotRun, Run
from mt5console.core.model.facts import AgentStatusSeen, ProcessExited, ProcessSeen, Requested, RobotRegistered
from mt5console.core.model.ids import OperationId, RobotId, ServerId, TradeMode, UserId
from mt5console.core.model.records import DeploymentRecord, Operation, OperationState
from mt5console.core.model.requests import CancelDeployRequest, DeployRequest, RemoveRobotRequest, Request
from mt5console.core.watchdog.policy import Policy
from tests.unit.deployment.deployment_world import OLD, World, plan

ROBOT = RobotId(7)
CARRIED_OUT = (SendAgentCommand, CompileSlot, PromoteSource, WriteDesired, WriteSlotSource)


class Desk:
    """An engine over the deployment world's terminal: half a second a tick, every command carried out there."""

    def __init__(self, *, old: bool, mode: TradeMode = TradeMode.DEMO) -> None:
        self.outside = World(plan(old=old))
        self.mode = mode
        self.operations: dict[str, Operation] = {}
        self.deployments: dict[str, DeploymentRecord] = {}
        self.asked = 0
        robot = self.outside.plan.robot
        user = replace(self.outside.plan.user, run=Run.RUNNING)
        self.engine = self.heir(Remembered(users=(user,), robots=(robot,)))
        self.live_on()
        for _ in range(4):
            self.tick()

    def heir(self, remembered: Remembered) -> Engine:
        return Engine(
            remembered,
            server=ServerId("srv"),
            simulated=True,
            policy=Policy.simulated(),
            generation=3,
            now=self.outside.now,
        )

    def live_on(self) -> None:
        started = self.outside.utc - 3600
        self._step(ProcessSeen(user_id=UserId(1), pid=4711, started_utc_s=started, adopted=True))

    def restart(self) -> None:
        """The terminal ends as an update ends it, and another process brings its charts back."""
        pid = self.outside.pid or 4711
        self.outside.kill_terminal()
        self._step(ProcessExited(user_id=UserId(1), pid=pid, exit_code=0, updater=True))
        for _ in range(4):
            self.tick()
        self.outside.start_terminal(brings_back=OLD)
        began = self.outside.utc
        self._step(ProcessSeen(user_id=UserId(1), pid=self.outside.pid or 0, started_utc_s=began, adopted=True))

    def register(self, robot: DesiredRobot) -> None:
        self._step(RobotRegistered(robot=robot))

    def tick(self) -> None:
        self.outside.tick()
        facts, self.outside.facts = self.outside.facts, []
        self._step(*(self._with_mode(fact) for fact in facts))

    def ask(self, request: Request) -> Operation:
        self.asked += 1
        operation_id = OperationId(f"o{self.asked}")
        self._step(Requested(operation_id=operation_id, request=request, actor="test"))
        return self.operations[operation_id]

    def deploy_until(self, stage: str) -> Operation:
        """A deployment that has passed this stage."""
        asked = self.ask(DeployRequest(robot_id=ROBOT, confirm_live=1001, even_with_positions=True))
        for _ in range(200):
            record = self.newest()
            if any(one.name == stage and one.outcome == "passed" for one in record.stages):
                return asked
            self.tick()
        raise AssertionError(f"{stage} was not passed: {self.newest().stages}")

    def newest(self) -> DeploymentRecord:
        return list(self.deployments.values())[-1]

    def ended(self, operation: Operation) -> Operation:
        for _ in range(400):
            if self.operations[operation.operation_id].state is not OperationState.RUNNING:
                return self.operations[operation.operation_id]
            self.tick()
        raise AssertionError(f"{operation.kind} goes on: {self.operations[operation.operation_id].progress}")

    def _with_mode(self, fact: object) -> object:
        if isinstance(fact, AgentStatusSeen):
            return replace(fact, status=replace(fact.status, trade_mode=self.mode))
        return fact

    def _step(self, *facts: object) -> None:
        step = self.engine.step(facts, self.outside.now)  # type: ignore[arg-type]
        for change in step.changes:
            if isinstance(change, Operation):
                self.operations[change.operation_id] = change
            elif isinstance(change, DeploymentRecord):
                self.deployments[change.deployment_id] = change
        self.outside.carry_out(tuple(command for command in step.commands if isinstance(command, CARRIED_OUT)))


def test_before_anything_was_touched_a_cancel_ends_the_deployment_at_once() -> None:
    desk = Desk(old=True)
    deploy = desk.ask(DeployRequest(robot_id=ROBOT))
    cancel = desk.ask(CancelDeployRequest(robot_id=ROBOT))
    assert (cancel.state, cancel.exit_code) == (OperationState.DONE, 0)
    assert cancel.progress.endswith("cancelled before anything on its chart was touched")
    assert cancel.result is not None
    assert (cancel.result["status"], cancel.result["diagnosis"]["cause"]) == ("FAILED", "cancelled")
    deployed = desk.operations[deploy.operation_id]
    assert (deployed.state, deployed.exit_code) == (OperationState.FAILED, 4)
    assert desk.engine.robots[ROBOT].run is RobotRun.RUNNING
    assert desk.outside.experts() == ["a"]


def test_after_the_attach_a_cancel_removes_the_new_version_and_proves_the_old_one_back() -> None:
    desk = Desk(old=True)
    desk.deploy_until("attach")
    cancel = desk.ask(CancelDeployRequest(robot_id=ROBOT))
    assert cancel.state is OperationState.RUNNING
    assert desk.outside.experts() == ["b"]
    ended = desk.ended(cancel)
    assert ended.progress.endswith("the version before it is back and proven")
    assert ended.exit_code == 0
    assert desk.outside.experts() == ["a"]
    assert desk.outside.most_copies == 1
    assert desk.newest().deployment_id == ended.result["deployment_id"]  # type: ignore[index]


def test_a_first_deployment_that_is_cancelled_leaves_no_version_on_a_chart() -> None:
    desk = Desk(old=False)
    desk.deploy_until("ready")
    ended = desk.ended(desk.ask(CancelDeployRequest(robot_id=ROBOT)))
    assert ended.progress.endswith("no version of it is on a chart")
    assert desk.outside.experts() == []
    assert desk.engine.robots[ROBOT].run is RobotRun.REGISTERED


def test_a_second_cancel_only_waits_for_the_same_end() -> None:
    desk = Desk(old=True)
    desk.deploy_until("attach")
    first, second = (desk.ask(CancelDeployRequest(robot_id=ROBOT)) for _ in range(2))
    assert desk.ended(first).progress == desk.ended(second).progress


def test_a_way_back_that_cannot_be_proven_is_told_as_partial() -> None:
    desk = Desk(old=True)
    desk.deploy_until("attach")
    desk.outside.deaf_to |= {"detach", "attach", "cancel"}
    ended = desk.ended(desk.ask(CancelDeployRequest(robot_id=ROBOT)))
    assert ended.exit_code == 3
    assert ended.progress.endswith("the way back is not proven: see its incident")
    assert any(incident.robot_id == ROBOT for incident in desk.engine.incidents.all_open())


def test_a_cancel_survives_the_engine_that_took_it_on() -> None:
    desk = Desk(old=True)
    desk.deploy_until("attach")
    cancel = desk.ask(CancelDeployRequest(robot_id=ROBOT))
    running = tuple(one for one in desk.operations.values() if one.state is OperationState.RUNNING)
    robots = tuple(desk.engine.robots.values())
    users = tuple(desk.engine.users.values())
    desk.engine = desk.heir(Remembered(users=users, robots=robots, deployments=(desk.newest(),), operations=running))
    desk.live_on()
    assert desk.ended(cancel).progress.endswith("the version before it is back and proven")
    assert desk.outside.experts() == ["a"]


def test_without_a_deployment_there_is_nothing_to_cancel() -> None:
    refused = Desk(old=True).ask(CancelDeployRequest(robot_id=ROBOT))
    assert refused.error is not None
    assert refused.error["code"] == "no_deployment"


def test_a_removal_is_not_cancelled_half_way() -> None:
    desk = Desk(old=True)
    removal = desk.ask(RemoveRobotRequest(robot_id=ROBOT))
    refused = desk.ask(CancelDeployRequest(robot_id=ROBOT))
    assert refused.error is not None
    assert refused.error["code"] == "not_cancellable"
    assert desk.operations[removal.operation_id].state is OperationState.RUNNING


@pytest.mark.parametrize("mode", [TradeMode.REAL, TradeMode.UNKNOWN])
def test_with_money_at_stake_a_cancel_that_changes_a_chart_needs_the_login_repeated(mode: TradeMode) -> None:
    desk = Desk(old=True, mode=mode)
    desk.deploy_until("attach")
    refused = desk.ask(CancelDeployRequest(robot_id=ROBOT))
    assert (refused.state, refused.exit_code) == (OperationState.REFUSED, 6)
    assert "--live 1001" in (refused.error or {})["text"]
    assert desk.outside.experts() == ["b"]
    allowed = desk.ask(CancelDeployRequest(robot_id=ROBOT, confirm_live=1001))
    assert desk.ended(allowed).exit_code == 0


def test_with_money_at_stake_a_cancel_that_changes_nothing_needs_no_word() -> None:
    desk = Desk(old=True, mode=TradeMode.REAL)
    desk.ask(DeployRequest(robot_id=ROBOT, confirm_live=1001, even_with_positions=True))
    assert desk.ask(CancelDeployRequest(robot_id=ROBOT)).state is OperationState.DONE
