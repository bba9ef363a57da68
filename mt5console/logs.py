"""The engine's and the window's own logs: rotating files, one JSON object a line, secrets replaced after formatting.

Must not know: what is logged.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import queue
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from mt5console.core.credentials import masked
from mt5console.core.errors import ConsoleError

log = logging.getLogger(__name__)

BYTES_A_FILE = 5_000_000
FILES_KEPT = 5
WINDOW_BYTES = 1_000_000
WINDOW_FILES_KEPT = 10
"""Of all windows that ever ran here, their rotated files included."""
TURNED_AGAIN_S = 60.0
"""A full file that could not be set aside is written on for so long before that is tried again."""


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


class TurningFile(logging.handlers.RotatingFileHandler):
    """A log file and the full ones before it; whoever holds one of them open delays the turn and loses no line.

    The full file is set aside first: on Windows that is what fails while somebody reads it, and then nothing was moved.
    `<name>.next` is one that was set aside and has not found its place yet.
    """

    def __init__(self, path: Path, full_bytes: int, kept: int, clock: Callable[[], float] = time.monotonic) -> None:
        # Opened with the first line: a file that somebody holds at the start delays the log, not the engine.
        super().__init__(path, maxBytes=full_bytes, backupCount=kept, encoding="utf-8", delay=True)
        self._clock = clock
        self._not_before = 0.0

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: D102, N802 - logging's name
        return self._clock() >= self._not_before and bool(super().shouldRollover(record))

    def doRollover(self) -> None:  # noqa: D102, N802 - logging's name
        if self.stream:
            self.stream.close()
            self.stream = None
        try:
            aside = self._named("next")
            if not aside.exists():
                os.replace(self.baseFilename, aside)
            for number in range(self.backupCount - 1, 0, -1):
                if self._named(number).exists():
                    os.replace(self._named(number), self._named(number + 1))
            os.replace(aside, self._named(1))
        except OSError:
            self._not_before = self._clock() + TURNED_AGAIN_S

    def _named(self, suffix: object) -> Path:
        return Path(f"{self.baseFilename}.{suffix}")


def configure_engine_logs(folder: Path) -> None:
    """Log to `engine.log` in the folder and, short, to stderr. Lines carry UTC instants."""
    folder.mkdir(parents=True, exist_ok=True)
    to_file = TurningFile(folder / "engine.log", BYTES_A_FILE, FILES_KEPT)
    to_file.setFormatter(_formatter())
    to_people = logging.StreamHandler(sys.stderr)
    to_people.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    to_people.addFilter(lambda record: not getattr(record, "said_elsewhere", False))
    root = logging.getLogger()
    root.handlers[:] = [to_file, to_people]
    root.setLevel(logging.INFO)


@contextmanager
def ends_logged(what: str) -> Iterator[None]:
    """An error that ends `what` stands in the log's file as well: a program without a console says it to nobody.

    On stderr whoever catches it says it, once.
    """
    elsewhere = {"said_elsewhere": True}
    try:
        yield
    except ConsoleError as error:
        log.error("%s ended: %s (%s)", what, error.text, error.code, extra=elsewhere)
        raise
    except Exception:
        log.exception("%s ended by a mistake in mt5console itself", what, extra=elsewhere)
        raise


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
        to_file = TurningFile(self.path, WINDOW_BYTES, 1)
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
        for file in sorted(self.path.parent.glob("window-*.log*"), key=_written, reverse=True)[WINDOW_FILES_KEPT - 1 :]:
            # Somebody reads it, or another window was quicker: it goes the next time.
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


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
