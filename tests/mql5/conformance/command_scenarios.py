"""The agent's commands: every verb but attach, every refusal, each command once. Told as `agent_scenarios` is."""

from mt5console.core.terminal import protocol
from tests.mql5.conformance.agent_scenarios import begin, result
from tests.mql5.conformance.world import LOGIN, SERVER, write

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


@scenario
def detach_closes_the_robot_s_charts_and_none_is_done_too(world):
    begin(world, 7, 8)
    world.order_attach(7)
    world.order_attach(8, "d8", slot="b")
    reply = world.command("detach", robot_id=7)
    assert (reply.code, result(reply)) == ("done", {"closed": "1"})
    assert world.ready(7) is None
    world.note("seven is gone")
    assert result(world.command("detach", robot_id=7)) == {"closed": "0"}
    assert world.experts() == ["Agent", "Robot_8_b"]
    assert result(world.command("detach", robot_id=8, deployment_id="other")) == {"closed": "0"}
    assert result(world.command("detach", robot_id=8, deployment_id="d8")) == {"closed": "1"}
    assert world.experts() == ["Agent"]
    assert world.command("detach").code == "bad_arguments"
    world.note("both are gone")


@scenario
def detach_by_name_leaves_the_agent_alone(world):
    begin(world, 7)
    world.order_attach(7)
    assert result(world.command("detach", expert="Robot_7_a")) == {"closed": "1"}
    assert result(world.command("detach", expert="Agent")) == {"closed": "0"}
    assert world.experts() == ["Agent"]
    world.note("by name")


@scenario
def symbol_tells_existence_and_session(world):
    begin(world)
    assert result(world.command("symbol", symbol="XAUUSD")) == {"exists": "true", "is_open": "true"}
    assert result(world.command("symbol", symbol="xauusd")) == {"exists": "false", "is_open": "false"}
    assert world.command("symbol").code == "bad_arguments"
    world.broker.set_session("XAUUSD", "closed")
    assert result(world.command("symbol", symbol="XAUUSD")) == {"exists": "true", "is_open": "false"}
    world.note("asked")


@scenario
def pause_and_resume_set_the_flag_that_the_robot_obeys(world):
    begin(world, 7)
    world.order_attach(7)
    reply = world.command("pause", robot_id=7)
    assert (reply.code, result(reply)) == ("done", {"entries": "paused"})
    world.seconds(1)
    assert world.beat(7).entries.value == "paused"
    world.note("paused")
    assert result(world.command("resume", robot_id=7)) == {"entries": "open"}
    world.seconds(1)
    assert world.beat(7).entries.value == "open"
    assert world.command("resume", robot_id=7).code == "done"
    assert world.command("pause", robot_id=12).code == "done"
    assert world.command("pause", robot_id="x").code == "bad_arguments"
    assert world.command("resume").code == "bad_arguments"
    world.note("resumed")


@scenario
def globals_are_written_when_asked(world):
    begin(world, 7)
    world.order_attach(7)
    world.seconds(1)
    assert world.command("flush_globals").code == "done"
    text = (world.layout.root / "bases" / "gvariables.dat").read_text()
    assert {line.split("\t")[0] for line in text.splitlines()} == {"EA_READY_7", "EA_HEARTBEAT_7"}
    world.note("written")


@scenario
def old_heartbeat_files_are_cleaned_and_living_ones_kept(world):
    begin(world, 7)
    world.order_attach(7)
    world.seconds(1)
    world.layout.legacy_heartbeat(99).write_text("2020.01.01 00:00")
    (world.layout.files / "heartbeat_x.txt").write_text("somebody else's")
    (world.layout.files / "heartbeat_.txt").write_text("somebody else's")
    world.host.set_global("EA_READY_55", 1)
    world.layout.legacy_heartbeat(55).write_text("2020.01.01 00:00")
    assert result(world.command("clean_heartbeats")) == {"removed": "1"}
    assert world.layout.legacy_heartbeat(7).exists()
    world.note("cleaned")


@scenario
def a_screenshot_is_a_picture(world):
    begin(world)
    chart = world.status().charts[0].chart_id
    reply = world.command("screenshot", chart_id=chart)
    path = world.layout.files.joinpath(*result(reply)["file"].split("\\"))
    assert path.read_bytes().startswith(b"\x89PNG")
    assert world.command("screenshot", chart_id=1).code == "failed"
    assert world.command("screenshot", chart_id="x").code == "bad_arguments"
    assert world.command("screenshot").code == "bad_arguments"
    world.note("taken")


@scenario
def commands_for_somebody_else_too_late_or_unknown_are_refused(world):
    begin(world)
    cases = [
        ({"login": LOGIN + 1}, "wrong_terminal"),
        ({"server": "Real-Server"}, "wrong_terminal"),
        ({"data_path": "/elsewhere"}, "wrong_terminal"),
        ({"not_after_utc_s": 1.0}, "expired"),
        ({"not_after_utc_s": world.utc() - 1}, "expired"),
        ({"verb": "dance"}, "unknown_verb"),
        ({"verb": ""}, "unknown_verb"),
    ]
    for changed, code in cases:
        reply = world.command("symbol", changed, symbol="EURUSD")
        assert (reply.ok, reply.code) == (False, code), changed
    world.note("all refused")


@scenario
def an_older_generation_is_refused_once_a_newer_one_has_spoken(world):
    begin(world)
    assert world.command("symbol", {"generation": 5}, symbol="EURUSD").ok
    assert world.command("symbol", {"generation": 4}, symbol="EURUSD").code == "older_generation"
    assert world.command("symbol", {"generation": 5}, symbol="EURUSD").ok
    assert world.command("symbol", {"generation": 9, "login": 1}, symbol="EURUSD").code == "wrong_terminal"
    assert world.command("symbol", {"generation": 6}, symbol="EURUSD").ok
    world.note("in order")


@scenario
def the_same_id_is_the_same_reply_and_no_second_act(world):
    begin(world, 7)
    first = world.order_attach(7)
    world.command("detach", robot_id=7)
    (world.layout.replies / f"{first.id}.json").unlink()
    world.send("attach", {"id": first.id}, robot_id=7, expert="Mt5Console\\Robot_7_a", symbol="EURUSD")
    world.seconds(1)
    assert world.reply(first.id) == first
    assert world.experts() == ["Agent"]
    world.note("answered, not done")


@scenario
def after_its_own_restart_nothing_is_done_twice(world):
    begin(world, 7)
    first = world.order_attach(7)
    assert world.command("cancel", command_id="later").code == "done"
    assert world.command("symbol", {"generation": 3}, symbol="EURUSD").ok
    world.kill()
    world.start_agent()
    world.seconds(3)
    world.send("attach", {"id": first.id, "generation": 3}, robot_id=7)
    world.seconds(1)
    assert world.reply(first.id) == first
    assert not (world.layout.commands / f"{first.id}.json").exists()
    assert world.experts() == ["Agent"]
    world.note("the reply of the agent before counts")


@scenario
def cancel_stops_what_comes_later_and_tells_what_is_done(world):
    begin(world, 7)
    reply = world.command("cancel", command_id="later")
    assert (reply.code, result(reply)) == ("done", {"state": "cancelled"})
    late = world.command("attach", {"id": "later"}, robot_id=7)
    assert (late.ok, late.code) == (False, "cancelled")
    done = world.order_attach(7)
    assert result(world.command("cancel", command_id=done.id)) == {"state": "executed", "code": "done"}
    assert world.command("cancel", command_id="../x").code == "bad_arguments"
    assert world.command("cancel").code == "bad_arguments"
    world.note("told")


@scenario
def a_cancel_that_arrives_with_its_command_goes_first(world):
    begin(world, 7)
    world.desire(7, "d1")
    template = world.template("d1.tpl", 7, "d1")
    words = {"deployment_id": "d1", "expert": "Mt5Console\\Robot_7_a", "symbol": "EURUSD", "timeframe": "H1"}
    attach = world.send("attach", robot_id=7, template=template, **words)
    cancel = world.send("cancel", command_id=attach)
    world.seconds(1)
    assert result(world.reply(cancel)) == {"state": "cancelled"}
    assert world.reply(attach).code == "cancelled"
    assert world.ready(7) is None
    world.note("cancelled")


@scenario
def commands_go_by_the_time_until_which_they_hold(world):
    begin(world, 7)
    world.desire(7, "d1")
    late = world.send("pause", {"not_after_utc_s": world.utc() + 60}, robot_id=7)
    soon = world.send("resume", {"not_after_utc_s": world.utc() + 10}, robot_id=7)
    world.seconds(1)
    assert world.reply(late).ok
    assert world.reply(soon).ok
    assert world.layout.paused(7).exists()
    world.note("the pause came last")


@scenario
def torn_foreign_and_strange_files_are_no_news(world):
    begin(world)
    folder = world.layout.commands
    whole = protocol.encode_command(
        protocol.CommandFile(
            id="w1",
            verb="symbol",
            generation=1,
            login=LOGIN,
            server=SERVER,
            data_path=str(world.layout.root),
            not_after_utc_s=world.utc() + 300,
            arguments=(("symbol", "EURUSD"),),
        )
    )
    write(folder / "torn.json", b'{"protocol":1,"id":"to')
    write(folder / "other.txt", b"hello")
    write(folder / "empty.json", b"")
    write(folder / "another_name.json", whole)
    write(folder / "list.json", b"[1,2,3]")
    write(folder / "garbage.json", b"\xff\xfe\x00{}")
    assert world.command("symbol", symbol="EURUSD").ok
    world.note("none of them counts")
    write(folder / "w1.json", whole[:-20])
    world.seconds(1)
    assert world.reply("w1") is None
    write(folder / "w1.json", whole)
    world.seconds(1)
    assert world.reply("w1").ok
    world.note("whole at last")


@scenario
def a_reply_that_cannot_be_written_comes_later(world):
    begin(world, 7)
    world.disk.is_full = True
    sent_id = world.send("symbol", symbol="EURUSD")
    world.seconds(2)
    assert world.reply(sent_id) is None
    assert (world.layout.commands / f"{sent_id}.json").exists()
    world.disk.is_full = False
    world.seconds(2)
    assert world.reply(sent_id).ok
    world.note("written when there was room")
