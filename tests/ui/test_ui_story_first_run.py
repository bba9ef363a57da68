"""The first run by clicks alone: from an empty simulated base directory to a first terminal that is well.

A real engine; the wizard's looks at this machine are the real ones, too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QLabel, QLineEdit, QListView, QPushButton, QWidget

from mt5console.app import window_access
from mt5console.bases import find_base
from mt5console.first_run import first_run_access
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.bridge.first_run import FirstRunDesk
from mt5console.ui.main_window import MainWindow
from mt5console.ui.models.stages_model import EVIDENCE_ROLE, NAME_ROLE, OUTCOME_ROLE
from mt5console.ui.theme.look import look
from mt5console.ui.window.after_paint import LATER
from tests.story.desk import Desk, opened_desk
from tests.ui.gui_guard import guarded
from tests.ui.person import SOON_MS, Person

UP_MS = 90_000
PASSWORD = "canary-first-52-ß"


@pytest.fixture
def story() -> Iterator[Desk]:
    """An engine over an empty base directory."""
    with opened_desk("mt5first-") as desk:
        yield desk


@pytest.fixture
def person(story: Desk, qtbot: Any) -> Iterator[Newcomer]:
    """Somebody before a window of that engine, for the first time."""
    look().dress()
    desk = EngineDesk(window_access(story.layout, None))
    here = FirstRunDesk(first_run_access(find_base(story.root, True, create=False)))
    window = MainWindow(desk, asks_on_quit=False, first_run=here)
    window.resize(1280, 720)
    window.show()
    yield Newcomer(qtbot, story, desk, window)
    window.close()
    assert here.stop(4000)
    assert desk.stop(2000)
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


class Newcomer(Person):
    """Somebody who meets the window for the first time."""

    def wizard(self) -> QDialog:
        return self.dialog("first_run_dialog")

    def sees_no_wizard(self) -> None:
        self.sees_gone("first_run_dialog")

    def outcomes(self, name: str, dialog: QDialog) -> dict[str, tuple[str, str]]:
        """The rows of a list by their names: outcome and evidence."""
        model = self.finds(QListView, name, dialog).model()
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        return {row.data(NAME_ROLE): (row.data(OUTCOME_ROLE), row.data(EVIDENCE_ROLE)) for row in rows}

    def forward_says(self, dialog: QDialog) -> str:
        return str(self.finds(QPushButton, "forward_button", dialog).text())

    def goes_on(self, dialog: QDialog, says: str, within_ms: int = SOON_MS) -> None:
        """Click what goes on, once it says this."""
        button = self.finds(QPushButton, "forward_button", dialog)
        self.waits(lambda: button.text() == says and button.isEnabled(), within_ms)
        button.click()

    def names_a_user(self, dialog: QDialog, password: str = PASSWORD) -> None:
        self.types("login_field", "700001", dialog)
        self.types("password_field", password, dialog)
        self.goes_on(dialog, "Add user")


def past_the_machine(person: Newcomer, dialog: QDialog) -> None:
    """What this machine lacks (room, a keyring) is told; a person may go on all the same."""
    button = person.finds(QPushButton, "forward_button", dialog)
    person.waits(lambda: button.isEnabled() and button.text() in ("Continue", "Go on anyway"), 60_000)
    seen = person.outcomes("machine_points", dialog)
    assert len(seen) == 6
    assert all(evidence for _outcome, evidence in seen.values())
    button.click()


def all_is_loaded() -> bool:
    """Whether the thread that loads what the first frame does without has come to its end."""
    present = [sys.modules.get(name) for name in LATER]
    return all(one is not None and not getattr(one.__spec__, "_initializing", False) for one in present)


def test_from_an_empty_window_to_a_first_terminal_that_is_well(person: Newcomer, monkeypatch: Any) -> None:
    assert person.window.findChild(QPushButton, "first_run_button") is None
    person.waits(lambda: person.window.findChild(QPushButton, "first_run_button"))
    person.waits(all_is_loaded)
    with guarded(monkeypatch.setattr) as guard:
        person.clicks("first_run_button")
        dialog = person.wizard()
        past_the_machine(person, dialog)
        assert person.outcomes("template_points", dialog)["simulated"][0] == "passed"
        person.goes_on(dialog, "Continue")
        assert person.finds(QLineEdit, "server_field", dialog).text() == "Demo-Server"
        person.names_a_user(dialog)
        person.goes_on(dialog, "Start the terminal", 30_000)
        assert PASSWORD not in str(person.desk.__dict__)
        person.goes_on(dialog, "Continue", UP_MS)
    assert guard.found == []
    seen = person.outcomes("start_points", dialog)
    assert {name: outcome for name, (outcome, _evidence) in seen.items()} == dict.fromkeys(
        ("asked", "agent", "process", "login", "ipc"), "passed"
    )
    assert "700001@Demo-Server" in seen["login"][1]
    assert set(person.outcomes("first_run_steps", dialog)) == {"machine", "template", "user", "start", "done"}
    assert person.story.is_healthy(1)
    person.clicks("first_deploy_button", dialog)
    person.sees_no_wizard()
    person.waits(lambda: [one for one in person.window.findChildren(QDialog, "deploy_dialog") if one.isVisible()])


def test_it_is_left_after_the_user_and_begins_at_the_start(person: Newcomer) -> None:
    person.clicks("first_run_button")
    dialog = person.wizard()
    past_the_machine(person, dialog)
    person.goes_on(dialog, "Continue")
    person.names_a_user(dialog)
    person.waits(lambda: person.forward_says(dialog) == "Start the terminal", 30_000)
    person.clicks("later_button", dialog)
    person.sees_no_wizard()
    assert not person.finds(QWidget, "empty_fleet").isVisible()
    person.clicks("first_run_again_button")
    again = person.wizard()
    machine = person.finds(QPushButton, "forward_button", again)
    person.waits(lambda: machine.text() in ("Start the terminal", "Go on anyway") and machine.isEnabled(), 60_000)
    if machine.text() == "Go on anyway":
        past_the_machine(person, again)
    assert person.outcomes("user_points", again)["user"][0] == "passed"
    person.clicks("later_button", again)


def test_a_refused_login_says_what_to_do_and_another_password_and_try_bring_it_up(person: Newcomer) -> None:
    person.clicks("first_run_button")
    dialog = person.wizard()
    past_the_machine(person, dialog)
    person.goes_on(dialog, "Continue")
    person.names_a_user(dialog)
    person.story.fault(1, "auth-fail")
    person.goes_on(dialog, "Start the terminal", 30_000)
    person.waits(lambda: person.forward_says(dialog) == "Try again", UP_MS)
    seen = person.outcomes("start_points", dialog)
    assert seen["asked"][0] == "failed"
    assert "check login, server and password" in seen["asked"][1]
    person.clicks("new_password_button", dialog)
    store = person.finds(QDialog, "password_dialog", dialog)
    person.types("password_field", PASSWORD, store)
    person.clicks("set_password_button", store)
    news = person.finds(QLabel, "dialog_news", dialog)
    person.waits(lambda: "Try again now" in news.text())
    person.story.fault(1, "clear")
    person.goes_on(dialog, "Try again")
    # Nobody has seen yet what kind of account it is, and its terminal lives.
    sure = person.finds(QDialog, "confirm_dialog", dialog)
    person.types("confirm_live", "700001", sure)
    person.finds(QCheckBox, "even_with_positions", sure).setChecked(True)
    person.clicks("confirm_button", sure)
    person.waits(lambda: person.forward_says(dialog) == "Continue", UP_MS)
    assert person.outcomes("start_points", dialog)["asked"][0] == "passed"
