"""A foreign chart gets, changes and keeps an expert; order.wnd names it; every other byte stays."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.errors import StorageFailed, UsageInvalid
from mt5console.core.model.ids import Timeframe
from mt5console.core.terminal.chart_edit import with_expert, with_inputs
from mt5console.core.terminal.encoding import decode, encode, form_of
from mt5console.core.terminal.order_wnd import read_order, with_chart, without_charts
from mt5console.core.terminal.templates import ExpertBlock, chart_bytes, expert_of, read_chart, without_expert

FOREIGN = """<chart>
id=128
symbol=XAUUSD.m
period_type=0
period_size=5
new_key_of_another_build=7
windows_total=2

<window>
height=100.0
<indicator>
name=Main
windows_total=9
</indicator>
</window>
<window>
</window>
</chart>
"""
OCCUPIED = FOREIGN.replace(
    "\n<window>\nheight",
    """
<expert>
name=Old
path=Experts\\Sub\\Old.ex5
expertmode=33
unknown_key=5
<inputs>
=
InpLots=0.1
=Group
InpStop=50
</inputs>
</expert>

<window>
height""",
    1,
)
EXPERT = ExpertBlock(name="Robot_7_a", path="Experts\\Robot_7_a.ex5", expertmode=5, inputs=(("A", "1"), ("B", "x=y")))
FORMS = ["utf-16", "utf-8", "utf-8-sig"]


def spelt(text, encoding="utf-16", end="\r\n"):
    return text.replace("\n", end).encode(encoding)


@pytest.mark.parametrize("encoding", FORMS)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("before", [FOREIGN, OCCUPIED])
def test_an_expert_is_put_on_a_chart_of_another_build(before, encoding, end):
    data = spelt(before, encoding, end)
    edited = with_expert(data, EXPERT)
    assert expert_of(edited) == EXPERT
    text = decode(edited)
    assert text.index("windows_total=2") < text.index("<expert>") < text.index("<window>")
    assert [line for line in decode(without_expert(edited)).split(end) if line] == [
        line for line in decode(without_expert(data)).split(end) if line
    ]
    assert with_expert(edited, EXPERT) == edited
    assert edited[:2] == data[:2]


def test_inputs_change_in_their_place_and_unknown_keys_stay():
    edited = with_inputs(spelt(OCCUPIED), {"InpStop": "75", "InpNew": "a=b"})
    wanted = OCCUPIED.replace("InpStop=50", "InpStop=75").replace("</inputs>", "InpNew=a=b\n</inputs>")
    assert edited == spelt(wanted)
    assert with_inputs(edited, {"InpStop": "75"}) == edited
    assert with_inputs(spelt(OCCUPIED), {}) == spelt(OCCUPIED)


def test_a_block_without_inputs_gets_them():
    bare = spelt(FOREIGN.replace("\n<window>\nheight", "<expert>\nname=E\n</expert>\n<window>\nheight"))
    assert expert_of(with_inputs(bare, {"A": "1"})).inputs == (("A", "1"),)


@pytest.mark.parametrize("bad", ["a\nb", "</inputs>", "a\0"])
def test_values_that_would_become_structure_are_refused(bad):
    for edit in (
        lambda: with_inputs(spelt(OCCUPIED), {"InpStop": bad}),
        lambda: with_expert(spelt(FOREIGN), ExpertBlock(name=bad, path="x")),
        lambda: with_inputs(spelt(OCCUPIED), {bad: "1"}),
    ):
        with pytest.raises(UsageInvalid) as refused:
            edit()
        assert refused.value.code == "bad_template_value"


def test_what_is_no_chart_or_has_no_expert_is_said():
    with pytest.raises(UsageInvalid) as no_expert:
        with_inputs(spelt(FOREIGN), {"A": "1"})
    with pytest.raises(UsageInvalid) as no_chart:
        with_expert(b"hello", EXPERT)
    assert (no_expert.value.code, no_chart.value.code) == ("no_expert", "no_chart")


def test_a_chart_cut_at_any_byte_is_refused_or_whole():
    data = spelt(OCCUPIED)
    for cut in range(len(data)):
        if read_chart(data[:cut]) is None:
            with pytest.raises(UsageInvalid):
                with_expert(data[:cut], EXPERT)
        else:
            assert expert_of(with_expert(data[:cut], EXPERT)) == EXPERT


@given(
    st.sampled_from(list(Timeframe)),
    st.dictionaries(
        st.from_regex(r"[A-Za-z]\w{0,5}\Z", fullmatch=True), st.from_regex(r"[ -;=?-~]{0,9}", fullmatch=True)
    ),
)
def test_edited_inputs_are_read_back(timeframe, values):
    data = with_inputs(chart_bytes(1, "EURUSD", timeframe, EXPERT), values)
    assert dict(expert_of(data).inputs) == {**dict(EXPERT.inputs), **values}


ORDER = encode("chart01.chr\nchart02.chr\n")


def test_a_chart_is_added_to_the_order_once_and_taken_out_again():
    added = with_chart(ORDER, "chart03.chr")
    assert read_order(added) == ("chart01.chr", "chart02.chr", "chart03.chr")
    assert with_chart(added, "CHART03.chr") == added
    assert without_charts(added, frozenset({"Chart03.CHR"})) == ORDER
    assert without_charts(ORDER, frozenset({"chart09.chr"})) == ORDER
    assert with_chart(b"", "a.chr") == encode("a.chr\n")


@pytest.mark.parametrize("data", [b"a.chr\nb.chr", codecs.BOM_UTF8 + b"a.chr\r\nb.chr\r\n", ORDER[:-4]])
def test_the_orders_encoding_and_line_ends_stay(data):
    edited = with_chart(data, "c.chr")
    assert edited.startswith(data)
    assert read_order(edited)[-1] == "c.chr"


@pytest.mark.parametrize("name", ["", " a", "a\nb.chr", "..\\a.chr", "a/b.chr", 'a".chr'])
def test_what_is_no_file_name_is_refused(name):
    with pytest.raises(UsageInvalid):
        with_chart(ORDER, name)


@given(st.binary(max_size=120))
def test_any_order_file_is_read_and_edited_or_refused(data):
    names = read_order(data)
    try:
        edited = with_chart(data, "robot.chr")
    except StorageFailed:
        return
    # A file cut off inside a character may look like another encoding once something follows.
    assert read_order(edited)[: len(names)] == names or form_of(edited) != form_of(data)
