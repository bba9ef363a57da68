"""Running deployments of the engine: begun, fed with facts, stored at every step, ended in the books.

Pure like the machine it drives. Must not know: how a robot is attached, or who asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mt5console.core.deployment.endings import cancelled_words
from mt5console.core.deployment.machine import advance, begin, cancel, resume
from mt5console.core.deployment.plan import DeploymentPlan, Step
from mt5console.core.deployment.record import from_record, to_record
from mt5console.core.deployment.second_proof import PASSING, Unproven, look
from mt5console.core.deployment.shape import deploy_shape
from mt5console.core.deployment.state import Advance, DeploymentState
from mt5console.core.errors import EXIT_DEPLOY_FAILED, EXIT_DONE, EXIT_FAILED, EXIT_PARTIAL, Conflict
from mt5console.core.model.desired import DesiredRobot, RobotRun
from mt5console.core.model.facts import Fact
from mt5console.core.model.ids import SLOT_A, SLOT_B, DeploymentId, Now, OperationId, RobotId, UserId
from mt5console.core.model.records import DeploymentRecord, IncidentKind, Outcome
from mt5console.core.model.requests import DeployRequest, Mode
from mt5console.core.watchdog.verdict import ClearIncident, OpenIncident

if TYPE_CHECKING:
    from mt5console.core.engine import Engine

EXIT_BY_OUTCOME = {Outcome.SUCCESS: EXIT_DONE, Outcome.PARTIAL: EXIT_PARTIAL, Outcome.FAILED: EXIT_DEPLOY_FAILED}
_EXIT_OF_CANCEL = {
    None: EXIT_DONE,
    Outcome.FAILED: EXIT_DONE,
    Outcome.PARTIAL: EXIT_PARTIAL,
    Outcome.SUCCESS: EXIT_FAILED,
}
CLEARED_BY_PROOF = (
    IncidentKind.ROBOT_PARTIAL,
    IncidentKind.ROBOT_MISSING,
    IncidentKind.ROBOT_STALE,
    IncidentKind.ROBOT_DRIFTED,
)


class Deployments:
    """At most one running deployment per robot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: dict[RobotId, DeploymentState] = {}
        self._unproven: dict[RobotId, Unproven] = {}

    def robots_of(self, user_id: UserId) -> frozenset[RobotId]:
        """Robots of this user with a deployment, restore or removal under way."""
        return frozenset(robot for robot, state in self._running.items() if state.plan.user.user_id == user_id)

    def is_running(self, robot_id: RobotId) -> bool:
        """Whether something is under way for this robot."""
        return robot_id in self._running

    def is_changing(self, robot_id: RobotId) -> bool:
        """Whether something is under way for this robot that changes its files or charts: no dry run."""
        state = self._running.get(robot_id)
        return state is not None and not state.plan.dry_run

    def coming(self, robots: Iterable[DesiredRobot]) -> tuple[DesiredRobot, ...]:
        """Those of the robots whose new version has passed its checks and is on its way, as it will run."""
        states = [self._running.get(robot.robot_id) for robot in robots]
        return tuple(s.plan.robot for s in states if s is not None and s.plan.deploys and s.step is not Step.PREFLIGHT)

    # ---- beginning ----------------------------------------------------------------------------------------------

    def deploy(self, robot: DesiredRobot, request: DeployRequest, operation_id: OperationId, now: Now) -> None:
        """Begin a deployment that a person asked for. Raises Conflict when one is under way."""
        if robot.robot_id in self._running:
            raise Conflict("deployment_running", f"robot {robot.robot_id} is being deployed already: wait for its end")
        slot = SLOT_B if robot.active is not None and robot.active.slot == SLOT_A else SLOT_A
        plan = DeploymentPlan(
            deployment_id=self._new_id(),
            operation_id=operation_id,
            kind="deploy",
            robot=robot,
            user=self._engine.users[robot.user_id],
            previous=robot.active,
            slot=slot,
            source_hash=robot.source_hash,
            inputs=robot.inputs,
            timeout_s=request.timeout_s,
            proof_s=self._engine.proof_s,
            dry_run=request.dry_run,
        )
        self._begin(plan, now)

    def restore(self, robot_id: RobotId, now: Now) -> None:
        """Put a robot's proven version back after a start of its terminal; nothing to do when one is under way."""
        robot = self._engine.robots.get(robot_id)
        if robot is None or robot.active is None or robot_id in self._running:
            return
        own = OperationId(self._engine.next_act_id("restore"))
        self._begin(self._plan(robot, "restore", own), now)

    def take_away(self, robot: DesiredRobot, operation_id: OperationId, now: Now) -> None:
        """Detach a robot and prove it gone. Raises Conflict when something is under way for it."""
        if robot.robot_id in self._running:
            raise Conflict("deployment_running", f"robot {robot.robot_id} is being deployed: wait for its end")
        self._begin(self._plan(robot, "remove", operation_id), now)

    def _plan(self, robot: DesiredRobot, kind: str, operation_id: OperationId) -> DeploymentPlan:
        active = robot.active
        return DeploymentPlan(
            deployment_id=self._new_id(),
            operation_id=operation_id,
            kind=kind,
            robot=robot,
            user=self._engine.users[robot.user_id],
            previous=active,
            slot=SLOT_A if active is None else active.slot,
            source_hash="" if active is None else active.source_hash,
            inputs=robot.inputs if active is None else active.inputs,
            timeout_s=60.0,
            proof_s=self._engine.proof_s,
            dry_run=False,
        )

    def _new_id(self) -> DeploymentId:
        return DeploymentId(self._engine.next_act_id("d"))

    def _begin(self, plan: DeploymentPlan, now: Now) -> None:
        known = self._engine.known(plan.user.user_id, now)
        self._take_over(plan.robot.robot_id, begin(plan, known, now), now)

    def resume_all(self, records: Iterable[DeploymentRecord], now: Now) -> None:
        """Go on with what an engine that died had under way; what cannot be read is closed as PARTIAL and named."""
        for record in records:
            state = from_record(record)
            if state is None or record.user_id not in self._engine.watches:
                self._close_torn(record, now)
                continue
            known = self._engine.known(record.user_id, now)
            self._take_over(record.robot_id, resume(state, known, now), now)

    def _close_torn(self, record: DeploymentRecord, now: Now) -> None:
        text = f"deployment {record.deployment_id} of robot {record.robot_id} was cut off and its state cannot be read"
        diagnosis = {"cause": "engine_interrupted", "text": text, "next_step": "look at the chart, then deploy again"}
        closed = replace(
            record, ended_utc_s=now.utc_s, outcome=Outcome.PARTIAL, diagnosis={**diagnosis, "points": []}, state={}
        )
        self._engine.record(closed)
        if record.user_id in self._engine.watches:
            wanted = OpenIncident(
                kind=IncidentKind.ROBOT_PARTIAL,
                text=text,
                next_step=diagnosis["next_step"],
                robot_id=record.robot_id,
            )
            total = len(self._engine.users)
            self._engine.record(*self._engine.incidents.open(record.user_id, wanted, now, total))

    # ---- going on -----------------------------------------------------------------------------------------------

    def hear(self, user_id: UserId, fact: Fact, now: Now) -> None:
        """A fact about this user's terminal, for each deployment on it."""
        for robot_id in self.robots_of(user_id):
            state = self._running[robot_id]
            self._take_over(robot_id, advance(state, fact, self._engine.known(user_id, now), now), now)

    def pass_time(self, now: Now) -> None:
        """Time passes for every running deployment."""
        for robot_id, state in tuple(self._running.items()):
            known = self._engine.known(state.plan.user.user_id, now)
            self._take_over(robot_id, advance(state, None, known, now), now)
        for robot_id in tuple(self._unproven):
            self._prove_again(robot_id, now)

    def _prove_again(self, robot_id: RobotId, now: Now) -> None:
        """Take up a put-back that waits for the end of what stood in the way of its proof."""
        robot, waiting = self._engine.robots.get(robot_id), self._unproven[robot_id]
        if robot is None or robot.active != waiting.version or robot.user_id not in self._engine.watches:
            del self._unproven[robot_id]
            return
        if robot_id in self._running or self._engine.mode is not Mode.ON:
            return
        self._unproven[robot_id], is_due = look(waiting, robot, self._engine.known(robot.user_id, now), now)
        if is_due:
            why = f"it runs well since its put-back ended unproven; try {waiting.tries + 1}"
            self._engine.explain(robot.user_id, f"robot {robot_id}", "prove it once more", why, now)
            self.restore(robot_id, now)

    def cancellable(self, robot_id: RobotId) -> DeploymentState:
        """The running deployment of a robot, if a person may still cancel it.

        Raises Conflict: `no_deployment` when none runs, `not_cancellable` for a removal or a put-back, `too_late`
        when everything is proven or left PARTIAL already.
        """
        state = self._running.get(robot_id)
        if state is None:
            raise Conflict("no_deployment", f"robot {robot_id} is not being deployed: there is nothing to cancel")
        if not state.plan.deploys:
            doing = "removed" if state.plan.kind == "remove" else "put back on its chart"
            raise Conflict("not_cancellable", f"robot {robot_id} is being {doing}: that is not cancelled half-way")
        if state.step in (Step.PROMOTE, Step.PAUSE):
            text = f"robot {robot_id} is attached and judged already: wait for the end, then roll back or remove it"
            raise Conflict("too_late", text)
        return state

    def keep_paused(self, robot_id: RobotId, now: Now) -> None:
        """A person pauses a robot that is being deployed: its deployment opens no entries any more."""
        state = self._running.get(robot_id)
        if state is not None:
            self._take_over(robot_id, Advance(state=replace(state, resume_sent=True), remember=True), now)

    def cancel(self, robot_id: RobotId, why: str, now: Now) -> None:
        """Stop what is under way for a robot; it ends in the right word by itself."""
        state = self._running.get(robot_id)
        if state is not None:
            known = self._engine.known(state.plan.user.user_id, now)
            self._take_over(robot_id, cancel(state, known, now, why), now)

    def _take_over(self, robot_id: RobotId, moved: Advance, now: Now) -> None:
        state = moved.state
        self._running[robot_id] = state
        if moved.remember or state.ended:
            record = to_record(state, now)
            self._engine.record(record)
            self._tell_progress(record)
            if state.ended:
                self._running.pop(robot_id, None)
                self._end(state, record, now)
        self._engine.send(*moved.commands)

    def _tell_progress(self, record: DeploymentRecord) -> None:
        if record.operation_id is None or not record.stages:
            return
        stage = record.stages[-1]
        words = f"{stage.name}: {stage.outcome}" + (f" ({stage.evidence})" if stage.evidence else "")
        self._engine.record(*self._engine.operations.progress(record.operation_id, words))

    # ---- ending -------------------------------------------------------------------------------------------------

    def _end(self, state: DeploymentState, record: DeploymentRecord, now: Now) -> None:
        plan = state.plan
        if not plan.dry_run:
            self._settle_robot(state, now)
            self._settle_incidents(state, now)
            self._settle_proof(state)
        outcome = state.outcome
        words = f"{plan.kind} of robot {plan.robot.robot_id} ended: {outcome.value if outcome else 'dry run'}"
        why = record.diagnosis["text"] if record.diagnosis else "every stage passed"
        self._engine.explain(plan.user.user_id, f"deployment {plan.deployment_id}", words, why, now)
        if plan.deploys:
            code = EXIT_DONE if outcome is None else EXIT_BY_OUTCOME[outcome]
            shape = deploy_shape(record)
            self._engine.record(*self._engine.operations.done(plan.operation_id, words, now, shape, code))
            self._end_cancels(state, shape, now)

    def _end_cancels(self, state: DeploymentState, shape: dict[str, Any], now: Now) -> None:
        """Those who asked to cancel hear how it ended: FAILED is what they wanted, if that was for their wish."""
        plan, operations = state.plan, self._engine.operations
        for operation in operations.running():
            if operation.kind != "deploy_cancel" or operation.details.get("deployment_id") != plan.deployment_id:
                continue
            code = _EXIT_OF_CANCEL[state.outcome]
            self._engine.record(*operations.done(operation.operation_id, cancelled_words(state), now, shape, code))

    def _settle_proof(self, state: DeploymentState) -> None:
        """A put-back that ended unproven for a reason that passes waits for its second proof; nothing else does."""
        robot_id, version = state.plan.robot.robot_id, state.active_after
        unproven = state.outcome in (Outcome.PARTIAL, Outcome.FAILED)
        waits = state.plan.kind == "restore" and unproven and state.cause in PASSING
        if not waits or version is None:
            self._unproven.pop(robot_id, None)
            return
        known = self._unproven.get(robot_id)
        if known is None or known.version != version:
            self._unproven[robot_id] = Unproven(version=version)

    def _settle_robot(self, state: DeploymentState, now: Now) -> None:
        """What should run from now on, by what was proven."""
        robot = self._engine.robots.get(state.plan.robot.robot_id)
        if robot is None or not state.plan.deploys:
            return
        run = RobotRun.RUNNING if state.active_after is not None else RobotRun.REGISTERED
        if robot.run is RobotRun.SUSPENDED and not state.touched:
            run = robot.run  # refused before anything was done: nobody has answered the question yet
        newer = replace(robot, active=state.active_after, run=run)
        if newer != robot:
            self._engine.save_robot(newer)

    def _settle_incidents(self, state: DeploymentState, now: Now) -> None:
        plan, book = state.plan, self._engine.incidents
        user_id, robot_id = plan.user.user_id, plan.robot.robot_id
        if state.incident is not None:
            found = state.incident
            wanted = OpenIncident(kind=found.kind, text=found.text, next_step=found.next_step, robot_id=robot_id)
            self._engine.record(*book.open(user_id, wanted, now, len(self._engine.users)))
        elif state.outcome is Outcome.SUCCESS:
            for kind in CLEARED_BY_PROOF:
                done = ClearIncident(kind=kind, why=f"{plan.kind} ended in SUCCESS", robot_id=robot_id)
                self._engine.record(*book.clear(user_id, done, now))
