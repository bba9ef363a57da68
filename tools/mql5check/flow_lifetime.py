"""What outlives functions: handles and objects in global variables and fields, and the timer.

It must not follow ways through functions; it asks whether the program as a whole gives back what it keeps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tools.mql5check.builtins import STRUCTS
from tools.mql5check.flow_program import Facts, Routine, key_of
from tools.mql5check.flow_resources import CLOSERS, FILE, INDICATOR, OBJECT, SEARCH, Resource
from tools.mql5check.flow_scopes import Report
from tools.mql5check.flow_tree import callee, method, plain
from tools.mql5check.syntax import (
    Assign,
    Call,
    Conditional,
    Declarator,
    Delete,
    Expression,
    Index,
    Name,
    New,
    Node,
    VariableStatement,
)

TIMERS = frozenset({"EventSetTimer", "EventSetMillisecondTimer"})


class Kept(NamedTuple):
    """A variable that outlives functions and got a resource: its name, the resource and where that was."""

    key: str
    resource: Resource
    path: str
    line: int
    column: int


@dataclass(slots=True)
class _Locals:
    """Of one function: its own names, those that come from longer-lived variables, and those that hold new things."""

    names: set[str] = field(default_factory=set)
    aliases: dict[str, set[str]] = field(default_factory=dict)
    fresh: dict[str, Resource] = field(default_factory=dict)


def kept(facts: Facts) -> list[Kept]:
    """Every place where a variable that outlives functions gets a resource."""
    found = []
    for name, place in facts.variables.items():
        resource = _resource(facts, place.declarator.initial, {})
        if resource is not None:
            node = place.declarator
            found.append(Kept(name, resource, place.path, node.line, node.column))
    for routine in facts.routines:
        found.extend(_kept_by(facts, routine, _locals(facts, routine)))
    return [each for each in found if each.resource.kept and not _of_the_terminal(facts, each)]


def _of_the_terminal(facts: Facts, each: Kept) -> bool:
    """Whether nobody need give it back: the terminal does, or it only passes through a predefined structure."""
    passing = any(each.key == f".{name}" for fields in STRUCTS.values() for name in fields)
    return passing or facts.frees_itself(each.resource)


def shared(found: list[Kept]) -> dict[str, Resource]:
    """The variables of which a comparison tells that they hold an open handle."""
    return {each.key: each.resource for each in found if each.resource in (FILE, SEARCH, INDICATOR)}


def check_kept(facts: Facts, found: list[Kept], report: Report) -> None:
    """Report what is kept and never given back by anything that runs."""
    given_back: set[tuple[str, str]] = set()
    for routine in facts.live():
        given_back.update(_given_back(facts, routine, _locals(facts, routine)))
    told: set[tuple[str, str]] = set()
    for each in found:
        what = (each.resource.name, each.key)
        if what in given_back or what in told:
            continue
        told.add(what)
        name = each.key.lstrip(".")
        text = f"the {each.resource.noun} kept in {name} is never given back: call {each.resource.ending} in OnDeinit"
        if each.resource is OBJECT:
            text = f"the object kept in {name} is never deleted: delete it in OnDeinit or in a destructor"
        report(each.path, each.line, each.column, text)


def check_timer(facts: Facts, report: Report) -> None:
    """Report a timer that is set and not killed on the way that begins in OnDeinit."""
    ends = [each for each in facts.events if each.name == "OnDeinit"]
    ends += [each for each in facts.routines if each.function.kind == "destructor"]
    closing = set(facts.routines) if facts.is_library else facts.reachable(ends)
    if any(callee(node) == "EventKillTimer" for routine in closing for node in _calls(routine)):
        return
    for routine in facts.live():
        for node in _calls(routine):
            if callee(node) in TIMERS and callee(node) not in facts.by_name:
                text = "the timer set here is never killed: call EventKillTimer in OnDeinit"
                report(routine.path, node.line, node.column, text)


def _calls(routine: Routine) -> Iterator[Call]:
    return iter(routine.calls)


def _locals(facts: Facts, routine: Routine) -> _Locals:
    own = _Locals({parameter.name for parameter in routine.function.parameters})
    for node in routine.nodes:
        if isinstance(node, VariableStatement):
            names = {each.name for each in node.declaration.declarators}
            if not node.declaration.static:
                own.names |= names
    for node in routine.telling:
        for argument, opened in _filled(facts, node):
            place = plain(argument)
            if isinstance(place, Name) and place.name in own.names:
                own.fresh[place.name] = opened
        name, value = _gives(node)
        if value is None or name not in own.names:
            continue
        key = key_of(facts, routine, value, own.names)
        if key:
            own.aliases.setdefault(name, set()).add(key.removesuffix("[]"))
        resource = _resource(facts, value, own.fresh)
        if resource is not None:
            own.fresh[name] = resource
    return own


def _filled(facts: Facts, node: Node) -> Iterator[tuple[Expression, Resource]]:
    """The arguments into which a call puts what it opened."""
    if not isinstance(node, Call) or not facts.handing:
        return
    for at, argument in enumerate(node.arguments):
        handed = facts.handing.get((callee(node) or method(node), at))
        if handed is not None and handed.resource is not None:
            yield argument, handed.resource


def _gives(node: Node) -> tuple[str, Expression | None]:
    if isinstance(node, Declarator):
        return node.name, node.initial
    if isinstance(node, Assign):
        target = _holder(node.target)
        return (target.name if isinstance(target, Name) else ""), node.value
    return "", None


def _holder(expression: Expression) -> Expression:
    """The expression itself, or the array whose element it is: what is put into an array is given back from there."""
    expression = plain(expression)
    return plain(expression.target) if isinstance(expression, Index) else expression


def _resource(facts: Facts, value: Expression | None, fresh: dict[str, Resource]) -> Resource | None:
    """What a value brings that must be given back: straight from its opener, from `new`, or through a local."""
    if value is None:
        return None
    value = plain(value)
    if isinstance(value, New):
        return OBJECT
    if isinstance(value, Conditional):
        return _resource(facts, value.yes, fresh) or _resource(facts, value.no, fresh)
    if isinstance(value, Assign):
        return _resource(facts, value.value, fresh)
    if isinstance(value, Name):
        return fresh.get(value.name)
    return facts.openers.get(callee(value))


def _kept_by(facts: Facts, routine: Routine, own: _Locals) -> Iterator[Kept]:
    for node in routine.nodes:
        if isinstance(node, VariableStatement) and node.declaration.static:
            for declarator in node.declaration.declarators:
                resource = _resource(facts, declarator.initial, own.fresh)
                if resource is not None:
                    name = f"{routine.name}.{declarator.name}"
                    yield Kept(name, resource, routine.path, declarator.line, declarator.column)
        if isinstance(node, Assign):
            key = _key(facts, routine, node.target, own)
            resource = _resource(facts, node.value, own.fresh)
            if key and resource is not None:
                yield Kept(key, resource, routine.path, node.line, node.column)
        for argument, opened in _filled(facts, node):
            key = _key(facts, routine, argument, own)
            if key:
                yield Kept(key, opened, routine.path, argument.line, argument.column)


def _key(facts: Facts, routine: Routine, expression: Expression, own: _Locals) -> str:
    key = key_of(facts, routine, expression, own.names).removesuffix("[]")
    if key or not isinstance(plain(expression), Name):
        return key
    name = plain(expression)
    if isinstance(name, Name) and name.name not in own.names and name.name not in facts.variables:
        return f"{routine.name}.{name.name}"
    return ""


def _given_back(facts: Facts, routine: Routine, own: _Locals) -> Iterator[tuple[str, str]]:
    for node in routine.nodes:
        if isinstance(node, Delete):
            yield from ((OBJECT.name, key) for key in _keys(facts, routine, node.target, own))
        if not isinstance(node, Call):
            continue
        name = callee(node) or method(node)
        for at, argument in enumerate(node.arguments):
            keys = _keys(facts, routine, argument, own)
            if name in CLOSERS and name not in facts.by_name and at == 0:
                yield from ((CLOSERS[name].name, key) for key in keys)
            elif (name, at) in facts.closing:
                yield from ((each.name, key) for each in (FILE, SEARCH, INDICATOR, OBJECT) for key in keys)


def _keys(facts: Facts, routine: Routine, expression: Expression, own: _Locals) -> set[str]:
    holder = _holder(expression)
    if isinstance(holder, Name) and holder.name in own.names:
        return own.aliases.get(holder.name, set())
    key = _key(facts, routine, expression, own)
    return {key} if key else set()
