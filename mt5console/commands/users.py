"""user add|list|remove|stats|password."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from mt5console.commands.options import Live, UserArgument
from mt5console.commands.output import emit, facts, note, say, table
from mt5console.commands.session import session_of
from mt5console.core.credentials import Secret
from mt5console.core.errors import UsageInvalid

LONGEST_PASSWORD = 1024
_USED = "a login that was refused is tried again with it, any other uses it when it is due"

user_commands = typer.Typer(help="Users: one isolated terminal directory each.")

NewUserArgument = Annotated[int, typer.Argument(metavar="ID", min=1, help="A number that no user has yet.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from stdin, one line. There is no other way.")
]


@user_commands.command("add")
def add(
    context: typer.Context,
    user_id: NewUserArgument,
    login: Annotated[int, typer.Option("--login", metavar="N", min=1, help="The account's login.")],
    server: Annotated[str, typer.Option("--server", metavar="NAME", help="The broker's server.")],
    password_stdin: PasswordStdin = False,
    watch_only: Annotated[bool, typer.Option("--watch-only", help="Watch, never trade.")] = False,
    over_capacity: Annotated[bool, typer.Option("--over-capacity", help="More than the recommended load.")] = False,
) -> int:
    """Provision a user's directory; the password goes to the keyring and nowhere else."""
    session = session_of(context)
    secret = _password(password_stdin)
    _check(user_id, login, server)
    with session.open(acting=True, create=True) as door:
        user = door.add_user(user_id, login, server, secret, watch_only=watch_only, over_capacity=over_capacity)
    for warning in user.get("warnings", ()):
        note(str(warning))
    emit(session, user, lambda: say(f"User {user_id} ({login}@{server}) is ready; start it with `terminal start`."))
    return 0


@user_commands.command("password")
def password(context: typer.Context, user_id: UserArgument, password_stdin: PasswordStdin = False) -> int:
    """Replace a user's password in the keyring; a login that waited for it is tried by the watchdog's usual rules."""
    session = session_of(context)
    secret = _password(password_stdin)
    with session.open(acting=True) as door:
        answer = door.set_password(user_id, secret)
    emit(session, answer, lambda: say(f"The password of user {user_id} is replaced; {_USED}."))
    return 0


@user_commands.command("list")
def list_users(context: typer.Context) -> int:
    """The registered users."""
    session = session_of(context)
    with session.open(acting=False) as door:
        users = door.users()
    columns = ("user", "login", "server", "desired", "watch only")
    rows = [[user.get(key) for key in ("user_id", "login", "server", "desired", "watch_only")] for user in users]
    emit(session, users, lambda: table(columns, rows, "No users yet: `mt5console user add`."))
    return 0


@user_commands.command("remove")
def remove(context: typer.Context, user_id: UserArgument, live: Live = None) -> int:
    """Remove a stopped user: its directory is moved away, its password forgotten."""
    session = session_of(context)
    with session.open(acting=True) as door:
        answer = door.remove_user(user_id, live)
    emit(session, answer, lambda: say(f"User {user_id} is removed; its directory is kept: {answer.get('moved_to')}"))
    return 0


@user_commands.command("stats")
def stats(context: typer.Context, user_id: UserArgument) -> int:
    """One user's directory, robots and logs."""
    session = session_of(context)
    with session.open(acting=False) as door:
        answer = door.user_stats(user_id)
    emit(session, answer, lambda: facts(list(answer.items())))
    return 0


def _check(user_id: int, login: int, server: str) -> None:
    """Refuse what no base directory would take, before one is made for it. Raises `UsageInvalid`."""
    # Loaded late: the registry's rules bring the store with them.
    from mt5console.core.isolation.registry import check_account, check_id
    from mt5console.core.model.ids import Account

    check_id(user_id, "user")
    check_account(Account(login=login, server=server))


def _password(from_stdin: bool) -> Secret:
    """One line from stdin; typed unseen when stdin is a keyboard. Raises `UsageInvalid`."""
    if not from_stdin:
        raise UsageInvalid("no_password", "give the password on stdin, with --password-stdin")
    if sys.stdin.isatty():
        text = getpass.getpass("Password: ", stream=sys.stderr)
    else:
        try:
            text = _first_line(sys.stdin.buffer.readline(LONGEST_PASSWORD + 3))
        except UnicodeDecodeError:
            raise UsageInvalid("bad_password", "the password on stdin is not UTF-8 text") from None
    if not text or len(text) > LONGEST_PASSWORD:
        raise UsageInvalid("bad_password", f"a password of 1 to {LONGEST_PASSWORD} characters is needed on stdin")
    return Secret(text)


def _first_line(data: bytes) -> str:
    return data.decode("utf-8-sig").rstrip("\r\n")
