"""The parser's door: one source text in, its tree and every mistake of form out.

It must not open files nor know what names mean; `program` does the first, `semantics` the second.
"""

from __future__ import annotations

import re
from typing import Final

from tools.mql5check.cursor import TooManyErrors, room_for_recursion
from tools.mql5check.lexer import SourceError, Token, scan
from tools.mql5check.parser_declarations import DeclarationParser
from tools.mql5check.syntax import (
    Binary,
    Conditional,
    Declaration,
    Define,
    Expression,
    Include,
    Literal,
    Property,
    Span,
    Unary,
    Unit,
)
from tools.mql5check.words import FOREIGN_WORDS, LEFT_OUT_WORDS

_DIRECTIVE: Final = re.compile(r"#[ \t]*([A-Za-z_]*)[ \t]*")
_PROPERTY: Final = re.compile(r"([A-Za-z_]\w*)[ \t]*(.*)")
_INCLUDE: Final = re.compile(r"<([^<>\"]+)>|\"([^\"<>]+)\"")
_DEFINE: Final = re.compile(r"([A-Za-z_]\w*)(\(?)[ \t]*")
_LEFT_OUT_DIRECTIVES: Final = {
    "import": "#import is outside the subset: programs call no DLL and no library",
    "resource": "#resource is outside the subset",
    "undef": "#undef is outside the subset: a constant stays what it is",
    "if": "#if is no MQL5",
    "ifdef": "#ifdef is outside the subset: what is compiled is what is written",
    "ifndef": "#ifndef is outside the subset: MQL5 includes every file once, no guard is needed",
    "else": "#else is outside the subset",
    "elif": "#elif is no MQL5",
    "endif": "#endif is outside the subset",
    "pragma": "#pragma is C++: MQL5 includes every file once by itself",
    "error": "#error is no MQL5",
    "warning": "#warning is no MQL5",
    "line": "#line is no MQL5",
}


def parse(text: str, path: str) -> Unit:
    """Give the tree of a source; raise its first SourceError when it has mistakes of form."""
    unit, errors = parse_all(text, path)
    if errors:
        raise errors[0]
    return unit


def parse_all(text: str, path: str) -> tuple[Unit, list[SourceError]]:
    """Give the tree of what could be read, and every mistake of form in the order of the lines."""
    tokens, errors = scan(text, path)
    for token in tokens:
        if token.kind == "keyword" and token.text in FOREIGN_WORDS:
            errors.append(SourceError(path, token.line, token.column, f"{token.text} is C++, no MQL5"))
        elif token.kind == "keyword" and token.text in LEFT_OUT_WORDS:
            errors.append(SourceError(path, token.line, token.column, f"{token.text} is outside the subset"))
    parser = _Parser(tokens, path, errors)
    declarations: tuple[Declaration, ...] = ()
    with room_for_recursion():
        try:
            declarations = parser.declarations()
        except TooManyErrors:
            errors.append(parser.error(parser.token, "so many mistakes: the rest of the file was not read"))
    end = tokens[-1]
    unit = Unit(Span(1, 1, end.line, end.column), path, declarations)
    return unit, sorted(errors, key=lambda error: (error.line, error.column))


class _Parser(DeclarationParser):
    """The whole grammar: the rooms below it, and directives."""

    def directive(self, token: Token) -> Declaration:
        """What one line that begins with # declares."""
        match = _DIRECTIVE.match(token.text)
        word = match.group(1) if match else ""
        rest = token.text[match.end() :] if match else ""
        span = Span(token.line, token.column, token.line, token.end_column)
        if word == "property":
            return self._property(token, span, rest)
        if word == "include":
            return self._include(token, span, rest)
        if word == "define":
            return self._define(token, span, rest)
        raise self.error(token, _LEFT_OUT_DIRECTIVES.get(word, f"the directive #{word} is unknown"))

    def _property(self, token: Token, span: Span, rest: str) -> Property:
        match = _PROPERTY.fullmatch(rest)
        if match is None:
            raise self.error(token, "#property needs a name")
        return Property(span, match.group(1), match.group(2))

    def _include(self, token: Token, span: Span, rest: str) -> Include:
        match = _INCLUDE.fullmatch(rest)
        if match is None:
            raise self.error(token, 'write #include <Folder\\File.mqh> or #include "File.mqh"')
        system = match.group(1) is not None
        return Include(span, (match.group(1) or match.group(2)).strip(), system)

    def _define(self, token: Token, span: Span, rest: str) -> Define:
        match = _DEFINE.match(rest)
        if match is None:
            raise self.error(token, "#define needs a name")
        if match.group(2):
            raise self.error(
                token, f"the macro {match.group(1)}() with parameters is outside the subset: write a function"
            )
        body = rest[match.end() :]
        if not body:
            return Define(span, match.group(1), None)
        if "#" in re.sub(r'"(?:[^"\\]|\\.)*"', "", body):
            raise self.error(token, "# and ## in a macro are outside the subset")
        column = token.column + len(token.text) - len(body)
        return Define(span, match.group(1), self._constant(token, body, column))

    def _constant(self, token: Token, body: str, column: int) -> Expression:
        tokens, errors = scan(body, self.path, token.line, column)
        if errors:
            raise errors[0]
        inner = _Parser(tokens, self.path, [])
        value = inner.assignment()
        if inner.token.kind != "end":
            raise self.error(inner.token, "a #define holds one constant value and nothing after it")
        if isinstance(value, Binary | Conditional):
            raise self.error(value, "put the value of this #define in parentheses: it is pasted as text")
        if isinstance(value, Unary) and not isinstance(value.operand, Literal):
            raise self.error(value, "put the value of this #define in parentheses: it is pasted as text")
        return value
