"""The simulated MetaEditor as a program: its log, its .ex5, its exit code that nobody should trust."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mt5console.simulation.binary import SimulatedBinary, read_binary
from mt5console.simulation.metaeditor import main
from mt5console.simulation.mql5_checks import check
from mt5console.simulation.mql5_source import read_program

GOOD = """#property strict
#include <Mt5Console/Heartbeat.mqh>
#define TWICE(x) \\
   ((x) * 2)
input group "Trading"
input double Lots = 0.10; // lots
input string Comment = "a;b \\"quoted\\"";
sinput int    Magic=-5;
input ENUM_TIMEFRAMES Frame = PERIOD_M5;
enum Mode { A, B = 2 };
int table[] = { 1, 2, TWICE(3) };
int OnInit() { if(Lots <= 0) return INIT_FAILED; return Mt5ConsoleInit(); }
void OnTimer() { for(int i = 0; i < 3; i++) { Mt5ConsoleTimer(); } }
void OnDeinit(const int reason) { /* nothing { */ Mt5ConsoleDeinit(reason); }
void OnTick() { switch(table[0]) { case 1: break; default: Print('x', "}"); } }
"""
INCLUDE = """#ifndef HEARTBEAT_MQH
#define HEARTBEAT_MQH
input string Mt5ConsoleDeployment = "";
int Mt5ConsoleInit() { return INIT_SUCCEEDED; }
void Mt5ConsoleTimer() {}
void Mt5ConsoleDeinit(const int reason) {}
#else
this is never read {
#endif
"""
LEGACY = """int OnInit() { GlobalVariableSet("EA_READY_123", 1); return(INIT_SUCCEEDED); }
void OnTimer() { int h = FileOpen("heartbeat_123.txt", FILE_WRITE); FileClose(h); }
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Path:
    include = tmp_path / "MQL5" / "Include" / "Mt5Console" / "Heartbeat.mqh"
    include.parent.mkdir(parents=True)
    include.write_text(INCLUDE)
    (tmp_path / "MQL5" / "Experts").mkdir()
    (tmp_path / "logs").mkdir()
    return tmp_path


def compile_text(terminal: Path, text: str, name: str = "Robot_1_a", encoding: str = "utf-8") -> tuple[int, list[str]]:
    source = terminal / "MQL5" / "Experts" / f"{name}.mq5"
    source.write_text(text, encoding=encoding)
    code = main([str(terminal / "metaeditor64"), f'/compile:"{source}"', "/log", "/portable"])
    data = source.with_suffix(".log").read_bytes()
    assert data.startswith(b"\xff\xfe")
    return code, data.decode("utf-16").split("\r\n")


def binary(terminal: Path, name: str = "Robot_1_a") -> SimulatedBinary:
    found = read_binary(terminal / "MQL5" / "Experts" / f"{name}.ex5")
    assert found is not None
    return found


def errors(terminal: Path, text: str) -> list[str]:
    """Every error as `line,column error code: text`."""
    _, lines = compile_text(terminal, text)
    found = [re.search(r"\((\d+,\d+)\) : (error .*)", line) for line in lines]
    return [f"{match[1]} {match[2]}" for match in found if match]


def test_a_good_expert_compiles_with_the_real_logs_form(terminal: Path) -> None:
    code, lines = compile_text(terminal, GOOD)
    source = terminal / "MQL5" / "Experts" / "Robot_1_a.mq5"
    assert lines[:3] == ["", "", f"{source} : information: compiling 'Robot_1_a.mq5'"]
    assert any(line.startswith(f"{source} : information: including ") for line in lines)
    assert lines[-2].startswith("Result: 0 errors, 0 warnings, ")
    assert lines[-2].endswith(" msec elapsed, cpu='X64 Regular'")
    assert code == 1
    summary = (terminal / "logs" / "metaeditor.log").read_bytes().decode("utf-16")
    assert summary.split("\t")[2:] == ["Compile", f"{source} - {lines[-2].removeprefix('Result: ')}\r\n"]


def test_every_variable_of_an_input_line_is_in_the_binary(terminal: Path) -> None:
    compile_text(terminal, "input int A = 1, B = 60 * 2;\ninput color C = C'1,2,3';\n" + GOOD)
    assert binary(terminal).inputs[:3] == (("A", "1"), ("B", "60*2"), ("C", "C'1,2,3'"))


def test_the_binary_tells_what_the_source_says(terminal: Path) -> None:
    compile_text(terminal, GOOD)
    made = binary(terminal)
    assert made.inputs == (
        ("Mt5ConsoleDeployment", ""),
        ("Lots", "0.10"),
        ("Comment", 'a;b "quoted"'),
        ("Magic", "-5"),
        ("Frame", "PERIOD_M5"),
    )
    assert (made.name, made.protocol, made.legacy_heartbeat, made.init_result, made.role) == (
        "Robot_1_a",
        True,
        False,
        0,
        "robot",
    )


def test_sources_in_utf16_and_ansi_are_read(terminal: Path) -> None:
    compile_text(terminal, GOOD, encoding="utf-16")
    assert binary(terminal).protocol
    compile_text(terminal, "// größer\n" + GOOD, encoding="latin-1")
    assert binary(terminal).protocol


def test_the_seeds_heartbeat_is_recognised(terminal: Path) -> None:
    compile_text(terminal, LEGACY)
    made = binary(terminal)
    assert (made.protocol, made.legacy_heartbeat, made.legacy_robot_id) == (False, True, 123)
    compile_text(
        terminal,
        "input int InpRobotID = 77;\nint OnInit() { return INIT_SUCCEEDED; }\n"
        'void OnTimer() { GlobalVariableSet("EA_HEARTBEAT_" + IntegerToString(InpRobotID), 1); }',
    )
    assert binary(terminal).legacy_robot_id == 77


def test_including_without_calling_is_not_speaking_the_protocol(terminal: Path) -> None:
    compile_text(terminal, "#include <Mt5Console/Heartbeat.mqh>\nint OnInit() { return INIT_SUCCEEDED; }\n")
    assert not binary(terminal).protocol


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("return INIT_FAILED;", 1),
        ("return(INIT_FAILED);", 1),
        ("Print(1); return INIT_PARAMETERS_INCORRECT;", 1),
        ("if(true) return INIT_FAILED; return INIT_SUCCEEDED;", 0),
        ("if(true) { return INIT_FAILED; } return INIT_SUCCEEDED;", 0),
        ("return INIT_SUCCEEDED;", 0),
    ],
)
def test_only_an_unconditional_failure_of_oninit_counts(terminal: Path, body: str, result: int) -> None:
    compile_text(terminal, f"int OnInit() {{ {body} }}")
    assert binary(terminal).init_result == result


def test_the_agent_and_placeholders_are_told_apart(terminal: Path) -> None:
    compile_text(terminal, "// mt5console placeholder\nint OnInit() { return INIT_FAILED; }")
    assert binary(terminal).role == "placeholder"
    (terminal / "MQL5" / "Experts" / "Mt5Console").mkdir()
    compile_text(terminal, "int OnInit() { return INIT_SUCCEEDED; }", name="Mt5Console/Agent")
    assert binary(terminal, "Mt5Console/Agent").role == "agent"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int OnInit() {\n  return 0;\n", "1,14 error 149: '{' - unbalanced, closing bracket not found"),
        ("int OnInit() { return (0; }", "1,27 error 149: '}' - unexpected token, unbalanced brackets"),
        ('int OnInit() {\n Print("a); return 0; }', '2,8 error 112: " - closing quote omitted'),
        ("int OnInit() { return 0; }\n/* never ends", "2,1 error 151: unexpected end of file found in comment"),
        ('int OnInit() {\n Print("a")\n}', "3,1 error 155: '}' - semicolon expected"),
        ("void OnTick() { }", "1,1 error 209: 'OnInit' - event handling function not found"),
    ],
)
def test_what_is_certainly_wrong_is_an_error_with_its_place(terminal: Path, text: str, expected: str) -> None:
    assert expected in errors(terminal, text)


def test_a_missing_include_is_an_error(terminal: Path) -> None:
    found = errors(terminal, '#include <Gone.mqh>\n#include "near.mqh"\nint OnInit() { return 0; }')
    assert [item.split(" error ")[0] for item in found] == ["1,1", "2,1"]
    assert all(" 106: file '" in item and item.endswith("' not found") for item in found)


def test_includes_beside_the_source_are_found_and_read_once(terminal: Path) -> None:
    near = terminal / "MQL5" / "Experts" / "sub" / "near.mqh"
    near.parent.mkdir()
    near.write_text('#include "near.mqh"\n#include "..\\Robot_1_a.mq5"\ninput int Depth = 12;\n')
    code, _ = compile_text(terminal, '#include "sub\\near.mqh"\nint OnInit() { return 0; }')
    assert code == 1
    assert binary(terminal).inputs == (("Depth", "12"),)


def test_an_error_keeps_the_old_ex5(terminal: Path) -> None:
    compile_text(terminal, "int OnInit() { return 0; }")
    before = binary(terminal)
    code, lines = compile_text(terminal, "int OnInit() { return 0;")
    assert lines[-2] == "Result: 1 errors, 0 warnings"
    assert code == 0
    assert binary(terminal) == before


def test_nothing_to_compile_is_silence(terminal: Path) -> None:
    assert main([str(terminal / "metaeditor64"), "/portable"]) == 0
    assert not (terminal / "logs" / "metaeditor.log").exists()


def test_a_missing_source_is_an_error_in_the_log(terminal: Path) -> None:
    source = terminal / "absent.mq5"
    assert main([str(terminal / "metaeditor64"), f"/compile:{source}", f'/LOG:"{terminal / "x.log"}"']) == 0
    assert " error 100: " in (terminal / "x.log").read_bytes().decode("utf-16")


def test_syntax_only_writes_no_ex5(terminal: Path) -> None:
    source = terminal / "MQL5" / "Experts" / "x.mq5"
    source.write_text("int OnInit() { return 0; }")
    assert main([str(terminal / "metaeditor64"), f"/compile:{source}", "/s"]) == 1
    assert not source.with_suffix(".ex5").exists()


def test_it_runs_as_a_program(terminal: Path) -> None:
    source = terminal / "MQL5" / "Experts" / "x.mq5"
    source.write_text("int OnInit() { return 0; }")
    program = terminal / "metaeditor64"
    program.write_text("import sys\nfrom mt5console.simulation.metaeditor import main\nsys.exit(main())\n")
    words = [sys.executable, str(program), f"/compile:{source}", f"/inc:{terminal / 'MQL5'}"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(words, timeout=20, capture_output=True, check=False, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
    assert read_binary(source.with_suffix(".ex5")) is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.text(st.sampled_from("(){}[];,=+\"'\\/*#\n abcR1.:<>é"), max_size=60))
def test_no_text_breaks_the_reader(tmp_path: Path, text: str) -> None:
    source = tmp_path / "x.mq5"
    source.write_text(text, encoding="utf-8")
    for message in check(read_program(source, tmp_path)):
        assert message.line >= 1
        assert message.column >= 1
