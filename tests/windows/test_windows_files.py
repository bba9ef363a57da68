"""Files that somebody else holds open, as Windows has it: replaced when they are let go, given up in clear words; long
paths, names in any script, and files that only this account may open.

The contract that every system shares is tests/contract/test_files_contract.py; here is what only Windows has.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

assert sys.platform == "win32", "the Windows lane runs on Windows"

import win32con
import win32file

from mt5console.core.errors import StorageFailed
from mt5console.platforms.files import LocalFileStore
from mt5console.platforms.windows.opening import open_shared
from mt5console.platforms.windows.paths import reachable
from tests.windows.access import who_may_open

AS_METATRADER_READS = win32con.FILE_SHARE_READ | win32con.FILE_SHARE_WRITE
TO_ITSELF = 0
SOON_S = 0.08


@pytest.fixture
def store() -> LocalFileStore:
    return LocalFileStore()


@contextmanager
def held(path: Path, share: int, for_s: float | None = None) -> Iterator[None]:
    """Somebody has the file open for reading: until the block ends, or let go by itself after `for_s`."""
    handle: Any = win32file.CreateFile(str(path), win32con.GENERIC_READ, share, None, win32con.OPEN_EXISTING, 0, None)
    close: Any = handle.Close
    timer = None if for_s is None else threading.Timer(for_s, close)
    if timer is not None:
        timer.start()
    try:
        yield
    finally:
        if timer is not None:
            timer.join()
        close()


def left_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_windows_refuses_to_replace_or_remove_what_somebody_reads(tmp_path: Path) -> None:
    """What the store has patience with, seen raw: it is true of this system, and not only believed."""
    path, new = tmp_path / "file", tmp_path / "new"
    path.write_bytes(b"old")
    new.write_bytes(b"new")
    with held(path, AS_METATRADER_READS):
        for act, expected in ((lambda: os.replace(new, path), 5), (lambda: os.unlink(path), 32)):
            with pytest.raises(PermissionError) as caught:
                act()
            assert caught.value.winerror == expected
    os.replace(new, path)
    assert path.read_bytes() == b"new"


def test_windows_replaces_nothing_that_is_open_not_even_for_a_look_of_ours(tmp_path: Path) -> None:
    """Sharing all there is to share does not help, so our looks are brief and whoever replaces tries again."""
    path, new = tmp_path / "file", tmp_path / "new"
    path.write_bytes(b"old")
    new.write_bytes(b"new")
    descriptor = open_shared(path)
    try:
        with pytest.raises(PermissionError) as caught:
            os.replace(new, path)
        assert caught.value.winerror == 5
    finally:
        os.close(descriptor)
    os.replace(new, path)
    assert path.read_bytes() == b"new"


def test_a_file_that_we_look_at_is_replaced_as_soon_as_the_look_ends(store: LocalFileStore, tmp_path: Path) -> None:
    path = tmp_path / "file"
    store.write_atomic(path, b"old")
    look_ends = threading.Timer(SOON_S, os.close, (open_shared(path),))
    look_ends.start()
    store.write_atomic(path, b"new")
    look_ends.join()
    assert store.read(path) == b"new"


def test_a_look_is_over_when_it_has_its_answer(store: LocalFileStore, tmp_path: Path) -> None:
    """Whole, in part, or of a directory: nothing stays open that would keep others from replacing."""
    path, new = tmp_path / "file", tmp_path / "new"
    store.write_atomic(path, b"0123456789")
    for look in (lambda: store.read(path), lambda: store.read(path, 4), lambda: store.stamp(path)):
        look()
        new.write_bytes(b"new")
        os.replace(new, path)
    assert store.read(tmp_path) is None


@pytest.mark.parametrize("private", [False, True])
def test_a_file_that_somebody_reads_is_replaced_as_soon_as_it_is_let_go(
    store: LocalFileStore, tmp_path: Path, private: bool
) -> None:
    path = tmp_path / "start.ini"
    store.write_atomic(path, b"old")
    with held(path, AS_METATRADER_READS, SOON_S):
        store.write_atomic(path, b"new", private=private)
    assert store.read(path) == b"new"
    assert left_in(tmp_path) == ["start.ini"]


def test_a_file_held_for_good_is_given_up_with_its_old_content_and_a_clear_error(
    store: LocalFileStore, tmp_path: Path
) -> None:
    path = tmp_path / "start.ini"
    store.write_atomic(path, b"old")
    with held(path, AS_METATRADER_READS):
        began = time.monotonic()
        with pytest.raises(StorageFailed) as caught:
            store.write_atomic(path, b"new", private=True)
        assert 0.2 < time.monotonic() - began < 10.0
    assert caught.value.code == "no_permission"
    assert caught.value.text.startswith(f"{path} could not be written: ")
    assert "whether another program holds it" in caught.value.text
    assert store.read(path) == b"old"
    assert left_in(tmp_path) == ["start.ini"]


@pytest.mark.parametrize(
    "act",
    [LocalFileStore.read, LocalFileStore.remove, LocalFileStore.wipe],
    ids=lambda act: str(act.__name__),
)
def test_a_file_that_somebody_has_to_himself_is_waited_for(
    store: LocalFileStore, tmp_path: Path, act: Callable[[LocalFileStore, Path], bytes | None]
) -> None:
    path = tmp_path / "file"
    store.write_atomic(path, b"content")
    with held(path, TO_ITSELF, SOON_S):
        answer = act(store, path)
    assert answer == (b"content" if act is LocalFileStore.read else None)
    assert path.exists() is (act is LocalFileStore.read)


def test_a_file_held_for_good_is_not_read_and_not_removed(store: LocalFileStore, tmp_path: Path) -> None:
    path = tmp_path / "start.ini"
    store.write_atomic(path, b"content")
    with held(path, TO_ITSELF):
        assert store.read(path) is None
        for act in (store.remove, store.wipe):
            with pytest.raises(StorageFailed) as caught:
                act(path)
            assert caught.value.code == "no_permission"
            assert str(path) in caught.value.text
    assert store.read(path) == b"content"


def test_what_the_store_itself_reads_may_be_written_and_moved_by_others(tmp_path: Path) -> None:
    """MetaTrader rewrites its files whenever it likes: a look from here must not make that fail."""
    path = tmp_path / "status.json"
    path.write_bytes(b"one")
    descriptor = open_shared(path)
    try:
        with path.open("r+b") as writer:
            writer.write(b"two")
        path.rename(tmp_path / "moved.json")
        assert os.read(descriptor, 10) == b"two"
    finally:
        os.close(descriptor)


def test_what_metatrader_reads_is_read_beside_it(store: LocalFileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "status.json", b"content")
    with held(tmp_path / "status.json", AS_METATRADER_READS):
        assert store.read(tmp_path / "status.json") == b"content"


@pytest.mark.parametrize("letters", [200, 259, 260, 300, 1200])
def test_a_path_of_any_length_is_written_read_and_removed(store: LocalFileStore, tmp_path: Path, letters: int) -> None:
    path = long_path(tmp_path, letters)
    assert len(str(path)) == letters
    store.write_atomic(path, b"one")
    store.write_atomic(path, b"two", private=True, durable=True)
    assert store.read(path) == b"two"
    stamp = store.stamp(path)
    assert stamp is not None
    assert stamp.size == 3
    store.wipe(path)
    assert store.stamp(path) is None
    store.write_atomic(path, b"three")
    store.remove(path)
    assert store.read(path) is None
    store.make_private_directory(path.parent / "private")
    assert store.free_bytes(path.parent / "private" / "not yet") > 1_000_000


def test_long_paths_go_to_the_system_in_the_form_that_has_no_limit(tmp_path: Path) -> None:
    """Wine knows no limit: this is what makes the test above pass where there is one."""
    short = tmp_path / "file"
    assert reachable(short) == short
    long = long_path(tmp_path, 300)
    assert str(reachable(long)) == f"\\\\?\\{long}"
    assert reachable(reachable(long)) == reachable(long)
    assert str(reachable(Path("\\\\server\\share") / ("d" * 100) / ("e" * 150))).startswith(
        "\\\\?\\UNC\\server\\share\\d"
    )
    assert ".." not in str(reachable(tmp_path / ("d" * 120) / ".." / ("e" * 120) / "file"))


def test_a_long_paths_error_names_the_path_as_it_was_given(store: LocalFileStore, tmp_path: Path) -> None:
    path = long_path(tmp_path, 300)
    store.write_atomic(path, b"old")
    with held(reachable(path), AS_METATRADER_READS), pytest.raises(StorageFailed) as caught:
        store.write_atomic(path, b"new")
    assert caught.value.text.startswith(f"{path} could not be written: ")


@pytest.mark.parametrize("name", ["Jürgen Müller", "密码 用户", "Ελένη", "😀 smile", "a'b & c%TEMP%^(x)"])
def test_a_user_may_be_named_in_any_script(store: LocalFileStore, tmp_path: Path, name: str) -> None:
    root = tmp_path / name / ".mt5console"
    store.make_private_directory(root)
    store.write_atomic(root / name, name.encode(), private=True, durable=True)
    assert store.read(root / name) == name.encode()
    assert left_in(root) == [name]
    store.wipe(root / name)
    assert left_in(root) == []


def test_a_private_file_is_this_accounts_alone_and_read_back(store: LocalFileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "open", b"old")
    store.write_atomic(tmp_path / "start.ini", b"first")
    store.write_atomic(tmp_path / "start.ini", b"password", private=True, durable=True)
    assert store.read(tmp_path / "start.ini") == b"password"
    assert who_may_open(tmp_path / "start.ini") == {"this account"}


def test_what_a_crash_left_of_a_private_file_is_wiped_with_it(store: LocalFileStore, tmp_path: Path) -> None:
    torn = tmp_path / ".start.ini.1-2-3.tmp"
    torn.write_bytes(b"password")
    store.write_atomic(tmp_path / "start.ini", b"password", private=True)
    store.wipe(tmp_path / "start.ini")
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("act", [LocalFileStore.remove, LocalFileStore.wipe], ids=lambda act: str(act.__name__))
def test_a_read_only_file_is_removed_all_the_same(
    store: LocalFileStore, tmp_path: Path, act: Callable[[LocalFileStore, Path], None]
) -> None:
    path = tmp_path / "start.ini"
    path.write_bytes(b"password")
    path.chmod(0o444)
    act(store, path)
    assert left_in(tmp_path) == []


@pytest.mark.needs_real_windows("Wine moves a directory while somebody has a file in it open")
def test_a_directory_in_which_somebody_reads_is_moved_as_soon_as_it_is_let_go(
    store: LocalFileStore, tmp_path: Path
) -> None:
    """As a scanner reads the programs of a terminal that was copied just now."""
    program = tmp_path / "ready" / "terminal64.exe"
    store.write_atomic(program, b"fresh")
    with held(program, AS_METATRADER_READS, SOON_S):
        store.move_directory(tmp_path / "ready", tmp_path / "user_1")
    assert left_in(tmp_path / "user_1") == ["terminal64.exe"]
    assert left_in(tmp_path) == ["user_1"]


def test_a_tree_in_which_somebody_reads_is_removed_as_soon_as_it_is_let_go(
    store: LocalFileStore, tmp_path: Path
) -> None:
    program = tmp_path / "tree" / "below" / "terminal64.exe"
    store.write_atomic(program, b"fresh")
    program.chmod(0o444)
    with held(program, AS_METATRADER_READS, SOON_S):
        store.remove_tree(tmp_path / "tree")
    assert left_in(tmp_path) == []


def long_path(root: Path, letters: int) -> Path:
    """A path below `root` of exactly so many letters, none of its parts longer than 100."""
    left = letters - len(str(root)) - 1
    parts = []
    while left > 100:
        part = min(90, left - 2)
        parts.append("d" * part)
        left -= part + 1
    return root.joinpath(*parts, "f" * left)
