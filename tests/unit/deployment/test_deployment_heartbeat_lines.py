"""The include's lines in a trader's own source: what is missing is named, what is added changes nothing else."""

from __future__ import annotations

import difflib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.deployment.heartbeat_lines import HELPER, echoed_inputs, heartbeat_lines
from mt5console.core.deployment.rendering import list_templates, render_template
from mt5console.core.deployment.sources import complete_inputs
from mt5console.core.resources import mql5_path
from mt5console.core.terminal.encoding import decode_exact, encode_exact, form_of
from mt5console.simulation.mql5_checks import check, init_result, speaks_protocol
from mt5console.simulation.mql5_source import read_program

PLAIN = """#property version "1.00"
input int Fast = 12; // Bars
input bool On = true;
input ENUM_TIMEFRAMES Frame = PERIOD_H1;

int OnInit()
  {
   if(Fast < 1)
      return(INIT_PARAMETERS_INCORRECT);
   return(INIT_SUCCEEDED);
  }

void OnTick()
  {
   Print("return(INIT_SUCCEEDED);"); // return(INIT_SUCCEEDED);
  }
"""


def added(source):
    found = heartbeat_lines(source)
    assert found.refusal == ""
    assert found.text is not None
    return found.text


def lines_of(source):
    return [(line.line, line.text) for line in heartbeat_lines(source).missing]


def test_what_is_missing_is_named_with_the_lines_where_it_belongs():
    assert lines_of(PLAIN) == [
        (10, f"return({HELPER}((INIT_SUCCEEDED)));"),
        (17, "#include <Mt5Console\\Robot.mqh>"),
        (17, f"int {HELPER}(const int result) …"),
        (17, "void OnDeinit(const int reason)   {    Mt5ConsoleDeinit(reason);   }"),
    ]


def test_a_source_with_the_lines_added_is_complete_and_adding_again_adds_nothing():
    text = added(PLAIN)
    again = heartbeat_lines(text)
    assert again.is_complete
    assert again.text == text
    assert echoed_inputs(text) == {"Fast", "On", "Frame"}
    assert dict(complete_inputs(text, ())) == {"Fast": "12", "On": "true", "Frame": "16385"}


def test_the_compiler_finds_nothing_wrong_and_sees_the_protocol(tmp_path):
    source = tmp_path / "Own.mq5"
    source.write_text(added(PLAIN), "utf-8")
    program = read_program(source, mql5_path("Include"))
    assert check(program) == ()
    assert speaks_protocol(program)
    assert init_result(program) == 0


def test_only_the_succeeding_ways_out_of_oninit_lead_through_the_helper():
    text = added(PLAIN)
    assert "return(INIT_PARAMETERS_INCORRECT);" in text
    assert text.count(f"return({HELPER}((INIT_SUCCEEDED)));") == 1
    assert 'Print("return(INIT_SUCCEEDED);"); // return(INIT_SUCCEEDED);' in text


@pytest.mark.parametrize(
    ("statement", "becomes"),
    [
        ("return(INIT_SUCCEEDED);", f"return({HELPER}((INIT_SUCCEEDED)));"),
        ("return INIT_SUCCEEDED;", f"return ({HELPER}(INIT_SUCCEEDED));"),
        ("return 0;", f"return ({HELPER}(0));"),
        ("return(ok ? INIT_SUCCEEDED : INIT_FAILED);", f"return({HELPER}((ok ? INIT_SUCCEEDED : INIT_FAILED)));"),
        ("return result;", f"return ({HELPER}(result));"),
        (
            "if(a) return(Setup()); else return(INIT_FAILED);",
            f"if(a) return({HELPER}((Setup()))); else return(INIT_FAILED);",
        ),
    ],
)
def test_every_way_of_returning_is_wrapped_in_place(statement, becomes):
    assert becomes in added(PLAIN.replace("return(INIT_SUCCEEDED);\n  }", statement + "\n  }", 1))


def test_several_returns_each_lead_through_the_helper_which_is_there_once():
    source = PLAIN.replace("   if(Fast < 1)", "   if(!On) return(INIT_SUCCEEDED);\n   if(Fast < 1)")
    text = added(source)
    assert text.count(f"return({HELPER}(") == 2
    assert text.count(f"int {HELPER}(") == 1


def test_an_own_timer_is_shared_at_its_own_pace():
    source = PLAIN.replace(
        "   return(INIT_SUCCEEDED);\n  }", "   EventSetTimer(60);\n   return(INIT_SUCCEEDED);\n  }", 1
    )
    source += "void OnTimer()\n  {\n   Refresh();\n  }\nvoid OnDeinit(const int why)\n  {\n   EventKillTimer();\n  }\n"
    text = added(source)
    assert "void OnTimer()\n  {\n   if(!Mt5ConsoleTimer()) return;\n   Refresh();" in text
    assert "if(!Mt5ConsoleInitShared((60) * 1000))" in text
    assert "{\n   Mt5ConsoleDeinit(why);\n   EventKillTimer();" in text
    assert "Heartbeat.mqh" in text
    assert "Robot.mqh" not in text
    assert text.count("void OnTimer()") == 1


def test_a_timer_in_milliseconds_keeps_its_period():
    source = PLAIN.replace(
        "   return(INIT_SUCCEEDED);\n  }", "   EventSetMillisecondTimer(Fast * 50);\n   return(INIT_SUCCEEDED);\n  }", 1
    )
    assert "Mt5ConsoleInitShared(Fast * 50)" in added(source + "void OnTimer() { }\n")


def test_a_source_that_speaks_the_protocol_lacks_nothing():
    for name in list_templates():
        found = heartbeat_lines(render_template(name, 1, 1))
        assert found.is_complete, found
        assert found.text == render_template(name, 1, 1)


def test_an_input_that_is_not_echoed_is_named_and_its_line_added():
    source = render_template("ma_cross", 1, 1).replace('   Mt5ConsoleInputWhole("FastPeriod", FastPeriod);\n', "", 1)
    assert [text for _, text in lines_of(source)] == ['Mt5ConsoleInputWhole("FastPeriod", FastPeriod);']
    text = added(source)
    assert heartbeat_lines(text).is_complete
    assert "Mt5ConsoleEcho() && Mt5ConsoleInit" in text


def test_a_source_with_the_include_and_nothing_else_gets_the_calls():
    source = PLAIN.replace("int OnInit", "#include <Mt5Console\\Heartbeat.mqh>\nint OnInit", 1)
    text = added(source)
    assert text.count("#include <Mt5Console") == 1
    assert "void OnTimer()\n  {\n   Mt5ConsoleTimer();" in text
    assert heartbeat_lines(text).is_complete


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("void OnTick() {}\n", "no OnInit of its own"),
        ("", "no OnInit"),
        ("void OnInit() { }\n", "make it `int OnInit()`"),
        ("int OnInit() { Setup(); }\n", "no return(INIT_SUCCEEDED)"),
        ("int OnInit() { return(INIT_FAILED); }\n", "no return(INIT_SUCCEEDED)"),
        ("int OnCalculate(const int a, const int b) { return(0); }\n", "an indicator"),
        ("void OnStart() { }\n", "a script"),
        (PLAIN + PLAIN, "2 definitions of OnInit"),
        (PLAIN + "void f() { {\n", "do not close"),
        (PLAIN + "#ifdef A\n", "do not close"),
        (PLAIN + "void OnTimer() { }\n", "how often that runs is not seen"),
        (PLAIN + "void f() { EventSetTimer(5); }\nvoid OnTimer() {}\n", "line 17 sets the timer outside OnInit"),
        (PLAIN + "void f() { EventKillTimer(); }\n", "line 17 stops the timer"),
    ],
)
def test_what_is_not_surely_understood_is_refused_with_its_reason(source, says):
    found = heartbeat_lines(source)
    assert says in found.refusal
    assert found.text is None
    assert not found.is_complete


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encoding_mark_and_line_ends_stay_and_every_other_byte(encoding, newline):
    data = PLAIN.replace("Bars", "Größe").replace("\n", newline).encode(encoding)
    form = form_of(data)
    before = decode_exact(data, form)
    after = added(before)
    assert encode_exact(after, form).startswith(form.bom)
    assert ("\r\n" in after) == (newline == "\r\n")
    assert "\n" not in after.replace("\r\n", "") or newline == "\n"
    assert is_only_inserted(before, after)


def is_only_inserted(before, after):
    """Whether `after` is `before` with text inserted: nothing taken away, nothing moved."""
    place = 0
    for letter in after:
        if place < len(before) and letter == before[place]:
            place += 1
    return place == len(before)


def test_a_seed_robot_is_known_by_its_own_heartbeat():
    seed = PLAIN + 'void OnTimer() { int f = FileOpen("heartbeat_7.txt", FILE_WRITE); FileClose(f); }\n'
    assert heartbeat_lines(seed).knows_seed
    assert not heartbeat_lines(PLAIN).knows_seed


BITS = (
    "int OnInit()", "void OnTimer()", "void OnDeinit(const int r)", "{", "}", "return(INIT_SUCCEEDED);", "return", ";",
    "input int A = 1;", "#include <Mt5Console\\Heartbeat.mqh>\n", "#ifdef A\n", "#endif\n", "Mt5ConsoleInit()", '"',
    "'", "//", "/*", "*/", "\n", "\r\n", "EventSetTimer(5);", "(", ")", "é",
)  # fmt: skip


@given(st.lists(st.sampled_from(BITS), max_size=30).map(" ".join))
def test_any_text_gets_only_insertions_and_only_once(source):
    found = heartbeat_lines(source)
    if found.text is None:
        assert found.refusal
        return
    assert is_only_inserted(source, found.text)
    assert heartbeat_lines(found.text).missing == (), difflib.ndiff(source.split("\n"), found.text.split("\n"))


@pytest.mark.parametrize("piece", ["return ", "int OnInit() {", "Mt5ConsoleInit(", "((((", "a ", '"', "/*", "\n"])
def test_a_hostile_source_of_two_megabytes_is_judged_in_reasonable_time(piece):
    began = time.process_time()
    heartbeat_lines("int OnInit() { " + piece * (2_000_000 // len(piece)))
    assert time.process_time() - began < 15.0
