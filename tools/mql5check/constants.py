"""The values of literals, and of operators between constants. It must not know names or types of variables."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from tools.mql5check.syntax import Literal
from tools.mql5check.types import (
    BOOL,
    COLOR,
    DATETIME,
    DOUBLE,
    INT,
    LONG,
    NULL,
    STRING,
    UINT,
    ULONG,
    USHORT,
    Type,
    Value,
    wrapped,
)

Constant = int | float | str | None

_ESCAPES: Final = {"n": 10, "t": 9, "r": 13, "0": 0, "\\": 92, '"': 34, "'": 39}
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WHOLE: Final[dict[str, Callable[[int, int], int]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
_REAL: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def literal(node: Literal) -> Value:
    """The type and the value of a literal; the date's and colour's value is not worked out."""
    if node.kind == "integer":
        return _integer(node.text)
    if node.kind == "real":
        return Value(DOUBLE, float(node.text))
    if node.kind == "string":
        return Value(STRING, text_of(node))
    if node.kind == "char":
        return Value(USHORT, _character(node.text[1:-1]))
    if node.kind == "bool":
        return Value(BOOL, int(node.text == "true"))
    if node.kind == "date":
        return Value(DATETIME)
    return Value(COLOR) if node.kind == "color" else Value(NULL)


def _integer(text: str) -> Value:
    number = int(text, 16) if text[:2] in ("0x", "0X") else int(text)
    if number < 2**31:
        return Value(INT, number)
    if number < 2**32 and text[:2] in ("0x", "0X"):
        return Value(UINT, number)
    return Value(LONG if number < 2**63 else ULONG, number)


def _character(body: str) -> int:
    if body[:1] != "\\":
        return ord(body) & 0xFFFF if len(body) == 1 else 0
    if body[1:2] == "x":
        return int(body[2:] or "0", 16)
    return _ESCAPES.get(body[1:], 0)


def text_of(node: Literal) -> str:
    """The characters of a string literal, its parts joined; wrong escapes, told by the lexer, stay as they are."""
    out: list[str] = []
    for part in _parts(node.text):
        at = 0
        while at < len(part):
            letter = part[at]
            if letter != "\\" or at + 1 >= len(part):
                out.append(letter)
                at += 1
                continue
            if part[at + 1] == "x":
                end = at + 2
                while end < len(part) and end < at + 6 and part[end] in "0123456789abcdefABCDEF":
                    end += 1
                out.append(chr(int(part[at + 2 : end] or "0", 16)))
                at = end
                continue
            out.append(chr(_ESCAPES.get(part[at + 1], ord(part[at + 1]))))
            at += 2
    return "".join(out)


def _parts(text: str) -> list[str]:
    """The insides of neighbouring string literals."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and text[end] != '"':
            end += 2 if text[end] == "\\" else 1
        parts.append(text[at + 1 : end])
        at = end + 2
    return parts


def folded(sign: str, left: Constant, right: Constant, kind: Type) -> Constant:
    """What an operator makes of two constants, in the type of the result; None when that is not known.

    The result of a comparison is 0 or 1. A division by zero is None; the caller tells it.
    """
    if left is None or right is None or isinstance(left, str) != isinstance(right, str):
        return None
    if isinstance(left, str) or isinstance(right, str):
        return left + right if sign == "+" and isinstance(left, str) and isinstance(right, str) else None
    if sign in _COMPARISONS:
        return int(_COMPARISONS[sign](left, right))
    if sign in ("&&", "||"):
        return int(bool(left) and bool(right)) if sign == "&&" else int(bool(left) or bool(right))
    if kind.is_real:
        return _real(sign, float(left), float(right))
    if isinstance(left, int) and isinstance(right, int):
        return _whole(sign, left, right, kind)
    return None


def _real(sign: str, left: float, right: float) -> float | None:
    try:
        return _REAL[sign](left, right) if sign in _REAL else None
    except (ZeroDivisionError, OverflowError):
        return None


def _whole(sign: str, left: int, right: int, kind: Type) -> int | None:
    if sign in _WHOLE:
        return wrapped(_WHOLE[sign](left, right), kind)
    if sign in ("<<", ">>"):
        if not 0 <= right < 64:
            return None
        return wrapped(left << right if sign == "<<" else left >> right, kind)
    if sign in ("/", "%") and right != 0:
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return wrapped(quotient if sign == "/" else left - quotient * right, kind)
    return None
