"""What every engine lock does; the real one also with real processes that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import BaseLock
from mt5console.platforms import process_host
from mt5console.platforms.lock import FileBaseLock
from tests.contract.process_worlds import PATIENCE_S, eventually, make_world
from tests.fakes.lock import FakeBaseLock

Contender = Callable[[], BaseLock]

_HOLDER = """
import sys, time
from pathlib import Path
from mt5console.platforms import process_host
from mt5console.platforms.lock import FileBaseLock
lock = FileBaseLock(Path(sys.argv[1]))
print("held" if lock.acquire() else "refused", flush=True)
if len(sys.argv) > 2:
    program = Path(sys.argv[2])
    print(process_host().spawn(program, sys.argv[3:], program.parent).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=["fake", "file"])
def contender(request: pytest.FixtureRequest, tmp_path: Path) -> Contender:
    if request.param == "file":
        return lambda: FileBaseLock(tmp_path / "base" / ".mt5console" / "engine.lock")
    holders: list[FakeBaseLock] = []
    return lambda: FakeBaseLock(holders)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", _HOLDER, str(tmp_path / "engine.lock"), *arguments]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_one_holds_and_the_other_is_refused_without_waiting(contender: Contender) -> None:
    one, other = contender(), contender()
    assert one.acquire()
    assert not other.acquire()
    assert not other.acquire()
    one.release()
    assert other.acquire()
    assert not one.acquire()
    other.release()


def test_the_holder_may_ask_again(contender: Contender) -> None:
    lock = contender()
    assert lock.acquire()
    assert lock.acquire()
    lock.release()
    other = contender()
    assert other.acquire()
    other.release()


def test_releasing_what_is_not_held_frees_nobody_else(contender: Contender) -> None:
    one, other, third = contender(), contender(), contender()
    other.release()
    assert one.acquire()
    other.release()
    assert not third.acquire()
    one.release()
    one.release()


def test_a_file_left_behind_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "engine.lock").write_bytes(b"left by an engine long gone")
    lock = FileBaseLock(tmp_path / "engine.lock")
    assert lock.acquire()
    lock.release()


def test_a_lock_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageFailed) as caught:
        FileBaseLock(tmp_path / "file" / "engine.lock").acquire()
    assert caught.value.code == "write_failed"


def test_another_process_holds_it_until_it_is_killed(
    holder: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = holder()
    assert _line(process) == "held"
    lock = FileBaseLock(tmp_path / "engine.lock")
    assert not lock.acquire()
    process.kill()
    process.wait(PATIENCE_S)
    eventually(lock.acquire, "the system to free the lock")
    second = holder()
    assert _line(second) == "refused"
    lock.release()


def test_a_terminal_that_outlives_its_engine_does_not_hold_the_engines_lock(
    holder: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    world = make_world("windows" if sys.platform == "win32" else "posix")
    program = world.program(tmp_path / "user_1" / "terminal64.exe")
    process = holder(str(program), "/portable")
    assert _line(process) == "held"
    pid = int(_line(process))
    host = process_host()
    try:
        process.kill()
        process.wait(PATIENCE_S)
        lock = FileBaseLock(tmp_path / "engine.lock")
        eventually(lock.acquire, "the lock to be free")
        lock.release()
        assert [ref.pid for ref in host.find(program)] == [pid]
    finally:
        host.close()
        world.clean()
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
