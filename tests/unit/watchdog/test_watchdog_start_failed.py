"""A start that could not be carried out: told, and tried again where the cause may pass, else held for a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.model.commands import StartTerminal
from mt5console.core.model.desired import Run
from mt5console.core.model.facts import ActFailed, StorageSeen
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import Mode, StartTerminalRequest
from mt5console.core.watchdog.states import State


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("no_secret", IncidentKind.NO_SECRET),
        ("disk_full", IncidentKind.DISK_FULL),
        ("agent_refused", IncidentKind.START_FAILED),
        ("a_word_of_tomorrow", IncidentKind.START_FAILED),
    ],
)
def test_a_start_that_cannot_be_carried_out_is_an_incident_and_not_tried_blindly(play, code, kind) -> None:
    play >> play.absent() << StartTerminal
    play >> ActFailed(user_id=play.watch.user.user_id, act_id=play.last.act_id, code=code, text="it did not work")
    play >> 120.0
    assert play.watch.state is State.DOWN
    assert kind in play.open_kinds


def fail_start(play, code: str) -> None:
    act_id = play.watch.start.act_id
    play >> ActFailed(user_id=play.watch.user.user_id, act_id=act_id, code=code, text="it did not work")


@pytest.mark.parametrize("code", ["spawn_failed", "os_error", "no_permission", "write_failed", "keyring_failed"])
def test_an_automatic_start_that_failed_for_what_may_pass_is_told_and_tried_again(play, code) -> None:
    play >> play.absent() << StartTerminal
    fail_start(play, code)
    assert IncidentKind.START_FAILED in play.open_kinds
    assert play.watch.ladder.hold == ""
    assert any(line.startswith("ERROR: MT5 terminal could not be started (user 3") for line in play.lines)
    play >> play.policy.backoff_step_s - 0.5
    play >> 0.5 << StartTerminal
    play >> play.spawned()
    play >> 4.0
    assert (play.watch.state, play.open_kinds) == (State.HEALTHY, set())


def test_starts_that_go_on_failing_end_in_quarantine_within_the_budget(live) -> None:
    live >> live.absent() << StartTerminal
    began, instants = live.mono, [0.0]
    for _ in range(live.policy.restart_budget - 1):
        fail_start(live, "spawn_failed")
        while not live._pending:
            live._pass(0.5)
        instants.append(live.mono - began)
        live << StartTerminal
    assert instants == [0.0, 5.0, 15.0, 35.0, 75.0]
    fail_start(live, "spawn_failed")
    live >> 600.0
    assert live.watch.state is State.QUARANTINED
    assert {IncidentKind.START_FAILED, IncidentKind.QUARANTINED} <= live.open_kinds


def test_a_cause_that_passes_and_becomes_one_that_does_not_is_held_with_the_new_words(play) -> None:
    play >> play.absent() << StartTerminal
    fail_start(play, "spawn_failed")
    play >> play.policy.backoff_step_s << StartTerminal
    fail_start(play, "agent_refused")
    play >> 120.0
    assert play.watch.state is State.DOWN
    last = [opened for verdict in play.verdicts for opened in verdict.opened][-1]
    assert (last.kind, last.next_step) == (IncidentKind.START_FAILED, "mend the cause, then start or release it")


def test_a_persons_start_that_failed_is_told_and_waits_for_that_person(play) -> None:
    play.watch = replace(play.watch, user=replace(play.watch.user, run=Run.STOPPED))
    play >> play.absent()
    play >> play.asked(StartTerminalRequest(user_id=play.watch.user.user_id)) << StartTerminal
    fail_start(play, "spawn_failed")
    assert IncidentKind.START_FAILED in play.open_kinds
    play >> 120.0
    assert play.watch.state is State.DOWN
    play >> play.asked(StartTerminalRequest(user_id=play.watch.user.user_id)) << StartTerminal


def test_a_start_goes_on_once_there_is_room_on_the_disk_again(play) -> None:
    play >> play.absent() << StartTerminal
    user_id = play.watch.user.user_id
    play >> ActFailed(user_id=user_id, act_id=play.last.act_id, code="disk_full", text="no room")
    play >> 5.0
    play >> StorageSeen(user_id=user_id, free_bytes=10**9) << StartTerminal
    assert IncidentKind.DISK_FULL in play.cleared


def test_a_start_that_a_person_asked_for_fails_visibly_even_with_the_watchdog_off(play) -> None:
    play.watch = replace(play.watch, user=replace(play.watch.user, run=Run.STOPPED))
    play.fleet = replace(play.fleet, mode=Mode.OFF)
    play >> play.absent()
    play >> play.asked(StartTerminalRequest(user_id=play.watch.user.user_id)) << StartTerminal
    play >> ActFailed(user_id=play.watch.user.user_id, act_id=play.last.act_id, code="no_secret", text="no password")
    assert play.open_kinds == {IncidentKind.NO_SECRET}
