"""What is known of a function's variables at one place of one way through it.

It must not know statements or expressions; a state is never changed, only followed by another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from tools.mql5check.flow_resources import UNKNOWN, Atom
from tools.mql5check.syntax import Expression

NOBODY_KNOWS: Final = frozenset({Atom(UNKNOWN, "", 0)})


class Spot(NamedTuple):
    """One variable: its name, and for a local one a number of its own (0: it outlives the function)."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What a variable may hold, and whether on some way here it was never given a value."""

    atoms: frozenset[Atom] = NOBODY_KNOWS
    unset: bool = False

    def joined(self, other: Holding) -> Holding:
        """What is known after two ways meet."""
        return Holding(self.atoms | other.atoms, self.unset or other.unset)


@dataclass(frozen=True, slots=True)
class State:
    """Every variable that is known of; `meanings` are bool variables that stand for a comparison."""

    holdings: dict[Spot, Holding] = field(default_factory=dict)
    meanings: dict[Spot, tuple[Expression, frozenset[Spot]]] = field(default_factory=dict)

    def of(self, spot: Spot) -> Holding:
        """What is known of a variable; nothing, when it was never mentioned."""
        return self.holdings.get(spot, Holding())

    def put(self, spot: Spot, holding: Holding) -> State:
        """The state after a variable got a value: no comparison that spoke of it holds any more."""
        meanings = {name: meaning for name, meaning in self.meanings.items() if name != spot and spot not in meaning[1]}
        return State({**self.holdings, spot: holding}, meanings)

    def learn(self, spot: Spot, atoms: frozenset[Atom]) -> State:
        """The state after a check told more of a variable, whose value stays."""
        return replace(self, holdings={**self.holdings, spot: replace(self.of(spot), atoms=atoms)})

    def means(self, spot: Spot, comparison: Expression, about: frozenset[Spot]) -> State:
        """The state after a variable was set to the result of a comparison."""
        return replace(self, meanings={**self.meanings, spot: (comparison, about)})

    def without(self, spots: Iterable[Spot]) -> State:
        """The state after variables went out of scope."""
        gone = set(spots)
        return State(
            {spot: holding for spot, holding in self.holdings.items() if spot not in gone},
            {spot: meaning for spot, meaning in self.meanings.items() if spot not in gone and not gone & meaning[1]},
        )


def met(*states: State | None) -> State | None:
    """What is known where several ways meet; None is a way that nobody goes."""
    left = [state for state in states if state is not None]
    if not left:
        return None
    result = left[0]
    for state in left[1:]:
        spots = result.holdings.keys() | state.holdings.keys()
        holdings = {spot: result.of(spot).joined(state.of(spot)) for spot in spots}
        meanings = {spot: each for spot, each in result.meanings.items() if state.meanings.get(spot) == each}
        result = State(holdings, meanings)
    return result
