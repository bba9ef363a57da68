"""The latches without an engine: all that can be written are, the others are tried again and named."""

from __future__ import annotations

from pathlib import Path

from mt5console.core.errors import StorageFailed
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.terminal.protocol import STOP_LATCH
from mt5console.emergency import write_latches
from tests.fakes.files import FakeFileStore

USERS = [Path(f"/base/user_{number}") for number in (1, 2, 3)]
LATCHES = [TerminalLayout(user).stop_latch for user in USERS]


class RefusingFiles(FakeFileStore):
    """Refuses to write into one directory so many times; an empty file it takes if `has_room_for_a_name`."""

    def __init__(self, refused: Path, times: int, *, has_room_for_a_name: bool = False) -> None:
        super().__init__()
        self._refused = refused
        self._times = times
        self._has_room_for_a_name = has_room_for_a_name

    def write_atomic(self, path: Path, data: bytes, *, private: bool = False, durable: bool = False) -> None:
        if self._refused in path.parents and self._times > 0 and not (self._has_room_for_a_name and not data):
            self._times -= 1
            raise StorageFailed("disk_full", "there is no room")
        super().write_atomic(path, data, private=private, durable=durable)


def test_a_directory_that_cannot_be_written_leaves_the_others_latched_and_is_named() -> None:
    files = RefusingFiles(USERS[0], 10_000)
    assert write_latches(USERS, files, patience_s=0.0) == {"user_1": "there is no room"}
    assert [files.read(latch) for latch in LATCHES] == [None, STOP_LATCH, STOP_LATCH]


def test_what_could_not_be_written_at_once_is_tried_again() -> None:
    files = RefusingFiles(USERS[1], 4)
    assert write_latches(USERS, files) == {}
    assert all(files.stamp(latch) is not None for latch in LATCHES)


def test_on_a_full_disk_an_empty_latch_is_a_latch() -> None:
    files = RefusingFiles(USERS[2], 10_000, has_room_for_a_name=True)
    assert write_latches(USERS, files, patience_s=0.0) == {}
    assert files.read(LATCHES[2]) == b""


def test_a_latch_that_stands_already_needs_no_room() -> None:
    files = FakeFileStore()
    files.write_atomic(LATCHES[0], STOP_LATCH)
    files.fail_writes = "disk_full"
    assert write_latches(USERS[:1], files, patience_s=0.0) == {}
