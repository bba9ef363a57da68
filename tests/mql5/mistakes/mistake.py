"""One planted mistake: a small program with it, the same program put right, and where the checker must tell it."""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """What is wrong, told by `fragment` in the message at `line` of `wrong`; `right` is accepted."""

    name: str
    wrong: str
    right: str
    line: int
    fragment: str


def inside(name: str, wrong: str, right: str, fragment: str, line: int = 1) -> Mistake:
    """A mistake among statements; `line` counts within the statements."""
    return Mistake(name, _script(wrong), _script(right), line + 2, fragment)


def outside(name: str, wrong: str, right: str, fragment: str, line: int = 1) -> Mistake:
    """A mistake among declarations; `line` counts within them."""
    return Mistake(name, f"{wrong}\n{_script('')}", f"{right}\n{_script('')}", line, fragment)


def whole(name: str, wrong: str, right: str, fragment: str, line: int = 1) -> Mistake:
    """A mistake of a whole program, given as it stands."""
    return Mistake(name, wrong, right, line, fragment)


def _script(statements: str) -> str:
    return f"void OnStart()\n  {{\n{statements}\n  }}\n"
