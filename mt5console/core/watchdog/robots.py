"""The robots of a living terminal: beating, stale, missing, of another version, or not desired at all.

A robot is put back only after a start of its terminal, once, and never attached twice. Must not know: how the engine
attaches or detaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from mt5console.core.model.desired import DesiredRobot, RobotRun
from mt5console.core.model.ids import RobotId
from mt5console.core.model.observed import AgentStatus
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import Mode
from mt5console.core.terminal.layout import expert_name, robot_of_expert
from mt5console.core.watchdog.checks import (
    agent_fresh,
    expected_robots,
    in_back_grace,
    is_beating,
    suspended_robots,
)
from mt5console.core.watchdog.drift import drift
from mt5console.core.watchdog.memory import NO_ROBOT, RobotMemory
from mt5console.core.watchdog.turn import Turn

ROBOT_INCIDENTS = (
    IncidentKind.ROBOT_STALE,
    IncidentKind.ROBOT_MISSING,
    IncidentKind.REMOVED_BY_HAND,
    IncidentKind.ROBOT_UNDESIRED,
    IncidentKind.ROBOT_DRIFTED,
)
_NONE: tuple[str, ...] = ()


def experts_by_robot(agent: AgentStatus) -> Mapping[RobotId, tuple[str, ...]]:
    """The console's robots on the terminal's charts, by robot; foreign experts are nobody's business."""
    found: dict[RobotId, tuple[str, ...]] = {}
    for chart in agent.charts:
        named = _robot_of(chart.expert) if chart.expert else None
        if named is not None:
            robot_id = RobotId(named[0])
            found[robot_id] = (*found.get(robot_id, _NONE), expert_name(*named))
    return found


@lru_cache(maxsize=1024)
def _robot_of(expert: str) -> tuple[int, str] | None:
    return robot_of_expert(expert)


def watch_robots(turn: Turn) -> None:
    """Judge every robot, where the agent's word on the charts is fresh and the account is known to be ours."""
    watch = turn.watch
    agent, life = watch.agent, watch.process
    if life is None or agent is None or not life.up or watch.closing is not None or watch.identity_wrong:
        return
    if not agent_fresh(watch, turn.now, turn.policy):
        return
    charts = experts_by_robot(agent)
    expected = expected_robots(watch, turn.robots)
    for robot in expected:
        if robot.robot_id in turn.fleet.deploying:
            _forget_timers(turn, robot.robot_id)
        else:
            _judge(turn, robot, charts.get(robot.robot_id, _NONE))
    _judge_undesired(turn, charts)
    for robot in suspended_robots(turn.watch, turn.robots):
        if robot.robot_id not in turn.fleet.deploying:
            _judge_suspended(turn, robot, charts.get(robot.robot_id, _NONE))
    if turn.watch.open:
        _clear_unexpected(turn, frozenset(robot.robot_id for robot in expected), charts)
    _prove(turn, expected)


def _memory(turn: Turn, robot_id: RobotId) -> RobotMemory:
    return turn.watch.robots.get(robot_id, NO_ROBOT)


def _forget_timers(turn: Turn, robot_id: RobotId) -> None:
    memory = _memory(turn, robot_id)
    if memory.missing_since_mono_s is not None or memory.wrong_since_mono_s is not None:
        turn.put_robot(robot_id, missing_since_mono_s=None, wrong_since_mono_s=None)


def _judge(turn: Turn, robot: DesiredRobot, experts: tuple[str, ...]) -> None:
    assert robot.active is not None
    memory = _memory(turn, robot.robot_id)
    right = expert_name(robot.robot_id, robot.active.slot)
    others = tuple(name for name in experts if name != right)
    if is_beating(robot, memory, turn.now, turn.policy) and not others:
        _well(turn, robot, memory)
    elif others or (experts and _beats_otherwise(turn, robot, memory)):
        _wrong_version(turn, robot, others or (right,))
    elif experts:
        _forget_timers(turn, robot.robot_id)
        _silent(turn, robot, memory)
    else:
        _absent(turn, robot)


def _beats_otherwise(turn: Turn, robot: DesiredRobot, memory: RobotMemory) -> bool:
    """Whether another deployment of this robot beats freshly."""
    beat, seen = memory.beat, memory.beat_mono_s
    if beat is None or seen is None or beat.legacy or robot.active is None:
        return False
    return beat.deployment_id != robot.active.deployment_id and turn.now.mono_s - seen <= turn.policy.robot_stale_s


def _well(turn: Turn, robot: DesiredRobot, memory: RobotMemory) -> None:
    robot_id = robot.robot_id
    if memory.missing_since_mono_s is not None or memory.wrong_since_mono_s is not None or memory.removals:
        turn.put_robot(robot_id, missing_since_mono_s=None, wrong_since_mono_s=None, removals=0, removed_mono_s=None)
    if turn.watch.said:
        turn.forget_said(f"stale:{robot_id}", f"held:removal:{robot_id}", f"observed:removal:{robot_id}")
    drifted = _drifted(turn, robot, memory)
    if not turn.watch.open:
        return
    ended = [kind for kind in ROBOT_INCIDENTS if not (drifted and kind is IncidentKind.ROBOT_DRIFTED)]
    cleared = [kind for kind in ended if turn.clear(kind, f"robot {robot_id} beats as it should", robot_id)]
    if cleared:
        turn.say("info", f"EA heartbeat recovered for robot {robot_id} ({turn.who})")


def _drifted(turn: Turn, robot: DesiredRobot, memory: RobotMemory) -> bool:
    """Tell a person of a robot that beats otherwise than it was proven, when that lasts. Nothing is done to it: who
    moved it knows why, and its positions may hang on it; on another chart it opens nothing by itself."""
    reason, robot_id, now = drift(turn.watch, robot, memory), robot.robot_id, turn.now.mono_s
    if not reason:
        if memory.drift_since_mono_s is not None or memory.drifted:
            turn.put_robot(robot_id, drift_since_mono_s=None, drifted="")
        return False
    since = memory.drift_since_mono_s
    if since is None:
        turn.put_robot(robot_id, drift_since_mono_s=now)
    elif now - since >= turn.policy.robot_missing_s:
        if memory.drifted != reason:
            turn.put_robot(robot_id, drifted=reason)
        _tell_drift(turn, robot_id, reason)
    return True


def _tell_drift(turn: Turn, robot_id: RobotId, reason: str) -> None:
    if robot_id in turn.fleet.partial:
        return  # that incident names what is missing already
    opened = turn.open(
        IncidentKind.ROBOT_DRIFTED,
        f"robot {robot_id} of {turn.who} beats, but not as it was proven: {reason}",
        "look at its chart: mend it there, or deploy it again (one click); the watchdog changes nothing by itself",
        robot_id=robot_id,
    )
    if opened:
        turn.say("warning", f"EA runs otherwise than proven: robot {robot_id} ({turn.who}: {reason})")
        turn.explain(f"alert for robot {robot_id}", f"it beats, but {reason}", "a person mends it or redeploys it")


def _wrong_version(turn: Turn, robot: DesiredRobot, experts: tuple[str, ...]) -> None:
    """An older version came back from a saved profile, or was attached by hand: away with it, then the right one."""
    robot_id, now = robot.robot_id, turn.now.mono_s
    memory = _memory(turn, robot_id)
    if memory.wrong_since_mono_s is None:
        turn.put_robot(robot_id, wrong_since_mono_s=now, missing_since_mono_s=None)
        return
    if now - memory.wrong_since_mono_s < turn.policy.restore_after_s:
        return
    if memory.removed_mono_s is not None and now - memory.removed_mono_s < turn.policy.removal_spacing_s:
        return
    why = f"{', '.join(experts)} is not the version that should run ({_wanted(robot)})"
    turn.open(
        IncidentKind.ROBOT_UNDESIRED,
        f"another version of robot {robot_id} runs in the terminal of {turn.who}; it may open nothing",
        "it is removed and the desired one put back",
        robot_id=robot_id,
    )
    if memory.removals >= turn.policy.removal_tries:
        turn.explain_once(
            f"removals:{robot_id}", "not removed again", f"{why}; {memory.removals} removals did not help"
        )
        return
    if not turn.may(f"removal:{robot_id}", f"remove {', '.join(experts)}", why):
        return
    turn.put_robot(robot_id, removals=memory.removals + 1, removed_mono_s=now, restored=False)
    for expert in experts:
        turn.removal(expert)
    turn.say("warning", f"Another version of robot {robot_id} is removed ({turn.who}: {', '.join(experts)})")
    turn.explain(f"remove {', '.join(experts)}", why, "the desired version is put back once it is gone")


def _wanted(robot: DesiredRobot) -> str:
    assert robot.active is not None
    return f"{expert_name(robot.robot_id, robot.active.slot)}, deployment {robot.active.deployment_id}"


def _silent(turn: Turn, robot: DesiredRobot, memory: RobotMemory) -> None:
    """On its chart, and no beat."""
    if in_back_grace(turn.watch, turn.now, turn.policy):
        return
    age = "never" if memory.beat_mono_s is None else f"{turn.now.mono_s - memory.beat_mono_s:.0f} s ago"
    _announce_stale(turn, robot, age)
    turn.open(
        IncidentKind.ROBOT_STALE,
        f"robot {robot.robot_id} of {turn.who} does not beat (last beat: {age}); {_session(turn, robot)}",
        "look at its log, then redeploy it (one click); the watchdog never redeploys in a living terminal",
        robot_id=robot.robot_id,
    )


def _announce_stale(turn: Turn, robot: DesiredRobot, age: str) -> None:
    if turn.first_time(f"stale:{robot.robot_id}"):
        turn.say("warning", f"EA heartbeat stale for robot {robot.robot_id} ({turn.who}, last beat: {age})")
        turn.explain(
            f"alert for robot {robot.robot_id}",
            f"last beat: {age}; the limit is {turn.policy.robot_stale_s:g} s; {_session(turn, robot)}",
            "a person redeploys it",
        )


def _session(turn: Turn, robot: DesiredRobot) -> str:
    symbol = robot.active.symbol if robot.active is not None else robot.symbol
    for session in turn.watch.agent.sessions if turn.watch.agent is not None else ():
        if session.symbol == symbol:
            return f"the session of {symbol} is {'open' if session.is_open else 'closed'} (beats go on either way)"
    return f"the session of {symbol} is not known"


def _absent(turn: Turn, robot: DesiredRobot) -> None:
    """On no chart: put back after a start, an incident otherwise."""
    robot_id, now = robot.robot_id, turn.now.mono_s
    memory, life = _memory(turn, robot_id), turn.watch.process
    assert life is not None
    if memory.missing_since_mono_s is None:
        turn.put_robot(robot_id, missing_since_mono_s=now, wrong_since_mono_s=None)
        return
    missing_s = now - memory.missing_since_mono_s
    may_restore = not life.proven or memory.removals > 0
    if may_restore and not memory.restored:
        if _beats_since(memory, memory.missing_since_mono_s):
            if missing_s >= turn.policy.robots_back_grace_s:
                _report_missing(turn, robot, restored=False)
        elif missing_s >= turn.policy.restore_after_s:
            _restore(turn, robot)
        return
    if may_restore and missing_s < turn.policy.robot_missing_s + turn.policy.restore_after_s:
        return
    if missing_s >= turn.policy.robot_missing_s:
        _report_missing(turn, robot, restored=memory.restored and not life.proven)


def _beats_since(memory: RobotMemory, mono_s: float) -> bool:
    """Whether it beats though no chart lists it: then it is not attached a second time."""
    return memory.beat_mono_s is not None and memory.beat_mono_s > mono_s


def _restore(turn: Turn, robot: DesiredRobot) -> None:
    robot_id = robot.robot_id
    why = f"the terminal runs again, its agent lists no chart with {_wanted(robot)}"
    if not turn.may(f"restore:{robot_id}", f"put robot {robot_id} back", why):
        return
    turn.put_robot(robot_id, restored=True, missing_since_mono_s=None)
    turn.restore(robot_id)
    turn.say("info", f"Putting robot {robot_id} back ({turn.who})")
    turn.explain(f"put robot {robot_id} back", why, "it is proven by READY and beats of its deployment")


def _report_missing(turn: Turn, robot: DesiredRobot, *, restored: bool) -> None:
    robot_id = robot.robot_id
    told = robot_id in turn.watch.marks.removed and not restored
    if told or turn.is_open(IncidentKind.REMOVED_BY_HAND, robot_id):
        if _agent_outlived(turn, robot_id):
            _suspend(turn, robot)
        return
    if turn.is_open(IncidentKind.ROBOT_MISSING, robot_id):
        return
    text = "could not be put back after the start"
    if not restored:
        text = "is on no chart, though its terminal was not restarted"
    _announce_gone(turn, robot)
    text = f"robot {robot_id} of {turn.who} {text}"
    turn.open(IncidentKind.ROBOT_MISSING, text, "redeploy it (one click)", robot_id=robot_id)


def _announce_gone(turn: Turn, robot: DesiredRobot) -> None:
    beat = _memory(turn, robot.robot_id).beat_mono_s
    _announce_stale(turn, robot, "never" if beat is None else f"{turn.now.mono_s - beat:.0f} s ago")


def _agent_outlived(turn: Turn, robot_id: RobotId) -> bool:
    """Whether the agent still spoke long after the robot was gone: at an exit or update it is removed with it."""
    memory, since = turn.watch.agent_memory, _memory(turn, robot_id).missing_since_mono_s
    return memory is not None and since is not None and memory.mono_s - since >= turn.policy.robot_missing_s


def _suspend(turn: Turn, robot: DesiredRobot) -> None:
    """A person took it off its chart: nothing puts it back until somebody asks."""
    robot_id = robot.robot_id
    if turn.fleet.mode is Mode.OFF:
        return
    turn.clear(IncidentKind.ROBOT_MISSING, "its removal by hand is in the journal", robot_id)
    _announce_gone(turn, robot)
    _ask_about(turn, robot_id)
    turn.want_robot(robot_id, RobotRun.SUSPENDED)
    turn.put_robot(robot_id, missing_since_mono_s=None)
    turn.explain(
        f"robot {robot_id} suspended",
        "it was removed by hand: nothing of ours was under way for it, and the agent lists no chart with it",
        "no start of the terminal puts it back; a person redeploys or removes it",
    )


def _ask_about(turn: Turn, robot_id: RobotId) -> None:
    turn.open(
        IncidentKind.REMOVED_BY_HAND,
        f"robot {robot_id} of {turn.who} was removed from its chart by hand; it is suspended",
        "was that meant? If not, redeploy it (one click); if so, remove it; until then it stays off its chart",
        robot_id=robot_id,
    )


def _judge_suspended(turn: Turn, robot: DesiredRobot, experts: tuple[str, ...]) -> None:
    """Asked about again after every start; one that is seen beating on its chart was put back by a person."""
    assert robot.active is not None
    robot_id = robot.robot_id
    if not experts:
        _ask_about(turn, robot_id)
        return
    right = expert_name(robot_id, robot.active.slot)
    if right not in experts or turn.fleet.mode is Mode.OFF:
        return
    if is_beating(robot, _memory(turn, robot_id), turn.now, turn.policy):
        turn.want_robot(robot_id, RobotRun.RUNNING)
        turn.clear(IncidentKind.REMOVED_BY_HAND, f"robot {robot_id} is back on its chart and beats", robot_id)
        why = f"the agent lists a chart with {right}, and it beats; nothing of ours attached it"
        turn.explain(f"robot {robot_id} is wanted again", why, "it is watched like any other")


def _judge_undesired(turn: Turn, charts: Mapping[RobotId, tuple[str, ...]]) -> None:
    """Experts of robots that nobody wants here are taken out; suspended ones are a person's business."""
    known = {robot.robot_id: robot for robot in turn.robots}
    for robot_id, experts in charts.items():
        robot = known.get(robot_id)
        if robot_id in turn.fleet.deploying:
            _forget_timers(turn, robot_id)
        elif robot is None or robot.run is RobotRun.REGISTERED:
            _undesired(turn, robot_id, experts)


def _undesired(turn: Turn, robot_id: RobotId, experts: tuple[str, ...]) -> None:
    now, memory = turn.now.mono_s, _memory(turn, robot_id)
    if memory.wrong_since_mono_s is None:
        turn.put_robot(robot_id, wrong_since_mono_s=now)
        return
    if now - memory.wrong_since_mono_s < turn.policy.robot_missing_s:
        return
    turn.open(
        IncidentKind.ROBOT_UNDESIRED,
        f"{', '.join(experts)} runs in the terminal of {turn.who}, though nobody asked for robot {robot_id} there",
        "it is removed",
        robot_id=robot_id,
    )
    spaced = memory.removed_mono_s is None or now - memory.removed_mono_s >= turn.policy.removal_spacing_s
    if not spaced or memory.removals >= turn.policy.removal_tries:
        return
    why = f"robot {robot_id} should not run here"
    if not turn.may(f"removal:{robot_id}", f"remove {', '.join(experts)}", why):
        return
    turn.put_robot(robot_id, removals=memory.removals + 1, removed_mono_s=now)
    for expert in experts:
        turn.removal(expert)
    turn.explain(f"remove {', '.join(experts)}", why, "it must be seen gone from its chart")


def _clear_unexpected(turn: Turn, expected: frozenset[RobotId], charts: Mapping[RobotId, tuple[str, ...]]) -> None:
    """Incidents of robots that should not run any more end; undesired ones end when they are seen gone, and suspended
    ones are asked about until a person has answered."""
    asked = frozenset(robot.robot_id for robot in suspended_robots(turn.watch, turn.robots))
    for kind, robot_id in sorted(turn.watch.open, key=str):
        if robot_id is None or kind not in ROBOT_INCIDENTS or robot_id in turn.fleet.deploying:
            continue
        if kind is IncidentKind.ROBOT_UNDESIRED and robot_id not in expected:
            if robot_id not in charts:
                turn.clear(kind, f"robot {robot_id} is seen gone", robot_id)
                turn.put_robot(robot_id, wrong_since_mono_s=None, removals=0, removed_mono_s=None)
        elif kind is IncidentKind.REMOVED_BY_HAND and robot_id in asked:
            continue
        elif robot_id not in expected:
            turn.clear(kind, f"robot {robot_id} should not run any more", robot_id)


def _prove(turn: Turn, expected: tuple[DesiredRobot, ...]) -> None:
    """After a start: every robot is proven back, or named by an incident; from then on absences are nobody's start."""
    life = turn.watch.process
    if life is None or life.proven:
        return
    missing = [
        robot for robot in expected if not is_beating(robot, _memory(turn, robot.robot_id), turn.now, turn.policy)
    ]
    unnamed = [robot for robot in missing if not is_named(turn.watch.open, robot.robot_id)]
    if unnamed or any(robot.robot_id in turn.fleet.deploying for robot in expected):
        return
    turn.put_process(proven=True)
    turn.keep(settled_start_utc_s=life.started_utc_s)
    if expected and life.by_us:
        names = ", ".join(f"robot {robot.robot_id}" for robot in missing)
        found = f"not back: {names}" if missing else f"{all_beat(len(expected))} in the desired version"
        turn.explain("start settled", found)


def all_beat(robots: int) -> str:
    """`its robot beats`, or `all 3 robots beat`."""
    return "its robot beats" if robots == 1 else f"all {robots} robots beat"


def is_named(open_incidents: frozenset[tuple[IncidentKind, RobotId | None]], robot_id: RobotId) -> bool:
    """Whether an open incident names the robot."""
    return any((kind, robot_id) in open_incidents for kind in ROBOT_INCIDENTS)
