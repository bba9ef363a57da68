"""The grammar of functions and methods: heads, parameters, bodies. It must not know files, directives or classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tools.mql5check.lexer import Token
from tools.mql5check.parser_statements import StatementParser
from tools.mql5check.syntax import Block, Function, MemberInitial, Parameter, Span, TypeName
from tools.mql5check.words import TYPE_WORDS

MOST_PARAMETERS: Final = 64


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a function before its parameters."""

    start: Token
    returns: TypeName
    name: str
    owner: str = ""
    kind: str = "function"
    virtual: bool = False
    static: bool = False
    template: tuple[str, ...] = ()


class FunctionParser(StatementParser):
    """Reads a function from its parameters on."""

    def function(self, head: Head) -> Function:
        """The rest of a function whose name was just read, up to its body or semicolon."""
        self.expect("(")
        parameters = self._parameters()
        self.expect(")", "after the parameters")
        const = self.takes("const")
        override = final = False
        while self.sees("override") or self.sees("final"):
            token = self.step()
            if (override and token.text == "override") or (final and token.text == "final"):
                raise self.error(token, f"{token.text} is written twice")
            override = override or token.text == "override"
            final = final or token.text == "final"
        span = self.span_from(head.start)
        pure = self._pure(head)
        initials = self._initials(head)
        body = self._body_or_end(head, pure)
        return Function(
            self.span_from(head.start),
            head.returns,
            head.name,
            parameters,
            body,
            span,
            head.owner,
            head.kind,
            head.virtual,
            head.static,
            const,
            override,
            final,
            pure,
            head.template,
            initials,
        )

    def _pure(self, head: Head) -> bool:
        if not self.takes("="):
            return False
        if not head.virtual or self.token.text not in ("0", "NULL"):
            raise self.error(self.token, "only a virtual method can end in = 0")
        self.step()
        return True

    def _initials(self, head: Head) -> tuple[MemberInitial, ...]:
        if not self.sees(":"):
            return ()
        if head.kind != "constructor":
            raise self.error(self.token, "only a constructor initialises members after a colon")
        self.step()
        found = [self._initial()]
        while self.takes(","):
            found.append(self._initial())
        return tuple(found)

    def _initial(self) -> MemberInitial:
        start = self.expect_name("the name of a member or of the base class")
        if not self.sees("("):
            raise self.missing("'(' is missing after the name of the member")
        arguments = self.arguments()
        return MemberInitial(self.span_from(start), start.text, arguments)

    def _body_or_end(self, head: Head, pure: bool) -> Block | None:
        if self.sees("{"):
            if pure:
                raise self.error(self.token, "a pure virtual method has no body")
            self.return_to(0)
            return self.block()
        self.expect(";", f"after the head of {head.name} (or its body in braces)")
        return None

    def _parameters(self) -> tuple[Parameter, ...]:
        if self.sees(")"):
            return ()
        if self.sees("void") and self.peek().text == ")":
            self.step()
            return ()
        found = [self._parameter()]
        while self.takes(","):
            found.append(self._parameter())
        if len(found) > MOST_PARAMETERS:
            raise self.error(found[MOST_PARAMETERS], f"a function takes at most {MOST_PARAMETERS} parameters")
        return tuple(found)

    def _parameter(self) -> Parameter:
        start = self.token
        const = self.takes("const")
        if self.sees("..."):
            raise self.error(self.token, "a function with any number of arguments cannot be written in MQL5")
        kind = self.type_name("the type of a parameter")
        if kind.name == "void" and not kind.pointer:
            raise self.error(start, "a parameter cannot be void")
        if self.sees("*"):
            raise self.error(self.token, "a pointer to a pointer is not MQL5")
        if self.sees("const"):
            raise self.error(self.token, "const stands before the type of a parameter")
        reference = self.takes("&")
        if self.sees("&&"):
            raise self.error(self.token, "&& in a parameter is C++")
        name = "" if self.token.text in (",", ")", "[") else self.expect_name("a parameter's name").text
        is_array, size = self.array_part()
        default = None
        if self.takes("="):
            default = self.assignment()
        span = self.span_from(start)
        if is_array and not reference:
            self.note(self.error(start, f"an array is passed by reference only: write &{name}[]"))
        if default is not None and (is_array or reference):
            self.note(self.error(default, "a parameter by reference cannot have a default value"))
        return Parameter(span, kind, name, const, reference, is_array, size, default)

    def parameters_begin(self, ahead: int) -> bool:
        """Whether the parenthesis `ahead` opens parameters (not the arguments of an object's constructor)."""
        first, second = self.peek(ahead + 1), self.peek(ahead + 2)
        if first.text == ")" or (first.kind == "keyword" and first.text in TYPE_WORDS | {"const"}):
            return second.text != "("
        if first.kind != "name":
            return first.text == "..."
        if second.text == "*":
            return self.peek(ahead + 3).kind == "name" and self.peek(ahead + 4).text in (",", ")", "=")
        return second.kind == "name" or second.text == "&"


def start_span(token: Token) -> Span:
    """The span of one token."""
    return Span(token.line, token.column, token.line, token.end_column)
