"""Which value may stand where a type is wanted, and what a cast may do.

The subset refuses what MQL5 only warns of: a number that may not fit, text and numbers mixed, numbers as members of
enumerations. It must not know names or the tree; what derives from what is asked of the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tools.mql5check.types import Type, Value, bits

Derives = Callable[[str, str], bool]

ANY_ENUM: Final = "WRONG_VALUE"


def complaint(source: Value, target: Type, derives: Derives) -> str | None:
    """Say why a value cannot stand where `target` is wanted, or None when it can."""
    kind = source.type
    if kind.is_unknown or target.is_unknown:
        return None
    if kind.kind == "void":
        return "a void function gives no value"
    if kind.array or target.array:
        return f"{_what(kind)} cannot stand where {_what(target)} is wanted"
    if target.pointer or kind.pointer:
        return _pointer(kind, target, derives)
    if target.is_object or kind.is_object:
        if kind.name == target.name:
            return None
        return f"{_what(kind)} cannot stand where {_what(target)} is wanted"
    if target.is_text:
        if kind.is_text or kind.kind == "null":
            return None
        return f"{kind} becomes text by IntegerToString(), DoubleToString(), TimeToString() or (string), not by itself"
    if kind.is_text:
        return f"text becomes {target} by StringToInteger(), StringToDouble() or StringToTime(), not by itself"
    if kind.kind == "null":
        return f"NULL is no {target}: write a number"
    return _number(source, target)


def _what(kind: Type) -> str:
    if kind.array:
        return f"an array of {kind.element}"
    if kind.is_object:
        return f"an object {kind.name}"
    return f"a value {kind}"


def _pointer(kind: Type, target: Type, derives: Derives) -> str | None:
    if target.pointer and kind.kind == "null":
        return None
    if target.pointer and kind.pointer:
        if derives(kind.name, target.name):
            return None
        return f"a pointer to {kind.name} is no pointer to {target.name}"
    if target.pointer:
        hint = ": write GetPointer()" if kind.is_object else ""
        return f"{_what(kind)} is no pointer to {target.name}{hint}"
    return f"a pointer to {kind.name} cannot stand where {_what(target)} is wanted"


def _number(source: Value, target: Type) -> str | None:
    kind = source.type
    if target.kind == "enum":
        if kind.name == target.name or source.name == ANY_ENUM:
            return None
        return f"{kind} is no {target}: write one of its names, or ({target}) before the value"
    if target.name in ("bool", "double"):
        return None
    if target.name == "float":
        if kind.name == "double" and source.constant is None:
            return "double may lose digits as float: write (float) before it if that is meant"
        return None
    if kind.is_real:
        return f"{kind} loses its fraction as {target}: write ({target}) before it if that is meant"
    if bits(kind) <= bits(target) or fits(source.constant, target):
        return None
    if isinstance(source.constant, int):
        return f"the number {source.constant} does not fit {target}"
    return f"{kind} may not fit {target}: write ({target}) before it if that is meant"


def fits(constant: int | float | str | None, target: Type) -> bool:
    """Whether a whole constant fits an integer type, read as signed or as unsigned."""
    if not isinstance(constant, int):
        return False
    size = bits(target)
    return -(1 << (size - 1)) <= constant < (1 << size)


def cast_complaint(source: Value, target: Type, derives: Derives) -> str | None:
    """Say why a value cannot be cast to `target`, or None when it can."""
    kind = source.type
    if kind.is_unknown or target.is_unknown:
        return None
    if kind.kind in ("void", "null") and not target.pointer:
        return "a void function gives no value" if kind.kind == "void" else f"NULL cannot be cast to {target}"
    if target.pointer and kind.pointer and (derives(kind.name, target.name) or derives(target.name, kind.name)):
        return None
    if target.pointer and kind.kind == "null":
        return None
    if kind.array or target.pointer or kind.pointer or target.is_object or kind.is_object or target.kind == "void":
        return f"{_what(kind)} cannot be cast to {target}"
    if kind.is_text and not target.is_text:
        return f"text is read by StringToInteger(), StringToDouble() or StringToTime(), not by a cast to {target}"
    if target.kind == "enum" and kind.is_real:
        return f"{kind} cannot be cast to {target}: cast it to int first"
    return None


def common(left: Value, right: Value, derives: Derives) -> Type | None:
    """The type of `condition ? left : right`, None when the two do not go together."""
    one, other = left.type, right.type
    if complaint(right, one, derives) is None and one.kind != "null" and not (one.is_number and other.is_number):
        return one
    if complaint(left, other, derives) is None and other.kind != "null" and not (one.is_number and other.is_number):
        return other
    return None
