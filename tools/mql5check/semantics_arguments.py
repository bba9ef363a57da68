"""Whether one argument may stand for one parameter, of the program's own functions and of MQL5's.

It must not know calls or overloads; those ask it parameter by parameter.
"""

from __future__ import annotations

from typing import Final

from tools.mql5check.builtins import Param
from tools.mql5check.conversions import complaint
from tools.mql5check.names import ClassSymbol, Parameter, built_in_type
from tools.mql5check.semantics_names import NameTable
from tools.mql5check.types import Type, Value

_PSEUDO: Final = frozenset(("any", "number", "enum", "variable", "struct", "object"))


class ArgumentChecker(NameTable):
    """Compares values with parameters."""

    def argument_complaint(self, value: Value, parameter: Parameter) -> str | None:
        """Why a value cannot stand for a parameter of the program's own, or None."""
        if value.type.is_unknown:
            return None
        if parameter.reference:
            return self._reference_complaint(value, parameter.type, parameter.const)
        return complaint(value, parameter.type, self.derives)

    def _reference_complaint(self, value: Value, kind: Type, const: bool) -> str | None:
        given = value.type
        if not value.place:
            return "this parameter is a reference: a variable is wanted, not the result of an expression"
        if value.read_only and not const:
            return f"this parameter may be written by the function, and {_because(value)}"
        if kind.is_unknown:
            return None
        if kind.array != given.array:
            return f"an array of {kind.element} is wanted" if kind.array else f"one {kind} is wanted, no array"
        if given.pointer and not kind.pointer and kind.kind == "class":
            return f"an object {kind.name} is wanted, no pointer"
        same = given.name == kind.name and given.pointer == kind.pointer
        if same or (not kind.array and kind.kind == "class" and given.kind == "class" and self._fits(given, kind)):
            return None
        return f"a reference needs exactly {kind}, not {given}"

    def _fits(self, given: Type, kind: Type) -> bool:
        return given.pointer == kind.pointer and self.derives(given.name, kind.name)

    def built_in_complaint(self, value: Value, parameter: Param) -> str | None:
        """Why a value cannot stand for a parameter of one of MQL5's functions, or None."""
        given = value.type
        if given.is_unknown:
            return None
        if given.kind == "void":
            return "a void function gives no value"
        if parameter.by_reference or parameter.is_array:
            wrong = self._place_complaint(value, parameter)
            if wrong is not None:
                return wrong
        if parameter.type in _PSEUDO:
            return self._pseudo_complaint(value, parameter)
        kind = built_in_type(parameter.type)
        if parameter.is_array or parameter.by_reference:
            same = given.name == kind.name and not given.pointer
            return None if same else f"a reference needs exactly {kind}{'[]' if given.array else ''}, not {given}"
        return complaint(value, kind, self.derives)

    def _place_complaint(self, value: Value, parameter: Param) -> str | None:
        if not value.place:
            return "this parameter is a reference: a variable is wanted, not the result of an expression"
        if value.read_only and not parameter.const:
            return f"this parameter is written by the function, and {_because(value)}"
        if parameter.type != "variable" and parameter.is_array != value.type.array:
            return "an array is wanted" if parameter.is_array else "one value is wanted, no array"
        return None

    def _pseudo_complaint(self, value: Value, parameter: Param) -> str | None:
        given = value.type.element if parameter.is_array else value.type
        if parameter.type == "variable":
            return None
        if parameter.type == "object":
            return None if given.kind == "class" and not given.array else "an object of a class or a pointer is wanted"
        if parameter.type == "enum":
            return None if given.kind == "enum" and not given.array else "a value of an enumeration is wanted"
        if parameter.type == "struct":
            return self._struct_complaint(given)
        if parameter.type == "number":
            return None if given.is_number else f"a number is wanted, not {given}"
        if given.is_number or given.is_text or parameter.is_array:
            return None
        return f"a number or text is wanted, not {given}"

    def _struct_complaint(self, given: Type) -> str | None:
        if given.kind != "struct" or given.array:
            return "a struct is wanted"
        symbol = self.class_of(given)
        name = self._not_plain(symbol) if symbol is not None else ""
        return f"a struct with {name}, whose bytes cannot be taken as they are" if name else None

    def _not_plain(self, symbol: ClassSymbol) -> str:
        """The first member that is no plain bytes, or ""."""
        for one in symbol.lineage():
            for name, variable in one.fields.items():
                kind = variable.type
                if kind.name == "string" or (kind.array and not kind.fixed) or kind.kind == "class":
                    return f"the member {name} ({kind})"
                inner = self.class_of(kind.element)
                if inner is not None and kind.kind == "struct" and self._not_plain(inner):
                    return f"the member {name} ({kind})"
        return ""


def _because(value: Value) -> str:
    return value.read_only
