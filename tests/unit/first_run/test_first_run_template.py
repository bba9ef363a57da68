"""The golden template's copy: whole or not at all, whatever ends it; and the folders that may become one."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import time
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from mt5console.core.config.base_directory import BaseDirectory
from mt5console.core.errors import ConsoleError, StorageFailed
from mt5console.core.model.ids import ServerId
from mt5console.core.terminal.layout import BaseLayout, program_file
from mt5console.first_run import first_run_access, folders
from mt5console.platforms import golden_template
from mt5console.platforms.golden_template import COPYING, clear_torn, copy_template
from mt5console.ui.bridge.first_run_access import FirstRunAccess, Folder

OLD_NS = 1_500_000_000_000_000_000


@pytest.fixture
def layout(tmp_path: Path) -> BaseLayout:
    layout = BaseLayout(tmp_path / "base")
    layout.console.mkdir(parents=True)
    return layout


@pytest.fixture
def live(layout: BaseLayout) -> FirstRunAccess:
    """The wizard's reach over a live base directory, which here is only looked at."""
    return first_run_access(BaseDirectory(layout=layout, simulated=False, key="k" * 8, server=ServerId("test")))


@pytest.fixture
def broker(tmp_path: Path) -> Path:
    """A broker's portable terminal as a person prepared it, with what one run left in it."""
    root = tmp_path / "broker"
    for name, text in {
        program_file("terminal64"): "MZ terminal",
        program_file("metaeditor64"): "MZ editor",
        "MQL5/Include/Trade/Trade.mqh": "// trade",
        "MQL5/Logs/20260101.log": "expert",
        "config/servers.dat": "servers",
        "logs/20260101.log": "journal",
        "bases/Broker-Demo/history/EURUSD/2026.hcc": "bars",
        "bases/Broker-Demo/symbols/symbols.dat": "symbols",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "temp").mkdir()
    return root


def never() -> bool:
    return False


def ignore(_done: int) -> None:
    return


def tree(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def words(judged: Folder) -> dict[str, bool | None]:
    return {point.title: point.ok for point in judged.points}


# ---- the copy -------------------------------------------------------------------------------------------------------


def test_the_copy_is_whole_without_what_belongs_to_one_run(broker: Path, layout: BaseLayout) -> None:
    place, told = layout.console / "template", []
    os.utime(broker / "MQL5/Include/Trade/Trade.mqh", ns=(OLD_NS, OLD_NS))
    copy_template(broker, place, told.append, never)
    assert tree(place) == {
        program_file("terminal64"),
        program_file("metaeditor64"),
        "MQL5/Include/Trade/Trade.mqh",
        "config/servers.dat",
        "bases/Broker-Demo/symbols/symbols.dat",
    }
    assert (place / "temp").is_dir()
    assert (place / "MQL5/Include/Trade/Trade.mqh").stat().st_mtime_ns == OLD_NS
    assert told == sorted(told)
    assert told[-1] == sum((place / name).stat().st_size for name in tree(place))
    assert list(layout.console.iterdir()) == [place]


def test_a_cancelled_copy_leaves_nothing_and_the_old_template(broker: Path, layout: BaseLayout) -> None:
    place, cancelled = layout.console / "template", Event()
    place.mkdir()
    (place / "old").write_text("old")
    with pytest.raises(ConsoleError) as raised:
        copy_template(broker, place, lambda _done: cancelled.set(), cancelled.is_set)
    assert raised.value.code == "cancelled"
    assert tree(layout.console) == {"template/old"}


def test_a_cancelled_first_copy_leaves_nothing_at_all(broker: Path, layout: BaseLayout) -> None:
    with pytest.raises(ConsoleError):
        copy_template(broker, layout.console / "template", ignore, lambda: True)
    assert list(layout.console.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(
    broker: Path, layout: BaseLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(golden_template.os, "fsync", full)
    with pytest.raises(StorageFailed) as raised:
        copy_template(broker, layout.console / "template", ignore, never)
    assert raised.value.code == "disk_full"
    assert "Make room" in raised.value.text
    assert list(layout.console.iterdir()) == []


def test_a_new_template_takes_the_old_ones_place_in_one_step(broker: Path, layout: BaseLayout) -> None:
    place = layout.console / "template"
    place.mkdir()
    (place / "old").write_text("old")
    copy_template(broker, place, ignore, never)
    assert "old" not in tree(place)
    assert list(layout.console.iterdir()) == [place]


def test_a_file_that_changes_meanwhile_is_no_template(
    broker: Path, layout: BaseLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(golden_template.os.path, "getsize", lambda _path: 3)
    with pytest.raises(StorageFailed, match="changed while it was copied"):
        copy_template(broker, layout.console / "template", ignore, never)
    assert list(layout.console.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="a link needs a right of its own there")
def test_a_folder_that_lies_elsewhere_is_not_followed(broker: Path, layout: BaseLayout, tmp_path: Path) -> None:
    shutil.move(broker / "MQL5", tmp_path / "elsewhere")
    (broker / "MQL5").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageFailed, match="is a link"):
        copy_template(broker, layout.console / "template", ignore, never)
    assert list(layout.console.iterdir()) == []


def test_what_a_killed_copy_left_goes_and_the_template_that_it_moved_away_comes_back(layout: BaseLayout) -> None:
    place = layout.console / "template"
    torn, before = place.with_name(f"template{COPYING}999999999"), place.with_name("template.before")
    mine = place.with_name(f"template{COPYING}{os.getpid()}")
    for folder in (torn, before, mine):
        folder.mkdir()
    (before / "old").write_text("old")
    clear_torn(place)
    assert tree(place) == {"old"}
    assert not torn.exists()
    assert mine.exists(), "a copy that goes on is left alone"


# ---- folders --------------------------------------------------------------------------------------------------------


def test_a_prepared_folder_is_fit_and_its_size_is_known(broker: Path, layout: BaseLayout) -> None:
    judged = folders.judge(broker, layout)
    assert judged.is_fit, judged
    assert set(words(judged).values()) == {True}
    assert judged.total_bytes == golden_template.extent(broker).total_bytes > 0


@pytest.mark.parametrize(
    ("gone", "title", "mend"),
    [
        (program_file("terminal64"), "Terminal", "installed"),
        (program_file("metaeditor64"), "MetaEditor", "installed"),
        ("MQL5", "MQL5", "/portable"),
    ],
)
def test_what_is_missing_is_named_with_how_to_mend_it(
    broker: Path, layout: BaseLayout, gone: str, title: str, mend: str
) -> None:
    (shutil.rmtree if (broker / gone).is_dir() else os.remove)(broker / gone)
    judged = folders.judge(broker, layout)
    assert not judged.is_fit
    (point,) = [one for one in judged.points if one.ok is False]
    assert point.title == title
    assert mend in point.mend


def test_a_terminal_that_knows_no_servers_yet_is_warned_of_and_taken(broker: Path, layout: BaseLayout) -> None:
    (broker / "config/servers.dat").unlink()
    judged = folders.judge(broker, layout)
    assert judged.is_fit
    assert words(judged)["Servers"] is None


@pytest.mark.parametrize(
    "folder", [r"C:\Program Files\XM Global MT5", r"d:\program files (x86)\Broker", "E:/Program Files/Broker"]
)
def test_an_installed_terminal_is_told_from_a_portable_one(folder: str) -> None:
    assert folders.is_under_program_files(folder)


def test_a_folder_under_program_files_is_refused_with_the_way_to_a_portable_one(
    broker: Path, layout: BaseLayout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "is_under_program_files", lambda folder: folder == str(broker))
    (point,) = folders.judge(broker, layout).points
    assert (point.title, point.ok) == ("Place", False)
    assert "/portable" in point.mend


def test_the_base_directorys_own_folders_are_refused(broker: Path, layout: BaseLayout, tmp_path: Path) -> None:
    inside = layout.root / "user_1"
    shutil.copytree(broker, inside)
    assert words(folders.judge(inside, layout)) == {"Place": False}
    assert words(folders.judge(tmp_path, layout)) == {"Place": False}
    assert words(folders.judge(tmp_path / "nowhere", layout)) == {"Place": False}


@pytest.mark.skipif(os.name == "nt", reason="needs a program that runs from anywhere")
def test_a_running_terminal_is_told_with_its_pid(broker: Path, layout: BaseLayout) -> None:
    program = broker / program_file("terminal64")
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    running = subprocess.Popen([str(program), "60"])
    try:
        deadline = time.monotonic() + 10.0
        while (judged := folders.judge(broker, layout)).is_fit and time.monotonic() < deadline:
            pass
        (point,) = [one for one in judged.points if one.ok is False]
        assert point.title == "Not running"
        assert str(running.pid) in point.evidence
        assert "close it" in point.mend
    finally:
        running.kill()
        running.wait()


def test_a_volume_without_room_is_told_before_anything_is_copied(
    broker: Path, layout: BaseLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders.LocalFileStore, "free_bytes", lambda _self, _path: 1000)
    judged = folders.judge(broker, layout)
    assert words(judged)["Room"] is False
    assert not judged.is_fit


def test_terminals_are_found_where_people_put_them_and_never_in_the_base_directory(
    broker: Path, layout: BaseLayout, tmp_path: Path
) -> None:
    shutil.copytree(broker, layout.root / "user_1")
    shutil.copytree(broker, tmp_path / "Program Files" / "Broker MT5")
    shutil.copytree(broker, tmp_path / "a" / "b" / "c" / "too deep")
    found = folders.found_folders(layout, [tmp_path])
    assert set(found) == {str(broker), str(tmp_path / "Program Files" / "Broker MT5")}


# ---- all of it ------------------------------------------------------------------------------------------------------


def test_a_live_base_directory_gets_its_template_and_says_which(
    live: FirstRunAccess, broker: Path, layout: BaseLayout
) -> None:
    before = live.template()
    assert (before.needed, before.is_there, before.is_fit) == (True, False, False)
    told: list[tuple[int, int]] = []
    made = live.copy(str(broker), lambda done, total: told.append((done, total)), Event())
    assert made.is_fit, made
    assert made == live.template()
    assert made.build
    assert made.place == str(layout.console / "template")
    assert told[-1][0] == told[-1][1]


def test_a_folder_that_is_not_fit_is_not_copied(live: FirstRunAccess, broker: Path, layout: BaseLayout) -> None:
    (broker / program_file("metaeditor64")).unlink()
    with pytest.raises(ConsoleError) as raised:
        live.copy(str(broker), lambda _done, _total: None, Event())
    assert raised.value.code == "not_fit"
    assert program_file("metaeditor64") in raised.value.text
    assert list(layout.console.iterdir()) == []


def test_a_template_that_lost_its_metaeditor_is_to_be_made_anew(
    live: FirstRunAccess, broker: Path, layout: BaseLayout
) -> None:
    live.copy(str(broker), lambda _done, _total: None, Event())
    (layout.console / "template" / program_file("metaeditor64")).unlink()
    state = live.template()
    assert state.is_there
    assert not state.is_fit


def test_a_simulated_base_directory_needs_no_template(layout: BaseLayout) -> None:
    base = BaseDirectory(layout=layout, simulated=True, key="k" * 8, server=ServerId("test"))
    state = first_run_access(base).template()
    assert not state.needed
    assert state.is_fit
    assert first_run_access(base).folders() == ()


def test_the_machine_is_looked_at_point_by_point(layout: BaseLayout) -> None:
    base = BaseDirectory(layout=layout, simulated=True, key="k" * 8, server=ServerId("test"))
    found: list[Any] = list(first_run_access(base).machine())
    assert [point.title for point in found] == [
        "Base directory",
        "Session",
        "Rights",
        "MetaTrader5 package",
        "Keyring",
        "Disk",
    ]
    assert all(point.evidence and (point.ok is True) == (not point.mend) for point in found)
