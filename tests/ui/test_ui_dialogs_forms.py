"""The forms and questions: users, robots, removals, maintenance, the stop, quitting, the palette."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QListView, QPushButton, QWidget

from mt5console.core.credentials import Secret
from mt5console.core.deployment.heartbeat_lines import heartbeat_lines
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.deployment.rendering import describe_template
from mt5console.ui.bridge.robot_files import OwnSource
from mt5console.ui.dialogs.command_palette import CommandPalette
from mt5console.ui.dialogs.maintenance_dialog import MaintenanceDialog
from mt5console.ui.dialogs.password_dialog import PasswordDialog
from mt5console.ui.dialogs.quit_dialog import ask_quit
from mt5console.ui.dialogs.remove_dialogs import RemoveRobotDialog, RemoveUserDialog
from mt5console.ui.dialogs.robot_dialog import TEMPLATES, RobotDialog
from mt5console.ui.dialogs.stop_all_dialog import ResumeDialog, StopAllDialog
from mt5console.ui.dialogs.user_dialog import UserDialog
from mt5console.ui.models.commands_model import Command
from mt5console.ui.models.stages_model import OUTCOME_ROLE
from mt5console.ui.pictures import (
    OperationPicture,
    RegisteredRobotPicture,
    RobotPicture,
    TerminalPicture,
    UserPicture,
)
from tests.fakes.fake_desk import FakeDesk

PASSWORD = "canary-pass-9Zk"


def terminal(user_id: int = 3, **fields: Any) -> TerminalPicture:
    plain: dict[str, Any] = {"trade_mode": "demo", "pid": 4711, "positions": 0, "login": 700000 + user_id}
    name = f"user_{user_id}"
    return TerminalPicture(user_id=user_id, name=name, account_server="Demo-Server", **{**plain, **fields})


@pytest.fixture(autouse=True)
def window(qtbot) -> QWidget:
    """What owns the dialogs, which delete themselves when they close."""
    owner = QWidget()
    owner.setObjectName("owner")
    qtbot.addWidget(owner)
    return owner


def shown(dialog: Any) -> Any:
    dialog.open()
    return dialog


def click(dialog: QWidget, name: str) -> None:
    button = dialog.findChild(QPushButton, name)
    assert button is not None, name
    assert button.isEnabled(), name
    button.click()


def type_into(qtbot: Any, dialog: QWidget, name: str, text: str) -> None:
    field = dialog.findChild(QLineEdit, name)
    field.clear()
    qtbot.keyClicks(field, text)


# ---- users --------------------------------------------------------------------------------------------------------


def filled_user_dialog(qtbot: Any, desk: FakeDesk, window: QWidget) -> UserDialog:
    dialog = shown(UserDialog(desk, window))
    for name, text in (("login_field", "700009"), ("server_field", "Demo-Server"), ("password_field", PASSWORD)):
        type_into(qtbot, dialog, name, text)
    return dialog


def test_a_user_is_added_and_the_password_leaves_the_field_as_a_secret(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = filled_user_dialog(qtbot, desk, window)
    assert dialog.findChild(QLineEdit, "user_id_field").text() == "4"
    assert dialog.findChild(QLineEdit, "password_field").echoMode() == QLineEdit.EchoMode.Password
    dialog.findChild(QCheckBox, "watch_only_field").click()
    click(dialog, "add_user_button")
    assert dialog.findChild(QLineEdit, "password_field").text() == ""
    asked = desk.last("add_user").arguments
    secret = asked.pop("password")
    assert isinstance(secret, Secret)
    assert secret.reveal() == PASSWORD
    assert PASSWORD not in repr(desk.asked)
    assert asked == {
        "user_id": 4, "login": 700009, "server": "Demo-Server", "watch_only": True, "over_capacity": False,
    }  # fmt: skip
    with qtbot.waitSignal(dialog.added) as told:
        desk.answer("add_user", UserPicture(user_id=4))
    assert told.args[0].user_id == 4


def test_no_object_of_the_dialog_keeps_the_password(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = filled_user_dialog(qtbot, desk, window)
    click(dialog, "add_user_button")
    kept = [value for value in vars(dialog).values() if isinstance(value, str | Secret)]
    assert not any(isinstance(value, Secret) or PASSWORD in value for value in kept)
    assert not any(PASSWORD in field.text() for field in dialog.findChildren(QLineEdit))
    gc.collect()


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("account_taken", "login"),
        ("user_exists", "user_id"),
        ("bad_server", "server"),
        ("keyring_failed", "password"),
        ("over_capacity", "over_capacity"),
    ],
)
def test_a_refused_user_is_told_beside_the_field_that_it_concerns(
    qtbot, code: str, field: str, window: QWidget
) -> None:
    desk = FakeDesk(terminal(3))
    dialog = filled_user_dialog(qtbot, desk, window)
    click(dialog, "add_user_button")
    desk.refuse("add_user", code, "this is why, and this is what to do")
    note = dialog.findChild(QLabel, f"{field}_error")
    assert note.isVisible()
    assert note.text() == "this is why, and this is what to do"
    assert "Type the password again" in dialog.findChild(QLabel, "dialog_news").text()
    assert not dialog.findChild(QPushButton, "add_user_button").isEnabled()


@pytest.mark.parametrize("code", ["engine_silent", "engine_broken"])
def test_an_engine_that_fell_silent_may_have_done_it_all_the_same(qtbot, code: str, window: QWidget) -> None:
    """Directory and keyring come first, and the engine's word that it took the change over is the last of it."""
    desk = FakeDesk(terminal(3))
    adding = filled_user_dialog(qtbot, desk, window)
    click(adding, "add_user_button")
    desk.refuse("add_user", code, "the engine did not take the change over")
    assert "is not known" in adding.findChild(QLabel, "dialog_news").text()
    setting = shown(PasswordDialog(desk, terminal(3), window))
    type_into(qtbot, setting, "password_field", PASSWORD)
    click(setting, "set_password_button")
    desk.refuse("set_password", code, "the engine did not take the change over")
    assert "is not known" in setting.findChild(QLabel, "dialog_news").text()
    type_into(qtbot, setting, "password_field", PASSWORD)
    click(setting, "set_password_button")
    desk.refuse("set_password", "keyring_failed", "the keyring is locked")
    assert "Nothing was changed" in setting.findChild(QLabel, "dialog_news").text()


def test_an_error_of_no_field_stands_at_the_foot_of_the_form(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = filled_user_dialog(qtbot, desk, window)
    click(dialog, "add_user_button")
    desk.refuse("add_user", "disk_full", "the volume is full: free some space")
    assert dialog.findChild(QLabel, "form_error").text() == "the volume is full: free some space"


def test_warnings_are_read_before_the_dialog_goes(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = filled_user_dialog(qtbot, desk, window)
    click(dialog, "add_user_button")
    desk.answer("add_user", UserPicture(user_id=4, warnings=("11 terminals: more than the recommended 10",)))
    assert dialog.isVisible()
    assert dialog.findChild(QPushButton, "cancel_button").text() == "Close"


PLAIN = "input int Fast = 12;\nint OnInit() { return(INIT_SUCCEEDED); }\nvoid OnTick() {}\n"
SPEAKING = heartbeat_lines(PLAIN).text or ""


def own_source(name: str, text: str) -> OwnSource:
    """What the bridge finds in a file with this text."""
    return OwnSource(name=name, inputs=read_inputs(text), lines=heartbeat_lines(text))


# ---- robots -------------------------------------------------------------------------------------------------------


def test_a_robot_is_registered_from_a_template_with_the_next_free_id(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3, robot_pictures=(RobotPicture(robot_id=301),)))
    dialog = shown(RobotDialog(desk, 3, window))
    assert dialog.findChild(QLineEdit, "robot_id_field").text() == "302"
    type_into(qtbot, dialog, "symbol_field", "EURUSD.m")
    dialog.findChild(QComboBox, "timeframe_choice").setCurrentText("M15")
    click(dialog, "add_robot_button")
    assert desk.last("add_robot").arguments == {
        "robot_id": 302, "user_id": 3, "symbol": "EURUSD.m", "timeframe": "M15", "inputs": {}, "template": "ma_cross",
    }  # fmt: skip
    with qtbot.waitSignal(dialog.added):
        desk.answer("add_robot", RegisteredRobotPicture(robot_id=302, user_id=3))


def test_an_own_source_is_named_and_read_elsewhere(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = shown(RobotDialog(desk, 3, window))
    type_into(qtbot, dialog, "symbol_field", "EURUSD")
    dialog.choose_file("/home/trader/Breakout.mq5")
    assert dialog.findChild(QComboBox, "source_choice").currentText() == "Own source: Breakout.mq5"
    assert not dialog.findChild(QPushButton, "add_robot_button").isEnabled(), "it is looked at first"
    desk.answer("source_inputs", own_source("Breakout.mq5", SPEAKING))
    assert not dialog.findChild(QCheckBox, "add_heartbeat_field").isVisible()
    click(dialog, "add_robot_button")
    asked = desk.last("add_robot").arguments
    assert asked["source_path"] == "/home/trader/Breakout.mq5"
    assert "template" not in asked
    desk.refuse("add_robot", "no_source_file", "Breakout.mq5 cannot be read: choose the .mq5 file again")
    assert "cannot be read" in dialog.findChild(QLabel, "source_error").text()


def test_a_source_without_the_heartbeat_is_offered_its_lines(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = shown(RobotDialog(desk, 3, window))
    type_into(qtbot, dialog, "symbol_field", "EURUSD")
    dialog.choose_file("/home/trader/Plain.mq5")
    desk.answer("source_inputs", own_source("Plain.mq5", PLAIN))
    words = dialog.findChild(QLabel, "lacking_lines")
    assert words.isVisible()
    assert "4 lines are missing (line 2, 4)" in words.text()
    offer = dialog.findChild(QCheckBox, "add_heartbeat_field")
    assert offer.isChecked()
    click(dialog, "add_robot_button")
    assert desk.last("add_robot").arguments["add_heartbeat"] is True
    desk.refuse("add_robot", "robot_exists", "robot 301 exists")
    offer.click()
    click(dialog, "add_robot_button")
    assert "add_heartbeat" not in desk.last("add_robot").arguments


def test_a_source_that_the_lines_cannot_be_added_to_says_why(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = shown(RobotDialog(desk, 3, window))
    type_into(qtbot, dialog, "symbol_field", "EURUSD")
    dialog.choose_file("/home/trader/Odd.mq5")
    desk.answer("source_inputs", own_source("Odd.mq5", "void OnTick() {}\n"))
    assert "no OnInit" in dialog.findChild(QLabel, "lacking_lines").text()
    assert not dialog.findChild(QCheckBox, "add_heartbeat_field").isVisible()
    click(dialog, "add_robot_button")
    assert "add_heartbeat" not in desk.last("add_robot").arguments


def test_the_inputs_of_the_chosen_template_are_typed_and_only_what_differs_is_sent(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = shown(RobotDialog(desk, 3, window))
    type_into(qtbot, dialog, "symbol_field", "EURUSD")
    desk.answer("template_inputs", describe_template("ma_cross").inputs)
    field = dialog.findChild(QLineEdit, "input_FastPeriod")
    assert field.text() == "12"
    type_into(qtbot, dialog, "input_FastPeriod", "many")
    assert "a whole number" in dialog.findChild(QLabel, "input_FastPeriod_error").text()
    assert not dialog.findChild(QPushButton, "add_robot_button").isEnabled()
    type_into(qtbot, dialog, "input_FastPeriod", "14")
    click(dialog, "add_robot_button")
    assert desk.last("add_robot").arguments["inputs"] == {"FastPeriod": "14"}


def test_every_template_that_ships_is_offered() -> None:
    from mt5console.core.deployment.sources import list_templates

    assert {name for name, _title in TEMPLATES} == set(list_templates())


# ---- removing -----------------------------------------------------------------------------------------------------


def test_a_robot_is_gone_only_when_it_was_seen_gone(qtbot, window: QWidget) -> None:
    robot = RobotPicture(robot_id=301, symbol="EURUSD", timeframe="H1", state="beating", deployment_id="d-1")
    desk = FakeDesk(terminal(3, robot_pictures=(robot,)))
    dialog = shown(RemoveRobotDialog(desk, desk.fleet.terminals[0], 301, window))
    click(dialog, "confirm_button")
    assert desk.last("robot_remove").arguments == {"robot_id": 301}
    desk.take("robot_remove")
    desk.tell(OperationPicture(operation_id="op1", kind="robot_remove", state="running", progress="detach: running"))
    assert dialog.findChild(QLabel, "dialog_news").text() == "detach: running"
    with qtbot.waitSignal(dialog.removed) as told:
        desk.tell(OperationPicture(operation_id="op1", kind="robot_remove", state="done"))
    assert told.args == [301]


def test_a_user_whose_terminal_runs_cannot_be_removed_and_a_real_one_repeats_its_login(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3, trade_mode="real"))
    dialog = shown(RemoveUserDialog(desk, desk.fleet.terminals[0], window))
    type_into(qtbot, dialog, "confirm_live", "700003")
    assert not dialog.findChild(QPushButton, "confirm_button").isEnabled()
    desk.shows(terminal(3, trade_mode="real", pid=None))
    assert dialog.findChild(QPushButton, "confirm_button").isEnabled()
    click(dialog, "confirm_button")
    assert desk.last("remove_user").arguments == {"user_id": 3, "confirm_live": 700003}
    desk.refuse("remove_user", "terminal_running", "the terminal of user 3 runs: stop it first")
    assert "stop it first" in dialog.findChild(QLabel, "dialog_news").text()


# ---- maintenance, stop, quit ---------------------------------------------------------------------------------------


def test_maintenance_counts_from_the_servers_clock(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = shown(MaintenanceDialog(desk, desk.fleet.terminals[0], window))
    click(dialog, "for_240_button")
    click(dialog, "confirm_button")
    asked = desk.last("maintenance").arguments
    assert asked["user_id"] == 3
    assert asked["until_utc_s"] == pytest.approx(desk.fleet.at_utc_s + 240 * 60, abs=60)
    desk.take("maintenance")
    with qtbot.waitSignal(dialog.set_until):
        desk.tell(OperationPicture(operation_id="op1", kind="maintenance", state="done"))


def test_a_maintenance_window_can_be_ended(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3, maintenance_until_utc_s=1_800_003_600.0))
    dialog = shown(MaintenanceDialog(desk, desk.fleet.terminals[0], window))
    click(dialog, "end_maintenance_button")
    assert desk.last("maintenance").arguments == {"user_id": 3, "until_utc_s": None}


def test_stopping_all_asks_for_the_word_and_shows_the_proof_of_each_terminal(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(1, positions=2), terminal(2, positions=None))
    dialog = shown(StopAllDialog(desk, window))
    assert not dialog.findChild(QPushButton, "confirm_stop_button").isEnabled()
    type_into(qtbot, dialog, "stop_word", "stop")
    assert not dialog.findChild(QPushButton, "confirm_stop_button").isEnabled()
    type_into(qtbot, dialog, "stop_word", "STOP")
    click(dialog, "confirm_stop_button")
    assert desk.last("stop_all").arguments == {"word": "STOP"}
    desk.take("stop_all")
    proof = [
        {"user_id": 1, "stopped": True, "evidence": "the agent lists no chart with a robot"},
        {"user_id": 2, "stopped": False, "evidence": "not seen gone: robots [201]"},
    ]
    with qtbot.waitSignal(dialog.stopped):
        desk.tell(OperationPicture(operation_id="op1", kind="stop_all", state="failed", result={"terminals": proof}))
    rows = dialog.findChild(QListView, "stop_proof").model()
    assert [rows.index(row, 0).data(OUTCOME_ROLE) for row in range(2)] == ["passed", "failed"]


@pytest.mark.parametrize("code", ["engine_silent", "engine_waits", "engine_broken", "no_engine"])
def test_a_stop_that_the_engine_cannot_do_names_the_way_without_it(qtbot, code: str, window: QWidget) -> None:
    desk = FakeDesk(terminal(3))
    dialog = shown(StopAllDialog(desk, window))
    type_into(qtbot, dialog, "stop_word", "STOP")
    click(dialog, "confirm_stop_button")
    desk.refuse("stop_all", code, "the engine does nothing until it can store its state: disk full")
    said = dialog.findChild(QLabel, "dialog_news").text()
    assert "disk full. Take it that the robots still trade." in said
    assert "`mt5console stop-all --word STOP`" in said
    assert dialog.findChild(QPushButton, "confirm_stop_button").isEnabled()


def test_a_long_refusal_can_be_read_to_its_end(qtbot, window: QWidget) -> None:
    dialog = shown(StopAllDialog(FakeDesk(terminal(3)), window))
    news = dialog.findChild(QLabel, "dialog_news")
    dialog.say("why it was refused, and what to do about it " * 12)
    qtbot.waitUntil(lambda: news.height() >= news.heightForWidth(news.width()))
    typed, button = dialog.findChild(QLineEdit, "stop_word"), dialog.findChild(QPushButton, "confirm_stop_button")
    assert typed.height() >= typed.minimumSizeHint().height()
    assert dialog.rect().contains(button.geometry().translated(button.parentWidget().pos()))


def test_lifting_a_stop_asks_for_its_word_and_on_a_real_account_for_the_login(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3, trade_mode="real", stop_latched=True))
    dialog = shown(ResumeDialog(desk, desk.fleet.terminals[0], window))
    type_into(qtbot, dialog, "resume_word", "START")
    assert not dialog.findChild(QPushButton, "confirm_button").isEnabled()
    type_into(qtbot, dialog, "confirm_live", "700003")
    click(dialog, "confirm_button")
    assert desk.last("resume").arguments == {"user_id": 3, "word": "START", "confirm_live": 700003}


@pytest.mark.parametrize(
    ("button", "answer"),
    [("keep_watching_button", "keep"), ("stop_watching_button", "stop"), ("cancel_button", "cancel")],
)
def test_quitting_asks_whether_to_go_on_watching(qtbot, button: str, answer: str, window: QWidget) -> None:
    def choose() -> None:
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        click(dialog, button)

    QTimer.singleShot(0, choose)
    assert ask_quit(None) == answer


# ---- the palette --------------------------------------------------------------------------------------------------


def test_the_palette_is_used_with_the_keyboard_alone(qtbot, window: QWidget) -> None:
    done: list[str] = []
    commands = [
        Command(title=f"{act} user_{user}", detail="", run=lambda act=act, user=user: done.append(f"{act} {user}"))
        for user in (1, 2, 3)
        for act in ("Deploy to", "Restart")
    ]
    palette = shown(CommandPalette(commands, window))
    field = palette.findChild(QLineEdit, "command_field")
    qtbot.keyClicks(field, "restart")
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.accessibleDescription().startswith("Restart user_2")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.accessibleDescription().startswith("Restart user_3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert done == ["Restart 3"]


def test_escape_leaves_the_palette_and_return_on_nothing_does_nothing(qtbot, window: QWidget) -> None:
    done: list[int] = []
    palette = shown(CommandPalette([Command(title="Restart", detail="", run=lambda: done.append(1))], window))
    field = palette.findChild(QLineEdit, "command_field")
    qtbot.keyClicks(field, "xyzzy")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert palette.isVisible()
    with qtbot.waitSignal(palette.finished):
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert done == []


# ---- all of them --------------------------------------------------------------------------------------------------


def test_everything_that_takes_the_focus_has_a_name_for_ears(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(3, trade_mode="real", positions=1))
    known = desk.fleet.terminals[0]
    for dialog in (
        UserDialog(desk, window),
        RobotDialog(desk, 3, window),
        RemoveUserDialog(desk, known, window),
        MaintenanceDialog(desk, known, window),
        StopAllDialog(desk, window),
        ResumeDialog(desk, known, window),
        CommandPalette([], window),
    ):
        shown(dialog)
        for part in dialog.findChildren(QWidget):
            takes = part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisible() and part.focusProxy() is None
            inner = part.objectName().startswith("qt_") or not part.objectName()
            if takes and not inner:
                words = part.accessibleName() or (part.text() if isinstance(part, QPushButton | QCheckBox) else "")
                assert words, f"{dialog.objectName()}: {part.objectName()}"
