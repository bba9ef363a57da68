"""A dict-backed EngineDoor for the API's and the command line's tests: remembers what it was asked."""

from __future__ import annotations

import threading
import time
from typing import Any

from mt5console.core.credentials import Secret
from mt5console.core.errors import Conflict, ConsoleError, NotFound, UsageInvalid
from mt5console.core.model.request_codec import parse_request


def check(ok: bool | None = True) -> dict[str, Any]:
    return {"ok": ok, "age": 0.4, "evidence": "seen", "changed_at": None}


def terminal(user_id: int, robots: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "login": 1000 + user_id,
        "account_server": "Demo-Server",
        "trade_mode": "demo",
        "state": "healthy",
        "words": "everything beats",
        "desired": "running",
        "pid": 4711,
        "checks": {"process": check(), "ipc": check(None), "account": check(), "robots": check(False)},
        "robots": robots or [],
        "restarts_in_window": 1,
        "restart_budget": 5,
        "incident": None,
        "user_dir": f"/base/user_{user_id}",
    }


def robot(robot_id: int, age: float | None = 0.8) -> dict[str, Any]:
    return {
        "robot_id": robot_id,
        "symbol": "EURUSD",
        "timeframe": "H1",
        "state": "beating",
        "ready": True,
        "heartbeat_age": age,
        "sequence": 512,
        "deployment_id": "d-1",
        "entries": "allowed",
        "errors": [],
    }


def deploy_result(status: str = "SUCCESS", robot_id: int = 123) -> dict[str, Any]:
    good = status == "SUCCESS"
    return {
        "robot_id": robot_id,
        "status": status,
        "ready_confirmed": status != "FAILED",
        "heartbeat_confirmed": good,
        "chart_opened": status != "FAILED",
        "deployment_id": "d-1",
        "stages": [
            {"name": "compile", "outcome": "passed" if good else "failed", "seconds": 0.4, "evidence": "0 errors"}
        ],
        "diagnosis": None
        if good
        else {"cause": "algo_off", "text": "Algo trading is off.", "next_step": "Switch it on.", "points": []},
    }


class FakeDoor:
    """One user (1) with one robot (123), unless told otherwise. `ends` says how operations of a kind end."""

    def __init__(self) -> None:
        self.terminals = {1: terminal(1, [robot(123)])}
        self.calls: list[tuple[Any, ...]] = []
        self.passwords: dict[int, str] = {}
        self.ends: dict[str, dict[str, Any]] = {}
        self.failure: Exception | None = None
        self.steps = ["asked for", "process seen"]
        self.events: list[dict[str, Any]] = []
        self.mode = "observe"
        self.stopped = threading.Event()
        self._changed = threading.Condition()
        self._operations: dict[str, dict[str, Any]] = {}
        self._running: dict[str, list[str]] = {}

    def _enter(self, *call: Any) -> None:
        self.calls.append(call)
        if self.failure is not None:
            raise self.failure

    def post(self, kind: str, data: dict[str, Any]) -> None:
        with self._changed:
            self.events.append({"number": len(self.events) + 1, "type": kind, "data": data})
            self._changed.notify_all()

    def status(self) -> dict[str, Any]:
        self._enter("status")
        return {
            "server": "here",
            "simulated": True,
            "at": 1767323045.678,
            "sequence": 7,
            "watchdog": {"running": True, "mode": self.mode, "check_interval": 10},
            "terminals": list(self.terminals.values()),
        }

    def submit(self, kind: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        self._enter("submit", kind, arguments, actor)
        request = parse_request(kind, arguments)
        user_id = getattr(request, "user_id", None)
        if user_id is not None:
            self._known(user_id)
        if kind == "set_mode":
            self.mode = arguments["mode"]
        operation_id = f"op-{len(self._operations) + 1}"
        self._operations[operation_id] = {
            "operation_id": operation_id,
            "kind": kind,
            "user_id": user_id,
            "robot_id": getattr(request, "robot_id", None),
            "actor": actor,
            "state": "running",
            "progress": self.steps[0],
            "result": None,
            "error": None,
            "exit_code": 0,
        }
        self._running[operation_id] = list(self.steps[1:])
        return dict(self._operations[operation_id])

    def operation(self, operation_id: str, wait_s: float = 0.0) -> dict[str, Any]:
        self._enter("operation", operation_id)
        if operation_id not in self._operations:
            raise NotFound("unknown_operation", f"No operation {operation_id} is known.")
        known = self._operations[operation_id]
        steps = self._running[operation_id]
        if steps:
            known["progress"] = steps.pop(0)
        elif known["state"] == "running" and known["kind"] not in self.ends.get("never", ()):
            known.update({"state": "done", "progress": "seen to be done"})
            known.update(self.ends.get(known["kind"], {}))
        elif known["state"] == "running":
            time.sleep(wait_s)
        return dict(known)

    def incidents(self, include_cleared: bool) -> list[dict[str, Any]]:
        self._enter("incidents", include_cleared)
        one = {
            "incident_id": "i-1",
            "kind": "algo_off",
            "user_id": 1,
            "robot_id": None,
            "opened_at": 1767323045.0,
            "text": "Algo trading is off.",
            "next_step": "Switch it on.",
            "cleared_at": None,
        }
        return [one, {**one, "incident_id": "i-0", "cleared_at": 1767323046.0}] if include_cleared else [one]

    def decisions(self, user_id: int, limit: int) -> list[dict[str, Any]]:
        self._enter("decisions", user_id, limit)
        self._known(user_id)
        return [
            {
                "utc_s": 1767323045.0,
                "user_id": user_id,
                "before": "healthy",
                "after": "down",
                "trigger": "the process ended",
                "decided": "start it again",
                "why": "2 of 5 restarts are used",
                "next": "the login within 120 s",
                "acts": ["StartTerminal"],
                "observed_only": False,
            }
        ][:limit]

    def robot_status(self, robot_id: int) -> dict[str, Any]:
        self._enter("robot_status", robot_id)
        for one in self.terminals.values():
            for known in one["robots"]:
                if known["robot_id"] == robot_id:
                    return {
                        "robot_id": robot_id,
                        "ready": True,
                        "heartbeat_active": True,
                        "heartbeat_age": 2.5,
                        "errors": [],
                    }
        raise NotFound("unknown_robot", f"Robot {robot_id} is not known here; see `mt5console robot list`.")

    def deployments(self, robot_id: int | None, limit: int) -> list[dict[str, Any]]:
        self._enter("deployments", robot_id, limit)
        return [deploy_result(robot_id=robot_id or 123)][:limit]

    def users(self) -> list[dict[str, Any]]:
        self._enter("users")
        return [
            {"user_id": one["user_id"], "login": one["login"], "server": one["account_server"], "watch_only": False}
            for one in self.terminals.values()
        ]

    def robots(self) -> list[dict[str, Any]]:
        self._enter("robots")
        return self._robots()

    def robot_inputs(self, robot_id: int) -> dict[str, Any]:
        self._enter("robot_inputs", robot_id)
        fast = {
            "name": "Fast",
            "type": "int",
            "kind": "whole",
            "default": "12",
            "minimum": -(2**31),
            "maximum": 2**31 - 1,
        }
        return {
            "robot_id": robot_id,
            "source": "Mine.mq5",
            "values": {"Fast": "14"},
            "inputs": [{**fast, "label": "Bars", "group": "", "default_text": "12", "options": [], "note": ""}],
            "missing_includes": [],
            "notes": [],
        }

    def _robots(self) -> list[dict[str, Any]]:
        return [
            {"robot_id": known["robot_id"], "user_id": one["user_id"], "symbol": "EURUSD", "timeframe": "H1"}
            for one in self.terminals.values()
            for known in one["robots"]
        ]

    def add_user(self, user_id: int, login: int, server: str, password: Secret, **options: bool) -> dict[str, Any]:
        self._enter("add_user", user_id, login, server, options)
        if user_id in self.terminals:
            raise Conflict("user_exists", f"User {user_id} exists already.")
        self.passwords[user_id] = password.reveal()
        self.terminals[user_id] = {**terminal(user_id), "login": login, "account_server": server}
        return {"user_id": user_id, "login": login, "server": server, **options}

    def set_password(self, user_id: int, password: Secret) -> dict[str, Any]:
        self._enter("set_password", user_id)
        self._known(user_id)
        self.passwords[user_id] = password.reveal()
        return {"user_id": user_id}

    def remove_user(self, user_id: int, confirm_live: int | None) -> dict[str, Any]:
        self._enter("remove_user", user_id, confirm_live)
        self._known(user_id)
        del self.terminals[user_id]
        return {"user_id": user_id, "moved_to": "/base/.mt5console/removed"}

    def add_robot(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self._enter("add_robot", arguments)
        user_id, robot_id = arguments["user_id"], arguments["robot_id"]
        self._known(user_id)
        if not arguments.get("replace") and any(known["robot_id"] == robot_id for known in self._robots()):
            raise Conflict("robot_exists", f"Robot {robot_id} exists already.")
        self.terminals[user_id]["robots"].append(robot(robot_id, None))
        answer = {"robot_id": robot_id, "user_id": user_id}
        if arguments.get("compile"):
            answer["path"] = f"/base/user_{user_id}/MQL5/Experts/Mt5Console/Robot_{robot_id}_a.mq5"
        return answer

    def user_stats(self, user_id: int) -> dict[str, Any]:
        self._enter("user_stats", user_id)
        self._known(user_id)
        return {
            "user_id": user_id,
            "user_dir": f"/base/user_{user_id}",
            "dir_exists": True,
            "ea_count": 1,
            "log_files": 2,
        }

    def system_stats(self) -> dict[str, Any]:
        self._enter("system_stats")
        return {"total_users": len(self.terminals), "total_eas": 1, "base_dir": "/base", "base_dir_exists": True}

    def heartbeat_history(self, robot_id: int, seconds: float) -> list[list[float]]:
        self._enter("heartbeat_history", robot_id, seconds)
        return [[1767323045.0, 0.5], [1767323046.0, 0.6]]

    def journal(self, user_id: int, after: str = "", limit: int = 500) -> dict[str, Any]:
        self._enter("journal", user_id, after, limit)
        self._known(user_id)
        line = {"time": "2026-01-02T03:04:05.678", "kind": "authorized", "level": 0, "category": "Network"}
        told = [] if after else [{**line, "text": "'1001': authorized on Demo-Server", "log": "terminal"}]
        return {"cursor": "20260102:120,-", "more": False, "lines": told}

    def next_event(self, after: int, wait_s: float) -> list[dict[str, Any]]:
        deadline = time.monotonic() + wait_s
        with self._changed:
            while len(self.events) <= after:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return [event for event in self.events if event["number"] > after]

    def stop_engine(self) -> None:
        self._enter("stop_engine")
        self.stopped.set()

    def _known(self, user_id: int) -> None:
        if user_id not in self.terminals:
            raise NotFound("unknown_user", f"User {user_id} is not known here; see `mt5console user list`.")


def every_error() -> list[ConsoleError]:
    """One error of every class that a door may raise."""
    from mt5console.core import errors

    return [
        errors.ConsoleError("failed", "It failed; look again."),
        errors.NotFound("unknown_robot", "Not known."),
        errors.Conflict("exists", "Exists already."),
        UsageInvalid("wrong_argument", "Wrong."),
        errors.EngineHeld("held", "Another engine holds this base directory."),
        errors.RefusedForSafety("real_account", "This account is real; give --live LOGIN."),
        errors.SecretsUnavailable("no_keyring", "No keyring."),
        errors.StorageFailed("disk_full", "The disk is full."),
    ]
