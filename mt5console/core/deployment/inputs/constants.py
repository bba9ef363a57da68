"""Constant expressions of MQL5, worked out as a compiler does: `60*60`, `1<<4`, `"a"+"b"`, `D'2026.01.31'`, `C'1,2,3'`.

Anything that is not surely constant gives None. Must not know: inputs, or where words come from.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence

from mt5console.core.deployment.inputs.colours import COLOURS, rgb_number
from mt5console.core.deployment.inputs.language import CONSTANTS, LATEST_S, WHOLE_LIMITS
from mt5console.core.deployment.inputs.words import Word

Value = int | float | str
Lookup = Callable[[str], "Value | None"]

_DEEPEST = 40
_LARGEST = 2**64
_LONGEST = 4000
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "0": "\0"}
_ESCAPED = re.compile(r"\\(x[0-9A-Fa-f]{1,4}|.)", re.DOTALL)
_YMD = re.compile(r"(\d{4})[.\-/](\d{1,2})[.\-/](\d{1,2})")
_DMY = re.compile(r"(\d{1,2})[.\-/](\d{1,2})[.\-/](\d{4})")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2}))?")
_POWERS = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)
_STRENGTH = {sign: strength for strength, signs in enumerate(_POWERS, 1) for sign in signs}
_CASTS = frozenset((*WHOLE_LIMITS, "bool", "double", "float", "datetime", "color", "string"))


class NotConstant(Exception):
    """The expression is none that can be worked out here."""


def evaluate(expression: Sequence[Word], lookup: Lookup) -> Value | None:
    """The value of an expression; `lookup` knows the source's own names. None when only a compiler can tell."""
    try:
        reader = _Reader([word for word in expression if word.kind != "comment"], lookup)
        value = reader.ternary(0)
        return value if reader.is_done else None
    except (NotConstant, ArithmeticError, ValueError, TypeError):
        return None


def number_of(text: str) -> int | float:
    """A number as the source spells it. Raises ValueError."""
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    if text.isdigit() and len(text) <= 40:
        return int(text)
    return float(text.rstrip("fF"))


def string_of(literal: str) -> str:
    """The text of a quoted literal, escapes undone; without its quotes when they are there."""
    inside = literal[1:-1] if len(literal) >= 2 and literal[-1] == literal[0] else literal[1:]
    return _ESCAPED.sub(lambda found: _unescaped(found[1]), inside)


def moment_of(text: str) -> int:
    """Seconds since 1970 of `2026.01.31 12:30:05` and its shorter and turned-round forms. Raises ValueError.

    A time of day alone means the day of the compilation, which nobody knows here: that is a ValueError too.
    """
    date, _, clock = text.strip().replace("T", " ").partition(" ")
    if found := _YMD.fullmatch(date):
        year, month, day = found.groups()
    elif found := _DMY.fullmatch(date):
        day, month, year = found.groups()
    else:
        raise ValueError(text)
    hours = _CLOCK.fullmatch(clock.strip() or "0")
    if hours is None:
        raise ValueError(text)
    hour, minute, second = (int(part or 0) for part in hours.groups())
    moment = dt.datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=dt.UTC)
    seconds = int(moment.timestamp())
    if not 0 <= seconds <= LATEST_S:
        raise ValueError(text)
    return seconds


def colour_of(parts: str) -> int:
    """The number of the colour `red,green,blue`. Raises ValueError."""
    values = [int(part.strip(), 0) for part in parts.split(",")]
    if len(values) != 3 or not all(0 <= value <= 255 for value in values):
        raise ValueError(parts)
    return rgb_number(values[0], values[1], values[2])


def known_constant(name: str, own: Mapping[str, Value]) -> Value | None:
    """The value of a name that the language or the source declares."""
    if name in own:
        return own[name]
    return CONSTANTS[name] if name in CONSTANTS else COLOURS.get(name)


def _unescaped(code: str) -> str:
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, code)


class _Reader:
    """Reads an expression by the strength of its signs."""

    def __init__(self, expression: list[Word], lookup: Lookup) -> None:
        self._words, self._lookup, self._place = expression, lookup, 0

    @property
    def is_done(self) -> bool:
        return self._place >= len(self._words)

    def ternary(self, depth: int) -> Value:
        condition = self._chain(1, depth)
        if not self._takes("?"):
            return condition
        first = self.ternary(depth + 1)
        self._needs(":")
        second = self.ternary(depth + 1)
        return first if condition else second

    def _chain(self, weakest: int, depth: int) -> Value:
        if depth > _DEEPEST:
            raise NotConstant
        left = self._single(depth)
        while True:
            sign = self._words[self._place].text if not self.is_done else ""
            strength = _STRENGTH.get(sign, 0)
            if strength < weakest:
                return left
            self._place += 1
            left = _bounded(_joined(sign, left, self._chain(strength + 1, depth + 1)))

    def _single(self, depth: int) -> Value:
        if self.is_done or depth > _DEEPEST:
            raise NotConstant
        word = self._words[self._place]
        self._place += 1
        if word.kind == "sign":
            return self._signed(word.text, depth)
        if word.kind == "number":
            return _bounded(number_of(word.text))
        if word.kind == "string":
            return self._strings(word)
        if word.kind == "quoted":
            return _quoted(word.text)
        return self._named(word.text, depth)

    def _signed(self, sign: str, depth: int) -> Value:
        if sign == "(":
            if self._peek_cast():
                kind = self._words[self._place].text
                self._place += 2
                return _cast(kind, self._single(depth + 1))
            inside = self.ternary(depth + 1)
            self._needs(")")
            return inside
        operand = self._single(depth + 1)
        if isinstance(operand, str):
            raise NotConstant
        if sign == "-":
            return -operand
        if sign == "+":
            return operand
        if sign == "!":
            return not operand
        if sign == "~" and isinstance(operand, int):
            return ~operand
        raise NotConstant

    def _named(self, name: str, depth: int) -> Value:
        if name in _CASTS and self._takes("("):
            inside = self.ternary(depth + 1)
            self._needs(")")
            return _cast(name, inside)
        if self._takes("::") and not self.is_done:
            name = self._words[self._place].text
            self._place += 1
        value = self._lookup(name)
        if value is None:
            raise NotConstant
        return value

    def _strings(self, word: Word) -> str:
        text = string_of(word.text)
        while not self.is_done and self._words[self._place].kind == "string":
            text += string_of(self._words[self._place].text)
            self._place += 1
        return text

    def _peek_cast(self) -> bool:
        here = self._place
        return here + 1 < len(self._words) and self._words[here].text in _CASTS and self._words[here + 1].text == ")"

    def _takes(self, sign: str) -> bool:
        if not self.is_done and self._words[self._place].text == sign:
            self._place += 1
            return True
        return False

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            raise NotConstant


def _quoted(text: str) -> int:
    if text[0] == "D":
        return moment_of(text[2:-1])
    if text[0] == "C":
        return colour_of(text[2:-1])
    letter = string_of(text)
    if len(letter) != 1:
        raise NotConstant
    return ord(letter)


def _cast(kind: str, value: Value) -> Value:
    if kind == "string" or isinstance(value, str):
        raise NotConstant
    if kind == "bool":
        return bool(value)
    return float(value) if kind in ("double", "float") else int(value)


def _joined(sign: str, left: Value, right: Value) -> Value:
    if isinstance(left, str) or isinstance(right, str):
        if sign == "+" and isinstance(left, str) and isinstance(right, str) and len(left) + len(right) <= _LONGEST:
            return left + right
        raise NotConstant
    if sign in ("/", "%") and isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if sign == "/" else left - quotient * right
    if sign in ("<<", ">>", "|", "^", "&", "%"):
        return _joined_bits(sign, left, right)
    return _ARITHMETIC[sign](left, right)


def _joined_bits(sign: str, left: int | float, right: int | float) -> int:
    if not isinstance(left, int) or not isinstance(right, int):
        raise NotConstant
    if sign in ("<<", ">>"):
        if not 0 <= right < 64:
            raise NotConstant
        return left << right if sign == "<<" else left >> right
    return {"|": left | right, "^": left ^ right, "&": left & right}[sign]


_ARITHMETIC: Mapping[str, Callable[[int | float, int | float], int | float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "&&": lambda a, b: bool(a) and bool(b),
    "||": lambda a, b: bool(a) or bool(b),
}


def _bounded(value: Value) -> Value:
    """Numbers that no type of MQL5 holds are refused before they grow."""
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise NotConstant
    return value
