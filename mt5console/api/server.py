"""The API's server: uvicorn in a thread of the engine's process, on 127.0.0.1 and a port of the system's choice.

Must not know: routes, or what is behind the door.
"""

from __future__ import annotations

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


class ApiServer:
    """Serves one door. `start` gives the url; `stop` ends the thread. Not restartable."""

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

    def start(self) -> str:
        """Listen and answer; gives `http://127.0.0.1:<port>`. Raises `ConsoleError` (code `api_failed`)."""
        listening = _listen()
        port = listening.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name="api", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + START_DEADLINE_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                listening.close()
                raise ConsoleError("api_failed", "The local API did not start; the engine's log says why.")
            time.sleep(0.005)
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """End: waiting answers return, streams close; harmless when not started."""
        self._closing.set()
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_DEADLINE_S)
            self._thread = None


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
