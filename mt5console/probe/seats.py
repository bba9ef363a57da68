"""Who may use which probe child, and when: a child each for few terminals, a small pool for many.

The same terminal is visited by one thread at a time, different ones in parallel. Must not know: the package, or what
is asked of a child.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from mt5console.probe.child import ProbeChild


class Seat:
    """Room for one child. `attached` is the terminal that its package is connected to, as far as we know."""

    def __init__(self, start: Callable[[], ProbeChild]) -> None:
        self._start = start
        self._child: ProbeChild | None = None
        self._lock = threading.Lock()
        self.attached: str | None = None

    def child(self) -> ProbeChild:
        """The living child; started when there is none. Raises OSError."""
        with self._lock:
            if self._child is None:
                self.attached = None
                self._child = self._start()
            return self._child

    def clear(self) -> None:
        """End the child; the next one begins afresh."""
        with self._lock:
            child, self._child = self._child, None
            self.attached = None
        if child is not None:
            child.kill()

    def interrupt(self) -> None:
        """End the child under whoever is using it: its call ends at once, and the user clears the seat."""
        with self._lock:
            child = self._child
        if child is not None:
            child.kill()


class Seats:
    """Gives out seats. Up to `max_dedicated` terminals keep one each; above that `pool_size` serve them in turn."""

    def __init__(self, start: Callable[[], ProbeChild], max_dedicated: int, pool_size: int) -> None:
        self._start = start
        self._max_dedicated = max_dedicated
        self._pool_size = pool_size
        self._freed = threading.Condition()
        self._known: set[str] = set()
        self._idle: list[Seat] = []
        self._busy: dict[str, Seat] = {}
        self._closed = False

    def take(self, terminal: str, until_s: float) -> Seat | None:
        """A seat for this terminal, its own one if possible; None when none came free until then (monotonic
        seconds), or when everything is closed."""
        with self._freed:
            self._known.add(terminal)
            while not self._closed:
                seat = self._pick(terminal) if terminal not in self._busy else None
                if seat is not None:
                    self._busy[terminal] = seat
                    return seat
                if not self._freed.wait(max(0.0, until_s - time.monotonic())):
                    return None
        return None

    def give_back(self, terminal: str, seat: Seat) -> None:
        """The visit is over."""
        with self._freed:
            self._busy.pop(terminal, None)
            self._idle.append(seat)
            surplus = self._surplus()
            self._freed.notify_all()
        for each in surplus:
            each.clear()

    def drop(self, terminal: str) -> None:
        """End this terminal's child, busy or idle, and forget the terminal until it is asked for again."""
        with self._freed:
            self._known.discard(terminal)
            busy = self._busy.get(terminal)
            own = [seat for seat in self._idle if seat.attached == terminal]
            self._idle = [seat for seat in self._idle if seat not in own]
            surplus = self._surplus()
            self._freed.notify_all()
        if busy is not None:
            busy.interrupt()
        for seat in (*own, *surplus):
            seat.clear()

    def close(self) -> None:
        """End all children; nobody gets a seat any more."""
        with self._freed:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy.values())
            self._freed.notify_all()
        for seat in idle:
            seat.clear()
        for seat in busy:
            seat.interrupt()

    def _room(self) -> int:
        return len(self._known) if len(self._known) <= self._max_dedicated else self._pool_size

    def _pick(self, terminal: str) -> Seat | None:
        for wanted in (terminal, None):
            for seat in self._idle:
                if seat.attached == wanted:
                    self._idle.remove(seat)
                    return seat
        if len(self._idle) + len(self._busy) < self._room():
            return Seat(self._start)
        # The one that has rested longest is connected to another terminal: it switches.
        return self._idle.pop(0) if self._idle else None

    def _surplus(self) -> list[Seat]:
        """Takes idle seats beyond the room out (all of them once closed); the caller clears them."""
        too_many = len(self._idle) + len(self._busy) - (0 if self._closed else self._room())
        count = max(0, min(too_many, len(self._idle)))
        surplus, self._idle = self._idle[:count], self._idle[count:]
        return surplus
