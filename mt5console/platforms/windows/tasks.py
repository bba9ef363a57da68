"""Tasks at logon through Windows' own `schtasks`: registered from a definition, asked for, removed.

Must not know: what a task starts.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import win32api
import win32con
import win32security

from mt5console.core.errors import ConsoleError
from mt5console.platforms.autostart import STEM, StartEntry, StartPlan
from mt5console.platforms.task_definition import base_of, is_enabled, says_the_same, task_xml
from mt5console.platforms.windows.elevation import elevated

FOLDER = f"\\{STEM}\\"
DEADLINE_S = 60.0


def register(name: str, plan: StartPlan) -> str:
    """Register the task, replacing one of its name; gives its full name. Raises `ConsoleError` (`no_task`)."""
    with tempfile.TemporaryDirectory(prefix=STEM) as directory:
        definition = Path(directory) / "task.xml"
        definition.write_bytes(_wanted(plan).encode("utf-16"))
        done = _schtasks("/create", "/tn", FOLDER + name, "/xml", str(definition), "/f")
    if done.returncode != 0:
        text = f"the Task Scheduler did not take the task ({_words(done)})"
        raise ConsoleError("no_task", f"{text}: see that its service runs, or ask an administrator")
    return FOLDER + name


def unregister(name: str) -> bool:
    """Remove the task; False when there was none. Raises `ConsoleError` (`no_task`) when it stays."""
    if _definition(FOLDER + name) is None:
        return False
    done = _schtasks("/delete", "/tn", FOLDER + name, "/f")
    if done.returncode != 0:
        raise ConsoleError("no_task", f"the Task Scheduler did not remove {FOLDER + name} ({_words(done)}): try again")
    return True


def registered(name: str, plan: StartPlan) -> tuple[StartEntry | None, tuple[str, ...]]:
    """The named task, and the base directories of the others in our folder."""
    own, others = None, []
    for full in {FOLDER + name, *_ours()}:
        xml = _definition(full)
        base = None if xml is None else base_of(xml)
        if xml is None or base is None:
            continue
        if full == FOLDER + name:
            current = says_the_same(xml, _wanted(plan))
            own = StartEntry(place=full, base=base, enabled=is_enabled(xml), current=current)
        else:
            others.append(base)
    return own, tuple(sorted(others))


def _wanted(plan: StartPlan) -> str:
    return task_xml(plan, own_sid(), bool(elevated(None)))


def own_sid() -> str:
    """The security identifier of the account that runs this."""
    process: Any = win32api.GetCurrentProcess()
    token: Any = win32security.OpenProcessToken(process, win32con.TOKEN_QUERY)
    found: Any = win32security.GetTokenInformation(token, win32security.TokenUser)
    return str(win32security.ConvertSidToStringSid(found[0]))


def _ours() -> list[str]:
    """Full names of all tasks in our folder. The table's words are in the system's language, its names are not."""
    done = _schtasks("/query", "/fo", "csv", "/nh")
    rows = csv.reader(io.StringIO(_text(done.stdout)))
    return [row[0] for row in rows if row and row[0].startswith(FOLDER)]


def _definition(full: str) -> str | None:
    done = _schtasks("/query", "/tn", full, "/xml")
    return _text(done.stdout) if done.returncode == 0 and done.stdout else None


def _schtasks(*words: str) -> subprocess.CompletedProcess[bytes]:
    program = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "schtasks.exe"
    try:
        return subprocess.run(
            [str(program), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE_S,
            check=False,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        kind = type(error).__name__
        raise ConsoleError(
            "no_task", f"the Task Scheduler's {program.name} could not be run ({kind}); try again"
        ) from None


def _text(data: bytes) -> str:
    """What schtasks writes: UTF-16 with a mark on some systems, the console's code page on others."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("oem", "replace")


def _words(done: subprocess.CompletedProcess[bytes]) -> str:
    said = " ".join(_text(done.stderr or done.stdout).split())
    return said or f"exit code {done.returncode}"
