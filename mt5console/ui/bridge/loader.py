"""Loads heavy modules beside the GUI thread: the first frame waits for none of them, and no later one reads files.

Must not know: what the modules are for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QThread, Signal, Slot

log = logging.getLogger(__name__)


class _Importer(QObject):
    """Runs in: the loader's thread."""

    done = Signal()

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names
        self.first: Callable[[], None] | None = None

    @Slot()
    def run(self) -> None:
        if self.first is not None:
            self.first()
        for name in self._names:
            try:
                # Not by importlib: PySide's own look at a module's source hangs on this call, and would else be done by
                # the GUI thread when it first asks for the module.
                __import__(name, fromlist=("__name__",))
            except ImportError:
                # Whoever needs it will say so in its own words.
                log.exception("%s cannot be loaded", name)
        self.done.emit()
        QThread.currentThread().quit()


class ModuleLoader(QObject):
    """Imports modules in a thread of its own.

    Signals:
        loaded: every module was tried.
    """

    loaded = Signal()

    def __init__(self, names: Iterable[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._importer = _Importer(tuple(names))
        self._importer.done.connect(self.loaded)
        self._thread = QThread()
        self._thread.setObjectName("loader")
        self._importer.moveToThread(self._thread)
        self._thread.started.connect(self._importer.run)

    def do_first(self, errand: Callable[[], None]) -> None:
        """Do this in the loader's thread before anything is loaded; it may touch the disk and must not raise."""
        self._importer.first = errand

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, timeout_ms: int = 2000) -> bool:
        """Wait for the thread's end; an import cannot be broken off."""
        self._thread.quit()
        return self._thread.wait(timeout_ms)
