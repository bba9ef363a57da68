"""Counts over users and the whole base directory, in the seed's shapes. Must not know: what any of it means."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mt5console.core.history.store import Stored
from mt5console.core.model.desired import DesiredUser
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout

_DAILY_LOG = re.compile(r"\d{8}\.log", re.IGNORECASE)


def user_statistics(user: DesiredUser, stored: Stored) -> dict[str, Any]:
    """The seed's user stats: robots registered (not the agent), journals and experts logs on disk."""
    layout = TerminalLayout(Path(user.directory))
    return {
        "user_id": user.user_id,
        "user_dir": Path(user.directory).as_posix(),
        "dir_exists": layout.root.is_dir(),
        "ea_count": sum(1 for robot in stored.robots if robot.user_id == user.user_id),
        "log_files": count_journals(layout) + _daily_logs(layout.mql5),
    }


def system_statistics(layout: BaseLayout, stored: Stored) -> dict[str, Any]:
    """The seed's system stats."""
    return {
        "total_users": len(stored.users),
        "total_eas": len(stored.robots),
        "base_dir": layout.root.as_posix(),
        "base_dir_exists": layout.root.is_dir(),
    }


def count_journals(layout: TerminalLayout) -> int:
    """Journals of the terminal itself: each run writes one a day."""
    return _daily_logs(layout.root)


def _daily_logs(parent: Path) -> int:
    """Daily logs in every folder that some build or person spelt `Logs`."""
    folders = [path for name, path in _entries(parent) if name.casefold() == "logs"]
    return sum(1 for folder in folders for name, _ in _entries(folder) if _DAILY_LOG.fullmatch(name))


def _entries(directory: Path) -> Iterator[tuple[str, Path]]:
    try:
        with os.scandir(directory) as entries:
            yield from [(entry.name, Path(entry.path)) for entry in entries]
    except OSError:
        return
