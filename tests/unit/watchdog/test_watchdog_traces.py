"""What an ended process left on disk is never taken for the word of the next one, also not by a fresh engine."""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.commands import StartTerminal
from mt5console.core.model.facts import AgentStatusSeen
from tests.unit.watchdog.conftest import Playbook


def _late(play: Playbook, age_s: float) -> AgentStatusSeen:
    """The agent's file as it lies there, written so long ago."""
    return replace(play.agent(), age_s=age_s)


def test_a_fresh_file_of_a_dead_process_does_not_make_a_new_engine_believe_in_its_start(play: Playbook) -> None:
    play.healthy()
    play.engine_dies()
    # Meanwhile the terminal died too; its agent's file is half a second old.
    play >> play.absent() << StartTerminal
    play.verdicts.clear()
    play >> play.spawned() >> _late(play, 0.5)
    assert play.watch.process is not None
    assert not play.watch.process.up
    assert play.wipes == []


def test_a_file_that_was_read_before_the_first_look_is_of_no_later_process_either(play: Playbook) -> None:
    play.healthy()
    play.engine_dies()
    play >> _late(play, 0.2) >> play.absent() << StartTerminal
    play >> play.spawned()
    assert play.watch.agent is None
    play >> 1.0
    assert play.watch.process is not None
    assert play.watch.process.up
