"""The demo's engine: a child process, started again when it was killed, unless somebody else holds the lock.

Must not know: what the engine is asked.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading

from mt5console.api.client import EngineClient
from mt5console.app import engine_client
from mt5console.core.errors import ConsoleError
from mt5console.core.terminal.layout import BaseLayout
from mt5console.platforms.lock import FileBaseLock

log = logging.getLogger(__name__)

UP_WITHIN_S = 30.0
LOOK_S = 0.3


class EngineChild:
    """One engine for one demo. `client()` always is a client of an engine that answered lately."""

    def __init__(self, layout: BaseLayout, check_interval_s: float) -> None:
        self._layout = layout
        self._arguments = [
            sys.executable,
            "-m",
            "mt5console",
            "watchdog",
            "run",
            "--simulate",
            "--base-dir",
            str(layout.root),
            "--check-interval",
            f"{check_interval_s:g}",
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._client: EngineClient | None = None
        self._ending = threading.Event()
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
        tick = threading.Event()
        for _ in range(int(UP_WITHIN_S / 0.05)):
            found = engine_client(self._layout)
            if found is not None:
                with self._lock:
                    self._client = found
                return found
            tick.wait(0.05)
        where = self._layout.logs / "engine.log"
        raise ConsoleError("engine_silent", f"the demo's engine did not answer within {UP_WITHIN_S:.0f} s: see {where}")

    def _keep(self) -> None:
        while not self._ending.wait(LOOK_S):
            process = self._process
            if process is None or process.poll() is None:
                continue
            with self._lock:
                self._client = None
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
        self._ending.set()
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
