"""A person before a window of a real engine: finds things by their names, types and clicks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QWidget

from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.main_window import MainWindow
from tests.story.desk import Desk

SOON_MS = 15_000


class Person:
    """Looks, types and clicks."""

    def __init__(self, qtbot: Any, story: Desk, desk: EngineDesk, window: MainWindow) -> None:
        self.qtbot, self.story, self.desk, self.window = qtbot, story, desk, window

    def waits(self, condition: Callable[[], object], within_ms: int = SOON_MS) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=within_ms)

    def finds(self, kind: type[Any], name: str, within: QWidget | None = None) -> Any:
        found = (within or self.window).findChild(kind, name)
        assert found is not None, name
        return found

    def clicks(self, name: str, within: QWidget | None = None) -> None:
        self.waits(lambda: (within or self.window).findChild(QPushButton, name) is not None)
        button = self.finds(QPushButton, name, within)
        self.waits(lambda: button.isVisible() and button.isEnabled())
        button.click()

    def types(self, name: str, text: str, within: QWidget) -> None:
        field = self.finds(QLineEdit, name, within)
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)

    def dialog(self, name: str) -> QDialog:
        """The newest open dialog of this name."""
        self.waits(lambda: self._open(name))
        return self._open(name)[-1]

    def sees_gone(self, name: str) -> None:
        """Every dialog of this name has closed."""
        self.waits(lambda: not self._open(name), 60_000)

    def _open(self, name: str) -> list[QDialog]:
        return [one for one in self.window.findChildren(QDialog, name) if one.isVisible()]
