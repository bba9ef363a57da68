"""The engine: facts in, decisions, commands out. `step()` is the only door, and nothing else knows the whole.

Pure: no clock, no I/O, no thread. What a step returns as changes must be committed before its commands are carried
out; then a crash at any point is replayed from what is stored. Must not know: files, processes, SQL, HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mt5console.core.deployments import Deployments
from mt5console.core.incident_book import IncidentBook
from mt5console.core.model.commands import CloseTerminal, Command, SendAgentCommand, StartTerminal
from mt5console.core.model.desired import DesiredRobot, DesiredUser, RobotRun
from mt5console.core.model.facts import (
    Fact,
    FilesRead,
    HeartbeatSeen,
    ProcessAbsent,
    ProcessExited,
    ProcessUsageSeen,
    Requested,
    RobotForgotten,
    RobotRegistered,
    StopLatchSeen,
    StorageSeen,
    UserForgotten,
    UserRegistered,
)
from mt5console.core.model.ids import Now, RobotId, ServerId, UserId, same_account
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.records import (
    Change,
    Decision,
    DeploymentRecord,
    Incident,
    Operation,
    SaveRobot,
    SaveUser,
    SaveWatch,
)
from mt5console.core.model.requests import Mode
from mt5console.core.model.snapshots import FleetSnapshot
from mt5console.core.operation_book import OperationBook
from mt5console.core.request_desk import RequestDesk
from mt5console.core.stop_latches import StopLatches
from mt5console.core.terminal.layout import robot_of_expert
from mt5console.core.watchdog.decide import decide
from mt5console.core.watchdog.link import is_disconnected
from mt5console.core.watchdog.policy import Policy
from mt5console.core.watchdog.verdict import FleetContext, Verdict
from mt5console.core.watchdog.view import probe_wanted, terminal_known, terminal_view
from mt5console.core.watchdog.watch import TerminalWatch, from_stored, new_watch, to_stored

REMOVAL_AGAIN_S = 10.0
"""An undesired expert is asked to go again only after this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What an engine starts from: everything that the last one stored."""

    users: Sequence[DesiredUser] = ()
    robots: Sequence[DesiredRobot] = ()
    watches: Mapping[UserId, dict[str, Any]] = field(default_factory=dict)
    deployments: Sequence[DeploymentRecord] = ()
    incidents: Sequence[Incident] = ()
    operations: Sequence[Operation] = ()
    mode: Mode = Mode.ON


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step yields, in the order in which it happened. Commit `changes` before carrying out `commands`."""

    changes: tuple[Change, ...]
    commands: tuple[Command, ...]


class Engine:
    """All terminals of one base directory. Not thread-safe: one loop owns it.

    `generation` grows with every engine start of this base directory and makes ids unique. `pass_time_s`: how often
    a terminal's watch is asked what the mere passing of time means. `proof_s`: how long all must stay true before a
    deployment is a SUCCESS.
    """

    def __init__(
        self,
        remembered: Remembered,
        *,
        server: ServerId,
        simulated: bool,
        policy: Policy,
        generation: int,
        now: Now,
        recommended_terminals: int = 10,
        pass_time_s: float = 1.0,
        proof_s: float = 10.0,
    ) -> None:
        self.server = server
        self.simulated = simulated
        self.policy = policy
        self.generation = generation
        self.mode = remembered.mode
        self.recommended_terminals = recommended_terminals
        self._pass_time_s = pass_time_s
        self.proof_s = proof_s
        self.users: dict[UserId, DesiredUser] = {user.user_id: user for user in remembered.users}
        self.robots: dict[RobotId, DesiredRobot] = {robot.robot_id: robot for robot in remembered.robots}
        self.watches: dict[UserId, TerminalWatch] = {
            user.user_id: self._recall(user, remembered.watches.get(user.user_id), now) for user in remembered.users
        }
        link_out = [user_id for user_id, watch in self.watches.items() if is_disconnected(watch)]
        self.incidents = IncidentBook(generation, remembered.incidents, link_out)
        self.operations = OperationBook(remembered.operations)
        self._changes: list[Change] = []
        self._commands: list[Command] = []
        self._last_pass: dict[UserId, float] = {}
        self._next_start_mono_s = now.mono_s
        self._next_close_mono_s = now.mono_s
        self._files_read_mono_s: float | None = None
        self._removal_after: dict[tuple[UserId, str], float] = {}
        self._act_count = 0
        self._snapshots = 0
        self._free_bytes: int | None = None
        self.deployments = Deployments(self)
        self.latches = StopLatches(self)
        self._desk = RequestDesk(self)
        self.deployments.resume_all(remembered.deployments, now)
        for user_id in [user.user_id for user in remembered.users if user.stop_latched]:
            self.latches.set(user_id, True)  # the last engine may have died before it was written

    @staticmethod
    def _recall(user: DesiredUser, stored: dict[str, Any] | None, now: Now) -> TerminalWatch:
        return new_watch(user, now) if stored is None else from_stored(user, stored, now)

    # ---- the one door -------------------------------------------------------------------------------------------

    def step(self, facts: Iterable[Fact], now: Now) -> Step:
        """Take facts in, let time pass, and say what to store and what to do."""
        for fact in facts:
            self._take(fact, now)
        for user_id in tuple(self.watches):
            if now.mono_s - self._last_pass.get(user_id, -1e9) >= self._pass_time_s:
                self._last_pass[user_id] = now.mono_s
                self._decide(user_id, None, now)
        self.deployments.pass_time(now)
        self.latches.pass_time(now)
        self._desk.settle(now)
        step = Step(changes=tuple(self._changes), commands=tuple(self._commands))
        self._changes, self._commands = [], []
        return step

    def _take(self, fact: Fact, now: Now) -> None:
        match fact:
            case Requested():
                self._desk.take(fact, now)
            case UserRegistered(user=user):
                self._register(user, now)
            case UserForgotten(user_id=user_id):
                self._forget_user(user_id, now)
            case RobotRegistered(robot=robot):
                self._register_robot(robot)
            case RobotForgotten(robot_id=robot_id):
                self._forget_robot(robot_id, now)
            case FilesRead():
                self._files_read_mono_s = now.mono_s
            case StopLatchSeen(user_id=user_id):
                self._adopt_latch(user_id, now)
            case _:
                self._observe(fact, now)

    def _observe(self, fact: Fact, now: Now) -> None:
        user_id = getattr(fact, "user_id", None)
        if user_id is None or user_id not in self.watches:
            return
        if isinstance(fact, StorageSeen):
            self._free_bytes = fact.free_bytes
        if isinstance(fact, ProcessExited | ProcessAbsent) and fact.session_ending:
            # Of no terminal, whoever asks: what is started now is ended again within moments.
            later = now.mono_s + self.policy.shutdown_wait_s
            self._next_start_mono_s = max(self._next_start_mono_s, later)
            self._next_close_mono_s = max(self._next_close_mono_s, later)
        self._decide(user_id, fact, now)
        if not isinstance(fact, ProcessUsageSeen | StorageSeen):
            self.deployments.hear(user_id, fact, now)
        self.latches.hear(user_id, fact, now)
        if not isinstance(fact, HeartbeatSeen):
            self._desk.hear(user_id, fact, now)

    # ---- registry -----------------------------------------------------------------------------------------------

    def _register(self, user: DesiredUser, now: Now) -> None:
        known = self.watches.get(user.user_id)
        self.users[user.user_id] = user
        self.watches[user.user_id] = new_watch(user, now) if known is None else replace(known, user=user)

    def _register_robot(self, robot: DesiredRobot) -> None:
        """Run and version are settled here alone: who registers a robot anew has read them before."""
        known = self.robots.get(robot.robot_id)
        settled = robot if known is None else replace(robot, run=known.run, active=known.active)
        self.robots[robot.robot_id] = settled
        if settled != robot:
            self._changes.append(SaveRobot(robot=settled))

    def _forget_user(self, user_id: UserId, now: Now) -> None:
        self._changes.extend(self.incidents.forget_user(user_id, now))
        self.users.pop(user_id, None)
        self.watches.pop(user_id, None)
        for robot_id in [robot.robot_id for robot in self.robots.values() if robot.user_id == user_id]:
            self.robots.pop(robot_id)

    def _forget_robot(self, robot_id: RobotId, now: Now) -> None:
        self._changes.extend(self.incidents.forget_robot(robot_id, now))
        self.robots.pop(robot_id, None)
        self._desk.robot_forgotten(robot_id, now)

    def _adopt_latch(self, user_id: UserId, now: Now) -> None:
        """Somebody stopped this user's robots without an engine: from here on it is as if this one had done it."""
        user = self.users.get(user_id)
        if user is None or user.stop_latched:
            return
        self.save_user(replace(user, stop_latched=True))
        why = "it was set while no engine answered, and only `resume` lifts it"
        self.explain(user_id, "the stop latch was found at the start", "stop latch taken over", why, now)

    # ---- the watchdog's decisions -------------------------------------------------------------------------------

    def _decide(self, user_id: UserId, fact: Fact | None, now: Now) -> None:
        verdict = decide(
            self.watches[user_id], fact, now, self.policy, self.expected_robots(user_id), self._context(user_id, now)
        )
        self.apply(user_id, verdict, now)

    def apply(self, user_id: UserId, verdict: Verdict, now: Now) -> None:
        """Take a verdict over: memory, records, commands, incidents, robots to put back or take away."""
        self.watches[user_id] = verdict.watch
        if verdict.watch.user != self.users[user_id]:
            self.save_user(verdict.watch.user)
        if verdict.remember:
            self._changes.append(SaveWatch(user_id=user_id, state=to_stored(verdict.watch)))
        for robot_id, run in verdict.runs:
            self.save_robot(replace(self.robots[robot_id], run=run))
        self._changes.extend(verdict.decisions)
        for wanted in verdict.opened:
            self._changes.extend(self.incidents.open(user_id, wanted, now, len(self.users)))
        for done in verdict.cleared:
            self._changes.extend(self.incidents.clear(user_id, done, now))
        self._pace(verdict.commands, now)
        self._commands.extend(verdict.commands)
        for robot_id in verdict.restores:
            self.deployments.restore(robot_id, now)
        for expert in verdict.removals:
            self._remove_expert(user_id, expert, now)

    def _pace(self, commands: Iterable[Command], now: Now) -> None:
        """The next start, and the next closing, of whichever terminal waits for a while."""
        for command in commands:
            if isinstance(command, StartTerminal):
                self._next_start_mono_s = now.mono_s + self.policy.start_spacing_s
            elif isinstance(command, CloseTerminal):
                self._next_close_mono_s = now.mono_s + self.policy.start_spacing_s

    def expected_robots(self, user_id: UserId) -> tuple[DesiredRobot, ...]:
        """The user's robots as the watchdog should expect them: none runs while the stop latch stands."""
        mine = [robot for robot in self.robots.values() if robot.user_id == user_id]
        if self.users[user_id].stop_latched:
            mine = [replace(robot, run=RobotRun.SUSPENDED) for robot in mine]
        return tuple(mine)

    def _context(self, user_id: UserId, now: Now) -> FleetContext:
        return FleetContext(
            mode=self.mode,
            total=len(self.users),
            disconnected=self.incidents.link_out,
            starts_in_flight=0,
            next_start_mono_s=self._next_start_mono_s,
            next_close_mono_s=self._next_close_mono_s,
            unread_s=0.0 if self._files_read_mono_s is None else now.mono_s - self._files_read_mono_s,
            deploying=self.deployments.robots_of(user_id),
            partial=self.incidents.partial,
            generation=self.generation,
        )

    def _remove_expert(self, user_id: UserId, expert: str, now: Now) -> None:
        """Ask the agent to detach what should not be there; a running deployment of that robot sees to it itself."""
        named = robot_of_expert(expert)
        if named is None or RobotId(named[0]) in self.deployments.robots_of(user_id):
            return
        if self._removal_after.get((user_id, expert), -1e9) > now.mono_s:
            return
        self._removal_after[(user_id, expert)] = now.mono_s + REMOVAL_AGAIN_S
        act_id = self.next_act_id("undesired")
        self.send(
            SendAgentCommand(
                user_id=user_id,
                act_id=act_id,
                command_id=act_id,
                verb="detach",
                arguments=(("robot_id", str(named[0])),),
                valid_for_s=REMOVAL_AGAIN_S,
            )
        )

    # ---- what the books and desks of this engine use ------------------------------------------------------------

    def known(self, user_id: UserId, now: Now) -> TerminalKnown:
        """The terminal as decisions see it now."""
        user = self.users[user_id]
        mine = tuple(robot for robot in self.robots.values() if robot.user_id == user_id)
        rivals = tuple(
            robot
            for robot in self.robots.values()
            if robot.user_id != user_id
            and (other := self.users.get(robot.user_id)) is not None
            and same_account(other.account, user.account)
            and not other.watch_only
        )
        known = terminal_known(self.watches[user_id], mine, rivals, now, self.policy)
        return replace(known, coming=self.deployments.coming((*mine, *rivals)))

    def save_user(self, user: DesiredUser) -> None:
        """Change a user's desired state, in memory and in store."""
        self.users[user.user_id] = user
        self.watches[user.user_id] = replace(self.watches[user.user_id], user=user)
        self._changes.append(SaveUser(user=user))

    def save_robot(self, robot: DesiredRobot) -> None:
        """Change a robot's desired state, in memory and in store."""
        self.robots[robot.robot_id] = robot
        self._changes.append(SaveRobot(robot=robot))

    def record(self, *changes: Change) -> None:
        """Store these with this step."""
        self._changes.extend(changes)

    def explain(self, user_id: UserId | None, trigger: str, decided: str, why: str, now: Now) -> None:
        """Store a decision that was not the watchdog's own."""
        state = self.watches[user_id].state.value if user_id is not None and user_id in self.watches else ""
        decision = Decision(
            utc_s=now.utc_s,
            user_id=user_id,
            before=state,
            after=state,
            trigger=trigger,
            decided=decided,
            why=why,
        )
        self._changes.append(decision)

    def send(self, *commands: Command) -> None:
        """Carry these out after this step was stored."""
        self._commands.extend(commands)

    def next_act_id(self, word: str) -> str:
        """An id that no other act of this base directory has."""
        self._act_count += 1
        return f"{word}-{self.generation}-{self._act_count}"

    def decide_request(self, user_id: UserId, fact: Requested, now: Now) -> None:
        """Hand a person's request about one terminal to its watch."""
        self._decide(user_id, fact, now)

    # ---- what readers see ---------------------------------------------------------------------------------------

    def snapshot(self, now: Now) -> FleetSnapshot:
        """Everything at this instant, for every reader."""
        self._snapshots += 1
        terminals = tuple(
            terminal_view(
                watch,
                self.expected_robots(user_id),
                now,
                self.policy,
                self.incidents.headline(user_id),
                self.mode,
            )
            for user_id, watch in sorted(self.watches.items())
        )
        return FleetSnapshot(
            sequence=self._snapshots,
            utc_s=now.utc_s,
            server=self.server,
            simulated=self.simulated,
            watchdog_running=self.mode is not Mode.OFF,
            mode=self.mode,
            check_interval_s=self.policy.check_interval_s,
            terminals=terminals,
            incidents=self.incidents.all_open(),
            free_bytes=self._free_bytes,
            recommended_terminals=self.recommended_terminals,
            generation=self.generation,
        )

    def probe_wanted(self, user_id: UserId, now: Now) -> bool:
        """Whether IPC may be tried now: the process was seen and its agent speaks."""
        watch = self.watches.get(user_id)
        return watch is not None and probe_wanted(watch, now, self.policy)
