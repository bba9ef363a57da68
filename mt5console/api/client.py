"""The engine's door over HTTP: what the command line, scripts and the window talk through.

Standard library only, so that a command starts quickly. Safe to share among threads: each has its own kept connection.
Must not know: where url and token come from.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mt5console.core.credentials import Secret
from mt5console.core.errors import (
    Conflict,
    ConsoleError,
    EngineHeld,
    NotFound,
    RefusedForSafety,
    SecretsUnavailable,
    StorageFailed,
    UsageInvalid,
)

_CLASSES: dict[str, type[ConsoleError]] = {
    kind.__name__: kind
    for kind in (
        ConsoleError,
        Conflict,
        EngineHeld,
        NotFound,
        RefusedForSafety,
        SecretsUnavailable,
        StorageFailed,
        UsageInvalid,
    )
}
_BY_STATUS: dict[int, type[ConsoleError]] = {
    400: UsageInvalid,
    403: RefusedForSafety,
    404: NotFound,
    409: Conflict,
    423: EngineHeld,
}

LONGEST_WAIT_S = 20.0
STREAM_QUIET_S = 20.0
_ATTEMPT_ERRORS = (http.client.HTTPException, OSError)


class EngineClient:
    """An `EngineDoor` over the local HTTP API of a running engine.

    `timeout_s`: how long an engine may be silent before it counts as such (`EngineHeld`, code `engine_silent`).
    """

    def __init__(self, url: str, token: str, timeout_s: float = 10.0) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or not parts.port:
            raise UsageInvalid("wrong_url", "The engine's url must look like http://127.0.0.1:12345.")
        self._host, self._port = parts.hostname, parts.port
        self._token = token
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._kept: dict[threading.Thread, http.client.HTTPConnection] = {}
        self._streams: set[http.client.HTTPConnection] = set()
        self._acting: set[http.client.HTTPConnection] = set()

    def __repr__(self) -> str:
        return f"EngineClient(http://{self._host}:{self._port})"

    def __enter__(self) -> EngineClient:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; streams end, acts that wait for an answer fail. It may be used again afterwards."""
        with self._lock:
            kept, used = list(self._kept.values()), [*self._streams, *self._acting]
            self._kept.clear()
            self._streams.clear()
        for connection in used:
            # Only woken here: the thread that reads from it closes it.
            _shut(connection)
        for connection in kept:
            _close(connection)

    def status(self) -> dict[str, Any]:
        """The status shape."""
        return self._object("GET", "/api/status")

    def submit(self, kind: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Ask for an act; gives the operation at once."""
        body = {"kind": kind, "arguments": arguments, "actor": actor}
        return self._object("POST", "/api/operations", body)

    def operation(self, operation_id: str, wait_s: float = 0.0) -> dict[str, Any]:
        """The operation's state; waits up to `wait_s` for it to end."""
        deadline = time.monotonic() + wait_s
        path = f"/api/operations/{quote(operation_id, safe='')}"
        while True:
            wait = min(LONGEST_WAIT_S, max(0.0, deadline - time.monotonic()))
            known = self._object("GET", path, query={"wait": round(wait, 3)}, patience_s=wait)
            if known["state"] != "running" or time.monotonic() >= deadline:
                return known

    def incidents(self, include_cleared: bool) -> list[dict[str, Any]]:
        """Incidents, newest first."""
        return self._list("/api/incidents", {"all": str(include_cleared).lower()})

    def decisions(self, user_id: int, limit: int) -> list[dict[str, Any]]:
        """The decision trace of one user, newest first."""
        return self._list(f"/api/why/{user_id}", {"limit": limit})

    def robot_status(self, robot_id: int) -> dict[str, Any]:
        """The seed's robot status shape."""
        return self._object("GET", f"/api/accounts/ea/status/{robot_id}/")

    def deployments(self, robot_id: int | None, limit: int) -> list[dict[str, Any]]:
        """Kept deployments, newest first."""
        query: dict[str, Any] = {"limit": limit}
        if robot_id is not None:
            query["robot_id"] = robot_id
        return self._list("/api/deployments", query)

    def users(self) -> list[dict[str, Any]]:
        """The registered users."""
        return self._list("/api/users", {})

    def robots(self) -> list[dict[str, Any]]:
        """The registered robots."""
        return self._list("/api/robots", {})

    def add_user(self, user_id: int, login: int, server: str, password: Secret, **options: bool) -> dict[str, Any]:
        """Provision a user; the password travels in the body, to this machine only."""
        body = {"user_id": user_id, "login": login, "server": server, "password": password.reveal(), **options}
        return self._object("POST", "/api/users", body, patience_s=120.0)

    def set_password(self, user_id: int, password: Secret) -> dict[str, Any]:
        """Replace a known user's password in the keyring."""
        return self._object("PUT", f"/api/users/{user_id}/password", {"password": password.reveal()}, patience_s=60.0)

    def remove_user(self, user_id: int, confirm_live: int | None) -> dict[str, Any]:
        """Remove a stopped user."""
        query = {} if confirm_live is None else {"confirm_live": confirm_live}
        return self._object("DELETE", f"/api/users/{user_id}", query=query, patience_s=60.0)

    def add_robot(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Register a robot."""
        return self._object("POST", "/api/robots", arguments, patience_s=120.0)

    def robot_inputs(self, robot_id: int) -> dict[str, Any]:
        """The inputs of a registered robot's source."""
        return self._object("GET", f"/api/robots/{robot_id}/inputs")

    def user_stats(self, user_id: int) -> dict[str, Any]:
        """The seed's user stats shape."""
        return self._object("GET", f"/api/stats/users/{user_id}")

    def system_stats(self) -> dict[str, Any]:
        """The seed's system stats shape."""
        return self._object("GET", "/api/stats/system")

    def heartbeat_history(self, robot_id: int, seconds: float) -> list[list[float]]:
        """Pairs of (UTC seconds, heartbeat age in seconds), oldest first."""
        return self._list(f"/api/heartbeats/{robot_id}", {"seconds": seconds})

    def journal(self, user_id: int, after: str = "", limit: int = 500) -> dict[str, Any]:
        """Both journals of a terminal: the newest lines, or those after a cursor."""
        return self._object("GET", f"/api/journal/{user_id}", query={"after": after, "limit": limit})

    def next_event(self, after: int, wait_s: float) -> list[dict[str, Any]]:
        """Events after the given number, waiting up to `wait_s` for one."""
        wait = min(LONGEST_WAIT_S, max(0.0, wait_s))
        return self._list("/api/events/next", {"after": after, "wait": round(wait, 3)}, patience_s=wait)

    def stop_engine(self) -> None:
        """Ask the engine to end; terminals live on."""
        self._object("POST", "/api/engine/stop")

    def events(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """Events as they come (server-sent), from number `after` on; blocks between them.

        Ends when `close` is called or the server ends the stream; raises `EngineHeld` when it falls silent.
        """
        connection = self._connect(STREAM_QUIET_S)
        with self._lock:
            self._streams.add(connection)
        try:
            answer = self._send(connection, "GET", f"/api/events?after={after}", None)
            if answer.status != 200:
                raise _error_from(answer.status, answer.read())
            yield from _events_of(answer)
        except _ATTEMPT_ERRORS as error:
            with self._lock:
                wanted = connection in self._streams
            if wanted:
                raise self._silent(error) from error
        finally:
            with self._lock:
                self._streams.discard(connection)
            _close(connection)

    def _object(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        query: dict[str, Any] | None = None,
        patience_s: float = 0.0,
    ) -> dict[str, Any]:
        value = self._ask(method, path, body, query or {}, patience_s)
        if not isinstance(value, dict):
            raise ConsoleError("strange_answer", "The engine answered something else; are both of one version?")
        return value

    def _list(self, path: str, query: dict[str, Any], patience_s: float = 0.0) -> list[Any]:
        value = self._ask("GET", path, None, query, patience_s)
        if not isinstance(value, list):
            raise ConsoleError("strange_answer", "The engine answered something else; are both of one version?")
        return value

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None, query: dict[str, Any], patience_s: float
    ) -> Any:
        target = f"{path}?{urlencode(query)}" if query else path
        data = None if body is None else json.dumps(body).encode("utf-8")
        try:
            if method == "GET":
                status, answer = self._read(target, patience_s)
            else:
                status, answer = self._act(method, target, data, patience_s)
        except _ATTEMPT_ERRORS as error:
            raise self._silent(error) from error
        if status >= 400:
            raise _error_from(status, answer)
        try:
            return json.loads(answer)
        except ValueError:
            raise ConsoleError("strange_answer", "The engine's answer is not JSON; is it another program?") from None

    def _read(self, target: str, patience_s: float) -> tuple[int, bytes]:
        """GET over this thread's kept connection; once more over a new one when the kept one had gone stale."""
        fresh, connection = self._kept_connection(patience_s)
        try:
            answer = self._send(connection, "GET", target, None)
            return answer.status, answer.read()
        except TimeoutError:
            self._drop(connection)
            raise
        except _ATTEMPT_ERRORS:
            self._drop(connection)
            if fresh:
                raise
        return self._read(target, patience_s)

    def _act(self, method: str, target: str, data: bytes | None, patience_s: float) -> tuple[int, bytes]:
        """An act goes over a connection of its own: a stale one could not tell whether it had been heard."""
        connection = self._connect(self._timeout_s + patience_s)
        with self._lock:
            self._acting.add(connection)
        try:
            answer = self._send(connection, method, target, data)
            return answer.status, answer.read()
        finally:
            with self._lock:
                self._acting.discard(connection)
            _close(connection)

    def _send(
        self, connection: http.client.HTTPConnection, method: str, target: str, data: bytes | None
    ) -> http.client.HTTPResponse:
        headers = {"Authorization": f"Bearer {self._token}"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, target, body=data, headers=headers)
        return connection.getresponse()

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout_s)

    def _kept_connection(self, patience_s: float) -> tuple[bool, http.client.HTTPConnection]:
        me = threading.current_thread()
        with self._lock:
            for thread in [thread for thread in self._kept if not thread.is_alive()]:
                _close(self._kept.pop(thread))
            connection = self._kept.get(me)
            fresh = connection is None or connection.sock is None
            if connection is None:
                connection = self._kept[me] = self._connect(self._timeout_s)
        connection.timeout = self._timeout_s + patience_s
        if connection.sock is not None:
            connection.sock.settimeout(connection.timeout)
        return fresh, connection

    def _drop(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._kept.pop(threading.current_thread(), None)
        _close(connection)

    def _silent(self, error: Exception) -> EngineHeld:
        why = "no answer in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        return EngineHeld(
            "engine_silent",
            f"The engine at http://{self._host}:{self._port} does not answer ({why}); nothing was done around it. "
            "Look at its process and its log, then try again.",
        )


def _error_from(status: int, answer: bytes) -> ConsoleError:
    if status == 401:
        return EngineHeld("token_refused", "The engine refused the token: it was started anew; try again.")
    try:
        error = json.loads(answer)["error"]
        code, text, kind = str(error["code"]), str(error["text"]), str(error.get("kind", ""))
    except (ValueError, KeyError, TypeError):
        return ConsoleError("strange_answer", f"The engine answered with HTTP {status} and no reason.")
    return (_CLASSES.get(kind) or _BY_STATUS.get(status, ConsoleError))(code, text)


def _events_of(answer: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    fields: dict[str, str] = {}
    while line := answer.readline():
        text = line.decode("utf-8").rstrip("\r\n")
        if text:
            name, _, value = text.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield {"number": int(fields["id"]), "type": fields["event"], "data": json.loads(fields["data"])}
            fields = {}
        else:
            fields = {}


def _shut(connection: http.client.HTTPConnection) -> None:
    """End the traffic; a thread that reads from it wakes up, as it would not for a mere close."""
    opened = connection.sock
    if opened is not None:
        try:
            opened.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _close(connection: http.client.HTTPConnection) -> None:
    _shut(connection)
    connection.close()
