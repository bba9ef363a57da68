"""The package's fields and codes in the core's words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.model.ids import TradeMode
from mt5console.core.model.observed import ProbeProblem
from mt5console.probe.mt5 import answer_of, problem_of

TERMINAL = {
    "build": 5833,
    "path": "C:\\a",
    "data_path": "C:\\a",
    "connected": True,
    "trade_allowed": False,
    "tradeapi_disabled": False,
    "ping_last": 205190,
}
ACCOUNT = {"login": 7, "server": "S", "trade_mode": 0, "trade_allowed": True, "trade_expert": True, "balance": 1.5}


def values(**account: Any) -> dict[str, Any]:
    return {"terminal": TERMINAL, "account": {**ACCOUNT, **account}, "positions_total": 3}


def test_an_answer_holds_what_terminal_and_account_say() -> None:
    answer = answer_of(values())
    assert (answer.build, answer.ping_us, answer.trade_allowed) == (5833, 205190, False)
    assert (answer.login, answer.server, answer.balance, answer.positions_total) == (7, "S", 1.5, 3)


@pytest.mark.parametrize(
    ("number", "mode"),
    [
        (0, TradeMode.DEMO),
        (1, TradeMode.CONTEST),
        (2, TradeMode.REAL),
        (9, TradeMode.UNKNOWN),
        (None, TradeMode.UNKNOWN),
    ],
)
def test_the_kind_of_money_is_never_guessed(number: int | None, mode: TradeMode) -> None:
    assert answer_of(values(trade_mode=number)).trade_mode is mode


@pytest.mark.parametrize("account", [None, {}, {"login": 0, "trade_mode": 0}])
def test_no_account_is_login_zero_of_unknown_money(account: dict[str, Any] | None) -> None:
    answer = answer_of({"terminal": TERMINAL, "account": account, "positions_total": None})
    assert (answer.login, answer.trade_mode, answer.positions_total) == (0, TradeMode.UNKNOWN, None)


@given(st.integers())
def test_every_code_is_some_problem(code: int) -> None:
    assert problem_of(code, "").value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*TERMINAL, *ACCOUNT, "terminal", "account", "positions_total"]), inner)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["terminal", "account", "positions_total"]), json_values))
def test_foreign_values_are_refused_in_known_ways(data: dict[str, Any]) -> None:
    try:
        assert answer_of(data).build is not None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return


@pytest.mark.parametrize("code", [-1, -6, -7, -10005])
def test_a_one_time_password_is_a_refusal_whatever_code_it_comes_with(code: int) -> None:
    text = "Unsupported authorization mode, OTP or certificate password needed"
    assert problem_of(code, text) is ProbeProblem.AUTH_REFUSED
    assert problem_of(-7, "Unsupported method") is ProbeProblem.OTHER
