"""The seed's Python names, thin over the engine's door: results are dicts in the interfaces' shapes.

A script talks to the running engine when there is one; without one, an act runs in the script's own process and
nobody watches after it. Errors are `ConsoleError` and its classes. Must not know: how anything is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mt5console.commands.acts import follow
from mt5console.commands.detached import ensure_engine
from mt5console.core.credentials import Secret
from mt5console.core.errors import (
    EXIT_REFUSED,
    EXIT_USAGE,
    Conflict,
    ConsoleError,
    NotFound,
    RefusedForSafety,
    UsageInvalid,
)
from mt5console.core.model.ids import same_server
from mt5console.core.ports import EngineDoor

__all__ = ["EAManager", "MT5Watchdog", "UserMT5Manager", "configure", "generate_mql5"]

DEFAULT_TEMPLATE = "ma_cross"
FIRST_SYMBOL = "EURUSD"
FIRST_TIMEFRAME = "H1"
"""What a robot is registered for until `deploy_and_confirm` says otherwise."""

_ACTOR = "script"


@dataclass(slots=True)
class _Base:
    directory: Path | None = None
    simulate: bool | None = None


_base = _Base()


def configure(*, base_dir: str | Path | None = None, simulate: bool | None = None) -> None:
    """Choose the base directory for this process; None leaves it to MT5CONSOLE_BASE_DIR and MT5CONSOLE_SIMULATE."""
    _base.directory = None if base_dir is None else Path(base_dir).expanduser().absolute()
    _base.simulate = simulate


def generate_mql5(
    *,
    robot_id: int,
    template: str = DEFAULT_TEMPLATE,
    inputs: Mapping[str, object] | None = None,
    magic: int | None = None,
) -> str:
    """MQL5 source of a robot with READY and heartbeat, from a template; raises `UsageInvalid`."""
    from mt5console.core.deployment.sources import render_template

    pairs = tuple((name, str(value)) for name, value in (inputs or {}).items())
    return render_template(template, robot_id, robot_id if magic is None else magic, pairs)


class EAManager:
    """Deployments with proof."""

    @staticmethod
    def deploy_and_confirm(
        *,
        robot_id: int,
        symbol: str | None = None,
        timeframe: str | None = None,
        timeout: float = 60,
        confirm_live: int | None = None,
        even_with_positions: bool = False,
    ) -> dict[str, Any]:
        """Deploy a registered robot and wait for its proof; gives the deploy shape, whatever its status.

        `timeout` in seconds. `symbol` and `timeframe` replace the registered ones. Raises `ConsoleError` when the
        deployment was not begun.
        """
        arguments = {
            "robot_id": robot_id,
            "symbol": symbol,
            "timeframe": timeframe,
            "timeout_s": float(timeout),
            "confirm_live": confirm_live,
            "even_with_positions": even_with_positions,
        }
        with _open(acting=True) as door:
            ended = _done(door, "deploy", arguments)
        result: dict[str, Any] = ended["result"]
        return result


class MT5Watchdog:
    """The watchdog over the user whose account this is. One engine watches the whole base directory."""

    def __init__(
        self,
        *,
        mt5_path: str | Path | None = None,
        login: int,
        password: str | None = None,
        server: str,
        check_interval: float = 10,
    ) -> None:
        self._path = None if mt5_path is None else Path(mt5_path)
        self._login = login
        self._server = server
        self._password = Secret(password) if password else None
        self._check_interval = check_interval

    def start(self, robot_id: int | None = None) -> dict[str, Any]:
        """Let the engine watch and heal, starting a detached one when none runs; gives the WATCHDOG_STARTED shape.

        Raises `NotFound` for an account or robot that is not registered, `UsageInvalid` for a terminal that is not
        the user's own, `EngineHeld` when an engine is silent.
        """
        with _open(acting=False) as door:
            _refuse_foreign(self._path, Path(door.system_stats()["base_dir"]), self._login, self._server)
            user_id = self._user_id(door)
            if self._path is not None:
                _refuse_other_user(self._path, Path(door.user_stats(user_id)["user_dir"]), user_id)
            if robot_id is not None:
                _refuse_other_robot(door, robot_id, user_id)
        ensure_engine(_base.directory, _base.simulate, self._check_interval)
        with _open(acting=True) as door:
            if self._password is not None:
                door.set_password(user_id, self._password)
                self._password = None
            if door.status()["watchdog"]["mode"] != "on":
                _done(door, "set_mode", {"mode": "on"})
            interval = door.status()["watchdog"]["check_interval"]
        return {"status": "WATCHDOG_STARTED", "robot_id": robot_id, "check_interval": interval}

    def _user_id(self, door: EngineDoor) -> int:
        for user in door.users():
            if user["login"] == self._login and same_server(user["server"], self._server):
                return int(user["user_id"])
        raise NotFound(
            "unknown_account",
            f"no user here has the account {self._login}@{self._server}: {_how_to_adopt(self._login, self._server)}",
        )


class UserMT5Manager:
    """One user's isolated terminal."""

    def __init__(self, *, user_id: int, login: int, password: str | None = None, server: str) -> None:
        self._user_id = user_id
        self._login = login
        self._server = server
        self._password = Secret(password) if password else None

    def connect(self) -> dict[str, Any]:
        """Add the user if it is not there, start its terminal, wait for the login; gives the terminal's shape."""
        with _open(acting=True, create=True) as door:
            self._register(door)
            _done(door, "terminal_start", {"user_id": self._user_id, "timeout_s": 120.0})
            for terminal in door.status()["terminals"]:
                if terminal["user_id"] == self._user_id:
                    found: dict[str, Any] = terminal
                    return found
        raise NotFound("unknown_user", f"user {self._user_id} vanished while its terminal was started")

    def deploy_ea(self, *, robot_id: int, ea_code: str) -> str:
        """Register the robot (or give it this source), write and compile it; gives the source's path.

        Nothing is attached: `EAManager.deploy_and_confirm` does that, with symbol and timeframe.
        """
        with _open(acting=True) as door:
            known = {robot["robot_id"]: robot for robot in door.robots()}.get(robot_id, {})
            answer = door.add_robot(
                {
                    "robot_id": robot_id,
                    "user_id": self._user_id,
                    "symbol": known.get("symbol", FIRST_SYMBOL),
                    "timeframe": known.get("timeframe", FIRST_TIMEFRAME),
                    "source_text": ea_code,
                    "compile": True,
                    "replace": True,
                }
            )
        return str(answer["path"])

    def get_user_stats(self) -> dict[str, Any]:
        """The user's directory, robots and logs."""
        with _open(acting=False) as door:
            return door.user_stats(self._user_id)

    @staticmethod
    def get_system_stats() -> dict[str, Any]:
        """Totals over all users."""
        with _open(acting=False) as door:
            return door.system_stats()

    def _register(self, door: EngineDoor) -> None:
        known = {user["user_id"]: user for user in door.users()}.get(self._user_id)
        if known is None:
            if self._password is None:
                raise UsageInvalid("no_password", f"user {self._user_id} is new: give its account's password")
            door.add_user(self._user_id, self._login, self._server, self._password)
        elif known["login"] != self._login or not same_server(known["server"], self._server):
            owned = f"{known['login']}@{known['server']}"
            raise Conflict("other_account", f"user {self._user_id} belongs to {owned}: one user keeps one account")
        elif self._password is not None:
            door.set_password(self._user_id, self._password)
        self._password = None


def _open(*, acting: bool, create: bool = False) -> AbstractContextManager[EngineDoor]:
    from mt5console.app import open_door

    return open_door(_base.directory, _base.simulate, acting=acting, create=create)


def _done(door: EngineDoor, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do one act to its end; raises what it was refused or failed with."""
    timeout_s = float(arguments.get("timeout_s", 60.0))
    ended = follow(door, door.submit(kind, arguments, _ACTOR), timeout_s, lambda _operation: None)
    error = ended.get("error")
    if error is None:
        return ended
    classes = {EXIT_REFUSED: RefusedForSafety, EXIT_USAGE: UsageInvalid}
    raise classes.get(ended.get("exit_code", 1), ConsoleError)(error["code"], error["text"])


def _how_to_adopt(login: int, server: str) -> str:
    return (
        f"`mt5console user add ID --login {login} --server {server} --password-stdin` gives the account a terminal "
        "directory of its own, which is then watched"
    )


def _refuse_foreign(path: Path | None, base: Path, login: int, server: str) -> None:
    if path is not None and not path.expanduser().resolve().is_relative_to(base.resolve()):
        text = f"{path} lies outside the base directory {base}: {_how_to_adopt(login, server)}"
        raise UsageInvalid("foreign_terminal", text)


def _refuse_other_user(path: Path, user_dir: Path, user_id: int) -> None:
    if not path.expanduser().resolve().is_relative_to(user_dir.resolve()):
        text = f"{path} is not the terminal of user {user_id}, who has this account: that is in {user_dir}"
        raise UsageInvalid("other_users_terminal", text)


def _refuse_other_robot(door: EngineDoor, robot_id: int, user_id: int) -> None:
    owner = {robot["robot_id"]: robot["user_id"] for robot in door.robots()}.get(robot_id)
    if owner is None:
        raise NotFound("unknown_robot", f"robot {robot_id} is not registered here: `mt5console robot list`")
    if owner != user_id:
        raise UsageInvalid("other_users_robot", f"robot {robot_id} belongs to user {owner}, not to user {user_id}")
