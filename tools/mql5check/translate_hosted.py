"""Writes the C++ of one function that is asked of the host: what is sent, what comes back, what is watched on the way.

Must not know which functions there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tools.mql5check.builtins import KINDS, Param, Signature

# What a parameter is when the program leaves it out and zero would be wrong.
_DEFAULTS: Final = {
    ("CopyTicks", "flags"): "COPY_TICKS_ALL",
    ("CopyTicksRange", "flags"): "COPY_TICKS_ALL",
    ("ChartScreenShot", "align_mode"): "ALIGN_RIGHT",
}
_NAMED: Final = frozenset({"GlobalVariableSet", "GlobalVariableTemp", "GlobalVariableSetOnCondition"})
_TIMERS: Final = {"EventSetTimer": "true", "EventSetMillisecondTimer": "true", "EventKillTimer": "false"}


def hosted(name: str, forms: tuple[Signature, ...], known_type: Callable[[str], bool]) -> list[str]:
    """The definitions of all forms of a function; none for a form whose types cannot cross the pipe."""
    made = []
    for form in forms:
        if not all(known_type(param.type) for param in form.params) or not known_type(form.returns):
            continue
        if form.returns == "datetime" and [param.type for param in form.params] == ["MqlDateTime"]:
            made.append(
                f"inline datetime {name}(MqlDateTime &parts, MQL_AT) "
                f"{{ datetime now = {name}(at); TimeToStruct(now, parts); return now; }}"
            )
        else:
            made.append(_function(name, form, _is_second(form, forms)))
    return made


def _is_second(form: Signature, forms: tuple[Signature, ...]) -> bool:
    """Whether this is the form that gives the other form's value through its last parameter."""
    if form.returns != "bool" or not form.params or not _filled(form.params[-1]):
        return False
    last = form.params[-1].type
    return any(
        other is not form and other.returns == last and len(other.params) >= len(form.params) - 1 for other in forms
    )


def _filled(param: Param) -> bool:
    return (param.by_reference or param.is_array) and not param.const


def _declared(function: str, param: Param) -> str:
    kind = f"Array<{param.type}>" if param.is_array else param.type
    by_value = not (param.is_array or param.by_reference or param.type == "string")
    text = f"{kind} {param.name}" if by_value else f"{'' if _filled(param) else 'const '}{kind} &{param.name}"
    if param.optional and not _filled(param):
        text += f" = {_DEFAULTS.get((function, param.name), f'{kind}()')}"
    return text


def _function(name: str, form: Signature, second: bool) -> str:
    params = [_declared(name, param) for param in form.params]
    head, place = f"inline {form.returns} {name}(", "at"
    if form.variadic:
        place = 'Where{"-", 0}'
        if form.params[-1].type == "string":
            params[-1] = f"const inner::Placed &{form.params[-1].name}"
            place = f"{form.params[-1].name}.at"
        head = f"template <class... A> {form.returns} {name}("
        params.append("const A &...more")
    else:
        params.append("MQL_AT")
    body = [*_watched(name, form), f'inner::Call call("{name}", {place});']
    for param in form.params:
        if not _filled(param):
            placed = form.variadic and param is form.params[-1] and param.type == "string"
            body.append(f"inner::put(call, {param.name}{'.text' if placed else ''});")
    if form.variadic:
        body.append("(inner::put(call, more), ...);")
    return f"{head}{', '.join(params)}) {{ {' '.join([*body, *_answer(name, form, second, place)])} }}"


def _watched(name: str, form: Signature) -> list[str]:
    """What is looked at before the host is asked."""
    if form.kinds != KINDS and not form.variadic:
        refused = "" if form.returns == "void" else f" {form.returns}()"
        kinds = " ".join(sorted(form.kinds))
        return [f'if (!inner::allowed("{kinds}", "{name}", at)) return{refused};', *_watched_calls(name, form)]
    return _watched_calls(name, form)


def _watched_calls(name: str, form: Signature) -> list[str]:
    first = form.params[0].name if form.params else ""
    if name in _NAMED:
        return [f"inner::check_name({first}, at);"]
    if name in _TIMERS and _TIMERS[name] == "false":
        return ["inner::timer_set(false, at);"]
    if first == "indicator":
        refused = "-1" if form.returns == "int" else f"{form.returns}()"
        return [
            f'if (!inner::indicator_known(indicator, "{name}", at)) {{ inner::set_error(4807); return {refused}; }}'
        ]
    return []


def _answer(name: str, form: Signature, second: bool, place: str) -> list[str]:
    """Send, and make the result of what comes back."""
    filled = [param.name for param in form.params if _filled(param)]
    if second:
        return ["if (!call.send()) return false;", f"inner::take(call, {filled[-1]}); return true;"]
    if form.returns == "void":
        return ["call.send();"]
    failed = "call.send();"
    if form.returns == "int" and (name.startswith("Copy") or _is_indicator(name, form)):
        failed = "if (!call.send() && !call.more()) return -1;"
    lines = [failed, f"{form.returns} mql_result = inner::taken<{form.returns}>(call);"]
    lines += [f"inner::take(call, {filler});" for filler in filled]
    if _is_indicator(name, form):
        lines.append(f"inner::indicator_made(mql_result, {place});")
    if name == "IndicatorRelease":
        lines.append("if (mql_result) inner::indicator_released(indicator);")
    if _TIMERS.get(name) == "true":
        lines.append("if (mql_result) inner::timer_set(true, at);")
    return [*lines, "return mql_result;"]


def _is_indicator(name: str, form: Signature) -> bool:
    """Whether the result is an indicator's handle: `iMA(symbol, period, ...)` and its kin."""
    named = name[0] == "i" and name[1:2].isupper() and form.returns == "int" and name not in ("iBars", "iBarShift")
    return name == "IndicatorCreate" or (named and name not in ("iHighest", "iLowest"))
