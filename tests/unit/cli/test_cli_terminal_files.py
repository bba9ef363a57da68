"""journal and compile-log as they are typed: what is told, and what is said when a file is not there or is garbage."""

import json

import pytest

from mt5console.cli import main
from tests.unit.terminal.journal_samples import LOGIN, SERVER, JournalWriter


@pytest.fixture
def typed(capsys):
    def run(*words):
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def journal(tmp_path):
    writer = JournalWriter().start().login().load()
    writer.line("Network", f"'{LOGIN}': authorization on {SERVER} failed (Invalid account)", level=2)
    writer.remove().exit()
    return writer.save(tmp_path / "logs" / "20260102.log")


def test_a_journal_is_one_object_a_line(typed, journal):
    code, out, err = typed("--json", "journal", journal)
    told = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert len(told) == len(journal.read_text("utf-16").splitlines())
    assert told[0].items() >= {"kind": "started", "level": 0, "build": 5260}.items()
    assert {"kind": "authorization_failed", "reason": "Invalid account"}.items() <= next(
        one for one in told if one["level"] == 2
    ).items()


def test_a_directory_of_journals_is_its_latest_run(typed, journal):
    assert typed("journal", journal.parent) == typed("journal", journal)


def test_options_narrow_what_is_told(typed, journal):
    def kinds(*options):
        return [json.loads(line)["kind"] for line in typed("journal", journal, "--json", *options)[1].splitlines()]

    assert kinds("--kind", "started", "--kind", "exited") == ["started", "exited"]
    assert kinds("--kind", "synchronized") == ["other"]
    assert kinds("--level", "2") == ["authorization_failed"]
    assert kinds("--find", "Invalid account") == ["authorization_failed"]
    assert kinds("--last", "1") == ["exited"]
    assert kinds("--since", "23:00") == []


def test_people_read_time_weight_meaning_and_words(typed, journal):
    _, out, _ = typed("journal", journal)
    failed = next(line for line in out.splitlines() if "Invalid account" in line)
    assert failed.startswith("2026-01-02 08:")
    assert "  !!  " in failed
    assert "authorization failed" in failed
    assert "\x1b" not in out
    assert "robot removed: exit" in out


def test_what_would_command_a_screen_is_taken_out(typed, tmp_path):
    path = JournalWriter().line("Alert", "red \x1b[31m alert \x07").save(tmp_path / "20260102.log")
    assert "\x1b" not in typed("journal", path)[1]


@pytest.mark.parametrize("command", ["journal", "compile-log"])
def test_what_is_not_there_gets_one_line(typed, tmp_path, command):
    for target, wanted in ((tmp_path / "none.log", 1), (tmp_path, 2)):
        code, out, err = typed(command, target)
        assert (code, out) == (wanted, "")
        assert len(err.splitlines()) == 1


@pytest.mark.parametrize("words", [("--kind", "nonsense"), ("--since", "yesterday"), ("--last", "0"), ("--level", "9")])
def test_wrong_options_are_wrong_usage(typed, journal, words):
    code, out, err = typed("journal", journal, *words)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xfe\x00", b"\0" * 999, bytes(range(256)) * 50, b"x" * 300_000])
def test_garbage_is_told_or_judged_and_crashes_nothing(typed, tmp_path, data):
    path = tmp_path / "garbage.log"
    path.write_bytes(data)
    code, out, err = typed("journal", path, "--json")
    assert (code, err) == (0, "")
    assert all(json.loads(line)["kind"] == "other" for line in out.splitlines())
    assert typed("journal", path)[0] == 0
    code, out, err = typed("compile-log", path, "--json")
    assert (code, err) == (1, "")
    assert json.loads(out)["ok"] is False


def test_a_compile_log_is_one_document_and_an_exit_code(typed, tmp_path):
    path = tmp_path / "Robot.log"
    path.write_text(
        "\n\nC:\\a b\\R.mq5(752,16) : error 256: 'x' - undeclared identifier\nResult: 1 errors, 0 warnings\n", "utf-16"
    )
    code, out, _ = typed("compile-log", path, "--json")
    assert code == 1
    assert json.loads(out)["messages"][0].items() >= {"file": "C:\\a b\\R.mq5", "line": 752, "code": 256}.items()
    assert "Not compiled: 1 errors, 0 warnings." in typed("compile-log", path)[1]
    path.write_text("Result: 0 errors, 0 warnings, 3264 msec elapsed\n", "utf-16")
    assert typed("compile-log", path)[:2] == (0, "Compiled: 0 errors, 0 warnings, 3.3 s.\n")
    path.write_text("R.mq5 : information: compiling 'R.mq5'\n", "utf-16")
    assert typed("compile-log", path)[0] == 1
