"""Symbols, quotes, bars and indicators of the simulated market, as compiled MQL5 programs ask for them.

Bars are drawn from the same price at every instant that every terminal sees. Must not know: pipes, charts, orders.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mt5console.simulation.broker import Symbol, price_at
from mt5console.simulation.host import TerminalHost
from mt5console.simulation.native import NativeProgram
from mt5console.simulation.native_values import Arguments, Refusal, When, flat

Answer = tuple[object, ...]
Call = Callable[[NativeProgram, Arguments], Answer]

_UNKNOWN_SYMBOL = 4301
_NO_PROPERTY = 4303
_NO_DATA = 4401
_WRONG_INDICATOR = 4802
_DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
_FULL_TRADE = 4
_AT_MARKET = 2
_SAMPLES = 8
_MOST_BARS = 20_000

_MINUTES = {"M": 60, "H": 3600, "D": 86_400, "W": 604_800, "MN": 2_592_000}


class Bar(NamedTuple):
    """One bar in MqlRates' order."""

    time: When
    open: float
    high: float
    low: float
    close: float
    tick_volume: int
    spread: int
    real_volume: int


class MarketCalls:
    """`functions`: what is answered, by name."""

    def __init__(self, host: TerminalHost) -> None:
        self._host = host
        self._next_handle = 9
        self.functions: dict[str, Call] = {
            "SymbolInfoInteger": self._property(self._whole_of, 0),
            "SymbolInfoDouble": self._property(self._real_of, 0.0),
            "SymbolInfoString": self._property(_text_of, None),
            "SymbolInfoTick": self._tick,
            "SymbolInfoSessionTrade": self._session,
            "SymbolInfoSessionQuote": self._session,
            "SymbolSelect": lambda _p, words: (self._known(words.text(), False) is not None,),
            "SymbolExist": self._exists,
            "SymbolIsSynchronized": lambda _p, words: (self._known(words.text(), False).is_synchronised,),
            "SymbolsTotal": lambda _p, _w: (len(host.broker.symbols()),),
            "SymbolName": self._name,
            "Point": lambda program, _w: (10.0 ** -self._own(program).digits,),
            "Digits": lambda program, _w: (self._own(program).digits,),
            "Bars": self._count,
            "iBars": self._count,
            "SeriesInfoInteger": self._series,
            "iTime": self._one(0, When(0)),
            "iOpen": self._one(1, 0.0),
            "iHigh": self._one(2, 0.0),
            "iLow": self._one(3, 0.0),
            "iClose": self._one(4, 0.0),
            "iVolume": self._one(5, 0),
            "iTickVolume": self._one(5, 0),
            "CopyRates": self._copy(None),
            "CopyTime": self._copy(0),
            "CopyOpen": self._copy(1),
            "CopyHigh": self._copy(2),
            "CopyLow": self._copy(3),
            "CopyClose": self._copy(4),
            "CopyTickVolume": self._copy(5),
            "CopySpread": self._copy(6),
            "iMA": self._indicator("iMA", 4),
            "iATR": self._indicator("iATR", 1),
            "iRSI": self._indicator("iRSI", 2),
            "BarsCalculated": self._calculated,
            "CopyBuffer": self._copy_buffer,
            "IndicatorRelease": self._release,
        }

    def _known(self, name: str, *values: object) -> Symbol:
        symbol = self._host.broker.symbol(name)
        if symbol is None:
            raise Refusal(_UNKNOWN_SYMBOL, *values)
        return symbol

    def _own(self, program: NativeProgram) -> Symbol:
        return self._known(program.chart.symbol)

    def _property(self, read: Callable[[Symbol], dict[str, object]], empty: object) -> Call:
        def act(program: NativeProgram, words: Arguments) -> Answer:
            values = read(self._known(words.text() or program.chart.symbol, empty))
            what = words.text()
            if what not in values:
                raise Refusal(_NO_PROPERTY, empty)
            return (values[what],)

        return act

    def _whole_of(self, symbol: Symbol) -> dict[str, object]:
        quoted = int(self._host.quote(symbol.name)[0] or 0)
        return {
            "SYMBOL_DIGITS": symbol.digits,
            "SYMBOL_SPREAD": round(symbol.spread * 10**symbol.digits),
            "SYMBOL_SPREAD_FLOAT": 0,
            "SYMBOL_TIME": quoted,
            "SYMBOL_TIME_MSC": int((self._host.quote(symbol.name)[0] or 0) * 1000),
            "SYMBOL_TRADE_MODE": _FULL_TRADE,
            "SYMBOL_TRADE_STOPS_LEVEL": 0,
            "SYMBOL_TRADE_FREEZE_LEVEL": 0,
            "SYMBOL_TRADE_EXEMODE": _AT_MARKET,
            "SYMBOL_FILLING_MODE": 1,
            "SYMBOL_SELECT": 1,
            "SYMBOL_VISIBLE": 1,
            "SYMBOL_EXIST": 1,
            "SYMBOL_CUSTOM": 0,
        }

    def _real_of(self, symbol: Symbol) -> dict[str, object]:
        bid, ask = self._host.market.prices(symbol.name, self._host.utc()) or (0.0, 0.0)
        point = 10.0**-symbol.digits
        worth = symbol.contract_size * point
        value = worth if symbol.currency == "USD" else worth / (bid or symbol.price)
        return {
            "SYMBOL_BID": bid,
            "SYMBOL_ASK": ask,
            "SYMBOL_LAST": 0.0,
            "SYMBOL_POINT": point,
            "SYMBOL_TRADE_TICK_SIZE": point,
            "SYMBOL_TRADE_TICK_VALUE": value,
            "SYMBOL_TRADE_TICK_VALUE_PROFIT": value,
            "SYMBOL_TRADE_TICK_VALUE_LOSS": value,
            "SYMBOL_TRADE_CONTRACT_SIZE": symbol.contract_size,
            "SYMBOL_VOLUME_MIN": 0.01,
            "SYMBOL_VOLUME_MAX": 100.0,
            "SYMBOL_VOLUME_STEP": 0.01,
            "SYMBOL_VOLUME_LIMIT": 0.0,
        }

    def _tick(self, _program: NativeProgram, words: Arguments) -> Answer:
        symbol = self._known(words.text(), False)
        quoted = self._host.quote(symbol.name)[0]
        prices = self._host.market.prices(symbol.name, self._host.utc())
        if quoted is None or prices is None:
            raise Refusal(_NO_PROPERTY, False)
        return (True, When(quoted), prices[0], prices[1], 0.0, 0, int(quoted * 1000), 6, 0.0)

    def _session(self, _program: NativeProgram, words: Arguments) -> Answer:
        """One session a day from midnight to midnight; a symbol that is closed now has none today, as on a holiday."""
        symbol = self._known(words.text(), False)
        day, index = words.text(), words.whole()
        number = _DAYS.index(day) if day in _DAYS else int(day)
        is_today = number == (time.gmtime(self._host.utc()).tm_wday + 1) % 7
        is_closed = is_today and not self._host.symbol_is_open(symbol.name)
        if index != 0 or is_closed or (symbol.session == "weekdays" and number in (0, 6)):
            raise Refusal(_NO_PROPERTY, False)
        return (True, When(0), When(86_400))

    def _exists(self, _program: NativeProgram, words: Arguments) -> Answer:
        return (self._host.broker.symbol(words.text()) is not None, False)

    def _name(self, _program: NativeProgram, words: Arguments) -> Answer:
        symbols, index = self._host.broker.symbols(), words.whole()
        if not 0 <= index < len(symbols):
            raise Refusal(_UNKNOWN_SYMBOL, None)
        return (symbols[index].name,)

    def _place(self, program: NativeProgram, words: Arguments) -> tuple[Symbol, int]:
        """The symbol and the length of its bars in seconds that the next two arguments name."""
        symbol = self._known(words.text() or program.chart.symbol, -1)
        frame = words.text().removeprefix("PERIOD_")
        return symbol, seconds_of(program.chart.timeframe if frame in ("CURRENT", "0") else frame)

    def _bars(self, symbol: Symbol, length_s: int, first: int, count: int) -> list[Bar]:
        """`count` bars in time order, of which the last one is `first` bars back from the present one."""
        quoted = self._host.quote(symbol.name)[0]
        if quoted is None or count <= 0 or count > _MOST_BARS:
            raise Refusal(_NO_DATA, -1)
        newest = int(quoted // length_s) * length_s - first * length_s
        return [_bar(symbol, newest - back * length_s, length_s, quoted) for back in reversed(range(count))]

    def _one(self, field: int, empty: object) -> Call:
        def act(program: NativeProgram, words: Arguments) -> Answer:
            symbol, length_s = self._place(program, words)
            try:
                return (self._bars(symbol, length_s, words.whole(), 1)[0][field],)
            except Refusal as refusal:
                raise Refusal(refusal.code, empty) from refusal

        return act

    def _count(self, program: NativeProgram, words: Arguments) -> Answer:
        self._place(program, words)
        return (_MOST_BARS,)

    def _series(self, program: NativeProgram, words: Arguments) -> Answer:
        """The bars are complete as soon as a quote came: this terminal loads no history."""
        symbol, length_s = self._place(program, words)
        what, quoted = words.text(), self._host.quote(symbol.name)[0]
        newest = int((quoted or 0) // length_s) * length_s
        first = max(0, newest - (_MOST_BARS - 1) * length_s)
        values = {
            "SERIES_BARS_COUNT": _MOST_BARS,
            "SERIES_FIRSTDATE": first,
            "SERIES_LASTBAR_DATE": newest,
            "SERIES_SERVER_FIRSTDATE": first,
            "SERIES_TERMINAL_FIRSTDATE": first,
            "SERIES_SYNCHRONIZED": int(quoted is not None),
        }
        if what not in values:
            raise Refusal(_NO_PROPERTY, 0)
        return (values[what],)

    def _range(self, symbol: Symbol, length_s: int, words: Arguments) -> list[Bar]:
        """The three forms of the Copy functions: by position, from a time back, between two times."""
        newest = int((self._host.quote(symbol.name)[0] or 0) // length_s) * length_s
        if not words.peek_is_time():
            first = words.whole()
            return self._bars(symbol, length_s, first, words.whole())
        start = words.whole() // length_s * length_s
        if not words.peek_is_time():
            return self._bars(symbol, length_s, max(0, (newest - start) // length_s), words.whole())
        stop = words.whole() // length_s * length_s
        low, high = min(start, stop), min(max(start, stop), newest)
        return self._bars(symbol, length_s, (newest - high) // length_s, (high - low) // length_s + 1)

    def _copy(self, field: int | None) -> Call:
        def act(program: NativeProgram, words: Arguments) -> Answer:
            bars = self._range(*self._place(program, words), words)
            items: Sequence[object] = bars if field is None else [bar[field] for bar in bars]
            return (len(bars), *flat(items))

        return act

    def _indicator(self, name: str, parameters: int) -> Call:
        def act(program: NativeProgram, words: Arguments) -> Answer:
            symbol = self._known(words.text() or program.chart.symbol, -1)
            frame = words.text().removeprefix("PERIOD_")
            known = program.chart.timeframe if frame in ("CURRENT", "0") else frame
            values = tuple(words.text() for _ in range(parameters))
            if int(values[0]) < 1:
                raise Refusal(_WRONG_INDICATOR, -1)
            self._next_handle += 1
            program.indicators[self._next_handle] = (name, (symbol.name, known, *values))
            return (self._next_handle,)

        return act

    def _made(self, program: NativeProgram, handle: int, empty: object) -> tuple[str, tuple[str, ...]]:
        found = program.indicators.get(handle)
        if found is None:
            raise Refusal(_WRONG_INDICATOR, empty)
        return found

    def _calculated(self, program: NativeProgram, words: Arguments) -> Answer:
        self._made(program, words.whole(), -1)
        return (_MOST_BARS,)

    def _copy_buffer(self, program: NativeProgram, words: Arguments) -> Answer:
        name, (symbol_name, frame, *values) = self._made(program, words.whole(), -1)
        words.whole()
        symbol, length_s, period = self._known(symbol_name, -1), seconds_of(frame), int(values[0])
        asked = self._range(symbol, length_s, words)
        newest = int((self._host.quote(symbol_name)[0] or 0) // length_s) * length_s
        back = (newest - int(asked[-1].time.seconds)) // length_s
        # An exponential average has forgotten its start after a few periods.
        bars = self._bars(symbol, length_s, back, len(asked) + period * 4)
        result = calculated(name, values, bars)[-len(asked) :]
        return (len(result), *flat(result))

    def _release(self, program: NativeProgram, words: Arguments) -> Answer:
        if program.indicators.pop(words.whole(), None) is None:
            raise Refusal(_WRONG_INDICATOR, False)
        return (True,)


def seconds_of(timeframe: str) -> int:
    """The length of a bar: `M5` is 300. Raises ValueError for what is no timeframe."""
    unit = "MN" if timeframe.startswith("MN") else timeframe[:1]
    if unit not in _MINUTES:
        raise ValueError(f"no timeframe is called {timeframe}")
    return _MINUTES[unit] * int(timeframe[len(unit) :])


def calculated(name: str, values: Sequence[str], bars: Sequence[Bar]) -> list[float]:
    """An indicator's first buffer over these bars, one value a bar, in time order."""
    period = int(values[0])
    closes = [bar.close for bar in bars]
    if name == "iATR":
        ranges = [bar.high - bar.low for bar in bars]
        return _simple(ranges, period)
    if name == "iRSI":
        return _strength(closes, period)
    return _exponential(closes, period) if values[2] == "MODE_EMA" else _simple(closes, period)


def _simple(values: Sequence[float], period: int) -> list[float]:
    found = []
    for place in range(len(values)):
        window = values[max(0, place - period + 1) : place + 1]
        found.append(sum(window) / len(window))
    return found


def _exponential(values: Sequence[float], period: int) -> list[float]:
    found, share = [values[0]], 2.0 / (period + 1)
    for value in values[1:]:
        found.append(found[-1] + share * (value - found[-1]))
    return found


def _strength(values: Sequence[float], period: int) -> list[float]:
    moves = [0.0, *(after - before for before, after in itertools.pairwise(values))]
    gains = _simple([max(move, 0.0) for move in moves], period)
    losses = _simple([max(-move, 0.0) for move in moves], period)
    return [50.0 if up + down == 0 else 100.0 * up / (up + down) for up, down in zip(gains, losses, strict=True)]


def _bar(symbol: Symbol, start_s: int, length_s: int, quoted_s: float) -> Bar:
    end = min(start_s + length_s - symbol.tick_s, max(quoted_s, start_s))
    moments = [start_s + (end - start_s) * part / (_SAMPLES - 1) for part in range(_SAMPLES)]
    bids = [price_at(symbol, moment)[0] for moment in moments]
    ticks = max(1, int((end - start_s) / symbol.tick_s))
    spread = round(symbol.spread * 10**symbol.digits)
    return Bar(When(start_s), bids[0], max(bids), min(bids), bids[-1], ticks, spread, 0)


def _text_of(symbol: Symbol) -> dict[str, object]:
    return {
        "SYMBOL_DESCRIPTION": symbol.name,
        "SYMBOL_PATH": f"Simulated\\{symbol.name}",
        "SYMBOL_CURRENCY_BASE": symbol.name[:3],
        "SYMBOL_CURRENCY_PROFIT": symbol.currency,
        "SYMBOL_CURRENCY_MARGIN": symbol.name[:3],
        "SYMBOL_BASIS": "",
    }
