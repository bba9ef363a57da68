"""Whether terminals can work from here: an interactive session with a desktop, or not."""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

assert sys.platform == "win32", "the Windows lane runs on Windows"

from mt5console.platforms.sessions import describe_session
from mt5console.platforms.windows.desktop import interactive_session
from tests.contract.process_worlds import eventually

ROOT = Path(__file__).resolve().parents[2]

_IN_A_STATION_OF_ITS_OWN = """
import win32con, win32service
station = win32service.CreateWindowStation("nobodys-desktop", 0, win32con.GENERIC_ALL, None)
station.SetProcessWindowStation()
from mt5console.platforms.sessions import describe_session
seen = describe_session()
print(seen.interactive, seen.text)
"""

_SHUTDOWN_LEVEL = """
import ctypes
from mt5console.platforms.sessions import end_before_terminals
def level():
    found, flags = ctypes.c_uint(), ctypes.c_uint()
    assert ctypes.windll.kernel32.GetProcessShutdownParameters(ctypes.byref(found), ctypes.byref(flags))
    return hex(found.value)
before = level()
end_before_terminals()
print(before, level())
"""


def test_a_person_is_logged_on_here() -> None:
    number, interactive = interactive_session()
    assert number > 0
    assert interactive
    seen = describe_session()
    assert seen.interactive
    assert seen.text == f"interactive session {number}"


def test_a_program_whose_windows_nobody_can_see_is_told_what_to_do() -> None:
    """As a service or a task that runs whether somebody is logged on or not has it: a window station of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _IN_A_STATION_OF_ITS_OWN],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith("False session "), done.stderr
    assert "do not run as a service" in done.stdout


def test_an_engine_is_ended_before_the_terminals_of_its_session() -> None:
    """Read back by the system's own word; programs that say nothing have 0x280."""
    done = subprocess.run(
        [sys.executable, "-c", _SHUTDOWN_LEVEL],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["0x280", "0x3ff"], done.stderr


@pytest.mark.needs_real_windows("Wine has one session only, and no task that runs in session 0")
def test_a_task_of_the_systems_own_sees_that_its_session_has_no_desktop(tmp_path: Path) -> None:
    script, told, name = tmp_path / "look.py", tmp_path / "told", "mt5console-session-test"
    script.write_text(
        f"import pathlib, sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from mt5console.platforms.sessions import describe_session\n"
        f"pathlib.Path({str(told)!r}).write_text(describe_session().text)\n",
        encoding="utf-8",
    )
    task = ["/ru", "SYSTEM", "/sc", "once", "/st", "00:00", "/tr", f'"{sys.executable}" "{script}"']
    subprocess.run(["schtasks", "/create", "/f", "/tn", name, *task], check=True, timeout=60)
    try:
        subprocess.run(["schtasks", "/run", "/tn", name], check=True, timeout=60)
        eventually(lambda: told.exists() and told.read_text() != "", "the task to tell")
        assert told.read_text().startswith("session 0 has no desktop")
    finally:
        subprocess.run(["schtasks", "/delete", "/f", "/tn", name], check=True, timeout=60)
