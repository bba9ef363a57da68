"""Start inis that a crash left behind: wiped when an engine starts. Must not know: what is in them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from pathlib import Path

from mt5console.core.errors import StorageFailed
from mt5console.core.model.desired import DesiredUser
from mt5console.core.model.ids import UserId
from mt5console.core.ports import FileStore
from mt5console.core.terminal.layout import TerminalLayout

log = logging.getLogger(__name__)


def sweep_start_inis(
    users: Iterable[DesiredUser], files: FileStore, still_needed: Collection[UserId] = ()
) -> tuple[UserId, ...]:
    """Wipe the start inis of all users but those whose start is under way; gives whose there were.

    One that cannot be wiped is named in the log, and the others are wiped all the same.
    """
    wiped = []
    for user in users:
        if user.user_id in still_needed:
            continue
        path = TerminalLayout(Path(user.directory)).start_ini
        there = files.stamp(path) is not None
        try:
            # Also without an ini: a crash while it was written leaves a piece beside it.
            files.wipe(path)
        except StorageFailed as error:
            log.error("user %s: a start ini with a password could not be wiped: %s", user.user_id, error.text)
            continue
        if there:
            wiped.append(user.user_id)
    return tuple(wiped)
