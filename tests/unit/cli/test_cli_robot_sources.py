"""robot add with an own source or a preset, robot templates, robot inputs: before a door that notes what is asked."""

from __future__ import annotations

import sys

import pytest

from mt5console.commands import robot_sources
from mt5console.core.terminal.presets import preset_bytes, read_preset

PLAIN = """input int Fast = 12; // Bars
input string Note = "x";
int OnInit() { return(INIT_SUCCEEDED); }
void OnTick() {}
"""
SEED = (
    'int OnInit() { return(0); }\nvoid OnTimer() { int f = FileOpen("heartbeat_5.txt", FILE_WRITE); FileClose(f); }\n'
)
ADD = ("robot", "add", "5", "--user", "1", "--symbol", "EURUSD", "--timeframe", "H1")


@pytest.fixture
def source(tmp_path):
    file = tmp_path / "Mine.mq5"
    file.write_text(PLAIN)
    return file


def registered(run):
    calls = [call[1] for call in run.app.door.calls if call[0] == "add_robot"]
    return calls[-1] if calls else None


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_without_a_person_the_missing_lines_are_told_and_it_is_registered_as_it_is(run, source, more):
    ran = run(*ADD, "--source", str(source), *more)
    assert ran.exit_code == 0
    assert "line 3: return(Mt5ConsoleOnInit((INIT_SUCCEEDED)));" in ran.err
    assert "line 5: #include <Mt5Console\\Robot.mqh>" in ran.err
    assert "--add-heartbeat" in ran.err
    assert "--no-add-heartbeat" in ran.err
    assert registered(run)["source_text"] == PLAIN


def test_what_was_said_to_be_unwanted_is_not_told_again(run, source):
    ran = run(*ADD, "--source", str(source), "--no-add-heartbeat")
    assert (ran.exit_code, ran.err) == (0, "")


def test_asked_for_they_are_added_to_the_registered_copy_alone(run, source):
    ran = run(*ADD, "--source", str(source), "--add-heartbeat", "--input", "Fast=14")
    assert ran.exit_code == 0, ran.err
    asked = registered(run)
    assert "#include <Mt5Console\\Robot.mqh>" in asked["source_text"]
    assert 'Mt5ConsoleInputWhole("Fast", Fast);' in asked["source_text"]
    assert asked["inputs"] == {"Fast": "14"}
    assert "Mt5ConsoleMayOpen()" in ran.err, "what only the trader can place is said"
    assert source.read_text() == PLAIN, "the trader's own file is never changed"


@pytest.mark.parametrize(("answer", "exit_code"), [("\n", 0), ("y\n", 0), ("n\n", 2)])
def test_a_person_at_a_terminal_is_asked(run, source, monkeypatch, answer, exit_code):
    monkeypatch.setattr(robot_sources, "is_at_terminal", lambda: True)
    ran = run(*ADD, "--source", str(source), stdin=answer.encode())
    assert ran.exit_code == exit_code
    assert "Add them to the copy" in ran.err
    assert (registered(run) is not None) == (exit_code == 0)


def test_a_robot_of_the_seed_is_taken_as_it_is_and_told(run, source):
    source.write_text(SEED)
    ran = run(*ADD, "--source", str(source))
    assert ran.exit_code == 0
    assert "seed's own heartbeat" in ran.err
    assert registered(run)["source_text"] == SEED


@pytest.mark.parametrize("text", ["void OnTick() {}\n", "void OnStart() {}\n", PLAIN + PLAIN])
def test_what_cannot_be_added_is_refused_when_asked_for_and_told_when_not(run, source, text):
    source.write_text(text)
    ran = run(*ADD, "--source", str(source), "--add-heartbeat")
    assert ran.exit_code == 2
    assert ran.err.count("\n") == 1
    ran = run(*ADD, "--source", str(source))
    assert ran.exit_code == 0
    assert "cannot be added" in ran.err
    assert registered(run)["source_text"] == text


def test_a_source_with_the_lines_is_registered_without_a_word(run, source):
    run(*ADD, "--source", str(source), "--add-heartbeat")
    source.write_bytes(registered(run)["source_text"].encode("utf-16"))
    ran = run("robot", "add", "6", *ADD[3:], "--source", str(source))
    assert (ran.exit_code, ran.err) == (0, "")


# ---- presets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "cp1252"])
def test_a_preset_gives_the_inputs_and_an_option_overrides_it(run, source, tmp_path, encoding):
    preset = tmp_path / "mine.set"
    preset.write_bytes("; saved\r\nFast=20||1||1||100||N\r\nNote=größer\r\n".encode(encoding))
    ran = run(*ADD, "--source", str(source), "--add-heartbeat", "--preset", str(preset), "--input", "Fast=30")
    assert ran.exit_code == 0, ran.err
    assert registered(run)["inputs"] == {"Fast": "30", "Note": "größer"}


def test_a_preset_for_a_template(run, tmp_path):
    preset = tmp_path / "cross.set"
    preset.write_bytes(preset_bytes([("FastPeriod", "7"), ("RiskPercent", "0.50")]))
    assert run(*ADD, "--template", "ma_cross", "--preset", str(preset)).exit_code == 0
    assert registered(run)["inputs"] == {"FastPeriod": "7", "RiskPercent": "0.5"}


def test_a_preset_of_another_robot_is_refused_with_the_differences(run, tmp_path):
    preset = tmp_path / "other.set"
    preset.write_bytes(preset_bytes([("FastPeriod", "7"), ("GridStep", "50"), ("SlowPeriod", "many")]))
    ran = run(*ADD, "--preset", str(preset))
    assert ran.exit_code == 2
    assert ran.err.count("\n") == 1
    for words in ("other.set", "GridStep", "SlowPeriod takes a whole number", "nothing was taken over"):
        assert words in ran.err
    assert registered(run) is None


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"\0\1\2", b"=\n=\n", b"Fast"])
def test_a_file_that_is_no_preset_is_refused_in_one_line(run, tmp_path, data):
    preset = tmp_path / "odd.set"
    preset.write_bytes(data)
    ran = run(*ADD, "--preset", str(preset))
    assert (ran.exit_code, ran.err.count("\n")) == (2, 1)


# ---- looking --------------------------------------------------------------------------------------------------------


def test_templates_are_listed_with_their_inputs(run):
    ran = run("robot", "templates")
    assert ran.exit_code == 0
    assert "ma_cross: Moving-average cross" in ran.out
    assert "FastPeriod" in ran.out
    assert ran.err == ""
    document = run("robot", "templates", "ma_cross", "--json").document
    fast = next(one for one in document[0]["inputs"] if one["name"] == "FastPeriod")
    assert (fast["type"], fast["kind"], fast["default"]) == ("int", "whole", "12")
    assert fast["label"].startswith("Bars of the fast average")
    assert run("robot", "templates", "nothing").exit_code == 1


def test_a_robots_inputs_are_shown_and_saved_as_a_preset(run, tmp_path):
    preset = tmp_path / "saved.set"
    ran = run("robot", "inputs", "123", "--save", str(preset))
    assert ran.exit_code == 0, ran.err
    assert "Fast" in ran.out
    assert "14" in ran.out
    assert read_preset(preset.read_bytes()).pairs == (("Fast", "14"),)
    assert run("robot", "inputs", "123", "--save", str(preset)).exit_code == 2
    assert run("robot", "inputs", "123", "--json").document["values"] == {"Fast": "14"}


def test_nobody_is_at_a_terminal_when_the_input_is_a_pipe():
    assert robot_sources.is_at_terminal() == (sys.stdin.isatty() and sys.stdout.isatty())
