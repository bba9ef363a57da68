"""Acts that were interrupted, waited for, or came late: told once for Python's and for the compiled programs."""

import fcntl
import os
from contextlib import contextmanager

from mt5console.core.terminal import protocol
from mt5console.simulation.chartfile import ExpertBlock
from mt5console.simulation.programs import ApplyEnd, Deinit
from tests.mql5.conformance.agent_scenarios import begin as begin_agent
from tests.mql5.conformance.agent_scenarios import result, until
from tests.mql5.conformance.robot_scenarios import REFUSING, ROBOT
from tests.mql5.conformance.robot_scenarios import begin as begin_robot

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


@contextmanager
def locked(world, robot_id):
    """Somebody holds the robot's lock, as a robot does that is just leaving its chart."""
    world.layout.robot(robot_id).mkdir(parents=True, exist_ok=True)
    handle = os.open(world.layout.robot_lock(robot_id), os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


def ask(world, robot_id, deployment="d1", **fields):
    """Send an attach and do not wait for its reply."""
    world.desire(robot_id, deployment)
    template = world.template(f"{deployment}.tpl", robot_id, deployment)
    words = {"robot_id": robot_id, "deployment_id": deployment, "symbol": "EURUSD", "timeframe": "H1"}
    return world.send("attach", fields, **words, expert=f"Mt5Console\\Robot_{robot_id}_a", template=template)


@scenario
def late_beats_in_a_row_are_told_once(world):
    begin_robot(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    running = world.charts.open_charts[0].running
    for lateness_s in (3, 3, 0, 3, 3, 3, 3, 3):
        running.is_frozen = True
        world.seconds(lateness_s)
        running.is_frozen = False
        world.seconds(1)
        if lateness_s:
            world.note(f"{lateness_s} s late")
    assert [code for code, _ in world.errors(7)] == []
    for _ in range(5):
        running.is_frozen = True
        world.turns(29)
        running.is_frozen = False
        world.turns(1)
    world.note("late again and again")
    assert [code for code, _ in world.errors(7)] == [4]


@scenario
def errors_that_never_end_are_put_aside(world):
    begin_robot(world, 7)
    world.layout.robot(7).mkdir(parents=True)
    world.layout.robot_errors(7).write_bytes(b"{}\n" * 180_000)
    world.attach(7)
    world.seconds(1)
    assert [code for code, _ in world.errors(7)] == [2]
    assert world.layout.robot_errors(7).with_name("errors.jsonl.old").stat().st_size == 540_000
    world.note("put aside")


@scenario
def an_attach_waits_for_a_robot_that_is_just_leaving(world):
    begin_agent(world, 7)
    with locked(world, 7):
        attach = ask(world, 7)
        assert world.command("symbol", symbol="EURUSD").ok
        assert world.reply(attach) is None
        world.note("waiting, and serving others")
    world.seconds(1)
    assert world.reply(attach).code == "done"
    world.note("attached")


@scenario
def an_attach_waits_until_the_terminal_has_the_symbol_s_data(world):
    """A terminal begins OnInit when the symbol is synchronised; the expert's name on the chart would tell nothing."""
    begin_agent(world, 7)
    world.broker.set_synchronised("EURUSD", False)
    attach = ask(world, 7)
    world.seconds(5)
    assert world.reply(attach) is None
    assert world.experts() == ["Agent"]
    world.note("waiting, and no chart is opened")
    world.broker.set_synchronised("EURUSD", True)
    world.seconds(1)
    assert world.reply(attach).code == "done"
    assert world.experts() == ["Agent", "Robot_7_a"]
    world.note("attached")


@scenario
def a_symbol_without_data_is_told_and_leaves_no_chart(world):
    begin_agent(world, 7)
    world.broker.set_synchronised("EURUSD", False)
    begun = world.turn
    attach = ask(world, 7)
    until(world, lambda: world.reply(attach), 25)
    assert world.reply(attach).code == "no_symbol_data"
    assert 200 <= world.turn - begun <= 203
    assert world.experts() == ["Agent"]
    world.note("told")


@scenario
def waiting_for_a_symbol_ends_with_the_command_s_time(world):
    begin_agent(world, 7)
    world.broker.set_synchronised("EURUSD", False)
    begun = world.turn
    attach = ask(world, 7, not_after_utc_s=world.utc() + 4)
    until(world, lambda: world.reply(attach), 25)
    assert world.reply(attach).code == "no_symbol_data"
    assert world.turn - begun <= 43
    world.note("told in time")


@scenario
def an_attach_that_waits_for_a_symbol_is_given_up_by_a_cancel(world):
    begin_agent(world, 7)
    world.broker.set_synchronised("EURUSD", False)
    attach = ask(world, 7)
    world.turns(2)
    assert result(world.command("cancel", command_id=attach)) == {"state": "cancelled"}
    assert world.reply(attach).code == "cancelled"
    world.broker.set_synchronised("EURUSD", True)
    world.seconds(2)
    assert world.experts() == ["Agent"]
    world.note("cancelled")


@scenario
def an_attach_under_way_is_given_up_by_a_cancel(world):
    begin_agent(world, 7)
    with locked(world, 7):
        attach = ask(world, 7)
        world.turns(2)
        assert result(world.command("cancel", command_id=attach)) == {"state": "cancelled"}
        assert world.reply(attach).code == "cancelled"
        world.note("cancelled")
    world.seconds(2)
    assert world.experts() == ["Agent"]


@scenario
def an_attach_under_way_is_given_up_by_a_detach(world):
    begin_agent(world, 7)
    with locked(world, 7):
        attach = ask(world, 7)
        world.turns(2)
        assert world.command("detach", robot_id=7).code == "done"
        assert world.reply(attach).code == "cancelled"
    world.seconds(2)
    assert world.experts() == ["Agent"]
    world.note("given up")


@scenario
def the_second_attach_of_a_robot_waits_for_the_first(world):
    begin_agent(world, 7)
    with locked(world, 7):
        first, second = ask(world, 7, "d1"), ask(world, 7, "d2")
        world.seconds(1)
        assert (world.reply(first), world.reply(second)) == (None, None)
    world.seconds(2)
    assert sorted((world.reply(first).code, world.reply(second).code)) == ["already_attached", "done"]
    assert world.experts() == ["Agent", "Robot_7_a"]
    world.note("one of them")


@scenario
def a_chart_that_an_attach_did_not_live_to_fill_is_closed(world):
    begin_agent(world, 7)
    left = world.charts.open("EURUSD", "H1")
    persons = world.charts.open("XAUUSD", "H1")
    memory = world.layout.agent_status.with_name("memory.json")
    memory.write_text(f'{{"protocol":1,"generation":3,"cancelled":{{"c8":"c9"}},"opened":{{"{left.chart_id}":"c1"}}}}')
    world.end_experts()
    agent = world.charts.open_charts[0]
    block = world.charts.open("EURUSD", "H1", is_passing=True)
    world.charts.close(block.chart_id)
    world.charts.close(agent.chart_id)
    assert world.start_agent()[0] is ApplyEnd.RUNNING
    world.seconds(3)
    ids = [chart.chart_id for chart in world.charts.open_charts]
    assert left.chart_id not in ids
    assert persons.chart_id in ids
    world.note("put in order")
    assert world.command("symbol", {"generation": 2}, symbol="EURUSD").code == "older_generation"
    assert world.command("symbol", {"generation": 3, "id": "c8"}, symbol="EURUSD").code == "cancelled"
    world.note("and remembered")


@scenario
def the_chart_that_a_robot_left_empty_is_closed_before_it_gets_another(world):
    """A robot of the saved profile that fails in OnInit leaves its chart, which is saved again: they would add up."""
    begin_agent(world, 7, 8)
    world.order_attach(7)
    world.order_attach(8, "d8")
    home, _, _ = (world.charts.as_file(chart) for chart in world.charts.open_charts)
    persons = world.charts.open("XAUUSD", "H1").chart_id
    left = [chart.chart_id for chart in world.charts.open_charts][1:]
    for number in range(3):
        world.kill()
        chart = world.charts.open(home.symbol, home.timeframe, chart_id=home.chart_id)
        assert world.charts.apply(chart, home.expert) is ApplyEnd.RUNNING
        for chart_id in left:
            world.charts.open("EURUSD", "H1", chart_id=chart_id)
        world.seconds(2)
        assert world.order_attach(7, f"e{number}").code == "done"
        ids = [chart.chart_id for chart in world.charts.open_charts]
        assert ids[1:] == [*left[1:], world.ready(7).chart_id]
        world.note(f"put back {number}")
        left = [world.ready(7).chart_id, *left[1:]]
    assert persons in left


@scenario
def a_chart_that_shows_an_expert_is_not_taken_for_one_that_was_left(world):
    begin_agent(world, 7, 8)
    world.order_attach(7)
    chart = world.charts.open_charts[1]
    block = ExpertBlock(name="", path="Experts\\Mt5Console\\Robot_8_a.ex5", inputs=world.robot_inputs(8, "d8"))
    world.desire(8, "d8")
    assert world.charts.apply(chart, block) is ApplyEnd.RUNNING
    assert world.order_attach(7, "d2").code == "done"
    assert world.experts() == ["Agent", "Robot_8_a", "Robot_7_a"]
    world.note("side by side")


@scenario
def a_full_terminal_has_room_for_the_robot_whose_chart_stands_empty(world):
    begin_agent(world, 7)
    world.order_attach(7)
    world.charts.remove_expert(world.charts.open_charts[1], Deinit.REMOVE)
    for _ in range(98):
        assert world.charts.open("EURUSD", "H1") is not None
    assert world.order_attach(7, "d2").code == "done"
    assert len(world.experts()) == 100
    world.note("in its place")


@scenario
def the_memory_of_an_agent_before_charts_were_remembered_is_read(world):
    begin_agent(world)
    memory = world.layout.agent_status.with_name("memory.json")
    world.kill()
    memory.write_text('{"protocol":1,"generation":3,"cancelled":{"c8":"c9"},"opened":{}}')
    assert world.start_agent()[0] is ApplyEnd.RUNNING
    world.seconds(3)
    assert world.command("symbol", {"generation": 2}, symbol="EURUSD").code == "older_generation"
    assert world.command("symbol", {"generation": 3, "id": "c8"}, symbol="EURUSD").code == "cancelled"
    world.note("read")


@scenario
def a_ready_of_an_earlier_life_confirms_nothing(world):
    begin_agent(world, 7)
    assert world.order_attach(7).code == "done"
    old = world.layout.ready(7).read_bytes()
    world.command("detach", robot_id=7)
    world.compile(REFUSING, 7)
    world.layout.ready(7).write_bytes(old)
    attach = ask(world, 7, "d1")
    world.seconds(12)
    assert world.reply(attach).code in ("init_failed", "expert_not_loaded")
    assert world.ready(7) is None
    world.note("not confirmed")
    world.compile(ROBOT, 7)
    assert world.order_attach(7, "d2").code == "done"
    assert protocol.decode_ready(world.layout.ready(7).read_bytes()).deployment_id == "d2"
