"""The door through which a frozen program is its own interpreter; nothing is frozen here, the door is the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mt5console
from mt5console.commands.detached import engine_arguments
from mt5console.interpreter import (
    RUN_WORD,
    console_command,
    isolated_command,
    module_command,
    script_interpreter,
)
from mt5console.probe.child import child_command
from mt5console.simulation.program_script import script_text, write_script

PACKAGE = Path(mt5console.__file__).parent
PROGRAM = "/opt/console/mt5console"
TELLS = "import json, sys\nprint(json.dumps([__name__, sys.argv]))\nsys.exit(7)\n"


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the freezer leaves it: the mark, and the program itself as the executable."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", PROGRAM)


def through_the_door(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mt5console", RUN_WORD, *words]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def test_a_script_runs_as_the_main_program_with_its_own_words_and_its_own_end(tmp_path: Path) -> None:
    script = tmp_path / "tells.py"
    script.write_text(TELLS)
    ended = through_the_door(str(script), "--version", "-m", "x")
    assert json.loads(ended.stdout) == ["__main__", [str(script), "--version", "-m", "x"]]
    assert ended.returncode == 7
    assert ended.stderr == ""


def test_a_module_runs_as_the_main_program() -> None:
    ended = through_the_door("-m", "json.tool", "--no-ensure-ascii", "--help")
    assert ended.returncode == 0
    assert "--no-ensure-ascii" in ended.stdout


@pytest.mark.parametrize("words", [(), ("-m",)])
def test_the_hidden_word_alone_is_refused_in_one_line(words: tuple[str, ...]) -> None:
    ended = through_the_door(*words)
    assert ended.returncode == 1
    assert ended.stderr.strip() == f"{RUN_WORD} needs a script, or -m and a module"


def test_nothing_of_the_command_line_is_loaded_for_a_script(tmp_path: Path) -> None:
    script = tmp_path / "loaded.py"
    script.write_text("import sys; print([name for name in sys.modules if name in ('typer', 'mt5console.cli')])")
    assert through_the_door(str(script)).stdout.strip() == "[]"


def test_a_simulated_program_runs_through_the_door(tmp_path: Path) -> None:
    written = tmp_path / "metaeditor64"
    write_script(written, "mt5console.simulation.metaeditor")
    script = written if sys.platform != "win32" else tmp_path / "metaeditor64.exe.py"
    source = tmp_path / "Empty.mq5"
    source.write_text("int OnInit() { return(0); }\n")
    through_the_door(str(script), f"/compile:{source}", f"/log:{tmp_path / 'said.log'}")
    assert "Result: " in (tmp_path / "said.log").read_text("utf-16")


def test_from_source_everything_is_started_with_the_interpreter() -> None:
    assert console_command("status") == [sys.executable, "-m", "mt5console", "status"]
    assert module_command("a.module", "word") == [sys.executable, "-m", "a.module", "word"]
    assert isolated_command("/a/script", "word")[1:] == ["-IS", "/a/script", "word"]
    assert script_interpreter() == (sys.executable, "-IS")


@pytest.mark.usefixtures("frozen")
def test_frozen_everything_is_started_with_the_program_itself(tmp_path: Path) -> None:
    assert console_command("status") == [PROGRAM, "status"]
    assert module_command("a.module", "word") == [PROGRAM, RUN_WORD, "-m", "a.module", "word"]
    assert isolated_command("/a/script", "word") == [PROGRAM, RUN_WORD, "/a/script", "word"]
    assert script_interpreter() == (PROGRAM, RUN_WORD)


@pytest.mark.usefixtures("frozen")
def test_frozen_the_children_are_started_with_the_program_itself(tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    assert child_command(worker, "a_package")[:4] == [PROGRAM, RUN_WORD, str(worker), "a_package"]
    assert engine_arguments(None, True, 2.0)[:2] == [PROGRAM, "--simulate"]
    assert script_text("a.module").startswith(f"#!{PROGRAM} {RUN_WORD}\n")


def test_nobody_but_the_door_asks_which_interpreter_this_is() -> None:
    asks = re.compile(r"sys\.executable|_base_executable")
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if any(asks.search(line.split("#")[0]) for line in path.read_text("utf-8").splitlines() if "`" not in line)
    }
    assert found == {"interpreter.py"}
