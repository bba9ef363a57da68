"""The formats against the simulated terminal's own readers and writers, which were written apart from ours."""

import time
from datetime import date
from pathlib import Path

from mt5console.core.credentials import Secret
from mt5console.core.model.ids import Account, Timeframe
from mt5console.core.terminal.journal_file import read_journal
from mt5console.core.terminal.profile import prune_profile
from mt5console.core.terminal.start_ini import start_ini_bytes
from mt5console.core.terminal.templates import read_chart, template_bytes
from mt5console.platforms.files import LocalFileStore
from mt5console.simulation.chartfile import ChartFile, ExpertBlock, decode_chart
from mt5console.simulation.disk import Disk
from mt5console.simulation.inifile import IniFile
from mt5console.simulation.journal import Journal
from mt5console.simulation.profile import load_profile, save_profile

INPUTS = (("Lots", "0.10"), ("Comment", "a=b"), ("Empty", ""))
PATH = "Experts\\Mt5Console\\Robot_7_a.ex5"


def chart(number, expert, timeframe="H1"):
    block = ExpertBlock(name=expert, path=f"Experts\\Mt5Console\\{expert}.ex5", inputs=INPUTS) if expert else None
    return ChartFile(chart_id=number, symbol="EURUSD", timeframe=timeframe, expert=block)


def test_the_simulation_reads_our_template_as_it_was_meant():
    for timeframe in Timeframe:
        read = decode_chart(template_bytes(PATH, "Robot_7_a", "EURUSD", timeframe, INPUTS))
        assert read is not None
        assert (read.symbol, read.timeframe) == ("EURUSD", timeframe.value)
        assert read.expert == ExpertBlock(name="Robot_7_a", path=PATH, inputs=INPUTS)


def test_the_simulation_reads_our_start_ini_as_it_was_meant():
    data = start_ini_bytes(
        Account(login=5001, server="Demo-Server"),
        Secret("p=w;1"),
        agent_symbol="EURUSD",
        agent_timeframe=Timeframe.M5,
    )
    ini = IniFile.decode(data)
    assert ini.number("Common", "Login") == 5001
    assert ini.get("Common", "Password") == "p=w;1"
    assert ini.get("StartUp", "Expert") == "Mt5Console\\Agent"
    assert ini.get("StartUp", "Period") == "M5"


def test_a_profile_that_the_simulation_saved_is_pruned_and_read_by_it_again(tmp_path: Path):
    charts = [chart(1, "Agent"), chart(2, "Robot_5_a", "MN1"), chart(3, "Robot_5_b"), chart(4, None)]
    save_profile(Disk(), str(tmp_path), charts)
    saved = read_chart((tmp_path / "chart02.chr").read_bytes())
    assert saved is not None
    assert (saved.chart_id, saved.symbol, saved.timeframe) == (2, "EURUSD", Timeframe.MN1)
    removed = prune_profile(tmp_path, frozenset({"Robot_5_b"}), LocalFileStore())
    assert removed == ("Robot_5_a (chart02.chr)",)
    assert load_profile(Disk(), str(tmp_path)) == (charts[0], charts[2], charts[3])


def test_lines_that_the_simulation_writes_are_understood(tmp_path: Path):
    noon = time.mktime((2026, 1, 2, 12, 0, 0, 0, 0, -1)) + 0.25
    journal = Journal(Disk(), str(tmp_path), clock=lambda: noon)
    journal.write("Terminal", "MetaTrader 5 x64 build 5260 started for MetaQuotes Ltd.")
    journal.write("Network", "'5001': authorized on Demo-Server through Access Point 1 (ping: 1.50 ms, build 4755)")
    journal.write("Terminal", "shutdown with 0")
    entries = list(read_journal(tmp_path / "20260102.log"))
    assert [entry.kind.value for entry in entries] == ["started", "authorized", "exited"]
    assert entries[1].time == f"{date(2026, 1, 2)}T12:00:00.250"
    assert entries[1].detail("login") == "5001"
