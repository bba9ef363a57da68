"""Functions and classes of MQL5 as C++. Must not know files, nor the order of declarations."""

from __future__ import annotations

from dataclasses import replace

from tools.mql5check.syntax import Class, Expression, Function, Parameter, Variable
from tools.mql5check.translate_expressions import type_name
from tools.mql5check.translate_statements import StatementTranslator
from tools.mql5check.translate_tables import each_field
from tools.mql5check.translate_writer import LineWriter


class ClassTranslator(StatementTranslator):
    """Writes functions and classes.

    `late_defaults` holds the ids of the functions whose defaults stand at the definition; `borrowed_defaults` those
    that only the source's own prototype has, by function, place and number of parameters. MQL5 takes members of a class
    in bodies that stand before it, C++ does not: where a program announces a class, `postponing` collects what has a
    body in `postponed`, with its file, to be written behind all classes.
    """

    def __init__(self, writer: LineWriter) -> None:
        super().__init__(writer)
        self.late_defaults: set[int] = set()
        self.postponing = False
        self.postponed: list[tuple[str, Function]] = []
        self.borrowed_defaults: dict[tuple[str, int, int], Expression] = {}

    def default_of(self, node: Function, place: int) -> Expression | None:
        """The default of a parameter, wherever the source writes it."""
        own = node.parameters[place].default
        return own if own is not None else self.borrowed_defaults.get((node.name, place, len(node.parameters)))

    def head_text(self, node: Function, *, with_defaults: bool) -> str:
        """A function's prototype on one line."""
        outer, self.writer = self.writer, LineWriter()
        self.writer.file("", node.line)
        try:
            self._head(node, with_defaults=with_defaults)
            lines = self.writer.text().splitlines()
        finally:
            self.writer = outer
        return " ".join(line for line in lines if not line.startswith("#line")).strip()

    def function_definition(self, node: Function) -> None:
        """Write a function with its body; the body of a method may stand in its class or outside."""
        before, self.function = self.function, node.name
        self._head(node, with_defaults=id(node) in self.late_defaults)
        self._body(node)
        self.function = before

    def _head(self, node: Function, *, with_defaults: bool) -> None:
        if node.template:
            self.writer.put("template <" + ", ".join(f"typename {name}" for name in node.template) + "> ", node.line)
        if node.kind == "function":
            self.writer.put(type_name(node.returns) + " ", node.line)
        self.writer.put(f"{node.owner}::{node.name}(" if node.owner else f"{node.name}(", node.line)
        for place, parameter in enumerate(node.parameters):
            self.writer.put(", " if place else "")
            default = self.default_of(node, place) if with_defaults else None
            self._parameter(parameter, default)
        self.writer.put(") const " if node.const else ") ")

    def _parameter(self, node: Parameter, default: Expression | None) -> None:
        kind = type_name(node.type)
        if node.is_array:
            kind = f"::mql::Array<{kind}> &"
        elif node.reference:
            kind += " &"
        self.writer.put(f"{'const ' if node.const else ''}{kind} {node.name}", node.line)
        if default is not None:
            self.writer.put(" = ")
            self.expression(default)

    def _body(self, node: Function) -> None:
        for place, initial in enumerate(node.initials):
            self.writer.put(", " if place else ": ", initial.line)
            self.writer.put(f"{initial.name}(")
            self.listed(initial.arguments)
            self.writer.put(") ")
        if node.body is not None:
            self.block(node.body)

    # ---- classes ----

    def class_definition(self, node: Class) -> None:
        """Write a class, a struct or an interface with what every one of them has in C++."""
        if node.members is None:
            return
        keyword = "struct" if node.keyword == "struct" else "class"
        base = f" : public {node.base}" if node.base else ""
        self.writer.put(f"{keyword} {node.name}{' final' if node.final else ''}{base} {{ ", node.line)
        access = ""
        for member in node.members:
            if member.access != access:
                access = member.access
                self.writer.put(f"{access}: ", member.line)
            declaration = member.declaration
            if isinstance(declaration, Variable):
                self.writer.put("", declaration.line)
                self.variable(declaration)
            elif isinstance(declaration, Function):
                self._method(node, declaration)
        self.writer.put(self._extras(node) + " }; ", node.end_line)

    def _extras(self, node: Class) -> str:
        made = f"MQL_STRUCT({node.name})"
        if node.keyword == "struct":
            fields = [
                declarator.name
                for member in node.members or ()
                if isinstance(member.declaration, Variable) and not member.declaration.static
                for declarator in member.declaration.declarators
            ]
            return f"{made} {each_field(node.base, tuple(fields))}"
        has_destructor = any(
            isinstance(member.declaration, Function) and member.declaration.kind == "destructor"
            for member in node.members or ()
        )
        if not has_destructor:
            made += f" virtual ~{node.name}() = default;"
        return made if node.base else f"{made} MQL_CLASS({node.name})"

    def _method(self, owner: Class, node: Function) -> None:
        before, self.function = self.function, node.name
        virtual = node.virtual or node.kind == "destructor"
        self.writer.put(f"{'virtual ' if virtual else ''}{'static ' if node.static else ''}", node.line)
        self._head(node, with_defaults=True)
        self.writer.put(f"{'override ' if node.override else ''}{'final ' if node.final else ''}")
        if node.pure or (owner.keyword == "interface" and node.body is None):
            self.writer.put("= 0; ")
        elif node.body is not None and self.postponing and not node.template:
            self.postponed.append((self.path, replace(node, owner=owner.name)))
            self.writer.put("; ")
        elif node.body is None:
            self.writer.put("; ")
        else:
            self._body(node)
        self.function = before
