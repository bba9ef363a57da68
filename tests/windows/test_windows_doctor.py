"""The doctor on Windows: rights, session and package are told as they are; the field test runs on a real process; the
task at logon is one that the Task Scheduler takes."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mt5console.bases import find_base
from mt5console.core.credentials import Secret
from mt5console.core.terminal.layout import BaseLayout
from mt5console.doctor import examine, machine, place
from mt5console.doctor.assumptions import ASSUMPTIONS
from mt5console.doctor.field_test import run
from mt5console.platforms import autostart
from mt5console.platforms.autostart import StartPlan
from mt5console.platforms.sessions import is_elevated
from mt5console.platforms.task_definition import task_xml
from mt5console.platforms.windows.tasks import own_sid
from tests.story.desk import PASSWORD, Desk

CHECK_INTERVAL_S = 4.0


@pytest.fixture
def base() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="mt5-"))
    find_base(root / "base", True, create=True)
    yield root / "base"
    shutil.rmtree(root, ignore_errors=True)


def by_name(findings: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(found["name"]): found for found in findings}


def test_this_machine_is_told_as_it_is(base: Path) -> None:
    found = by_name(examine(base, True))
    assert found["python"]["ok"] is True
    assert "session" in found["session"]["evidence"]
    assert found["elevation"]["evidence"].startswith("this runs ")
    assert found["clock"]["ok"] is not False
    assert found["keyring"]["ok"] is True, found["keyring"]
    assert found["small files"]["ok"] is not False
    for one in found.values():
        assert (one["ok"] is True) == (one["mend"] == ""), one


def test_the_real_package_is_imported_with_its_numpy_in_a_child() -> None:
    found = machine.package(simulated=False)
    assert found["ok"] is True, found
    assert "version 5.0" in found["evidence"]
    assert "numpy" in found["evidence"]


def test_real_terminals_can_be_asked_for_here() -> None:
    assert machine.terminals(simulated=False)["ok"] is True


def test_a_process_has_rights_and_one_that_is_gone_has_none_to_tell() -> None:
    assert is_elevated(None) in (True, False)
    assert is_elevated(0x7FFFFFFC) is None


@pytest.mark.parametrize("path", ["C:\\Program Files\\mt5", "C:\\my users"])
def test_a_place_that_metatrader_cannot_live_in_is_told(path: str) -> None:
    assert place.path(BaseLayout(Path(path)), simulated=False)["ok"] is False


def test_the_definition_of_the_task_is_for_this_account() -> None:
    plan = StartPlan(
        base=Path("C:\\mt5_users"), command=("C:\\py\\pythonw.exe", "-m", "mt5console"), directory=Path("C:\\")
    )
    assert own_sid().startswith("S-1-5-")
    assert own_sid() in task_xml(plan, own_sid(), elevated=False)


def test_the_scheduler_takes_the_definition_again_and_again() -> None:
    root = Path(tempfile.gettempdir()) / "mt5console autostart käfig"
    plan = StartPlan(base=root, command=("C:\\Windows\\System32\\where.exe", str(root)), directory=root.parent)
    first = autostart.install(plan)
    try:
        assert autostart.install(plan) == first
        assert first.startswith("\\mt5console\\")
    finally:
        subprocess.run(["schtasks", "/delete", "/tn", first, "/f"], check=True, capture_output=True, timeout=60)


@pytest.mark.needs_real_windows("Wine's schtasks registers tasks, and can list none")
def test_the_scheduler_takes_the_task_once_tells_it_and_lets_it_go() -> None:
    root = Path(tempfile.gettempdir()) / "mt5console autostart test"
    plan = StartPlan(
        base=root, command=("C:\\Windows\\System32\\where.exe", "--base-dir", str(root)), directory=root.parent
    )
    try:
        first = autostart.install(plan)
        assert autostart.install(plan) == first
        entry, others = autostart.look(plan)
        assert entry is not None
        assert (entry.base, entry.enabled, entry.current) == (str(root), True, True)
        assert str(root) not in others
    finally:
        assert autostart.remove(root) is True
    assert autostart.remove(root) is False
    assert autostart.look(plan)[0] is None


@pytest.fixture
def desk() -> Iterator[Desk]:
    root = Path(tempfile.mkdtemp(prefix="mt5-"))
    opened = Desk(root / "base", CHECK_INTERVAL_S)
    opened.layout.simulation.mkdir(parents=True, exist_ok=True)
    (opened.layout.simulation / "settings.json").write_text(json.dumps({"real_package": True}), "utf-8")
    try:
        opened.start_engine()
        yield opened
    finally:
        opened.end()
        shutil.rmtree(root, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_field_test_runs_on_a_terminal_that_is_a_windows_process(desk: Desk) -> None:
    desk.door.add_user(1, 700001, "Demo-Server", Secret(PASSWORD))
    desk.start(1)
    from mt5console.app import open_door

    report, places = run(lambda: open_door(desk.root, True, acting=True), desk.root, True, 1, beat_seconds=8.0)
    told = {one["id"]: (one["verdict"], one["evidence"]) for one in report["assumptions"]}
    assert told.keys() == {one.id for one in ASSUMPTIONS}
    assert [step["outcome"] for step in report["steps"]] == ["passed"] * len(report["steps"]), report["steps"]
    assert {name: seen for name, seen in told.items() if seen[0] == "did not hold"} == {}
    for name in ("A9", "A26", "A29", "A30", "A31", "A35"):
        assert told[name][0] == "held", (name, told[name])
    written = places[0].read_text("utf-8") + places[1].read_text("utf-8")
    for secret in (PASSWORD, "700001", "Demo-Server", str(desk.root)):
        assert secret not in written
