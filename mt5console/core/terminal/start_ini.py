"""The start ini: what a terminal is told at its start, and the one file that may hold a password for a short while.

Only the bytes are made here; who writes them privately and wipes them is the edge's business. Nothing here logs.
"""

from __future__ import annotations

from mt5console.core.credentials import Secret
from mt5console.core.errors import UsageInvalid
from mt5console.core.model.ids import Account, Timeframe
from mt5console.core.terminal.common_ini import algo_settings
from mt5console.core.terminal.encoding import encode, is_one_line
from mt5console.core.terminal.layout import AGENT_EXPERT


def start_ini_bytes(
    account: Account, password: Secret | None, *, agent_symbol: str, agent_timeframe: Timeframe, algo: bool = True
) -> bytes:
    """The start ini of one terminal: log in as `account`, put the agent on a chart, with algo trading on or off.

    `Account=0` and `Profile=0`: a new login or profile does not switch algo trading off. `KeepPrivate=0`: the
    terminal does not save the password. Without a password there is no such line, and the terminal uses its own store.
    Raises UsageInvalid (`bad_start_ini`) for a value that would become structure; the error never shows the password.
    """
    _refuse(account.login > 0, f"The login {account.login} is not a positive number; correct the user's account.")
    _refuse(_is_value(account.server), f"The server of login {account.login} is not one line of plain text.")
    _refuse(_is_value(agent_symbol), "The symbol of the agent's chart is not one line of plain text.")
    lines = ["[Common]", f"Login={account.login}", f"Server={account.server}"]
    if password is not None:
        value = password.reveal()
        _refuse(
            bool(value) and is_one_line(value),
            f"The password of {account} is empty or holds control characters; store it again.",
        )
        lines.append(f"Password={value}")
    lines += ["KeepPrivate=0", "NewsEnable=0", "CertInstall=0"]
    lines += ["[Experts]", "AllowLiveTrading=1", "AllowDllImport=0"]
    lines += [f"{key}={value}" for key, value in algo_settings(algo)]
    lines += ["[StartUp]", f"Expert={AGENT_EXPERT}", f"Symbol={agent_symbol}", f"Period={agent_timeframe.value}"]
    return encode("\n".join(lines) + "\n")


def _is_value(value: str) -> bool:
    return bool(value.strip()) and is_one_line(value)


def _refuse(fine: bool, text: str) -> None:
    if not fine:
        raise UsageInvalid("bad_start_ini", text)
