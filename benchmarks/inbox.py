"""Where measured processes tell of what they saw: one datagram `KIND TAG PID NANOSECONDS` each (monotonic clock).

The stamp is taken by the teller, so that our own waking up costs nothing. Must not know: who tells.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Inbox:
    """What was told, by kind and tag: pid and instant of the newest telling."""

    path: Path
    socket: socket.socket
    told: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def take(self, until_ns: int) -> bool:
        """Take one telling, waiting until then; False when none came."""
        self.socket.settimeout(max(0.0001, (until_ns - time.perf_counter_ns()) / 1e9))
        try:
            words = self.socket.recv(256).decode().split()
        except TimeoutError:
            return False
        kind, tag, pid, stamp = words
        self.told.setdefault((kind, tag), (int(pid), int(stamp)))
        return True

    def drain(self, seconds: float) -> None:
        """Take whatever comes within this time."""
        until = time.perf_counter_ns() + int(seconds * 1e9)
        while time.perf_counter_ns() < until:
            self.take(until)

    def wait(self, kind: str, tags: set[str], seconds: float) -> bool:
        """Wait until this was told of all these tags."""
        until = time.perf_counter_ns() + int(seconds * 1e9)
        while any((kind, tag) not in self.told for tag in tags):
            if not self.take(until) and time.perf_counter_ns() >= until:
                return False
        return True

    def forget(self, tag: str) -> None:
        """What was told of this tag so far is of the past."""
        for key in [key for key in self.told if key[1] == tag]:
            del self.told[key]


@contextmanager
def inbox(directory: Path) -> Iterator[Inbox]:
    """An inbox in this directory."""
    path = directory / "inbox"
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        receiver.bind(str(path))
        yield Inbox(path, receiver)
    finally:
        receiver.close()
        path.unlink(missing_ok=True)


class Teller:
    """The other end, for measured processes in Python."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.connect(path)

    def tell(self, kind: str, tag: object = 0, pid: int = 0, stamp_ns: int = 0) -> None:
        """Tell; the stamp was taken when it happened."""
        self._socket.send(f"{kind} {tag} {pid} {stamp_ns}".encode())
