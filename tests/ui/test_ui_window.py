"""The main window with an engine that the test leads: what is clicked is asked for, what is said is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QWidget

from mt5console.core.watchdog.requests import ENDED_BY_RELEASE
from mt5console.ui.bridge.access import EngineAccess
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.main_window import MainWindow
from mt5console.ui.pictures import IncidentPicture
from mt5console.ui.theme.look import look
from mt5console.ui.window.menus import terminal_entries
from mt5console.ui.window.remembered import Remembered
from tests.ui.fake_client import REFUSAL, FakeEngine, terminal_shape


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(3)


Opener = Callable[..., MainWindow]


@pytest.fixture
def opened(engine: FakeEngine, qtbot) -> Iterator[Opener]:
    """Opens windows over the engine, and ends them."""
    windows: list[MainWindow] = []

    def open_window(*, read_only: bool = False, asks: bool = False, remembered: Remembered | None = None) -> MainWindow:
        look().dress()
        desk = EngineDesk(EngineAccess(find_client=engine.client, launch=None), read_only=read_only)
        window = MainWindow(desk, remembered, asks_on_quit=asks)
        windows.append(window)
        window.show()
        qtbot.waitUntil(lambda: len(window.fleet_view.shown) == 3, timeout=10_000)
        return window

    yield open_window
    for window in windows:
        window._asks_on_quit = False
        window.close()
        assert window._desk.stop(2000)
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    look().use_theme("dark")


@pytest.fixture
def window(opened: Opener) -> MainWindow:
    return opened()


def click(qtbot, window: QWidget, name: str) -> None:
    qtbot.mouseClick(window.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def test_the_mode_follows_the_engine_and_not_the_click(window, engine, qtbot):
    assert window.findChild(QWidget, "watchdog_mode").mode == "on"
    click(qtbot, window, "mode_off")
    qtbot.waitUntil(lambda: bool(engine.submitted), timeout=5000)
    assert engine.submitted == [("set_mode", {"mode": "off"})]
    assert window.findChild(QPushButton, "mode_on").isChecked()
    assert not window.findChild(QPushButton, "mode_off").isChecked()


def test_a_count_filters_and_search_finds(window, engine, qtbot, monkeypatch):
    monkeypatch.setattr(engine, "status", _with_states(engine, "healthy", "down", "healthy"))
    engine.tell_snapshot()
    qtbot.waitUntil(lambda: window.findChild(QWidget, "count_down") is not None, timeout=5000)
    qtbot.mouseClick(window.findChild(QWidget, "count_down"), Qt.MouseButton.LeftButton)
    assert window.fleet_view.shown == (2,)
    qtbot.mouseClick(window.findChild(QWidget, "count_down"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(window.findChild(QLineEdit, "search_field"), "700003")
    assert window.fleet_view.shown == (3,)
    qtbot.keyClick(window.findChild(QLineEdit, "search_field"), Qt.Key.Key_Escape)
    assert len(window.fleet_view.shown) == 3


def _with_states(engine: FakeEngine, *states: str) -> Callable[[], dict]:
    before = engine.status

    def status() -> dict:
        shape = before()
        shape["terminals"] = [terminal_shape(place, state) for place, state in enumerate(states, 1)]
        return shape

    return status


def test_a_restart_shows_on_card_and_foot_at_once_and_its_end_in_words(window, engine, qtbot):
    window.act("restart", 2)
    qtbot.waitUntil(lambda: bool(engine.submitted), timeout=5000)
    assert engine.submitted == [("terminal_restart", {"user_id": 2})]
    engine.tell_operation("op1", "running", progress="closing", user_id=2)
    qtbot.waitUntil(lambda: "closing" in window.activity.words, timeout=5000)
    engine.tell_operation("op1", "done", progress="its login is seen", user_id=2)
    qtbot.waitUntil(lambda: any("its login is seen" in toast.words for toast in window.toasts.shown), timeout=5000)
    assert window.activity.words == ""


def test_what_others_asked_for_is_shown_but_its_end_is_no_news_here(window, engine, qtbot):
    engine.tell_operation("theirs", "running", progress="closing")
    qtbot.waitUntil(lambda: "closing" in window.activity.words, timeout=5000)
    engine.tell_operation("theirs", "done", progress="gone")
    qtbot.waitUntil(lambda: window.activity.words == "", timeout=5000)
    assert window.toasts.shown == ()


def test_an_act_that_the_engine_wants_confirmed_is_asked_about_and_asked_again(window, engine, qtbot):
    engine.refusal = REFUSAL
    window.act("restart", 1)
    qtbot.waitUntil(lambda: window.findChild(QDialog, "confirm_dialog") is not None, timeout=5000)
    dialog = window.findChild(QDialog, "confirm_dialog")
    engine.refusal = None
    qtbot.keyClicks(dialog.findChild(QLineEdit, "confirm_live"), "700001")
    click(qtbot, dialog, "confirm_button")
    qtbot.waitUntil(lambda: bool(engine.submitted), timeout=5000)
    assert engine.submitted == [("terminal_restart", {"user_id": 1, "confirm_live": 700001})]


def test_a_lost_engine_is_said_and_a_found_one_too(window, engine, qtbot):
    engine.die()
    qtbot.waitUntil(lambda: "lost" in window.banner.words, timeout=2000)
    engine.revive()
    qtbot.waitUntil(lambda: "started again" in window.banner.words, timeout=5000)


def test_a_read_only_window_has_no_act(opened, engine, qtbot):
    window = opened(read_only=True)
    for name in ("stop_all_button", "mode_on", "add_user_button"):
        assert not window.findChild(QPushButton, name).isVisible()
    assert all("Restart" not in command.title and "Stop" not in command.title for command in window.commands())
    window.act("restart", 1)
    qtbot.waitUntil(lambda: any("read-only" in toast.words for toast in window.toasts.shown), timeout=5000)
    assert engine.submitted == []


def test_the_palette_offers_what_can_be_done_now(window):
    titles = {command.title for command in window.commands()}
    assert {"Show user_2", "user_2: Restart terminal", "Stop all robots…", "Deploy robot 101 on user_1…"} <= titles
    assert "user_2: Start terminal" not in titles


def test_the_menu_of_a_terminal_offers_only_what_fits_its_state(window):
    terminal = window._desk.fleet.terminal(1)
    possible = {entry[0] for entry in terminal_entries(terminal, window) if entry is not None and entry[2]}
    assert "Restart terminal" in possible
    assert not possible & {"Start terminal", "Remove user…", "Lift the stop…", "Release: I have looked"}


@pytest.mark.parametrize("kind", sorted(kind.value for kind in ENDED_BY_RELEASE))
def test_a_terminal_can_be_released_while_an_incident_of_it_waits_for_that(window, kind):
    terminal = replace(window._desk.fleet.terminal(1), state="degraded")
    mine = IncidentPicture(incident_id="i1", kind=kind, user_id=1)
    others = (replace(mine, user_id=2), replace(mine, kind="algo_off"), replace(mine, kind="no_such_kind"))

    def offered(*incidents: IncidentPicture) -> bool:
        return any(
            entry[2] for entry in terminal_entries(terminal, window, incidents) if entry and "Release" in entry[0]
        )

    assert offered(*others, mine)
    assert not offered(*others)


@pytest.mark.parametrize(
    ("button", "closes", "engine_ends"),
    [("cancel_button", False, False), ("keep_watching_button", True, False), ("stop_watching_button", True, True)],
)
def test_quitting_asks_whether_to_go_on_watching(opened, engine, qtbot, button, closes, engine_ends):
    window = opened(asks=True)
    qtbot.waitUntil(lambda: window._desk.connection.is_connected, timeout=5000)

    def answer() -> bool:
        dialog = window.findChild(QDialog, "quit_dialog")
        if dialog is None or not dialog.isVisible():
            return False
        click(qtbot, dialog, button)
        return True

    from PySide6.QtCore import QTimer

    QTimer.singleShot(300, window, answer)
    window.close()
    qtbot.waitUntil(lambda: window.isVisible() is not closes, timeout=5000)
    assert engine.stopped is engine_ends


def test_layout_and_filters_come_back(opened, qtbot):
    first = opened()
    first.fleet_page.set_mode("table")
    first.top_bar.search.setText("user_")
    first.toggle_theme()
    first.show_terminal(2)
    kept = first.remembered_now()
    look().use_theme("dark")
    second = opened(remembered=kept)
    qtbot.waitUntil(lambda: second.fleet_view.selected == 2, timeout=5000)
    assert second.fleet_view.mode == "table"
    assert second.top_bar.filter_text == "user_"
    assert look().theme.name == "light"


def test_incidents_are_counted_on_the_rail(window, engine, qtbot):
    shape = {"incident_id": "i1", "kind": "ipc_dead", "user_id": 1, "opened_at": 5.0, "text": "t", "cleared_at": None}
    engine.log.add("incident", shape)
    button = window.rail.findChild(QWidget, "page_incidents")
    qtbot.waitUntil(lambda: button.count == 1, timeout=5000)
    assert "1 open" in button.accessibleName()


def _deployment(robot_id: int, user_id: int, status: str, *stages: str) -> dict[str, Any]:
    return {
        "deployment_id": f"d-{robot_id}",
        "robot_id": robot_id,
        "user_id": user_id,
        "kind": "deploy",
        "status": status,
        "ready_confirmed": False,
        "heartbeat_confirmed": False,
        "chart_opened": False,
        "stages": [{"name": name, "outcome": "passed", "seconds": 0.1, "evidence": "seen"} for name in stages],
        "diagnosis": None,
    }


def _shown(window: MainWindow, kind: type[Any], name: str) -> list[Any]:
    return [one for one in window.findChildren(kind, name) if one.isVisible()]


def test_deployments_that_go_on_are_counted_and_one_is_opened_by_a_click(window, engine, qtbot):
    chip = window.findChild(QWidget, "deployments_chip")
    assert not chip.isVisible()
    engine.tell_deployment(_deployment(101, 1, "RUNNING", "preflight", "compile"))
    qtbot.waitUntil(lambda: chip.isVisible(), timeout=5000)
    assert chip.words == "1 deploying"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(_shown(window, QDialog, "deploy_dialog")), timeout=5000)
    (dialog,) = _shown(window, QDialog, "deploy_dialog")
    assert dialog.robot_id == 101
    engine.tell_deployment(_deployment(101, 1, "SUCCESS", "preflight", "proven"))
    qtbot.waitUntil(lambda: not chip.isVisible(), timeout=5000)


def test_of_several_deployments_the_menu_finds_the_one_that_is_meant(window, engine, qtbot):
    chip = window.findChild(QWidget, "deployments_chip")
    for robot_id, user_id in ((101, 1), (201, 2)):
        engine.tell_deployment(_deployment(robot_id, user_id, "RUNNING", "preflight", "compile"))
    qtbot.waitUntil(lambda: chip.words == "2 deploying", timeout=5000)
    menu = chip.menu()
    assert [action.text() for action in menu.actions()] == ["Robot 101 on user_1", "Robot 201 on user_2"]
    menu.actions()[1].trigger()
    (dialog,) = _shown(window, QDialog, "deploy_dialog")
    assert dialog.robot_id == 201
    menu.deleteLater()
    for robot_id, user_id in ((101, 1), (201, 2)):
        engine.tell_deployment(_deployment(robot_id, user_id, "SUCCESS", "preflight", "proven"))
    qtbot.waitUntil(lambda: not chip.isVisible(), timeout=5000)


def test_the_end_of_a_deployment_is_told_once_by_the_dialog_in_sight_or_by_the_window(window, engine, qtbot):
    chip = window.findChild(QWidget, "deployments_chip")
    engine.tell_deployment(_deployment(101, 1, "RUNNING", "preflight", "compile"))
    qtbot.waitUntil(chip.isVisible, timeout=5000)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    (dialog,) = _shown(window, QDialog, "deploy_dialog")
    engine.tell_deployment(_deployment(101, 1, "SUCCESS", "preflight", "proven"))
    qtbot.waitUntil(lambda: not chip.isVisible(), timeout=5000)
    assert window.toasts.shown == ()
    dialog.close()
    again = {**_deployment(101, 1, "RUNNING", "preflight", "compile"), "deployment_id": "d-102"}
    engine.tell_deployment(again)
    qtbot.waitUntil(chip.isVisible, timeout=5000)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    (dialog,) = _shown(window, QDialog, "deploy_dialog")
    dialog.close()
    engine.tell_deployment({**again, "status": "SUCCESS"})
    qtbot.waitUntil(lambda: bool(window.toasts.shown), timeout=5000)
    (toast,) = window.toasts.shown
    assert toast.words == "Deployment of robot 101: SUCCESS"
    qtbot.mouseClick(toast.findChild(QPushButton, "toast_act"), Qt.MouseButton.LeftButton)
    assert _shown(window, QDialog, "deploy_dialog") == [dialog]
    assert window.toasts.shown == ()


def test_what_others_deploy_ends_without_a_word(window, engine, qtbot):
    chip = window.findChild(QWidget, "deployments_chip")
    engine.tell_deployment(_deployment(101, 1, "RUNNING", "preflight", "compile"))
    qtbot.waitUntil(chip.isVisible, timeout=5000)
    engine.tell_deployment(_deployment(101, 1, "SUCCESS", "preflight", "proven"))
    qtbot.waitUntil(lambda: not chip.isVisible(), timeout=5000)
    assert window.toasts.shown == ()
