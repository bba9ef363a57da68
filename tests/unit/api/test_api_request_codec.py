"""Requests as they travel: what goes out comes back the same, and what is wrong is named."""

from __future__ import annotations

from dataclasses import MISSING, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.errors import UsageInvalid
from mt5console.core.model.ids import RobotId, UserId
from mt5console.core.model.request_codec import KINDS, arguments_of, kind_of, parse_request
from mt5console.core.model.requests import (
    DeployRequest,
    MaintenanceRequest,
    Mode,
    SetModeRequest,
    StopTerminalRequest,
)

_ids = st.integers(1, 2**63 - 1)
_text = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
_values = {
    "UserId": _ids,
    "RobotId": _ids,
    "int | None": st.none() | _ids,
    "float": st.floats(0.001, 3600),
    "float | None": st.none() | st.floats(0, 1e10),
    "bool": st.booleans(),
    "str": _text,
    "str | None": st.none() | _text,
    "Mode": st.sampled_from(Mode),
}
_scalars = st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=5)
_anything = st.recursive(_scalars, st.lists, max_leaves=3)


def _requests():
    def build(kind):
        named = {
            field.name: st.none() | st.sampled_from(["M1", "MN1"])
            if field.name == "timeframe"
            else _values[str(field.type)]
            for field in fields(KINDS[kind])
        }
        return st.builds(KINDS[kind], **named)

    return st.sampled_from(sorted(KINDS)).flatmap(build)


@given(_requests())
def test_every_request_comes_back_as_it_was(request):
    assert parse_request(kind_of(request), arguments_of(request)) == request


@given(st.text(max_size=20), st.dictionaries(st.text(max_size=10), st.none() | st.floats() | st.text() | st.booleans()))
def test_anything_else_is_refused_as_wrong_use(kind, arguments):
    with pytest.raises(UsageInvalid):
        parse_request(kind, arguments)


@given(
    st.sampled_from(sorted(KINDS)),
    _anything,
)
def test_a_value_is_either_taken_or_refused_by_its_fields_name(kind, value):
    name = fields(KINDS[kind])[0].name
    outcome: object = None
    try:
        outcome = arguments_of(parse_request(kind, {name: value}))[name]
    except UsageInvalid as refused:
        outcome = value if kind in refused.text else refused.text
    assert outcome == value


def test_defaults_are_the_requests_own():
    assert parse_request("terminal_stop", {"user_id": 4}) == StopTerminalRequest(user_id=UserId(4))
    assert parse_request("set_mode", {"mode": "observe"}) == SetModeRequest(mode=Mode.OBSERVE)
    assert parse_request("maintenance", {"user_id": 4, "until_utc_s": None}) == MaintenanceRequest(
        user_id=UserId(4), until_utc_s=None
    )
    assert parse_request("deploy", {"robot_id": 5, "timeout_s": 30, "timeframe": "H4"}) == DeployRequest(
        robot_id=RobotId(5), timeout_s=30.0, timeframe="H4"
    )


@pytest.mark.parametrize(
    ("kind", "arguments", "code", "named"),
    [
        ("explode", {}, "unknown_kind", "terminal_start"),
        ("deploy", {}, "missing_argument", "robot_id"),
        ("deploy", {"robot_id": 1, "colour": 2}, "unknown_argument", "colour"),
        ("deploy", {"robot_id": 0}, "wrong_argument", "robot_id"),
        ("deploy", {"robot_id": True}, "wrong_argument", "robot_id"),
        ("deploy", {"robot_id": 2**63}, "wrong_argument", "robot_id"),
        ("deploy", {"robot_id": 1, "timeout_s": 0}, "wrong_argument", "timeout_s"),
        ("deploy", {"robot_id": 1, "timeout_s": float("nan")}, "wrong_argument", "timeout_s"),
        ("deploy", {"robot_id": 1, "timeframe": "H7"}, "wrong_argument", "timeframe"),
        ("deploy", {"robot_id": 1, "symbol": "EUR\nUSD"}, "wrong_argument", "symbol"),
        ("deploy", {"robot_id": 1, "dry_run": 1}, "wrong_argument", "dry_run"),
        ("set_mode", {"mode": "ON"}, "wrong_argument", "mode"),
        ("maintenance", {"user_id": 1}, "missing_argument", "until_utc_s"),
        ("resume", {"user_id": 1, "word": ""}, "wrong_argument", "word"),
    ],
)
def test_what_is_wrong_is_named(kind, arguments, code, named):
    with pytest.raises(UsageInvalid) as refused:
        parse_request(kind, arguments)
    assert refused.value.code == code
    assert named in refused.value.text


def test_required_arguments_are_those_without_a_default():
    for kind, request_type in KINDS.items():
        for field in fields(request_type):
            if field.default is MISSING:
                with pytest.raises(UsageInvalid):
                    parse_request(kind, {})
