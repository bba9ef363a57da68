"""The base directory's marker on a real disk: made once, kept apart by kind, never over what is not ours."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mt5console.core.config.base_directory import BaseDirectory, open_base
from mt5console.core.errors import EXIT_USAGE, ConsoleError, StorageFailed, UsageInvalid
from mt5console.core.terminal.layout import BaseLayout
from mt5console.platforms.files import LocalFileStore

FILES = LocalFileStore()


def opened(root: Path, simulated: bool = True, create: bool = False) -> BaseDirectory:
    return open_base(root, simulated, FILES, create)


def refusal(root: Path, simulated: bool = True, create: bool = False) -> ConsoleError:
    with pytest.raises(ConsoleError) as refused:
        opened(root, simulated, create)
    assert "\n" not in refused.value.text
    assert str(root) in refused.value.text
    return refused.value


def tree(root: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(root)): p.read_bytes() if p.is_file() else None for p in sorted(root.rglob("*"))}


def test_a_new_base_directory_is_opened_again_as_the_same(tmp_path: Path) -> None:
    root = tmp_path / "new" / "base"
    made = opened(root, create=True)
    assert made.simulated
    assert made.server
    assert made.layout.root == root
    assert opened(root) == made
    assert opened(root, create=True) == made
    assert set(tree(root)) == {".mt5console", ".mt5console/base.json"}


def test_two_base_directories_have_different_keys(tmp_path: Path) -> None:
    assert opened(tmp_path / "a", create=True).key != opened(tmp_path / "b", create=True).key


@pytest.mark.skipif(sys.platform == "win32", reason="mode bits are POSIX's; the Windows lane checks access lists")
def test_only_its_owner_may_look_in(tmp_path: Path) -> None:
    layout = opened(tmp_path / "base", create=True).layout
    for path in (layout.root, layout.console, layout.marker):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_an_empty_directory_becomes_a_base_directory(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    assert not opened(tmp_path / "base", simulated=False, create=True).simulated


@pytest.mark.parametrize("simulated", [True, False])
def test_the_other_kind_is_refused_with_the_way_out(tmp_path: Path, simulated: bool) -> None:
    root = tmp_path / "base"
    opened(root, simulated, create=True)
    before = tree(root)
    for create in (False, True):
        error = refusal(root, not simulated, create)
        assert (error.code, error.exit_code) == ("base_other_kind", EXIT_USAGE)
        assert "--simulate" in error.text
    assert tree(root) == before


@pytest.mark.parametrize("create", [True, False])
def test_a_directory_that_is_not_ours_is_refused_and_untouched(tmp_path: Path, create: bool) -> None:
    root = tmp_path / "documents"
    root.mkdir()
    (root / "thesis.txt").write_text("years of work", encoding="utf-8")
    error = refusal(root, create=create)
    assert (error.code, error.exit_code) == ("base_foreign", EXIT_USAGE)
    assert tree(root) == {"thesis.txt": b"years of work"}


def test_nothing_is_made_for_a_reader(tmp_path: Path) -> None:
    error = refusal(tmp_path / "nowhere")
    assert (error.code, error.exit_code) == ("base_missing", EXIT_USAGE)
    assert not (tmp_path / "nowhere").exists()


MARKER = {"kind": "simulated", "key": "0123456789abcdef", "server": "box", "schema": 1}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        json.dumps({**MARKER, "kind": "other"}).encode(),
        json.dumps({**MARKER, "key": "../x"}).encode(),
        json.dumps({**MARKER, "server": ""}).encode(),
        json.dumps({**MARKER, "schema": None}).encode(),
    ],
)
@pytest.mark.parametrize("create", [True, False])
def test_a_torn_marker_is_named_and_left(tmp_path: Path, content: bytes, create: bool) -> None:
    layout = BaseLayout(tmp_path / "base")
    layout.console.mkdir(parents=True)
    layout.marker.write_bytes(content)
    error = refusal(layout.root, create=create)
    assert isinstance(error, StorageFailed)
    assert error.code == "base_torn"
    assert tree(layout.root) == {".mt5console": None, ".mt5console/base.json": content}


def test_a_lost_marker_beside_a_state_is_no_invitation_to_begin_anew(tmp_path: Path) -> None:
    layout = opened(tmp_path / "base", create=True).layout
    layout.state_db.write_bytes(b"users")
    layout.marker.unlink()
    assert refusal(layout.root, create=True).code == "base_torn"
    assert not layout.marker.exists()


def test_a_maker_that_died_before_the_marker_is_finished_by_the_next(tmp_path: Path) -> None:
    layout = BaseLayout(tmp_path / "base")
    layout.console.mkdir(parents=True)
    layout.lock.touch()
    (layout.console / ".base.json.1a2b3c4d").write_bytes(b"half")
    assert opened(layout.root, create=True) == opened(layout.root)


def test_the_order_of_the_installation_page_works(tmp_path: Path) -> None:
    """docs/windows.md: the golden template and the settings are put there before any command made the directory."""
    layout = BaseLayout(tmp_path / "mt5_users")
    template = layout.console / "template"
    template.mkdir(parents=True)
    (template / "terminal64.exe").write_bytes(b"MZ")
    layout.settings.write_text('agent_symbol = "EURUSD.x"\n', encoding="utf-8")
    assert refusal(layout.root, simulated=False).code == "base_missing"
    made = opened(layout.root, simulated=False, create=True)
    assert not made.simulated
    assert (template / "terminal64.exe").read_bytes() == b"MZ"
    assert "EURUSD.x" in layout.settings.read_text("utf-8")


def test_a_newer_marker_is_refused(tmp_path: Path) -> None:
    layout = opened(tmp_path / "base", create=True).layout
    layout.marker.write_text(json.dumps({**MARKER, "schema": 2}), encoding="utf-8")
    assert refusal(layout.root).code == "base_newer"


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for root in (tmp_path / "file", tmp_path / "file" / "base"):
        error = refusal(root, create=True)
        assert (error.code, error.exit_code) == ("base_unwritable", EXIT_USAGE)


def test_an_existing_base_that_became_unwritable_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    layout = opened(tmp_path / "base", create=True).layout

    class FullDisk(LocalFileStore):
        def write_atomic(self, path: Path, data: bytes, *, private: bool = False, durable: bool = False) -> None:
            raise StorageFailed("disk_full", f"{path} could not be written: the disk is full; free some space")

    with pytest.raises(UsageInvalid) as refused:
        open_base(layout.root, True, FullDisk(), create=True)
    assert refused.value.code == "base_unwritable"
    assert open_base(layout.root, True, FullDisk(), create=False).key


@pytest.mark.parametrize("root", ["C:\\Program Files\\mt5", "/c:/Program Files (x86)/x"])
def test_program_files_is_refused_for_real_terminals(root: str) -> None:
    from mt5console.core.config.base_directory import _refuse_place

    class Named:
        def __str__(self) -> str:
            return root.lstrip("/")

    with pytest.raises(UsageInvalid, match="Program Files"):
        _refuse_place(Named(), simulated=False)  # type: ignore[arg-type]
    _refuse_place(Named(), simulated=True)  # type: ignore[arg-type]


def test_several_makers_at_once_end_with_one_key(tmp_path: Path) -> None:
    keys: list[str] = []
    together = threading.Barrier(6)

    def make() -> None:
        together.wait(10)
        keys.append(opened(tmp_path / "base", create=True).key)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(keys) == 6
    assert len(set(keys)) == 1


def test_opening_a_base_directory_does_not_load_what_only_settings_need() -> None:
    code = "import sys, mt5console.core.config.base_directory; print({'pydantic', 'tomlkit'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "set()"
