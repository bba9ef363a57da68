"""The dock as a person uses it: what it says about a terminal, what it reads, and what it asks for."""

from __future__ import annotations

import re
import statistics
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QElapsedTimer, QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QListView, QPushButton, QTableView, QWidget

from mt5console.ui.models import robots_model
from mt5console.ui.models.journal_model import JournalModel
from mt5console.ui.models.robots_model import ROBOT_LAMPS, robot_words
from mt5console.ui.pictures import (
    DecisionPicture,
    DeploymentPicture,
    IdentityPicture,
    JournalLinePicture,
    OperationPicture,
)
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.views import terminal_dock
from mt5console.ui.views.sight import LATE_AFTER_S
from mt5console.ui.views.terminal_dock import PAGES, TerminalDock
from mt5console.ui.widgets.lamp import LampLabel
from tests.fakes.fake_desk import FakeDesk
from tests.fakes.fleet_pictures import fleet_of_states

NOW = fleet_of_states(["healthy"]).at_utc_s
FLEET = fleet_of_states(["healthy", "degraded", "unknown", "down"])
HEALTHY, SICK, DARK, DOWN = 1, 2, 3, 4


@pytest.fixture
def desk(qapp) -> FakeDesk:
    made = FakeDesk()
    made.fleet = FLEET
    return made


@pytest.fixture
def dock(desk, qtbot):
    look().dress()
    made = TerminalDock(desk)
    qtbot.addWidget(made)
    made.set_fleet(desk.fleet)
    made.resize(470, 760)
    made.show()
    yield made
    made.hide()


def shown(dock: TerminalDock, name: str, kind: type = QWidget):
    """The widget of this object name, which a person can see."""
    found = dock.findChild(kind, name)
    assert found is not None, name
    assert found.isVisible(), name
    return found


def click(dock: TerminalDock, name: str) -> None:
    QTest.mouseClick(shown(dock, name, QPushButton), Qt.MouseButton.LeftButton)


def heard(signal) -> list[tuple]:
    found: list[tuple] = []
    signal.connect(lambda *what: found.append(what))
    return found


def page_text(page: QWidget) -> str:
    """All words of a page, those of painted lines too."""
    words = []
    for child in page.findChildren(QWidget):
        if child.isVisible():
            text = getattr(child, "text", None)
            words.append(str(text() if callable(text) else text) if text is not None else "")
    return "\n".join(words)


def graph(dock: TerminalDock, qtbot):
    """The focused robot's graph: made after the page was painted."""
    dock.show_page("robots")
    qtbot.waitUntil(lambda: dock.robots.chart is not None)
    chart = dock.robots.chart
    qtbot.waitUntil(lambda: chart.isVisible() and bool(chart.accessibleName()))
    return chart


def decision(number: int, **changes) -> DecisionPicture:
    told = DecisionPicture(
        at_utc_s=NOW - number, user_id=SICK, before="healthy", after="degraded", trigger="probe silent",
        decided=f"decision {number}", why="1 of 3", next="again in 6 s",
    )  # fmt: skip
    return replace(told, **changes)


# ---- health -----------------------------------------------------------------------------------------------------


def test_the_sick_terminal_says_what_is_wrong_in_words_and_shapes(dock):
    dock.show_user(SICK)
    health = shown(dock, "health_panel")
    assert shown(dock, "dock_state", LampLabel).word == "Degraded"
    assert "at least one check" in shown(dock, "dock_words").text()
    assert "silent for 41 s" in shown(dock, "dock_incident").text()
    lamps = {
        name: health.findChild(LampLabel, f"check_{name}").lamp for name in ("process", "ipc", "account", "robots")
    }
    assert lamps == {"process": "ok", "ipc": "failing", "account": "unknown", "robots": "failing"}
    assert "no answer within 5 s" in page_text(health)
    assert "11 s" in page_text(health)


def test_what_is_unknown_is_said_to_be_unknown_and_nothing_is_lit_as_well(dock):
    dock.show_user(DARK)
    assert all(lamp.lamp != "ok" for lamp in dock.findChildren(LampLabel))
    assert dock.health.facts.value("CPU") == "–"
    assert dock.health.facts.value("Uptime") == "unknown"


def test_another_identity_shows_what_was_expected_and_what_is_seen(dock, desk):
    wrong = IdentityPicture(what="account", expected="1@A", seen="2@B", ok=False)
    right = IdentityPicture(what="data path", expected="/here", seen="/here", ok=True)
    desk.fleet = replace(FLEET, terminals=(replace(FLEET.terminals[0], identity=(wrong, right)),))
    dock.set_fleet(desk.fleet)
    dock.show_user(HEALTHY)
    words = page_text(dock.health)
    assert "1@A" in words
    assert "seen: 2@B" in words
    assert "differs" in words
    assert "as expected" in words


def test_old_news_looks_old_and_nothing_stays_green(dock, monkeypatch):
    dock.show_user(HEALTHY)
    assert dock.health.findChild(LampLabel, "check_process").lamp == "ok"
    monkeypatch.setattr(QElapsedTimer, "elapsed", lambda _self: int(1000 * (LATE_AFTER_S + 7)))
    dock._on_tick()
    assert "No news for 12 s" in shown(dock, "dock_late").text()
    assert dock.health.findChild(LampLabel, "check_process").lamp == "unknown"
    assert shown(dock, "dock_state", LampLabel).lamp == "unknown"
    assert "12 s" in page_text(dock.health)


def test_a_terminal_that_is_down_can_be_started_and_not_restarted(dock):
    asked = heard(dock.act_asked)
    dock.show_user(DOWN)
    click(dock, "dock_restart_button")
    assert asked == [("start", DOWN, None)]


# ---- acts -------------------------------------------------------------------------------------------------------


def test_acts_and_dialogs_go_out_with_the_terminal_that_is_shown(dock):
    acts, dialogs, menus = heard(dock.act_asked), heard(dock.dialog_asked), heard(dock.menu_asked)
    dock.show_user(SICK)
    click(dock, "dock_deploy_button")
    click(dock, "dock_restart_button")
    click(dock, "dock_more_button")
    assert dialogs == [("deploy", SICK, None)]
    assert acts == [("restart", SICK, None)]
    assert menus[0][0] == SICK
    assert isinstance(menus[0][1], QPoint)


def test_pausing_entries_asks_for_every_robot_that_may_open(dock):
    asked = heard(dock.act_asked)
    dock.show_user(HEALTHY)
    click(dock, "dock_pause_button")
    assert asked == [("pause_entries", HEALTHY, robot_id) for robot_id in (100, 101, 102)]


def test_a_robot_that_is_on_no_chart_is_not_asked_to_pause(dock):
    asked = heard(dock.act_asked)
    picture = FLEET.terminals[0]
    gone = replace(picture.robot_pictures[0], state="suspended")
    dock.set_fleet(replace(FLEET, terminals=(replace(picture, robot_pictures=(gone, *picture.robot_pictures[1:])),)))
    dock.show_user(HEALTHY)
    dock.show_page("robots")
    assert not shown(dock, "robot_pause_button", QPushButton).isEnabled()
    assert "taken off  ·  on no chart  ·  sequence" in page_text(dock.robots)
    click(dock, "dock_pause_button")
    assert asked == [("pause_entries", HEALTHY, robot_id) for robot_id in (101, 102)]
    dock.set_fleet(replace(FLEET, terminals=(replace(picture, robot_pictures=(gone,)),)))
    assert not shown(dock, "dock_pause_button", QPushButton).isEnabled()


def test_on_a_real_account_the_button_says_live(dock):
    dock.show_user(HEALTHY)
    assert "LIVE" not in shown(dock, "dock_restart_button").text()
    dock.show_user(3)
    real = replace(FLEET.terminals[0], trade_mode="real")
    dock.set_fleet(replace(FLEET, terminals=(real,)))
    dock.show_user(HEALTHY)
    assert "LIVE" in shown(dock, "dock_restart_button").text()


def test_an_act_shows_its_progress_at_once_and_then_what_was_seen(dock, desk):
    dock.show_user(SICK)
    desk.tell(
        OperationPicture(operation_id="1", kind="terminal_restart", user_id=SICK, state="running", progress="closing")
    )
    assert shown(dock, "dock_activity").text() == "Restart of user_2: closing"
    desk.tell(OperationPicture(operation_id="9", kind="terminal_stop", user_id=HEALTHY, state="running", progress="no"))
    assert shown(dock, "dock_activity").text() == "Restart of user_2: closing"
    desk.tell(
        OperationPicture(operation_id="1", kind="terminal_restart", user_id=SICK, state="done", progress="login seen")
    )
    assert shown(dock, "dock_activity").text() == "Restart of user_2: login seen"
    dock.show_user(HEALTHY)
    assert "no" in shown(dock, "dock_activity").text()


def test_a_window_that_only_shows_offers_no_acts(desk, qtbot):
    desk.read_only = True
    dock = TerminalDock(desk)
    qtbot.addWidget(dock)
    dock.set_fleet(desk.fleet)
    dock.show()
    dock.show_user(SICK)
    assert not any(
        button.isVisible()
        for button in dock.header.findChildren(QPushButton)
        if button.objectName().startswith("dock_")
    )
    dock.show_page("settings")
    assert not any(button.isVisible() for button in dock.settings.findChildren(QPushButton))
    dock.hide()


def test_escape_closes_the_dock(dock, qtbot):
    dock.show_user(SICK)
    dock.activateWindow()
    dock.setFocus()
    with qtbot.waitSignal(dock.closed):
        click_close = dock.header.close_button
        click_close.click()
    assert dock.isHidden()


# ---- robots -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ROBOT_LAMPS)
def test_a_robots_state_is_read_whole_in_the_dock_of_the_smallest_screen(dock, qapp, state):
    dock.resize(458, 640)
    dock.show_user(HEALTHY)
    dock.show_page("robots")
    qapp.processEvents()
    table = shown(dock, "robots_table", QTableView)
    assert not table.isColumnHidden(robots_model.STATE)
    room = table.columnWidth(robots_model.STATE) - 2 * look().px(6)
    assert look().metrics(FontRole.BASE).horizontalAdvance(robot_words(state)) <= room


def test_the_focused_robot_has_a_graph_that_is_made_only_when_it_is_looked_at(dock, desk, qtbot):
    dock.show_user(SICK)
    assert dock.robots.chart is None
    graph(dock, qtbot)
    table = shown(dock, "robots_table", QTableView)
    assert table.model().rowCount() == 3
    told = re.match(r"Heartbeat age, now (\d+) s; stale from 15 s", shown(dock, "age_chart").accessibleName())
    assert told is not None
    # The beat was 41 s old when the picture was made, and has grown older by as long as this test takes.
    assert 41 <= int(told[1]) < 60
    table.selectRow(1)
    assert dock.robots.robot_id == 201
    assert desk.last("deployments").arguments["robot_id"] == 201


def test_the_past_is_read_once_and_shown_in_the_graph(dock, desk):
    dock.show_user(SICK)
    assert desk.last("fleet_heartbeats").arguments["robot_ids"] == (200, 201, 202)
    past = tuple((NOW - 60 + second, 0.5) for second in range(50))
    desk.answer("fleet_heartbeats", {200: past, 201: (), 202: ()})
    assert dock._ages.points(200) == (*past, (NOW, 41.0))


def test_the_graph_can_be_zoomed_by_keys_and_goes_back_to_now(dock, qtbot):
    dock.show_user(SICK)
    chart = graph(dock, qtbot)
    assert chart.view_range() == pytest.approx((NOW - 300, NOW), abs=2)
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    left, right = chart.view_range()
    assert right - left == pytest.approx(210, abs=2)
    assert not chart.is_following
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.view_range()[0] < left
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.is_following
    assert chart.view_range() == pytest.approx((NOW - 300, NOW), abs=2)


def test_restarts_and_deployments_are_marked_on_the_graph(dock, desk, qtbot):
    dock.show_user(SICK)
    graph(dock, qtbot)
    desk.answer("decisions", (decision(100, acts=("StartTerminal",)), decision(120)))
    told = DeploymentPicture(deployment_id="d", robot_id=200, user_id=SICK, started_utc_s=NOW - 50, status="SUCCESS")
    desk.answer("deployments", (told,))
    marks = [(mark.kind, mark.utc_s) for mark in dock._ages.marks(200)]
    assert marks == [("restart", NOW - 100), ("deployment", NOW - 50)]
    assert len(dock.robots.chart._mark_items) == 2


def test_acts_on_the_focused_robot_name_it(dock):
    acts, dialogs = heard(dock.act_asked), heard(dock.dialog_asked)
    dock.show_user(SICK)
    dock.show_page("robots")
    dock.robots.focus_robot(202)
    for name in ("robot_deploy_button", "robot_pause_button", "robot_remove_button"):
        click(dock, name)
    assert dialogs == [("deploy", SICK, 202)]
    assert acts == [("pause_entries", SICK, 202), ("remove_robot", SICK, 202)]


# ---- timeline ---------------------------------------------------------------------------------------------------


def test_the_timeline_tells_what_happened_what_was_decided_why_and_what_comes_next(dock, desk):
    dock.show_user(SICK)
    desk.answer("decisions", (decision(5), decision(40, before="down", after="healthy")))
    dock.show_page("timeline")
    view = shown(dock, "timeline_view")
    listed = view.findChild(QListView, "decisions_list")
    assert listed.model().rowCount() == 2
    told = listed.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert all(part in told for part in ("probe silent", "decision 5", "1 of 3", "next: again in 6 s"))
    assert [band.state for band in dock.timeline.strip.bands] == ["unknown", "healthy", "degraded"]
    assert "Degraded" in dock.timeline.strip.accessibleName()
    assert listed.visualRect(listed.model().index(0, 0)).height() > 3 * listed.fontMetrics().height()
    assert "decision 5" in page_text(dock.health).lower() or dock.decisions.decisions[0].decided == "decision 5"


def test_the_trace_is_read_again_when_the_terminal_changes_and_not_at_every_picture(dock, desk, monkeypatch):
    dock.show_user(SICK)
    desk.answer("decisions", ())
    monkeypatch.setattr(terminal_dock.DecisionFeed, "_ask", counted := Counted(terminal_dock.DecisionFeed._ask))
    for _ in range(5):
        dock.set_fleet(desk.fleet)
    before = counted.count
    changed = replace(FLEET.terminals[1], state="closing")
    monkeypatch.setattr(QElapsedTimer, "elapsed", lambda _self: 1500)
    dock.set_fleet(replace(FLEET, at_utc_s=NOW + 1, terminals=(changed,)))
    assert counted.count == before + 1


class Counted:
    """Calls through, and counts."""

    def __init__(self, inner) -> None:
        self.inner = inner
        self.count = 0

    def __get__(self, instance, _owner):
        def call() -> None:
            self.count += 1
            self.inner(instance)

        return call


# ---- journal ----------------------------------------------------------------------------------------------------


def line(number: int, **changes) -> JournalLinePicture:
    told = JournalLinePicture(time=f"2026-01-02T03:04:{number % 60:02d}.000", category="Network", text=f"line {number}")
    return replace(told, **changes)


def test_the_journal_is_read_only_while_it_is_looked_at_and_follows_its_end(dock, desk, qtbot):
    dock.show_user(SICK)
    assert not any(asked.what == "journal" for asked in desk.asked)
    dock.show_page("journal")
    assert desk.last("journal").arguments == {"user_id": SICK, "fresh": True}
    desk.answer("journal", tuple(line(number) for number in range(300)))
    table = dock.journal.table
    bar = table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    dock.journal._ask()
    assert desk.last("journal").arguments == {"user_id": SICK, "fresh": False}
    desk.answer("journal", (line(300, log="experts"),))
    assert dock.journal.model.rowCount() == 301
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    assert "301 lines" in shown(dock, "journal_count").text()


def test_whoever_scrolls_back_is_not_torn_away(dock, desk, qtbot):
    dock.show_user(SICK)
    dock.show_page("journal")
    desk.answer("journal", tuple(line(number) for number in range(300)))
    table = dock.journal.table
    QTest.keyClick(table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not dock.journal.follow.isChecked())
    dock.journal._ask()
    desk.answer("journal", (line(301),))
    assert table.verticalScrollBar().value() == 0


def test_the_journal_is_searched_and_filtered(dock, desk):
    dock.show_user(SICK)
    dock.show_page("journal")
    desk.answer("journal", (line(1), line(2, kind="connection_lost"), line(3), line(33, log="experts")))
    search = shown(dock, "journal_search", QLineEdit)
    QTest.keyClicks(search, "line 3")
    assert dock.journal.table.currentIndex().row() == 3
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert dock.journal.table.currentIndex().row() == 2
    assert "2 match" in shown(dock, "journal_count").text()
    assert "line 3" in shown(dock, "journal_line").text()
    chooser = shown(dock, "journal_filter", QComboBox)
    counts = {}
    for place in range(chooser.count()):
        chooser.setCurrentIndex(place)
        counts[chooser.currentText()] = dock.journal.model.rowCount()
    assert counts == {"All lines": 4, "Problems": 1, "Terminal": 3, "Experts": 1, "Matching lines": 2}


def test_another_terminal_has_another_journal(dock, desk):
    dock.show_user(SICK)
    dock.show_page("journal")
    late = desk.last("journal")
    dock.show_user(HEALTHY)
    assert desk.last("journal").arguments == {"user_id": HEALTHY, "fresh": True}
    desk.answered.emit(replace_answer(late.token, (line(1),)))
    assert dock.journal.model.total == 0
    desk.refuse("journal", "no_engine", "No engine answers now.")
    assert "No engine answers now." in shown(dock, "journal_count").text()


def replace_answer(token: int, value):
    from mt5console.ui.pictures import Answer

    return Answer(token=token, ok=True, value=value, what="journal")


def test_a_hundred_new_lines_cost_little_while_they_are_followed(dock, desk, qapp):
    dock.show_user(SICK)
    dock.show_page("journal")
    desk.answer("journal", tuple(line(number) for number in range(5000)))
    qapp.processEvents()
    pixmap = QPixmap(dock.journal.table.viewport().size())
    spent = []
    for batch in range(8):
        began = time.thread_time()
        dock.journal.take([line(batch * 100 + number) for number in range(100)])
        dock.journal.table.viewport().render(pixmap)
        spent.append(time.thread_time() - began)
    assert statistics.median(spent) < 0.03
    assert isinstance(dock.journal.model, JournalModel)


# ---- settings ---------------------------------------------------------------------------------------------------


def test_settings_ask_for_maintenance_start_stop_and_dialogs(dock, desk):
    acts, dialogs = heard(dock.act_asked), heard(dock.dialog_asked)
    dock.show_user(DOWN)
    dock.show_page("settings")
    click(dock, "maintenance_30_min")
    asked = desk.last("maintenance").arguments
    assert asked["user_id"] == DOWN
    assert asked["until_utc_s"] == pytest.approx(NOW + 1800, abs=5)
    click(dock, "maintenance_until")
    click(dock, "settings_start")
    click(dock, "settings_remove")
    assert acts == [("start", DOWN, None)]
    assert dialogs == [("maintenance", DOWN, None), ("remove_user", DOWN, None)]
    under = replace(FLEET.terminals[3], maintenance_until_utc_s=NOW + 1800)
    dock.set_fleet(replace(FLEET, terminals=(under,)))
    assert "30 min left" in dock.settings.maintenance.text()
    click(dock, "maintenance_end")
    assert desk.last("maintenance").arguments == {"user_id": DOWN, "until_utc_s": None}


def test_a_password_goes_to_the_engine_as_a_secret_and_its_field_is_emptied(dock, desk):
    dock.show_user(DOWN)
    dock.show_page("settings")
    click(dock, "settings_password")
    dialog = dock.findChild(QWidget, "password_dialog")
    field = dialog.findChild(QLineEdit, "password_field")
    assert field.echoMode() is QLineEdit.EchoMode.Password
    QTest.keyClicks(field, "canary-31")
    QTest.mouseClick(dialog.findChild(QPushButton, "set_password_button"), Qt.MouseButton.LeftButton)
    asked = desk.last("set_password").arguments
    assert asked["user_id"] == DOWN
    assert asked["password"].reveal() == "canary-31"
    assert "canary-31" not in repr(asked)
    assert field.text() == ""
    stored = heard(dialog.changed)
    desk.answer("set_password", {"user_id": DOWN})
    assert stored == [(DOWN,)]


# ---- all of it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("user_id", [HEALTHY, SICK, DARK, DOWN])
def test_every_page_paints_in_every_theme_and_names_what_can_be_used(dock, theme, user_id, qapp):
    look().use_theme(theme)
    dock.show_user(user_id)
    for name in PAGES:
        dock.show_page(name)
        qapp.processEvents()
        assert dock.grab().toImage().size().height() >= 760
    nameless = [
        button.objectName()
        for button in dock.findChildren(QPushButton)
        if button.isVisible() and not (button.text() or button.accessibleName())
    ]
    assert nameless == []
    look().use_theme("dark")


def test_sizes_follow_the_font(dock, qapp):
    dock.show_user(SICK)
    qapp.processEvents()
    before = dock.header.name.fontMetrics().height()
    look().use_scale(1.5)
    qapp.processEvents()
    after = dock.header.name.fontMetrics().height()
    look().use_scale(1.0)
    assert after > 1.3 * before
