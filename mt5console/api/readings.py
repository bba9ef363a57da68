"""Routes that only read: status, incidents, decisions, statistics, deployments, heartbeats, journals, metrics.

Must not know: acts.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from mt5console.api.metrics import CONTENT_TYPE, metrics_text
from mt5console.core.ports import EngineDoor

Limit = Annotated[int, Query(ge=1, le=10_000)]


def reading_routes(door: EngineDoor) -> APIRouter:
    """Routes that change nothing."""
    routes = APIRouter(tags=["read"])

    @routes.get("/api/status")
    def status() -> JSONResponse:
        """The status shape."""
        return JSONResponse(door.status())

    @routes.get("/api/incidents")
    def incidents(all: bool = False) -> JSONResponse:
        """Open incidents, newest first; with `all` also the cleared ones."""
        return JSONResponse(door.incidents(all))

    @routes.get("/api/why/{user_id}")
    def why(user_id: int, limit: Limit = 50) -> JSONResponse:
        """The decision trace of one user, newest first."""
        return JSONResponse(door.decisions(user_id, limit))

    @routes.get("/api/robots/{robot_id}/status")
    def robot_status(robot_id: int) -> JSONResponse:
        """READY and heartbeat of one robot."""
        return JSONResponse(door.robot_status(robot_id))

    @routes.get("/api/stats/users/{user_id}")
    def user_stats(user_id: int) -> JSONResponse:
        """The seed's statistics of one user."""
        return JSONResponse(door.user_stats(user_id))

    @routes.get("/api/stats/system")
    def system_stats() -> JSONResponse:
        """The seed's statistics over all users."""
        return JSONResponse(door.system_stats())

    @routes.get("/api/deployments")
    def deployments(robot_id: int | None = None, limit: Limit = 50) -> JSONResponse:
        """Kept deployments, newest first."""
        return JSONResponse(door.deployments(robot_id, limit))

    @routes.get("/api/heartbeats/{robot_id}")
    def heartbeats(robot_id: int, seconds: Annotated[float, Query(gt=0, le=31_536_000)] = 300.0) -> JSONResponse:
        """Pairs of (UTC seconds, heartbeat age in seconds), oldest first."""
        return JSONResponse(door.heartbeat_history(robot_id, seconds))

    @routes.get("/api/journal/{user_id}")
    def journal(user_id: int, after: Annotated[str, Query(max_length=64)] = "", limit: Limit = 500) -> JSONResponse:
        """Both journals of a terminal, oldest line first: the newest lines, or those after a cursor."""
        return JSONResponse(door.journal(user_id, after, limit))

    @routes.get("/metrics")
    def metrics() -> Response:
        """Prometheus text."""
        return Response(metrics_text(door.status(), door.incidents(False)), media_type=CONTENT_TYPE)

    return routes
