"""Reading and editing MetaTrader's ini files without losing what they hold.

An edit changes the named values and nothing else: order, comments, blank lines, repeated keys, encoding and line ends
stay. Must not know: which file it is, or what a key means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mt5console.core.errors import StorageFailed, UsageInvalid
from mt5console.core.terminal.encoding import (
    TERMINAL_FORM,
    decode,
    decode_exact,
    encode_exact,
    form_of,
    is_one_line,
    lines_of,
)

_SECTION = re.compile(r"\s*\[([^\]\r\n]*)\]")
_ENTRY = re.compile(r"(\s*([^=\r\n]*?)\s*=[ \t]*)([^\r\n]*?)([ \t]*)([\r\n]*)\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class IniChange:
    """Set one key of one section; `value` None removes the key. Names are compared without case."""

    section: str
    key: str
    value: str | None


def read_ini(data: bytes) -> dict[str, tuple[tuple[str, str], ...]]:
    """All sections by their names as spelt, with their entries in order, repeated keys included. Never raises.

    Sections of one name (in any case) are joined under its first spelling; entries before any section are under "".
    """
    names: dict[str, str] = {"": ""}
    found: dict[str, list[tuple[str, str]]] = {}
    current = ""
    for line in lines_of(decode(data)):
        name = _section_of(line)
        if name is not None:
            current = names.setdefault(name.casefold(), name)
            found.setdefault(current, [])
        elif entry := _entry_of(line):
            found.setdefault(current, []).append((entry.group(2), entry.group(3)))
    return {name: tuple(entries) for name, entries in found.items()}


def ini_value(data: bytes, section: str, key: str) -> str | None:
    """The first value of a key, as Windows reads such files; None when it is not there."""
    for name, entries in read_ini(data).items():
        if name.casefold() == section.casefold():
            for found, value in entries:
                if found.casefold() == key.casefold():
                    return value
    return None


def edit_ini(data: bytes, changes: Iterable[IniChange]) -> bytes:
    """The file with the changes made. An empty file becomes a new one in the terminal's own form.

    A repeated key gets the new value at every place, so that it does not matter which one the terminal reads.
    Raises UsageInvalid (`bad_ini_value`) for names and values that would become structure, StorageFailed (`torn_file`)
    for a file that is cut off inside a character.
    """
    form = form_of(data) if data else TERMINAL_FORM
    try:
        lines = lines_of(decode_exact(data, form))
    except ValueError:
        raise StorageFailed("torn_file", "The ini file is cut off; restore it from a backup and try again.") from None
    newline = next((end for line in lines if (end := line[len(line.rstrip("\r\n")) :])), "\r\n")
    for change in changes:
        _refuse_structure(change)
        _apply(lines, change, newline)
    try:
        return encode_exact("".join(lines), form)
    except ValueError:
        raise UsageInvalid(
            "bad_ini_value", f"The ini file's encoding ({form.codec}) cannot spell the value; save it as UTF-16 first."
        ) from None


def _refuse_structure(change: IniChange) -> None:
    """Values are never shown here: one of them may be a password."""
    where = f"[{change.section}] {change.key}"
    if not change.section or "]" in change.section or not is_one_line(change.section):
        raise UsageInvalid("bad_ini_value", "A section's name must be one line without ']'.")
    if not change.key.strip() or change.key[0] in "[;#" or "=" in change.key or not is_one_line(change.key):
        raise UsageInvalid("bad_ini_value", f"A key of section {change.section} cannot be written to an ini file.")
    if change.value is not None and not is_one_line(change.value):
        raise UsageInvalid("bad_ini_value", f"The value of {where} must be one line without control characters.")


def _apply(lines: list[str], change: IniChange, newline: str) -> None:
    """Change the key at every place; a new key goes behind the last line that says something in its section."""
    inside = in_first = found = False
    place: int | None = None
    kept: list[str] = []
    for line in lines:
        name = _section_of(line)
        if name is not None:
            inside = name.casefold() == change.section.casefold()
            in_first = inside and place is None
        elif inside and (entry := _entry_of(line)) and entry.group(2).casefold() == change.key.casefold():
            found = True
            if change.value is None:
                continue
            line = entry.group(1) + change.value + entry.group(5)
        kept.append(line)
        if in_first and line.strip():
            place = len(kept)
    lines[:] = kept
    if not found and change.value is not None:
        _insert(lines, change, place, newline)


def _insert(lines: list[str], change: IniChange, place: int | None, newline: str) -> None:
    added = [f"{change.key}={change.value}{newline}"]
    if place is None:
        place = len(lines)
        added.insert(0, f"[{change.section}]{newline}")
    if place and not lines[place - 1].endswith(("\n", "\r")):
        lines[place - 1] += newline
    lines[place:place] = added


def _section_of(line: str) -> str | None:
    match = _SECTION.match(line)
    return match.group(1) if match else None


def _entry_of(line: str) -> re.Match[str] | None:
    if line.lstrip().startswith((";", "#")):
        return None
    return _ENTRY.match(line)
