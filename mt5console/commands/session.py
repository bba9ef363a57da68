"""What holds for every command: the base directory, live or simulated, JSON or words.

Must not know: any command.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mt5console.core.errors import UsageInvalid

if TYPE_CHECKING:
    # Loading the core's vocabulary costs more than parsing a command line.
    from mt5console.core.ports import EngineDoor

ACTOR = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The options that stand before or after any command. None: the environment's word, else the default."""

    base_dir: Path | None = None
    simulate: bool | None = None
    as_json: bool = False

    def open(self, *, acting: bool, create: bool = False) -> AbstractContextManager[EngineDoor]:
        """A door to this base directory's engine (`create`: a base directory too); raises `ConsoleError`."""
        from mt5console.app import open_door

        return open_door(self.base_dir, self.simulate, acting=acting, create=create)


def session_of(context: typer.Context) -> Session:
    """The session that a command runs in."""
    session = context.obj
    if not isinstance(session, Session):
        raise TypeError("a command was called without a session")
    return session


def hoist(arguments: Sequence[str]) -> tuple[Session, list[str]]:
    """Take the common options out of a command line, wherever they stand; gives the session and the rest.

    What follows `--` is left alone. Raises `UsageInvalid`.
    """
    base_dir: Path | None = None
    simulate: bool | None = None
    as_json = False
    rest: list[str] = []
    given = iter(arguments)
    for argument in given:
        if argument == "--":
            rest += [argument, *given]
        elif argument == "--json":
            as_json = True
        elif argument == "--simulate":
            simulate = True
        elif argument == "--base-dir":
            base_dir = _directory(next(given, ""))
        elif argument.startswith("--base-dir="):
            base_dir = _directory(argument.partition("=")[2])
        else:
            rest.append(argument)
    return Session(base_dir=base_dir, simulate=simulate, as_json=as_json), rest


def _directory(text: str) -> Path:
    if not text or text.startswith("--") or "\0" in text:
        raise UsageInvalid("bad_base_dir", "--base-dir needs a path: --base-dir PATH")
    return Path(text).expanduser().absolute()
