"""Terminals as Windows processes: the right one is asked to close by its window, told apart, watched and ended.

The contract that every system shares is tests/contract/test_processes_contract.py; here is what only Windows has.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

assert sys.platform == "win32", "the Windows lane runs on Windows"

from mt5console.core.errors import ConsoleError
from mt5console.core.ports import ProcessRef
from mt5console.platforms.windows import processes
from mt5console.platforms.windows.processes import WindowsProcessHost
from tests.contract import process_worlds
from tests.contract.process_worlds import WindowsWorld, eventually
from tests.contract.test_processes_contract import Ends
from tests.windows.test_windows_files import SOON_S, TO_ITSELF, held

ROOT = Path(__file__).resolve().parents[2]
OWNER = Path(__file__).with_name("window_owner.py")

_SPAWNER = """
import sys
from pathlib import Path
from mt5console.platforms import process_host
held = None
if len(sys.argv) > 2:
    held = open(sys.argv[2], "wb")
    import os
    os.set_inheritable(held.fileno(), True)
program = Path(sys.argv[1])
print(process_host().spawn(program, ("/portable",), program.parent).pid, flush=True)
if held is None:
    sys.stdin.read()
"""

_CONSOLE_LOOK = """
import ctypes, os, sys
attached = ctypes.windll.kernel32.GetConsoleProcessList((ctypes.c_uint * 4)(), 4)
text = f"{attached} {sys.stdin} {sys.stdout} {sys.stderr}"
with open(sys.argv[1] + ".new", "w") as told:
    told.write(text)
os.replace(sys.argv[1] + ".new", sys.argv[1])
"""


@pytest.fixture
def world() -> Iterator[WindowsWorld]:
    made = WindowsWorld(WindowsProcessHost())
    yield made
    made.clean()


class Owner:
    """A process whose windows note what they hear."""

    def __init__(self, notes: Path, *words: str) -> None:
        self.notes = notes
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            [sys.executable, str(OWNER), str(notes), *words], stdin=quiet, stdout=quiet, stderr=quiet
        )
        eventually(lambda: "up" in self.heard(), "the windows to be up")

    def heard(self) -> list[str]:
        return self.notes.read_text("utf-8").splitlines() if self.notes.exists() else []

    def ref(self, host: WindowsProcessHost) -> ProcessRef:
        return next(ref for ref in host.find(Path(sys.executable)) if ref.pid == self.process.pid)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Callable[..., Owner]]:
    made: list[Owner] = []

    def make(*words: str) -> Owner:
        made.append(Owner(tmp_path / f"notes {len(made)}", *words))
        return made[-1]

    yield make
    for one in made:
        one.process.kill()
        one.process.wait(process_worlds.PATIENCE_S)


def test_of_two_terminals_only_the_one_that_is_asked_closes(world: WindowsWorld, tmp_path: Path) -> None:
    ends = Ends()
    asked = world.spawn(world.program(tmp_path / "user_1" / "terminal64.exe"))
    other = world.spawn(world.program(tmp_path / "user_10" / "terminal64.exe"))
    world.host.watch(asked, ends)
    assert world.host.request_close(asked)
    assert ends.wait() == (asked, 0)
    # Messages are heard in their order: had it been asked to close, it would not get as far as the button.
    assert world.host.press_algo_button(other)
    eventually(lambda: world.pressed(other) == 1, "the other terminal to be there still, and to hear")
    assert world.host.is_alive(other)


def test_a_dialog_is_closed_before_the_window_that_it_belongs_to(
    world: WindowsWorld, owner: Callable[..., Owner]
) -> None:
    program = owner("dialog")
    assert world.host.request_close(program.ref(_windows(world)))
    assert program.process.wait(process_worlds.PATIENCE_S) == 0
    assert program.heard() == ["up", "dialog", "main"]


@pytest.mark.parametrize("words", [("undocked",), ("undocked", "hidden"), ("undocked", "dialog")])
def test_charts_in_windows_of_their_own_are_not_closed_before_their_terminal(
    world: WindowsWorld, owner: Callable[..., Owner], words: tuple[str, ...]
) -> None:
    """A chart that is closed by its window takes its robot along, and the profile is saved without both."""
    program = owner(*words)
    assert world.host.request_close(program.ref(_windows(world)))
    assert program.process.wait(process_worlds.PATIENCE_S) == 0
    assert program.heard() == ["up", *(["dialog"] if "dialog" in words else []), "main"]


def test_another_program_is_asked_by_the_windows_that_belong_to_no_other(
    world: WindowsWorld, owner: Callable[..., Owner]
) -> None:
    """Also a terminal whose main window would have another class than all that were seen."""
    program = owner("other", "undocked")
    assert world.host.request_close(program.ref(_windows(world)))
    assert program.process.wait(process_worlds.PATIENCE_S) == 0
    assert program.heard().count("a chart") <= 1
    assert "main" in program.heard()


def test_another_program_with_an_open_dialog_is_asked_in_the_same_order(
    world: WindowsWorld, owner: Callable[..., Owner]
) -> None:
    program = owner("other", "dialog")
    assert world.host.request_close(program.ref(_windows(world)))
    assert program.process.wait(process_worlds.PATIENCE_S) == 0
    assert program.heard() == ["up", "dialog", "main"]


def test_a_terminal_hidden_in_the_tray_is_closed_by_its_hidden_window(
    world: WindowsWorld, owner: Callable[..., Owner]
) -> None:
    program = owner("hidden")
    assert world.host.request_close(program.ref(_windows(world)))
    assert program.process.wait(process_worlds.PATIENCE_S) == 0
    assert program.heard() == ["up", "main"]


def test_a_program_without_any_window_cannot_be_asked(world: WindowsWorld, tmp_path: Path) -> None:
    ref = world.spawn(world.program(tmp_path / "user_1" / "metaeditor64.exe"))
    assert not world.host.request_close(ref)
    assert world.host.is_alive(ref)


def test_the_algo_button_of_the_right_terminal_is_pressed_once(world: WindowsWorld, tmp_path: Path) -> None:
    ref = world.spawn(world.program(tmp_path / "user_1" / "terminal64.exe"))
    other = world.spawn(world.program(tmp_path / "user_2" / "terminal64.exe"))
    assert world.host.press_algo_button(ref)
    eventually(lambda: world.pressed(ref) == 1, "the button to be heard")
    assert world.pressed(other) == 0
    assert world.host.press_algo_button(ref)
    eventually(lambda: world.pressed(ref) == 2, "the button to be heard again")
    assert world.host.is_alive(ref)


def test_the_algo_buttons_command_is_the_one_of_metatrader_5(world: WindowsWorld, owner: Callable[..., Owner]) -> None:
    program = owner()
    assert world.host.press_algo_button(program.ref(_windows(world)))
    eventually(lambda: program.heard() == ["up", "command 32851"], "the command")


def test_a_terminal_is_adopted_by_a_host_that_did_not_start_it(world: WindowsWorld, tmp_path: Path) -> None:
    program = world.program(tmp_path / "user_1" / "terminal64.exe")
    ref = world.spawn(program)
    later, ends = WindowsProcessHost(), Ends()
    try:
        assert later.find(program) == (ref,)
        assert later.is_alive(ref)
        later.watch(ref, ends)
        assert later.request_close(ref)
        assert ends.wait()[0] == ref
        assert later.find(program) == ()
    finally:
        later.close()


def test_a_program_is_found_however_its_path_is_spelt(world: WindowsWorld, tmp_path: Path) -> None:
    program = world.program(tmp_path / "User_1" / "terminal64.exe")
    ref = world.spawn(program)
    for spelling in (Path(str(program).upper()), tmp_path / "User_1" / ".." / "user_1" / "TERMINAL64.EXE"):
        assert [found.pid for found in world.host.find(spelling)] == [ref.pid], spelling


@pytest.mark.parametrize("name", ["Jürgen Müller", "密码 用户", "a b  c", "100% (x86) & co ^"])
def test_a_terminal_lives_in_a_directory_with_blanks_and_letters_of_any_script(
    world: WindowsWorld, tmp_path: Path, name: str
) -> None:
    program = world.program(tmp_path / name / "user_1" / "terminal64.exe")
    ref = world.spawn(program)
    assert world.host.find(program) == world.host.find_under(tmp_path / name) == (ref,)
    assert Path(ref.executable) == program
    ends = Ends()
    world.host.watch(ref, ends)
    assert world.host.request_close(ref)
    assert ends.wait() == (ref, 0)


def test_arguments_arrive_as_they_were_given(world: WindowsWorld, tmp_path: Path) -> None:
    told = tmp_path / "told"
    given = ["/portable", r"/config:C:\Users\Jürgen Müller\start.ini", 'a "quoted" word', "", "密码", "ends with \\"]
    code = f"import os, sys; open({str(told)!r}, 'w', encoding='utf-8').write(ascii(sys.argv[1:])); os._exit(0)"
    ref = world.host.spawn(Path(sys.executable), ("-c", code, *given), tmp_path)
    eventually(lambda: not world.host.is_alive(ref), "the program to end")
    assert told.read_text("utf-8") == ascii(given)


@pytest.mark.parametrize("code", [0, 1, 71, 0xC0000005])
def test_any_exit_code_is_told(world: WindowsWorld, tmp_path: Path, code: int) -> None:
    ends = Ends()
    end = f"import ctypes; ctypes.windll.kernel32.ExitProcess({code})"
    ref = world.host.spawn(Path(sys.executable), ("-c", end), tmp_path)
    world.host.watch(ref, ends)
    told, seen = ends.wait()
    assert told == ref
    assert seen is not None
    assert seen & 0xFFFFFFFF == code


def test_more_processes_are_watched_than_one_thread_can_wait_for(world: WindowsWorld, tmp_path: Path) -> None:
    """Told apart by their birth: within the tolerance each of these is a handle of its own on one process."""
    ref = world.spawn(world.program(tmp_path / "user_1" / "terminal64.exe"))
    refs = [dataclasses.replace(ref, created_utc_s=ref.created_utc_s + number / 1000) for number in range(1, 131)]
    ends = {one: Ends() for one in refs}
    for one in refs:
        world.host.watch(one, ends[one])
    world.end(ref)
    for one in refs:
        assert ends[one].wait()[0] == one
    assert [len(told.seen) for told in ends.values()] == [1] * len(refs)


def test_a_killed_terminal_is_told_within_a_second(world: WindowsWorld, tmp_path: Path) -> None:
    """By its handle, not by looking now and then."""
    ref = world.spawn(world.program(tmp_path / "user_1" / "terminal64.exe"))
    told: list[float] = []
    world.host.watch(ref, lambda _ref, _code: told.append(time.monotonic()))
    began = time.monotonic()
    assert world.host.kill(ref)
    eventually(lambda: bool(told), "the end to be told")
    assert told[0] - began < 1.0


def test_the_same_program_elsewhere_is_left_alone(world: WindowsWorld, tmp_path: Path) -> None:
    ours = world.spawn(world.program(tmp_path / "user_1" / "terminal64.exe"))
    theirs = world.start_elsewhere(world.program(tmp_path / "another desk" / "terminal64.exe"))
    mistaken = dataclasses.replace(theirs, executable=ours.executable)
    assert not world.host.request_close(mistaken)
    assert not world.host.kill(mistaken)
    assert not world.host.press_algo_button(mistaken)
    assert world.host.kill(ours)
    eventually(lambda: not world.host.is_alive(ours), "ours to be gone")
    assert world.host.is_alive(theirs)


def test_a_terminal_outlives_whoever_spawned_it(world: WindowsWorld, tmp_path: Path) -> None:
    program = world.program(tmp_path / "user_1" / "terminal64.exe")
    with _spawner(program) as (parent, pid):
        eventually(Path(f"{program}.ready.{pid}").exists, "the terminal to be up")
        parent.kill()
        parent.wait(process_worlds.PATIENCE_S)
        assert [ref.pid for ref in world.host.find(program)] == [pid]


def test_a_terminal_inherits_no_handle_of_its_parent(world: WindowsWorld, tmp_path: Path) -> None:
    """Not even one that was made inheritable: an engine's file would stay held for as long as the terminal runs."""
    program, held = world.program(tmp_path / "user_1" / "terminal64.exe"), tmp_path / "held"
    with _spawner(program, held) as (parent, pid):
        eventually(Path(f"{program}.ready.{pid}").exists, "the terminal to be up")
        parent.wait(process_worlds.PATIENCE_S)
        held.unlink()
        assert [ref.pid for ref in world.host.find(program)] == [pid]


def test_a_spawned_program_has_no_console_and_no_standard_stream(world: WindowsWorld, tmp_path: Path) -> None:
    told = tmp_path / "told"
    world.host.spawn(Path(sys.executable), ("-c", _CONSOLE_LOOK, str(told)), tmp_path)
    eventually(told.exists, "the program to tell")
    assert told.read_text() == "0 None None None"


def test_a_program_that_a_scanner_holds_is_started_as_soon_as_it_is_let_go(world: WindowsWorld, tmp_path: Path) -> None:
    """A terminal that was copied just now, or MetaEditor beside it."""
    program = world.program(tmp_path / "user_1" / "terminal64.exe")
    with held(program, TO_ITSELF, SOON_S):
        ref = world.spawn(program)
    assert world.host.find(program) == (ref,)


def test_a_program_that_is_held_for_good_is_given_up_in_words(
    world: WindowsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "A_PROGRAMS_PAUSES_S", (0.0,) * 3)
    program = world.program(tmp_path / "user_1" / "terminal64.exe")
    with held(program, TO_ITSELF), pytest.raises(ConsoleError) as caught:
        world.host.spawn(program, ("/portable",), program.parent)
    assert caught.value.code == "spawn_failed"


def test_a_window_that_answers_is_not_hung(world: WindowsWorld, owner: Callable[..., Owner]) -> None:
    host = _windows(world)
    assert not host.has_hung_window(owner().ref(host))


@pytest.mark.needs_real_windows("Wine 8 has IsHungAppWindow as a stub that says no")
def test_a_hung_window_is_seen(world: WindowsWorld, owner: Callable[..., Owner]) -> None:
    host = _windows(world)
    ref = owner("hang").ref(host)
    assert host.request_close(ref)
    eventually(lambda: host.has_hung_window(ref), "the system to call it hung")


@pytest.mark.needs_real_windows("Wine tells the caller's own processor time for every process")
def test_the_time_that_a_terminal_spent_is_its_own(world: WindowsWorld, tmp_path: Path) -> None:
    busy = world.host.usage(world.spawn(world.program(tmp_path / "user_1" / "terminal64.exe"), "busy"))
    idle = world.host.usage(world.spawn(world.program(tmp_path / "user_2" / "terminal64.exe")))
    assert busy is not None
    assert idle is not None
    assert busy.cpu_s >= process_worlds.BUSY_S * 0.9
    assert idle.cpu_s < process_worlds.BUSY_S * 0.5


def test_nothing_can_be_done_to_a_terminal_that_has_ended(world: WindowsWorld, tmp_path: Path) -> None:
    ref = world.spawn(world.program(tmp_path / "user_1" / "terminal64.exe"))
    ends = Ends()
    world.host.watch(ref, ends)
    world.end(ref)
    ends.wait()
    assert not world.host.kill(ref)
    assert not world.host.request_close(ref)
    assert not world.host.press_algo_button(ref)
    assert world.host.usage(ref) is None


def _windows(world: WindowsWorld) -> WindowsProcessHost:
    assert isinstance(world.host, WindowsProcessHost)
    return world.host


@contextmanager
def _spawner(program: Path, held: Path | None = None) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that spawns the program through a host of its own, and the program's pid; with `held` it has an
    inheritable handle of that file and ends at once, otherwise it stays. Both are ended with the block."""
    words = [sys.executable, "-c", _SPAWNER, str(program), *([] if held is None else [str(held)])]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        try:
            yield parent, pid
        finally:
            parent.kill()
            try:
                os.kill(pid, signal.SIGTERM)
            except OSError:
                pass  # It has ended already.
