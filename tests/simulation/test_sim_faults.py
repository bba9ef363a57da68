"""Every fault of a simulated terminal: what is seen of it, how long it lasts, what ends it."""

import os
import re
import threading
import time
from pathlib import Path

import pytest

from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.protocol import decode_heartbeat
from mt5console.simulation import mt5
from mt5console.simulation.faults import FAULTS, LASTING, ONCE, clear, disk_is_full, fault_file, inject, read_faults
from tests.simulation.sim_world import wait_for

KILLED = -9


@pytest.fixture
def user(sim):
    user = sim.user()
    user.compile(7)
    return user


@pytest.fixture
def neighbour(sim):
    """A well terminal beside the sick one: its words tell that time passes."""
    neighbour = sim.user(user_id=2, login=5002)
    neighbour.start()
    return neighbour


def two_words(neighbour):
    """As long as a terminal that is well takes to speak twice."""
    begun = neighbour.wait_status().sequence
    neighbour.wait_status(lambda status: status.sequence >= begun + 2)


def settled(look, neighbour):
    """What is seen once nothing of it changes any more while a well terminal speaks twice."""

    def still():
        before = look()
        two_words(neighbour)
        return look() == before

    wait_for(still, "a standstill", 30)
    return look()


def running(user, deployment="d1"):
    user.start()
    assert user.attach(7, deployment).code == "done"
    user.wait_beat(7)


def test_unknown_faults_and_wrong_arguments_are_refused_and_change_nothing(sim):
    for fault, argument in (("earthquake", None), ("robot-stop", None), ("robot-freeze", "x"), ("slow-start", "soon")):
        with pytest.raises(UsageInvalid) as refusal:
            inject(sim.base, 1, fault, argument)
        assert "\n" not in refusal.value.text
    with pytest.raises(UsageInvalid, match=r"crash.*wrong-account"):
        inject(sim.base, 1, "earthquake", None)
    assert not fault_file(sim.base, 1).exists()


def test_every_fault_of_the_table_has_a_name_and_is_either_lasting_or_once():
    table = (
        "crash freeze ipc-hang disconnect logout auth-fail algo-off robot-stop robot-freeze robot-moved "
        "robot-init-fail slow-start profile-loss live-update profile-stale wrong-account market-closed disk-full"
    )
    assert set(FAULTS) == set(table.split())
    assert not LASTING & ONCE


def test_faults_are_kept_until_their_terminal_takes_them_and_clear_forgets_them(sim):
    inject(sim.base, 1, "crash", None)
    inject(sim.base, 1, "disk-full", None)
    inject(sim.base, 1, "disk-full", None)
    assert [fault.name for fault in read_faults(fault_file(sim.base, 1)).faults] == ["crash", "disk-full"]
    assert disk_is_full(sim.base, 1)
    assert not disk_is_full(sim.base, 2)
    inject(sim.base, 1, "clear", None)
    assert not disk_is_full(sim.base, 1)
    assert read_faults(fault_file(sim.base, 1)).faults == ()


def test_crash_kills_the_process_and_leaves_no_line(user, sim):
    running(user)
    lines = len(user.texts())
    inject(sim.base, 1, "crash", None)
    assert user.wait_exit() == KILLED
    assert len(user.texts()) == lines
    user.start()
    assert user.process.poll() is None


def test_a_crash_injected_before_the_start_happens_once(user, sim):
    inject(sim.base, 1, "crash", None)
    user.start(wait=None)
    assert user.wait_exit() == KILLED
    user.start()


def test_freeze_the_process_lives_and_nothing_answers_until_it_is_killed(user, sim, neighbour):
    running(user)
    inject(sim.base, 1, "freeze", None)
    wait_for(lambda: not read_faults(fault_file(sim.base, 1)).faults, "the freeze")
    status, beat = settled(lambda: (user.status(), user.beat(7)), neighbour)
    command = user.send("symbol", symbol="EURUSD")
    assert hangs(user)
    user.process.terminate()
    two_words(neighbour)
    assert user.process.poll() is None
    assert (user.status(), user.beat(7)) == (status, beat)
    assert not (user.layout.replies / f"{command}.json").exists()
    user.kill()
    user.start()


def test_a_moved_robot_initialises_again_on_another_timeframe_without_a_line(user, sim):
    running(user)
    lines = [text for text in user.texts() if "Robot_7" in text]
    inject(sim.base, 1, "robot-moved", "7")
    wait_for(lambda: (ready := user.ready(7)) is not None and ready.timeframe == "M5", "READY on another timeframe")
    user.wait_beat(7, after=user.ready(7).utc_s)
    assert [text for text in user.texts() if "Robot_7" in text] == lines


def hangs(user):
    """Whether a call over the wire is still without an answer after a while; tried in a thread that may be left."""
    done = threading.Event()

    def call():
        mt5.initialize(str(user.executable), timeout=200, portable=True)
        done.set()

    threading.Thread(target=call, daemon=True).start()
    return not done.wait(0.7)


def test_ipc_hang_the_wire_hangs_while_agent_and_robots_go_on(user, sim):
    running(user)
    inject(sim.base, 1, "ipc-hang", None)
    wait_for(lambda: not read_faults(fault_file(sim.base, 1)).faults, "the hang")
    assert hangs(user)
    user.wait_beat(7, after=time.time())
    user.wait_status()
    user.kill()


def test_disconnect_loses_the_link_and_clear_brings_it_back(user, sim):
    running(user)
    inject(sim.base, 1, "disconnect", None)
    status = user.wait_status(lambda status: not status.connected)
    assert status.login == 5001
    assert (1, "Network", "'5001': connection to Demo-Server lost") in user.journal()
    user.wait_text("no connection to Demo-Server")
    quoted = user.wait_beat(7, after=time.time()).last_quote_utc_s
    later = user.wait_beat(7, after=time.time() + 1)
    assert later.last_quote_utc_s == quoted
    clear(sim.base, 1)
    user.wait_status(lambda status: status.connected)
    assert user.wait_text("authorized on Demo-Server", count=2)
    assert user.status().trade_allowed


def test_disconnect_with_seconds_ends_by_itself_and_outlives_a_restart(user, sim):
    inject(sim.base, 1, "disconnect", "2")
    user.start(wait="agent")
    assert not user.status().connected
    user.wait_status(lambda status: status.connected)


def test_logout_shows_nobody_until_a_login_comes(user, sim):
    running(user)
    inject(sim.base, 1, "logout", None)
    status = user.wait_status(lambda status: status.login == 0)
    assert (status.connected, status.server, status.positions) == (False, "", None)
    assert user.wait_text("disconnected from Demo-Server")
    user.wait_beat(7, lambda beat: not beat.trade_allowed)
    assert mt5.initialize(str(user.executable), login=5001, password="right", server="Demo-Server", timeout=5000)
    mt5.shutdown()
    user.wait_status(lambda status: status.login == 5001 and status.connected)


def test_auth_fail_throws_the_account_out_and_refuses_it_until_clear(user, sim):
    running(user)
    inject(sim.base, 1, "auth-fail", None)
    user.wait_status(lambda status: status.login == 0)
    assert (2, "Network", "'5001': authorization on Demo-Server failed (Invalid account)") in user.journal()
    assert not mt5.initialize(str(user.executable), login=5001, password="right", server="Demo-Server", timeout=5000)
    assert mt5.last_error()[0] == mt5.RES_E_AUTH_FAILED
    mt5.shutdown()
    user.close()
    user.start(wait="agent")
    user.wait_text("failed (Invalid account)", count=3)
    clear(sim.base, 1)
    user.close()
    user.start()


def test_wrong_account_shows_another_login_until_clear(user, sim):
    running(user)
    inject(sim.base, 1, "wrong-account", "4242")
    user.wait_status(lambda status: status.login == 4242)
    assert mt5.initialize(str(user.executable), timeout=5000, portable=True)
    assert mt5.account_info().login == 4242
    mt5.shutdown()
    assert user.command("symbol", symbol="EURUSD").code == "wrong_terminal"
    clear(sim.base, 1)
    user.wait_status(lambda status: status.login == 5001)


def test_algo_off_is_a_line_and_a_permission_and_saved_at_a_clean_exit(user, sim):
    running(user)
    inject(sim.base, 1, "algo-off", None)
    user.wait_status(lambda status: not status.trade_allowed)
    assert user.texts()[-1] == "automated trading is disabled"
    user.wait_beat(7, lambda beat: not beat.trade_allowed)
    user.close()
    assert "Enabled=0" in user.layout.common_ini.read_bytes().decode("utf-16")


def test_robot_stop_takes_the_robot_off_its_chart(user, sim):
    running(user)
    inject(sim.base, 1, "robot-stop", "7")
    user.wait_status(lambda status: [chart.expert for chart in status.charts] == ["Agent", ""])
    assert user.ready(7) is None
    assert "expert Robot_7_a (EURUSD,H1) removed" in user.texts()
    assert user.attach(7, "d2").code == "done"


def test_robot_freeze_waits_for_its_robot_and_stops_its_beats_only(user, sim):
    inject(sim.base, 1, "robot-freeze", "7")
    user.start()
    assert user.attach(7).code == "done"
    assert user.ready(7) is not None
    status = user.wait_status()
    user.wait_status(lambda later: later.sequence > status.sequence + 2)
    assert user.beat(7) is None
    assert user.charts() == ["Agent", "Robot_7_a"]
    user.command("detach", robot_id=7)
    assert user.attach(7, "d2").code == "done"
    user.wait_beat(7)


def test_a_dead_agent_leaves_its_robots_beating(user, sim):
    running(user)
    inject(sim.base, 1, "robot-stop", "agent")
    user.wait_text("expert Agent (EURUSD,H1) removed", count=2)
    status = user.status()
    user.wait_beat(7, after=time.time() + 1)
    assert user.status() == status


def test_robot_init_fail_lasts_for_new_versions_until_clear_and_spares_the_one_that_ran(user, sim):
    running(user)
    inject(sim.base, 1, "robot-init-fail", "7")
    versions = (f"d{number}" for number in range(2, 1000))
    user.command("detach", robot_id=7)
    wait_for(lambda: attempted(user, next(versions)) == "init_failed", "the fault")
    ran = decode_heartbeat(user.layout.heartbeat(7).read_bytes()).deployment_id
    assert user.attach(7, ran).code == "done"
    user.command("detach", robot_id=7)
    assert attempted(user, next(versions)) == "init_failed"
    clear(sim.base, 1)
    wait_for(lambda: attempted(user, next(versions)) == "done", "the end of the fault")


def attempted(user, deployment_id):
    """The code of an attach; what was attached is taken off again."""
    code = user.attach(7, deployment_id).code
    user.command("detach", robot_id=7)
    return code


def test_slow_start_delays_agent_and_login_and_can_be_closed_meanwhile(user, sim):
    inject(sim.base, 1, "slow-start", "1.5")
    began = time.monotonic()
    user.start()
    assert time.monotonic() - began > 1.5
    user.close()
    inject(sim.base, 1, "slow-start", "60")
    user.start(wait=None)
    user.wait_text("launched with", count=2)
    assert user.close()[0] == 0


def test_profile_loss_kills_and_the_next_start_has_no_saved_charts(user, sim):
    running(user)
    user.close()
    user.start()
    wait_for(lambda: user.ready(7), "READY")
    inject(sim.base, 1, "profile-loss", None)
    assert user.wait_exit() == KILLED
    user.start()
    assert user.charts() == ["Agent"]


def test_profile_loss_before_a_start_takes_the_saved_charts(user, sim):
    running(user)
    user.close()
    inject(sim.base, 1, "profile-loss", None)
    user.start()
    assert user.charts() == ["Agent"]
    assert user.process.poll() is None


def test_profile_stale_brings_the_version_before_back_and_it_opens_nothing(user, sim):
    user.compile(7, "b")
    running(user, "d1")
    user.command("detach", robot_id=7)
    assert user.attach(7, "d2", "b").code == "done"
    inject(sim.base, 1, "profile-stale", None)
    assert user.wait_exit() == KILLED
    began = time.time()
    user.start()
    beat = user.wait_beat(7, after=began)
    assert (beat.deployment_id, beat.entries.value) == ("d1", "not_desired")
    assert user.charts() == ["Agent", "Robot_7_a"]


def test_profile_stale_of_a_first_version_invents_an_older_one(user, sim):
    running(user, "d1")
    inject(sim.base, 1, "profile-stale", None)
    assert user.wait_exit() == KILLED
    began = time.time()
    user.start()
    beat = user.wait_beat(7, after=began)
    assert beat.deployment_id not in ("", "d1")
    assert beat.entries.value == "not_desired"


def test_market_closed_of_one_symbol_leaves_the_others(user, sim):
    user.compile(8)
    running(user)
    user.attach(8, symbol="XAUUSD")
    inject(sim.base, 1, "market-closed", "EURUSD")
    status = user.wait_status(lambda status: not status.sessions[0].is_open)
    assert {session.symbol: session.is_open for session in status.sessions} == {"EURUSD": False, "XAUUSD": True}
    beat = user.wait_beat(7, after=status.utc_s)
    later = user.wait_beat(7, lambda found: found.sequence > beat.sequence)
    assert later.last_quote_utc_s == beat.last_quote_utc_s
    clear(sim.base, 1)
    user.wait_status(lambda status: status.sessions[0].is_open)


def test_disk_full_stops_every_write_of_this_terminal_and_of_no_other(user, sim, neighbour):
    running(user)
    inject(sim.base, 1, "disk-full", None)
    before = settled(lambda: written(user), neighbour)
    two_words(neighbour)
    assert written(user) == before
    assert user.process.poll() is None
    clear(sim.base, 1)
    user.wait_status()
    user.wait_beat(7, after=time.time())


def test_a_terminal_on_a_full_disk_closes_all_the_same(user, sim, neighbour):
    running(user)
    inject(sim.base, 1, "disk-full", None)
    settled(lambda: written(user), neighbour)
    assert user.close()[0] == 0
    assert list(user.layout.charts_profile.iterdir()) == []


def written(user):
    """Every file of the terminal with its last change."""
    return {path: path.stat().st_mtime_ns for path in user.layout.root.rglob("*") if path.is_file()}


def test_live_update_closes_cleanly_updates_and_comes_back_without_a_config(user, sim):
    sim.settings(login_delay_s=0.05, update_s=0.8, build=5000)
    running(user)
    inject(sim.base, 1, "live-update", None)
    assert user.wait_exit() == 0
    texts = user.texts()
    assert "new version build 5001 (IDE: 5001, Tester: 5001) is available" in texts
    assert "downloaded successfully" in texts
    assert any(re.match(r'start ".*liveupdate/terminal64" /update /path:', text) for text in texts)
    assert texts[-1] == "shutdown with 0"
    updater = [p for p in sim.processes() if any("liveupdate/terminal64" in word for word in p.cmdline())]
    assert len(updater) == 1
    assert sim.processes() == updater
    status = user.wait_status(lambda status: status.build == 5001)
    assert (status.login, status.connected) == (0, False)
    assert user.wait_beat(7, after=status.utc_s - 1).deployment_id == "d1"
    (again,) = wait_for(lambda: (found := sim.processes()) and len(found) == 1 and found, "the new process alone")
    assert again.cmdline()[-2:] == [str(user.executable), "/portable"]
    update_log = next((user.layout.root / "temp" / "logs").glob("*.log")).read_bytes().decode("utf-16")
    assert "updating..." in update_log
    assert "updated successfully" in update_log


def test_a_directory_of_another_name_has_no_faults(sim):
    user = sim.user(user_id=3)
    elsewhere = sim.base / "template"
    os.rename(user.layout.root, elsewhere)
    user.layout = type(user.layout)(Path(elsewhere))
    user.executable = elsewhere / "terminal64"
    inject(sim.base, 3, "crash", None)
    user.start()
    user.wait_status()
    assert user.process.poll() is None
