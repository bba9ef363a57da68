"""agent/status.json as agents of every age write it: what an older one does not tell is unknown, never an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mt5console.core.model.ids import MarginMode
from mt5console.core.model.observed import AgentStatus
from mt5console.core.terminal.protocol import decode_status, encode_status

OLDER = {
    "protocol": 1,
    "sequence": 3,
    "utc": 10,
    "started_utc": 7,
    "agent_version": "1.0",
    "build": 5260,
    "data_path": "C:\\t",
    "login": 5001,
    "server": "Demo-Server",
    "trade_mode": "demo",
    "connected": True,
    "trade_allowed": True,
    "account_trade_allowed": True,
    "account_trade_expert": True,
    "charts": [],
    "globals": {},
    "sessions": [],
    "positions": [],
}


def told(**members: Any) -> AgentStatus:
    status = decode_status(json.dumps({**OLDER, **members}).encode())
    assert status is not None
    return status


def test_an_older_agent_does_not_tell_its_own_permission() -> None:
    assert told().agent_trade_allowed is None


@pytest.mark.parametrize(("value", "meaning"), [(True, True), (False, False), (None, None), ("false", None), (0, None)])
def test_the_agents_own_permission(value: Any, meaning: bool | None) -> None:
    status = told(agent_trade_allowed=value)
    assert status.agent_trade_allowed is meaning
    assert decode_status(encode_status(status)) == status


def test_an_older_agent_does_not_tell_how_positions_are_held() -> None:
    assert told().margin_mode is None


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("hedging", MarginMode.HEDGING),
        ("netting", MarginMode.NETTING),
        ("exchange", MarginMode.EXCHANGE),
        ("unknown", None),
        ("of a later agent", None),
        (None, None),
        (["netting"], None),
    ],
)
def test_how_positions_are_held(value: Any, meaning: MarginMode | None) -> None:
    status = told(margin_mode=value)
    assert status.margin_mode is meaning
    assert decode_status(encode_status(status)) == status
