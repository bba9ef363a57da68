"""The autostart entry elsewhere than on Windows: written, read as the standard says, and started for real."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.cli import main
from mt5console.core.errors import EXIT_LOCKED
from mt5console.platforms.autostart import StartPlan, entry_name
from mt5console.platforms.posix.desktop_entry import entry_text, exec_line
from tests.story.desk import Desk, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has the Task Scheduler")

WORDS = st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1), min_size=1, max_size=5)


def value_of(text: str, key: str) -> str:
    """A key's value, its escapes undone one after another as the Desktop Entry Specification says."""
    (spelt,) = [line.partition("=")[2] for line in text.split("\n") if line.startswith(f"{key}=")]
    said, escapes = "", {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
    letters = iter(spelt)
    for letter in letters:
        said += escapes[next(letters)] if letter == "\\" else letter
    return said


def words_of(line: str) -> list[str]:
    """An Exec line taken apart as the specification says: quoted words, backslashes, `%%`."""
    words: list[str] = []
    letters = iter(line)
    for letter in letters:
        if letter == " ":
            continue
        assert letter == '"', "every word is quoted"
        word = ""
        for inner in letters:
            if inner == '"':
                break
            word += next(letters) if inner == "\\" else inner
        words.append(word.replace("%%", "%"))
    return words


@given(WORDS)
def test_every_word_comes_back_as_it_was(words: list[str]) -> None:
    plan = StartPlan(base=Path("/b"), command=tuple(words), directory=Path("/"))
    assert words_of(value_of(entry_text(plan), "Exec")) == words


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1))
def test_no_field_code_and_no_bare_special_character_is_left(word: str) -> None:
    line = exec_line([word])
    assert "%" not in line.replace("%%", "")
    assert re.sub(r"\\.", "", line).count('"') == 2


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "autostart"


def autostart(capsys: pytest.CaptureFixture[str], base: Path, word: str) -> dict[str, Any]:
    assert main(["--json", "--simulate", "--base-dir", str(base), "autostart", word]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_installed_twice_is_installed_once_and_removed_is_gone(home: Path, tmp_path: Path, capsys) -> None:
    base = tmp_path / "my base 100% $HOME"
    assert autostart(capsys, base, "status")["installed"] is False
    first = autostart(capsys, base, "install")
    assert autostart(capsys, base, "install") == first
    assert (first["installed"], first["enabled"], first["current"]) == (True, True, True)
    assert first["base_dir"] == str(base)
    assert [str(path) for path in home.iterdir()] == [first["place"]]
    assert autostart(capsys, base, "remove")["removed"] is True
    assert autostart(capsys, base, "remove")["removed"] is False
    assert list(home.iterdir()) == []


def test_each_base_directory_has_its_entry_and_status_names_the_others(home: Path, tmp_path: Path, capsys) -> None:
    for name in ("one", "two"):
        autostart(capsys, tmp_path / name, "install")
    assert len(list(home.iterdir())) == 2
    found = autostart(capsys, tmp_path / "one", "status")
    assert (found["base_dir"], found["others"]) == (str(tmp_path / "one"), [str(tmp_path / "two")])
    autostart(capsys, tmp_path / "two", "remove")
    assert autostart(capsys, tmp_path / "one", "status")["installed"] is True


def test_an_older_entry_is_told_and_one_that_a_desktop_switched_off_too(home: Path, tmp_path: Path, capsys) -> None:
    place = Path(autostart(capsys, tmp_path / "base", "install")["place"])
    place.write_text(place.read_text("utf-8").replace("watchdog", "watch"), "utf-8")
    assert autostart(capsys, tmp_path / "base", "status")["current"] is False
    assert main(["--simulate", "--base-dir", str(tmp_path / "base"), "autostart", "status"]) == 0
    assert "brings it up to date" in capsys.readouterr().out
    place.write_text(place.read_text("utf-8").replace("Hidden=false", "Hidden=true"), "utf-8")
    assert autostart(capsys, tmp_path / "base", "status")["enabled"] is False
    assert autostart(capsys, tmp_path / "base", "install")["current"] is True


def test_a_relative_config_home_counts_as_none(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    place = autostart(capsys, tmp_path / "base", "install")["place"]
    assert Path(place).parent == tmp_path / ".config" / "autostart"


def test_a_base_directory_of_the_other_kind_is_refused(home: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "photo.jpg").write_bytes(b"x")
    assert main(["--simulate", "--base-dir", str(tmp_path / "base"), "autostart", "install"]) == 2
    assert not home.exists()


def test_one_spelling_of_a_directory_has_one_name(tmp_path: Path) -> None:
    assert entry_name(tmp_path / "a" / ".." / "b") == entry_name(tmp_path / "b")


def test_what_stands_in_the_entry_starts_an_engine_once(home: Path, tmp_path: Path, capsys) -> None:
    desk = Desk(tmp_path / "my base 100%")
    place = Path(autostart(capsys, desk.root, "install")["place"])
    text = place.read_text("utf-8")
    words, directory = words_of(value_of(text, "Exec")), value_of(text, "Path")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    # A desktop starts it with an environment of its own.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MT5CONSOLE", "PYTHON"))}
    try:
        desk.process = subprocess.Popen(words, cwd=directory, env=environment, **quiet)
        wait_for(desk._answers, "the engine that the entry starts", 30)
        again = subprocess.run(words, cwd=directory, env=environment, timeout=60, check=False, **quiet)
        assert again.returncode == EXIT_LOCKED
        assert desk._answers()
        desk.stop_engine()
    finally:
        desk.end()
