"""The variables of one function by their names: which one a name means here, and what a new one holds.

It must not know what expressions or statements do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tools.mql5check.builtins import ENUMS
from tools.mql5check.flow_program import Facts, Routine
from tools.mql5check.flow_resources import FAILED, OBJECT, Atom, Resource
from tools.mql5check.flow_state import Holding, Spot
from tools.mql5check.flow_tree import plain
from tools.mql5check.syntax import Declarator, Expression, Member, Name, TypeName
from tools.mql5check.words import SIMPLE_TYPES

Report = Callable[[str, int, int, str], None]
"""Takes the path, the line and the column of a mistake, and a sentence."""

_MUST_BE_SET: Final = SIMPLE_TYPES - {"string"}


class Scopes:
    """The names of one function; `shared` are the handles that outlive it."""

    def __init__(self, facts: Facts, routine: Routine, shared: dict[str, Resource], report: Report) -> None:
        self.facts = facts
        self.routine = routine
        self.shared = shared
        self._report = report
        self.scopes: list[dict[str, Spot]] = [{}]
        self._count = 0

    def say(self, line: int, column: int, text: str) -> None:
        """Note a mistake of this function."""
        self._report(self.routine.path, line, column, text)

    def declare(self, name: str) -> Spot:
        """A new variable of the innermost scope."""
        self._count += 1
        spot = Spot(name, self._count)
        self.scopes[-1][name] = spot
        return spot

    def spot(self, expression: Expression) -> Spot | None:
        """The variable that an expression names, None when it names none that is followed."""
        expression = plain(expression)
        if isinstance(expression, Member):
            own = isinstance(expression.target, Name) and expression.target.name == "this"
            return Spot(f".{expression.name}", 0) if own else None
        if not isinstance(expression, Name):
            return None
        for scope in reversed(self.scopes):
            if expression.name in scope:
                return scope[expression.name]
        if self.facts.field_of(self.routine.owner, expression.name) is not None:
            return Spot(f".{expression.name}", 0)
        return Spot(expression.name, 0) if expression.name in self.facts.variables else None

    def unset(self, kind: TypeName, declarator: Declarator) -> Holding:
        """What a local variable holds before it is given a value: nothing good, but pointers hold NULL."""
        if declarator.is_array:
            return Holding()
        if declarator.pointer:
            return Holding(frozenset({Atom(FAILED, OBJECT.name, declarator.line)}))
        simple = kind.name in _MUST_BE_SET or kind.name in ENUMS or kind.name in self.facts.enums
        return Holding(unset=simple)

    def is_type(self, name: str) -> bool:
        """Whether a call of that name is a cast."""
        return name in SIMPLE_TYPES or name in ENUMS or name in self.facts.enums or name in self.facts.fields
