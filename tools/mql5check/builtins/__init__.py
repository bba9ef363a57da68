"""The built-ins of MQL5 that the subset takes: functions, constants, enumerations, structures and events.

`FUNCTIONS` maps a name to its forms; `CONSTANTS` holds named constants, members of enumerations (their type is the
enumeration) and the compiler's macros (`__LINE__`); `VARIABLES` the predefined variables (`_Symbol`), whose values the
terminal sets; `STRUCTS` the fields of predefined structures; `EVENTS` the terminal's entry points with their usual
form and `EVENT_FORMS` with all of them; `LEFT_OUT` says of a known name why the subset refuses it.

Types are in MQL5's spelling, and some are pseudo-types: "any" is any simple value (text too), as an array any array,
structs too; "number" any numeric value, as an array one of numbers, and as a result the larger type of the arguments;
"enum" a value of any enumeration; "variable" anything that can stand left of `=`; "struct" a structure without text,
objects and dynamic arrays; "object" an object or a pointer to one. `WRONG_VALUE` is an int that fits every
enumeration. `Param.is_array` marks arrays, whose type is that of the elements; arrays are always by reference.

It must not know the checker; `Signature.kinds` names the programs that may call a function.
"""

from __future__ import annotations

from typing import Final

from tools.mql5check.builtins import (
    arrays,
    calendar,
    charts,
    colours,
    common,
    environment,
    errors,
    events,
    files,
    indicators,
    left_out,
    market,
    mathematics,
    notation,
    objects,
    sectors,
    series,
    structures,
    text,
    trade,
)
from tools.mql5check.builtins.notation import KINDS, Constant, Param, Signature

__all__ = [
    "CONSTANTS",
    "ENUMS",
    "EVENTS",
    "EVENT_FORMS",
    "FUNCTIONS",
    "KINDS",
    "LEFT_OUT",
    "STRUCTS",
    "VARIABLES",
    "Constant",
    "Param",
    "Signature",
]

_FUNCTIONS: Final = (
    common.FUNCTIONS,
    arrays.FUNCTIONS,
    text.FUNCTIONS,
    mathematics.FUNCTIONS,
    environment.FUNCTIONS,
    market.FUNCTIONS,
    calendar.FUNCTIONS,
    series.FUNCTIONS,
    charts.FUNCTIONS,
    objects.FUNCTIONS,
    indicators.FUNCTIONS,
    trade.FUNCTIONS,
    files.FUNCTIONS,
)
_ENUMS: Final = (
    common.ENUMS,
    mathematics.ENUMS,
    environment.ENUMS,
    market.ENUMS,
    sectors.ENUMS,
    calendar.ENUMS,
    series.ENUMS,
    charts.ENUMS,
    objects.ENUMS,
    indicators.ENUMS,
    trade.ENUMS,
    files.ENUMS,
)
_CONSTANTS: Final = (
    common.CONSTANTS,
    arrays.CONSTANTS,
    text.CONSTANTS,
    mathematics.CONSTANTS,
    market.CONSTANTS,
    series.CONSTANTS,
    objects.CONSTANTS,
    indicators.CONSTANTS,
    trade.CONSTANTS,
    files.CONSTANTS,
    errors.CONSTANTS,
    colours.CONSTANTS,
)


def _only_once(name: str, known: object) -> None:
    if isinstance(known, dict) and name in known:
        raise ValueError(f"{name} stands twice in the table")


def _functions() -> dict[str, tuple[Signature, ...]]:
    found: dict[str, tuple[Signature, ...]] = {}
    for facts in _FUNCTIONS:
        for name, forms in notation.functions(facts).items():
            _only_once(name, found)
            found[name] = forms
    return found


def _enums() -> dict[str, dict[str, Constant]]:
    found: dict[str, dict[str, Constant]] = {}
    for facts in _ENUMS:
        for enum, name, value in notation.members(facts):
            _only_once(name, found.setdefault(enum, {}))
            found[enum][name] = Constant(enum, value)
    return found


def _constants(enums: dict[str, dict[str, Constant]]) -> dict[str, Constant]:
    found: dict[str, Constant] = {}
    named = [(name, constant) for members in enums.values() for name, constant in members.items()]
    for facts in _CONSTANTS:
        named += [(name, Constant(kind, value)) for kind, name, value in notation.members(facts)]
    for name, constant in named:
        _only_once(name, found)
        found[name] = constant
    return found


_MEMBERS: Final = _enums()

FUNCTIONS: Final[dict[str, tuple[Signature, ...]]] = _functions()
ENUMS: Final[dict[str, tuple[str, ...]]] = {enum: tuple(members) for enum, members in _MEMBERS.items()}
CONSTANTS: Final[dict[str, Constant]] = _constants(_MEMBERS)
VARIABLES: Final[dict[str, Constant]] = {
    name: Constant(kind, value) for kind, name, value in notation.members(events.VARIABLES)
}
STRUCTS: Final[dict[str, dict[str, str]]] = notation.structures(structures.STRUCTS)
EVENT_FORMS: Final[dict[str, tuple[Signature, ...]]] = notation.functions(events.EVENTS)
EVENTS: Final[dict[str, Signature]] = {name: forms[0] for name, forms in EVENT_FORMS.items()}
LEFT_OUT: Final[dict[str, str]] = {
    name: f"left out of the subset: {group}"
    for group, _, names in (line.partition(":") for line in notation.lines(left_out.LEFT_OUT))
    for name in names.split()
}
