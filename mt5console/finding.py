"""How a running engine of a base directory is found, and what it means when none answers.

Must not know: what is asked of it.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import psutil

from mt5console.core.errors import ConsoleError, EngineHeld
from mt5console.core.ports import BaseLock
from mt5console.core.terminal.layout import BaseLayout

if TYPE_CHECKING:
    from mt5console.api.client import EngineClient

START_WAIT_S = 10.0
"""An engine that holds the lock may still be starting its API for so long."""
ANSWER_WAIT_S = 4.0
"""An engine that does not say how it is within this counts as silent."""
END_WAIT_S = 60.0
"""An engine that was asked to end may take so long: acts that are under way are carried through."""


def engine_client(layout: BaseLayout) -> EngineClient | None:
    """A client of the running engine, None when none answers."""
    from mt5console.api.client import EngineClient

    try:
        record = json.loads(layout.api.read_text("utf-8"))
        url, token = str(record["url"]), str(record["token"])
        with EngineClient(url, token, timeout_s=ANSWER_WAIT_S) as asked:
            asked.status()
    except (OSError, ValueError, KeyError, TypeError, ConsoleError):
        return None
    return EngineClient(url, token)


def late_client(layout: BaseLayout) -> EngineClient | None:
    """The client of an engine that is just starting; None at once when one that has published itself is silent."""
    until, tick = time.monotonic() + START_WAIT_S, threading.Event()
    while True:
        is_published = publisher_lives(layout)
        client = engine_client(layout)
        if client is not None or is_published or time.monotonic() > until:
            return client
        tick.wait(0.1)


def publisher_lives(layout: BaseLayout) -> bool:
    """Whether the process that wrote api.json still is there."""
    pid = publisher(layout)
    return pid is not None and psutil.pid_exists(pid)


def publisher(layout: BaseLayout) -> int | None:
    """The process that wrote api.json; None when there is no such file, or none that can be read."""
    try:
        pid = int(json.loads(layout.api.read_text("utf-8"))["pid"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return pid if 0 < pid < 2**31 else None


def silent_engine(layout: BaseLayout) -> EngineHeld:
    """The lock is held and nobody answers: nobody may act."""
    text = f"another engine holds {layout.root} but does not answer: end that process, or wait for it, then try again"
    return EngineHeld("engine_silent", text)


def wait_for_end(lock: BaseLock) -> bool:
    """Wait until nobody holds the base directory any more; False when that takes too long."""
    until, tick = time.monotonic() + END_WAIT_S, threading.Event()
    while not lock.acquire():
        if time.monotonic() > until:
            return False
        tick.wait(0.1)
    lock.release()
    return True
