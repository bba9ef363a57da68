"""The tree of one MQL5 source file: frozen nodes, each knowing where it begins and ends.

This is the one door to every kind of node; the expressions live in `syntax_expressions`. It must not know what names
mean. `span.end_column` is the column after the last character.
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.mql5check.syntax_expressions import (
    Assign,
    Binary,
    Call,
    Cast,
    Comma,
    Conditional,
    Expression,
    Group,
    Index,
    Literal,
    Member,
    Name,
    New,
    Node,
    Postfix,
    Scoped,
    SizeOf,
    Span,
    TypeName,
    Unary,
    ValueList,
)

__all__ = [
    "Assign",
    "Binary",
    "Block",
    "Break",
    "Call",
    "Case",
    "Cast",
    "Class",
    "ClassMember",
    "Comma",
    "Conditional",
    "Continue",
    "Declaration",
    "Declarator",
    "Define",
    "Delete",
    "DoWhile",
    "Empty",
    "Enum",
    "EnumMember",
    "Expression",
    "ExpressionStatement",
    "For",
    "Function",
    "Group",
    "If",
    "Include",
    "Index",
    "InputGroup",
    "Literal",
    "Member",
    "MemberInitial",
    "Name",
    "New",
    "Node",
    "Parameter",
    "Postfix",
    "Property",
    "Return",
    "Scoped",
    "SizeOf",
    "Span",
    "Statement",
    "Switch",
    "TypeName",
    "Unary",
    "Unit",
    "ValueList",
    "Variable",
    "VariableStatement",
    "While",
]


# ---- declarations ----


@dataclass(frozen=True, slots=True)
class Declaration(Node):
    """Anything that stands at the top of a file or in a class."""


@dataclass(frozen=True, slots=True)
class Property(Declaration):
    """`#property name value`; the value is as written, "" when there is none."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Include(Declaration):
    """`#include <target>` (system) or `#include "target"`; target as written, with its backslashes."""

    target: str
    system: bool


@dataclass(frozen=True, slots=True)
class Define(Declaration):
    """`#define NAME value`: a constant; value is None for a bare name."""

    name: str
    value: Expression | None


@dataclass(frozen=True, slots=True)
class InputGroup(Declaration):
    """`input group "title"`; title is the literal as written. `sinput group` reads the same."""

    title: str


@dataclass(frozen=True, slots=True)
class Declarator(Node):
    """One name of a variable declaration.

    `size` is the fixed size of an array, None for a dynamic one. `arguments` are those of a constructor,
    as in `CFoo foo(1, 2);`, None when there is no list. `owner` is the class of a static member that is defined
    outside it, as in `int CFoo::count = 0;`.
    """

    name: str
    pointer: bool = False
    is_array: bool = False
    size: Expression | None = None
    initial: Expression | None = None
    arguments: tuple[Expression, ...] | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Variable(Declaration):
    """`[const|static|input|sinput] type a, b[3] = {...};`; role is "", "input" or "sinput"."""

    type: TypeName
    declarators: tuple[Declarator, ...]
    const: bool = False
    static: bool = False
    role: str = ""


@dataclass(frozen=True, slots=True)
class EnumMember(Node):
    """One name of an enumeration and its value, when one is written."""

    name: str
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Enum(Declaration):
    """`enum Name { ... };`."""

    name: str
    members: tuple[EnumMember, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """One parameter; a prototype may leave the name empty."""

    type: TypeName
    name: str
    const: bool = False
    reference: bool = False
    is_array: bool = False
    size: Expression | None = None
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class MemberInitial(Node):
    """`name(arguments)` between a constructor's head and its body; name is a member or the base class."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Function(Declaration):
    """A function, method, constructor or destructor; body is None for a prototype.

    `owner` is the class of `Owner::name`; a destructor's name keeps its `~`. `kind` is function, constructor
    or destructor; `returns` of the latter two is void. `pure` marks `= 0` and `= NULL`. `head` spans from the first
    word to the closing parenthesis (or `const`) before the body.
    """

    returns: TypeName
    name: str
    parameters: tuple[Parameter, ...]
    body: Block | None
    head: Span
    owner: str = ""
    kind: str = "function"
    virtual: bool = False
    static: bool = False
    const: bool = False
    override: bool = False
    final: bool = False
    pure: bool = False
    template: tuple[str, ...] = ()
    initials: tuple[MemberInitial, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassMember(Node):
    """One declaration inside a class: access is public, protected or private as it holds there."""

    access: str
    declaration: Declaration


@dataclass(frozen=True, slots=True)
class Class(Declaration):
    """`class|struct|interface Name [: public Base] { ... };`; members is None for a forward declaration."""

    keyword: str
    name: str
    base: str
    members: tuple[ClassMember, ...] | None
    final: bool = False


# ---- statements ----


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """Anything that stands in a body; the span includes the closing semicolon or brace."""


@dataclass(frozen=True, slots=True)
class Block(Statement):
    """`{ ... }`."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Empty(Statement):
    """A lone `;`."""


@dataclass(frozen=True, slots=True)
class ExpressionStatement(Statement):
    """`expression;`."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class VariableStatement(Statement):
    """A local variable declaration."""

    declaration: Variable


@dataclass(frozen=True, slots=True)
class If(Statement):
    """`if(condition) then [else otherwise]`."""

    condition: Expression
    then: Statement
    otherwise: Statement | None


@dataclass(frozen=True, slots=True)
class While(Statement):
    """`while(condition) body`."""

    condition: Expression
    body: Statement


@dataclass(frozen=True, slots=True)
class DoWhile(Statement):
    """`do body while(condition);`."""

    body: Statement
    condition: Expression


@dataclass(frozen=True, slots=True)
class For(Statement):
    """`for(initial; condition; step) body`; initial is a VariableStatement or ExpressionStatement."""

    initial: Statement | None
    condition: Expression | None
    step: Expression | None
    body: Statement


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`case value:` (None: `default:`) and the statements up to the next label; it falls through unless it breaks."""

    value: Expression | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Switch(Statement):
    """`switch(subject) { cases }`."""

    subject: Expression
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Break(Statement):
    """`break;`."""


@dataclass(frozen=True, slots=True)
class Continue(Statement):
    """`continue;`."""


@dataclass(frozen=True, slots=True)
class Return(Statement):
    """`return;`, `return value;` and `return(value);` (the value is then a Group)."""

    value: Expression | None


@dataclass(frozen=True, slots=True)
class Delete(Statement):
    """`delete target;`."""

    target: Expression


@dataclass(frozen=True, slots=True)
class Unit(Node):
    """One file: its declarations in order."""

    path: str
    declarations: tuple[Declaration, ...]
