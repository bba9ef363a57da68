"""The books of incidents and operations: what is opened once, grouped, ended, and never lost."""

from __future__ import annotations

import json

from mt5console.core.errors import RefusedForSafety, unknown_robot
from mt5console.core.history import codec
from mt5console.core.incident_book import IncidentBook
from mt5console.core.model.ids import Now, OperationId, RobotId, UserId
from mt5console.core.model.records import IncidentKind, OperationState
from mt5console.core.operation_book import OperationBook
from mt5console.core.watchdog.verdict import ClearIncident, OpenIncident

NOW = Now(mono_s=100.0, utc_s=1_000_000.0)
LATER = Now(mono_s=160.0, utc_s=1_000_060.0)


def stale(robot_id: int = 7, text: str = "robot 7 is silent", tried: str = "") -> OpenIncident:
    return OpenIncident(
        kind=IncidentKind.ROBOT_STALE, text=text, next_step="deploy it again", robot_id=RobotId(robot_id), tried=tried
    )


def link_out() -> OpenIncident:
    return OpenIncident(kind=IncidentKind.BROKER_DISCONNECTED, text="no broker link", next_step="wait")


def test_the_same_words_again_change_nothing() -> None:
    book = IncidentBook(1, ())
    assert len(book.open(UserId(1), stale(), NOW, 3)) == 1
    assert book.open(UserId(1), stale(), LATER, 3) == ()
    assert len(book.all_open()) == 1


def test_what_was_tried_is_added_to_the_open_incident() -> None:
    book = IncidentBook(1, ())
    (first,) = book.open(UserId(1), stale(), NOW, 3)
    (second,) = book.open(UserId(1), stale(tried="reattached"), LATER, 3)
    assert second.incident_id == first.incident_id
    assert second.opened_utc_s == NOW.utc_s
    assert second.tried == ("reattached",)


def test_a_cleared_incident_says_when_and_why_and_the_next_is_a_new_one() -> None:
    book = IncidentBook(4, ())
    (opened,) = book.open(UserId(1), stale(), NOW, 3)
    (cleared,) = book.clear(
        UserId(1), ClearIncident(kind=IncidentKind.ROBOT_STALE, why="it beats", robot_id=RobotId(7)), LATER
    )
    assert (cleared.cleared_utc_s, cleared.cleared_why) == (LATER.utc_s, "it beats")
    (again,) = book.open(UserId(1), stale(), LATER, 3)
    assert again.incident_id != opened.incident_id
    assert again.incident_id.startswith("i4-")


def test_many_lost_links_become_one_incident_and_end_as_one() -> None:
    book = IncidentBook(1, ())
    for user in (1, 2):
        book.open(UserId(user), link_out(), NOW, 6)
    assert {incident.user_id for incident in book.all_open()} == {1, 2}
    changed = book.open(UserId(3), link_out(), NOW, 6)
    assert [incident.user_id for incident in book.all_open()] == [None]
    assert sum(incident.cleared_utc_s is not None for incident in changed) == 2
    assert book.headline(UserId(2)) == book.all_open()[0].text
    back = ClearIncident(kind=IncidentKind.BROKER_DISCONNECTED, why="back")
    for user in (1, 2):
        assert book.clear(UserId(user), back, LATER) == ()
    (ended,) = book.clear(UserId(3), back, LATER)
    assert ended.user_id is None
    assert book.all_open() == ()


def test_open_incidents_of_an_earlier_engine_go_on() -> None:
    first = IncidentBook(1, ())
    first.open(UserId(1), stale(), NOW, 3)
    second = IncidentBook(2, first.all_open())
    assert second.open(UserId(1), stale(), LATER, 3) == ()


def test_the_book_knows_whose_deployment_stands_open_as_partial_also_in_the_next_engine() -> None:
    book = IncidentBook(1, ())
    wanted = OpenIncident(kind=IncidentKind.ROBOT_PARTIAL, text="no READY", next_step="look", robot_id=RobotId(7))
    book.open(UserId(1), stale(8), NOW, 3)
    book.open(UserId(1), wanted, NOW, 3)
    assert book.partial == IncidentBook(2, book.all_open()).partial == {RobotId(7)}
    book.clear(UserId(1), ClearIncident(kind=IncidentKind.ROBOT_PARTIAL, why="SUCCESS", robot_id=RobotId(7)), LATER)
    assert book.partial == frozenset()


def test_a_removed_user_leaves_nothing_open() -> None:
    book = IncidentBook(1, ())
    book.open(UserId(1), stale(), NOW, 3)
    book.open(UserId(2), stale(8), NOW, 3)
    assert len(book.forget_user(UserId(1), LATER)) == 1
    assert [incident.user_id for incident in book.all_open()] == [2]


def begun(book: OperationBook, kind: str = "deploy") -> OperationId:
    return book.begin(OperationId("o1"), kind, "test", NOW, robot_id=RobotId(7), timeout_s=30).operation_id


def test_an_operation_ends_once() -> None:
    book = OperationBook(())
    operation_id = begun(book)
    (done,) = book.done(operation_id, "seen", LATER, {"status": "SUCCESS"})
    assert (done.state, done.exit_code, done.ended_utc_s) == (OperationState.DONE, 0, LATER.utc_s)
    assert book.done(operation_id, "seen", LATER) == ()
    assert book.failed(operation_id, "late", "too late", LATER) == ()
    assert book.running() == ()


def test_an_exit_code_makes_an_end_that_did_not_succeed() -> None:
    book = OperationBook(())
    (ended,) = book.done(begun(book), "ended FAILED", LATER, {"status": "FAILED"}, exit_code=4)
    assert (ended.state, ended.exit_code) == (OperationState.FAILED, 4)
    assert ended.result == {"status": "FAILED"}


def test_refusals_keep_their_code_and_their_exit_code() -> None:
    book = OperationBook(())
    (refused,) = book.refused(begun(book), RefusedForSafety("live_not_confirmed", "add --live 5"), NOW)
    assert (refused.state, refused.exit_code) == (OperationState.REFUSED, 6)
    assert refused.error == {"code": "live_not_confirmed", "text": "add --live 5"}
    (unknown,) = book.refused(begun(book), unknown_robot(7), NOW)
    assert (unknown.state, unknown.exit_code) == (OperationState.REFUSED, 1)


def test_progress_is_told_once() -> None:
    book = OperationBook(())
    operation_id = begun(book)
    assert len(book.progress(operation_id, "compiling")) == 1
    assert book.progress(operation_id, "compiling") == ()
    assert book.progress(OperationId("other"), "compiling") == ()


def test_a_silenced_incident_stays_open_and_says_until_when() -> None:
    book = IncidentBook(1, ())
    (opened,) = book.open(UserId(1), stale(), NOW, 3)
    (silenced,) = book.silence(opened.incident_id, NOW.utc_s + 600, NOW)
    assert silenced.silenced_until_utc_s == NOW.utc_s + 600
    assert book.all_open() == (silenced,)
    (lifted,) = book.silence(opened.incident_id, None, LATER)
    assert lifted.silenced_until_utc_s is None


def test_what_comes_back_while_it_is_silenced_is_silent_too_and_later_it_is_not() -> None:
    book = IncidentBook(1, ())
    (opened,) = book.open(UserId(1), stale(), NOW, 3)
    book.silence(opened.incident_id, NOW.utc_s + 100, NOW)
    over = ClearIncident(kind=IncidentKind.ROBOT_STALE, why="it beats", robot_id=RobotId(7))
    book.clear(UserId(1), over, LATER)
    (again,) = book.open(UserId(1), stale(), LATER, 3)
    assert again.silenced_until_utc_s == NOW.utc_s + 100
    (other,) = book.open(UserId(1), stale(robot_id=8), LATER, 3)
    assert other.silenced_until_utc_s is None
    much_later = Now(mono_s=300.0, utc_s=NOW.utc_s + 200)
    book.clear(UserId(1), over, much_later)
    (third,) = book.open(UserId(1), stale(), much_later, 3)
    assert third.silenced_until_utc_s is None


def test_a_silence_outlives_the_engine_that_took_it_on() -> None:
    book = IncidentBook(1, ())
    (opened,) = book.open(UserId(1), stale(), NOW, 3)
    (silenced,) = book.silence(opened.incident_id, NOW.utc_s + 600, NOW)
    kept = codec.incident_from_json(json.loads(codec.dumps(codec.incident_to_json(silenced))))
    heir = IncidentBook(2, (kept,))
    (worse,) = heir.open(UserId(1), stale(text="robot 7 is silent for an hour"), LATER, 3)
    assert worse.silenced_until_utc_s == NOW.utc_s + 600


def test_an_instant_that_has_passed_silences_nothing_and_an_unknown_incident_changes_nothing() -> None:
    book = IncidentBook(1, ())
    (opened,) = book.open(UserId(1), stale(), NOW, 3)
    (same,) = book.silence(opened.incident_id, NOW.utc_s - 1, NOW)
    assert same.silenced_until_utc_s is None
    assert book.silence("i9-9", NOW.utc_s + 600, NOW) == ()
