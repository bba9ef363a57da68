"""The compiler port against MetaEditors that behave in every way the real one is known to."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from mt5console.core.ports import Compiler
from mt5console.core.terminal.layout import program_file
from mt5console.platforms import metaeditor
from mt5console.platforms.metaeditor import MetaEditorCompiler
from mt5console.simulation.binary import read_binary
from mt5console.simulation.program_script import write_program, write_script

NAME = program_file("metaeditor64")
REPOSITORY = Path(__file__).resolve().parents[2]

PRELUDE = """import sys, os, time, pathlib, subprocess
source = pathlib.Path(next(w for w in sys.argv if w.startswith("/compile:"))[9:].strip('"'))
assert "/log" in sys.argv and "/portable" in sys.argv
log, ex5 = source.with_suffix(".log"), source.with_suffix(".ex5")
def say(text, encoding="utf-16"): log.write_bytes(text.replace("\\n", "\\r\\n").encode(encoding))
"""


PRELUDE += f"""
def another(*words):
    subprocess.Popen([{sys.executable!r}, "-I", __file__, *sys.argv[1:], *words], stdin=-3, stdout=-3, stderr=-3)
"""


def editor(directory: Path, body: str) -> None:
    write_program(directory / NAME, f"#!{sys.executable} -I\n{PRELUDE}{body}")


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Compiler:
    monkeypatch.setattr(metaeditor, "LOG_GRACE_S", 0.8)
    return MetaEditorCompiler(NAME)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "Robot_1_a.mq5"
    path.write_text("int OnInit() { return 0; }")
    return path


def test_the_simulated_metaeditor_compiles(tmp_path: Path, compiler: Compiler, source: Path) -> None:
    write_script(tmp_path / NAME, "mt5console.simulation.metaeditor")
    report = compiler.compile(source, tmp_path, 20)
    assert report.ok, report.evidence
    assert read_binary(source.with_suffix(".ex5")) is not None
    assert report.evidence.startswith("Result: 0 errors, 0 warnings")
    source.write_text("int OnInit() { return 0;")
    report = compiler.compile(source, tmp_path, 20)
    assert (report.ok, report.errors, report.warnings) == (False, 1, 0)
    assert report.messages == (f"{source}(1,14) : error 149: '{{' - unbalanced, closing bracket not found",)


@pytest.mark.parametrize("code", [0, 1, 3])
@pytest.mark.parametrize(
    ("result", "encoding"),
    [
        ("Result: 0 errors, 2 warnings, 3264 msec elapsed, cpu='X64 Regular'", "utf-16"),
        ("Result: 0 error(s), 2 warning(s), 131 msec elapsed", "utf-8"),
        ("Result: 0 errors, 2 warnings", "utf-8-sig"),
        ("Result: 0 errors, 2 warnings", "utf-16-le"),
    ],
)
def test_success_is_a_fresh_log_and_a_fresh_ex5_whatever_the_exit_code(
    tmp_path: Path, compiler: Compiler, source: Path, code: int, result: str, encoding: str
) -> None:
    log = f"\n\nx : information: compiling\nx(1,2) : warning 69: w\n{result}\n"
    editor(tmp_path, f"say({log!r}, {encoding!r}); ex5.write_bytes(b'EX5'); sys.exit({code})")
    report = compiler.compile(source, tmp_path, 20)
    assert report.ok, report.evidence
    assert (report.errors, report.warnings, report.messages) == (0, 2, ("x(1,2) : warning 69: w",))


@pytest.mark.parametrize(
    ("body", "errors", "words"),
    [
        ("say('Result: 0 errors, 0 warnings')", 0, "was not written"),
        ("say('Result: 0 errors, 0 warnings'); ex5.write_bytes(b'')", 0, "is empty"),
        ("say('x(1,1) : error 256: y\\nResult: 1 errors, 0 warnings'); ex5.write_bytes(b'EX5')", 1, "Result: 1 errors"),
        ("say('x : information: compiling'); ex5.write_bytes(b'EX5')", 0, "without a result"),
        ("ex5.write_bytes(b'EX5')", 0, "without a result"),
        ("pass", 0, "without a result"),
    ],
)
def test_anything_less_is_a_failure_that_says_why(
    tmp_path: Path, compiler: Compiler, source: Path, body: str, errors: int, words: str
) -> None:
    editor(tmp_path, body)
    report = compiler.compile(source, tmp_path, 20)
    assert not report.ok
    assert report.errors == errors
    assert words in report.evidence


def test_an_old_log_and_an_old_ex5_prove_nothing(tmp_path: Path, compiler: Compiler, source: Path) -> None:
    source.with_suffix(".ex5").write_bytes(b"OLD")
    source.with_suffix(".log").write_text("Result: 0 errors, 0 warnings")
    editor(tmp_path, "pass")
    assert not compiler.compile(source, tmp_path, 20).ok
    editor(tmp_path, "say('Result: 0 errors, 0 warnings')")
    assert not compiler.compile(source, tmp_path, 20).ok
    assert source.with_suffix(".ex5").read_bytes() == b"OLD"


def test_a_log_that_comes_after_the_process_counts(
    tmp_path: Path, compiler: Compiler, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metaeditor, "LOG_GRACE_S", 20.0)
    editor(
        tmp_path,
        "if '/late' in sys.argv:\n    time.sleep(0.3)\n    ex5.write_bytes(b'EX5')\n"
        "    say('Result: 0 errors, 0 warnings')\nelse:\n    another('/late')",
    )
    assert compiler.compile(source, tmp_path, 30).ok


def test_at_the_deadline_the_whole_tree_is_ended(tmp_path: Path, compiler: Compiler, source: Path) -> None:
    pids = tmp_path / "pids"
    told = f"with open({str(pids)!r}, 'a') as file:\n    file.write(f'{{os.getpid()}}\\n')"
    editor(tmp_path, f"if '/late' not in sys.argv:\n    another('/late')\n{told}\ntime.sleep(60)")
    began = time.monotonic()
    report = compiler.compile(source, tmp_path, 8)
    assert time.monotonic() - began < 30
    assert not report.ok
    assert "did not finish within 8 s" in report.evidence
    started = [int(line) for line in pids.read_text().split()]
    assert len(started) == 2
    for pid in started:
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_blank_in_the_path_is_named(tmp_path: Path, compiler: Compiler) -> None:
    directory = tmp_path / "with blank"
    directory.mkdir()
    editor(directory, "pass")
    source = directory / "x.mq5"
    source.write_text("int OnInit() { return 0; }")
    assert "holds a blank" in compiler.compile(source, directory, 20).evidence
    editor(directory, "ex5.write_bytes(b'EX5'); say('Result: 0 errors, 0 warnings')")
    assert compiler.compile(source, directory, 20).ok


def test_what_is_missing_is_named(tmp_path: Path, compiler: Compiler, source: Path) -> None:
    assert "MetaEditor is missing" in compiler.compile(source, tmp_path, 8).evidence
    (tmp_path / NAME).write_text("no program")
    assert "could not be started" in compiler.compile(source, tmp_path, 8).evidence
    assert "absent.mq5 is missing" in compiler.compile(tmp_path / "absent.mq5", tmp_path, 5).evidence


def test_only_the_first_messages_are_kept(tmp_path: Path, compiler: Compiler, source: Path) -> None:
    listed = "[f\"x({n},1) : error 256: 'v{n}' - undeclared identifier\" for n in range(94)]"
    editor(tmp_path, f"say('\\n'.join([*{listed}, 'Result: 94 errors, 29 warnings']))")
    report = compiler.compile(source, tmp_path, 20)
    assert (report.errors, report.warnings, len(report.messages)) == (94, 29, 50)
    assert report.messages[0] == "x(0,1) : error 256: 'v0' - undeclared identifier"


def test_nothing_is_written_to_our_streams(
    tmp_path: Path, compiler: Compiler, source: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    editor(tmp_path, "print('noise'); print('noise', file=sys.stderr); os.system('echo noise')")
    compiler.compile(source, tmp_path, 20)
    assert capfd.readouterr() == ("", "")
