"""The world in which the package's contract is tried: scripted terminals as real processes, and callers of the package.

On Windows the contract is tried with the real MetaTrader5 package and with the simulation's module, elsewhere with the
latter alone: what holds for both is what the product may rely on.
"""

from __future__ import annotations

import json
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from mt5console.core.ports import ProcessHost, ProcessRef
from mt5console.core.terminal.layout import program_file
from mt5console.platforms import process_host
from mt5console.probe.child import ProbeChild, child_command
from mt5console.simulation.program_script import write_script

SIMULATED, REAL = "mt5console.simulation.mt5", "MetaTrader5"
MODULES = [SIMULATED, REAL] if sys.platform == "win32" else [SIMULATED]
CALLER = Path(__file__).with_name("package_caller.py")
PATIENCE_S = 60.0


def until(condition: Callable[[], Any], what: str) -> Any:
    """The first true answer of a condition, awaited for PATIENCE_S at most."""
    deadline = time.monotonic() + PATIENCE_S
    tick = threading.Event()
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not seen within {PATIENCE_S:g} s: {what}"
        tick.wait(0.02)
    return answer


def tell(door: socket.socket, wish: dict[str, Any]) -> dict[str, Any]:
    """Hand a wish to a scripted terminal; obeyed when this returns."""
    door.sendall(json.dumps(wish).encode() + b"\n")
    said = b""
    while not said.endswith(b"\n"):
        part = door.recv(65536)
        assert part, "the scripted terminal has gone"
        said += part
    told: dict[str, Any] = json.loads(said)
    return told


class ScriptedTerminal:
    """The test's end of one scripted terminal's process."""

    def __init__(self, host: ProcessHost, directory: Path) -> None:
        self._host = host
        self.directory = directory
        self.executable = directory / program_file("terminal64")
        directory.mkdir(parents=True)
        write_script(self.executable, "tests.contract.scripted_terminal")
        self.ref: ProcessRef | None = None
        self._door: socket.socket | None = None

    def start(self, *, silent: bool = False) -> ProcessRef:
        """A new process, up and with its pipe (without one if `silent`)."""
        mark = self.directory / "silent"
        if silent:
            mark.touch()
        self.ref = self._host.spawn(self.executable, ("/portable",), self.directory)
        port = self.directory / f"port.{self.ref.pid}"
        until(lambda: port.exists() or self._defect(), "a scripted terminal that is up")
        mark.unlink(missing_ok=True)
        self._door = socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=PATIENCE_S)
        return self.ref

    def _defect(self) -> bool:
        note = self.directory / "defect.txt"
        assert not note.exists(), note.read_text("utf-8")
        return False

    def tell(self, **wish: Any) -> dict[str, Any]:
        """Hand over a wish; obeyed when this returns."""
        assert self._door is not None
        return tell(self._door, wish)

    def set(self, **fields: Any) -> None:
        """Change what it answers."""
        self.tell(set=fields)

    def asked(self, command: int) -> int:
        """How often it was asked this since it started or was reset."""
        return int(self.tell()["asked"].get(str(command), 0))

    def fresh(self) -> None:
        """As new: running, well, with its own pipe alone."""
        running = self._host.find(self.executable)
        if self.ref not in running:
            self.end()
            self.start()
        path = str(self.executable)
        self.tell(reset=True, pipes=[path], set={"info": {"path": path, "data_path": str(self.directory)}})

    def running(self) -> tuple[ProcessRef, ...]:
        """Every process of this executable, by the process table."""
        return self._host.find(self.executable)

    def suspend(self) -> None:
        """Freeze the whole process."""
        assert self.ref is not None
        psutil.Process(self.ref.pid).suspend()

    def resume(self) -> None:
        """End the freeze."""
        assert self.ref is not None
        psutil.Process(self.ref.pid).resume()

    def end(self) -> None:
        """Kill all of its processes, and see them gone."""
        if self._door is not None:
            self._door.close()
            self._door = None
        ended = self.running()
        for ref in ended:
            self._host.kill(ref)
        until(lambda: not self.running() and all(map(_has_let_go, ended)), "the end of a scripted terminal")


def _has_let_go(ref: ProcessRef) -> bool:
    """Whether its connections are closed, too: on POSIX its last thread may end after the process counts as dead."""
    return sys.platform == "win32" or not psutil.pid_exists(ref.pid)


class Told(NamedTuple):
    """What a call gave, and the last error after it."""

    value: Any
    code: int
    text: str


class Caller:
    """The package in a process of its own; a new one when the last was ended."""

    def __init__(self, module: str) -> None:
        self.module = module
        self._child: ProbeChild | None = None

    def call(self, function: str, *arguments: Any, within_s: float = 60.0, **named: Any) -> Told:
        """Call a function, or read an attribute. Raises ChildHung when it does not return in time."""
        answer = self.child().ask(function, {"args": arguments, "kwargs": named}, within_s)["answer"]
        return Told(answer["value"], *answer["error"])

    def child(self) -> ProbeChild:
        """The process that holds the package."""
        if self._child is None:
            self._child = ProbeChild(child_command(CALLER, self.module))
        return self._child

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self._child is not None:
            self._child.kill()
            self._child = None


class World(NamedTuple):
    """`terminal` is the one under test; `other` is a second one, that nothing may touch."""

    host: ProcessHost
    terminal: ScriptedTerminal
    other: ScriptedTerminal


@contextmanager
def open_world() -> Iterator[World]:
    """Two terminals that run, and nothing left of them afterwards."""
    root = Path(tempfile.mkdtemp(prefix="mt5-"))
    host = process_host()
    world = World(host, ScriptedTerminal(host, root / "user_1"), ScriptedTerminal(host, root / "user_2"))
    try:
        yield world
    finally:
        world.terminal.end()
        world.other.end()
        host.close()
        shutil.rmtree(root, ignore_errors=True)
