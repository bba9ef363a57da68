"""Puts the API together: routes over one door, errors in one shape, the gate around it all.

Must not know: sockets and threads (`server`), or what is behind the door.
"""

from __future__ import annotations

from threading import Event
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from mt5console import __version__
from mt5console.api.acts import act_routes
from mt5console.api.events import event_routes
from mt5console.api.gate import Gate, error_answer
from mt5console.api.readings import reading_routes
from mt5console.api.registry import registry_routes
from mt5console.api.seed import seed_routes
from mt5console.core.errors import ConsoleError
from mt5console.core.ports import EngineDoor

_SETTINGS: dict[str, Any] = {
    "title": "mt5console",
    "docs_url": None,
    "redoc_url": None,
    # Newer FastAPI hands request bodies to whatever OpenTelemetry provider a process has; one may hold a password.
    # Older FastAPI does not know the setting and passes over it.
    "telemetry": {
        "tracing": False,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
    },
}


def build_application(door: EngineDoor, token: str, closing: Event) -> Gate:
    """The ASGI application; waiting answers end soon after `closing` is set."""
    app = FastAPI(version=__version__, dependencies=[Depends(HTTPBearer(auto_error=False))], **_SETTINGS)
    for routes in (
        seed_routes(door),
        reading_routes(door),
        registry_routes(door),
        act_routes(door, closing),
        event_routes(door, closing),
    ):
        app.include_router(routes)
    app.add_exception_handler(ConsoleError, _console_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _no_such_route)
    app.add_exception_handler(Exception, _unexpected)
    return Gate(app, token)


def _console_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ConsoleError)
    return error_answer(error.http_status, error.code, error.text, type(error).__name__)


def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    # Starlette raises the error again after this answer; the gate logs it.
    return error_answer(500, "internal", "The engine met an error of its own; its log says where.")


def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = "; ".join(dict.fromkeys(_fault(one["type"], one["loc"], one["msg"]) for one in error.errors()))
    return error_answer(400, "wrong_request", f"{faults}. /openapi.json says what is expected.", "UsageInvalid")


def _fault(kind: str, place: tuple[int | str, ...], text: str) -> str:
    """One fault in words: the field and the rule, never what was sent (an unknown field's name included)."""
    if kind == "json_invalid":
        return "the body is not JSON"
    if kind == "extra_forbidden":
        return "a field that is not known here"
    return f"{'.'.join(str(step) for step in place[1:]) or 'the body'}: {text}"


def _no_such_route(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return error_answer(404, "no_such_path", "There is nothing at this path; see /openapi.json.", "NotFound")
    return error_answer(error.status_code, "refused", f"{error.detail}.")
