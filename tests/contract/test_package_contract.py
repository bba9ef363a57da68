"""What the MetaTrader5 package does, call by call: the real one and the simulation's module do the same.

Everything here was first measured with the real package 5.0.6231. A difference is a defect of the simulation.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mt5console.probe.child import ChildHung
from mt5console.simulation import wire
from mt5console.simulation.wire_layout import ACCOUNT, POSITION, SYMBOL, TERMINAL, TICK, Layout
from tests.contract.package_world import MODULES, Caller, ScriptedTerminal, World, open_world, until

QUICKLY_S = 20.0
"""Far below the 100 s that the package waits for a pipe; Wine under load needs some of it."""

TEXTS = {
    -1: "Terminal: Call failed",
    -2: "Terminal: Invalid params",
    -3: "Terminal: Out of memory",
    -4: "Terminal: Not found",
    -5: "Terminal: Incompatible versions, please install the latest version of Terminal and Python module",
    -6: "Terminal: Authorization failed",
    -7: "Terminal: Unsupported function",
    -8: "Terminal: Call failed",
    -50: "Terminal: Call failed",
    -10000: "IPC call failed",
    -10001: "IPC send failed",
    -10002: "IPC recv failed",
    -10003: "IPC initialize failed, ",
    -10004: "No IPC connection",
    -10005: "IPC timeout",
}
"""What the package says for each code, whoever gave it."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_world() as opened:
        yield opened


@pytest.fixture(scope="module", params=MODULES)
def caller(request: pytest.FixtureRequest) -> Iterator[Caller]:
    made = Caller(request.param)
    yield made
    made.end()


@pytest.fixture
def package(caller: Caller) -> Caller:
    """The package without a connection."""
    caller.call("shutdown")
    return caller


@pytest.fixture
def terminal(world: World) -> ScriptedTerminal:
    world.terminal.fresh()
    return world.terminal


@pytest.fixture
def other(world: World) -> Iterator[ScriptedTerminal]:
    """A second terminal, of the account 222."""
    world.other.fresh()
    world.other.set(account_fields={"login": 222, "server": "Demo"})
    yield world.other
    world.other.tell(pipes=[])


@pytest.fixture
def path(terminal: ScriptedTerminal) -> str:
    return str(terminal.executable)


def distinct(layout: Layout) -> dict[str, Any]:
    """A record in which no two numbers and no two texts are equal, in the named tuple's order."""
    values: dict[str, Any] = {}
    for index, field in enumerate(layout.fields, start=1):
        if field.kind == "text":
            values[field.name] = f"{field.name} ü{index}"[: field.room - 1]
        elif field.kind == "bool":
            values[field.name] = index % 2 == 1
        else:
            values[field.name] = index + 1000 if field.kind != "f64" else index + 0.25
    return {name: values[name] for name in layout.names}


def test_it_has_the_version_that_was_measured(package: Caller) -> None:
    assert package.call("__version__").value == "5.0.6231"


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("terminal_info", ()),
        ("account_info", ()),
        ("positions_total", ()),
        ("positions_get", ()),
        ("orders_total", ()),
        ("symbol_info", ("EURUSD",)),
        ("symbol_info_tick", ("EURUSD",)),
    ],
)
def test_a_call_without_a_connection_gives_none(package: Caller, function: str, arguments: tuple[str, ...]) -> None:
    assert package.call(function, *arguments) == (None, -10004, "No IPC connection")


def test_a_version_without_a_connection_is_zeros_and_not_none(package: Caller) -> None:
    assert package.call("version") == ([0, 0, ""], -10004, "No IPC connection")


def test_symbols_count_as_too_new_until_a_terminal_has_greeted_once(package: Caller, path: str) -> None:
    package.end()
    symbols = ("symbols_total", "symbols_get")
    assert [package.call(function) for function in symbols] == [(None, -5, TEXTS[-5])] * 2
    assert package.call("initialize", path).value is True
    package.call("shutdown")
    assert [package.call(function) for function in symbols] == [(None, -10004, "No IPC connection")] * 2


def test_a_login_without_a_connection_is_false(package: Caller) -> None:
    assert package.call("login", 1, "x", "y") == (False, -10004, "No IPC connection")


def test_shutdown_is_always_fine_and_forgets_the_last_error(package: Caller) -> None:
    assert package.call("account_info").code == -10004
    assert package.call("shutdown") == (True, 1, "Success")


def test_a_missing_executable_fails_quickly_and_drops_the_connection(package: Caller, path: str) -> None:
    assert package.call("initialize", path).value is True
    missing = str(Path(path).parent.parent / "absent" / "terminal64.exe")
    began = time.monotonic()
    value, code, text = package.call("initialize", missing, portable=True)
    assert (value, code) == (False, -10003)
    assert "Process create failed" in text
    assert time.monotonic() - began < QUICKLY_S
    assert package.call("account_info").code == -10004


def test_a_path_that_is_too_long_is_refused(package: Caller, path: str) -> None:
    too_long = str(Path(path).parent / "x").ljust(260, "x")
    assert package.call("initialize", too_long) == (False, -2, "Invalid 1st unnamed argument")
    assert package.call("account_info").code == -10004


def test_an_empty_path_finds_nothing(package: Caller) -> None:
    assert package.call("initialize", "") == (False, -10003, "IPC initialize failed, MetaTrader 5 x64 not found")


def test_each_field_of_terminal_account_positions_symbols_and_ticks_arrives(
    package: Caller, terminal: ScriptedTerminal, path: str
) -> None:
    told, account, tick = distinct(TERMINAL), distinct(ACCOUNT), distinct(TICK)
    position, symbol = distinct(POSITION), distinct(SYMBOL)
    terminal.set(info=told, build=told["build"], account_fields=account, open=[position])
    terminal.set(symbol_fields=[symbol], ticks={"EURUSD": tick})
    assert package.call("initialize", path, portable=True) == (True, 1, "Success")
    asked: dict[str, tuple[Any, ...]] = {
        "terminal_info": (),
        "account_info": (),
        "symbol_info_tick": ("EURUSD",),
        "symbol_info": (symbol["name"],),
    }
    answers = {name: package.call(name, *arguments) for name, arguments in asked.items()}
    expected = dict(zip(asked, (told, account, tick, symbol)))
    for name, answer in answers.items():
        assert list(answer.value) == list(expected[name]), "the named tuple's order"
        assert answer == (expected[name], 1, "Success")
    assert package.call("version").value == [500, told["build"], "28 Aug 2026"]
    assert package.call("positions_total").value == 1
    assert package.call("positions_get").value == [position]
    assert package.call("positions_get", ticket=position["ticket"]).value == [position]
    assert package.call("positions_get", symbol=position["symbol"]).value == [position]
    assert package.call("positions_get", symbol="NONE").value == []
    assert package.call("symbols_total").value == 1
    assert package.call("symbols_get").value == [symbol]
    assert package.call("orders_total").value == 0


def test_groups_are_chosen_by_conditions_one_after_the_other(
    package: Caller, terminal: ScriptedTerminal, path: str
) -> None:
    terminal.set(
        open=[{"ticket": 1, "symbol": "EURUSD"}, {"ticket": 2, "symbol": "GOLD"}, {"ticket": 3, "symbol": "USDJPY"}]
    )
    assert package.call("initialize", path).value is True

    def chosen(group: str) -> list[str]:
        return [item["symbol"] for item in package.call("positions_get", group=group).value]

    assert chosen("*USD*") == ["EURUSD", "USDJPY"]
    assert chosen("*,!*USD*") == ["GOLD"]
    assert chosen("EURUSD,GOLD") == ["EURUSD", "GOLD"]
    assert chosen("*USD*,!EUR*") == ["USDJPY"]
    assert chosen("NOTHING") == []


def test_unknown_names_are_not_found(package: Caller, path: str) -> None:
    assert package.call("initialize", path).value is True
    assert package.call("symbol_info", "NOPE") == (None, -4, "Terminal: Not found")
    assert package.call("symbol_info_tick", "NOPE")[:2] == (None, -4)
    assert package.call("positions_get", ticket=9) == ([], 1, "Success")


def test_a_terminal_without_an_account_says_login_zero(package: Caller, terminal: ScriptedTerminal, path: str) -> None:
    terminal.set(account_fields=None)
    assert package.call("initialize", path).value is True
    assert package.call("account_info").value["login"] == 0


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
        ("err:-1", -1, 1),
        ("err:-7", -7, 1),
        ("close", -10002, -10004),
        ("disconnect", -10002, -10001),
        ("delay:50", 1, 1),
    ],
)
def test_a_spoilt_reply_ends_as_measured(
    package: Caller, terminal: ScriptedTerminal, path: str, behaviour: str, code: int, next_code: int
) -> None:
    assert package.call("initialize", path).value is True
    terminal.set(behaviours={wire.ACCOUNT_INFO: behaviour})
    assert package.call("account_info").code == code
    terminal.set(behaviours={})
    assert package.call("account_info").code == next_code
    assert package.call("initialize", path).value is True
    assert package.call("account_info").value["login"] == 111


def test_what_a_terminal_refuses_becomes_the_last_error(package: Caller, terminal: ScriptedTerminal, path: str) -> None:
    assert package.call("initialize", path).value is True
    for code, text in TEXTS.items():
        terminal.set(behaviours={wire.TERMINAL_INFO: f"err:{code}"})
        assert package.call("terminal_info") == (None, code, text)
        assert package.call("account_info").code == 1


@pytest.mark.parametrize("behaviour", ["err:-1", "err:-5", "garbage", "wrongcmd"])
def test_a_failure_at_hello_leaves_the_connection_readable(
    package: Caller, terminal: ScriptedTerminal, path: str, behaviour: str
) -> None:
    terminal.set(behaviours={wire.HELLO: behaviour})
    assert package.call("initialize", path).value is False
    assert package.call("account_info").value["login"] == 111
    package.call("shutdown")
    assert package.call("account_info").code == -10004


@pytest.mark.parametrize("behaviour", ["err:-1", "garbage", "wrongcmd", "zero"])
def test_a_failure_after_hello_closes_the_connection(
    package: Caller, terminal: ScriptedTerminal, path: str, behaviour: str
) -> None:
    terminal.set(behaviours={wire.STATE: behaviour})
    assert package.call("initialize", path).value is False
    assert package.call("account_info").code == -10004


def test_the_timeout_counts_only_the_polling_for_the_login(
    package: Caller, terminal: ScriptedTerminal, path: str
) -> None:
    terminal.set(state=wire.STATE_PENDING)
    began = time.monotonic()
    assert package.call("initialize", path, timeout=700) == (False, -10005, "IPC timeout")
    assert 0.65 <= time.monotonic() - began < QUICKLY_S
    assert package.call("terminal_info").code == -10004


def test_a_refused_login_keeps_the_old_connection(package: Caller, terminal: ScriptedTerminal, path: str) -> None:
    assert package.call("initialize", path).value is True
    assert package.call("login", 222, "wrong", "Demo") == (False, -6, "Terminal: Authorization failed")
    assert package.call("account_info").value["login"] == 111
    assert terminal.tell()["logins"] == [[222, "Demo"]]


def test_a_login_that_is_never_decided_times_out_and_keeps_the_connection(
    package: Caller, terminal: ScriptedTerminal, path: str
) -> None:
    assert package.call("initialize", path).value is True
    terminal.set(behaviours={wire.LOGIN: "err:-7"})
    assert package.call("login", 222, "right", "Demo")[:2] == (False, -7)
    assert package.call("account_info").value["login"] == 111


def test_initialize_with_a_wrong_password_closes_the_connection(package: Caller, path: str) -> None:
    told = package.call("initialize", path, login=111, password="wrong", server="Demo")
    assert told == (False, -6, "Terminal: Authorization failed")
    assert package.call("account_info").code == -10004


def test_initialize_sends_a_login_only_when_one_is_given(
    package: Caller, terminal: ScriptedTerminal, path: str
) -> None:
    assert package.call("initialize", path).value is True
    assert terminal.tell()["logins"] == []
    assert package.call("initialize", path, login=5, password="right", server="Demo").value is True
    assert terminal.tell()["logins"] == [[5, "Demo"]]


def test_initialize_switches_from_one_terminal_to_another(package: Caller, other: ScriptedTerminal, path: str) -> None:
    assert package.call("initialize", path).value is True
    assert package.call("account_info").value["login"] == 111
    assert package.call("initialize", str(other.executable)).value is True
    assert package.call("account_info").value["login"] == 222


def test_one_executable_has_one_pipe_however_its_path_is_spelt(package: Caller, path: str) -> None:
    directory = Path(path).parent
    (directory / "x").mkdir(exist_ok=True)
    assert package.call("initialize", str(directory / "x" / ".." / Path(path).name)).value is True
    assert package.call("account_info").value["login"] == 111


def test_whoever_owns_the_name_is_believed(
    package: Caller, other: ScriptedTerminal, terminal: ScriptedTerminal, path: str
) -> None:
    terminal.tell(pipes=[])
    other.tell(pipes=[path])
    assert package.call("initialize", path).value is True
    assert package.call("account_info").value["login"] == 222
    assert package.call("terminal_info").value["data_path"] == str(other.directory)
    assert terminal.running() == (terminal.ref,)


def test_a_terminal_killed_between_calls_fails_every_later_send(
    package: Caller, terminal: ScriptedTerminal, path: str
) -> None:
    assert package.call("initialize", path).value is True
    terminal.end()
    assert [package.call("account_info").code for _ in range(3)] == [-10001, -10001, -10001]


def test_a_terminal_that_dies_in_a_call_is_a_failed_receive(
    package: Caller, terminal: ScriptedTerminal, path: str
) -> None:
    assert package.call("initialize", path).value is True
    terminal.set(behaviours={wire.ACCOUNT_INFO: "die"})
    assert [package.call("account_info").code for _ in range(3)] == [-10002, -10004, -10004]


def test_no_timeout_ends_a_terminal_that_hangs(package: Caller, terminal: ScriptedTerminal, path: str) -> None:
    terminal.set(behaviours={wire.STATE: "hang"})
    with pytest.raises(ChildHung):
        package.call("initialize", path, timeout=500, within_s=2.5)
    assert terminal.asked(wire.STATE) == 1
    package.end()


def test_a_missing_pipe_makes_it_start_the_executable_once_more(
    package: Caller, terminal: ScriptedTerminal, path: str
) -> None:
    terminal.tell(pipes=[])
    (terminal.directory / "silent").touch()
    with pytest.raises(ChildHung):
        package.call("initialize", path, portable=True, timeout=500, within_s=2.5)
    until(lambda: len(terminal.running()) == 2, "the copy that the package started")
    package.end()
    assert len(terminal.running()) == 2, "it outlives its starter"
    (terminal.directory / "silent").unlink()
    terminal.end()
