"""The models of dock and pages: what they show for what came, and that they are models as Qt wants them."""

from __future__ import annotations

import itertools
import statistics
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from mt5console.core.model.records import IncidentKind
from mt5console.ui.models import incidents_model, journal_model, robots_model, timeline_model
from mt5console.ui.models.incident_causes import CAUSES, cause_of
from mt5console.ui.models.incidents_model import IncidentsModel, where_words
from mt5console.ui.models.journal_model import JournalFilter, JournalModel
from mt5console.ui.models.robots_model import ROBOT_LAMPS, ChartMark, RobotAges, RobotsModel, robot_lamp, robot_words
from mt5console.ui.models.timeline_model import Band, DecisionsModel, StateLog, bands_of, change_of, sentence_of
from mt5console.ui.pictures import (
    CheckPicture,
    DecisionPicture,
    FleetPicture,
    IncidentPicture,
    JournalLinePicture,
    RobotPicture,
    TerminalPicture,
)

NOW = 1_767_323_045.0


def robot(robot_id: int, age: float | None = 0.4, **changes) -> RobotPicture:
    picture = RobotPicture(
        robot_id=robot_id, symbol="EURUSD", timeframe="H1", state="beating", heartbeat_age_s=age, sequence=7,
        deployment_id="d-1", entries="open",
    )  # fmt: skip
    return replace(picture, **changes)


def terminal(*robots: RobotPicture, pid: int = 10) -> TerminalPicture:
    return TerminalPicture(user_id=1, name="user_1", pid=pid, robot_pictures=robots)


def line(text: str, **changes) -> JournalLinePicture:
    return replace(JournalLinePicture(time="2026-01-02T03:04:05.678", category="Trades", text=text), **changes)


def incident(number: int, kind: str = "algo_off", **changes) -> IncidentPicture:
    picture = IncidentPicture(
        incident_id=f"i-{number}", kind=kind, user_id=number, opened_utc_s=NOW - 60 * number, text=f"text {number}",
        next_step="do this",
    )  # fmt: skip
    return replace(picture, **changes)


def decision(at: float, before: str, after: str, decided: str = "decided") -> DecisionPicture:
    return DecisionPicture(at_utc_s=at, user_id=1, before=before, after=after, decided=decided, trigger="seen")


def cell(model, row: int, column: int, parent=None) -> str:
    index = model.index(row, column) if parent is None else model.index(row, column, parent)
    return model.data(index)


# ---- robots -----------------------------------------------------------------------------------------------------


def test_robots_are_rows_by_id_with_every_cell_in_words(qtmodeltester):
    model, ages = RobotsModel(), RobotAges()
    ages.note(terminal(robot(302), robot(301)), NOW)
    model.set_robots((robot(302), robot(301, None, state="missing", deployment_id=None)), ages)
    qtmodeltester.check(model)
    assert cell(model, 0, robots_model.ROBOT) == "301"
    assert cell(model, 0, robots_model.NOW) == "–"
    assert cell(model, 1, robots_model.NOW) == "0.4 s"
    assert cell(model, 1, robots_model.CHART) == "EURUSD H1"
    assert model.row_of(302) == 1
    assert model.row_of(None) is None


def test_an_age_goes_on_growing_while_no_picture_comes():
    model = RobotsModel()
    model.set_robots((robot(1, 0.4),), RobotAges(), late_s=30.0)
    assert cell(model, 0, robots_model.NOW) == "30 s"


def test_rows_stay_while_ages_change(qtbot):
    model, ages = RobotsModel(), RobotAges()
    model.set_robots((robot(1), robot(2)), ages)
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_robots((robot(2, 9.0), robot(1, 8.0)), ages)
    assert cell(model, 0, robots_model.NOW) == "8.0 s"


def test_a_robot_state_that_is_not_known_is_never_lit_as_well():
    assert robot_lamp("beating") == "ok"
    assert robot_lamp("something new") == "unknown"
    assert [state for state, lamp in ROBOT_LAMPS.items() if lamp == "ok"] == ["beating"]


def test_a_robot_that_may_open_nothing_is_not_said_to_be_of_another_version():
    assert robot_words("not_desired") == "opens nothing"


def test_ages_are_one_a_second_the_worst_of_each_and_gaps_stay_gaps():
    ages = RobotAges(kept_s=5)
    ages.note(terminal(robot(1, 0.5)), NOW)
    ages.note(terminal(robot(1, 0.9)), NOW + 0.5)
    ages.note(terminal(robot(1, None)), NOW + 1)
    ages.note(terminal(robot(1, 2.0)), NOW + 2)
    assert ages.by_second(1) == (None, None, 0.9, None, 2.0)


def test_what_the_engine_remembers_comes_before_what_was_seen():
    ages = RobotAges(kept_s=60)
    ages.note(terminal(robot(1, 0.5)), NOW)
    ages.preload(1, [(NOW - 100, 9.0), (NOW - 10, 3.0), (NOW + 1, 99.0)])
    assert ages.points(1) == ((NOW - 10, 3.0), (NOW, 0.5))


def test_a_restart_and_a_deployment_are_marked():
    ages = RobotAges()
    ages.note(terminal(robot(1), pid=10), NOW)
    ages.note(terminal(robot(1), pid=11), NOW + 1)
    ages.note(terminal(robot(1, deployment_id="d-2"), pid=11), NOW + 2)
    assert [(mark.utc_s, mark.kind) for mark in ages.marks(1)] == [(NOW + 1, "restart"), (NOW + 2, "deployment")]


def test_what_the_engine_tells_and_what_was_seen_of_one_restart_is_one_mark():
    ages = RobotAges()
    ages.note(terminal(robot(1), pid=10), NOW)
    ages.note(terminal(robot(1), pid=11), NOW + 3)
    ages.tell(None, "restart", [ChartMark(utc_s=NOW + 1, kind="restart", words="start it again")])
    ages.tell(2, "deployment", [ChartMark(utc_s=NOW, kind="deployment", words="of another robot")])
    assert [mark.words for mark in ages.marks(1)] == ["start it again"]


def test_a_clock_that_was_set_back_begins_the_ages_anew():
    ages = RobotAges(kept_s=5)
    ages.note(terminal(robot(1, 0.5)), NOW)
    ages.note(terminal(robot(1, 0.7)), NOW - 3600)
    assert ages.points(1) == ((NOW - 3600, 0.7),)


# ---- journal ----------------------------------------------------------------------------------------------------


def test_journal_lines_are_rows_and_only_what_the_filter_lets_through_is_shown(qtmodeltester):
    model = JournalModel()
    model.append([line("one"), line("two", log="experts"), line("three", kind="connection_lost")])
    qtmodeltester.check(model)
    assert cell(model, 0, journal_model.TIME) == "03:04:05.678"
    model.set_filter(JournalFilter(log="experts"))
    assert [model.line(row).text for row in range(model.rowCount())] == ["two"]
    model.set_filter(JournalFilter(problems=True))
    assert model.append([line("four"), line("five", level=2)]) == 1
    assert [model.line(row).text for row in range(model.rowCount())] == ["three", "five"]
    model.set_filter(JournalFilter(text=" TWO"))
    assert [model.line(row).text for row in range(model.rowCount())] == ["two"]
    qtmodeltester.check(model)
    assert model.total == 5


def test_finding_goes_round_the_end_both_ways():
    model = JournalModel()
    model.append([line("apple"), line("pear"), line("Apple pie")])
    assert model.find("apple", 1) == 2
    assert model.find("pear", 2) == 1
    assert model.find("apple", 1, forward=False) == 0
    assert model.find("plum", 0) is None
    assert model.matches("APPLE") == (0, 2)


@settings(max_examples=25, deadline=None)
@given(
    batches=st.lists(st.integers(1, 900), min_size=1, max_size=40),
    problems=st.booleans(),
)
def test_however_many_lines_come_the_newest_are_kept_and_nothing_is_mixed_up(batches, problems):
    model = JournalModel()
    model.set_filter(JournalFilter(problems=problems))
    number = 0
    for size in batches:
        model.append([line(str(number + place), level=(number + place) % 2) for place in range(size)])
        number += size
    assert model.total <= journal_model.KEPT_LINES
    told = [int(model.line(row).text) for row in range(model.rowCount())]
    kept = range(number - model.total, number)
    assert told == [n for n in kept if n % 2 or not problems]


def test_the_oldest_lines_go_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(journal_model, "KEPT_LINES", 100)
    monkeypatch.setattr(journal_model, "DROPPED_AT_ONCE", 10)
    model = JournalModel()
    for number in range(150):
        model.append([line(str(number))])
    assert model.total <= 100
    assert model.line(model.rowCount() - 1).text == "149"
    assert int(model.line(0).text) == 150 - model.total


def test_a_hundred_lines_are_taken_in_little_time():
    model = JournalModel()
    model.append([line(f"line {number}") for number in range(5000)])
    spent = []
    for _ in range(20):
        began = time.thread_time()
        model.append([line(f"line {number}") for number in range(100)])
        spent.append(time.thread_time() - began)
    assert statistics.median(spent) < 0.006


# ---- timeline ---------------------------------------------------------------------------------------------------


def test_bands_follow_the_decisions_and_reach_until_now():
    told = (decision(NOW - 10, "starting", "healthy"), decision(NOW - 30, "down", "starting"))
    assert bands_of(told, [(NOW - 1, "healthy")], NOW - 60, NOW) == (
        Band(state="unknown", start_utc_s=NOW - 60, end_utc_s=NOW - 30),
        Band(state="starting", start_utc_s=NOW - 30, end_utc_s=NOW - 10),
        Band(state="healthy", start_utc_s=NOW - 10, end_utc_s=NOW),
    )


def states(decisions, seen=()) -> list[str]:
    return [band.state for band in bands_of(decisions, seen, NOW - 60, NOW)]


def test_what_was_seen_counts_more_than_what_was_decided():
    told = (decision(NOW - 5, "healthy", "healthy"), decision(NOW - 30, "down", "starting"))
    seen = [(NOW - 20, "healthy"), (NOW - 10, "degraded")]
    assert states(told, seen) == ["unknown", "healthy", "degraded"]


def test_where_witnesses_differ_the_state_between_them_is_unknown_unless_it_passes_by_itself():
    assert states((decision(NOW - 10, "starting", "healthy"), decision(NOW - 30, "healthy", "down"))) == ["unknown"]
    assert states((decision(NOW - 10, "healthy", "healthy"), decision(NOW - 30, "down", "starting"))) == [
        "unknown",
        "healthy",
        "unknown",
    ]


def test_the_log_of_states_begins_when_the_checks_last_changed():
    log = StateLog()
    checks = {name: CheckPicture(ok=True, changed_utc_s=NOW - 40) for name in ("process", "ipc", "account", "robots")}
    well = replace(terminal(), state="healthy", **checks)
    for at, picture in ((NOW, well), (NOW + 1, well), (NOW + 2, replace(well, state="down"))):
        log.note(FleetPicture(at_utc_s=at, terminals=(picture,)))
    assert log.seen(1) == ((NOW - 40, "healthy"), (NOW + 2, "down"))
    assert log.seen(2) == ()


STATE_NAMES = st.sampled_from(["healthy", "down", "starting", "unknown"])


@given(
    changes=st.lists(st.tuples(st.floats(-100, 10), STATE_NAMES, STATE_NAMES), max_size=12),
    seen=st.lists(st.tuples(st.floats(-100, 0), STATE_NAMES), max_size=6),
)
def test_bands_cover_the_whole_time_without_gap_or_overlap(changes, seen):
    told = tuple(decision(NOW + at, before, after) for at, before, after in sorted(changes, reverse=True))
    bands = bands_of(told, [(NOW + at, state) for at, state in sorted(seen)], NOW - 60, NOW)
    assert bands[0].start_utc_s == NOW - 60
    assert bands[-1].end_utc_s == NOW
    assert all(one.end_utc_s == other.start_utc_s for one, other in itertools.pairwise(bands))


def test_new_decisions_are_put_in_above_those_that_are_read(qtbot, qtmodeltester):
    model = DecisionsModel()
    old = (decision(NOW - 10, "a", "a", "old"),)
    model.set_decisions(old, NOW)
    with qtbot.waitSignal(model.rowsInserted), qtbot.assertNotEmitted(model.modelReset):
        model.set_decisions((decision(NOW, "a", "a", "new"), *old), NOW)
    assert model.data(model.index(0, 0)) == "new"
    assert model.data(model.index(1, 0), timeline_model.DECISION_ROLE) is old[0]
    qtmodeltester.check(model)


def test_a_decision_is_told_whole():
    told = DecisionPicture(trigger="process ended", decided="start it", why="1 of 5", next="in 2 s", observed_only=True)
    assert sentence_of(told) == "process ended · Would have: start it · 1 of 5 · next: in 2 s"
    assert change_of(decision(NOW, "down", "starting")) == "Down → Starting"
    assert change_of(decision(NOW, "down", "down")) == ""


# ---- incidents --------------------------------------------------------------------------------------------------


def test_incidents_are_grouped_by_cause_the_worst_first_and_cleared_ones_last(qtmodeltester):
    model = IncidentsModel()
    told = [
        incident(1),
        incident(2),
        incident(3, "wrong_identity"),
        incident(4, "robot_stale", cleared_utc_s=NOW - 200),
    ]
    assert model.set_incidents(told, NOW)
    qtmodeltester.check(model)
    assert [cell(model, row, 0) for row in range(model.rowCount())] == [
        "Wrong identity",
        "Algo trading off",
        "Cleared",
    ]
    algo = model.index(1, 0)
    assert cell(model, 1, incidents_model.WHERE) == "2 open"
    assert cell(model, 1, incidents_model.AGE) == "2 m 00 s"
    assert [cell(model, row, 0, algo) for row in range(2)] == ["Text 1", "Text 2"]
    assert cell(model, 0, incidents_model.AGE, model.index(2, 0)) == "was 40 s"
    assert model.incident(model.index_of("i-2")).user_id == 2
    assert model.incident(algo) is None
    assert not model.index_of("i-9").isValid()


def test_growing_ages_do_not_move_rows(qtbot):
    model = IncidentsModel()
    model.set_incidents([incident(1)], NOW)
    with qtbot.assertNotEmitted(model.modelReset):
        assert not model.set_incidents([incident(1, acknowledged="seen")], NOW + 10)
    assert cell(model, 0, 0, model.index(0, 0)) == "Taken on: text 1"
    assert cell(model, 0, incidents_model.AGE, model.index(0, 0)) == "1 m 10 s"


def test_an_incident_of_many_terminals_says_so():
    assert where_words(incident(1, user_id=None)) == "all terminals"
    assert where_words(incident(3, robot_id=302)) == "user_3 · robot 302"


def test_every_kind_of_incident_has_a_title_a_meaning_and_a_rank_of_its_own():
    assert set(CAUSES) == {kind.value for kind in IncidentKind}
    assert len({cause.rank for cause in CAUSES.values()}) == len(CAUSES)
    assert len({cause.title for cause in CAUSES.values()}) == len(CAUSES)
    assert all(cause.means and bool(cause.act) == bool(cause.button) for cause in CAUSES.values())
    assert cause_of("something_new").title == "Something new"


@pytest.mark.parametrize("model", [RobotsModel, JournalModel, DecisionsModel, IncidentsModel])
def test_an_empty_model_is_a_model(model, qapp, qtmodeltester):
    made = model()
    qtmodeltester.check(made)
    assert made.rowCount() == 0
    assert made.headerData(99, Qt.Orientation.Horizontal) in (None, 100, "100")
