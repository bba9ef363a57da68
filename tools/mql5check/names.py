"""What names stand for: variables, functions, classes, and the scopes in which they are known.

It must not know expressions or statements; `semantics` fills these tables and asks them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tools.mql5check.builtins import STRUCTS
from tools.mql5check.syntax import Function, Node
from tools.mql5check.types import Type, Value
from tools.mql5check.words import SIMPLE_TYPES


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, parameter, member, or named constant.

    `read_only` says why it cannot be written ("" when it can); `what` is how messages call it.
    """

    name: str
    type: Type
    read_only: str = ""
    constant: int | float | str | None = None
    what: str = "variable"
    access: str = "public"
    static: bool = False
    node: Node | None = None

    @property
    def value(self) -> Value:
        """The variable as an expression."""
        return Value(self.type, self.constant, self.what != "constant", self.read_only, self.name)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function of the program."""

    type: Type
    name: str
    reference: bool
    const: bool
    optional: bool


@dataclass(slots=True)
class Form:
    """One form of a function or method: several share a name when their parameters differ."""

    name: str
    returns: Type
    parameters: tuple[Parameter, ...]
    node: Function
    path: str
    owner: ClassSymbol | None = None
    access: str = "public"
    has_body: bool = False

    @property
    def fewest(self) -> int:
        """How many arguments a call must give at least."""
        return sum(not one.optional for one in self.parameters)

    @property
    def key(self) -> tuple[str, ...]:
        """What tells two forms of one name apart."""
        return tuple(str(one.type) for one in self.parameters)


@dataclass(slots=True)
class ClassSymbol:
    """A class, struct or interface; `complete` when its members are known. `built_in` marks MQL5's own structs."""

    name: str
    keyword: str
    base: ClassSymbol | None = None
    fields: dict[str, Variable] = field(default_factory=dict)
    methods: dict[str, list[Form]] = field(default_factory=dict)
    constructors: list[Form] = field(default_factory=list)
    destructor: Form | None = None
    complete: bool = False
    built_in: bool = False

    def lineage(self) -> list[ClassSymbol]:
        """This class and its bases, nearest first."""
        found: list[ClassSymbol] = []
        one: ClassSymbol | None = self
        while one is not None and one not in found:
            found.append(one)
            one = one.base
        return found

    def find_field(self, name: str) -> tuple[Variable, ClassSymbol] | None:
        """A field and the class that declares it."""
        for one in self.lineage():
            if name in one.fields:
                return one.fields[name], one
        return None

    def find_methods(self, name: str) -> list[Form]:
        """The forms of a method, those of the nearest class that has any."""
        for one in self.lineage():
            if name in one.methods:
                return one.methods[name]
        return []

    def unfinished(self) -> str:
        """The name of a pure virtual method that no class of the lineage fills in, or ""."""
        filled: set[tuple[str, tuple[str, ...], bool]] = set()
        for one in self.lineage():
            for forms in one.methods.values():
                for form in forms:
                    pure = form.node.pure or one.keyword == "interface"
                    what = (form.name, form.key, form.node.const)
                    if pure and what not in filled:
                        return form.name
                    filled.add(what)
        return ""


class Scope:
    """The local names of one block, over those of the blocks around it."""

    def __init__(self, outer: Scope | None = None) -> None:
        self.outer = outer
        self.names: dict[str, Variable] = {}

    def find(self, name: str) -> Variable | None:
        """The nearest local of that name, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None


_BUILT_IN_ENUM: Final = "ENUM_"


def built_in_type(name: str) -> Type:
    """The type of a name in the table of built-ins: simple, an enumeration, or one of MQL5's structs."""
    if name in SIMPLE_TYPES:
        return Type(name, "simple")
    if name == "void":
        return Type(name, "void")
    return Type(name, "struct" if name in STRUCTS else "enum")


def built_in_struct(name: str) -> ClassSymbol:
    """MQL5's own struct of that name, which must be in the table."""
    fields = {field_name: Variable(field_name, built_in_type(kind)) for field_name, kind in STRUCTS[name].items()}
    return ClassSymbol(name, "struct", fields=fields, complete=True, built_in=True)
