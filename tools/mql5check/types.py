"""The types of values, and what arithmetic makes of them. It must not know names, scopes or the tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tools.mql5check.words import SIMPLE_TYPES


@dataclass(frozen=True, slots=True)
class Type:
    """A type; kind is simple, enum, struct, class, void, null or unknown.

    Of an unknown type nothing is refused: the mistake that made it unknown was told already. `fixed` marks an array
    of a fixed size.
    """

    name: str
    kind: str
    pointer: bool = False
    array: bool = False
    fixed: bool = False

    def __str__(self) -> str:
        return self.name + ("*" if self.pointer else "") + ("[]" if self.array else "")

    @property
    def element(self) -> Type:
        """What an array of this type holds."""
        return Type(self.name, self.kind, self.pointer)

    @property
    def is_unknown(self) -> bool:
        """Whether nothing can be said of it."""
        return self.kind == "unknown"

    @property
    def is_number(self) -> bool:
        """Whether it takes part in arithmetic: every simple type but string, and enumerations."""
        return not self.array and (self.kind == "enum" or (self.kind == "simple" and self.name != "string"))

    @property
    def is_integer(self) -> bool:
        """Whether it is a number without a fraction; bool, datetime, color and enumerations too."""
        return self.is_number and self.name not in ("double", "float")

    @property
    def is_real(self) -> bool:
        """Whether it is float or double."""
        return self.is_number and not self.is_integer

    @property
    def is_text(self) -> bool:
        """Whether it is one string."""
        return self.name == "string" and not self.array and self.kind == "simple"

    @property
    def is_object(self) -> bool:
        """Whether it is one struct or class object, not a pointer."""
        return self.kind in ("struct", "class") and not self.pointer and not self.array


@dataclass(frozen=True, slots=True)
class Value:
    """What is known of an expression: its type, its constant when it has one, whether it is a place in memory.

    `read_only` says why such a place cannot be written, "" when it can.
    """

    type: Type
    constant: int | float | str | None = None
    place: bool = False
    read_only: str = ""
    name: str = ""


UNKNOWN: Final = Type("", "unknown")
VOID: Final = Type("void", "void")
NULL: Final = Type("NULL", "null")
BOOL: Final = Type("bool", "simple")
INT: Final = Type("int", "simple")
UINT: Final = Type("uint", "simple")
LONG: Final = Type("long", "simple")
ULONG: Final = Type("ulong", "simple")
USHORT: Final = Type("ushort", "simple")
FLOAT: Final = Type("float", "simple")
DOUBLE: Final = Type("double", "simple")
STRING: Final = Type("string", "simple")
DATETIME: Final = Type("datetime", "simple")
COLOR: Final = Type("color", "simple")

NO_VALUE: Final = Value(UNKNOWN)

_BITS: Final = {
    "bool": 1,
    "char": 8,
    "uchar": 8,
    "short": 16,
    "ushort": 16,
    "int": 32,
    "uint": 32,
    "color": 32,
    "long": 64,
    "ulong": 64,
    "datetime": 64,
}


def simple(name: str) -> Type:
    """The simple type of a name."""
    assert name in SIMPLE_TYPES, name
    return Type(name, "simple")


def bits(kind: Type) -> int:
    """The size of an integer type in bits; enumerations have 32, bool counts as 1."""
    return 32 if kind.kind == "enum" else _BITS[kind.name]


def arithmetic(left: Type, right: Type) -> Type:
    """The type in which two numbers are combined."""
    names = (left.name, right.name)
    if "double" in names:
        return DOUBLE
    if "float" in names:
        return FLOAT
    widest = max(bits(left), bits(right))
    if widest == 64:
        return ULONG if "ulong" in names else LONG
    return UINT if "uint" in names or "color" in names else INT


def promoted(kind: Type) -> Type:
    """The type of a number after a sign or `~`."""
    return arithmetic(kind, kind)


def wrapped(number: int, kind: Type) -> int:
    """A whole number as a variable of an integer type would hold it."""
    size = bits(kind)
    if size == 1:
        return int(number != 0)
    number &= (1 << size) - 1
    signed = kind.name in ("char", "short", "int", "long", "datetime") or kind.kind == "enum"
    return number - (1 << size) if signed and number >> (size - 1) else number
