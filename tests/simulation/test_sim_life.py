"""A terminal's start, end and what it leaves on disk."""

import re
import time

from mt5console.core.model.observed import JournalKind
from mt5console.core.terminal.common_ini import keep_algo
from mt5console.core.terminal.journal_file import read_journal
from mt5console.platforms.files import LocalFileStore
from mt5console.simulation.inifile import IniFile
from mt5console.simulation.journal import Journal
from tests.simulation.sim_world import wait_for


def common(user):
    return IniFile.decode(user.layout.common_ini.read_bytes())


def profile_experts(user):
    found = []
    for file in sorted(user.layout.charts_profile.glob("*.chr")):
        text = file.read_bytes().decode("utf-16")
        found += re.findall(r"<expert>\r\nname=(\S+)", text)
    return found


def test_the_journal_of_a_whole_life_has_the_real_form_order_and_levels(sim):
    user = sim.user()
    user.start()
    assert user.close()[0] == 0
    (file,) = user.layout.journals.glob("*.log")
    assert file.name == time.strftime("%Y%m%d.log")
    data = file.read_bytes()
    assert data[:2] == b"\xff\xfe"
    lines = data.decode("utf-16").split("\r\n")
    assert lines[-1] == ""
    for line in lines[:-1]:
        assert re.fullmatch(r"[A-Z]{2}\t[0-3]\t\d\d:\d\d:\d\d\.\d{3}\t[A-Za-z]+\t[^\t]+", line), line
    texts = user.texts()
    assert re.fullmatch(r"MetaTrader 5 x64 build \d+ started for Simulated Markets Ltd", texts[0])
    assert texts[2] == str(user.layout.root)
    assert f"launched with {user.layout.start_ini}" in texts
    loaded = texts.index("expert Agent (EURUSD,H1) loaded successfully")
    authorised = next(place for place, text in enumerate(texts) if "authorized on Demo-Server" in text)
    assert loaded < authorised
    assert re.search(r"terminal synchronized with .+: 0 positions, 0 orders, \d+ symbols", texts[authorised + 1])
    assert "trading has been enabled" in texts[authorised + 2]
    assert texts[-4] == "'5001': disconnected from Demo-Server"
    assert texts[-3:] == ["exit with code 0", "stopped with 0", "shutdown with 0"]


def test_our_own_journal_reader_understands_the_life(sim):
    user = sim.user()
    user.start()
    user.close()
    (file,) = user.layout.journals.glob("*.log")
    kinds = [entry.kind for entry in read_journal(file)]
    for kind in (JournalKind.STARTED, JournalKind.ROBOT_LOADED, JournalKind.AUTHORIZED, JournalKind.EXITED):
        assert kind in kinds


def test_the_agent_gives_itself_a_chart_that_is_saved_and_the_passing_one_is_not(sim):
    user = sim.user()
    user.start()
    assert user.charts() == ["Agent"]
    user.close()
    assert profile_experts(user) == ["Agent"]
    user.start()
    wait_for(lambda: user.charts() == ["Agent"], "one agent alone")
    user.close()
    assert profile_experts(user) == ["Agent"]


def test_a_second_process_says_so_and_ends_with_zero(sim):
    user = sim.user()
    user.start()
    before = user.status().started_utc_s
    second = user.spawn("/portable", f"/config:{user.layout.start_ini}")
    assert second.wait(10) == 0
    lines = user.journal()
    assert (2, "Terminal", "terminal process already started") in lines
    assert lines[-1] == (0, "Terminal", "exit with code 0")
    assert user.process.poll() is None
    assert user.wait_status().started_utc_s == before


def test_a_kill_frees_the_directory_and_loses_profile_algo_switch_and_globals(sim):
    user = sim.user()
    user.compile(7)
    user.start()
    user.attach(7)
    user.wait_beat(7)
    lines = len(user.texts())
    user.kill()
    assert len(user.texts()) == lines
    assert profile_experts(user) == []
    assert common(user).number("Experts", "Enabled") == 0
    assert not (user.layout.root / "bases" / "gvariables.dat").exists()
    user.start()
    assert user.charts() == ["Agent"]


def test_a_clean_exit_is_quick_and_the_robots_come_back_from_the_profile(sim):
    user = sim.user()
    user.compile(7)
    user.start()
    assert user.attach(7).code == "done"
    hashed = user.ready(7).inputs_hash
    code, seconds = user.close()
    assert code == 0
    assert seconds < 1.0
    texts = user.texts()
    assert "expert Robot_7_a (EURUSD,H1) removed" in texts
    assert user.ready(7) is None
    assert common(user).number("Experts", "Enabled") == 0  # a start ini is read-only to the terminal
    assert common(user).number("Common", "Login") == 5001
    assert common(user).get("Common", "Password") is None
    user.start()
    ready = wait_for(lambda: user.ready(7), "READY from the profile")
    assert (ready.deployment_id, ready.inputs_hash, ready.magic) == ("d1", hashed, 77)


def test_a_start_without_a_config_has_no_password_and_stays_logged_out(sim):
    user = sim.user()
    user.start()
    user.close()
    began = time.time()
    user.process = user.spawn("/portable")
    status = user.wait_status(since=began)
    assert (status.login, status.connected, status.positions) == (0, False, None)
    # The start ini of the life before was read-only to it: common.ini holds, and that one has algo trading off.
    assert not status.trade_allowed
    assert not any("launched with" in text for text in user.texts()[-8:])


def test_what_common_ini_says_of_algo_trading_outlives_starts_with_and_without_a_config(sim):
    user = sim.user()
    assert keep_algo(user.layout, LocalFileStore())
    user.start()
    user.close()
    experts = [common(user).get("Experts", key) for key in ("Enabled", "Account", "Profile")]
    assert experts == ["1", "0", "0"]
    began = time.time()
    user.process = user.spawn("/portable")
    assert user.wait_status(since=began).trade_allowed


def test_a_kept_password_logs_in_without_a_config_and_stands_in_no_file(sim):
    user = sim.user()
    user.start(password="canary-9417", KeepPrivate="1")
    user.close()
    user.layout.start_ini.unlink()
    began = time.time()
    user.process = user.spawn("/portable")
    assert user.wait_status(lambda status: status.login == 5001, since=began).connected
    for file in sim.base.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert b"canary-9417" not in data, file
            assert "canary-9417".encode("utf-16-le") not in data, file


def test_a_config_that_is_not_there_is_a_line_and_a_start_by_common_ini(sim):
    user = sim.user()
    user.process = user.spawn("/portable", "/config:nothing.ini")
    user.wait_text("cannot load config")
    assert (2, "Startup", 'cannot load config "nothing.ini" at start') in user.journal()
    user.wait_text("automated trading is disabled")
    assert user.close()[0] == 0


def test_an_ini_in_utf8_does_as_well_and_start_up_in_common_ini_does_nothing(sim):
    user = sim.user()
    text = user.start_ini().read_bytes().decode("utf-16")
    user.layout.start_ini.write_text(text, encoding="utf-8", newline="")
    user.layout.common_ini.write_bytes(text.encode("utf-16"))
    user.process = user.spawn("/portable")
    user.wait_text("authorized on")
    assert not any(text.startswith("expert ") for text in user.texts())
    user.close()
    began = time.time()
    user.process = user.spawn("/portable", f"/config:{user.layout.start_ini}")
    user.wait_status(lambda status: status.login == 5001, since=began)


def test_without_a_symbol_the_expert_goes_on_the_first_saved_chart_or_is_not_started(sim):
    user = sim.user()
    user.start(wait=None, Symbol="")
    user.wait_text("authorized on")
    assert not any(text.startswith("expert ") for text in user.texts())
    user.close()


def test_a_wrong_password_and_an_unknown_server_show_as_they_do(sim):
    user = sim.user()
    user.start()
    user.close()
    user.start(password="wrong", wait="agent")
    user.wait_text("failed")
    assert (2, "Network", "'5001': authorization on Demo-Server failed (Invalid account)") in user.journal()
    assert user.status().login == 0
    user.close()
    stranger = sim.user(user_id=2, login=7, server="Other-Server")
    stranger.start(wait="agent")
    stranger.wait_status(lambda status: status.sequence > 2)
    assert not any(category == "Network" for _, category, _ in stranger.journal())


def test_experts_are_indexed_at_the_start(sim):
    user = sim.user()
    user.compile(7)
    user.start()
    user.compile(8)
    late = user.attach(8)
    assert (late.ok, late.code) == (False, "expert_not_loaded")
    user.compile(7, inputs=(("Other", "1"), *user_inputs()))
    assert user.attach(7).code == "done"
    user.close()
    user.start()
    assert user.attach(8).code == "done"


def user_inputs():
    return (("Mt5ConsoleDeployment", ""), ("Mt5ConsoleRobotId", "0"), ("Mt5ConsoleMagic", "0"))


def test_the_journal_rolls_at_midnight(tmp_path):
    from mt5console.simulation.disk import Disk

    now = time.mktime((2026, 3, 1, 23, 59, 59, 0, 0, -1)) + 0.9
    journal = Journal(Disk(), str(tmp_path), lambda: now)
    journal.write("Terminal", "before")
    now += 0.2
    journal.write("Terminal", "after\twith\r\nbreaks")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["20260301.log", "20260302.log"]
    after = (tmp_path / "20260302.log").read_bytes().decode("utf-16")
    assert after.count("\r\n") == 1
    assert re.search(r"\t0\t00:00:00\.\d{3}\tTerminal\tafter with  breaks\r\n$", after)
