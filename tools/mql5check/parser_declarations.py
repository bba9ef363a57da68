"""The grammar of what stands at the top of a file. It must not know what names mean, nor open other files."""

from __future__ import annotations

from tools.mql5check.lexer import SourceError, Token
from tools.mql5check.parser_classes import ClassParser, start_token
from tools.mql5check.parser_functions import Head, start_span
from tools.mql5check.syntax import Declaration, Enum, EnumMember, Expression, Function, InputGroup, TypeName


class DeclarationParser(ClassParser):
    """Reads declarations; a mistake is noted, and reading goes on at the next one."""

    def declarations(self) -> tuple[Declaration, ...]:
        """Everything up to the end of the file."""
        found: list[Declaration] = []
        while self.token.kind != "end":
            self.return_to(0)
            place = self.token
            try:
                if place.kind == "directive":
                    self.step()
                    found.append(self.directive(place))
                elif not self.takes(";"):
                    found.append(self._declaration(place))
            except SourceError as error:
                self.note(error)
                self._skip(place)
        return tuple(found)

    def directive(self, token: Token) -> Declaration:
        """What a line with # declares; the parser's last room says it."""
        raise NotImplementedError

    def _skip(self, place: Token) -> None:
        """Go to where a new declaration may begin; never stay at the same token twice."""
        if self.token.kind == "directive":
            return
        self.skip_statement()
        if self.sees("}"):
            self.step()
            self.takes(";")
        elif self.token is place:
            self.step()

    def _declaration(self, token: Token) -> Declaration:
        if self.sees("}"):
            raise self.error(token, "this } closes nothing: is a { missing above?")
        if token.kind == "keyword":
            if token.text in ("class", "struct", "interface"):
                return self.class_declaration()
            if token.text == "enum":
                return self._enum()
            if token.text in ("input", "sinput"):
                return self._input()
            if token.text == "template":
                return self._template()
            if token.text == "virtual":
                raise self.error(token, "only a method inside a class is virtual")
        return self._variable_or_function(token, ())

    def _variable_or_function(self, start: Token, template: tuple[str, ...]) -> Declaration:
        marks = {"const": False, "static": False}
        while self.token.text in marks and self.token.kind == "keyword":
            token = self.step()
            if marks[token.text]:
                raise self.error(token, f"{token.text} is written twice")
            marks[token.text] = True
        if not (self.token.kind == "name" or self.variable_begins() or self.sees("void")):
            raise self.error(self.token, "a declaration begins with a type; statements stand inside functions")
        if self.token.kind == "name" and self.peek().text == "::":
            return self._owned(start)
        kind = self.plain_type()
        ahead = 1 if self.sees("*") else 0
        if self.peek(ahead).kind == "name" and self._function_begins(ahead + 1, bool(template)):
            if marks["const"] or marks["static"]:
                raise self.error(start, "const and static do not stand before a function")
            return self._function(start, kind, template)
        if template:
            raise self.error(self.token, "only functions have templates in the subset")
        if self.sees("("):
            raise self.error(start, f"{kind.name} has no type before it, or stands outside every function")
        return self.declarators(start, kind, const=marks["const"], static=marks["static"], role="")

    def _function_begins(self, ahead: int, template: bool) -> bool:
        """Whether what follows a name makes it a function: parameters, or a method's name and a parenthesis."""
        if self.peek(ahead).text == "::":
            return self.peek(ahead + 2).text == "("
        return self.peek(ahead).text == "(" and (template or self.parameters_begin(ahead))

    def _function(self, start: Token, kind: TypeName, template: tuple[str, ...]) -> Function:
        pointer = self.takes("*")
        returns = TypeName(self.span_from(start_token(kind)), kind.name, pointer)
        name, owner = self.step().text, ""
        if self.takes("::"):
            name, owner = self.expect_name("a method's name").text, name
        return self.function(Head(start, returns, name, owner, template=template))

    def _owned(self, start: Token) -> Function:
        """`Class::Class(...)` and `Class::~Class()`, which begin with no type."""
        owner = self.step().text
        self.step()
        returns = TypeName(start_span(start), "void")
        tilde = "~" if self.takes("~") else ""
        name = self.expect_name("a method's name")
        if name.text != owner:
            raise self.error(name, f"the method {owner}::{name.text} has no type before it")
        kind = "destructor" if tilde else "constructor"
        return self.function(Head(start, returns, tilde + name.text, owner, kind))

    def _template(self) -> Function:
        start = self.step()
        self.expect("<", "after template")
        names: list[str] = []
        while True:
            if not self.takes("typename"):
                raise self.error(self.token, "a template's parameter is written `typename T`")
            names.append(self.expect_name("the name of a template's parameter").text)
            if self.sees("="):
                raise self.error(self.token, "a template's parameter cannot have a default")
            if not self.takes(","):
                break
        self.expect(">", "after the parameters of the template")
        if self.token.kind == "keyword" and self.token.text in ("class", "struct", "interface"):
            raise self.error(self.token, "only functions have templates in the subset")
        found = self._variable_or_function(start, tuple(names))
        if not isinstance(found, Function):
            raise self.error(found, "only functions have templates in the subset")
        return found

    def _enum(self) -> Enum:
        start = self.step()
        if self.sees("class") or self.sees("struct"):
            raise self.error(self.token, "enum class is C++")
        name = self.expect_name("the name of the enum").text
        if self.sees(":"):
            raise self.error(self.token, "an enum's type cannot be chosen in MQL5")
        self.expect("{", "after the enum's name")
        members: list[EnumMember] = []
        while not self.sees("}"):
            members.append(self._enum_member())
            if not self.takes(","):
                break
        self.expect("}", "after the values of the enum")
        self.expect(";", f"after the enum {name}")
        return Enum(self.span_from(start), name, tuple(members))

    def _enum_member(self) -> EnumMember:
        start = self.expect_name("the name of an enum's value")
        value: Expression | None = self.assignment() if self.takes("=") else None
        return EnumMember(self.span_from(start), start.text, value)

    def _input(self) -> Declaration:
        start = self.step()
        if self.token.text == "group" and self.peek().kind == "string":
            self.step()
            title = self.step().text
            self.takes(";")
            return InputGroup(self.span_from(start), title)
        if self.sees("const") or self.sees("static"):
            raise self.error(self.token, f"{self.token.text} does not go with {start.text}")
        if not (self.token.kind == "name" or self.variable_begins()):
            raise self.error(self.token, "the type of the input is missing")
        kind = self.plain_type()
        return self.declarators(start, kind, const=False, static=False, role=start.text)
