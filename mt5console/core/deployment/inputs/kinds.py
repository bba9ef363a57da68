"""What a type's name means for an input: its kind, limits and choices, and whether its default is one that we know.

Must not know: how a source is read.
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.deployment.inputs.constants import Value
from mt5console.core.deployment.inputs.description import InputSpec, Kind, Option
from mt5console.core.deployment.inputs.language import BUILTIN_ENUMS, REAL_TYPES, WHOLE_LIMITS
from mt5console.core.deployment.inputs.values import canonical_default

EnumOf = dict[str, tuple[Option, ...]]
"""Members of the source's own enumerations, by name."""

_PLAIN = {"bool": Kind.FLAG, "string": Kind.TEXT, "datetime": Kind.MOMENT, "color": Kind.COLOUR}
_ZERO: dict[Kind, Value] = {Kind.FLAG: False, Kind.TEXT: "", Kind.REAL: 0.0}


def kind_of(type_name: str, enums: EnumOf) -> Kind:
    """The kind of an input of this type."""
    if type_name in WHOLE_LIMITS:
        return Kind.WHOLE
    if type_name in REAL_TYPES:
        return Kind.REAL
    if type_name in enums or type_name in BUILTIN_ENUMS:
        return Kind.CHOICE
    return _PLAIN.get(type_name, Kind.OPAQUE)


def typed(spec: InputSpec, value: Value | None, enums: EnumOf, *, has_default: bool) -> InputSpec:
    """The description with its limits, choices and default; `value` is the default worked out, None when it is not."""
    low, high = WHOLE_LIMITS.get(spec.type_name, (None, None))
    options = enums.get(spec.type_name) or BUILTIN_ENUMS.get(spec.type_name, ())
    if spec.note:
        return replace(spec, kind=Kind.OPAQUE)
    if spec.kind is Kind.OPAQUE:
        note = f"the type {spec.type_name} is not known here: the value is passed on as it is typed"
        return replace(spec, note=note)
    known = replace(spec, low=low, high=high, options=options)
    chosen = value if has_default else _ZERO.get(spec.kind, 0)
    if chosen is None:
        note = "its default is worked out by the compiler alone; it stays as it is unless another value is given"
        return replace(known, note=note)
    default = canonical_default(known, chosen)
    if default is None:
        note = "its default cannot be carried by a template; it stays as it is unless another value is given"
        return replace(known, note=note)
    return replace(known, default=default)


def described(name: str, type_name: str) -> InputSpec:
    """The description of an input of a type that needs no declaration of its own, without label or default."""
    return typed(InputSpec(name=name, type_name=type_name, kind=kind_of(type_name, {})), None, {}, has_default=False)
