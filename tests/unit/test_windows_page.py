"""docs/windows.md lists every test that Wine cannot do, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "windows.md"
MARK = "needs_real_windows"


def marked() -> Iterator[tuple[str, str]]:
    """File and name of every test that carries the mark."""
    for path in [*sorted(TESTS.rglob("test_*.py"))]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(MARK in ast.dump(one) for one in node.decorator_list):
                yield path.name, node.name


def test_the_list_is_complete_and_true() -> None:
    listed = re.findall(r"^\| `(\w+\.py)`: `(test_\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(listed) >= 5
    assert sorted(listed) == sorted(marked())
