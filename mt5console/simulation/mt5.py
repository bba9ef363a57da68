"""The MetaTrader5 package's functions, named tuples and error codes (5.0.6231) for simulated terminals.

It speaks the package's own wire and behaves as the real one was measured to: one connection for the whole process,
calls that block for ever once connected, connections that outlive a failed `initialize()` or `login()`, and a terminal
that is started, even a second time, when its pipe is missing. A caller that survives this module survives the real one.
Must not know: who calls it, or anything of the console.
"""

from __future__ import annotations

import collections
import fnmatch
import functools
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from mt5console.simulation import wire
from mt5console.simulation.wire import encode_text
from mt5console.simulation.wire_layout import ACCOUNT, POSITION, SYMBOL, TERMINAL, TICK, Layout, unpack_text
from mt5console.simulation.wire_transport import Connection, Disconnected, connect

__version__ = "5.0.6231"
__author__ = "mt5console simulation"

RES_S_OK = 1
RES_E_FAIL = -1
RES_E_INVALID_PARAMS = -2
RES_E_NO_MEMORY = -3
RES_E_NOT_FOUND = -4
RES_E_INVALID_VERSION = -5
RES_E_AUTH_FAILED = -6
RES_E_UNSUPPORTED = -7
RES_E_AUTO_TRADING_DISABLED = -8
RES_E_INTERNAL_FAIL = -10000
RES_E_INTERNAL_FAIL_SEND = -10001
RES_E_INTERNAL_FAIL_RECEIVE = -10002
RES_E_INTERNAL_FAIL_INIT = -10003
RES_E_INTERNAL_FAIL_CONNECT = -10004
RES_E_INTERNAL_FAIL_TIMEOUT = -10005

ACCOUNT_TRADE_MODE_DEMO = 0
ACCOUNT_TRADE_MODE_CONTEST = 1
ACCOUNT_TRADE_MODE_REAL = 2
POSITION_TYPE_BUY = 0
POSITION_TYPE_SELL = 1
SYMBOL_TRADE_MODE_FULL = 4

PIPE_WAIT_POLLS = 200
PIPE_WAIT_PAUSE_S = 0.5
"""The wait for a started terminal's pipe: fixed, whatever `timeout` says. Tests may shorten it here."""

LONGEST_PATH = 259
LOGIN_POLL_S = 0.1
DEFAULT_TIMEOUT_MS = 60_000
_HELLO_VERSION = 3
_CLIENT_NAME = "Python"

_TEXTS = {
    RES_S_OK: "Success",
    RES_E_FAIL: "Terminal: Call failed",
    RES_E_INVALID_PARAMS: "Terminal: Invalid params",
    RES_E_NO_MEMORY: "Terminal: Out of memory",
    RES_E_NOT_FOUND: "Terminal: Not found",
    RES_E_INVALID_VERSION: (
        "Terminal: Incompatible versions, please install the latest version of Terminal and Python module"
    ),
    RES_E_AUTH_FAILED: "Terminal: Authorization failed",
    RES_E_UNSUPPORTED: "Terminal: Unsupported function",
    RES_E_INTERNAL_FAIL: "IPC call failed",
    RES_E_INTERNAL_FAIL_SEND: "IPC send failed",
    RES_E_INTERNAL_FAIL_RECEIVE: "IPC recv failed",
    RES_E_INTERNAL_FAIL_INIT: "IPC initialize failed, ",
    RES_E_INTERNAL_FAIL_CONNECT: "No IPC connection",
    RES_E_INTERNAL_FAIL_TIMEOUT: "IPC timeout",
}

_P = ParamSpec("_P")
_T = TypeVar("_T")

_make_tuple: Any = collections.namedtuple
TerminalInfo = _make_tuple("TerminalInfo", TERMINAL.names)
AccountInfo = _make_tuple("AccountInfo", ACCOUNT.names)
TradePosition = _make_tuple("TradePosition", POSITION.names)
Tick = _make_tuple("Tick", TICK.names)
SymbolInfo = _make_tuple("SymbolInfo", SYMBOL.names)


class _Module:
    """The module's one connection and last error; `greeted` once any terminal has answered its hello."""

    connection: Connection | None = None
    greeted = False
    error: tuple[int, str] = (RES_S_OK, "Success")
    started: subprocess.Popen[bytes] | None = None


class _Failed(Exception):
    """A call that ended with an error code, already noted as the last error."""


def _fail(code: int, text: str | None = None) -> _Failed:
    _Module.error = (code, text or _TEXTS.get(code, "Terminal: Call failed"))
    return _Failed(code)


def _close() -> None:
    connection, _Module.connection = _Module.connection, None
    if connection is not None:
        connection.close()


def _read(connection: Connection, count: int) -> bytes:
    try:
        data = connection.receive_once(count)
    except Disconnected as gone:
        if gone.closed:
            _close()
        raise _fail(RES_E_INTERNAL_FAIL_RECEIVE) from gone
    if len(data) < count:
        raise _fail(RES_E_INTERNAL_FAIL_RECEIVE)
    return data


def _call(command: int, arguments: bytes = b"") -> tuple[int, bytes]:
    """One request and its reply: (result, body). Raises `_Failed`; blocks for ever on a terminal that hangs."""
    connection = _Module.connection
    if connection is None:
        raise _fail(RES_E_INTERNAL_FAIL_CONNECT)
    try:
        connection.send(struct.pack("<II", 4 + len(arguments), command) + arguments)
    except OSError as error:
        raise _fail(RES_E_INTERNAL_FAIL_SEND) from error
    size = int.from_bytes(_read(connection, 4), "little")
    if size < 8:
        raise _fail(RES_E_INTERNAL_FAIL_RECEIVE)
    reply = _read(connection, size)
    echo, result = struct.unpack_from("<Ii", reply)
    if echo != command:
        raise _fail(RES_E_INTERNAL_FAIL)
    if result < 0:
        raise _fail(result)
    _Module.error = (RES_S_OK, "Success")
    return result, reply[8:]


def _number(command: int, arguments: bytes = b"") -> int:
    _, body = _call(command, arguments)
    if len(body) != 4:
        raise _fail(RES_E_INTERNAL_FAIL_RECEIVE)
    return int.from_bytes(body, "little")


def _record(layout: Layout, kind: Any, body: bytes) -> Any:
    if len(body) != layout.size:
        raise _fail(RES_E_INTERNAL_FAIL_RECEIVE)
    return kind(**layout.unpack(body))


def _records(layout: Layout, kind: Any, body: bytes) -> tuple[Any, ...]:
    count = int.from_bytes(body[:4], "little")
    if len(body) != 4 + count * layout.size:
        raise _fail(RES_E_INTERNAL_FAIL_RECEIVE)
    starts = range(4, len(body), layout.size)
    return tuple(_record(layout, kind, body[start : start + layout.size]) for start in starts)


def _none_when_failed(function: Callable[_P, _T]) -> Callable[_P, _T | None]:
    """The package's way to fail: None, and the code in `last_error()`."""

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _T | None:
        try:
            return function(*args, **kwargs)
        except _Failed:
            return None

    return call


def initialize(
    path: str | None = None,
    *,
    login: int | None = None,
    password: str | None = None,
    server: str | None = None,
    timeout: int = DEFAULT_TIMEOUT_MS,
    portable: bool = False,
) -> bool:
    """Connect to the terminal of this path, starting it when its pipe is missing; False on failure.

    Closes the present connection first, even if it then fails. `timeout` (ms) limits only the polling for the login.
    A failure at the hello stage leaves the new connection open.
    """
    _close()
    try:
        _open(path, portable)
        _number(wire.HELLO, struct.pack("<I", _HELLO_VERSION) + encode_text(_CLIENT_NAME))
        _Module.greeted = True
    except _Failed:
        return False
    try:
        if login is not None or password is not None or server is not None:
            _send_login(login, password, server)
        _wait_for_login(timeout)
    except _Failed:
        _close()
        return False
    return True


def _open(path: str | None, portable: bool) -> None:
    if path is None or path == "":
        raise _init_failed("MetaTrader 5 x64 not found")
    if not isinstance(path, str) or len(path) > LONGEST_PATH:
        raise _fail(RES_E_INVALID_PARAMS, "Invalid 1st unnamed argument")
    executable = Path(path)
    if _try_connect(executable):
        return
    _start(executable, portable)
    for _ in range(PIPE_WAIT_POLLS):
        time.sleep(PIPE_WAIT_PAUSE_S)
        if _try_connect(executable):
            return
    # The real one counts 300 ms for each of its polls of 500 ms, hence its 60 seconds.
    raise _init_failed(f"Pipe server didn't answer in {PIPE_WAIT_POLLS * 300 // 1000} sec")


def _init_failed(reason: str) -> _Failed:
    return _fail(RES_E_INTERNAL_FAIL_INIT, f"IPC initialize failed, {reason}")


def _try_connect(executable: Path) -> bool:
    try:
        _Module.connection = connect(executable)
    except OSError:
        return False
    return True


def _start(executable: Path, portable: bool) -> None:
    arguments = [str(executable), *(["/portable"] if portable else [])]
    silent = subprocess.DEVNULL
    try:
        # Never waited for: like the real one's, it becomes a child that outlives this call.
        _Module.started = subprocess.Popen(arguments, stdin=silent, stdout=silent, stderr=silent, close_fds=True)
    except OSError as error:
        raise _init_failed(f"Process create failed '{executable}'") from error


def _send_login(login: int | None, password: str | None, server: str | None) -> None:
    arguments = struct.pack("<IQ", 0, login or 0) + encode_text(password or "") + encode_text(server or "")
    _call(wire.LOGIN, arguments)


def _wait_for_login(timeout_ms: int) -> None:
    deadline = time.monotonic() + (timeout_ms or DEFAULT_TIMEOUT_MS) / 1000
    while True:
        state = _number(wire.STATE)
        if state == wire.STATE_OK:
            return
        if state == wire.STATE_REFUSED:
            raise _fail(RES_E_AUTH_FAILED)
        if time.monotonic() >= deadline:
            raise _fail(RES_E_INTERNAL_FAIL_TIMEOUT)
        time.sleep(LOGIN_POLL_S)


def login(
    login: int,
    password: str | None = None,
    server: str | None = None,
    timeout: int = DEFAULT_TIMEOUT_MS,
) -> bool:
    """Log in to an account; False on failure, and then the old connection stays as it was."""
    try:
        _send_login(login, password, server)
        _wait_for_login(timeout)
    except _Failed:
        return False
    return True


def shutdown() -> bool:
    """Close the connection; the terminal runs on, and the last error is forgotten."""
    _close()
    _Module.error = (RES_S_OK, _TEXTS[RES_S_OK])
    return True


def last_error() -> tuple[int, str]:
    """Code and text of the last call's end; (1, 'Success') when it went well."""
    return _Module.error


def version() -> tuple[int, int, str]:
    """(500, build, date of the build); on failure zeros, and no None as everywhere else."""
    return _version() or (0, 0, "")


@_none_when_failed
def _version() -> tuple[int, int, str]:
    _, body = _call(wire.VERSION, struct.pack("<I", 0))
    if len(body) < 12 or len(body) != 12 + 2 * int.from_bytes(body[8:12], "little"):
        raise _fail(RES_E_INTERNAL_FAIL_RECEIVE)
    first, build = struct.unpack_from("<II", body)
    return first, build, unpack_text(body[12:])


@_none_when_failed
def terminal_info() -> Any:
    """A TerminalInfo, or None."""
    return _record(TERMINAL, TerminalInfo, _call(wire.TERMINAL_INFO)[1])


@_none_when_failed
def account_info() -> Any:
    """An AccountInfo, or None."""
    return _record(ACCOUNT, AccountInfo, _call(wire.ACCOUNT_INFO)[1])


def positions_total() -> int | None:
    """How many positions are open."""
    return _total(wire.POSITIONS_TOTAL)


def orders_total() -> int | None:
    """How many orders are pending (the simulation has none)."""
    return _total(wire.EMPTY_TOTALS[0])


def symbols_total() -> int | None:
    """How many symbols there are."""
    return _symbols_total()


@_none_when_failed
def _symbols_total() -> int:
    _expect_greeted()
    return _number(wire.SYMBOLS_TOTAL)


def _expect_greeted() -> None:
    """Before the first hello of this process the package holds every terminal for too old to know its symbols."""
    if not _Module.greeted:
        raise _fail(RES_E_INVALID_VERSION)


@_none_when_failed
def _total(command: int) -> int:
    return _number(command)


@_none_when_failed
def positions_get(*, symbol: str | None = None, group: str | None = None, ticket: int | None = None) -> tuple[Any, ...]:
    """Open positions as TradePosition tuples, all or by symbol, ticket or group of symbols; None on failure."""
    if ticket is not None:
        return _position_of(ticket)
    if symbol is not None:
        return _records(POSITION, TradePosition, _call(wire.POSITIONS_BY_SYMBOL, encode_text(symbol))[1])
    found = _records(POSITION, TradePosition, _call(wire.POSITIONS_ALL)[1])
    return found if group is None else tuple(item for item in found if _in_group(item.symbol, group))


def _position_of(ticket: int) -> tuple[Any, ...]:
    """The position of a ticket; one that is not there is no failure."""
    try:
        body = _call(wire.POSITIONS_BY_TICKET, struct.pack("<Q", ticket))[1]
    except _Failed:
        if _Module.error[0] != RES_E_NOT_FOUND:
            raise
        _Module.error = (RES_S_OK, "Success")
        return ()
    return (_record(POSITION, TradePosition, body),)


@_none_when_failed
def symbols_get(group: str | None = None) -> tuple[Any, ...]:
    """Symbols as SymbolInfo tuples, all or those of a group; None on failure."""
    _expect_greeted()
    command, arguments = (wire.SYMBOLS_ALL, b"") if group is None else (wire.SYMBOLS_BY_GROUP, encode_text(group))
    found = _records(SYMBOL, SymbolInfo, _call(command, arguments)[1])
    return found if group is None else tuple(item for item in found if _in_group(item.name, group))


def _in_group(name: str, group: str) -> bool:
    """Conditions by comma, one after the other; `!` takes out again what an earlier one let in."""
    member = False
    for condition in group.split(","):
        if fnmatch.fnmatchcase(name, condition.strip().removeprefix("!")):
            member = not condition.strip().startswith("!")
    return member


@_none_when_failed
def symbol_info(symbol: str) -> Any:
    """A SymbolInfo, or None."""
    return _record(SYMBOL, SymbolInfo, _call(wire.SYMBOL_INFO, encode_text(symbol))[1])


@_none_when_failed
def symbol_info_tick(symbol: str) -> Any:
    """The last Tick of a symbol, or None."""
    return _record(TICK, Tick, _call(wire.TICK_LAST, encode_text(symbol))[1])


def symbol_select(symbol: str, enable: bool = True) -> bool:
    """Show a symbol in Market Watch; the simulation shows all of them and agrees."""
    try:
        _call(wire.SYMBOL_SELECT, encode_text(symbol) + struct.pack("<I", enable))
    except _Failed:
        return False
    return True
