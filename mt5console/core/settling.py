"""When an operation has ended, by what is observed: one rule for each kind that no single fact ends.

Pure. Must not know: how an act is carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mt5console.core.model.commands import ForgetRobot
from mt5console.core.model.ids import Now, OperationId, RobotId, UserId
from mt5console.core.model.records import IncidentKind, Operation
from mt5console.core.terminal.layout import robot_of_expert
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.view import settled

if TYPE_CHECKING:
    from mt5console.core.engine import Engine

STOPS_A_START = frozenset(
    {
        IncidentKind.AUTH_FAILED,
        IncidentKind.NO_SECRET,
        IncidentKind.START_FAILED,
        IncidentKind.QUARANTINED,
        IncidentKind.WRONG_IDENTITY,
        IncidentKind.TWO_PROCESSES,
        IncidentKind.DISK_FULL,
    }
)


def settle_operation(engine: Engine, operation: Operation, now: Now) -> None:
    """End the operation if what it asked for is seen to be done, or can be seen to fail."""
    rule = RULES.get(operation.kind)
    if rule is not None:
        rule(engine, operation, now)


def _user(engine: Engine, operation: Operation, now: Now) -> UserId | None:
    """The operation's user; an operation whose user is gone ends FAILED."""
    user_id = operation.user_id
    if user_id is None or user_id not in engine.watches:
        engine.record(
            *engine.operations.failed(operation.operation_id, "user_gone", "the user was removed meanwhile", now)
        )
        return None
    return user_id


def _started(engine: Engine, operation: Operation, now: Now) -> None:
    user_id = _user(engine, operation, now)
    if user_id is None:
        return
    for incident in engine.incidents.of_user(user_id):
        if incident.kind in STOPS_A_START:
            text = f"{incident.text}; {incident.next_step}"
            engine.record(*engine.operations.failed(operation.operation_id, incident.kind.value, text, now))
            return
    watch = engine.watches[user_id]
    if operation.kind == "terminal_restart" and watch.pid == operation.details.get("old_pid"):
        engine.record(*engine.operations.progress(operation.operation_id, "waiting for the old process to end"))
        return
    done, words = settled(watch, engine.expected_robots(user_id), now, engine.policy)
    if not done:
        engine.record(*engine.operations.progress(operation.operation_id, words))
        return
    result = {"user_id": user_id, "state": watch.state.value, "pid": watch.pid, "seen": words}
    engine.record(*engine.operations.done(operation.operation_id, words, now, result))


def _stopped(engine: Engine, operation: Operation, now: Now) -> None:
    user_id = _user(engine, operation, now)
    if user_id is None:
        return
    watch = engine.watches[user_id]
    if watch.pid is None and watch.state is State.STOPPED:
        result = {"user_id": user_id, "state": watch.state.value, "pid": None}
        engine.record(*engine.operations.done(operation.operation_id, "its process is gone", now, result))


def _algo_enabled(engine: Engine, operation: Operation, now: Now) -> None:
    user_id = _user(engine, operation, now)
    if user_id is None:
        return
    known = engine.known(user_id, now)
    if known.agent is None or known.agent_age_s is None or known.agent_age_s > engine.policy.agent_stale_s:
        words = "the switch's position is not known: the agent does not speak"
        engine.record(*engine.operations.progress(operation.operation_id, words))
    elif known.agent.trade_allowed:
        result = {"user_id": user_id, "trade_allowed": True}
        engine.record(*engine.operations.done(operation.operation_id, "algo trading is seen enabled", now, result))


def _robot_removed(engine: Engine, operation: Operation, now: Now) -> None:
    robot = engine.robots.get(operation.robot_id) if operation.robot_id is not None else None
    if robot is None or not operation.details.get("detaching") or engine.deployments.is_running(robot.robot_id):
        return
    if _on_a_chart(engine, robot.user_id, robot.robot_id, now):
        text = f"robot {robot.robot_id} could not be seen gone from its chart; it stays registered"
        engine.record(*engine.operations.failed(operation.operation_id, "not_gone", text, now))
        return
    engine.record(*engine.operations.detail(operation.operation_id, detaching=False))
    act_id = engine.next_act_id("forget")
    engine.send(ForgetRobot(user_id=robot.user_id, act_id=act_id, robot_id=robot.robot_id))


def _on_a_chart(engine: Engine, user_id: UserId, robot_id: RobotId, now: Now) -> bool:
    """Whether the robot may still be on a chart: seen there, or nobody can tell."""
    known = engine.known(user_id, now)
    if known.pid is None:
        return False
    if known.agent is None or known.agent_age_s is None or known.agent_age_s > engine.policy.agent_stale_s:
        return True
    return any((named := robot_of_expert(chart.expert)) and named[0] == robot_id for chart in known.agent.charts)


def _all_stopped(engine: Engine, operation: Operation, now: Now) -> None:
    """Detach every robot once nothing else is under way for it; done when each terminal is proven without robots."""
    waiting = [RobotId(robot_id) for robot_id in operation.details.get("to_detach", ())]
    left = [robot_id for robot_id in waiting if engine.deployments.is_running(robot_id)]
    for robot_id in set(waiting) - set(left):
        robot = engine.robots.get(robot_id)
        if robot is not None and _on_a_chart(engine, robot.user_id, robot_id, now):
            engine.deployments.take_away(robot, OperationId(engine.next_act_id("stop")), now)
    if left != waiting:
        engine.record(*engine.operations.detail(operation.operation_id, to_detach=left))
    if left or any(engine.deployments.robots_of(user_id) for user_id in engine.users):
        engine.record(*engine.operations.progress(operation.operation_id, "robots are being detached"))
        return
    if engine.latches.is_writing:
        engine.record(*engine.operations.progress(operation.operation_id, "the stop latches are being written"))
        return
    terminals = [_stop_proof(engine, user_id, now) for user_id in sorted(engine.users)]
    unproven = [entry["user_id"] for entry in terminals if not entry["stopped"]]
    result = {"terminals": terminals}
    if not unproven:
        words = "every robot is seen stopped; the stop latch stands until `resume`"
        engine.record(*engine.operations.done(operation.operation_id, words, now, result))
        return
    named = ", ".join(str(user_id) for user_id in unproven)
    stands = "the stop latch stands everywhere"
    if engine.latches.missing:
        without = "; ".join(f"{user_id} ({why})" for user_id, why in sorted(engine.latches.missing.items()))
        stands = f"NO STOP LATCH yet for users {without}: close their terminals by hand; it is tried again"
    words = f"{stands}, but these terminals are not proven free of robots: {named}"
    engine.record(*engine.operations.done(operation.operation_id, words, now, result, exit_code=1))


def _stop_proof(engine: Engine, user_id: UserId, now: Now) -> dict[str, object]:
    unlatched = engine.latches.missing.get(user_id)
    if unlatched:
        return {"user_id": user_id, "stopped": False, "evidence": f"its stop latch is not written: {unlatched}"}
    if engine.watches[user_id].pid is None:
        return {"user_id": user_id, "stopped": True, "evidence": "its terminal does not run"}
    mine = [robot for robot in engine.robots.values() if robot.user_id == user_id]
    on_chart = [robot.robot_id for robot in mine if _on_a_chart(engine, user_id, robot.robot_id, now)]
    if on_chart:
        return {"user_id": user_id, "stopped": False, "evidence": f"not seen gone: robots {on_chart}"}
    return {"user_id": user_id, "stopped": True, "evidence": "the agent lists no chart with a robot"}


RULES: dict[str, Callable[[Engine, Operation, Now], None]] = {
    "terminal_start": _started,
    "terminal_restart": _started,
    "terminal_stop": _stopped,
    "enable_algo": _algo_enabled,
    "robot_remove": _robot_removed,
    "stop_all": _all_stopped,
}
