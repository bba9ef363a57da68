"""The grammar of statements and of variable declarations. It must not know classes, functions or directives."""

from __future__ import annotations

from tools.mql5check.lexer import SourceError, Token
from tools.mql5check.parser_expressions import ExpressionParser
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
    Return,
    Statement,
    Switch,
    TypeName,
    Variable,
    VariableStatement,
    While,
)
from tools.mql5check.words import TYPE_WORDS

MOST_BRANCHES = 500
_NOT_HERE = {
    "input": "inputs are declared outside functions",
    "sinput": "inputs are declared outside functions",
    "class": "a class is declared outside functions",
    "struct": "a struct is declared outside functions",
    "enum": "an enum is declared outside functions",
    "interface": "an interface is declared outside functions",
    "template": "a template is declared outside functions",
    "else": "this else has no if before it",
    "case": "this case stands in no switch",
    "default": "this default stands in no switch",
}


class StatementParser(ExpressionParser):
    """Reads statements; a mistake inside a block is noted, and reading goes on behind it."""

    def block(self) -> Block:
        """`{ ... }`, with every mistake inside noted."""
        start = self.expect("{")
        statements = self._statements()
        if not self.takes("}"):
            raise self.error(start, "the block that opens here is never closed: a } is missing")
        return Block(self.span_from(start), tuple(statements))

    def _statements(self, in_switch: bool = False) -> list[Statement]:
        """Statements up to the closing brace (or, in a switch, the next label)."""
        statements: list[Statement] = []
        while self.token.kind != "end" and not self.sees("}"):
            if in_switch and (self.sees("case") or self.sees("default")):
                break
            depth, place = self.depth, self.token
            try:
                statements.append(self.statement())
            except SourceError as error:
                self.note(error)
                self.return_to(depth)
                if self.token is place and place.kind == "directive":
                    self.step()
                else:
                    self.skip_statement()
        return statements

    def statement(self) -> Statement:
        """One statement with its semicolon or braces."""
        self.deeper()
        token = self.token
        result = self._keyword_statement(token) if token.kind == "keyword" else None
        if result is None:
            result = self._plain_statement(token)
        self.shallower()
        return result

    def _plain_statement(self, token: Token) -> Statement:
        if token.kind == "directive":
            raise self.error(token, "directives stand outside functions")
        if self.sees("{"):
            return self.block()
        if self.takes(";"):
            return Empty(self.span_from(token))
        if self.variable_begins():
            declaration = self.variable()
            return VariableStatement(declaration.span, declaration)
        expression = self.expression()
        self.expect(";", "after the expression")
        return ExpressionStatement(self.span_from(token), expression)

    def _keyword_statement(self, token: Token) -> Statement | None:
        word = token.text
        rule = {
            "if": self._if,
            "while": self._while,
            "do": self._do,
            "for": self._for,
            "switch": self._switch,
            "return": self._return,
            "delete": self._delete,
        }.get(word)
        if rule is not None:
            self.step()
            return rule(token)
        if word in ("break", "continue"):
            self.step()
            self.expect(";", f"after {word}")
            return (Break if word == "break" else Continue)(self.span_from(token))
        if word in _NOT_HERE:
            raise self.error(token, _NOT_HERE[word])
        return None

    def _condition(self, word: str) -> Expression:
        self.expect("(", f"after {word}")
        condition = self.assignment()
        self.expect(")", f"after the condition of {word}")
        return condition

    def _body(self, word: str) -> Statement:
        """The statement that a condition or loop rules: not a lone semicolon, not a declaration."""
        if self.sees(";"):
            raise self.error(self.token, f"an empty statement after {word}: write {{ }} if nothing is to be done")
        body = self.statement()
        if isinstance(body, VariableStatement):
            self.note(self.error(body, f"a variable declared alone after {word} is of no use"))
        return body

    def _if(self, start: Token) -> Statement:
        branches = [(start, self._condition("if"), self._body("if"))]
        result: Statement | None = None
        while self.takes("else"):
            if not self.sees("if"):
                result = self._body("else")
                break
            start = self.step()
            branches.append((start, self._condition("if"), self._body("if")))
            if len(branches) > MOST_BRANCHES:
                raise self.error(start, f"more than {MOST_BRANCHES} branches follow each other")
        for start, condition, then in reversed(branches):
            result = If(self.span_from(start), condition, then, result)
        assert result is not None
        return result

    def _while(self, start: Token) -> Statement:
        condition = self._condition("while")
        body = self._body("while")
        return While(self.span_from(start), condition, body)

    def _do(self, start: Token) -> Statement:
        body = self._body("do")
        self.expect("while", "after the body of do")
        condition = self._condition("while")
        self.expect(";", "after do ... while")
        return DoWhile(self.span_from(start), body, condition)

    def _for(self, start: Token) -> Statement:
        self.expect("(", "after for")
        initial = self._for_initial()
        condition = None if self.sees(";") else self.assignment()
        self.expect(";", "after the condition of for")
        step = None if self.sees(")") else self.expression()
        self.expect(")", "after the parts of for")
        body = self._body("for")
        return For(self.span_from(start), initial, condition, step, body)

    def _for_initial(self) -> Statement | None:
        token = self.token
        if self.takes(";"):
            return None
        if self.variable_begins():
            declaration = self.variable()
            return VariableStatement(declaration.span, declaration)
        expression = self.expression()
        self.expect(";", "after the first part of for")
        return ExpressionStatement(self.span_from(token), expression)

    def _switch(self, start: Token) -> Statement:
        subject = self._condition("switch")
        brace = self.expect("{", "after switch")
        cases: list[Case] = []
        while not self.sees("}"):
            label = self.token
            if self.takes("case"):
                value: Expression | None = self._conditional()
            elif self.takes("default"):
                value = None
            elif label.kind == "end":
                raise self.error(brace, "the switch that opens here is never closed: a } is missing")
            else:
                raise self.error(label, "a statement in a switch stands before the first case")
            self.expect(":", "after the label")
            body = tuple(self._statements(in_switch=True))
            cases.append(Case(self.span_from(label), value, body))
        self.expect("}")
        return Switch(self.span_from(start), subject, tuple(cases))

    def _return(self, start: Token) -> Statement:
        value = None if self.sees(";") or self.sees("}") else self.assignment()
        self.expect(";", "after return")
        return Return(self.span_from(start), value)

    def _delete(self, start: Token) -> Statement:
        if self.sees("["):
            raise self.error(self.token, "delete[] is C++: use ArrayFree() for arrays")
        target = self.assignment()
        self.expect(";", "after delete")
        return Delete(self.span_from(start), target)

    # ---- variables ----

    def variable_begins(self) -> bool:
        """Whether a declaration of variables stands here, told by its first words alone."""
        token, after = self.token, self.peek()
        if token.kind == "keyword":
            return token.text in ("const", "static") or (token.text in TYPE_WORDS and after.text != "(")
        if token.kind != "name":
            return False
        if after.kind == "name":
            return True
        if after.text == "*" and self.peek(2).kind == "name":
            return self.peek(3).text in (";", "=", ",", "[")
        return after.text == "&" and self.peek(2).kind == "name" and self.peek(3).text == "="

    def variable(self) -> Variable:
        """`[const] [static] type a, b = 1;` inside a function."""
        start = self.token
        const = static = False
        while self.sees("const") or self.sees("static"):
            token = self.step()
            if (const and token.text == "const") or (static and token.text == "static"):
                raise self.error(token, f"{token.text} is written twice")
            const = const or token.text == "const"
            static = static or token.text == "static"
        kind = self.plain_type()
        return self.declarators(start, kind, const=const, static=static, role="")

    def plain_type(self) -> TypeName:
        """A type's word; the `*` after it belongs to the variable's name."""
        token = self.token
        if token.kind == "keyword" and token.text in TYPE_WORDS:
            self.step()
        else:
            self.expect_name("a type")
        if self.sees("<"):
            raise self.error(self.token, "types with parameters in <> are outside the subset")
        return TypeName(self.span_from(token), token.text)

    def declarators(self, start: Token, kind: TypeName, *, const: bool, static: bool, role: str) -> Variable:
        """The names of a declaration, from the first one to the semicolon."""
        found = [self._declarator(role)]
        while self.takes(","):
            found.append(self._declarator(role))
        if self.sees(":"):
            raise self.error(self.token, "MQL5 has no for over a collection, and no bit fields")
        if self.sees("{"):
            raise self.error(self.token, "a value is given with =, braces alone do not initialise")
        self.expect(";", "after the declaration")
        return Variable(self.span_from(start), kind, tuple(found), const, static, role)

    def _declarator(self, role: str) -> Declarator:
        start = self.token
        if self.sees("&"):
            raise self.error(start, "only parameters can be references")
        pointer = self.takes("*")
        if self.sees("*"):
            raise self.error(self.token, "a pointer to a pointer is not MQL5")
        name, owner = self.expect_name("a variable's name").text, ""
        if self.takes("::"):
            name, owner = self.expect_name("a static member's name").text, name
        is_array, size = self.array_part()
        initial: Expression | None = None
        arguments: tuple[Expression, ...] | None = None
        if self.sees("("):
            if self.peek().text == ")" and self.peek(2).text == "{":
                raise self.error(start, "a function cannot be declared here: is a } missing above?")
            if self.peek().text == ")" or is_array:
                raise self.error(
                    self.token, "a function cannot be declared here; an object without arguments has no ()"
                )
            arguments = self._constructor_arguments()
        elif self.takes("="):
            initial = self.value_list() if self.sees("{") else self.assignment()
        if role and is_array:
            raise self.error(start, "an input cannot be an array")
        return Declarator(self.span_from(start), name, pointer, is_array, size, initial, arguments, owner)

    def _constructor_arguments(self) -> tuple[Expression, ...]:
        first = self.peek()
        if (first.kind == "keyword" and first.text in TYPE_WORDS | {"const"} and self.peek(2).text != "(") or (
            first.kind == "name" and self.peek(2).kind == "name"
        ):
            raise self.error(self.token, "a function cannot be declared here: is a } missing above?")
        arguments = self.arguments()
        if self.sees("{"):
            raise self.error(self.token, "a function cannot be declared here: is a } missing above?")
        return arguments

    def array_part(self) -> tuple[bool, Expression | None]:
        """`[]` or `[size]` after a name: whether it is an array, and its fixed size."""
        if not self.takes("["):
            return False, None
        size = None if self.sees("]") else self.assignment()
        self.expect("]", "after the size of the array")
        if self.sees("["):
            raise self.error(self.token, "arrays have one dimension in the subset")
        return True, size
