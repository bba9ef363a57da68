"""Something that goes on beside the window, such as the demo's fleet coming up; it tells how far it is.

Must not know: what the story is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QThread, Signal, Slot

from mt5console.core.errors import ConsoleError

log = logging.getLogger(__name__)

_left_behind: list[QThread] = []
"""A story that did not end in time; kept, because destroying a running QThread ends the whole process."""


class Story(Protocol):
    """Runs in a thread of its own; may block."""

    def run(self, tell: Callable[[str], None]) -> None:
        """Everything, to its end. `tell`: a few words of what goes on now. Raises ConsoleError when it fails."""
        ...

    def stop(self) -> None:
        """Make `run` return soon; called from another thread, returns at once."""
        ...


class _Teller(QObject):
    """Runs in: the story's thread."""

    told = Signal(str)
    ended = Signal(str)

    def __init__(self, story: Story) -> None:
        super().__init__()
        self._story = story

    @Slot()
    def run(self) -> None:
        failure = ""
        try:
            self._story.run(self.told.emit)
        except ConsoleError as error:
            failure = error.text
        except Exception as error:
            log.exception("what went on beside the window failed")
            failure = f"This is a mistake in mt5console itself ({type(error).__name__})."
        self.ended.emit(failure)
        QThread.currentThread().quit()


class StoryThread(QObject):
    """Signals:
    told: words of what goes on.
    ended: it has ended; the words say why it failed, empty when it did not.
    """

    told = Signal(str)
    ended = Signal(str)

    def __init__(self, story: Story, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._story = story
        self._teller = _Teller(story)
        self._teller.told.connect(self.told)
        self._teller.ended.connect(self.ended)
        self._thread = QThread()
        self._thread.setObjectName("story")
        self._teller.moveToThread(self._thread)
        self._thread.started.connect(self._teller.run)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, timeout_ms: int = 2000) -> bool:
        """End it; False when it did not end in time."""
        self._story.stop()
        self._thread.quit()
        if self._thread.wait(timeout_ms):
            return True
        _left_behind.append(self._thread)
        return False
