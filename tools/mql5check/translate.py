"""Translates a whole MQL5 program into one C++ unit, line by line, for the header and runtime of native/.

Every piece of C++ stands on its MQL5 line (`#line`), so that the compiler and the runtime name the source's own
places. The program must have passed the parser; what C++ cannot resolve, its compiler says. Must not run a compiler.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.mql5check.builtins import CONSTANTS
from tools.mql5check.program import Program
from tools.mql5check.source_files import read_source
from tools.mql5check.syntax import (
    Class,
    Define,
    Enum,
    Expression,
    Function,
    InputGroup,
    Name,
    Node,
    Parameter,
    Property,
    Variable,
)
from tools.mql5check.translate_classes import ClassTranslator
from tools.mql5check.translate_expressions import UnknownConstruct, cpp_string, written_text
from tools.mql5check.translate_tables import member_table
from tools.mql5check.translate_writer import LineWriter

__all__ = ["UnknownConstruct", "translate"]

_TOP: Final = '#include "mql.hpp"\nnamespace mql_program {\nusing namespace ::mql;\n'
# In the order of `Program` in native/mql_host.hpp.
_SLOTS: Final = ("OnInit", "OnDeinit", "OnTick", "OnTimer", "OnTrade", "OnStart", "OnChartEvent")


def translate(program: Program) -> str:
    """Give the C++ text of a program; raise UnknownConstruct for what has no translation."""
    return _Translator(program).run()


class _Translator(ClassTranslator):
    """One pass over the declarations in the compiler's order."""

    def __init__(self, program: Program) -> None:
        super().__init__(LineWriter())
        self._program = program
        self._functions = [one for one in program.placed if isinstance(one.declaration, Function)]
        self._sources: dict[str, list[str]] = {}
        self._seen: set[str] = set(CONSTANTS)
        self._prototyped = False
        self._groups = 0
        self.type_names |= {one.name for one in program.declarations if isinstance(one, Class | Enum)}

    def run(self) -> str:
        """Write everything."""
        self.writer.put("")
        self._forward()
        self.postponing = any(isinstance(one, Class) and one.members is None for one in self._program.declarations)
        for placed in self._program.placed:
            if placed.path != self.path:
                self.path = placed.path
                self.writer.file(placed.path, placed.declaration.line)
            self._declaration(placed.declaration)
        for path, function in self.postponed:
            if path != self.path:
                self.path = path
                self.writer.file(path, function.line)
            self.function_definition(function)
        self.writer.file("the table of the program")
        return _TOP + self.writer.text() + self._table()

    def _forward(self) -> None:
        for declaration in self._program.declarations:
            if isinstance(declaration, Enum):
                self.writer.put(f"enum {declaration.name} : int; ")
            elif isinstance(declaration, Class):
                self.writer.put(f"{_keyword(declaration)} {declaration.name}; ")

    def _declaration(self, node: Node) -> None:
        if isinstance(node, Function):
            self._prototypes()
            if node.body is None:
                return
            if self.postponing and id(node) not in self.late_defaults:
                self.postponed.append((self.path, node))
            else:
                self.function_definition(node)
        elif isinstance(node, Class):
            self.class_definition(node)
        elif isinstance(node, Enum):
            self._enum(node)
        elif isinstance(node, Define):
            self._define(node)
        elif isinstance(node, InputGroup):
            self._groups += 1
            title = cpp_string(written_text(node.title))
            self.writer.put(f"static const ::mql::inner::Group mql_group_{self._groups}({title}); ", node.line)
        elif isinstance(node, Variable):
            self._global(node)

    def _enum(self, node: Enum) -> None:
        self.writer.put(f"enum {node.name} : int {{ ", node.line)
        for member in node.members:
            self.writer.put(member.name, member.line)
            if member.value is not None:
                self.writer.put(" = ")
                self.expression(member.value)
            self.writer.put(", ")
            self._seen.add(member.name)
        self.writer.put("}; ", node.end_line)
        self.writer.put(member_table(node.name, {member.name: "" for member in node.members}) + " ")

    def _define(self, node: Define) -> None:
        self._seen.add(node.name)
        if node.value is None:
            self.writer.directive(f"#define {node.name}", node.line)
            return
        inner = type(self)(self._program)
        inner.path, inner.function = self.path, self.function
        inner.writer.file("", node.line)
        inner.expression(node.value)
        text = " ".join(line for line in inner.writer.text().splitlines() if not line.startswith("#line"))
        self.writer.directive(f"#define {node.name} ({text.strip()})", node.line)

    def _global(self, node: Variable) -> None:
        self._seen.update(declarator.name for declarator in node.declarators)
        if not node.role:
            self.variable(node)
            return
        for declarator in node.declarators:
            kind, name = node.type.name, declarator.name
            comment = cpp_string(self._comment(node))
            head = f'const {kind} {name} = ::mql::inner::input<{kind}>("{name}", "{kind}", {comment}, '
            self.writer.put(head, declarator.line)
            if declarator.initial is None:
                self.writer.put(f"{kind}()")
            else:
                self.expression(declarator.initial)
            self.writer.put("); ")

    def _comment(self, node: Variable) -> str:
        """What stands behind an input on its line: the terminal shows it instead of the name."""
        if self.path not in self._sources:
            path = Path(self.path)
            self._sources[self.path] = read_source(path).splitlines() if path.is_file() else []
        lines = self._sources[self.path]
        rest = lines[node.end_line - 1][node.end_column - 1 :] if node.end_line <= len(lines) else ""
        return rest.partition("//")[2].strip()

    # ---- functions may be called before they are written ----

    def _prototypes(self) -> None:
        """Declare all functions before the first one is defined, with the defaults that are known by now."""
        if self._prototyped:
            return
        self._prototyped = True
        for placed in self._functions:
            node = placed.declaration
            if isinstance(node, Function) and not node.owner and not self._is_repeated(node):
                self._note_defaults(node)
                self.writer.put(self.head_text(node, with_defaults=self._early(node)) + "; ")

    def _is_repeated(self, node: Function) -> bool:
        """Whether the source itself declares what it defines: one prototype is enough."""
        if node.body is None:
            return any(other.body is not None for other in self._same(node))
        return False

    def _same(self, node: Function) -> list[Function]:
        shape = [(one.type, one.is_array) for one in node.parameters]
        found = []
        for placed in self._functions:
            other = placed.declaration
            if (
                isinstance(other, Function)
                and other is not node
                and (other.name, other.owner) == (node.name, node.owner)
                and [(one.type.name, one.is_array) for one in other.parameters]
                == [(kind.name, array) for kind, array in shape]
            ):
                found.append(other)
        return found

    def _note_defaults(self, node: Function) -> None:
        """A default may stand in the source's own prototype alone."""
        for other in self._same(node):
            for place, parameter in enumerate(other.parameters):
                if parameter.default is not None:
                    self.borrowed_defaults[(node.name, place, len(node.parameters))] = parameter.default

    def _early(self, node: Function) -> bool:
        early = all(self._is_known(self.default_of(node, place)) for place in range(len(node.parameters)))
        if not early:
            self.late_defaults.add(id(node))
        return early

    def _is_known(self, default: Expression | None) -> bool:
        return default is None or all(name in self._seen for name in _names(default))

    # ---- what the runtime is given ----

    def _table(self) -> str:
        handlers = {
            one.name: one
            for one in self._program.declarations
            if isinstance(one, Function) and one.name in _SLOTS and one.body is not None and not one.owner
        }
        slots = ", ".join(_slot(name, handlers.get(name)) for name in _SLOTS)
        properties = [one for one in self._program.declarations if isinstance(one, Property)]
        rows = ", ".join(
            f"{{{cpp_string(one.name)}, {cpp_string(written_text(one.value) or one.value)}}}" for one in properties
        )
        return (
            "static const ::mql::inner::Property mql_properties[] = {" + (rows + ", " if rows else "") + '{"", ""}};\n'
            "}  // namespace mql_program\n"
            f'const ::mql::inner::Program mql_program_table = {{"{self._program.kind}", mql_program::mql_properties, '
            f"{len(properties)}, {slots}}};\n"
        )


def _keyword(node: Class) -> str:
    return "struct" if node.keyword == "struct" else "class"


def _slot(name: str, node: Function | None) -> str:
    if node is None:
        return "nullptr"
    if name == "OnChartEvent":
        return "&mql_program::OnChartEvent"
    if name == "OnInit" and node.returns.name == "void":
        return "+[]() -> int { mql_program::OnInit(); return 0; }"
    if name == "OnInit":
        return "+[]() -> int { return mql_program::OnInit(); }"
    if name == "OnDeinit":
        return "+[](const int reason) -> void { mql_program::OnDeinit(reason); }"
    return f"+[]() -> void {{ mql_program::{name}(); }}"


def _names(node: object) -> list[str]:
    """All plain names in an expression."""
    if isinstance(node, Name):
        return [node.name]
    if isinstance(node, tuple):
        return [name for item in node for name in _names(item)]
    if isinstance(node, Node) and not isinstance(node, Parameter):
        return [name for field in node.__dataclass_fields__ if field != "span" for name in _names(getattr(node, field))]
    return []
