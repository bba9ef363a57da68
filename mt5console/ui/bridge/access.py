"""What the composition root hands to the desk: how to find the engine, how to start one, where journals are read.

Every callable here runs in the bridge's own threads, never in the GUI thread, and may block for a bounded time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from mt5console.api.client import EngineClient


class EngineHandle(Protocol):
    """A started engine process, only to be asked whether it has ended (a Popen is one)."""

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        ...


class JournalSource(Protocol):
    """One user's journals, terminal and experts merged."""

    def poll(self) -> list[dict[str, Any]]:
        """The lines since the last look, oldest first, in the journal shape with `log` beside it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAccess:
    """How this window reaches its engine.

    `find_client(timeout_s)`: a client of the engine that answers now, None when none does within `timeout_s`.
    `launch`: start an engine as a detached process; None: only attach, somebody else keeps the engine.
    `open_journal(user_id)`: a user's journals, from near their end on.
    """

    find_client: Callable[[float], EngineClient | None]
    launch: Callable[[], EngineHandle] | None
    open_journal: Callable[[int], JournalSource]
