"""Statements, and whether a function's every path returns. It must not know declarations outside functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from tools.mql5check.builtins import FUNCTIONS
from tools.mql5check.semantics_variables import VariableChecker
from tools.mql5check.syntax import (
    Assign,
    Block,
    Break,
    Call,
    Comma,
    Continue,
    Delete,
    DoWhile,
    Empty,
    Expression,
    ExpressionStatement,
    For,
    Group,
    If,
    Literal,
    Name,
    New,
    Node,
    Postfix,
    Return,
    Statement,
    Switch,
    Unary,
    VariableStatement,
    While,
)
from tools.mql5check.types import Type, Value


class StatementChecker(VariableChecker):
    """Checks the statements of one function after the other."""

    def statement(self, node: Statement) -> None:
        """Check one statement and all inside it."""
        _RULES[type(node)](self, node)

    def statements(self, nodes: Sequence[Statement]) -> None:
        """Check statements in their order; the first that is never reached is told."""
        before: Statement | None = None
        for node in nodes:
            if before is not None and ends(before) and not isinstance(node, Break | Empty):
                self.say(node, "this statement is never reached")
            self.statement(node)
            before = node

    def block(self, node: Block) -> None:
        """A block is a scope of its own."""
        self.open_scope()
        self.statements(node.statements)
        self.close_scope()

    def variables(self, node: VariableStatement) -> None:
        """Local variables: each is known after its own first value."""
        declaration = node.declaration
        for declarator in declaration.declarators:
            kind = self.declared_type(declaration, declarator)
            if declarator.owner:
                self.say(declarator, "static members get their values outside functions")
            self.first_value(declaration, declarator, kind)
            self.declare_local(self.variable_of(declaration, declarator, kind), declarator)

    def expression_statement(self, node: ExpressionStatement) -> None:
        """An expression that stands alone must do something."""
        self.effect(node.expression)

    def effect(self, node: Expression) -> None:
        """Check an expression whose value nobody takes."""
        if isinstance(node, Comma):
            for item in node.items:
                self.effect(item)
            return
        self.value(node)
        if isinstance(node, Call):
            self._result_used(node)
        elif isinstance(node, New):
            self.say(node, "the pointer that new gives is lost")
        elif not isinstance(node, Assign | Postfix) and not (isinstance(node, Unary) and node.operator in ("++", "--")):
            self.say(node, "this expression has no effect")

    def _result_used(self, node: Call) -> None:
        callee = node.callee
        if not isinstance(callee, Name) or callee.name in self.functions:
            return
        forms = FUNCTIONS.get(callee.name, ())
        if forms and all(form.must_use for form in forms):
            self.say(node, f"what {callee.name} gives back is not used")

    def if_statement(self, node: If) -> None:
        """Both branches; a chain of else-ifs is walked without recursion."""
        branch: Statement | None = node
        while isinstance(branch, If):
            self.condition(branch.condition, "if")
            self._inner(branch.then)
            branch = branch.otherwise
        if branch is not None:
            self._inner(branch)

    def _inner(self, node: Statement) -> None:
        self.open_scope()
        self.statement(node)
        self.close_scope()

    def _loop(self, body: Statement) -> None:
        self.loops += 1
        self._inner(body)
        self.loops -= 1

    def while_statement(self, node: While) -> None:
        """Condition first."""
        self.condition(node.condition, "while")
        self._loop(node.body)

    def do_statement(self, node: DoWhile) -> None:
        """Body first."""
        self._loop(node.body)
        self.condition(node.condition, "while")

    def for_statement(self, node: For) -> None:
        """The loop's own variables are known in its parts and body only."""
        self.open_scope()
        if node.initial is not None:
            self.statement(node.initial)
        if node.condition is not None:
            self.condition(node.condition, "for")
        if node.step is not None:
            self.effect(node.step)
        self._loop(node.body)
        self.close_scope()

    def switch_statement(self, node: Switch) -> None:
        """The subject is a whole number; every label is a constant of its own."""
        subject = self.value(node.subject)
        kind = subject.type
        if not kind.is_unknown and (not kind.is_integer or kind.name == "bool"):
            self.say(node.subject, f"switch takes a whole number, not {kind}")
        if not node.cases:
            self.say(node, "this switch has no case")
        seen: dict[int | str, int] = {}
        self.switches += 1
        for case in node.cases:
            label = self._label(case.value, subject) if case.value is not None else "default"
            if label is not None and label in seen:
                self.say(case, f"this label stands in line {seen[label]} already")
            elif label is not None:
                seen[label] = case.line
            self.open_scope()
            for statement in case.body:
                if isinstance(statement, VariableStatement) and case is not node.cases[-1]:
                    self.say(statement, "a variable declared between labels needs braces around its case")
            self.statements(case.body)
            self.close_scope()
        self.switches -= 1

    def _label(self, node: Expression, subject: Value) -> int | None:
        value = self.constant_value(node, "a label of switch")
        kind = value.type
        if not kind.is_unknown and not kind.is_integer:
            self.say(node, f"a label of switch is a whole number, not {kind}")
        elif kind.kind == "enum" and subject.type.kind == "enum" and kind.name != subject.type.name:
            self.say(node, f"{kind} is another enumeration than {subject.type}")
        return value.constant if isinstance(value.constant, int) else None

    def break_statement(self, node: Break) -> None:
        """Only in loops and switches."""
        if not self.loops and not self.switches:
            self.say(node, "break stands in no loop and no switch")

    def continue_statement(self, node: Continue) -> None:
        """Only in loops."""
        if not self.loops:
            self.say(node, "continue stands in no loop")

    def return_statement(self, node: Return) -> None:
        """The value must fit what the function gives back."""
        wanted = self.form.returns if self.form is not None else None
        if node.value is None:
            if wanted is not None and wanted.kind not in ("void", "unknown"):
                self.say(node, f"return gives no value, {wanted} is wanted")
            return
        value = self.value(node.value)
        if wanted is None:
            return
        if wanted.kind == "void":
            self.say(node, "a void function returns no value")
        elif isinstance(_bare(node.value), Assign):
            self.say(node.value, "= assigns; to compare, write ==")
        else:
            self._returned(node.value, value, wanted)

    def _returned(self, node: Node, value: Value, wanted: Type) -> None:
        if value.type.array and not value.type.is_unknown:
            self.say(node, "an array is not returned: give it by reference")
        else:
            self.converted(node, value, wanted)

    def delete_statement(self, node: Delete) -> None:
        """Only pointers are deleted."""
        kind = self.value(node.target).type
        if not kind.is_unknown and not kind.pointer:
            self.say(node, f"delete takes a pointer, not {kind}")

    def nothing(self, node: Empty) -> None:
        """A lone semicolon."""


def _bare(node: Expression) -> Expression:
    while isinstance(node, Group):
        node = node.inner
    return node


def ends(node: Statement) -> bool:
    """Whether plainly nothing after a statement is reached; a guard after an endless loop or an else is fine."""
    if isinstance(node, Block):
        return any(ends(inner) for inner in node.statements)
    return isinstance(node, Return | Break | Continue)


def _always_returns(node: Statement) -> bool:
    if isinstance(node, While):
        return _is_true(node.condition) and not _breaks(node.body)
    if isinstance(node, DoWhile):
        return (_is_true(node.condition) or returns(node.body)) and not _breaks(node.body)
    if isinstance(node, For):
        return (node.condition is None or _is_true(node.condition)) and not _breaks(node.body)
    if isinstance(node, Switch):
        if not any(case.value is None for case in node.cases) or any(
            _breaks(statement) for case in node.cases for statement in case.body
        ):
            return False
        return any(returns(statement) for statement in node.cases[-1].body)
    return False


def returns(node: Statement) -> bool:
    """Whether a statement returns (or loops for ever) on every path."""
    if isinstance(node, Return):
        return True
    if isinstance(node, Block):
        return any(returns(inner) for inner in node.statements)
    if isinstance(node, If):
        branch: Statement | None = node
        while isinstance(branch, If):
            if not returns(branch.then):
                return False
            branch = branch.otherwise
        return branch is not None and returns(branch)
    return _always_returns(node)


def _is_true(node: Expression) -> bool:
    bare = _bare(node)
    return isinstance(bare, Literal) and bare.text in ("true", "1")


def _breaks(node: Statement) -> bool:
    """Whether a `break` inside belongs to the loop or switch around this statement."""
    if isinstance(node, Break):
        return True
    if isinstance(node, Block):
        return any(_breaks(inner) for inner in node.statements)
    if isinstance(node, If):
        branch: Statement | None = node
        while isinstance(branch, If):
            if _breaks(branch.then):
                return True
            branch = branch.otherwise
        return branch is not None and _breaks(branch)
    return False


_RULES: Final[dict[type[Statement], Callable[[StatementChecker, Any], None]]] = {
    Block: StatementChecker.block,
    Empty: StatementChecker.nothing,
    ExpressionStatement: StatementChecker.expression_statement,
    VariableStatement: StatementChecker.variables,
    If: StatementChecker.if_statement,
    While: StatementChecker.while_statement,
    DoWhile: StatementChecker.do_statement,
    For: StatementChecker.for_statement,
    Switch: StatementChecker.switch_statement,
    Break: StatementChecker.break_statement,
    Continue: StatementChecker.continue_statement,
    Return: StatementChecker.return_statement,
    Delete: StatementChecker.delete_statement,
}
