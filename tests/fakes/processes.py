"""Processes that exist only in memory: started, ended and counted by the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mt5console.core.errors import ConsoleError
from mt5console.core.ports import ProcessRef, ProcessUsage

OnExit = Callable[[ProcessRef, int | None], None]


@dataclass(slots=True)
class FakeProcess:
    """One process. `obeys_close`: a close request ends it with 0; otherwise it stays."""

    ref: ProcessRef
    arguments: tuple[str, ...]
    directory: Path
    is_child: bool
    obeys_close: bool = True
    algo_presses: int = 0
    usage: ProcessUsage = field(default_factory=lambda: ProcessUsage(cpu_s=0.5, rss_bytes=20_000_000))


class FakeProcessHost:
    """The process port in memory. `programs` limits what can be started when it is not None.

    `end` and `start_elsewhere` are the test's hands; callbacks run in the caller's thread, before these return.
    `can_press` says whether the algo button exists; `refuse_spawn` makes the next spawns fail with that reason;
    `ending` says that the session ends.
    """

    def __init__(self, programs: set[Path] | None = None) -> None:
        self.programs = programs
        self.refuse_spawn: str | None = None
        self.can_press = False
        self.ending = False
        self.spawned: list[FakeProcess] = []
        self.closed = False
        self._living: dict[int, FakeProcess] = {}
        self._watchers: dict[ProcessRef, OnExit] = {}
        self._exit_codes: dict[ProcessRef, int | None] = {}
        self._last_pid = 4_000
        self._born_utc_s = 1_800_000_000.0

    def find(self, executable: Path) -> tuple[ProcessRef, ...]:
        wanted = os.path.abspath(executable)
        return tuple(process.ref for process in self._living.values() if process.ref.executable == wanted)

    def find_under(self, directory: Path) -> tuple[ProcessRef, ...]:
        root = Path(os.path.abspath(directory))
        return tuple(p.ref for p in self._living.values() if Path(p.ref.executable).is_relative_to(root))

    def spawn(self, executable: Path, arguments: Sequence[str], directory: Path) -> ProcessRef:
        reason = self.refuse_spawn
        if reason is None and self.programs is not None and executable not in self.programs:
            reason = "No such file or directory"
        if reason is not None:
            raise ConsoleError("spawn_failed", f"{executable} could not be started: {reason}")
        process = self._create(executable, arguments, directory, is_child=True)
        self.spawned.append(process)
        return process.ref

    def watch(self, ref: ProcessRef, on_exit: OnExit) -> None:
        if self.closed:
            raise RuntimeError("the process host is closed")
        if self.is_alive(ref):
            self._watchers[ref] = on_exit
        else:
            on_exit(ref, self._exit_codes.get(ref))

    def unwatch(self, ref: ProcessRef) -> None:
        self._watchers.pop(ref, None)

    def is_alive(self, ref: ProcessRef) -> bool:
        return self._get(ref) is not None

    def request_close(self, ref: ProcessRef) -> bool:
        process = self._get(ref)
        if process is None:
            return False
        if process.obeys_close:
            self.end(ref, 0)
        return True

    def kill(self, ref: ProcessRef) -> bool:
        if self._get(ref) is None:
            return False
        self.end(ref, -9)
        return True

    def usage(self, ref: ProcessRef) -> ProcessUsage | None:
        process = self._get(ref)
        return None if process is None else process.usage

    def press_algo_button(self, ref: ProcessRef) -> bool:
        process = self._get(ref)
        if process is None or not self.can_press:
            return False
        process.algo_presses += 1
        return True

    def session_is_ending(self) -> bool:
        return self.ending

    def close(self) -> None:
        self.closed = True
        self._watchers.clear()

    def process(self, ref: ProcessRef) -> FakeProcess:
        """The living process behind a ref, to change how it behaves."""
        return self._living[ref.pid]

    def start_elsewhere(self, executable: Path, arguments: Sequence[str] = ()) -> ProcessRef:
        """Somebody else starts a process: it is not our child."""
        return self._create(executable, arguments, executable.parent, is_child=False).ref

    def end(self, ref: ProcessRef, exit_code: int = 0) -> None:
        """The process ends; whoever watches is told, with the code only when it is our child."""
        process = self._living.pop(ref.pid)
        code = exit_code if process.is_child else None
        self._exit_codes[process.ref] = code
        on_exit = self._watchers.pop(process.ref, None)
        if on_exit is not None:
            on_exit(process.ref, code)

    def reuse_pid(self, ref: ProcessRef, executable: Path) -> ProcessRef:
        """After its end, the system gives the same pid to another program."""
        return self._create(executable, (), executable.parent, is_child=False, pid=ref.pid).ref

    def _create(
        self, executable: Path, arguments: Sequence[str], directory: Path, *, is_child: bool, pid: int | None = None
    ) -> FakeProcess:
        self._born_utc_s += 10.0
        if pid is None:
            self._last_pid += 1
            pid = self._last_pid
        ref = ProcessRef(pid=pid, created_utc_s=self._born_utc_s, executable=os.path.abspath(executable))
        process = FakeProcess(ref=ref, arguments=tuple(arguments), directory=directory, is_child=is_child)
        self._living[pid] = process
        return process

    def _get(self, ref: ProcessRef) -> FakeProcess | None:
        process = self._living.get(ref.pid)
        return process if process is not None and process.ref == ref else None
