"""Statements and variables of MQL5 as C++. Must not know functions and classes as wholes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tools.mql5check.syntax import (
    Block,
    Break,
    Case,
    Continue,
    Declarator,
    Delete,
    DoWhile,
    Empty,
    Expression,
    ExpressionStatement,
    For,
    If,
    Literal,
    Return,
    Statement,
    Switch,
    ValueList,
    Variable,
    VariableStatement,
    While,
)
from tools.mql5check.translate_expressions import ExpressionTranslator, UnknownConstruct, type_name
from tools.mql5check.words import INTEGER_TYPES

_NUMBERS: Final = frozenset((*INTEGER_TYPES, "bool", "float", "double"))


class StatementTranslator(ExpressionTranslator):
    """Writes statements and variable declarations."""

    def statement(self, node: Statement) -> None:
        """Write one statement."""
        handler = self._STATEMENTS.get(type(node))
        if handler is None:
            raise UnknownConstruct(f"{self.path}:{node.line}: no translation of {type(node).__name__}")
        handler(self, node)

    def block(self, node: Block) -> None:
        """Write a body in braces."""
        self.writer.put("{ ", node.line)
        for statement in node.statements:
            self.statement(statement)
        self.writer.put("} ", node.end_line)

    def variable(self, node: Variable) -> None:
        """Write a declaration, one C++ declaration for each name: arrays and pointers are types of their own there."""
        for declarator in node.declarators:
            self._declarator(node, declarator)
            self.writer.put("; ")

    def _declarator(self, node: Variable, declarator: Declarator) -> None:
        self.writer.put("static " if node.static else "", declarator.line)
        self.writer.put("const " if node.const else "")
        element = type_name(node.type, declarator.pointer)
        if not declarator.is_array:
            owner = f"{declarator.owner}::" if declarator.owner else ""
            self.writer.put(f"{element} {owner}{declarator.name}")
        elif declarator.size is None:
            # An array with a list and no size has the list's size, for good.
            items = len(declarator.initial.items) if isinstance(declarator.initial, ValueList) else 0
            array = f"::mql::Fixed<{element}, {items}>" if items else f"::mql::Array<{element}>"
            self.writer.put(f"{array} {declarator.name}")
        else:
            self.writer.put(f"::mql::Fixed<{element}, static_cast<long>(")
            self.expression(declarator.size)
            self.writer.put(f")> {declarator.name}")
        if declarator.arguments is not None:
            self.writer.put("(" if declarator.arguments else "")
            self.listed(declarator.arguments)
            self.writer.put(")" if declarator.arguments else "")
        if declarator.initial is not None:
            self.writer.put(" = ")
            self._initial(declarator.initial, element)

    def _initial(self, node: Expression, element: str) -> None:
        """A list of numbers is cast one by one: C++ refuses in braces what MQL5 narrows."""
        if not isinstance(node, ValueList):
            self.expression(node)
            return
        if element not in _NUMBERS:
            # `{0}` of a struct means zero everywhere, whatever its first field is.
            zero = len(node.items) == 1 and isinstance(node.items[0], Literal) and node.items[0].text == "0"
            self.expression(ValueList(node.span, ()) if zero else node)
            return
        self.writer.put("{", node.line)
        for place, item in enumerate(node.items):
            self.writer.put(", " if place else "")
            self.parts(f"static_cast<{element}>(", item, ")", node=item)
        self.writer.put("}")

    # ---- one method for each kind of statement ----

    def _variable_statement(self, node: VariableStatement) -> None:
        self.variable(node.declaration)

    def _expression_statement(self, node: ExpressionStatement) -> None:
        self.expression(node.expression)
        self.writer.put("; ")

    def _empty(self, node: Empty) -> None:
        self.writer.put("; ", node.line)

    def _if(self, node: If) -> None:
        self.parts("if (", node.condition, ") ", node=node)
        self._braced(node.then)
        if node.otherwise is not None:
            self.writer.put("else ")
            self._braced(node.otherwise)

    def _braced(self, node: Statement) -> None:
        """A body; one variable declaration may have become several, so it gets braces of its own."""
        if isinstance(node, Block):
            self.block(node)
        else:
            self.writer.put("{ ", node.line)
            self.statement(node)
            self.writer.put("} ")

    def _while(self, node: While) -> None:
        self.parts("while (", node.condition, ") ", node=node)
        self._braced(node.body)

    def _do_while(self, node: DoWhile) -> None:
        self.writer.put("do ", node.line)
        self._braced(node.body)
        self.writer.put("while (")
        self.expression(node.condition)
        self.writer.put("); ")

    def _for(self, node: For) -> None:
        # The first part may be several C++ declarations: they stand before the loop, in a block around it.
        self.writer.put("{ ", node.line)
        if node.initial is not None:
            self.statement(node.initial)
        self.writer.put("for (; ")
        if node.condition is not None:
            self.expression(node.condition)
        self.writer.put("; ")
        if node.step is not None:
            self.expression(node.step)
        self.writer.put(") ")
        self._braced(node.body)
        self.writer.put("} ")

    def _switch(self, node: Switch) -> None:
        self.parts("switch (", node.subject, ") { ", node=node)
        for case in node.cases:
            self._case(case)
        self.writer.put("} ", node.end_line)

    def _case(self, node: Case) -> None:
        if node.value is None:
            self.writer.put("default: { ", node.line)
        else:
            self.parts("case ", node.value, ": { ", node=node)
        for statement in node.body:
            self.statement(statement)
        self.writer.put("} ")

    def _break(self, node: Break) -> None:
        self.writer.put("break; ", node.line)

    def _continue(self, node: Continue) -> None:
        self.writer.put("continue; ", node.line)

    def _return(self, node: Return) -> None:
        self.writer.put("return", node.line)
        if node.value is not None:
            self.writer.put(" ")
            self.expression(node.value)
        self.writer.put("; ")

    def _delete(self, node: Delete) -> None:
        self.parts("::mql::inner::destroy(", node.target, "); ", node=node)

    _STATEMENTS: Final[dict[type[Statement], Callable[..., None]]] = {
        Block: block,
        Empty: _empty,
        ExpressionStatement: _expression_statement,
        VariableStatement: _variable_statement,
        If: _if,
        While: _while,
        DoWhile: _do_while,
        For: _for,
        Switch: _switch,
        Break: _break,
        Continue: _continue,
        Return: _return,
        Delete: _delete,
    }
