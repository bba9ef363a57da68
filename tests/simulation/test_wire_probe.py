"""The pool's real children with the simulated package, against a simulated terminal's pipe."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from mt5console.core.credentials import Secret
from mt5console.core.model.ids import Account, TradeMode
from mt5console.core.model.observed import ProbeProblem
from mt5console.probe.child import child_command
from mt5console.probe.pool import WORKER, ChildProbePool
from mt5console.simulation import wire
from mt5console.simulation.wire import WireServer
from tests.fakes.processes import FakeProcessHost
from tests.simulation.wire_terminal import Terminal

MODULE = "mt5console.simulation.mt5"
CANARY = "canary-7319-Å"


class World:
    """Terminals with their pipes in this process, and the pool."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.hosts = FakeProcessHost()
        self.log = directory / "probe.log"
        self.pool = ChildProbePool(MODULE, self.hosts, log=self.log)
        self.servers: dict[Path, WireServer] = {}

    def start(self, name: str, terminal: Terminal) -> Path:
        executable = self.directory / name / "terminal64"
        executable.parent.mkdir(exist_ok=True)
        self.hosts.start_elsewhere(executable)
        self.servers[executable] = WireServer(executable, terminal)
        self.servers[executable].start()
        return executable

    def stop(self, executable: Path) -> None:
        for ref in self.hosts.find(executable):
            self.hosts.end(ref)
        self.servers.pop(executable).stop()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.pool.close()
    for executable in list(world.servers):
        world.stop(executable)


def test_a_poll_reads_terminal_account_and_positions(world: World) -> None:
    terminal = Terminal()
    terminal.open = [{"ticket": 1}, {"ticket": 2}]
    result = world.pool.poll(world.start("a", terminal), 10)
    assert result.problem is None, result.text
    assert result.answer is not None
    assert (result.answer.build, result.answer.data_path, result.answer.login) == (5833, "d", 111)
    assert (result.answer.trade_mode, result.answer.balance) == (TradeMode.REAL, 10.5)
    assert result.answer.positions_total == 2


def test_two_terminals_get_their_own_data(world: World) -> None:
    first, second = world.start("a", Terminal(111)), world.start("b", Terminal(222))
    for _ in range(2):
        for executable, login in ((first, 111), (second, 222)):
            answer = world.pool.poll(executable, 10).answer
            assert answer is not None
            assert answer.login == login


def test_a_terminal_without_an_account_has_login_zero(world: World) -> None:
    terminal = Terminal()
    terminal.account_fields = None
    answer = world.pool.poll(world.start("a", terminal), 10).answer
    assert answer is not None
    assert (answer.login, answer.trade_mode) == (0, TradeMode.UNKNOWN)


@pytest.mark.parametrize(
    "command", [wire.HELLO, wire.STATE, wire.TERMINAL_INFO, wire.ACCOUNT_INFO, wire.POSITIONS_TOTAL]
)
def test_a_hang_anywhere_ends_at_the_deadline_and_heals(world: World, command: int) -> None:
    terminal = Terminal()
    executable = world.start("a", terminal)
    terminal.behaviours = {command: "hang"}
    began = time.monotonic()
    assert world.pool.poll(executable, 1.0).problem is ProbeProblem.HUNG
    assert time.monotonic() - began < 4
    terminal.behaviours = {}
    assert world.pool.poll(executable, 10).answer is not None


@pytest.mark.parametrize(
    ("command", "behaviour", "problem", "code"),
    [
        (wire.HELLO, "err:-5", ProbeProblem.VERSION, -5),
        (wire.HELLO, "garbage", ProbeProblem.GONE, -10002),
        (wire.HELLO, "wrongcmd", ProbeProblem.OTHER, -10000),
        (wire.TERMINAL_INFO, "zero", ProbeProblem.GONE, -10002),
        (wire.TERMINAL_INFO, "split", ProbeProblem.GONE, -10002),
        (wire.ACCOUNT_INFO, "close", ProbeProblem.GONE, -10002),
        (wire.ACCOUNT_INFO, "short", ProbeProblem.GONE, -10002),
        (wire.POSITIONS_TOTAL, "disconnect", ProbeProblem.GONE, -10002),
    ],
)
def test_a_spoilt_reply_is_one_problem_and_then_all_is_well(
    world: World, command: int, behaviour: str, problem: ProbeProblem, code: int
) -> None:
    terminal = Terminal()
    executable = world.start("a", terminal)
    terminal.behaviours = {command: behaviour}
    result = world.pool.poll(executable, 10)
    assert (result.problem, result.code) == (problem, code)
    terminal.behaviours = {}
    assert world.pool.poll(executable, 10).answer is not None


def test_a_pending_login_is_told_from_a_hang(world: World) -> None:
    terminal = Terminal()
    terminal.state = wire.STATE_PENDING
    executable = world.start("a", terminal)
    result = world.pool.poll(executable, 1.5)
    assert (result.problem, result.code) == (ProbeProblem.LOGIN_PENDING, -10005)
    terminal.state = wire.STATE_OK
    assert world.pool.poll(executable, 10).answer is not None


def test_a_refused_terminal_is_told(world: World) -> None:
    terminal = Terminal()
    terminal.state = wire.STATE_REFUSED
    assert world.pool.poll(world.start("a", terminal), 10).problem is ProbeProblem.AUTH_REFUSED


def test_a_terminal_that_died_between_polls_is_gone_and_then_new(world: World) -> None:
    executable = world.start("a", Terminal(111))
    assert world.pool.poll(executable, 10).answer is not None
    world.stop(executable)
    assert world.pool.poll(executable, 10).problem is ProbeProblem.GONE
    assert world.pool.poll(executable, 10).problem is ProbeProblem.NOT_RUNNING
    world.start("a", Terminal(222))
    answer = world.pool.poll(executable, 10).answer
    assert answer is not None
    assert answer.login == 222


@pytest.mark.parametrize("attached", [True, False])
def test_a_login_succeeds_with_and_without_a_connection(world: World, attached: bool) -> None:
    terminal = Terminal(5)
    terminal.password = CANARY
    executable = world.start("a", terminal)
    if attached:
        assert world.pool.poll(executable, 10).answer is not None
    else:
        terminal.state = wire.STATE_PENDING
    result = world.pool.login(executable, Account(login=5, server="Demo"), Secret(CANARY), 10)
    assert result.problem is None, result.text
    assert terminal.logins == [(5, "Demo")]
    assert world.pool.poll(executable, 10).answer is not None


def test_a_wrong_password_is_refused_once_and_shown_nowhere(world: World) -> None:
    terminal = Terminal(5)
    executable = world.start("a", terminal)
    result = world.pool.login(executable, Account(login=5, server="Demo"), Secret(CANARY), 10)
    assert (result.problem, result.code) == (ProbeProblem.AUTH_REFUSED, -6)
    assert len(terminal.logins) == 1
    seen = repr(result) + world.log.read_text()
    living = [each for each in psutil.Process().children() if each.status() != psutil.STATUS_ZOMBIE]
    children = [each for each in living if str(WORKER) in each.cmdline()]
    assert children
    for child in children:
        seen += repr(child.cmdline()) + repr(child.environ())
    assert CANARY not in seen
    assert json.dumps(CANARY)[1:-1] not in seen


def test_a_login_into_a_terminal_that_does_not_run_asks_nobody(world: World) -> None:
    executable = world.directory / "absent" / "terminal64"
    result = world.pool.login(executable, Account(login=5, server="Demo"), Secret(CANARY), 10)
    assert result.problem is ProbeProblem.NOT_RUNNING


def test_polls_of_many_terminals_from_many_threads(world: World) -> None:
    executables = [world.start(str(number), Terminal(number + 1)) for number in range(14)]
    wrong: list[Any] = []

    def visit(executable: Path, login: int) -> None:
        for _ in range(5):
            answer = world.pool.poll(executable, 20).answer
            if answer is None or answer.login != login:
                wrong.append((login, answer))

    threads = [threading.Thread(target=visit, args=(path, n + 1)) for n, path in enumerate(executables)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


def talk(*lines: str, module: str = MODULE) -> tuple[list[Any], int]:
    """The worker as a bare process: what it replies to these lines, and its exit code."""
    worker = subprocess.Popen(
        child_command(WORKER, module), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    out, _ = worker.communicate("".join(f"{line}\n" for line in lines).encode(), timeout=30)
    return [json.loads(line) for line in out.splitlines()], worker.returncode


def request(**fields: Any) -> str:
    return json.dumps({"v": 1, "id": 1, "op": "poll", "deadline_s": 5, "path": "/absent/terminal64", **fields})


def test_the_worker_answers_line_by_line_and_ends_with_its_stdin() -> None:
    replies, code = talk(request(), "no json", request(op="nothing"), request(v=2), request(id=9, op="detach"))
    assert code == 0
    assert [reply["ok"] for reply in replies] == [False, False, False, False, True]
    assert (replies[0]["code"], replies[0]["text"]) == (-10004, "No IPC connection")
    assert replies[4] == {"v": 1, "id": 9, "ok": True, "answer": {}}


def test_a_missing_package_is_named() -> None:
    replies, _ = talk(request(), module="no_such_package")
    assert "no_such_package cannot be imported" in replies[0]["text"]


def test_a_package_that_raises_or_prints_harms_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "noisy_package.py").write_text(
        "import os\nprint('noise')\nos.write(1, b'noise')\n"
        "def initialize(*a, **k): raise RuntimeError(str(k))\ndef shutdown(): return True\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    line = request(op="login", login=1, password=CANARY, server="s", timeout_ms=1, portable=True)
    replies, _ = talk(line, module="noisy_package")
    assert replies == [{"v": 1, "id": 1, "ok": False, "code": 0, "text": "RuntimeError in the probe"}]


def test_an_orphan_that_hangs_ends_by_itself(tmp_path: Path) -> None:
    terminal = Terminal()
    terminal.behaviours = {wire.TERMINAL_INFO: "hang"}
    server = WireServer(tmp_path / "terminal64", terminal)
    server.start()
    path = str(tmp_path / "terminal64")
    lines = [request(op="attach", path=path, timeout_ms=500, portable=True), request(path=path, deadline_s=-4.0)]
    try:
        replies, code = talk(*lines)
    finally:
        server.stop()
    assert len(replies) == 1
    assert code == 1
