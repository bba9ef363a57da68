"""Functions: their heads, their bodies, and which forms share a name. It must not know files or other declarations."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from tools.mql5check.builtins import EVENT_FORMS, FUNCTIONS, KINDS, Signature
from tools.mql5check.names import ClassSymbol, Form, Parameter, Scope, Variable
from tools.mql5check.semantics_statements import StatementChecker, returns
from tools.mql5check.syntax import Function, Node, Span
from tools.mql5check.syntax import Parameter as ParameterNode


class FunctionChecker(StatementChecker):
    """Checks functions and methods."""

    def make_form(self, node: Function, owner: ClassSymbol | None, access: str = "public") -> Form:
        """The form that a function's head declares; mistakes in it are told."""
        kind = self.resolve(node.returns, templates=node.template)
        if kind.kind == "class" and not kind.pointer:
            self.say(node.returns, f"an object of {kind} is not returned: return a pointer")
        parameters = tuple(self._parameter(one, node) for one in node.parameters)
        self._defaults_last(node)
        return Form(node.name, kind, parameters, node, self.path, owner, access, node.body is not None)

    def _parameter(self, node: ParameterNode, function: Function) -> Parameter:
        kind = self.resolve(node.type, templates=function.template)
        if kind.is_object and not node.reference and not node.is_array:
            self.say(node, f"objects and structs are passed by reference: write {kind} &{node.name}")
        if not node.name and function.body is not None:
            self.say(node, "this parameter has no name")
        if node.is_array:
            kind = replace(kind, array=True, fixed=node.size is not None)
            if node.size is not None:
                self.array_size(node.size)
        if node.default is not None:
            value = self.constant_value(node.default, "the default value of a parameter")
            self.converted(node.default, value, kind)
        return Parameter(kind, node.name, node.reference, node.const, node.default is not None)

    def _defaults_last(self, node: Function) -> None:
        optional = False
        for one in node.parameters:
            if optional and one.default is None:
                self.say(one, f"{one.name} follows a parameter with a default value and has none")
            optional = optional or one.default is not None

    # ---- forms that share a name ----

    def add_function(self, node: Function) -> Form:
        """Make a global function known: a new form, or the body of one that was announced."""
        form = self.make_form(node, None)
        if node.name in FUNCTIONS:
            self.say(node, f"{node.name} is a function of MQL5 already")
        elif node.name in self.globals or self.is_type(node.name):
            self.say(node, f"{node.name} means {self.is_taken_globally(node.name)} already")
        elif node.const or node.override or node.final:
            self.say(node, f"only methods of a class are const, override or final; {node.name} is none")
        self.orders.setdefault(node.name, -1)
        self.add_form(self.functions.setdefault(node.name, []), form)
        return form

    def add_form(self, forms: list[Form], form: Form) -> None:
        """Add a form to those of its name; tell when it is there already."""
        for other in forms:
            if other.key != form.key or other.node.template != form.node.template:
                continue
            if other.has_body and form.has_body:
                self.say(form.node, f"{form.name} with these parameters stands in line {other.node.line} already")
            elif other.returns != form.returns:
                self.say(form.node, f"{form.name} was announced with the type {other.returns}, not {form.returns}")
            self._same_references(other, form)
            other.has_body = other.has_body or form.has_body
            return
        forms.append(form)

    def _same_references(self, other: Form, form: Form) -> None:
        for one, two in zip(other.parameters, form.parameters):
            if one.reference != two.reference or (one.reference and one.const != two.const):
                self.say(form.node, f"the parameter {two.name} of {form.name} was announced otherwise")

    # ---- bodies ----

    def check_body(self, form: Form) -> None:
        """Check the body of a function with its parameters in scope."""
        body = form.node.body
        if body is None:
            return
        self.form, self.scope = form, Scope()
        self.loops = self.switches = 0
        for parameter, node in zip(form.parameters, form.node.parameters):
            if parameter.name:
                why = f"{parameter.name} is a const parameter" if parameter.const else ""
                if parameter.const and parameter.type.pointer:
                    why = ""
                variable = Variable(parameter.name, parameter.type, why, what="parameter", node=node)
                self.declare_local(variable, node)
        self.block(body)
        if form.returns.kind != "void" and form.node.kind == "function" and not returns(body):
            end = Node(Span(body.end_line, max(1, body.end_column - 1), body.end_line, body.end_column))
            self.say(end, f"{form.name} can end here without giving back its value of type {form.returns}")
        self.form = self.scope = None

    # ---- what the terminal calls ----

    def check_events(self) -> None:
        """The terminal's entry points have the right heads, and the program has those that its kind needs."""
        found = [name for name in EVENT_FORMS if name in self.functions]
        for name in found:
            for form in self.functions[name]:
                self._event(form)
        kind = self.program.kind
        if kind in KINDS:
            self._misspelt()
        if kind in KINDS and not any(_kind_fits(name, kind) for name in found):
            start = "OnStart" if kind in ("script", "service") else "OnInit or OnTick"
            wanted = "OnCalculate" if kind == "indicator" else start
            self.path = self.program.path
            self.say(Node(Span(1, 1, 1, 1)), f"the terminal finds nothing to call: the {kind} has no {wanted}")

    def _misspelt(self) -> None:
        """A function that nobody calls, with nearly the name of an event, is an event that never comes."""
        for name, forms in self.functions.items():
            if name in EVENT_FORMS or name in self.called or not name.lower().startswith("on"):
                continue
            meant = [event for event in EVENT_FORMS if event.lower() == name.lower()]
            meant = meant or get_close_matches(name, EVENT_FORMS, 1, 0.85)
            if meant:
                self.path = forms[0].path
                self.say(forms[0].node, f"nothing calls {name}: is {meant[0]} meant?")

    def _event(self, form: Form) -> None:
        signatures = EVENT_FORMS[form.name]
        self.path = form.path
        if not any(_same_head(form, signature) for signature in signatures):
            self.say(form.node, f"the terminal calls {_shown(form.name, signatures[0])}")
        elif self.program.kind in KINDS and not _kind_fits(form.name, self.program.kind):
            self.say(form.node, f"the terminal never calls {form.name} of this kind of program: {self.program.kind}")


def _kind_fits(name: str, kind: str) -> bool:
    return any(kind in signature.kinds for signature in EVENT_FORMS[name])


def _same_head(form: Form, signature: Signature) -> bool:
    if form.returns.name != signature.returns or len(form.parameters) != len(signature.params):
        return False
    for one, two in zip(form.parameters, signature.params):
        if one.type.is_unknown:
            continue
        same = one.type.name == two.type and one.type.array == two.is_array and not one.type.pointer
        if not same or one.reference != (two.by_reference or two.is_array):
            return False
    return True


def _shown(name: str, signature: Signature) -> str:
    parts = [
        ("const " if one.const else "")
        + one.type
        + (" &" if one.by_reference or one.is_array else " ")
        + one.name
        + ("[]" if one.is_array else "")
        for one in signature.params
    ]
    return f"{signature.returns} {name}({', '.join(parts)})"
