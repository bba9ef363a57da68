"""Executable scripts that stand where MetaTrader's programs stand: each runs one function of this package.

They run Python isolated and without site packages, so that they start fast and import nothing but the standard
library and this package. On Windows a small program of that name runs Python inside itself: a terminal is one process
with a window there, too. Must not know: what the programs do.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from mt5console.interpreter import is_frozen, script_interpreter
from mt5console.simulation.resources import PACKAGE

_SHEBANG_LIMIT = 120


def script_text(module: str) -> str:
    """The script that calls `module.main([path of the program, *arguments])` and ends with what it returns."""
    return f"""{_head(*script_interpreter())}import sys

sys.path[:0] = {_import_path()!r}
from {module} import main

sys.exit(main([__file__.removesuffix(".py"), *sys.argv[1:]]))
"""


def _import_path() -> list[str]:
    """Where this package is; of a frozen program, also where it keeps the standard library's compiled modules."""
    return [str(PACKAGE.parent), *(sys.path if is_frozen() else ())]


def write_script(path: Path, module: str) -> None:
    """Write an executable program that runs `module.main`, replacing what is there at once; on Windows `path` ends
    with `.exe`. Raises OSError."""
    write_program(path, script_text(module))


def write_program(path: Path, text: str) -> None:
    """Write an executable program from a Python script's text. Raises OSError."""
    if sys.platform == "win32":
        # The ready-made program, what it is to run, and where its Python is.
        _replace(path.with_name(path.name + ".py"), text)
        _replace(path.with_suffix(".launch"), f"{_python_library()}\n{sys.base_prefix}\n")
        beside = path.with_name(path.name + ".tmp")
        shutil.copyfile(resource_root("resources") / "simulation" / "program.exe", beside)
        os.replace(beside, path)
    else:
        _replace(path, text)


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(text, encoding="utf-8")
    beside.chmod(0o755)
    os.replace(beside, path)


if sys.platform == "win32":
    import ctypes
    import shutil
    from ctypes import wintypes

    from mt5console.simulation.resources import resource_root

    def _python_library() -> str:
        """The full path of this Python's own library."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.GetModuleFileNameW.argtypes = [wintypes.HMODULE, wintypes.LPWSTR, wintypes.DWORD]
        text = ctypes.create_unicode_buffer(32768)
        if not kernel.GetModuleFileNameW(sys.dllhandle, text, len(text)):
            raise ctypes.WinError(ctypes.get_last_error())
        return text.value


def _head(interpreter: str, option: str) -> str:
    """A shebang takes one argument, no blanks and little room; otherwise the shell starts the interpreter."""
    if len(interpreter) <= _SHEBANG_LIMIT and not any(mark.isspace() for mark in interpreter):
        return f"#!{interpreter} {option}\n"
    return f"#!/bin/sh\n''':'\nexec {shlex.quote(interpreter)} {option} \"$0\" \"$@\"\n'''\n"
