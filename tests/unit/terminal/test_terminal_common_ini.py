"""common.ini before a start of ours: three keys say that algo trading stays on, and every other byte stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from mt5console.core.errors import StorageFailed
from mt5console.core.terminal.common_ini import keep_algo
from mt5console.core.terminal.ini import ini_value
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.platforms.files import LocalFileStore
from tests.fakes.files import FakeFileStore

REAL = """[Common]\r
Login=5001\r
Server=Demo-Server\r
KeepPrivate=1\r
Environment=0102FF\r
[Charts]\r
ProfileLast=Default\r
[Experts]\r
AllowDllImport=0\r
Enabled=0\r
Account=1\r
Profile=1\r
Chart=0\r
Api=0\r
WebRequest=1\r
WebRequestUrl=https://prices.example\r
[Objects]\r
ShowPropertiesOnCreate=0\r
"""
WANTED = (
    REAL.replace("Enabled=0", "Enabled=1")
    .replace("Account=1", "Account=0")
    .replace("Profile=1\r\nCh", "Profile=0\r\nCh")
)


def spelt(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


@pytest.mark.parametrize("path", ["config/common.ini", "Config/common.ini", "Config/Common.INI"])
def test_three_keys_change_and_no_other_byte(tmp_path, path):
    file = tmp_path / path
    file.parent.mkdir()
    file.write_bytes(spelt(REAL))
    assert keep_algo(TerminalLayout(tmp_path), LocalFileStore())
    assert file.read_bytes() == spelt(WANTED)
    assert [found.name for found in tmp_path.iterdir()] == [file.parent.name]
    assert [found.name for found in file.parent.iterdir()] == [file.name]


def test_a_file_that_says_it_already_is_not_written(tmp_path):
    file = tmp_path / "config" / "common.ini"
    file.parent.mkdir()
    file.write_bytes(spelt(WANTED))
    before = file.stat().st_ino, file.stat().st_mtime_ns
    assert not keep_algo(TerminalLayout(tmp_path), LocalFileStore())
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == before


def test_a_missing_section_is_added_at_the_end(tmp_path):
    file = tmp_path / "config" / "common.ini"
    file.parent.mkdir()
    file.write_bytes(spelt("[Common]\r\nLogin=5001\r\n"))
    keep_algo(TerminalLayout(tmp_path), LocalFileStore())
    expected = "[Common]\r\nLogin=5001\r\n[Experts]\r\nEnabled=1\r\nAccount=0\r\nProfile=0\r\n"
    assert file.read_bytes() == spelt(expected)


def test_a_missing_file_is_made_in_the_terminals_own_form(tmp_path):
    assert keep_algo(TerminalLayout(tmp_path), LocalFileStore())
    data = (tmp_path / "config" / "common.ini").read_bytes()
    assert data == spelt("[Experts]\r\nEnabled=1\r\nAccount=0\r\nProfile=0\r\n")
    assert ini_value(data, "experts", "enabled") == "1"


def test_a_file_that_somebody_holds_is_never_written_over():
    files, path = FakeFileStore(), Path("/base/user_1/config/common.ini")
    files.write_atomic(path, spelt(REAL))
    files.held.add(path)
    with pytest.raises(StorageFailed, match="who holds it"):
        keep_algo(TerminalLayout(Path("/base/user_1")), files)
    assert files.files[path].data == spelt(REAL)


def test_a_torn_file_and_a_full_disk_leave_it_as_it_was():
    files, path = FakeFileStore(), Path("/base/user_1/config/common.ini")
    files.write_atomic(path, spelt(REAL)[:-1])
    with pytest.raises(StorageFailed):
        keep_algo(TerminalLayout(Path("/base/user_1")), files)
    files.write_atomic(path, spelt(REAL))
    files.fail_writes = "disk_full"
    with pytest.raises(StorageFailed):
        keep_algo(TerminalLayout(Path("/base/user_1")), files)
    assert files.files[path].data == spelt(REAL)
