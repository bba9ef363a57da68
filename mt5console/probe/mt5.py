"""Maps what the MetaTrader5 package says to the core's words.

Must not know: processes, or how the package was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mt5console.core.model.ids import TradeMode
from mt5console.core.model.observed import ProbeAnswer, ProbeProblem
from mt5console.core.model.refusal import asks_one_time
from mt5console.probe.worker import OWN_FAULT

AUTH_FAILED = -6
INVALID_VERSION = -5
TIMED_OUT = -10005
GONE_CODES = (-10001, -10002, -10004)
"""A dead terminal shows as any of them: killed between calls, during one, or after the connection was given up."""

_TRADE_MODES = {0: TradeMode.DEMO, 1: TradeMode.CONTEST, 2: TradeMode.REAL}


def problem_of(code: int, text: str) -> ProbeProblem:
    """What an error of the package means for us: its code, and its text where it asks for a one-time password."""
    if asks_one_time(text):
        return ProbeProblem.AUTH_REFUSED
    if code in GONE_CODES:
        return ProbeProblem.GONE
    if code == TIMED_OUT:
        return ProbeProblem.LOGIN_PENDING
    if code == AUTH_FAILED:
        return ProbeProblem.AUTH_REFUSED
    if code == INVALID_VERSION:
        return ProbeProblem.VERSION
    if code == OWN_FAULT:
        return ProbeProblem.OWN_SIDE
    return ProbeProblem.OTHER


def answer_of(values: Mapping[str, Any]) -> ProbeAnswer:
    """The answer in `terminal`, `account` (None without one) and `positions_total` as the package's fields.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    terminal: Mapping[str, Any] = values["terminal"]
    account: Mapping[str, Any] = values["account"] or {}
    positions = values["positions_total"]
    login = int(account.get("login", 0))
    return ProbeAnswer(
        build=int(terminal["build"]),
        path=str(terminal["path"]),
        data_path=str(terminal["data_path"]),
        connected=bool(terminal["connected"]),
        trade_allowed=bool(terminal["trade_allowed"]),
        tradeapi_disabled=bool(terminal["tradeapi_disabled"]),
        ping_us=int(terminal["ping_last"]),
        login=login,
        server=str(account.get("server", "")),
        trade_mode=_TRADE_MODES.get(account.get("trade_mode", -1), TradeMode.UNKNOWN) if login else TradeMode.UNKNOWN,
        account_trade_allowed=bool(account.get("trade_allowed", False)),
        account_trade_expert=bool(account.get("trade_expert", False)),
        balance=float(account.get("balance", 0.0)),
        equity=float(account.get("equity", 0.0)),
        currency=str(account.get("currency", "")),
        positions_total=None if positions is None else int(positions),
    )
