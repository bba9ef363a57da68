"""The doctor on this machine and on directories as people leave them: each finding says how to mend it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from mt5console.bases import find_base
from mt5console.core.errors import SecretsUnavailable
from mt5console.core.terminal.layout import BaseLayout, program_file
from mt5console.doctor import examine, machine, place


@pytest.fixture
def base(tmp_path: Path) -> Path:
    root = tmp_path / "base"
    find_base(root, True, create=True)
    return root


def tree_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def by_name(findings: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(found["name"]): found for found in findings}


def test_every_finding_has_evidence_and_whatever_is_not_well_says_how_to_mend_it(base: Path) -> None:
    found = examine(base, True)
    assert len({one["name"] for one in found}) == len(found)
    for one in found:
        assert one.keys() == {"name", "ok", "evidence", "mend"}
        assert one["evidence"]
        assert (one["ok"] is True) == (one["mend"] == ""), one


def test_what_the_issue_asks_for_is_looked_at(base: Path) -> None:
    wanted = {"python", "session", "elevation", "keyring", "local API", "disk", "clock", "path", "MetaTrader5 package"}
    assert wanted <= by_name(examine(base, True)).keys()


def test_nothing_is_left_behind(base: Path) -> None:
    before = tree_of(base)
    examine(base, True)
    assert tree_of(base) == before


def test_a_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    found = by_name(examine(tmp_path / "nowhere", True))
    assert found["base directory"]["ok"] is None
    assert not (tmp_path / "nowhere").exists()


def test_the_package_is_imported_in_a_child_and_never_here(base: Path) -> None:
    found = by_name(examine(base, True))["MetaTrader5 package"]
    assert found["ok"] is True, found
    assert "MetaTrader5" not in sys.modules


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has the package")
def test_real_terminals_are_refused_where_they_cannot_run() -> None:
    assert machine.terminals(False)["ok"] is False
    found = machine.package(False)
    assert (found["ok"], found["mend"]) == (False, "use --simulate here")


@pytest.mark.parametrize(
    ("path", "ok", "word"),
    [
        (r"C:\mt5_users", True, "no blanks"),
        (r"C:\my users", False, "blank"),
        (r"C:\Program Files\mt5", False, "Program Files"),
        (r"D:\program files (x86)\mt5", False, "Program Files"),
        ("C:\\" + "deep\\" * 30, False, "too long"),
        ("C:\\Händler", None, "plain letters"),
    ],
)
def test_a_path_that_metatrader_may_not_take_is_told(path: str, ok: bool | None, word: str) -> None:
    found = place.path(BaseLayout(Path(path)), simulated=False)
    assert found["ok"] is ok
    assert word in found["evidence"]
    assert bool(found["mend"]) is (ok is not True)


def test_without_a_template_it_says_where_to_put_one(tmp_path: Path) -> None:
    (found,) = place.template(BaseLayout(tmp_path), simulated=False)
    assert found["ok"] is False
    assert program_file("terminal64") in found["evidence"]
    assert str(tmp_path / ".mt5console" / "template") in found["mend"]
    assert place.template(BaseLayout(tmp_path), simulated=True) == []


def test_before_there_is_a_base_directory_nothing_that_comes_later_counts_as_a_failure(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    (found,) = place.template(BaseLayout(nowhere), simulated=False)
    assert found["ok"] is None
    assert str(nowhere / ".mt5console" / "template") in found["mend"]
    later = {"base directory", "engine", "golden template"}
    seen = [one for one in examine(nowhere, False) if one["name"] in later]
    assert {one["name"] for one in seen} == later
    assert all(one["ok"] is None and one["mend"] for one in seen), seen
    assert not nowhere.exists()


def test_a_template_without_metaeditor_is_half_a_template(tmp_path: Path) -> None:
    template = tmp_path / ".mt5console" / "template"
    (template / "MQL5").mkdir(parents=True)
    (template / program_file("terminal64")).write_bytes(b"MZ")
    whole, editor = place.template(BaseLayout(tmp_path), simulated=False)
    assert (whole["ok"], editor["ok"]) == (True, False)
    (template / program_file("metaeditor64")).write_bytes(b"MZ")
    assert [found["ok"] for found in place.template(BaseLayout(tmp_path), simulated=False)] == [True, True]


def test_a_user_directory_without_its_terminal_is_told_by_name(base: Path) -> None:
    (base / "user_3").mkdir()
    found = by_name(examine(base, True))["directory of user_3"]
    assert found["ok"] is False
    assert program_file("terminal64") in found["evidence"]
    for name in ("terminal64", "metaeditor64"):
        (base / "user_3" / program_file(name)).write_bytes(b"MZ")
    assert by_name(examine(base, True))["directory of user_3"]["ok"] is True


def test_a_clock_before_this_program_was_written_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.clock()["ok"] is not False
    monkeypatch.setattr(machine, "EARLIEST_UTC_S", 1e12)
    found = machine.clock()
    assert found["ok"] is False
    assert "set the clock" in found["evidence"]


def test_a_disk_that_is_nearly_full_fails(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place.disk(BaseLayout(base))["ok"] is True
    monkeypatch.setattr(place, "LEAST_FREE_BYTES", 10**18)
    found = place.disk(BaseLayout(base))
    assert found["ok"] is False
    assert "make room" in found["mend"]


class NoKeyring:
    def get(self, _reference: str) -> None:
        raise SecretsUnavailable("no_keyring", "there is no keyring; install one")


def test_a_missing_keyring_is_told_with_how_to_mend_it_and_what_it_costs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The wizard puts "To mend:" before it: what is meant to help has to stand there."""
    monkeypatch.setattr(place, "secret_store", lambda *_: NoKeyring())
    found = place.keyring(BaseLayout(tmp_path), False)
    assert (found["ok"], found["evidence"]) == (False, "there is no keyring; install one")
    assert found["mend"].startswith("do what is said there, then look again")
    assert "no user can be added" in found["mend"]
