"""What a robot with the include does, told once for the simulation's Python robot and for the compiled sources.

Each scenario drives a `World`, says what must be true, and notes everything that can be seen, for the comparison.
"""

import re
from pathlib import Path

from mt5console.core.deployment.rendering import generate_mql5
from mt5console.core.deployment.sources import complete_inputs
from mt5console.core.terminal import protocol
from mt5console.simulation.chartfile import ExpertBlock
from mt5console.simulation.programs import ApplyEnd, Deinit
from tests.mql5.conformance.world import write

ROBOT = (Path(__file__).parent / "Robot.mq5").read_text("utf-8")
REFUSING = ROBOT.replace('Mt5ConsoleInputReal("Lots", Lots);', "return(INIT_FAILED);")

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def begin(world, *robot_ids, source=ROBOT):
    world.usual_inputs = complete_inputs(source, ())
    for robot_id in robot_ids:
        world.compile(source, robot_id)
        world.compile(source, robot_id, "b")
    world.up()


def sent(**given):
    """The inputs as a deployment sends them: all plain ones, in canonical text."""
    return complete_inputs(ROBOT, tuple(given.items()))


@scenario
def from_ready_to_the_end(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.note("before")
    end, chart_id = world.attach(7, inputs=sent(Lots="0.2"))
    assert end is ApplyEnd.RUNNING
    ready = world.ready(7)
    assert (ready.deployment_id, ready.chart_id, ready.symbol, ready.timeframe) == ("d1", chart_id, "EURUSD", "H1")
    assert (ready.magic, ready.utc_s) == (77, world.utc())
    assert ready.inputs_hash == protocol.inputs_hash(sent(Lots="0.2"))
    assert world.variables() == {"EA_READY_7": world.utc()}
    world.note("ready")
    world.seconds(1)
    world.note("first beat")
    first = world.beat(7)
    world.seconds(2)
    third = world.beat(7)
    assert (third.sequence - first.sequence, third.utc_s - first.utc_s) == (2, 2)
    assert third.tick_ms - first.tick_ms == 2000
    assert third.trade_allowed
    assert third.entries.value == "open"
    assert set(world.variables()) == {"EA_READY_7", "EA_HEARTBEAT_7"}
    seed = world.layout.legacy_heartbeat(7).read_bytes()
    assert re.fullmatch(rb"2025\.06\.02 10:00:\d\d\r\n", seed)
    world.note("third beat")
    world.charts.close(chart_id)
    assert world.ready(7) is None
    assert world.beat(7) == third
    assert world.variables() == {}
    world.note("ended")


@scenario
def entries_follow_pause_latch_and_desire(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)

    def entries(word, note):
        world.seconds(1)
        assert world.beat(7).entries.value == word
        world.note(note)

    entries("open", "desired")
    world.layout.paused(7).write_bytes(b"paused\r\n")
    entries("paused", "paused")
    world.layout.stop_latch.write_bytes(b"stop")
    entries("stopped", "the latch goes before the pause")
    world.layout.paused(7).unlink()
    entries("stopped", "latch alone")
    world.desire(7, "d2")
    entries("stopped", "the latch goes before another desire")
    assert world.errors(7) == []
    world.layout.stop_latch.unlink()
    entries("not_desired", "another one is desired")
    entries("not_desired", "and that is said once")
    assert world.errors(7) == [(2, "deployment d1 opens nothing: desired is d2")]
    world.desire(7, "d1")
    entries("open", "desired again")
    world.layout.desired(7).unlink()
    entries("not_desired", "nobody is desired")
    assert world.errors(7)[1:] == [(2, "deployment d1 opens nothing: desired is none")]


@scenario
def a_robot_in_another_place_than_it_was_meant_for_opens_nothing(world):
    begin(world, 7)
    ours = {"login": 5001, "server": "DEMO-server", "symbol": "EURUSD", "timeframe": "H1"}
    world.desire(7, "d1", **ours)
    world.attach(7)
    seen = []

    def look(note):
        world.seconds(1)
        seen.append(world.beat(7).entries.value)
        world.note(note)

    look("its own place")
    others = ({"login": 5002}, {"server": "Demo-Server-2"}, {"symbol": "XAUUSD"}, {"timeframe": "H4"}, {"login": 0})
    for place, other in enumerate(others):
        world.desire(7, "d1", **{**ours, **other})
        look(f"another place {place}")
        world.desire(7, "d1", **ours)
        look(f"its own place again {place}")
    assert seen == ["open", *["not_desired", "open"] * 4, "open", "open"]
    assert [text.removeprefix("deployment d1 opens nothing: ") for _, text in world.errors(7)] == [
        "5001@Demo-Server is logged in, and it was meant for 5002@DEMO-server",
        "5001@Demo-Server is logged in, and it was meant for 5001@Demo-Server-2",
        "it is on EURUSD,H1, and it was meant for XAUUSD,H1",
        "it is on EURUSD,H1, and it was meant for EURUSD,H4",
    ]


@scenario
def a_place_that_is_no_value_of_its_kind_is_not_compared(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    strange = (b'"login":"5002"', b'"login":true', b'"login":null,"server":7', b'"symbol":5,"timeframe":"H4"')
    for place, members in enumerate(strange):
        write(world.layout.desired(7), b'{"protocol":1,"deployment_id":"d1",' + members + b"}")
        world.seconds(1)
        assert world.beat(7).entries.value == "open", members
        world.note(f"strange {place}")


@scenario
def nobody_is_logged_in_is_not_another_account(world):
    world.usual_inputs = complete_inputs(ROBOT, ())
    world.compile(ROBOT, 7)
    world.charts.index_experts()
    world.desire(7, "d1", login=5001, server="Demo-Server", symbol="EURUSD", timeframe="H1")
    world.attach(7)
    world.seconds(2)
    assert (world.beat(7).entries.value, world.errors(7)) == ("open", [])
    world.note("beating without an account")


@scenario
def the_latch_stands_before_the_start(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.layout.stop_latch.parent.mkdir(parents=True, exist_ok=True)
    world.layout.stop_latch.write_bytes(b"")
    assert world.attach(7)[0] is ApplyEnd.RUNNING
    world.note("ready under the latch")
    world.seconds(2)
    assert world.beat(7).entries.value == "stopped"
    world.note("beating under the latch")


@scenario
def desired_json_torn_foreign_and_strange(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    whole = world.layout.desired(7).read_bytes()
    contents = [
        whole[: len(whole) // 2],
        b"",
        b"\xef\xbb\xbf" + whole,
        b'{"protocol":2,"deployment_id":"d1"}',
        b'{"deployment_id":"d1"}',
        b'{"protocol":1,"deployment_id":"d1"',
        b'{"protocol":1,"deployment_id":"d1"} trailing',
        b' \r\n{ "deployment_id" : "d1" , "protocol" : 1 } \n',
        b'{"protocol":1,"deployment_id":"d\\u0031"}',
        b'{"protocol":1,"deployment_id":1}',
        b'{"protocol":1,"deployment_id":"x","note":"\\"deployment_id\\":\\"d1\\""}',
        b"\x00\xff\xfe garbage",
        whole,
    ]
    seen = []
    for place, content in enumerate(contents):
        write(world.layout.desired(7), content)
        world.seconds(1)
        seen.append(world.beat(7).entries.value)
        world.note(f"content {place}")
    no, yes = "not_desired", "open"
    expected = [no, no, yes, no, no, no, no, yes, yes, no, no, no, yes]
    assert seen == expected, [place for place in range(len(seen)) if seen[place] != expected[place]]


@scenario
def a_second_copy_refuses_and_touches_nothing(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    world.seconds(1)
    before = world.ready(7)
    assert world.attach(7, slot="b", deployment="d2")[0] is ApplyEnd.INIT_FAILED
    assert (world.ready(7), set(world.variables())) == (before, {"EA_READY_7", "EA_HEARTBEAT_7"})
    assert world.errors(7) == [(1, "another copy of this robot runs in this terminal; this one does not start")]
    assert world.experts() == ["Robot_7_a", ""]
    world.note("refused")
    world.seconds(1)
    assert world.beat(7).deployment_id == "d1"
    world.note("the first one goes on")


@scenario
def two_robots_know_nothing_of_each_other(world):
    begin(world, 7, 8)
    for robot_id in (7, 8):
        world.desire(robot_id, f"d{robot_id}")
        world.attach(robot_id, f"d{robot_id}", symbol="GBPUSD" if robot_id == 8 else "EURUSD", timeframe="M15")
    world.seconds(2)
    world.note("both")
    world.charts.close(world.charts.open_charts[0].chart_id)
    world.seconds(1)
    assert world.ready(7) is None
    assert world.beat(8).sequence == 3
    world.note("one")


@scenario
def the_lock_is_free_after_a_kill(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    world.seconds(1)
    world.kill()
    assert world.ready(7) is not None
    world.note("after the kill")
    assert world.attach(7)[0] is ApplyEnd.RUNNING
    world.seconds(1)
    assert world.errors(7) == []
    assert world.beat(7).sequence == 1
    world.note("started again")


@scenario
def reasons_of_the_end(world):
    begin(world, 7)
    world.desire(7, "d1")
    for reason in (Deinit.REMOVE, Deinit.CHART_CLOSE, Deinit.ACCOUNT, Deinit.TEMPLATE, Deinit.CLOSE):
        _, chart_id = world.attach(7)
        world.seconds(1)
        world.charts.remove_expert(world.charts.by_id(chart_id), reason)
        world.note(f"reason {int(reason)}")
        assert world.ready(7) is None


@scenario
def another_template_on_its_chart_ends_it(world):
    begin(world, 7, 8)
    world.desire(7, "d1")
    world.desire(8, "d1")
    _, chart_id = world.attach(7)
    world.seconds(1)
    block = ExpertBlock(name="", path="Experts\\Mt5Console\\Robot_8_a.ex5", inputs=world.robot_inputs(8, "d1"))
    assert world.charts.apply(world.charts.by_id(chart_id), block) is ApplyEnd.RUNNING
    world.seconds(1)
    assert (world.ready(7), world.beat(8).sequence) == (None, 1)
    world.note("replaced")


@scenario
def on_init_that_fails_leaves_no_ready(world):
    begin(world, 7, source=REFUSING)
    world.desire(7, "d1")
    assert world.attach(7)[0] is ApplyEnd.INIT_FAILED
    assert world.ready(7) is None
    assert world.variables() == {}
    world.note("refused")
    world.seconds(2)
    assert world.beat(7) is None
    world.note("and silent")


@scenario
def a_robot_without_its_id_does_not_start(world):
    begin(world, 7)
    chart = world.charts.open("EURUSD", "H1")
    block = ExpertBlock(name="", path="Experts\\Mt5Console\\Robot_7_a.ex5", inputs=(("Lots", "0.2"),))
    assert world.charts.apply(chart, block) is ApplyEnd.INIT_FAILED
    world.note("refused")


@scenario
def inputs_are_echoed_as_they_were_loaded(world):
    begin(world, 7)
    world.desire(7, "d1")
    awkward = [
        {},
        {"Lots": "-0.0"},
        {"Lots": "0.0000001", "Count": "-2147483648", "Big": "9223372036854775807"},
        {"Lots": "1e-7", "Big": "-9223372036854775808"},
        {"Lots": "123456789.12345678"},
        {"Lots": "0.10", "Careful": "no"},
        {"Lots": "-1234567.5", "Count": "0x10"},
        {"Note": ""},
        {"Note": " blanks before and behind "},
        {"Note": 'a "quoted" word, a \\ backslash \\n and a=b=c'},
        {"Note": "Grüße, 世界, 🙂, Ω"},
        {"Note": "x" * 249 + "ä"},
        {"Mode": "FOLLOW", "When": "2026.01.02 03:04:05", "Line": "clrRed", "Frame": "PERIOD_M15"},
        {"Mode": "3", "When": "0", "Line": "clrNONE"},
        {"Note": "%s %d %I64d {0} ${HOME}"},
    ]
    hashes = []
    for place, given in enumerate(awkward):
        inputs = sent(**given)
        end, chart_id = world.attach(7, inputs=inputs)
        assert end is ApplyEnd.RUNNING
        assert world.ready(7).inputs_hash == protocol.inputs_hash(inputs), given
        hashes.append(world.ready(7).inputs_hash)
        world.note(f"inputs {place}")
        world.charts.close(chart_id)
    assert len(set(hashes)) == len(hashes), "no two of them are the same inputs"


@scenario
def deployment_and_symbol_names_are_quoted(world):
    begin(world, 7)
    for place, name in enumerate(('d"1', "d\\1", "dä1", "d 1", "d/1")):
        world.desire(7, name)
        _, chart_id = world.attach(7, name)
        world.seconds(1)
        assert (world.ready(7).deployment_id, world.beat(7).deployment_id) == (name, name)
        assert world.beat(7).entries.value == "open"
        world.note(f"name {place}")
        world.charts.close(chart_id)


@scenario
def a_closed_market_stops_the_quotes_and_not_the_beats(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    world.seconds(3)
    world.broker.set_session("EURUSD", "closed")
    world.seconds(1)
    world.note("just closed")
    then = world.beat(7)
    world.seconds(5)
    later = world.beat(7)
    assert (later.last_quote_utc_s, later.ticks) == (then.last_quote_utc_s, then.ticks)
    assert later.sequence == then.sequence + 5
    assert later.utc_s == then.utc_s + 5
    world.note("closed for long")
    world.broker.set_session("EURUSD", "always")
    world.seconds(2)
    assert world.beat(7).last_quote_utc_s > later.last_quote_utc_s
    world.note("open again")


@scenario
def ticks_are_counted_from_the_start_of_this_copy(world):
    begin(world, 7)
    world.desire(7, "d1")
    _, chart_id = world.attach(7)
    world.seconds(1)
    one = world.beat(7).ticks
    world.seconds(4)
    assert (one, world.beat(7).ticks) == (4, 20)
    world.note("counted")
    world.charts.close(chart_id)
    world.attach(7)
    world.seconds(1)
    assert world.beat(7).ticks == 4
    world.note("from nothing again")


@scenario
def the_permission_to_trade_is_three_switches(world):
    begin(world, 7)
    world.desire(7, "d1")
    _, chart_id = world.attach(7)
    world.seconds(1)
    assert world.beat(7).trade_allowed
    world.host.algo_is_on = False
    world.seconds(1)
    assert not world.beat(7).trade_allowed
    world.note("the button is off")
    world.host.algo_is_on = True
    world.seconds(1)
    assert world.beat(7).trade_allowed
    world.session.account = world.session.account._replace(trade_expert=False)
    world.seconds(1)
    assert not world.beat(7).trade_allowed
    world.note("the account forbids experts")
    world.charts.close(chart_id)
    world.session.account = world.session.account._replace(trade_expert=True)
    chart = world.charts.open("EURUSD", "H1")
    block = ExpertBlock(name="", path="Experts\\Mt5Console\\Robot_7_a.ex5", mode=0, inputs=world.robot_inputs(7, "d1"))
    world.charts.apply(chart, block)
    world.seconds(1)
    assert not world.beat(7).trade_allowed
    world.note("the chart forbids it")


@scenario
def without_a_login_it_beats_and_may_not_trade(world):
    world.compile(ROBOT, 7)
    world.usual_inputs = sent()
    world.charts.index_experts()
    world.desire(7, "d1")
    assert world.attach(7)[0] is ApplyEnd.RUNNING
    world.note("ready, and no quote yet")
    world.seconds(2)
    beat = world.beat(7)
    assert (beat.trade_allowed, beat.last_quote_utc_s, beat.ticks) == (False, None, 0)
    world.note("beating without an account")


@scenario
def the_example_strategy_speaks_the_protocol(world):
    source = generate_mql5(robot_id=7, inputs={"FastPeriod": "5", "RiskPercent": "0.25"})
    begin(world, 7, source=source)
    world.desire(7, "d1")
    inputs = complete_inputs(source, (("SlowPeriod", "21"),))
    assert world.attach(7, inputs=inputs, timeframe="M1")[0] is ApplyEnd.RUNNING
    assert world.ready(7).inputs_hash == protocol.inputs_hash(inputs)
    world.seconds(5)
    world.note("running")
    world.end_experts()
    world.note("ended")
