"""What a simulated terminal answers a compiled MQL5 program: clock, timers, account and terminal; the rest by rooms.

Must not know: pipes, processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from mt5console.core.model.ids import MarginMode, TradeMode
from mt5console.simulation.broker import COMPANY
from mt5console.simulation.host import TerminalHost
from mt5console.simulation.native import NativeProgram
from mt5console.simulation.native_charts import ChartCalls
from mt5console.simulation.native_globals import GlobalCalls
from mt5console.simulation.native_market import MarketCalls
from mt5console.simulation.native_trade import TradeCalls
from mt5console.simulation.native_values import Arguments, Refusal, When
from mt5console.simulation.programs import ChartOfProgram, Deinit

Answer = tuple[object, ...]
Call = Callable[[NativeProgram, Arguments], Answer]

UNKNOWN_FUNCTION = 4014
_TRADE_MODES = {TradeMode.DEMO: 0, TradeMode.CONTEST: 1}
_MARGIN_MODES = {MarginMode.NETTING: 0, MarginMode.EXCHANGE: 1}
_HEDGING = 2
_EXPERT = 2
_CHART_WRONG_ID = 4101
_CHART_CANNOT_OPEN = 4105
_NO_GLOBAL = 4501
_NO_INFO = 4022
_FILE_FAILED = 5004
_ERROR_CHART_TEMPLATE = 4106


class NativeCalls:
    """`NativeTerminal` over one terminal's host. `expel(chart_id)` takes a dead program's expert off its chart."""

    def __init__(self, host: TerminalHost) -> None:
        self._host = host
        self._functions: dict[str, Call] = {
            **_clock(host),
            **_timers(),
            **_about(host),
            **GlobalCalls(host).functions,
            **ChartCalls(host).functions,
            **MarketCalls(host).functions,
            **TradeCalls(host).functions,
        }

    @property
    def disk_is_full(self) -> bool:
        """Whether this terminal's disk is full now."""
        return self._host.disk.is_full

    def call(self, program: NativeProgram, function: str, arguments: Sequence[str]) -> Answer:
        """The answer to one function; `Refusal` for one that this terminal does not have."""
        found = self._functions.get(function)
        if found is None:
            self._host.print(program.chart, f"this simulated terminal has no function {function}")
            raise Refusal(UNKNOWN_FUNCTION)
        return found(program, Arguments(arguments))

    def print(self, chart: ChartOfProgram, text: str) -> None:
        """A line of the experts log."""
        self._host.print(chart, text)

    def ticks_of(self, symbol: str) -> int:
        """Quotes of the symbol so far."""
        return self._host.quote(symbol)[1]

    def thrown_out(self, chart_id: int) -> None:
        """The chart loses its expert, and the journal says so."""
        chart = self._host.charts_table.by_id(chart_id)
        if chart is not None:
            self._host.charts_table.remove_expert(chart, Deinit.PROGRAM)


def _clock(host: TerminalHost) -> dict[str, Call]:
    def utc(_program: NativeProgram, _words: Arguments) -> Answer:
        return (When(host.utc()),)

    def local(_program: NativeProgram, _words: Arguments) -> Answer:
        now = host.utc()
        return (When(now + time.localtime(now).tm_gmtoff),)

    def sleep(_program: NativeProgram, words: Arguments) -> Answer:
        host.sleep(words.whole() / 1000)
        return ()

    return {
        # This broker's server keeps UTC, as the simulated quotes do.
        "TimeGMT": utc,
        "TimeTradeServer": utc,
        "TimeLocal": local,
        "TimeCurrent": lambda _p, _w: (When(host.time_current()),),
        "TimeGMTOffset": lambda _p, _w: (-time.localtime(host.utc()).tm_gmtoff,),
        "TimeDaylightSavings": lambda _p, _w: (0,),
        "GetTickCount": lambda _p, _w: (host.tick_ms() % 2**32,),
        "GetTickCount64": lambda _p, _w: (host.tick_ms(),),
        "GetMicrosecondCount": lambda _p, _w: (int(host.clock.mono() * 1e6),),
        "Sleep": sleep,
        "IsStopped": lambda _p, _w: (False,),
    }


def _timers() -> dict[str, Call]:
    def set_timer(unit_s: float) -> Call:
        def act(program: NativeProgram, words: Arguments) -> Answer:
            program.period_s = max(words.whole() * unit_s, 0.01)
            return (True,)

        return act

    def kill_timer(program: NativeProgram, _words: Arguments) -> Answer:
        program.period_s = float("inf")
        return ()

    return {
        "EventSetTimer": set_timer(1.0),
        "EventSetMillisecondTimer": set_timer(0.001),
        "EventKillTimer": kill_timer,
    }


def _about(host: TerminalHost) -> dict[str, Call]:
    """TerminalInfo…, MQLInfo…, AccountInfo…"""

    def of(values: Callable[[NativeProgram], dict[str, object]], empty: object) -> Call:
        def act(program: NativeProgram, words: Arguments) -> Answer:
            known = values(program)
            what = words.text()
            if what not in known:
                raise Refusal(_NO_INFO, empty)
            return (known[what],)

        return act

    def terminal(_program: NativeProgram) -> dict[str, object]:
        return {
            "TERMINAL_BUILD": host.build,
            "TERMINAL_CONNECTED": int(host.session.connected),
            "TERMINAL_TRADE_ALLOWED": int(host.algo_is_on),
            "TERMINAL_DLLS_ALLOWED": 0,
            "TERMINAL_MAXBARS": 100_000,
            "TERMINAL_CODEPAGE": 1252,
            "TERMINAL_PING_LAST": 21_350 if host.session.connected else 0,
            "TERMINAL_X64": 1,
        }

    def mql(program: NativeProgram) -> dict[str, object]:
        return {
            "MQL_TRADE_ALLOWED": int(host.trade_allowed_on(program.chart.chart_id)),
            "MQL_DLLS_ALLOWED": 0,
            "MQL_PROGRAM_TYPE": _EXPERT,
            "MQL_DEBUG": 0,
            "MQL_TESTER": 0,
            "MQL_OPTIMIZATION": 0,
            "MQL_VISUAL_MODE": 0,
        }

    def terminal_text(_program: NativeProgram) -> dict[str, object]:
        return {
            "TERMINAL_PATH": host.data_path,
            "TERMINAL_DATA_PATH": host.data_path,
            "TERMINAL_COMMONDATA_PATH": host.data_path,
            "TERMINAL_NAME": "MetaTrader 5",
            "TERMINAL_COMPANY": COMPANY,
            "TERMINAL_LANGUAGE": "English",
        }

    def mql_text(program: NativeProgram) -> dict[str, object]:
        chart = host.charts_table.by_id(program.chart.chart_id)
        running = None if chart is None else chart.running
        path = "" if running is None else running.block.path
        return {"MQL_PROGRAM_NAME": program.chart.expert, "MQL_PROGRAM_PATH": f"{host.data_path}\\MQL5\\{path}"}

    def account(_program: NativeProgram) -> dict[str, object]:
        seen, known = host.account(), host.session.account
        return {
            "ACCOUNT_LOGIN": seen.login,
            "ACCOUNT_TRADE_MODE": _TRADE_MODES.get(seen.trade_mode, 2),
            "ACCOUNT_TRADE_ALLOWED": int(seen.account_trade_allowed),
            "ACCOUNT_TRADE_EXPERT": int(seen.account_trade_expert),
            "ACCOUNT_LEVERAGE": 0 if known is None else known.leverage,
            "ACCOUNT_LIMIT_ORDERS": 200,
            "ACCOUNT_MARGIN_MODE": 0 if known is None else _MARGIN_MODES.get(known.margin_mode, _HEDGING),
            "ACCOUNT_CURRENCY_DIGITS": 2,
        }

    def account_money(_program: NativeProgram) -> dict[str, object]:
        known = host.session.account
        balance = 0.0 if known is None else known.balance
        profit = round(sum(position.profit for position in host.positions() or ()), 2)
        return {
            "ACCOUNT_BALANCE": balance,
            "ACCOUNT_PROFIT": profit,
            "ACCOUNT_EQUITY": round(balance + profit, 2),
            "ACCOUNT_CREDIT": 0.0,
            "ACCOUNT_MARGIN": 0.0,
            "ACCOUNT_MARGIN_FREE": round(balance + profit, 2),
            "ACCOUNT_MARGIN_LEVEL": 0.0,
        }

    def account_text(_program: NativeProgram) -> dict[str, object]:
        known = host.session.account
        return {
            "ACCOUNT_SERVER": host.account().server,
            "ACCOUNT_NAME": "" if known is None else f"Account {host.account().login}",
            "ACCOUNT_CURRENCY": "" if known is None else known.currency,
            "ACCOUNT_COMPANY": "" if known is None else COMPANY,
        }

    return {
        "TerminalInfoInteger": of(terminal, 0),
        "TerminalInfoString": of(terminal_text, None),
        "MQLInfoInteger": of(mql, 0),
        "MQLInfoString": of(mql_text, None),
        "AccountInfoInteger": of(account, 0),
        "AccountInfoDouble": of(account_money, 0.0),
        "AccountInfoString": of(account_text, None),
    }
