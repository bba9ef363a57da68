"""The first-run wizard over fakes: a live base directory's steps, what fails and how to mend it, and who may act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QListView, QPushButton, QWidget

from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError, StorageFailed
from mt5console.ui.bridge.access import EngineAccess
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.bridge.first_run import FirstRunDesk
from mt5console.ui.bridge.first_run_access import Ending, Folder, Point, TemplateState
from mt5console.ui.dialogs.first_run_dialog import FirstRunDialog
from mt5console.ui.main_window import MainWindow
from mt5console.ui.models.first_run_model import Step
from mt5console.ui.models.stages_model import EVIDENCE_ROLE, OUTCOME_ROLE
from mt5console.ui.pictures import CheckPicture, OperationPicture, TerminalPicture, UserPicture
from mt5console.ui.theme.look import look
from tests.fakes.fake_desk import FakeDesk
from tests.fakes.fleet_pictures import terminal
from tests.ui.fake_client import FakeEngine

FINE = Point(title="Session", ok=True, evidence="interactive session 1")
DARK = Point(title="Session", ok=False, evidence="session 0 has no desktop", mend="log on and start it there")
FIT = Folder(path="C:\\broker", points=(Point(title="Terminal", ok=True, evidence="build 5430"),), total_bytes=1000)
UNFIT = Folder(
    path="C:\\Program Files\\XM",
    points=(Point(title="Place", ok=False, evidence="under Program Files", mend="copy it elsewhere"),),
)
THERE = TemplateState(needed=True, place="C:\\base\\template", is_there=True, build="5.0.0.5430")


class FakeMachine:
    """`FirstRunAccess` that a test leads. `holds`: a copy waits until the test lets it go."""

    base = "C:\\base"
    simulated = False

    def __init__(self) -> None:
        self.points = [FINE]
        self.state = TemplateState(needed=True, place="C:\\base\\template")
        self.copy_fails: ConsoleError | None = None
        self.copied: list[str] = []
        self.holds = Event()
        self.holds.set()
        self.demo_says = ""
        self.demos = 0

    def machine(self) -> Iterator[Point]:
        yield from self.points

    def template(self) -> TemplateState:
        return self.state

    def folders(self) -> tuple[str, ...]:
        return (FIT.path, UNFIT.path)

    def judge(self, folder: str) -> Folder:
        return FIT if folder == FIT.path else UNFIT

    def copy(self, folder: str, tell: Callable[[int, int], None], ending: Ending) -> TemplateState:
        self.copied.append(folder)
        while not self.holds.wait(0.01):
            tell(500, 1000)
            if ending.is_set():
                raise ConsoleError("cancelled", "The copy was cancelled; nothing of it is left.")
        if self.copy_fails is not None:
            raise self.copy_fails
        self.state = THERE
        return THERE

    def programs(self, _user_id: int) -> Point:
        return Point(title="Agent", ok=True, evidence="Agent.mq5: taken")

    def demo(self, _ending: Ending) -> str:
        self.demos += 1
        assert self.holds.wait(10)
        return self.demo_says


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def desk(qapp: Any) -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def here(machine: FakeMachine, qapp: Any) -> Iterator[FirstRunDesk]:
    made = FirstRunDesk(machine)
    yield made
    machine.holds.set()
    assert made.stop(4000)


class Wizard:
    """A person before the wizard."""

    def __init__(self, qtbot: Any, desk: FakeDesk, here: FirstRunDesk) -> None:
        look().dress()
        self.qtbot, self.desk = qtbot, desk
        self.dialog = FirstRunDialog(desk, here)  # type: ignore[arg-type]
        qtbot.addWidget(self.dialog)
        self.dialog.show()

    def waits(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=10_000)

    def button(self, name: str) -> QPushButton:
        found = self.dialog.findChild(QPushButton, name)
        assert found is not None
        return found

    def goes_on(self, says: str) -> None:
        button = self.button("forward_button")
        self.waits(lambda: button.text() == says and button.isEnabled())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def clicks(self, name: str) -> None:
        button = self.button(name)
        self.waits(lambda: button.isVisible() and button.isEnabled())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def rows(self, name: str) -> list[tuple[str, str, str]]:
        view = self.dialog.findChild(QListView, name)
        assert view is not None
        rows = [view.model().index(row, 0) for row in range(view.model().rowCount())]
        return [(str(row.data()), str(row.data(OUTCOME_ROLE)), str(row.data(EVIDENCE_ROLE))) for row in rows]

    def chooses(self, folder: str) -> None:
        field = self.dialog.findChild(QLineEdit, "folder_field")
        assert field is not None
        field.setFocus()
        field.clear()
        self.qtbot.keyClicks(field, folder)
        self.qtbot.keyClick(field, Qt.Key.Key_Tab)


@pytest.fixture
def wizard(qtbot: Any, desk: FakeDesk, here: FirstRunDesk) -> Wizard:
    return Wizard(qtbot, desk, here)


def stopped(user_id: int = 1) -> TerminalPicture:
    nothing = CheckPicture(evidence="no process")
    return replace(
        terminal(user_id, "stopped", robots=0), trade_mode="demo", process=nothing, ipc=nothing, account=nothing
    )


# ---- the machine ----------------------------------------------------------------------------------------------------


def test_what_fails_is_told_with_how_to_mend_it_and_looked_at_again(
    machine: FakeMachine, qtbot: Any, desk: FakeDesk, here: FirstRunDesk
) -> None:
    machine.points = [DARK]
    wizard = Wizard(qtbot, desk, here)
    wizard.waits(lambda: wizard.button("forward_button").text() == "Go on anyway")
    ((title, outcome, evidence),) = wizard.rows("machine_points")
    assert (title, outcome) == ("Session", "failed")
    assert "To mend: log on" in evidence
    machine.points = [FINE]
    wizard.clicks("check_again_button")
    wizard.goes_on("Continue")
    assert wizard.dialog.step == Step.TEMPLATE


def test_enter_goes_on_where_all_is_well_and_looks_again_where_something_fails(
    machine: FakeMachine, qtbot: Any, desk: FakeDesk, here: FirstRunDesk
) -> None:
    machine.points = [DARK]
    wizard = Wizard(qtbot, desk, here)
    wizard.waits(lambda: wizard.button("check_again_button").hasFocus())
    machine.points = [FINE]
    qtbot.keyClick(wizard.button("check_again_button"), Qt.Key.Key_Return)
    wizard.waits(lambda: wizard.button("forward_button").hasFocus())
    assert wizard.dialog.step == Step.MACHINE
    qtbot.keyClick(wizard.button("forward_button"), Qt.Key.Key_Return)
    assert wizard.dialog.step == Step.TEMPLATE


# ---- the template ---------------------------------------------------------------------------------------------------


def test_a_folder_is_chosen_looked_at_and_copied(wizard: Wizard, machine: FakeMachine) -> None:
    wizard.goes_on("Continue")
    found = wizard.dialog.findChild(QComboBox, "found_folders")
    assert found is not None
    wizard.waits(lambda: found.count() == 3)
    wizard.chooses(UNFIT.path)
    wizard.waits(lambda: [row[:2] for row in wizard.rows("template_points")] == [("Place", "failed")])
    assert not wizard.button("forward_button").isEnabled()
    wizard.chooses(FIT.path)
    wizard.goes_on("Copy as the template")
    wizard.goes_on("Continue")
    assert machine.copied == [FIT.path]
    assert wizard.dialog.step == Step.USER


def test_a_cancelled_copy_is_told_and_can_be_begun_again(wizard: Wizard, machine: FakeMachine) -> None:
    machine.holds.clear()
    wizard.goes_on("Continue")
    wizard.chooses(FIT.path)
    wizard.goes_on("Copy as the template")
    wizard.waits(lambda: any("0 of 0 MB" in row[2] or "MB from" in row[2] for row in wizard.rows("template_points")))
    wizard.clicks("cancel_copy_button")
    wizard.waits(lambda: wizard.rows("template_points")[0][1] == "skipped")
    assert "nothing of it is left" in wizard.rows("template_points")[0][2]
    machine.holds.set()
    wizard.goes_on("Copy as the template")
    wizard.goes_on("Continue")
    assert len(machine.copied) == 2


def test_a_full_disk_says_what_to_do(wizard: Wizard, machine: FakeMachine) -> None:
    machine.copy_fails = StorageFailed("disk_full", "the disk is full: make room, then copy again")
    wizard.goes_on("Continue")
    wizard.chooses(FIT.path)
    wizard.goes_on("Copy as the template")
    wizard.waits(lambda: wizard.rows("template_points")[0][1] == "failed")
    assert "make room" in wizard.rows("template_points")[0][2]
    assert wizard.button("forward_button").text() == "Copy as the template"


def test_a_copy_goes_on_when_the_wizard_is_left_and_is_found_again(
    wizard: Wizard, machine: FakeMachine, here: FirstRunDesk, qtbot: Any, desk: FakeDesk
) -> None:
    machine.holds.clear()
    wizard.goes_on("Continue")
    wizard.chooses(FIT.path)
    wizard.goes_on("Copy as the template")
    wizard.waits(lambda: machine.copied)
    wizard.dialog.hide()
    again = Wizard(qtbot, desk, here)
    again.goes_on("Continue")
    assert again.button("cancel_copy_button").isVisible()
    machine.holds.set()
    again.goes_on("Continue")
    assert again.dialog.step == Step.USER


def test_a_template_that_is_there_is_said_and_can_be_kept_or_replaced(
    machine: FakeMachine, qtbot: Any, desk: FakeDesk, here: FirstRunDesk
) -> None:
    machine.state = THERE
    wizard = Wizard(qtbot, desk, here)
    wizard.waits(lambda: wizard.dialog.step == Step.USER)
    wizard.clicks("back_button")
    assert "5.0.0.5430" in wizard.rows("template_points")[0][2]
    wizard.clicks("replace_template_button")
    field = wizard.dialog.findChild(QLineEdit, "folder_field")
    assert field is not None
    assert field.isVisible()
    assert wizard.button("forward_button").text() == "Copy as the template"


# ---- user and terminal ----------------------------------------------------------------------------------------------


def at_the_user(machine: FakeMachine, qtbot: Any, desk: FakeDesk, here: FirstRunDesk) -> Wizard:
    machine.state = THERE
    wizard = Wizard(qtbot, desk, here)
    wizard.waits(lambda: wizard.dialog.step == Step.USER)
    for name, text in (("login_field", "100690024"), ("server_field", "XM 5"), ("password_field", "canary-9")):
        field = wizard.dialog.findChild(QLineEdit, name)
        assert field is not None
        qtbot.keyClicks(field, text)
    wizard.goes_on("Add user")
    return wizard


def test_the_password_leaves_its_field_as_a_secret_and_a_refusal_stands_beside_its_field(
    machine: FakeMachine, qtbot: Any, desk: FakeDesk, here: FirstRunDesk
) -> None:
    wizard = at_the_user(machine, qtbot, desk, here)
    asked = desk.last("add_user").arguments
    assert isinstance(asked["password"], Secret)
    assert "canary-9" not in str(asked)
    field = wizard.dialog.findChild(QLineEdit, "password_field")
    assert field is not None
    assert field.text() == ""
    desk.refuse("add_user", "keyring_failed", "the keyring is locked: unlock it")
    note = wizard.dialog.findChild(QWidget, "password_error")
    assert note is not None
    assert note.text() == "the keyring is locked: unlock it"  # type: ignore[attr-defined]
    assert wizard.dialog.step == Step.USER


def test_the_first_terminal_is_started_seen_failing_and_tried_again(
    machine: FakeMachine, qtbot: Any, desk: FakeDesk, here: FirstRunDesk
) -> None:
    wizard = at_the_user(machine, qtbot, desk, here)
    desk.answer("add_user", UserPicture(user_id=1))
    assert wizard.dialog.step == Step.USER
    desk.shows(stopped())
    wizard.goes_on("Start the terminal")
    assert desk.last("terminal_start").arguments == {"user_id": 1}
    desk.take("terminal_start", user_id=1, progress="the terminal will be started")
    assert wizard.rows("start_points")[0] == ("Start", "running", "the terminal will be started")
    failed = OperationPicture(
        operation_id="op1", kind="terminal_start", user_id=1, state="failed", error_text="no MetaEditor; put it there"
    )
    desk.tell(failed)
    assert wizard.rows("start_points")[0] == ("Start", "failed", "no MetaEditor; put it there")
    assert wizard.rows("first_run_steps")[Step.START] == ("Agent and login", "failed", "did not come up")
    assert not wizard.button("new_password_button").isVisible()
    wizard.goes_on("Try again")
    desk.take("terminal_start", "op2", user_id=1, progress="started")
    desk.tell(OperationPicture(operation_id="op2", kind="terminal_start", user_id=1, state="done", progress="it is in"))
    assert wizard.button("forward_button").text() == "Starting …"
    desk.shows(replace(terminal(1, "healthy", robots=0), trade_mode="demo"))
    wizard.waits(lambda: ("Agent", "passed", "Agent.mq5: taken") in wizard.rows("start_points"))
    wizard.goes_on("Continue")
    assert wizard.dialog.step == Step.DONE


def test_the_keyboard_stands_on_what_comes_next_once_that_can_be_pressed(
    machine: FakeMachine, qtbot: Any, desk: FakeDesk, here: FirstRunDesk
) -> None:
    wizard = at_the_user(machine, qtbot, desk, here)
    desk.answer("add_user", UserPicture(user_id=1))
    desk.shows(stopped())
    button = wizard.button("forward_button")
    wizard.waits(lambda: button.text() == "Start the terminal" and button.hasFocus())
    qtbot.keyClick(button, Qt.Key.Key_Return)
    desk.take("terminal_start", user_id=1, progress="the terminal will be started")
    assert not button.isEnabled()
    desk.shows(replace(terminal(1, "healthy", robots=0), trade_mode="demo"))
    wizard.waits(lambda: button.text() == "Continue" and button.hasFocus())


def test_a_start_that_somebody_else_asked_for_is_followed(
    machine: FakeMachine, qtbot: Any, desk: FakeDesk, here: FirstRunDesk
) -> None:
    desk.shows(stopped())
    desk.tell(OperationPicture(operation_id="x", kind="terminal_start", user_id=1, state="running", progress="rising"))
    wizard = Wizard(qtbot, desk, here)
    wizard.waits(lambda: wizard.dialog.step == Step.START)
    assert wizard.rows("start_points")[0] == ("Start", "running", "rising")
    assert not wizard.button("forward_button").isEnabled()


# ---- the empty fleet ------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(machine: FakeMachine, qtbot: Any) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows over an engine without users, and ends them."""
    windows: list[tuple[MainWindow, FirstRunDesk]] = []

    def open_window(users: int = 0, *, read_only: bool = False) -> MainWindow:
        look().dress()
        engine = FakeEngine(users)
        desk = EngineDesk(EngineAccess(find_client=engine.client, launch=None), read_only=read_only)  # type: ignore[arg-type]
        here = FirstRunDesk(machine, read_only=read_only)
        window = MainWindow(desk, asks_on_quit=False, first_run=here)
        windows.append((window, here))
        window.show()
        qtbot.waitUntil(lambda: desk.fleet.sequence > 0, timeout=10_000)
        return window

    yield open_window
    for window, here in windows:
        window.close()
        assert here.stop(4000)
        assert window._desk.stop(2000)
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def test_an_empty_fleet_offers_wizard_demo_and_user(opened: Any, qtbot: Any, machine: FakeMachine) -> None:
    window = opened()
    empty = window.findChild(QWidget, "empty_fleet")
    assert empty is not None
    assert empty.isVisible()
    names = [button.objectName() for button in empty.findChildren(QPushButton)]
    assert names == ["first_run_button", "open_demo_button", "first_add_user_button"]
    machine.demo_says = "The demo ended at once with exit code 1: there is no room"
    qtbot.mouseClick(window.findChild(QPushButton, "open_demo_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("no room" in toast.words for toast in window.toasts.shown), timeout=5000)
    assert machine.demos == 1
    qtbot.mouseClick(window.findChild(QPushButton, "first_run_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.findChild(FirstRunDialog) is not None, timeout=5000)
    window.findChild(FirstRunDialog).close()


def test_an_impatient_person_gets_one_demo(opened: Any, qtbot: Any, machine: FakeMachine) -> None:
    window = opened()
    machine.holds.clear()
    machine.demo_says = "The demo ended at once with exit code 1: there is no room"
    button = window.findChild(QPushButton, "open_demo_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("starting already" in toast.words for toast in window.toasts.shown), timeout=5000)
    machine.holds.set()
    qtbot.waitUntil(lambda: any("no room" in toast.words for toast in window.toasts.shown), timeout=5000)
    assert machine.demos == 1
    qtbot.waitUntil(lambda: window.open_demo() or machine.demos > 1, timeout=5000)


def test_the_palette_knows_both(opened: Any) -> None:
    titles = {command.title for command in opened(2).commands()}
    assert {"Set up the first terminal…", "Open the demo"} <= titles


def test_a_read_only_window_offers_neither(opened: Any, machine: FakeMachine) -> None:
    window = opened(read_only=True)
    assert window.findChild(QWidget, "empty_fleet") is None
    assert not {"Set up the first terminal…", "Open the demo"} & {command.title for command in window.commands()}
    window.open_demo()
    window.open_dialog("first_run")
    assert window.findChild(FirstRunDialog) is None
    assert machine.demos == 0


def test_a_fleet_with_terminals_shows_them(opened: Any) -> None:
    window = opened(2)
    assert window.findChild(QWidget, "empty_fleet") is None
    assert window.fleet_view.isVisible()
    assert not window.findChild(QPushButton, "first_run_again_button").isVisible()
