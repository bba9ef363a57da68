"""What goes wrong in the window lands in its log and before the person's eyes; a password lands in neither."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLoggingCategory, qCWarning, qWarning

from mt5console.core.credentials import Secret, masked
from mt5console.logs import WINDOW_FILES_KEPT, WindowLog
from mt5console.ui.mistakes import Mistakes

WRONG = """
import logging, sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer, qWarning
from mt5console.core.credentials import Secret
from mt5console.logs import WindowLog
from mt5console.ui.application import WindowPlan, run_window
from mt5console.ui.bridge.access import EngineAccess

logging.getLogger("before").warning("said before there is a window")
secret = Secret("canary-8817")


class Story:
    "Goes wrong in every way that there is, then ends."

    def __init__(self): self.go_on = threading.Event()

    def run(self, tell):
        qWarning("Qt did not like this")
        thread = threading.Thread(target=lambda: int("a number: " + secret.reveal()))
        thread.start()
        thread.join()
        self.go_on.wait(1.0)

    def stop(self): self.go_on.set()


def slip():
    raise ValueError("in a slot")


QTimer.singleShot(0, slip)
access = EngineAccess(find_client=lambda _timeout_s: None, launch=None)
logs, picture = Path(sys.argv[1]), Path(sys.argv[2])
plan = WindowPlan(asks_on_quit=False, story=Story(), screenshot=picture, log=lambda: WindowLog(logs))
told = []
from mt5console.ui.widgets.toast import Toasts
tell = Toasts.tell
Toasts.tell = lambda self, words, *rest, **more: (told.append(words), tell(self, words, *rest, **more))[1]
code = run_window(access, plan)
print(chr(10).join(told))
sys.exit(code)
"""


def lines_of(folder: Path) -> list[dict[str, Any]]:
    (file,) = folder.glob("window-*.log")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_mistakes_and_complaints_are_logged_and_told_and_the_window_goes_on(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WRONG, str(tmp_path / "logs"), str(tmp_path / "window.png")],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "window.png").stat().st_size > 1000
    lines = lines_of(tmp_path / "logs")
    events = [str(line["event"]) for line in lines]
    assert "Qt: Qt did not like this" in events
    exceptions = [line["exception"] for line in lines if "exception" in line]
    assert any("in a slot" in text for text in exceptions)
    assert any("invalid literal for int" in text for text in exceptions)
    assert "canary-8817" not in (tmp_path / "logs" / next((tmp_path / "logs").iterdir()).name).read_text("utf-8")
    assert any("ValueError" in words for words in ran.stdout.splitlines())
    assert "The window's toolkit complains: Qt did not like this" in ran.stdout.splitlines()


def test_what_qt_says_of_the_desktop_is_for_the_log_alone(qtbot: Any, caplog: pytest.LogCaptureFixture) -> None:
    mistakes, told = Mistakes(), list[str]()
    mistakes.found.connect(told.append)
    mistakes.listen()
    try:
        with caplog.at_level(logging.INFO):
            qCWarning(QLoggingCategory("qt.qpa.window"), "cannot set the geometry")
            qWarning("EnableNonClientDpiScaling() failed for HWND 0x30064 (120) (Call not implemented.)")
            qCWarning(QLoggingCategory("qt.widgets"), "a layout is wrong")
    finally:
        mistakes.stop_listening()
    assert told == ["The window's toolkit complains: a layout is wrong"]
    assert "Qt: cannot set the geometry" in caplog.messages


def test_the_log_keeps_what_came_before_its_file_and_lets_the_oldest_files_go(tmp_path: Path) -> None:
    for number in range(WINDOW_FILES_KEPT + 5):
        (tmp_path / f"window-{number}.log").write_text("old\n")
    early = logging.LogRecord("early", logging.WARNING, "", 0, "said %s", ("before",), None)
    log = WindowLog(tmp_path)
    log.start([early])
    logging.getLogger("later").error("said after")
    log.stop()
    logging.getLogger("later").error("said too late")
    events = [json.loads(line)["event"] for line in log.path.read_text("utf-8").splitlines()]
    assert events == ["said before", "said after"]
    assert len(list(tmp_path.glob("window-*.log"))) == WINDOW_FILES_KEPT


def test_a_living_secret_is_masked_wherever_its_value_stands() -> None:
    secret = Secret("correct horse")
    assert masked("the password is correct horse, twice: correct horse") == "the password is ***, twice: ***"
    del secret
    assert masked("correct horse") == "correct horse"


@pytest.mark.parametrize("value", ["", "abc"])
def test_what_is_too_short_to_tell_apart_masks_nothing(value: str) -> None:
    secret = Secret(value)
    assert masked("abc def") == "abc def"
    assert str(secret) == "***"
