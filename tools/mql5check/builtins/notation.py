"""The notation in which the reference's facts are written down here, and its parser.

Functions, one a line: `type Name(parameters) words`. A parameter is `[const] type [&]name[[]][=]`: `&` by reference,
`[]` an array, a trailing `=` optional; `...` at the end takes any further simple values. Words: `must_use` (a call
whose result is thrown away is a mistake), `only:expert,script` and `not:indicator` (the programs that may call it).
Enumerations: `ENUM_NAME: MEMBER=1 MEMBER`; constants: `type: NAME=1 NAME`; structures: `Name: type field, type field`.
A line that begins with blanks continues the one before, `#` begins a comment. A member without a value is one whose
value the reference does not state.

It must not know any fact itself, nor the checker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

KINDS: Final = frozenset({"expert", "script", "service", "indicator"})
"""The kinds of programs."""

_FUNCTION: Final = re.compile(r"(?P<returns>\w+) (?P<name>\w+)\((?P<parameters>.*)\)(?P<words>( \S+)*)")
_PARAMETER: Final = re.compile(
    r"(?P<const>const )?(?P<type>\w+) (?P<reference>&)?(?P<name>\w+)(?P<array>\[\])?(?P<optional>=)?"
)
_MEMBER: Final = re.compile(r"(?P<name>\w+)(=(?P<value>\S+))?")


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter; `type` is MQL5's spelling or a pseudo-type (see the package), without `&`, `[]` and const."""

    type: str
    name: str
    by_reference: bool = False
    is_array: bool = False
    const: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One form of a function; `variadic` takes further simple values, `kinds` are the programs that may call it."""

    returns: str
    params: tuple[Param, ...]
    variadic: bool = False
    must_use: bool = False
    kinds: frozenset[str] = KINDS


@dataclass(frozen=True, slots=True)
class Constant:
    """A name with a type; `value` is None where the reference states none (or the compiler fills it in)."""

    type: str
    value: int | float | None


def lines(text: str) -> Iterator[str]:
    """The facts of `text`, one by one: comments and empty lines dropped, continued lines joined."""
    fact = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            fact += " " + line.strip()
            continue
        if fact:
            yield fact
        fact = line.strip()
    if fact:
        yield fact


def functions(text: str) -> dict[str, tuple[Signature, ...]]:
    """Name to its forms; ValueError names the line that is not in the notation."""
    found: dict[str, tuple[Signature, ...]] = {}
    for line in lines(text):
        match = _FUNCTION.fullmatch(line)
        if match is None:
            raise ValueError(f"no function: {line}")
        parameters = [part.strip() for part in match["parameters"].split(",") if part.strip()]
        variadic = parameters[-1:] == ["..."]
        params = tuple(_parameter(part, line) for part in parameters[: len(parameters) - variadic])
        must_use, kinds = _words(match["words"].split(), line)
        form = Signature(match["returns"], params, variadic, must_use, kinds)
        found[match["name"]] = (*found.get(match["name"], ()), form)
    return found


def _parameter(part: str, line: str) -> Param:
    match = _PARAMETER.fullmatch(part)
    if match is None:
        raise ValueError(f"no parameter: {part!r} in {line}")
    return Param(
        type=match["type"],
        name=match["name"],
        by_reference=match["reference"] is not None,
        is_array=match["array"] is not None,
        const=match["const"] is not None,
        optional=match["optional"] is not None,
    )


def _words(words: list[str], line: str) -> tuple[bool, frozenset[str]]:
    must_use, kinds = False, KINDS
    for word in words:
        name, _, value = word.partition(":")
        named = frozenset(value.split(",")) & KINDS
        if word == "must_use":
            must_use = True
        elif name == "only" and named:
            kinds = named
        elif name == "not" and named:
            kinds = KINDS - named
        else:
            raise ValueError(f"no word of the notation: {word!r} in {line}")
    return must_use, kinds


def members(text: str) -> Iterator[tuple[str, str, int | float | None]]:
    """The head, the name and the value of every member of enumerations or constants; ValueError as above."""
    for line in lines(text):
        head, _, rest = line.partition(":")
        for word in rest.split():
            match = _MEMBER.fullmatch(word)
            if match is None:
                raise ValueError(f"no member: {word!r} in {line}")
            yield head, match["name"], None if match["value"] is None else _number(match["value"])


def _number(text: str) -> int | float:
    try:
        return int(text, 0)
    except ValueError:
        return float(text)


def structures(text: str) -> dict[str, dict[str, str]]:
    """Name to its fields and their types."""
    found: dict[str, dict[str, str]] = {}
    for line in lines(text):
        head, _, rest = line.partition(":")
        fields = (field.split() for field in rest.split(","))
        found[head] = {name: kind for kind, name in fields}
    return found
