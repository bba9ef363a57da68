"""The window over a real engine and simulated terminals: nothing blocks it; what dies takes nothing along."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from mt5console.app import window_access
from mt5console.ui.bridge.access import EngineHandle
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.bridge.engine_process import start_detached
from mt5console.ui.main_window import MainWindow
from mt5console.ui.theme.look import look
from mt5console.ui.window.remembered import Remembered, load, save
from tests.story.desk import Desk, place
from tests.ui.gui_guard import MOST_CPU_S, guarded

SEEN_WITHIN_MS = 30_000


@pytest.fixture(scope="module")
def story() -> Iterator[Desk]:
    """An engine with two users, each with a running terminal and a proven robot."""
    root = Path(tempfile.mkdtemp(prefix="mt5window-", dir=place()))
    desk = Desk(root / "base")
    try:
        desk.start_engine()
        desk.up(1, 2)
        yield desk
    finally:
        desk.end()
        shutil.rmtree(root, ignore_errors=True)


def launcher(story: Desk) -> Callable[[], EngineHandle]:
    arguments = [sys.executable, "-m", "mt5console", "--simulate", "--base-dir", str(story.root)]
    return lambda: start_detached([*arguments, "watchdog", "run", "--check-interval", "1"], os.environ)


@pytest.fixture
def window(story: Desk, qtbot) -> Iterator[MainWindow]:
    """A window that shows the fleet."""
    look().dress()
    desk = EngineDesk(window_access(story.layout, launcher(story)))
    shown = MainWindow(desk, asks_on_quit=False)
    shown.show()
    qtbot.waitUntil(lambda: len(desk.fleet.terminals) == 2, timeout=SEEN_WITHIN_MS)
    yield shown
    shown.close()
    assert desk.stop(2000)
    shown.deleteLater()
    QCoreApplication.sendPostedEvents(shown, QEvent.Type.DeferredDelete)


def engine_pid(story: Desk) -> int:
    return int(json.loads(story.layout.api.read_bytes())["pid"])


def test_nothing_blocks_the_gui_thread_while_a_person_works(window, story, qtbot, monkeypatch):
    view = window.fleet_view
    with guarded(monkeypatch.setattr) as guard:
        qtbot.waitUntil(lambda: window.fleet_view.shown == (1, 2), timeout=SEEN_WITHIN_MS)
        for user_id in (1, 2):
            view.select(user_id)
            for page in range(5):
                window._dock.tabs.setCurrentIndex(page)
                qtbot.wait(120)
        window.show_page("incidents")
        qtbot.wait(100)
        window.show_page("server")
        qtbot.wait(100)
        window.show_page("fleet")
        window.fleet_page.set_mode("table")
        window.findChild(QLineEdit, "search_field").setText("user_2")
        qtbot.waitUntil(lambda: window.fleet_view.shown == (2,), timeout=5000)
        window.findChild(QLineEdit, "search_field").clear()
        window.act("restart", 2)
        qtbot.waitUntil(lambda: bool(window.activity.words), timeout=5000)
        qtbot.waitUntil(
            lambda: any("Restart of user_2" in toast.words for toast in window.toasts.shown), timeout=60_000
        )
    assert guard.found == []
    assert len(guard.turns) > 50
    assert guard.longest_s < MOST_CPU_S, f"the longest turn took {guard.longest_s * 1000:.1f} ms of CPU"


def test_the_guard_sees_what_it_is_for(qtbot, monkeypatch, tmp_path):
    with guarded(monkeypatch.setattr) as guard:
        (tmp_path / "a").write_text("x")
        time.sleep(0.001)
        deadline = time.thread_time() + 0.06
        while time.thread_time() < deadline:
            pass
        qtbot.wait(20)
    assert any(found.startswith("open") for found in guard.found)
    assert any(found.startswith("time.sleep") for found in guard.found)
    assert guard.longest_s >= MOST_CPU_S


def test_a_killed_engine_is_said_and_started_again_and_terminals_are_adopted(window, story, qtbot):
    before = {user_id: story.processes(user_id) for user_id in (1, 2)}
    pid = engine_pid(story)
    os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    qtbot.waitUntil(lambda: not window._desk.connection.is_connected, timeout=2000)
    assert time.monotonic() - killed < 2.0
    assert "terminals" in window.banner.words.lower()
    qtbot.waitUntil(lambda: window._desk.connection.is_connected, timeout=SEEN_WITHIN_MS)
    assert "started again" in window.banner.words
    assert engine_pid(story) != pid
    qtbot.waitUntil(
        lambda: all(terminal.state == "healthy" for terminal in window._desk.fleet.terminals), timeout=SEEN_WITHIN_MS
    )
    assert {user_id: story.processes(user_id) for user_id in (1, 2)} == before
    assert all(terminal.restarts_in_window == 0 or terminal.user_id == 2 for terminal in window._desk.fleet.terminals)


def test_an_engine_that_only_hangs_is_said_within_two_seconds_and_not_replaced(window, story, qtbot):
    pid = engine_pid(story)
    os.kill(pid, signal.SIGSTOP)
    try:
        hung = time.monotonic()
        qtbot.waitUntil(lambda: not window._desk.connection.is_connected, timeout=3000)
        assert time.monotonic() - hung < 2.5
        qtbot.waitUntil(lambda: "Another engine holds" in window.banner.words, timeout=SEEN_WITHIN_MS)
    finally:
        os.kill(pid, signal.SIGCONT)
    qtbot.waitUntil(lambda: window._desk.connection.is_connected, timeout=SEEN_WITHIN_MS)
    assert engine_pid(story) == pid


WINDOW = """
import os, sys
from pathlib import Path
from mt5console.app import run_console
sys.exit(run_console(Path(sys.argv[1]), True, False))
"""


def test_a_killed_window_leaves_the_engine_and_a_new_one_finds_everything(story, qtbot):
    pid = engine_pid(story)
    child = subprocess.Popen([sys.executable, "-c", WINDOW, str(story.root)], env={**os.environ, "PYTHONPATH": "."})
    try:
        qtbot.waitUntil(lambda: _followers(child.pid) > 4, timeout=SEEN_WITHIN_MS)
    finally:
        child.kill()
        child.wait(timeout=10)
    assert engine_pid(story) == pid
    desk = EngineDesk(window_access(story.layout, None))
    desk.start()
    qtbot.waitUntil(lambda: len(desk.fleet.terminals) == 2, timeout=SEEN_WITHIN_MS)
    assert desk.connection.is_connected
    assert desk.stop(2000)


def _followers(pid: int) -> int:
    """How many threads a process has."""
    return len(os.listdir(f"/proc/{pid}/task"))


def test_the_window_ends_within_two_seconds(window, qtbot):
    began = time.monotonic()
    window.close()
    assert window._desk.stop(2000)
    assert time.monotonic() - began < 2.0


def test_what_is_remembered_comes_back(tmp_path):
    path = tmp_path / "window.ini"
    kept = Remembered(
        geometry=b"\x01\x02", dock_width=500, theme="light", layout="table", filter_text="a b", filter_states=("down",)
    )
    assert load(path) == Remembered()
    assert save(path, kept)
    assert load(path) == kept
    path.write_text("[window]\ntheme=pink\ndock_width=wide\n")
    assert load(path) == Remembered()


CALLS = """
import os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtWidgets import QApplication, QLabel, QWidget
application = QApplication([])
widget, label = QWidget(), QLabel()
for number in range(20_000):
    widget.update()
    label.setText("a")
    widget.setToolTip("")
print("alive")
"""


def test_twenty_thousand_void_calls_into_qt_leave_the_process_alive():
    done = subprocess.run([sys.executable, "-c", CALLS], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr


def test_a_click_with_the_mouse_selects_a_terminal_and_opens_its_dock(window, qtbot):
    card = window.fleet_view.card(2)
    assert card is not None
    middle = card.geometry().topLeft() + QPoint(20, 20)
    qtbot.mouseClick(window.fleet_view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    qtbot.waitUntil(lambda: window._dock is not None and window._dock.isVisible(), timeout=5000)
    assert window._dock.user_id == 2
