"""What the resident agent does, told once for the simulation's Python agent and for the compiled sources.

In the compiled world its robots are compiled ones, too. Each scenario says what must be true, and notes everything.
"""

from mt5console.core.model.ids import TradeMode
from mt5console.core.terminal import protocol
from mt5console.simulation.chartfile import ExpertBlock
from mt5console.simulation.programs import ApplyEnd
from mt5console.simulation.session import Outside
from tests.mql5.conformance.robot_scenarios import REFUSING, ROBOT, sent
from tests.mql5.conformance.world import LOGIN, SERVER, write

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def begin(world, *robot_ids):
    """The agent at home, and the slots of these robots."""
    world.compile_agent()
    world.usual_inputs = sent()
    for robot_id in robot_ids:
        for slot in ("a", "b"):
            world.compile(ROBOT, robot_id, slot)
    world.up()
    assert world.start_agent()[0] is ApplyEnd.RUNNING
    world.seconds(2)
    assert world.experts() == ["Agent"]
    assert not world.charts.open_charts[0].is_passing


def result(reply):
    return dict(reply.result)


def until(world, condition, seconds=15):
    """Let time pass until the condition gives something true."""
    for _ in range(seconds * 10):
        found = condition()
        if found:
            return found
        world.turns(1)
    raise AssertionError(f"it did not come within {seconds} s")


@scenario
def it_moves_home_and_tells_everything(world):
    begin(world, 7)
    world.note("at home")
    first = world.status()
    assert (first.login, first.server, first.trade_mode) == (LOGIN, SERVER, TradeMode.DEMO)
    assert (first.build, first.data_path, first.connected, first.positions) == (5260, str(world.layout.root), True, ())
    assert (first.trade_allowed, first.account_trade_allowed, first.account_trade_expert) == (True, True, True)
    assert [(chart.symbol, chart.timeframe, chart.expert) for chart in first.charts] == [("EURUSD", "H1", "Agent")]
    assert [(session.symbol, session.is_open) for session in first.sessions] == [("EURUSD", True)]
    world.seconds(3)
    later = world.status()
    assert (later.sequence - first.sequence, later.utc_s - first.utc_s) == (3, 3)
    assert later.started_utc_s == first.started_utc_s
    world.note("three seconds later")


@scenario
def the_status_follows_account_link_and_permissions(world):
    begin(world)
    world.host.algo_is_on = False
    world.turns(1)
    assert not world.status().trade_allowed
    world.note("told at once: the button")
    world.outside = Outside(link_is_up=False)
    world.seconds(1)
    assert not world.status().connected
    world.note("the link is lost")
    world.outside = Outside()
    world.seconds(15)
    assert world.status().connected
    world.note("the link is back")
    world.session.log_out()
    world.seconds(1)
    status = world.status()
    assert (status.login, status.server, status.positions, status.trade_mode) == (0, "", None, TradeMode.UNKNOWN)
    world.note("nobody is logged in")


@scenario
def positions_are_told_with_magic_and_profit(world):
    begin(world)
    tickets = [
        world.broker.open_position(LOGIN, SERVER, "EURUSD", 0.5, magic=77),
        world.broker.open_position(LOGIN, SERVER, "XAUUSD", 0.01, magic=0, side="sell"),
        world.broker.open_position(LOGIN, SERVER, "USDJPY", 1.25, magic=9_000_000_000),
    ]
    world.seconds(2)
    positions = world.status().positions
    assert [(p.ticket, p.symbol, p.magic, p.volume) for p in positions] == [
        (tickets[0], "EURUSD", 77, 0.5),
        (tickets[1], "XAUUSD", 0, 0.01),
        (tickets[2], "USDJPY", 9_000_000_000, 1.25),
    ]
    world.note("three positions")


@scenario
def sessions_of_all_charts_are_told(world):
    begin(world, 7, 8)
    world.order_attach(7, symbol="XAUUSD")
    world.order_attach(8, "d8", symbol="GBPUSD")
    world.broker.set_session("GBPUSD", "closed")
    world.seconds(2)
    told = [(session.symbol, session.is_open) for session in world.status().sessions]
    assert told == [("EURUSD", True), ("GBPUSD", False), ("XAUUSD", True)]
    world.note("one is closed")
    world.broker.set_session("GBPUSD", "weekdays")
    world.broker.set_session("XAUUSD", "weekdays")
    world.seconds(2)
    assert [session.is_open for session in world.status().sessions] == [True, True, True]
    world.note("a working day")
    world.market.closed = {"": world.utc()}
    world.seconds(2)
    assert [session.is_open for session in world.status().sessions] == [False, False, False]
    world.note("a holiday")


@scenario
def globals_of_robots_are_told(world):
    begin(world, 7)
    world.host.set_global("EA_READY_99", 1.5)
    world.host.set_global("EA_" + "x" * 60, -0.25)
    world.host.set_global("EA_big", 1e15)
    world.host.set_global("other", 3)
    world.order_attach(7)
    world.seconds(2)
    told = dict(world.status().globals)
    assert set(told) == {"EA_READY_99", "EA_" + "x" * 60, "EA_big", "EA_READY_7", "EA_HEARTBEAT_7"}
    assert (told["EA_READY_99"], told["EA_big"]) == (1.5, 1e15)
    world.note("told")


@scenario
def attach_puts_the_robot_on_a_chart_of_its_own(world):
    begin(world, 7)
    reply = world.order_attach(7, inputs=sent(Lots="0.2"))
    assert (reply.ok, reply.code) == (True, "done")
    ready = world.ready(7)
    assert result(reply)["chart_id"] == str(ready.chart_id)
    assert (ready.deployment_id, ready.symbol, ready.timeframe) == ("d1", "EURUSD", "H1")
    assert ready.inputs_hash == protocol.inputs_hash(sent(Lots="0.2"))
    assert world.experts() == ["Agent", "Robot_7_a"]
    world.note("attached")
    world.seconds(2)
    assert world.beat(7).trade_allowed
    world.note("beating")


@scenario
def a_robot_that_is_there_is_never_attached_twice(world):
    begin(world, 7)
    world.order_attach(7)
    for slot in ("a", "b"):
        reply = world.order_attach(7, "d2", slot)
        assert (reply.ok, reply.code) == (False, "already_attached")
        assert result(reply)["expert"] == "Robot_7_a"
    assert world.experts() == ["Agent", "Robot_7_a"]
    world.note("still one")


@scenario
def what_a_restart_left_is_found_by_its_expert_and_adopted(world):
    """Ownership is read off the charts: an agent that knows nothing of an attach finds its robot all the same."""
    begin(world, 7)
    world.order_attach(7)
    world.kill()
    world.start_agent()
    block = ExpertBlock(name="", path="Experts\\Mt5Console\\Robot_7_a.ex5", inputs=world.robot_inputs(7, "d1"))
    chart = world.charts.open("EURUSD", "H1")
    assert world.charts.apply(chart, block) is ApplyEnd.RUNNING
    world.seconds(2)
    reply = world.order_attach(7, "d1", fields={"id": "again"})
    assert (reply.code, result(reply)["chart_id"]) == ("already_attached", str(chart.chart_id))
    assert world.experts().count("Robot_7_a") == 1
    world.note("adopted")


@scenario
def an_attach_that_cannot_be_is_named_and_leaves_no_chart(world):
    begin(world, 7)
    cases = [
        ({"symbol": "EURUSD.x"}, "no_symbol"),
        ({"symbol": "eurusd"}, "no_symbol"),
        ({"timeframe": "H9"}, "bad_arguments"),
        ({"timeframe": ""}, "bad_arguments"),
        ({"robot_id": "0"}, "bad_arguments"),
        ({"robot_id": "seven"}, "bad_arguments"),
        ({"template": "../../evil.tpl"}, "bad_arguments"),
        ({"template": "a\\b.tpl"}, "bad_arguments"),
        ({"template": "C:evil.tpl"}, "bad_arguments"),
        ({"template": "missing.tpl"}, "failed"),
    ]
    for place, (changes, code) in enumerate(cases):
        found = world.order_attach(7, f"d{place}", **changes)
        assert (found.ok, found.code) == (False, code), changes
        assert world.experts() == ["Agent"]
        assert world.ready(7) is None
        world.note(f"case {place}")


@scenario
def a_template_with_another_expert_is_refused(world):
    begin(world, 7, 8)
    world.template("other.tpl", 8, "d1")
    sent_id = world.send(
        "attach",
        robot_id=7,
        deployment_id="d1",
        expert="Mt5Console\\Robot_7_a",
        symbol="EURUSD",
        timeframe="H1",
        template="other.tpl",
    )
    reply = until(world, lambda: world.reply(sent_id))
    assert not reply.ok
    assert world.experts() == ["Agent"]
    world.note("refused")


@scenario
def an_expert_that_came_after_the_start_is_not_found(world):
    begin(world, 7)
    world.compile(ROBOT, 9)
    world.template("late.tpl", 9, "d1")
    words = {"deployment_id": "d1", "expert": "Mt5Console\\Robot_9_a", "symbol": "EURUSD", "timeframe": "H1"}
    sent_id = world.send("attach", robot_id=9, template="late.tpl", **words)
    reply = until(world, lambda: world.reply(sent_id))
    assert not reply.ok
    assert reply.code in ("expert_not_found", "expert_not_loaded")
    assert world.experts() == ["Agent"]
    world.note("restart needed")


@scenario
def a_robot_whose_on_init_fails_leaves_no_chart(world):
    world.compile(REFUSING, 7)
    begin(world)
    world.desire(7, "d1")
    template = world.template("d1.tpl", 7, "d1")
    words = {"deployment_id": "d1", "expert": "Mt5Console\\Robot_7_a", "symbol": "EURUSD", "timeframe": "H1"}
    sent_id = world.send("attach", robot_id=7, template=template, **words)
    reply = until(world, lambda: world.reply(sent_id))
    assert not reply.ok
    assert reply.code in ("init_failed", "expert_not_loaded")
    assert world.experts() == ["Agent"]
    assert world.ready(7) is None
    world.note("refused")


@scenario
def a_lock_that_somebody_holds_keeps_the_robot_out(world):
    begin(world, 7)
    world.layout.robot(7).mkdir(parents=True, exist_ok=True)
    world.layout.robot_lock(7).write_bytes(b"")
    world.desire(7, "d1")
    template = world.template("d1.tpl", 7, "d1")
    words = {"deployment_id": "d1", "expert": "Mt5Console\\Robot_7_a", "symbol": "EURUSD", "timeframe": "H1"}
    with world.holding(world.layout.robot_lock(7)):
        sent_id = world.send("attach", robot_id=7, template=template, **words)
        reply = until(world, lambda: world.reply(sent_id))
    assert (reply.ok, reply.code) == (False, "locked")
    assert world.experts() == ["Agent"]
    world.note("kept out")
    assert world.order_attach(7, "d2").code == "done"
    world.note("let in")


@scenario
def a_hundred_charts_are_the_limit(world):
    begin(world, 7)
    for _ in range(99):
        assert world.charts.open("EURUSD", "H1") is not None
    assert world.order_attach(7).code == "chart_limit"
    assert len(world.experts()) == 100
    world.charts.close(world.charts.open_charts[-1].chart_id)
    assert world.order_attach(7, "d2").code == "done"
    world.note("room for one")


@scenario
def without_room_to_move_it_serves_from_where_it_is(world):
    world.compile_agent()
    world.compile(ROBOT, 7)
    world.usual_inputs = sent()
    world.up()
    for _ in range(99):
        world.charts.open("EURUSD", "H1")
    world.start_agent()
    world.seconds(3)
    assert len(world.status().charts) == 100
    assert world.order_attach(7).code == "chart_limit"
    world.note("served")


@scenario
def a_second_agent_refuses_and_leaves(world):
    begin(world)
    first = world.status()
    world.start_agent()
    world.seconds(5)
    assert world.experts() == ["Agent"]
    assert world.status().started_utc_s == first.started_utc_s
    assert world.status().sequence > first.sequence
    world.note("one is left")


@scenario
def the_agent_of_the_profile_is_there_already(world):
    """A restart that is not ours: the profile's agent comes up first, the start ini's one leaves."""
    begin(world)
    saved = world.charts.as_file(world.charts.open_charts[0])
    world.kill()
    chart = world.charts.open(saved.symbol, saved.timeframe, chart_id=saved.chart_id)
    world.charts.apply(chart, saved.expert)
    world.start_agent()
    world.seconds(5)
    assert world.experts() == ["Agent"]
    assert world.charts.open_charts[0].chart_id == saved.chart_id
    world.note("the profile's one stays")


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


@scenario
def without_the_permission_to_trade_its_robots_have_none(world):
    world.compile_agent()
    world.compile(ROBOT, 7)
    world.usual_inputs = sent()
    world.up()
    world.start_agent(may_trade=False)
    world.seconds(3)
    assert world.order_attach(7).code == "done"
    world.seconds(1)
    assert not world.beat(7).trade_allowed
    world.note("no permission")
