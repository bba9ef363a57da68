"""A disk's troubles, patience with files that others hold, and what only a POSIX disk can show."""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from mt5console.core.errors import StorageFailed
from mt5console.core.terminal.layout import program_file
from mt5console.platforms import trees
from mt5console.platforms.clock import SystemClock
from mt5console.platforms.files import LocalFileStore
from mt5console.platforms.installation import InstalledTemplate
from mt5console.platforms.sessions import describe_session
from mt5console.platforms.sharing import A_TREES_PAUSES_S, LOCKED, patiently

posix = pytest.mark.skipif(sys.platform == "win32", reason="mode bits are POSIX")


@pytest.fixture
def store() -> LocalFileStore:
    return LocalFileStore()


def _held(winerror: int) -> PermissionError:
    error = PermissionError(errno.EACCES, "held")
    error.winerror = winerror  # type: ignore[attr-defined]
    return error


def test_a_held_file_is_tried_again_until_it_is_free() -> None:
    answers: list[Exception | str] = [_held(32), _held(5), _held(33), "free"]
    pauses: list[float] = []

    def act() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert patiently(act, pauses.append) == "free"
    assert len(pauses) == 3


def test_patience_with_a_held_file_ends() -> None:
    pauses: list[float] = []

    def act() -> str:
        raise _held(32)

    with pytest.raises(PermissionError):
        patiently(act, pauses.append)
    assert 0.1 < sum(pauses) < 0.5


def test_patience_is_as_long_as_is_asked_and_for_what_is_asked() -> None:
    pauses: list[float] = []

    def act(number: int) -> str:
        raise _held(number)

    with pytest.raises(PermissionError):
        patiently(lambda: act(32), pauses.append, pauses_s=(1.0, 2.0), held=LOCKED)
    assert pauses == [1.0, 2.0]
    with pytest.raises(PermissionError):
        patiently(lambda: act(5), pauses.append, pauses_s=(4.0,), held=LOCKED)
    assert pauses == [1.0, 2.0]
    assert 10.0 <= sum(A_TREES_PAUSES_S) <= 15.0


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Somebody who holds what was copied just now: each act on it fails twice, as it does on Windows."""
    asked: list[str] = []
    monkeypatch.setattr(trees, "A_TREES_PAUSES_S", (0.0,) * 3)

    def holds(name: str, number: int) -> None:
        real = getattr(os, name)

        def act(*words: object, **more: object) -> object:
            asked.append(name)
            if asked.count(name) <= 2:
                raise _held(number)
            return real(*words, **more)

        monkeypatch.setattr(os, name, act)

    holds("rename", 5)
    holds("rmdir", 32)
    return asked


def test_a_directory_that_a_scanner_holds_is_moved_as_soon_as_it_lets_go(
    store: LocalFileStore, tmp_path: Path, scanner: list[str]
) -> None:
    store.write_atomic(tmp_path / "ready" / "terminal64.exe", b"fresh")
    store.move_directory(tmp_path / "ready", tmp_path / "user_1")
    assert store.read(tmp_path / "user_1" / "terminal64.exe") == b"fresh"
    assert scanner == ["rename"] * 3


def test_a_template_is_installed_although_a_scanner_goes_through_the_copy(tmp_path: Path, scanner: list[str]) -> None:
    for name in (program_file("terminal64"), "MQL5/Experts/some.ex5"):
        (tmp_path / "template" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "template" / name).write_bytes(b"fresh")
    (tmp_path / "ready.installing" / "left").mkdir(parents=True)
    InstalledTemplate(tmp_path / "template").install(tmp_path / "ready")
    assert (tmp_path / "ready" / program_file("terminal64")).read_bytes() == b"fresh"
    assert not (tmp_path / "ready.installing").exists()
    assert scanner.count("rename") == 3


def test_a_tree_that_a_scanner_holds_is_removed_as_soon_as_it_lets_go(
    store: LocalFileStore, tmp_path: Path, scanner: list[str]
) -> None:
    store.write_atomic(tmp_path / "tree" / "terminal64.exe", b"fresh")
    store.remove_tree(tmp_path / "tree")
    assert not (tmp_path / "tree").exists()
    assert scanner.count("rmdir") >= 3


def test_a_directory_that_cannot_be_moved_stays_whole_and_says_what_to_do(
    store: LocalFileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise _held(5)

    monkeypatch.setattr(trees, "A_TREES_PAUSES_S", (0.0,))
    monkeypatch.setattr(os, "rename", refuse)
    store.write_atomic(tmp_path / "ready" / "file", b"one")
    with pytest.raises(StorageFailed) as caught:
        store.move_directory(tmp_path / "ready", tmp_path / "user_1")
    assert caught.value.code == "no_permission"
    assert caught.value.text.startswith(f"{tmp_path / 'user_1'} could not be put in place: ")
    assert store.read(tmp_path / "ready" / "file") == b"one"


def test_a_real_refusal_is_not_tried_again() -> None:
    pauses: list[float] = []

    def act() -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(PermissionError):
        patiently(act, pauses.append)
    assert pauses == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EACCES, "no_permission"),
        (errno.EROFS, "no_permission"),
        (errno.EIO, "write_failed"),
    ],
)
@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
@pytest.mark.parametrize("private", [False, True])
def test_a_disk_that_refuses_leaves_the_old_content_and_nothing_else(
    store: LocalFileStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    number: int,
    code: str,
    private: bool,
) -> None:
    path = tmp_path / "state"
    store.write_atomic(path, b"old", private=private)

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, refuse)
        with pytest.raises(StorageFailed) as caught:
            store.write_atomic(path, b"new", private=private, durable=True)
    assert caught.value.code == code
    assert str(path) in caught.value.text
    assert store.read(path) == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["state"]


@posix
def test_private_files_and_directories_are_their_owners_alone_whatever_the_umask(
    store: LocalFileStore, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        store.write_atomic(tmp_path / "start.ini", b"password", private=True)
        store.make_private_directory(tmp_path / "base" / ".mt5console")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "start.ini").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "base" / ".mt5console").stat().st_mode) == 0o700


@posix
def test_a_directory_that_was_open_to_others_is_closed_to_them(store: LocalFileStore, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base").chmod(0o777)
    store.make_private_directory(tmp_path / "base")
    assert stat.S_IMODE((tmp_path / "base").stat().st_mode) == 0o700


@posix
def test_a_file_made_private_anew_does_not_keep_its_old_readers(store: LocalFileStore, tmp_path: Path) -> None:
    path = tmp_path / "start.ini"
    store.write_atomic(path, b"harmless")
    path.chmod(0o644)
    store.write_atomic(path, b"password", private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix
def test_wiping_overwrites_what_another_name_of_the_file_still_shows(store: LocalFileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "start.ini", b"password" * 20_000, private=True)
    os.link(tmp_path / "start.ini", tmp_path / "other")
    handle = os.open(tmp_path / "other", os.O_RDONLY)
    store.wipe(tmp_path / "start.ini")
    assert b"password" not in os.read(handle, 1_000_000)
    os.close(handle)
    assert not (tmp_path / "start.ini").exists()


@posix
def test_wiping_a_link_takes_the_link_and_spares_its_target(store: LocalFileStore, tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"precious")
    (tmp_path / "start.ini").symlink_to(tmp_path / "target")
    store.wipe(tmp_path / "start.ini")
    assert not (tmp_path / "start.ini").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"precious"


def test_wiping_takes_along_what_a_crash_left_of_writing_that_file(store: LocalFileStore, tmp_path: Path) -> None:
    name = "mt5console[1]-start.ini"
    store.write_atomic(tmp_path / name, b"password", private=True)
    (tmp_path / f".{name}.4711-1-0.tmp").write_bytes(b"passw")
    (tmp_path / ".another.4711-1-0.tmp").write_bytes(b"kept")
    store.wipe(tmp_path / name)
    assert [entry.name for entry in tmp_path.iterdir()] == [".another.4711-1-0.tmp"]


def test_a_directory_in_the_place_of_a_file_is_no_news_and_cannot_be_overwritten(
    store: LocalFileStore, tmp_path: Path
) -> None:
    (tmp_path / "status.json").mkdir()
    assert store.read(tmp_path / "status.json") is None
    with pytest.raises(StorageFailed):
        store.write_atomic(tmp_path / "status.json", b"x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["status.json"]


@posix
def test_a_reader_never_sees_half_of_what_is_written(store: LocalFileStore, tmp_path: Path) -> None:
    """One who never pauses: on Windows he would keep the writer from replacing the file at all."""
    path = tmp_path / "status.json"
    store.write_atomic(path, b"0" * 200_000)
    done = threading.Event()
    seen: set[tuple[int, int]] = set()

    def read() -> None:
        while not done.is_set():
            data = store.read(path) or b"?"
            seen.add((len(data), len(set(data))))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(60):
        store.write_atomic(path, str(turn % 10).encode() * 200_000)
    done.set()
    reader.join()
    assert seen == {(200_000, 1)}


def test_the_clock_advances_and_knows_the_year() -> None:
    clock = SystemClock()
    one, two = clock.now(), clock.now()
    assert two.mono_s >= one.mono_s
    assert one.utc_s > 1_750_000_000


def test_a_session_is_described_in_one_line() -> None:
    session = describe_session()
    assert session.text
    assert "\n" not in session.text
    if sys.platform != "win32":
        assert session.interactive
