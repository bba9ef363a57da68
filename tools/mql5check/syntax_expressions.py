"""The expressions of a tree, and what every node has: a place.

It must not know what names mean: `Call(Name("ENUM_X"), ...)` may turn out to be a cast, `Name` a constant. Parentheses
are kept (`Group`), so that a tree says what was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """Where a node stands: first line and column, and the line and column after its last character; from 1."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in the source."""

    span: Span

    @property
    def line(self) -> int:
        """Line of the first character."""
        return self.span.line

    @property
    def column(self) -> int:
        """Column of the first character."""
        return self.span.column

    @property
    def end_line(self) -> int:
        """Line of the last character."""
        return self.span.end_line

    @property
    def end_column(self) -> int:
        """Column after the last character."""
        return self.span.end_column


@dataclass(frozen=True, slots=True)
class Expression(Node):
    """Anything with a value."""


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A constant; kind is integer, real, string, char, date, color, bool or null.

    `text` is the spelling; neighbouring strings are one literal whose parts are joined by a blank.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A plain name, or `this`."""

    name: str


@dataclass(frozen=True, slots=True)
class Scoped(Expression):
    """`Owner::name`; the owner of `::name` is empty."""

    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class Member(Expression):
    """`target.name`."""

    target: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index(Expression):
    """`target[index]`."""

    target: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """`callee(arguments)`; a method's callee is a Member or Scoped; of a type's name it is a cast."""

    callee: Expression
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """`-a`, `+a`, `!a`, `~a`, `++a`, `--a`, and `&a` (the address of a function's argument is out: refused later)."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Postfix(Expression):
    """`a++` and `a--`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """Two operands that are read: arithmetic, comparison, logic, bits."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Assign(Expression):
    """`target = value` and the compound ones (`+=`, ...)."""

    operator: str
    target: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    """`condition ? yes : no`."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """The name of a type as written, `pointer` when a `*` follows it (not used for variables: see Declarator)."""

    name: str
    pointer: bool = False


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """`(type)operand`, or `type(operand)` when functional. A user type's functional cast is a Call."""

    type: TypeName
    operand: Expression
    functional: bool


@dataclass(frozen=True, slots=True)
class New(Expression):
    """`new Type` and `new Type(arguments)`."""

    type: TypeName
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class SizeOf(Expression):
    """`sizeof(type)` or `sizeof(variable)`: a name of either kind is a TypeName."""

    subject: TypeName | Expression


@dataclass(frozen=True, slots=True)
class Group(Expression):
    """`(inner)`."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class Comma(Expression):
    """`a, b` in the parts of a for and in an expression statement."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ValueList(Expression):
    """`{a, b}` after `=` of a declaration; lists may hold lists (an array of structs)."""

    items: tuple[Expression, ...]
