"""What may be registered and what is refused, each with one clear line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.errors import ConsoleError, RefusedForSafety, UsageInvalid
from mt5console.core.isolation import registry
from mt5console.core.isolation.capacity import ROOM_PER_USER_BYTES, judge_capacity
from mt5console.core.model.ids import Account, Timeframe

PLENTY = 100 * ROOM_PER_USER_BYTES


@pytest.mark.parametrize(
    "server", ["Demo-Server", "XMGlobal-MT5 5", "ICMarketsSC-MT5-2", "Алор-Сервер", "mt5.broker.com:443", "R&D (UK)"]
)
def test_servers_as_brokers_name_them_are_taken(server: str) -> None:
    registry.check_account(Account(login=1, server=server))


@pytest.mark.parametrize(
    "server",
    [
        "",
        " ",
        "Demo\nPassword=x",
        "a=b",
        "../x",
        "a/b",
        "a\\b",
        "x\0",
        "Demo\r",
        "[Common]",
        "a;b",
        " Demo",
        "C:",
        "x" * 65,
    ],
)
def test_servers_that_would_become_structure_or_a_path_are_refused(server: str) -> None:
    with pytest.raises(UsageInvalid) as refused:
        registry.check_account(Account(login=1, server=server))
    assert "\n" not in refused.value.text


@pytest.mark.parametrize("login", [0, -1, 2**63, True])
def test_logins_are_positive_whole_numbers(login: int) -> None:
    with pytest.raises(UsageInvalid):
        registry.check_account(Account(login=login, server="Demo-Server"))


@pytest.mark.parametrize("value", [0, -3, 2**53, True])
def test_ids_are_positive_whole_numbers(value: int) -> None:
    with pytest.raises(UsageInvalid):
        registry.check_id(value, "robot")


@pytest.mark.parametrize(
    "symbol",
    ["EURUSD", "EURUSD.m", "#AAPL", "US30_x", "XAUUSD+", ".US500Cash", "Volatility 100 (1s) Index", "BRK-B", "S&P"],
)
def test_symbols_as_brokers_name_them_are_taken(symbol: str) -> None:
    registry.check_symbol(symbol)


@pytest.mark.parametrize(
    "symbol", ["", ".", "..", "a..b", "EUR/USD", "EUR\\USD", "A\nB", "a=b", "<expert>", "EURUSD ", "x" * 65, "\u202eX"]
)
def test_symbols_that_are_none_are_refused(symbol: str) -> None:
    with pytest.raises(UsageInvalid):
        registry.check_symbol(symbol)


@given(text=st.text(max_size=70))
def test_no_text_that_passes_can_break_a_line_or_leave_a_folder(text: str) -> None:
    for check in (registry.check_symbol, lambda name: registry.check_account(Account(login=1, server=name))):
        try:
            check(text)
        except ConsoleError as refused:
            assert "\n" not in refused.text  # noqa: PT017 - both ends are judged
        else:
            assert not set(text) & set("\r\n\0/\\=;<>\"'[]*?|") - {"'"}
            assert ".." not in text


def test_timeframes_go_by_their_names() -> None:
    assert registry.timeframe_of("H4") is Timeframe.H4
    assert registry.timeframe_of(Timeframe.MN1) is Timeframe.MN1
    for wrong in ("h4", "H5", "", "H4\n"):
        with pytest.raises(UsageInvalid, match="MN1"):
            registry.timeframe_of(wrong)


def test_inputs_must_be_those_of_the_source_and_one_line_each() -> None:
    declared = ["Lots"]
    registry.check_inputs([("Lots", "0.2")], declared)
    registry.check_inputs([("Anything", "1")], [])
    for wrong in (
        [("lots", "1")],
        [("Lots", "1\n</inputs>")],
        [("Lots", "1"), ("Lots", "2")],
        [("a b", "1")],
        [("", "")],
    ):
        with pytest.raises(UsageInvalid):
            registry.check_inputs(wrong, declared)


def test_an_input_is_as_long_as_metatrader_takes_it() -> None:
    registry.check_inputs([("Note", "x" * 250)], [])
    with pytest.raises(UsageInvalid, match=r"input Note takes 250 characters at most \(MetaTrader takes 255"):
        registry.check_inputs([("Note", "x" * 251)], [])


def test_up_to_the_recommended_number_nobody_is_bothered() -> None:
    assert judge_capacity(3, 10, False, PLENTY) == ()
    assert len(judge_capacity(9, 10, False, PLENTY)) == 1


def test_beyond_it_a_person_must_accept() -> None:
    with pytest.raises(RefusedForSafety) as refused:
        judge_capacity(10, 10, False, PLENTY)
    assert refused.value.exit_code == 6
    assert "--over-capacity" in refused.value.text
    assert len(judge_capacity(10, 10, True, PLENTY)) == 1


def test_a_nearly_full_disk_is_a_warning() -> None:
    assert "GB" in judge_capacity(0, 10, False, ROOM_PER_USER_BYTES // 2)[0]
