"""Results that nobody looks at, loops without an end, and fixed arrays read beside their end.

It must not know paths in files, nor follow ways through functions.
"""

from __future__ import annotations

from typing import Final

from tools.mql5check.builtins import FUNCTIONS
from tools.mql5check.flow_program import Facts, Routine
from tools.mql5check.flow_resources import CLOSERS
from tools.mql5check.flow_scopes import Report
from tools.mql5check.flow_tree import callee, children, method, plain, truth, walk, whole_number
from tools.mql5check.syntax import (
    Assign,
    Binary,
    Break,
    Call,
    Conditional,
    Declarator,
    DoWhile,
    Expression,
    For,
    Index,
    Literal,
    Member,
    Name,
    New,
    Node,
    Postfix,
    Return,
    Switch,
    Unary,
    ValueList,
    While,
)

LOOKED_AT: Final = frozenset({"OrderSend", "OrderSendAsync", "ChartApplyTemplate", "FileMove"})
"""Functions that tell whether something worked; keeping the answer in a variable that nobody reads is no use."""

COMPARISONS: Final = frozenset({"==", "!=", "<", ">", "<=", ">="})


def check_use(facts: Facts, routine: Routine, report: Report) -> None:
    """Report what a function throws away, loops that never end and indices beside a fixed array."""
    sizes = _sizes(facts, routine)
    for node in routine.nodes:
        if isinstance(node, While | DoWhile | For) and truth(node.condition) is True and not _ends(node):
            text = "this loop never ends: leave it by break or return, or ask IsStopped() in its condition"
            report(routine.path, node.line, node.column, text)
        if isinstance(node, Index):
            _beside(facts, routine, node, sizes, report)
        if isinstance(node, For):
            _counted_beside(facts, routine, node, sizes, report)
    _never_read(facts, routine, report)
    _lost(facts, routine, report)


def _lost(facts: Facts, routine: Routine, report: Report) -> None:
    """What is opened must go where it can be closed: into a variable, to the caller, or to who closes it."""
    if not any(callee(node) in facts.openers for node in routine.calls):
        return
    safe: set[int] = set()
    for node in routine.nodes:
        if isinstance(node, Assign | Return):
            safe |= _ends_in(node.value)
        elif isinstance(node, Declarator):
            safe |= _ends_in(node.initial).union(*(_ends_in(each) for each in node.arguments or ()))
        elif isinstance(node, ValueList | New):
            items = node.items if isinstance(node, ValueList) else node.arguments
            safe |= {id(plain(item)) for item in items}
        elif isinstance(node, Call):
            for at, argument in enumerate(node.arguments):
                if _takes(facts, node, at):
                    safe |= _ends_in(argument)
    for node in routine.calls:
        resource = facts.openers.get(callee(node))
        if resource is not None and resource.leaks and id(node) not in safe and not facts.frees_itself(resource):
            text = f"the {resource.noun} opened by {callee(node)} goes nowhere: nobody can call {resource.ending}"
            report(routine.path, node.line, node.column, text)


def _takes(facts: Facts, call: Call, at: int) -> bool:
    """Whether what is handed to a call is closed or kept there, as far as one knows."""
    name = callee(call) or method(call)
    if name in facts.by_name:
        return (name, at) in facts.closing or (name, at) in facts.keeping
    return name in CLOSERS or name not in FUNCTIONS


def _ends_in(value: Expression | None) -> set[int]:
    """The nodes whose value becomes the value of an expression."""
    if value is None:
        return set()
    value = plain(value)
    if isinstance(value, Conditional):
        return _ends_in(value.yes) | _ends_in(value.no)
    return {id(value)}


def _never_read(facts: Facts, routine: Routine, report: Report) -> None:
    if not any(callee(node) in LOOKED_AT for node in routine.calls):
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
            if isinstance(value, Expression) and _result_read(routine, plain(value)):
                continue
            text = f"the result of {called} goes into {name}, which nobody reads: look at it"
            report(routine.path, node.line, node.column, text)


def _result_read(routine: Routine, call: Expression) -> bool:
    """Whether the fields of a trade request's second answer, its structure, are read: they say more than the first."""
    if not isinstance(call, Call) or not callee(call).startswith("OrderSend") or len(call.arguments) < 2:
        return False
    told = plain(call.arguments[1])
    fields = (plain(node.target) for node in routine.nodes if isinstance(node, Member))
    return isinstance(told, Name) and any(isinstance(each, Name) and each.name == told.name for each in fields)


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


def _counted_beside(facts: Facts, routine: Routine, loop: For, sizes: dict[str, int | None], report: Report) -> None:
    """A counter that runs beside a fixed array, in a loop that asks nothing else about it."""
    counter, last = _counter(facts, loop)
    if last is None:
        return
    body = tuple(walk(loop.body))
    asked = [node for node in body if isinstance(node, Binary | Assign | Unary | Postfix) and _speaks_of(node, counter)]
    for node in body:
        if not isinstance(node, Index) or asked:
            continue
        index = plain(node.index)
        size = _size_of(facts, routine, plain(node.target), sizes)
        if isinstance(index, Name) and index.name == counter and size is not None and last >= size:
            text = f"{counter} runs up to {last} here, and the array has {size}: its last item is {size - 1}"
            report(routine.path, node.line, node.column, text)


def _speaks_of(node: Binary | Assign | Unary | Postfix, counter: str) -> bool:
    """Whether an operation compares or changes the counter itself."""
    sides: tuple[Expression, ...] = ()
    if isinstance(node, Binary):
        sides = (node.left, node.right) if node.operator in COMPARISONS else ()
    else:
        sides = (node.target if isinstance(node, Assign) else node.operand,)
    plainly = (plain(side) for side in sides)
    return any(isinstance(side, Name) and side.name == counter for side in plainly)


def _counter(facts: Facts, loop: For) -> tuple[str, int | None]:
    """The name of a loop's counter and its last value; None where the loop is not a plain count upwards."""
    condition = None if loop.condition is None else plain(loop.condition)
    step = None if loop.step is None else plain(loop.step)
    if not isinstance(condition, Binary) or not isinstance(step, Unary | Postfix) or step.operator != "++":
        return "", None
    counter, counted = plain(condition.left), plain(step.operand)
    end = _constant(facts, condition.right)
    if not isinstance(counter, Name) or not isinstance(counted, Name) or counter.name != counted.name or end is None:
        return "", None
    last = {"<": end - 1, "<=": end}.get(condition.operator)
    return counter.name, last
