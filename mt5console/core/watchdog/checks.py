"""The four checks: process, IPC, account and robots, each with its evidence in words and its age.

A check is True only on fresh evidence; what is not known or too old is None, never True. Must not know: what is done
about a failed one.
"""

from __future__ import annotations

from dataclasses import dataclass

from mt5console.core.model.desired import DesiredRobot, RobotRun
from mt5console.core.model.ids import Now, RobotId, same_server
from mt5console.core.model.observed import ProbeProblem
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.snapshots import CheckView
from mt5console.core.watchdog.memory import NO_ROBOT, RobotMemory
from mt5console.core.watchdog.policy import Policy
from mt5console.core.watchdog.watch import TerminalWatch

Finding = tuple[bool | None, float | None, str]
"""(ok, age in seconds, evidence)."""

NO_ANSWER = frozenset({ProbeProblem.HUNG, ProbeProblem.GONE, ProbeProblem.OTHER})
"""Problems that mean: the terminal did not answer over IPC."""

OUR_SIDE = frozenset({ProbeProblem.OWN_SIDE, ProbeProblem.VERSION})
"""Problems of the package and the Python that it runs in: a restart of the terminal mends none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The four checks at one instant."""

    process: CheckView
    ipc: CheckView
    account: CheckView
    robots: CheckView

    @property
    def oks(self) -> tuple[bool | None, ...]:
        """What each check says, in the order of the fields."""
        return self.process.ok, self.ipc.ok, self.account.ok, self.robots.ok


def look(watch: TerminalWatch, robots: tuple[DesiredRobot, ...], now: Now, policy: Policy) -> Checks:
    """All four checks as they stand now."""
    found = find(watch, robots, now, policy)
    views = [
        CheckView(ok=ok, age_s=age, evidence=evidence, changed_utc_s=mark[1] if mark[0] is ok else now.utc_s)
        for (ok, age, evidence), mark in zip(found, watch.check_marks, strict=True)
    ]
    return Checks(process=views[0], ipc=views[1], account=views[2], robots=views[3])


def find(watch: TerminalWatch, robots: tuple[DesiredRobot, ...], now: Now, policy: Policy) -> tuple[Finding, ...]:
    """The four findings, in the order process, IPC, account, robots."""
    return (
        find_process(watch, now, policy),
        find_ipc(watch, now, policy),
        find_account(watch, robots, now, policy),
        find_robots(watch, robots, now, policy),
    )


def agent_fresh(watch: TerminalWatch, now: Now, policy: Policy) -> bool:
    """Whether the agent of this process's life spoke within its time."""
    memory = watch.agent_memory
    return memory is not None and now.mono_s - memory.mono_s <= policy.agent_stale_s


def expected_robots(watch: TerminalWatch, robots: tuple[DesiredRobot, ...]) -> tuple[DesiredRobot, ...]:
    """Robots that should be beating now; none while the stop latch stands."""
    if watch.user.stop_latched:
        return ()
    return tuple(robot for robot in robots if robot.run is RobotRun.RUNNING and robot.active is not None)


def suspended_robots(watch: TerminalWatch, robots: tuple[DesiredRobot, ...]) -> tuple[DesiredRobot, ...]:
    """Robots that a person removed by hand; none is told apart while the stop latch stands."""
    if watch.user.stop_latched:
        return ()
    return tuple(robot for robot in robots if robot.run is RobotRun.SUSPENDED and robot.active is not None)


def is_beating(robot: DesiredRobot, memory: RobotMemory, now: Now, policy: Policy) -> bool:
    """Whether the desired version beats freshly; a seed's one-line heartbeat names no version and is taken as it."""
    beat, seen = memory.beat, memory.beat_mono_s
    if beat is None or seen is None or robot.active is None or now.mono_s - seen > policy.robot_stale_s:
        return False
    return beat.legacy or beat.deployment_id == robot.active.deployment_id


def any_robot_beats(watch: TerminalWatch, now: Now, policy: Policy) -> bool:
    """Whether any robot of this process's life beats freshly, in whatever version: then the process is not frozen."""
    beats = (memory.beat_mono_s for memory in watch.robots.values())
    return any(beat is not None and now.mono_s - beat <= policy.robot_stale_s for beat in beats)


def find_process(watch: TerminalWatch, now: Now, policy: Policy) -> Finding:
    """Is exactly one process of the terminal alive?"""
    if watch.conflict_pids:
        return False, 0.0, f"{len(watch.conflict_pids)} processes run the executable: {watch.conflict_pids}"
    if watch.process is not None:
        age = max(0.0, now.mono_s - watch.process.seen_mono_s)
        if age > 3 * policy.check_interval_s + policy.agent_stale_s:
            return None, age, f"pid {watch.process.pid} was last seen {age:.0f} s ago"
        return True, age, f"pid {watch.process.pid} runs"
    if not watch.looked:
        return None, None, "not looked yet"
    if watch.start is not None:
        return False, 0.0, "no process yet; its start was issued"
    return False, 0.0, "no process runs the executable"


def find_ipc(watch: TerminalWatch, now: Now, policy: Policy) -> Finding:
    """Does the terminal answer over IPC?"""
    if watch.process is None:
        return None, None, "no process to ask"
    memory = watch.agent_memory
    if memory is not None and not agent_fresh(watch, now, policy):
        age = now.mono_s - memory.mono_s
        return False, age, f"not asked: the agent of the living process is silent for {age:.0f} s"
    ipc = watch.ipc
    if ipc.problem is not None and ipc.failed_mono_s is not None:
        age = now.mono_s - ipc.failed_mono_s
        words = f"{ipc.problem.value}: {ipc.text}" if ipc.text else ipc.problem.value
        if ipc.problem in NO_ANSWER | OUR_SIDE:
            count = ipc.own_failures if ipc.problem in OUR_SIDE else ipc.failures
            return False, age, f"{words} ({count} in a row)"
        return None, age, words
    if ipc.answer is None or ipc.answered_mono_s is None:
        return None, None, "not asked yet"
    age = now.mono_s - ipc.answered_mono_s
    if age > policy.ipc_stale_s:
        return None, age, f"last answer {age:.0f} s ago"
    return True, age, f"build {ipc.answer.build} answered, ping {ipc.answer.ping_us / 1000:.1f} ms"


def find_account(watch: TerminalWatch, robots: tuple[DesiredRobot, ...], now: Now, policy: Policy) -> Finding:
    """Is the right account in, with its broker link up and algo trading on where robots need it?"""
    if watch.process is None:
        return None, None, "no process"
    word = account_word(watch, now, policy)
    if word is None:
        return _without_a_word(watch, now)
    age, account = max(0.0, now.mono_s - word.mono_s), watch.user.account
    if word.login == 0:
        return False, age, f"{watch.link.auth_stop or 'logged out'} (by the {word.who})"
    if word.login != account.login or not same_server(account.server, word.server):
        return False, age, f"{word.login}@{word.server} is in, expected {account} (by the {word.who})"
    if not word.connected:
        lost = watch.link.lost_since_mono_s
        if lost is not None and now.mono_s - lost <= policy.link_benign_s:
            return None, age, "broker link lost just now; it may only change its access point"
        return False, age, f"no broker link (by the {word.who})"
    if not word.trade_allowed and expected_robots(watch, robots):
        return False, age, "algo trading is switched off"
    return True, age, f"{account} is in, broker link up (by the {word.who})"


def _without_a_word(watch: TerminalWatch, now: Now) -> Finding:
    """The account where the agent never came: the journal may tell that it cannot be in."""
    out_mono_s = watch.marks.link.out_mono_s
    if watch.agent_memory is None and watch.link.auth_stop:
        return False, None, f"{watch.link.auth_stop} (by the journal)"
    if watch.agent_memory is None and out_mono_s is not None:
        return False, max(0.0, now.mono_s - out_mono_s), "no broker link since the terminal's start (by the journal)"
    return None, watch.agent_age_s(now), "neither agent nor IPC told of the account lately"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the freshest source says of the account. `who`: agent or probe; `mono_s`: when it said so."""

    login: int
    server: str
    connected: bool
    trade_allowed: bool
    account_trades: bool
    mono_s: float
    who: str


def account_word(watch: TerminalWatch, now: Now, policy: Policy) -> Word | None:
    """The freshest word on the account: the agent's while it is fresh, else the probe's, else None."""
    memory = watch.agent_memory
    if memory is not None and agent_fresh(watch, now, policy):
        status = memory.status
        return Word(
            login=status.login,
            server=status.server,
            connected=status.connected,
            trade_allowed=status.trade_allowed,
            account_trades=status.account_trade_allowed and status.account_trade_expert,
            mono_s=memory.mono_s,
            who="agent",
        )
    answer, answered = watch.ipc.answer, watch.ipc.answered_mono_s
    if answer is None or answered is None or watch.ipc.problem is not None:
        return None
    if now.mono_s - answered > policy.agent_stale_s + policy.check_interval_s:
        return None
    return Word(
        login=answer.login,
        server=answer.server,
        connected=answer.connected,
        trade_allowed=answer.trade_allowed,
        account_trades=answer.account_trade_allowed and answer.account_trade_expert,
        mono_s=answered,
        who="probe",
    )


def find_robots(watch: TerminalWatch, robots: tuple[DesiredRobot, ...], now: Now, policy: Policy) -> Finding:
    """Does every robot that should run beat, in the version that should run?"""
    expected = expected_robots(watch, robots)
    if watch.process is None:
        if not expected:
            return None, None, "no process, and no robot should run"
        return False, _oldest_beat(watch, expected, now), f"no process: {len(expected)} robots do not run"
    asked = _asked_about(watch, robots)
    if not expected and not asked:
        why = "the stop latch stands" if watch.user.stop_latched else "no robot should run here"
        return True, None, why
    silent: list[RobotId] = []
    awaited: list[RobotId] = []
    drifted: list[str] = []
    for robot in expected:
        memory = watch.robots.get(robot.robot_id, NO_ROBOT)
        if is_beating(robot, memory, now, policy):
            if memory.drifted:
                drifted.append(f"robot {robot.robot_id}: {memory.drifted}")
            continue
        if robot.robot_id in watch.deploying or in_back_grace(watch, now, policy):
            awaited.append(robot.robot_id)
        else:
            silent.append(robot.robot_id)
    age = _oldest_beat(watch, expected, now)
    if silent or asked or drifted:
        words = [f"silent or of another version: {_named(silent)} of {len(expected)}"] if silent else []
        words += [f"not as proven: {'; '.join(drifted)}"] if drifted else []
        return False, age, "; ".join([*words, *asked])
    if awaited:
        return None, age, f"awaited: {_named(awaited)} of {len(expected)}"
    return True, age, f"all {len(expected)} beat"


def _asked_about(watch: TerminalWatch, robots: tuple[DesiredRobot, ...]) -> list[str]:
    """Suspended robots whose removal no person has answered yet, in words."""
    asked = [
        robot.robot_id
        for robot in suspended_robots(watch, robots)
        if (IncidentKind.REMOVED_BY_HAND, robot.robot_id) in watch.open
    ]
    return [f"suspended, removed by hand: {_named(asked)}"] if asked else []


def in_back_grace(watch: TerminalWatch, now: Now, policy: Policy) -> bool:
    """Whether robots may still be on their way: after a start until its grace has passed, and in a terminal that was
    proven before this engine until one stale limit after the first look, or every adoption would cry wolf."""
    life = watch.process
    if life is None:
        return False
    if life.proven:
        return now.mono_s - life.first_seen_mono_s <= policy.robot_stale_s
    return life.login_seen_mono_s is None or now.mono_s - life.login_seen_mono_s <= policy.robots_back_grace_s


def _oldest_beat(watch: TerminalWatch, expected: tuple[DesiredRobot, ...], now: Now) -> float | None:
    ages = [
        now.mono_s - memory.beat_mono_s
        for robot in expected
        if (memory := watch.robots.get(robot.robot_id)) is not None and memory.beat_mono_s is not None
    ]
    return max(0.0, *ages) if ages else None


def _named(ids: list[RobotId]) -> str:
    return ", ".join(f"robot {robot_id}" for robot_id in ids)
