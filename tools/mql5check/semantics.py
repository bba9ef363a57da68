"""The meaning of a whole program: everything the allow-list knows, and nothing else, is accepted.

Two passes: the first makes known what the files declare, in their order, with the values of constants; the second
checks first values and bodies, each against what is declared above it (functions may stand below). It must not know
paths of execution; `flow` does.
"""

from __future__ import annotations

import re
from typing import Final

from tools.mql5check.cursor import room_for_recursion
from tools.mql5check.lexer import SourceError
from tools.mql5check.names import ClassSymbol, Form, Variable
from tools.mql5check.program import Program
from tools.mql5check.semantics_classes import ClassChecker
from tools.mql5check.syntax import Class, Declaration, Declarator, Define, Enum, Function, Node, Property
from tools.mql5check.syntax import Variable as VariableNode
from tools.mql5check.types import VOID, Type

_TEXT_PROPERTIES: Final = frozenset(("copyright", "description", "icon", "link", "version"))
_FLAG_PROPERTIES: Final = frozenset(("service", "script_show_confirm", "script_show_inputs"))
_VALUE_PROPERTIES: Final = re.compile(
    r"stacksize|indicator_(?:chart_window|separate_window|buffers|plots|minimum|maximum|height|applied_price|digits"
    r"|(?:color|type|style|width|label|level|levelcolor|levelwidth|levelstyle)\d*)|tester_\w+"
)


def check(program: Program) -> list[SourceError]:
    """Give every mistake of meaning in a program, by file and line."""
    checker = _Semantics(program)
    with room_for_recursion():
        checker.run()
    order = {unit.path: at for at, unit in enumerate(program.units)}
    return sorted(checker.errors, key=lambda error: (order.get(error.path, 0), error.line, error.column))


class _Semantics(ClassChecker):
    """The two passes over one program."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._forms: dict[int, list[Form]] = {}
        self._statics: set[tuple[str, str]] = set()

    def run(self) -> None:
        """Make everything known, then check every value and body."""
        for order, placed in enumerate(self.program.placed):
            self.path = placed.path
            self._collect(placed.declaration, order)
        for order, placed in enumerate(self.program.placed):
            self.path, self.horizon = placed.path, order
            self._verify(placed.declaration, order)
        self.horizon = None
        self._check_bodies_exist()
        self.check_events()

    # ---- first pass ----

    def _collect(self, node: Declaration, order: int) -> None:
        if isinstance(node, Property):
            self._property(node)
        elif isinstance(node, Define):
            self._define(node, order)
        elif isinstance(node, Enum):
            self._enum(node, order)
        elif isinstance(node, Class):
            self._forms[order] = self.add_class(node, order)
        elif isinstance(node, Function):
            form = self.add_outside(node) if node.owner else self.add_function(node)
            self._forms[order] = [form] if form is not None else []
        elif isinstance(node, VariableNode):
            for declarator in node.declarators:
                self._global(node, declarator, order)

    def _property(self, node: Property) -> None:
        name, value = node.name, node.value
        if self.path != self.program.path:
            self.say(node, "#property in an included file is ignored by the compiler: it belongs into the program")
        elif name == "strict":
            self.say(node, "#property strict is MQL4: MQL5 is always strict")
        elif name in _TEXT_PROPERTIES:
            if not re.fullmatch(r'"[^"]*"|[A-Za-z_]\w*', value):
                self.say(node, f'#property {name} takes a text: #property {name} "..."')
        elif name in _FLAG_PROPERTIES:
            if value:
                self.say(node, f"#property {name} takes no value")
        elif _VALUE_PROPERTIES.fullmatch(name) is None:
            self.say(node, f"#property {name} is not known to the subset")

    def _define(self, node: Define, order: int) -> None:
        kind, constant = VOID, None
        if node.value is not None:
            value = self.constant_value(node.value, "the value of a #define")
            kind, constant = value.type, value.constant
        self._make_known(node, Variable(node.name, kind, constant=constant, what="constant", node=node), order)

    def _enum(self, node: Enum, order: int) -> None:
        if self.is_taken_globally(node.name) or node.name in self.functions:
            self.say(node, f"{node.name} means {self.is_taken_globally(node.name) or 'a function'} already")
        if not node.members:
            self.say(node, f"the enum {node.name} has no values")
        self.enums[node.name] = tuple(member.name for member in node.members)
        self.orders[node.name] = order
        number: int | None = -1
        for member in node.members:
            number = None if number is None else number + 1
            if member.value is not None:
                value = self.constant_value(member.value, "the value in an enum")
                if not value.type.is_integer and not value.type.is_unknown:
                    self.say(member.value, f"a value in an enum is a whole number, not {value.type}")
                number = value.constant if isinstance(value.constant, int) else None
            if number is not None and not -(2**31) <= number < 2**31:
                self.say(member, f"the value {number} does not fit 32 bits")
            kind = Type(node.name, "enum")
            self._make_known(member, Variable(member.name, kind, constant=number, what="constant", node=member), order)

    def _global(self, node: VariableNode, declarator: Declarator, order: int) -> None:
        kind = self.declared_type(node, declarator)
        if declarator.owner:
            self._static_member(declarator, kind)
            return
        self._make_known(declarator, self._quietly(node, declarator, kind), order)

    def _quietly(self, node: VariableNode, declarator: Declarator, kind: Type) -> Variable:
        """The variable with its constant; its first value is checked, and told of, in the second pass."""
        count, told = len(self.errors), set(self._told)
        variable = self.variable_of(node, declarator, kind)
        del self.errors[count:]
        self._told = told
        return variable

    def _make_known(self, node: Node, variable: Variable, order: int) -> None:
        name = variable.name
        taken = self.is_taken_globally(name)
        if taken or name in self.functions:
            self.say(node, f"{name} means {taken or 'a function'} already")
            return
        self.globals[name] = variable
        self.orders[name] = order

    def _static_member(self, declarator: Declarator, kind: Type) -> None:
        symbol = self.class_of_name(declarator.owner)
        field = symbol.fields.get(declarator.name) if symbol is not None else None
        if symbol is None or field is None or not field.static:
            self.say(declarator, f"{declarator.owner} has no static member {declarator.name}")
        elif field.type != kind:
            self.say(declarator, f"{declarator.name} has the type {field.type} in {declarator.owner}")
        else:
            self._statics.add((symbol.name, declarator.name))

    # ---- second pass ----

    def _verify(self, node: Declaration, order: int) -> None:
        if isinstance(node, VariableNode):
            for declarator in node.declarators:
                if not declarator.owner or declarator.initial is not None:
                    self.first_value(node, declarator, self.declared_type(node, declarator))
        for form in self._forms.get(order, ()):
            self.check_initials(form)
            self.check_body(form)

    def _check_bodies_exist(self) -> None:
        """What is announced has a body; a library may leave that to the program that includes it."""
        if self.program.kind == "library":
            return
        for forms in self.functions.values():
            for form in forms:
                self._needs_body(form, form.name)
        for symbol in self.classes.values():
            self._class_is_whole(symbol)

    def _needs_body(self, form: Form, name: str) -> None:
        if not form.has_body:
            self.path = form.path
            self.say(form.node, f"{name} is announced here and has no body anywhere")

    def _class_is_whole(self, symbol: ClassSymbol) -> None:
        if symbol.built_in or symbol.keyword == "interface":
            return
        own = [form for forms in symbol.methods.values() for form in forms if not form.node.pure]
        special = [symbol.destructor] if symbol.destructor is not None else []
        for form in (*own, *symbol.constructors, *special):
            self._needs_body(form, f"{symbol.name}::{form.name}")
        for field in symbol.fields.values():
            if field.static and (symbol.name, field.name) not in self._statics and field.node is not None:
                self.path = next((form.path for form in own), self.path)
                whole = f"{field.type} {symbol.name}::{field.name}"
                self.say(field.node, f"the static member {field.name} is never defined: write {whole} = ...;")
