"""The typed description of a source's inputs: every spelling that traders use, and text that nobody should write."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.deployment.inputs.description import Kind, inputs_from_json, inputs_json
from mt5console.core.deployment.inputs.includes import FolderIncludes, read_file
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.deployment.sources import read_source


def only(source, includes=None):
    found = read_inputs(source, includes)
    assert len(found.inputs) == 1, found
    return found.inputs[0]


@pytest.mark.parametrize(
    ("declaration", "kind", "default"),
    [
        ("input int X = 12;", "whole", "12"),
        ("sinput int X = -12;", "whole", "-12"),
        ("input int X;", "whole", "0"),
        ("input int X = 0x1F;", "whole", "31"),
        ("input int X = 60*60;", "whole", "3600"),
        ("input int X = (1 << 4) | 3;", "whole", "19"),
        ("input int X = 7 / 2 - 7 % 4;", "whole", "0"),
        ("input int X = -7 / 2;", "whole", "-3"),
        ("input int X = INT_MAX;", "whole", "2147483647"),
        ("input int X = (int)2.9;", "whole", "2"),
        ("input int X = 3 > 2 ? 10 : 20;", "whole", "10"),
        ("input char X = 'A';", "whole", "65"),
        ("input uchar X = 255;", "whole", "255"),
        ("input ushort X = '\\n';", "whole", "10"),
        ("input long X = LONG_MIN;", "whole", "-9223372036854775808"),
        ("input double X = 0.10;", "real", "0.1"),
        ("input double X = 1e3;", "real", "1000"),
        ("input double X = .5;", "real", "0.5"),
        ("input double X = 5.;", "real", "5"),
        ("input double X = 1.0/4;", "real", "0.25"),
        ("input double X = M_PI;", "real", "3.14159265"),
        ("input float X = 0.1f;", "real", "0.1"),
        ("input bool X = true;", "flag", "true"),
        ("input bool X = 0;", "flag", "false"),
        ("input bool X = !true;", "flag", "false"),
        ("input bool X;", "flag", "false"),
        ('input string X = "a; \\"b\\" // c";', "text", 'a; "b" // c'),
        ('input string X = "one" + " two" " three";', "text", "one two three"),
        ("input string X;", "text", ""),
        ("input datetime X = D'2026.01.31 12:30:05';", "moment", "1769862605"),
        ("input datetime X = D'31.01.2026 12:30';", "moment", "1769862600"),
        ("input datetime X = D'2026.01.31';", "moment", "1769817600"),
        ("input datetime X = D'2026/01/31 12';", "moment", "1769860800"),
        ("input datetime X = 0;", "moment", "0"),
        ("input color X = clrRed;", "colour", "255"),
        ("input color X = C'1,2,3';", "colour", "197121"),
        ("input color X = C'0x01,0x02,0x03';", "colour", "197121"),
        ("input color X = 0x00FF00;", "colour", "65280"),
        ("input color X = clrNONE;", "colour", "4294967295"),
        ("input ENUM_TIMEFRAMES X = PERIOD_H1;", "choice", "16385"),
        ("input ENUM_TIMEFRAMES X = PERIOD_CURRENT;", "choice", "0"),
        ("input ENUM_MA_METHOD X = MODE_LWMA;", "choice", "3"),
        ("input ENUM_APPLIED_PRICE X = PRICE_TYPICAL;", "choice", "6"),
        ("input ENUM_DAY_OF_WEEK X = FRIDAY;", "choice", "5"),
    ],
)
def test_every_type_has_its_kind_and_its_default_in_canonical_text(declaration, kind, default):
    spec = only(declaration)
    assert (spec.name, spec.kind.value, spec.default, spec.note) == ("X", kind, default, "")


@pytest.mark.parametrize(
    ("declaration", "kind"),
    [
        ("input datetime X = D'12:30';", "moment"),
        ("input datetime X = __DATETIME__;", "moment"),
        ("input int X = SomeFunction(3);", "whole"),
        ("input int X = UNKNOWN + 1;", "whole"),
        ("input uchar X = 256;", "whole"),
        ("input int X = 1/0;", "whole"),
        ("input double X = 1e-12;", "real"),
        ('input string X = "two\\nlines";', "text"),
        ("input ENUM_FROM_ELSEWHERE X = FIRST;", "opaque"),
        ("input int X[3] = {1, 2, 3};", "opaque"),
        ("input MqlTick X;", "opaque"),
    ],
)
def test_what_is_not_understood_is_kept_and_says_so(declaration, kind):
    spec = only(declaration)
    assert (spec.name, spec.kind.value, spec.default) == ("X", kind, None)
    assert spec.note
    assert spec.type_name in declaration


SOURCE = """
#property version "1.0"
#define MINUTES 60
#define DAY (24 * MINUTES)
#define SIDE ENUM_POSITION_TYPE
enum Mode  // how it trades
  {
   MODE_CALM,           // Calm: one position
   MODE_BOLD = 5,       /* Bold: many */
   MODE_WILD, MODE_LAST = MODE_WILD * 2
  };
input group "=== Risk ==="
input double Lots = 0.1;               // Volume, in lots
input int A = 1, B = 2; // Both of them
input int C = 3, // The third
          D = 4; // The fourth
input group "Time";
sinput /* odd */ int
   Wait
   = DAY   ;   // How long to wait
input Mode How = MODE_BOLD;  /// Mode of trading
input SIDE Side = POSITION_TYPE_SELL;
input int Plain = 1;
//  input int Gone = 1;
/* input int AlsoGone = 2; */
void OnTick() { string text = "input int InText = 3;"; int input_like = 4; }
"""


def test_names_labels_and_groups_are_those_that_the_terminal_shows():
    found = {spec.name: (spec.label, spec.group, spec.default) for spec in read_inputs(SOURCE).inputs}
    assert found == {
        "Lots": ("Volume, in lots", "=== Risk ===", "0.1"),
        "A": ("Both of them", "=== Risk ===", "1"),
        "B": ("Both of them", "=== Risk ===", "2"),
        "C": ("The third", "=== Risk ===", "3"),
        "D": ("The fourth", "=== Risk ===", "4"),
        "Wait": ("How long to wait", "Time", "1440"),
        "How": ("Mode of trading", "Time", "5"),
        "Side": ("", "Time", "1"),
        "Plain": ("", "Time", "1"),
    }
    assert read_inputs(SOURCE).notes == ()


def test_the_members_of_an_enumeration_have_their_numbers_and_their_comments():
    how = read_inputs(SOURCE).find("How")
    assert [(one.name, one.value, one.title) for one in how.options] == [
        ("MODE_CALM", 0, "Calm: one position"),
        ("MODE_BOLD", 5, "Bold: many"),
        ("MODE_WILD", 6, "MODE_WILD"),
        ("MODE_LAST", 12, "MODE_LAST"),
    ]
    assert (how.kind, how.type_name) == (Kind.CHOICE, "Mode")


def test_the_last_members_comment_may_stand_behind_the_brace():
    how = only("enum Side { BOTH, // Both ways\n   BUYS }; // Buys only\ninput Side X = BUYS;")
    assert [option.title for option in how.options] == ["Both ways", "Buys only"]


def test_only_the_branch_that_is_compiled_counts():
    source = """
#ifdef __MQL4__
input int Old = 1;
#else
input int New = 1;
#ifdef NOBODY
input int Deep = 1;
#endif
#endif
#ifndef NOBODY
input int Always = 1;
#endif
"""
    assert [spec.name for spec in read_inputs(source).inputs] == ["New", "Always"]


def test_an_input_without_an_end_is_kept_and_told_and_the_next_one_is_read():
    found = read_inputs("input int A = 1\ninput int B = 2;\n")
    assert [(spec.name, spec.default) for spec in found.inputs] == [("A", "1"), ("B", "2")]
    assert "line 1" in found.notes[0]


def test_inputs_of_included_files_are_read_where_they_are_found(tmp_path):
    include, own = tmp_path / "Include", tmp_path / "Own"
    (include / "Team").mkdir(parents=True)
    own.mkdir()
    (include / "Team" / "Risk.mqh").write_text('#include "Deep.mqh"\ninput double Risk = 1.5; // Risk\n')
    (include / "Team" / "Deep.mqh").write_text("enum Depth { LOW, HIGH }; // d\n")
    (own / "near.mqh").write_text('#include "near.mqh"\ninput Depth How = HIGH;\n', "utf-16")
    (tmp_path / "secret.mqh").write_text("input int Secret = 1;\n")
    lines = ("<Team\\Risk.mqh>", '"near.mqh"', "<Gone.mqh>", '"..\\secret.mqh"')
    source = "".join(f"#include {name}\n" for name in lines) + "input int X = 1;\n"
    found = read_inputs(source, FolderIncludes([include], own, read_file))
    assert [(spec.name, spec.default) for spec in found.inputs] == [("Risk", "1.5"), ("How", "1"), ("X", "1")]
    assert found.missing == ("Gone.mqh", "..\\secret.mqh")
    assert read_inputs(source).missing == ("Team\\Risk.mqh", "near.mqh", "Gone.mqh", "..\\secret.mqh")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_source_says_the_same_in_every_encoding_and_with_every_line_end(encoding, newline):
    text = f"input int Größe_nicht = 1;{newline}input double Lots = 0.1; // Größe{newline}input int B = 2;{newline}"
    data = (b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding)
    found = read_inputs(read_source(data))
    assert [(spec.name, spec.label) for spec in found.inputs] == [("Lots", "Größe"), ("B", "")]
    assert "not understood" in found.notes[0]


def test_a_description_survives_json():
    found = read_inputs(SOURCE)
    again = inputs_from_json(json.loads(json.dumps(inputs_json(found))))
    strip = {spec.name: inputs_json(found)["inputs"][place] for place, spec in enumerate(found.own)}
    assert {spec.name: inputs_json(again)["inputs"][place] for place, spec in enumerate(again.own)} == strip
    for wrong in ({}, {"inputs": [{}]}, {"inputs": [{"name": "a", "type": "b", "kind": "c"}]}, {"inputs": 3}):
        with pytest.raises(ValueError, match=r"no description|valid Kind"):
            inputs_from_json(wrong)


WORDS = r"""input sinput int double string enum E group A = 1 "a" " ' // /* */ ; , { } ( ) D' C'1 \ -"""
PIECES = st.sampled_from(
    [*(f"{word} " for word in WORDS.split(" ")), "\n", "#define A A\n", "#ifdef X\n", "#else\n", "#endif\n"]
)
HOSTILE = (
    "/*",
    "input int a ",
    '"\\',
    "input group ",
    "\n\n",
    "input int a,",
    "enum ",
    "enum X {",
    "input int a = ((",
    "'\\",
)
LINES = ("input int a=1;", "#define A A\n", "#include <x>\n", "input int x =-----", 'input group "a"\n', "{", "return ")


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_text_is_described_without_an_error(source):
    found = read_inputs(source)
    names = [spec.name for spec in found.inputs]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.isascii() for name in names)


@given(st.text(max_size=300))
def test_any_letters_are_described_without_an_error(source):
    read_inputs(source + "input int A = " + source)


@pytest.mark.parametrize("piece", [*HOSTILE, *LINES])
def test_a_hostile_source_of_two_megabytes_is_read_in_reasonable_time(piece):
    began = time.process_time()
    read_inputs(piece * (2_000_000 // len(piece)))
    assert time.process_time() - began < 5.0


def test_an_honest_source_of_two_megabytes_is_read_in_well_under_a_second():
    lines = ("// a comment; with input in it", 'if(x > 1.0) { Print("hello ", x); }', "return(x * 2.0);")
    body = "double f(double x)\n  {\n" + "".join(f"   {line}\n" for line in lines) + "  }\n"
    source = SOURCE + body * (2_000_000 // len(body))
    began = time.process_time()
    assert len(read_inputs(source).inputs) == 9
    assert time.process_time() - began < 1.0
