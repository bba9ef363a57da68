"""A terminal's process for tests of the package: its executable's name and path are real, its answers are whatever the
test says, over a socket of its own. `package_world.ScriptedTerminal` is the test's end.

A file `silent` beside the executable makes a start without a pipe. Must not know: what is tested.
"""

from __future__ import annotations

import collections
import json
import os
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mt5console.simulation.wire import WireServer
from tests.simulation.wire_terminal import Terminal


class CountingTerminal(Terminal):
    """Answers as it was told, and counts what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self._begin()

    def reset(self) -> None:
        """As it was made; the pipes go on serving this very object."""
        super().__init__()
        self._begin()

    def _begin(self) -> None:
        self.asked: collections.Counter[int] = collections.Counter()
        self.ticks: dict[str, dict[str, Any]] = {}
        self.symbol_fields: list[dict[str, Any]] = []

    def symbols(self) -> list[dict[str, Any]]:
        return self.symbol_fields

    def tick(self, symbol: str) -> dict[str, Any] | None:
        return self.ticks.get(symbol)

    def behaviour(self, command: int) -> str:
        self.asked[command] += 1
        return super().behaviour(command)


class Process:
    """The terminal, the pipes that it owns, and the one who tells it what to be."""

    def __init__(self, executable: Path) -> None:
        self._executable = executable
        self._terminal = CountingTerminal()
        self._pipes: dict[str, WireServer] = {}

    def obey(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Carry out one wish: `reset`, `pipes` (executables whose pipes to own), `set` (the terminal's fields)."""
        if wish.get("reset"):
            self._terminal.reset()
        if "pipes" in wish:
            self.own(wish["pipes"])
        for name, value in wish.get("set", {}).items():
            setattr(self._terminal, name, _by_command(value) if name == "behaviours" else value)
        return {"asked": self._terminal.asked, "logins": self._terminal.logins}

    def own(self, executables: Sequence[str]) -> None:
        """Own these executables' pipes and no others."""
        for path in self._pipes.keys() - set(executables):
            self._pipes.pop(path).stop()
        for path in [path for path in executables if path not in self._pipes]:
            server = WireServer(Path(path), self._terminal)
            server.start()
            self._pipes[path] = server

    def run(self) -> None:
        """Obey whoever knocks, until killed."""
        if not self._executable.with_name("silent").exists():
            self.own([str(self._executable)])
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = self._executable.with_name(f"port.{os.getpid()}")
            beside = port.with_suffix(".tmp")
            beside.write_text(str(door.getsockname()[1]))
            beside.replace(port)
            while True:
                visitor, _ = door.accept()
                threading.Thread(target=self._serve, args=(visitor,), daemon=True).start()

    def _serve(self, visitor: socket.socket) -> None:
        with visitor, visitor.makefile("rwb") as stream:
            for line in stream:
                stream.write(json.dumps(self.obey(json.loads(line))).encode() + b"\n")
                stream.flush()


def _by_command(behaviours: dict[str, str]) -> dict[int, str]:
    return {int(command): behaviour for command, behaviour in behaviours.items()}


def main(argv: Sequence[str]) -> int:
    """`argv[0]` is the executable."""
    try:
        Process(Path(os.path.abspath(argv[0]))).run()
    except Exception:  # noqa: BLE001 - streams lead nowhere: a defect must leave a trace
        import traceback

        Path(argv[0]).with_name("defect.txt").write_text(traceback.format_exc(), encoding="utf-8")
    return 70
