"""Charts and templates: written whole, read tolerantly, pruned without harm to anything else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.errors import UsageInvalid
from mt5console.core.model.ids import Timeframe
from mt5console.core.terminal.encoding import decode, encode
from mt5console.core.terminal.profile import prune_profile, unreadable_charts
from mt5console.core.terminal.templates import (
    ExpertBlock,
    chart_bytes,
    expert_of,
    read_chart,
    template_bytes,
    without_expert,
)

PATH = "Experts\\Mt5Console\\Robot_7_a.ex5"


def robot_block(expert="Robot_7_a", folder="Mt5Console\\"):
    return ExpertBlock(name=expert, path=f"Experts\\{folder}{expert}.ex5", inputs=(("Lots", "0.1"),))


@pytest.mark.parametrize("timeframe", list(Timeframe))
def test_a_template_says_what_was_asked_for(timeframe):
    inputs = (("Lots", "0.10"), ("Comment", "a=b; c<d >"), ("Empty", ""), ("Größe", " 5 "))
    data = template_bytes(PATH, "Robot_7_a", "EURUSD.m", timeframe, inputs)
    chart = read_chart(data)
    assert chart is not None
    assert (chart.symbol, chart.timeframe) == ("EURUSD.m", timeframe)
    assert chart.expert == expert_of(data) == ExpertBlock(name="Robot_7_a", path=PATH, expertmode=1, inputs=inputs)


def test_the_expert_stands_between_windows_total_and_the_first_window():
    text = decode(template_bytes(PATH, "Robot_7_a", "EURUSD", Timeframe.D1, [("Lots", "1")]))
    order = [
        text.index(word) for word in ("<chart>\r\n", "windows_total=1", "<expert>", "</expert>", "<window>", "</chart>")
    ]
    assert order == sorted(order)
    assert "period_type=1\r\nperiod_size=24\r\n" in text


@pytest.mark.parametrize("value", ["a\r\n</inputs>", "</inputs>", "x<expert>y", "a\nb", "\0", "a\u2028b"])
def test_a_value_that_would_become_structure_is_refused(value):
    for make in (
        lambda: template_bytes(PATH, "Robot_7_a", "EURUSD", Timeframe.H1, [("Comment", value)]),
        lambda: template_bytes(PATH, "Robot_7_a", value, Timeframe.H1, []),
        lambda: template_bytes(PATH, value, "EURUSD", Timeframe.H1, []),
        lambda: template_bytes(value, "Robot_7_a", "EURUSD", Timeframe.H1, []),
    ):
        with pytest.raises(UsageInvalid) as caught:
            make()
        assert caught.value.code == "bad_template_value"


@pytest.mark.parametrize("name", ["", "a=b", "a b", "<x>", "1st", "a\nb"])
def test_an_input_needs_a_name(name):
    with pytest.raises(UsageInvalid):
        template_bytes(PATH, "Robot_7_a", "EURUSD", Timeframe.H1, [(name, "1")])


def test_an_input_named_twice_is_refused():
    with pytest.raises(UsageInvalid):
        template_bytes(PATH, "Robot_7_a", "EURUSD", Timeframe.H1, [("Lots", "1"), ("Lots", "2")])


SAVED = """<chart>
id=133012345678901234
symbol=GBPUSD
period_type=0
period_size=15
unknown_key=kept
windows_total=2

<expert>
name=Grid (1)
path=Experts\\Free\\Grid (1).ex5
expertmode=5
<inputs>
=
Magic=77
Note=a=b
</inputs>
</expert>

<window>
<object>
name=<expert>
descr=<b>
</object>
</window>
<window>
<indicator>
name=Main
</indicator>
</window>
</chart>
"""


def test_a_saved_chart_is_read_with_group_separators_left_out():
    chart = read_chart(encode(SAVED))
    assert chart is not None
    assert (chart.chart_id, chart.symbol, chart.timeframe) == (133012345678901234, "GBPUSD", Timeframe.M15)
    assert chart.expert == ExpertBlock(
        name="Grid (1)", path="Experts\\Free\\Grid (1).ex5", expertmode=5, inputs=(("Magic", "77"), ("Note", "a=b"))
    )


def test_without_its_expert_a_chart_keeps_every_other_byte():
    start, end = SAVED.index("<expert>\n"), SAVED.index("</expert>\n") + len("</expert>\n")
    assert without_expert(encode(SAVED)) == encode(SAVED[:start] + SAVED[end:])
    bare = chart_bytes(5, "EURUSD", Timeframe.H1, None)
    assert without_expert(bare) == bare
    assert expert_of(bare) is None


@pytest.mark.parametrize("cut", [1, 3, 40, 300, -6, -30])
def test_a_torn_chart_is_no_chart_and_stays_as_it_is(cut):
    data = encode(SAVED)[:cut]
    assert read_chart(data) is None
    assert without_expert(data) == data


@given(
    st.binary(max_size=300) | st.text(alphabet="<>/chartexpinus=\r\n \t", max_size=200).map(lambda text: encode(text))
)
def test_garbage_never_raises(data):
    assert read_chart(data) is None or expert_of(without_expert(data)) is None


one_line = st.text(
    alphabet=st.characters(codec="utf-16", exclude_categories=["C", "Zl", "Zp"], exclude_characters="<>")
)
inputs = st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True), one_line, max_size=6)


@given(inputs, st.sampled_from(list(Timeframe)))
def test_any_inputs_come_back_as_they_were(values, timeframe):
    pairs = tuple(values.items())
    block = expert_of(template_bytes(PATH, "Robot_7_a", "EURUSD", timeframe, pairs))
    assert block is not None
    assert block.inputs == pairs


class DiskFiles:
    """The parts of the file port that pruning needs, on real files."""

    def __init__(self):
        self.acts = []

    def read(self, path: Path, limit=None):
        return path.read_bytes() if path.exists() else None

    def write_atomic(self, path: Path, data: bytes, *, private=False, durable=False):
        self.acts.append(("write", path.name))
        path.write_bytes(data)

    def remove(self, path: Path):
        self.acts.append(("remove", path.name))
        path.unlink(missing_ok=True)


@pytest.fixture
def charts(tmp_path):
    experts = {
        "chart01.chr": robot_block("Agent"),
        "chart02.chr": robot_block("Robot_5_a"),
        "Chart03.CHR": robot_block("Robot_5_b"),
        "chart04.chr": robot_block("Grid (1)", "Free\\"),
        "chart05.chr": robot_block("Robot_Scalper", "Free\\"),
        "chart06.chr": None,
    }
    for number, (name, block) in enumerate(experts.items()):
        (tmp_path / name).write_bytes(chart_bytes(number, "EURUSD", Timeframe.H1, block))
    (tmp_path / "chart07.chr").write_bytes(chart_bytes(9, "EURUSD", Timeframe.H1, robot_block("Robot_9_a"))[:-40])
    (tmp_path / "notes.txt").write_text("Robot_5_b")
    (tmp_path / "order.wnd").write_bytes(encode("\n".join([*(name.lower() for name in experts), "chart07.chr"]) + "\n"))
    return tmp_path


def test_only_undesired_robots_leave_a_profile(charts):
    files = DiskFiles()
    removed = prune_profile(charts, frozenset({"Robot_5_a"}), files)
    assert removed == ("Robot_5_b (Chart03.CHR)",)
    assert not (charts / "Chart03.CHR").exists()
    assert decode((charts / "order.wnd").read_bytes()).split() == [
        f"chart{number:02}.chr" for number in (1, 2, 4, 5, 6, 7)
    ]
    assert len(list(charts.iterdir())) == 8
    assert files.acts == [("write", "order.wnd"), ("remove", "Chart03.CHR")]


def test_pruning_again_changes_nothing(charts):
    prune_profile(charts, frozenset(), DiskFiles())
    files = DiskFiles()
    assert prune_profile(charts, frozenset(), files) == ()
    assert files.acts == []


def test_a_torn_chart_is_left_and_named(charts):
    before = (charts / "chart07.chr").read_bytes()
    prune_profile(charts, frozenset(), DiskFiles())
    assert (charts / "chart07.chr").read_bytes() == before
    assert unreadable_charts(charts, DiskFiles()) == ("chart07.chr",)


def test_a_terminal_that_never_saved_a_profile_has_nothing_to_prune(tmp_path):
    assert prune_profile(tmp_path / "none", frozenset(), DiskFiles()) == ()
    assert unreadable_charts(tmp_path / "none", DiskFiles()) == ()
