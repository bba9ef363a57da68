"""Presets: read as people leave them, written as the terminal writes them."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.encoding import decode, encode
from mt5console.core.terminal.presets import Optimisation, PresetEntry, preset_bytes, read_preset

TEXT = """; saved by hand
; for Robot
;
; Risk
Lots=0.10||0.1||0.01||1.0||N
Stop=50||10||10||100||Y
; Words
Comment=a=b; c
Empty=
Odd=1||2
"""
RANGE = Optimisation(start="10", step="10", stop="100", is_on=True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_preset_is_read_in_any_encoding(encoding, end):
    preset = read_preset(TEXT.replace("\n", end).encode(encoding))
    assert preset.pairs == (("Lots", "0.10"), ("Stop", "50"), ("Comment", "a=b; c"), ("Empty", ""), ("Odd", "1||2"))
    assert preset.remarks == ("saved by hand", "for Robot")
    assert [entry.group for entry in preset.entries] == ["Risk", "Risk", "Words", "Words", "Words"]
    assert preset.entries[1].optimisation == RANGE
    assert preset.entries[0].optimisation is not None
    assert not preset.entries[0].optimisation.is_on


def test_it_is_written_as_the_terminal_does():
    data = preset_bytes([PresetEntry(name="Stop", value="50", optimisation=RANGE), ("Lots", "0.1")], ["saved"])
    assert data == encode("; saved\n;\nStop=50||10||10||100||Y\nLots=0.1\n")
    assert data.startswith(codecs.BOM_UTF16_LE)


def test_a_later_line_overrides_and_foreign_lines_are_counted():
    preset = read_preset(b"A=1\nEURUSD\nA=2\n\n=5\n")
    assert (preset.value("A"), preset.value("B"), preset.unread) == ("2", None, 2)


@pytest.mark.parametrize(
    "entry",
    [("", "1"), ("a=b", "1"), (";a", "1"), (" a", "1"), ("a", "1\n2"), ("a", "1||2||3||4||Y"), ("a\r", "1")],
)
def test_what_would_read_back_as_something_else_is_refused(entry):
    with pytest.raises(UsageInvalid) as refused:
        preset_bytes([entry])
    assert refused.value.code == "bad_preset_value"


words = st.text(
    alphabet=st.characters(codec="utf-16", exclude_characters="|\ufeff\u2028\u2029", exclude_categories=["C"]),
    max_size=8,
)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
ranges = st.none() | st.builds(Optimisation, start=words, step=words, stop=words, is_on=st.booleans())
entries = st.builds(
    PresetEntry,
    name=names,
    value=words,
    optimisation=ranges,
    group=words.map(str.strip).filter(lambda text: ";" not in text),
)


@given(st.lists(entries, max_size=6), st.lists(words.map(str.strip), max_size=2))
def test_what_was_written_is_what_is_read(wanted, remarks):
    data = preset_bytes(wanted, remarks)
    preset = read_preset(data)
    assert preset.entries == tuple(wanted)
    assert preset_bytes(preset.entries, preset.remarks) == preset_bytes(wanted, [one for one in remarks if one])


@given(st.binary(max_size=200))
def test_garbage_is_read_and_what_it_says_can_be_said_again(data):
    preset = read_preset(data)
    try:
        again = preset_bytes(preset.entries, preset.remarks)
    except UsageInvalid:
        return
    assert read_preset(again).pairs == preset.pairs


def test_a_preset_cut_at_any_byte_keeps_its_whole_lines():
    data = preset_bytes(read_preset(TEXT.encode()).entries)
    whole = read_preset(data).pairs
    for cut in range(len(data)):
        pairs = read_preset(data[:cut]).pairs
        complete = sum("=" in line for line in decode(data[:cut]).split("\r\n")[:-1])
        assert pairs[:complete] == whole[:complete]
