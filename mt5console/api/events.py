"""The event stream (server-sent events) and its long-poll twin.

Must not know: what events mean.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from threading import Event
from typing import Annotated, Any

import anyio
import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Header, Query
from starlette.responses import JSONResponse, StreamingResponse

from mt5console.core.ports import EngineDoor

LONGEST_WAIT_S = 30.0
KEEP_ALIVE_S = 5.0
_SLICE_S = 1.0
_LISTENERS = 200


def event_routes(door: EngineDoor, closing: Event) -> APIRouter:
    """Routes that tell what happens."""
    routes = APIRouter(tags=["events"])
    listeners = CapacityLimiter(_LISTENERS)

    async def wait_for(after: int, wait_s: float) -> list[dict[str, Any]]:
        news = await anyio.to_thread.run_sync(door.next_event, after, wait_s, limiter=listeners)
        if not news:
            # A door that is closing no longer waits; the loops below must not become busy then.
            await anyio.sleep(0.01)
        return news

    @routes.get("/api/events")
    async def stream(
        after: Annotated[int, Query(ge=0)] = 0, last_event_id: Annotated[str | None, Header()] = None
    ) -> StreamingResponse:
        """Snapshots, deployments, operations and incidents as server-sent events, from number `after` on."""
        start = int(last_event_id) if last_event_id is not None and last_event_id.isdigit() else after
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(events(start), media_type="text/event-stream", headers=headers)

    async def events(number: int) -> AsyncIterator[str]:
        yield ": here\n\n"
        spoken = time.monotonic()
        while not closing.is_set():
            news = await wait_for(number, _SLICE_S)
            for event in news:
                number = max(number, event["number"])
                data = json.dumps(event["data"], separators=(",", ":"))
                yield f"id: {event['number']}\nevent: {event['type']}\ndata: {data}\n\n"
            if news:
                spoken = time.monotonic()
            elif time.monotonic() - spoken >= KEEP_ALIVE_S:
                spoken = time.monotonic()
                yield ": still here\n\n"

    @routes.get("/api/events/next")
    async def next_events(
        after: Annotated[int, Query(ge=0)] = 0, wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 0.0
    ) -> JSONResponse:
        """Events after a number, waiting up to `wait` seconds for one."""
        deadline = time.monotonic() + wait
        while True:
            left = deadline - time.monotonic()
            news = await wait_for(after, max(0.0, min(_SLICE_S, left)))
            if news or left <= 0 or closing.is_set():
                return JSONResponse(news)

    return routes
