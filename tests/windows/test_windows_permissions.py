"""Directories that only this account may open: set by access control lists, and read back from them."""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import sys
from pathlib import Path

import pytest

assert sys.platform == "win32", "the Windows lane runs on Windows"

import pywintypes
import win32security

from mt5console.core.errors import StorageFailed
from mt5console.platforms.files import LocalFileStore
from mt5console.platforms.windows import permissions
from tests.windows.access import EVERYONE, open_to_everyone, who_may_open


@pytest.fixture
def store() -> LocalFileStore:
    return LocalFileStore()


def test_a_new_private_directory_is_this_accounts_alone(store: LocalFileStore, tmp_path: Path) -> None:
    private = tmp_path / "base" / ".mt5console"
    store.make_private_directory(private)
    assert who_may_open(private) == {"this account"}


def test_a_directory_that_was_open_to_everyone_is_closed(store: LocalFileStore, tmp_path: Path) -> None:
    private = tmp_path / ".mt5console"
    private.mkdir()
    open_to_everyone(private)
    assert EVERYONE in who_may_open(private)
    store.make_private_directory(private)
    assert who_may_open(private) == {"this account"}


def test_making_it_private_again_keeps_what_lies_in_it(store: LocalFileStore, tmp_path: Path) -> None:
    private = tmp_path / ".mt5console"
    store.make_private_directory(private)
    store.write_atomic(private / "state", b"kept")
    store.make_private_directory(private)
    assert store.read(private / "state") == b"kept"
    assert who_may_open(private) == {"this account"}


def test_a_directory_that_stays_open_to_others_is_refused_in_words(
    store: LocalFileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a volume that takes access lists and forgets them: what was set is not believed but read back."""
    private = tmp_path / ".mt5console"
    private.mkdir()
    open_to_everyone(private)
    monkeypatch.setattr(permissions, "_close_to_others", lambda _path: None)
    with pytest.raises(StorageFailed) as caught:
        store.make_private_directory(private)
    assert f"others can open it ({EVERYONE}" in caught.value.text
    assert caught.value.code == "no_permission"


def test_a_file_stands_where_the_directory_should_be(store: LocalFileStore, tmp_path: Path) -> None:
    (tmp_path / ".mt5console").write_bytes(b"a file")
    with pytest.raises(StorageFailed):
        store.make_private_directory(tmp_path / ".mt5console")
    assert (tmp_path / ".mt5console").read_bytes() == b"a file"


@pytest.mark.needs_real_windows("Wine hands no access list down to what is made in a directory")
def test_what_is_made_in_a_private_directory_is_private_too(store: LocalFileStore, tmp_path: Path) -> None:
    private = tmp_path / ".mt5console"
    store.make_private_directory(private)
    store.write_atomic(private / "below" / "file", b"content")
    assert who_may_open(private / "below" / "file") == {"this account"}


@pytest.mark.needs_real_windows("Wine takes the call that hands a list down to what is there, and hands nothing down")
def test_what_lay_in_a_directory_before_it_was_made_private_is_private_too(
    store: LocalFileStore, tmp_path: Path
) -> None:
    """As a person makes it, who puts the golden template into the console's folder before the first command."""
    open_to_everyone(tmp_path)
    private = tmp_path / ".mt5console"
    within = private / "template" / "config" / "accounts.dat"
    within.parent.mkdir(parents=True)
    within.write_bytes(b"content")
    assert EVERYONE in who_may_open(within)
    store.make_private_directory(private)
    assert who_may_open(private) == {"this account"}
    assert who_may_open(within.parent) == {"this account"}
    assert who_may_open(within) == {"this account"}
    assert within.read_bytes() == b"content"


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The directories whose list is handed down to all that lies in them."""
    places: list[str] = []
    monkeypatch.setattr(win32security, "SetNamedSecurityInfo", lambda *words: places.append(words[0]))
    return places


def test_what_lies_in_a_directory_that_was_open_is_walked(
    store: LocalFileStore, tmp_path: Path, walked: list[str]
) -> None:
    private = tmp_path / ".mt5console"
    store.make_private_directory(private)
    open_to_everyone(private)
    walked.clear()
    store.make_private_directory(private)
    assert walked == [str(private)]
    assert who_may_open(private) == {"this account"}


@pytest.mark.needs_real_windows("Wine forgets that a list is protected, so it is set again each time")
def test_what_lies_in_a_directory_that_is_private_already_is_not_walked_again(
    store: LocalFileStore, tmp_path: Path, walked: list[str]
) -> None:
    """A new user's directory is made private empty, and once more when thousands of files lie in it."""
    private = tmp_path / ".mt5console"
    store.make_private_directory(private)
    store.make_private_directory(private)
    assert walked == []


def test_a_list_that_cannot_be_handed_down_is_told_in_words(
    store: LocalFileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file in it that belongs to another account has it."""
    private = tmp_path / ".mt5console"
    private.mkdir()

    def refuse(name: str, *_rest: object) -> None:
        assert Path(name) == private
        raise pywintypes.error(5, "SetNamedSecurityInfo", "Access is denied.")

    monkeypatch.setattr(win32security, "SetNamedSecurityInfo", refuse)
    with pytest.raises(StorageFailed) as caught:
        store.make_private_directory(private)
    assert caught.value.code == "no_permission"
    assert str(private) in caught.value.text


@pytest.mark.needs_real_windows("under Wine every account is the same user of the system below")
def test_the_list_is_protected_from_what_the_parent_hands_down(store: LocalFileStore, tmp_path: Path) -> None:
    private = tmp_path / ".mt5console"
    store.make_private_directory(private)
    open_to_everyone(tmp_path)
    assert who_may_open(private) == {"this account"}
