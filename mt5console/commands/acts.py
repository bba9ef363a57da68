"""Acts: ask the engine, follow the operation to its end, and turn the end into an answer and an exit code.

Must not know: how an act is done.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mt5console.commands.output import complain, emit, note
from mt5console.commands.session import ACTOR, Session
from mt5console.core.errors import EXIT_DONE, EXIT_FAILED, ConsoleError

if TYPE_CHECKING:
    # Loading the core's vocabulary costs more than parsing a command line.
    from mt5console.core.ports import EngineDoor

STEP_S = 1.0
PATIENCE_EXTRA_S = 150.0
"""Beyond an act's own timeout: the engine ends every act by itself, put-backs included; this only guards against it
not doing so."""

Watch = Callable[[dict[str, Any]], None]
"""Called with the operation each time it was asked after."""


def perform(session: Session, kind: str, arguments: dict[str, Any], words: Callable[[dict[str, Any]], None]) -> int:
    """Open a door, do one act and show its end; gives the exit code. Raises `ConsoleError`."""
    with session.open(acting=True) as door:
        ended = follow(door, door.submit(kind, arguments, ACTOR), arguments.get("timeout_s", 60.0), progress_watch())
    return show_end(session, ended, words)


def follow(door: EngineDoor, operation: dict[str, Any], timeout_s: float, watch: Watch) -> dict[str, Any]:
    """Wait until the operation has ended. Raises `ConsoleError` (code `not_ended`) when it never does."""
    deadline = time.monotonic() + timeout_s + PATIENCE_EXTRA_S
    watch(operation)
    while operation["state"] == "running":
        if time.monotonic() > deadline:
            raise ConsoleError(
                "not_ended", f"operation {operation['operation_id']} still runs: see `mt5console status`"
            )
        operation = door.operation(operation["operation_id"], STEP_S)
        watch(operation)
    return operation


def progress_watch() -> Watch:
    """Shows each new word of progress on a screen; silent elsewhere."""
    last = ""

    def watch(operation: dict[str, Any]) -> None:
        nonlocal last
        words = str(operation.get("progress") or "")
        if words != last and operation["state"] == "running":
            last = words
            note(f"… {words}")

    return watch if sys.stderr.isatty() else _unseen


def _unseen(_operation: dict[str, Any]) -> None:
    return None


def show_end(session: Session, ended: dict[str, Any], words: Callable[[dict[str, Any]], None]) -> int:
    """The result on stdout, an error's line on stderr; gives the exit code."""
    error, result = ended.get("error"), ended.get("result")
    if error is None:
        emit(session, ended if result is None else result, lambda: words(ended))
    else:
        complain(str(error["text"]))
    exit_code = int(ended.get("exit_code", EXIT_DONE))
    return EXIT_FAILED if exit_code == EXIT_DONE and ended["state"] != "done" else exit_code
