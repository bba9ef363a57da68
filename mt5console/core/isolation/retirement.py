"""Where the files of removed users and robots go: aside, never away. Must not know: why somebody was removed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from mt5console.core.errors import StorageFailed
from mt5console.core.model.ids import SLOT_A, SLOT_B, RobotId
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout

KEPT_IN_PLACE = frozenset({"desired.json", "lock"})
"""Stay in a removed robot's channel folder: a stray old version must still read there that it may not trade."""


def free_place(layout: BaseLayout, name: str, utc_s: float) -> Path:
    """A name in the folder of removed things that nothing has yet: `<name>-<utc seconds>`."""
    stamp = int(utc_s)
    while (place := layout.removed() / f"{name}-{stamp}").exists():
        stamp += 1
    return place


def move_user_aside(directory: Path, place: Path) -> None:
    """Move a user's directory in one step. Raises `StorageFailed` when something holds it; it stays whole then."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        os.rename(directory, place)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        text = f"{directory} could not be moved aside: {reason}; close what holds it and try again. Nothing was changed"
        raise StorageFailed("no_permission", text) from error


def robot_files(layout: BaseLayout, terminal: TerminalLayout | None, robot_id: RobotId) -> list[Path]:
    """All files of a robot, but what must stay for a stray old version to read."""
    paths = [layout.robot_source(robot_id)]
    if terminal is not None:
        for slot in (SLOT_A, SLOT_B):
            paths += [terminal.slot_binary(robot_id, slot), terminal.slot_source(robot_id, slot)]
        paths += [terminal.proven_source(robot_id), terminal.legacy_heartbeat(robot_id)]
        channel = terminal.robot(robot_id)
        if channel.is_dir():
            paths += sorted(path for path in channel.iterdir() if path.name not in KEPT_IN_PLACE)
    return paths


def move_aside(paths: Iterable[Path], place: Path) -> tuple[Path, ...]:
    """Move files into a new folder by their names; gives those that something holds and that stay where they are."""
    held = []
    for path in paths:
        if not path.exists():
            continue
        try:
            place.mkdir(parents=True, exist_ok=True)
            os.rename(path, place / path.name)
        except OSError:
            held.append(path)
    return tuple(held)
