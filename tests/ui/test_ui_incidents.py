"""The pages of incidents and of the server, as a person uses them: causes, next steps, taking on; room for another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTreeView, QWidget

from mt5console.ui.models.incident_causes import CAUSES, next_act
from mt5console.ui.pictures import ConnectionPicture, FleetPicture, IncidentPicture, OperationPicture
from mt5console.ui.theme.look import look
from mt5console.ui.views.incidents_view import IncidentsView
from mt5console.ui.views.server_view import ServerView, builds_of, room_for_another, sum_of
from mt5console.ui.window.tray import Alerts
from tests.fakes.fake_desk import FakeDesk
from tests.fakes.fleet_pictures import fleet_of_states

FLEET = replace(
    fleet_of_states(["healthy", "degraded", "quarantined"]),
    free_bytes=50 * 2**30,
    recommended_terminals=10,
    generation=4,
)
FLEET = replace(FLEET, terminals=tuple(replace(one, trade_allowed=False) for one in FLEET.terminals))
NOW = FLEET.at_utc_s
GIB = 2**30


def incident(incident_id: str, kind: str, user_id: int | None = 2, **changes) -> IncidentPicture:
    told = IncidentPicture(
        incident_id=incident_id, kind=kind, user_id=user_id, opened_utc_s=NOW - 61, text=f"what happened to {user_id}",
        next_step="do what helps", tried=("first try", "second try"),
    )  # fmt: skip
    return replace(told, **changes)


QUARANTINED = incident("i1", "quarantined", 3)
STALE = incident("i2", "robot_stale", robot_id=201)
OUTAGE = incident("i3", "broker_disconnected", None)


@pytest.fixture
def desk(qapp) -> FakeDesk:
    made = FakeDesk()
    made.fleet = FLEET
    return made


@pytest.fixture
def page(desk, qtbot):
    look().dress()
    made = IncidentsView(desk)
    qtbot.addWidget(made)
    made.resize(1100, 640)
    made.show()
    desk.fleet_changed.emit(FLEET)
    desk.incidents_changed.emit((STALE, OUTAGE, QUARANTINED))
    yield made
    made.hide()


def shown(page: QWidget, name: str, kind: type = QWidget):
    found = page.findChild(kind, name)
    assert found is not None, name
    assert found.isVisible(), name
    return found


def heard(signal) -> list[tuple]:
    found: list[tuple] = []
    signal.connect(lambda *what: found.append(what))
    return found


# ---- incidents --------------------------------------------------------------------------------------------------


def test_open_incidents_come_by_cause_the_worst_first_and_the_worst_is_chosen(page):
    model = shown(page, "incidents_list", QTreeView).model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == [
        "Quarantined",
        "Broker link lost",
        "Robot silent",
    ]
    assert page.count.text() == "3 open"
    assert shown(page, "incident_text").text() == "What happened to 3"
    assert page.detail.means.text() == CAUSES["quarantined"].means
    assert page.detail.next_step.text() == "Do what helps"
    assert page.detail.tried.text() == "· first try\n· second try"
    assert "1 m 01 s" in page.detail.where.text()


@pytest.mark.parametrize(
    ("told", "act", "dialog"),
    [
        (QUARANTINED, ("release", 3, None), None),
        (STALE, None, ("deploy", 2, 201)),
        (incident("a", "algo_off"), ("enable_algo", 2, None), None),
        (incident("b", "closed_by_hand"), ("start", 2, None), None),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_the_next_step_is_a_button(page, desk, told, act, dialog):
    acts, dialogs = heard(page.act_asked), heard(page.dialog_asked)
    desk.incidents_changed.emit((told,))
    QTest.mouseClick(shown(page, "incident_act_button"), Qt.MouseButton.LeftButton)
    assert acts == ([act] if act else [])
    assert dialogs == ([dialog] if dialog else [])


@pytest.mark.parametrize("kind", [kind for kind, cause in CAUSES.items() if cause.act in ("start", "enable_algo")])
def test_a_quarantined_terminal_is_offered_its_release_and_not_what_is_refused_until_then(page, desk, kind):
    acts = heard(page.act_asked)
    desk.incidents_changed.emit((incident("i9", kind, 3),))
    button = shown(page, "incident_act_button", QPushButton)
    assert button.text() == "Release…"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert acts == [("release", 3, None)]
    released = tuple(replace(one, state="down") if one.user_id == 3 else one for one in FLEET.terminals)
    desk.fleet = replace(FLEET, terminals=released)
    desk.fleet_changed.emit(desk.fleet)
    assert button.text() == CAUSES[kind].button


def test_a_switch_that_is_on_is_not_offered_to_be_switched_on():
    """The account forbids robots then: with the investor's password, or by the broker's setting."""
    assert next_act("algo_off", "degraded") == ("enable_algo", "Enable algo trading…")
    assert next_act("algo_off", "degraded", switch_is_on=True) == ("set_password", "Set password…")


def test_no_act_is_offered_on_two_processes_of_one_directory():
    assert next_act("terminal_frozen", "conflict") == ("", "")
    assert next_act("terminal_frozen", "wrong_identity") == ("release", "Release…")
    assert next_act("robot_stale", "quarantined") == ("redeploy", "Redeploy…")


def test_where_there_is_nothing_to_click_there_is_no_button(page, desk):
    desk.incidents_changed.emit((OUTAGE,))
    assert not page.detail.act.isVisible()
    assert not page.detail.open_terminal.isVisible()


def test_the_terminal_of_an_incident_is_a_click_away(page):
    wanted = heard(page.terminal_wanted)
    QTest.mouseClick(shown(page, "incident_terminal_button"), Qt.MouseButton.LeftButton)
    assert wanted == [(3,)]


def test_an_incident_is_taken_on_with_a_reason_and_not_without(page, desk):
    button = shown(page, "acknowledge_button", QPushButton)
    assert not button.isEnabled()
    field = shown(page, "acknowledge_reason", QLineEdit)
    QTest.keyClicks(field, "Anna looks")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.last("acknowledge").arguments == {"incident_id": "i1", "reason": "Anna looks"}
    desk.take("acknowledge", "op")
    desk.tell(OperationPicture(operation_id="op", kind="acknowledge", state="done"))
    assert shown(page, "incidents_news").text() == "Acknowledged."
    desk.incidents_changed.emit((STALE, OUTAGE, replace(QUARANTINED, acknowledged="Anna looks")))
    assert page.detail.taken.text() == "Anna looks"
    assert page.detail.incident.incident_id == "i1"


def test_a_refusal_is_said_in_its_words(page, desk):
    QTest.keyClicks(shown(page, "acknowledge_reason"), "why")
    page.detail.acknowledge.click()
    desk.refuse("acknowledge", "unknown_incident", "That incident is over.")
    assert shown(page, "incidents_news").text() == "That incident is over."


def test_what_is_chosen_stays_chosen_while_others_come_and_go(page, desk):
    page.choose("i2")
    assert page.detail.incident == STALE
    desk.incidents_changed.emit((incident("i9", "wrong_identity", 1), STALE, QUARANTINED))
    assert page.detail.incident == STALE
    desk.incidents_changed.emit((QUARANTINED,))
    assert page.detail.incident == QUARANTINED


def test_a_reader_of_the_screen_hears_how_bad_it_is_and_no_name_of_a_colour(page, desk):
    for told, words in ((QUARANTINED, "(failing)"), (replace(QUARANTINED, cleared_utc_s=NOW), "(at rest)")):
        page.detail.show_incident(told, NOW)
        assert page.detail.cause.accessibleDescription() == f"what happened to 3 {words}"


def test_what_is_over_is_shown_on_request_with_its_end_and_its_length(page, desk):
    over = incident("i0", "terminal_down", cleared_utc_s=NOW - 21, cleared_why="healthy again")
    page.show_cleared.click()
    desk.answer("incidents", (QUARANTINED, over))
    page.choose("i0")
    assert "healthy again" in page.detail.over.text()
    assert "lasted 40 s" in page.detail.where.text()
    assert not page.detail.act.isVisible()
    assert not page.detail.acknowledge.isVisible()
    page.show_cleared.click()
    assert page.model.rowCount() == 3


def test_nothing_wrong_and_nothing_known_are_two_things(page, desk, qtbot):
    desk.incidents_changed.emit(())
    assert shown(page, "no_incidents").text() == "Nothing is wrong that the engine knows of."
    desk.fleet = FleetPicture()
    empty = IncidentsView(desk)
    qtbot.addWidget(empty)
    empty.show()
    assert "Not known yet" in shown(empty, "no_incidents").text()
    empty.hide()


def test_a_window_that_only_shows_takes_nothing_on(desk, qtbot):
    desk.read_only, desk.incidents = True, (QUARANTINED,)
    page = IncidentsView(desk)
    qtbot.addWidget(page)
    page.show()
    assert page.detail.incident == QUARANTINED
    assert not page.detail.act.isVisible()
    assert not page.detail.acknowledge.isVisible()
    page.hide()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_both_pages_paint_in_both_themes(page, desk, qtbot, qapp, theme):
    look().use_theme(theme)
    server = ServerView(desk)
    qtbot.addWidget(server)
    server.show()
    qapp.processEvents()
    grounds = {one.grab().toImage().pixelColor(2, 2).name() for one in (page, server)}
    assert len(grounds) == 1
    server.hide()
    look().use_theme("dark")


# ---- server -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "free", "advised", "answer", "lamp"),
    [
        (3, 50 * GIB, 10, "Yes", "ok"),
        (9, 50 * GIB, 10, "Yes", "ok"),
        (10, 50 * GIB, 10, "Not recommended", "warning"),
        (3, 1 * GIB, 10, "No", "failing"),
        (3, None, 10, "Unknown", "unknown"),
        (3, 50 * GIB, None, "Unknown", "unknown"),
    ],
)
def test_whether_another_terminal_fits(count, free, advised, answer, lamp):
    fleet = replace(fleet_of_states(["healthy"] * count), free_bytes=free, recommended_terminals=advised)
    room = room_for_another(fleet)
    assert (room.answer, room.lamp) == (answer, lamp)
    assert room.why


def test_sums_say_what_they_do_not_know():
    assert sum_of([1.0, None, 2.0]) == (3.0, 1)
    assert sum_of([None]) == (None, 1)
    assert sum_of([]) == (None, 0)


def test_builds_are_told_with_who_runs_them_the_unknown_last():
    one, two, three = FLEET.terminals
    mixed = (replace(one, build=5200), replace(two, build=None), replace(three, build=5430))
    assert builds_of(mixed) == ((5430, ("user_3",)), (5200, ("user_1",)), (None, ("user_2",)))


def test_the_server_page_tells_load_sums_builds_and_engine(desk, qtbot):
    server = ServerView(desk)
    qtbot.addWidget(server)
    server.resize(1100, 640)
    server.show()
    mixed = (replace(FLEET.terminals[0], build=5200), *FLEET.terminals[1:])
    desk.fleet_changed.emit(replace(FLEET, terminals=mixed))
    assert shown(server, "room_for_another").word == "Yes"
    assert server.sums.value("Robots") == "5 of 9 beating"
    assert server.sums.value("Memory").endswith(("MB", "GB"))
    assert "5200 to 5430" in server.skew.text()
    assert server.engine.value("Engine start") == "number 4 of this directory"
    assert server.engine.value("Newest picture") == "just now"
    desk.connection_changed.emit(ConnectionPicture(state="lost", words="The engine does not answer."))
    assert server.connection.lamp == "failing"
    assert server.connection_words.text() == "The engine does not answer."
    server.hide()


def test_before_the_first_picture_the_server_page_knows_nothing(desk, qtbot):
    desk.fleet, desk.connection = FleetPicture(), ConnectionPicture(state="starting", words="Looking …")
    server = ServerView(desk)
    qtbot.addWidget(server)
    server.show()
    assert shown(server, "room_for_another").lamp == "unknown"
    assert server.engine.value("Newest picture") == "none yet"
    assert server.sums.value("Memory") == "unknown"
    server.hide()


def test_alerts_of_an_incident_are_silenced_for_a_time_and_lifted_again(page, desk):
    assert not page.findChild(QPushButton, "silence_end").isVisible()
    QTest.mouseClick(shown(page, "silence_7200", QPushButton), Qt.MouseButton.LeftButton)
    asked = desk.last("silence").arguments
    assert asked["incident_id"] == "i1"
    assert asked["until_utc_s"] == pytest.approx(desk.fleet.at_utc_s + 7200, abs=30)
    desk.take("silence", "op")
    desk.tell(OperationPicture(operation_id="op", kind="silence", state="done", progress="silenced"))
    assert shown(page, "incidents_news").text() == "Silenced."
    silent = replace(QUARANTINED, silenced_until_utc_s=asked["until_utc_s"])
    desk.incidents_changed.emit((STALE, OUTAGE, silent))
    assert page.detail.silence.text().startswith("Silent until ")
    assert not page.findChild(QPushButton, "silence_7200").isVisible()
    QTest.mouseClick(shown(page, "silence_end", QPushButton), Qt.MouseButton.LeftButton)
    assert desk.last("silence").arguments == {"incident_id": "i1", "until_utc_s": None}


def test_a_silent_incident_alerts_nobody_until_its_time_is_over():
    alerts = Alerts()
    assert alerts.fresh((), 0.0) == ()
    silent = replace(STALE, silenced_until_utc_s=100.0)
    assert alerts.fresh((silent, OUTAGE), 50.0) == (OUTAGE,)
    assert alerts.fresh((silent, OUTAGE), 99.0) == ()
    assert alerts.fresh((silent, OUTAGE), 101.0) == (silent,)
    assert alerts.fresh((silent, OUTAGE), 102.0) == ()
