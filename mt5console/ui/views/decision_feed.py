"""Keeps the decision trace of one terminal fresh: read again when something about the terminal has changed.

Runs in: GUI thread; reads through the desk and never waits. Must not know: widgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.pictures import Answer, TerminalPicture

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

LIMIT = 200
LEAST_BETWEEN_MS = 1000
ANYWAY_AFTER_MS = 5000
"""Not every decision changes the picture: the trace is read this often anyway."""


class DecisionFeed(QObject):
    """Signals:
    changed: a tuple of DecisionPicture, newest first.
    """

    changed = Signal(object)

    def __init__(self, desk: EngineDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._errands = Errands(desk, self)
        self._user_id: int | None = None
        self._seen: object = None
        self._is_dirty = False
        self._is_waiting = False
        self._since = QElapsedTimer()

    def show_user(self, user_id: int) -> None:
        """Another terminal's trace is wanted."""
        self._errands.forget()
        self._user_id, self._seen = user_id, None
        self._is_dirty, self._is_waiting = True, False
        self._ask()

    def note(self, terminal: TerminalPicture) -> None:
        """A picture came: read again if something about the terminal is another than before."""
        told = _what_matters(terminal)
        self._is_dirty = self._is_dirty or told != self._seen
        self._seen = told
        elapsed = self._since.elapsed() if self._since.isValid() else ANYWAY_AFTER_MS
        if elapsed >= ANYWAY_AFTER_MS or (self._is_dirty and elapsed >= LEAST_BETWEEN_MS):
            self._ask()

    def stir(self) -> None:
        """Something happened that the next picture may not tell: read again with it."""
        self._is_dirty = True

    def _ask(self) -> None:
        if self._user_id is None or self._is_waiting:
            return
        self._is_waiting, self._is_dirty = True, False
        self._since.start()
        self._errands.read("decisions", self._on_answer, user_id=self._user_id, limit=LIMIT)

    def _on_answer(self, answer: Answer) -> None:
        self._is_waiting = False
        if answer.ok:
            self.changed.emit(answer.value)
        else:
            self._is_dirty = True


def _what_matters(terminal: TerminalPicture) -> object:
    """What a new decision mostly changes; words count seconds and would change every time."""
    checks = tuple(check.ok for _, check in terminal.checks)
    robots = tuple((robot.robot_id, robot.state, robot.deployment_id) for robot in terminal.robot_pictures)
    return terminal.state, terminal.incident, terminal.pid, terminal.restarts_in_window, checks, robots
