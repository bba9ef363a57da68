"""What readers, deployments and operations see of a watch: the view, the known terminal, whether a start is done.

Must not know: how decisions are made.
"""

from __future__ import annotations

from mt5console.core.model.desired import DesiredRobot, RobotRun
from mt5console.core.model.ids import Now
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.observed import Entries
from mt5console.core.model.requests import Mode
from mt5console.core.model.snapshots import RobotView, TerminalView
from mt5console.core.watchdog.checks import agent_fresh, expected_robots, is_beating, look
from mt5console.core.watchdog.identity import findings, identity_ok
from mt5console.core.watchdog.memory import NO_ROBOT, RobotMemory
from mt5console.core.watchdog.policy import Policy
from mt5console.core.watchdog.robots import all_beat, experts_by_robot, is_named
from mt5console.core.watchdog.starting import restarts_in_window
from mt5console.core.watchdog.states import MEANING, State
from mt5console.core.watchdog.watch import TerminalWatch


def terminal_view(
    watch: TerminalWatch, robots: tuple[DesiredRobot, ...], now: Now, policy: Policy, incident: str | None, mode: Mode
) -> TerminalView:
    """One terminal for every reader, with ages at `now`."""
    checks = look(watch, robots, now, policy)
    user, agent, life = watch.user, watch.agent, watch.process
    fresh = agent if agent_fresh(watch, now, policy) else None
    return TerminalView(
        user_id=user.user_id,
        account=user.account,
        trade_mode=watch.trade_mode,
        state=watch.state.value,
        words=state_words(watch, now, mode),
        desired=user.run,
        pid=watch.pid,
        started_utc_s=None if life is None else life.started_utc_s,
        process=checks.process,
        ipc=checks.ipc,
        account_check=checks.account,
        robots_check=checks.robots,
        robots=tuple(_robot_view(watch, robot, now, policy) for robot in robots),
        restarts_in_window=len(restarts_in_window(now.utc_s, policy.restart_window_s, watch.ladder.restarts_utc_s)),
        restart_budget=policy.restart_budget,
        incident=incident,
        identity=findings(watch),
        positions=None if fresh is None or fresh.positions is None else len(fresh.positions),
        trade_allowed=None if fresh is None else fresh.trade_allowed,
        cpu_percent=watch.cpu_percent,
        rss_bytes=watch.rss_bytes,
        build=_build(watch),
        stop_latched=user.stop_latched,
        maintenance_until_utc_s=user.maintenance_until_utc_s,
        watch_only=user.watch_only,
        directory=user.directory,
    )


def _build(watch: TerminalWatch) -> int | None:
    if watch.agent is not None:
        return watch.agent.build
    return None if watch.ipc.answer is None else watch.ipc.answer.build


def state_words(watch: TerminalWatch, now: Now, mode: Mode) -> str:
    """The state in one plain sentence, with why it is held where it is."""
    text = MEANING[watch.state]
    if watch.state is State.QUARANTINED:
        text = f"quarantined: {watch.ladder.quarantined}; a person must release it"
    elif watch.state is State.WRONG_IDENTITY:
        text = f"every act is stopped: {watch.identity_wrong}"
    elif watch.state is State.DOWN and watch.ladder.hold:
        text = f"not started: {watch.ladder.hold}"
    elif watch.state is State.DOWN and watch.ladder.not_before_mono_s > now.mono_s:
        text = f"{text}; {watch.ladder.not_before_mono_s - now.mono_s:.0f} s of backoff left"
    until = watch.user.maintenance_until_utc_s
    if until is not None and until > now.utc_s:
        text = f"{text}; maintenance for another {until - now.utc_s:.0f} s"
    if mode is not Mode.ON:
        text = f"{text}; the watchdog only observes" if mode is Mode.OBSERVE else f"{text}; the watchdog is off"
    return text


def _robot_view(watch: TerminalWatch, robot: DesiredRobot, now: Now, policy: Policy) -> RobotView:
    memory = watch.robots.get(robot.robot_id, NO_ROBOT)
    beat, seen, ready = memory.beat, memory.beat_mono_s, memory.ready
    active = robot.active
    return RobotView(
        robot_id=robot.robot_id,
        symbol=robot.symbol if active is None else active.symbol,
        timeframe=(robot.timeframe if active is None else active.timeframe).value,
        state=_robot_state(watch, robot, memory, now, policy),
        ready=ready is not None and active is not None and ready.deployment_id == active.deployment_id,
        heartbeat_age_s=None if seen is None else max(0.0, now.mono_s - seen),
        sequence=None if beat is None else beat.sequence,
        deployment_id=None if beat is None else beat.deployment_id,
        entries=None if beat is None else beat.entries.value,
        errors=tuple(error.text for error in memory.errors),
    )


def _robot_state(watch: TerminalWatch, robot: DesiredRobot, memory: RobotMemory, now: Now, policy: Policy) -> str:
    if robot.robot_id in watch.deploying:
        return "deploying"
    if robot.run is RobotRun.REGISTERED or robot.active is None:
        return "registered"
    if watch.user.stop_latched:
        return "stopped"
    suspended = robot.run is RobotRun.SUSPENDED
    if watch.process is None:
        return "suspended" if suspended else "stopped"
    if is_beating(robot, memory, now, policy):
        if memory.drifted:
            return "drifted"
        entries = memory.beat.entries if memory.beat is not None else Entries.OPEN
        return "beating" if entries is Entries.OPEN else entries.value
    if suspended:
        return "suspended"
    agent = watch.agent
    if agent is None or not agent_fresh(watch, now, policy):
        return "unknown"
    if robot.robot_id not in experts_by_robot(agent):
        return "missing"
    return "stale"


def terminal_known(
    watch: TerminalWatch,
    robots: tuple[DesiredRobot, ...],
    rivals: tuple[DesiredRobot, ...],
    now: Now,
    policy: Policy,
) -> TerminalKnown:
    """The terminal as deployments and safety rules read it."""
    memories = watch.robots
    cause, text = _block(watch, now, policy)
    return TerminalKnown(
        user=watch.user,
        state=watch.state.value,
        pid=watch.pid,
        identity_ok=identity_ok(watch),
        blocked=text,
        blocked_cause=cause,
        trade_mode=watch.trade_mode,
        agent=watch.agent,
        agent_age_s=watch.agent_age_s(now),
        readies={robot_id: memory.ready for robot_id, memory in memories.items() if memory.ready is not None},
        beats={robot_id: memory.beat for robot_id, memory in memories.items() if memory.beat is not None},
        beat_ages_s={
            robot_id: max(0.0, now.mono_s - memory.beat_mono_s)
            for robot_id, memory in memories.items()
            if memory.beat_mono_s is not None
        },
        advances={robot_id: memory.advances for robot_id, memory in memories.items()},
        errors={robot_id: memory.errors for robot_id, memory in memories.items() if memory.errors},
        robots=robots,
        rivals=rivals,
        recent_journal=watch.journal,
    )


def blocked(watch: TerminalWatch, now: Now, policy: Policy) -> str:
    """Why no act may touch this terminal now, `""` when acts are allowed."""
    return _block(watch, now, policy)[1]


def _block(watch: TerminalWatch, now: Now, policy: Policy) -> tuple[str, str]:
    """(cause, sentence) of why no act may touch this terminal now."""
    if watch.conflict_pids:
        pids = ", ".join(map(str, watch.conflict_pids))
        return "blocked", f"two processes run its executable ({pids}); end all but one"
    if watch.identity_wrong:
        return "wrong_account", f"wrong identity: {watch.identity_wrong}"
    if watch.ladder.quarantined:
        return "blocked", f"quarantined: {watch.ladder.quarantined}; release it first"
    if watch.process is None:
        return "terminal_down", f"the terminal is not running ({watch.state.value}); start it first"
    if watch.closing is not None:
        return "blocked", f"the terminal is being closed: {watch.closing.reason}"
    if watch.agent_memory is None:
        return "agent_dead", "the agent has not spoken yet"
    if not agent_fresh(watch, now, policy):
        return "agent_dead", f"the agent is silent for {watch.agent_age_s(now):.0f} s"
    if watch.process.login_seen_mono_s is None:
        return "account_out", "the account is not logged in yet"
    return "", ""


def settled(watch: TerminalWatch, robots: tuple[DesiredRobot, ...], now: Now, policy: Policy) -> tuple[bool, str]:
    """Whether a start or restart is seen to be done: login seen, ini wiped, robots proven back or named."""
    life = watch.process
    if watch.asked or watch.closing is not None:
        return False, f"the terminal will be {'started' if watch.asked == 'start' else 'closed first'}"
    if life is None:
        return False, "no process is seen yet"
    if watch.conflict_pids or watch.identity_wrong:
        return False, blocked(watch, now, policy)
    if life.login_seen_mono_s is None:
        return False, f"pid {life.pid} runs; its login is not seen yet"
    if not life.ini_wiped or watch.ini is not None:
        return False, f"pid {life.pid} is logged in; the start ini is not wiped yet"
    if not life.up or not agent_fresh(watch, now, policy):
        return False, f"pid {life.pid} is logged in; its agent is awaited"
    expected = expected_robots(watch, robots)
    missing = [
        robot.robot_id
        for robot in expected
        if not is_beating(robot, watch.robots.get(robot.robot_id, NO_ROBOT), now, policy)
    ]
    unnamed = [robot_id for robot_id in missing if not is_named(watch.open, robot_id)]
    if unnamed:
        return False, f"pid {life.pid} is logged in; awaited: {', '.join(f'robot {robot_id}' for robot_id in unnamed)}"
    words = f"pid {life.pid} runs, {watch.user.account} is in"
    if missing:
        return True, f"{words}; not back: {', '.join(f'robot {robot_id}' for robot_id in missing)}"
    return True, f"{words}, {all_beat(len(expected))}" if expected else words


def probe_wanted(watch: TerminalWatch, now: Now, policy: Policy) -> bool:
    """Whether IPC may be asked: exactly one process is seen, it is not being closed, and its agent is fresh."""
    return watch.process is not None and watch.closing is None and agent_fresh(watch, now, policy)
