"""The trader's story by clicks alone: a user, a robot, a deployment with proof, its failures and what mends them.

A real engine on simulated terminals; everything is found by its object name, as a person's tools find it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from mt5console.app import window_access
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.dialogs.deploy_dialog import DeployDialog
from mt5console.ui.main_window import MainWindow
from mt5console.ui.models.stages_model import EVIDENCE_ROLE, OUTCOME_ROLE, SECONDS_ROLE
from mt5console.ui.theme.look import look
from tests.story.desk import Desk, opened_desk
from tests.ui.person import SOON_MS, Person

PROOF_MS = 90_000
PASSWORD = "canary-Qt-41-ß"

BROKEN = """#include <Mt5Console\\Heartbeat.mqh>
input int Bars = 12;
int OnInit()
  {
   if(!Mt5ConsoleInit(
   return(INIT_SUCCEEDED);
"""


@pytest.fixture(scope="module")
def story() -> Iterator[Desk]:
    """An engine and nothing else yet."""
    with opened_desk("mt5trader-") as desk:
        yield desk


@pytest.fixture
def trader(story: Desk, qtbot: Any) -> Iterator[Trader]:
    """A person before a window of that engine."""
    look().dress()
    desk = EngineDesk(window_access(story.layout, None))
    window = MainWindow(desk, asks_on_quit=False)
    window.resize(1280, 720)
    window.show()
    person = Trader(qtbot, story, desk, window)
    person.waits(lambda: desk.connection.is_connected and desk.fleet.sequence > 0, SOON_MS)
    yield person
    for dialog in window.findChildren(QDialog):
        dialog.close()
    window.close()
    assert desk.stop(2000)
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


class Trader(Person):
    """Deploys robots."""

    def types_input(self, name: str, text: str, dialog: QDialog) -> None:
        """Into the input's field, once the engine has said what the inputs are."""
        summary = self.finds(QLabel, "inputs_summary", dialog)
        self.waits(lambda: summary.text() and "Reading" not in summary.text())
        self.types(f"input_{name}", text, dialog)

    def commands(self, query: str) -> None:
        """Do what the palette finds first, with the keyboard alone."""
        # A desktop gives the window the keyboard back when a dialog closes; without one it is asked to.
        self.window.activateWindow()
        self.waits(self.window.isActiveWindow)
        self.qtbot.keyClick(self.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        palette = self.dialog("command_palette")
        field = self.finds(QLineEdit, "command_field", palette)
        self.qtbot.keyClicks(field, query)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def card_button(self, user_id: int, name: str) -> QPushButton:
        self.waits(lambda: self.window.findChild(QWidget, f"terminal_{user_id}"))
        return self.finds(QPushButton, name, self.finds(QWidget, f"terminal_{user_id}"))

    def is_healthy(self, user_id: int) -> bool:
        terminal = self.desk.fleet.terminal(user_id)
        return terminal is not None and terminal.state == "healthy"

    # ---- deploying --------------------------------------------------------------------------------------------------

    def opens_deploy(self, user_id: int, robot_id: int) -> DeployDialog:
        self.card_button(user_id, "deploy_button").click()
        dialog = self.dialog("deploy_dialog")
        assert isinstance(dialog, DeployDialog)
        choice = self.finds(QComboBox, "robot_choice", dialog)
        self.waits(choice.isVisible)
        choice.setCurrentIndex(next(n for n in range(choice.count()) if choice.itemText(n).startswith(str(robot_id))))
        return dialog

    def reviews(self, dialog: DeployDialog) -> None:
        self.clicks("review_button", dialog)
        points = self.finds(QListView, "preflight_points", dialog).model()
        self.waits(lambda: points.index(0, 0).data(OUTCOME_ROLE) in ("passed", "failed"))

    def result(self, dialog: DeployDialog) -> str:
        label = self.finds(QLabel, "deploy_result", dialog)
        self.waits(lambda: label.isVisible() and label.text(), PROOF_MS)
        return str(label.text())

    def meaning(self, dialog: DeployDialog) -> str:
        """What the dialog says about the end."""
        return str(self.finds(QLabel, "deploy_meaning", dialog).text())


def add_user(trader: Trader, user_id: int, login: int, server: str) -> None:
    trader.commands("add user")
    dialog = trader.dialog("user_dialog")
    for name, text in (
        ("user_id_field", str(user_id)),
        ("login_field", str(login)),
        ("server_field", server),
        ("password_field", PASSWORD),
    ):
        trader.types(name, text, dialog)
    trader.clicks("add_user_button", dialog)
    trader.sees_gone("user_dialog")
    trader.waits(lambda: trader.desk.fleet.terminal(user_id) is not None)


def add_robot(trader: Trader, user_id: int, robot_id: int, source: Path | None = None) -> None:
    trader.commands("add robot")
    dialog = trader.dialog("robot_dialog")
    users = trader.finds(QComboBox, "user_choice", dialog)
    users.setCurrentIndex(users.findData(user_id))
    trader.types("robot_id_field", str(robot_id), dialog)
    trader.types("symbol_field", "EURUSD", dialog)
    if source is not None:
        dialog.choose_file(str(source))  # type: ignore[attr-defined]
    trader.clicks("add_robot_button", dialog)
    trader.sees_gone("robot_dialog")
    trader.waits(lambda: trader.desk.fleet.terminal_of_robot(robot_id) is not None)


def start(trader: Trader, user_id: int) -> None:
    trader.commands(f"user_{user_id}: start")
    trader.waits(lambda: trader.is_healthy(user_id), 60_000)


def test_from_an_empty_server_to_a_proven_robot_by_clicks(trader: Trader) -> None:
    add_user(trader, 1, 700001, "Demo-Server")
    assert PASSWORD not in str(trader.desk.__dict__)
    add_robot(trader, 1, 101)
    start(trader, 1)
    dialog = trader.opens_deploy(1, 101)
    trader.types_input("FastPeriod", "14", dialog)
    trader.reviews(dialog)
    assert ("FastPeriod", "14") in next(
        tuple(robot["inputs"].items()) for robot in trader.story.door.robots() if robot["robot_id"] == 101
    )
    trader.clicks("confirm_deploy_button", dialog)
    stages = trader.finds(QListView, "deploy_stages", dialog).model()
    trader.waits(lambda: "running" in [stages.index(row, 0).data(OUTCOME_ROLE) for row in range(stages.rowCount())])
    trader.clicks("hide_button", dialog)
    assert not dialog.isVisible()
    assert trader.desk.running_operations()
    trader.commands("deploy robot 101")
    assert trader.dialog("deploy_dialog") is dialog
    assert trader.result(dialog) == "SUCCESS", trader.meaning(dialog)
    rows = [stages.index(row, 0) for row in range(stages.rowCount())]
    assert all(row.data(OUTCOME_ROLE) in ("passed", "skipped") for row in rows)
    assert all(row.data(SECONDS_ROLE) is not None and row.data(EVIDENCE_ROLE) for row in rows)
    assert trader.story.robot(101)["heartbeat_age"] < 3
    trader.clicks("hide_button", dialog)


def test_the_same_account_twice_is_refused_beside_the_login(trader: Trader) -> None:
    trader.commands("add user")
    dialog = trader.dialog("user_dialog")
    for name, text in (("login_field", "700001"), ("server_field", "Demo-Server"), ("password_field", PASSWORD)):
        trader.types(name, text, dialog)
    trader.clicks("add_user_button", dialog)
    note = trader.finds(QLabel, "login_error", dialog)
    trader.waits(lambda: "belongs to user 1" in note.text())
    assert note.isVisible()


def test_a_second_version_says_what_changes_and_what_leaves_its_chart(trader: Trader) -> None:
    dialog = trader.opens_deploy(1, 101)
    assert trader.finds(QLineEdit, "input_FastPeriod", dialog).text() == "14"
    trader.types_input("FastPeriod", "10", dialog)
    trader.reviews(dialog)
    changes = trader.finds(QLabel, "deploy_changes", dialog).text()
    assert "Input FastPeriod: 14 → 10" in changes
    assert "Leaves its chart first: " in changes
    assert trader.finds(QPushButton, "confirm_deploy_button", dialog).isEnabled()


def test_a_source_that_does_not_compile_fails_and_shows_its_errors(trader: Trader, tmp_path: Path) -> None:
    source = tmp_path / "Broken.mq5"
    source.write_text(BROKEN)
    add_robot(trader, 1, 102, source)
    dialog = trader.opens_deploy(1, 102)
    trader.reviews(dialog)
    trader.clicks("confirm_deploy_button", dialog)
    assert trader.result(dialog) == "FAILED"
    assert "does not compile" in trader.meaning(dialog)
    trader.clicks("next_show_error", dialog)
    shown = trader.finds(QPlainTextEdit, "compile_error", dialog)
    assert shown.isVisible()
    assert shown.toPlainText()
    points = trader.finds(QListView, "deploy_points", dialog).model()
    assert points.index(0, 0).data() == "Compiled successfully"
    assert points.index(0, 0).data(OUTCOME_ROLE) == "failed"


def test_a_robot_that_is_newer_than_its_terminal_is_mended_by_the_next_steps_that_are_offered(trader: Trader) -> None:
    add_robot(trader, 1, 103)
    dialog = trader.opens_deploy(1, 103)
    trader.reviews(dialog)
    trader.clicks("confirm_deploy_button", dialog)
    assert trader.result(dialog) == "FAILED", trader.meaning(dialog)
    assert "Restart needed" in trader.meaning(dialog)
    trader.clicks("next_restart", dialog)
    news = trader.finds(QLabel, "dialog_news", dialog)
    trader.waits(lambda: "Seen to be done" in news.text(), 120_000)
    trader.clicks("next_try_again", dialog)
    trader.clicks("confirm_deploy_button", dialog)
    assert trader.result(dialog) == "SUCCESS", trader.meaning(dialog)


def test_algo_trading_that_is_off_stands_in_the_way_and_is_enabled_with_one_click(trader: Trader) -> None:
    trader.story.fault(1, "algo-off")
    trader.waits(lambda: trader.desk.fleet.terminal(1).trade_allowed is False, 30_000)
    dialog = trader.opens_deploy(1, 101)
    trader.reviews(dialog)
    mend = trader.finds(QPushButton, "mend_button", dialog)
    assert mend.isVisible()
    assert mend.text() == "Enable algo trading"
    mend.click()
    news = trader.finds(QLabel, "dialog_news", dialog)
    trader.waits(lambda: "Seen to be done" in news.text(), 60_000)
    trader.clicks("check_again_button", dialog)
    deploy = trader.finds(QPushButton, "confirm_deploy_button", dialog)
    trader.waits(lambda: deploy.isVisible() and deploy.isEnabled())


def test_a_real_account_is_marked_and_its_login_is_repeated(trader: Trader) -> None:
    add_user(trader, 2, 700002, "Real-Server")
    add_robot(trader, 2, 201)
    start(trader, 2)
    dialog = trader.opens_deploy(2, 201)
    trader.waits(lambda: trader.desk.fleet.terminal(2).trade_mode == "real")
    trader.reviews(dialog)
    deploy = trader.finds(QPushButton, "confirm_deploy_button", dialog)
    trader.waits(deploy.isVisible)
    assert deploy.text() == "Deploy LIVE"
    assert not deploy.isEnabled()
    assert trader.finds(QWidget, "money_badge", dialog).text == "LIVE"
    trader.types("confirm_live", "700002", dialog)
    trader.clicks("confirm_deploy_button", dialog)
    assert trader.result(dialog) == "SUCCESS", trader.meaning(dialog)


def test_a_robot_is_removed_when_it_was_seen_gone(trader: Trader) -> None:
    trader.waits(lambda: trader.desk.fleet.terminal_of_robot(102) is not None)
    trader.window.open_dialog("remove_robot", 1, 102)
    dialog = trader.dialog("remove_robot_dialog")
    trader.clicks("confirm_button", dialog)
    trader.sees_gone("remove_robot_dialog")
    trader.waits(lambda: trader.desk.fleet.terminal_of_robot(102) is None, 60_000)
    assert 102 not in [robot["robot_id"] for robot in trader.story.door.robots()]


def test_stopping_all_robots_asks_for_the_word_and_shows_the_proof(trader: Trader) -> None:
    trader.waits(lambda: len(trader.desk.fleet.terminals) == 2)
    trader.clicks("stop_all_button")
    dialog = trader.dialog("stop_all_dialog")
    trader.types("stop_word", "STOP", dialog)
    trader.clicks("confirm_stop_button", dialog)
    proof = trader.finds(QListView, "stop_proof", dialog).model()
    trader.waits(lambda: proof.rowCount() == 2, 90_000)
    assert [proof.index(row, 0).data(OUTCOME_ROLE) for row in range(2)] == ["passed", "passed"]
    assert QApplication.activeModalWidget() in (None, dialog)
    trader.clicks("cancel_button", dialog)
    trader.commands("user_2: lift")
    lift = trader.dialog("resume_dialog")
    trader.types("resume_word", "START", lift)
    trader.types("confirm_live", "700002", lift)
    trader.clicks("confirm_button", lift)
    trader.waits(lambda: trader.desk.fleet.terminal(2).stop_latched is False, 30_000)
