"""The terminal's own common.ini: what holds at a start that is not ours, as after a LiveUpdate.

A file of /config is read-only to the terminal: none of its values comes into common.ini. So algo trading is switched on
there, too, while the terminal is stopped. Must not know: whether it is stopped (the caller has made sure: a running
one writes the file anew at its exit).
"""

from __future__ import annotations

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import FileStore
from mt5console.core.terminal.ini import IniChange, edit_ini
from mt5console.core.terminal.layout import TerminalLayout

ALGO_STAYS_ON = (("Enabled", "1"), ("Account", "0"), ("Profile", "0"))
"""[Experts], in the start ini and in common.ini: algo trading is on, no new login or profile switches it off."""


def keep_algo_on(layout: TerminalLayout, files: FileStore) -> bool:
    """Make common.ini say what the start ini says of algo trading, and nothing else; says whether it was changed.

    Raises StorageFailed when the file cannot be read, understood or written; it is as it was then.
    """
    path = layout.common_ini
    data = files.read(path)
    if data is None and files.stamp(path) is not None:
        raise StorageFailed("held", f"{path} cannot be read: check who owns it and who holds it")
    edited = edit_ini(data or b"", [IniChange(section="Experts", key=key, value=value) for key, value in ALGO_STAYS_ON])
    if edited == data:
        return False
    files.write_atomic(path, edited)
    return True
