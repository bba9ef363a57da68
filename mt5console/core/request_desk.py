"""The request desk: takes what people ask for, refuses what is unsafe, and says when it was seen to be done.

Pure. A request becomes an operation at once; the operation ends by what is observed, never by what was sent. Must not
know: who shows it, or how acts are carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mt5console.core.deployment.safety import refusal
from mt5console.core.errors import ConsoleError, NotFound, UsageInvalid, unknown_robot, unknown_user
from mt5console.core.model.commands import ForgetRobot, SendAgentCommand
from mt5console.core.model.desired import DesiredRobot, RobotRun
from mt5console.core.model.facts import ActDone, ActFailed, AgentReplied, Fact, ProbeAnswered, ProbeFailed, Requested
from mt5console.core.model.ids import Now, OperationId, RobotId, Timeframe, UserId
from mt5console.core.model.records import Operation, SaveMode
from mt5console.core.model.request_codec import kind_of
from mt5console.core.model.requests import (
    AcknowledgeRequest,
    CancelDeployRequest,
    DeployRequest,
    EnableAlgoRequest,
    MaintenanceRequest,
    PauseRequest,
    ReconnectRequest,
    ReleaseRequest,
    RemoveRobotRequest,
    Request,
    RestartTerminalRequest,
    ResumeRequest,
    SetModeRequest,
    SilenceRequest,
    StartTerminalRequest,
    StopAllRequest,
    StopTerminalRequest,
)
from mt5console.core.settling import settle_operation

if TYPE_CHECKING:
    from mt5console.core.engine import Engine

TAKE_AWAY_EXTRA_S = 90.0
"""A deployment ends by its own deadlines; its operation only watches that it does."""


class RequestDesk:
    """One desk per engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._handlers: dict[type, Callable[[Requested, Any, Now], None]] = {
            StartTerminalRequest: self._terminal,
            StopTerminalRequest: self._terminal,
            RestartTerminalRequest: self._terminal,
            ReconnectRequest: self._terminal,
            MaintenanceRequest: self._maintenance,
            ReleaseRequest: self._release,
            EnableAlgoRequest: self._terminal,
            DeployRequest: self._deploy,
            CancelDeployRequest: self._cancel_deploy,
            RemoveRobotRequest: self._remove_robot,
            StopAllRequest: self._stop_all,
            ResumeRequest: self._resume,
            SetModeRequest: self._set_mode,
            PauseRequest: self._pause,
            AcknowledgeRequest: self._acknowledge,
            SilenceRequest: self._silence,
        }

    def take(self, fact: Requested, now: Now) -> None:
        """Take a request on; a refusal ends its operation at once, with nothing changed."""
        request = fact.request
        timeout_s = float(getattr(request, "timeout_s", 60.0))
        if isinstance(request, DeployRequest | CancelDeployRequest | RemoveRobotRequest):
            timeout_s += self._engine.proof_s + TAKE_AWAY_EXTRA_S
        begun = self._engine.operations.begin(
            fact.operation_id,
            kind_of(request),
            fact.actor,
            now,
            user_id=getattr(request, "user_id", None),
            robot_id=getattr(request, "robot_id", None),
            timeout_s=timeout_s,
        )
        self._engine.record(begun)
        try:
            self._refuse_unsafe(request, now)
            self._handlers[type(request)](fact, request, now)
        except ConsoleError as error:
            self._engine.explain(begun.user_id, f"{fact.actor} asked for {begun.kind}", "refused", error.text, now)
            self._engine.record(*self._engine.operations.refused(fact.operation_id, error, now))

    def _refuse_unsafe(self, request: Request, now: Now) -> None:
        user_id = self._user_of(request)
        if user_id is None:
            return
        if isinstance(request, CancelDeployRequest) and not self._is_touched(request.robot_id):
            return
        known = self._engine.known(user_id, now)
        refused = refusal(request, known, known.robots)
        if refused is not None:
            raise refused

    def _user_of(self, request: Request) -> UserId | None:
        """The user that a request touches; unknown users and robots are a clear NotFound."""
        robot_id = getattr(request, "robot_id", None)
        if robot_id is not None:
            return self._robot(robot_id).user_id
        user_id: UserId | None = getattr(request, "user_id", None)
        if user_id is not None and user_id not in self._engine.users:
            raise unknown_user(user_id)
        return user_id

    def _robot(self, robot_id: RobotId) -> DesiredRobot:
        robot = self._engine.robots.get(robot_id)
        if robot is None:
            raise unknown_robot(robot_id)
        return robot

    # ---- one terminal -------------------------------------------------------------------------------------------

    def _terminal(self, fact: Requested, request: Any, now: Now) -> None:
        watch = self._engine.watches[request.user_id]
        self._engine.record(*self._engine.operations.detail(fact.operation_id, old_pid=watch.pid))
        self._engine.decide_request(request.user_id, fact, now)

    def _maintenance(self, fact: Requested, request: MaintenanceRequest, now: Now) -> None:
        self._engine.decide_request(request.user_id, fact, now)
        until = request.until_utc_s
        words = "ended" if until is None else f"no automatic act for {max(0.0, until - now.utc_s):.0f} s"
        self._engine.record(*self._engine.operations.done(fact.operation_id, words, now))

    def _release(self, fact: Requested, request: ReleaseRequest, now: Now) -> None:
        """What a release leaves standing is said with it, lest somebody believes that all is well again."""
        self._engine.decide_request(request.user_id, fact, now)
        watch = self._engine.watches[request.user_id]
        words = "released: what waited for a person goes on by the usual rules"
        if watch.conflict_pids:
            words = "released, but two processes run its executable: no act is safe until one is left"
        elif watch.identity_wrong:
            words = f"released for a stop or restart by a person; still seen: {watch.identity_wrong}"
        self._engine.record(*self._engine.operations.done(fact.operation_id, words, now))

    # ---- robots -------------------------------------------------------------------------------------------------

    def _deploy(self, fact: Requested, request: DeployRequest, now: Now) -> None:
        robot = self._robot(request.robot_id)
        changed = replace(robot, symbol=request.symbol or robot.symbol)
        if request.timeframe is not None:
            changed = replace(changed, timeframe=Timeframe(request.timeframe))
        if changed != robot and not request.dry_run:
            self._engine.save_robot(changed)
        self._engine.deployments.deploy(changed, request, fact.operation_id, now)

    def _is_touched(self, robot_id: RobotId) -> bool:
        """Whether cancelling this robot's deployment would change a chart."""
        return self._engine.deployments.cancellable(robot_id).touched

    def _cancel_deploy(self, fact: Requested, request: CancelDeployRequest, now: Now) -> None:
        plan = self._engine.deployments.cancellable(request.robot_id).plan
        self._engine.record(*self._engine.operations.detail(fact.operation_id, deployment_id=plan.deployment_id))
        self._engine.record(*self._engine.operations.progress(fact.operation_id, "cancelling; going back if need be"))
        self._engine.explain(
            plan.user_id, f"{fact.actor} cancelled a deployment", f"ends {plan.deployment_id}", "asked for", now
        )
        self._engine.deployments.cancel(request.robot_id, f"it was cancelled ({fact.actor})", now)

    def _remove_robot(self, fact: Requested, request: RemoveRobotRequest, now: Now) -> None:
        robot = self._robot(request.robot_id)
        if self._engine.watches[robot.user_id].pid is None:
            self._forget(robot)
            return
        self._engine.deployments.take_away(robot, fact.operation_id, now)
        self._engine.record(*self._engine.operations.detail(fact.operation_id, detaching=True))

    def _forget(self, robot: DesiredRobot) -> None:
        act_id = self._engine.next_act_id("forget")
        self._engine.send(ForgetRobot(user_id=robot.user_id, act_id=act_id, robot_id=robot.robot_id))

    def robot_forgotten(self, robot_id: RobotId, now: Now) -> None:
        """The registry has let go of a robot: its removal is done."""
        for operation in self._engine.operations.running():
            if operation.kind == "robot_remove" and operation.robot_id == robot_id:
                result = {"robot_id": robot_id, "removed": True}
                words = "detached, seen gone and forgotten"
                self._engine.record(*self._engine.operations.done(operation.operation_id, words, now, result))

    def _pause(self, fact: Requested, request: PauseRequest, now: Now) -> None:
        robot = self._robot(request.robot_id)
        known = self._engine.known(robot.user_id, now)
        if known.blocked:
            raise UsageInvalid("blocked", f"nothing can be asked of this terminal now: {known.blocked}")
        if request.paused:
            self._engine.deployments.keep_paused(robot.robot_id, now)
        act_id = self._engine.next_act_id("pause" if request.paused else "resume")
        self._engine.record(*self._engine.operations.detail(fact.operation_id, command_id=act_id))
        self._engine.send(
            SendAgentCommand(
                user_id=robot.user_id,
                act_id=act_id,
                command_id=act_id,
                verb="pause" if request.paused else "resume",
                arguments=(("robot_id", str(robot.robot_id)),),
                valid_for_s=20.0,
            )
        )

    # ---- the whole fleet ----------------------------------------------------------------------------------------

    def _stop_all(self, fact: Requested, request: StopAllRequest, now: Now) -> None:
        if request.word != "STOP":
            raise UsageInvalid("wrong_word", "to stop every robot, repeat the word: --word STOP")
        self._engine.explain(
            None, f"{fact.actor} asked to stop all robots", "stop latch on every user", "the word was given", now
        )
        robots: list[int] = []
        for user_id, user in tuple(self._engine.users.items()):
            self._engine.save_user(replace(user, stop_latched=True))
            self._engine.latches.set(user_id, True)
            for robot in self._robots_of(user_id):
                if self._engine.deployments.is_running(robot.robot_id):
                    self._engine.deployments.cancel(robot.robot_id, "all robots are being stopped", now)
                robots.append(robot.robot_id)
        self._engine.record(*self._engine.operations.detail(fact.operation_id, to_detach=robots))

    def _resume(self, fact: Requested, request: ResumeRequest, now: Now) -> None:
        if request.word != "START":
            raise UsageInvalid("wrong_word", "to let this user's robots trade again, repeat the word: --word START")
        user = self._engine.users[request.user_id]
        self._engine.save_user(replace(user, stop_latched=False))
        act_id = self._engine.latches.set(request.user_id, False)
        self._engine.record(*self._engine.operations.detail(fact.operation_id, command_id=act_id))
        self._engine.explain(
            user.user_id, f"{fact.actor} lifted the stop", "stop latch removed", "the word was given", now
        )
        for robot in self._robots_of(request.user_id):
            if robot.run is RobotRun.RUNNING and self._engine.watches[request.user_id].pid is not None:
                self._engine.deployments.restore(robot.robot_id, now)

    def _set_mode(self, fact: Requested, request: SetModeRequest, now: Now) -> None:
        self._engine.mode = request.mode
        self._engine.record(SaveMode(mode=request.mode.value))
        self._engine.explain(None, f"{fact.actor} set the mode", f"watchdog {request.mode.value}", "asked for", now)
        result = {"mode": request.mode.value}
        self._engine.record(
            *self._engine.operations.done(fact.operation_id, f"watchdog {request.mode.value}", now, result)
        )

    def _acknowledge(self, fact: Requested, request: AcknowledgeRequest, now: Now) -> None:
        changed = self._engine.incidents.acknowledge(request.incident_id, request.reason)
        if not changed:
            raise NotFound(
                "unknown_incident", f"incident {request.incident_id} is not open: `mt5console incidents` lists them"
            )
        self._engine.record(*changed, *self._engine.operations.done(fact.operation_id, "acknowledged", now))

    def _silence(self, fact: Requested, request: SilenceRequest, now: Now) -> None:
        changed = self._engine.incidents.silence(request.incident_id, request.until_utc_s, now)
        if not changed:
            raise NotFound(
                "unknown_incident", f"incident {request.incident_id} is not open: `mt5console incidents` lists them"
            )
        words = "silenced" if changed[0].silenced_until_utc_s is not None else "raises alerts again"
        self._engine.record(*changed, *self._engine.operations.done(fact.operation_id, words, now))

    def _robots_of(self, user_id: UserId) -> tuple[DesiredRobot, ...]:
        return tuple(robot for robot in self._engine.robots.values() if robot.user_id == user_id)

    # ---- going on -----------------------------------------------------------------------------------------------

    def hear(self, user_id: UserId, fact: Fact, now: Now) -> None:
        """Facts that end an operation by themselves."""
        match fact:
            case ProbeAnswered():
                for operation in self._mine("reconnect", user_id):
                    result = {"user_id": user_id, "login": fact.answer.login, "connected": fact.answer.connected}
                    self._done(operation, "attached again and answering", now, result)
            case ProbeFailed():
                for operation in self._mine("reconnect", user_id):
                    self._engine.record(*self._engine.operations.progress(operation.operation_id, fact.text))
            case AgentReplied():
                self._end_by_id(fact.command_id, fact.ok, fact.text, now)
            case ActDone():
                self._end_by_id(fact.act_id, True, fact.evidence, now)
            case ActFailed():
                self._end_by_id(fact.act_id, False, fact.text, now)
                self._not_pressed(user_id, fact, now)
            case _:
                pass

    def _mine(self, kind: str, user_id: UserId) -> tuple[Operation, ...]:
        return tuple(o for o in self._engine.operations.running() if o.kind == kind and o.user_id == user_id)

    def _done(self, operation: Operation, words: str, now: Now, result: dict[str, Any] | None = None) -> None:
        self._engine.record(*self._engine.operations.done(operation.operation_id, words, now, result))

    def _end_by_id(self, act_id: str, ok: bool, text: str, now: Now) -> None:
        for operation in self._engine.operations.running():
            if operation.details.get("command_id") != act_id:
                continue
            if ok:
                self._done(operation, text or "done", now)
            else:
                failed = self._engine.operations.failed(operation.operation_id, "act_failed", text, now)
                self._engine.record(*failed)

    def _not_pressed(self, user_id: UserId, fact: ActFailed, now: Now) -> None:
        """Who asked for algo trading hears that its button could not be pressed."""
        if fact.act_id.startswith("algo-"):
            for operation in self._mine("enable_algo", user_id):
                self._engine.record(*self._engine.operations.failed(operation.operation_id, fact.code, fact.text, now))

    def settle(self, now: Now) -> None:
        """End what was seen to be done, and what has passed its deadline."""
        for operation in self._engine.operations.running():
            settle_operation(self._engine, operation, now)
            self._expire(operation.operation_id, now)

    def _expire(self, operation_id: OperationId, now: Now) -> None:
        operation = self._engine.operations.get(operation_id)
        if operation is None or now.utc_s < float(operation.details.get("deadline_utc_s", 0.0)):
            return
        text = f"not seen to be done in time; last seen: {operation.progress}"
        self._engine.record(*self._engine.operations.failed(operation_id, "timeout", text, now))
