"""What the resident agent does, told once for the simulation's Python agent and for the compiled sources.

In the compiled world its robots are compiled ones, too. Each scenario says what must be true, and notes everything.
"""

from mt5console.core.model.ids import MarginMode, TradeMode
from mt5console.core.terminal import protocol
from mt5console.simulation.chartfile import ExpertBlock
from mt5console.simulation.programs import ApplyEnd
from mt5console.simulation.session import Outside
from tests.mql5.conformance.robot_scenarios import REFUSING, ROBOT, sent
from tests.mql5.conformance.world import LOGIN, SERVER

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
    assert world.status().agent_trade_allowed is True
    world.host.algo_is_on = False
    world.turns(1)
    assert not world.status().trade_allowed
    assert world.status().agent_trade_allowed is False
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
def how_positions_are_held_is_told(world):
    begin(world)
    assert world.status().margin_mode is MarginMode.HEDGING
    for mode in (MarginMode.NETTING, MarginMode.EXCHANGE):
        world.session.account = world.session.account._replace(margin_mode=mode)
        world.turns(1)
        assert world.status().margin_mode is mode
        world.note(mode.value)
    world.session.log_out()
    world.seconds(1)
    assert world.status().margin_mode is None
    world.note("nobody is logged in")


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
def without_the_permission_to_trade_its_robots_have_none(world):
    world.compile_agent()
    world.compile(ROBOT, 7)
    world.usual_inputs = sent()
    world.up()
    world.start_agent(may_trade=False)
    world.seconds(3)
    assert (world.status().trade_allowed, world.status().agent_trade_allowed) == (True, False)
    assert world.order_attach(7).code == "done"
    world.seconds(1)
    assert not world.beat(7).trade_allowed
    world.note("no permission")


def begin_without_permission(world):
    """An agent at home without the permission to trade, as one bad start leaves it; gives its chart's file."""
    world.compile_agent()
    world.compile(ROBOT, 7)
    world.usual_inputs = sent()
    world.up()
    world.start_agent(may_trade=False)
    world.seconds(3)
    assert world.experts() == ["Agent"]
    return world.charts.as_file(world.charts.open_charts[0])


def put_back(world, saved):
    """A chart of the profile with its expert, as a terminal's start brings it back."""
    chart = world.charts.open(saved.symbol, saved.timeframe, chart_id=saved.chart_id)
    assert world.charts.apply(chart, saved.expert) is ApplyEnd.RUNNING


def assert_it_may_trade_now(world, saved):
    assert world.experts() == ["Agent"]
    assert world.charts.open_charts[0].chart_id != saved.chart_id
    assert not world.charts.open_charts[0].is_passing
    assert world.status().agent_trade_allowed is True
    assert world.order_attach(7).code == "done"
    world.seconds(1)
    assert world.beat(7).trade_allowed


@scenario
def an_agent_that_may_trade_takes_the_place_of_one_that_may_not(world):
    saved = begin_without_permission(world)
    world.kill()
    put_back(world, saved)
    world.start_agent()
    world.seconds(3)
    world.note("in its place")
    assert_it_may_trade_now(world, saved)
    world.note("its robot may trade")


@scenario
def it_takes_that_place_also_when_it_came_up_first(world):
    saved = begin_without_permission(world)
    world.kill()
    world.start_agent()
    put_back(world, saved)
    world.seconds(3)
    world.note("in its place")
    assert_it_may_trade_now(world, saved)


@scenario
def an_agent_that_may_not_trade_either_takes_no_place(world):
    saved = begin_without_permission(world)
    world.kill()
    put_back(world, saved)
    world.start_agent(may_trade=False)
    world.seconds(3)
    assert [chart.chart_id for chart in world.charts.open_charts] == [saved.chart_id]
    world.note("the profile's one stays")


@scenario
def a_switch_that_is_off_is_no_reason_to_take_a_place(world):
    """While the terminal's own switch is off no program may trade: that says nothing of the chart's permission."""
    begin(world)
    saved = world.charts.as_file(world.charts.open_charts[0])
    world.host.algo_is_on = False
    world.seconds(1)
    assert (world.status().trade_allowed, world.status().agent_trade_allowed) == (False, False)
    world.host.algo_is_on = True
    world.kill()
    put_back(world, saved)
    world.start_agent()
    world.seconds(3)
    assert [chart.chart_id for chart in world.charts.open_charts] == [saved.chart_id]
    world.note("the profile's one stays")
