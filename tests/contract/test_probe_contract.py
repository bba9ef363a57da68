"""Every way in which a probe can fail, each with the package in the probe's own child against a terminal's process.

The facts must be the same with the real MetaTrader5 package (on Windows) and with the simulation's module: the engine's
decisions are tried with the latter alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mt5console.core.credentials import Secret
from mt5console.core.model.ids import Account, TradeMode
from mt5console.core.model.observed import ProbeAnswer, ProbeProblem
from mt5console.core.ports import ProbeResult
from mt5console.probe.child import ProbeChild, child_command
from mt5console.probe.pool import WORKER, ChildProbePool
from mt5console.simulation import wire
from tests.contract.package_world import MODULES, PATIENCE_S, ScriptedTerminal, World, open_world, until

DEADLINE_S = 30.0
"""Where an answer is expected: far more than it takes."""

SHORT_S = 3.0
"""Where none is expected; the child is up by then."""

READ = [wire.TERMINAL_INFO, wire.ACCOUNT_INFO, wire.POSITIONS_TOTAL]
ATTACHING = [wire.HELLO, wire.STATE]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_world() as opened:
        yield opened


@pytest.fixture(scope="module", params=MODULES)
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pool(world: World, module: str) -> Iterator[ChildProbePool]:
    made = ChildProbePool(module, world.host)
    yield made
    made.close()


@pytest.fixture
def terminal(world: World, pool: ChildProbePool) -> ScriptedTerminal:
    """Running and well, and its child idle without a connection."""
    world.terminal.fresh()
    if not pool.poll(world.terminal.executable, DEADLINE_S).answer:
        assert pool.poll(world.terminal.executable, DEADLINE_S).answer, "a child that is up"
    world.terminal.set(behaviours={wire.TERMINAL_INFO: "err:-1"})
    pool.poll(world.terminal.executable, DEADLINE_S)
    world.terminal.fresh()
    return world.terminal


@pytest.fixture
def other(world: World) -> Iterator[ScriptedTerminal]:
    """A second terminal, of the account 222."""
    world.other.fresh()
    world.other.set(account_fields={"login": 222, "server": "Demo"})
    yield world.other
    world.other.tell(pipes=[])


def answered(result: ProbeResult) -> ProbeAnswer:
    assert result.problem is None, result
    assert result.answer is not None
    return result.answer


def told(result: ProbeResult) -> tuple[ProbeProblem | None, int]:
    return result.problem, result.code


def children() -> list[int]:
    """The probe's children that live."""
    return [each.pid for each in psutil.Process().children() if str(WORKER) in _command(each)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline() if process.status() != psutil.STATUS_ZOMBIE else []
    except psutil.Error:
        return []


def attached(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    answered(pool.poll(terminal.executable, DEADLINE_S))


def test_a_poll_tells_what_the_terminal_tells(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    account = {"login": 5, "server": "Demo-Ü", "balance": 10.5, "equity": 9.25, "currency": "EUR", "trade_mode": 2}
    terminal.set(account_fields={**account, "trade_allowed": True, "trade_expert": False}, open=[{"ticket": 1}])
    info = {"connected": True, "trade_allowed": True, "tradeapi_disabled": False, "ping_last": 21_350}
    terminal.set(build=5900, info={**info, "path": "C:\\a", "data_path": "C:\\b"})
    assert answered(pool.poll(terminal.executable, DEADLINE_S)) == ProbeAnswer(
        build=5900,
        path="C:\\a",
        data_path="C:\\b",
        connected=True,
        trade_allowed=True,
        tradeapi_disabled=False,
        ping_us=21_350,
        login=5,
        server="Demo-Ü",
        trade_mode=TradeMode.REAL,
        account_trade_allowed=True,
        account_trade_expert=False,
        balance=10.5,
        equity=9.25,
        currency="EUR",
        positions_total=1,
    )


SPOILT = {
    "garbage": (ProbeProblem.GONE, -10002),
    "short": (ProbeProblem.GONE, -10002),
    "len2": (ProbeProblem.GONE, -10002),
    "bodyshort": (ProbeProblem.GONE, -10002),
    "extra": (ProbeProblem.GONE, -10002),
    "zero": (ProbeProblem.GONE, -10002),
    "split": (ProbeProblem.GONE, -10002),
    "close": (ProbeProblem.GONE, -10002),
    "disconnect": (ProbeProblem.GONE, -10002),
    "wrongcmd": (ProbeProblem.OTHER, -10000),
}
"""What a reply that is spoilt in this way makes of the probe, whichever call it answers."""


@pytest.mark.parametrize("command", [*ATTACHING, *READ])
def test_a_spoilt_reply_is_one_problem_and_then_all_is_well(
    pool: ChildProbePool, terminal: ScriptedTerminal, command: int
) -> None:
    seen = {}
    for behaviour in SPOILT:
        terminal.set(behaviours={command: behaviour})
        seen[behaviour] = told(pool.poll(terminal.executable, DEADLINE_S))
        terminal.set(behaviours={})
        assert answered(pool.poll(terminal.executable, DEADLINE_S)).login == 111, behaviour
        terminal.set(behaviours={wire.POSITIONS_TOTAL: "wrongcmd"})
        assert pool.poll(terminal.executable, DEADLINE_S).answer is None, "the next one attaches anew"
    assert seen == SPOILT
    assert terminal.running() == (terminal.ref,)


@pytest.mark.parametrize(
    ("command", "behaviour", "problem", "code"),
    [
        (wire.HELLO, "err:-5", ProbeProblem.VERSION, -5),
        (wire.HELLO, "err:-1", ProbeProblem.OTHER, -1),
        (wire.STATE, "err:-7", ProbeProblem.OTHER, -7),
        (wire.TERMINAL_INFO, "err:-1", ProbeProblem.OTHER, -1),
        (wire.TERMINAL_INFO, "err:-10001", ProbeProblem.GONE, -10001),
    ],
)
def test_what_the_terminal_refuses_is_told_with_its_code(
    pool: ChildProbePool, terminal: ScriptedTerminal, command: int, behaviour: str, problem: ProbeProblem, code: int
) -> None:
    terminal.set(behaviours={command: behaviour})
    assert told(pool.poll(terminal.executable, DEADLINE_S)) == (problem, code)


def test_an_account_that_cannot_be_read_is_no_failure_of_the_terminal(
    pool: ChildProbePool, terminal: ScriptedTerminal
) -> None:
    terminal.set(behaviours={wire.ACCOUNT_INFO: "err:-7", wire.POSITIONS_TOTAL: "err:-1"})
    answer = answered(pool.poll(terminal.executable, DEADLINE_S))
    assert (answer.login, answer.trade_mode, answer.positions_total) == (0, TradeMode.UNKNOWN, None)


def test_a_terminal_without_an_account_says_login_zero(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    terminal.set(account_fields=None)
    answer = answered(pool.poll(terminal.executable, DEADLINE_S))
    assert (answer.login, answer.trade_mode, answer.connected) == (0, TradeMode.UNKNOWN, False)


def test_a_hang_ends_at_the_deadline_with_the_child(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    before = children()
    terminal.set(behaviours={wire.ACCOUNT_INFO: "hang"})
    began = time.monotonic()
    assert pool.poll(terminal.executable, SHORT_S).problem is ProbeProblem.HUNG
    assert time.monotonic() - began < SHORT_S + 8
    assert not set(before) & set(children())
    terminal.set(behaviours={})
    attached(pool, terminal)
    assert terminal.running() == (terminal.ref,)


@pytest.mark.parametrize("is_attached", [True, False])
def test_a_suspended_terminal_hangs_the_probe_until_its_deadline(
    pool: ChildProbePool, terminal: ScriptedTerminal, is_attached: bool
) -> None:
    if is_attached:
        attached(pool, terminal)
    before = children()
    terminal.suspend()
    try:
        result = pool.poll(terminal.executable, SHORT_S)
    finally:
        terminal.resume()
    assert result.problem is ProbeProblem.HUNG
    assert not set(before) & set(children())
    assert terminal.running() == (terminal.ref,)
    attached(pool, terminal)


def test_a_terminal_killed_between_polls_is_gone_and_then_not_running(
    pool: ChildProbePool, terminal: ScriptedTerminal
) -> None:
    attached(pool, terminal)
    terminal.end()
    assert told(pool.poll(terminal.executable, DEADLINE_S)) == (ProbeProblem.GONE, -10001)
    assert told(pool.poll(terminal.executable, DEADLINE_S)) == (ProbeProblem.NOT_RUNNING, 0)
    assert terminal.running() == (), "nobody starts it but the engine"


@pytest.mark.parametrize("command", [wire.HELLO, wire.ACCOUNT_INFO])
def test_a_terminal_killed_in_a_call_is_gone(pool: ChildProbePool, terminal: ScriptedTerminal, command: int) -> None:
    terminal.set(behaviours={command: "hang"})
    results: list[ProbeResult] = []
    visitor = threading.Thread(target=lambda: results.append(pool.poll(terminal.executable, PATIENCE_S)))
    visitor.start()
    until(lambda: terminal.asked(command), "the call")
    terminal.end()
    visitor.join(PATIENCE_S)
    assert [told(result) for result in results] == [(ProbeProblem.GONE, -10002)]
    assert terminal.running() == ()


def test_a_missing_pipe_is_told_without_asking_the_package(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    terminal.tell(pipes=[])
    result = pool.poll(terminal.executable, DEADLINE_S)
    assert told(result) == (ProbeProblem.GONE, 0)
    assert "its pipe for the package is not there" in result.text
    login = pool.login(terminal.executable, Account(login=5, server="Demo"), Secret("right"), DEADLINE_S)
    assert told(login) == (ProbeProblem.GONE, 0)
    assert terminal.running() == (terminal.ref,), "the package would have started a second one"
    terminal.tell(pipes=[str(terminal.executable)])
    attached(pool, terminal)


def test_a_terminal_that_never_opens_its_pipe_stays_alone(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    terminal.end()
    terminal.start(silent=True)
    for _ in range(2):
        assert told(pool.poll(terminal.executable, DEADLINE_S)) == (ProbeProblem.GONE, 0)
    assert terminal.running() == (terminal.ref,)


def test_an_executable_that_does_not_run_is_not_started(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    terminal.end()
    assert told(pool.poll(terminal.executable, DEADLINE_S)) == (ProbeProblem.NOT_RUNNING, 0)
    missing = Path(terminal.directory.parent, "absent", terminal.executable.name)
    assert told(pool.poll(missing, DEADLINE_S)) == (ProbeProblem.NOT_RUNNING, 0)
    assert terminal.running() == ()


def test_another_terminal_behind_the_pipe_shows_as_what_it_is(
    pool: ChildProbePool, terminal: ScriptedTerminal, other: ScriptedTerminal
) -> None:
    terminal.tell(pipes=[])
    other.tell(pipes=[str(terminal.executable)])
    answer = answered(pool.poll(terminal.executable, DEADLINE_S))
    assert (answer.login, answer.path, answer.data_path) == (222, str(other.executable), str(other.directory))
    assert terminal.running() == (terminal.ref,)


def test_another_data_path_is_told(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    terminal.set(info={"path": str(terminal.directory), "data_path": "C:\\Users\\x\\AppData\\Roaming"})
    answer = answered(pool.poll(terminal.executable, DEADLINE_S))
    assert (answer.path, answer.data_path) == (str(terminal.directory), "C:\\Users\\x\\AppData\\Roaming")


def test_a_login_under_way_is_no_hang(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    terminal.set(state=wire.STATE_PENDING)
    assert told(pool.poll(terminal.executable, DEADLINE_S)) == (ProbeProblem.LOGIN_PENDING, -10005)
    terminal.set(state=wire.STATE_OK)
    attached(pool, terminal)


def test_a_refused_terminal_is_told(pool: ChildProbePool, terminal: ScriptedTerminal) -> None:
    terminal.set(state=wire.STATE_REFUSED)
    assert told(pool.poll(terminal.executable, DEADLINE_S)) == (ProbeProblem.AUTH_REFUSED, -6)


@pytest.mark.parametrize("is_attached", [True, False])
def test_a_login_arrives_with_and_without_a_connection(
    pool: ChildProbePool, terminal: ScriptedTerminal, is_attached: bool
) -> None:
    if is_attached:
        attached(pool, terminal)
    else:
        terminal.set(state=wire.STATE_PENDING)
    terminal.set(password="canary-Å7319 ü")
    result = pool.login(terminal.executable, Account(login=111, server="Demo-Ü"), Secret("canary-Å7319 ü"), DEADLINE_S)
    assert answered(result).login == 111
    assert terminal.tell()["logins"] == [[111, "Demo-Ü"]]


@pytest.mark.parametrize("is_attached", [True, False])
def test_a_refused_login_is_told_once_and_leaves_no_connection(
    pool: ChildProbePool, terminal: ScriptedTerminal, is_attached: bool
) -> None:
    if is_attached:
        attached(pool, terminal)
    hellos = terminal.asked(wire.HELLO)
    result = pool.login(terminal.executable, Account(login=5, server="Demo"), Secret("wrong"), DEADLINE_S)
    assert told(result) == (ProbeProblem.AUTH_REFUSED, -6)
    assert terminal.tell()["logins"] == [[5, "Demo"]]
    terminal.set(state=wire.STATE_OK)
    attached(pool, terminal)
    assert terminal.asked(wire.HELLO) == hellos + (1 if is_attached else 2), "attached anew after the refusal"


def test_no_connection_outlives_a_failure(terminal: ScriptedTerminal, module: str) -> None:
    child = ProbeChild(child_command(WORKER, module))
    wish = {"path": str(terminal.executable), "portable": True, "timeout_ms": 2000}
    login = {"login": 5, "password": "x", "server": "Demo"}
    failures: list[tuple[dict[int, str], str, int]] = [
        ({wire.HELLO: "err:-5"}, "attach", -5),
        ({wire.HELLO: "garbage"}, "attach", -10002),
        ({wire.LOGIN: "err:-6"}, "login", -6),
        ({wire.ACCOUNT_INFO: "wrongcmd"}, "poll", -10000),
    ]
    try:
        for behaviours, operation, code in failures:
            terminal.tell(reset=True)
            if operation != "attach":
                assert child.ask("attach", wish, PATIENCE_S)["ok"]
            terminal.set(behaviours=behaviours)
            failed = child.ask(operation, {**wish, **login}, PATIENCE_S)
            assert (failed["ok"], failed["code"]) == (False, code)
            terminal.set(behaviours={})
            after = child.ask("poll", wish, PATIENCE_S)
            assert (after["ok"], after["code"]) == (False, -10004), "the old connection would show another account"
    finally:
        child.kill()
