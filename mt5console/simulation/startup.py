"""How a terminal was started: its arguments and the ini that holds at this start, and common.ini at its end.

The start ini is read once and never written; without one, common.ini holds. Must not know: what the values lead to.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from mt5console.core.credentials import Secret
from mt5console.simulation.disk import Disk
from mt5console.simulation.inifile import IniFile


class StartExpert(NamedTuple):
    """[StartUp]: the one expert to start; without a symbol it goes on the first chart of the profile."""

    expert: str
    symbol: str
    timeframe: str


class Start(NamedTuple):
    """What holds at this start. `config` is the start ini's path as given, None without one; `config_is_read` False
    when it could not be loaded. `may_trade` is [Experts] AllowLiveTrading."""

    config: str | None
    config_is_read: bool
    login: int
    server: str
    secret: Secret | None
    is_token: bool
    keeps_private: bool
    algo_is_on: bool
    off_at_account_change: bool
    may_trade: bool
    expert: StartExpert | None


def config_argument(arguments: Sequence[str]) -> str | None:
    """The file of `/config:<file>`, None without one."""
    for argument in arguments:
        if argument.casefold().startswith("/config:"):
            return argument[len("/config:") :].strip('"')
    return None


def read_start(arguments: Sequence[str], disk: Disk, directory: str, common_path: str, accounts_path: str) -> Start:
    """Read the arguments and the ini files once."""
    common = IniFile.decode(disk.read(common_path) or b"")
    config = config_argument(arguments)
    data = None if config is None else disk.read(os.path.join(directory, config))
    ini = common if data is None else IniFile.decode(data)
    # [StartUp] counts in a start ini only.
    expert = None if data is None else _start_expert(ini)
    server = ini.get("Common", "Server") or ""
    password = ini.get("Common", "Password") or ""
    login = ini.number("Common", "Login") or 0
    token = "" if password else _kept_token(disk, accounts_path, login, server)
    return Start(
        config=config,
        config_is_read=data is not None,
        login=login,
        server=server,
        secret=Secret(password or token) if password or token else None,
        is_token=not password,
        keeps_private=ini.number("Common", "KeepPrivate") == 1,
        algo_is_on=_either(ini, common, "Enabled", 0) == 1,
        off_at_account_change=_either(ini, common, "Account", 1) == 1,
        may_trade=_either(ini, common, "AllowLiveTrading", 1) == 1,
        expert=expert,
    )


def save_common(disk: Disk, path: str, *, login: int, server: str, algo_is_on: bool | None) -> None:
    """Write common.ini as a clean exit does: the account without its password, and the algo button. Raises OSError.

    `algo_is_on`: None when nobody switched it in this life. What a start ini says of [Experts] is never written back.
    """
    ini = IniFile.decode(disk.read(path) or b"")
    if login:
        ini.set("Common", "Login", str(login))
        ini.set("Common", "Server", server)
    ini.set("Common", "KeepPrivate", ini.get("Common", "KeepPrivate") or "0")
    ini.set("Experts", "AllowDllImport", ini.get("Experts", "AllowDllImport") or "0")
    if algo_is_on is not None:
        ini.set("Experts", "Enabled", "1" if algo_is_on else "0")
    for key, default in (("Enabled", "0"), ("Account", "1"), ("Profile", "1")):
        ini.set("Experts", key, ini.get("Experts", key) or default)
    disk.replace(path, ini.encode())


def keep_token(disk: Disk, accounts_path: str, login: int, server: str, token: str) -> None:
    """KeepPrivate=1: remember a token of the broker's (never the password). Raises OSError."""
    ini = IniFile.decode(disk.read(accounts_path) or b"")
    ini.set(server, str(login), token)
    disk.replace(accounts_path, ini.encode())


def _kept_token(disk: Disk, accounts_path: str, login: int, server: str) -> str:
    return IniFile.decode(disk.read(accounts_path) or b"").get(server, str(login)) or ""


def _start_expert(ini: IniFile) -> StartExpert | None:
    expert = ini.get("StartUp", "Expert")
    if not expert:
        return None
    symbol = ini.get("StartUp", "Symbol") or ""
    return StartExpert(expert=expert, symbol=symbol, timeframe=(ini.get("StartUp", "Period") or "H1").upper())


def _either(ini: IniFile, common: IniFile, key: str, default: int) -> int:
    value = ini.number("Experts", key)
    if value is None:
        value = common.number("Experts", key)
    return default if value is None else value
