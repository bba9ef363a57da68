"""Follows every way through one function: what is opened is closed, what is read was set, what was closed stays closed.

It must not know the rest of the program but through `Facts`; a loop is followed until nothing new is learned.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.mql5check.flow_conditions import may_change, question
from tools.mql5check.flow_program import Facts, Routine
from tools.mql5check.flow_resources import CLOSERS, FILE, OBJECT, OPEN, RESOURCES, SEARCH, UNCHECKED, Atom, Resource
from tools.mql5check.flow_scopes import Report
from tools.mql5check.flow_state import NOBODY_KNOWS, Condition, Holding, Spot, State, met
from tools.mql5check.flow_tree import callee, plain
from tools.mql5check.flow_values import Values, Ways
from tools.mql5check.syntax import (
    Block,
    Break,
    Continue,
    Declarator,
    Delete,
    DoWhile,
    ExpressionStatement,
    For,
    If,
    Name,
    Return,
    Statement,
    Switch,
    VariableStatement,
    While,
)

MOST_ROUNDS = 12
MOST_STEPS = 30_000
"""How many statements of a function are followed again because loops lie within loops."""


class _TooManyWays(Exception):
    """The ways through a function are too many."""


@dataclass(slots=True)
class _Frame:
    """A loop or a switch: where its breaks and continues arrive, and how many scopes lie outside."""

    loop: bool
    depth: int
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)


def follow(facts: Facts, routine: Routine, shared: dict[str, Resource], report: Report) -> list[Ways]:
    """Report every mistake on every way through a function.

    Gives of each end of a function that fills parameters by reference the states in which it gave true and false.
    """
    walker = _Walker(facts, routine, shared, report)
    state = State()
    body = routine.function.body
    if body is None:
        return []
    for parameter in routine.function.parameters:
        if parameter.name:
            spot = walker.declare(parameter.name)
            if parameter.reference and not parameter.const:
                walker.handed.add(spot)
            closed = None if parameter.reference or parameter.is_array else _closed(facts, routine, parameter.name)
            if closed is not None:
                state = state.put(spot, Holding(frozenset({Atom(OPEN, closed.name, parameter.line)})))
    try:
        end = walker.statement(body, state)
    except (_TooManyWays, RecursionError):
        text = f"the ways through {routine.name} are too many to be followed: split it into smaller functions"
        report(routine.path, routine.function.line, routine.function.column, text)
        return []
    if end is not None:
        walker.leave(0, end, body.end_line)
        walker.exits.append((end, end))
    return walker.exits


def _closed(facts: Facts, routine: Routine, parameter: str) -> Resource | None:
    """What a function closes for its callers: then it must do so on every way, because they no longer do."""
    for node in routine.calls:
        resource = CLOSERS.get(callee(node))
        if resource in (FILE, SEARCH) and node.arguments:
            argument = plain(node.arguments[0])
            if isinstance(argument, Name) and argument.name == parameter and callee(node) not in facts.by_name:
                return resource
    return None


class _Walker(Values):
    """The statements of one function."""

    def __init__(self, facts: Facts, routine: Routine, shared: dict[str, Resource], report: Report) -> None:
        super().__init__(facts, routine, shared, report)
        self._frames: list[_Frame] = []
        self.handed: set[Spot] = set()
        self.exits: list[Ways] = []
        self._steps_left = MOST_STEPS + len(routine.nodes)

    def statement(self, node: Statement, state: State | None) -> State | None:
        """The state after a statement; None when nobody comes past it."""
        if state is None:
            return None
        self._steps_left -= 1
        if self._steps_left < 0:
            raise _TooManyWays
        match node:
            case Block():
                return self._block(node, state)
            case VariableStatement():
                for declarator in node.declaration.declarators:
                    state = self._declared(node, declarator, state)
                return state
            case ExpressionStatement():
                return self.read(node.expression, state)
            case Delete():
                return self.close(node.target, OBJECT, self.read(node.target, state))
            case If():
                return self._if(node, state)
            case Return():
                self._return(node, state)
                return None
            case Break() | Continue():
                self._jump(node, state)
                return None
            case _:
                return self._repeated(node, state)

    def _repeated(self, node: Statement, state: State) -> State | None:
        match node:
            case While():
                return self._while(node, state)
            case DoWhile():
                return self._do(node, state)
            case For():
                return self._for(node, state)
            case Switch():
                return self._switch(node, state)
            case _:
                return state

    # ---- scopes ----

    def _block(self, node: Block, state: State) -> State | None:
        self.scopes.append({})
        after: State | None = state
        for each in node.statements:
            after = self.statement(each, after)
        after = self._end_of_scope(after, node.end_line)
        self.scopes.pop()
        return after

    def _end_of_scope(self, state: State | None, line: int) -> State | None:
        if state is None:
            return None
        self.leave(len(self.scopes) - 1, state, line)
        return state.without(self.scopes[-1].values())

    def leave(self, depth: int, state: State, line: int) -> None:
        """Report what is still open in the scopes from `depth` inwards, on a way that leaves them in `line`."""
        for scope in self.scopes[depth:]:
            for spot in scope.values():
                if spot.number and spot not in self.handed:
                    self._left_open(spot, state, line)

    def _left_open(self, spot: Spot, state: State, line: int) -> None:
        for atom in state.of(spot).atoms:
            resource = RESOURCES.get(atom.resource)
            open_still = atom.status in {OPEN, UNCHECKED}
            if resource is None or not resource.leaks or not open_still or self.facts.frees_itself(resource):
                continue
            way = f"the {resource.noun} that {spot.name} holds from here on is still open where line {line} leaves"
            self.say(atom.line, 1, f"{way}: call {resource.ending} on every way")

    def _declared(self, node: VariableStatement, declarator: Declarator, state: State) -> State:
        declaration = node.declaration
        if declaration.static:
            self.scopes[-1][declarator.name] = Spot(f"{self.routine.name}.{declarator.name}", 0)
            return state
        for argument in declarator.arguments or ():
            state = self.read(argument, state)
            handed = self.spot(argument)
            state = state if handed is None else state.learn(handed, NOBODY_KNOWS)
        if declarator.initial is None:
            return state.put(self.declare(declarator.name), self.unset(declaration.type, declarator))
        state = self.read(declarator.initial, state)
        return self.give(self.declare(declarator.name), declarator.initial, state, declarator)

    # ---- ways ----

    def _if(self, node: If, state: State) -> State | None:
        """Both ways; a chain of else-ifs is walked without recursion."""
        ends: list[tuple[If, State | None]] = []
        rest: Statement | None = node
        left: State | None = state
        while isinstance(rest, If) and left is not None:
            yes, left = self.branch(rest.condition, left)
            ends.append((rest, self._scoped(rest.then, yes)))
            rest = rest.otherwise
        after = left if rest is None else self._scoped(rest, left)
        for each, end in reversed(ends):
            after = self._met_after(each, end, after)
        return after

    def _met_after(self, node: If, yes: State | None, no: State | None) -> State | None:
        """Where both ways of a condition meet: what only one of them has set is set when it is answered so again."""
        after = met(yes, no)
        if yes is None or no is None or after is None or yes.holdings is no.holdings:
            return after
        holdings = after.holdings
        halves = [spot for spot, each in holdings.items() if each.unset and yes.of(spot).unset != no.of(spot).unset]
        asked = question(node.condition, self.spot) if halves else None
        if asked is None or may_change(node, asked, self.facts.by_name.__contains__):
            return after
        given = dict(after.given)
        for spot in halves:
            truth = asked.truth if no.of(spot).unset else not asked.truth
            known = Condition(asked.text, truth, asked.about, asked.shared)
            given[spot] = given.get(spot, frozenset()) | {known}
        return State(after.holdings, after.meanings, given)

    def _scoped(self, node: Statement, state: State | None) -> State | None:
        return self._block(Block(node.span, (node,)), state) if state is not None else None

    def _return(self, node: Return, state: State) -> None:
        if node.value is not None:
            if self.handed:
                ways = self.branch(node.value, state)
                self.exits.append(ways)
                state = met(*ways) or state
            else:
                state = self.read(node.value, state)
            given = self.spot(plain(node.value))
            if given is not None:
                state = state.learn(given, NOBODY_KNOWS)
        elif self.handed:
            self.exits.append((state, state))
        self.leave(0, state, node.line)

    def _jump(self, node: Break | Continue, state: State) -> None:
        wanted = (frame for frame in reversed(self._frames) if frame.loop or isinstance(node, Break))
        frame = next(wanted, None)
        if frame is None:
            return
        self.leave(frame.depth, state, node.line)
        arrives = state.without(spot for scope in self.scopes[frame.depth :] for spot in scope.values())
        (frame.breaks if isinstance(node, Break) else frame.continues).append(arrives)

    def _round(self, body: Statement, state: State | None) -> tuple[State | None, _Frame]:
        """One way through a loop's body: the state where the next round begins, and what broke out."""
        frame = _Frame(True, len(self.scopes))
        self._frames.append(frame)
        after = self._scoped(body, state)
        self._frames.pop()
        return met(after, *frame.continues), frame

    def _while(self, node: While, state: State) -> State | None:
        before: State | None = state
        for _ in range(MOST_ROUNDS):
            if before is None:
                return None
            yes, no = self.branch(node.condition, before)
            after, frame = self._round(node.body, yes)
            following = met(before, after)
            if following == before:
                break
            before = following
        return met(no, *frame.breaks)

    def _do(self, node: DoWhile, state: State) -> State | None:
        before: State | None = state
        out: list[State | None] = []
        for _ in range(MOST_ROUNDS):
            after, frame = self._round(node.body, before)
            yes, no = (None, None) if after is None else self.branch(node.condition, after)
            out = [no, *frame.breaks]
            following = met(before, yes)
            if following == before:
                break
            before = following
        return met(*out)

    def _for(self, node: For, state: State) -> State | None:
        self.scopes.append({})
        before = state if node.initial is None else self.statement(node.initial, state)
        out: list[State | None] = []
        for _ in range(MOST_ROUNDS):
            if before is None:
                break
            yes, no = (before, None) if node.condition is None else self.branch(node.condition, before)
            after, frame = self._round(node.body, yes)
            if after is not None and node.step is not None:
                after = self.read(node.step, after)
            out = [no, *frame.breaks]
            following = met(before, after)
            if following == before:
                break
            before = following
        end = self._end_of_scope(met(*out), node.end_line)
        self.scopes.pop()
        return end

    def _switch(self, node: Switch, state: State) -> State | None:
        state = self.read(node.subject, state)
        frame = _Frame(False, len(self.scopes))
        self._frames.append(frame)
        self.scopes.append({})
        through: State | None = None
        for case in node.cases:
            through = met(state, through)
            for each in case.body:
                through = self.statement(each, through)
        through = self._end_of_scope(through, node.end_line)
        self.scopes.pop()
        self._frames.pop()
        skipped = None if any(case.value is None for case in node.cases) else state
        return met(through, skipped, *frame.breaks)
