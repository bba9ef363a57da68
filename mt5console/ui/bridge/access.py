"""What the composition root hands to the desk: how to find the engine and how to start one.

Every callable here runs in the bridge's own threads, never in the GUI thread, and may block for a bounded time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # The client is HTTP and all that it needs; the first frame does without.
    from mt5console.api.client import EngineClient

NO_ENGINE = "No engine answers now, so nothing was asked of it. Try again when the window says that it is connected."


class EngineHandle(Protocol):
    """A started engine process, only to be asked whether it has ended (a Popen is one)."""

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAccess:
    """How this window reaches its engine.

    `find_client(timeout_s)`: a client of the engine that answers now, None when none does within `timeout_s`.
    `launch`: start an engine as a detached process; None: only attach, somebody else keeps the engine.
    """

    find_client: Callable[[float], EngineClient | None]
    launch: Callable[[], EngineHandle] | None
