"""The doctor tells which MetaEditor took which of the console's programs, and never changes anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mt5console.bases import find_base
from mt5console.core.isolation.mql5_installation import shipped_version
from mt5console.core.resources import mql5_path
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.doctor import examine


@pytest.fixture
def base(tmp_path: Path) -> Path:
    root = tmp_path / "base"
    find_base(root, True, create=True)
    return root


def install(base: Path, user: int, version: str, *, ok: bool) -> None:
    experts = TerminalLayout(base / f"user_{user}").console_experts
    experts.mkdir(parents=True)
    program = {
        "file": "Experts/Mt5Console/Agent.mq5",
        "ok": ok,
        "errors": 0 if ok else 1,
        "warnings": 0,
        "evidence": "Result: 0 errors, 0 warnings" if ok else "Agent.mq5(3,1) : error 256: 'x' - undeclared identifier",
    }
    record = {"version": version, "editor": "MetaEditor 5.0.0.5260", "at_utc_s": 1.0, "programs": [program]}
    (experts / "installed.json").write_text(json.dumps(record), "utf-8")


def about_programs(base: Path) -> list[dict[str, Any]]:
    return [found for found in examine(base, True) if str(found["name"]).startswith("MQL5 programs")]


def test_without_users_there_is_nothing_to_tell(base: Path) -> None:
    assert about_programs(base) == []


def test_a_program_that_was_taken_is_told_with_editor_and_version(base: Path) -> None:
    version = shipped_version(mql5_path())
    install(base, 7, version, ok=True)
    (found,) = about_programs(base)
    assert (found["name"], found["ok"], found["mend"]) == ("MQL5 programs of user_7", True, "")
    for word in (version, "MetaEditor 5.0.0.5260", "Experts/Mt5Console/Agent.mq5: taken"):
        assert word in found["evidence"]


def test_a_refused_program_is_a_failure_with_metaeditors_words(base: Path) -> None:
    install(base, 7, shipped_version(mql5_path()), ok=False)
    (found,) = about_programs(base)
    assert found["ok"] is False
    assert "undeclared identifier" in found["evidence"]
    assert found["mend"]


def test_an_older_version_waits_for_the_next_start(base: Path) -> None:
    install(base, 7, "000000000000", ok=True)
    (found,) = about_programs(base)
    assert found["ok"] is None
    assert shipped_version(mql5_path()) in found["mend"]


def test_a_directory_without_a_record_is_unknown_not_well_and_users_come_in_order(base: Path) -> None:
    for user in (10, 2):
        (base / f"user_{user}").mkdir()
    found = about_programs(base)
    assert [one["name"] for one in found] == ["MQL5 programs of user_2", "MQL5 programs of user_10"]
    assert all(one["ok"] is None and one["mend"] for one in found)
