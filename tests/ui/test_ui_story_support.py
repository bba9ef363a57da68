"""The support person's story: sees the sick terminal first, knows why, restarts it with one click, sees it done.

A real engine on simulated terminals. A silent robot in a living terminal is a person's business: the watchdog calls
and does not redeploy. Everything is found by its object name.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPushButton, QTableView, QTreeView, QWidget

from mt5console.app import window_access
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.main_window import MainWindow
from mt5console.ui.models.incidents_model import IncidentsModel
from mt5console.ui.models.journal_model import JournalModel
from mt5console.ui.pictures import TerminalPicture
from mt5console.ui.theme.look import look
from mt5console.ui.views.terminal_dock import TerminalDock
from mt5console.ui.widgets.lamp import LampLabel
from tests.story.desk import Desk, place

SOON_MS = 15_000
HEALED_MS = 90_000
WELL, SICK, SILENT = 1, 2, 3


@pytest.fixture(scope="module")
def story() -> Iterator[Desk]:
    """Three terminals with a robot each."""
    root = Path(tempfile.mkdtemp(prefix="mt5support-", dir=place()))
    desk = Desk(root / "base")
    try:
        desk.start_engine()
        desk.up(WELL, SICK, SILENT)
        yield desk
    finally:
        desk.end()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def person(story: Desk, qtbot: Any) -> Iterator[Support]:
    look().dress()
    desk = EngineDesk(window_access(story.layout, None))
    window = MainWindow(desk, asks_on_quit=False)
    window.resize(1440, 900)
    window.show()
    made = Support(qtbot, story, desk, window)
    made.waits(lambda: desk.connection.is_connected and len(desk.fleet.terminals) == 3)
    yield made
    window.close()
    assert desk.stop(2000)
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


class Support:
    """Looks and clicks."""

    def __init__(self, qtbot: Any, story: Desk, desk: EngineDesk, window: MainWindow) -> None:
        self.qtbot, self.story, self.desk, self.window = qtbot, story, desk, window

    def waits(self, condition: Callable[[], object], within_ms: int = SOON_MS) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=within_ms)

    def sees(self, kind: type[Any], name: str, within: QWidget | None = None) -> Any:
        """What a person can see under this name."""
        parent = within or self.window
        self.waits(lambda: any(one.isVisible() for one in parent.findChildren(kind, name)))
        return next(one for one in parent.findChildren(kind, name) if one.isVisible())

    def terminal(self, user_id: int) -> TerminalPicture:
        found = self.desk.fleet.terminal(user_id)
        assert found is not None
        return found

    def cards(self) -> list[str]:
        """Names of the cards as they stand, first one first."""
        named = [
            one for one in self.window.fleet_view.findChildren(QWidget) if one.objectName().startswith("terminal_")
        ]
        shown = [one for one in named if one.isVisible()]
        return [one.objectName() for one in sorted(shown, key=lambda one: (one.y(), one.x()))]

    def clicks_card(self, user_id: int) -> TerminalDock:
        card = self.sees(QWidget, f"terminal_{user_id}")
        spot = card.mapTo(self.window.fleet_view.viewport(), QPoint(20, 12))
        QTest.mouseClick(self.window.fleet_view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        dock: TerminalDock = self.sees(TerminalDock, "terminal_dock")
        self.waits(lambda: dock.user_id == user_id)
        return dock

    def page(self, dock: TerminalDock, name: str, kind: type[Any], widget: str) -> Any:
        """Choose a tab of the dock and look at its widget."""
        dock.show_page(name)
        return self.sees(kind, widget, dock)


@pytest.mark.slow
def test_support_sees_the_sick_terminal_first_knows_why_and_restarts_it_with_one_click(person, story):
    person.waits(lambda: all(one.state == "healthy" for one in person.desk.fleet.terminals), HEALED_MS)
    person.waits(lambda: person.cards() == ["terminal_1", "terminal_2", "terminal_3"])
    before = person.terminal(SICK).pid
    story.fault(SICK, "robot-freeze", "201")

    # The sick one comes first, and says so in words and shapes.
    person.waits(lambda: person.terminal(SICK).state == "degraded", HEALED_MS)
    person.waits(lambda: person.cards()[0] == f"terminal_{SICK}")
    dock = person.clicks_card(SICK)
    assert person.sees(LampLabel, "dock_state", dock).word == "Degraded"
    health = person.sees(QWidget, "health_panel", dock)
    person.waits(lambda: person.sees(LampLabel, "check_robots", health).lamp == "failing")
    assert person.sees(LampLabel, "check_ipc", health).lamp == "ok"
    person.waits(lambda: "robot 201 of user 2 does not beat" in person.sees(QLabel, "dock_incident", dock).text())

    # Why, and that nothing is done by itself: the trace.
    decisions = person.page(dock, "timeline", QListView, "decisions_list").model()
    person.waits(lambda: any("201" in told(decisions, row) for row in range(decisions.rowCount())))
    assert person.terminal(SICK).pid == before

    # One click on the card; it is told at once, and at its end what was seen.
    person.sees(QWidget, f"terminal_{SICK}").findChild(QPushButton, "restart_button").click()
    person.waits(lambda: person.sees(QLabel, "dock_activity", dock).text().startswith("Restart of user_2"), 2000)
    person.waits(lambda: person.terminal(SICK).state == "healthy", HEALED_MS)
    person.waits(lambda: person.sees(LampLabel, "dock_state", dock).word == "Healthy")
    assert person.terminal(SICK).pid != before
    assert person.terminal(SICK).beating == 1
    story.wait_idle(201)
    person.waits(lambda: not person.desk.running_operations(), HEALED_MS)
    person.waits(lambda: not story.incidents_of(SICK))
    person.waits(lambda: not dock.findChild(QLabel, "dock_incident").isVisible())

    # The traces of it: decision, journal, a mark on the robot's graph.
    person.waits(lambda: any("restart" in told(decisions, row) for row in range(decisions.rowCount())))
    journal = person.page(dock, "journal", QTableView, "journal_table").model()
    assert isinstance(journal, JournalModel)
    person.waits(lambda: any(journal.line(row).kind == "started" for row in range(journal.rowCount())))
    robots = person.page(dock, "robots", QTableView, "robots_table").model()
    assert robots.index(0, 0).data() == "201"
    person.waits(lambda: any(mark.kind == "restart" for mark in dock._ages.marks(201)))
    assert person.terminal(WELL).restarts_in_window == 0


@pytest.mark.slow
def test_support_takes_an_incident_on_goes_to_its_terminal_and_sees_its_end(person, story):
    person.waits(lambda: person.terminal(SILENT).state == "healthy", HEALED_MS)
    story.fault(SILENT, "robot-freeze", "301")
    person.waits(lambda: story.incidents_of(SILENT), HEALED_MS)
    person.window.show_page("incidents")
    page = person.sees(QWidget, "incidents_view")
    listed = person.sees(QTreeView, "incidents_list", page)
    model = listed.model()
    assert isinstance(model, IncidentsModel)
    person.waits(lambda: model.rowCount() == 1)
    assert "Robot" in model.index(0, 0).data()
    assert person.sees(QPushButton, "incident_act_button", page).text() == "Redeploy…"
    assert "301" in person.sees(QLabel, "incident_text", page).text()

    QTest.keyClicks(person.sees(QLineEdit, "acknowledge_reason", page), "Anna looks at the log")
    person.sees(QPushButton, "acknowledge_button", page).click()
    person.waits(lambda: story.open_incidents()[0]["acknowledged"] == "Anna looks at the log")
    person.waits(lambda: "Taken on" in model.index(0, 0, model.index(0, 0)).data())

    # From the incident to the terminal, and mended there.
    person.sees(QPushButton, "incident_terminal_button", page).click()
    dock = person.sees(TerminalDock, "terminal_dock")
    assert dock.user_id == SILENT
    person.sees(QPushButton, "dock_restart_button", dock).click()
    person.waits(lambda: not story.incidents_of(SILENT), HEALED_MS)
    person.waits(lambda: not person.desk.running_operations(), HEALED_MS)
    person.window.show_page("incidents")
    person.waits(lambda: model.rowCount() == 0)
    person.sees(QLabel, "no_incidents", page)
    page.show_cleared.click()
    person.waits(lambda: model.rowCount() == 1)
    assert model.index(0, 0).data() == "Cleared"


def told(model: Any, row: int) -> str:
    """A decision as a screen reader tells it."""
    return str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))
