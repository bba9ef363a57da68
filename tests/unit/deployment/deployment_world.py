"""A small world for the deployment machine: files, an agent and robots, driven by the machine's own commands.

One tick is half a second. Faults are plain attributes. The world never decides anything for the machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mt5console.core.deployment.machine import advance, begin, resume
from mt5console.core.deployment.plan import DeploymentPlan
from mt5console.core.deployment.record import from_record, to_record
from mt5console.core.deployment.state import Advance, DeploymentState
from mt5console.core.model.commands import (
    Command,
    CompileSlot,
    PauseEntries,
    PromoteSource,
    SendAgentCommand,
    WriteDesired,
    WriteSlotSource,
)
from mt5console.core.model.desired import DesiredRobot, DesiredUser, RobotRun, RobotVersion
from mt5console.core.model.facts import (
    ActDone,
    ActFailed,
    AgentReplied,
    AgentStatusSeen,
    CompileFinished,
    Fact,
    HeartbeatSeen,
    JournalSeen,
    ReadySeen,
)
from mt5console.core.model.ids import (
    SLOT_A,
    SLOT_B,
    Account,
    DeploymentId,
    MarginMode,
    Now,
    OperationId,
    RobotId,
    Timeframe,
    TradeMode,
    UserId,
)
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.observed import (
    AgentStatus,
    ChartSeen,
    CompileReport,
    Entries,
    Heartbeat,
    JournalEntry,
    JournalKind,
    PositionSeen,
    Ready,
    SessionSeen,
)
from mt5console.core.terminal.layout import robot_of_expert
from mt5console.core.terminal.protocol import CONSOLE_INPUTS, DEPLOYMENT_INPUT, inputs_hash

TICK_S = 0.5
USER = DesiredUser(user_id=UserId(1), account=Account(login=1001, server="Demo-Server"), directory="/t/user_1")
OLD = RobotVersion(
    deployment_id=DeploymentId("dep-old"),
    slot=SLOT_A,
    inputs=(("Fast", "5"),),
    inputs_hash=inputs_hash((("Fast", "5"),)),
    source_hash="old",
    symbol="EURUSD",
    timeframe=Timeframe.H1,
)
ROBOT = DesiredRobot(
    robot_id=RobotId(7),
    user_id=UserId(1),
    symbol="EURUSD",
    timeframe=Timeframe.H1,
    magic=7007,
    inputs=(("Fast", "12"),),
)


def plan(kind: str = "deploy", *, old: bool = False, **changes: object) -> DeploymentPlan:
    """A plan for robot 7; `old`: a proven version runs already."""
    active = OLD if old else None
    robot = replace(ROBOT, active=active, run=RobotRun.RUNNING if old else RobotRun.REGISTERED)
    made = DeploymentPlan(
        deployment_id=DeploymentId("dep-new"),
        operation_id=OperationId("op-1"),
        kind=kind,
        robot=robot,
        user=USER,
        previous=active if kind in ("deploy", "redeploy") else None,
        slot=SLOT_B if old else SLOT_A,
        source_hash="new",
        inputs=robot.inputs,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class Attached:
    """One robot on one chart."""

    chart_id: int
    expert: str
    symbol: str
    timeframe: str
    deployment_id: DeploymentId
    inputs: tuple[tuple[str, str], ...]
    born: float
    sequence: int = 0
    ready: bool = False


@dataclass
class World:
    """The outside of one terminal. `facts` are what its collectors would post."""

    plan: DeploymentPlan
    mono: float = 1000.0
    utc: float = 1_700_000_000.0
    pid: int | None = 4711
    identity_ok: bool | None = True
    newest_first: bool = False
    blocked: str = ""
    stop_latched: bool = False
    algo: bool = True
    agent_permitted: bool | None = None
    margin_mode: MarginMode | None = None
    login: int = 1001
    connected: bool = True
    symbols: tuple[str, ...] = ("EURUSD",)
    sessions: tuple[str, ...] = ()
    others: tuple[DesiredRobot, ...] = ()
    rivals: tuple[DesiredRobot, ...] = ()
    positions: tuple[PositionSeen, ...] = ()
    compile_ok: bool = True
    act_failure: str = ""
    deaf_to_acts: bool = False
    agent_alive: bool = True
    agent_restarted: float = 900.0
    deaf_to: set[str] = field(default_factory=set)
    mute_about: set[str] = field(default_factory=set)
    refuse: dict[str, str] = field(default_factory=dict)
    init_fails: Callable[[Attached], bool] = lambda robot: False
    says_ready: Callable[[Attached], bool] = lambda robot: True
    beats: Callable[[Attached], bool] = lambda robot: True
    legacy: bool = False
    echo: Callable[[Attached], str] = lambda robot: inputs_hash(robot.inputs)
    robot_permitted: bool = True
    charts: list[Attached] = field(default_factory=list)
    paused: bool = False
    desired: DeploymentId | None = None
    commands: list[Command] = field(default_factory=list)
    inbox: list[tuple[SendAgentCommand, float]] = field(default_factory=list)
    replies: dict[str, AgentReplied] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    status: AgentStatus | None = None
    status_mono: float = 0.0
    ready_files: dict[RobotId, Ready] = field(default_factory=dict)
    beat_files: dict[RobotId, Heartbeat] = field(default_factory=dict)
    beat_mono: dict[RobotId, float] = field(default_factory=dict)
    journal: list[JournalEntry] = field(default_factory=list)
    sequence: int = 0
    most_copies: int = 0
    ever: set[DeploymentId] = field(default_factory=set)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.plan.robot.active is not None and self.plan.kind != "restore":
            self.put(self.plan.robot.active)
        self.agent_speaks()

    def put(self, version: RobotVersion) -> None:
        """A version that runs already."""
        expert = f"Mt5Console\\Robot_7_{version.slot}"
        robot = Attached(
            len(self.charts) + 1,
            expert,
            version.symbol,
            version.timeframe.value,
            version.deployment_id,
            version.inputs,
            self.mono - 100,
        )
        self.charts.append(robot)
        self.ever.add(robot.deployment_id)
        self.desired = version.deployment_id
        self._ready(robot)
        self._beat(robot)

    @property
    def now(self) -> Now:
        return Now(mono_s=self.mono, utc_s=self.utc)

    def known(self) -> TerminalKnown:
        ages = {robot: self.mono - mono for robot, mono in self.beat_mono.items()}
        return TerminalKnown(
            user=replace(self.plan.user, stop_latched=self.stop_latched),
            state="running" if self.pid else "down",
            pid=self.pid,
            identity_ok=self.identity_ok,
            blocked=self.blocked,
            trade_mode=TradeMode.DEMO,
            agent=self.status,
            agent_age_s=None if self.status is None else self.mono - self.status_mono,
            readies=dict(self.ready_files),
            beats=dict(self.beat_files),
            beat_ages_s=ages,
            errors={},
            robots=(self.plan.robot, *self.others),
            rivals=self.rivals,
            recent_journal=tuple(self.journal),
        )

    def carry_out(self, commands: tuple[Command, ...]) -> None:
        """The edge: files at once, agent commands into its inbox."""
        for command in commands:
            self.commands.append(command)
            if isinstance(command, SendAgentCommand):
                self.inbox.append((command, self.utc + command.valid_for_s))
            elif self.deaf_to_acts:
                continue
            elif self.act_failure:
                self.facts.append(self._failed(command))
            elif isinstance(command, CompileSlot):
                self.facts.append(self._compiled(command))
            elif isinstance(command, WriteSlotSource | PromoteSource):
                self.facts.append(ActDone(user_id=UserId(1), act_id=command.act_id, evidence="sha256 abc"))
            elif isinstance(command, PauseEntries):
                self.paused = True
                self.facts.append(ActDone(user_id=UserId(1), act_id=command.act_id, evidence=""))
            elif isinstance(command, WriteDesired):
                self.desired = None if command.permit is None else command.permit.deployment_id
                self.facts.append(ActDone(user_id=UserId(1), act_id=command.act_id, evidence=""))

    def _failed(self, command: Command) -> Fact:
        assert not isinstance(command, SendAgentCommand)
        return ActFailed(
            user_id=UserId(1), act_id=getattr(command, "act_id", ""), code=self.act_failure, text=self.act_failure
        )

    def _compiled(self, command: CompileSlot) -> Fact:
        messages = () if self.compile_ok else ("Robot_7.mq5(3,1): 'x' - undeclared identifier",)
        report = CompileReport(
            ok=self.compile_ok, errors=len(messages), warnings=0, messages=messages, evidence="log read"
        )
        return CompileFinished(
            user_id=UserId(1),
            act_id=command.act_id,
            deployment_id=command.deployment_id,
            slot=command.slot,
            report=report,
        )

    def tick(self) -> None:
        """Half a second passes outside."""
        self.mono += TICK_S
        self.utc += TICK_S
        if self.pid is None:
            return
        if self.agent_alive:
            # As the agent does: cancels first, then by the time until which a command holds.
            inbox, self.inbox = sorted(self.inbox, key=lambda one: (one[0].verb != "cancel", one[1])), []
            for command, not_after in reversed(inbox) if self.newest_first else inbox:
                self._agent_obeys(command, not_after)
        for robot in list(self.charts):
            self._robot_lives(robot)
        if self.agent_alive:
            self.agent_speaks()

    def agent_speaks(self) -> None:
        """One word of the agent about what is on the charts now."""
        self.sequence += 1
        self.status = AgentStatus(
            sequence=self.sequence,
            utc_s=self.utc,
            started_utc_s=self.agent_restarted,
            agent_version="1",
            build=5000,
            data_path="/t/user_1",
            login=self.login,
            server="Demo-Server",
            trade_mode=TradeMode.DEMO,
            connected=self.connected,
            trade_allowed=self.algo,
            account_trade_allowed=True,
            account_trade_expert=True,
            agent_trade_allowed=self.agent_permitted,
            margin_mode=self.margin_mode,
            charts=(
                ChartSeen(chart_id=99, symbol="EURUSD", timeframe="H1", expert="Mt5Console\\Agent"),
                *(
                    ChartSeen(chart_id=r.chart_id, symbol=r.symbol, timeframe=r.timeframe, expert=r.expert)
                    for r in self.charts
                ),
            ),
            sessions=tuple(SessionSeen(symbol=s, is_open=True, last_quote_utc_s=None) for s in self.sessions),
            positions=self.positions,
        )
        self.status_mono = self.mono
        self.facts.append(AgentStatusSeen(user_id=UserId(1), status=self.status, age_s=0.0))

    def _agent_obeys(self, command: SendAgentCommand, not_after: float) -> None:
        if command.verb in self.deaf_to:
            return
        reply = self.replies.get(command.command_id)
        if reply is None:
            reply = self._answer(command, not_after)
            self.replies[command.command_id] = reply
        if command.verb not in self.mute_about:
            self.facts.append(reply)

    def _answer(self, command: SendAgentCommand, not_after: float) -> AgentReplied:
        def reply(ok: bool, code: str, **result: str) -> AgentReplied:
            return AgentReplied(
                user_id=UserId(1),
                command_id=command.command_id,
                ok=ok,
                code=code,
                text="",
                result=tuple(result.items()),
            )

        if self.utc > not_after:
            return reply(False, "expired")
        if command.verb in self.refuse:
            return reply(False, self.refuse[command.verb])
        arguments = dict(command.arguments)
        if command.verb == "symbol":
            return reply(True, "done", exists="true" if arguments["symbol"] in self.symbols else "false")
        if command.verb == "detach":
            gone = len(self.charts)
            self.charts.clear()
            return reply(gone > 0, "done" if gone else "not_attached", closed=str(gone))
        if command.verb == "attach":
            if self.charts:
                return reply(False, "already_attached", deployment_id=self.charts[0].deployment_id)
            return self._attach(command, reply)
        if command.verb in ("pause", "resume"):
            self.paused = command.verb == "pause"
        if command.verb == "cancel":
            taken_back = arguments["command_id"]
            self.replies.setdefault(taken_back, replace(reply(False, "cancelled"), command_id=taken_back))
        return reply(True, "done")

    def _attach(self, command: SendAgentCommand, reply: Callable[..., AgentReplied]) -> AgentReplied:
        assert command.template is not None
        template = command.template
        robot = Attached(
            len(self.commands),
            template.expert,
            template.symbol,
            template.timeframe.value,
            DeploymentId(dict(template.inputs)[DEPLOYMENT_INPUT]),
            tuple(pair for pair in template.inputs if pair[0] not in CONSOLE_INPUTS),
            self.mono,
        )
        if self.init_fails(robot):
            entry = JournalEntry(
                time="2026-01-02T03:04:05.678",
                kind=JournalKind.ROBOT_INIT_FAILED,
                level=2,
                category="Experts",
                text=f"initializing of {template.expert} (EURUSD,H1) failed with code 1",
                details=(("robot", template.expert),),
            )
            self.journal.append(entry)
            self.facts.append(JournalSeen(user_id=UserId(1), entry=entry))
            return reply(True, "done", chart_id="5")
        self.charts.append(robot)
        self.ever.add(robot.deployment_id)
        self.most_copies = max(self.most_copies, len(self.charts))
        return reply(True, "done", chart_id=str(robot.chart_id))

    def _robot_lives(self, robot: Attached) -> None:
        if not robot.ready and self.says_ready(robot):
            self._ready(robot)
        if self.mono % 1.0 == 0.0 and self.beats(robot):
            self._beat(robot)

    def _ready(self, robot: Attached) -> None:
        robot.ready = True
        if self.legacy:
            return
        found = Ready(
            robot_id=RobotId(7),
            deployment_id=robot.deployment_id,
            inputs_hash=self.echo(robot),
            chart_id=robot.chart_id,
            symbol=robot.symbol,
            timeframe=robot.timeframe,
            utc_s=self.utc,
            magic=7007,
        )
        self.ready_files[RobotId(7)] = found
        self.facts.append(ReadySeen(user_id=UserId(1), ready=found))

    def _beat(self, robot: Attached) -> None:
        robot.sequence += 1
        entries = Entries.PAUSED if self.paused else Entries.OPEN
        if self.desired != robot.deployment_id:
            entries = Entries.NOT_DESIRED
        beat = Heartbeat(
            robot_id=RobotId(7),
            deployment_id=DeploymentId("") if self.legacy else robot.deployment_id,
            sequence=robot.sequence,
            utc_s=self.utc,
            tick_ms=int(self.mono * 1000),
            ticks=0,
            last_quote_utc_s=None,
            trade_allowed=self.algo and self.robot_permitted,
            entries=entries,
            legacy=self.legacy,
        )
        self.beat_files[RobotId(7)] = beat
        self.beat_mono[RobotId(7)] = self.mono
        self.facts.append(HeartbeatSeen(user_id=UserId(1), beat=beat, age_s=0.0))

    def kill_terminal(self) -> None:
        """The process dies; nothing is saved."""
        self.pid = None
        self.charts.clear()

    def start_terminal(self, *, brings_back: RobotVersion | None = None) -> None:
        """A new process; a stale profile may bring a version back."""
        self.pid = 4712 if self.pid is None else self.pid + 1
        self.agent_restarted = self.utc
        self.sequence = 0
        self.charts.clear()
        if brings_back is not None:
            desired = self.desired
            self.put(brings_back)
            self.desired = desired
        if self.agent_alive:
            self.agent_speaks()

    def experts(self) -> list[str]:
        """Slots of robot 7 that sit on charts."""
        return [str((robot_of_expert(robot.expert) or (0, "?"))[1]) for robot in self.charts]

    def verbs(self) -> list[str]:
        """Agent verbs, in the order in which they were sent."""
        return [command.verb for command in self.commands if isinstance(command, SendAgentCommand)]


def restored(state: DeploymentState) -> DeploymentState:
    """The state after a trip through its record as JSON text."""
    record = to_record(state)
    kept = from_record(replace(record, state=json.loads(json.dumps(record.state))))
    assert kept is not None
    return kept


@dataclass
class Run:
    """One deployment in a world, moved tick by tick."""

    world: World
    state: DeploymentState

    @classmethod
    def start(cls, world: World) -> Run:
        first = begin(world.plan, world.known(), world.now)
        run = cls(world=world, state=first.state)
        run.take(first)
        return run

    def take(self, step: Advance) -> None:
        self.state = step.state
        self.world.words.extend(step.words)
        self.world.carry_out(step.commands)

    def step(self) -> None:
        """One tick, and every fact that it brought."""
        self.world.tick()
        facts, self.world.facts = self.world.facts, []
        for fact in facts:
            self.take(advance(self.state, fact, self.world.known(), self.world.now))
        self.take(advance(self.state, None, self.world.known(), self.world.now))

    def until(self, done: Callable[[DeploymentState], bool], limit_s: float = 240.0) -> DeploymentState:
        end = self.world.mono + limit_s
        while not done(self.state):
            assert self.world.mono < end, f"not reached in {limit_s} s: {self.state.stage} {self.state.phase}"
            self.step()
        return self.state

    def finish(self) -> DeploymentState:
        return self.until(lambda state: state.ended)

    def crash_engine(self, away_s: float = 2.0) -> None:
        """The engine dies: facts under way are lost; the next one reads the record and goes on."""
        kept = restored(self.state)
        ticks = int(away_s / TICK_S)
        for _ in range(ticks):
            self.world.tick()
        self.world.facts.clear()
        self.take(resume(kept, self.world.known(), self.world.now))


def deploy(world: World) -> DeploymentState:
    """Run a whole deployment."""
    return Run.start(world).finish()


__all__ = ["OLD", "ROBOT", "USER", "Attached", "Run", "World", "deploy", "plan", "restored"]
