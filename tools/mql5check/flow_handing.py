"""Functions that open something and hand it out through a parameter by reference, and what their answer tells of it.

It must not report anything: a caller is judged by what it does with what it got.
"""

from __future__ import annotations

from collections.abc import Iterable

from tools.mql5check.flow_paths import follow
from tools.mql5check.flow_program import PASSES, Facts, Routine
from tools.mql5check.flow_resources import FAILED, OPEN, RESOURCES, UNCHECKED, UNKNOWN, Atom, Handed
from tools.mql5check.flow_state import Spot, State
from tools.mql5check.flow_tree import callee, method
from tools.mql5check.flow_values import Ways
from tools.mql5check.syntax import Call, New

_Left = frozenset[tuple[str, str]]


def note_handing(facts: Facts) -> None:
    """Fill `facts.handing`; repeated, because functions hand on what others handed to them."""
    waiting = [each for each in facts.routines if _fills(each)]
    for _ in range(PASSES if waiting else 0):
        known = dict(facts.handing)
        for routine in waiting:
            if _opens(facts, routine):
                _note(facts, routine)
        if known == facts.handing:
            return


def _fills(routine: Routine) -> bool:
    return any(each.reference and not each.const and not each.is_array for each in routine.function.parameters)


def _opens(facts: Facts, routine: Routine) -> bool:
    handing = {name for name, _ in facts.handing}
    return any(
        isinstance(node, New)
        or (isinstance(node, Call) and (callee(node) in facts.openers or (callee(node) or method(node)) in handing))
        for node in routine.nodes
    )


def _note(facts: Facts, routine: Routine) -> None:
    ends = follow(facts, routine, {}, _nobody)
    for at, parameter in enumerate(routine.function.parameters):
        if not parameter.reference or parameter.const or parameter.is_array:
            continue
        # Parameters are declared first and in their order, nameless ones not at all.
        number = sum(1 for each in routine.function.parameters[: at + 1] if each.name)
        handed = _handed(ends, Spot(parameter.name, number))
        if handed.resource is not None:
            before = facts.handing.get((routine.name, at), Handed(frozenset(), frozenset()))
            facts.handing[routine.name, at] = Handed(before.yes | handed.yes, before.no | handed.no)


def _handed(ends: Iterable[Ways], spot: Spot) -> Handed:
    yes: _Left = frozenset()
    no: _Left = frozenset()
    for good, bad in ends:
        here, there = _left(good, spot), _left(bad, spot)
        if here == there and len(here) > 1:
            # Which answer goes with which is not known: it is taken for what such answers mean everywhere.
            here = frozenset(each for each in here if each[0] not in {FAILED, UNKNOWN})
            there = frozenset(each for each in there if each[0] not in {OPEN, UNCHECKED})
        yes, no = yes | here, no | there
    return Handed(yes, no)


def _left(state: State | None, spot: Spot) -> _Left:
    return frozenset() if state is None else frozenset(_seen(atom) for atom in state.of(spot).atoms)


def _seen(atom: Atom) -> tuple[str, str]:
    """What the caller sees of it: not when it happened, and of what is no resource nothing."""
    known = atom.resource in RESOURCES or atom.status == FAILED
    return (atom.status, atom.resource) if known else (UNKNOWN, "")


def _nobody(path: str, line: int, column: int, text: str) -> None:
    """Takes a mistake that is reported when the function itself is judged."""
