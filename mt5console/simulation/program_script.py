"""Executable scripts that stand where MetaTrader's programs stand: each runs one function of this package.

They run Python isolated and without site packages, so that they start fast and import nothing but the standard
library and this package. Must not know: what the programs do.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from mt5console.simulation.resources import PACKAGE

_SHEBANG_LIMIT = 120


def script_text(module: str) -> str:
    """The script that calls `module.main([path of the script, *arguments])` and ends with what it returns."""
    return f"""{_head(sys.executable)}import sys

sys.path.insert(0, {str(PACKAGE.parent)!r})
from {module} import main

sys.exit(main([__file__, *sys.argv[1:]]))
"""


def write_script(path: Path, module: str) -> None:
    """Write an executable script, replacing what is there at once. Raises OSError."""
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(script_text(module), encoding="utf-8")
    beside.chmod(0o755)
    os.replace(beside, path)


def _head(interpreter: str) -> str:
    """A shebang takes one argument, no blanks and little room; otherwise the shell starts the interpreter."""
    if len(interpreter) <= _SHEBANG_LIMIT and not any(mark.isspace() for mark in interpreter):
        return f"#!{interpreter} -IS\n"
    return f"#!/bin/sh\n''':'\nexec {shlex.quote(interpreter)} -I -S \"$0\" \"$@\"\n'''\n"
