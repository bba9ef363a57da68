"""A process of ours that outlives whoever starts it (an engine, the demo), seen by nobody and in nobody's way.

Must not know: what it is told to do, or who starts it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO

from mt5console.interpreter import program_directory

_ACCESS_DENIED = 5

_started: list[subprocess.Popen[bytes]] = []
"""Kept, so that Python does not take a living process' handle for a leak."""


def start_outliving(
    arguments: Sequence[str], environment: Mapping[str, str], errors: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process of ours that inherits no stream, no window and no directory of the caller. Raises OSError.

    It runs in the program's own directory: whatever the arguments and the environment name has to be absolute.
    `errors`: a file that gets what it says on stderr.
    """
    started = _start_unseen(arguments, environment, errors)
    _started.append(started)
    return started


def _start(
    arguments: Sequence[str], environment: Mapping[str, str], errors: IO[bytes] | None, flags: int = 0
) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        arguments,
        stdin=quiet,
        stdout=quiet,
        stderr=quiet if errors is None else errors,
        env=dict(environment),
        cwd=program_directory(),
        creationflags=flags,
        start_new_session=sys.platform != "win32",
    )


def _start_unseen(
    arguments: Sequence[str], environment: Mapping[str, str], errors: IO[bytes] | None
) -> subprocess.Popen[bytes]:
    """On Windows with a console that has no window, not without one: a venv's python.exe starts the real one, and that
    would open a window of its own, whose closing ends the watchdog."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        try:
            return _start(arguments, environment, errors, flags | subprocess.CREATE_BREAKAWAY_FROM_JOB)
        except PermissionError as error:
            if error.winerror != _ACCESS_DENIED:
                raise
        # Our own job may forbid to leave it; then the engine stays in it, which is harmless unless that job kills.
        return _start(arguments, environment, errors, flags)
    else:  # noqa: RET505 - both type checks must see one branch each
        return _start(arguments, environment, errors)
