"""The simulated package against the simulated terminal's pipe: what it answers, and how it fails when it must."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mt5console.simulation import mt5, wire
from mt5console.simulation.wire import WireServer
from tests.simulation.wire_terminal import Terminal


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(mt5, "PIPE_WAIT_POLLS", 20)
    monkeypatch.setattr(mt5, "PIPE_WAIT_PAUSE_S", 0.05)
    yield
    mt5.shutdown()


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def path(tmp_path: Path, terminal: Terminal) -> Iterator[str]:
    server = WireServer(tmp_path / "terminal64", terminal)
    server.start()
    yield str(tmp_path / "terminal64")
    server.stop()


def test_the_package_reads_terminal_account_positions_and_symbols(path: str, terminal: Terminal) -> None:
    terminal.open = [{"ticket": 5, "symbol": "SYM000", "magic": 77, "profit": -1.5}, {"ticket": 6, "symbol": "GOLD"}]
    assert mt5.initialize(path, portable=True)
    assert mt5.last_error() == (1, "Success")
    assert mt5.version() == (500, 5833, "28 Aug 2026")
    assert (mt5.terminal_info().build, mt5.terminal_info().data_path) == (5833, "d")
    assert (mt5.account_info().login, mt5.account_info().server) == (111, "Demo")
    assert mt5.positions_total() == 2
    assert [item.magic for item in mt5.positions_get(symbol="SYM000") or ()] == [77]
    assert [item.ticket for item in mt5.positions_get(ticket=6) or ()] == [6]
    assert [item.symbol for item in mt5.positions_get(group="*,!SYM*") or ()] == ["GOLD"]
    assert (mt5.symbols_total(), len(mt5.symbols_get() or ())) == (120, 120)
    assert [item.name for item in mt5.symbols_get("SYM00*,!*5") or ()] == [f"SYM00{n}" for n in range(10) if n != 5]
    assert mt5.symbol_info("SYM007").path == "Forex"
    assert mt5.symbol_info_tick("SYM000").ask == 1.5
    assert mt5.orders_total() == 0
    assert mt5.symbol_select("SYM000")


def test_unknown_names_are_not_found(path: str) -> None:
    assert mt5.initialize(path)
    assert mt5.symbol_info("NOPE") is None
    assert mt5.last_error() == (-4, "Terminal: Not found")
    assert mt5.symbol_info_tick("NOPE") is None
    assert mt5.positions_get(ticket=9) == ()


def test_without_an_account_the_record_says_login_zero(path: str, terminal: Terminal) -> None:
    terminal.account_fields = None
    assert mt5.initialize(path)
    assert mt5.account_info().login == 0


def test_calls_without_a_connection_say_so() -> None:
    assert mt5.terminal_info() is None
    assert mt5.last_error() == (-10004, "No IPC connection")
    assert not mt5.login(1, "x", "y")
    assert mt5.last_error()[0] == -10004


@pytest.mark.parametrize(
    ("behaviour", "code", "next_code"),
    [
        ("garbage", -10002, 1),
        ("short", -10002, 1),
        ("bodyshort", -10002, 1),
        ("extra", -10002, 1),
        ("len2", -10002, 1),
        ("zero", -10002, -10002),
        ("split", -10002, -10002),
        ("wrongcmd", -10000, 1),
        ("err:-7", -7, 1),
        ("close", -10002, -10004),
        ("disconnect", -10002, -10001),
        ("delay:50", 1, 1),
    ],
)
def test_a_spoilt_reply_ends_as_measured(
    path: str, terminal: Terminal, behaviour: str, code: int, next_code: int
) -> None:
    assert mt5.initialize(path)
    terminal.behaviours = {wire.ACCOUNT_INFO: behaviour}
    mt5.account_info()
    assert mt5.last_error()[0] == code
    terminal.behaviours = {}
    mt5.account_info()
    assert mt5.last_error()[0] == next_code


def test_a_stream_out_of_step_is_mended_by_initialize(path: str, terminal: Terminal) -> None:
    assert mt5.initialize(path)
    terminal.behaviours = {wire.ACCOUNT_INFO: "zero"}
    mt5.account_info()
    terminal.behaviours = {}
    assert mt5.terminal_info() is None
    assert mt5.initialize(path)
    assert mt5.account_info().login == 111


def test_the_timeout_counts_only_the_polling_for_the_login(path: str, terminal: Terminal) -> None:
    terminal.state = wire.STATE_PENDING
    began = time.monotonic()
    assert not mt5.initialize(path, timeout=300)
    assert 0.3 <= time.monotonic() - began < 2.0
    assert mt5.last_error() == (-10005, "IPC timeout")
    mt5.terminal_info()
    assert mt5.last_error()[0] == -10004


def test_a_failure_at_hello_leaves_the_connection_readable(path: str, terminal: Terminal) -> None:
    terminal.behaviours = {wire.HELLO: "err:-5"}
    assert not mt5.initialize(path)
    assert mt5.last_error()[0] == -5
    assert mt5.account_info().login == 111


def test_a_refused_login_keeps_the_old_connection(path: str, terminal: Terminal) -> None:
    assert mt5.initialize(path)
    assert not mt5.login(222, "wrong", "Demo")
    assert mt5.last_error()[0] == -6
    assert mt5.account_info().login == 111
    assert terminal.logins == [(222, "Demo")]


def test_initialize_with_a_wrong_password_closes_the_connection(path: str) -> None:
    assert not mt5.initialize(path, login=111, password="wrong", server="Demo")
    assert mt5.last_error()[0] == -6
    mt5.account_info()
    assert mt5.last_error()[0] == -10004


def test_initialize_drops_the_present_connection_first(path: str, tmp_path: Path) -> None:
    assert mt5.initialize(path)
    assert not mt5.initialize(str(tmp_path / "absent" / "terminal64"))
    assert mt5.last_error()[0] == -10003
    assert "Process create failed" in mt5.last_error()[1]
    mt5.account_info()
    assert mt5.last_error()[0] == -10004


def test_initialize_without_a_path_or_with_an_impossible_one_fails(path: str) -> None:
    assert mt5.initialize(path)
    assert not mt5.initialize()
    assert mt5.last_error()[0] == -10003
    assert not mt5.initialize("/" + "x" * 260)
    assert mt5.last_error()[0] == -2


def test_two_terminals_one_process_switches(path: str, tmp_path: Path) -> None:
    other = WireServer(tmp_path / "b" / "terminal64", Terminal(222))
    other.start()
    try:
        assert mt5.initialize(path)
        assert mt5.account_info().login == 111
        assert mt5.initialize(str(tmp_path / "b" / "terminal64"))
        assert mt5.account_info().login == 222
    finally:
        other.stop()


def test_a_hanging_call_blocks_until_the_terminal_ends(tmp_path: Path, terminal: Terminal) -> None:
    server = WireServer(tmp_path / "terminal64", terminal)
    server.start()
    assert mt5.initialize(str(tmp_path / "terminal64"))
    terminal.behaviours = {wire.ACCOUNT_INFO: "hang"}
    results: list[Any] = []
    caller = threading.Thread(target=lambda: results.append(mt5.account_info()), daemon=True)
    caller.start()
    caller.join(0.3)
    assert caller.is_alive()
    server.stop()
    caller.join(5)
    assert results == [None]
    assert mt5.last_error()[0] == -10002
    mt5.account_info()
    assert mt5.last_error()[0] == -10004


def test_a_terminal_gone_between_calls_fails_every_later_send(tmp_path: Path, terminal: Terminal) -> None:
    server = WireServer(tmp_path / "terminal64", terminal)
    server.start()
    assert mt5.initialize(str(tmp_path / "terminal64"))
    server.stop()
    deadline = time.monotonic() + 5
    while mt5.account_info() is not None or mt5.last_error()[0] != -10001:
        assert mt5.last_error()[0] in (1, -10001)
        assert time.monotonic() < deadline
    assert mt5.terminal_info() is None
    assert mt5.last_error()[0] == -10001


def test_a_missing_pipe_makes_it_start_the_executable(tmp_path: Path) -> None:
    executable = tmp_path / "terminal64"
    executable.write_text(f"#!/bin/sh\necho started \"$@\" > '{tmp_path}/started'\n")
    executable.chmod(0o755)
    assert not mt5.initialize(str(executable), portable=True)
    assert mt5.last_error()[0] == -10003
    assert (tmp_path / "started").read_text() == "started /portable\n"


def test_one_path_has_one_pipe(path: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        WireServer(tmp_path / "terminal64", Terminal()).start()
    roundabout = tmp_path / "x" / ".." / "terminal64"
    roundabout.parent.parent.mkdir()
    assert mt5.initialize(str(roundabout))


def test_a_stopped_server_leaves_no_thread(tmp_path: Path, terminal: Terminal) -> None:
    server = WireServer(tmp_path / "terminal64", terminal)
    server.start()
    assert mt5.initialize(str(tmp_path / "terminal64"))
    server.stop()
    deadline = time.monotonic() + 5
    while [thread for thread in threading.enumerate() if thread.name.startswith("wire-")]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_idle_server_costs_no_time(path: str) -> None:
    assert mt5.initialize(path)
    before = sum(os.times()[:2])
    time.sleep(0.5)
    assert sum(os.times()[:2]) - before < 0.05
