"""The golden template of a simulated terminal: what lies there, and that its programs run where they stand."""

import os
import sys
from pathlib import Path

import pytest

from mt5console.core.errors import ConsoleError
from mt5console.simulation.binary import read_binary
from mt5console.simulation.installation import SimulatedTemplate
from mt5console.simulation.program_script import script_text
from mt5console.simulation.resources import resource_root


def test_the_seed_s_tree_stands_and_the_programs_are_executable(sim):
    user = sim.user()
    root = user.layout.root
    for folder in ("MQL5/Experts/Mt5Console", "MQL5/Files", "MQL5/Presets", "MQL5/Profiles/Charts/Default", "logs"):
        assert (root / folder).is_dir(), folder
    for file in ("config/common.ini", "config/accounts.dat", "config/servers.dat"):
        assert (root / file).is_file(), file
    for program in ("terminal64", "metaeditor64"):
        assert os.access(root / program, os.X_OK), program
    assert (root / "config" / "accounts.dat").read_bytes() == b""
    agent = read_binary(user.layout.agent_binary)
    assert agent is not None
    assert agent.role == "agent"
    includes = sorted(file.name for file in (resource_root("mql5") / "Include" / "Mt5Console").glob("*.mqh"))
    assert sorted(file.name for file in (user.layout.include / "Mt5Console").iterdir()) == includes


def test_a_directory_with_something_in_it_is_refused_and_left_as_it_was(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ConsoleError) as refusal:
        SimulatedTemplate().install(tmp_path)
    assert refusal.value.code == "not_empty"
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_directory_is_filled(tmp_path):
    target = tmp_path / "user_1"
    target.mkdir()
    SimulatedTemplate().install(target)
    assert (target / "terminal64").is_file()
    assert [entry.name for entry in tmp_path.iterdir()] == ["user_1"]


def test_an_installation_that_cannot_finish_leaves_nothing(tmp_path, monkeypatch):
    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mt5console.simulation.installation.write_script", no_room)
    with pytest.raises(ConsoleError, match="No space left"):
        SimulatedTemplate().install(tmp_path / "user_1")
    assert list(tmp_path.iterdir()) == []


def test_a_running_terminal_is_found_by_its_script_in_its_command_line(sim):
    user = sim.user()
    process = user.start()
    words = Path(f"/proc/{process.pid}/cmdline").read_text().split("\0")
    assert os.path.realpath(words[0]) == os.path.realpath(sys.executable)
    assert str(user.executable) in words[:3]
    assert words[words.index(str(user.executable)) + 1] == "/portable"


def test_an_interpreter_behind_a_path_with_blanks_runs_the_terminal_too(sim, monkeypatch):
    folder = sim.base.parent / "a folder with 'quotes' and blanks"
    folder.mkdir()
    python = folder / "python3"
    python.symlink_to(os.path.realpath(sys.executable))
    monkeypatch.setattr(sys, "executable", str(python))
    assert script_text("some.module").startswith("#!/bin/sh")
    user = sim.user()
    user.start()
    words = Path(f"/proc/{user.process.pid}/cmdline").read_text().split("\0")
    assert words[:3] == [str(python), "-IS", str(user.executable)]
    assert user.close()[0] == 0
