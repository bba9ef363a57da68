"""How this program starts Python again: for its own commands, for a module, for a script that runs isolated.

From a source tree or a wheel there is an interpreter for that. A frozen program has none: it is its own interpreter,
and a hidden first word tells it so. Nobody else asks for `sys.executable`. Must not know: what is started, or why.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

RUN_WORD = "__run__"
"""The first word after which come a script, or `-m` and a module, and its arguments, instead of a command."""

_ISOLATED = "-IS"
"""Without the user's packages and environment: what is started imports the standard library and what it is told."""


def is_frozen() -> bool:
    """Whether this program was frozen: its executable is the program itself, not an interpreter."""
    return bool(getattr(sys, "frozen", False))


def program_directory() -> Path:
    """Where the console's own processes run: the frozen program's folder, else the package's parent.

    Also from a checkout that is not installed, `-m` finds the package there.
    """
    return Path(sys.executable).parent if is_frozen() else Path(__file__).resolve().parents[1]


def console_command(*words: str) -> list[str]:
    """The command line that runs the console with these words, as `mt5console …` would."""
    return [sys.executable, *words] if is_frozen() else [sys.executable, "-m", "mt5console", *words]


def module_command(module: str, *words: str) -> list[str]:
    """The command line that runs a module, as `python -m module …` would."""
    return [sys.executable, RUN_WORD, "-m", module, *words] if is_frozen() else [sys.executable, "-m", module, *words]


def isolated_command(script: str, *words: str) -> list[str]:
    """The command line that runs a script without site or environment.

    On Windows a venv's own python.exe is but a launcher: this is the interpreter itself.
    """
    if is_frozen():
        return [sys.executable, RUN_WORD, script, *words]
    return [getattr(sys, "_base_executable", None) or sys.executable, _ISOLATED, script, *words]


def script_interpreter() -> tuple[str, str]:
    """What an executable script names in its first line to run isolated: the program and its one option."""
    return sys.executable, RUN_WORD if is_frozen() else _ISOLATED


def run(words: Sequence[str]) -> None:
    """Do what came after the hidden word, in this process: it ends as the script or module ends.

    The program's first line of duty: nothing else has been done before. Raises SystemExit without a script or module.
    """
    as_module = list(words[:1]) == ["-m"]
    what, rest = (words[1:2], words[2:]) if as_module else (words[:1], words[1:])
    if not what:
        raise SystemExit(f"{RUN_WORD} needs a script, or -m and a module")
    sys.argv = [what[0], *rest]
    if as_module:
        runpy.run_module(what[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(what[0], run_name="__main__")
