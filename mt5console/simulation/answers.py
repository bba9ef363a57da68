"""What the terminal tells the MetaTrader5 package over the wire. Called from the wire's threads.

Must not know: the wire's format, or who asks.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

from mt5console.core.credentials import Secret
from mt5console.core.model.ids import MarginMode, TradeMode
from mt5console.simulation.broker import COMPANY, Broker, profit_of
from mt5console.simulation.host import TerminalHost
from mt5console.simulation.market import Market
from mt5console.simulation.session import AccountSession, Login, LoginState

_TRADE_MODES = {TradeMode.DEMO: 0, TradeMode.CONTEST: 1, TradeMode.REAL: 2}
_MARGIN_MODES = {MarginMode.NETTING: 0, MarginMode.EXCHANGE: 1, MarginMode.HEDGING: 2}
_STATES = {LoginState.OUT: 1, LoginState.PENDING: 1, LoginState.IN: 2, LoginState.REFUSED: 3}


class Answering(Protocol):
    """What answers need of a terminal."""

    host: TerminalHost
    session: AccountSession
    market: Market
    broker: Broker
    is_frozen: bool
    is_hanging: bool


class TerminalAnswers:
    """`WireAnswers` of one terminal."""

    def __init__(self, terminal: Answering) -> None:
        self._terminal = terminal

    def terminal(self) -> dict[str, Any]:
        """Values of terminal_info()."""
        host = self._terminal.host
        return {
            "community_account": False,
            "community_connection": False,
            "connected": self._terminal.session.connected,
            "dlls_allowed": False,
            "trade_allowed": host.algo_is_on,
            "tradeapi_disabled": False,
            "email_enabled": False,
            "ftp_enabled": False,
            "notifications_enabled": False,
            "mqid": False,
            "build": host.build,
            "maxbars": 100_000,
            "codepage": 1252,
            "ping_last": 21_350 if self._terminal.session.connected else 0,
            "community_balance": 0.0,
            "retransmission": 0.0,
            "company": COMPANY,
            "name": "MetaTrader 5",
            "language": "English",
            "path": host.data_path,
            "data_path": host.data_path,
            "commondata_path": host.data_path,
        }

    def account(self) -> dict[str, Any] | None:
        """Values of account_info(), None when nobody is logged in."""
        session = self._terminal.session
        account = session.account
        if account is None:
            return None
        profit = round(sum(position["profit"] for position in self.positions()), 2)
        equity = round(account.balance + profit, 2)
        return {
            "login": session.login,
            "trade_mode": _TRADE_MODES.get(account.trade_mode, 2),
            "leverage": account.leverage,
            "limit_orders": 200,
            "margin_so_mode": 0,
            "trade_allowed": account.trade_allowed,
            "trade_expert": account.trade_expert,
            "margin_mode": _MARGIN_MODES[account.margin_mode],
            "currency_digits": 2,
            "fifo_close": False,
            "balance": account.balance,
            "credit": 0.0,
            "profit": profit,
            "equity": equity,
            "margin": 0.0,
            "margin_free": equity,
            "margin_level": 0.0,
            "margin_so_call": 50.0,
            "margin_so_so": 30.0,
            "margin_initial": 0.0,
            "margin_maintenance": 0.0,
            "assets": 0.0,
            "liabilities": 0.0,
            "commission_blocked": 0.0,
            "name": f"Account {session.login}",
            "server": account.server,
            "currency": account.currency,
            "company": COMPANY,
        }

    def positions(self) -> list[dict[str, Any]]:
        """Values of positions_get()."""
        terminal = self._terminal
        account = terminal.session.account
        if account is None:
            return []
        now = time.time()
        found = []
        for position in terminal.broker.positions(account.login, account.server):
            symbol = terminal.broker.symbol(position.symbol)
            prices = terminal.market.prices(position.symbol, now)
            opened = int(position.opened_utc_s)
            found.append(
                {
                    "ticket": position.ticket,
                    "time": opened,
                    "time_msc": int(position.opened_utc_s * 1000),
                    "time_update": opened,
                    "time_update_msc": int(position.opened_utc_s * 1000),
                    "type": 0 if position.side == "buy" else 1,
                    "magic": position.magic,
                    "identifier": position.ticket,
                    "reason": 3 if position.magic else 0,
                    "volume": position.volume,
                    "price_open": position.price_open,
                    "sl": 0.0,
                    "tp": 0.0,
                    "price_current": prices[0] if prices else position.price_open,
                    "swap": 0.0,
                    "profit": profit_of(position, symbol, now) if symbol and prices else 0.0,
                    "symbol": position.symbol,
                    "comment": position.comment,
                    "external_id": "",
                }
            )
        return found

    def symbols(self) -> list[dict[str, Any]]:
        """Values of symbols_get(): the fields that this simulation knows."""
        now = time.time()
        found = []
        for symbol in self._terminal.broker.symbols():
            prices = self._terminal.market.prices(symbol.name, now) or (0.0, 0.0)
            found.append(
                {
                    "name": symbol.name,
                    "description": symbol.name,
                    "path": f"Simulated\\{symbol.name}",
                    "digits": symbol.digits,
                    "point": 10.0**-symbol.digits,
                    "spread": round(symbol.spread * 10**symbol.digits),
                    "trade_contract_size": symbol.contract_size,
                    "trade_mode": 4,
                    "visible": True,
                    "select": True,
                    "volume_min": 0.01,
                    "volume_max": 100.0,
                    "volume_step": 0.01,
                    "currency_profit": symbol.currency,
                    "currency_base": symbol.name[:3],
                    "bid": prices[0],
                    "ask": prices[1],
                    "time": int(self._terminal.market.quote(symbol.name, now).utc_s or 0),
                }
            )
        return found

    def tick(self, symbol: str) -> dict[str, Any] | None:
        """Values of symbol_info_tick(), None for an unknown symbol or before its first quote."""
        now = time.time()
        prices = self._terminal.market.prices(symbol, now)
        quoted = self._terminal.market.quote(symbol, now).utc_s
        if prices is None or quoted is None:
            return None
        return {
            "time": int(quoted),
            "bid": prices[0],
            "ask": prices[1],
            "last": 0.0,
            "volume": 0,
            "time_msc": int(quoted * 1000),
            "flags": 6,
            "volume_real": 0.0,
        }

    def login(self, login: int, password: str, server: str) -> None:
        """Begin an authorisation; `login_state` tells its end."""
        self._terminal.session.request(Login(login=login, server=server, secret=Secret(password), by_wire=True))

    def login_state(self) -> int:
        """1 pending, 2 logged in, 3 refused."""
        return _STATES[self._terminal.session.state]

    def behaviour(self, command: int) -> str:
        """`hang` for a frozen terminal or a hanging wire, whatever the command."""
        return "hang" if self._terminal.is_frozen or self._terminal.is_hanging else "normal"
