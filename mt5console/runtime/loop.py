"""The engine's loop: one thread that owns the engine, commits what it decides, and then has it carried out.

A store that refuses for now (a full disk, a file that somebody holds) is waited for: what was decided is neither
carried out nor decided again until it is stored, and facts wait with it. Facts come in through `post` from any thread.
Must not know: where facts come from or how acts are done.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from mt5console.core.engine import Engine, Step
from mt5console.core.errors import StorageFailed
from mt5console.core.model.commands import Command
from mt5console.core.model.facts import Fact, Requested
from mt5console.core.model.ids import OperationId
from mt5console.core.model.records import Change
from mt5console.core.ports import Clock
from mt5console.runtime.backlog import Backlog

log = logging.getLogger(__name__)

T = TypeVar("T")

MAY_PASS = frozenset({"disk_full", "state_busy", "write_failed", "no_permission"})
"""What a store says that may be otherwise in a moment; a torn file or one of a newer version is not mended by time."""
PAUSES_S = (0.25, 0.5, 1.0, 2.0, 5.0)
"""Between the tries to store; the last one from then on."""


class Committer(Protocol):
    """Where changes are committed: the state store."""

    def commit(self, changes: Sequence[Change]) -> None:
        """All or none, before any command is carried out."""
        ...


class EngineLoop:
    """Runs the engine. `on_step` sees every step after it was stored and its commands were handed over.

    `execute` is set before `start`: executor and loop need each other. `on_wait` is called before each pause in which
    the store is waited for. `trouble`: why nothing is decided now, `""` when all is well.

    Runs in: its own thread, between `start` and `stop`.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        store: Committer,
        on_step: Callable[[Step], None],
        pace_s: float,
        *,
        on_wait: Callable[[], None] = lambda: None,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        self.engine = engine
        self._clock = clock
        self._store = store
        self.execute: Callable[[Sequence[Command]], None] = _nobody
        self._on_step = on_step
        self._pace_s = pace_s
        self._on_wait = on_wait
        self._pauses_s = pauses_s
        self._backlog = Backlog()
        self._withdrawn: set[OperationId] = set()
        self._deciding: frozenset[OperationId] = frozenset()
        self._ending = threading.Event()
        self._facts: queue.SimpleQueue[Fact | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self.broken: BaseException | None = None
        self.trouble = ""

    def start(self) -> None:
        """Begin; facts posted before are taken first."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step that is running; waits for it."""
        self._ending.set()
        self._facts.put(None)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout=10.0)

    def post(self, fact: Fact) -> None:
        """Hand a fact in; from any thread, never blocks."""
        self._facts.put(fact)

    def withdraw(self, operation_id: OperationId) -> bool:
        """Take a request back, for whoever asked is told that it is not done; False when it was decided already."""
        with self._lock:
            if operation_id in self._deciding:
                return False
            self._withdrawn.add(operation_id)
            return True

    def read(self, look: Callable[[Engine], T]) -> T:
        """Look at the engine between two steps; `look` must be quick and must not keep references to its books."""
        with self._lock:
            return look(self.engine)

    def _run(self) -> None:
        try:
            while self._once():
                pass
        except Exception as error:
            log.exception("the engine stopped: its state could not be decided or stored")
            self.broken = error

    def _once(self) -> bool:
        facts = self._gather()
        if facts is None:
            return False
        with self._lock:
            wanted = [fact for fact in facts if not self._is_withdrawn(fact)]
            self._deciding = frozenset(fact.operation_id for fact in wanted if isinstance(fact, Requested))
            step = self.engine.step(wanted, self._clock.now())
        if step.changes:
            self._commit(step.changes)
        if step.commands:
            self.execute(step.commands)
        self._on_step(step)
        return True

    def _commit(self, changes: Sequence[Change]) -> None:
        """Store; what may pass is waited for. Raises what cannot pass, and at the end whatever is in the way."""
        tries = 0
        while True:
            try:
                self._store.commit(changes)
            except StorageFailed as error:
                if error.code not in MAY_PASS or self._ending.is_set():
                    raise
                self._wait(error, self._pauses_s[min(tries, len(self._pauses_s) - 1)])
                tries += 1
            else:
                break
        if self.trouble:
            self.trouble = ""
            log.info("the engine could store its state again after %d tries: it goes on, nothing was lost", tries + 1)

    def _wait(self, error: StorageFailed, pause_s: float) -> None:
        if not self.trouble:
            log.error(
                "the engine cannot store its state and does nothing until it can: %s (%s)", error.text, error.code
            )
        self.trouble = error.text
        self._on_wait()
        self._ending.wait(pause_s)
        while not self._facts.empty():
            fact = self._facts.get_nowait()
            if fact is not None:
                self._backlog.add(fact)

    def _gather(self) -> list[Fact] | None:
        """What has come in since the last step, waiting at most one pace; None to end."""
        facts = self._backlog.take()
        try:
            first = self._facts.get_nowait() if facts else self._facts.get(timeout=self._pace_s)
            while first is not None:
                facts.append(first)
                first = self._facts.get_nowait()
        except queue.Empty:
            pass
        return None if self._ending.is_set() else facts

    def _is_withdrawn(self, fact: Fact) -> bool:
        if not isinstance(fact, Requested) or fact.operation_id not in self._withdrawn:
            return False
        self._withdrawn.discard(fact.operation_id)
        log.info("operation %s was withdrawn before it was taken on", fact.operation_id)
        return True


def _nobody(commands: Sequence[Command]) -> None:
    """What stands in for the executor until it is set; acts that nobody carries out are an error, not a silence."""
    raise RuntimeError(f"no executor was set for {len(commands)} commands")
