"""Results that nobody looks at, loops without an end, and fixed arrays read beside their end.

It must not know paths in files, nor follow ways through functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tools.mql5check.builtins import FUNCTIONS
from tools.mql5check.flow_program import Facts, Routine
from tools.mql5check.flow_scopes import Report
from tools.mql5check.flow_tree import callee, children, plain, truth, walk, whole_number
from tools.mql5check.syntax import (
    Assign,
    Binary,
    Break,
    Comma,
    Declarator,
    DoWhile,
    Expression,
    ExpressionStatement,
    For,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Return,
    Switch,
    Unary,
    While,
)

LOOKED_AT: Final = frozenset(
    name
    for name, forms in FUNCTIONS.items()
    if forms[0].must_use
    and (name.startswith(("Copy", "Order", "EventSet", "Chart")) or name in {"FileMove", "FileCopy", "FileSave"})
    and name not in {"OrdersTotal"}
)
"""Functions that tell whether something worked; keeping the answer in a variable that nobody reads is no use."""


def check_use(facts: Facts, routine: Routine, report: Report) -> None:
    """Report what a function throws away, loops that never end and indices beside a fixed array."""
    sizes = _sizes(facts, routine)
    for node in routine.nodes:
        for expression in _dropped(node):
            _thrown_away(facts, routine, plain(expression), report)
        if isinstance(node, While | DoWhile | For) and truth(node.condition) is True and not _ends(node):
            text = "this loop never ends: leave it by break or return, or ask IsStopped() in its condition"
            report(routine.path, node.line, node.column, text)
        if isinstance(node, Index):
            _beside(facts, routine, node, sizes, report)
    _never_read(facts, routine, report)


def _dropped(node: Node) -> Iterator[Expression]:
    expression: Expression | None = None
    if isinstance(node, ExpressionStatement):
        expression = node.expression
    elif isinstance(node, For):
        expression = node.step
    if expression is None:
        return
    if isinstance(expression, Comma):
        yield from expression.items
    else:
        yield expression


def _thrown_away(facts: Facts, routine: Routine, expression: Expression, report: Report) -> None:
    """A function of the program that hands out what it opened; built-in ones are refused by their table already."""
    name = callee(expression)
    if name in facts.by_name and name in facts.openers:
        text = f"the result of {name} is thrown away: the {facts.openers[name].noun} that it opened is lost"
        report(routine.path, expression.line, expression.column, text)


def _never_read(facts: Facts, routine: Routine, report: Report) -> None:
    if not any(callee(node) in LOOKED_AT for node in routine.nodes):
        return
    declared = {node.name for node in routine.nodes if isinstance(node, Declarator)}
    targets = {id(plain(node.target)) for node in routine.nodes if isinstance(node, Assign) and node.operator == "="}
    read = {node.name for node in routine.nodes if isinstance(node, Name) and id(node) not in targets}
    for node in routine.nodes:
        name, value = "", None
        if isinstance(node, Declarator):
            name, value = node.name, node.initial
        elif isinstance(node, Assign) and isinstance(node.target, Name):
            name, value = node.target.name, node.value
        called = "" if value is None else callee(plain(value))
        if name in declared - read and called in LOOKED_AT and called not in facts.by_name:
            text = f"the result of {called} goes into {name}, which nobody reads: look at it"
            report(routine.path, node.line, node.column, text)


def _ends(loop: While | DoWhile | For) -> bool:
    if any(callee(node) == "IsStopped" or _is_flag(node) or isinstance(node, Return) for node in walk(loop)):
        return True
    waiting: list[Node] = [loop.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Break):
            return True
        if not isinstance(node, While | DoWhile | For | Switch):
            waiting.extend(children(node))
    return False


def _is_flag(node: Node) -> bool:
    return isinstance(node, Name) and node.name == "_StopFlag"


# ---- fixed arrays ----


def _sizes(facts: Facts, routine: Routine) -> dict[str, int | None]:
    """The sizes of a function's own arrays; None for a name that stands for more than one thing."""
    sizes: dict[str, int | None] = {}
    for node in routine.nodes:
        if isinstance(node, Declarator):
            size = _constant(facts, node.size) if node.is_array and node.size is not None else None
            sizes[node.name] = size if node.name not in sizes or sizes[node.name] == size else None
    return sizes


def _beside(facts: Facts, routine: Routine, node: Index, sizes: dict[str, int | None], report: Report) -> None:
    at = _constant(facts, node.index)
    if at is None:
        return
    if at < 0:
        report(routine.path, node.line, node.column, f"an array has no item {at}: items are counted from 0")
        return
    size = _size_of(facts, routine, plain(node.target), sizes)
    if size is not None and at >= size:
        text = f"item {at} lies beside the array, which has {size}: the last one is {size - 1}"
        report(routine.path, node.line, node.column, text)


def _size_of(facts: Facts, routine: Routine, target: Expression, sizes: dict[str, int | None]) -> int | None:
    if isinstance(target, Name):
        if target.name in sizes:
            return sizes[target.name]
        if any(parameter.name == target.name for parameter in routine.function.parameters):
            return None
        place = facts.field_of(routine.owner, target.name) or facts.variables.get(target.name)
    elif isinstance(target, Member) and isinstance(target.target, Name) and target.target.name == "this":
        place = facts.field_of(routine.owner, target.name)
    else:
        return None
    if place is None or not place.declarator.is_array or place.declarator.size is None:
        return None
    return _constant(facts, place.declarator.size)


def _constant(facts: Facts, expression: Expression | None, depth: int = 8) -> int | None:
    """The value of a whole number that is known before the program runs."""
    if expression is None or depth == 0:
        return None
    expression = plain(expression)
    if isinstance(expression, Literal):
        return whole_number(expression.text) if expression.kind == "integer" else None
    if isinstance(expression, Unary) and expression.operator == "-":
        value = _constant(facts, expression.operand, depth - 1)
        return None if value is None else -value
    if isinstance(expression, Binary) and expression.operator in {"+", "-", "*"}:
        left = _constant(facts, expression.left, depth - 1)
        right = _constant(facts, expression.right, depth - 1)
        if left is None or right is None:
            return None
        return {"+": left + right, "-": left - right, "*": left * right}[expression.operator]
    if isinstance(expression, Name):
        place = facts.variables.get(expression.name)
        given = facts.defines.get(expression.name)
        if given is None and place is not None and place.const:
            given = place.declarator.initial
        return _constant(facts, given, depth - 1)
    return None
