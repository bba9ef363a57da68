"""The real MetaTrader5 package attached to a simulated terminal that trades: all that it reads is what the simulation's
own module reads from the same terminal."""

from __future__ import annotations

import functools
import inspect
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import MetaTrader5
import pytest

from mt5console.platforms import process_host
from mt5console.simulation import mt5
from mt5console.simulation.broker import Broker, broker_of
from mt5console.simulation.installation import TERMINAL, SimulatedTemplate
from tests.contract.package_world import REAL, SIMULATED, Caller, until

ACCOUNT: dict[str, Any] = {"login": 700001, "password": "canary-Ü-7", "server": "Demo-Server"}


class Traded(NamedTuple):
    """A running terminal, its broker, and both packages."""

    path: str
    broker: Broker
    real: Caller
    simulated: Caller


@pytest.fixture(scope="module")
def traded() -> Iterator[Traded]:
    root = Path(tempfile.mkdtemp(prefix="mt5-"))
    directory = root / "user_1"
    SimulatedTemplate().install(directory)
    host = process_host()
    host.spawn(directory / TERMINAL, ("/portable",), directory)
    made = Traded(str(directory / TERMINAL), broker_of(root), Caller(REAL), Caller(SIMULATED))
    try:
        until(lambda: made.simulated.call("initialize", made.path, timeout=100).code == -10005, "a pipe")
        yield made
    finally:
        made.real.end()
        made.simulated.end()
        for ref in host.find(directory / TERMINAL):
            host.kill(ref)
        host.close()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def attached(traded: Traded) -> Traded:
    """Both packages are connected, and the account is in."""
    told = traded.real.call("initialize", traded.path, portable=True, timeout=30_000, **ACCOUNT)
    assert told == (True, 1, "Success")
    assert traded.simulated.call("initialize", traded.path, portable=True, timeout=30_000).value is True
    return traded


def test_a_login_by_the_real_package_is_the_brokers_account(attached: Traded) -> None:
    account = attached.real.call("account_info").value
    assert (account["login"], account["server"], account["trade_mode"]) == (700001, "Demo-Server", 0)
    assert attached.broker.account(700001, "Demo-Server") is not None


def test_a_wrong_password_is_refused_by_both_in_the_same_words(attached: Traded) -> None:
    wrong = {**ACCOUNT, "password": "wrong", "timeout": 30_000}
    for caller in (attached.real, attached.simulated):
        assert caller.call("initialize", attached.path, **wrong) == (False, -6, "Terminal: Authorization failed")


def test_each_field_is_what_the_simulations_module_reads(attached: Traded) -> None:
    attached.broker.set_session("EURUSD", "closed")
    ticket = attached.broker.open_position(700001, "Demo-Server", "EURUSD", 0.37, magic=101, side="sell")
    asked: list[tuple[str, dict[str, Any]]] = [
        ("version", {}),
        ("terminal_info", {}),
        ("account_info", {}),
        ("positions_total", {}),
        ("positions_get", {}),
        ("positions_get", {"symbol": "EURUSD"}),
        ("positions_get", {"ticket": ticket}),
        ("positions_get", {"group": "*USD*,!XAU*"}),
        ("orders_total", {}),
        ("symbols_total", {}),
        ("symbol_info_tick", {"symbol": "EURUSD"}),
        ("symbol_info", {"symbol": "EURUSD"}),
        ("symbol_info", {"symbol": "NOPE"}),
        ("symbol_select", {"symbol": "EURUSD", "enable": True}),
    ]

    def is_same(function: str, arguments: dict[str, Any]) -> bool:
        words = tuple(arguments.values()) if function.startswith("symbol") else ()
        named = {} if words else arguments
        return attached.real.call(function, *words, **named) == attached.simulated.call(function, *words, **named)

    for function, arguments in asked:
        # Prices of an open market may move between the two looks, until it has been seen closed.
        until(functools.partial(is_same, function, arguments), f"the same of {function}")
    position = attached.real.call("positions_get").value[0]
    assert (position["ticket"], position["volume"], position["type"], position["magic"]) == (ticket, 0.37, 1, 101)
    attached.broker.close_position(700001, "Demo-Server", ticket)


def test_all_that_the_module_has_the_real_package_has_too() -> None:
    public = {name: value for name, value in vars(mt5).items() if not name.startswith("_")}
    numbers = {name: value for name, value in public.items() if isinstance(value, int) and hasattr(MetaTrader5, name)}
    assert numbers == {name: getattr(MetaTrader5, name) for name in numbers}
    assert {name for name in public if name.startswith(("RES_", "ACCOUNT_", "POSITION_TYPE", "SYMBOL_TRADE"))} <= {
        *numbers
    }
    functions = {
        name for name, value in public.items() if inspect.isfunction(value) and value.__module__ == mt5.__name__
    }
    assert {"initialize", "login", "shutdown", "last_error", "positions_get"} <= functions
    assert {name for name in functions if not callable(getattr(MetaTrader5, name, None))} == set()


def test_the_real_package_is_the_one_that_was_measured() -> None:
    assert MetaTrader5.__version__ == mt5.__version__ == "5.0.6231"
    assert MetaTrader5.__author__ != mt5.__author__
