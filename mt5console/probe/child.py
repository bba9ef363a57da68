"""One probe child as its owner sees it: a process that answers one JSON line per request, or is given up.

A thread of its own reads the replies, since a pipe cannot be waited for with a deadline on Windows. It holds one line
at most: a child that says more than it was asked is broken. Must not know: terminals, or what is asked.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from mt5console.core.credentials import Secret
from mt5console.interpreter import isolated_command
from mt5console.probe.worker import PROTOCOL

LONGEST_REPLY = 1 << 20
KILL_WAIT_S = 3.0

if sys.platform == "win32":
    _CREATION_FLAGS = subprocess.CREATE_NO_WINDOW
else:
    _CREATION_FLAGS = 0


class ChildHung(Exception):
    """No reply before the deadline; the child is of no more use."""


class ChildBroken(Exception):
    """The child ended, or said something that is no reply; its text says what. The child is of no more use."""


def child_command(worker: Path, module: str) -> list[str]:
    """How to start a child: an interpreter without site or environment, and this one's import path spelt out."""
    paths = dict.fromkeys([str(Path(__file__).resolve().parents[2]), *(path for path in sys.path if path)])
    return isolated_command(str(worker), module, *paths)


def child_environment() -> dict[str, str]:
    """Numeric libraries would start a thread, with its memory, for every core."""
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class ProbeChild:
    """A child process. One thread asks at a time; `kill` may come from any thread.

    Raises OSError when the child cannot be started.
    """

    def __init__(self, command: Sequence[str], log: Path | None = None) -> None:
        with contextlib.ExitStack() as files:
            errors = subprocess.DEVNULL if log is None else files.enter_context(log.open("ab"))
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=child_environment(),
                close_fds=True,
                # A Ctrl-C meant for the engine is not the child's to hear.
                start_new_session=True,
                creationflags=_CREATION_FLAGS,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._replies = self._process.stdin, self._process.stdout
        self._changed = threading.Condition()
        self._asked = 0
        self._waiting = False
        self._line: bytes | None = None
        self._broken: str | None = None
        self._reader = threading.Thread(target=self._read, name=f"probe-{self.pid}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def ask(self, operation: str, fields: Mapping[str, Any], deadline_s: float) -> dict[str, Any]:
        """Ask and wait for the reply, as it came; a `Secret` among the fields is revealed to the child alone.

        Raises ChildHung or ChildBroken.
        """
        self._asked += 1
        request = {"v": PROTOCOL, "id": self._asked, "op": operation, "deadline_s": deadline_s, **fields}
        with self._changed:
            self._line, self._waiting = None, True
        self._send(json.dumps(request, default=_reveal).encode() + b"\n")
        return _reply(self._wait(deadline_s), self._asked)

    def _wait(self, deadline_s: float) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._line is not None or self._broken is not None, deadline_s)
            self._waiting = False
            if self._line is not None:
                return self._line
            if self._broken is not None:
                raise ChildBroken(self._broken)
        raise ChildHung

    def started_processes(self) -> frozenset[int]:
        """Ids of the processes that the child has started and that live."""
        try:
            return frozenset(process.pid for process in psutil.Process(self.pid).children(recursive=True))
        except psutil.Error:
            return frozenset()

    def kill(self) -> None:
        """End it at once and for good; harmless when it has ended."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(KILL_WAIT_S)
        self._reader.join(KILL_WAIT_S)
        # While somebody else holds the pipe, its reader still sits in it: then it must stay open, and is the reader's
        # to close when that one ends.
        for pipe in (self._requests, *(() if self._reader.is_alive() else (self._replies,))):
            with contextlib.suppress(OSError):
                pipe.close()

    def _send(self, line: bytes) -> None:
        try:
            # Past the buffer: what could not be written must not wait there for the pipe's end.
            while line:
                line = line[os.write(self._requests.fileno(), line) :]
        except (OSError, ValueError):
            self._note_broken("it takes no more requests")

    def _read(self) -> None:
        while True:
            try:
                line = self._replies.readline(LONGEST_REPLY)
            except (OSError, ValueError):
                line = b""
            if not line:
                self._note_broken(f"it ended{self._exit_words()}")
                with contextlib.suppress(OSError):
                    self._replies.close()
                return
            with self._changed:
                unasked = not self._waiting or self._line is not None
                if not unasked:
                    self._line = line
                    self._changed.notify_all()
            if unasked:
                # Reading stops here: a flood stays in the pipe and stops the child.
                self._note_broken("it spoke without being asked")
                return

    def _exit_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return f" with code {self._process.wait(1.0)}"
        return ""

    def _note_broken(self, reason: str) -> None:
        with self._changed:
            self._broken = self._broken or reason
            self._changed.notify_all()


def _reveal(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(type(value).__name__)


def _reply(line: bytes, number: int) -> dict[str, Any]:
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        reply = None
    if not line.endswith(b"\n"):
        raise ChildBroken("its reply was cut off")
    if not isinstance(reply, dict) or reply.get("v") != PROTOCOL or reply.get("id") != number:
        raise ChildBroken("its reply was not understood")
    return reply
