"""The event log: what clients follow. Bounded, numbered, waited for; a slow reader never holds the engine up.

Must not know: who reads, or over which wire.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

KEPT = 4000
SNAPSHOT = "snapshot"


class EventLog:
    """Thread-safe. Numbers grow by one for each event of one engine's life, starting at 1.

    Of the snapshots only the newest is kept: each holds everything, and thousands of them would fill the memory.
    """

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._snapshot: dict[str, Any] | None = None
        self._changed = threading.Condition()
        self._number = 0
        self._readers = 0
        self._closed = False

    @property
    def followed(self) -> bool:
        """Whether somebody is waiting for events now."""
        return self._readers > 0

    def add(self, kind: str, data: dict[str, Any]) -> None:
        """Append one event and wake readers."""
        with self._changed:
            self._number += 1
            event = {"number": self._number, "type": kind, "data": data}
            if kind == SNAPSHOT:
                self._snapshot = event
            else:
                self._events.append(event)
            self._changed.notify_all()

    def after(self, number: int, wait_s: float) -> list[dict[str, Any]]:
        """Events after `number`, waiting up to `wait_s` for the first; a number from another life starts anew."""
        with self._changed:
            self._readers += 1
            try:
                if number > self._number:
                    number = 0
                if self._number <= number and not self._closed:
                    self._changed.wait(timeout=wait_s)
                return self._newer(number)
            finally:
                self._readers -= 1

    def _newer(self, number: int) -> list[dict[str, Any]]:
        newer = [event for event in self._events if event["number"] > number]
        if self._snapshot is not None and self._snapshot["number"] > number:
            newer.append(self._snapshot)
            newer.sort(key=lambda event: int(event["number"]))
        return newer

    def close(self) -> None:
        """Wake everybody for the last time."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
