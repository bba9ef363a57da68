"""One engine per base directory, by a lock on a file as Windows has it.

The contract that every system shares is tests/contract/test_lock_contract.py; here is what only Windows has.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

assert sys.platform == "win32", "the Windows lane runs on Windows"

from mt5console.core.errors import StorageFailed
from mt5console.platforms.lock import FileBaseLock
from tests.contract.process_worlds import PATIENCE_S, eventually

ROOT = Path(__file__).resolve().parents[2]

_HOLDER = """
import subprocess, sys
from pathlib import Path
from mt5console.platforms.lock import FileBaseLock
lock = FileBaseLock(Path(sys.argv[1]))
print("held" if lock.acquire() else "refused", flush=True)
if "child" in sys.argv:
    # Every handle that can be handed down is: the lock's must not be among them.
    sleeper = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(300)"]
    child = subprocess.Popen(sleeper, close_fds=False)
    print(child.pid, flush=True)
sys.stdin.read()
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Jürgen Müller 密码" / ".mt5console" / "engine.lock"


@pytest.fixture
def start(path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def one(*words: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", _HOLDER, str(path), *words]
        started.append(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    yield one
    for process in started:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_engine_in_another_process_is_refused_and_the_first_keeps_it(path: Path, start: Start) -> None:
    lock = FileBaseLock(path)
    assert lock.acquire()
    assert line(start()) == "refused"
    assert not FileBaseLock(path).acquire()
    lock.release()
    assert line(start()) == "held"
    assert not lock.acquire()


def test_it_is_free_as_soon_as_its_holder_is_killed_though_a_child_lives_on(path: Path, start: Start) -> None:
    holder = start("child")
    assert line(holder) == "held"
    child = int(line(holder))
    lock = FileBaseLock(path)
    try:
        assert not lock.acquire()
        holder.kill()
        holder.wait(PATIENCE_S)
        eventually(lock.acquire, "the system to free the lock")
        assert psutil.pid_exists(child)
    finally:
        lock.release()
        os.kill(child, signal.SIGTERM)


def test_nobody_takes_the_file_away_from_under_its_holder(path: Path) -> None:
    """On other systems a removed file would leave two engines with a lock each; Windows forbids it."""
    lock = FileBaseLock(path)
    assert lock.acquire()
    with pytest.raises(PermissionError):
        path.unlink()
    assert not FileBaseLock(path).acquire()
    lock.release()
    path.unlink()


def test_a_lock_on_a_directory_that_cannot_be_locked_says_so(tmp_path: Path) -> None:
    (tmp_path / "engine.lock").mkdir()
    with pytest.raises(StorageFailed) as caught:
        FileBaseLock(tmp_path / "engine.lock").acquire()
    assert "engine.lock could not be locked" in caught.value.text
