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


class Condition(NamedTuple):
    """A condition that can be asked again: its spelling, how it was answered, what it speaks of.

    `shared` says that a function of the program may change its answer.
    """

    text: str
    truth: bool
    about: frozenset[Spot]
    shared: bool


@dataclass(frozen=True, slots=True)
class State:
    """Every variable that is known of.

    `meanings` are bool variables that stand for a comparison; `given` are the conditions under which a variable that
    not every way has set was set all the same.
    """

    holdings: dict[Spot, Holding] = field(default_factory=dict)
    meanings: dict[Spot, tuple[Expression, frozenset[Spot]]] = field(default_factory=dict)
    given: dict[Spot, frozenset[Condition]] = field(default_factory=dict)

    def of(self, spot: Spot) -> Holding:
        """What is known of a variable; nothing, when it was never mentioned."""
        return self.holdings.get(spot, Holding())

    def put(self, spot: Spot, holding: Holding) -> State:
        """The state after a variable got a value: no comparison that spoke of it holds any more."""
        meanings, given = self.meanings, self.given
        if meanings:
            meanings = {name: meaning for name, meaning in meanings.items() if name != spot and spot not in meaning[1]}
        if given:
            given = {name: _but(each, spot) for name, each in given.items() if name != spot}
        return State({**self.holdings, spot: holding}, meanings, given)

    def learn(self, spot: Spot, atoms: frozenset[Atom]) -> State:
        """The state after a check told more of a variable, whose value stays."""
        holding = Holding(atoms, self.of(spot).unset)
        return State({**self.holdings, spot: holding}, self.meanings, self.given)

    def changed(self, spot: Spot) -> State:
        """The state after a part of a variable got a value, or somebody may have given it one."""
        if not self.given:
            return self
        return State(self.holdings, self.meanings, {name: _but(each, spot) for name, each in self.given.items()})

    def touched(self) -> State:
        """The state after a function of the program ran, which may change whatever is shared."""
        if not self.given:
            return self
        given = {spot: frozenset(one for one in each if not one.shared) for spot, each in self.given.items()}
        return State(self.holdings, self.meanings, given)

    def answered(self, text: str, truth: bool) -> State:
        """The state after a condition was answered: what was set under the same answer is set here."""
        told = [spot for spot, each in self.given.items() if any(one[:2] == (text, truth) for one in each)]
        if not told:
            return self
        holdings = {**self.holdings, **{spot: Holding(self.of(spot).atoms) for spot in told}}
        given = {spot: each for spot, each in self.given.items() if spot not in told}
        return State(holdings, self.meanings, given)

    def means(self, spot: Spot, comparison: Expression, about: frozenset[Spot]) -> State:
        """The state after a variable was set to the result of a comparison."""
        return replace(self, meanings={**self.meanings, spot: (comparison, about)})

    def without(self, spots: Iterable[Spot]) -> State:
        """The state after variables went out of scope."""
        gone = set(spots)
        if not gone:
            return self
        return State(
            {spot: holding for spot, holding in self.holdings.items() if spot not in gone},
            {spot: meaning for spot, meaning in self.meanings.items() if spot not in gone and not gone & meaning[1]},
            {
                spot: frozenset(one for one in each if not gone & one.about)
                for spot, each in self.given.items()
                if spot not in gone
            },
        )


def _but(conditions: frozenset[Condition], spot: Spot) -> frozenset[Condition]:
    """The conditions that do not speak of a variable."""
    return frozenset(one for one in conditions if spot not in one.about)


def met(*states: State | None) -> State | None:
    """What is known where several ways meet; None is a way that nobody goes."""
    left = [state for state in states if state is not None]
    if not left:
        return None
    result = left[0]
    for state in left[1:]:
        if state is not result:
            result = _joined(result, state)
    return result


def _joined(one: State, other: State) -> State:
    holdings = one.holdings
    if holdings is not other.holdings:
        holdings = _met_holdings(holdings, other.holdings)
    meanings = one.meanings
    if meanings is not other.meanings:
        meanings = {spot: each for spot, each in meanings.items() if other.meanings.get(spot) == each}
    return State(holdings, meanings, _given(one, other) if one.given or other.given else {})


def _met_holdings(one: dict[Spot, Holding], other: dict[Spot, Holding]) -> dict[Spot, Holding]:
    """Most variables hold on both ways the very same: only the others are looked at closely."""
    found, nothing_known = dict(one), Holding()
    for spot, holding in other.items():
        mine = found.get(spot, nothing_known)
        if mine is not holding:
            found[spot] = mine.joined(holding)
    if len(found) > len(other):
        for spot in one.keys() - other.keys():
            found[spot] = one[spot].joined(nothing_known)
    return found


def _given(one: State, other: State) -> dict[Spot, frozenset[Condition]]:
    """A condition under which a variable is set must say so on both ways, or of a way that has set it anyhow."""
    found = {}
    for spot in one.given.keys() | other.given.keys():
        here = one.given.get(spot, frozenset()) if one.of(spot).unset else None
        there = other.given.get(spot, frozenset()) if other.of(spot).unset else None
        if here is not None and there is not None:
            found[spot] = here & there
        elif here is not None or there is not None:
            found[spot] = here or there or frozenset()
    return found
