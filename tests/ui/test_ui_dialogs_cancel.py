"""Changing one's mind in the deploy dialog: cancelling what goes on, and rolling back to what was proven before."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QWidget

from mt5console.ui.dialogs.deploy_dialog import DeployDialog
from mt5console.ui.dialogs.deploy_words import can_cancel, can_roll_back
from mt5console.ui.pictures import OperationPicture, deployment_of
from tests.fakes.fake_desk import FakeDesk
from tests.ui.test_ui_dialogs_deploy import ROBOT, Person, close_dialogs, deployment, dry_run, terminal


@pytest.fixture
def window(qtbot) -> QWidget:
    owner = QWidget()
    qtbot.addWidget(owner, before_close_func=close_dialogs)
    return owner


def deploying(qtbot: Any, window: QWidget, *, mode: str = "demo", first: bool = False) -> Person:
    """A person who has just begun a deployment."""
    desk = FakeDesk(terminal(trade_mode=mode))
    person = Person(qtbot, desk, DeployDialog(desk, 3, 301, window))
    person.chooses()
    person.reviews(dry_run(first=first))
    if mode == "real":
        qtbot.keyClicks(person.sees(QLineEdit, "confirm_live"), "700003")
    person.deploys()
    return person


def confirming(window: QWidget) -> QDialog:
    return next(one for one in window.findChildren(QDialog, "confirm_dialog") if one.isVisible())


def test_before_a_chart_is_touched_one_click_cancels(qtbot, window: QWidget) -> None:
    person = deploying(qtbot, window, mode="real")
    person.desk.deploys(deployment("RUNNING", "preflight", "compile"))
    button = person.sees(QPushButton, "cancel_deploy_button")
    assert button.text() == "Cancel deployment"
    person.clicks("cancel_deploy_button")
    assert person.desk.last("deploy_cancel").arguments == {"robot_id": 301}
    assert not button.isEnabled()
    assert "Cancelling" in person.sees(QLabel, "dialog_news").text()
    person.desk.take("deploy_cancel", "op-cancel", robot_id=301)
    person.desk.deploys(deployment("FAILED", "compile", cause="cancelled"))
    assert person.result() == "FAILED"
    assert "Nothing on Robot 301's chart was changed" in person.sees(QLabel, "deploy_meaning").text()
    assert not button.isVisible()
    assert person.sees(QPushButton, "next_try_again") is not None


@pytest.mark.parametrize(
    ("first", "title"), [(True, "Cancel and remove it"), (False, "Cancel and put the old one back")]
)
def test_the_button_says_what_cancelling_will_do(qtbot, window: QWidget, first: bool, title: str) -> None:
    person = deploying(qtbot, window, first=first)
    person.desk.deploys(deployment("RUNNING", "preflight", "detach", "attach"))
    assert person.sees(QPushButton, "cancel_deploy_button").text() == title
    person.clicks("cancel_deploy_button")
    assert person.desk.last("deploy_cancel").arguments == {"robot_id": 301}
    person.desk.deploys(deployment("FAILED", "attach", "remove_new", cause="cancelled"))


def test_on_a_real_account_the_button_is_marked_and_the_login_is_repeated(qtbot, window: QWidget) -> None:
    person = deploying(qtbot, window, mode="real")
    person.desk.deploys(deployment("RUNNING", "preflight", "detach", "attach"))
    assert person.sees(QPushButton, "cancel_deploy_button").text().endswith("LIVE")
    person.clicks("cancel_deploy_button")
    assert all(asked.what != "deploy_cancel" for asked in person.desk.asked)
    box = confirming(window)
    go_on = box.findChild(QPushButton, "cancel_button")
    assert go_on.text() == "Let it go on"
    confirm = box.findChild(QPushButton, "confirm_button")
    assert not confirm.isEnabled()
    qtbot.keyClicks(box.findChild(QLineEdit, "confirm_live"), "700003")
    qtbot.mouseClick(confirm, Qt.MouseButton.LeftButton)
    assert person.desk.last("deploy_cancel").arguments == {"robot_id": 301, "confirm_live": 700003}
    person.desk.deploys(deployment("FAILED", "attach", "remove_new", cause="cancelled"))


def test_a_cancel_that_is_refused_says_why_and_can_be_asked_again(qtbot, window: QWidget) -> None:
    person = deploying(qtbot, window)
    person.desk.deploys(deployment("RUNNING", "preflight", "attach"))
    person.clicks("cancel_deploy_button")
    person.desk.refuse("deploy_cancel", "too_late", "robot 301 is attached and judged already")
    assert "judged already" in person.sees(QLabel, "dialog_news").text()
    assert person.sees(QPushButton, "cancel_deploy_button").isEnabled()
    person.desk.deploys(deployment("SUCCESS", "proven"))


def test_a_cancel_that_is_refused_after_it_was_taken_on_says_why_too(qtbot, window: QWidget) -> None:
    person = deploying(qtbot, window)
    person.desk.deploys(deployment("RUNNING", "preflight", "attach"))
    person.clicks("cancel_deploy_button")
    person.desk.take("deploy_cancel", "op-cancel", robot_id=301)
    refusal = OperationPicture(
        operation_id="op-cancel",
        kind="deploy_cancel",
        state="refused",
        error_code="too_late",
        error_text="it is judged already",
    )
    person.desk.tell(refusal)
    assert "judged already" in person.sees(QLabel, "dialog_news").text()
    person.desk.deploys(deployment("SUCCESS", "proven"))


def test_what_is_on_its_way_back_or_judged_cannot_be_cancelled() -> None:
    assert can_cancel(deployment("RUNNING", "preflight", "heartbeat"))
    assert not can_cancel(deployment("RUNNING", "attach", "remove_new"))
    assert not can_cancel(deployment("RUNNING", "attach", "put_back_attach"))
    assert not can_cancel(deployment("RUNNING", "proven", "promote"))
    assert not can_cancel(deployment("SUCCESS", "proven"))


def test_a_read_only_window_offers_no_cancel(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal())
    desk.read_only = True
    dialog = DeployDialog(desk, 3, 301, window)
    person = Person(qtbot, desk, dialog)
    dialog.follow(deployment("RUNNING", "preflight", "attach"))
    assert not person.sees(QPushButton, "cancel_deploy_button").isVisible()
    desk.deploys(deployment("SUCCESS", "proven"))


def with_another_source() -> dict[str, Any]:
    shape = dry_run()
    shape["changes"]["source_hash"] = {"old": "a" * 64, "new": "b" * 64}
    return shape


@pytest.mark.parametrize("end", ["FAILED", "PARTIAL"])
def test_after_a_bad_end_the_proven_source_before_it_is_registered_and_reviewed(
    qtbot, window: QWidget, end: str
) -> None:
    desk = FakeDesk(terminal(trade_mode="real"))
    person = Person(qtbot, desk, DeployDialog(desk, 3, 301, window))
    person.chooses()
    person.reviews(with_another_source())
    qtbot.keyClicks(person.sees(QLineEdit, "confirm_live"), "700003")
    person.deploys()
    desk.deploys(deployment("RUNNING", "preflight", "compile"))
    desk.deploys(deployment(end, "compile", cause="compile_error"))
    person.clicks("next_roll_back")
    asked = desk.last("add_robot").arguments
    assert asked["proven_hash"] == "a" * 64
    assert asked["inputs"] == {"FastPeriod": "12", "RiskPercent": "0.5"}
    desk.answer("add_robot", ROBOT)
    desk.take("deploy", "op-back")
    desk.tell(OperationPicture(operation_id="op-back", kind="deploy", state="done", result=dry_run()))
    button = person.sees(QPushButton, "confirm_deploy_button")
    assert button.text() == "Deploy LIVE"
    assert person.sees(QLineEdit, "confirm_live").isVisible()


def test_without_a_version_before_or_any_difference_there_is_nothing_to_roll_back_to() -> None:
    assert not can_roll_back(deployment_of(dry_run(first=True)))
    same = dry_run()
    same["changes"]["inputs"] = []
    assert not can_roll_back(deployment_of(same))
    assert can_roll_back(deployment_of(with_another_source()))
    assert not can_roll_back(None)
