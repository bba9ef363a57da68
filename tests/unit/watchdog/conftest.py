"""A playbook for `decide`: `play >> fact << Command` scripts a terminal and says what must come of each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mt5console.core.model.commands import Announce, Command, WipeStartIni
from mt5console.core.model.desired import DesiredRobot, DesiredUser, RobotRun, RobotVersion, Run
from mt5console.core.model.facts import (
    ActDone,
    ActFailed,
    AgentStatusSeen,
    Fact,
    HeartbeatSeen,
    JournalSeen,
    ProbeAnswered,
    ProbeFailed,
    ProcessAbsent,
    ProcessExited,
    ProcessSeen,
    Requested,
    TerminalSpawned,
)
from mt5console.core.model.ids import (
    SLOT_A,
    Account,
    DeploymentId,
    Now,
    OperationId,
    RobotId,
    Timeframe,
    TradeMode,
    UserId,
)
from mt5console.core.model.observed import (
    AgentStatus,
    ChartSeen,
    Entries,
    Heartbeat,
    JournalEntry,
    JournalKind,
    PositionSeen,
    ProbeAnswer,
    ProbeProblem,
    SessionSeen,
)
from mt5console.core.model.records import Decision, IncidentKind
from mt5console.core.model.requests import Mode, Request
from mt5console.core.watchdog.decide import decide
from mt5console.core.watchdog.policy import Policy
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.verdict import FleetContext, Verdict
from mt5console.core.watchdog.watch import TerminalWatch, from_stored, new_watch, to_stored

USER = UserId(3)
ACCOUNT = Account(login=100690024, server="XMGlobal-MT5 5")
DIRECTORY = r"C:\mt5_users\user_3"
QUIET = (Announce, WipeStartIni)


class World:
    """What the imagined terminal shows while time passes."""

    def __init__(self) -> None:
        self.agent = True
        self.probe = True
        self.login = ACCOUNT.login
        self.server = ACCOUNT.server
        self.data_path = DIRECTORY
        self.connected = True
        self.trade_allowed = True
        self.trade_mode = TradeMode.DEMO
        self.positions: tuple[PositionSeen, ...] | None = ()
        self.charts: dict[str, str] = {}
        self.beats: dict[int, str] = {}
        self.session_open = True
        self.robots_may_trade = True
        self.account_trades = True
        self.ini_is_held = False
        self.entries = Entries.OPEN


class Playbook:
    """Scripts one terminal. `play >> fact` or `play >> seconds`, then `<< CommandType` for each act that must come.

    Log lines and wiped start inis need not be named; every other command that is not expected fails the test.
    """

    def __init__(self, policy: Policy, robots: tuple[DesiredRobot, ...] = (), run: Run = Run.RUNNING) -> None:
        self.policy = policy
        self.mono, self.utc = 5000.0, 1_800_000_000.0
        user = DesiredUser(user_id=USER, account=ACCOUNT, directory=DIRECTORY, run=run)
        self.robots = robots
        self.world = World()
        self.fleet = FleetContext(mode=Mode.ON, total=1, generation=7)
        self.watch: TerminalWatch = new_watch(user, self.now)
        self.verdicts: list[Verdict] = []
        self._pending: list[Command] = []
        self._sequence = 0
        self._pid = 100
        self._last_probe = 0.0
        self._wiping: list[WipeStartIni] = []

    # ---- the script ---------------------------------------------------------------------------------------------

    @property
    def now(self) -> Now:
        return Now(mono_s=self.mono, utc_s=self.utc)

    def __rshift__(self, step: Fact | float) -> Playbook:
        self.expect_nothing_left()
        if isinstance(step, int | float):
            self._pass(float(step))
        else:
            self.feed(step)
        return self

    def __lshift__(self, expected: type) -> Playbook:
        assert self._pending, f"{expected.__name__} expected, nothing was commanded ({self.watch.state})"
        command = self._pending.pop(0)
        assert isinstance(command, expected), f"{expected.__name__} expected, not {command}"
        self.last = command
        return self

    def expect_nothing_left(self) -> None:
        assert not self._pending, f"not expected: {self._pending}"

    def feed(self, fact: Fact | None) -> Verdict:
        verdict = decide(self.watch, fact, self.now, self.policy, self.robots, self.fleet)
        self.watch = verdict.watch
        self.verdicts.append(verdict)
        wanted = dict(verdict.runs)
        self.robots = tuple(replace(robot, run=wanted.get(robot.robot_id, robot.run)) for robot in self.robots)
        self._pending += [command for command in verdict.commands if not isinstance(command, QUIET)]
        self._wiping += [command for command in verdict.commands if isinstance(command, WipeStartIni)]
        return verdict

    def _pass(self, seconds: float) -> None:
        left = seconds
        while left > 1e-9:
            step = min(0.5, left)
            left -= step
            self.mono += step
            self.utc += step
            self._wipe()
            self._show()
            self.feed(None)

    def _wipe(self) -> None:
        """The start ini goes as asked, or is held."""
        wiping, self._wiping = self._wiping, []
        for command in wiping:
            held = self.world.ini_is_held
            self.feed(
                ActFailed(user_id=USER, act_id=command.act_id, code="no_permission", text="another program holds it")
                if held
                else ActDone(user_id=USER, act_id=command.act_id, evidence="wiped")
            )

    def _show(self) -> None:
        if self.watch.process is None:
            return
        self._sequence += 1
        if self.world.agent:
            self.feed(self.agent())
            for robot_id, deployment_id in self.world.beats.items():
                self.feed(self.beat(robot_id, deployment_id))
            if self.world.probe and self.mono - self._last_probe >= self.policy.check_interval_s:
                self._last_probe = self.mono
                self.feed(self.answer())

    # ---- facts --------------------------------------------------------------------------------------------------

    def seen(self, pid: int | None = None) -> ProcessSeen:
        if pid is None:
            self._pid += 1
            pid = self._pid
        return ProcessSeen(user_id=USER, pid=pid, started_utc_s=self.utc, adopted=True)

    def absent(self, *, updater: bool = False) -> ProcessAbsent:
        return ProcessAbsent(user_id=USER, updater=updater)

    def spawned(self) -> TerminalSpawned:
        assert self.watch.start is not None
        self._pid += 1
        return TerminalSpawned(user_id=USER, act_id=self.watch.start.act_id, pid=self._pid, started_utc_s=self.utc)

    def exited(self, code: int | None, *, updater: bool = False, session_ending: bool = False) -> ProcessExited:
        assert self.watch.pid is not None
        return ProcessExited(
            user_id=USER, pid=self.watch.pid, exit_code=code, updater=updater, session_ending=session_ending
        )

    def agent(self) -> AgentStatusSeen:
        world = self.world
        status = AgentStatus(
            sequence=self._sequence,
            utc_s=self.utc,
            started_utc_s=self.utc,
            agent_version="1",
            build=5260,
            data_path=world.data_path,
            login=world.login,
            server=world.server if world.login else "",
            trade_mode=world.trade_mode,
            connected=world.connected,
            trade_allowed=world.trade_allowed,
            account_trade_allowed=world.account_trades,
            account_trade_expert=True,
            charts=tuple(
                ChartSeen(chart_id=number, symbol=symbol, timeframe="H1", expert=expert)
                for number, (expert, symbol) in enumerate(world.charts.items())
            ),
            sessions=(SessionSeen(symbol="EURUSD", is_open=world.session_open, last_quote_utc_s=None),),
            positions=world.positions,
        )
        return AgentStatusSeen(user_id=USER, status=status, age_s=0.0)

    def answer(self) -> ProbeAnswered:
        world = self.world
        return ProbeAnswered(
            user_id=USER,
            answer=ProbeAnswer(
                build=5260,
                path=world.data_path,
                data_path=world.data_path,
                connected=world.connected,
                trade_allowed=world.trade_allowed,
                tradeapi_disabled=False,
                ping_us=20000,
                login=world.login,
                server=world.server if world.login else "",
                trade_mode=world.trade_mode,
                account_trade_allowed=True,
                account_trade_expert=True,
                balance=1.0,
                equity=1.0,
                currency="EUR",
                positions_total=0,
            ),
        )

    def probe_failed(self, problem: ProbeProblem = ProbeProblem.HUNG) -> ProbeFailed:
        return ProbeFailed(user_id=USER, problem=problem, code=-10005, text="no answer")

    def beat(self, robot_id: int, deployment_id: str) -> HeartbeatSeen:
        self._sequence += 1
        return HeartbeatSeen(
            user_id=USER,
            age_s=0.1,
            beat=Heartbeat(
                robot_id=RobotId(robot_id),
                deployment_id=DeploymentId(deployment_id),
                sequence=self._sequence,
                utc_s=self.utc,
                tick_ms=1,
                ticks=1,
                last_quote_utc_s=None,
                trade_allowed=self.world.robots_may_trade,
                entries=self.world.entries,
            ),
        )

    def journal(self, kind: JournalKind, text: str = "", **details: str) -> JournalSeen:
        return JournalSeen(
            user_id=USER,
            entry=JournalEntry(
                time="2026-01-02T03:04:05.678",
                kind=kind,
                level=0,
                category="Terminal",
                text=text or kind.value,
                details=tuple(details.items()),
            ),
        )

    def asked(self, request: Request) -> Requested:
        return Requested(operation_id=OperationId("op-1"), request=request, actor="ops")

    # ---- scenes -------------------------------------------------------------------------------------------------

    def robot(self, robot_id: int, deployment_id: str, *, beats: bool = True) -> None:
        """A desired robot that was proven before; on its chart and beating unless said otherwise."""
        version = RobotVersion(
            deployment_id=DeploymentId(deployment_id),
            slot=SLOT_A,
            inputs=(),
            inputs_hash="h",
            source_hash="s",
            symbol="EURUSD",
            timeframe=Timeframe.H1,
        )
        self.robots = (
            *self.robots,
            DesiredRobot(
                robot_id=RobotId(robot_id),
                user_id=USER,
                symbol="EURUSD",
                timeframe=Timeframe.H1,
                magic=robot_id,
                run=RobotRun.RUNNING,
                active=version,
            ),
        )
        if beats:
            self.world.charts[f"Robot_{robot_id}_a"] = "EURUSD"
            self.world.beats[robot_id] = deployment_id

    def healthy(self) -> Playbook:
        """An adopted terminal that runs well."""
        self >> self.seen()
        self >> self.policy.check_interval_s + 1.0
        assert self.watch.state is State.HEALTHY, self.explain()
        self.verdicts.clear()
        return self

    def engine_dies(self) -> None:
        """The engine is killed; the next one knows only what was stored."""
        self.expect_nothing_left()
        stored = to_stored(self.watch)
        self.mono = 17.0
        self.watch = from_stored(self.watch.user, stored, self.now)
        self.fleet = replace(self.fleet, generation=self.fleet.generation + 1)
        self._last_probe = 0.0

    # ---- what came of it ----------------------------------------------------------------------------------------

    @property
    def decisions(self) -> list[Decision]:
        return [decision for verdict in self.verdicts for decision in verdict.decisions]

    @property
    def opened(self) -> list[IncidentKind]:
        return [incident.kind for verdict in self.verdicts for incident in verdict.opened]

    @property
    def cleared(self) -> list[IncidentKind]:
        return [incident.kind for verdict in self.verdicts for incident in verdict.cleared]

    @property
    def restores(self) -> list[int]:
        return [robot_id for verdict in self.verdicts for robot_id in verdict.restores]

    @property
    def removals(self) -> list[str]:
        return [expert for verdict in self.verdicts for expert in verdict.removals]

    @property
    def lines(self) -> list[str]:
        return [
            f"{command.level.upper()}: {command.text}"
            for verdict in self.verdicts
            for command in verdict.commands
            if isinstance(command, Announce)
        ]

    @property
    def wipes(self) -> list[WipeStartIni]:
        return [
            command for verdict in self.verdicts for command in verdict.commands if isinstance(command, WipeStartIni)
        ]

    @property
    def open_kinds(self) -> set[IncidentKind]:
        return {kind for kind, _ in self.watch.open}

    def explain(self) -> str:
        return "\n".join(f"{d.before}->{d.after} [{d.trigger}] {d.decided}: {d.why}" for d in self.decisions)

    def said(self, words: str) -> bool:
        return any(words in f"{d.decided}: {d.why}" for d in self.decisions)


@pytest.fixture
def play() -> Iterator[Playbook]:
    book = Playbook(Policy.simulated())
    yield book
    book.expect_nothing_left()


@pytest.fixture
def live() -> Iterator[Playbook]:
    book = Playbook(Policy.live())
    yield book
    book.expect_nothing_left()
