"""The engine's one door: facts and requests in; records to store and commands out, in that order, from memory alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mt5console.core.engine import Engine, Remembered, Step
from mt5console.core.model.commands import (
    Command,
    PressAlgoButton,
    SendAgentCommand,
    SetStopLatch,
    StartTerminal,
    WipeStartIni,
)
from mt5console.core.model.desired import DesiredRobot, DesiredUser, RobotRun, RobotVersion, Run
from mt5console.core.model.facts import (
    ActDone,
    ActFailed,
    AgentStatusSeen,
    Fact,
    HeartbeatSeen,
    JournalSeen,
    ProcessAbsent,
    ProcessExited,
    ProcessSeen,
    Requested,
    RobotForgotten,
    RobotRegistered,
    StopLatchSeen,
    TerminalSpawned,
    UserForgotten,
)
from mt5console.core.model.ids import (
    SLOT_A,
    Account,
    DeploymentId,
    Now,
    OperationId,
    RobotId,
    ServerId,
    Timeframe,
    TradeMode,
    UserId,
)
from mt5console.core.model.observed import AgentStatus, ChartSeen, Heartbeat, JournalEntry, JournalKind
from mt5console.core.model.records import (
    Decision,
    IncidentKind,
    Operation,
    OperationState,
    SaveRobot,
    SaveUser,
    SaveWatch,
)
from mt5console.core.model.requests import (
    DeployRequest,
    EnableAlgoRequest,
    MaintenanceRequest,
    Mode,
    ReleaseRequest,
    Request,
    SetModeRequest,
    StartTerminalRequest,
    StopAllRequest,
    StopTerminalRequest,
)
from mt5console.core.watchdog.policy import Policy

USER = DesiredUser(user_id=UserId(1), account=Account(login=500, server="Demo-Server"), directory="/base/user_1")
ROBOT = DesiredRobot(robot_id=RobotId(7), user_id=UserId(1), symbol="EURUSD", timeframe=Timeframe.H1, magic=7)


class World:
    """An engine with a hand-driven clock; keeps what was stored and commanded."""

    def __init__(self, remembered: Remembered) -> None:
        self.now = Now(mono_s=1000.0, utc_s=1_700_000_000.0)
        self.engine = Engine(
            remembered,
            server=ServerId("srv"),
            simulated=True,
            policy=Policy.simulated(),
            generation=3,
            now=self.now,
        )
        self.operations: dict[str, Operation] = {}
        self.asked = 0
        self.wipes: list[WipeStartIni] = []

    def step(self, *facts: Fact, seconds: float = 0.0) -> Step:
        self.now = Now(mono_s=self.now.mono_s + seconds, utc_s=self.now.utc_s + seconds)
        step = self.engine.step(facts, self.now)
        for change in step.changes:
            if isinstance(change, Operation):
                self.operations[change.operation_id] = change
        self.wipes += of_type(step.commands, WipeStartIni)
        return step

    def wiped(self) -> Step:
        """Every start ini that was to be wiped is gone."""
        wipes, self.wipes = self.wipes, []
        return self.step(*(ActDone(user_id=one.user_id, act_id=one.act_id, evidence="wiped") for one in wipes))

    def ask(self, request: Request) -> tuple[Step, Operation]:
        self.asked += 1
        operation_id = OperationId(f"o{self.asked}")
        step = self.step(Requested(operation_id=operation_id, request=request, actor="test"))
        return step, self.operations[operation_id]

    def agent(self, **changes: object) -> AgentStatusSeen:
        status = AgentStatus(
            sequence=int(self.now.mono_s * 10),
            utc_s=self.now.utc_s,
            started_utc_s=self.now.utc_s - 5,
            agent_version="1",
            build=5260,
            data_path="/base/user_1",
            login=500,
            server="Demo-Server",
            trade_mode=TradeMode.DEMO,
            connected=True,
            trade_allowed=True,
            account_trade_allowed=True,
            account_trade_expert=True,
            positions=(),
        )
        return AgentStatusSeen(user_id=UserId(1), status=replace(status, **changes), age_s=0.0)  # type: ignore[arg-type]


def world(run: Run = Run.STOPPED, robots: Iterable[DesiredRobot] = ()) -> World:
    return World(Remembered(users=(replace(USER, run=run),), robots=tuple(robots)))


def of_type(commands: Iterable[Command], kind: type) -> list[Command]:
    return [command for command in commands if isinstance(command, kind)]


def test_a_start_is_stored_before_it_is_commanded_and_ends_when_the_login_is_seen() -> None:
    w = world()
    w.step(ProcessAbsent(user_id=UserId(1)))
    step, operation = w.ask(StartTerminalRequest(user_id=UserId(1)))
    (start,) = of_type(step.commands, StartTerminal)
    assert any(isinstance(change, SaveWatch) and change.state["start"] for change in step.changes)
    assert any(isinstance(change, SaveUser) and change.user.run is Run.RUNNING for change in step.changes)
    assert operation.state is OperationState.RUNNING
    spawned = TerminalSpawned(user_id=UserId(1), act_id=start.act_id, pid=42, started_utc_s=w.now.utc_s)
    w.step(spawned, seconds=0.1)
    for _ in range(8):
        w.step(w.agent(), seconds=0.5)
    waiting = w.operations[operation.operation_id]
    assert (waiting.state, "not wiped yet" in waiting.progress) == (OperationState.RUNNING, True), waiting
    w.wiped()
    ended = w.operations[operation.operation_id]
    assert ended.state is OperationState.DONE, ended
    assert ended.result is not None
    assert ended.result["pid"] == 42


def test_nothing_is_started_into_a_session_that_ends_whoever_asks() -> None:
    """Neither the terminal that was ended by the system, nor one that a person asks for meanwhile."""
    other = replace(USER, user_id=UserId(2), account=Account(login=501, server="Demo-Server"), directory="/base/user_2")
    w = World(Remembered(users=(replace(USER, run=Run.RUNNING), replace(other, run=Run.STOPPED))))
    w.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=w.now.utc_s), ProcessAbsent(user_id=UserId(2)))
    w.step(ProcessExited(user_id=UserId(1), pid=42, exit_code=1, session_ending=True), seconds=5.0)
    step, operation = w.ask(StartTerminalRequest(user_id=UserId(2)))
    wait_s = w.engine.policy.shutdown_wait_s
    for commands in (step.commands, w.step(seconds=wait_s - 1.0).commands):
        assert of_type(commands, StartTerminal) == []
    assert operation.state is OperationState.RUNNING
    started = [*w.step(seconds=1.5).commands, *w.step(seconds=w.engine.policy.start_spacing_s + 1.0).commands]
    assert {command.user_id for command in of_type(started, StartTerminal)} == {1, 2}


def test_a_start_that_a_dead_engine_had_stored_is_issued_again_under_the_same_id() -> None:
    w = world()
    w.step(ProcessAbsent(user_id=UserId(1)))
    step, _ = w.ask(StartTerminalRequest(user_id=UserId(1)))
    (start,) = of_type(step.commands, StartTerminal)
    stored = [change for change in step.changes if isinstance(change, SaveWatch)][-1]
    users = [change.user for change in step.changes if isinstance(change, SaveUser)]
    heir = World(Remembered(users=(users[-1],), watches={UserId(1): stored.state}))
    again = heir.step(ProcessAbsent(user_id=UserId(1)), seconds=1.0)
    (second,) = of_type(again.commands, StartTerminal)
    assert second.act_id == start.act_id


def test_a_living_terminal_is_adopted_and_nothing_is_started() -> None:
    w = world(Run.RUNNING)
    first = w.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=w.now.utc_s - 3600, adopted=True))
    assert of_type(first.commands, StartTerminal) == []
    for _ in range(10):
        assert of_type(w.step(w.agent(), seconds=1.0).commands, StartTerminal) == []


def test_a_release_and_a_maintenance_end_in_what_they_did_and_in_what_stands_all_the_same() -> None:
    w = world(Run.RUNNING)
    w.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=w.now.utc_s - 3600, adopted=True))
    w.step(w.agent(), seconds=1.0)
    _, begun = w.ask(MaintenanceRequest(user_id=UserId(1), until_utc_s=w.now.utc_s + 60.0))
    _, ended = w.ask(MaintenanceRequest(user_id=UserId(1), until_utc_s=None))
    _, well = w.ask(ReleaseRequest(user_id=UserId(1)))
    for _ in range(10):
        w.step(w.agent(login=501), seconds=1.0)
    _, wrong = w.ask(ReleaseRequest(user_id=UserId(1)))
    assert (begun.progress, ended.progress) == ("no automatic act for 60 s", "ended")
    assert well.progress == "released: what waited for a person goes on by the usual rules"
    assert wrong.progress.startswith("released for a stop or restart by a person; still seen: ")
    assert "501@Demo-Server" in wrong.progress


def test_requests_about_unknown_things_are_refused_by_name() -> None:
    w = world()
    _, unknown_user = w.ask(StopTerminalRequest(user_id=UserId(9)))
    assert unknown_user.error is not None
    assert unknown_user.error["code"] == "unknown_user"
    _, unknown_robot = w.ask(DeployRequest(robot_id=RobotId(9)))
    assert unknown_robot.error is not None
    assert unknown_robot.error["code"] == "unknown_robot"


def test_an_account_of_unknown_kind_counts_as_real_money() -> None:
    w = world(Run.RUNNING, [ROBOT])
    w.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=w.now.utc_s - 60))
    step, refused = w.ask(StopTerminalRequest(user_id=UserId(1)))
    assert refused.state is OperationState.REFUSED
    assert refused.exit_code == 6
    assert step.commands == ()


def test_a_second_deployment_of_a_robot_under_way_is_refused() -> None:
    w = world(Run.RUNNING, [ROBOT])
    w.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=w.now.utc_s - 60))
    w.step(w.agent(), seconds=1.0)
    _, first = w.ask(DeployRequest(robot_id=RobotId(7)))
    assert first.state is OperationState.RUNNING
    _, second = w.ask(DeployRequest(robot_id=RobotId(7)))
    assert second.error is not None
    assert second.error["code"] == "deployment_running"


def test_a_deployment_that_a_dead_engine_had_under_way_goes_on_with_the_same_ids() -> None:
    w = world(Run.RUNNING, [ROBOT])
    w.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=w.now.utc_s - 60))
    w.step(w.agent(), seconds=1.0)
    step, _ = w.ask(DeployRequest(robot_id=RobotId(7)))
    (asked,) = of_type(step.commands, SendAgentCommand)
    record = [change for change in step.changes if type(change).__name__ == "DeploymentRecord"][-1]
    heir = World(
        Remembered(users=(replace(USER, run=Run.RUNNING),), robots=(ROBOT,), deployments=(record,))  # type: ignore[arg-type]
    )
    heir.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=heir.now.utc_s - 60, adopted=True))
    commands = list(heir.step(heir.agent(), seconds=0.5).commands)
    for _ in range(6):
        commands += heir.step(heir.agent(), seconds=0.5).commands
    assert asked.command_id in {command.command_id for command in of_type(commands, SendAgentCommand)}


def test_stop_all_latches_every_user_and_needs_its_word() -> None:
    w = world(Run.STOPPED)
    w.step(ProcessAbsent(user_id=UserId(1)))
    step, refused = w.ask(StopAllRequest(word="stop"))
    assert refused.error is not None
    assert of_type(step.commands, SetStopLatch) == []
    step, done = w.ask(StopAllRequest(word="STOP"))
    (latch,) = of_type(step.commands, SetStopLatch)
    assert latch.latched
    w.step(ActDone(user_id=UserId(1), act_id=latch.act_id, evidence="stop latch written"))
    assert w.operations[done.operation_id].state is OperationState.DONE
    assert w.engine.users[UserId(1)].stop_latched


def test_a_latch_that_was_found_is_taken_over_once_with_its_reason_and_holds_a_deployment_back() -> None:
    w = world(Run.STOPPED, [ROBOT])
    first = w.step(StopLatchSeen(user_id=UserId(1)), StopLatchSeen(user_id=UserId(9)))
    assert [user.user.stop_latched for user in of_type(first.changes, SaveUser)] == [True]
    (decision,) = of_type(first.changes, Decision)
    assert "found at the start" in decision.trigger
    assert of_type(w.step(StopLatchSeen(user_id=UserId(1))).changes, Decision) == []
    _, refused = w.ask(DeployRequest(robot_id=RobotId(7)))
    assert refused.exit_code == 6


def test_an_operation_that_is_never_seen_done_ends_by_its_deadline_with_what_was_seen() -> None:
    w = world()
    w.step(ProcessAbsent(user_id=UserId(1)))
    _, operation = w.ask(StartTerminalRequest(user_id=UserId(1), timeout_s=5))
    w.step(seconds=6)
    ended = w.operations[operation.operation_id]
    assert ended.error is not None
    assert ended.error["code"] == "timeout"
    assert "last seen" in ended.error["text"]


def test_observing_only_starts_nothing() -> None:
    w = world(Run.RUNNING)
    w.ask(SetModeRequest(mode=Mode.OBSERVE))
    step = w.step(ProcessAbsent(user_id=UserId(1)), seconds=5)
    later = w.step(ProcessAbsent(user_id=UserId(1)), seconds=30)
    assert of_type((*step.commands, *later.commands), StartTerminal) == []
    assert w.engine.snapshot(w.now).mode is Mode.OBSERVE


def test_a_robot_removed_by_hand_is_stored_as_suspended_with_its_incident() -> None:
    version = RobotVersion(
        deployment_id=DeploymentId("d1"),
        slot=SLOT_A,
        inputs=(),
        inputs_hash="h",
        source_hash="s",
        symbol="EURUSD",
        timeframe=Timeframe.H1,
    )
    robot = replace(ROBOT, run=RobotRun.RUNNING, active=version)
    w = world(Run.RUNNING, [robot])
    seen = ProcessSeen(user_id=UserId(1), pid=7, started_utc_s=w.now.utc_s - 60, adopted=True)
    chart = ChartSeen(chart_id=1, symbol="EURUSD", timeframe="H1", expert="Robot_7_a")
    w.step(seen)
    for sequence in range(12):
        w.step(w.agent(charts=(chart,)), beat(sequence, w.now), seconds=0.5)
    w.step(removal())
    changes: list[object] = []
    for _ in range(40):
        changes += w.step(w.agent(charts=()), seconds=0.5).changes
    (saved,) = [change.robot for change in changes if isinstance(change, SaveRobot)]
    assert saved == replace(robot, run=RobotRun.SUSPENDED)
    assert [incident.kind for incident in w.engine.incidents.all_open()] == [IncidentKind.REMOVED_BY_HAND]
    assert w.engine.snapshot(w.now).terminals[0].robots[0].state == "suspended"


def test_a_deployment_that_is_refused_before_anything_was_done_leaves_a_robot_suspended() -> None:
    version = RobotVersion(
        deployment_id=DeploymentId("d1"),
        slot=SLOT_A,
        inputs=(),
        inputs_hash="h",
        source_hash="s",
        symbol="EURUSD",
        timeframe=Timeframe.H1,
    )
    w = world(Run.STOPPED, [replace(ROBOT, run=RobotRun.SUSPENDED, active=version)])
    w.step(ProcessAbsent(user_id=UserId(1)))
    request = DeployRequest(robot_id=RobotId(7), confirm_live=500, even_with_positions=True)
    _, operation = w.ask(request)
    for _ in range(200):
        w.step(ProcessAbsent(user_id=UserId(1)), seconds=0.5)
    assert w.operations[operation.operation_id].result["status"] == "FAILED"  # type: ignore[index]
    assert w.engine.robots[RobotId(7)].run is RobotRun.SUSPENDED


def beat(sequence: int, now: Now) -> HeartbeatSeen:
    seen = Heartbeat(
        robot_id=RobotId(7),
        deployment_id=DeploymentId("d1"),
        sequence=sequence,
        utc_s=now.utc_s,
        tick_ms=1,
        ticks=1,
        last_quote_utc_s=None,
        trade_allowed=True,
    )
    return HeartbeatSeen(user_id=UserId(1), beat=seen, age_s=0.0)


def removal() -> JournalSeen:
    entry = JournalEntry(
        time="2026-01-02T03:04:05.678",
        kind=JournalKind.ROBOT_REMOVED,
        level=0,
        category="Experts",
        text="expert Robot_7_a (EURUSD,H1) removed",
        details=(("robot", "Robot_7_a"),),
    )
    return JournalSeen(user_id=UserId(1), entry=entry)


def test_registering_a_robot_anew_takes_nothing_back_that_a_deployment_has_settled_meanwhile() -> None:
    """Who registers reads the robot first: what was proven in between is not in what it writes."""
    version = RobotVersion(
        deployment_id=DeploymentId("d-2"),
        slot=SLOT_A,
        inputs=(),
        inputs_hash="",
        source_hash="",
        symbol="EURUSD",
        timeframe=Timeframe.H1,
    )
    proven = replace(ROBOT, run=RobotRun.RUNNING, active=version)
    w = world(Run.RUNNING, [proven])
    step = w.step(RobotRegistered(robot=replace(ROBOT, source_name="new.mq5")))
    wanted = replace(proven, source_name="new.mq5")
    assert w.engine.robots[ROBOT.robot_id] == wanted
    assert of_type(step.changes, SaveRobot) == [SaveRobot(robot=wanted)]


def test_what_was_removed_is_not_watched_any_more() -> None:
    w = world(Run.RUNNING, [ROBOT])
    w.step(RobotForgotten(robot_id=RobotId(7)), UserForgotten(user_id=UserId(1)))
    assert w.step(ProcessAbsent(user_id=UserId(1)), seconds=5).commands == ()
    assert w.engine.snapshot(w.now).terminals == ()


def test_snapshots_are_numbered_and_hold_the_interfaces_shape() -> None:
    w = world(Run.RUNNING, [ROBOT])
    w.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=w.now.utc_s - 60))
    first, second = w.engine.snapshot(w.now), w.engine.snapshot(w.now)
    assert second.sequence == first.sequence + 1
    (terminal,) = second.as_status()["terminals"]
    assert set(terminal["checks"]) == {"process", "ipc", "account", "robots"}
    assert terminal["checks"]["ipc"]["ok"] is None
    assert terminal["robots"][0]["robot_id"] == 7


def test_a_button_that_cannot_be_pressed_ends_the_wait_with_its_reason() -> None:
    w = world(Run.RUNNING)
    w.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=w.now.utc_s - 3600, adopted=True))
    for _ in range(6):
        w.step(w.agent(trade_allowed=False), seconds=0.5)
    step, operation = w.ask(EnableAlgoRequest(user_id=UserId(1)))
    (press,) = of_type(step.commands, PressAlgoButton)
    w.step(ActFailed(user_id=UserId(1), act_id=press.act_id, code="cannot_press", text="press it in the toolbar"))
    error = w.operations[operation.operation_id].error
    assert error is not None
    assert (error["code"], error["text"]) == ("cannot_press", "press it in the toolbar")


def test_algo_trading_is_seen_enabled_by_a_fresh_word_alone() -> None:
    w = world(Run.RUNNING)
    w.step(ProcessSeen(user_id=UserId(1), pid=42, started_utc_s=w.now.utc_s - 3600, adopted=True))
    for _ in range(6):
        w.step(w.agent(), seconds=0.5)
    w.step(seconds=w.engine.policy.agent_stale_s + 1.0)
    _, operation = w.ask(EnableAlgoRequest(user_id=UserId(1)))
    assert w.operations[operation.operation_id].state is OperationState.RUNNING
    w.step(seconds=1.0)
    assert "not known" in w.operations[operation.operation_id].progress
    w.step(w.agent(), seconds=1.0)
    assert w.operations[operation.operation_id].state is OperationState.DONE
