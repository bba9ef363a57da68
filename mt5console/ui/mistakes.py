"""What went wrong in the window's own process: logged, and told to the person; nothing is lost silently.

Uncaught exceptions of every thread, and what Qt complains about. Must not know: where the log is written.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

log = logging.getLogger(__name__)

MOST_EARLY = 1000
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_PLATFORM_CATEGORY = "qt.qpa"
_OF_THE_PLATFORM = (
    "This plugin does not support",
    "QStandardPaths: ",
    "libpng ",
    "Could not register app ID",
    "EnableNonClientDpiScaling() failed",
)
"""What Qt says of the desktop it runs on: for the log alone, a person can do nothing about it."""


class EarlyLog(logging.Handler):
    """Keeps what is logged until the log's file is there."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:  # noqa: D102 - logging's name
        if len(self.records) < MOST_EARLY:
            self.records.append(record)


class Mistakes(QObject):
    """Listens from `listen` to `stop_listening`.

    Signals:
        found: what to tell a person, in a sentence; each sentence once. May be emitted in any thread.
    """

    found = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: set[str] = set()
        self._hooks = (sys.excepthook, threading.excepthook)

    def listen(self) -> None:
        """Take the places where mistakes end up."""
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(self._on_qt_message)

    def stop_listening(self) -> None:
        """Give them back."""
        sys.excepthook, threading.excepthook = self._hooks
        qInstallMessageHandler(None)

    def _on_exception(self, kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        """What no slot caught: the window goes on."""
        if issubclass(kind, KeyboardInterrupt):
            from PySide6.QtWidgets import QApplication

            QApplication.exit(1)
            return
        log.error("a mistake in mt5console itself", exc_info=(kind, error, where))
        self._tell(f"A mistake in mt5console itself ({kind.__name__}); the window goes on. Its log says where.")

    def _on_thread_exception(self, hook: threading.ExceptHookArgs) -> None:
        if hook.exc_value is not None:
            self._on_exception(hook.exc_type, hook.exc_value, hook.exc_traceback)

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        level = _LEVELS.get(kind, logging.WARNING)
        of_the_platform = (context.category or "").startswith(_PLATFORM_CATEGORY) and level < logging.CRITICAL
        if of_the_platform or text.startswith(_OF_THE_PLATFORM):
            log.info("Qt: %s", text)
            return
        log.log(level, "Qt: %s", text)
        if level >= logging.WARNING:
            self._tell(f"The window's toolkit complains: {text}")

    def _tell(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            self.found.emit(words)
