"""The engine at logon: which program the entry starts, and what is told about it.

Must not know: how an entry is written, or what the engine does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mt5console.bases import base_root, find_base, is_simulated
from mt5console.interpreter import console_command, is_frozen, program_directory
from mt5console.platforms import autostart
from mt5console.platforms.autostart import StartPlan


def install(base_dir: Path | None, simulate: bool | None) -> dict[str, Any]:
    """Start the engine of this base directory at every logon of this account; made when it is not there.

    Gives what `status` gives. Raises `ConsoleError`. Doing it again brings an older entry up to date.
    """
    base = find_base(base_dir, simulate, create=True)
    autostart.install(_plan(base.layout.root, base.simulated))
    return status(base_dir, simulate)


def remove(base_dir: Path | None, simulate: bool | None) -> dict[str, Any]:
    """Take the entry away: `{"removed": …}` beside what `status` gives. Raises `ConsoleError`."""
    removed = autostart.remove(base_root(base_dir))
    return {"removed": removed, **status(base_dir, simulate)}


def status(base_dir: Path | None, simulate: bool | None) -> dict[str, Any]:
    """`installed`, `enabled`, `current` (says what an install would say now), `place` and `base_dir` of this base
    directory's entry, `others`: the base directories of this account's other entries. Raises `ConsoleError`."""
    root = base_root(base_dir)
    entry, others = autostart.look(_plan(root, is_simulated(simulate)))
    return {
        "base_dir": str(root) if entry is None else entry.base,
        "installed": entry is not None,
        "enabled": entry is not None and entry.enabled,
        "current": entry is not None and entry.current,
        "place": None if entry is None else entry.place,
        "others": list(others),
    }


def _plan(root: Path, simulated: bool) -> StartPlan:
    words = ["--simulate"] if simulated else []
    program, *rest = console_command(*words, "--base-dir", str(root), "watchdog", "run")
    silent = program if is_frozen() else _without_a_window(program)
    return StartPlan(base=root, command=(silent, *rest), directory=program_directory())


def _without_a_window(interpreter: str) -> str:
    """On Windows the interpreter's twin without a console window, which somebody would close; else the interpreter."""
    silent = Path(interpreter).with_name("pythonw.exe")
    return str(silent) if sys.platform == "win32" and silent.exists() else interpreter
