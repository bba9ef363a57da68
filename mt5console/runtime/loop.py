"""The engine's loop: one thread that owns the engine, commits what it decides, and then has it carried out.

Facts come in through `post` from any thread. Must not know: where facts come from or how acts are done.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from mt5console.core.engine import Engine, Step
from mt5console.core.model.commands import Command
from mt5console.core.model.facts import Fact
from mt5console.core.model.records import Change
from mt5console.core.ports import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")


class Committer(Protocol):
    """Where changes are committed: the state store."""

    def commit(self, changes: Sequence[Change]) -> None:
        """All or none, before any command is carried out."""
        ...


class EngineLoop:
    """Runs the engine. `on_step` sees every step after it was stored and its commands were handed over.

    `execute` is set before `start`: executor and loop need each other.

    Runs in: its own thread, between `start` and `stop`.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        store: Committer,
        on_step: Callable[[Step], None],
        pace_s: float,
    ) -> None:
        self.engine = engine
        self._clock = clock
        self._store = store
        self.execute: Callable[[Sequence[Command]], None] = _nobody
        self._on_step = on_step
        self._pace_s = pace_s
        self._facts: queue.SimpleQueue[Fact | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self.broken: BaseException | None = None

    def start(self) -> None:
        """Begin; facts posted before are taken first."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step that is running; waits for it."""
        self._facts.put(None)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout=10.0)

    def post(self, fact: Fact) -> None:
        """Hand a fact in; from any thread, never blocks."""
        self._facts.put(fact)

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
            step = self.engine.step(facts, self._clock.now())
        if step.changes:
            self._store.commit(step.changes)
        if step.commands:
            self.execute(step.commands)
        self._on_step(step)
        return True

    def _gather(self) -> list[Fact] | None:
        """What has come in since the last step, waiting at most one pace; None to end."""
        facts: list[Fact] = []
        try:
            first = self._facts.get(timeout=self._pace_s)
            while True:
                if first is None:
                    return None
                facts.append(first)
                first = self._facts.get_nowait()
        except queue.Empty:
            return facts


def _nobody(commands: Sequence[Command]) -> None:
    """What stands in for the executor until it is set; acts that nobody carries out are an error, not a silence."""
    raise RuntimeError(f"no executor was set for {len(commands)} commands")
