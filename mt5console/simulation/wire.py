"""A simulated terminal's side of the MetaTrader5 package's pipe protocol (5.0.6231).

A thread accepts, a thread serves each client; all of them block, none polls. The answers come from the terminal.
A login's password is handed on and never logged. Must not know: what a terminal is, or how the package judges replies.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from mt5console.core.terminal.pipe import pipe_address
from mt5console.simulation import wire_layout
from mt5console.simulation.wire_faults import Reply, deliver
from mt5console.simulation.wire_layout import ACCOUNT, POSITION, SYMBOL, SYMBOL_SINCE, TERMINAL, TICK
from mt5console.simulation.wire_transport import Connection, Listener, listen

VERSION, HELLO, LOGIN, STATE = 1, 4, 5, 109
POSITIONS_TOTAL, POSITIONS_ALL, POSITIONS_BY_SYMBOL, POSITIONS_BY_TICKET = 120, 121, 122, 123
SYMBOL_INFO, SYMBOL_SELECT, TICK_LAST, SYMBOLS_TOTAL, SYMBOLS_ALL, SYMBOLS_BY_GROUP = 170, 171, 172, 173, 174, 175
TERMINAL_INFO, ACCOUNT_INFO = 180, 190
EMPTY_TOTALS = (130, 140, 150)
EMPTY_LISTS = (131, 132, 141, 142, 151, 152)
NO_BODY = (SYMBOL_SELECT, 191, 192)

RES_NOT_FOUND, RES_UNSUPPORTED = -4, -7
STATE_PENDING, STATE_OK, STATE_REFUSED = 1, 2, 3
VERSION_FIRST = 500
DEFAULT_BUILD = 5833
DEFAULT_BUILD_DATE = "28 Aug 2026"
LARGEST_REQUEST = 1 << 24


class WireAnswers(Protocol):
    """What the terminal tells. Called from the serving threads; names are those of the package's named tuples."""

    def terminal(self) -> dict[str, Any]:
        """`terminal_info` fields; missing ones count as zero or empty."""
        ...

    def account(self) -> dict[str, Any] | None:
        """`account_info` fields, None while no account is connected (sent as a record with login 0)."""
        ...

    def positions(self) -> list[dict[str, Any]]:
        """Open positions."""
        ...

    def symbols(self) -> list[dict[str, Any]]:
        """All symbols; `name` at least."""
        ...

    def tick(self, symbol: str) -> dict[str, Any] | None:
        """The last tick, None for an unknown symbol."""
        ...

    def login(self, login: int, password: str, server: str) -> None:
        """Begin to log in; the outcome shows in `login_state`."""
        ...

    def login_state(self) -> int:
        """1 pending, 2 logged in, 3 refused."""
        ...

    def behaviour(self, command: int) -> str:
        """How this command misbehaves now; `normal` when it does not."""
        ...


class Request:
    """Reads a request's arguments one after the other; what is missing reads as zero or empty."""

    def __init__(self, data: bytes) -> None:
        self.command = int(struct.unpack_from("<I", data)[0])
        self._data = data[4:]

    def number(self, size: int = 4) -> int:
        """An unsigned integer of 4 or 8 bytes."""
        part, self._data = self._data[:size], self._data[size:]
        return int.from_bytes(part, "little")

    def text(self) -> str:
        """A counted UTF-16LE text."""
        size = 2 * self.number()
        part, self._data = self._data[:size], self._data[size:]
        return wire_layout.unpack_text(part)


def encode_text(text: str) -> bytes:
    """A counted UTF-16LE text, as requests and the version reply carry it."""
    data = text.encode("utf-16-le", "replace")
    return struct.pack("<I", len(data) // 2) + data


class WireServer:
    """Answers the MetaTrader5 package, real or simulated, for one executable's path."""

    def __init__(self, executable: Path, answers: WireAnswers) -> None:
        self._executable = executable
        self._answers = answers
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self._listener: Listener | None = None
        self._acceptor: threading.Thread | None = None
        self._replies: Mapping[int, Callable[[Request], Reply]] = self._make_replies()

    @property
    def address(self) -> str:
        """Where it listens: the named pipe, or the local socket of the same name."""
        return pipe_address(self._executable)

    def start(self) -> None:
        """Own the pipe: it exists when this returns. Raises OSError when another process of this path owns it."""
        listener = listen(self._executable)
        self._listener = listener
        self._acceptor = threading.Thread(target=self._accept, args=(listener,), name="wire-accept", daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """Close the pipe and every connection; harmless when not started."""
        self._stopped.set()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.abort()
        if self._acceptor is not None:
            self._acceptor.join(timeout=2.0)

    def _accept(self, listener: Listener) -> None:
        while (connection := listener.accept()) is not None:
            with self._lock:
                self._connections.add(connection)
            if self._stopped.is_set():
                connection.abort()
            threading.Thread(target=self._serve, args=(connection,), name="wire-client", daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        try:
            while self._serve_one(connection):
                pass
        except OSError:
            pass  # The client has gone: that is how a connection ends.
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _serve_one(self, connection: Connection) -> bool:
        size = int.from_bytes(connection.receive(4), "little")
        if not 4 <= size < LARGEST_REQUEST:
            return False
        request = Request(connection.receive(size))
        make = self._replies.get(request.command)
        reply = make(request) if make else Reply(request.command, RES_UNSUPPORTED)
        return deliver(connection, reply, self._answers.behaviour(request.command), self._stopped)

    def _make_replies(self) -> dict[int, Callable[[Request], Reply]]:
        replies: dict[int, Callable[[Request], Reply]] = {
            VERSION: self._version,
            HELLO: self._hello,
            LOGIN: self._login,
            STATE: lambda request: _counted(request, self._answers.login_state()),
            TERMINAL_INFO: lambda request: Reply(request.command, body=TERMINAL.pack(self._answers.terminal())),
            ACCOUNT_INFO: lambda request: Reply(request.command, body=ACCOUNT.pack(self._answers.account() or {})),
            POSITIONS_TOTAL: lambda request: _counted(request, len(self._answers.positions())),
            POSITIONS_ALL: self._positions,
            POSITIONS_BY_SYMBOL: self._positions,
            POSITIONS_BY_TICKET: self._position_by_ticket,
            SYMBOL_INFO: self._symbol,
            TICK_LAST: self._tick,
            SYMBOLS_TOTAL: lambda request: _counted(request, len(self._answers.symbols())),
            SYMBOLS_ALL: self._symbols,
            SYMBOLS_BY_GROUP: self._symbols,
        }
        replies.update({command: lambda request: _counted(request, 0) for command in EMPTY_TOTALS + EMPTY_LISTS})
        replies.update({command: lambda request: Reply(request.command) for command in NO_BODY})
        return replies

    def _build(self) -> int:
        return int(self._answers.terminal().get("build") or DEFAULT_BUILD)

    def _version(self, request: Request) -> Reply:
        date = str(self._answers.terminal().get("build_date") or DEFAULT_BUILD_DATE)
        return Reply(request.command, 1, struct.pack("<II", VERSION_FIRST, self._build()) + encode_text(date))

    def _hello(self, request: Request) -> Reply:
        # Only its size matters to the package: from this value on it expects the longer symbol record.
        return _counted(request, max(self._build(), SYMBOL_SINCE))

    def _login(self, request: Request) -> Reply:
        request.number()
        login, password, server = request.number(8), request.text(), request.text()
        self._answers.login(login, password, server)
        return Reply(request.command)

    def _positions(self, request: Request) -> Reply:
        wanted = request.text() if request.command == POSITIONS_BY_SYMBOL else None
        chosen = [item for item in self._answers.positions() if wanted is None or item.get("symbol") == wanted]
        return _counted(request, len(chosen), b"".join(POSITION.pack(item) for item in chosen))

    def _position_by_ticket(self, request: Request) -> Reply:
        ticket = request.number(8)
        for item in self._answers.positions():
            if int(item.get("ticket", 0)) == ticket:
                return Reply(request.command, 1, POSITION.pack(item))
        return Reply(request.command, RES_NOT_FOUND)

    def _tick(self, request: Request) -> Reply:
        tick = self._answers.tick(request.text())
        return Reply(request.command, RES_NOT_FOUND) if tick is None else Reply(request.command, body=TICK.pack(tick))

    def _symbol(self, request: Request) -> Reply:
        name = request.text()
        for item in self._answers.symbols():
            if item.get("name") == name:
                return Reply(request.command, body=SYMBOL.pack(item))
        return Reply(request.command, RES_NOT_FOUND)

    def _symbols(self, request: Request) -> Reply:
        symbols = self._answers.symbols()
        return _counted(request, len(symbols), b"".join(SYMBOL.pack(item) for item in symbols))


def _counted(request: Request, number: int, records: bytes = b"") -> Reply:
    return Reply(request.command, body=struct.pack("<I", number) + records)
