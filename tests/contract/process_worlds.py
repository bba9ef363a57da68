"""Worlds in which the process contract is tried: memory, this POSIX system, the same without pidfd, Windows.

A world makes programs, starts and ends them behind the host's back, and cleans up by process id alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from mt5console.core.ports import ProcessHost, ProcessRef
from mt5console.simulation.program_script import write_program
from tests.fakes.processes import FakeProcessHost

PATIENCE_S = 20.0
BUSY_S = 1.5
"""What a program that is called `busy` has spent of the processor by the time that it is up."""

_SCRIPT = """#!{python} -IS
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in sys.argv else lambda *_: os._exit(0))
for word in sys.argv:
    if word.startswith("exit="):
        os._exit(int(word[5:]))
while "busy" in sys.argv and time.process_time() < {busy_s}:
    pass
open(sys.argv[0] + ".ready." + str(os.getpid()), "w").close()
while True:
    signal.pause()
"""


_WINDOWS_SCRIPT = """
import os, signal, sys, time
place = sys.argv[0].removesuffix(".py")
def pressed(*_):
    with open(f"{place}.pressed.{os.getpid()}", "ab") as heard:
        heard.write(b".")
signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in sys.argv else lambda *_: os._exit(0))
signal.signal(signal.SIGBREAK, pressed)
for word in sys.argv:
    if word.startswith("exit="):
        os._exit(int(word[5:]))
while "busy" in sys.argv and time.process_time() < BUSY_S:
    pass
open(f"{place}.ready.{os.getpid()}", "w").close()
while True:
    time.sleep(0.02)
"""


def eventually(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, at most for PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain: {what}"
        time.sleep(0.002)


class World(Protocol):
    """What the contract needs around a host."""

    host: ProcessHost

    def program(self, path: Path) -> Path:
        """Make an executable that runs until it is told to end; `exit=N` ends it at once with N."""
        ...

    def spawn(self, program: Path, *arguments: str) -> ProcessRef:
        """Through the host; returns when the program is up."""
        ...

    def spawn_ending(self, program: Path, code: int) -> ProcessRef:
        """Through the host: a process that ends by itself with this code."""
        ...

    def start_elsewhere(self, program: Path) -> ProcessRef:
        """Somebody else starts it: not a child of ours."""
        ...

    def end(self, ref: ProcessRef) -> None:
        """End it behind the host's back."""
        ...

    def clean(self) -> None:
        """End whatever still runs."""
        ...


class FakeWorld:
    """Everything in memory."""

    def __init__(self) -> None:
        self.programs: set[Path] = set()
        self.fake = FakeProcessHost(self.programs)
        self.host: ProcessHost = self.fake

    def program(self, path: Path) -> Path:
        self.programs.add(path)
        return path

    def spawn(self, program: Path, *arguments: str) -> ProcessRef:
        ref = self.host.spawn(program, arguments, program.parent)
        self.fake.process(ref).obeys_close = "stubborn" not in arguments
        return ref

    def spawn_ending(self, program: Path, code: int) -> ProcessRef:
        ref = self.host.spawn(program, (f"exit={code}",), program.parent)
        self.fake.end(ref, code)
        return ref

    def start_elsewhere(self, program: Path) -> ProcessRef:
        return self.fake.start_elsewhere(program)

    def end(self, ref: ProcessRef) -> None:
        self.fake.end(ref, 1)

    def clean(self) -> None:
        self.host.close()


class PosixWorld:
    """Scripts run by this interpreter, as simulated terminals are."""

    def __init__(self, host: ProcessHost) -> None:
        self.host = host
        self._pids: set[int] = set()

    def program(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_SCRIPT.format(python=sys.executable, busy_s=BUSY_S))
        path.chmod(0o755)
        return path

    def spawn(self, program: Path, *arguments: str) -> ProcessRef:
        ref = self.host.spawn(program, ("/portable", *arguments), program.parent)
        self._pids.add(ref.pid)
        eventually(Path(f"{program}.ready.{ref.pid}").exists, "the program to be up")
        return ref

    def spawn_ending(self, program: Path, code: int) -> ProcessRef:
        return self.host.spawn(program, (f"exit={code}",), program.parent)

    def start_elsewhere(self, program: Path) -> ProcessRef:
        shell = ["/bin/sh", "-c", '"$0" /portable </dev/null >/dev/null 2>&1 & echo $!', str(program)]
        pid = int(subprocess.run(shell, stdout=subprocess.PIPE, check=True, timeout=PATIENCE_S).stdout)
        self._pids.add(pid)
        eventually(Path(f"{program}.ready.{pid}").exists, "the program to be up")
        return next(ref for ref in self.host.find(program) if ref.pid == pid)

    def end(self, ref: ProcessRef) -> None:
        os.kill(ref.pid, signal.SIGKILL)

    def clean(self) -> None:
        for pid in self._pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.host.close()
        for pid in self._pids:
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                continue


class WindowsWorld:
    """Programs as simulated terminals are: Windows processes that run a script in themselves. The one named
    terminal64.exe has a terminal's window; what its algo button hears lands in `pressed(ref)`."""

    def __init__(self, host: ProcessHost) -> None:
        self.host = host
        self._refs: list[ProcessRef] = []

    def program(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_program(path, _WINDOWS_SCRIPT.replace("BUSY_S", str(BUSY_S)))
        return path

    def spawn(self, program: Path, *arguments: str) -> ProcessRef:
        ref = self.host.spawn(program, ("/portable", *arguments), program.parent)
        self._refs.append(ref)
        eventually(Path(f"{program}.ready.{ref.pid}").exists, "the program to be up")
        return ref

    def spawn_ending(self, program: Path, code: int) -> ProcessRef:
        return self.host.spawn(program, (f"exit={code}",), program.parent)

    def start_elsewhere(self, program: Path) -> ProcessRef:
        started = subprocess.Popen([str(program), "/portable"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        started.returncode = 0
        eventually(Path(f"{program}.ready.{started.pid}").exists, "the program to be up")
        ref = next(ref for ref in self.host.find(program) if ref.pid == started.pid)
        self._refs.append(ref)
        return ref

    def end(self, ref: ProcessRef) -> None:
        os.kill(ref.pid, signal.SIGTERM)

    def pressed(self, ref: ProcessRef) -> int:
        """How often its algo button was heard to be pressed."""
        heard = Path(f"{ref.executable}.pressed.{ref.pid}")
        return heard.stat().st_size if heard.exists() else 0

    def clean(self) -> None:
        for ref in self._refs:
            try:
                os.kill(ref.pid, signal.SIGTERM)
            except OSError:
                continue  # It has ended. The host is not asked: it may be the very thing that is broken.
        self.host.close()


def world_names() -> list[str]:
    """The worlds that exist on this system."""
    return ["fake", "windows"] if sys.platform == "win32" else ["fake", "posix", "posix_without_pidfd"]


def make_world(name: str) -> World:
    """One world, fresh."""
    if name == "fake":
        return FakeWorld()
    if sys.platform == "win32":
        from mt5console.platforms.windows.processes import WindowsProcessHost

        return WindowsWorld(WindowsProcessHost())
    from mt5console.platforms.posix.exits import PollingExitWatcher
    from mt5console.platforms.posix.processes import PosixProcessHost
    from mt5console.platforms.posix.table import PsutilProcessTable

    if name == "posix":
        return PosixWorld(PosixProcessHost())
    table = PsutilProcessTable()
    return PosixWorld(PosixProcessHost(table, PollingExitWatcher(table)))
