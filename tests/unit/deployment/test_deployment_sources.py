"""Robot sources: templates, what people type as data, inputs in the text that the robot echoes."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.deployment.sources import (
    PLACEHOLDER_SOURCE,
    complete_inputs,
    generate_mql5,
    includes_protocol,
    list_templates,
    mql_comment,
    mql_name,
    mql_string,
    parse_inputs,
    read_source,
    render_template,
    source_hash,
)
from mt5console.core.errors import NotFound, UsageInvalid
from mt5console.core.resources import mql5_path, resource_path
from mt5console.core.terminal.protocol import CONSOLE_INPUTS, inputs_hash
from mt5console.simulation.mql5_checks import check, init_result, speaks_protocol
from mt5console.simulation.mql5_source import read_program


def test_the_default_template_is_there_and_speaks_the_protocol():
    assert "ma_cross" in list_templates()
    text = render_template("ma_cross", 123, 777)
    assert includes_protocol(text)
    assert "// Robot 123" in text
    assert text.count("{") == text.count("}")
    assert "{{" not in text


def test_every_input_of_the_template_is_echoed_before_init():
    text = generate_mql5(robot_id=5)
    init = text.index("Mt5ConsoleInit()")
    for name, kind, _ in parse_inputs(text):
        call = "Mt5ConsoleInputReal" if kind == "double" else "Mt5ConsoleInputWhole"
        assert 0 < text.index(f'{call}("{name}", {name});') < init


def test_given_inputs_become_the_defaults():
    text = generate_mql5(robot_id=5, inputs={"FastPeriod": 9, "RiskPercent": "0.250"})
    values = {name: default for name, _, default in parse_inputs(text)}
    assert values["FastPeriod"] == "9"
    assert values["RiskPercent"] == "0.25"


@pytest.mark.parametrize("value", ["9; DeleteEverything()", "nine", "", "1e400", "0x"])
def test_an_input_that_is_no_number_never_reaches_the_source(value):
    with pytest.raises(UsageInvalid, match="type int"):
        generate_mql5(robot_id=5, inputs={"FastPeriod": value})


def test_an_unknown_input_or_template_is_named():
    with pytest.raises(UsageInvalid, match=r"no input 'Slow'.*FastPeriod"):
        generate_mql5(robot_id=5, inputs={"Slow": 1})
    for name in ("nothing", "../ma_cross", "ma_cross.mq5", ""):
        with pytest.raises(NotFound, match="ma_cross"):
            render_template(name, 1, 1)


@given(st.text(max_size=60))
def test_quoted_text_is_one_literal_whatever_it_holds(text):
    literal = mql_string(text)
    assert re.fullmatch(r'"(?:\\.|[^"\\\x00-\x1f])*"', literal)


@given(st.text(max_size=60))
def test_a_comment_stays_on_its_line(text):
    assert not re.search(r"[\x00-\x1f\u2028\u2029]", mql_comment(text))
    assert not mql_comment(text).endswith("\\")


@given(st.text(max_size=70))
def test_a_name_is_an_identifier_or_refused(text):
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", text):
        assert mql_name(text) == text
    else:
        with pytest.raises(UsageInvalid):
            mql_name(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_source_is_read_in_the_encodings_that_editors_write(encoding):
    assert read_source("// größe\n".encode(encoding)) == "// größe\n"
    assert read_source("// größe\n".encode("cp1252")) == "// größe\n"


@given(st.binary(max_size=200))
def test_any_bytes_read_as_some_text(data):
    assert isinstance(read_source(data), str)


def test_the_hash_is_of_the_text():
    assert source_hash("abc") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize(
    ("line", "yes"),
    [
        ("#include <Mt5Console\\Heartbeat.mqh>", True),
        ("  # include <mt5console/heartbeat.mqh>", True),
        ("#include <Mt5Console\\Robot.mqh>", True),
        ("#include <Mt5Console\\Json.mqh>", False),
        ("// #include <Mt5Console\\Heartbeat.mqh>", False),
        ("/*\n#include <Mt5Console\\Heartbeat.mqh>\n*/", False),
        ("#include <Trade\\Trade.mqh>", False),
        ('string s = "#include <Mt5Console\\\\Heartbeat.mqh>";', False),
    ],
)
def test_only_a_real_include_counts(line, yes):
    assert includes_protocol(f"int x;\n{line}\nint y;\n") is yes


SOURCE = """
input group "Signals"
input int Fast = 12; // bars; of the fast
sinput string Note = "a; \\"b\\" // c";
input double Risk=0.10;
input bool On = true;
input ENUM_TIMEFRAMES Frame = PERIOD_H1;
input long Big; /* input int Hidden = 1; */
// input int Gone = 1;
"""


def test_inputs_are_read_with_type_and_default():
    assert parse_inputs(SOURCE) == (
        ("Fast", "int", "12"),
        ("Note", "string", 'a; "b" // c'),
        ("Risk", "double", "0.10"),
        ("On", "bool", "true"),
        ("Frame", "ENUM_TIMEFRAMES", "PERIOD_H1"),
        ("Big", "long", ""),
    )


def test_the_inputs_that_are_sent_are_complete_and_canonical():
    sent = complete_inputs(SOURCE, (("Risk", "0.250"), ("On", "False")))
    assert sent == (
        ("Fast", "12"),
        ("Note", 'a; "b" // c'),
        ("Risk", "0.25"),
        ("On", "false"),
        ("Big", "0"),
    )
    assert complete_inputs(SOURCE, (("Frame", "16385"),))[4] == ("Frame", "16385")


def test_a_default_that_only_a_compiler_can_work_out_is_left_to_the_source():
    source = "input int Hours = 5*60;\ninput int A = 1, B = 2;\ninput double Lots = 0.1;\n"
    assert complete_inputs(source, ()) == (("Lots", "0.1"),)


def test_inputs_that_are_the_consoles_or_nobodys_are_refused():
    with pytest.raises(UsageInvalid, match="filled in by the console"):
        complete_inputs(SOURCE, (("Mt5ConsoleMagic", "1"),))
    with pytest.raises(UsageInvalid, match="it has: Fast"):
        complete_inputs(SOURCE, (("Nope", "1"),))
    with pytest.raises(UsageInvalid, match="type bool"):
        complete_inputs(SOURCE, (("On", "perhaps"),))
    with pytest.raises(UsageInvalid, match="one line"):
        complete_inputs(SOURCE, (("Note", "a\nb"),))


def test_the_placeholder_never_starts():
    assert "// mt5console placeholder\n" in PLACEHOLDER_SOURCE
    assert "return(INIT_FAILED)" in PLACEHOLDER_SOURCE


def test_the_include_declares_the_consoles_inputs_and_the_calls():
    text = mql5_path("Include", "Mt5Console", "Heartbeat.mqh").read_text("ascii")
    assert tuple(name for name, _, _ in parse_inputs(text)) == CONSOLE_INPUTS
    for call in ("bool Mt5ConsoleInit()", "bool Mt5ConsoleTimer()", "void Mt5ConsoleDeinit(const int reason)"):
        assert f"\n{call}\n" in text
    assert inputs_hash(()) in text


def test_the_simulated_metaeditor_finds_nothing_wrong_with_template_and_include(tmp_path):
    source = tmp_path / "Robot_5_a.mq5"
    source.write_text(generate_mql5(robot_id=5), "utf-8")
    program = read_program(source, mql5_path("Include"))
    assert check(program) == ()
    assert sorted(path.name for path in program.included) == ["Files.mqh", "Heartbeat.mqh", "Json.mqh", "Words.mqh"]
    assert speaks_protocol(program)
    assert init_result(program) == 0


def test_resources_are_found_from_the_source_tree():
    assert resource_path("robots", "ma_cross.mq5.j2").is_file()
