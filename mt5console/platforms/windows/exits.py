"""Waiting for the ends of processes by their handles: a thread for every 62 of them, asleep until one ends.

Must not know: terminals, or why somebody watches.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import functools
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

from mt5console.platforms.exits import ExitWatcher, Watch

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import win32event
import win32process

from mt5console.platforms.windows.table import has_ended, open_process

_HANDLES_A_THREAD = 62
"""WaitForMultipleObjects takes 64; one is the thread's bell."""

_CLOSE_WAIT_S = 5.0


def _new_bell() -> Any:
    return win32event.CreateEvent(None, False, False, None)


@dataclass(slots=True, eq=False)
class _Batch:
    """What one thread waits for. The bell resets itself."""

    watches: list[Watch] = field(default_factory=list)
    bell: Any = field(default_factory=_new_bell)
    thread: threading.Thread | None = None


class HandleExitWatcher(ExitWatcher):
    """Told by the kernel through process handles; nothing is polled."""

    def __init__(self) -> None:
        super().__init__()
        self._batches: list[_Batch] = []

    def _begin(self, watch: Watch) -> bool:
        handle = open_process(watch.ref)
        if handle is None:
            return False
        watch.handle = handle
        watch.has_ended = functools.partial(has_ended, handle)
        batch = next((one for one in self._batches if len(one.watches) < _HANDLES_A_THREAD), None) or self._add_batch()
        batch.watches.append(watch)
        win32event.SetEvent(batch.bell)
        return True

    def _collect(self, watch: Watch) -> int | None:
        return win32process.GetExitCodeProcess(watch.handle)

    def _release(self, watch: Watch) -> None:
        # Not closed here: the thread may be waiting on the handle. It closes itself when the last one lets go.
        watch.has_ended = None
        watch.handle = None
        for batch in self._batches:
            if watch in batch.watches:
                batch.watches.remove(watch)
                win32event.SetEvent(batch.bell)

    def _ensure_running(self) -> None:
        if not self._batches:
            self._add_batch()

    def _add_batch(self) -> _Batch:
        batch = _Batch()
        batch.thread = threading.Thread(target=self._run, args=(batch,), name="process-exits", daemon=True)
        self._batches.append(batch)
        batch.thread.start()
        return batch

    def _wake(self) -> None:
        for batch in self._batches:
            win32event.SetEvent(batch.bell)

    def _join(self) -> None:
        for batch in self._batches:
            if batch.thread is not None and batch.thread is not threading.current_thread():
                batch.thread.join(_CLOSE_WAIT_S)

    def _run(self, batch: _Batch) -> None:
        while not self._closed:
            with self._lock:
                watches = list(batch.watches)
                handles = [watch.handle for watch in watches]
            signalled = win32event.WaitForMultipleObjects([batch.bell, *handles], False, win32event.INFINITE)
            index = signalled - win32event.WAIT_OBJECT_0
            if index > 0:
                self._ended(watches[index - 1])
            self._call_due()
