"""An engine lock in memory: objects with the same `holders` contend."""

from __future__ import annotations


class FakeBaseLock:
    """The lock port in memory. Give the same list to those who contend for one base directory."""

    def __init__(self, holders: list[FakeBaseLock] | None = None) -> None:
        self._holders: list[FakeBaseLock] = [] if holders is None else holders

    def acquire(self) -> bool:
        if not self._holders:
            self._holders.append(self)
        return self._holders[0] is self

    def release(self) -> None:
        if self in self._holders:
            self._holders.remove(self)
