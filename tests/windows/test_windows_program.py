"""The program that stands where terminal64.exe stands in a simulated terminal: one process with a terminal's window."""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

assert sys.platform == "win32", "the Windows lane runs on Windows"

import win32gui
import win32process

from mt5console.core.ports import ProcessRef
from mt5console.core.terminal.encoding import decode
from mt5console.platforms.windows.processes import WindowsProcessHost
from mt5console.simulation.installation import SimulatedTemplate
from tests.contract.process_worlds import WindowsWorld, eventually
from tests.contract.test_processes_contract import Ends

NOT_STARTED = 71


@pytest.fixture
def world() -> Iterator[WindowsWorld]:
    made = WindowsWorld(WindowsProcessHost())
    yield made
    made.clean()


class Simulated:
    """A simulated terminal's directory and the process started in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.program = root / "terminal64.exe"
        SimulatedTemplate().install(root)
        self.host = WindowsProcessHost()
        self.ends = Ends()
        self.refs: list[ProcessRef] = []

    def start(self) -> ProcessRef:
        ref = self.host.spawn(self.program, ("/portable",), self.root)
        self.refs.append(ref)
        self.host.watch(ref, self.ends)
        return ref

    def journal(self) -> str:
        return "".join(decode(path.read_bytes()) for path in sorted((self.root / "logs").glob("*.log")))

    def is_up(self) -> bool:
        return "automated trading is" in self.journal()

    def close(self) -> None:
        for ref in self.refs:
            self.host.kill(ref)
        self.host.close()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Simulated]:
    made = Simulated(tmp_path / "Jürgen Müller" / "user_1")
    yield made
    made.close()


def classes_of(pid: int) -> list[str]:
    """The classes of a process's visible top-level windows."""
    found: list[str] = []

    def note(window: int, _extra: None) -> bool:
        if win32process.GetWindowThreadProcessId(window)[1] == pid and win32gui.IsWindowVisible(window):
            found.append(win32gui.GetClassName(window) or "")
        return True

    win32gui.EnumWindows(note, None)
    return found


def test_it_lives_as_a_terminal_does(terminal: Simulated) -> None:
    """One start for the whole life: its window, its button twice, its close with everything saved."""
    ref = terminal.start()
    eventually(terminal.is_up, "the terminal to be up")
    assert [name for name in classes_of(ref.pid) if name.startswith("Meta")] == ["MetaQuotes::MetaTrader::5.00"]
    assert psutil.Process(ref.pid).children(recursive=True) == []
    assert terminal.host.find_under(terminal.root) == (ref,)

    for presses, word in ((2, "enabled"), (3, "disabled")):
        assert terminal.host.press_algo_button(ref)
        lines = f"automated trading is {word}"
        eventually(
            lambda wanted=presses: terminal.journal().count("automated trading is") == wanted,  # type: ignore[misc]
            "the button's line in the journal",
        )
        assert lines in terminal.journal().splitlines()[-1]

    assert terminal.host.request_close(ref)
    assert terminal.ends.wait() == (ref, 0)
    assert "shutdown with 0" in terminal.journal().splitlines()[-1]
    assert not (terminal.root / "simulation-defect.txt").exists()
    assert not (terminal.root / "terminal64.exe.failed.txt").exists()


def test_a_killed_one_leaves_no_process_and_says_no_farewell(terminal: Simulated) -> None:
    ref = terminal.start()
    eventually(terminal.is_up, "the terminal to be up")
    assert terminal.host.kill(ref)
    told, code = terminal.ends.wait()
    assert told == ref
    assert code not in (None, 0)
    assert terminal.host.find_under(terminal.root.parent) == ()
    assert "shutdown" not in terminal.journal()


def test_asked_to_close_while_it_is_still_starting_it_closes(terminal: Simulated) -> None:
    ref = terminal.start()
    eventually(lambda: terminal.host.request_close(ref), "a window to ask")
    assert terminal.ends.wait() == (ref, 0)


def test_a_second_one_over_the_same_directory_ends_at_once(terminal: Simulated) -> None:
    first = terminal.start()
    eventually(terminal.is_up, "the terminal to be up")
    ends, second = Ends(), terminal.host.spawn(terminal.program, ("/portable",), terminal.root)
    terminal.host.watch(second, ends)
    assert ends.wait() == (second, 0)
    assert terminal.host.find(terminal.program) == (first,)
    assert "terminal process already started" in terminal.journal()


@pytest.mark.parametrize(
    ("launch", "said"),
    [
        (None, "the launch file beside this program is missing or incomplete"),
        ("", "the launch file beside this program is missing or incomplete"),
        ("C:\\py\\python311.dll\n", "the launch file beside this program is missing or incomplete"),
        ("C:\\py\\python311.dll\n\n", "the launch file beside this program is missing or incomplete"),
        ("C:\\nowhere\\python311.dll\nC:\\py\n", "Python's library could not be loaded"),
        ("kernel32.dll\nC:\\py\n", "Python's library lacks a function"),
    ],
    ids=["missing", "empty", "torn", "torn after its line", "no library there", "another library"],
)
def test_without_a_whole_launch_file_it_says_so_and_ends(
    world: WindowsWorld, tmp_path: Path, launch: str | None, said: str
) -> None:
    program = world.program(tmp_path / "密码" / "terminal64.exe")
    beside = program.with_suffix(".launch")
    beside.unlink()
    if launch is not None:
        beside.write_text(launch, encoding="utf-8")
    ends = Ends()
    ref = world.host.spawn(program, ("/portable",), program.parent)
    world.host.watch(ref, ends)
    assert ends.wait() == (ref, NOT_STARTED)
    failed = program.with_name("terminal64.exe.failed.txt")
    assert failed.read_text(encoding="utf-8").startswith(said)
