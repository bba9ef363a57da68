"""The checker's command: exit codes, and mistakes as `file:line:column: message`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.mql5check.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
GOOD = "void OnStart()\n  {\n   Print(1);\n  }\n"


@pytest.fixture
def program(tmp_path):
    """A function that writes a program and gives its path."""

    def write(text, name="Small.mq5"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_accepted_files_give_zero_and_no_words(program, capsys):
    assert main([program(GOOD), program(GOOD, "Other.mq5")]) == 0
    assert capsys.readouterr().out == ""


def test_a_refused_file_gives_one_and_a_line_for_each_mistake(program, capsys):
    path = program("void OnStart()\n  {\n   int x = ;\n   Print(1)\n   Sleep(1);\n  }\n")
    assert main([path]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [re.fullmatch(r".*Small\.mq5:(\d+):\d+: .+", line).group(1) for line in lines] == ["3", "4"]


def test_a_refused_file_among_accepted_ones_gives_one(program, capsys):
    assert main([program(GOOD), program("int x", "Bad.mq5"), program(GOOD, "Other.mq5")]) == 1
    assert "Bad.mq5:1:" in capsys.readouterr().out


def test_a_mistake_in_a_shared_include_is_told_once(program, capsys):
    program("int x = ;\n", "Part.mqh")
    uses = '#include "Part.mqh"\n' + GOOD
    assert main([program(uses), program(uses, "Other.mq5")]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_missing_folders_and_unreadable_files_give_two(tmp_path, capsys):
    (tmp_path / "bytes.mq5").write_bytes(b"a\x81b")
    for path, word in (
        (tmp_path / "no.mq5", "does not exist"),
        (tmp_path, "is a folder"),
        (tmp_path / "bytes.mq5", "no text"),
    ):
        assert main([str(path)]) == 2
        shown = capsys.readouterr()
        assert word in shown.err
        assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["--include", "/no/such/folder", "x.mq5"], ["--fast", "x.mq5"]])
def test_wrong_words_give_two(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_the_module_runs_as_people_call_it(program):
    ran = subprocess.run(
        [sys.executable, "-m", "tools.mql5check", program("int x = 1")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 1
    assert "Small.mq5:1:10: ';' is missing" in ran.stdout
    assert ran.stderr == ""
