"""The API's server: uvicorn in a thread of the engine's process, on 127.0.0.1 and a port of the system's choice.

Must not know: routes, or what is behind the door.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import uvicorn

from mt5console.api.application import build_application
from mt5console.core.errors import ConsoleError
from mt5console.core.ports import EngineDoor

START_DEADLINE_S = 10.0
STOP_DEADLINE_S = 5.0
_KEEP_ALIVE_S = 60
_GRACE_S = 2
ANSWER_WITHIN_S = 2.0
_QUESTION = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
"""Without a token: it is refused at the gate, which is an answer too."""


class ApiServer:
    """Serves one door. `start` gives the url; `stop` ends the thread. Not restartable: a deaf one is replaced."""

    def __init__(self, door: EngineDoor, token: str) -> None:
        if not token:
            raise ValueError("the API is never served without a token")
        self._closing = threading.Event()
        config = uvicorn.Config(
            build_application(door, token, self._closing),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GRACE_S,
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None
        self._listening: socket.socket | None = None

    def start(self) -> str:
        """Listen and answer; gives `http://127.0.0.1:<port>`. Raises `ConsoleError` (code `api_failed`)."""
        self._listening = listening = _listen()
        port = listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(listening,), name="api", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_DEADLINE_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                listening.close()
                raise ConsoleError("api_failed", "The local API did not start; the engine's log says why.")
            time.sleep(0.005)
        return f"http://127.0.0.1:{port}"

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def answers(self, within_s: float = ANSWER_WITHIN_S) -> bool:
        """Whether somebody who connects gets a word within so many seconds."""
        if self._listening is None or not self.is_alive:
            return False
        try:
            with socket.create_connection(self._listening.getsockname(), timeout=within_s) as asked:
                asked.sendall(_QUESTION)
                return asked.recv(1) != b""
        except OSError:
            return False

    def stop(self) -> None:
        """End: waiting answers return, streams close; harmless when not started."""
        self._closing.set()
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_DEADLINE_S)
            self._thread = None
        if self._listening is not None:
            self._listening.close()

    def _serve(self, listening: socket.socket) -> None:
        # By name: Windows' own choice, the proactor, closes its listener for good when a client dies between connect
        # and accept (WinError 64).
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._server.serve(sockets=[listening]))


def _listen() -> socket.socket:
    # IPPROTO_TCP by name: asyncio sets TCP_NODELAY only on sockets that say so (46 ms against 4 ms a call).
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        if exclusive is not None:
            listening.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise ConsoleError("api_failed", f"The local API cannot listen on 127.0.0.1: {error.strerror}.") from error
    return listening
