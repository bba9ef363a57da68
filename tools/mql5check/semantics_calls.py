"""Calls: which function is meant, and whether its arguments fit. It must not know statements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from tools.mql5check.builtins import FUNCTIONS, KINDS, LEFT_OUT, Signature
from tools.mql5check.conversions import cast_complaint
from tools.mql5check.names import ClassSymbol, Form, Parameter, built_in_type
from tools.mql5check.semantics_arguments import ArgumentChecker
from tools.mql5check.semantics_formats import format_complaint
from tools.mql5check.syntax import Call, Expression, Member, Name, Node, Scoped
from tools.mql5check.types import NO_VALUE, UNKNOWN, Type, Value, arithmetic

_ONLY_DYNAMIC = frozenset(("ArrayResize", "ArrayFree", "ArraySetAsSeries", "ArraySwap"))


class CallChecker(ArgumentChecker, ABC):
    """Checks calls of every form; what an argument is worth is asked of the room above."""

    @abstractmethod
    def value(self, node: Expression) -> Value:
        """What is known of an expression; mistakes in it are told."""

    def call(self, node: Call) -> Value:
        """The value of a call."""
        values = [self.value(argument) for argument in node.arguments]
        callee = node.callee
        if isinstance(callee, Name):
            return self._named(node, callee.name, values)
        if isinstance(callee, Member):
            return self._method(node, callee, values)
        if isinstance(callee, Scoped):
            return self._scoped(node, callee, values)
        return NO_VALUE

    def _named(self, node: Call, name: str, values: list[Value]) -> Value:
        owner = self.owner()
        methods = owner.find_methods(name) if owner is not None else []
        if methods:
            return self._own_method(node, methods, values)
        if name in self.functions:
            self.called.add(name)
            return self._choose(node, name, self.functions[name], values)
        if name in FUNCTIONS:
            return self._built_in(node, name, values)
        if self.is_type(name):
            return self._functional_cast(node, name, values)
        local = self.scope.find(name) if self.scope is not None else None
        if local is not None or name in self.globals:
            self.say(node, f"{name} is a variable, it cannot be called")
        elif name in LEFT_OUT:
            self.say(node, f"{name} is {LEFT_OUT[name]}")
        else:
            self.say(node, f"the function {name} is not known")
        return NO_VALUE

    def _functional_cast(self, node: Call, name: str, values: list[Value]) -> Value:
        kind = self.plain_type(name) or UNKNOWN
        if kind.kind in ("struct", "class"):
            self.say(node, f"an object of {name} is declared as a variable or made with new, not as a value")
            return NO_VALUE
        if len(values) != 1:
            self.say(node, f"a cast to {name} takes one value")
            return Value(kind)
        wrong = cast_complaint(values[0], kind, self.derives)
        if wrong is not None:
            self.say(node, wrong)
        return Value(kind)

    # ---- the program's own functions ----

    def _own_method(self, node: Call, methods: list[Form], values: list[Value]) -> Value:
        chosen = self.choose_form(node, methods[0].name, methods, values)
        if chosen is None or self.form is None:
            return NO_VALUE
        if self.form.node.static and not chosen.node.static:
            self.say(node, f"a static method has no object whose {chosen.name}() it could call")
        elif self.form.node.const and not chosen.node.const and not chosen.node.static:
            self.say(node, f"a const method cannot call {chosen.name}(), which is not const")
        if chosen.access == "private" and chosen.owner is not self.owner() and chosen.owner is not None:
            self.say(node, f"{chosen.name}() is private in {chosen.owner.name}")
        return Value(chosen.returns)

    def _method(self, node: Call, callee: Member, values: list[Value]) -> Value:
        target = self.value(callee.target)
        if target.type.is_unknown:
            return NO_VALUE
        symbol = self.class_of(target.type)
        if symbol is None:
            self.say(callee, f"{target.type} has no methods")
            return NO_VALUE
        methods = symbol.find_methods(callee.name)
        if not methods:
            if not symbol.complete:
                self.say(callee, f"the class {symbol.name} is only announced at this place")
            else:
                self.say(callee, f"{symbol.name} has no method {callee.name}")
            return NO_VALUE
        chosen = self.choose_form(node, callee.name, methods, values)
        if chosen is None:
            return NO_VALUE
        self.check_access(callee, chosen.access, chosen.owner, callee.name)
        writable = target.type.pointer or not target.read_only or chosen.node.const or chosen.node.static
        if not writable:
            self.say(callee, f"{callee.name}() is not a const method, and {target.read_only}")
        return Value(chosen.returns)

    def check_access(self, node: Node, access: str, declared_in: ClassSymbol | None, name: str) -> None:
        """Tell when a member is used where its class does not allow it."""
        if access == "public" or declared_in is None:
            return
        owner = self.owner()
        inside = owner is declared_in or (
            access == "protected" and owner is not None and declared_in in owner.lineage()
        )
        if not inside:
            self.say(node, f"{name} is {access} in {declared_in.name}")

    def _scoped(self, node: Call, callee: Scoped, values: list[Value]) -> Value:
        if not callee.owner:
            if callee.name in self.functions:
                self.called.add(callee.name)
                return self._choose(node, callee.name, self.functions[callee.name], values)
            if callee.name in FUNCTIONS:
                return self._built_in(node, callee.name, values)
            self.say(node, f"the function {callee.name} is not known")
            return NO_VALUE
        symbol = self.class_of_name(callee.owner)
        methods = symbol.find_methods(callee.name) if symbol is not None else []
        if symbol is None or not methods:
            known = symbol is not None
            self.say(callee, f"{callee.owner} has no method {callee.name}" if known else f"{callee.owner} is no class")
            return NO_VALUE
        chosen = self.choose_form(node, callee.name, methods, values)
        if chosen is None:
            return NO_VALUE
        owner = self.owner()
        if not chosen.node.static and (owner is None or symbol not in owner.lineage()):
            self.say(callee, f"{callee.name} is no static method of {callee.owner}: an object is wanted")
        self.check_access(callee, chosen.access, chosen.owner, callee.name)
        return Value(chosen.returns)

    def _choose(self, node: Call, name: str, forms: list[Form], values: list[Value]) -> Value:
        chosen = self.choose_form(node, name, forms, values)
        if chosen is None:
            return NO_VALUE
        if chosen.node.template:
            return Value(self._deduced(node, chosen, values))
        return Value(chosen.returns)

    def choose_form(self, node: Node, name: str, forms: list[Form], values: list[Value]) -> Form | None:
        """The form that a call means, None (and told) when none takes the arguments."""
        if len(forms) == 1:
            return self._only(node, name, forms[0], values)
        fitting = [form for form in forms if form.fewest <= len(values) <= len(form.parameters)]
        best: tuple[int, Form] | None = None
        for form in fitting:
            pairs = list(zip(values, form.parameters))
            if all(self.argument_complaint(value, parameter) is None for value, parameter in pairs):
                score = sum(_same(value.type, parameter) for value, parameter in pairs)
                if best is None or score > best[0]:
                    best = (score, form)
        if best is not None:
            return best[1]
        if len(fitting) == 1:
            return self._only(node, name, fitting[0], values)
        shown = ", ".join(str(value.type) for value in values)
        self.say(node, f"no form of {name} takes ({shown})")
        return None

    def _only(self, node: Node, name: str, form: Form, values: list[Value]) -> Form:
        fewest, most = form.fewest, len(form.parameters)
        if not fewest <= len(values) <= most:
            self.say(node, _wrong_count(name, fewest, most, len(values)))
            return form
        for at, (value, parameter) in enumerate(zip(values, form.parameters)):
            wrong = self.argument_complaint(value, parameter)
            if wrong is not None:
                self.say(_argument(node, at), f"argument {at + 1} of {name}: {wrong}")
        return form

    def _deduced(self, node: Call, form: Form, values: list[Value]) -> Type:
        """The type that a template's call returns, from its arguments."""
        bound: dict[str, Type] = {}
        for parameter, value in zip(form.node.parameters, values):
            name = parameter.type.name
            if name not in form.node.template or value.type.is_unknown:
                continue
            kind = value.type.element
            if bound.setdefault(name, kind) != kind:
                self.say(node, f"the arguments of {form.name} have the types {bound[name]} and {kind}, one is wanted")
        for name in form.node.template:
            if not any(parameter.type.name == name for parameter in form.node.parameters):
                self.say(node, f"nothing tells which type {name} of {form.name} stands for")
        return bound.get(form.node.returns.name, UNKNOWN if form.returns.is_unknown else form.returns)

    # ---- MQL5's functions ----

    def _built_in(self, node: Call, name: str, values: list[Value]) -> Value:
        forms = FUNCTIONS[name]
        chosen = self._built_in_form(node, name, forms, values)
        if chosen is None:
            return NO_VALUE
        if self.program.kind in KINDS and self.program.kind not in chosen.kinds:
            self.say(node, f"{name} cannot be called by this kind of program: {self.program.kind}")
        if name in _ONLY_DYNAMIC and any(value.type.fixed for value in values if value.type.array):
            self.say(node, f"{name} takes dynamic arrays only; the size of this one is fixed")
        wrong = format_complaint(name, values)
        if wrong is not None:
            self.say(node, wrong)
        return Value(_returned(chosen, values))

    def _built_in_form(
        self, node: Call, name: str, forms: tuple[Signature, ...], values: list[Value]
    ) -> Signature | None:
        fitting = [form for form in forms if _takes(form, len(values))]
        if not fitting:
            fewest = min(sum(not one.optional for one in form.params) for form in forms)
            self.say(node, _wrong_count(name, fewest, max(len(form.params) for form in forms), len(values)))
            return None
        wrongs = [self._first_wrong(form, values) for form in fitting]
        right = [form for form, wrong in zip(fitting, wrongs) if wrong is None]
        if right:
            return max(right, key=lambda form: _score(form, values))
        at, text = max((wrong for wrong in wrongs if wrong is not None), key=lambda wrong: wrong[0])
        self.say(_argument(node, at), f"argument {at + 1} of {name}: {text}")
        return fitting[0]

    def _first_wrong(self, form: Signature, values: list[Value]) -> tuple[int, str] | None:
        for at, value in enumerate(values):
            parameter = form.params[at] if at < len(form.params) else None
            if parameter is None:
                kind = value.type
                simple = kind.is_unknown or kind.is_number or kind.is_text
                wrong = None if simple or form.params[-1].is_array else f"a number or text is wanted, not {kind}"
            else:
                wrong = self.built_in_complaint(value, parameter)
            if wrong is not None:
                return at, wrong
        return None


def _takes(form: Signature, count: int) -> bool:
    fewest = sum(not one.optional for one in form.params)
    return fewest <= count and (form.variadic or count <= len(form.params))


def _score(form: Signature, values: list[Value]) -> int:
    return sum(value.type.element.name == parameter.type for value, parameter in zip(values, form.params))


def _same(kind: Type, parameter: Parameter) -> bool:
    return (kind.name, kind.array, kind.pointer) == (parameter.type.name, parameter.type.array, parameter.type.pointer)


def _argument(node: Node, at: int) -> Node:
    if isinstance(node, Call) and at < len(node.arguments):
        return node.arguments[at]
    return node


def _returned(form: Signature, values: list[Value]) -> Type:
    if form.returns == "object":
        kind = values[0].type if values else UNKNOWN
        return replace(kind, pointer=True) if kind.kind == "class" else UNKNOWN
    if form.returns != "number":
        return built_in_type(form.returns)
    kinds = [value.type.element for value in values if value.type.element.is_number]
    if not kinds or any(value.type.is_unknown for value in values):
        return UNKNOWN
    result = kinds[0]
    for kind in kinds[1:]:
        result = result if kind == result else arithmetic(result, kind)
    return result


def _wrong_count(name: str, fewest: int, most: int, given: int) -> str:
    wanted = str(most) if fewest >= most else f"{fewest} to {most}"
    return f"{name} takes {wanted} argument{'' if wanted == '1' else 's'}, {given} given"
