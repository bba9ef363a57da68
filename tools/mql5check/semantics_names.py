"""Finds what names mean at a place, and keeps the mistakes. It must not know expressions, statements or calls."""

from __future__ import annotations

from dataclasses import replace

from tools.mql5check.builtins import CONSTANTS, ENUMS, FUNCTIONS, LEFT_OUT, STRUCTS, VARIABLES
from tools.mql5check.lexer import SourceError
from tools.mql5check.names import ClassSymbol, Form, Scope, Variable, built_in_struct, built_in_type
from tools.mql5check.program import Program
from tools.mql5check.syntax import Node, TypeName
from tools.mql5check.types import UNKNOWN, VOID, Type, Value, simple
from tools.mql5check.words import SIMPLE_TYPES


class NameTable:
    """All tables of one program, and where the check stands in it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.path = program.path
        self.errors: list[SourceError] = []
        self.globals: dict[str, Variable] = {}
        self.orders: dict[str, int] = {}
        self.horizon: int | None = None
        self.functions: dict[str, list[Form]] = {}
        self.classes: dict[str, ClassSymbol] = {}
        self.enums: dict[str, tuple[str, ...]] = {}
        self.scope: Scope | None = None
        self.form: Form | None = None
        self.called: set[str] = set()
        self.loops = 0
        self.switches = 0
        self._told: set[tuple[str, int, int]] = set()

    def say(self, place: Node, text: str) -> None:
        """Keep a mistake; only the first one of a place."""
        key = (self.path, place.line, place.column)
        if key not in self._told:
            self._told.add(key)
            self.errors.append(SourceError(self.path, place.line, place.column, text))

    def sees_name(self, name: str) -> bool:
        """Whether a global name of the program is declared before the declaration that is being checked."""
        return self.horizon is None or self.orders.get(name, -1) <= self.horizon

    # ---- types ----

    def derives(self, name: str, base: str) -> bool:
        """Whether a class is another one or is built on it."""
        symbol = self.class_of_name(name)
        return name == base or (symbol is not None and any(one.name == base for one in symbol.lineage()))

    def class_of_name(self, name: str) -> ClassSymbol | None:
        """The class or struct of that name, MQL5's own too."""
        symbol = self.classes.get(name)
        if symbol is not None and not self.sees_name(name):
            return None
        if symbol is None and name in STRUCTS:
            symbol = self.classes[name] = built_in_struct(name)
        return symbol

    def class_of(self, kind: Type) -> ClassSymbol | None:
        """The class of an object or pointer."""
        return self.class_of_name(kind.name) if kind.kind in ("struct", "class") and not kind.array else None

    def is_type(self, name: str) -> bool:
        """Whether a name means a type at this place."""
        own = name in self.enums and self.sees_name(name)
        return own or name in SIMPLE_TYPES or name in ENUMS or self.class_of_name(name) is not None

    def plain_type(self, name: str) -> Type | None:
        """The type of a name, None when it is none at this place."""
        if self.form is not None and name in self.form.node.template:
            return UNKNOWN
        if name in SIMPLE_TYPES:
            return simple(name)
        if name == "void":
            return VOID
        if (name in self.enums and self.sees_name(name)) or name in ENUMS:
            return Type(name, "enum")
        symbol = self.class_of_name(name)
        if symbol is None:
            return None
        return Type(name, "struct" if symbol.keyword == "struct" else "class")

    def resolve(self, node: TypeName, pointer: bool = False, templates: tuple[str, ...] = ()) -> Type:
        """The type that is written, UNKNOWN (and told) when there is none of that name."""
        if node.name in templates:
            return UNKNOWN
        kind = self.plain_type(node.name)
        if kind is None:
            known = node.name in self.globals or node.name in CONSTANTS or node.name in self.functions
            self.say(node, f"{node.name} is no type" if known else f"the type {node.name} is not declared before")
            return UNKNOWN
        if not (pointer or node.pointer):
            return kind
        if kind.is_unknown:
            return kind
        if kind.kind != "class":
            self.say(node, f"there are pointers to classes only, not to {node.name}")
            return UNKNOWN
        return replace(kind, pointer=True)

    # ---- names ----

    def owner(self) -> ClassSymbol | None:
        """The class whose method is being checked."""
        return self.form.owner if self.form is not None else None

    def lookup(self, name: str, node: Node) -> Value:
        """The value of a plain name; NO_VALUE (and told) when it stands for none."""
        local = self.scope.find(name) if self.scope is not None else None
        if local is not None:
            return local.value
        member = self._member(name, node)
        if member is not None:
            return member
        return self.lookup_global(name, node)

    def _member(self, name: str, node: Node) -> Value | None:
        owner = self.owner()
        found = owner.find_field(name) if owner is not None else None
        if found is None or owner is None or self.form is None:
            return None
        variable, declared_in = found
        if variable.access == "private" and declared_in is not owner:
            self.say(node, f"{name} is private in {declared_in.name}")
        if self.form.node.static and not variable.static:
            self.say(node, f"a static method has no object whose {name} it could use")
        value = variable.value
        if self.form.node.const and not variable.static and not value.read_only:
            return replace(value, read_only="the method is const")
        return value

    def lookup_global(self, name: str, node: Node) -> Value:
        """The value of a global name, MQL5's own too."""
        if name in self.globals and self.sees_name(name):
            return self.globals[name].value
        built_in = VARIABLES.get(name)
        if built_in is not None:
            return Value(built_in_type(built_in.type), None, True, f"{name} is set by the terminal", name)
        constant = CONSTANTS.get(name)
        if constant is not None:
            return Value(built_in_type(constant.type), constant.value, name=name)
        self.say(node, self._unknown(name))
        return Value(UNKNOWN, place=True)

    def _unknown(self, name: str) -> str:
        if name in self.globals:
            place = self.globals[name].node
            return f"{name} is declared only below" + (f", in line {place.line}" if place is not None else "")
        if name in FUNCTIONS or name in self.functions:
            return f"{name} is a function: its parentheses are missing"
        if self.is_type(name):
            return f"{name} is a type, a value is wanted here"
        if name in LEFT_OUT:
            return f"{name} is {LEFT_OUT[name]}"
        return f"{name} is not declared"

    def is_taken_globally(self, name: str) -> str:
        """Say what a global name means already, "" when it is free."""
        if name in self.globals:
            return f"a {self.globals[name].what}"
        if name in CONSTANTS or name in VARIABLES:
            return "a name of MQL5"
        if name in FUNCTIONS:
            return "a function of MQL5"
        return "a type" if self.is_type(name) else ""

    def is_constant_name(self, name: str) -> bool:
        """Whether a name stands for a constant of the program: a #define or a member of an enumeration."""
        return name in self.globals and self.sees_name(name) and self.globals[name].what == "constant"

    # ---- locals ----

    def open_scope(self) -> None:
        """Begin a block."""
        self.scope = Scope(self.scope)

    def close_scope(self) -> None:
        """End a block."""
        if self.scope is not None:
            self.scope = self.scope.outer

    def declare_local(self, variable: Variable, node: Node) -> None:
        """Make a local known; tell when its name means something already."""
        if self.scope is None:
            return
        name = variable.name
        if name in self.scope.names:
            self.say(node, f"{name} is declared twice in this block")
        elif self.scope.find(name) is not None:
            self.say(node, f"{name} hides the variable of the same name around this block")
        elif name in self.globals and self.sees_name(name) and self.globals[name].what != "constant":
            self.say(node, f"{name} hides the global {self.globals[name].what} of the same name")
        elif self.is_type(name) or name in CONSTANTS or name in VARIABLES or self.is_constant_name(name):
            self.say(node, f"{name} means {self.is_taken_globally(name)} already")
        self.scope.names[name] = variable
