"""The agent of protocol 1: every verb, every refusal, each command once."""

import os
import time

import pytest

from mt5console.core.terminal import protocol
from mt5console.simulation.locks import try_lock
from tests.simulation.sim_world import wait_for


@pytest.fixture
def user(sim):
    user = sim.user()
    for robot_id in (7, 8):
        user.compile(robot_id)
        user.compile(robot_id, "b")
    user.start()
    return user


def result(reply):
    return dict(reply.result)


def test_the_status_says_who_where_and_what_once_a_second(user):
    first = user.wait_status()
    second = user.wait_status(lambda status: status.sequence > first.sequence)
    assert second.sequence == first.sequence + 1
    assert 0.8 < second.utc_s - first.utc_s < 1.5
    assert second.started_utc_s == first.started_utc_s
    assert (second.login, second.server, second.trade_mode.value) == (5001, "Demo-Server", "demo")
    assert second.data_path == str(user.layout.root)
    assert second.connected
    assert second.trade_allowed
    assert second.account_trade_expert
    assert second.positions == ()
    assert [session.symbol for session in second.sessions] == ["EURUSD"]
    assert second.sessions[0].is_open


def test_attach_puts_the_robot_on_a_chart_of_its_own_within_an_instant(user):
    user.desire(7, "d1")
    user.template(7, "d1")
    began = time.monotonic()
    reply = user.attach(7)
    assert time.monotonic() - began < 0.5
    assert (reply.ok, reply.code) == (True, "done")
    ready = user.ready(7)
    assert result(reply)["chart_id"] == str(ready.chart_id)
    assert (ready.deployment_id, ready.symbol, ready.timeframe, ready.magic) == ("d1", "EURUSD", "H1", 77)
    assert ready.inputs_hash == protocol.inputs_hash([("Lots", "0.2")])
    status = user.wait_status()
    assert [chart.expert for chart in status.charts] == ["Agent", "Robot_7_a"]
    assert {name for name, _ in status.globals} >= {"EA_READY_7"}


def test_a_robot_that_is_there_is_never_attached_twice_in_either_slot(user):
    user.attach(7)
    for slot in ("a", "b"):
        reply = user.attach(7, "d2", slot)
        assert (reply.ok, reply.code) == (False, "already_attached")
        assert (result(reply)["expert"], result(reply)["deployment_id"]) == ("Robot_7_a", "d1")
    user.wait_status()
    assert user.charts() == ["Agent", "Robot_7_a"]


def test_the_same_id_is_the_same_reply_and_no_second_act(user):
    first = user.attach(7)
    user.command("detach", robot_id=7)
    (user.layout.replies / f"{first.id}.json").unlink()
    user.send("attach", {"id": first.id}, robot_id=7, expert="Mt5Console\\Robot_7_a", symbol="EURUSD")
    assert user.reply(first.id) == first
    user.wait_status()
    assert user.charts() == ["Agent"]


def test_a_reply_of_an_earlier_agent_counts_too(user):
    first = user.attach(7)
    user.kill()
    user.start()
    user.send("attach", {"id": first.id}, robot_id=7)
    wait_for(lambda: not (user.layout.commands / f"{first.id}.json").exists(), "the command's removal")
    assert user.reply(first.id) == first
    assert user.charts() == ["Agent"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"login": 5002}, "wrong_terminal"),
        ({"server": "Real-Server"}, "wrong_terminal"),
        ({"data_path": "/elsewhere"}, "wrong_terminal"),
        ({"not_after_utc_s": 1.0}, "expired"),
        ({"verb": "dance"}, "unknown_verb"),
    ],
)
def test_commands_for_somebody_else_too_late_or_unknown_are_refused(user, changed, code):
    reply = user.command("symbol", changed, symbol="EURUSD")
    assert (reply.ok, reply.code) == (False, code)


def test_an_older_generation_is_refused_once_a_newer_one_has_spoken(user):
    assert user.command("symbol", {"generation": 5}, symbol="EURUSD").ok
    assert user.command("symbol", {"generation": 4}, symbol="EURUSD").code == "older_generation"
    assert user.command("symbol", {"generation": 5}, symbol="EURUSD").ok


def test_a_restarted_agent_remembers_the_newest_generation_and_what_was_cancelled_before_it_came(user):
    assert user.command("cancel", {"generation": 5}, command_id="later").ok
    user.kill()
    user.start()
    assert user.command("symbol", {"generation": 4}, symbol="EURUSD").code == "older_generation"
    late = user.command("attach", {"id": "later", "generation": 5}, robot_id=7)
    assert (late.ok, late.code) == (False, "cancelled")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"symbol": "EURUSD.x"}, "no_symbol"),
        ({"timeframe": "H9"}, "bad_arguments"),
        ({"template": "../../evil.tpl"}, "bad_arguments"),
        ({"expert": "Mt5Console\\Robot_99_a"}, "bad_arguments"),
        ({"template": "missing.tpl"}, "failed"),
        ({"expert": "Mt5Console\\Robot_7_b"}, "bad_arguments"),
    ],
)
def test_an_attach_that_cannot_be_is_named_and_leaves_no_chart(user, arguments, code):
    reply = user.attach(7, **arguments)
    assert (reply.ok, reply.code) == (False, code)
    user.wait_status()
    assert user.charts() == ["Agent"]
    assert user.ready(7) is None


def test_a_symbol_whose_data_the_terminal_lacks_is_waited_for_and_named(sim):
    sim.broker.set_synchronised("GBPUSD", False)
    user = sim.user()
    user.compile(7)
    user.start()
    reply = user.attach(7, symbol="GBPUSD", fields={"not_after_utc_s": time.time() + 1.5})
    assert (reply.ok, reply.code) == (False, "no_symbol_data")
    user.wait_status()
    assert user.charts() == ["Agent"]
    sim.broker.set_synchronised("GBPUSD", True)
    assert user.attach(7, "d2", symbol="GBPUSD").code == "done"


def test_a_robot_whose_on_init_fails_leaves_the_journal_lines_and_no_chart(user):
    user.compile(7, init_result=1)
    reply = user.attach(7)
    assert (reply.ok, reply.code) == (False, "init_failed")
    lines = user.journal()
    place = lines.index((2, "Experts", "initializing of Robot_7_a (EURUSD,H1) failed with code 1"))
    assert lines[place - 1][2] == "expert Robot_7_a (EURUSD,H1) loaded successfully"
    assert lines[place + 1][2] == "expert Robot_7_a (EURUSD,H1) removed"
    user.wait_status()
    assert user.charts() == ["Agent"]
    user.compile(7)
    assert user.attach(7, "d2").code == "done"


def test_a_placeholder_and_a_torn_file_do_not_start(user):
    user.compile(7, role="placeholder")
    assert user.attach(7).code == "init_failed"
    user.layout.slot_binary(7, "a").write_bytes(b"SIMEX5\x00\x01{")
    assert user.attach(7, "d2").code == "expert_not_loaded"


def test_a_lock_that_somebody_holds_keeps_the_robot_out(user):
    lock = held(user, 7)
    assert user.attach(7).code == "locked"
    lock.release()
    assert user.attach(7, "d2").code == "done"


def held(user, robot_id):
    """The robot's lock in somebody else's hands: an attach waits for it, and can be met half done."""
    user.layout.robot(robot_id).mkdir(parents=True, exist_ok=True)
    lock = try_lock(str(user.layout.robot_lock(robot_id)))
    assert lock is not None
    return lock


def test_an_attach_waits_for_a_robot_that_is_just_leaving(user):
    lock = held(user, 7)
    words = {"robot_id": 7, "deployment_id": "d1", "expert": "Mt5Console\\Robot_7_a", "symbol": "EURUSD"}
    user.desire(7, "d1")
    command = user.send("attach", **words, timeframe="H1", template=user.template(7, "d1"))
    assert user.command("symbol", symbol="EURUSD").ok, "others are served meanwhile"
    lock.release()
    assert user.reply(command).code == "done"


def test_a_chart_that_an_attach_did_not_live_to_fill_is_closed_by_the_next_agent(user):
    from mt5console.simulation.chartfile import ChartFile
    from mt5console.simulation.disk import Disk
    from mt5console.simulation.profile import save_profile

    user.kill()
    charts = [ChartFile(chart_id=n, symbol="EURUSD", timeframe="H1", expert=None) for n in (41, 42)]
    save_profile(Disk(), str(user.layout.charts_profile), charts)
    memory = user.layout.agent_status.with_name("memory.json")
    memory.write_text('{"protocol":1,"generation":1,"cancelled":{},"opened":{"41":"c1"}}')
    user.start()
    # What the agent before it had opened goes; a person's empty chart stays.
    assert sorted(chart.chart_id for chart in user.wait_status().charts if not chart.expert) == [42]
    wait_for(lambda: b'"opened":{}' in memory.read_bytes(), "the memory put in order")


@pytest.mark.parametrize("verb", ["cancel", "detach"])
def test_an_attach_under_way_is_given_up_by_a_cancel_and_by_a_detach(user, verb):
    lock = held(user, 7)
    words = {"robot_id": 7, "deployment_id": "d1", "expert": "Mt5Console\\Robot_7_a", "symbol": "EURUSD"}
    user.desire(7, "d1")
    command = user.send("attach", **words, timeframe="H1", template=user.template(7, "d1"))
    assert user.command("symbol", symbol="EURUSD").ok
    ended = user.command("cancel", command_id=command) if verb == "cancel" else user.command("detach", robot_id=7)
    assert ended.code == "done"
    assert user.reply(command).code == "cancelled"
    lock.release()
    user.wait_status()
    assert user.charts() == ["Agent"]
    assert user.ready(7) is None


def test_a_ready_of_an_earlier_life_confirms_nothing(user):
    user.attach(7, "d1")
    old = user.ready(7)
    user.kill()
    user.compile(7, init_result=1)
    user.start()
    assert user.ready(7) == old
    assert user.attach(7, "d1").code == "init_failed"
    assert user.ready(7) is None


def test_detach_closes_the_chart_and_none_is_done_too(user):
    user.attach(7)
    user.attach(8)
    reply = user.command("detach", robot_id=7)
    assert (reply.code, result(reply)) == ("done", {"closed": "1"})
    assert user.ready(7) is None
    assert user.ready(8) is not None
    assert result(user.command("detach", robot_id=7)) == {"closed": "0"}
    user.wait_status()
    assert user.charts() == ["Agent", "Robot_8_a"]
    assert "expert Robot_7_a (EURUSD,H1) removed" in user.texts()


def test_detach_of_another_deployment_leaves_the_running_one_alone(user):
    user.attach(7, "d2")
    assert result(user.command("detach", robot_id=7, deployment_id="d1")) == {"closed": "0"}
    assert result(user.command("detach", robot_id=7, deployment_id="d2")) == {"closed": "1"}


def test_symbol_tells_existence_and_session(user, sim):
    assert result(user.command("symbol", symbol="XAUUSD")) == {"exists": "true", "is_open": "true"}
    assert result(user.command("symbol", symbol="xauusd")) == {"exists": "false", "is_open": "false"}
    sim.broker.set_session("XAUUSD", "closed")
    wait_for(lambda: result(user.command("symbol", symbol="XAUUSD"))["is_open"] == "false", "the closed session")


def test_pause_and_resume_set_the_flag_that_the_robot_obeys(user):
    user.attach(7)
    user.wait_beat(7, lambda beat: beat.entries.value == "open")
    assert user.command("pause", robot_id=7).code == "done"
    user.wait_beat(7, lambda beat: beat.entries.value == "paused")
    assert user.command("resume", robot_id=7).code == "done"
    user.wait_beat(7, lambda beat: beat.entries.value == "open")


def test_globals_are_written_when_asked(user):
    user.attach(7)
    user.wait_beat(7)
    assert user.command("flush_globals").code == "done"
    text = (user.layout.root / "bases" / "gvariables.dat").read_text()
    assert {line.split("\t")[0] for line in text.splitlines()} == {"EA_READY_7", "EA_HEARTBEAT_7"}


def test_old_heartbeat_files_are_cleaned_and_living_ones_kept(user):
    user.attach(7)
    user.wait_beat(7)
    user.layout.legacy_heartbeat(99).write_text("2020.01.01 00:00")
    assert result(user.command("clean_heartbeats")) == {"removed": "1"}
    assert user.layout.legacy_heartbeat(7).exists()
    assert not user.layout.legacy_heartbeat(99).exists()


def test_a_screenshot_is_a_picture(user):
    chart = user.wait_status().charts[0].chart_id
    reply = user.command("screenshot", chart_id=chart)
    path = user.layout.files.joinpath(*result(reply)["file"].split("\\"))
    assert path.read_bytes().startswith(b"\x89PNG")
    assert user.command("screenshot", chart_id=1).code == "failed"


def test_cancel_stops_what_waits_and_what_comes_later_and_tells_what_is_done(user):
    reply = user.command("cancel", command_id="later")
    assert (reply.code, result(reply)) == ("done", {"state": "cancelled"})
    late = user.command("attach", {"id": "later"}, robot_id=7)
    assert (late.ok, late.code) == (False, "cancelled")
    done = user.attach(7)
    assert result(user.command("cancel", command_id=done.id)) == {"state": "executed", "code": "done"}
    assert user.command("cancel", command_id="../x").code == "bad_arguments"


def test_a_cancel_that_arrives_with_its_command_goes_first(user):
    os.kill(user.process.pid, 19)
    user.desire(7, "d1")
    template = user.template(7, "d1")
    attach = user.send(
        "attach", robot_id=7, expert="Mt5Console\\Robot_7_a", symbol="EURUSD", timeframe="H1", template=template
    )
    cancel = user.send("cancel", command_id=attach)
    os.kill(user.process.pid, 18)
    assert result(user.reply(cancel)) == {"state": "cancelled"}
    assert user.reply(attach).code == "cancelled"
    assert user.ready(7) is None


def test_torn_and_foreign_files_are_no_news(user):
    user.layout.commands.mkdir(parents=True, exist_ok=True)
    (user.layout.commands / "torn.json").write_bytes(b'{"protocol":1,"id":"to')
    (user.layout.commands / "other.txt").write_bytes(b"hello")
    assert user.command("symbol", symbol="EURUSD").ok
    assert (user.layout.commands / "torn.json").exists()


def test_a_hundred_charts_are_the_limit(sim):
    user = sim.user()
    user.compile(7)
    from mt5console.simulation.chartfile import ChartFile
    from mt5console.simulation.disk import Disk
    from mt5console.simulation.profile import save_profile

    charts = [ChartFile(chart_id=n, symbol="EURUSD", timeframe="H1", expert=None) for n in range(1, 100)]
    save_profile(Disk(), str(user.layout.charts_profile), charts)
    user.start()
    # 99 saved ones and the agent's passing one, which therefore could not move: no room for a robot.
    assert len(user.wait_status().charts) == 100
    assert user.attach(7).code == "chart_limit"


def test_without_the_permission_to_trade_the_agent_s_robots_have_none(sim):
    user = sim.user()
    user.compile(7)
    user.start(AllowLiveTrading="0")
    assert user.attach(7).code == "done"
    assert not user.wait_beat(7).trade_allowed


def test_one_start_without_the_permission_does_not_last(sim):
    """The profile keeps the agent's chart as it was saved; the next start's agent takes its place."""
    user = sim.user()
    user.compile(7)
    user.start(AllowLiveTrading="0")
    status = user.wait_status(lambda status: [chart.expert for chart in status.charts] == ["Agent"])
    assert (status.trade_allowed, status.agent_trade_allowed) == (True, False)
    user.close()
    user.start()
    status = user.wait_status(lambda status: status.agent_trade_allowed)
    assert [chart.expert for chart in status.charts] == ["Agent"]
    assert user.attach(7).code == "done"
    assert user.wait_beat(7).trade_allowed


def test_a_robot_of_the_profile_that_fails_in_on_init_costs_no_chart_at_each_put_back(sim):
    user = sim.user()
    user.compile(7)
    user.start()
    assert user.attach(7).code == "done"
    for number in range(2):
        user.close()
        user.compile(7, init_result=1)
        user.start()
        user.wait_status(lambda status: sorted(chart.expert for chart in status.charts) == ["", "Agent"])
        user.compile(7)
        assert user.attach(7, f"e{number}").code == "done"
        user.wait_status(lambda status: sorted(chart.expert for chart in status.charts) == ["Agent", "Robot_7_a"])
