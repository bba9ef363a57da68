"""The engine's and the window's own logs: rotating files, one JSON object a line, secrets replaced after formatting.

Must not know: what is logged.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import queue
import sys
from collections.abc import Iterable
from pathlib import Path

import structlog

from mt5console.core.credentials import masked

BYTES_A_FILE = 5_000_000
FILES_KEPT = 5
WINDOW_BYTES = 1_000_000
WINDOW_FILES_KEPT = 10
"""Of all windows that ever ran here, their rotated files included."""


class _Masking(structlog.stdlib.ProcessorFormatter):
    """A password that reached a record by accident does not reach the file."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def _formatter() -> logging.Formatter:
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return _Masking(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )


def configure_engine_logs(folder: Path) -> None:
    """Log to `engine.log` in the folder and, short, to stderr. Lines carry UTC instants."""
    folder.mkdir(parents=True, exist_ok=True)
    to_file = logging.handlers.RotatingFileHandler(
        folder / "engine.log", maxBytes=BYTES_A_FILE, backupCount=FILES_KEPT, encoding="utf-8"
    )
    to_file.setFormatter(_formatter())
    to_people = logging.StreamHandler(sys.stderr)
    to_people.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [to_file, to_people]
    root.setLevel(logging.INFO)


class WindowLog:
    """A window's log file, `window-<pid>.log`, written by a thread of its own: who logs does not wait for a disk.

    Several windows may watch one base directory: each has a file; the oldest files go.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"window-{os.getpid()}.log"
        self._handler: logging.Handler | None = None
        self._listener: logging.handlers.QueueListener | None = None

    def start(self, earlier: Iterable[logging.LogRecord] = ()) -> None:
        """Write what came earlier, then whatever is logged from now on. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._forget_old_files()
        to_file = logging.handlers.RotatingFileHandler(
            self.path, maxBytes=WINDOW_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
        to_file.setFormatter(_formatter())
        waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._handler = _Queueing(waiting)
        self._listener = logging.handlers.QueueListener(waiting, to_file)
        # Heard before what came earlier is taken over: nothing that another thread says meanwhile falls between.
        logging.getLogger().addHandler(self._handler)
        self._handler.begin_with(earlier)
        self._listener.start()

    def stop(self) -> None:
        """Write what still waits, and write no more."""
        if self._handler is not None and self._listener is not None:
            logging.getLogger().removeHandler(self._handler)
            self._listener.stop()
            for handler in self._listener.handlers:
                handler.close()
            self._handler = self._listener = None

    def _forget_old_files(self) -> None:
        found = sorted(self.path.parent.glob("window-*.log*"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in found[WINDOW_FILES_KEPT - 1 :]:
            file.unlink(missing_ok=True)


class _Queueing(logging.handlers.QueueHandler):
    """Hands records over as they are: both ends are in this process."""

    def __init__(self, waiting: queue.SimpleQueue[logging.LogRecord]) -> None:
        super().__init__(waiting)
        self._waiting = waiting

    def begin_with(self, earlier: Iterable[logging.LogRecord]) -> None:
        """Put these first; what was heard meanwhile comes after them, once."""
        self.acquire()
        try:
            first = tuple(earlier)
            heard: list[logging.LogRecord] = []
            while not self._waiting.empty():
                heard.append(self._waiting.get())
            for record in (*first, *(one for one in heard if not any(one is known for known in first))):
                self._waiting.put(record)
        finally:
            self.release()

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record
