"""What is particular to processes on POSIX: scripts, zombies, exec, detachment, idle cost."""

from __future__ import annotations

import dataclasses
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)

from mt5console.core.errors import ConsoleError
from mt5console.core.ports import ProcessRef
from mt5console.interpreter import RUN_WORD
from mt5console.platforms.posix import table as table_module
from mt5console.platforms.posix.processes import PosixProcessHost
from mt5console.platforms.posix.program import programs_of
from mt5console.platforms.posix.table import LinuxProcessTable, PsutilProcessTable
from tests.contract.process_worlds import BUSY_S, PATIENCE_S, PosixWorld, eventually, make_world

PYTHON = "/usr/bin/python3.11"
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture
def world() -> Iterator[PosixWorld]:
    made = PosixWorld(PosixProcessHost())
    yield made
    made.clean()


def _programs(*argv: str, image: str = PYTHON) -> tuple[str, ...]:
    return programs_of(image, argv, lambda: "/base/user_1")


@pytest.mark.parametrize(
    "argv",
    [
        (PYTHON, "-I", "-S", "/base/user_1/terminal64", "/portable"),
        (PYTHON, "-IS", "/base/user_1/terminal64", "/config:/base/user_1/start.ini"),
        (PYTHON, "-I -S", "/base/user_1/terminal64"),
        (PYTHON, "-X", "dev", "/base/user_1/terminal64"),
        (PYTHON, "-Wignore", "/base/user_1/terminal64"),
        (PYTHON, "./terminal64"),
        (PYTHON, "terminal64"),
        ("terminal", "-u", "/base/user_1/../user_1/terminal64"),
    ],
)
def test_a_script_counts_as_what_runs_beside_its_interpreter(argv: tuple[str, ...]) -> None:
    assert _programs(*argv) == (PYTHON, "/base/user_1/terminal64")


@pytest.mark.parametrize(
    "argv",
    [
        (PYTHON,),
        (PYTHON, "-"),
        (PYTHON, "-c", "/base/user_1/terminal64"),
        (PYTHON, "-m", "probe", "/base/user_1/terminal64"),
        (PYTHON, "-Im", "probe", "/base/user_1/terminal64"),
        (PYTHON, "/portable", "/base/user_1/terminal64"),
        (PYTHON, "/config:/base/user_1/terminal64"),
    ],
)
def test_an_argument_that_only_names_a_terminal_does_not_run_it(argv: tuple[str, ...]) -> None:
    assert "/base/user_1/terminal64" not in _programs(*argv)


def test_a_frozen_console_that_is_told_to_run_a_script_runs_that_script() -> None:
    frozen = "/opt/mt5console/mt5console"
    words = (frozen, RUN_WORD, "terminal64", "/portable")
    assert _programs(*words, image=frozen) == (frozen, "/base/user_1/terminal64")
    assert _programs(frozen, RUN_WORD, "-m", "some.module", image=frozen) == (frozen,)
    assert _programs(frozen, "status", "terminal64", image=frozen) == (frozen,)


def test_a_program_that_is_no_interpreter_runs_only_itself() -> None:
    assert _programs("less", "/base/user_1/terminal64", image="/usr/bin/less") == ("/usr/bin/less",)


def test_an_image_that_was_replaced_still_runs_from_its_path(tmp_path: Path) -> None:
    assert _programs("x", image=f"{tmp_path}/terminal64 (deleted)") == (f"{tmp_path}/terminal64",)
    (tmp_path / "odd (deleted)").touch()
    assert _programs("x", image=f"{tmp_path}/odd (deleted)") == (f"{tmp_path}/odd (deleted)",)


def test_of_another_accounts_process_the_command_line_is_believed() -> None:
    assert "/base/user_1/terminal64" in _programs("/base/user_1/terminal64", image="")
    assert "/base/user_1/terminal64" in _programs(PYTHON, "-I", "/base/user_1/terminal64", image="")


@given(argv=st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12), max_size=8))
def test_no_command_line_is_too_odd_to_read(argv: list[str]) -> None:
    found = programs_of(PYTHON, argv, lambda: "")
    assert found[0] == PYTHON
    assert all(os.path.isabs(program) for program in found)


def test_a_process_is_found_through_a_link_to_its_directory(world: PosixWorld, tmp_path: Path) -> None:
    program = world.program(tmp_path / "real" / "user_1" / "terminal64")
    (tmp_path / "base").symlink_to(tmp_path / "real")
    ref = world.spawn(program)
    linked = tmp_path / "base" / "user_1" / "terminal64"
    assert [(found.pid, found.executable) for found in world.host.find(linked)] == [(ref.pid, str(linked))]
    assert [found.executable for found in world.host.find_under(tmp_path / "base")] == [str(linked)]
    assert world.host.kill(world.host.find(linked)[0])


_STARTER = """#!{python}
import os
if os.fork() == 0:
    os.read(0, 1)
    os.execv("/bin/true", ["true"])
os.write(1, b"forked")
while True:
    os.read(0, 1)
"""
"""Begins another program as subprocess does it, with all the time in the world between the two halves of it."""


@linux
def test_a_program_that_is_starting_another_is_no_second_copy_of_itself(world: PosixWorld, tmp_path: Path) -> None:
    program = tmp_path / "user_1" / "terminal64"
    program.parent.mkdir()
    program.write_text(_STARTER.format(python=sys.executable))
    program.chmod(0o755)
    starter = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert starter.stdin is not None
    assert starter.stdout is not None
    try:
        assert starter.stdout.read(6) == b"forked"
        assert [ref.pid for ref in world.host.find(program)] == [starter.pid]
        assert [ref.pid for ref in world.host.find_under(tmp_path)] == [starter.pid]
        starter.kill()
        starter.wait(PATIENCE_S)
        (left,) = world.host.find(program)
        assert left.pid != starter.pid, "what is left runs the program, whoever began it"
    finally:
        starter.kill()
        starter.stdin.close()
        starter.stdout.close()
        starter.wait(PATIENCE_S)
    eventually(lambda: not world.host.find(program), "the other program to have begun and ended")


def test_a_zombie_is_neither_found_nor_alive_nor_killed(world: PosixWorld, tmp_path: Path) -> None:
    program = world.program(tmp_path / "terminal64")
    child = subprocess.Popen([program, "/portable"])
    eventually(Path(f"{program}.ready.{child.pid}").exists, "the program to be up")
    (ref,) = world.host.find(program)
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert world.host.find(program) == ()
        assert not world.host.is_alive(ref)
        assert not world.host.kill(ref)
        assert world.host.usage(ref) is None
        ended = threading.Event()
        world.host.watch(ref, lambda *_: ended.set())
        assert ended.wait(PATIENCE_S)
    finally:
        child.wait()


@pytest.mark.parametrize("name", ["posix", "posix_without_pidfd"])
def test_the_time_that_a_program_spent_is_its_own(name: str, tmp_path: Path) -> None:
    world = make_world(name)
    try:
        busy = world.host.usage(world.spawn(world.program(tmp_path / "user_1" / "terminal64"), "busy"))
        idle = world.host.usage(world.spawn(world.program(tmp_path / "user_2" / "terminal64")))
        assert busy is not None
        assert idle is not None
        assert busy.cpu_s >= BUSY_S * 0.9
        assert idle.cpu_s < BUSY_S * 0.5
    finally:
        world.clean()


def test_children_are_reaped_without_being_watched(world: PosixWorld, tmp_path: Path) -> None:
    ref = world.spawn_ending(world.program(tmp_path / "terminal64"), 0)

    def is_gone() -> bool:
        return not Path(f"/proc/{ref.pid}").exists()

    eventually(is_gone, "the child to be reaped")


def test_children_of_others_in_this_process_keep_their_exit_code(world: PosixWorld, tmp_path: Path) -> None:
    program = world.program(tmp_path / "terminal64")
    child = subprocess.Popen([program, "/portable"])
    eventually(Path(f"{program}.ready.{child.pid}").exists, "the program to be up")
    ended = threading.Event()
    world.host.watch(world.host.find(program)[0], lambda *_: ended.set())
    child.terminate()
    assert ended.wait(PATIENCE_S)
    assert child.wait(PATIENCE_S) == 0


def test_what_was_just_spawned_is_found_and_can_be_killed_at_once(world: PosixWorld, tmp_path: Path) -> None:
    program = world.program(tmp_path / "terminal64")
    for _ in range(40):
        ref = world.host.spawn(program, ("/portable",), tmp_path)
        assert world.host.find(program) == (ref,)
        assert world.host.kill(ref)
        eventually(lambda: world.host.find(program) == (), "it to be gone")


@linux
@pytest.mark.parametrize("table", [LinuxProcessTable, PsutilProcessTable])
def test_a_process_that_becomes_the_terminal_by_exec_is_found(
    table: type[LinuxProcessTable] | type[PsutilProcessTable], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "_SETTLED_AFTER_S", 0.0)
    monkeypatch.setattr(table_module, "_READ_AGAIN_AFTER_S", 0.01)
    world = PosixWorld(PosixProcessHost(table()))
    program = world.program(tmp_path / "terminal64")
    starter = subprocess.Popen(["/bin/sh", "-c", f'read line; exec "{program}" /portable'], stdin=subprocess.PIPE)
    try:
        assert world.host.find(program) == ()
        assert starter.stdin is not None
        starter.stdin.write(b"go\n")
        starter.stdin.close()
        eventually(lambda: [ref.pid for ref in world.host.find(program)] == [starter.pid], "the exec to be noticed")
    finally:
        starter.kill()
        starter.wait()
        world.clean()


@linux
def test_births_agree_between_proc_and_psutil_within_the_tolerance() -> None:
    pid = os.getpid()
    one, other = LinuxProcessTable().created_utc_s(pid), PsutilProcessTable().created_utc_s(pid)
    assert one is not None
    assert other is not None
    assert abs(one - other) < 1.0
    assert abs(time.time() - one) < 24 * 3600


def test_a_ref_kept_over_a_small_correction_of_the_clock_still_means_the_process(
    world: PosixWorld, tmp_path: Path
) -> None:
    ref = world.spawn(world.program(tmp_path / "terminal64"))
    shifted = dataclasses.replace(ref, created_utc_s=ref.created_utc_s + 1.0)
    assert world.host.is_alive(shifted)
    assert world.host.kill(shifted)


_CONFESSION = """#!{python} -IS
import json, os, sys
with open(sys.argv[0] + ".tmp", "w") as file:
    json.dump({{"cwd": os.getcwd(), "session": os.getsid(0), "pid": os.getpid(), "argv": sys.argv[1:],
      "streams": [os.readlink(f"/proc/self/fd/{{n}}") for n in (0, 1, 2)],
      "handles": [int(n) for n in os.listdir("/proc/self/fd") if int(n) not in (0, 1, 2, file.fileno())]}}, file)
os.replace(sys.argv[0] + ".tmp", sys.argv[0] + ".json")
"""


@linux
def test_a_spawned_process_shares_nothing_with_its_starter(world: PosixWorld, tmp_path: Path) -> None:
    import json

    program = world.program(tmp_path / "terminal64")
    program.write_text(_CONFESSION.format(python=sys.executable))
    leaked = os.dup(1)
    os.set_inheritable(leaked, True)
    try:
        ref = world.host.spawn(program, ("/portable", "/config:x y.ini"), tmp_path)
        report = tmp_path / "terminal64.json"
        eventually(report.exists, "the program's report")
    finally:
        os.close(leaked)
    told = json.loads(report.read_text())
    listing_itself = told.pop("handles")
    assert told == {
        "cwd": str(tmp_path),
        "session": ref.pid,
        "pid": ref.pid,
        "argv": ["/portable", "/config:x y.ini"],
        "streams": ["/dev/null"] * 3,
    }
    assert leaked not in listing_itself
    assert len(listing_itself) <= 1


@pytest.mark.parametrize(("name", "content"), [("noexec", b"#!/bin/sh\n"), ("garbage", b"\x7fELF not really")])
def test_a_file_that_cannot_run_is_refused_with_the_systems_reason(
    world: PosixWorld, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / name).chmod(0o644 if name == "noexec" else 0o755)
    with pytest.raises(ConsoleError) as caught:
        world.host.spawn(tmp_path / name, (), tmp_path)
    assert caught.value.code == "spawn_failed"
    assert "\n" not in caught.value.text


def test_a_missing_directory_is_refused(world: PosixWorld, tmp_path: Path) -> None:
    program = world.program(tmp_path / "terminal64")
    with pytest.raises(ConsoleError):
        world.host.spawn(program, (), tmp_path / "nowhere")
    assert world.host.find(program) == ()


def test_a_watcher_that_fails_does_not_deafen_the_others(
    world: PosixWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = world.program(tmp_path / "terminal64")
    first, second = world.spawn(program), world.spawn(program)
    heard = threading.Event()

    def fail(_ref: ProcessRef, _code: int | None) -> None:
        raise ValueError("a mistake")

    world.host.watch(first, fail)
    world.host.watch(second, lambda *_: heard.set())
    with caplog.at_level(logging.ERROR):
        world.end(first)
        eventually(lambda: bool(caplog.records), "the mistake to be logged")
        world.end(second)
        assert heard.wait(PATIENCE_S)
    assert str(first.pid) in caplog.text


@linux
def test_a_hundred_watched_processes_cost_nothing_while_they_live_and_all_ends_are_told(
    world: PosixWorld, tmp_path: Path
) -> None:
    handles_before = len(os.listdir("/proc/self/fd"))
    sleepers = [subprocess.Popen(["/bin/sleep", "300"]) for _ in range(100)]
    ends: dict[int, int] = {}
    try:
        refs = [ref for ref in world.host.find(Path("/bin/sleep")) if ref.pid in {s.pid for s in sleepers}]
        assert len(refs) == 100
        for ref in refs:
            world.host.watch(ref, lambda ref, _code: ends.__setitem__(ref.pid, ends.get(ref.pid, 0) + 1))
        thread = next(t for t in threading.enumerate() if t.name == "process-exits")
        assert all(world.host.is_alive(ref) for ref in refs)
        eventually(lambda: _sleeps(thread), "the watching thread to sleep for 0.3 s on end")
    finally:
        for sleeper in sleepers:
            sleeper.kill()
        for sleeper in sleepers:
            sleeper.wait()
    eventually(lambda: len(ends) == 100, "all ends to be told")
    assert set(ends.values()) == {1}
    assert not any(world.host.is_alive(ref) for ref in refs)
    world.host.close()
    assert len(os.listdir("/proc/self/fd")) <= handles_before


def _sleeps(thread: threading.Thread) -> bool:
    """Whether the thread did not run at all for a while; there is no condition to wait for but the time."""
    before = _switches(thread)
    time.sleep(0.3)
    return _switches(thread) == before


def _switches(thread: threading.Thread) -> list[str]:
    status = Path(f"/proc/self/task/{thread.native_id}/status").read_text()
    return [line for line in status.splitlines() if "ctxt_switches" in line]
