"""Events and operations as clients follow them: numbered, waited for, bounded, and never a hang at the end."""

from __future__ import annotations

import threading

from mt5console.core.model.ids import Now, OperationId
from mt5console.core.operation_book import OperationBook
from mt5console.runtime.events import KEPT, EventLog
from mt5console.runtime.operations import Operations

NOW = Now(mono_s=1.0, utc_s=1.0)
WAIT_S = 10.0


def test_events_are_numbered_and_given_from_where_a_reader_was() -> None:
    log = EventLog()
    for number in range(3):
        log.add("incident", {"n": number})
    assert [event["number"] for event in log.after(1, 0.0)] == [2, 3]
    assert log.after(3, 0.0) == []


def test_a_waiting_reader_is_woken_by_the_next_event() -> None:
    log, got = EventLog(), []
    reader = threading.Thread(target=lambda: got.extend(log.after(0, WAIT_S)))
    reader.start()
    while not log.followed:
        threading.Event().wait(0.001)
    log.add("incident", {})
    reader.join(WAIT_S)
    assert [event["type"] for event in got] == ["incident"]


def test_a_number_from_another_engines_life_starts_anew() -> None:
    log = EventLog()
    log.add("snapshot", {})
    assert len(log.after(5000, 0.0)) == 1


def test_old_events_are_let_go() -> None:
    log = EventLog()
    for _ in range(KEPT + 10):
        log.add("incident", {})
    assert len(log.after(0, 0.0)) == KEPT


def test_a_closing_log_wakes_its_readers() -> None:
    log = EventLog()
    reader = threading.Thread(target=lambda: log.after(0, WAIT_S))
    reader.start()
    while not log.followed:
        threading.Event().wait(0.001)
    log.close()
    reader.join(WAIT_S)
    assert not reader.is_alive()


def test_an_operations_end_is_waited_for() -> None:
    book, operations = OperationBook(()), Operations()
    operations.put(book.begin(OperationId("o1"), "deploy", "test", NOW))
    assert operations.get(OperationId("o1"), 0.0, until_ended=True) is not None
    ends = threading.Timer(0.05, lambda: [operations.put(end) for end in book.done(OperationId("o1"), "seen", NOW)])
    ends.start()
    found = operations.get(OperationId("o1"), WAIT_S, until_ended=True)
    assert found is not None
    assert found.state.value == "done"
    ends.join()
    assert operations.get(OperationId("o2"), 0.0, until_ended=True) is None


def test_of_the_snapshots_only_the_newest_is_kept() -> None:
    log = EventLog()
    for number in range(3):
        log.add("snapshot", {"n": number})
    assert [event["data"]["n"] for event in log.after(0, 0.0)] == [2]
