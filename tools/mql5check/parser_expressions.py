"""The grammar of expressions. It must not know statements, declarations or what a name stands for."""

from __future__ import annotations

from typing import Final

from tools.mql5check.cursor import Cursor
from tools.mql5check.lexer import Token
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
    Postfix,
    Scoped,
    SizeOf,
    Span,
    TypeName,
    Unary,
    ValueList,
)
from tools.mql5check.words import TYPE_WORDS

_LEVELS: Final = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", "<=", ">", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)
_STRENGTH: Final = {operator: level for level, operators in enumerate(_LEVELS, 1) for operator in operators}
_ASSIGNMENTS: Final = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="))
_PREFIXES: Final = frozenset(("-", "+", "!", "~", "++", "--", "&", "*"))
_LITERAL_KINDS: Final = {"char": "char", "date": "date", "color": "color"}
_WORD_LITERALS: Final = {"true": "bool", "false": "bool", "NULL": "null"}
LONGEST_CHAIN: Final = 1000


class ExpressionParser(Cursor):
    """Reads expressions; every rule raises SourceError at the first mistake."""

    def expression(self) -> Expression:
        """An expression, with commas between several."""
        first = self.assignment()
        if not self.sees(","):
            return first
        items = [first]
        while self.takes(","):
            items.append(self.assignment())
        return Comma(self.span_from(first), tuple(items))

    def assignment(self) -> Expression:
        """One expression without a comma at its top."""
        self.deeper()
        target = self._conditional()
        token = self.token
        if token.text in _ASSIGNMENTS and token.kind == "operator":
            self.step()
            if self.sees("{"):
                raise self.error(self.token, "a list in braces is taken only where a variable is declared")
            value = self.assignment()
            target = Assign(_join(target, value), token.text, target, value)
        self.shallower()
        return target

    def value_list(self) -> ValueList:
        """`{a, {b, c}}` after the `=` of a declaration."""
        start = self.expect("{")
        self.deeper()
        items: list[Expression] = []
        while not self.sees("}"):
            if self.sees("."):
                raise self.error(self.token, "members cannot be named in a list: give the values in their order")
            items.append(self.value_list() if self.sees("{") else self.assignment())
            if not self.takes(","):
                break
            if self.sees("}"):
                raise self.error(self.token, "a list does not end with a comma")
        self.expect("}", "after the list of values")
        self.shallower()
        return ValueList(self.span_from(start), tuple(items))

    def arguments(self) -> tuple[Expression, ...]:
        """`(a, b)`, from its opening parenthesis to its closing one."""
        self.expect("(")
        items: list[Expression] = []
        if not self.sees(")"):
            items.append(self.assignment())
            while self.takes(","):
                items.append(self.assignment())
        self.expect(")", "after the arguments")
        return tuple(items)

    def type_name(self, what: str) -> TypeName:
        """A type's word, and the `*` of a pointer when one follows."""
        start = self.token
        if start.kind == "keyword" and start.text in TYPE_WORDS:
            self.step()
        else:
            self.expect_name(what)
        if self.sees("<"):
            raise self.error(self.token, "types with parameters in <> are outside the subset")
        if self.sees("::"):
            raise self.error(self.token, "a type declared inside a class is outside the subset")
        pointer = self.takes("*")
        return TypeName(self.span_from(start), start.text, pointer)

    def _conditional(self) -> Expression:
        condition = self._binary(1)
        if not self.takes("?"):
            return condition
        yes = self.assignment()
        self.expect(":", "between the two values of ?")
        self.deeper()
        no = self._conditional()
        self.shallower()
        return Conditional(_join(condition, no), condition, yes, no)

    def _binary(self, least: int) -> Expression:
        left = self._unary()
        links = 0
        while True:
            token = self.token
            strength = _STRENGTH.get(token.text, 0) if token.kind == "operator" else 0
            if strength < least or not strength:
                return left
            self.step()
            right = self._binary(strength + 1)
            left = Binary(_join(left, right), token.text, left, right)
            links += 1
            if links > LONGEST_CHAIN:
                raise self.error(token, f"this expression joins more than {LONGEST_CHAIN} values")

    def _unary(self) -> Expression:
        token = self.token
        if token.kind == "operator":
            if token.text in _PREFIXES:
                return self._prefix(token)
            if token.text == "(" and self._cast_begins():
                return self._cast(token)
        return self._postfix()

    def _prefix(self, token: Token) -> Expression:
        if token.text == "*":
            raise self.error(token, "pointers are not read with *: use the . of the object")
        if token.text == "&":
            raise self.error(token, "an address cannot be taken with &: use GetPointer()")
        self.step()
        self.deeper()
        operand = self._unary()
        self.shallower()
        return Unary(_from(token, operand), token.text, operand)

    def _cast_begins(self) -> bool:
        """Whether `(` opens a cast: a type's word follows, or a name that can only be a type there."""
        inner = self.peek()
        if inner.kind == "keyword" and inner.text in TYPE_WORDS:
            return self.peek(2).text in (")", "*")
        if inner.kind != "name":
            return False
        if self.peek(2).text == "*" and self.peek(3).text == ")":
            return True
        if self.peek(2).text != ")" or self.peek(2).kind != "operator":
            return False
        after = self.peek(3)
        if after.kind in ("name", "number", "string", "char", "date", "color"):
            return True
        if after.kind == "keyword":
            return after.text in _WORD_LITERALS or after.text in TYPE_WORDS or after.text == "this"
        return after.text in ("(", "!", "~") or (after.text == "-" and inner.text.startswith("ENUM_"))

    def _cast(self, start: Token) -> Expression:
        self.step()
        kind = self.type_name("the type of a cast")
        self.expect(")", "after the type of a cast")
        self.deeper()
        operand = self._unary()
        self.shallower()
        return Cast(_from(start, operand), kind, operand, functional=False)

    def _postfix(self) -> Expression:
        value = self._primary()
        while self.token.kind == "operator":
            text = self.token.text
            if text == "(":
                if not isinstance(value, Name | Member | Scoped):
                    raise self.error(self.token, "only a name can be called")
                arguments = self.arguments()
                value = Call(self.span_from(value), value, arguments)
            elif text == ".":
                self.step()
                name = self.expect_name("a member's name").text
                value = Member(self.span_from(value), value, name)
            elif text == "[":
                value = self._index(value)
            elif text in ("++", "--"):
                self.step()
                value = Postfix(self.span_from(value), text, value)
            elif text == "->":
                raise self.error(self.token, "-> is C++: MQL5 reaches members of pointers with a dot")
            else:
                return value
        return value

    def _index(self, target: Expression) -> Expression:
        bracket = self.step()
        if isinstance(target, Index):
            raise self.error(bracket, "arrays have one dimension in the subset")
        if self.sees("]"):
            raise self.error(self.token, "the index is missing between [ and ]")
        index = self.assignment()
        if self.sees(","):
            raise self.error(self.token, "arrays have one dimension in the subset")
        self.expect("]", "after the index")
        return Index(self.span_from(target), target, index)

    def _primary(self) -> Expression:
        token = self.token
        if token.kind == "name":
            return self._name(token)
        if token.kind == "number":
            self.step()
            whole = token.text.isdigit() or token.text[:2] in ("0x", "0X")
            return Literal(self.span_from(token), "integer" if whole else "real", token.text)
        if token.kind == "string":
            return self._string(token)
        if token.kind in _LITERAL_KINDS:
            self.step()
            return Literal(self.span_from(token), _LITERAL_KINDS[token.kind], token.text)
        if token.kind == "keyword":
            return self._keyword(token)
        if token.text == "(" and token.kind == "operator":
            self.step()
            inner = self.assignment()
            if self.sees(","):
                raise self.error(self.token, "a comma inside parentheses is outside the subset")
            self.expect(")", "to close the parenthesis")
            return Group(self.span_from(token), inner)
        if token.text == "::":
            self.step()
            name = self.expect_name("a global name")
            return Scoped(self.span_from(token), "", name.text)
        if token.text == "{":
            raise self.error(token, "a list in braces is taken only where a variable is declared")
        if token.text == "[":
            raise self.error(token, "an expression cannot start with [: MQL5 has no lambdas")
        raise self.missing("a value is missing")

    def _name(self, token: Token) -> Expression:
        self.step()
        if self.sees("::"):
            self.step()
            name = self.expect_name("a name after ::")
            return Scoped(self.span_from(token), token.text, name.text)
        return Name(self.span_from(token), token.text)

    def _string(self, token: Token) -> Expression:
        parts: list[str] = []
        while self.token.kind == "string":
            parts.append(self.step().text)
        return Literal(self.span_from(token), "string", " ".join(parts))

    def _keyword(self, token: Token) -> Expression:
        if token.text in _WORD_LITERALS:
            self.step()
            return Literal(self.span_from(token), _WORD_LITERALS[token.text], token.text)
        if token.text == "this":
            self.step()
            return Name(self.span_from(token), "this")
        if token.text == "new":
            self.step()
            kind = self.type_name("the class to make")
            if self.sees("["):
                raise self.error(self.token, "new of an array is not MQL5: declare a dynamic array")
            arguments = self.arguments() if self.sees("(") else ()
            return New(self.span_from(token), kind, arguments)
        if token.text == "sizeof":
            return self._size_of(token)
        if token.text in TYPE_WORDS and self.peek().text == "(":
            kind = self.type_name("a type")
            self.expect("(")
            operand = self.assignment()
            self.expect(")", "after the value of a cast")
            return Cast(self.span_from(token), kind, operand, functional=True)
        raise self.error(token, f"the word {token.text} cannot stand in an expression")

    def _size_of(self, token: Token) -> Expression:
        self.step()
        self.expect("(", "after sizeof")
        plain = self.token.kind == "name" and self.peek().text == ")"
        subject: TypeName | Expression
        if plain or (self.token.kind == "keyword" and self.token.text in TYPE_WORDS):
            subject = self.type_name("a type")
        else:
            subject = self.assignment()
        self.expect(")", "after the subject of sizeof")
        return SizeOf(self.span_from(token), subject)


def _join(first: Expression, last: Expression) -> Span:
    start, end = first.span, last.span
    return Span(start[0], start[1], end[2], end[3])


def _from(token: Token, last: Expression) -> Span:
    return Span(token.line, token.column, last.span[2], last.span[3])
