"""Watches the GUI thread: nothing it does may touch a file, a socket, SQLite, a process or a wait, or take long.

What is allowed is named here and nowhere else. CPU time is the thread's own: a busy machine does not fail a test.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QAbstractEventDispatcher, QObject

FORBIDDEN = (
    "open",
    "os.listdir",
    "os.scandir",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "shutil.",
    "socket.",
    "sqlite3.",
    "subprocess.Popen",
    "os.system",
    "os.posix_spawn",
    "os.fork",
    "time.sleep",
)
MOST_CPU_S = 0.050
"""The thread's own CPU time between two returns to the event loop."""

_watching: list[GuiGuard] = []
_hooked = False


class GuiGuard(QObject):
    """Begun and ended in the GUI thread; `found` says what was done there that must not be."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.turns: list[float] = []
        self._thread = threading.get_ident()
        self._began: float | None = None
        self._quiet = False

    def note(self, what: str) -> None:
        """Something happened; keep it when it was in the GUI thread."""
        if threading.get_ident() != self._thread or self._quiet:
            return
        # Frames alone: a traceback would read source files, and be noted itself.
        frames = [frame for frame, _line in traceback.walk_stack(None)]
        if any("importlib" in frame.f_code.co_filename for frame in frames):
            what = f"a module was loaded: {what}"
        where = [f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}" for frame in frames[2:9]]
        self.found.append(f"{what} by {' < '.join(where)}")

    def begin(self) -> None:
        """Watch from now on. What tests before this one left in memory is not the window's: no collection walks it."""
        gc.collect()
        gc.freeze()
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._on_awake)
        dispatcher.aboutToBlock.connect(self._on_about_to_block)
        _watching.append(self)
        self._began = time.thread_time()

    def end(self) -> None:
        """Watch no more."""
        gc.unfreeze()
        _watching.remove(self)
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.disconnect(self._on_awake)
        dispatcher.aboutToBlock.disconnect(self._on_about_to_block)

    @contextmanager
    def looking_away(self) -> Iterator[None]:
        """For what the test itself does in this thread."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False
            self._began = time.thread_time()

    def _on_awake(self) -> None:
        # A turn that leaves work for the next one does not block in between.
        self._end_turn()
        self._began = time.thread_time()

    def _on_about_to_block(self) -> None:
        self._end_turn()

    def _end_turn(self) -> None:
        if self._began is not None and not self._quiet:
            self.turns.append(time.thread_time() - self._began)
        self._began = None

    @property
    def longest_s(self) -> float:
        """The longest turn seen."""
        return max(self.turns, default=0.0)


@contextmanager
def guarded(patch: Callable[[Any, str, Any], None]) -> Iterator[GuiGuard]:
    """A guard over this thread. `patch`: monkeypatch.setattr."""
    _hook()
    guard = GuiGuard()
    for owner, name in (
        (time, "sleep"),
        (threading.Event, "wait"),
        (threading.Condition, "wait"),
        (threading.Thread, "join"),
    ):
        patch(owner, name, _noting(getattr(owner, name), f"{owner.__name__}.{name}"))
    guard.begin()
    try:
        yield guard
    finally:
        guard.end()


def _noting(call: Callable[..., Any], name: str) -> Callable[..., Any]:
    def noted(*arguments: Any, **named: Any) -> Any:
        for guard in _watching:
            guard.note(name)
        return call(*arguments, **named)

    return noted


def _hook() -> None:
    """An audit hook cannot be taken away again; it does nothing while nobody watches."""
    global _hooked
    if not _hooked:
        _hooked = True
        sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event.startswith(FORBIDDEN):
        for guard in tuple(_watching):
            guard.note(f"{event} {arguments[:1]}")
