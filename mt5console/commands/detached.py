"""An engine that outlives whoever starts it.

Must not know: who needs it.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

from mt5console.core.errors import EXIT_LOCKED, ConsoleError, EngineHeld
from mt5console.interpreter import console_command
from mt5console.outliving import start_outliving

START_DEADLINE_S = 30.0
_LOOK_EVERY_S = 0.1
BASE_VARIABLE = "MT5CONSOLE_BASE_DIR"


def ensure_engine(base_dir: Path | None, simulate: bool | None, check_interval_s: float) -> None:
    """Start a detached engine unless one answers; returns when it answers.

    Raises `EngineHeld` when another engine is silent, `ConsoleError` (code `engine_not_started`).
    """
    if _answers(base_dir, simulate):
        return
    engine = _start(engine_arguments(base_dir, simulate, check_interval_s), simulate)
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
    words = [] if base_dir is None else ["--base-dir", _absolute(str(base_dir))]
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
    environment = dict(os.environ)
    if simulate is False:
        environment["MT5CONSOLE_SIMULATE"] = "0"
    if environment.get(BASE_VARIABLE, "").strip():
        # It runs in a directory of its own, where a relative name means another place.
        environment[BASE_VARIABLE] = _absolute(environment[BASE_VARIABLE].strip())
    return start_outliving(arguments, environment)


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())
