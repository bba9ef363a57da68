"""Declarations of variables, global, local and in classes, and their first values. It must not know statements."""

from __future__ import annotations

from dataclasses import replace

from tools.mql5check.builtins import CONSTANTS
from tools.mql5check.names import Variable
from tools.mql5check.semantics_expressions import ExpressionChecker
from tools.mql5check.syntax import (
    Binary,
    Cast,
    Conditional,
    Declarator,
    Expression,
    Group,
    Literal,
    Name,
    Scoped,
    Unary,
    ValueList,
)
from tools.mql5check.syntax import Variable as VariableNode
from tools.mql5check.types import INT, UNKNOWN, Type, Value

LARGEST_ARRAY = 2**31 - 1


class VariableChecker(ExpressionChecker):
    """Checks declarations of variables."""

    def declared_type(self, node: VariableNode, declarator: Declarator) -> Type:
        """The type of one declared name, with its array; wrong sizes are told."""
        kind = self.resolve(node.type, declarator.pointer)
        if kind.kind == "void":
            self.say(node.type, "a variable cannot be void")
            return UNKNOWN
        if node.role and not kind.is_unknown and (kind.kind not in ("simple", "enum") or kind.pointer):
            self.say(node.type, f"an input is a number, text or an enumeration, not {kind}")
        if not declarator.is_array:
            return kind
        listed = isinstance(declarator.initial, ValueList) and bool(declarator.initial.items)
        if declarator.size is not None:
            self.array_size(declarator.size)
        return replace(kind, array=True, fixed=declarator.size is not None or listed)

    def array_size(self, node: Expression) -> None:
        """Tell when the size of an array is no constant whole number above zero."""
        value = self.value(node)
        if value.type.is_unknown:
            return
        if not value.type.is_integer or (value.constant is None and not self.is_constant(node)):
            self.say(node, "the size of an array is a whole constant; a size that changes is set by ArrayResize()")
        elif isinstance(value.constant, int) and not 0 < value.constant <= LARGEST_ARRAY:
            self.say(node, f"an array cannot have {value.constant} elements")

    def variable_of(self, node: VariableNode, declarator: Declarator, kind: Type) -> Variable:
        """The variable that a declarator makes known; its constant is that of a const with a constant value."""
        read_only = ""
        if node.role:
            read_only = f"{declarator.name} is an input, inputs are read-only"
        elif node.const:
            read_only = f"{declarator.name} is const"
        constant = None
        if node.const and declarator.initial is not None and kind.is_number and self.is_constant(declarator.initial):
            constant = self.value(declarator.initial).constant
            if kind.is_integer and not isinstance(constant, int):
                constant = None
        what = "input" if node.role else "variable"
        return Variable(declarator.name, kind, read_only, constant, what, static=node.static, node=declarator)

    def first_value(self, node: VariableNode, declarator: Declarator, kind: Type) -> None:
        """Check what a variable starts with."""
        if declarator.arguments is not None:
            self._constructed(declarator, kind)
            return
        initial = declarator.initial
        if initial is None:
            if node.const:
                self.say(declarator, f"the const {declarator.name} has no value")
            if kind.is_object:
                self.construct(declarator, kind, [])
            return
        if node.role and not self.is_constant(initial):
            self.say(initial, "the value of an input is a constant")
        elif node.static and not isinstance(initial, ValueList) and not self.is_constant(initial):
            self.say(initial, "a static variable starts with a constant")
        if isinstance(initial, ValueList):
            self._listed(initial, declarator, kind)
        elif kind.array:
            self.say(initial, "an array starts with a list in braces")
        else:
            self.converted(initial, self.value(initial), kind)
            if kind.kind == "class" and not kind.pointer:
                self.say(initial, f"an object of {kind.name} starts by its constructor: {kind.name} name(arguments);")

    def _constructed(self, declarator: Declarator, kind: Type) -> None:
        values = [self.value(argument) for argument in declarator.arguments or ()]
        if kind.is_unknown:
            return
        if not kind.is_object:
            self.say(declarator, f"{kind} has no constructor: write =")
            return
        self.construct(declarator, kind, values)

    def _listed(self, node: ValueList, declarator: Declarator, kind: Type) -> None:
        if kind.is_unknown:
            for item in node.items:
                self._skim(item)
        elif kind.array:
            size = self._constant_size(declarator.size)
            if size is not None and len(node.items) > size:
                self.say(node, f"{len(node.items)} values for an array of {size}")
            for item in node.items:
                self._item(item, kind.element)
        elif kind.is_object:
            self._fields(node, kind)
        else:
            self.say(node, f"a list in braces is no value of {kind}")

    def _skim(self, item: Expression) -> None:
        if isinstance(item, ValueList):
            for inner in item.items:
                self._skim(inner)
        else:
            self.value(item)

    def _constant_size(self, node: Expression | None) -> int | None:
        constant = self.value(node).constant if node is not None else None
        return constant if isinstance(constant, int) else None

    def _item(self, item: Expression, kind: Type) -> None:
        if isinstance(item, ValueList):
            if kind.is_object:
                self._fields(item, kind)
            else:
                self.say(item, f"a list in braces is no value of {kind}")
            return
        value = self.value(item)
        if kind.kind == "enum" and value.constant == 0 and value.type == INT:
            return
        self.converted(item, value, kind)

    def _fields(self, node: ValueList, kind: Type) -> None:
        """A list for a struct: `{}`, `{0}`, or one value for each of the first fields."""
        symbol = self.class_of(kind)
        if symbol is None:
            return
        if symbol.keyword != "struct" or symbol.constructors:
            self.say(node, f"{kind} starts by its constructor, not by a list")
            return
        if len(node.items) == 1 and isinstance(node.items[0], Literal) and node.items[0].text == "0":
            return
        fields = [field for one in reversed(symbol.lineage()) for field in one.fields.values() if not field.static]
        if len(node.items) > len(fields):
            self.say(node, f"{len(node.items)} values for the {len(fields)} members of {kind}")
        for item, field in zip(node.items, fields):
            if field.type.array and isinstance(item, ValueList):
                for inner in item.items:
                    self._item(inner, field.type.element)
            else:
                self._item(item, field.type)

    def is_constant(self, node: Expression) -> bool:
        """Whether the compiler can work an expression out: literals, named constants, and operators between them."""
        if isinstance(node, Literal):
            return True
        if isinstance(node, Name):
            local = self.scope.find(node.name) if self.scope is not None else None
            if local is not None:
                return local.constant is not None
            if node.name in self.globals:
                one = self.globals[node.name]
                return one.what == "constant" or one.constant is not None
            return node.name in CONSTANTS
        if isinstance(node, Scoped):
            return node.name in CONSTANTS or node.name in self.globals
        if isinstance(node, Group):
            return self.is_constant(node.inner)
        if isinstance(node, Unary):
            return node.operator not in ("++", "--") and self.is_constant(node.operand)
        if isinstance(node, Cast):
            return self.is_constant(node.operand)
        if isinstance(node, Binary):
            return self.is_constant(node.left) and self.is_constant(node.right)
        if isinstance(node, Conditional):
            return all(self.is_constant(part) for part in (node.condition, node.yes, node.no))
        return False

    def constant_value(self, node: Expression, what: str) -> Value:
        """The value of an expression that must be constant; told when it is not."""
        value = self.value(node)
        if not self.is_constant(node):
            self.say(node, f"{what} is a constant")
        return value
