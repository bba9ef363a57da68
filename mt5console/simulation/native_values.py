"""Words of the pipe between a compiled MQL5 program and its terminal: lines, fields, values (tools/mql5check/PIPE.md).

Must not know: functions, or what values mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

_WRITTEN = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_READ = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
NULL = "\\0"
"""The field that stands for the NULL string."""


class When(NamedTuple):
    """A datetime on the pipe; `seconds` since 1970."""

    seconds: float


class Refusal(Exception):
    """A call that fails: `code` is what GetLastError() gives, `values` what the functions return all the same."""

    def __init__(self, code: int, *values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def escape(text: str) -> str:
    """One field of a line."""
    return "".join(_WRITTEN.get(letter, letter) for letter in text)


def unescape(field: str) -> str | None:
    """The text of a field, None for NULL."""
    if field == NULL:
        return None
    if "\\" not in field:
        return field
    letters, taken = [], iter(field)
    for letter in taken:
        letters.append(_READ.get(next(taken, ""), "") if letter == "\\" else letter)
    return "".join(letters)


def encode_value(value: object) -> str:
    """One value as a field: None is the NULL string."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, When):
        return f"@{int(value.seconds)}"
    return escape(value) if isinstance(value, str) else repr(value)


def encode_line(words: Iterable[object]) -> bytes:
    """A whole message."""
    return ("\t".join(encode_value(word) for word in words) + "\n").encode("utf-8", "replace")


def flat(items: Sequence[object]) -> list[object]:
    """An array as the pipe carries it: how many elements, then the elements; a struct's fields one by one."""
    found: list[object] = [len(items)]
    for item in items:
        if isinstance(item, tuple) and not isinstance(item, When):
            found.extend(item)
        else:
            found.append(item)
    return found


class Arguments:
    """The arguments of one call, taken from the left. Raises ValueError when they do not fit."""

    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = fields
        self._next = 0

    def text(self) -> str:
        """A string; NULL as an empty one."""
        return self.maybe_text() or ""

    def maybe_text(self) -> str | None:
        """A string, None for NULL."""
        if self._next >= len(self._fields):
            raise ValueError("an argument is missing")
        self._next += 1
        return unescape(self._fields[self._next - 1])

    def whole(self) -> int:
        """A whole number, a datetime's seconds or a truth as 0 and 1."""
        word = self.text()
        if word in ("true", "false"):
            return int(word == "true")
        return int(word.removeprefix("@"))

    def real(self) -> float:
        """A real number."""
        return float(self.text())

    def peek_is_time(self) -> bool:
        """Whether the next argument is a datetime."""
        return self._next < len(self._fields) and self._fields[self._next].startswith("@")
