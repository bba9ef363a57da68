"""Classes, structs and interfaces: members, bases, constructors, methods. It must not know files."""

from __future__ import annotations

from dataclasses import replace

from tools.mql5check.names import ClassSymbol, Form, Variable
from tools.mql5check.semantics_functions import FunctionChecker
from tools.mql5check.syntax import Class, ClassMember, Function, MemberInitial
from tools.mql5check.syntax import Variable as VariableNode
from tools.mql5check.types import Value


class ClassChecker(FunctionChecker):
    """Checks classes."""

    def add_class(self, node: Class, order: int) -> list[Form]:
        """Make a class known, and its members when they are there; give the forms whose bodies stand inside it."""
        symbol = self.classes.get(node.name) if self.sees_name(node.name) else None
        if symbol is not None and not symbol.complete and symbol.keyword == node.keyword:
            pass
        elif self.is_taken_globally(node.name) or node.name in self.functions:
            self.say(node, f"{node.name} means {self.is_taken_globally(node.name) or 'a function'} already")
            symbol = ClassSymbol(node.name, node.keyword)
        else:
            symbol = self.classes[node.name] = ClassSymbol(node.name, node.keyword)
            self.orders[node.name] = order
        if node.members is None:
            return []
        if node.base:
            symbol.base = self._base(node)
        forms = self._members(node, symbol, node.members)
        symbol.complete = True
        self._check_constructors(node, symbol)
        self._check_overrides(symbol)
        return forms

    def _base(self, node: Class) -> ClassSymbol | None:
        base = self.class_of_name(node.base)
        if base is None or not base.complete:
            self.say(node, f"the base {node.base} is not declared before")
            return None
        if base.name == node.name or (base.keyword == "struct") != (node.keyword == "struct") or base.built_in:
            self.say(node, f"the {node.keyword} {node.name} cannot be built on {base.name}")
            return None
        return base

    def _members(self, node: Class, symbol: ClassSymbol, members: tuple[ClassMember, ...]) -> list[Form]:
        forms: list[Form] = []
        for member in members:
            declaration = member.declaration
            if isinstance(declaration, VariableNode):
                if node.keyword == "interface":
                    self.say(declaration, "an interface has methods only")
                self._add_fields(symbol, declaration, member.access)
            elif isinstance(declaration, Function):
                forms.append(self._add_method(symbol, declaration, member.access))
        return forms

    def _add_fields(self, symbol: ClassSymbol, node: VariableNode, access: str) -> None:
        for declarator in node.declarators:
            kind = self.declared_type(node, declarator)
            if kind.name == symbol.name and not kind.pointer and not node.static:
                self.say(declarator, f"{symbol.name} cannot hold an object of itself")
            if declarator.name in symbol.fields or declarator.name in symbol.methods:
                self.say(declarator, f"{declarator.name} is declared twice in {symbol.name}")
            elif symbol.base is not None and symbol.base.find_field(declarator.name) is not None:
                self.say(declarator, f"{declarator.name} hides the member of the base class")
            why = f"{declarator.name} is const" if node.const else ""
            symbol.fields[declarator.name] = Variable(
                declarator.name, kind, why, what="member", access=access, static=node.static, node=declarator
            )

    def _add_method(self, symbol: ClassSymbol, node: Function, access: str) -> Form:
        form = self.make_form(node, symbol, "public" if symbol.keyword == "interface" else access)
        if node.kind == "constructor":
            self.add_form(symbol.constructors, form)
        elif node.kind == "destructor":
            if node.parameters or symbol.destructor is not None:
                self.say(node, "a class has one destructor, without parameters")
            symbol.destructor = form
        else:
            if node.name in symbol.fields:
                self.say(node, f"{node.name} is declared twice in {symbol.name}")
            if symbol.keyword == "interface" and node.body is not None:
                self.say(node, "a method of an interface has no body")
            self.add_form(symbol.methods.setdefault(node.name, []), form)
        return form

    def _check_overrides(self, symbol: ClassSymbol) -> None:
        for forms in symbol.methods.values():
            for form in forms:
                inherited = symbol.base.find_methods(form.name) if symbol.base is not None else []
                same = [other for other in inherited if _is_overridden(other, form)]
                if form.node.override and not same:
                    self.say(form.node, f"no base class has a virtual {form.name} with these parameters")
                if same and same[0].returns != form.returns:
                    self.say(form.node, f"{form.name} returns {same[0].returns} in the base class, not {form.returns}")
                if same and same[0].node.final:
                    self.say(form.node, f"{form.name} is final in the base class")

    def _check_constructors(self, node: Class, symbol: ClassSymbol) -> None:
        """Members and bases that need arguments are given them by every constructor."""
        needy = [field for field in symbol.fields.values() if self._needs_arguments(field)]
        names = {field.name for field in needy}
        if symbol.base is not None and _needs(symbol.base):
            names.add(symbol.base.name)
        if names and not symbol.constructors:
            self.say(node, f"{symbol.name} needs a constructor that gives {min(names)} its arguments")

    def _needs_arguments(self, field: Variable) -> bool:
        symbol = self.class_of(field.type)
        return symbol is not None and not field.type.pointer and not field.static and _needs(symbol)

    # ---- methods outside their class ----

    def add_outside(self, node: Function) -> Form | None:
        """The form of a method whose body stands outside its class; None (and told) when the class has none such."""
        symbol = self.class_of_name(node.owner)
        if symbol is None or symbol.built_in:
            self.say(node, f"the class {node.owner} is not declared before")
            return None
        if node.body is None:
            self.say(node, f"{node.owner}::{node.name} is declared inside its class; here its body is missing")
            return None
        if node.override or node.final:
            self.say(node, "override and final stand inside the class")
        form = self.make_form(node, symbol)
        declared = self._declared(symbol, node)
        for other in declared:
            if other.key != form.key:
                continue
            if other.has_body:
                self.say(node, f"{node.owner}::{node.name} has a body in line {other.node.line} already")
            elif other.returns != form.returns or other.node.const != node.const:
                self.say(node, f"{node.owner}::{node.name} is declared otherwise in line {other.node.line}")
            self._same_references(other, form)
            other.has_body = True
            form.node = replace(node, static=other.node.static, virtual=other.node.virtual)
            return form
        self.say(node, f"{node.owner} declares no {node.name} with these parameters")
        return None

    def _declared(self, symbol: ClassSymbol, node: Function) -> list[Form]:
        if node.kind == "constructor":
            return symbol.constructors
        if node.kind == "destructor":
            return [symbol.destructor] if symbol.destructor is not None else []
        return symbol.methods.get(node.name, [])

    def check_initials(self, form: Form) -> None:
        """What a constructor gives its members and its base before its body."""
        if form.owner is None or form.node.kind != "constructor" or form.node.body is None:
            return
        self.form = form
        self.open_scope()
        for parameter in form.parameters:
            if self.scope is not None and parameter.name:
                self.scope.names[parameter.name] = Variable(parameter.name, parameter.type, what="parameter")
        given: set[str] = set()
        for initial in form.node.initials:
            if initial.name in given:
                self.say(initial, f"{initial.name} is given a value twice")
            given.add(initial.name)
            self._initial(form.owner, initial)
        self._all_given(form, form.owner, given)
        self.close_scope()
        self.form = None

    def _initial(self, owner: ClassSymbol, node: MemberInitial) -> None:
        values = [self.value(argument) for argument in node.arguments]
        if owner.base is not None and node.name == owner.base.name:
            self._construct_member(node, owner.base, values)
            return
        field = owner.fields.get(node.name)
        if field is None:
            self.say(node, f"{node.name} is neither a member of {owner.name} nor its base class")
            return
        symbol = self.class_of(field.type)
        if symbol is not None and field.type.is_object:
            self._construct_member(node, symbol, values)
        elif field.type.array or len(values) != 1:
            self.say(node, f"{node.name} takes one value here")
        else:
            self.converted(node, values[0], field.type)

    def _construct_member(self, node: MemberInitial, symbol: ClassSymbol, values: list[Value]) -> None:
        if symbol.constructors:
            self.choose_form(node, symbol.name, symbol.constructors, values)
        elif values:
            self.say(node, f"{symbol.name} has no constructor that takes arguments")

    def _all_given(self, form: Form, owner: ClassSymbol, given: set[str]) -> None:
        if owner.base is not None and _needs(owner.base) and owner.base.name not in given:
            self.say(form.node, f"the base {owner.base.name} needs arguments: write : {owner.base.name}(...)")
        for field in owner.fields.values():
            if field.name not in given and self._needs_arguments(field):
                self.say(form.node, f"the member {field.name} needs arguments: write : {field.name}(...)")


def _needs(symbol: ClassSymbol) -> bool:
    """Whether an object of a class cannot be made without arguments."""
    return bool(symbol.constructors) and all(form.fewest > 0 for form in symbol.constructors)


def _is_overridden(other: Form, form: Form) -> bool:
    """Whether a method of a base class is the virtual one that `form` stands for: const and not const are two."""
    virtual = other.node.virtual or other.node.override
    return virtual and other.key == form.key and other.node.const == form.node.const
