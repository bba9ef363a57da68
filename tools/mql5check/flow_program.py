"""What the flow checks know of a whole program: its functions, its variables, who calls whom, who gives back what.

It must not judge anything; the checks do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from tools.mql5check.builtins import EVENTS
from tools.mql5check.flow_resources import CLOSERS, INDICATOR, OBJECT, OPENERS, USERS, Handed, Resource
from tools.mql5check.flow_tree import callee, method, plain, walk
from tools.mql5check.syntax import (
    Assign,
    Binary,
    Call,
    Class,
    Declarator,
    Define,
    Delete,
    Enum,
    Expression,
    Function,
    Index,
    Member,
    Name,
    New,
    Node,
    Parameter,
    Return,
    TypeName,
    Unit,
    Variable,
)


@dataclass(frozen=True, slots=True, eq=False)
class Routine:
    """One function or method with a body, the file it stands in and the class it belongs to ("" for none).

    `nodes` is everything in its body, in the order of the source; the checks look at it many times, and at the kinds
    that most of them look for by themselves: calls, what gives a value to something, and what else `_habit` sees.
    """

    function: Function
    path: str
    owner: str
    nodes: tuple[Node, ...]
    calls: tuple[Call, ...]
    givers: tuple[Assign | Declarator, ...]
    telling: tuple[Node, ...]

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.function.name


def routine_of(function: Function, path: str, owner: str, body: Node) -> Routine:
    """A function with everything in its body sorted once."""
    nodes = tuple(walk(body))
    calls = tuple([node for node in nodes if isinstance(node, Call)])
    givers = tuple([node for node in nodes if isinstance(node, Assign | Declarator)])
    telling = tuple([node for node in nodes if isinstance(node, _TELLING)])
    return Routine(function, path, owner, nodes, calls, givers, telling)


_TELLING: Final = (Call, Assign, Declarator, Return, Delete, Binary)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a variable is declared: its file, its type and its declarator."""

    path: str
    type: TypeName
    declarator: Declarator
    const: bool
    role: str


@dataclass(slots=True)
class Facts:
    """Everything that is looked up while a program is checked."""

    routines: list[Routine] = field(default_factory=list)
    variables: dict[str, Place] = field(default_factory=dict)
    fields: dict[str, dict[str, Place]] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    enums: set[str] = field(default_factory=set)
    defines: dict[str, Expression] = field(default_factory=dict)
    kind: str = "expert"
    by_name: dict[str, list[Routine]] = field(default_factory=dict)
    openers: dict[str, Resource] = field(default_factory=dict)
    closing: dict[tuple[str, int], Resource] = field(default_factory=dict)
    keeping: set[tuple[str, int]] = field(default_factory=set)
    checking: set[tuple[str, int]] = field(default_factory=set)
    using: dict[tuple[str, int], Resource] = field(default_factory=dict)
    handing: dict[tuple[str, int], Handed] = field(default_factory=dict)

    def field_of(self, owner: str, name: str) -> Place | None:
        """The field `name` of a class or of what it comes from."""
        seen: set[str] = set()
        while owner and owner not in seen:
            seen.add(owner)
            place = self.fields.get(owner, {}).get(name)
            if place is not None:
                return place
            owner = self.bases.get(owner, "")
        return None

    def forms(self, name: str, count: int) -> list[Routine]:
        """The program's functions of that name that `count` arguments fit, methods too."""
        return [each for each in self.by_name.get(name, []) if _fits(each.function.parameters, count)]

    @property
    def is_library(self) -> bool:
        """Whether other files will call what stands here."""
        return self.kind == "library"

    def frees_itself(self, resource: Resource) -> bool:
        """Whether the terminal gives that resource back so soon that the program need not: a script's indicators."""
        return self.kind == "script" and resource is INDICATOR

    @property
    def events(self) -> list[Routine]:
        """The functions that the terminal calls."""
        return [each for each in self.routines if not each.owner and each.name in EVENTS]

    def reachable(self, roots: Iterable[Routine]) -> set[Routine]:
        """What is called from `roots`, directly or not, by name; a `delete` calls every destructor."""
        found: set[Routine] = set()
        waiting = list(roots)
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self._called(here))
        return found

    def _called(self, routine: Routine) -> Iterator[Routine]:
        for node in routine.nodes:
            if isinstance(node, Call):
                yield from self.by_name.get(callee(node) or method(node), [])
            elif isinstance(node, New):
                yield from self.by_name.get(node.type.name, [])
            elif isinstance(node, Delete):
                yield from (each for each in self.routines if each.function.kind == "destructor")

    def live(self) -> set[Routine]:
        """What can run at all: everything below events and methods, or all of a file that is no program."""
        events = self.events
        if self.is_library or not events:
            return set(self.routines)
        return self.reachable([*events, *(each for each in self.routines if each.owner)])


def _fits(parameters: tuple[Parameter, ...], count: int) -> bool:
    needed = sum(1 for parameter in parameters if parameter.default is None)
    return needed <= count <= len(parameters)


def facts_of(units: Iterable[Unit], kind: str) -> Facts:
    """Read a program's trees once; a library is what other files will call."""
    facts = Facts(kind=kind)
    for unit in units:
        for node in unit.declarations:
            _declared(facts, unit.path, node)
    for routine in facts.routines:
        facts.by_name.setdefault(routine.name, []).append(routine)
    _openers(facts)
    _habits(facts)
    return facts


def _declared(facts: Facts, path: str, node: Node) -> None:
    if isinstance(node, Function) and node.body is not None:
        facts.routines.append(routine_of(node, path, node.owner, node.body))
    elif isinstance(node, Variable):
        facts.variables.update(_places(path, node))
    elif isinstance(node, Define) and node.value is not None:
        facts.defines[node.name] = node.value
    elif isinstance(node, Enum):
        facts.enums.add(node.name)
    elif isinstance(node, Class) and node.members is not None:
        facts.bases[node.name] = node.base
        fields = facts.fields.setdefault(node.name, {})
        for member in node.members:
            declaration = member.declaration
            if isinstance(declaration, Function) and declaration.body is not None:
                facts.routines.append(routine_of(declaration, path, node.name, declaration.body))
            elif isinstance(declaration, Variable):
                fields.update(_places(path, declaration))


def _places(path: str, node: Variable) -> dict[str, Place]:
    return {
        declarator.name: Place(path, node.type, declarator, node.const, node.role) for declarator in node.declarators
    }


PASSES: Final = 20
"""How often functions may hand on a resource to each other and still be seen through."""


def _openers(facts: Facts) -> None:
    """Functions that hand out what an opener gave them are openers too; their callers' callers as well."""
    facts.openers.update({name: each for name, each in OPENERS.items() if name not in facts.by_name})
    for _ in range(PASSES):
        known = len(facts.openers)
        for routine in facts.routines:
            resource = None if routine.name in facts.openers else _handed_out(facts, routine)
            if resource is not None:
                facts.openers[routine.name] = resource
        if len(facts.openers) == known:
            return


def _handed_out(facts: Facts, routine: Routine) -> Resource | None:
    fresh: dict[str, Resource] = {}
    for node in routine.telling:
        value: Expression | None = None
        name = ""
        if isinstance(node, Declarator):
            name, value = node.name, node.initial
        elif isinstance(node, Assign) and isinstance(node.target, Name):
            name, value = node.target.name, node.value
        elif isinstance(node, Return) and node.value is not None:
            given = plain(node.value)
            resource = facts.openers.get(callee(given))
            if resource is None and isinstance(given, Name):
                resource = fresh.get(given.name)
            if resource is not None:
                return resource
        if value is not None and callee(plain(value)) in facts.openers and _is_local(facts, routine, name):
            fresh[name] = facts.openers[callee(plain(value))]
    return None


def _is_local(facts: Facts, routine: Routine, name: str) -> bool:
    return name not in facts.variables and facts.field_of(routine.owner, name) is None


def _habits(facts: Facts) -> None:
    """What each function does with each of its parameters; repeated, because functions pass them on."""
    habits = (facts.closing, facts.keeping, facts.checking, facts.using)
    for _ in range(PASSES):
        known = [len(habit) for habit in habits]
        for routine in facts.routines:
            places = {parameter.name: at for at, parameter in enumerate(routine.function.parameters)}
            for node in routine.telling if places else ():
                _habit(facts, routine.name, places, node)
        if known == [len(habit) for habit in habits]:
            return


def _habit(facts: Facts, name: str, places: dict[str, int], node: Node) -> None:
    if isinstance(node, Call):
        _handed_on(facts, name, places, node)
    elif isinstance(node, Assign | Declarator):
        value = node.value if isinstance(node, Assign) else node.initial
        _note(facts.keeping, name, places, value)
    elif isinstance(node, Return):
        _note(facts.keeping, name, places, node.value)
    elif isinstance(node, Delete):
        target = plain(node.target)
        if isinstance(target, Name) and target.name in places:
            facts.closing.setdefault((name, places[target.name]), OBJECT)
    elif isinstance(node, Binary) and node.operator in {"==", "!=", "<", ">", "<=", ">="}:
        _note(facts.checking, name, places, node.left)
        _note(facts.checking, name, places, node.right)


def _note(habit: set[tuple[str, int]], name: str, places: dict[str, int], value: Expression | None) -> None:
    value = None if value is None else plain(value)
    if isinstance(value, Name) and value.name in places:
        habit.add((name, places[value.name]))


def _handed_on(facts: Facts, name: str, places: dict[str, int], call: Call) -> None:
    called = callee(call) or method(call)
    for at, argument in enumerate(call.arguments):
        argument = plain(argument)
        if not isinstance(argument, Name) or argument.name not in places:
            continue
        here, there = (name, places[argument.name]), (called, at)
        if called in facts.by_name:
            if there in facts.closing:
                facts.closing.setdefault(here, facts.closing[there])
            if there in facts.keeping:
                facts.keeping.add(here)
            if there in facts.using and there not in facts.checking:
                facts.using[here] = facts.using[there]
        elif called in CLOSERS and at == 0:
            facts.closing[here] = CLOSERS[called]
        elif called in USERS and at == 0:
            facts.using[here] = USERS[called]
        elif method(call):
            facts.keeping.add(here)


def key_of(facts: Facts, routine: Routine, expression: Expression, local: set[str]) -> str:
    """A name for the variable that outlives functions, `[]` for an array's items, `.name` for fields; "" for others."""
    expression = plain(expression)
    if isinstance(expression, Index):
        base = key_of(facts, routine, expression.target, local)
        return f"{base}[]" if base else ""
    if isinstance(expression, Member):
        return f".{expression.name}"
    if not isinstance(expression, Name) or expression.name in local:
        return ""
    if facts.field_of(routine.owner, expression.name) is not None:
        return f".{expression.name}"
    return expression.name if expression.name in facts.variables else ""
