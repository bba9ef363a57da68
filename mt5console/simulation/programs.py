"""What an MQL5 program and its terminal see of each other: the interface between charts and experts.

The simulated robots and agent are written against `ProgramHost` alone, as MQL5 programs are against MQL5's functions.
Must not know: processes, journals, brokers.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, Protocol, runtime_checkable

from mt5console.core.model.ids import MarginMode, TradeMode
from mt5console.core.model.observed import ChartSeen, PositionSeen, SessionSeen
from mt5console.simulation.disk import Disk

HOME_INPUT = "Mt5ConsoleHome"
"""Input of an agent: `true` on the chart of the profile that it gave itself."""


class Deinit(IntEnum):
    """OnDeinit's reasons, MetaTrader's numbers."""

    PROGRAM = 0
    REMOVE = 1
    CHART_CHANGE = 3
    CHART_CLOSE = 4
    ACCOUNT = 6
    TEMPLATE = 7
    INIT_FAILED = 8
    CLOSE = 9


class ChartOfProgram(NamedTuple):
    """The chart that a program runs on, and its inputs: all that its binary declares, with their present values.

    `given`: names of the declared inputs that the template or profile set; the rest have their defaults.
    """

    chart_id: int
    symbol: str
    timeframe: str
    expert: str
    inputs: tuple[tuple[str, str], ...]
    given: frozenset[str] = frozenset()

    def input(self, name: str) -> str:
        """The input's value, empty when the program declares none of this name."""
        return dict(self.inputs).get(name, "")


class AccountSeen(NamedTuple):
    """AccountInfo and TerminalInfo as a program reads them; `login` is 0 when nobody is logged in."""

    login: int
    server: str
    trade_mode: TradeMode
    connected: bool
    trade_allowed: bool
    account_trade_allowed: bool
    account_trade_expert: bool
    margin_mode: MarginMode | None


class ApplyEnd(IntEnum):
    """What came of putting an expert on a chart."""

    RUNNING = 0
    NO_TEMPLATE = 1
    NO_EXPERT = 2
    NOT_LOADED = 3
    INIT_FAILED = 4


class ProgramHost(Protocol):
    """The terminal as one program sees it."""

    disk: Disk
    data_path: str
    build: int

    def utc(self) -> float:
        """TimeGMT(), seconds."""
        ...

    def tick_ms(self) -> int:
        """GetTickCount64()."""
        ...

    def sleep(self, seconds: float) -> None:
        """Sleep(): the whole simulated terminal waits, its other programs too."""
        ...

    def time_current(self) -> float:
        """TimeCurrent(): the last quote's time, 0 before the first."""
        ...

    def quote(self, symbol: str) -> tuple[float | None, int]:
        """The symbol's last quote (UTC seconds, None without one) and how many quotes came so far."""
        ...

    def print(self, chart: ChartOfProgram, text: str) -> None:
        """Print(): a line of the experts log."""
        ...

    def account(self) -> AccountSeen:
        """The account and the terminal's permissions now."""
        ...

    def trade_allowed_on(self, chart_id: int) -> bool:
        """MQLInfoInteger(MQL_TRADE_ALLOWED): the terminal's switch and the chart's permission."""
        ...

    def set_global(self, name: str, value: float) -> None:
        """GlobalVariableSet()."""
        ...

    def delete_global(self, name: str) -> None:
        """GlobalVariableDel()."""
        ...

    def globals_starting_with(self, prefix: str) -> tuple[tuple[str, float], ...]:
        """All global variables of this prefix."""
        ...

    def flush_globals(self) -> None:
        """GlobalVariablesFlush(). Raises OSError."""
        ...

    def charts(self) -> tuple[ChartSeen, ...]:
        """All open charts and their experts."""
        ...

    def sessions(self) -> tuple[SessionSeen, ...]:
        """The sessions of all symbols on open charts."""
        ...

    def positions(self) -> tuple[PositionSeen, ...] | None:
        """Open positions of the account, None when nobody is logged in."""
        ...

    def symbol_exists(self, symbol: str) -> bool:
        """Whether the broker has exactly this symbol."""
        ...

    def symbol_has_data(self, symbol: str) -> bool:
        """SymbolSelect() and SymbolIsSynchronized(): whether experts can begin on it."""
        ...

    def symbol_is_open(self, symbol: str) -> bool:
        """Whether the symbol's session is open."""
        ...

    def open_chart(self, symbol: str, timeframe: str) -> int:
        """ChartOpen(): the chart's id, 0 when the limit of open charts is reached."""
        ...

    def apply_template(self, chart_id: int, path: str, caller: ChartOfProgram) -> bool:
        """ChartApplyTemplate(): queued for the chart; what becomes of the expert is seen there later. A path with a
        leading backslash is relative to MQL5. False when there is no such chart or template."""
        ...

    def close_chart(self, chart_id: int) -> bool:
        """ChartClose(); also of the caller's own chart. False when there is none of this id."""
        ...

    def screenshot(self, chart_id: int, path: str) -> bool:
        """ChartScreenShot() into a file; False when there is no such chart. Raises OSError."""
        ...


class Program(Protocol):
    """An expert advisor: OnInit, OnTimer, OnDeinit. `period_s`: EventSetTimer's seconds."""

    period_s: float

    def on_init(self) -> int:
        """0 when it may run; anything else removes it from its chart."""
        ...

    def on_timer(self) -> None:
        """A timer event; never stacked, never late by a quote."""
        ...

    def on_deinit(self, reason: Deinit) -> None:
        """The last call."""
        ...


@runtime_checkable
class HearsTicks(Protocol):
    """A program with an OnTick of its own; the simulation's Python programs count quotes instead."""

    def on_ticks(self) -> None:
        """One OnTick for each quote since the last look."""
        ...
