"""The terminal as its programs see it: `ProgramHost` over charts, session, market, globals and files.

Must not know: the loop, faults, or what programs do with it.
"""

from __future__ import annotations

import os
import time

from mt5console.core.model.ids import TradeMode
from mt5console.core.model.observed import ChartSeen, PositionSeen, SessionSeen
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.simulation.broker import Broker, profit_of
from mt5console.simulation.chartfile import PERIODS, decode_chart, encode_chart
from mt5console.simulation.charts import Charts, title
from mt5console.simulation.clock import TerminalClock
from mt5console.simulation.disk import Disk
from mt5console.simulation.globalvars import GlobalVariables
from mt5console.simulation.journal import Journal
from mt5console.simulation.market import Market
from mt5console.simulation.programs import AccountSeen, ChartOfProgram
from mt5console.simulation.session import AccountSession

_LONGEST_SLEEP_S = 5.0


class TerminalHost:
    """One terminal's `ProgramHost`. `algo_is_on` is the toolbar's button; `charts` is set by the terminal."""

    charts_table: Charts

    def __init__(
        self,
        *,
        layout: TerminalLayout,
        disk: Disk,
        broker: Broker,
        session: AccountSession,
        market: Market,
        experts_log: Journal,
        build: int,
        clock: TerminalClock | None = None,
    ) -> None:
        self.clock = clock or TerminalClock()
        self.layout = layout
        self.broker = broker
        self.session = session
        self.market = market
        self._experts_log = experts_log
        self.disk = disk
        self.data_path = str(layout.root)
        self.build = build
        self.variables = GlobalVariables()
        self.algo_is_on = False

    def utc(self) -> float:
        """TimeGMT()."""
        return self.clock.utc()

    def tick_ms(self) -> int:
        """GetTickCount64()."""
        return int(self.clock.mono() * 1000)

    def time_current(self) -> float:
        """The last quote's time; the charts' symbols are the ones that are quoted."""
        now = self.clock.utc()
        for symbol in {chart.symbol for chart in self.charts_table.open_charts}:
            self.market.quote(symbol, now)
        return self.market.time_current()

    def quote(self, symbol: str) -> tuple[float | None, int]:
        """The symbol's last quote and the count of quotes."""
        quote = self.market.quote(symbol, self.clock.utc())
        return quote.utc_s, quote.ticks

    def print(self, chart: ChartOfProgram, text: str) -> None:
        """A line of the experts log."""
        self._experts_log.write(title(chart), text)

    def account(self) -> AccountSeen:
        """The account and the permissions now."""
        account = self.session.account
        return AccountSeen(
            login=self.session.login,
            server=self.session.server,
            trade_mode=TradeMode.UNKNOWN if account is None else account.trade_mode,
            connected=self.session.connected,
            trade_allowed=self.algo_is_on,
            account_trade_allowed=account is not None and account.trade_allowed,
            account_trade_expert=account is not None and account.trade_expert,
            margin_mode=None if account is None else account.margin_mode,
        )

    def trade_allowed_on(self, chart_id: int) -> bool:
        """The switch and the chart's permission."""
        chart = self.charts_table.by_id(chart_id)
        return self.algo_is_on and chart is not None and chart.may_trade

    def set_global(self, name: str, value: float) -> None:
        """Set a global variable; a name that is too long is refused, as GlobalVariableSet does."""
        self.variables.set(name, value, self.clock.utc())

    def delete_global(self, name: str) -> None:
        """Delete a global variable."""
        self.variables.delete(name)

    def globals_starting_with(self, prefix: str) -> tuple[tuple[str, float], ...]:
        """All global variables of this prefix."""
        return self.variables.starting_with(prefix, self.clock.utc())

    def flush_globals(self) -> None:
        """Write the global variables to bases/gvariables.dat. Raises OSError."""
        self.disk.make_directory(str(self.layout.root / "bases"))
        self.variables.save(self.disk, str(self.layout.root / "bases" / "gvariables.dat"))

    def charts(self) -> tuple[ChartSeen, ...]:
        """All open charts."""
        return tuple(
            ChartSeen(chart_id=chart.chart_id, symbol=chart.symbol, timeframe=chart.timeframe, expert=chart.expert)
            for chart in self.charts_table.open_charts
        )

    def sessions(self) -> tuple[SessionSeen, ...]:
        """The sessions of the charts' symbols, sorted by name."""
        now = self.clock.utc()
        found = []
        for name in sorted({chart.symbol for chart in self.charts_table.open_charts}):
            quoted = self.market.quote(name, now).utc_s
            last = None if quoted is None else round(quoted, 3)
            found.append(SessionSeen(symbol=name, is_open=self.market.is_open(name, now), last_quote_utc_s=last))
        return tuple(found)

    def positions(self) -> tuple[PositionSeen, ...] | None:
        """Open positions with their present profit."""
        account = self.session.account
        if account is None:
            return None
        found = []
        for position in self.broker.positions(account.login, account.server):
            symbol = self.broker.symbol(position.symbol)
            quoted = self.market.quote(position.symbol, self.clock.utc()).utc_s
            profit = 0.0 if symbol is None or quoted is None else profit_of(position, symbol, quoted)
            found.append(
                PositionSeen(
                    ticket=position.ticket,
                    symbol=position.symbol,
                    magic=position.magic,
                    volume=position.volume,
                    profit=profit,
                )
            )
        return tuple(found)

    def symbol_exists(self, symbol: str) -> bool:
        """Exactly this name, letter by letter."""
        return self.broker.symbol(symbol) is not None

    def symbol_has_data(self, symbol: str) -> bool:
        """Whether this terminal has the symbol's data."""
        found = self.broker.symbol(symbol)
        return found is not None and found.is_synchronised

    def symbol_is_open(self, symbol: str) -> bool:
        """Whether its session is open."""
        return self.market.is_open(symbol, self.clock.utc())

    def open_chart(self, symbol: str, timeframe: str) -> int:
        """Open a chart; 0 when it cannot be."""
        if timeframe not in PERIODS or not self.symbol_exists(symbol):
            return 0
        chart = self.charts_table.open(symbol, timeframe)
        return 0 if chart is None else chart.chart_id

    def apply_template(self, chart_id: int, path: str, caller: ChartOfProgram) -> bool:
        """Queue the template's expert for a chart."""
        chart = self.charts_table.by_id(chart_id)
        template = decode_chart(self.disk.read(self._template_file(path)) or b"")
        if chart is None or template is None:
            return False
        self.charts_table.queue(chart, template.expert, self._may_trade(caller))
        return True

    def has_template(self, path: str) -> bool:
        """Whether there is a template of this name to apply."""
        return decode_chart(self.disk.read(self._template_file(path)) or b"") is not None

    def close_chart(self, chart_id: int) -> bool:
        """Close a chart."""
        return self.charts_table.close(chart_id)

    def sleep(self, seconds: float) -> None:
        """Sleep(): the whole simulated terminal waits, its other programs too."""
        time.sleep(min(seconds, _LONGEST_SLEEP_S))

    def save_template(self, chart_id: int, path: str) -> bool:
        """ChartSaveTemplate(): a path with a leading backslash is relative to MQL5, else to Profiles/Templates.

        False when there is no such chart. Raises OSError.
        """
        chart = self.charts_table.by_id(chart_id)
        if chart is None:
            return False
        file = self._template_file(path)
        self.disk.make_directory(os.path.dirname(file))
        self.disk.replace(file, encode_chart(self.charts_table.as_file(chart)))
        return True

    def _template_file(self, path: str) -> str:
        """A leading backslash means: relative to MQL5; otherwise it lies among the templates."""
        root = self.layout.mql5 if path.startswith("\\") else self.layout.mql5 / "Profiles" / "Templates"
        name = path if path.lower().endswith(".tpl") else f"{path}.tpl"
        return str(root.joinpath(*name.strip("\\").split("\\")))

    def screenshot(self, chart_id: int, path: str) -> bool:
        """A small picture of one colour: enough to be a valid PNG."""
        if self.charts_table.by_id(chart_id) is None:
            return False
        self.disk.replace(path, _plain_png(320, 200, (24, 32, 40)))
        return True

    def _may_trade(self, caller: ChartOfProgram) -> bool:
        chart = self.charts_table.by_id(caller.chart_id)
        return chart is not None and chart.may_trade


def _plain_png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    import struct
    import zlib

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows, 9)) + part(b"IEND", b"")
