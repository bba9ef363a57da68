"""Autostart entries of freedesktop.org's Desktop Entry and Autostart specifications, as files of this account.

Must not know: what is started.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mt5console.core.errors import UsageInvalid
from mt5console.platforms.autostart import STEM, StartEntry, StartPlan
from mt5console.platforms.files import LocalFileStore

SUFFIX = ".desktop"
_BASE_KEY = "X-Mt5console-Base"
_QUOTED = '"`$\\'
"""Characters that a backslash must stand before within a quoted word."""


def directory() -> Path:
    """Where this account's autostart entries lie; a relative XDG_CONFIG_HOME counts as none, as the standard says."""
    chosen = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    return (chosen if chosen.is_absolute() else Path("~/.config").expanduser()) / "autostart"


def write_entry(name: str, plan: StartPlan) -> str:
    """Write the entry; gives its path. Raises `StorageFailed`, and `UsageInvalid` for a path that no entry can hold."""
    place = directory() / (name + SUFFIX)
    LocalFileStore().write_atomic(place, entry_text(plan).encode("utf-8"))
    return str(place)


def remove_entry(name: str) -> bool:
    """Remove the entry; False when there was none. Raises `StorageFailed`."""
    place, files = directory() / (name + SUFFIX), LocalFileStore()
    there = files.stamp(place) is not None
    files.remove(place)
    return there


def read_entries(name: str, plan: StartPlan) -> tuple[StartEntry | None, tuple[str, ...]]:
    """The named entry, and the base directories of the others."""
    own, others = None, []
    for place in sorted(directory().glob(f"{STEM}-*{SUFFIX}")):
        try:
            text = place.read_bytes().decode("utf-8")
        except (OSError, ValueError):
            continue
        values = _values(text)
        base = _unescaped(values.get(_BASE_KEY, ""))
        if place.stem == name:
            enabled = values.get("Hidden") != "true" and values.get("X-GNOME-Autostart-enabled") != "false"
            own = StartEntry(place=str(place), base=base, enabled=enabled, current=text == entry_text(plan))
        elif base:
            others.append(base)
    return own, tuple(others)


def entry_text(plan: StartPlan) -> str:
    """The entry's text. Raises `UsageInvalid` for control characters and for text that is no Unicode."""
    for text in (*plan.command, str(plan.base), str(plan.directory)):
        if any(ord(char) < 32 or ord(char) == 127 for char in text) or not _is_unicode(text):
            raise UsageInvalid("bad_path", "a path holds characters that an autostart entry cannot; rename it")
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        "Version=1.0",
        "Name=mt5console",
        "Comment=Watches the MetaTrader 5 terminals of one base directory",
        f"Exec={_escaped(exec_line(plan.command))}",
        f"Path={_escaped(str(plan.directory))}",
        "Terminal=false",
        "StartupNotify=false",
        "Hidden=false",
        "X-GNOME-Autostart-enabled=true",
        f"{_BASE_KEY}={_escaped(str(plan.base))}",
    ]
    return "\n".join(lines) + "\n"


def exec_line(words: Sequence[str]) -> str:
    """A command line for `Exec`: every word quoted, its special characters behind backslashes, `%` doubled."""
    return " ".join(f'"{_quoted(word)}"' for word in words)


def _quoted(word: str) -> str:
    return "".join(f"\\{char}" if char in _QUOTED else char for char in word).replace("%", "%%")


def _escaped(text: str) -> str:
    """A value as the file spells it."""
    spelt = text.replace("\\", "\\\\")
    return "\\s" + spelt[1:] if spelt.startswith(" ") else spelt


def _unescaped(text: str) -> str:
    return text.replace("\\s", " ", 1).replace("\\\\", "\\") if text.startswith("\\s") else text.replace("\\\\", "\\")


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _values(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.split("\n") if "=" in line and not line.startswith("#"))
    return {key.strip(): value.lstrip() for key, _, value in pairs}
