"""Lanes: acts run in threads, one after another within a lane, side by side across lanes.

A lane is any hashable name (a user, a user's probe, the compiler). Must not know: what an act does.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger(__name__)

Act = Callable[[], None]


class Lanes:
    """A bounded pool of threads over any number of serial lanes. Thread-safe."""

    def __init__(self, threads: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)
        self._waiting: dict[Hashable, deque[Act]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, lane: Hashable, act: Act) -> None:
        """Run `act` after everything that was submitted to this lane before; silently dropped once closed."""
        with self._lock:
            if self._closed:
                return
            queue = self._waiting.get(lane)
            if queue is not None:
                queue.append(act)
                return
            self._waiting[lane] = deque([act])
            self._pool.submit(self._run, lane)

    def busy(self, lane: Hashable) -> bool:
        """Whether something of this lane is running or waiting."""
        with self._lock:
            return lane in self._waiting

    def _run(self, lane: Hashable) -> None:
        while True:
            with self._lock:
                act = self._waiting[lane][0]
            try:
                act()
            except Exception:
                log.exception("an act broke in lane %s", lane)
            with self._lock:
                queue = self._waiting[lane]
                queue.popleft()
                if not queue or self._closed:
                    del self._waiting[lane]
                    return

    def close(self, wait: bool = True) -> None:
        """Finish what runs, drop what waits."""
        with self._lock:
            self._closed = True
        self._pool.shutdown(wait=wait, cancel_futures=True)
