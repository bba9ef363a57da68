"""Starting the engine at logon: one entry per base directory, a task of the Task Scheduler or an XDG autostart entry.

No entry holds a secret: the engine's passwords are in the keyring. Must not know: what the engine does.
"""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

STEM = "mt5console"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPlan:
    """What is to be started at logon: a program with its words, in a directory, for a base directory."""

    base: Path
    command: tuple[str, ...]
    directory: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEntry:
    """An entry as it stands. `place`: the file or the task's name; `current`: it says what an install would say now."""

    place: str
    base: str
    enabled: bool
    current: bool


def entry_name(base: Path) -> str:
    """One name per base directory, the same for every spelling of it that this system takes for one."""
    key = os.path.normcase(os.path.abspath(base))
    return f"{STEM}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def install(plan: StartPlan) -> str:
    """Make the entry, or make it say what the plan says; gives its place. Raises `ConsoleError`."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.tasks import register

        return register(entry_name(plan.base), plan)
    else:  # noqa: RET505 - without it mypy calls the last line unreachable on Windows
        from mt5console.platforms.posix.desktop_entry import write_entry

        return write_entry(entry_name(plan.base), plan)


def remove(base: Path) -> bool:
    """Take the entry away; False when there was none. Raises `ConsoleError`."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.tasks import unregister

        return unregister(entry_name(base))
    else:  # noqa: RET505 - without it mypy calls the last line unreachable on Windows
        from mt5console.platforms.posix.desktop_entry import remove_entry

        return remove_entry(entry_name(base))


def look(plan: StartPlan) -> tuple[StartEntry | None, tuple[str, ...]]:
    """The entry of the plan's base directory, None without one; and the base directories of this account's others."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.tasks import registered

        return registered(entry_name(plan.base), plan)
    else:  # noqa: RET505 - without it mypy calls the last line unreachable on Windows
        from mt5console.platforms.posix.desktop_entry import read_entries

        return read_entries(entry_name(plan.base), plan)
