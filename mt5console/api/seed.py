"""The seed's four endpoints, exactly: paths, shapes and status codes.

Must not know: the richer routes beside them.
"""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from mt5console.api.bodies import ReconnectBody, StartWatchdogBody
from mt5console.core.errors import ConsoleError, NotFound, RefusedForSafety, UsageInvalid
from mt5console.core.ports import EngineDoor

MODE_DEADLINE_S = 5.0


def seed_routes(door: EngineDoor) -> APIRouter:
    """Routes under /api/accounts."""
    routes = APIRouter(prefix="/api/accounts", tags=["seed"])

    @routes.get("/ea/status/{robot_id}/")
    def robot_status(robot_id: int) -> JSONResponse:
        """READY and heartbeat of one robot; 404 when it is unknown."""
        return JSONResponse(door.robot_status(robot_id))

    @routes.post("/mt5/start-watchdog/")
    def start_watchdog(body: StartWatchdogBody | None = None) -> JSONResponse:
        """Let the watchdog act; also when it acts already. 404 when the robot is unknown."""
        robot_id = None if body is None else body.robot_id
        if robot_id is not None:
            door.robot_status(robot_id)
        _switch_on(door)
        interval = door.status()["watchdog"]["check_interval"]
        return JSONResponse({"status": "WATCHDOG_STARTED", "robot_id": robot_id, "check_interval": interval})

    @routes.get("/mt5/status/")
    def status(user_id: int | None = None) -> JSONResponse:
        """The status shape, or one terminal of it."""
        whole = door.status()
        return JSONResponse(whole if user_id is None else terminal_of(whole, user_id))

    @routes.post("/mt5/reconnect/")
    def reconnect(body: ReconnectBody | None = None) -> JSONResponse:
        """Attach the probe of a terminal anew; 202 with an operation, 400 when it is open which terminal is meant."""
        terminals = door.status()["terminals"]
        if body is not None and body.user_id is not None:
            user_id = terminal_of({"terminals": terminals}, body.user_id)["user_id"]
        elif len(terminals) == 1:
            user_id = terminals[0]["user_id"]
        else:
            text = f"There are {len(terminals)} terminals; say which with user_id."
            raise UsageInvalid("ambiguous_user", text)
        return JSONResponse(door.submit("reconnect", {"user_id": user_id}, "http"), status_code=202)

    return routes


def terminal_of(status: dict[str, Any], user_id: int) -> dict[str, Any]:
    """One user's terminal out of the status shape; raises `NotFound`."""
    for terminal in status["terminals"]:
        if terminal["user_id"] == user_id:
            found: dict[str, Any] = terminal
            return found
    raise NotFound("unknown_user", f"User {user_id} is not known here; GET /api/users lists those that are.")


def _switch_on(door: EngineDoor) -> None:
    if door.status()["watchdog"]["mode"] == "on":
        return
    operation = door.submit("set_mode", {"mode": "on"}, "http")
    deadline = time.monotonic() + MODE_DEADLINE_S
    while operation["state"] == "running":
        left = deadline - time.monotonic()
        if left <= 0:
            raise ConsoleError("not_yet", "The watchdog was asked to start but has not said so yet; ask again.")
        operation = door.operation(operation["operation_id"], left)
    error = operation.get("error")
    if error is not None:
        kind = RefusedForSafety if operation["state"] == "refused" else ConsoleError
        raise kind(error["code"], error["text"])
