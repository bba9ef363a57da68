"""Expressions of MQL5 as C++, one writer call for each piece. Must not know statements, nor resolve types.

What MQL5 writes `object.member`, for objects and for pointers alike, becomes `object[mql_at]->member`: both kinds
offer it (native/mql_object.hpp), so no type has to be known here.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from typing import Final

from tools.mql5check.builtins import ENUMS, STRUCTS
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
from tools.mql5check.translate_writer import LineWriter
from tools.mql5check.words import SIMPLE_TYPES

_ESCAPE: Final = re.compile(r"\\(x[0-9A-Fa-f]{1,4}|.)")
_PLAIN_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_DATE: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:\s+(\d+)(?::(\d+)(?::(\d+))?)?)?")
_TYPES: Final = SIMPLE_TYPES | {"void"}


class UnknownConstruct(Exception):
    """A construct of the source that the translator has no C++ for; the message names file, line and construct."""


def written_text(literal: str) -> str:
    """The characters that a literal in quotes (one, or several side by side) stands for."""
    return "".join(_ESCAPE.sub(_escape, part[1:-1]) for part in _STRING.findall(literal))


def _escape(match: re.Match[str]) -> str:
    word = match.group(1)
    if word[0] == "x" and len(word) > 1:
        return chr(int(word[1:], 16))
    return _PLAIN_ESCAPES.get(word, word)


def cpp_string(text: str) -> str:
    """A C++ literal of the text's UTF-8 bytes."""
    out = []
    for byte in text.encode("utf-8", "replace"):
        letter = chr(byte)
        out.append(letter if 32 <= byte < 127 and letter not in '"\\?' else f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def type_name(kind: TypeName, pointer: bool | None = None) -> str:
    """A type as C++ spells it."""
    name = kind.name
    is_pointer = kind.pointer if pointer is None else pointer
    return f"::mql::Ptr<{name}>" if is_pointer else name


class ExpressionTranslator:
    """Writes expressions; `function` is the one that they stand in, `type_names` the types that are no keywords."""

    def __init__(self, writer: LineWriter) -> None:
        self.writer = writer
        self.path = ""
        self.function = ""
        self.type_names: frozenset[str] = frozenset(STRUCTS) | frozenset(ENUMS)

    def expression(self, node: Expression) -> None:
        """Write one expression."""
        handler = self._HANDLERS.get(type(node))
        if handler is None:
            raise UnknownConstruct(f"{self.path}:{node.line}: no translation of {type(node).__name__}")
        handler(self, node)

    def parts(self, *pieces: str | Expression, node: Node) -> None:
        """Write strings and expressions in turn, beginning on the node's line."""
        first = True
        for piece in pieces:
            if isinstance(piece, str):
                self.writer.put(piece, node.line if first else None)
            else:
                self.expression(piece)
            first = False

    def listed(self, items: tuple[Expression, ...]) -> None:
        """Write expressions with commas between them."""
        for place, item in enumerate(items):
            if place:
                self.writer.put(", ")
            self.expression(item)

    # ---- one method for each kind of node ----

    def _literal(self, node: Literal) -> None:
        self.writer.put(_LITERALS[node.kind](node.text), node.line)

    def _name(self, node: Name) -> None:
        self.writer.put(self._spelled(node.name), node.line)

    def _spelled(self, name: str) -> str:
        if name == "this":
            return "(*this)"
        if name in ("__FILE__", "__PATH__"):
            text = self.path if name == "__PATH__" else re.split(r"[\\/]", self.path)[-1]
            return cpp_string(text) + "_s"
        if name in ("__FUNCTION__", "__FUNCSIG__"):
            return cpp_string(self.function) + "_s"
        return _MACROS.get(name, name)

    def _scoped(self, node: Scoped) -> None:
        self.writer.put(f"{node.owner or '::mql_program'}::{node.name}", node.line)

    def _member(self, node: Member) -> None:
        if isinstance(node.target, Name) and node.target.name == "this":
            self.writer.put(f"this->{node.name}", node.line)
            return
        self.expression(node.target)
        self.writer.put(f"[mql_at]->{node.name}")

    def _index(self, node: Index) -> None:
        self.expression(node.target)
        self.parts("[", node.index, "]", node=node.index)

    def _call(self, node: Call) -> None:
        self.expression(node.callee)
        self.writer.put("(")
        self.listed(node.arguments)
        self.writer.put(")")

    def _unary(self, node: Unary) -> None:
        if node.operator == "&":
            self.parts("::mql::GetPointer(", node.operand, ")", node=node)
        else:
            # A blank keeps `- -a` from becoming `--a`.
            self.parts(f"{node.operator} " if node.operator in "+-" else node.operator, node.operand, node=node)

    def _postfix(self, node: Postfix) -> None:
        self.expression(node.operand)
        self.writer.put(node.operator)

    def _binary(self, node: Binary) -> None:
        if node.operator == "/":
            self.parts("::mql::inner::divided(", node.left, ", ", node.right, ")", node=node)
            return
        self.expression(node.left)
        self.writer.put(f" {node.operator} ")
        self.expression(node.right)

    def _assign(self, node: Assign) -> None:
        if node.operator == "/=":
            self.parts("::mql::inner::divide_into(", node.target, ", ", node.value, ")", node=node)
            return
        self.expression(node.target)
        self.writer.put(f" {node.operator} ")
        self.expression(node.value)

    def _conditional(self, node: Conditional) -> None:
        self.expression(node.condition)
        self.writer.put(" ? ")
        self.expression(node.yes)
        self.writer.put(" : ")
        self.expression(node.no)

    def _cast(self, node: Cast) -> None:
        operand = node.operand.inner if isinstance(node.operand, Group) else node.operand
        self.parts(f"::mql::inner::cast<{type_name(node.type)}>(", operand, ")", node=node)

    def _new(self, node: New) -> None:
        self.writer.put(f"::mql::inner::fresh(new {node.type.name}", node.line)
        if node.arguments:
            self.writer.put("(")
            self.listed(node.arguments)
            self.writer.put(")")
        self.writer.put(")")

    def _sizeof(self, node: SizeOf) -> None:
        self.writer.put("static_cast<uint>(::mql::inner::size_of", node.line)
        if isinstance(node.subject, TypeName) and node.subject.name in _TYPES | self.type_names:
            self.writer.put(f"<{type_name(node.subject)}>())")
        elif isinstance(node.subject, TypeName):
            self.writer.put(f"({node.subject.name}))")
        else:
            self.writer.put("(")
            self.expression(node.subject)
            self.writer.put("))")

    def _group(self, node: Group) -> None:
        self.parts("(", node.inner, ")", node=node)

    def _comma(self, node: Comma) -> None:
        self.listed(node.items)

    def _values(self, node: ValueList) -> None:
        self.writer.put("{", node.line)
        self.listed(node.items)
        self.writer.put("}")

    _HANDLERS: Final[dict[type[Expression], Callable[..., None]]] = {
        Literal: _literal,
        Name: _name,
        Scoped: _scoped,
        Member: _member,
        Index: _index,
        Call: _call,
        Unary: _unary,
        Postfix: _postfix,
        Binary: _binary,
        Assign: _assign,
        Conditional: _conditional,
        Cast: _cast,
        New: _new,
        SizeOf: _sizeof,
        Group: _group,
        Comma: _comma,
        ValueList: _values,
    }


def _integer(text: str) -> str:
    return f"{text}UL" if int(text, 0) > 0x7FFFFFFFFFFFFFFF else text


def _char(text: str) -> str:
    value = _ESCAPE.sub(_escape, text[1:-1])
    return f"::mql::ushort({ord(value) & 0xFFFF})"


def _date(text: str) -> str:
    match = _DATE.fullmatch(text[2:-1].strip())
    if match is None:
        raise UnknownConstruct(f"no date: {text}")
    numbers = [int(part or 0) for part in match.groups()]
    if numbers[2] > 31:
        numbers[0], numbers[2] = numbers[2], numbers[0]
    return f"::mql::datetime({calendar.timegm((*numbers[:3], *numbers[3:], 0, 0, 0))}L)"


def _color(text: str) -> str:
    red, green, blue = (int(part.strip(), 0) for part in text[2:-1].split(","))
    return f"::mql::color({red | green << 8 | blue << 16})"


_LITERALS: Final[dict[str, Callable[[str], str]]] = {
    "integer": _integer,
    "real": lambda text: text,
    "string": lambda text: cpp_string(written_text(text)) + "_s",
    "char": _char,
    "date": _date,
    "color": _color,
    "bool": lambda text: text,
    "null": lambda text: "::mql::null",
}
_MACROS: Final = {
    "__DATE__": "::mql::datetime(1700000000L)",
    "__DATETIME__": "::mql::datetime(1700000000L)",
    "__MQLBUILD__": "5000",
    "__MQL5BUILD__": "5000",
    "__CPU_ARCHITECTURE__": '"AVX2"_s',
    "__COUNTER__": "__COUNTER__",
}
