"""What may be registered: ids, accounts, symbols, magic numbers. Pure rules, one clear line for each refusal.

Must not know: files, keyrings, or what is running.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from mt5console.core.errors import Conflict, UsageInvalid, unknown_user
from mt5console.core.history.store import Stored
from mt5console.core.model.desired import DesiredRobot, DesiredUser
from mt5console.core.model.ids import Account, RobotId, Timeframe, UserId, same_account
from mt5console.core.terminal.encoding import is_one_line
from mt5console.core.terminal.templates import letters_in, room_for_value, room_in_words

LARGEST_ID = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""
LARGEST_LOGIN = 2**63 - 1
LONGEST_SERVER = 64
LONGEST_SYMBOL = 64

_SERVER_SIGNS = frozenset(" ._-()&+,'!#")
_SYMBOL = re.compile(r"[A-Za-z0-9.#_&+!@^$\-]([A-Za-z0-9.#_&+!@^$()\- ]*[A-Za-z0-9.#_&+!@^$()\-])?")
_PORT = re.compile(r":[0-9]{1,5}$")
_INPUT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def check_id(value: int, what: str) -> None:
    """Raise `UsageInvalid` unless it is a positive whole number; `what` is `user` or `robot`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        raise UsageInvalid(f"bad_{what}_id", f"a {what} id is a positive whole number, not {shown(str(value))}")


def check_account(account: Account) -> None:
    """Raise `UsageInvalid` unless login and server can stand in a start ini, a keyring name and a message."""
    if isinstance(account.login, bool) or not 0 < account.login <= LARGEST_LOGIN:
        raise UsageInvalid("bad_login", f"a login is a positive whole number, not {shown(str(account.login))}")
    server = account.server
    name = _PORT.sub("", server)
    fine = all(sign.isalnum() or sign in _SERVER_SIGNS for sign in name) and any(sign.isalnum() for sign in name)
    if not fine or server != server.strip() or len(server) > LONGEST_SERVER or ".." in server:
        text = f"{shown(server)} is no broker server's name: give it as the terminal's login window shows it"
        raise UsageInvalid("bad_server", text)


def check_account_free(account: Account, user_id: UserId, users: Iterable[DesiredUser]) -> None:
    """Raise `Conflict` when somebody else trades this account already; those who only watch do not count."""
    for other in users:
        if other.user_id != user_id and not other.watch_only and same_account(other.account, account):
            text = (
                f"account {account} belongs to user {other.user_id}: one account has one user (--watch-only looks on)"
            )
            raise Conflict("account_taken", text)


def check_symbol(symbol: str) -> None:
    """Raise `UsageInvalid` unless it can be a broker's symbol (suffixes such as `.m`, `#`, `_x` included)."""
    fine = _SYMBOL.fullmatch(symbol) and any(sign.isalnum() for sign in symbol) and ".." not in symbol
    if not fine or len(symbol) > LONGEST_SYMBOL:
        text = f"{shown(symbol)} is no symbol: give it as the terminal's Market Watch shows it, for example EURUSD"
        raise UsageInvalid("bad_symbol", text)


def timeframe_of(name: str) -> Timeframe:
    """The timeframe of this name. Raises `UsageInvalid` naming those that there are."""
    try:
        return Timeframe(name)
    except ValueError:
        known = ", ".join(timeframe.value for timeframe in Timeframe)
        raise UsageInvalid("bad_timeframe", f"{shown(str(name))} is no timeframe: it is one of {known}") from None


def check_inputs(inputs: Iterable[tuple[str, str]], declared: Collection[str]) -> None:
    """Raise `UsageInvalid` for a name that the source does not have (when it declares any) or a value of many lines."""
    seen: set[str] = set()
    for name, value in inputs:
        if not _INPUT_NAME.fullmatch(name):
            raise UsageInvalid("bad_input", f"{shown(name)} is no name of an input: inputs are given as NAME=VALUE")
        if name in seen:
            raise UsageInvalid("bad_input", f"the input {name} is given twice")
        if not is_one_line(value):
            raise UsageInvalid("bad_input", f"the value of input {name} must be one line of plain text")
        if letters_in(value) > room_for_value(name):
            raise UsageInvalid("bad_input", f"input {name} takes {room_in_words(name)}")
        if declared and name not in declared:
            text = f"the source has no input {name}: it has {', '.join(sorted(declared))}"
            raise UsageInvalid("unknown_input", text)
        seen.add(name)


def magic_for(robot_id: RobotId, user: DesiredUser, magic: int | None, stored: Stored) -> int:
    """The robot's magic number, by default its id. Raises `Conflict` when another robot of that account has it."""
    chosen = int(robot_id) if magic is None else magic
    if isinstance(chosen, bool) or not 0 < chosen <= LARGEST_ID:
        raise UsageInvalid("bad_magic", f"a magic number is a positive whole number, not {shown(str(chosen))}")
    accounts = {other.user_id for other in stored.users if same_account(other.account, user.account)}
    for robot in stored.robots:
        if robot.robot_id != robot_id and robot.user_id in accounts and robot.magic == chosen:
            text = f"magic number {chosen} is robot {robot.robot_id}'s on account {user.account}: choose another one"
            raise Conflict("magic_taken", text)
    return chosen


def known_user(user_id: UserId, stored: Stored) -> DesiredUser:
    """The registered user. Raises `NotFound`."""
    for user in stored.users:
        if user.user_id == user_id:
            return user
    raise unknown_user(user_id)


def robot_of(robot_id: RobotId, stored: Stored) -> DesiredRobot | None:
    """The registered robot, None when there is none."""
    return next((robot for robot in stored.robots if robot.robot_id == robot_id), None)


def shown(value: str) -> str:
    """A foreign value as it may stand in a message: one line, quoted, of a bounded length."""
    return repr(value if len(value) <= 60 else value[:60] + "…")
