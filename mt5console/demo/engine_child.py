"""The demo's engine: a child process, started again when it was killed, unless somebody else holds the lock.

Must not know: what the engine is asked.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from mt5console.api.client import EngineClient
from mt5console.core.errors import ConsoleError, EngineHeld
from mt5console.core.ports import EngineDoor
from mt5console.core.terminal.layout import BaseLayout
from mt5console.finding import engine_client
from mt5console.interpreter import console_command
from mt5console.platforms.lock import FileBaseLock

log = logging.getLogger(__name__)

T = TypeVar("T")

UP_WITHIN_S = 30.0
LOOK_S = 0.3


class EngineChild:
    """One engine for one demo. `client()` always is a client of an engine that answered lately.

    `ending`: the demo is over; whoever still waits for an answer gives up.
    """

    def __init__(self, layout: BaseLayout, check_interval_s: float) -> None:
        self._layout = layout
        self._arguments = console_command(
            "watchdog",
            "run",
            "--simulate",
            "--base-dir",
            str(layout.root),
            "--check-interval",
            f"{check_interval_s:g}",
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._client: EngineClient | None = None
        self.ending = threading.Event()
        self._lock = threading.Lock()
        self._keeper = threading.Thread(target=self._keep, name="engine-keeper", daemon=True)
        self.restarts = 0

    def start(self) -> None:
        """Start it and wait until it answers. Raises ConsoleError when it does not."""
        self._spawn()
        self.client()
        self._keeper.start()

    def _spawn(self) -> None:
        null = subprocess.DEVNULL
        self._process = subprocess.Popen(
            self._arguments, stdin=null, stdout=null, stderr=null, start_new_session=sys.platform != "win32"
        )

    def client(self) -> EngineClient:
        """A client of the engine; waits for one that is just starting."""
        with self._lock:
            if self._client is not None:
                return self._client
        until = time.monotonic() + UP_WITHIN_S
        while time.monotonic() < until:
            found = engine_client(self._layout)
            if found is not None:
                with self._lock:
                    self._client = found
                return found
            if self.ending.wait(0.05):
                break
        where = self._layout.logs / "engine.log"
        raise ConsoleError("engine_silent", f"the demo's engine did not answer within {UP_WITHIN_S:.0f} s: see {where}")

    def ask(self, question: Callable[[EngineDoor], T]) -> T:
        """What the engine answers. One that dies meanwhile is started again, and its successor is asked.

        So a question may be asked twice, and an act may be there already. Raises ConsoleError.
        """
        until = time.monotonic() + UP_WITHIN_S
        while True:
            client = self.client()
            try:
                return question(client)
            except EngineHeld:
                self._drop(client)
                if time.monotonic() > until or self.ending.wait(LOOK_S):
                    raise

    def decisions(self, user_id: int, limit: int) -> list[dict[str, Any]]:
        """The decision trace of one user, newest first."""
        return self.ask(lambda door: door.decisions(user_id, limit))

    def _drop(self, client: EngineClient) -> None:
        """Its engine is gone; the next question looks for another one."""
        with self._lock:
            if self._client is client:
                self._client = None
        client.close()

    def _keep(self) -> None:
        while not self.ending.wait(LOOK_S):
            process = self._process
            if process is None or process.poll() is None:
                continue
            with self._lock:
                gone = self._client
            if gone is not None:
                self._drop(gone)
            if self._somebody_else():
                continue
            log.warning("the engine ended (%s); the demo starts it again", process.returncode)
            self.restarts += 1
            self._spawn()

    def _somebody_else(self) -> bool:
        """Whether another engine holds the base directory: then that one is the demo's engine now."""
        lock = FileBaseLock(self._layout.lock)
        if not lock.acquire():
            return True
        lock.release()
        return False

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        self.ending.set()
        if self._keeper.is_alive():
            self._keeper.join(timeout=5.0)
        found = engine_client(self._layout)
        if found is not None:
            try:
                found.stop_engine()
            except ConsoleError as error:
                log.warning("the engine did not take its end: %s", error.text)
        if self._process is not None:
            try:
                self._process.wait(timeout=15.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(timeout=5.0)
