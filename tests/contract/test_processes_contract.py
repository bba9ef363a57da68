"""What every process host does, real or fake."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mt5console.core.errors import ConsoleError
from mt5console.core.ports import ProcessRef
from tests.contract import process_worlds
from tests.contract.process_worlds import World, eventually, make_world, world_names


@pytest.fixture(params=world_names())
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    made = make_world(request.param)
    yield made
    made.clean()


@pytest.fixture
def terminal(world: World, tmp_path: Path) -> Path:
    return world.program(tmp_path / "user_1" / "terminal64.exe")


class Ends:
    """Remembers every end that it is told of."""

    def __init__(self) -> None:
        self.seen: list[tuple[ProcessRef, int | None]] = []
        self._any = threading.Event()

    def __call__(self, ref: ProcessRef, code: int | None) -> None:
        self.seen.append((ref, code))
        self._any.set()

    def wait(self) -> tuple[ProcessRef, int | None]:
        assert self._any.wait(process_worlds.PATIENCE_S), "nobody was told of the end"
        return self.seen[0]


def test_a_spawned_process_is_found_by_its_exact_executable_and_lives(world: World, terminal: Path) -> None:
    ref = world.spawn(terminal)
    assert world.host.find(terminal) == (ref,)
    assert world.host.is_alive(ref)
    assert Path(ref.executable) == terminal


def test_nothing_runs_from_a_program_that_nobody_started(world: World, terminal: Path) -> None:
    assert world.host.find(terminal) == ()
    assert world.host.find_under(terminal.parent) == ()


def test_the_same_program_name_in_another_directory_is_another_program(
    world: World, terminal: Path, tmp_path: Path
) -> None:
    other = world.program(tmp_path / "user_10" / "terminal64.exe")
    ref = world.spawn(other)
    assert world.host.find(terminal) == ()
    assert world.host.find_under(tmp_path / "user_1") == ()
    assert world.host.find_under(tmp_path / "user_10") == (ref,)


def test_two_processes_of_one_program_are_named_oldest_first(world: World, terminal: Path) -> None:
    first, second = world.spawn(terminal), world.start_elsewhere(terminal)
    found = world.host.find(terminal)
    assert {ref.pid for ref in found} == {first.pid, second.pid}
    assert [ref.created_utc_s for ref in found] == sorted(ref.created_utc_s for ref in found)


def test_everything_under_a_directory_is_found_at_any_depth(world: World, terminal: Path) -> None:
    updater = world.program(terminal.parent / "liveupdate" / "terminal64.exe")
    refs = {world.spawn(terminal), world.spawn(updater)}
    assert set(world.host.find_under(terminal.parent)) == refs


def test_the_birth_of_a_process_reads_the_same_every_time(world: World, terminal: Path) -> None:
    ref = world.spawn(terminal)
    assert world.host.find(terminal) == world.host.find(terminal) == world.host.find_under(terminal.parent) == (ref,)


def test_a_program_that_is_not_there_cannot_be_spawned(world: World, tmp_path: Path) -> None:
    with pytest.raises(ConsoleError) as caught:
        world.host.spawn(tmp_path / "terminal64.exe", ("/portable",), tmp_path)
    assert caught.value.code == "spawn_failed"
    assert "terminal64.exe" in caught.value.text


def test_the_end_of_a_child_is_told_once_with_its_exit_code(world: World, terminal: Path) -> None:
    ends = Ends()
    ref = world.spawn_ending(terminal, 3)
    world.host.watch(ref, ends)
    assert ends.wait() == (ref, 3)
    eventually(lambda: not world.host.is_alive(ref), "the process to be gone")
    assert len(ends.seen) == 1


def test_the_end_of_a_child_that_nobody_watched_yet_is_told_when_asked(world: World, terminal: Path) -> None:
    ref = world.spawn_ending(terminal, 5)
    eventually(lambda: not world.host.is_alive(ref), "the process to be gone")
    ends = Ends()
    world.host.watch(ref, ends)
    assert ends.wait() == (ref, 5)


def test_a_killed_child_is_told_gone_and_not_found(world: World, terminal: Path) -> None:
    ends = Ends()
    ref = world.spawn(terminal)
    world.host.watch(ref, ends)
    assert world.host.kill(ref)
    told, code = ends.wait()
    assert told == ref
    assert code not in (None, 0)
    assert not world.host.is_alive(ref)
    assert world.host.find(terminal) == ()
    assert not world.host.kill(ref)


def test_the_end_of_somebody_elses_process_is_told_without_a_code(world: World, terminal: Path) -> None:
    ends = Ends()
    ref = world.start_elsewhere(terminal)
    world.host.watch(ref, ends)
    world.end(ref)
    assert ends.wait() == (ref, None)
    assert world.host.find(terminal) == ()


def test_watching_what_has_ended_long_ago_tells_at_once(world: World, terminal: Path) -> None:
    ref = world.start_elsewhere(terminal)
    world.end(ref)
    eventually(lambda: not world.host.is_alive(ref), "the process to be gone")
    ends = Ends()
    world.host.watch(ref, ends)
    assert ends.wait() == (ref, None)


def test_watching_again_replaces_the_callback(world: World, terminal: Path) -> None:
    before, after = Ends(), Ends()
    ref = world.spawn(terminal)
    world.host.watch(ref, before)
    world.host.watch(ref, after)
    world.end(ref)
    assert after.wait()[0] == ref
    assert before.seen == []


def test_an_unwatched_process_ends_in_silence(world: World, terminal: Path) -> None:
    silent, heard = Ends(), Ends()
    first, second = world.start_elsewhere(terminal), world.start_elsewhere(terminal)
    world.host.watch(first, silent)
    world.host.watch(second, heard)
    world.host.unwatch(first)
    world.end(first)
    world.end(second)
    assert heard.wait()[0] == second
    assert silent.seen == []


def test_a_stranger_can_be_unwatched(world: World) -> None:
    stranger = ProcessRef(pid=2**22 + 1, created_utc_s=1.0, executable="/nowhere/terminal64")
    world.host.unwatch(stranger)
    assert not world.host.is_alive(stranger)
    assert world.host.usage(stranger) is None
    assert not world.host.request_close(stranger)
    assert not world.host.kill(stranger)


def test_one_death_is_told_to_its_own_watcher_only(world: World, terminal: Path) -> None:
    refs = [world.start_elsewhere(terminal) for _ in range(4)]
    ends = {ref: Ends() for ref in refs}
    for ref in refs:
        world.host.watch(ref, ends[ref])
    world.end(refs[2])
    assert ends[refs[2]].wait() == (refs[2], None)
    assert [len(ends[ref].seen) for ref in refs] == [0, 0, 1, 0]
    assert [world.host.is_alive(ref) for ref in refs] == [True, True, False, True]


def test_a_later_process_with_the_same_pid_is_neither_alive_nor_killed_nor_closed(world: World, terminal: Path) -> None:
    ref = world.spawn(terminal)
    earlier = dataclasses.replace(ref, created_utc_s=ref.created_utc_s - 3600.0)
    assert not world.host.is_alive(earlier)
    assert not world.host.request_close(earlier)
    assert not world.host.kill(earlier)
    assert world.host.usage(earlier) is None
    ends = Ends()
    world.host.watch(earlier, ends)
    assert ends.wait() == (earlier, None)
    assert world.host.is_alive(ref)


def test_a_pid_that_runs_another_program_is_not_killed(world: World, terminal: Path, tmp_path: Path) -> None:
    ref = world.spawn(terminal)
    other = dataclasses.replace(ref, executable=str(tmp_path / "user_2" / "terminal64.exe"))
    assert not world.host.kill(other)
    assert not world.host.request_close(other)
    assert world.host.is_alive(ref)


def test_a_program_that_obeys_closes_when_asked(world: World, terminal: Path) -> None:
    ends = Ends()
    ref = world.spawn(terminal)
    world.host.watch(ref, ends)
    assert world.host.request_close(ref)
    assert ends.wait() == (ref, 0)


def test_a_program_that_does_not_obey_lives_until_it_is_killed(world: World, terminal: Path) -> None:
    ref = world.spawn(terminal, "stubborn")
    assert world.host.request_close(ref)
    assert world.host.is_alive(ref)
    assert world.host.kill(ref)
    eventually(lambda: not world.host.is_alive(ref), "the process to be gone")


def test_usage_counts_the_programs_own_memory(world: World, terminal: Path) -> None:
    """Its processor time, too: each system's own tests say so, since Wine tells the caller's for everybody's."""
    usage = world.host.usage(world.spawn(terminal))
    assert usage is not None
    assert 100_000 < usage.rss_bytes < 500_000_000
    assert usage.cpu_s >= 0.0


def test_there_is_no_algo_button_without_a_terminals_window(world: World, tmp_path: Path) -> None:
    editor = world.program(tmp_path / "user_1" / "metaeditor64.exe")
    assert world.host.press_algo_button(world.spawn(editor)) is False


def test_the_session_goes_on(world: World) -> None:
    assert world.host.session_is_ending() is False


def test_closing_the_host_leaves_the_processes_running_and_is_harmless_twice(world: World, terminal: Path) -> None:
    ends = Ends()
    ref = world.spawn(terminal)
    world.host.watch(ref, ends)
    world.host.close()
    world.host.close()
    assert world.host.find(terminal) == (ref,)
    assert world.host.is_alive(ref)
    assert ends.seen == []
    with pytest.raises(RuntimeError):
        world.host.watch(ref, ends)
