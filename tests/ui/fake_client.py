"""Stands in for `EngineClient`: an engine in this process that a test leads, with the answers a real one gives."""

from __future__ import annotations

import threading
import time
from typing import Any

from mt5console.core.errors import ConsoleError, EngineHeld, RefusedForSafety
from mt5console.runtime.events import EventLog


def terminal_shape(user_id: int, state: str = "healthy", **more: Any) -> dict[str, Any]:
    """One terminal of a status, well unless told otherwise."""
    check = {"ok": True, "age": 0.4, "evidence": "seen", "changed_at": 1.0}
    return {
        "user_id": user_id,
        "login": 700000 + user_id,
        "account_server": "Demo-Server",
        "trade_mode": "demo",
        "state": state,
        "words": "all well",
        "desired": "running",
        "pid": 4000 + user_id,
        "started_at": 900.0,
        "checks": {"process": check, "ipc": check, "account": check, "robots": check},
        "robots": [
            {
                "robot_id": user_id * 100 + 1,
                "symbol": "EURUSD",
                "timeframe": "H1",
                "state": "beating",
                "heartbeat_age": 0.5,
            }
        ],
        "restarts_in_window": 0,
        "restart_budget": 5,
        "positions": 0,
        **more,
    }


class FakeEngine:
    """The engine: a status that can be set, events that can be told, a switch for its death and for its silence."""

    def __init__(self, users: int = 2) -> None:
        self.users = users
        self.log = EventLog()
        self.is_alive = True
        self.refusal: ConsoleError | None = None
        self.submitted: list[tuple[str, dict[str, Any]]] = []
        self.incidents_open: list[dict[str, Any]] = []
        self.operations: dict[str, dict[str, Any]] = {}
        self.deployments: list[dict[str, Any]] = []
        self.holds = threading.Event()
        self.holds.set()
        self.threads: set[str] = set()
        self.stopped = False
        self.is_followed = False
        self.sequence = 0

    def client(self, _timeout_s: float) -> FakeClient | None:
        """What `EngineAccess.find_client` gives."""
        return FakeClient(self) if self.is_alive else None

    def status(self) -> dict[str, Any]:
        self.sequence += 1
        return {
            "server": "test",
            "simulated": True,
            "at": 1000.0 + self.sequence,
            "sequence": self.sequence,
            "watchdog": {"running": True, "mode": "on", "check_interval": 1},
            "terminals": [terminal_shape(user_id) for user_id in range(1, self.users + 1)],
        }

    def tell_snapshot(self) -> None:
        self.log.add("snapshot", self.status())

    def tell_operation(self, operation_id: str, state: str, kind: str = "terminal_restart", **more: Any) -> None:
        shape = {"operation_id": operation_id, "kind": kind, "user_id": 1, "state": state, **more}
        self.operations[operation_id] = shape
        self.log.add("operation", shape)

    def tell_deployment(self, shape: dict[str, Any]) -> None:
        """A step of a deployment: kept, as a new window will ask for it, and told as an event."""
        self.deployments = [shape, *(one for one in self.deployments if one["deployment_id"] != shape["deployment_id"])]
        self.log.add("deployment", shape)

    def die(self) -> None:
        self.is_alive = False
        self.log.close()

    def revive(self) -> None:
        """Another engine: its events are numbered anew."""
        self.log = EventLog()
        self.is_alive = True


class FakeClient:
    """One client; notes in which threads it is used."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self._closed = threading.Event()

    def _answer(self) -> FakeEngine:
        self._engine.threads.add(threading.current_thread().name)
        if not self._engine.is_alive:
            raise EngineHeld("engine_silent", "the engine does not answer")
        return self._engine

    def close(self) -> None:
        self._closed.set()

    def status(self) -> dict[str, Any]:
        return self._answer().status()

    def incidents(self, _include_cleared: bool) -> list[dict[str, Any]]:
        return list(self._answer().incidents_open)

    def deployments(self, _robot_id: int | None, _limit: int) -> list[dict[str, Any]]:
        return list(self._answer().deployments)

    def next_event(self, after: int, wait_s: float) -> list[dict[str, Any]]:
        engine = self._answer()
        # What came before is read without waiting; who waits for news has read all of that.
        engine.is_followed = engine.is_followed or wait_s > 0
        found = engine.log.after(after, wait_s)
        self._answer()
        return found

    def operation(self, operation_id: str, _wait_s: float = 0.0) -> dict[str, Any]:
        return self._answer().operations[operation_id]

    def submit(self, kind: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        engine = self._answer()
        if engine.refusal is not None:
            raise engine.refusal
        engine.submitted.append((kind, arguments))
        operation_id = f"op{len(engine.submitted)}"
        shape = {"operation_id": operation_id, "kind": kind, "user_id": 1, "state": "running", "actor": actor}
        engine.operations[operation_id] = shape
        return shape

    def decisions(self, user_id: int, _limit: int) -> list[dict[str, Any]]:
        """Waits until the test lets it go, or the client is closed."""
        engine = self._answer()
        until = time.monotonic() + 30.0
        while not engine.holds.wait(0.01):
            if self._closed.is_set() or time.monotonic() > until:
                raise EngineHeld("engine_silent", "closed meanwhile")
        return [{"at": 1.0, "user_id": user_id, "decided": "nothing", "why": "a test"}]

    def heartbeat_history(self, robot_id: int, _seconds: float) -> list[list[float]]:
        self._answer()
        return [[990.0, robot_id / 100.0]]

    def journal(self, user_id: int, after: str, _limit: int) -> dict[str, Any]:
        self._answer()
        line = {
            "time": "2026-01-02T03:04:05.678",
            "log": "experts",
            "kind": "other",
            "text": f"{user_id} after {after!r}",
        }
        return {"cursor": f"{after}+", "more": False, "lines": [line]}

    def stop_engine(self) -> None:
        self._answer().stopped = True


REFUSAL = RefusedForSafety("confirm_live", "repeat the login")
