"""Robot sources: templates, what people type as data, inputs in the text that the robot echoes."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.deployment.heartbeat_lines import includes_protocol
from mt5console.core.deployment.inputs.constants import string_of
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.deployment.inputs.values import mql_string
from mt5console.core.deployment.rendering import describe_template, mql_comment, mql_name, render_text
from mt5console.core.deployment.sources import (
    PLACEHOLDER_SOURCE,
    complete_inputs,
    generate_mql5,
    list_templates,
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
    for spec in read_inputs(text).own:
        assert 0 < text.index(f'("{spec.name}", {spec.name});') < init


def test_given_inputs_become_the_defaults():
    text = generate_mql5(robot_id=5, inputs={"FastPeriod": 9, "RiskPercent": "0.250"})
    values = {spec.name: spec.default for spec in read_inputs(text).own}
    assert values["FastPeriod"] == "9"
    assert values["RiskPercent"] == "0.25"


@pytest.mark.parametrize("value", ["9; DeleteEverything()", "nine", "", "1e400", "0x"])
def test_an_input_that_is_no_number_never_reaches_the_source(value):
    with pytest.raises(UsageInvalid, match="takes a whole number from -2147483648 to 2147483647"):
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


PIECES = (*"\"'\\;{}()/*%#", "{{", "}}", "{%", "*/", "/*", "//", "\\n", "ä", "😀", "<b>", "\0", "\n", "\u2028")
NASTY = st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=40).map("".join)
TEMPLATE = """// {{ template | mql_comment }}
input string Note = {{ value("Note", "string", "none") }}; // Note
input int    Fast = {{ value("Fast", "int", 12) }}; // Fast
input ENUM_MA_METHOD Method = {{ value("Method", "ENUM_MA_METHOD", "MODE_EMA") }};
input datetime From = {{ value("From", "datetime", "2026.01.31") }};
input color Shade = {{ value("Shade", "color", "clrRed") }};
int OnInit() { {{ echo() }} return(INIT_SUCCEEDED); }
"""


def rendered_with(name, text):
    """The source and no refusal, or none and the words of the refusal."""
    try:
        return render_text(TEMPLATE, text, 1, 1, ((name, text),)), ""
    except UsageInvalid as refused:
        return None, refused.text


@given(NASTY)
def test_what_people_type_is_found_again_as_the_same_data_or_refused(text):
    rendered, refusal = rendered_with("Note", text)
    if rendered is None:
        assert "input Note takes one line of plain text" in refusal
        return
    plain = render_text(TEMPLATE, "x", 1, 1)
    found = read_inputs(rendered)
    assert found.find("Note").default == text
    assert [spec.name for spec in found.own] == ["Note", "Fast", "Method", "From", "Shade"]
    assert rendered.split("\n")[2:] == plain.split("\n")[2:], "the rest of the source is untouched"


@given(NASTY, st.sampled_from(["Fast", "Method", "From", "Shade"]))
def test_values_of_other_types_become_that_types_literal_or_are_refused(text, name):
    rendered, refusal = rendered_with(name, text)
    if rendered is None:
        assert f"input {name} takes" in refusal
        return
    literal = next(line for line in rendered.split("\n") if f" {name} =" in line).split("=", 1)[1].split("; //")[0]
    assert re.fullmatch(r" (-?\d+|MODE_\w+|D'[\d.: ]+'|clr\w+|C'[\d,]+');?", literal), literal


def test_every_kind_of_input_has_its_own_spelling_in_a_rendered_source():
    given_inputs = (("Method", "lwma"), ("From", "1769862600"), ("Shade", "1,2,3"))
    rendered = render_text(TEMPLATE, "x", 1, 1, given_inputs)
    assert "Method = MODE_LWMA;" in rendered
    assert "From = D'2026.01.31 12:30';" in rendered
    assert "Shade = C'1,2,3';" in rendered


def test_a_template_tells_its_inputs_with_types_defaults_and_labels():
    for name in list_templates():
        template = describe_template(name)
        assert template.title
        assert not template.inputs.notes
        for spec in template.inputs.own:
            assert spec.default is not None, spec
            assert spec.label, spec


@given(st.text(max_size=60))
def test_a_literal_is_read_back_as_its_text(text):
    shown = "".join(letter if ord(letter) >= 32 or letter in "\n\r\t" else " " for letter in text)
    assert string_of(mql_string(text)) == shown


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


def test_the_inputs_that_are_sent_are_complete_and_canonical():
    sent = complete_inputs(SOURCE, (("Risk", "0.250"), ("On", "False")))
    assert sent == (
        ("Fast", "12"),
        ("Note", 'a; "b" // c'),
        ("Risk", "0.25"),
        ("On", "false"),
        ("Frame", "16385"),
        ("Big", "0"),
    )
    assert complete_inputs(SOURCE, (("Frame", "M15"),))[4] == ("Frame", "15")


def test_constant_expressions_and_lists_of_variables_are_worked_out():
    source = "input int Hours = 5*60;\ninput int A = 1, B = 2;\ninput double Lots = 0.1;\n"
    assert complete_inputs(source, ()) == (("Hours", "300"), ("A", "1"), ("B", "2"), ("Lots", "0.1"))


def test_a_default_that_only_a_compiler_can_work_out_is_left_to_the_source():
    source = "input datetime From = D'12:30';\ninput double Fine = 1e-12;\ninput ENUM_OWN Own = OWN_A;\n"
    assert complete_inputs(source, ()) == ()
    assert complete_inputs(source, (("From", "2026.01.31"),)) == (("From", "1769817600"),)


def test_a_default_that_the_robot_is_seen_not_to_echo_is_left_to_the_source():
    source = "input int Fast = 12;\ninput int Slow = 26;\n#include <Mt5Console\\Heartbeat.mqh>\n"
    echo = 'int OnInit() { Mt5ConsoleInputWhole("Fast", Fast); return(0); }\n'
    assert complete_inputs(source + echo, ()) == (("Fast", "12"),)
    assert complete_inputs(source + echo, (("Slow", "30"),)) == (("Fast", "12"), ("Slow", "30"))
    assert complete_inputs(source + "int OnInit() { EchoAll(); return(0); }\n", ()) == (("Fast", "12"), ("Slow", "26"))


def test_inputs_that_are_the_consoles_or_nobodys_are_refused():
    with pytest.raises(UsageInvalid, match="filled in by the console"):
        complete_inputs(SOURCE, (("Mt5ConsoleMagic", "1"),))
    with pytest.raises(UsageInvalid, match="it has: Fast"):
        complete_inputs(SOURCE, (("Nope", "1"),))
    with pytest.raises(UsageInvalid, match="takes true or false"):
        complete_inputs(SOURCE, (("On", "perhaps"),))
    with pytest.raises(UsageInvalid, match="one line"):
        complete_inputs(SOURCE, (("Note", "a\nb"),))


def test_the_placeholder_never_starts():
    assert "// mt5console placeholder\n" in PLACEHOLDER_SOURCE
    assert "return(INIT_FAILED)" in PLACEHOLDER_SOURCE


def test_the_include_declares_the_consoles_inputs_and_the_calls():
    text = mql5_path("Include", "Mt5Console", "Heartbeat.mqh").read_text("ascii")
    assert tuple(spec.name for spec in read_inputs(text).inputs) == CONSOLE_INPUTS
    assert read_inputs(text).own == ()
    for call in ("bool Mt5ConsoleInit()", "bool Mt5ConsoleTimer()", "void Mt5ConsoleDeinit(const int reason)"):
        assert f"\n{call}\n" in text
    assert inputs_hash(()) in text


def test_the_simulated_metaeditor_finds_nothing_wrong_with_template_and_include(tmp_path):
    source = tmp_path / "Robot_5_a.mq5"
    source.write_text(generate_mql5(robot_id=5), "utf-8")
    program = read_program(source, mql5_path("Include"))
    assert check(program) == ()
    names = ["Files.mqh", "Heartbeat.mqh", "Json.mqh", "Timer.mqh", "Words.mqh"]
    assert sorted(path.name for path in program.included) == names
    assert speaks_protocol(program)
    assert init_result(program) == 0


def test_resources_are_found_from_the_source_tree():
    assert resource_path("robots", "ma_cross.mq5.j2").is_file()
