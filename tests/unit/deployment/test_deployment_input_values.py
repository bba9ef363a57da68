"""What people and presets give as a value: checked, told what is allowed, and in the text that the robot echoes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.deployment.inputs.preset import preset_from, preset_values
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.deployment.inputs.values import canonical, echo_call, literal, shown, wants
from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.presets import read_preset

SOURCE = """
enum Mode { CALM, /* Calm one */ BOLD = 5 /* Bold one */ };
input bool Flag = true;
input int Whole = 12;
input uchar Small = 1;
input ulong Large = 1;
input double Real = 0.5;
input float Single = 0.5;
input string Text = "abc";
input datetime Moment = D'2026.01.31 12:30';
input color Shade = clrRed;
input Mode How = BOLD;
input ENUM_TIMEFRAMES Frame = PERIOD_H1;
input ENUM_ELSEWHERE Opaque = FIRST;
"""
INPUTS = read_inputs(SOURCE)


def spec_of(name):
    found = INPUTS.find(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "typed", "sent"),
    [
        ("Flag", "True", "true"),
        ("Flag", " no ", "false"),
        ("Flag", "1", "true"),
        ("Whole", " 014 ", "14"),
        ("Whole", "+3", "3"),
        ("Whole", "-0x10", "-16"),
        ("Small", "255", "255"),
        ("Large", "9223372036854775807", "9223372036854775807"),
        ("Real", "0.250", "0.25"),
        ("Real", "1e3", "1000"),
        ("Real", "-0.0", "0"),
        ("Real", "3.14159265358979", "3.14159265"),
        ("Single", "0.1", "0.1"),
        ("Text", " a=b||c ", " a=b||c "),
        ("Text", "", ""),
        ("Moment", "2026.01.31", "1769817600"),
        ("Moment", "2026-01-31T12:30:05", "1769862605"),
        ("Moment", "31.01.2026 12:30", "1769862600"),
        ("Moment", "D'2026.01.31 12:30'", "1769862600"),
        ("Moment", "1769862600", "1769862600"),
        ("Shade", "clrRed", "255"),
        ("Shade", "red", "255"),
        ("Shade", "255,0,0", "255"),
        ("Shade", "C'0,0,255'", "16711680"),
        ("Shade", "#0000ff", "16711680"),
        ("Shade", "0xFF0000", "16711680"),
        ("Shade", "clrNONE", "4294967295"),
        ("How", "BOLD", "5"),
        ("How", "calm one", "0"),
        ("How", "5", "5"),
        ("Frame", "PERIOD_M15", "15"),
        ("Frame", "m15", "15"),
        ("Frame", "16385", "16385"),
        ("Opaque", "FIRST", "FIRST"),
    ],
)
def test_what_is_typed_becomes_the_text_that_is_sent_and_echoed(name, typed, sent):
    assert canonical(spec_of(name), typed) == sent
    assert canonical(spec_of(name), sent) == sent, "canonical text is canonical"


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("Flag", "perhaps", "true or false"),
        ("Whole", "many", "whole number from -2147483648 to 2147483647, for example 12; not 'many'"),
        ("Whole", "2147483648", "whole number"),
        ("Whole", "1.5", "whole number"),
        ("Whole", "1_000", "whole number"),
        ("Whole", "١٢", "whole number"),
        ("Whole", "", "whole number"),
        ("Small", "256", "from 0 to 255"),
        ("Large", "-1", "from 0 to 9223372036854775807"),
        ("Large", "9223372036854775808", "from 0"),
        ("Real", "0,5", "a number with a point"),
        ("Real", "nan", "a number"),
        ("Real", "1e999", "a number"),
        ("Real", "1e-12", "eight decimals"),
        ("Single", "1e39", "a number"),
        ("Text", "a\nb", "one line"),
        ("Text", "a\0b", "one line"),
        ("Text", "</inputs>", "without <tags>"),
        ("Text", "\ud800", "plain text"),
        ("Text", "x" * 251, "250 characters at most"),
        ("Text", "🙂" * 126, "250 characters at most"),
        ("Opaque", "x" * 249, "248 characters at most (MetaTrader takes 255 with the name and =)"),
        ("Moment", "12:30", "a date from 1970 to 3000, for example 2026.01.31 12:30"),
        ("Moment", "2026.02.30", "a date"),
        ("Moment", "1969.12.31", "a date"),
        ("Moment", "99999999999", "a date"),
        ("Shade", "clrNope", "a colour, for example clrRed"),
        ("Shade", "256,0,0", "a colour"),
        ("How", "WILD", "one of CALM, BOLD, for example BOLD"),
        ("How", "7", "one of"),
        ("Frame", "H5", "PERIOD_M1"),
    ],
)
def test_a_refusal_names_the_input_what_it_takes_and_an_example(name, typed, says):
    with pytest.raises(UsageInvalid) as refused:
        canonical(spec_of(name), typed)
    assert refused.value.code == "bad_input"
    assert refused.value.text.startswith(f"input {name} takes ")
    assert says in refused.value.text
    assert "\n" not in refused.value.text


@pytest.mark.parametrize("letter", ["x", "ä", "世"])
def test_name_and_value_together_are_as_long_as_metatrader_takes_them(letter):
    assert canonical(spec_of("Text"), letter * 250) == letter * 250
    assert canonical(spec_of("Text"), "🙂" * 125) == "🙂" * 125, "a letter outside of the first plane counts as two"
    assert "250 characters at most" in wants(spec_of("Text"))
    (long,) = read_inputs(f'input string {"N" * 63} = "";').own
    assert canonical(long, letter * 191) == letter * 191
    with pytest.raises(UsageInvalid, match="191 characters at most"):
        canonical(long, letter * 192)


def test_a_default_that_is_longer_than_a_template_can_carry_stays_the_source_s():
    fits, over = read_inputs(f'input string Text = "{"x" * 250}";\ninput string Over = "{"x" * 251}";').own
    assert (fits.default, fits.note) == ("x" * 250, "")
    assert over.default is None
    assert "cannot be carried by a template" in over.note


@given(st.sampled_from(INPUTS.own), st.text(max_size=40))
def test_any_text_is_taken_as_canonical_text_or_refused(spec, text):
    try:
        value = canonical(spec, text)
    except UsageInvalid:
        return
    assert canonical(spec, value) == value
    assert "\n" not in value


@given(st.integers(-(2**31), 2**31 - 1))
def test_whole_numbers_are_sent_as_they_are(number):
    assert canonical(spec_of("Whole"), str(number)) == str(number)


@given(st.floats(-1e12, 1e12).map(lambda number: round(number, 8)))
def test_real_numbers_with_eight_decimals_are_sent_as_they_are(number):
    assert float(canonical(spec_of("Real"), repr(number))) == pytest.approx(number, abs=5e-9, rel=1e-15)


@pytest.mark.parametrize("name", [spec.name for spec in INPUTS.own if spec.default is not None])
def test_what_is_shown_and_what_stands_in_a_source_mean_the_same_value(name):
    spec = spec_of(name)
    assert canonical(spec, shown(spec, spec.default)) == spec.default
    again = read_inputs(SOURCE.split("\ninput")[0] + f"\ninput {spec.type_name} X = {literal(spec, spec.default)};")
    assert again.inputs[0].default == spec.default


def test_every_kind_is_echoed_by_the_includes_call_for_it():
    calls = {spec.name: echo_call(spec) for spec in INPUTS.own}
    assert calls["Flag"] == 'Mt5ConsoleInputFlag("Flag", Flag);'
    assert calls["Whole"] == 'Mt5ConsoleInputWhole("Whole", Whole);'
    assert calls["Large"] == 'Mt5ConsoleInputWhole("Large", (long)Large);'
    assert calls["Real"] == 'Mt5ConsoleInputReal("Real", Real);'
    assert calls["Text"] == 'Mt5ConsoleInput("Text", Text);'
    assert calls["Moment"] == 'Mt5ConsoleInputWhole("Moment", (long)Moment);'
    assert calls["How"] == 'Mt5ConsoleInputWhole("How", (long)How);'


# ---- presets --------------------------------------------------------------------------------------------------------


def test_a_preset_gives_values_in_canonical_text_without_the_testers_ranges():
    pairs = [
        ("Whole", "14||1||1||100||N"),
        ("Flag", "false||false||0||true||N"),
        ("Text", "a||b"),
        ("How", "0||0||0||5||N"),
    ]
    assert preset_values(INPUTS, pairs, "mine.set") == {"Whole": "14", "Flag": "false", "Text": "a||b", "How": "0"}


def test_what_the_console_fills_in_is_passed_over():
    assert preset_values(INPUTS, [("Mt5ConsoleRobotId", "9"), ("Whole", "3")], "mine.set") == {"Whole": "3"}


def test_a_preset_of_another_robot_is_refused_with_every_difference():
    pairs = [("Whole", "14"), ("Nobody", "1"), ("Nothing", "2"), ("Small", "999")]
    with pytest.raises(UsageInvalid) as refused:
        preset_values(INPUTS, pairs, "other.set")
    assert refused.value.code == "wrong_preset"
    for words in (
        "other.set",
        "nothing was taken over",
        "the robot has no Nobody, Nothing",
        "the preset has no Flag",
        "input Small takes",
    ):
        assert words in refused.value.text
    with pytest.raises(UsageInvalid, match="names none of the robot's inputs"):
        preset_values(INPUTS, [], "empty.set")


@given(st.sampled_from(["utf-16", "utf-8", "cp1252"]), st.text("abcÄ |=;<'\"", max_size=20))
def test_a_preset_written_from_values_gives_them_back_in_every_encoding(encoding, text):
    try:
        data = preset_from(INPUTS, {"Whole": "99", "Text": canonical(spec_of("Text"), text)}, "robot 7")
    except UsageInvalid as refused:
        assert refused.code in ("bad_preset_value", "bad_input")  # noqa: PT017 - either is an answer
        return
    assert data.startswith(b"\xff\xfe")
    pairs = read_preset(data.decode("utf-16").encode(encoding)).pairs
    values = preset_values(INPUTS, pairs, "again.set")
    assert values["Whole"] == "99"
    assert values["Text"] == text
    assert all(values[spec.name] == spec.default for spec in INPUTS.own if spec.name not in ("Whole", "Text", "Opaque"))
