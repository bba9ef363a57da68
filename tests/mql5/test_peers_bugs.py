"""Bugs that other operators' consoles had, from their own commits: each is caught here, and is not without its guard.

Every test tells the guard's promise twice: with the guard it holds; with the guard taken out, the same words fail.
"""

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from mt5console.core.deployment import attach, proof
from mt5console.core.model.records import Outcome
from mt5console.core.terminal import presets, protocol
from mt5console.core.terminal.presets import preset_bytes, read_preset
from mt5console.platforms import process_host
from mt5console.simulation.programs import ApplyEnd
from tests.mql5.conformance.playing import play
from tests.mql5.conformance.robot_scenarios import ROBOT, sent
from tests.mql5.conformance.world import World
from tests.unit.deployment import deployment_world

ATTACH = "Include/Mt5Console/AgentAttach.mqh"


@pytest.fixture
def scenario(tmp_path, native_cache):
    """Plays one conformance scenario by the compiled MQL5 sources, with these mistakes planted."""

    def run(name, *planted):
        return play(name, tmp_path / "w", native_cache, native=True, planted=planted)

    return run


@pytest.fixture
def world(tmp_path, native_cache):
    made = World(tmp_path / "w", True, native_cache)
    yield made
    made.close()


def deployed(**faults):
    """A deployment to its end in the machine's small world; gives (state, world)."""
    outside = deployment_world.World(deployment_world.plan(), **faults)
    return deployment_world.Run.start(outside).finish(), outside


# ---- 1: CHART_EXPERT_NAME is NULL where there is no expert, NULL is not "", and "running" was reported ----


def no_expert_is_no_robot(world):
    """A chart whose expert never loaded is not taken for a running robot."""
    world.compile_agent()
    world.compile(ROBOT, 7)
    world.usual_inputs = sent()
    world.up()
    world.start_agent()
    world.seconds(2)
    world.layout.slot_binary(7, "a").write_bytes(b"torn")
    world.desire(7, "d1")
    template = world.template("d1.tpl", 7, "d1")
    words = {"deployment_id": "d1", "expert": "Mt5Console\\Robot_7_a", "symbol": "EURUSD", "timeframe": "H1"}
    sent_id = world.send("attach", robot_id=7, template=template, **words)
    for _ in range(20):
        world.seconds(1)
        if world.reply(sent_id) is not None:
            break
    assert not world.reply(sent_id).ok
    assert world.experts() == ["Agent"]


@pytest.mark.usefixtures("needs_compiler")
def test_a_name_that_is_null_does_not_mean_running(world):
    no_expert_is_no_robot(world)


@pytest.mark.usefixtures("needs_compiler")
def test_without_its_guard_a_null_name_means_running(world):
    world.plant(ATTACH, "if(expert == job.wanted)", 'if(ChartGetString(job.chart, CHART_EXPERT_NAME) != "")')
    with pytest.raises(AssertionError):
        no_expert_is_no_robot(world)


# ---- 2: whose robot it is was forgotten at a restart: 99 charts, 65 of them duplicates ----

GUARDS_AGAINST_DUPLICATES = {
    "it looks on all charts first": (
        "agent: what_a_restart_left_is_found_by_its_expert_and_adopted",
        (ATTACH, "if(AgentRefuseAttached(robot, answer))", "if(robot < 0 && AgentRefuseAttached(robot, answer))"),
    ),
    "the robot's own lock": (
        "robot: a_second_copy_refuses_and_touches_nothing",
        ("Include/Mt5Console/Heartbeat.mqh", "if(!Mt5ConsoleHoldLock())", "if(!Mt5ConsoleHoldLock() && false)"),
    ),
    "it closes what a failed attempt opened": (
        "agent: an_expert_that_came_after_the_start_is_not_found",
        (ATTACH, "ChartClose(job.chart)", "ChartClose(-job.chart)"),
    ),
    "the cap on charts": (
        "agent: a_hundred_charts_are_the_limit",
        (ATTACH, "if(AgentCharts(charts) >= CHARTS_MAX)", "if(AgentCharts(charts) >= 2 * CHARTS_MAX)"),
    ),
}


@pytest.mark.parametrize("guard", GUARDS_AGAINST_DUPLICATES)
@pytest.mark.usefixtures("needs_compiler")
def test_no_restart_leads_to_duplicates(guard, scenario):
    name, mistake = GUARDS_AGAINST_DUPLICATES[guard]
    scenario(name)
    with pytest.raises((AssertionError, AttributeError)):
        scenario(name, mistake)


# ---- 3: a .set was decoded wrongly, no input was left, and the robot silently ran on its defaults ----


@pytest.mark.usefixtures("needs_compiler")
def test_a_robot_that_lost_its_inputs_says_so_by_its_echo(world, monkeypatch):
    world.compile(ROBOT, 7)
    world.up()
    wanted = sent(Lots="0.2", Count="9")
    assert world.attach(7, inputs=())[0] is ApplyEnd.RUNNING
    lost = world.ready(7).inputs_hash
    assert lost != protocol.inputs_hash(wanted)
    assert lost == protocol.inputs_hash(sent()), "the echo is of what was loaded: the defaults"

    def it_is_caught():
        state, _ = deployed(echo=lambda robot: lost)
        assert state.outcome is not Outcome.SUCCESS
        assert state.diagnosis["cause"] == "inputs_differ"

    it_is_caught()
    monkeypatch.setattr(proof, "ready_differences", lambda *_: None)
    with pytest.raises(AssertionError):
        it_is_caught()


def test_a_preset_in_the_terminal_s_own_encoding_keeps_every_input(monkeypatch):
    wanted = sent(Lots="0.2", Note="Grüße")

    def nothing_is_lost():
        assert read_preset(preset_bytes(wanted)).pairs == wanted

    nothing_is_lost()
    monkeypatch.setattr(presets, "decode", lambda data: data.decode("latin-1"))
    with pytest.raises(AssertionError):
        nothing_is_lost()


# ---- 4: an .ex5 that came after the terminal's start is not seen before the next one ----


@pytest.mark.parametrize("code", ["expert_not_found", "expert_not_loaded"])
def test_a_file_that_came_later_is_failed_restart_needed_and_nothing_restarts(code, monkeypatch):
    def it_is_said_and_nothing_is_restarted():
        state, outside = deployed(refuse={"attach": code})
        assert state.outcome is Outcome.FAILED
        assert state.diagnosis["cause"] == "restart_needed"
        assert "restart" in state.diagnosis["next_step"]
        acts = {type(command).__name__ for command in outside.commands}
        assert acts <= {"CompileSlot", "WriteSlotSource", "WriteDesired", "SendAgentCommand", "WriteSet"}

    it_is_said_and_nothing_is_restarted()
    monkeypatch.delitem(attach._REFUSALS, code)
    with pytest.raises(AssertionError):
        it_is_said_and_nothing_is_restarted()


@pytest.mark.usefixtures("needs_compiler")
def test_the_compiled_agent_answers_such_a_file_by_one_of_these_codes(scenario):
    notes = scenario("agent: an_expert_that_came_after_the_start_is_not_found")
    replies = [seen for name, seen in notes[-1][1]["files"].items() if name.startswith("mt5console/agent/replies/")]
    assert [reply["code"] in ("expert_not_found", "expert_not_loaded") for reply in replies] == [True]


# ---- 5: a window was found by its title, and the keys went into the wrong terminal ----

_PROGRAM = """#!{python} -IS
import signal
signal.signal(signal.SIGTERM, lambda *_: exit(0))
open(__file__ + ".up", "w").close()
while True:
    signal.pause()
"""


@contextmanager
def terminals_of_one_name(root):
    """Two programs of one name and title in two directories."""
    host, paths = process_host(), [root / name / "terminal64" for name in ("user_1", "user_2")]
    refs = []
    try:
        for path in paths:
            path.parent.mkdir(exist_ok=True)
            path.write_text(_PROGRAM.format(python=sys.executable))
            path.chmod(0o755)
            refs.append(host.spawn(path, [], path.parent))
        for path in paths:
            wait_for(Path(f"{path}.up").exists)
        yield host, paths, refs
    finally:
        for ref in refs:
            if psutil.pid_exists(ref.pid):
                os.kill(ref.pid, 9)
        host.close()


def wait_for(condition):
    until = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def only_the_meant_terminal_is_touched(root):
    with terminals_of_one_name(root) as (host, paths, (one, other)):
        assert [ref.pid for ref in host.find(paths[0])] == [one.pid]
        for ref in host.find(paths[0]):
            host.request_close(ref)
        wait_for(lambda: not host.is_alive(one))
        assert host.is_alive(other)


@pytest.mark.skipif(sys.platform == "win32", reason="the programs here are scripts; Windows has tests of its own")
def test_only_the_process_of_the_exact_executable_is_touched(tmp_path, monkeypatch):
    only_the_meant_terminal_is_touched(tmp_path)
    host = process_host()
    table = type(host._table)
    host.close()

    def by_name(self, is_wanted):
        found = [self.look(int(pid)) for pid in os.listdir("/proc") if pid.isdecimal()]
        alike = [seen for seen in found if seen and any(str(tmp_path) in program for program in seen.programs)]
        return [seen for seen in alike if any(Path(program).name == "terminal64" for program in seen.programs)]

    monkeypatch.setattr(table, "find", by_name)
    with pytest.raises(AssertionError):
        only_the_meant_terminal_is_touched(tmp_path)
