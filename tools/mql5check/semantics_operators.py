"""Operators: arithmetic, comparison, logic, assignment. It must not know statements, nor how names are found."""

from __future__ import annotations

from typing import Final

from tools.mql5check.constants import folded
from tools.mql5check.conversions import complaint
from tools.mql5check.semantics_calls import CallChecker
from tools.mql5check.syntax import Assign, Binary, Expression, Group, Node, Postfix, Unary
from tools.mql5check.types import BOOL, DATETIME, NO_VALUE, STRING, Type, Value, arithmetic, promoted

_COMPARES: Final = frozenset(("==", "!=", "<", "<=", ">", ">="))
_ORDERS: Final = frozenset(("<", "<=", ">", ">="))
_BITS: Final = frozenset(("&", "|", "^", "<<", ">>", "%"))
_LOGIC: Final = frozenset(("&&", "||"))


class OperatorChecker(CallChecker):
    """Checks operators."""

    def truth(self, node: Expression, value: Value) -> None:
        """Tell when a value can be neither true nor false."""
        kind = value.type
        if kind.is_unknown or kind.is_number or kind.pointer:
            return
        what = "a void function gives no value" if kind.kind == "void" else f"{kind} is neither true nor false"
        self.say(node, what)

    def binary_value(self, node: Binary) -> Value:
        """The value of two operands; a long chain is walked without recursion."""
        chain = [node]
        while isinstance(chain[-1].left, Binary):
            chain.append(chain[-1].left)
        left = self.value(chain[-1].left)
        for link in reversed(chain):
            left = self._combined(link, left, self.value(link.right))
        return left

    def _combined(self, node: Binary, left: Value, right: Value) -> Value:
        sign = node.operator
        if sign in _LOGIC:
            self.truth(node.left, left)
            self.truth(node.right, right)
            self._no_assignment(node)
            return Value(BOOL, folded(sign, left.constant, right.constant, BOOL))
        if left.type.is_unknown or right.type.is_unknown:
            return Value(BOOL) if sign in _COMPARES else NO_VALUE
        if sign in _COMPARES:
            return self._compared(node, left, right)
        if left.type.is_text and right.type.is_text and sign == "+":
            return Value(STRING, folded(sign, left.constant, right.constant, STRING))
        if not (left.type.is_number and right.type.is_number):
            self.say(node, self._not_numbers(sign, left.type, right.type))
            return NO_VALUE
        return self._calculated(node, left, right)

    def _no_assignment(self, node: Binary) -> None:
        for side in (node.left, node.right):
            inner = side
            while isinstance(inner, Group):
                inner = inner.inner
            if isinstance(inner, Assign):
                self.say(inner, f"= assigns; to compare beside {node.operator}, write ==")

    def _not_numbers(self, sign: str, left: Type, right: Type) -> str:
        if "void" in (left.kind, right.kind):
            return "a void function gives no value"
        if left.pointer or right.pointer:
            return "there is no arithmetic with pointers"
        if sign == "+" and (left.is_text or right.is_text) and (left.is_number or right.is_number):
            number = right if left.is_text else left
            return f"{number} becomes text by IntegerToString(), DoubleToString() or (string), not by itself"
        return f"{left} {sign} {right} has no meaning"

    def _compared(self, node: Binary, left: Value, right: Value) -> Value:
        one, other, sign = left.type, right.type, node.operator
        if one.is_number and other.is_number:
            if one.kind == "enum" and other.kind == "enum" and one.name != other.name:
                if "WRONG_VALUE" not in (left.name, right.name):
                    self.say(node, f"{one} and {other} are different enumerations")
            elif sign in _ORDERS and isinstance(node.left, Binary) and node.left.operator in _ORDERS:
                self.say(node, "a comparison is compared again: write && between the two")
            return Value(BOOL, folded(sign, left.constant, right.constant, arithmetic(one, other)))
        texts = (one.is_text or one.kind == "null") and (other.is_text or other.kind == "null")
        pointers = (one.pointer or one.kind == "null") and (other.pointer or other.kind == "null")
        if texts or (pointers and sign in ("==", "!=")):
            return Value(BOOL, folded(sign, left.constant, right.constant, BOOL))
        if "void" in (one.kind, other.kind):
            self.say(node, "a void function gives no value")
        else:
            self.say(node, f"{one} and {other} cannot be compared")
        return Value(BOOL)

    def _calculated(self, node: Binary, left: Value, right: Value) -> Value:
        sign = node.operator
        kind = arithmetic(left.type, right.type)
        if sign in _BITS:
            if kind.is_real:
                self.say(node, f"{sign} takes whole numbers, not {kind}")
                return NO_VALUE
            self._mixed(node)
        if sign in ("/", "%") and right.constant == 0:
            self.say(node.right, "a division by zero")
        if sign in ("<<", ">>"):
            kind = promoted(left.type)
        if sign in ("+", "-") and "datetime" in (left.type.name, right.type.name) and kind.is_integer:
            both = left.type.name == right.type.name
            kind = kind if both and sign == "-" else DATETIME
        if sign in ("&", "|", "^") and left.type.name == right.type.name == "bool":
            kind = BOOL
        return Value(kind, folded(sign, left.constant, right.constant, kind))

    def _mixed(self, node: Binary) -> None:
        """`a & b == c` compares first, which is hardly ever meant."""
        for side in (node.left, node.right):
            if isinstance(side, Binary) and side.operator in _COMPARES and node.operator in ("&", "|", "^"):
                self.say(node, f"{side.operator} comes before {node.operator}: put parentheses around what is meant")

    def unary_value(self, node: Unary) -> Value:
        """The value of a sign, `!`, `~`, `++` or `--` before an operand."""
        operand = self.value(node.operand)
        kind = operand.type
        if node.operator == "!":
            self.truth(node.operand, operand)
            constant = operand.constant
            return Value(BOOL, int(not constant) if isinstance(constant, int) else None)
        if node.operator in ("++", "--"):
            return self._stepped(node, operand)
        if kind.is_unknown:
            return NO_VALUE
        if not kind.is_number or (node.operator == "~" and kind.is_real):
            self.say(node, f"{node.operator} takes a number, not {kind}")
            return NO_VALUE
        return Value(promoted(kind), _signed(node.operator, operand))

    def postfix_value(self, node: Postfix) -> Value:
        """The value of `a++` and `a--`."""
        return self._stepped(node, self.value(node.operand))

    def _stepped(self, node: Unary | Postfix, operand: Value) -> Value:
        kind = operand.type
        if kind.is_unknown:
            return NO_VALUE
        if not kind.is_number or kind.kind == "enum" or kind.name in ("bool", "color"):
            self.say(node, f"{node.operator} counts whole numbers, not {kind}")
        else:
            self.writable(node, operand)
        return Value(kind)

    def writable(self, node: Node, target: Value) -> None:
        """Tell when a value cannot be written to."""
        if not target.place:
            self.say(node, "only a variable can be written to")
        elif target.read_only:
            self.say(node, f"this cannot be written: {target.read_only}")

    def assign_value(self, node: Assign) -> Value:
        """The value of an assignment."""
        target, value = self.value(node.target), self.value(node.value)
        kind = target.type
        if kind.is_unknown:
            return NO_VALUE
        self.writable(node.target, target)
        if kind.array:
            self.say(node, "an array is not assigned: use ArrayCopy()")
        elif node.operator == "=":
            self.converted(node.value, value, kind)
            if kind.is_object and kind.kind == "class" and value.type.is_object:
                self.say(node, f"objects of the class {kind.name} are not copied: use a pointer or a method")
        else:
            self._compound(node, target, value)
        return Value(kind)

    def converted(self, node: Node, value: Value, kind: Type) -> None:
        """Tell when a value cannot stand where a type is wanted."""
        wrong = complaint(value, kind, self.derives)
        if wrong is not None:
            self.say(node, wrong)

    def _compound(self, node: Assign, target: Value, value: Value) -> None:
        sign, kind = node.operator[:-1], target.type
        if value.type.is_unknown:
            return
        if kind.is_text and sign == "+":
            self.converted(node.value, value, kind)
            return
        if not kind.is_number or not value.type.is_number:
            self.say(node, self._not_numbers(sign, kind, value.type))
            return
        if kind.name == "bool":
            if sign not in ("&", "|", "^") or value.type.name != "bool":
                self.say(node, f"{node.operator} does not go with bool")
            return
        if kind.kind == "enum":
            self.say(node, f"{node.operator} does not go with the enumeration {kind}")
            return
        if sign in _BITS and (kind.is_real or value.type.is_real):
            self.say(node, f"{node.operator} takes whole numbers")
            return
        if sign in ("/", "%") and value.constant == 0:
            self.say(node.value, "a division by zero")
        if sign not in ("<<", ">>"):
            self.converted(node.value, value, kind)


def _signed(sign: str, operand: Value) -> int | float | None:
    constant = operand.constant
    if isinstance(constant, str) or constant is None or sign == "+":
        return None if isinstance(constant, str) else constant
    if sign == "-":
        return -constant
    return ~constant if isinstance(constant, int) else None
