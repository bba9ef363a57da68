"""The grammar of classes, structs and interfaces. It must not know files, nor what a base class holds."""

from __future__ import annotations

from tools.mql5check.lexer import SourceError, Token
from tools.mql5check.parser_functions import FunctionParser, Head, start_span
from tools.mql5check.syntax import Class, ClassMember, Declaration, TypeName, Variable

_ACCESS = ("public", "protected", "private")


class ClassParser(FunctionParser):
    """Reads classes; a mistake in a member is noted, and reading goes on at the next member."""

    def class_declaration(self) -> Class:
        """`class Name [: public Base] { members };`."""
        start = self.step()
        name = self.expect_name(f"the name of the {start.text}").text
        final = self.takes("final")
        base = self._base() if self.takes(":") else ""
        if not base and start.text == "class" and self.takes(";"):
            return Class(self.span_from(start), start.text, name, "", None)
        if self.sees("<"):
            raise self.error(self.token, "types with parameters in <> are outside the subset")
        brace = self.expect("{", f"after the name of the {start.text}")
        members = self._members(start.text, name)
        if not self.takes("}"):
            raise self.error(brace, f"the {start.text} {name} is never closed: a }} is missing")
        self.expect(";", f"after the {start.text} {name}")
        return Class(self.span_from(start), start.text, name, base, tuple(members), final)

    def _base(self) -> str:
        if not self.takes("public"):
            raise self.error(self.token, "write `: public Base`")
        base = self.expect_name("the name of the base class").text
        if self.sees(","):
            raise self.error(self.token, "MQL5 has no inheritance from two classes")
        return base

    def _members(self, keyword: str, name: str) -> list[ClassMember]:
        access = "private" if keyword == "class" else "public"
        members: list[ClassMember] = []
        while self.token.kind != "end" and not self.sees("}"):
            token = self.token
            self.return_to(0)
            try:
                if token.text in _ACCESS and token.kind == "keyword":
                    access = self.step().text
                    self.expect(":", f"after {access}")
                elif not self.takes(";"):
                    declaration = self._member(token, keyword, name)
                    members.append(ClassMember(declaration.span, access, declaration))
            except SourceError as error:
                self.note(error)
                if token is self.token and token.kind == "directive":
                    self.step()
                else:
                    self.skip_statement()
        return members

    def _member(self, start: Token, keyword: str, name: str) -> Declaration:
        if start.kind == "directive":
            raise self.error(start, "directives stand outside classes")
        if start.text in ("class", "struct", "enum", "interface", "template"):
            raise self.error(start, f"{start.text} inside a {keyword} is outside the subset: declare it before")
        virtual, static, const = self._marks()
        special = self._special(start, name, virtual)
        if special is not None:
            return special
        kind = self.plain_type()
        ahead = 1 if self.sees("*") else 0
        if self.peek(ahead).kind == "name" and self.peek(ahead + 1).text == "(":
            if const:
                raise self.error(start, "const stands after the parameters of a method")
            pointer = self.takes("*")
            if keyword == "interface":
                virtual = True
            returns = TypeName(self.span_from(start_token(kind)), kind.name, pointer)
            return self.function(Head(start, returns, self.step().text, virtual=virtual, static=static))
        if virtual:
            raise self.error(start, "only methods are virtual")
        variable = self.declarators(start, kind, const=const, static=static, role="")
        self._without_values(variable)
        return variable

    def _marks(self) -> tuple[bool, bool, bool]:
        marks = {"virtual": False, "static": False, "const": False}
        while self.token.text in marks and self.token.kind == "keyword":
            token = self.step()
            if marks[token.text]:
                raise self.error(token, f"{token.text} is written twice")
            marks[token.text] = True
        return marks["virtual"], marks["static"], marks["const"]

    def _special(self, start: Token, name: str, virtual: bool) -> Declaration | None:
        """A constructor or destructor, or None."""
        returns = TypeName(start_span(self.token), "void")
        if self.takes("~"):
            token = self.expect_name("the class's name")
            if token.text != name:
                raise self.error(token, f"the destructor of {name} is named ~{name}")
            return self.function(Head(start, returns, "~" + name, kind="destructor", virtual=virtual))
        if self.token.kind == "name" and self.peek().text == "(":
            if self.token.text != name:
                raise self.error(self.token, f"{self.token.text} has no type before it, and the class is named {name}")
            if virtual:
                raise self.error(start, "a constructor cannot be virtual")
            self.step()
            return self.function(Head(start, returns, name, kind="constructor"))
        return None

    def _without_values(self, variable: Variable) -> None:
        for declarator in variable.declarators:
            if declarator.initial is not None or declarator.arguments is not None:
                self.note(self.error(declarator, f"{declarator.name} gets its value in the constructor, not here"))


def start_token(kind: TypeName) -> Token:
    """A token that stands where a type's name stands, to measure spans from."""
    return Token("name", kind.name, kind.line, kind.column)
