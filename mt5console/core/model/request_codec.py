"""Requests as they travel: a kind (one word) and named arguments, to and from the dataclasses of `requests`.

What comes in may come from anybody: every argument is checked by its field's type before a request exists.
Must not know: which wire carried it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, get_args

from mt5console.core.errors import UsageInvalid
from mt5console.core.model.ids import Timeframe
from mt5console.core.model.requests import (
    AcknowledgeRequest,
    CancelDeployRequest,
    DeployRequest,
    EnableAlgoRequest,
    MaintenanceRequest,
    Mode,
    PauseRequest,
    ReconnectRequest,
    ReleaseRequest,
    RemoveRobotRequest,
    Request,
    RestartTerminalRequest,
    ResumeRequest,
    SetModeRequest,
    SilenceRequest,
    StartTerminalRequest,
    StopAllRequest,
    StopTerminalRequest,
)

KINDS: Mapping[str, type[Request]] = {
    "terminal_start": StartTerminalRequest,
    "terminal_stop": StopTerminalRequest,
    "terminal_restart": RestartTerminalRequest,
    "deploy": DeployRequest,
    "deploy_cancel": CancelDeployRequest,
    "robot_remove": RemoveRobotRequest,
    "reconnect": ReconnectRequest,
    "stop_all": StopAllRequest,
    "resume": ResumeRequest,
    "set_mode": SetModeRequest,
    "maintenance": MaintenanceRequest,
    "release": ReleaseRequest,
    "enable_algo": EnableAlgoRequest,
    "pause": PauseRequest,
    "acknowledge": AcknowledgeRequest,
    "silence": SilenceRequest,
}
"""Every kind of request by the word that the API and the command line use for it."""

_NAMES = {request: kind for kind, request in KINDS.items()}

LONGEST_TIMEOUT_S = 3600.0
LONGEST_TEXT = 500
_LARGEST_INTEGER = 2**63 - 1

_Check = Callable[[Any], Any]
"""Gives the value to keep; raises ValueError with what it must be instead."""


def parse_request(kind: str, arguments: Mapping[str, Any]) -> Request:
    """The request that a kind and its arguments stand for.

    Raises `UsageInvalid` (codes `unknown_kind`, `unknown_argument`, `missing_argument`, `wrong_argument`) naming the
    argument, never repeating its value.
    """
    request_type = KINDS.get(kind)
    if request_type is None:
        raise UsageInvalid("unknown_kind", f"There is no such act; the kinds are: {', '.join(sorted(KINDS))}.")
    known = {field.name: field for field in fields(request_type)}
    for name in arguments:
        if name not in known:
            raise UsageInvalid(
                "unknown_argument", f"{kind} takes no argument {_shown(name)}; it takes: {', '.join(known)}."
            )
    values = {name: _value(kind, field, arguments[name]) for name, field in known.items() if name in arguments}
    for name, field in known.items():
        if name not in values and field.default is MISSING:
            raise UsageInvalid("missing_argument", f"{kind} needs the argument {name}.")
    return request_type(**values)


def kind_of(request: Request) -> str:
    """The word of a request's kind."""
    return _NAMES[type(request)]


def arguments_of(request: Request) -> dict[str, Any]:
    """The request's arguments, JSON-able; `parse_request(kind_of(r), arguments_of(r)) == r`."""
    values: dict[str, Any] = {}
    for field in fields(request):
        value = getattr(request, field.name)
        values[field.name] = value.value if isinstance(value, Mode) else value
    return values


def _value(kind: str, field: Field[Any], given: Any) -> Any:
    check = _BY_NAME.get(field.name) or _BY_TYPE[str(field.type)]
    try:
        return check(given)
    except ValueError as wrong:
        raise UsageInvalid("wrong_argument", f"{kind}: {field.name} must be {wrong}.") from None


def _shown(name: object) -> str:
    text = str(name)
    return text if text.isidentifier() and len(text) <= 40 else "with that name"


def _positive_integer(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 < given <= _LARGEST_INTEGER:
        raise ValueError("a positive whole number")
    return given


def _login_or_none(given: Any) -> int | None:
    return None if given is None else _positive_integer(given)


def _number(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise ValueError("a number")
    return float(given)


def _instant_or_none(given: Any) -> float | None:
    if given is None:
        return None
    instant = _number(given)
    if instant < 0:
        raise ValueError("seconds since 1970, or null")
    return instant


def _timeout(given: Any) -> float:
    seconds = _number(given)
    if not 0 < seconds <= LONGEST_TIMEOUT_S:
        raise ValueError(f"more than 0 and at most {LONGEST_TIMEOUT_S:.0f} seconds")
    return seconds


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise ValueError("true or false")
    return given


def _text(given: Any) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST_TEXT or not given.isprintable():
        raise ValueError(f"one line of text (1 to {LONGEST_TEXT} characters)")
    return given


def _text_or_none(given: Any) -> str | None:
    return None if given is None else _text(given)


def _timeframe_or_none(given: Any) -> str | None:
    names = [timeframe.value for timeframe in Timeframe]
    if given is not None and given not in names:
        raise ValueError(f"one of {', '.join(names)}")
    return None if given is None else str(given)


def _mode(given: Any) -> Mode:
    names = [mode.value for mode in Mode]
    if not isinstance(given, str) or given not in names:
        raise ValueError(f"one of {', '.join(names)}")
    return Mode(given)


_BY_NAME: Mapping[str, _Check] = {"timeout_s": _timeout, "timeframe": _timeframe_or_none}
_BY_TYPE: Mapping[str, _Check] = {
    "UserId": _positive_integer,
    "RobotId": _positive_integer,
    "int | None": _login_or_none,
    "float": _number,
    "float | None": _instant_or_none,
    "bool": _flag,
    "str": _text,
    "str | None": _text_or_none,
    "Mode": _mode,
}
"""Checks by a field's annotation as it is written in `requests`."""

_unchecked = {
    str(field.type)
    for request_type in get_args(Request)
    for field in fields(request_type)
    if field.name not in _BY_NAME and str(field.type) not in _BY_TYPE
}
if _unchecked or set(get_args(Request)) != set(KINDS.values()):
    raise TypeError(f"requests without a kind or a check: {sorted(_unchecked)}")
