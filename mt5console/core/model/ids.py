"""Names of things: users, robots, accounts, deployments, timeframes, and the two clocks' reading.

Must not know: files, processes, or what any of these things is doing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

UserId = NewType("UserId", int)
"""Positive integer; owns one portable terminal directory `user_<id>`."""

RobotId = NewType("RobotId", int)
"""Positive integer, unique in its base directory; determines its user."""

ServerId = NewType("ServerId", str)
"""Name of the trading machine; ids carry it so that several servers are more of the same."""

DeploymentId = NewType("DeploymentId", str)
"""One attempt to put one robot version on one terminal; the robot echoes it in READY and in every beat."""

OperationId = NewType("OperationId", str)
"""One act that a person or script asked for; can be asked after until it has ended."""

Slot = NewType("Slot", str)
"""`a` or `b`: the two compiled files that a robot's versions alternate between."""

SLOT_A = Slot("a")
SLOT_B = Slot("b")


class Timeframe(StrEnum):
    """Chart periods of MetaTrader 5, by the names that traders use."""

    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    M4 = "M4"
    M5 = "M5"
    M6 = "M6"
    M10 = "M10"
    M12 = "M12"
    M15 = "M15"
    M20 = "M20"
    M30 = "M30"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"
    H4 = "H4"
    H6 = "H6"
    H8 = "H8"
    H12 = "H12"
    D1 = "D1"
    W1 = "W1"
    MN1 = "MN1"


class TradeMode(StrEnum):
    """What kind of money an account holds, as observed; never assumed."""

    DEMO = "demo"
    CONTEST = "contest"
    REAL = "real"
    UNKNOWN = "unknown"

    @property
    def counts_as_real(self) -> bool:
        """Unknown counts as real money: when in doubt, ask a person."""
        return self in (TradeMode.REAL, TradeMode.UNKNOWN)


class MarginMode(StrEnum):
    """How an account holds positions: each by itself (hedging), or one per symbol, whoever opened it."""

    HEDGING = "hedging"
    NETTING = "netting"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Account:
    """A login at a broker's server. The password is never part of it: the keyring holds it."""

    login: int
    server: str

    def __str__(self) -> str:
        return f"{self.login}@{self.server}"


def same_server(one: str, other: str) -> bool:
    """Whether two names mean one broker's server: compared without case and surrounding blanks."""
    return one.strip().casefold() == other.strip().casefold()


def same_account(one: Account, other: Account) -> bool:
    """Whether two names mean one account."""
    return one.login == other.login and same_server(one.server, other.server)


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """One reading of both clocks, handed to every decision so that none reads a clock itself.

    `mono_s`: seconds of a clock that never jumps, for ages and deadlines within this engine's life.
    `utc_s`: seconds since 1970, for what is stored or shown; may jump, so stored instants that lie in
    the future are to be treated as now.
    """

    mono_s: float
    utc_s: float
