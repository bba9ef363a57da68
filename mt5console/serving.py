"""The engine's API kept open: one that went deaf is replaced by a new one, and its address published again.

Must not know: what is served, or who asks.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

from mt5console.core.errors import ConsoleError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
DEAF_AFTER = 3
"""So many questions in a row without an answer: a busy machine is no deaf server. A dead thread needs no question."""


class Server(Protocol):
    """What is kept open (`api.server.ApiServer`)."""

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        ...

    def start(self) -> str:
        """Listen; gives the url. Raises `ConsoleError`."""
        ...

    def answers(self) -> bool:
        """Whether somebody who connects gets a word."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class KeptOpen:
    """A server that is looked after. `publish` makes an address known. One thread owns it."""

    def __init__(
        self, make: Callable[[], Server], publish: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._publish = publish
        self._clock = clock
        self._server: Server | None = None
        self._is_open = False
        self._unanswered = 0
        self._next_look = 0.0

    def open(self) -> None:
        """Listen and make it known. Raises `ConsoleError`."""
        self._is_open, self._unanswered, self._next_look = False, 0, self._clock() + LOOK_EVERY_S
        self._server = self._make()
        self._publish(self._server.start())
        self._is_open = True

    def look(self) -> None:
        """Ask it now and then, and open a new one in place of one that is dead or deaf; tried again when that fails."""
        died = self._is_open and not self._alive
        if not died and self._clock() < self._next_look:
            return
        self._next_look = self._clock() + LOOK_EVERY_S
        if self._is_open and self._server is not None and self._server.answers():
            self._unanswered = 0
            return
        self._unanswered += 1
        if died or not self._is_open or self._unanswered >= DEAF_AFTER:
            self._open_anew()

    @property
    def _alive(self) -> bool:
        return self._server is not None and self._server.is_alive

    def close(self) -> None:
        """End it."""
        if self._server is not None:
            self._server.stop()

    def _open_anew(self) -> None:
        log.error("the local API does not answer any more: a new one is opened")
        self.close()
        try:
            self.open()
        except ConsoleError as error:
            log.error("the local API could not be opened: %s; it is tried again in %.0f s", error.text, LOOK_EVERY_S)
