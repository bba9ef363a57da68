"""The console on Qt's own Windows platform: a fleet of three shown, a deployment through its dialog, a restart by its
button, and a picture of what was seen. Engine, terminals and window are processes and windows of Windows."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QFontInfo, QGuiApplication, QImage
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget

from mt5console.app import window_access
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.main_window import MainWindow
from mt5console.ui.mistakes import Mistakes
from mt5console.ui.theme.fonts import FAMILY, FontRole
from mt5console.ui.theme.look import STYLE_ARGUMENTS, look
from mt5console.ui.views.card_proxy import InvisibleButton
from tests.story.desk import Desk
from tests.ui.test_ui_story_trader import Trader
from tests.windows.test_windows_story import CHECK_INTERVAL_S

PICTURES = os.environ.get("MT5CONSOLE_LANE_PICTURES")
"""Where the pictures go; a temporary directory without it. Read before the tests clear the environment."""

FLEET = (1, 2, 3)
UP_MS = 120_000


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """The platform is chosen in Python: Wine drops the variable that would."""
    return ["mt5console", *STYLE_ARGUMENTS, "-platform", "windows"]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """An engine with three users, two of them with a robot that was deployed."""
    root = Path(tempfile.mkdtemp(prefix="mt5-"))
    opened = Desk(root / "base", CHECK_INTERVAL_S)
    try:
        opened.start_engine()
        for user_id in FLEET:
            opened.add_user(user_id)
            opened.add_robot(user_id * 100 + 1, user_id)
        opened.all_done("terminal_start", [{"user_id": user_id} for user_id in FLEET])
        for ended in opened.all_done("deploy", [{"robot_id": 101}, {"robot_id": 201}]):
            assert ended["result"]["status"] == "SUCCESS", ended["result"]
        yield opened
    finally:
        opened.end()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def person(desk: Desk, qtbot: Any) -> Iterator[Trader]:
    """Somebody before the window."""
    look().dress()
    mistakes, told = Mistakes(), list[str]()
    mistakes.found.connect(told.append)
    mistakes.listen()
    client = EngineDesk(window_access(desk.layout, None))
    window = MainWindow(client, asks_on_quit=False)
    window.resize(1280, 800)
    window.show()
    yield Trader(qtbot, desk, client, window)
    for dialog in window.findChildren(QDialog):
        dialog.close()
    window.close()
    assert client.stop(5000)
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    mistakes.stop_listening()
    assert told == []


def saved(widget: QWidget, name: str, directory: Path) -> QImage:
    """The widget as a picture, also in a file."""
    directory = Path(PICTURES) if PICTURES else directory
    directory.mkdir(parents=True, exist_ok=True)
    picture = widget.grab().toImage()
    assert picture.save(str(directory / name))
    return picture


@pytest.mark.timeout(400)
def test_a_fleet_of_three_deployed_to_and_restarted_through_the_window(person: Trader, tmp_path: Path) -> None:
    assert QGuiApplication.platformName() == "windows"
    person.waits(lambda: all(person.is_healthy(user_id) for user_id in FLEET), UP_MS)

    dialog = person.opens_deploy(3, 301)
    person.reviews(dialog)
    person.clicks("confirm_deploy_button", dialog)
    assert person.result(dialog) == "SUCCESS", person.meaning(dialog)
    # The last words came just now: the layout gives them their room a moment later.
    person.waits(lambda: not cut_words(dialog))
    saved(dialog, "deployed.png", tmp_path)
    person.clicks("hide_button", dialog)

    before = person.story.terminal(3)["pid"]
    restart = person.card_button(3, "restart_button")
    person.waits(restart.isEnabled)
    restart.click()
    person.waits(lambda: person.story.terminal(3)["pid"] not in (None, before), UP_MS)
    person.waits(lambda: person.story.is_well(3) and person.is_healthy(3), UP_MS)
    person.waits(lambda: person.story.robot(301)["heartbeat_age"] is not None, UP_MS)

    assert QFontInfo(look().font(FontRole.BASE)).family() == FAMILY
    assert all(person.finds(QWidget, f"terminal_{user_id}").isVisible() for user_id in FLEET)
    person.waits(lambda: not cut_words(person.window))
    picture = saved(person.window, "window.png", tmp_path)
    assert (picture.width(), picture.height()) == (1280, 800)
    assert is_painted(picture)


def cut_words(window: QWidget) -> list[str]:
    """The texts that have less room than they need."""
    return [one.text() for kind in (QLabel, QPushButton) for one in window.findChildren(kind) if is_cut(one)]


def is_cut(one: QLabel | QPushButton) -> bool:
    if not one.text() or one.visibleRegion().isEmpty() or isinstance(one, InvisibleButton):
        return False
    if isinstance(one, QLabel) and one.wordWrap():
        return one.height() < one.heightForWidth(one.width()) - 1
    return one.width() < one.sizeHint().width() - 1


def is_painted(picture: QImage) -> bool:
    """Whether there is something to see: cards, texts and lamps bring dozens of colours, an empty window two."""
    seen = {picture.pixel(x, y) for x in range(0, picture.width(), 4) for y in range(0, picture.height(), 4)}
    return len(seen) > 50
