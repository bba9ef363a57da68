"""Positions, orders and deals of the simulated broker, as compiled MQL5 programs ask for them: market deals at once.

This broker keeps no pending orders: such a request is refused as invalid. Must not know:
pipes, charts, bars.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mt5console.simulation.broker import BrokerDeal, BrokerPosition, profit_of
from mt5console.simulation.host import TerminalHost
from mt5console.simulation.native import NativeProgram
from mt5console.simulation.native_values import Arguments, Refusal

Answer = tuple[object, ...]
Call = Callable[[NativeProgram, Arguments], Answer]

DONE = 10009
INVALID = 10013
INVALID_VOLUME = 10014
MARKET_CLOSED = 10018
DISABLED_BY_CLIENT = 10027
NO_CONNECTION = 10031
POSITION_CLOSED = 10036

_NO_POSITION = 4753
_NO_DEAL = 4755
_NOT_SENT = 4756
_WORDS = {
    DONE: "Request executed",
    INVALID: "Invalid request",
    INVALID_VOLUME: "Invalid volume",
    MARKET_CLOSED: "Market closed",
    DISABLED_BY_CLIENT: "AutoTrading disabled by client",
    NO_CONNECTION: "No connection",
    POSITION_CLOSED: "Position doesn't exist",
}


class Request(NamedTuple):
    """MqlTradeRequest as far as this broker deals with it."""

    action: str
    magic: int
    symbol: str
    volume: float
    is_buy: bool
    comment: str
    position: int


class TradeCalls:
    """`functions`: what is answered, by name."""

    def __init__(self, host: TerminalHost) -> None:
        self._host = host
        self.functions: dict[str, Call] = {
            "PositionsTotal": lambda _p, _w: (len(self._held()),),
            "PositionGetTicket": self._by_index,
            "PositionGetSymbol": self._symbol_by_index,
            "PositionSelect": self._by_symbol,
            "PositionSelectByTicket": self._by_ticket,
            "PositionGetInteger": self._property(self._whole_of, 0),
            "PositionGetDouble": self._property(self._real_of, 0.0),
            "PositionGetString": self._property(_text_of, None),
            "OrdersTotal": lambda _p, _w: (0,),
            "HistorySelect": self._select_history,
            "HistoryDealsTotal": lambda program, _w: (len(program.selected_deals),),
            "HistoryDealGetTicket": self._deal_by_index,
            "HistoryDealGetInteger": self._deal(_whole_of_deal, 0),
            "HistoryDealGetDouble": self._deal(_real_of_deal, 0.0),
            "HistoryDealGetString": self._deal(_text_of_deal, None),
            "HistoryOrdersTotal": lambda _p, _w: (0,),
            "OrderSend": self._send,
            "OrderCheck": self._check,
        }

    def _held(self) -> tuple[BrokerPosition, ...]:
        account = self._host.session.account
        return () if account is None else self._host.broker.positions(account.login, account.server)

    def _by_index(self, program: NativeProgram, words: Arguments) -> Answer:
        held, index = self._held(), words.whole()
        if not 0 <= index < len(held):
            raise Refusal(_NO_POSITION, 0)
        program.selected_position = held[index].ticket
        return (held[index].ticket,)

    def _symbol_by_index(self, program: NativeProgram, words: Arguments) -> Answer:
        held, index = self._held(), words.whole()
        if not 0 <= index < len(held):
            raise Refusal(_NO_POSITION, None)
        program.selected_position = held[index].ticket
        return (held[index].symbol,)

    def _by_symbol(self, program: NativeProgram, words: Arguments) -> Answer:
        name = words.text()
        return self._select(program, lambda position: position.symbol == name)

    def _by_ticket(self, program: NativeProgram, words: Arguments) -> Answer:
        ticket = words.whole()
        return self._select(program, lambda position: position.ticket == ticket)

    def _select(self, program: NativeProgram, is_meant: Callable[[BrokerPosition], bool]) -> Answer:
        found = next((position for position in self._held() if is_meant(position)), None)
        if found is None:
            raise Refusal(_NO_POSITION, False)
        program.selected_position = found.ticket
        return (True,)

    def _property(self, read: Callable[[BrokerPosition], dict[str, object]], empty: object) -> Call:
        def act(program: NativeProgram, words: Arguments) -> Answer:
            chosen = program.selected_position
            position = next((found for found in self._held() if found.ticket == chosen), None)
            values = {} if position is None else read(position)
            what = words.text()
            if what not in values:
                raise Refusal(_NO_POSITION, empty)
            return (values[what],)

        return act

    def _whole_of(self, position: BrokerPosition) -> dict[str, object]:
        opened = int(position.opened_utc_s)
        return {
            "POSITION_TICKET": position.ticket,
            "POSITION_IDENTIFIER": position.ticket,
            "POSITION_TIME": opened,
            "POSITION_TIME_MSC": int(position.opened_utc_s * 1000),
            "POSITION_TIME_UPDATE": opened,
            "POSITION_TIME_UPDATE_MSC": int(position.opened_utc_s * 1000),
            "POSITION_TYPE": 0 if position.side == "buy" else 1,
            "POSITION_MAGIC": position.magic,
            "POSITION_REASON": 3 if position.magic else 0,
        }

    def _real_of(self, position: BrokerPosition) -> dict[str, object]:
        symbol = self._host.broker.symbol(position.symbol)
        quoted = self._host.quote(position.symbol)[0]
        prices = self._host.market.prices(position.symbol, self._host.utc())
        profit = 0.0 if symbol is None or quoted is None else profit_of(position, symbol, quoted)
        return {
            "POSITION_VOLUME": position.volume,
            "POSITION_PRICE_OPEN": position.price_open,
            "POSITION_PRICE_CURRENT": prices[0] if prices else position.price_open,
            "POSITION_SL": 0.0,
            "POSITION_TP": 0.0,
            "POSITION_SWAP": 0.0,
            "POSITION_PROFIT": profit,
        }

    def _select_history(self, program: NativeProgram, words: Arguments) -> Answer:
        start, stop, account = words.whole(), words.whole(), self._host.session.account
        known = () if account is None else self._host.broker.deals(account.login, account.server)
        program.selected_deals = {deal.ticket: deal for deal in known if start <= deal.utc_s < stop + 1}
        return (True,)

    def _deal_by_index(self, program: NativeProgram, words: Arguments) -> Answer:
        tickets, index = list(program.selected_deals), words.whole()
        if not 0 <= index < len(tickets):
            raise Refusal(_NO_DEAL, 0)
        return (tickets[index],)

    def _deal(self, read: Callable[[BrokerDeal], dict[str, object]], empty: object) -> Call:
        def act(program: NativeProgram, words: Arguments) -> Answer:
            deal = program.selected_deals.get(words.whole())
            values = {} if deal is None else read(deal)
            what = words.text()
            if what not in values:
                raise Refusal(_NO_DEAL, empty)
            return (values[what],)

        return act

    def _check(self, program: NativeProgram, words: Arguments) -> Answer:
        code = self._refusal(program, _request(words))
        equity = 0.0 if self._host.session.account is None else self._host.session.account.balance
        money = (equity, equity, 0.0, 0.0, equity, 0.0)
        if code is not None:
            raise Refusal(_NOT_SENT, False, code, *money, _WORDS[code])
        return (True, 0, *money, "Done")

    def _send(self, program: NativeProgram, words: Arguments) -> Answer:
        request = _request(words)
        code = self._refusal(program, request)
        account, prices = self._host.session.account, self._host.market.prices(request.symbol, self._host.utc())
        if code is not None or account is None or prices is None:
            code = code or NO_CONNECTION
            raise Refusal(_NOT_SENT, False, code, 0, 0, 0.0, 0.0, 0.0, 0.0, _WORDS[code], 0, 0)
        bid, ask = prices
        if request.position:
            self._host.broker.close_position(account.login, account.server, request.position)
            ticket = request.position
        else:
            ticket = self._host.broker.open_position(
                account.login,
                account.server,
                request.symbol,
                request.volume,
                magic=request.magic,
                side="buy" if request.is_buy else "sell",
            )
        price = ask if request.is_buy else bid
        return (True, DONE, ticket, ticket, request.volume, price, bid, ask, _WORDS[DONE], 1, 0)

    def _refusal(self, program: NativeProgram, request: Request) -> int | None:
        """Why the broker or the terminal would not take it, None when they would."""
        seen = self._host.account()
        if not self._host.trade_allowed_on(program.chart.chart_id) or not seen.account_trade_expert:
            return DISABLED_BY_CLIENT
        if not seen.login or not seen.connected:
            return NO_CONNECTION
        if request.action != "TRADE_ACTION_DEAL" or not self._host.symbol_exists(request.symbol):
            return INVALID
        if not 0.01 <= request.volume <= 100.0:
            return INVALID_VOLUME
        if not self._host.symbol_is_open(request.symbol):
            return MARKET_CLOSED
        if request.position and request.position not in {position.ticket for position in self._held()}:
            return POSITION_CLOSED
        return None


def _request(words: Arguments) -> Request:
    """The fields of an MqlTradeRequest in its order."""
    action, magic, _order = words.text(), words.whole(), words.whole()
    symbol, volume = words.text(), words.real()
    for _ in range(4):  # price, stoplimit, sl, tp
        words.real()
    words.whole()  # deviation
    side, _filling, _time = words.text(), words.text(), words.text()
    words.whole()  # expiration
    comment, position = words.text(), words.whole()
    return Request(
        action="TRADE_ACTION_DEAL" if action in ("TRADE_ACTION_DEAL", "1") else action,
        magic=magic,
        symbol=symbol,
        volume=volume,
        is_buy=side in ("ORDER_TYPE_BUY", "0"),
        comment=comment,
        position=position,
    )


def _text_of(position: BrokerPosition) -> dict[str, object]:
    return {"POSITION_SYMBOL": position.symbol, "POSITION_COMMENT": position.comment, "POSITION_EXTERNAL_ID": ""}


def _whole_of_deal(deal: BrokerDeal) -> dict[str, object]:
    return {
        "DEAL_TICKET": deal.ticket,
        "DEAL_ORDER": deal.ticket,
        "DEAL_TIME": int(deal.utc_s),
        "DEAL_TIME_MSC": int(deal.utc_s * 1000),
        "DEAL_TYPE": 0 if deal.side == "buy" else 1,
        "DEAL_ENTRY": int(deal.is_out),
        "DEAL_MAGIC": deal.magic,
        "DEAL_POSITION_ID": deal.position,
        "DEAL_REASON": 3 if deal.magic else 0,
    }


def _real_of_deal(deal: BrokerDeal) -> dict[str, object]:
    return {
        "DEAL_VOLUME": deal.volume,
        "DEAL_PRICE": deal.price,
        "DEAL_PROFIT": deal.profit,
        "DEAL_SWAP": 0.0,
        "DEAL_COMMISSION": 0.0,
        "DEAL_FEE": 0.0,
    }


def _text_of_deal(deal: BrokerDeal) -> dict[str, object]:
    return {"DEAL_SYMBOL": deal.symbol, "DEAL_COMMENT": "", "DEAL_EXTERNAL_ID": ""}
