"""Names that a program writes down: paths that leave the sandbox, and global variables with names too long.

It must not open files; it reads what is known of a text before the program runs.
"""

from __future__ import annotations

import re
from typing import Final

from tools.mql5check.builtins import FUNCTIONS
from tools.mql5check.constants import text_of
from tools.mql5check.flow_program import PASSES, Facts, Routine
from tools.mql5check.flow_scopes import Report
from tools.mql5check.flow_tree import callee, plain
from tools.mql5check.syntax import Assign, Binary, Call, Declarator, Expression, Literal, Name

LONGEST_GLOBAL: Final = 63
UNKNOWN: Final = "\0"
"""Stands for the part of a text that is not known before the program runs."""

PATHS: Final[dict[str, tuple[int, ...]]] = {
    "FileOpen": (0,),
    "FileFindFirst": (0,),
    "FileIsExist": (0,),
    "FileCopy": (0, 2),
    "FileMove": (0, 2),
    "FileDelete": (0,),
    "FileLoad": (0,),
    "FileSave": (0,),
    "FileGetInteger": (0,),
    "FolderCreate": (0,),
    "FolderDelete": (0,),
    "FolderClean": (0,),
    "ChartScreenShot": (1,),
    "ChartApplyTemplate": (1,),
    "ChartSaveTemplate": (1,),
}
TEMPLATES: Final = frozenset({"ChartApplyTemplate", "ChartSaveTemplate"})
"""Their paths may begin with a backslash: it stands for the folder MQL5."""

GLOBALS: Final = frozenset(
    name for name, forms in FUNCTIONS.items() if name.startswith("GlobalVariable") and forms[0].params[:1]
) - {"GlobalVariableName", "GlobalVariablesDeleteAll"}

_DEVICES: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
)
_PARTS: Final = re.compile(r"[\\/]")


Named = dict[tuple[str, int], str]
"""A function and the place of an argument that is a name, and the built-in function that gets it in the end."""


def named(facts: Facts) -> Named:
    """Which arguments are names of files or global variables: of built-ins, and of functions that hand them on."""
    found: Named = {(name, at): name for name, places in PATHS.items() for at in places}
    found.update({(name, 0): name for name in GLOBALS})
    found = {place: name for place, name in found.items() if name not in facts.by_name}
    for _ in range(PASSES):
        known = len(found)
        for routine in facts.routines:
            _handed_on(routine, found)
        if len(found) == known:
            break
    return found


def _handed_on(routine: Routine, found: Named) -> None:
    places = {parameter.name: at for at, parameter in enumerate(routine.function.parameters)}
    for node in routine.calls if places else ():
        for at, argument in enumerate(node.arguments):
            name = found.get((callee(node), at))
            argument = plain(argument)
            if name is not None and isinstance(argument, Name) and argument.name in places:
                found.setdefault((routine.name, places[argument.name]), name)


def check_names(facts: Facts, routine: Routine, names: Named, report: Report) -> None:
    """Report every path and every global's name of a function that cannot be right, whatever the program does."""
    steady: dict[str, Expression] | None = None
    for node in routine.calls:
        called = callee(node)
        for at, argument in enumerate(node.arguments):
            name = names.get((called, at))
            if name is None:
                continue
            steady = _steady(routine) if steady is None else steady
            wrong = _wrong(name, known_text(facts, steady, argument))
            if wrong:
                report(routine.path, argument.line, argument.column, wrong)


def _wrong(name: str, text: str) -> str:
    """What is wrong with a name that a built-in function gets, "" when nothing is."""
    if name in GLOBALS:
        known = text.replace(UNKNOWN, "")
        if len(known) <= LONGEST_GLOBAL:
            return ""
        return f"the name of a global variable has {LONGEST_GLOBAL} characters at most, this one {len(known)}"
    return wrong_path(text, wildcards=name == "FileFindFirst", rooted=name in TEMPLATES)


def wrong_path(text: str, wildcards: bool = False, rooted: bool = False) -> str:
    """Why a path cannot lie in the sandbox, "" when nothing speaks against it; UNKNOWN stands for unknown parts."""
    parts = _PARTS.split(text)
    if ".." in parts:
        return 'this path leaves the sandbox: no ".." in paths of files'
    if ":" in text:
        return "this path leaves the sandbox: no drive and no colon in paths of files"
    if text[:1] in {"\\", "/"} and not rooted:
        return "this path leaves the sandbox: it begins with a slash; paths begin below MQL5\\Files"
    if "/" in text and "\\" in text:
        return "this path mixes / and \\: write \\\\ everywhere"
    forbidden = next((letter for letter in '<>"|?*' if letter in text and not (wildcards and letter in "?*")), "")
    if forbidden:
        return f"Windows allows no {forbidden} in the name of a file"
    device = next((part for part in parts if part.split(".")[0].upper() in _DEVICES), "")
    return f"{device} is a device of Windows, no file" if device else ""


def known_text(facts: Facts, steady: dict[str, Expression], expression: Expression, depth: int = 12) -> str:
    """What is known of a text: its literals, joined, with UNKNOWN for the rest."""
    expression = plain(expression)
    if depth == 0:
        return UNKNOWN
    if isinstance(expression, Literal) and expression.kind == "string":
        return text_of(expression)
    if isinstance(expression, Binary) and expression.operator == "+":
        left = known_text(facts, steady, expression.left, depth - 1)
        return left + known_text(facts, steady, expression.right, depth - 1)
    if isinstance(expression, Name):
        given = steady.get(expression.name)
        if given is None:
            place = facts.variables.get(expression.name)
            given = facts.defines.get(expression.name)
            if given is None and place is not None and place.const:
                given = place.declarator.initial
        if given is not None:
            return known_text(facts, steady, given, depth - 1)
    return UNKNOWN


def _steady(routine: Routine) -> dict[str, Expression]:
    """Local variables that are set once, where they are declared, and never handed to anybody who could change them."""
    found: dict[str, Expression] = {}
    spoilt: set[str] = set()
    for node in routine.nodes:
        if isinstance(node, Declarator):
            if node.name in found or node.initial is None:
                spoilt.add(node.name)
            else:
                found[node.name] = node.initial
        elif isinstance(node, Assign) and isinstance(node.target, Name):
            spoilt.add(node.target.name)
        elif isinstance(node, Call):
            spoilt |= _changeable(node)
    return {name: value for name, value in found.items() if name not in spoilt}


def _changeable(call: Call) -> set[str]:
    forms = FUNCTIONS.get(callee(call), ())
    changed = set()
    for at, argument in enumerate(call.arguments):
        argument = plain(argument)
        read_only = forms and all(at >= len(form.params) or not form.params[at].by_reference for form in forms)
        if isinstance(argument, Name) and not read_only:
            changed.add(argument.name)
    return changed
