"""Format texts of PrintFormat and StringFormat against their arguments. It must not know names or the tree."""

from __future__ import annotations

import re
from typing import Final

from tools.mql5check.types import Value, bits

FORMATTED: Final = frozenset(("PrintFormat", "StringFormat", "printf"))

_SPECIFIER: Final = re.compile(r"%(?:%|[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(I64|I32|ll|l|h)?([A-Za-z])?)")
_REAL: Final = frozenset("eEfgGaA")
_WHOLE: Final = frozenset("dioxXu")


def format_complaint(name: str, values: list[Value]) -> str | None:
    """Why a constant format does not fit what is printed with it, or None."""
    if name not in FORMATTED or not values or not isinstance(values[0].constant, str):
        return None
    wanted: list[tuple[str, str]] = []
    for match in _SPECIFIER.finditer(values[0].constant):
        if match.group() == "%%":
            continue
        if match.group(2) is None:
            return f"the format has a lone % after {values[0].constant[: match.start()]!r}: write %%"
        wanted += [("", "*")] * match.group().count("*")
        wanted.append((match.group(1) or "", match.group(2)))
    given = values[1:]
    if len(wanted) != len(given):
        return f"the format of {name} asks for {len(wanted)} values, {len(given)} are given"
    for at, ((size, letter), value) in enumerate(zip(wanted, given), 1):
        wrong = _one(size, letter, value)
        if wrong is not None:
            return f"value {at} of {name}: {wrong}"
    return None


def _one(size: str, letter: str, value: Value) -> str | None:
    kind = value.type
    if kind.is_unknown:
        return None
    if letter == "s":
        return None if kind.is_text else f"%s wants text, not {kind}"
    if letter in _REAL:
        return None if kind.is_real else f"%{letter} wants a double, not {kind}"
    if letter in _WHOLE or letter == "*":
        if not kind.is_integer:
            return f"%{letter} wants a whole number, not {kind}"
        wide = size in ("I64", "ll")
        if bits(kind) == 64 and not wide:
            return f"%{size}{letter} shows 32 bits of {kind}: write %I64{letter}"
        if bits(kind) < 64 and wide:
            return f"%{size}{letter} wants a long, not {kind}"
        return None
    return None if letter in "cCp" else f"%{letter} is no format"
