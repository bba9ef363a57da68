"""Writes the C++ header of MQL5's built-ins from the table: enumerations, constants, structures, host functions.

A function that a hand-written header of native/ declares is left to it; every other one becomes a call over the pipe
(PIPE.md). Must not know any program.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tools.mql5check.builtins import CONSTANTS, ENUMS, FUNCTIONS, STRUCTS, Param, Signature
from tools.mql5check.translate_hosted import hosted
from tools.mql5check.words import SIMPLE_TYPES

NATIVE: Final = Path(__file__).parent / "native"
_OWN_HEADERS: Final = ("mql_array.hpp", "mql_object.hpp", "mql_text.hpp", "mql_maths.hpp", "mql_files.hpp")
_TOP: Final = (
    '// Written by translate_tables.py from the table of built-ins.\n#pragma once\n\n#include "mql_host.hpp"\n'
)
_UNKNOWN_FROM: Final = 1000  # members whose number the reference does not state stand above all that it does
_BY_HAND: Final = frozenset({"CopySeries", "PeriodSeconds"})  # written below
_SKIPPED_CONSTANTS: Final = frozenset({"WHOLE_ARRAY", "WRONG_VALUE"})


def own_functions() -> frozenset[str]:
    """The names that the hand-written headers of native/ declare."""
    text = "\n".join((NATIVE / name).read_text(encoding="utf-8") for name in _OWN_HEADERS)
    return (
        frozenset(re.findall(r"\b([A-Za-z]\w*)(?=\()", text))
        | frozenset(re.findall(r"MQL_MATHS_\d\((\w+), ", text))
        | frozenset(re.findall(r"MQL_MATHS_\d\(\w+, (\w+)", text))
    )


def tables_header() -> str:
    """The text of `mql_tables.hpp`."""
    own = own_functions()
    parts = [_TOP, "namespace mql {\n"]
    parts += [_enum(name, members) for name, members in ENUMS.items()]
    parts.append(_constants())
    parts += [_struct(name, fields) for name, fields in STRUCTS.items()]
    parts.append(_LATE)
    for name, forms in FUNCTIONS.items():
        if name not in own and name not in _BY_HAND:
            parts += hosted(name, forms, known_type)
    parts.append(_LAST)
    parts.append("}  // namespace mql\n")
    return "\n".join(parts)


def undefs_header() -> str:
    """The text of `mql_undefs.hpp`: the C library's macros would otherwise stand in for MQL5's names."""
    return "".join(f"#undef {name}\n" for name in CONSTANTS if not name.startswith("__"))


def known_type(name: str) -> bool:
    """Whether values of this type can cross the pipe."""
    return name in SIMPLE_TYPES or name in ENUMS or name in STRUCTS or name == "void"


def member_table(enum: str, members: dict[str, str], qualifier: str = "") -> str:
    """The function by which the runtime finds the names of an enumeration's members; one line."""
    rows = ", ".join(f'{{"{member}", static_cast<long>({qualifier}{member})}}' for member in members)
    return (
        f"inline const ::mql::inner::Enumeration &mql_members({enum}) "
        f"{{ static const ::mql::inner::Member list[] = {{{rows}}}; "
        f'static const ::mql::inner::Enumeration all = {{"{enum}", list, {len(members)}}}; return all; }}'
    )


def each_field(base: str, fields: tuple[str, ...]) -> str:
    """The method by which a struct's fields are walked through in order, those of its base first."""
    calls = [f"{base}::mql_each(mql_v);"] if base else []
    calls += [f"mql_v({field});" for field in fields]
    return f"template <class V> void mql_each(V &mql_v) {{ static_cast<void>(mql_v); {' '.join(calls)} }}"


def _values(members: tuple[str, ...]) -> dict[str, int]:
    known = {member: CONSTANTS[member].value for member in members}
    start = _UNKNOWN_FROM if any(value is not None for value in known.values()) else 0
    found: dict[str, int] = {}
    for place, (member, value) in enumerate(known.items()):
        found[member] = int(value) if value is not None else start + place
    return found


def _enum(name: str, members: tuple[str, ...]) -> str:
    values = _values(members)
    body = ", ".join(f"{member} = {value}" for member, value in values.items())
    width = "uint" if any(value > 0x7FFFFFFF for value in values.values()) else "int"
    return f"enum {name} : {width} {{ {body} }};\n{member_table(name, dict.fromkeys(members, ''))}"


def _constants() -> str:
    lines = []
    for place, (name, constant) in enumerate(CONSTANTS.items()):
        if constant.type in ENUMS or name in _SKIPPED_CONSTANTS or name.startswith("__") or constant.type == "string":
            continue
        value = (
            _literal(constant.value)
            if constant.value is not None
            else ("false" if constant.type == "bool" else str(1 << place % 30))
        )
        lines.append(f"constexpr {constant.type} {name}{{static_cast<{_bare(constant.type)}>({value})}};")
    return "\n".join(lines)


def _literal(value: int | float | None) -> str:
    if isinstance(value, int) and value > 0x7FFFFFFFFFFFFFFF:
        return f"{value}UL"
    return f"(-{-value - 1}L - 1)" if value == -(2**63) else repr(value)


def _bare(kind: str) -> str:
    return {"color": "int", "datetime": "long"}.get(kind, kind)


def _struct(name: str, fields: dict[str, str]) -> str:
    body = " ".join(f"{kind} {field};" for field, kind in fields.items())
    puts = " ".join(f"put(call, value.{field});" for field in fields)
    takes = " ".join(f"take(call, value.{field});" for field in fields)
    return (
        f"struct {name} {{ {body} MQL_STRUCT({name}) {each_field('', tuple(fields))} }};\n"
        f"inline void put_fields(inner::Call &call, const {name} &value) {{ using inner::put; {puts} }}\n"
        f"inline void take_fields(inner::Call &call, {name} &value) {{ using inner::take; {takes} }}"
    )


_LATE: Final = """
#define _Symbol ::mql::Symbol()
#define _Period ::mql::Period()
#define _Digits ::mql::Digits()
#define _Point ::mql::Point()
#define _LastError ::mql::GetLastError()
#define _StopFlag ::mql::IsStopped()
#define _UninitReason ::mql::UninitializeReason()
#define _IsX64 true
#define _RandomSeed 1
#define _AppliedTo 0
int GetLastError();
bool TimeToStruct(datetime value, MqlDateTime &parts);
"""
_LAST: Final = """
template <class... A>
int CopySeries(const string &symbol, ENUM_TIMEFRAMES timeframe, int start, int count, ulong mask, Array<A> &...filled) {
  inner::Call call("CopySeries", Where{"-", 0});
  inner::put(call, symbol), inner::put(call, timeframe), inner::put(call, start);
  inner::put(call, count), inner::put(call, mask);
  if (!call.send() && !call.more()) return -1;
  int mql_result = inner::taken<int>(call);
  (inner::take(call, filled), ...);
  return mql_result;
}
// Minutes as they are, hours above 0x4000, weeks above 0x8000, months above 0xC000.
inline int PeriodSeconds(ENUM_TIMEFRAMES period = PERIOD_CURRENT, MQL_AT) {
  int value = static_cast<int>(period == PERIOD_CURRENT ? Period(at) : period);
  const int units[] = {60, 3600, 604800, 2592000};
  return (value & 0x3FFF) * units[value >> 14 & 3];
}
"""
__all__ = [
    "NATIVE",
    "Param",
    "Signature",
    "known_type",
    "member_table",
    "own_functions",
    "tables_header",
    "undefs_header",
]
