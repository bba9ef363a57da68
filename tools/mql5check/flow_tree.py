"""Ways through a tree that the flow checks share: every node below one, and what an expression plainly is.

It must not know any rule of the checker, nor the built-ins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Final

from tools.mql5check.syntax import (
    Call,
    Expression,
    Group,
    Literal,
    Member,
    Name,
    Node,
    Scoped,
    Unary,
)

_CHILDREN: Final[dict[type[Node], tuple[str, ...]]] = {}


_LEAVES: Final = frozenset({"str", "bool", "int", "Span", "tuple[str, ...]", "str | None", "int | None"})
"""Types of fields below which no node can be; every other field is looked into."""


def _children_of(kind: type[Node]) -> tuple[str, ...]:
    if kind not in _CHILDREN:
        _CHILDREN[kind] = tuple(each.name for each in fields(kind) if each.type not in _LEAVES)
    return _CHILDREN[kind]


def children(node: Node) -> list[Node]:
    """The nodes right below `node`, in the order of the source."""
    kind = type(node)
    names = _CHILDREN.get(kind)
    found: list[Node] = []
    for name in _children_of(kind) if names is None else names:
        value = getattr(node, name)
        if value is None:
            continue
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend([item for item in value if isinstance(item, Node)])
    return found


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything below it, in the order of the source."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        below = children(here)
        if below:
            below.reverse()
            waiting += below


def plain(expression: Expression) -> Expression:
    """The expression without the parentheses around it."""
    while isinstance(expression, Group):
        expression = expression.inner
    return expression


def callee(expression: Node) -> str:
    """The name that a call calls: of a plain function, `::name` too; "" for methods and for what is no call."""
    if not isinstance(expression, Call):
        return ""
    target = plain(expression.callee)
    if isinstance(target, Name):
        return target.name
    return target.name if isinstance(target, Scoped) and not target.owner else ""


def method(expression: Node) -> str:
    """The name of the method that a call calls, as in `object.Name()` and `Base::Name()`; "" otherwise."""
    if not isinstance(expression, Call):
        return ""
    target = plain(expression.callee)
    if isinstance(target, Member):
        return target.name
    return target.name if isinstance(target, Scoped) and target.owner else ""


def truth(expression: Expression | None) -> bool | None:
    """Whether a condition is always true or always false; None when that depends. No condition is true."""
    if expression is None:
        return True
    expression = plain(expression)
    if isinstance(expression, Unary) and expression.operator == "!":
        inner = truth(expression.operand)
        return None if inner is None else not inner
    if isinstance(expression, Literal):
        if expression.kind == "bool":
            return expression.text == "true"
        if expression.kind == "integer":
            return whole_number(expression.text) != 0
    return None


def whole_number(text: str) -> int | None:
    """The value of an integer literal as written, None when it is none."""
    try:
        return int(text, 16) if text.lower().startswith("0x") else int(text)
    except ValueError:
        return None
