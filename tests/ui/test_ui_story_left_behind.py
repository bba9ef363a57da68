"""A window that dies in mid deployment: the engine goes on, and a new window finds the deployment and shows its end.

The first window is a process of its own that deploys by its buttons and is killed; engine and terminals are real ones
of the simulation. Everything is found by its object name.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QLabel, QListView, QWidget

from mt5console.app import window_access
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.dialogs.deploy_dialog import DeployDialog
from mt5console.ui.main_window import MainWindow
from mt5console.ui.models.stages_model import OUTCOME_ROLE
from mt5console.ui.theme.look import look
from tests.story.desk import Desk, place, wait_for

SOON_MS = 20_000
PROOF_MS = 60_000
ROBOT = 101

DEPLOYING_WINDOW = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from mt5console.app import window_access
from mt5console.core.terminal.layout import BaseLayout
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.bridge.engine_process import start_detached
from mt5console.ui.main_window import MainWindow
from mt5console.ui.theme.look import look

root = sys.argv[1]
engine = [sys.executable, "-m", "mt5console", "--simulate", "--base-dir", root, "watchdog", "run"]
application = QApplication([])
look().dress()
desk = EngineDesk(window_access(BaseLayout(Path(root)), lambda: start_detached(engine, os.environ)))
window = MainWindow(desk, asks_on_quit=False)
window.show()


def press_on() -> None:
    "Opens the deploy dialog of robot 101 once its terminal is well, and presses whichever button comes next."
    dialogs = window.findChildren(QDialog, "deploy_dialog")
    terminal = desk.fleet.terminal(1)
    if not dialogs and terminal is not None and terminal.state == "healthy":
        window.open_dialog("deploy", 1, 101)
    for dialog in dialogs:
        for name in ("review_button", "confirm_deploy_button"):
            button = dialog.findChild(QPushButton, name)
            if button.isVisible() and button.isEnabled():
                button.click()


timer = QTimer()
timer.timeout.connect(press_on)
timer.start(50)
application.exec()
"""


@pytest.fixture
def server() -> Iterator[Desk]:
    """A base directory with one terminal; whoever watches it now is nobody's child here."""
    root = Path(tempfile.mkdtemp(prefix="mt5left-", dir=place()))
    desk = Desk(root / "base")
    try:
        desk.start_engine()
        desk.add_user(1)
        desk.add_robot(ROBOT, 1)
        desk.start(1)
        desk.stop_engine()
        yield desk
    finally:
        _end_engine(desk)
        desk.end()
        shutil.rmtree(root, ignore_errors=True)


def _end_engine(server: Desk) -> None:
    """The engine that the killed window had started."""
    if server.layout.api.exists():
        server.door.stop_engine()
        wait_for(lambda: not server.layout.api.exists(), "the engine's end")


def newest(server: Desk) -> dict[str, Any] | None:
    found = server.door.deployments(ROBOT, 1) if server.layout.api.exists() else []
    return found[0] if found else None


def is_deploying(server: Desk) -> bool:
    deployment = newest(server)
    stages = [] if deployment is None else [one["name"] for one in deployment["stages"]]
    return deployment is not None and deployment["status"] == "RUNNING" and "attach" in stages


@pytest.fixture
def left(server: Desk) -> int:
    """A window was killed while it deployed; gives the pid of the engine that it had started."""
    environment = {**os.environ, "PYTHONPATH": ".", "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen([sys.executable, "-c", DEPLOYING_WINDOW, str(server.root)], env=environment)
    try:
        wait_for(lambda: child.poll() is None and is_deploying(server), "a deployment under way", 60)
    finally:
        child.kill()
        child.wait(timeout=10)
    return int(json.loads(server.layout.api.read_bytes())["pid"])


@pytest.fixture
def window(server: Desk, left: int, qtbot: Any) -> Iterator[MainWindow]:
    """A new window; it only attaches."""
    look().dress()
    desk = EngineDesk(window_access(server.layout, None))
    shown = MainWindow(desk, asks_on_quit=False)
    shown.show()
    qtbot.waitUntil(lambda: len(desk.fleet.terminals) == 1, timeout=SOON_MS)
    yield shown
    shown.close()
    assert desk.stop(2000)
    shown.deleteLater()
    QCoreApplication.sendPostedEvents(shown, QEvent.Type.DeferredDelete)


@pytest.mark.slow
def test_a_killed_window_leaves_its_deployment_to_the_engine_and_a_new_one_finds_it_and_its_end(
    server: Desk, left: int, window: MainWindow, qtbot: Any
) -> None:
    going = newest(server)
    assert going is not None
    chip = window.findChild(QWidget, "deployments_chip")
    qtbot.waitUntil(chip.isVisible, timeout=SOON_MS)
    assert chip.words == "1 deploying"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    dialog = window.findChild(DeployDialog, "deploy_dialog")
    qtbot.waitUntil(dialog.isVisible, timeout=SOON_MS)
    stages = dialog.findChild(QListView, "deploy_stages").model()
    outcomes = [stages.index(row, 0).data(OUTCOME_ROLE) for row in range(stages.rowCount())]
    assert outcomes[0] == "passed"
    assert "running" in outcomes
    result = dialog.findChild(QLabel, "deploy_result")
    qtbot.waitUntil(lambda: result.isVisible() and bool(result.text()), timeout=PROOF_MS)
    assert result.text() == "SUCCESS"
    qtbot.waitUntil(lambda: not chip.isVisible(), timeout=SOON_MS)
    assert window.toasts.shown == ()
    ended = newest(server)
    assert ended is not None
    assert (ended["deployment_id"], ended["status"]) == (going["deployment_id"], "SUCCESS")
    assert server.robot(ROBOT)["deployment_id"] == going["deployment_id"]
    # The same engine all the while, and the terminal was not touched by any of it.
    assert int(json.loads(server.layout.api.read_bytes())["pid"]) == left
    assert server.terminal(1)["restarts_in_window"] == 0
