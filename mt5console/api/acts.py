"""Routes that ask for acts: every one answers 202 with an operation, which can be asked after and waited for.

Must not know: how an act is done.
"""

from __future__ import annotations

import time
from enum import StrEnum
from threading import Event
from typing import Annotated, Any

import anyio
import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from mt5console.api.bodies import CancelDeployBody, OperationBody, StopAllBody, TerminalActBody
from mt5console.core.ports import EngineDoor

LONGEST_WAIT_S = 30.0
_SLICE_S = 1.0
_WAITERS = 200


class TerminalAct(StrEnum):
    """The one-click acts on a terminal."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"


def act_routes(door: EngineDoor, closing: Event) -> APIRouter:
    """Routes that ask for acts and follow them."""
    routes = APIRouter(tags=["acts"])
    # Waiting threads have a pool of their own, so that they never keep a quick question out.
    waiters = CapacityLimiter(_WAITERS)

    @routes.post("/api/operations")
    def submit(body: OperationBody) -> JSONResponse:
        """Ask for any act by its kind; acts on real accounts take `confirm_live` and `even_with_positions`."""
        return JSONResponse(door.submit(body.kind, body.arguments, body.actor), status_code=202)

    @routes.get("/api/operations/{operation_id}")
    async def operation(
        operation_id: str, wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 0.0
    ) -> JSONResponse:
        """An operation's state; waits up to `wait` seconds for it to end."""
        deadline = time.monotonic() + wait
        while True:
            left = deadline - time.monotonic()
            # In slices, so that a stopping server is not held up by those who wait.
            known = await anyio.to_thread.run_sync(
                door.operation, operation_id, max(0.0, min(_SLICE_S, left)), limiter=waiters
            )
            if known["state"] != "running" or left <= 0 or closing.is_set():
                return JSONResponse(known)
            # A door that is closing no longer waits; this must not become a busy loop then.
            await anyio.sleep(0.01)

    @routes.post("/api/terminals/{user_id}/{act}")
    def terminal_act(user_id: int, act: TerminalAct, body: TerminalActBody | None = None) -> JSONResponse:
        """Start, stop or restart a user's terminal."""
        arguments: dict[str, Any] = {"user_id": user_id}
        if body is not None:
            arguments |= body.model_dump(exclude_defaults=True)
        return JSONResponse(door.submit(f"terminal_{act.value}", arguments, "http"), status_code=202)

    @routes.post("/api/robots/{robot_id}/deployment/cancel")
    def cancel_deployment(robot_id: int, body: CancelDeployBody | None = None) -> JSONResponse:
        """End a robot's running deployment by its own safe way: the new version removed, the old one put back."""
        given = {} if body is None else body.model_dump(exclude_defaults=True)
        return JSONResponse(door.submit("deploy_cancel", {"robot_id": robot_id, **given}, "http"), status_code=202)

    @routes.post("/api/stop-all")
    def stop_all(body: StopAllBody) -> JSONResponse:
        """Stop every robot, with proof per terminal; needs only the word."""
        return JSONResponse(door.submit("stop_all", {"word": body.word}, "http"), status_code=202)

    @routes.post("/api/engine/stop")
    def stop_engine() -> JSONResponse:
        """Ask the engine to end; terminals live on."""
        door.stop_engine()
        return JSONResponse({"stopping": True}, status_code=202)

    return routes
