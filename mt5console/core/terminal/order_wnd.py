"""order.wnd: which charts a profile opens, one file name a line, nothing else.

A chart file that no line names stays closed. Must not know: what the charts hold.
"""

from __future__ import annotations

from mt5console.core.errors import StorageFailed, UsageInvalid
from mt5console.core.terminal.encoding import TERMINAL_FORM, decode, decode_exact, encode_exact, form_of, lines_of

NAME = "order.wnd"


def read_order(data: bytes) -> tuple[str, ...]:
    """The charts' file names in their order, repeated ones once. Never raises."""
    names = (line.strip().removeprefix("\ufeff") for line in lines_of(decode(data)))
    return tuple(dict.fromkeys(name for name in names if name))


def with_chart(data: bytes, name: str) -> bytes:
    """The file with a chart at its end, unchanged when it names the chart already (in any case).

    An empty file becomes one in the terminal's form. Raises UsageInvalid (`bad_chart_name`) for what is no file's
    name, StorageFailed (`torn_file`) for a file that is cut off inside a character.
    """
    if not name.strip() or name != name.strip() or any(char in '\\/:*?"<>|' or ord(char) < 32 for char in name):
        raise UsageInvalid("bad_chart_name", f"{name!r} cannot be a chart's file name; use a plain one as chart01.chr.")
    if name.casefold() in (known.casefold() for known in read_order(data)):
        return data
    form = form_of(data) if data else TERMINAL_FORM
    lines = _lines(data)
    newline = next((end for line in lines if (end := line[len(line.rstrip("\r\n")) :])), "\r\n")
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    return encode_exact("".join([*lines, name + newline]), form)


def without_charts(data: bytes, names: frozenset[str]) -> bytes:
    """The file without these charts (names in any case); all other bytes stay. Raises StorageFailed (`torn_file`)."""
    form = form_of(data)
    lines = _lines(data)
    gone = {name.casefold() for name in names}
    kept = [line for line in lines if line.strip().removeprefix("\ufeff").casefold() not in gone]
    return data if len(kept) == len(lines) else encode_exact("".join(kept), form)


def _lines(data: bytes) -> list[str]:
    try:
        return lines_of(decode_exact(data, form_of(data)))
    except ValueError:
        text = "order.wnd is cut off; start and close the terminal once, which writes it anew."
        raise StorageFailed("torn_file", text) from None
