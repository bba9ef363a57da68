"""Expressions: their types, their constants, and what may be written to. It must not know statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from tools.mql5check.builtins import ENUMS
from tools.mql5check.constants import literal
from tools.mql5check.conversions import cast_complaint, common
from tools.mql5check.names import ClassSymbol
from tools.mql5check.semantics_operators import OperatorChecker
from tools.mql5check.syntax import (
    Assign,
    Binary,
    Call,
    Cast,
    Comma,
    Conditional,
    Expression,
    Group,
    Index,
    Literal,
    Member,
    Name,
    New,
    Node,
    Postfix,
    Scoped,
    SizeOf,
    TypeName,
    Unary,
    ValueList,
)
from tools.mql5check.types import INT, NO_VALUE, UNKNOWN, Type, Value, arithmetic


class ExpressionChecker(OperatorChecker):
    """Checks expressions of every form."""

    def value(self, node: Expression) -> Value:
        """What is known of an expression; mistakes in it are told."""
        return _RULES[type(node)](self, node)

    def condition(self, node: Expression, word: str) -> Value:
        """The value of a condition: a number or a pointer, and no assignment."""
        if isinstance(_bare(node), Assign):
            self.say(_bare(node), f"= assigns; to compare in the condition of {word}, write ==")
        value = self.value(node)
        self.truth(node, value)
        return value

    def name_value(self, node: Name) -> Value:
        """The value of a plain name."""
        if node.name != "this":
            return self.lookup(node.name, node)
        owner = self.owner()
        if owner is None or self.form is None or self.form.node.static:
            self.say(node, "this is known in methods only")
            return NO_VALUE
        kind = Type(owner.name, "struct" if owner.keyword == "struct" else "class")
        return Value(kind, None, True, "the method is const" if self.form.node.const else "")

    def scoped_value(self, node: Scoped) -> Value:
        """The value of `Owner::name`."""
        if not node.owner:
            return self.lookup_global(node.name, node)
        members = self.enums.get(node.owner) or ENUMS.get(node.owner)
        if members is not None:
            if node.name not in members:
                self.say(node, f"{node.owner} has no value {node.name}")
                return Value(Type(node.owner, "enum"))
            return self.lookup_global(node.name, node)
        symbol = self.class_of_name(node.owner)
        found = symbol.find_field(node.name) if symbol is not None else None
        if symbol is None or found is None:
            self.say(node, f"{node.owner} has no member {node.name}" if symbol else f"{node.owner} is no class")
            return NO_VALUE
        variable, declared_in = found
        owner = self.owner()
        if not variable.static and (owner is None or symbol not in owner.lineage()):
            self.say(node, f"{node.name} is no static member of {node.owner}")
        self.check_access(node, variable.access, declared_in, node.name)
        return variable.value

    def member_value(self, node: Member) -> Value:
        """The value of `target.name`."""
        target = self.value(node.target)
        if target.type.is_unknown:
            return NO_VALUE
        symbol = self.class_of(target.type)
        if symbol is None:
            self.say(node, f"{target.type} has no members")
            return NO_VALUE
        found = symbol.find_field(node.name)
        if found is None:
            self.say(node, self._no_member(symbol, node.name))
            return NO_VALUE
        variable, declared_in = found
        self.check_access(node, variable.access, declared_in, node.name)
        value = variable.value
        place = target.place or target.type.pointer
        if target.read_only and not target.type.pointer and not value.read_only:
            value = replace(value, read_only=target.read_only)
        return replace(value, place=place)

    def _no_member(self, symbol: ClassSymbol, name: str) -> str:
        if not symbol.complete:
            return f"the class {symbol.name} is only announced at this place"
        if symbol.find_methods(name):
            return f"{name} is a method of {symbol.name}: its parentheses are missing"
        return f"{symbol.name} has no member {name}"

    def index_value(self, node: Index) -> Value:
        """The value of `target[index]`."""
        target, index = self.value(node.target), self.value(node.index)
        kind = index.type
        if not kind.is_unknown and (not kind.is_integer or kind.name in ("bool", "datetime", "color")):
            self.say(node.index, f"an index is a whole number, not {kind}")
        elif isinstance(index.constant, int) and index.constant < 0:
            self.say(node.index, "an index is not negative")
        if target.type.is_unknown:
            return Value(UNKNOWN, place=True)
        if not target.type.array:
            hint = ": use StringGetCharacter()" if target.type.is_text else ""
            self.say(node, f"{target.type} is no array{hint}")
            return NO_VALUE
        return Value(target.type.element, None, True, target.read_only)

    def conditional_value(self, node: Conditional) -> Value:
        """The value of `condition ? yes : no`."""
        condition = self.condition(node.condition, "?")
        yes, no = self.value(node.yes), self.value(node.no)
        constant = None
        if isinstance(condition.constant, int):
            constant = yes.constant if condition.constant else no.constant
        if yes.type.is_unknown or no.type.is_unknown:
            return NO_VALUE
        if yes.type == no.type and yes.type.kind not in ("void", "null") and not yes.type.array:
            return Value(yes.type, constant)
        if yes.type.is_number and no.type.is_number:
            return Value(arithmetic(yes.type, no.type), constant)
        kind = common(yes, no, self.derives)
        if kind is None:
            self.say(node, f"the two values of ? do not go together: {yes.type} and {no.type}")
            return NO_VALUE
        return Value(kind, constant)

    def cast_value(self, node: Cast) -> Value:
        """The value of a cast."""
        operand = self.value(node.operand)
        kind = self.resolve(node.type)
        wrong = cast_complaint(operand, kind, self.derives)
        if wrong is not None:
            self.say(node, wrong)
        whole = isinstance(operand.constant, int) and kind.is_number and kind.name != "bool"
        return Value(kind, operand.constant if whole else None)

    def new_value(self, node: New) -> Value:
        """The pointer that `new` gives."""
        values = [self.value(argument) for argument in node.arguments]
        if node.type.pointer:
            self.say(node, "new makes an object, not a pointer")
        kind = self.resolve(TypeName(node.type.span, node.type.name))
        if kind.is_unknown:
            return NO_VALUE
        if kind.kind != "class":
            self.say(node, f"new makes objects of classes, not {kind}")
            return NO_VALUE
        self.construct(node, kind, values)
        return Value(replace(kind, pointer=True))

    def construct(self, node: Node, kind: Type, values: list[Value]) -> None:
        """Check the making of an object: a whole class, nothing pure in it, a constructor for the arguments."""
        symbol = self.class_of(kind)
        if symbol is None:
            return
        unfinished = symbol.unfinished()
        if not symbol.complete:
            self.say(node, f"the class {symbol.name} is only announced at this place")
        elif symbol.keyword == "interface" or unfinished:
            reason = f": {unfinished}() has no body" if unfinished else ""
            self.say(node, f"no object of {symbol.name} can be made{reason}")
        elif symbol.constructors:
            chosen = self.choose_form(node, symbol.name, symbol.constructors, values)
            if chosen is not None:
                self.check_access(node, chosen.access, symbol, f"the constructor of {symbol.name}")
        elif values:
            self.say(node, f"{symbol.name} has no constructor that takes arguments")

    def size_value(self, node: SizeOf) -> Value:
        """The value of sizeof, of a type or of a variable."""
        subject = node.subject
        if not isinstance(subject, TypeName):
            self.value(subject)
        elif subject.pointer or self.plain_type(subject.name) is None:
            if subject.pointer:
                self.say(subject, "sizeof takes a type or a variable")
            else:
                self.lookup(subject.name, subject)
        return Value(INT)

    def comma_value(self, node: Comma) -> Value:
        """The value of `a, b`: the last one's."""
        values = [self.value(item) for item in node.items]
        return values[-1]

    def list_value(self, node: ValueList) -> Value:
        """A list in braces where none may stand."""
        self.say(node, "a list in braces is taken only where an array or a struct is declared")
        return NO_VALUE


def _bare(node: Expression) -> Expression:
    while isinstance(node, Group):
        node = node.inner
    return node


_RULES: Final[dict[type[Expression], Callable[[ExpressionChecker, Any], Value]]] = {
    Literal: lambda _, node: literal(node),
    Name: ExpressionChecker.name_value,
    Scoped: ExpressionChecker.scoped_value,
    Member: ExpressionChecker.member_value,
    Index: ExpressionChecker.index_value,
    Call: ExpressionChecker.call,
    Unary: ExpressionChecker.unary_value,
    Postfix: ExpressionChecker.postfix_value,
    Binary: ExpressionChecker.binary_value,
    Assign: ExpressionChecker.assign_value,
    Conditional: ExpressionChecker.conditional_value,
    Cast: ExpressionChecker.cast_value,
    New: ExpressionChecker.new_value,
    SizeOf: ExpressionChecker.size_value,
    Group: lambda self, node: self.value(node.inner),
    Comma: ExpressionChecker.comma_value,
    ValueList: ExpressionChecker.list_value,
}
