"""The desk with an engine that the test leads: pictures arrive, acts go out, a loss is said, an end is an end."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread

from mt5console.core.credentials import Secret
from mt5console.core.errors import EXIT_LOCKED
from mt5console.ui.bridge.access import EngineAccess
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.bridge.engine_process import EngineStarter
from mt5console.ui.pictures import Answer, FleetPicture
from tests.ui.fake_client import REFUSAL, FakeEngine


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def desk(engine: FakeEngine, qtbot) -> Iterator[EngineDesk]:
    made = EngineDesk(EngineAccess(find_client=engine.client, launch=None))
    yield made
    engine.holds.set()
    assert made.stop(3000)


@pytest.fixture
def connected(desk: EngineDesk, engine: FakeEngine, qtbot) -> EngineDesk:
    with qtbot.waitSignal(desk.fleet_changed, timeout=5000):
        desk.start()
    qtbot.waitUntil(lambda: desk.connection.is_connected and engine.is_followed, timeout=5000)
    return desk


def heard(signal) -> list:
    """Everything a signal carries from now on."""
    found: list = []
    signal.connect(found.append)
    return found


def answer_to(qtbot, desk: EngineDesk, answers: list[Answer], token: int) -> Answer:
    qtbot.waitUntil(lambda: any(answer.token == token for answer in answers), timeout=5000)
    return next(answer for answer in answers if answer.token == token)


def test_pictures_arrive_in_the_gui_thread_frozen_and_one_at_a_time(connected, engine, qtbot):
    here: list[bool] = []
    connected.fleet_changed.connect(lambda _picture: here.append(QThread.currentThread() is connected.thread()))
    pictures = heard(connected.fleet_changed)
    engine.tell_snapshot()
    qtbot.waitUntil(lambda: bool(pictures), timeout=5000)
    picture = pictures[0]
    assert isinstance(picture, FleetPicture)
    assert [terminal.user_id for terminal in picture.terminals] == [1, 2]
    assert connected.fleet is pictures[-1]
    assert all(here)
    with pytest.raises(dataclasses.FrozenInstanceError):
        picture.server = "other"
    assert "MainThread" not in engine.threads


def test_without_snapshots_the_status_is_asked_for(connected, qtbot):
    before = connected.fleet.sequence
    with qtbot.waitSignal(connected.fleet_changed, timeout=5000):
        pass
    assert connected.fleet.sequence > before


def test_an_act_is_answered_with_its_operation_and_followed_to_its_end(connected, engine, qtbot):
    answers, operations = heard(connected.answered), heard(connected.operation_changed)
    token = connected.ask("terminal_restart", {"user_id": 1})
    answer = answer_to(qtbot, connected, answers, token)
    assert answer.ok
    assert answer.value.is_running
    engine.tell_operation(answer.value.operation_id, "done", progress="it is in")
    qtbot.waitUntil(lambda: any(operation.state == "done" for operation in operations), timeout=5000)
    assert connected.operation(answer.value.operation_id).progress == "it is in"
    assert connected.running_operations() == ()
    assert engine.submitted == [("terminal_restart", {"user_id": 1})]


def test_news_that_overtake_the_answer_are_not_taken_back(connected, engine, qtbot):
    answers = heard(connected.answered)
    engine.tell_operation("op1", "done", progress="faster than the answer")
    qtbot.waitUntil(lambda: connected.operation("op1") is not None, timeout=5000)
    answer = answer_to(qtbot, connected, answers, connected.ask("reconnect", {"user_id": 1}))
    assert (answer.value.operation_id, answer.value.state) == ("op1", "done")


def test_a_refusal_is_an_answer_with_the_engines_words(connected, engine, qtbot):
    engine.refusal = REFUSAL
    answers = heard(connected.answered)
    answer = answer_to(qtbot, connected, answers, connected.ask("terminal_stop", {"user_id": 1}))
    assert (answer.ok, answer.error_code, answer.error_text) == (False, "confirm_live", "repeat the login")


def test_a_mistake_in_a_worker_is_an_answer_too_and_tells_no_secret(connected, qtbot):
    answers = heard(connected.answered)
    token = connected.read("add_user", user_id=1, login=1, server="S", password=Secret("hidden-word"))
    answer = answer_to(qtbot, connected, answers, token)
    assert (answer.ok, answer.error_code) == (False, "internal")
    assert "hidden-word" not in repr(answer)


def test_every_carrier_may_be_held_and_the_window_still_ends_in_time(connected, engine, qtbot):
    engine.holds.clear()
    tokens = [connected.read("decisions", user_id=1) for _ in range(8)]
    assert len(set(tokens)) == 8
    began = time.monotonic()
    assert connected.stop(2000)
    assert time.monotonic() - began < 2.0


def test_reading_gives_pictures(connected, qtbot):
    answers = heard(connected.answered)
    decisions = answer_to(qtbot, connected, answers, connected.read("decisions", user_id=2)).value
    assert (decisions[0].user_id, decisions[0].why) == (2, "a test")
    beats = answer_to(qtbot, connected, answers, connected.read("fleet_heartbeats", robot_ids=(101, 201))).value
    assert dict(beats) == {101: ((990.0, 1.01),), 201: ((990.0, 2.01),)}


def test_a_journal_is_read_on_from_where_the_last_reading_ended(connected, qtbot):
    answers = heard(connected.answered)

    def lines(**arguments) -> list[str]:
        answer = answer_to(qtbot, connected, answers, connected.read("journal", **arguments))
        return [line.text for line in answer.value]

    assert lines(user_id=1, fresh=True) == ["1 after ''"]
    assert lines(user_id=1) == ["1 after '+'"]
    assert lines(user_id=1) == ["1 after '++'"]
    assert lines(user_id=2) == ["2 after ''"]
    assert lines(user_id=1, fresh=True) == ["1 after ''"]


def test_what_cannot_be_read_is_a_programmers_mistake(desk):
    with pytest.raises(ValueError, match="weather"):
        desk.read("weather")


def test_before_the_start_and_without_an_engine_an_asker_gets_an_answer(desk, engine, qtbot):
    answers = heard(desk.answered)
    assert answer_to(qtbot, desk, answers, desk.ask("reconnect", {})).error_code == "no_engine"
    engine.is_alive = False
    desk.start()
    qtbot.waitUntil(lambda: desk.connection.state == "gone", timeout=5000)
    assert answer_to(qtbot, desk, answers, desk.read("users")).error_code == "no_engine"


def test_a_read_only_desk_refuses_acts_and_reads_on(engine, qtbot):
    desk = EngineDesk(EngineAccess(find_client=engine.client, launch=None), read_only=True)
    desk.start()
    qtbot.waitUntil(lambda: desk.connection.is_connected, timeout=5000)
    answers = heard(desk.answered)
    for token in (desk.ask("terminal_stop", {"user_id": 1}), desk.read("remove_user", user_id=1), desk.end_engine()):
        assert answer_to(qtbot, desk, answers, token).error_code == "read_only"
    assert answer_to(qtbot, desk, answers, desk.read("decisions", user_id=1)).ok
    assert engine.submitted == []
    assert not engine.stopped
    assert desk.stop()


def test_incidents_are_kept_and_cleared_and_stand_in_the_fleet(connected, engine, qtbot):
    shape = {"incident_id": "i1", "kind": "ipc_dead", "user_id": 1, "opened_at": 5.0, "text": "t", "cleared_at": None}
    engine.log.add("incident", shape)
    qtbot.waitUntil(lambda: len(connected.incidents) == 1, timeout=5000)
    engine.tell_snapshot()
    qtbot.waitUntil(lambda: len(connected.fleet.incidents) == 1, timeout=5000)
    engine.log.add("incident", {**shape, "cleared_at": 9.0})
    qtbot.waitUntil(lambda: connected.incidents == (), timeout=5000)


def test_a_loss_is_said_and_what_ran_is_asked_after_when_another_engine_answers(connected, engine, qtbot):
    answers, said = heard(connected.answered), heard(connected.connection_changed)
    answer = answer_to(qtbot, connected, answers, connected.ask("terminal_restart", {"user_id": 1}))
    engine.tell_operation(answer.value.operation_id, "running", progress="closing")
    qtbot.waitUntil(lambda: connected.operation("op1").progress == "closing", timeout=5000)
    engine.die()
    qtbot.waitUntil(lambda: connected.connection.state == "gone", timeout=2000)
    assert said[0].state == "lost"
    engine.operations["op1"] = {**engine.operations["op1"], "state": "failed", "error": {"code": "x", "text": "lost"}}
    engine.revive()
    qtbot.waitUntil(lambda: connected.connection.is_connected, timeout=5000)
    assert connected.connection.words
    qtbot.waitUntil(lambda: connected.operation("op1").state == "failed", timeout=5000)
    assert connected.operation("op1").error_text == "lost"


def test_old_ends_are_no_news_to_a_new_window_but_what_runs_is(desk, engine, qtbot):
    engine.tell_operation("old", "running")
    engine.tell_operation("old", "done")
    engine.tell_operation("young", "running")
    operations = heard(desk.operation_changed)
    desk.start()
    qtbot.waitUntil(lambda: bool(operations), timeout=5000)
    assert {operation.operation_id for operation in operations} == {"young"}


def test_an_engine_that_is_ended_on_purpose_is_not_started_again(engine, qtbot):
    launched: list[int] = []

    def launch() -> Child:
        launched.append(1)
        return Child()

    desk = EngineDesk(EngineAccess(find_client=engine.client, launch=launch))
    desk.start()
    qtbot.waitUntil(lambda: desk.connection.is_connected, timeout=5000)
    answers = heard(desk.answered)
    assert answer_to(qtbot, desk, answers, desk.end_engine()).ok
    assert engine.stopped
    engine.die()
    qtbot.waitUntil(lambda: desk.connection.state == "gone", timeout=5000)
    assert launched == []
    assert desk.stop()


def test_a_desk_that_was_never_started_stops_at_once(desk):
    assert desk.stop(100)


class Child:
    """An engine process that ends when the test says so."""

    def __init__(self) -> None:
        self.exit_code: int | None = None

    def poll(self) -> int | None:
        return self.exit_code


class Launcher:
    def __init__(self) -> None:
        self.children: list[Child] = []
        self.failure: OSError | None = None

    def __call__(self) -> Child:
        if self.failure is not None:
            raise self.failure
        self.children.append(Child())
        return self.children[-1]


@pytest.fixture
def launcher() -> Launcher:
    return Launcher()


def test_one_engine_is_started_and_awaited(launcher):
    starter = EngineStarter(launcher)
    assert [starter.step(at).state for at in (0.0, 0.2, 5.0)] == ["starting"] * 3
    assert len(launcher.children) == 1
    assert "does not answer yet" in starter.step(30.0).words


def test_an_engine_that_was_well_is_started_again_at_once_when_it_is_lost(launcher):
    starter = EngineStarter(launcher)
    starter.step(0.0)
    starter.note_connected()
    launcher.children[0].exit_code = -9
    starter.note_lost(60.0)
    assert "started again" in starter.step(60.1).words
    assert len(launcher.children) == 2


def test_a_foreign_engine_that_is_lost_is_replaced_too(launcher):
    starter = EngineStarter(launcher)
    starter.note_connected()
    starter.note_lost(60.0)
    starter.step(60.1)
    assert len(launcher.children) == 1


def test_a_lock_that_somebody_silent_holds_is_said_and_not_worked_around(launcher):
    starter = EngineStarter(launcher)
    starter.step(0.0)
    launcher.children[0].exit_code = EXIT_LOCKED
    picture = starter.step(1.0)
    assert picture.state == "gone"
    assert "Another engine holds" in picture.words
    assert starter.step(2.0) == picture
    assert len(launcher.children) == 1
    starter.step(10.0)
    assert len(launcher.children) == 2


def test_an_engine_that_ends_at_once_is_tried_again_with_growing_pauses(launcher):
    starter, at, pauses = EngineStarter(launcher), 0.0, []
    for _ in range(6):
        before = len(launcher.children)
        began = at
        while len(launcher.children) == before:
            starter.step(at)
            at += 0.5
        pauses.append(at - began)
        launcher.children[-1].exit_code = 1
    assert pauses[1] < pauses[2] < pauses[3] < pauses[4]
    assert "exit code 1" in starter.step(at).words


def test_a_program_that_cannot_be_started_is_said(launcher):
    launcher.failure = OSError("no such program")
    picture = EngineStarter(launcher).step(0.0)
    assert picture.state == "gone"
    assert "no such program" in picture.words


def test_a_window_that_only_attaches_says_how_to_start_an_engine():
    picture = EngineStarter(None).step(0.0)
    assert picture.state == "gone"
    assert "watchdog run" in picture.words
