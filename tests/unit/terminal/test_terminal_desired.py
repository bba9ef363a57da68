"""desired.json: who may open positions, and where; an older console's file names the deployment alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.model.desired import Permit
from mt5console.core.model.ids import DeploymentId
from mt5console.core.terminal.protocol import decode_desired, encode_desired

PLACED = Permit(deployment_id=DeploymentId("d1"), login=5001, server="Demo-Server", symbol="EURUSD.x", timeframe="H1")


@pytest.mark.parametrize("permit", [PLACED, Permit(deployment_id=DeploymentId("d1"))])
def test_what_is_written_is_read_back(permit: Permit) -> None:
    assert decode_desired(encode_desired(permit)) == permit


def test_nobody_may_trade_when_none_is_named() -> None:
    assert decode_desired(encode_desired(None)) is None
    assert decode_desired(None) is None


def test_a_file_that_names_the_deployment_alone_says_nothing_of_the_place() -> None:
    assert decode_desired(b'{"protocol":1,"deployment_id":"d1"}') == Permit(deployment_id=DeploymentId("d1"))


@given(
    st.dictionaries(
        st.sampled_from(["login", "server", "symbol", "timeframe"]),
        st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.lists(st.integers())),
    )
)
def test_a_value_of_another_kind_counts_as_not_said(strange: dict[str, object]) -> None:
    content = json.dumps({"protocol": 1, "deployment_id": "d1", **strange}).encode()
    assert decode_desired(content) == Permit(deployment_id=DeploymentId("d1"))


@given(st.integers(min_value=0, max_value=200))
def test_half_a_file_names_nobody(length: int) -> None:
    whole = encode_desired(PLACED)
    assert decode_desired(whole[:length]) == (PLACED if length >= len(whole) else None)
