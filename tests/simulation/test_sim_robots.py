"""The robots of protocol 1 and the seed's own: beats, entries, the lock, and what they leave behind."""

import re
import time

import pytest

from mt5console.core.terminal import protocol
from tests.simulation.sim_world import wait_for


@pytest.fixture
def user(sim):
    user = sim.user()
    user.compile(7)
    user.compile(7, "b")
    return user


def entries(user, wanted, robot_id=7):
    return user.wait_beat(robot_id, lambda beat: beat.entries.value == wanted)


def test_beats_come_once_a_second_and_carry_two_clocks_and_the_quotes(user):
    user.start()
    user.attach(7)
    first = user.wait_beat(7)
    third = user.wait_beat(7, lambda beat: beat.sequence >= first.sequence + 2)
    beats = third.sequence - first.sequence
    assert 0.9 * beats < third.utc_s - first.utc_s < 1.4 * beats
    assert 900 * beats < third.tick_ms - first.tick_ms < 1400 * beats
    assert third.ticks > first.ticks
    assert third.last_quote_utc_s > first.last_quote_utc_s
    assert third.deployment_id == "d1"
    assert third.trade_allowed
    seed = user.layout.legacy_heartbeat(7).read_bytes()
    assert re.fullmatch(rb"\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d\r\n", seed)
    names = dict(user.wait_status().globals)
    assert 0 <= time.time() - names["EA_HEARTBEAT_7"] < 3


def test_only_the_desired_deployment_may_open_positions(user):
    user.start()
    user.attach(7, "d1")
    entries(user, "open")
    user.desire(7, "d2")
    entries(user, "not_desired")
    errors = protocol.decode_errors(user.layout.robot_errors(7).read_bytes())
    assert [error.text for error in errors] == ["deployment d1 opens nothing: desired is d2"]
    user.desire(7, "d1")
    entries(user, "open")
    user.layout.desired(7).unlink()
    entries(user, "not_desired")


def test_the_stop_latch_goes_before_everything(user):
    user.layout.channel.mkdir(parents=True)
    user.layout.stop_latch.write_text("stop")
    user.start()
    user.attach(7)
    entries(user, "stopped")
    user.layout.stop_latch.unlink()
    entries(user, "open")


def test_a_second_copy_from_a_saved_chart_refuses_by_the_lock(user):
    user.start()
    user.attach(7)
    user.wait_beat(7)
    user.close()
    chart = user.layout.charts_profile / "chart02.chr"
    text = chart.read_bytes().decode("utf-16").replace("id=", "id=9").replace("Robot_7_a", "Robot_7_b")
    (user.layout.charts_profile / "chart03.chr").write_bytes(text.encode("utf-16"))
    user.start()
    wait_for(lambda: user.charts() == ["Agent", "Robot_7_a", ""], "one copy alone")
    assert (2, "Experts", "initializing of Robot_7_b (EURUSD,H1) failed with code 1") in user.journal()
    assert user.ready(7) is not None
    errors = protocol.decode_errors(user.layout.robot_errors(7).read_bytes())
    assert "another copy" in errors[-1].text


def test_an_input_that_the_program_does_not_declare_is_missing_from_the_echo(user):
    user.start()
    name = user.template(7, "d1", inputs=(("Lots", "0.3"), ("Unknown", "1")), name="own.tpl")
    user.attach(7, "d1", template=name)
    assert user.ready(7).inputs_hash == protocol.inputs_hash([("Lots", "0.3")])


def test_a_robot_that_ends_takes_its_ready_and_globals_and_leaves_its_last_beat(user):
    user.start()
    user.attach(7)
    user.wait_beat(7)
    user.command("detach", robot_id=7)
    assert user.ready(7) is None
    assert user.beat(7) is not None
    assert user.wait_status().globals == ()
    assert ("Robot_7_a (EURUSD,H1)", "robot 7 ended, reason 4") in user.experts_log()


def test_a_robot_without_the_include_knows_the_seed_s_signals_only(user):
    user.compile(7, protocol=False, legacy_heartbeat=True, legacy_robot_id=7)
    user.start()
    assert user.attach(7).code == "done"
    file = user.layout.legacy_heartbeat(7)
    wait_for(file.exists, "the seed's heartbeat")
    first = file.stat().st_mtime_ns
    wait_for(lambda: file.stat().st_mtime_ns > first, "the next beat")
    assert re.fullmatch(rb"\d{4}\.\d\d\.\d\d \d\d:\d\d\r\n", file.read_bytes())
    assert {name for name, _ in user.wait_status().globals} == {"EA_READY_7", "EA_HEARTBEAT_7"}
    assert user.ready(7) is None
    assert user.beat(7) is None


def test_a_robot_without_any_signal_writes_nothing(user):
    user.compile(7, protocol=False)
    user.start()
    assert user.attach(7).code == "done"
    status = user.wait_status(lambda status: len(status.charts) == 2)
    user.wait_status(lambda later: later.sequence > status.sequence + 1)
    assert not user.layout.legacy_heartbeat(7).exists()
    assert user.status().globals == ()


def test_a_closed_session_stops_the_quotes_and_not_the_timer(user, sim):
    user.start()
    user.attach(7)
    user.wait_beat(7)
    sim.broker.set_session("EURUSD", "closed")
    status = user.wait_status(lambda status: not status.sessions[0].is_open)
    time_then = status.sessions[0].last_quote_utc_s
    beat = user.wait_beat(7, after=status.utc_s + 1)
    later = user.wait_beat(7, lambda found: found.sequence > beat.sequence)
    assert (later.last_quote_utc_s, later.ticks) == (beat.last_quote_utc_s, beat.ticks)
    assert user.wait_status().sessions[0].last_quote_utc_s == time_then
    sim.broker.set_session("EURUSD", "always")
    user.wait_beat(7, lambda found: found.last_quote_utc_s > later.last_quote_utc_s)


def test_the_algo_button_takes_the_permission_away_and_the_beats_say_so(user):
    import signal

    user.start()
    user.attach(7)
    user.wait_beat(7, lambda beat: beat.trade_allowed)
    user.process.send_signal(signal.SIGUSR1)
    user.wait_status(lambda status: not status.trade_allowed)
    user.wait_beat(7, lambda beat: not beat.trade_allowed)
    assert (0, "Experts", "automated trading is disabled") in user.journal()
    user.process.send_signal(signal.SIGUSR1)
    user.wait_beat(7, lambda beat: beat.trade_allowed)
    assert user.texts()[-1] == "automated trading is enabled"


def test_positions_of_the_account_are_told_with_their_magic(user, sim):
    user.start()
    ticket = sim.broker.open_position(5001, "Demo-Server", "EURUSD", 0.5, magic=77)
    status = user.wait_status(lambda status: status.positions)
    (position,) = status.positions
    assert (position.ticket, position.symbol, position.magic, position.volume) == (ticket, "EURUSD", 77, 0.5)
    assert sim.broker.close_position(5001, "Demo-Server", ticket)
    user.wait_status(lambda status: status.positions == ())


def test_errors_that_never_end_do_not_fill_the_disk(user):
    user.layout.robot(7).mkdir(parents=True)
    user.layout.robot_errors(7).write_bytes(b"x" * (512 * 1024 + 1))
    user.layout.stop_latch.parent.mkdir(parents=True, exist_ok=True)
    user.start()
    user.attach(7, "d1")
    user.desire(7, "d2")
    entries(user, "not_desired")
    old = user.layout.robot_errors(7).with_name("errors.jsonl.old")
    wait_for(old.exists, "the old errors put aside")
    assert len(protocol.decode_errors(user.layout.robot_errors(7).read_bytes())) == 1
