"""Which inputs an MQL5 source declares itself; those of the files it includes are not looked for.

Must not know: files, or which values anybody wants.
"""

from __future__ import annotations

import re

_NO_CODE = re.compile(r"""//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_GROUP = re.compile(r"\binput\s+group\b[^\n;]*;?")
_END = re.compile(r"[;{}]")
_DECLARATION = re.compile(r"\s*(?:sinput|input)\s+(\w+)\s+(.*)", re.DOTALL)
_NAME = re.compile(r"\s*(\w+)\s*(?:=|$)")


def declared_inputs(source: str) -> dict[str, str]:
    """Names of the `input` and `sinput` variables with their types, in the order of the source."""
    code = _NO_CODE.sub(lambda found: '""' if found.group().startswith('"') else " ", source)
    code = _GROUP.sub("\n", _DIRECTIVE.sub("", code))
    found: dict[str, str] = {}
    for statement in _END.split(code)[:-1]:
        declaration = _DECLARATION.match(statement)
        if declaration is None:
            continue
        for part in _parts(declaration.group(2)):
            name = _NAME.match(part)
            if name is not None:
                found[name.group(1)] = declaration.group(1)
    return found


def _parts(variables: str) -> list[str]:
    """The variables of one declaration, divided at commas that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(variables):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(variables[start:place])
            start = place + 1
    return [*parts, variables[start:]]
