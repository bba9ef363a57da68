"""A terminal's answers out of plain fields, for tests of the wire and the probe."""

from __future__ import annotations

from typing import Any

from mt5console.simulation import wire


class Terminal:
    """Answers out of plain fields."""

    def __init__(self, login: int = 111) -> None:
        self.build = 5833
        self.info: dict[str, Any] = {
            "connected": True,
            "trade_allowed": True,
            "path": "p",
            "data_path": "d",
            "name": "T",
        }
        self.account_fields: dict[str, Any] | None = {
            "login": login,
            "server": "Demo",
            "balance": 10.5,
            "trade_mode": 2,
        }
        self.open: list[dict[str, Any]] = []
        self.state = wire.STATE_OK
        self.password = "right"
        self.behaviours: dict[int, str] = {}
        self.logins: list[tuple[int, str]] = []

    def terminal(self) -> dict[str, Any]:
        return {"build": self.build, **self.info}

    def account(self) -> dict[str, Any] | None:
        return self.account_fields

    def positions(self) -> list[dict[str, Any]]:
        return self.open

    def symbols(self) -> list[dict[str, Any]]:
        return [{"name": f"SYM{n:03}", "digits": 5, "bid": 1.5, "page": "x", "path": "Forex"} for n in range(120)]

    def tick(self, symbol: str) -> dict[str, Any] | None:
        return {"time": 7, "bid": 1.25, "ask": 1.5, "flags": 6} if symbol == "SYM000" else None

    def login(self, login: int, password: str, server: str) -> None:
        self.logins.append((login, server))
        self.state = wire.STATE_OK if password == self.password else wire.STATE_REFUSED

    def login_state(self) -> int:
        return self.state

    def behaviour(self, command: int) -> str:
        return self.behaviours.get(command, "normal")
