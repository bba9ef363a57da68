"""The simulated broker: accounts, symbols and positions as files that all terminals of a base directory share.

Each account is a file of its own, so that terminals that start together do not wait for each other. Passwords are
kept as salted verifiers only. Must not know: terminals, or who trades.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

from mt5console.core.credentials import Secret
from mt5console.core.model.ids import MarginMode, TradeMode
from mt5console.core.terminal.layout import BaseLayout
from mt5console.simulation.locks import exclusive

COMPANY = "Simulated Markets Ltd"
SERVERS = {"Demo-Server": TradeMode.DEMO, "Real-Server": TradeMode.REAL}
"""The servers that this broker's terminals can find; any other name is never even tried."""

_SYMBOLS_AGE_S = 0.25
_DEALS_KEPT = 500
_ROUNDS = 2_000
"""Cheap on purpose: a hundred simulated terminals log in together on one small machine."""


class Symbol(NamedTuple):
    """One instrument. `session`: always, weekdays or closed; `closed_utc_s`: since when, if closed. Terminals get the
    data of a symbol that is not `is_synchronised` later, or never."""

    name: str
    digits: int
    price: float
    spread: float
    contract_size: float
    tick_s: float
    currency: str = "USD"
    session: str = "always"
    closed_utc_s: float | None = None
    is_synchronised: bool = True

    def is_open(self, utc_s: float) -> bool:
        """Whether its session is open at this instant."""
        if self.session == "weekdays":
            return time.gmtime(utc_s).tm_wday < 5
        return self.session == "always"


SYMBOLS: tuple[Symbol, ...] = (
    Symbol(name="EURUSD", digits=5, price=1.0850, spread=0.00008, contract_size=100_000, tick_s=0.25),
    Symbol(name="GBPUSD", digits=5, price=1.2710, spread=0.00011, contract_size=100_000, tick_s=0.25),
    Symbol(name="USDJPY", digits=3, price=151.20, spread=0.009, contract_size=100_000, tick_s=0.3, currency="JPY"),
    Symbol(name="USDCHF", digits=5, price=0.8840, spread=0.00012, contract_size=100_000, tick_s=0.4, currency="CHF"),
    Symbol(name="AUDUSD", digits=5, price=0.6620, spread=0.00010, contract_size=100_000, tick_s=0.4),
    Symbol(name="USDCAD", digits=5, price=1.3650, spread=0.00013, contract_size=100_000, tick_s=0.4, currency="CAD"),
    Symbol(name="NZDUSD", digits=5, price=0.6080, spread=0.00014, contract_size=100_000, tick_s=0.5),
    Symbol(name="XAUUSD", digits=2, price=2350.0, spread=0.25, contract_size=100, tick_s=0.2),
    Symbol(name="US500", digits=1, price=5300.0, spread=0.5, contract_size=1, tick_s=0.4),
    Symbol(name="BTCUSD", digits=2, price=67_000.0, spread=12.0, contract_size=1, tick_s=0.2),
)


class BrokerAccount(NamedTuple):
    """One account as the broker keeps it. `verifier` and `salt` are hex; `tokens` let KeepPrivate terminals in."""

    login: int
    server: str
    trade_mode: TradeMode
    salt: str
    verifier: str
    balance: float = 10_000.0
    currency: str = "USD"
    leverage: int = 100
    trade_allowed: bool = True
    trade_expert: bool = True
    tokens: tuple[str, ...] = ()
    margin_mode: MarginMode = MarginMode.HEDGING


class BrokerPosition(NamedTuple):
    """One open position; `side` is buy or sell."""

    ticket: int
    symbol: str
    magic: int
    volume: float
    side: str
    price_open: float
    opened_utc_s: float
    comment: str = ""


class BrokerDeal(NamedTuple):
    """One deal: `is_out` closes the position of the ticket `position`; `profit` is 0 for those that open one."""

    ticket: int
    position: int
    symbol: str
    magic: int
    volume: float
    side: str
    price: float
    profit: float
    is_out: bool
    utc_s: float


def _verifier(value: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", value.encode("utf-8"), bytes.fromhex(salt), _ROUNDS).hex()


class Broker:
    """The ledger under one directory. Reads are lock-free, changes are atomic under the ledger's lock."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._clock = clock
        self._symbols_path = str(directory / "symbols.json")
        self._symbols = {symbol.name: symbol for symbol in SYMBOLS}
        self._symbols_stamp: tuple[int, int] | None = None
        self._symbols_looked_s = 0.0
        self._positions: dict[str, tuple[tuple[int, int], tuple[BrokerPosition, ...]]] = {}

    def authorise(self, login: int, server: str, secret: Secret, *, is_token: bool = False) -> BrokerAccount | None:
        """The account when the password (or kept token) is right, else None. A new login is taken as it comes."""
        mode = SERVERS.get(server)
        if mode is None or login <= 0 or not secret:
            return None
        account = self.account(login, server)
        if account is None and not is_token:
            account = self._enrol(login, server, mode, secret)
        if account is None:
            return None
        offered = _verifier(secret.reveal(), account.salt)
        accepted = account.tokens if is_token else (account.verifier,)
        return account if any(hmac.compare_digest(offered, known) for known in accepted) else None

    def issue_token(self, login: int, server: str) -> str | None:
        """A token that stands for the password of an account on one terminal (KeepPrivate=1)."""
        token = os.urandom(16).hex()
        with self._locked():
            account = self.account(login, server)
            if account is None:
                return None
            tokens = (*account.tokens[-9:], _verifier(token, account.salt))
            self._save_account(account._replace(tokens=tokens))
        return token

    def account(self, login: int, server: str) -> BrokerAccount | None:
        """The account, None when the broker does not know it."""
        fields = _load(self._account_file(login, server))
        if not isinstance(fields, dict):
            return None
        fields["trade_mode"] = TradeMode(fields["trade_mode"])
        fields["tokens"] = tuple(fields["tokens"])
        fields["margin_mode"] = MarginMode(fields.get("margin_mode", MarginMode.HEDGING))
        return BrokerAccount(**fields)

    def change_password(self, login: int, server: str, secret: Secret) -> bool:
        """Let only this password in from now on, as when it was changed at the broker's site."""
        with self._locked():
            account = self.account(login, server)
            if account is None:
                return False
            salt = os.urandom(16).hex()
            self._save_account(account._replace(salt=salt, verifier=_verifier(secret.reveal(), salt), tokens=()))
        return True

    def symbols(self) -> tuple[Symbol, ...]:
        """All symbols, at most a quarter of a second old; the file is read again only when it changed."""
        self._look_at_symbols()
        return tuple(self._symbols.values())

    def symbol(self, name: str) -> Symbol | None:
        """The symbol of exactly this name, None when the broker has none."""
        self._look_at_symbols()
        return self._symbols.get(name)

    def set_session(self, name: str, session: str) -> None:
        """Set a symbol's session: always, weekdays or closed. Raises ValueError for anything else."""
        if session not in ("always", "weekdays", "closed"):
            raise ValueError(f"no session is called {session}")
        closed = self._clock() if session == "closed" else None
        self._change_symbol(name, lambda known: known._replace(session=session, closed_utc_s=closed))

    def set_synchronised(self, name: str, is_synchronised: bool) -> None:
        """Let terminals have a symbol's data, or not."""
        self._change_symbol(name, lambda known: known._replace(is_synchronised=is_synchronised))

    def _change_symbol(self, name: str, change: Callable[[Symbol], Symbol]) -> None:
        with self._locked():
            rows = [(change(known) if known.name == name else known)._asdict() for known in self.symbols()]
            _save(self._symbols_path, rows)
            self._symbols_looked_s = 0.0

    def positions(self, login: int, server: str) -> tuple[BrokerPosition, ...]:
        """The account's open positions, oldest first; the file is read again only when it changed."""
        path = self._positions_file(login, server)
        stamp = _stamp(path)
        if stamp is None:
            return ()
        known = self._positions.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        rows = _load(path)
        positions = tuple(BrokerPosition(**row) for row in rows) if isinstance(rows, list) else ()
        self._positions[path] = (stamp, positions)
        return positions

    def open_position(
        self, login: int, server: str, symbol: str, volume: float, *, magic: int = 0, side: str = "buy"
    ) -> int:
        """Open a position at the present price and give its ticket. Raises ValueError for an unknown symbol."""
        found = self.symbol(symbol)
        if found is None:
            raise ValueError(f"the broker has no symbol {symbol}")
        now = self._clock()
        bid, ask = price_at(found, now)
        with self._locked():
            held = self.positions(login, server)
            ticket = max((position.ticket for position in held), default=int(now * 100) % 10**9) + 1
            opened = BrokerPosition(
                ticket=ticket,
                symbol=symbol,
                magic=magic,
                volume=volume,
                side=side,
                price_open=ask if side == "buy" else bid,
                opened_utc_s=now,
            )
            self._save_positions(login, server, (*held, opened))
            self._add_deal(login, server, opened, opened.price_open, 0.0, is_out=False)
        return ticket

    def close_position(self, login: int, server: str, ticket: int) -> bool:
        """Close a position; False when there is none of this ticket."""
        with self._locked():
            held = self.positions(login, server)
            kept = tuple(position for position in held if position.ticket != ticket)
            if len(kept) == len(held):
                return False
            self._save_positions(login, server, kept)
            (closed,) = set(held) - set(kept)
            symbol, now = self.symbol(closed.symbol), self._clock()
            if symbol is not None:
                bid, ask = price_at(symbol, now)
                price = bid if closed.side == "buy" else ask
                self._add_deal(login, server, closed, price, profit_of(closed, symbol, now), is_out=True)
        return True

    def deals(self, login: int, server: str) -> tuple[BrokerDeal, ...]:
        """The account's last deals, oldest first."""
        rows = _load(self._deals_file(login, server))
        return tuple(BrokerDeal(**row) for row in rows) if isinstance(rows, list) else ()

    def _add_deal(
        self, login: int, server: str, position: BrokerPosition, price: float, profit: float, *, is_out: bool
    ) -> None:
        before = self.deals(login, server)[1 - _DEALS_KEPT :]
        deal = BrokerDeal(
            ticket=max((deal.ticket for deal in before), default=position.ticket) + 1,
            position=position.ticket,
            symbol=position.symbol,
            magic=position.magic,
            volume=position.volume,
            side=position.side if not is_out else {"buy": "sell", "sell": "buy"}[position.side],
            price=price,
            profit=profit,
            is_out=is_out,
            utc_s=self._clock(),
        )
        _save(self._deals_file(login, server), [known._asdict() for known in (*before, deal)])

    def _look_at_symbols(self) -> None:
        now = time.monotonic()
        if now - self._symbols_looked_s < _SYMBOLS_AGE_S:
            return
        self._symbols_looked_s = now
        stamp = _stamp(self._symbols_path)
        if stamp != self._symbols_stamp:
            rows = _load(self._symbols_path)
            symbols = tuple(Symbol(**row) for row in rows) if isinstance(rows, list) else SYMBOLS
            self._symbols = {symbol.name: symbol for symbol in symbols}
            self._symbols_stamp = stamp

    def _enrol(self, login: int, server: str, mode: TradeMode, secret: Secret) -> BrokerAccount:
        with self._locked():
            account = self.account(login, server)
            if account is None:
                salt = os.urandom(16).hex()
                verifier = _verifier(secret.reveal(), salt)
                account = BrokerAccount(login=login, server=server, trade_mode=mode, salt=salt, verifier=verifier)
                self._save_account(account)
        return account

    def _locked(self) -> AbstractContextManager[None]:
        return exclusive(self._directory / "lock")

    def _account_file(self, login: int, server: str) -> str:
        return f"{self._directory}/accounts/{login}@{server}.json"

    def _positions_file(self, login: int, server: str) -> str:
        return f"{self._directory}/positions/{login}@{server}.json"

    def _deals_file(self, login: int, server: str) -> str:
        return f"{self._directory}/deals/{login}@{server}.json"

    def _save_account(self, account: BrokerAccount) -> None:
        _save(self._account_file(account.login, account.server), account._asdict())

    def _save_positions(self, login: int, server: str, positions: tuple[BrokerPosition, ...]) -> None:
        path = self._positions_file(login, server)
        _save(path, [position._asdict() for position in positions])
        self._positions.pop(path, None)


def broker_of(base: Path, clock: Callable[[], float] = time.time) -> Broker:
    """The broker of a simulated base directory."""
    return Broker(BaseLayout(base).simulation / "broker", clock)


def price_at(symbol: Symbol, utc_s: float) -> tuple[float, float]:
    """Bid and ask at an instant: the same in every process, moving with every tick."""
    tick = int(utc_s / symbol.tick_s)
    seed = sum(map(ord, symbol.name))
    # Two slow waves and a hashed jitter: looks alive, needs no state, and never drifts away.
    slow = _wave(tick * symbol.tick_s / 3600 + seed) * 0.002 + _wave(tick * symbol.tick_s / 240 + seed) * 0.0004
    jitter = (((tick + seed) * 2654435761 >> 7) % 1024 / 1024 - 0.5) * 0.0002
    bid = round(symbol.price * (1 + slow + jitter), symbol.digits)
    return bid, round(bid + symbol.spread, symbol.digits)


def _wave(turns: float) -> float:
    """A triangle between -1 and 1, once a turn."""
    return abs(turns % 1.0 - 0.5) * 4 - 1


def profit_of(position: BrokerPosition, symbol: Symbol, utc_s: float) -> float:
    """What closing the position now would bring, in the account's currency (dollars)."""
    bid, ask = price_at(symbol, utc_s)
    moved = bid - position.price_open if position.side == "buy" else position.price_open - ask
    value = moved * position.volume * symbol.contract_size
    return round(value if symbol.currency == "USD" else value / bid, 2)


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def _load(path: str) -> Any:
    try:
        return json.loads(Path(path).read_bytes())
    except (OSError, ValueError):
        return None


def _save(path: str, value: Any) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    beside = Path(f"{path}.{os.getpid()}.tmp")
    beside.write_text(json.dumps(value), encoding="utf-8")
    beside.replace(path)
