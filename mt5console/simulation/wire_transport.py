"""The seam under the pipe protocol: a byte connection, by local socket here and by named pipe on Windows.

One `send` is one write, as the package demands of a reply. Must not know: records or commands.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol

from mt5console.core.terminal.pipe import pipe_address

LARGEST_READ = 1 << 24


class Disconnected(OSError):
    """The other side has cut the connection; `closed` tells whether its end is closed (else only disconnected)."""

    def __init__(self, closed: bool) -> None:
        super().__init__("the other side has gone")
        self.closed = closed


class Connection(Protocol):
    """One end of a connection."""

    def receive(self, count: int) -> bytes:
        """Exactly `count` bytes, blocking for ever. Raises `Disconnected` at the end of the stream."""
        ...

    def receive_once(self, count: int) -> bytes:
        """What one write has to offer, at most `count` bytes; blocks for ever until there is something."""
        ...

    def send(self, data: bytes) -> None:
        """Write at once. Raises OSError when the other side has gone."""
        ...

    def disconnect(self) -> None:
        """Cut the other side off without closing; what it has not read is lost."""
        ...

    def abort(self) -> None:
        """Wake whoever is blocked on it; its owner closes it then."""
        ...

    def close(self) -> None:
        """Give it back."""
        ...


class Listener(Protocol):
    """Where clients arrive."""

    def accept(self) -> Connection | None:
        """The next client, blocking; None once the listener was closed."""
        ...

    def close(self) -> None:
        """Stop accepting and wake the one who waits."""
        ...


def listen(executable: Path) -> Listener:
    """Own the pipe of this executable. Raises OSError when it is taken."""
    address = pipe_address(executable)
    if sys.platform == "win32":
        from mt5console.simulation.wire_windows import PipeListener

        return PipeListener(address)
    else:  # noqa: RET505 - mypy tells the platforms apart by branches alone
        from mt5console.simulation.wire_posix import SocketListener

        return SocketListener(address)


def connect(executable: Path) -> Connection:
    """Open the pipe of this executable. Raises OSError when there is none."""
    address = pipe_address(executable)
    if sys.platform == "win32":
        from mt5console.simulation.wire_windows import open_pipe

        return open_pipe(address)
    else:  # noqa: RET505 - mypy tells the platforms apart by branches alone
        from mt5console.simulation.wire_posix import open_socket

        return open_socket(address)
