"""The gate before every route: who may ask, how much may be sent, and that nothing inside ever leaks out.

Host (against DNS rebinding), bearer token (constant time), size; the last boundary for errors nobody expected.
Must not know: routes.
"""

from __future__ import annotations

import hmac
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.responses import JSONResponse

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY = 8 * 1024 * 1024
_HOSTS = (b"127.0.0.1", b"localhost")

_log = logging.getLogger("mt5console.api")


def error_answer(status: int, code: str, text: str, kind: str = "ConsoleError") -> JSONResponse:
    """The one shape of every error; `kind` names the error's class for the client."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"error": {"code": code, "text": text, "kind": kind}}, status_code=status, headers=headers)


class Gate:
    """ASGI middleware, outermost: lets through what is local, authorised and of bearable size."""

    def __init__(self, inside: AsgiApp, token: str) -> None:
        self._inside = inside
        self._expected = b"Bearer " + token.encode("utf-8")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._inside(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - the last boundary: a request must never end the server
            _log_unexpected(scope, error)
            if not started:
                answer = error_answer(500, "internal", "The engine met an error of its own; its log says where.")
                await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").lower()
        if host.rsplit(b":", 1)[0] not in _HOSTS:
            return error_answer(403, "host_refused", "Only 127.0.0.1 and localhost are served here.")
        if not hmac.compare_digest(headers.get(b"authorization", b""), self._expected):
            text = "A bearer token is needed; `mt5console api token` shows the running engine's."
            return error_answer(401, "unauthorized", text)
        if b"transfer-encoding" in headers:
            return error_answer(411, "length_required", "Send the body with a Content-Length.")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return error_answer(413, "too_large", f"A body may hold at most {LARGEST_BODY} bytes.")
        return None


def _log_unexpected(scope: Scope, error: Exception) -> None:
    # Frames only: an exception's message may quote what was sent, and that may be a password.
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s %s failed with %s\n%s", scope["method"], scope["path"], type(error).__name__, frames)
