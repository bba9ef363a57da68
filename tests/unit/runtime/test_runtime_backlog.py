"""Facts that wait: nothing that happened is lost, nothing that is merely repeated piles up."""

from __future__ import annotations

from mt5console.core.model.facts import (
    Fact,
    FilesRead,
    HeartbeatSeen,
    JournalSeen,
    ProcessAbsent,
    ProcessExited,
    ProcessSeen,
    ProcessUsageSeen,
    RobotErrorSeen,
    RobotForgotten,
)
from mt5console.core.model.ids import DeploymentId, RobotId, UserId
from mt5console.core.model.observed import Heartbeat, JournalEntry, JournalKind, RobotError
from mt5console.runtime.backlog import ERRORS_KEPT, JOURNAL_KEPT, Backlog

ONE, TWO = UserId(1), UserId(2)


def beat(user_id: UserId, robot_id: int, sequence: int) -> HeartbeatSeen:
    heartbeat = Heartbeat(
        robot_id=RobotId(robot_id),
        deployment_id=DeploymentId("d"),
        sequence=sequence,
        utc_s=float(sequence),
        tick_ms=0,
        ticks=0,
        last_quote_utc_s=None,
        trade_allowed=True,
    )
    return HeartbeatSeen(user_id=user_id, beat=heartbeat, age_s=0.5)


def usage(rss_bytes: int) -> ProcessUsageSeen:
    return ProcessUsageSeen(user_id=ONE, cpu_percent=1.0, rss_bytes=rss_bytes)


def taken(*facts: Fact) -> list[Fact]:
    backlog = Backlog()
    for fact in facts:
        backlog.add(fact)
    return backlog.take()


def test_of_each_robots_beats_and_each_terminals_cost_the_newest_waits() -> None:
    facts = [beat(ONE, 7, 1), beat(ONE, 8, 1), beat(TWO, 7, 1), usage(1), beat(ONE, 7, 2), usage(2)]
    assert taken(*facts) == [beat(ONE, 8, 1), beat(TWO, 7, 1), beat(ONE, 7, 2), usage(2)]


def test_signs_of_life_come_first_and_all_else_keeps_its_order() -> None:
    exited = ProcessExited(user_id=ONE, pid=4, exit_code=1)
    forgotten = RobotForgotten(robot_id=RobotId(9))
    assert taken(exited, forgotten, beat(TWO, 7, 1)) == [beat(TWO, 7, 1), exited, forgotten]


def test_scans_that_say_the_same_wait_once_but_not_across_an_end() -> None:
    absent, seen = ProcessAbsent(user_id=ONE), ProcessSeen(user_id=ONE, pid=5, started_utc_s=1.0)
    exited = ProcessExited(user_id=ONE, pid=5, exit_code=None)
    assert taken(absent, absent, seen, seen, exited, seen) == [absent, seen, exited, seen]


def test_a_journal_waits_with_its_newest_lines_in_order() -> None:
    lines = [
        JournalSeen(
            user_id=ONE,
            entry=JournalEntry(time="", kind=JournalKind.OTHER, level=0, category="", text=str(number)),
        )
        for number in range(JOURNAL_KEPT + 5)
    ]
    assert taken(*lines) == lines[5:]


def test_of_a_robots_errors_the_newest_wait_in_order() -> None:
    """A robot may report one at every tick."""
    errors = [
        RobotErrorSeen(user_id=ONE, robot_id=RobotId(7), error=RobotError(utc_s=float(number), code=1, text="no"))
        for number in range(ERRORS_KEPT + 5)
    ]
    other = RobotErrorSeen(user_id=ONE, robot_id=RobotId(8), error=RobotError(utc_s=0.0, code=1, text="no"))
    assert taken(other, *errors) == [other, *errors[5:]]


def test_of_the_passes_over_the_files_one_waits() -> None:
    assert taken(FilesRead(), FilesRead()) == [FilesRead()]


def test_what_was_taken_waits_no_more() -> None:
    backlog = Backlog()
    backlog.add(usage(1))
    assert len(backlog) == 1
    assert backlog.take() == [usage(1)]
    assert backlog.take() == []
