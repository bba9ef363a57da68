"""Quotes as one terminal sees them: they stand still while the session is closed or the link is down.

Must not know: charts, robots, or how prices come about.
"""

from __future__ import annotations

from collections.abc import Callable

from mt5console.simulation.broker import Broker, Symbol, price_at


class Quote:
    """The last quote of one symbol: when it came, and how many came so far."""

    __slots__ = ("seen_utc_s", "symbol", "ticks", "utc_s")

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.utc_s: float | None = None
        self.ticks = 0
        self.seen_utc_s = 0.0


class Market:
    """The quotes of one terminal. `is_linked` says whether the broker is reached; `closed` names what a fault closes
    (a symbol, `""` for all), with the instant since when."""

    def __init__(self, broker: Broker, is_linked: Callable[[], bool]) -> None:
        self._broker = broker
        self._is_linked = is_linked
        self._quotes: dict[str, Quote] = {}
        self.closed: dict[str, float] = {}

    def is_open(self, name: str, utc_s: float) -> bool:
        """Whether the symbol's session is open now; False for an unknown symbol."""
        symbol = self._broker.symbol(name)
        return symbol is not None and self._is_trading(symbol, utc_s)

    def quote(self, name: str, utc_s: float) -> Quote:
        """The last quote, after all ticks up to this instant."""
        quote = self._quotes.get(name)
        if quote is None:
            quote = self._quotes[name] = Quote(name)
            quote.seen_utc_s = utc_s
        symbol = self._broker.symbol(name)
        if symbol is None or not self._is_linked():
            quote.seen_utc_s = utc_s
            return quote
        if self._is_trading(symbol, utc_s):
            quote.ticks += max(0, int(utc_s / symbol.tick_s) - int(quote.seen_utc_s / symbol.tick_s))
            quote.utc_s = max(quote.utc_s or 0.0, int(utc_s / symbol.tick_s) * symbol.tick_s)
        elif quote.utc_s is None:
            # A terminal that comes up on a closed market shows the session's last quote.
            closed = symbol.closed_utc_s or self.closed.get(name) or self.closed.get("") or utc_s
            quote.utc_s = min(closed, utc_s)
        quote.seen_utc_s = utc_s
        return quote

    def prices(self, name: str, utc_s: float) -> tuple[float, float] | None:
        """Bid and ask of the last quote, None without one."""
        symbol = self._broker.symbol(name)
        quoted = self.quote(name, utc_s).utc_s
        return None if symbol is None or quoted is None else price_at(symbol, quoted)

    def time_current(self) -> float:
        """TimeCurrent(): the time of the last quote of any symbol; 0 before the first."""
        return max((quote.utc_s or 0.0 for quote in self._quotes.values()), default=0.0)

    def _is_trading(self, symbol: Symbol, utc_s: float) -> bool:
        return symbol.is_open(utc_s) and symbol.name not in self.closed and "" not in self.closed
