"""The terminal's own common.ini: what holds at a start that is not ours, as after a LiveUpdate.

A file of /config is read-only to the terminal: none of its values comes into common.ini. So algo trading is switched
there, too, while the terminal is stopped. Must not know: whether it is stopped (the caller has made sure: a running one
writes the file anew at its exit).
"""

from __future__ import annotations

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import FileStore
from mt5console.core.terminal.ini import IniChange, edit_ini
from mt5console.core.terminal.layout import TerminalLayout


def algo_settings(on: bool) -> tuple[tuple[str, str], ...]:
    """[Experts], in the start ini and in common.ini: the switch itself, and that no login or profile turns it off."""
    return ("Enabled", "1" if on else "0"), ("Account", "0"), ("Profile", "0")


def keep_algo(layout: TerminalLayout, files: FileStore, *, on: bool = True) -> bool:
    """Make common.ini say what the start ini says of algo trading, and nothing else; says whether it was changed.

    `on`: False when it was off before the start, for a start is nobody's wish to switch it on. Raises StorageFailed
    when the file cannot be read, understood or written; it is as it was then.
    """
    path = layout.common_ini
    data = files.read(path)
    if data is None and files.stamp(path) is not None:
        raise StorageFailed("held", f"{path} cannot be read: check who owns it and who holds it")
    changes = [IniChange(section="Experts", key=key, value=value) for key, value in algo_settings(on)]
    edited = edit_ini(data or b"", changes)
    if edited == data:
        return False
    files.write_atomic(path, edited)
    return True
