"""The pool against real children that answer, dawdle, hang, crash and talk nonsense."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import psutil
import pytest

from mt5console.core.credentials import Secret
from mt5console.core.model.ids import Account, TradeMode
from mt5console.core.model.observed import ProbeProblem
from mt5console.probe.pool import ChildProbePool
from mt5console.simulation.wire_transport import Listener, listen
from tests.fakes.processes import FakeProcessHost

WORKER = """import json, os, sys, time
attached, calls = None, 0
def say(text): sys.stdout.write(text); sys.stdout.flush()
TERMINAL = dict(build=1, path="p", data_path="d", connected=True, trade_allowed=True)
TERMINAL |= dict(tradeapi_disabled=False, ping_last=5)
for line in sys.stdin:
    request = json.loads(line)
    path, op, calls = request["path"], request["op"], calls + 1
    deed = os.path.basename(os.path.dirname(path)).split("-")[0]
    reply = dict(v=1, id=request["id"], ok=True, answer={})
    if op == "attach":
        attached = path
        with open(os.path.dirname(path) + "/visits", "a") as file: file.write(f"{os.getpid()}\\n")
        if deed.startswith("code"): reply = dict(v=1, id=request["id"], ok=False, code=-int(deed[4:]), text="refused")
    else:
        if deed == "slow": time.sleep(0.4)
        if deed == "hang": time.sleep(600)
        if deed == "crash": os._exit(7)
        if deed == "garbage": say("this is no reply\\n"); continue
        if deed == "half": say('{"v": 1, "id"'); os._exit(0)
        if deed == "stale": reply["id"] -= 1
        if deed == "wrong": say(json.dumps(reply) + "\\n"); continue
        if deed == "big": say("x" * (1 << 21)); continue
        if deed == "flood":
            while True: say("{}\\n" * 1000)
        if deed == "gone" and calls > 2: reply = dict(v=1, id=request["id"], ok=False, code=-10001, text="send")
        else:
            login = request.get("login", 5) if attached == path or op == "login" else 0
            account = dict(login=login, server=request.get("password", "s"), trade_mode=2, balance=os.getpid())
            reply["answer"] = dict(terminal=TERMINAL, account=account, positions_total=None)
        if deed == "twice": say(json.dumps(reply) + "\\n")
    say(json.dumps(reply) + "\\n")
"""


class World:
    """Terminals that run by name, with their pipes, and the pool that visits them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.hosts = FakeProcessHost()
        self.worker = directory / "fake_worker.py"
        self.worker.write_text(WORKER)
        self.pools: list[ChildProbePool] = []
        self.pipes: list[Listener] = []

    def pool(self, max_dedicated: int = 10, pool_size: int = 4) -> ChildProbePool:
        pool = ChildProbePool("no_module", self.hosts, max_dedicated, pool_size, worker=self.worker)
        self.pools.append(pool)
        return pool

    def terminal(self, name: str, *, runs: bool = True, pipe: bool = True) -> Path:
        executable = self.directory / name / "terminal64"
        executable.parent.mkdir()
        if runs:
            self.hosts.start_elsewhere(executable)
        if pipe:
            self.pipes.append(listen(executable))
        return executable

    def visits(self, executable: Path) -> list[int]:
        file = executable.parent / "visits"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def children(self) -> list[psutil.Process]:
        return [p for p in psutil.Process().children() if str(self.worker) in _command(p)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    for pool in world.pools:
        pool.close()
    for pipe in world.pipes:
        pipe.close()
    eventually(lambda: not world.children())
    eventually(lambda: not [t for t in threading.enumerate() if t.name.startswith("probe-")])


def test_a_poll_attaches_once_and_answers(world: World) -> None:
    pool, executable = world.pool(), world.terminal("ok")
    result = pool.poll(executable, 10)
    assert result.problem is None, result.text
    assert result.answer is not None
    assert (result.answer.login, result.answer.trade_mode, result.answer.ping_us) == (5, TradeMode.REAL, 5)
    assert result.answer.positions_total is None
    assert pool.poll(executable, 10).answer == result.answer
    assert len(world.visits(executable)) == 1


def test_a_terminal_that_does_not_run_is_never_attached(world: World) -> None:
    pool, executable = world.pool(), world.terminal("ok", runs=False)
    result = pool.poll(executable, 10)
    assert (result.problem, result.answer) == (ProbeProblem.NOT_RUNNING, None)
    assert world.children() == []


def test_a_terminal_without_its_pipe_is_never_attached(world: World) -> None:
    pool, executable = world.pool(), world.terminal("ok", pipe=False)
    result = pool.poll(executable, 10)
    assert result.problem is ProbeProblem.GONE
    assert "pipe" in result.text
    assert world.children() == []


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (10001, ProbeProblem.GONE),
        (10002, ProbeProblem.GONE),
        (10004, ProbeProblem.GONE),
        (10005, ProbeProblem.LOGIN_PENDING),
        (10003, ProbeProblem.OTHER),
        (10000, ProbeProblem.OTHER),
        (6, ProbeProblem.AUTH_REFUSED),
        (5, ProbeProblem.VERSION),
        (1, ProbeProblem.OTHER),
    ],
)
def test_the_packages_codes_become_problems(world: World, code: int, problem: ProbeProblem) -> None:
    result = world.pool().poll(world.terminal(f"code{code}"), 10)
    assert (result.problem, result.code, result.text) == (problem, -code, "refused")


def test_a_hang_ends_at_the_deadline_with_the_child(world: World) -> None:
    pool, executable = world.pool(), world.terminal("hang")
    began = time.monotonic()
    result = pool.poll(executable, 0.8)
    assert result.problem is ProbeProblem.HUNG
    assert "0.8 s" in result.text
    assert time.monotonic() - began < 4
    eventually(lambda: not world.children())


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("crash", "ended with code 7"),
        ("half", "cut off"),
        ("garbage", "not understood"),
        ("stale", "not understood"),
        ("wrong", "not understood"),
        ("big", "cut off"),
        ("flood", "not understood"),
    ],
)
def test_nonsense_ends_the_child_and_says_why(world: World, deed: str, words: str) -> None:
    pool, executable = world.pool(), world.terminal(deed)
    for _ in range(2):
        result = pool.poll(executable, 10)
        assert result.problem is ProbeProblem.OWN_SIDE
        assert words in result.text
    first, second = world.visits(executable)
    assert first != second
    eventually(lambda: not world.children())


def test_a_child_that_speaks_unasked_is_replaced(world: World) -> None:
    pool, executable = world.pool(), world.terminal("twice")
    assert pool.poll(executable, 10).answer is not None
    results = [pool.poll(executable, 10) for _ in range(2)]
    assert any(result.problem is ProbeProblem.OWN_SIDE for result in results)
    assert len(world.children()) <= 1


def test_a_lost_connection_is_reported_once_and_made_anew(world: World) -> None:
    pool, executable = world.pool(), world.terminal("gone")
    assert pool.poll(executable, 10).answer is not None
    assert pool.poll(executable, 10).problem is ProbeProblem.GONE
    pool.poll(executable, 10)
    assert len(world.visits(executable)) == 2


def test_a_second_terminal_started_by_the_package_is_ended_and_named(world: World) -> None:
    class Host(FakeProcessHost):
        def find(self, executable: Path):  # type: ignore[no-untyped-def]
            found = super().find(executable)
            self.looks = getattr(self, "looks", 0) + 1
            return (*found, self.start_elsewhere(executable)) if self.looks == 2 else found

    world.hosts = Host()
    pool, executable = world.pool(), world.terminal("code10003")
    result = pool.poll(executable, 10)
    assert "second terminal" in result.text
    assert len(world.hosts.find(executable)) == 1


def test_a_terminal_restarted_by_the_engine_meanwhile_is_left_alone(world: World) -> None:
    class Host(FakeProcessHost):
        def find(self, executable: Path):  # type: ignore[no-untyped-def]
            self.looks = getattr(self, "looks", 0) + 1
            if self.looks == 2:
                self.end(super().find(executable)[0])
                self.start_elsewhere(executable)
            return super().find(executable)

    world.hosts = Host()
    pool, executable = world.pool(), world.terminal("hang")
    assert pool.poll(executable, 0.5).problem is ProbeProblem.HUNG
    assert len(world.hosts.find(executable)) == 1


def test_different_terminals_are_polled_in_parallel_the_same_one_in_turn(world: World) -> None:
    pool = world.pool()
    slow = [world.terminal(f"slow-{number}") for number in range(4)]
    for executable in slow:
        pool.poll(executable, 10)
    with ThreadPoolExecutor(8) as threads:
        began = time.monotonic()
        assert all(result.answer for result in threads.map(lambda path: pool.poll(path, 10), slow))
        assert time.monotonic() - began < 1.5
        began = time.monotonic()
        assert all(result.answer for result in threads.map(lambda _: pool.poll(slow[0], 10), range(3)))
        assert time.monotonic() - began >= 1.2


def test_a_hang_does_not_hold_up_the_neighbours(world: World) -> None:
    pool, hang, ok = world.pool(), world.terminal("hang"), world.terminal("ok")
    with ThreadPoolExecutor(1) as threads:
        hung = threads.submit(pool.poll, hang, 3)
        eventually(lambda: len(world.visits(hang)) == 1)
        assert pool.poll(ok, 2).answer is not None
        assert not hung.done()
        pool.drop(hang)
        assert hung.result(3).problem is ProbeProblem.OWN_SIDE


def test_waiting_for_the_same_terminal_counts_towards_the_deadline(world: World) -> None:
    pool, hang = world.pool(), world.terminal("hang")
    with ThreadPoolExecutor(1) as threads:
        hung = threads.submit(pool.poll, hang, 2)
        eventually(lambda: len(world.visits(hang)) == 1)
        began = time.monotonic()
        assert pool.poll(hang, 0.3).problem is ProbeProblem.BUSY
        assert time.monotonic() - began < 1.5
        assert hung.result(5).problem is ProbeProblem.HUNG


def test_few_terminals_keep_a_child_each(world: World) -> None:
    pool = world.pool(max_dedicated=3, pool_size=2)
    terminals = [world.terminal(f"ok-{number}") for number in range(3)]
    for _ in range(2):
        for executable in terminals:
            assert pool.poll(executable, 10).answer is not None
    assert [len(world.visits(executable)) for executable in terminals] == [1, 1, 1]
    assert len(world.children()) == 3


def test_many_terminals_share_a_few_children_that_switch(world: World) -> None:
    pool = world.pool(max_dedicated=3, pool_size=2)
    terminals = [world.terminal(f"ok-{number}") for number in range(7)]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            assert all(result.answer for result in threads.map(lambda path: pool.poll(path, 10), terminals))
    eventually(lambda: len(world.children()) <= 2)
    assert sum(len(world.visits(executable)) for executable in terminals) > 7


def test_drop_ends_the_child_and_the_next_poll_attaches_anew(world: World) -> None:
    pool, executable = world.pool(), world.terminal("ok")
    pool.poll(executable, 10)
    pool.drop(executable)
    eventually(lambda: not world.children())
    pool.drop(executable)
    assert pool.poll(executable, 10).answer is not None
    assert len(set(world.visits(executable))) == 2


def test_a_child_that_cannot_be_started_is_our_own_sides_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, executable = world.pool(), world.terminal("ok")
    monkeypatch.setattr("mt5console.probe.pool.ProbeChild", Mock(side_effect=OSError(24, "Too many open files")))
    result = pool.poll(executable, 10)
    assert (result.problem, result.code) == (ProbeProblem.OWN_SIDE, 0)
    assert "Too many open files" in result.text


@pytest.mark.parametrize("error", ["ImportError('no numpy')", "ValueError('numpy.dtype size changed')"])
def test_a_package_that_cannot_be_imported_is_named_and_found_again_once_it_is_mended(
    world: World, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    package = world.directory / "broken_package.py"
    package.write_text(f"raise {error}")
    monkeypatch.syspath_prepend(str(world.directory))
    pool, executable = ChildProbePool("broken_package", world.hosts), world.terminal("ok")
    world.pools.append(pool)
    result = pool.poll(executable, 10)
    assert result.problem is ProbeProblem.OWN_SIDE
    assert "broken_package cannot be imported" in result.text
    assert error.split("'")[1] in result.text
    package.write_text(
        "def initialize(*a, **k): return False\ndef last_error(): return (-10005, 'IPC timeout')\ndef shutdown(): pass"
    )
    assert pool.poll(executable, 10).problem is ProbeProblem.LOGIN_PENDING


def test_a_killed_child_is_replaced(world: World) -> None:
    pool, executable = world.pool(), world.terminal("ok")
    pool.poll(executable, 10)
    world.children()[0].kill()
    assert pool.poll(executable, 10).problem is ProbeProblem.OWN_SIDE
    assert pool.poll(executable, 10).answer is not None


def test_a_closed_pool_answers_with_a_problem(world: World) -> None:
    pool, executable = world.pool(), world.terminal("ok")
    pool.poll(executable, 10)
    pool.close()
    eventually(lambda: not world.children())
    assert pool.poll(executable, 10).problem is ProbeProblem.BUSY
    assert world.children() == []


def test_a_password_travels_over_stdin_and_is_seen_nowhere(world: World) -> None:
    pool, executable = world.pool(), world.terminal("ok")
    result = pool.login(executable, Account(login=42, server="Demo"), Secret("canary-4711"), 10)
    assert result.answer is not None
    assert result.answer.login == 42
    assert result.answer.server == "canary-4711"  # The fake says it back: so it did arrive.
    child = world.children()[0]
    assert "canary-4711" not in "".join(child.cmdline()) + "".join(child.environ().values())


def test_children_start_lean_and_silent(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    pool, executable = world.pool(), world.terminal("crash")
    pool.poll(executable, 10)
    pool.poll(world.terminal("ok"), 10)
    assert world.children()[0].environ()["OPENBLAS_NUM_THREADS"] == "1"
    assert capfd.readouterr() == ("", "")


def test_children_end_with_their_engine(world: World, tmp_path: Path) -> None:
    script = f"""
import sys; sys.path[:0] = {sys.path!r}
from pathlib import Path
from mt5console.probe.child import ProbeChild, child_command
child = ProbeChild(child_command(Path({str(world.worker)!r}), "no_module"))
print(child.pid, flush=True)
import os, signal; os.kill(os.getpid(), signal.SIGKILL)
"""
    reading, writing = os.pipe()
    engine = psutil.Popen([sys.executable, "-c", script], stdout=writing)
    os.close(writing)
    with os.fdopen(reading) as output:
        pid = int(output.readline())
    engine.wait(10)
    eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
