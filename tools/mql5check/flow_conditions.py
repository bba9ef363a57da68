"""Conditions: what they compare with, how one is recognized again, and what could have changed its answer.

It must not know states nor what an answer means; `flow_values` and `flow_paths` do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tools.mql5check.builtins import FUNCTIONS
from tools.mql5check.flow_resources import CHART, OBJECT, Atom, Resource
from tools.mql5check.flow_state import Spot
from tools.mql5check.flow_tree import callee, method, plain, walk
from tools.mql5check.syntax import (
    Assign,
    Binary,
    Call,
    Delete,
    Expression,
    Index,
    Literal,
    Member,
    Name,
    New,
    Node,
    Postfix,
    Unary,
)

_NOTHING: Final = {"INVALID_HANDLE", "POINTER_INVALID"}
_TURNED: Final = {"!=": "==", ">=": "<", "<=": ">"}
"""An operator and the one that answers the opposite."""


class Question(NamedTuple):
    """A condition in a spelling of its own: `truth` is what the spelling says when the condition holds."""

    text: str
    truth: bool
    about: frozenset[Spot]
    names: frozenset[str]
    shared: bool


class _Unknown(Exception):
    """The expression may answer otherwise when it is asked again."""


def question(condition: Expression, spot: Callable[[Expression], Spot | None]) -> Question | None:
    """The condition as a question that can be asked again, None where it calls or changes something."""
    about: dict[str, Spot] = {}
    try:
        text, truth = _asked(condition, spot, about)
    except _Unknown:
        return None
    far = any(isinstance(node, Member | Index) for node in walk(condition))
    shared = far or any(not each.number for each in about.values())
    return Question(text, truth, frozenset(about.values()), frozenset(about), shared)


def _asked(
    condition: Expression, spot: Callable[[Expression], Spot | None], about: dict[str, Spot]
) -> tuple[str, bool]:
    """The spelling that a condition shares with its opposite, and what it says when the condition holds."""
    condition = plain(condition)
    if isinstance(condition, Unary) and condition.operator == "!":
        text, truth = _asked(condition.operand, spot, about)
        return text, not truth
    if not isinstance(condition, Binary):
        return _spelt(condition, spot, about), True
    left, right, operator = condition.left, condition.right, condition.operator
    if operator in {"&&", "||"}:
        parts = (_asked(left, spot, about), _asked(right, spot, about))
        every = operator == "&&"
        return "&".join(f"({'' if truth is every else '!'}{text})" for text, truth in parts), every
    turned = _TURNED.get(operator, operator)
    return f"({_spelt(left, spot, about)}{turned}{_spelt(right, spot, about)})", turned == operator


def _spelt(expression: Expression, spot: Callable[[Expression], Spot | None], about: dict[str, Spot]) -> str:
    expression = plain(expression)
    if isinstance(expression, Literal):
        return expression.text
    if isinstance(expression, Name):
        place = spot(expression)
        if place is not None:
            about[expression.name] = place
        return expression.name if place is None else f"{place.name}#{place.number}"
    if isinstance(expression, Member):
        return f"{_spelt(expression.target, spot, about)}.{expression.name}"
    if isinstance(expression, Index):
        return f"{_spelt(expression.target, spot, about)}[{_spelt(expression.index, spot, about)}]"
    if isinstance(expression, Unary) and expression.operator in {"!", "-", "+", "~"}:
        return f"{expression.operator}{_spelt(expression.operand, spot, about)}"
    if isinstance(expression, Binary):
        return f"({_spelt(expression.left, spot, about)}{expression.operator}{_spelt(expression.right, spot, about)})"
    raise _Unknown


def root(expression: Expression) -> Expression:
    """The variable of which an expression names a part."""
    expression = plain(expression)
    while isinstance(expression, Member | Index):
        expression = plain(expression.target)
    return expression


def may_change(node: Node, asked: Question, own: Callable[[str], bool]) -> bool:
    """Whether what stands below `node` may change an answer; `own` tells the names of the program's functions."""
    return any(_changes(each, asked, own) for each in walk(node))


def _changes(node: Node, asked: Question, own: Callable[[str], bool]) -> bool:
    if isinstance(node, Assign):
        return _names(node.target, asked)
    if isinstance(node, Unary | Postfix):
        return node.operator in {"++", "--"} and _names(node.operand, asked)
    if isinstance(node, New | Delete):
        return asked.shared
    if not isinstance(node, Call):
        return False
    known = callee(node) in FUNCTIONS and not own(callee(node))
    if asked.shared and not known and (callee(node) or method(node)):
        return True
    read_only = known and not any(each.by_reference for form in FUNCTIONS[callee(node)] for each in form.params)
    return not read_only and any(_names(argument, asked) for argument in node.arguments)


def _names(expression: Expression, asked: Question) -> bool:
    place = root(expression)
    return isinstance(place, Name) and (place.name in asked.names or place.name == "this")


def nothing_in(atom: Atom, resource: Resource) -> bool:
    """Whether a failure is one of that resource; a plain 0 means the program's own chart."""
    return atom.resource == resource.name or (not atom.resource and resource is not CHART)


def nothing(expression: Expression) -> bool:
    """Whether a value is what an opener gives when it failed."""
    expression = plain(expression)
    if isinstance(expression, Unary) and expression.operator == "-":
        operand = plain(expression.operand)
        return isinstance(operand, Literal) and operand.text == "1"
    if isinstance(expression, Literal):
        return expression.kind == "null" or expression.text == "0"
    return isinstance(expression, Name) and expression.name in _NOTHING


def is_alive(expression: Expression) -> bool:
    """Whether CheckPointer gives that value for an object that lives."""
    expression = plain(expression)
    return isinstance(expression, Name) and expression.name in {"POINTER_DYNAMIC", "POINTER_AUTOMATIC"}


def fits(atoms: frozenset[Atom], nothing: Expression) -> bool:
    """Whether a failure equals what is compared: of handles it is -1, of charts and objects 0."""
    nothing = plain(nothing)
    is_zero = isinstance(nothing, Literal) or (isinstance(nothing, Name) and nothing.name != "INVALID_HANDLE")
    return all((atom.resource in {CHART.name, OBJECT.name}) == is_zero for atom in atoms if atom.resource)


def is_comparison(expression: Expression) -> bool:
    """Whether a value is a comparison that could be made again without doing anything."""
    expression = plain(expression)
    if any(isinstance(node, Call | Assign) for node in walk(expression)):
        return False
    if isinstance(expression, Unary) and expression.operator == "!":
        return is_comparison(expression.operand)
    return isinstance(expression, Binary) and expression.operator in {"==", "!=", "<", ">", "<=", ">=", "&&", "||"}
