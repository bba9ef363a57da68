"""What every file store does, on a disk or in memory."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import FileStore
from mt5console.platforms.files import LocalFileStore
from tests.fakes.files import FakeFileStore


@pytest.fixture(params=[FakeFileStore, LocalFileStore])
def store(request: pytest.FixtureRequest) -> FileStore:
    return request.param()


def test_what_was_written_is_read_back(store: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "agent" / "commands" / "c1.json"
    store.write_atomic(path, b"one")
    assert store.read(path) == b"one"


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_000_003])
@pytest.mark.parametrize("durable", [False, True])
def test_any_size_is_kept_whole(store: FileStore, tmp_path: Path, size: int, durable: bool) -> None:
    data = bytes(index % 251 for index in range(size))
    store.write_atomic(tmp_path / "file", data, durable=durable)
    assert store.read(tmp_path / "file") == data


STEPS_OF_WRITING = ("write", "fsync", "truncate", "ftruncate", "rename", "replace", "unlink", "remove")
"""What a store may do to a disk; opening a file for writing is followed by one of them."""


def test_a_reader_sees_the_old_or_the_new_content_and_never_a_part(
    store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader looks before and after each step of the writer: it has not to be lucky to come between two of them."""
    path, contents = tmp_path / "file", [bytes([letter]) * 40_000 for letter in b"abcd"]
    seen: list[bytes | None] = []
    with monkeypatch.context() as patch:
        for name in STEPS_OF_WRITING:
            patch.setattr(os, name, _looking(getattr(os, name), lambda: seen.append(store.read(path))))
        for content in contents:
            store.write_atomic(path, content)
            seen.append(store.read(path))
    while seen[0] is None:
        del seen[0]  # Nothing is there until the first content is.
    whole = [content for content, _ in itertools.groupby(seen)]
    assert [content and content[:1] for content in whole] == [content[:1] for content in contents]
    assert whole == contents


def _looking(step: Callable[..., object], look: Callable[[], None]) -> Callable[..., object]:
    def stepped(*words: object, **more: object) -> object:
        look()
        answer = step(*words, **more)
        look()
        return answer

    return stepped


def test_a_limited_read_gives_the_beginning(store: FileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "file", b"0123456789")
    assert store.read(tmp_path / "file", 4) == b"0123"
    assert store.read(tmp_path / "file", 0) == b""
    assert store.read(tmp_path / "file", 100) == b"0123456789"


def test_a_missing_file_has_no_stamp_and_no_content(store: FileStore, tmp_path: Path) -> None:
    assert store.stamp(tmp_path / "nowhere" / "file") is None
    assert store.read(tmp_path / "nowhere" / "file") is None


def test_a_replaced_file_has_another_stamp_even_with_the_same_size(store: FileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "file", b"one")
    before = store.stamp(tmp_path / "file")
    store.write_atomic(tmp_path / "file", b"two")
    after = store.stamp(tmp_path / "file")
    assert before is not None
    assert after is not None
    assert before != after
    assert before.size == after.size == 3
    assert store.read(tmp_path / "file") == b"two"


def test_an_untouched_file_keeps_its_stamp(store: FileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "file", b"one")
    before = store.stamp(tmp_path / "file")
    store.write_atomic(tmp_path / "other", b"two")
    assert store.read(tmp_path / "file") == b"one"
    assert store.stamp(tmp_path / "file") == before


def test_a_private_file_can_be_replaced_by_a_private_file(store: FileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "start.ini", b"one", private=True)
    store.write_atomic(tmp_path / "start.ini", b"two", private=True, durable=True)
    assert store.read(tmp_path / "start.ini") == b"two"


def test_a_wiped_file_is_gone_and_wiping_again_is_fine(store: FileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "start.ini", b"secret", private=True)
    store.wipe(tmp_path / "start.ini")
    store.wipe(tmp_path / "start.ini")
    store.wipe(tmp_path / "nowhere" / "start.ini")
    assert store.read(tmp_path / "start.ini") is None
    assert store.stamp(tmp_path / "start.ini") is None


def test_a_removed_file_is_gone_and_removing_again_is_fine(store: FileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "file", b"one")
    store.remove(tmp_path / "file")
    store.remove(tmp_path / "file")
    store.remove(tmp_path / "nowhere" / "file")
    assert store.stamp(tmp_path / "file") is None


def test_a_file_cannot_be_written_below_a_file(store: FileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "file", b"one")
    with pytest.raises(StorageFailed) as caught:
        store.write_atomic(tmp_path / "file" / "below", b"two")
    assert caught.value.code == "write_failed"
    assert store.read(tmp_path / "file") == b"one"
    assert store.read(tmp_path / "file" / "below") is None


def test_a_private_directory_can_be_made_twice_but_not_over_a_file(store: FileStore, tmp_path: Path) -> None:
    store.make_private_directory(tmp_path / "base" / ".mt5console")
    store.make_private_directory(tmp_path / "base" / ".mt5console")
    store.write_atomic(tmp_path / "file", b"one")
    with pytest.raises(StorageFailed):
        store.make_private_directory(tmp_path / "file")
    assert store.read(tmp_path / "file") == b"one"


def test_a_moved_directory_is_at_its_new_place_alone(store: FileStore, tmp_path: Path) -> None:
    store.write_atomic(tmp_path / "ready" / "config" / "file", b"one")
    store.move_directory(tmp_path / "ready", tmp_path / "user_1")
    assert store.read(tmp_path / "user_1" / "config" / "file") == b"one"
    assert store.read(tmp_path / "ready" / "config" / "file") is None


def test_a_directory_is_not_moved_onto_another_nor_from_nowhere(store: FileStore, tmp_path: Path) -> None:
    for name in ("ready", "user_1"):
        store.write_atomic(tmp_path / name / "file", name.encode())
    for source in (tmp_path / "ready", tmp_path / "nowhere"):
        with pytest.raises(StorageFailed):
            store.move_directory(source, tmp_path / "user_1")
    assert store.read(tmp_path / "ready" / "file") == b"ready"
    assert store.read(tmp_path / "user_1" / "file") == b"user_1"


def test_a_tree_is_removed_with_all_that_is_in_it_and_a_missing_one_is_fine(store: FileStore, tmp_path: Path) -> None:
    for name in ("tree/file", "tree/below/file", "beside/file", "single"):
        store.write_atomic(tmp_path / name, b"one")
    for name in ("tree", "tree", "single", "single", "nowhere/at all"):
        store.remove_tree(tmp_path / name)
    assert [store.read(tmp_path / name) for name in ("tree/file", "tree/below/file", "single")] == [None] * 3
    assert store.read(tmp_path / "beside" / "file") == b"one"


def test_there_is_free_space_also_for_a_path_that_does_not_exist_yet(store: FileStore, tmp_path: Path) -> None:
    assert store.free_bytes(tmp_path / "not" / "yet") > 1_000_000
