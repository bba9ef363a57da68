"""What an expression does to what is known of variables: reads, assignments, calls, and what a condition tells.

It must not know statements; `flow_paths` does.
"""

from __future__ import annotations

from typing import Final, cast

from tools.mql5check.builtins import FUNCTIONS
from tools.mql5check.flow_conditions import fits, is_alive, is_comparison, nothing, nothing_in, question, root
from tools.mql5check.flow_resources import (
    CHART,
    CLOSED,
    CLOSERS,
    FAILED,
    FILE,
    OBJECT,
    OPEN,
    RESOURCES,
    SEARCH,
    UNCHECKED,
    USERS,
    Atom,
    Resource,
    taken,
    when_good,
    when_nothing,
)
from tools.mql5check.flow_scopes import Scopes
from tools.mql5check.flow_state import NOBODY_KNOWS, Holding, Spot, State, met
from tools.mql5check.flow_tree import callee, children, method, plain, truth, walk
from tools.mql5check.syntax import (
    Assign,
    Binary,
    Call,
    Conditional,
    Declarator,
    Expression,
    Index,
    Literal,
    Member,
    Name,
    New,
    Postfix,
    SizeOf,
    Unary,
)

Ways = tuple[State | None, State | None]

_SWAPPED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


class Values(Scopes):
    """The expressions of one function."""

    # ---- values ----

    def read(self, expression: Expression, state: State) -> State:
        """The state after an expression was worked out."""
        expression = plain(expression)
        if isinstance(expression, Name):
            self._read_name(expression, state)
            return state
        if isinstance(expression, Literal):
            return state
        if isinstance(expression, Assign):
            return self._assign(expression, state)
        if isinstance(expression, Call):
            return self._call(expression, state)
        if isinstance(expression, New):
            return self._arguments("", expression.arguments, state)
        if isinstance(expression, Unary | Postfix) and expression.operator in {"++", "--"}:
            return self._counted(expression, state)
        if isinstance(expression, Conditional) or (
            isinstance(expression, Binary) and expression.operator in {"&&", "||"}
        ):
            return self._branching_value(expression, state)
        if isinstance(expression, SizeOf):
            return state
        for child in children(expression):
            if isinstance(child, Expression):
                state = self.read(child, state)
        return state

    def _read_name(self, name: Name, state: State) -> None:
        spot = self.spot(name)
        if spot is not None and spot.number and state.of(spot).unset:
            self.say(name.line, name.column, f"{name.name} is read here before every way has given it a value")

    def _counted(self, expression: Unary | Postfix, state: State) -> State:
        state = self.read(expression.operand, state)
        spot = self.spot(expression.operand)
        return self._part_changed(expression.operand, state) if spot is None else state.put(spot, Holding())

    def _branching_value(self, expression: Expression, state: State) -> State:
        if isinstance(expression, Conditional):
            yes, no = self.branch(expression.condition, state)
            ways = (
                None if yes is None else self.read(expression.yes, yes),
                None if no is None else self.read(expression.no, no),
            )
        else:
            ways = self.branch(expression, state)
        return met(*ways) or state

    def _assign(self, expression: Assign, state: State) -> State:
        if expression.operator != "=":
            state = self.read(expression.target, state)
        elif isinstance(plain(expression.target), Index | Member):
            state = self._part_changed(expression.target, self._read_place(plain(expression.target), state))
        spot = self.spot(expression.target)
        return self.give(spot, expression.value, self.read(expression.value, state), expression)

    def _part_changed(self, place: Expression, state: State) -> State:
        spot = self.spot(root(place))
        return state if spot is None else state.changed(spot)

    def _read_place(self, target: Expression, state: State) -> State:
        for child in children(target):
            if isinstance(child, Expression):
                state = self.read(child, state)
        return state

    def give(self, spot: Spot | None, value: Expression, state: State, at: Expression | Declarator) -> State:
        """The state after `value`, which was read, went into a variable (None: into what is not followed)."""
        value = plain(value)
        source = self.spot(value)
        atoms = self._fresh(value, state, at.line)
        if source is not None and source.number:
            state = state.learn(source, NOBODY_KNOWS)
        if spot is None:
            return state
        self._overwritten(spot, state, at)
        state = state.put(spot, Holding(atoms))
        about = frozenset(found for node in walk(value) if isinstance(node, Expression) and (found := self.spot(node)))
        hands = isinstance(value, Call) and any(
            (callee(value) or method(value), each) in self.facts.handing for each in range(len(value.arguments))
        )
        if spot.number and about and spot not in about and (hands or is_comparison(value)):
            state = state.means(spot, value, about)
        return state

    def _fresh(self, value: Expression, state: State, line: int) -> frozenset[Atom]:
        value = plain(value)
        if isinstance(value, New):
            return taken(OBJECT, line)
        if isinstance(value, Assign):
            inner = self.spot(value.target)
            return NOBODY_KNOWS if inner is None else state.of(inner).atoms
        if isinstance(value, Conditional):
            return self._fresh(value.yes, state, line) | self._fresh(value.no, state, line)
        opener = self.facts.openers.get(callee(value))
        if opener is not None:
            return taken(opener, line)
        if nothing(value):
            # Where a variable was emptied tells nothing, and one line for each would make them many.
            return frozenset({Atom(FAILED, "", 0)})
        source = self.spot(value)
        return state.of(source).atoms if source is not None and source.number else NOBODY_KNOWS

    def _overwritten(self, spot: Spot, state: State, at: Expression | Declarator) -> None:
        for atom in state.of(spot).atoms:
            resource = RESOURCES.get(atom.resource)
            if resource is not None and resource.leaks and atom.status in {OPEN, UNCHECKED}:
                text = f"{spot.name.lstrip('.')} gets a new value while its {resource.noun} is still open"
                self.say(at.line, at.column, f"{text}: call {resource.ending} first")

    # ---- calls ----

    def _call(self, call: Call, state: State) -> State:
        name = callee(call)
        if not name:
            target = plain(call.callee)
            if isinstance(target, Member):
                state = self.read(target.target, state)
                self._alive(target.target, state, OBJECT)
        if name in self.facts.by_name or not (name in CLOSERS or name in USERS):
            return self._arguments(name or method(call), call.arguments, state, call)
        state = self._arguments(name, call.arguments, state, call)
        if not call.arguments:
            return state
        if name in USERS:
            self._alive(call.arguments[0], state, USERS[name])
            return state
        return self.close(call.arguments[0], CLOSERS[name], state)

    def close(self, argument: Expression, resource: Resource, state: State) -> State:
        """The state after a resource was given back."""
        spot = self.spot(argument)
        if spot is None:
            return state
        atoms = state.of(spot).atoms
        for atom in atoms:
            if atom.status == CLOSED:
                again = f"the {resource.noun} in {spot.name.lstrip('.')} was already closed in line {atom.line}"
                self.say(argument.line, argument.column, again)
            elif atom.status == UNCHECKED and resource.checked:
                self._unchecked(argument, spot, resource)
        return state.learn(spot, frozenset({Atom(CLOSED, resource.name, argument.line)}))

    def _alive(self, argument: Expression, state: State, resource: Resource) -> None:
        spot = self.spot(argument)
        if spot is None:
            return
        atoms = state.of(spot).atoms
        if resource is OBJECT and all(atom.status == FAILED for atom in atoms):
            self.say(argument.line, argument.column, f"{spot.name.lstrip('.')} is NULL here: no object was made for it")
        for atom in atoms:
            if atom.status == CLOSED:
                what = f"the {resource.noun} in {spot.name.lstrip('.')}"
                self.say(argument.line, argument.column, f"{what} is used after it was closed in line {atom.line}")
            elif resource.checked and atom.status == UNCHECKED:
                self._unchecked(argument, spot, resource)
            elif resource.checked and atom.status == FAILED and nothing_in(atom, resource):
                text = f"{spot.name.lstrip('.')} may be {resource.nothing} here: the {resource.noun} was not opened"
                self.say(argument.line, argument.column, text)

    def _unchecked(self, argument: Expression, spot: Spot, resource: Resource) -> None:
        text = f"{spot.name.lstrip('.')} is used before it was compared with {resource.nothing}"
        self.say(argument.line, argument.column, text)

    def _arguments(self, name: str, arguments: tuple[Expression, ...], state: State, call: Call | None = None) -> State:
        out = []
        for at, argument in enumerate(arguments):
            if self._is_out(name, at, len(arguments)):
                state = self._part_changed(argument, self._read_place(plain(argument), state))
                out.append((self.facts.handing.get((name, at)), self.spot(argument), argument))
            else:
                state = self.read(argument, state)
                state = self._handed_over(name, at, argument, state, call)
        for handed, spot, argument in out:
            if spot is None:
                continue
            atoms = state.of(spot).atoms
            if handed is not None:
                self._overwritten(spot, state, argument)
            state = state.put(spot, Holding() if handed is None else Holding(handed.atoms(atoms, argument.line)))
        return self._touched(name, state)

    def _is_out(self, name: str, at: int, count: int) -> bool:
        routines = self.facts.forms(name, count)
        if routines:
            parameters = [each.function.parameters[at] for each in routines]
            return any(each.reference and not each.const for each in parameters)
        if name not in FUNCTIONS:
            return bool(name) and not (name in self.facts.by_name or self.is_type(name))
        forms = FUNCTIONS[name]
        return any(
            form.params[at].by_reference and not form.params[at].const
            for form in forms
            if at < len(form.params) and (form.variadic or len(form.params) >= count)
        )

    def _handed_over(self, name: str, at: int, argument: Expression, state: State, call: Call | None) -> State:
        spot = self.spot(argument)
        if spot is None or (name in FUNCTIONS and name not in self.facts.by_name):
            return state
        if call is not None and name in self.facts.by_name:
            use = self.facts.using.get((name, at))
            if use is not None and (name, at) not in self.facts.checking:
                self._alive(argument, state, use)
            if (name, at) not in self.facts.closing and (name, at) not in self.facts.keeping:
                return state
            if self.facts.closing.get((name, at)) in (FILE, SEARCH) and (name, at) not in self.facts.keeping:
                return self._closed_by(name, at, argument, state)
        return state.learn(spot, NOBODY_KNOWS) if spot.number else state

    def _closed_by(self, name: str, at: int, argument: Expression, state: State) -> State:
        """A function of the program that closes what it is handed does so on every way, or is refused itself."""
        spot = self.spot(argument)
        if spot is not None and (name, at) in self.facts.checking:
            state = state.learn(spot, when_good(state.of(spot).atoms, "") or NOBODY_KNOWS)
        return self.close(argument, self.facts.closing[name, at], state)

    def _touched(self, name: str, state: State) -> State:
        """A function of the program may change every variable that outlives functions."""
        if name in FUNCTIONS and name not in self.facts.by_name:
            return state
        state = state.touched()
        for spot, holding in list(state.holdings.items()):
            if not spot.number and holding.atoms != NOBODY_KNOWS:
                state = state.put(spot, Holding())
        return state

    # ---- conditions ----

    def branch(self, condition: Expression, state: State) -> Ways:
        """The states in which a condition holds and does not; None where it never does."""
        known = question(condition, self.spot) if state.given else None
        yes, no = self._branch(condition, state)
        if known is None:
            return yes, no
        return (
            None if yes is None else yes.answered(known.text, known.truth),
            None if no is None else no.answered(known.text, not known.truth),
        )

    def _branch(self, condition: Expression, state: State) -> Ways:
        condition = plain(condition)
        known = truth(condition)
        if known is not None:
            return (state, None) if known else (None, state)
        if isinstance(condition, Unary) and condition.operator == "!":
            yes, no = self.branch(condition.operand, state)
            return no, yes
        if isinstance(condition, Binary) and condition.operator in {"&&", "||"}:
            return self._both_or_either(condition, state)
        state = self.read(condition, state)
        return self._told(condition, state)

    def _both_or_either(self, condition: Binary, state: State) -> Ways:
        yes, no = self.branch(condition.left, state)
        if condition.operator == "&&":
            right_yes, right_no = (None, None) if yes is None else self.branch(condition.right, yes)
            return right_yes, met(no, right_no)
        right_yes, right_no = (None, None) if no is None else self.branch(condition.right, no)
        return met(yes, right_yes), right_no

    def _handed_out(self, call: Call, state: State) -> Ways:
        """What the answer of a function says of the variables that it was to fill."""
        yes, no = state, state
        for at, argument in enumerate(call.arguments):
            handed, spot = self.facts.handing.get((callee(call) or method(call), at)), self.spot(argument)
            if handed is not None and spot is not None:
                atoms, line = state.of(spot).atoms, argument.line
                yes = yes.learn(spot, handed.told(atoms, line, answer=True) or NOBODY_KNOWS)
                no = no.learn(spot, handed.told(atoms, line, answer=False) or NOBODY_KNOWS)
        return yes, no

    def _told(self, condition: Expression, state: State) -> Ways:
        condition = plain(condition)
        if isinstance(condition, Call) and callee(condition) != "CheckPointer":
            return self._handed_out(condition, state)
        if isinstance(condition, Assign) and isinstance(plain(condition.value), Call):
            yes, no = self._handed_out(cast(Call, plain(condition.value)), state)
            if yes is not state or no is not state:
                return yes, no
        if not isinstance(condition, Binary):
            spot = self._asked(condition)
            if spot is not None and spot in state.meanings:
                meaning = plain(state.meanings[spot][0])
                return self._told(meaning, state) if isinstance(meaning, Call) else self.branch(meaning, state)
            return (state, state) if spot is None else self._valid(spot, state, good_if=True)
        left, right, operator = condition.left, condition.right, condition.operator
        if nothing(left):
            left, right, operator = right, left, _SWAPPED.get(operator, operator)
        asked = self._asked(left)
        if asked is None:
            return state, state
        if callee(plain(left)) == "CheckPointer" and operator in {"==", "!="}:
            return self._valid(asked, state, good_if=(operator == "==") == is_alive(right))
        if not nothing(right) or (operator in {"==", "!="} and not fits(state.of(asked).atoms, right)):
            return state, state
        if operator == "==" or operator in {"<", "<="}:
            return self._checked(asked, state, good_if=False)
        if operator in {"!=", ">", ">="}:
            return self._checked(asked, state, good_if=True)
        return state, state

    def _asked(self, expression: Expression) -> Spot | None:
        expression = plain(expression)
        if isinstance(expression, Assign):
            return self.spot(expression.target)
        if callee(expression) == "CheckPointer" and isinstance(expression, Call) and expression.arguments:
            return self.spot(expression.arguments[0])
        return self.spot(expression)

    def _valid(self, spot: Spot, state: State, good_if: bool) -> Ways:
        """What a variable's truth tells, and CheckPointer: of an object also that it was not deleted."""
        atoms = state.of(spot).atoms
        if not any(atom.resource in {OBJECT.name, CHART.name} for atom in atoms):
            return state, state
        alive = frozenset(atom for atom in when_good(atoms, "") if atom.status != CLOSED)
        good, nothing = state.learn(spot, alive or NOBODY_KNOWS), state.learn(spot, when_nothing(atoms) or NOBODY_KNOWS)
        return (good, nothing) if good_if else (nothing, good)

    def _checked(self, spot: Spot, state: State, good_if: bool) -> Ways:
        atoms = state.of(spot).atoms
        resource = self.shared.get(spot.name) if not spot.number else None
        good = state.learn(spot, when_good(atoms, "" if resource is None else resource.name) or NOBODY_KNOWS)
        nothing = state.learn(spot, when_nothing(atoms) or NOBODY_KNOWS)
        return (good, nothing) if good_if else (nothing, good)
