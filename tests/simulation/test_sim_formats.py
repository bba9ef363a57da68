"""The simulated terminal's own files: whatever is written is read again; whatever is read never fails."""

from hypothesis import given
from hypothesis import strategies as st

from mt5console.simulation.chartfile import PERIODS, ChartFile, ExpertBlock, decode_chart, encode_chart
from mt5console.simulation.disk import Disk
from mt5console.simulation.globalvars import GlobalVariables
from mt5console.simulation.inifile import IniFile

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
values = st.from_regex(r"[A-Za-z0-9.=\\ äß€-]{0,20}", fullmatch=True).map(str.strip)
blocks = st.builds(
    ExpertBlock,
    name=names,
    path=names.map(lambda name: f"Experts\\{name}.ex5"),
    mode=st.integers(0, 33),
    inputs=st.lists(st.tuples(names, values), max_size=5, unique_by=lambda pair: pair[0]).map(tuple),
)
charts = st.builds(
    ChartFile,
    chart_id=st.integers(1, 2**62),
    symbol=names,
    timeframe=st.sampled_from(sorted(PERIODS)),
    expert=st.none() | blocks,
)


@given(charts)
def test_a_chart_is_read_as_it_was_written(chart):
    data = encode_chart(chart)
    assert data.startswith(b"\xff\xfe")
    assert data.decode("utf-16").count("\n") == data.decode("utf-16").count("\r\n")
    assert decode_chart(data) == chart


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange_for_the_readers(data):
    decode_chart(data)
    decode_chart(b"\xff\xfe" + "<chart>\r\n<expert>\r\npath=".encode("utf-16-le") + data)
    IniFile.decode(data).get("Common", "Login")


@given(st.dictionaries(names, st.dictionaries(names, values, max_size=4), max_size=4))
def test_an_ini_is_read_as_it_was_written(sections):
    again = IniFile.decode(IniFile(sections).encode())
    for section, keys in sections.items():
        for key, value in keys.items():
            if [k.casefold() for k in keys].count(key.casefold()) == 1 and unique(sections, section):
                assert again.get(section.upper(), key.lower()) == value


def unique(sections, name):
    return [section.casefold() for section in sections].count(name.casefold()) == 1


def test_globals_survive_a_save_for_four_weeks_and_long_names_are_refused(tmp_path):
    path, day = str(tmp_path / "gvariables.dat"), 86_400.0
    first = GlobalVariables()
    assert first.set("EA_READY_7", 1.5, 0.0)
    assert first.set("old", 2.0, -20 * day)
    assert not first.set("x" * 64, 1.0, 0.0)
    first.save(Disk(), path)
    second = GlobalVariables()
    second.load(Disk(), path, 10 * day)
    assert second.starting_with("", 10 * day) == (("EA_READY_7", 1.5),)
