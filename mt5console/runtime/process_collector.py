"""Finds and watches each user's terminal process: adopted at start, exits posted at once, absences looked at again.

Must not know: what an exit means.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mt5console.core.errors import ConsoleError
from mt5console.core.model.facts import (
    Fact,
    ProcessAbsent,
    ProcessesConflict,
    ProcessExited,
    ProcessSeen,
    ProcessUsageSeen,
)
from mt5console.core.model.ids import UserId
from mt5console.core.ports import Clock, ProcessHost, ProcessRef, ProcessUsage
from mt5console.runtime.targets import Target, Targets

log = logging.getLogger(__name__)


class ProcessCollector:
    """One look at every `absent_s` for terminals without a process, at every `full_s` for all. Runs in: its thread."""

    def __init__(
        self,
        targets: Targets,
        processes: ProcessHost,
        clock: Clock,
        post: Callable[[Fact], None],
        absent_s: float,
        full_s: float,
    ) -> None:
        self._targets = targets
        self._processes = processes
        self._clock = clock
        self._post = post
        self._absent_s = absent_s
        self._full_s = full_s
        self._usage: dict[UserId, tuple[float, ProcessUsage]] = {}
        self._unseen: set[UserId] = set()
        self._next_full = 0.0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="processes", daemon=True)

    def start(self) -> None:
        """Look at every target now, then begin the rounds."""
        for target in self._targets.all():
            with self._guarded(target):
                self.look(target, adopted=True)
        self._thread.start()

    def stop(self) -> None:
        """End the rounds; processes live on."""
        self._stopped = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while not self._wake.wait(self._absent_s) and not self._stopped:
            now = self._clock.now().mono_s
            full = now >= self._next_full
            if full:
                self._next_full = now + self._full_s
            for target in self._targets.all():
                with self._guarded(target):
                    if full or target.process is None:
                        self.look(target, adopted=target.process is None)
                    if full:
                        self._measure(target, now)

    @contextmanager
    def _guarded(self, target: Target) -> Iterator[None]:
        """One terminal that cannot be looked at hides no other: without this thread no process's end would be seen."""
        try:
            yield
        except Exception as error:
            if target.user_id not in self._unseen:
                self._unseen.add(target.user_id)
                known = isinstance(error, OSError | ConsoleError)
                log.warning(
                    "looking for the process of user %s: %s", target.user_id, error, exc_info=None if known else error
                )
        else:
            self._unseen.discard(target.user_id)

    def look(self, target: Target, *, adopted: bool) -> None:
        """Compare the process table with what is known of this terminal, and say what changed."""
        with self._lock:
            current = self._targets.get(target.user_id)
            if current is None:
                return
            found = self._processes.find(target.executable)
            if len(found) > 1:
                self._post(ProcessesConflict(user_id=target.user_id, pids=tuple(ref.pid for ref in found)))
            elif not found:
                ending = self._processes.session_is_ending()
                updater = self.updater_runs(target)
                self._post(ProcessAbsent(user_id=target.user_id, updater=updater, session_ending=ending))
            elif current.process is None or current.process.pid != found[0].pid:
                self.take(target, found[0])
                self._post(self._seen(target, found[0], adopted))
            else:
                self._post(self._seen(target, found[0], False))

    @staticmethod
    def _seen(target: Target, ref: ProcessRef, adopted: bool) -> ProcessSeen:
        return ProcessSeen(user_id=target.user_id, pid=ref.pid, started_utc_s=ref.created_utc_s, adopted=adopted)

    def take(self, target: Target, ref: ProcessRef) -> None:
        """This process is the terminal now: watch it until it ends."""
        self._targets.set_process(target.user_id, ref)
        self._processes.watch(ref, lambda ended, code: self._on_exit(target, ended, code))

    def _on_exit(self, target: Target, ref: ProcessRef, code: int | None) -> None:
        """Runs in: a thread of the process host's. Posts at once; everything slower comes after."""
        current = self._targets.get(target.user_id)
        if current is not None and current.process == ref:
            self._targets.set_process(target.user_id, None)
        # LiveUpdate ends the terminal cleanly: a signal or an error needs no look, and a restart waits for this fact.
        updater = (code is None or code == 0) and self.updater_runs(target)
        ending = self._processes.session_is_ending()
        self._post(
            ProcessExited(user_id=target.user_id, pid=ref.pid, exit_code=code, updater=updater, session_ending=ending)
        )

    def updater_runs(self, target: Target) -> bool:
        """Whether LiveUpdate's own program runs from the user's directory."""
        try:
            is_empty = next(target.layout.updater.iterdir(), None) is None
        except OSError:
            return False
        return not is_empty and bool(self._processes.find_under(target.layout.updater))

    def _measure(self, target: Target, now: float) -> None:
        process = target.process
        usage = self._processes.usage(process) if process is not None else None
        if usage is None:
            self._usage.pop(target.user_id, None)
            return
        before = self._usage.get(target.user_id)
        self._usage[target.user_id] = (now, usage)
        if before is None or now <= before[0]:
            return
        percent = max(0.0, 100.0 * (usage.cpu_s - before[1].cpu_s) / (now - before[0]))
        fact = ProcessUsageSeen(user_id=target.user_id, cpu_percent=percent, rss_bytes=usage.rss_bytes)
        self._post(fact)
