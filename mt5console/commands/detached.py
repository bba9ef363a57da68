"""An engine that outlives whoever starts it.

Must not know: who needs it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from mt5console.core.errors import EXIT_LOCKED, ConsoleError, EngineHeld
from mt5console.interpreter import console_command

START_DEADLINE_S = 30.0
_LOOK_EVERY_S = 0.1

_started: list[subprocess.Popen[bytes]] = []
"""Kept, so that Python does not take a living engine's handle for a leak."""


def ensure_engine(base_dir: Path | None, simulate: bool | None, check_interval_s: float) -> None:
    """Start a detached engine unless one answers; returns when it answers.

    Raises `EngineHeld` when another engine is silent, `ConsoleError` (code `engine_not_started`).
    """
    if _answers(base_dir, simulate):
        return
    engine = _start(engine_arguments(base_dir, simulate, check_interval_s), simulate)
    _started.append(engine)
    deadline = time.monotonic() + START_DEADLINE_S
    pause = threading.Event()
    while not _answers(base_dir, simulate):
        exit_code = engine.poll()
        if exit_code == EXIT_LOCKED:
            raise EngineHeld(
                "engine_silent", "another engine holds this base directory but does not answer: end it first"
            )
        if exit_code is not None or time.monotonic() > deadline:
            ended = f"it ended with exit code {exit_code}" if exit_code is not None else "it does not answer"
            text = f"the engine was started, but {ended}: `mt5console watchdog run` shows why"
            raise ConsoleError("engine_not_started", text)
        pause.wait(_LOOK_EVERY_S)


def engine_arguments(base_dir: Path | None, simulate: bool | None, check_interval_s: float) -> list[str]:
    """The engine's command line; what is None goes over the environment, which it inherits."""
    words = [] if base_dir is None else ["--base-dir", str(base_dir)]
    if simulate:
        words.append("--simulate")
    return console_command(*words, "watchdog", "run", "--check-interval", f"{check_interval_s:g}")


def _answers(base_dir: Path | None, simulate: bool | None) -> bool:
    from mt5console.app import api_token

    try:
        api_token(base_dir, simulate)
    except EngineHeld:
        raise
    except ConsoleError:
        return False
    return True


def _start(arguments: list[str], simulate: bool | None) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    environment = dict(os.environ)
    if simulate is False:
        environment["MT5CONSOLE_SIMULATE"] = "0"
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        engine = subprocess.Popen(
            arguments, stdin=quiet, stdout=quiet, stderr=quiet, env=environment, creationflags=flags
        )
    else:
        engine = subprocess.Popen(
            arguments, stdin=quiet, stdout=quiet, stderr=quiet, env=environment, start_new_session=True
        )
    return engine
