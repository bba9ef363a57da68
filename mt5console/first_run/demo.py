"""Starts the demo as a process of its own, and says why when it ends at once. Must not know: what the demo shows."""

from __future__ import annotations

import os
import tempfile

from mt5console.bases import ENV_BASE, ENV_SIMULATE
from mt5console.core.errors import EXIT_DONE, ConsoleError
from mt5console.interpreter import console_command
from mt5console.outliving import start_outliving
from mt5console.ui.bridge.first_run_access import Ending

LOOK_FOR_S = 8.0
"""A demo that cannot start has ended by then."""
LOOK_S = 0.1
MOST_SAID = 4000


def start_demo(ending: Ending, command: list[str] | None = None) -> str:
    """Start it with a window of its own; gives why it ended at once, empty when it goes on. Raises ConsoleError."""
    # This window's base directory is not the demo's, which brings its own.
    environment = {name: value for name, value in os.environ.items() if name not in (ENV_BASE, ENV_SIMULATE)}
    with tempfile.TemporaryFile() as said:
        try:
            demo = start_outliving(command or console_command("demo"), environment, said)
        except OSError as error:
            raise ConsoleError("demo_failed", f"The demo could not be started: {error.strerror or error}.") from error
        looked_s = 0.0
        while demo.poll() is None and looked_s < LOOK_FOR_S and not ending.wait(LOOK_S):
            looked_s += LOOK_S
        if demo.poll() in (None, EXIT_DONE):
            return ""
        said.seek(0)
        lines = said.read(MOST_SAID).decode("utf-8", "replace").strip().splitlines()
        return f"The demo ended at once with exit code {demo.returncode}: {lines[-1] if lines else 'it said nothing'}"
