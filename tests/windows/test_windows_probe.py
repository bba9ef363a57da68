"""The real package starts a terminal whenever it misses the pipe: what it started is found and ended, nothing else is.

On real Windows the child's job forbids the start; Wine takes the job and does not enforce it, so that here the second
line of defence is seen at work.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mt5console.core.model.observed import ProbeProblem
from mt5console.core.ports import ProbeResult
from mt5console.probe.child import ProbeChild, child_command
from mt5console.probe.pool import WORKER, ChildProbePool
from mt5console.simulation import wire
from tests.contract.package_world import REAL, ScriptedTerminal, World, open_world
from tests.windows.lane.counting import under_wine

DEADLINE_S = 30.0
SHORT_S = 4.0
QUICKLY_S = 20.0


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_world() as opened:
        opened.other.start()
        yield opened


@pytest.fixture(scope="module")
def pool(world: World) -> Iterator[ChildProbePool]:
    made = ChildProbePool("tests.windows.taken_away", world.host)
    yield made
    made.close()


@pytest.fixture
def terminal(world: World, pool: ChildProbePool) -> Iterator[ScriptedTerminal]:
    """It runs, the probe's child is up and without a connection, and a copy of it would never open a pipe."""
    for port in world.terminal.directory.glob("port.*"):
        port.unlink()
    world.terminal.end()
    world.terminal.fresh()
    # The child that met the last test's terminal may say once that it is gone.
    pool.poll(world.terminal.executable, DEADLINE_S)
    assert pool.poll(world.terminal.executable, DEADLINE_S).answer
    world.terminal.set(behaviours={wire.TERMINAL_INFO: "err:-1"})
    assert pool.poll(world.terminal.executable, DEADLINE_S).code == -1
    world.terminal.fresh()
    silent = world.terminal.directory / "silent"
    silent.touch()
    yield world.terminal
    silent.unlink()


def expect_no_start(result: ProbeResult) -> None:
    """The package was stopped from starting a terminal, or what it started was found."""
    if under_wine():
        assert result.problem is ProbeProblem.HUNG
        assert "a second terminal that the package had started was ended" in result.text
    else:
        assert (result.problem, result.code) == (ProbeProblem.OTHER, -10003)


def test_a_second_terminal_that_the_package_started_is_ended_and_the_first_left_alone(
    world: World, pool: ChildProbePool, terminal: ScriptedTerminal
) -> None:
    (terminal.directory / "take").write_text("pipe")
    began = time.monotonic()
    result = pool.poll(terminal.executable, SHORT_S)
    assert time.monotonic() - began < SHORT_S + 10
    expect_no_start(result)
    assert terminal.running() == (terminal.ref,)
    assert world.other.running() == (world.other.ref,)


def test_a_terminal_that_the_package_started_for_one_that_just_ended_is_ended(
    world: World, pool: ChildProbePool, terminal: ScriptedTerminal
) -> None:
    (terminal.directory / "take").write_text("process")
    result = pool.poll(terminal.executable, SHORT_S)
    expect_no_start(result)
    assert terminal.running() == (), "the engine alone starts terminals"
    assert world.other.running() == (world.other.ref,)


@pytest.mark.needs_real_windows("Wine takes a job's limit of processes and does not enforce it")
def test_the_package_in_a_probe_cannot_start_a_terminal(world: World, terminal: ScriptedTerminal) -> None:
    terminal.end()
    child = ProbeChild(child_command(WORKER, REAL))
    wish = {"path": str(terminal.executable), "portable": True, "timeout_ms": 500}
    try:
        began = time.monotonic()
        reply = child.ask("attach", wish, 60.0)
        assert (reply["ok"], reply["code"]) == (False, -10003)
        assert "Process create failed" in reply["text"]
        assert time.monotonic() - began < QUICKLY_S, "and not the 100 s that it waits for a pipe"
    finally:
        child.kill()
    assert terminal.running() == ()
