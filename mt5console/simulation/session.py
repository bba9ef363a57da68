"""The terminal's account session: who is logged in, and the journal's Network lines about it.

Stepped by the terminal's loop; a login over the wire comes from another thread through `request`. Must not know:
charts, robots, files.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from mt5console.core.credentials import Secret
from mt5console.simulation.broker import COMPANY, SERVERS, Broker, BrokerAccount
from mt5console.simulation.journal import CRITICAL, ERROR, WARNING, Journal

_RETRY_S = 10.0
_SYMBOLS_AT_BROKER = 1711


class LoginState(Enum):
    """How far the login is."""

    OUT = "out"
    PENDING = "pending"
    IN = "in"
    REFUSED = "refused"


class Login(NamedTuple):
    """One wish to be logged in. `by_wire`: asked for over the wire; `secret` may be a kept token."""

    login: int
    server: str
    secret: Secret
    is_token: bool = False
    by_wire: bool = False


class Outside(NamedTuple):
    """What lies outside the session's power: the broker's link, its refusal, another login that is shown."""

    link_is_up: bool = True
    refuses: bool = False
    shown_login: int | None = None


class AccountSession:
    """`on_authorised(login, changed)` is called in the loop; `changed`: another account than the one before."""

    def __init__(
        self, broker: Broker, journal: Journal, delay_s: float, on_authorised: Callable[[Login, bool], None]
    ) -> None:
        self._broker = broker
        self._journal = journal
        self._delay_s = delay_s
        self._on_authorised = on_authorised
        self._lock = threading.Lock()
        self._requested: Login | None = None
        self._wanted: Login | None = None
        self._due_s = 0.0
        self._retry_s = 0.0
        self._last: tuple[int, str] | None = None
        self._outside = Outside()
        self.state = LoginState.OUT
        self.connected = False
        self.account: BrokerAccount | None = None

    @property
    def is_in(self) -> bool:
        """Whether an account is shown (its link may be lost)."""
        return self.state is LoginState.IN

    @property
    def login(self) -> int:
        """The login shown, 0 when nobody is logged in."""
        if self.account is None:
            return 0
        return self._outside.shown_login or self.account.login

    @property
    def server(self) -> str:
        """The broker's server, empty when nobody is logged in."""
        return "" if self.account is None else self.account.server

    @property
    def configured(self) -> tuple[int, str] | None:
        """Login and server that the terminal was last told, for its common.ini."""
        return self._last or (None if self._wanted is None else (self._wanted.login, self._wanted.server))

    def request(self, wish: Login) -> None:
        """Ask for a login; pending from this moment. May be called from any thread."""
        with self._lock:
            self._requested = wish
            self.state = LoginState.PENDING

    def log_out(self) -> None:
        """The account goes away, and only a new request brings one back."""
        if self.account is not None:
            self._network(f"disconnected from {self.account.server}")
        self._forget(LoginState.OUT)

    def step(self, now_s: float, outside: Outside) -> None:
        """Carry the session on. `now_s` is monotonic."""
        before, self._outside = self._outside, outside
        with self._lock:
            wish, self._requested = self._requested, None
        if wish is not None:
            self._begin(wish, now_s)
        if self.is_in and self.connected and outside.refuses:
            self._throw_out()
        if self.is_in and outside.shown_login != before.shown_login and self.account is not None:
            self._authorised_lines(self.account)
        if self.is_in and self.connected and not outside.link_is_up:
            self._lose_link(now_s)
        elif self._wanted is not None and not self.connected and self.state is not LoginState.REFUSED:
            self._try(now_s)

    def _begin(self, wish: Login, now_s: float) -> None:
        if self.account is not None and self.connected:
            self._network(f"disconnected from {self.account.server}")
        self.account, self.connected = None, False
        self._wanted = wish
        self._due_s = now_s + self._delay_s
        self._retry_s = self._due_s

    def _try(self, now_s: float) -> None:
        wish = self._wanted
        if wish is None or wish.server not in SERVERS:
            return
        if not self._outside.link_is_up:
            self._due_s = now_s + self._delay_s
            if now_s >= self._retry_s:
                self._retry_s = now_s + _RETRY_S
                self._journal.write("Network", f"'{wish.login}': no connection to {wish.server}", ERROR)
            return
        if now_s < self._due_s:
            return
        account = None
        if not self._outside.refuses:
            account = self._broker.authorise(wish.login, wish.server, wish.secret, is_token=wish.is_token)
        if account is None:
            self._refused(wish)
            return
        with self._lock:
            if self._requested is not None:
                return
            self.account, self.connected, self.state = account, True, LoginState.IN
        self._authorised_lines(account)
        changed = self._last is not None and self._last != (account.login, account.server)
        reconnected = self._last is not None and not wish.by_wire
        self._last = (account.login, account.server)
        # A link that came back is no login: only the first authorisation of each wish counts as one.
        self._wanted = Login(login=wish.login, server=wish.server, secret=wish.secret, is_token=wish.is_token)
        if not reconnected:
            self._on_authorised(wish, changed)

    def _refused(self, wish: Login) -> None:
        self._journal.write(
            "Network", f"'{wish.login}': authorization on {wish.server} failed (Invalid account)", ERROR
        )
        self._forget(LoginState.REFUSED)

    def _throw_out(self) -> None:
        wish = self._wanted
        if self.account is not None:
            self._network(f"connection to {self.account.server} lost", WARNING)
        if wish is not None:
            self._refused(wish)
        else:
            self._forget(LoginState.OUT)

    def _lose_link(self, now_s: float) -> None:
        self.connected = False
        self._due_s = now_s + self._delay_s
        self._retry_s = now_s + 1.0
        if self.account is not None:
            self._network(f"connection to {self.account.server} lost", WARNING)

    def _forget(self, state: LoginState) -> None:
        with self._lock:
            self.account, self.connected, self._wanted = None, False, None
            self.state = state if self._requested is None else LoginState.PENDING

    def _authorised_lines(self, account: BrokerAccount) -> None:
        server = account.server
        held = len(self._broker.positions(account.login, server))
        self._network(f"authorized on {server} through Access Point EU 1 (ping: 21.35 ms, build 4755)")
        self._network(
            f"terminal synchronized with {COMPANY}: {held} positions, 0 orders, {_SYMBOLS_AT_BROKER} symbols, 0 spreads"
        )
        self._network(f"trading has been enabled - {account.margin_mode.value} mode")

    def _network(self, text: str, level: int = 0) -> None:
        self._journal.write("Network", f"'{self.login}': {text}", level)


ACCOUNT_CHANGED = ("automated trading is disabled because the account has been changed", CRITICAL)
"""Text and level of the journal's line when a login switched the algo button off."""
