"""Presets (`.set`): the values of a program's inputs, one `name=value` a line, as the terminal saves and loads them.

The terminal writes UTF-16LE with BOM and CRLF; people's editors leave UTF-8 and ANSI. Behind a value may stand what
the strategy tester needs: `value||start||step||stop||Y`. A line that begins with `;` is a remark; a group of inputs is
saved as one. Reading takes what it can, writing has one form. Must not know: a program's inputs or their types.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.encoding import decode, encode, is_one_line, lines_of

_SEPARATOR = "||"
_REMARK = ";"


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimisation:
    """The range that the strategy tester tries for an input, in the file's own words; `is_on`: it is tried."""

    start: str
    step: str
    stop: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetEntry:
    """One input. `group`: the remark that it stands under, without its sign; empty for none."""

    name: str
    value: str
    optimisation: Optimisation | None = None
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A whole preset. `remarks`: what stands before the first input; `unread`: how many lines had no meaning."""

    entries: tuple[PresetEntry, ...]
    remarks: tuple[str, ...] = ()
    unread: int = 0

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Names and values in the file's order, repeated names included."""
        return tuple((entry.name, entry.value) for entry in self.entries)

    def value(self, name: str) -> str | None:
        """The last value of an input: a later line overrides. None when the preset does not name it."""
        return next((entry.value for entry in reversed(self.entries) if entry.name == name), None)


def read_preset(data: bytes) -> Preset:
    """What a preset says, in any encoding and with either line end. Never raises; a torn end loses its last line."""
    entries: list[PresetEntry] = []
    remarks: list[str] = []
    group, unread = "", 0
    for line in lines_of(decode(data)):
        text = line.strip("\r\n").removeprefix("\ufeff")
        if text.lstrip().startswith(_REMARK):
            group = text.lstrip()[1:].strip()
            if not entries and group:
                remarks.append(group)
        elif entry := _entry_of(text, group):
            entries.append(entry)
        elif text.strip():
            unread += 1
    # The remark right above the first input is its group, those before it are the file's.
    if entries and remarks and entries[0].group == remarks[-1]:
        remarks.pop()
    return Preset(entries=tuple(entries), remarks=tuple(remarks), unread=unread)


def preset_bytes(entries: Iterable[PresetEntry | tuple[str, str]], remarks: Iterable[str] = ()) -> bytes:
    """A preset as the terminal writes it; a pair is a name and a value without a tester's range.

    Raises UsageInvalid (`bad_preset_value`) for names and values that would read back as something else.
    """
    lines = [_remark(words) for words in remarks]
    group = lines[-1].removeprefix(_REMARK).strip() if lines else ""
    if lines:
        lines.append(_REMARK)
        group = ""
    for item in entries:
        entry = item if isinstance(item, PresetEntry) else PresetEntry(name=item[0], value=item[1])
        if entry.group != group:
            group = entry.group
            lines.append(_remark(group))
        lines.append(f"{_name(entry.name)}={_value(entry)}")
    return encode("".join(f"{line}\n" for line in lines))


def _entry_of(line: str, group: str) -> PresetEntry | None:
    name, equals, words = line.partition("=")
    name = name.strip()
    if not equals or not name:
        return None
    value, *ranges = words.split(_SEPARATOR)
    if len(ranges) == 4 and ranges[3].strip().upper() in ("Y", "N"):
        start, step, stop, flag = ranges
        tried = Optimisation(start=start, step=step, stop=stop, is_on=flag.strip().upper() == "Y")
        return PresetEntry(name=name, value=value, optimisation=tried, group=group)
    # Anything else behind `||` is no range but part of the text.
    return PresetEntry(name=name, value=words, group=group)


def _remark(words: str) -> str:
    _refuse(is_one_line(words), "A remark of a preset must be one line without control characters.")
    _refuse(words == words.strip(), "A remark of a preset cannot begin or end with a blank.")
    return f"{_REMARK} {words}" if words else _REMARK


def _name(name: str) -> str:
    plain = bool(name) and name == name.strip() and is_one_line(name) and "=" not in name
    _refuse(plain and not name.startswith((_REMARK, "\ufeff")), f"{name!r} cannot be the name of an input.")
    return name


def _value(entry: PresetEntry) -> str:
    tried = entry.optimisation
    parts = (entry.value,) if tried is None else (entry.value, tried.start, tried.step, tried.stop)
    where = f"The value of {entry.name} "
    _refuse(all(is_one_line(part) for part in parts), where + "must be one line without control characters.")
    if tried is None:
        again = _entry_of(f"x={entry.value}", "")
        fits = again is not None and again.value == entry.value
        _refuse(fits, where + "would be read as a range of the strategy tester; it cannot stand in a preset.")
        return entry.value
    _refuse(not any("|" in part for part in parts), where + "and its range cannot hold '|'.")
    return _SEPARATOR.join([*parts, "Y" if tried.is_on else "N"])


def _refuse(fine: bool, text: str) -> None:
    if not fine:
        raise UsageInvalid("bad_preset_value", text)
