"""Runs the window: the Qt application, the desk, what is remembered, and the end of it all.

Must not know: which engine, or how it is started: the composition root passes that in.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from mt5console.core.errors import EXIT_DONE, EXIT_FAILED
from mt5console.ui.bridge.access import EngineAccess
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.bridge.first_run import FirstRunDesk
from mt5console.ui.bridge.first_run_access import FirstRunAccess
from mt5console.ui.bridge.story import Story, StoryThread
from mt5console.ui.main_window import MainWindow
from mt5console.ui.mistakes import EarlyLog, Mistakes
from mt5console.ui.theme.look import STYLE_ARGUMENTS, look
from mt5console.ui.window.remembered import Remembered, load, save

log = logging.getLogger(__name__)

DESK_END_MS = 2000
STORY_END_MS = 8000
FIRST_RUN_END_MS = 4000
"""A copy of the template that is broken off takes away what it has made."""
SCREENSHOT_AFTER_MS = 600
"""How long the window may settle after the story before it is saved as a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPlan:
    """How a window is to run. `settings`: the file that remembers layout, None: nothing is remembered.

    `log`: opens the log's file, called in a thread beside the GUI after the first frame.
    `first_run`: how the wizard reaches this machine; None: neither wizard nor demo is offered.
    `screenshot`: save the window there when the story has ended, then end. `ends_with_story`: end then anyway.
    """

    read_only: bool = False
    asks_on_quit: bool = True
    settings: Path | None = None
    log: Callable[[], LogFile] | None = None
    story: Story | None = None
    first_run: FirstRunAccess | None = None
    screenshot: Path | None = None
    ends_with_story: bool = False
    size: tuple[int, int] | None = None


def run_window(access: EngineAccess, plan: WindowPlan, arguments: Sequence[str] = ()) -> int:
    """Show the window until it is closed; gives the exit code. Raises ConsoleError when there is no display."""
    application = new_application(arguments)
    desk = EngineDesk(access, read_only=plan.read_only)
    run = _Run(desk, plan, load(plan.settings))
    run.window.show()
    try:
        exit_code = application.exec()
    finally:
        ended = run.stop()
        run.close_log()
    if not ended:
        # A thread that still waits for somebody else's answer must not keep the person waiting.
        log.warning("a thread did not end in time; the process ends without it")
        logging.shutdown()
        sys.stdout.flush()
        os._exit(exit_code)
    return exit_code


def new_application(arguments: Sequence[str] = ()) -> QApplication:
    """The Qt application in the console's look. One a process."""
    application = QApplication(["mt5console", *STYLE_ARGUMENTS, *arguments])
    application.setApplicationName("mt5console")
    application.setDesktopFileName("mt5console")
    # Closing the window decides, not the last dialog.
    application.setQuitOnLastWindowClosed(False)
    look().dress(style=False)
    return application


class LogFile(Protocol):
    """Where a window's log goes."""

    def start(self, earlier: Sequence[logging.LogRecord] = ()) -> None:
        """Write what came earlier and what comes; raises OSError."""
        ...

    def stop(self) -> None:
        """Write what still waits, then no more."""
        ...


class _Run(QObject):
    """One run of the window."""

    def __init__(self, desk: EngineDesk, plan: WindowPlan, remembered: Remembered) -> None:
        super().__init__()
        self._early = EarlyLog()
        self._log_file: LogFile | None = None
        self._mistakes = Mistakes(self)
        self._listen()
        self._desk, self._plan = desk, plan
        self._exit_code = EXIT_DONE
        self._first_run = (
            None if plan.first_run is None else FirstRunDesk(plan.first_run, read_only=plan.read_only, parent=self)
        )
        self.window = MainWindow(desk, remembered, asks_on_quit=plan.asks_on_quit, first_run=self._first_run)
        if plan.size is not None:
            self.window.resize(*plan.size)
        self.window.do_first(self._open_log)
        self._mistakes.found.connect(self._on_mistake_found)
        self.window.closed.connect(self._on_closed)
        self.window.painted.connect(self._on_painted)
        self._story = None if plan.story is None else StoryThread(plan.story, self)
        if self._story is not None:
            self._story.told.connect(self.window.activity.tell)
            self._story.ended.connect(self._on_story_ended)

    def _listen(self) -> None:
        """Nothing that is logged from now on is lost, although the log's file comes after the first frame."""
        root = logging.getLogger()
        root.addHandler(self._early)
        if root.level > logging.INFO or root.level == logging.NOTSET:
            root.setLevel(logging.INFO)
        self._mistakes.listen()

    def _open_log(self) -> None:
        """Runs in: the loader's thread."""
        if self._plan.log is None:
            return
        file = self._plan.log()
        try:
            file.start(self._early.records)
        except OSError as error:
            log.warning("the window's log cannot be written: %s", error)
            return
        logging.getLogger().removeHandler(self._early)
        self._log_file = file

    def close_log(self) -> None:
        """The last of all: what is said until here is written."""
        self._mistakes.stop_listening()
        logging.getLogger().removeHandler(self._early)
        if self._log_file is not None:
            self._log_file.stop()

    @Slot(str)
    def _on_mistake_found(self, words: str) -> None:
        self.window.toasts.tell(words, "failing")

    def stop(self) -> bool:
        """End every thread, then remember the layout; False when a thread did not end in time."""
        ended = self._desk.stop(DESK_END_MS)
        if self._story is not None:
            ended = self._story.stop(STORY_END_MS) and ended
        if self._first_run is not None:
            ended = self._first_run.stop(FIRST_RUN_END_MS) and ended
        if self._plan.settings is not None and not save(self._plan.settings, self.window.remembered_now()):
            log.warning("the window's layout could not be remembered in %s", self._plan.settings)
        return ended

    @Slot()
    def _on_painted(self) -> None:
        if self._story is not None:
            self._story.start()

    @Slot(str)
    def _on_story_ended(self, failure: str) -> None:
        self.window.activity.tell("")
        if failure:
            self._exit_code = EXIT_FAILED
            self.window.toasts.tell(failure, "failing")
        if self._plan.screenshot is not None:
            QTimer.singleShot(SCREENSHOT_AFTER_MS, self, self._on_screenshot_due)
        elif self._plan.ends_with_story:
            self.window.close()

    @Slot()
    def _on_screenshot_due(self) -> None:
        path = self._plan.screenshot
        if path is not None and not self.window.grab().save(str(path), "PNG"):
            log.error("the screenshot could not be saved as %s", path)
            self._exit_code = EXIT_FAILED
        self.window.close()

    @Slot()
    def _on_closed(self) -> None:
        QApplication.exit(self._exit_code)
