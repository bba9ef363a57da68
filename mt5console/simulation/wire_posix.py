"""Local sockets for the pipe protocol, where there are no named pipes. POSIX only.

Must not know: records or commands.
"""

from __future__ import annotations

import sys

if sys.platform != "win32":
    import contextlib
    import os
    import select
    import socket
    import struct
    import threading
    from pathlib import Path

    from mt5console.simulation.wire_transport import LARGEST_READ, Connection, Disconnected

    ONE_WRITE_GAP_MS = 150
    """A socket may hand over one write in parts; parts that come later than this were another write."""

    class SocketConnection:
        """A connection over a local stream socket."""

        def __init__(self, sock: socket.socket) -> None:
            self._socket = sock

        def receive(self, count: int) -> bytes:
            """Exactly `count` bytes. Raises `Disconnected`."""
            parts: list[bytes] = []
            while count:
                part = self._receive_some(count)
                parts.append(part)
                count -= len(part)
            return b"".join(parts)

        def receive_once(self, count: int) -> bytes:
            """What one write has to offer, at most `count` bytes. Raises `Disconnected`."""
            count = min(count, LARGEST_READ)
            data = self._receive_some(count)
            while len(data) < count and self._has_more():
                try:
                    data += self._receive_some(count - len(data))
                except Disconnected:
                    break
            return data

        def _receive_some(self, count: int) -> bytes:
            try:
                part = self._socket.recv(min(count, LARGEST_READ))
            except OSError as error:
                raise Disconnected(closed=True) from error
            if not part:
                closed = self._hung_up()
                self.abort()  # A pipe that was disconnected takes no writes either.
                raise Disconnected(closed)
            return part

        def _poll(self, timeout_ms: int) -> int:
            poller = select.poll()
            poller.register(self._socket, select.POLLIN)
            return next((flags for _, flags in poller.poll(timeout_ms)), 0)

        def _has_more(self) -> bool:
            return bool(self._poll(ONE_WRITE_GAP_MS) & select.POLLIN)

        def _hung_up(self) -> bool:
            # A side that only stopped writing (see `disconnect`) gives no POLLHUP.
            return bool(self._poll(0) & (select.POLLHUP | select.POLLERR))

        def send(self, data: bytes) -> None:
            """Write everything."""
            self._socket.sendall(data)

        def disconnect(self) -> None:
            """Stop writing; hold the socket until the other side has seen it."""
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
                while self._socket.recv(4096):
                    pass

        def abort(self) -> None:
            """Wake a blocked reader with the end of the stream."""
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

        def close(self) -> None:
            """Close the socket."""
            self._socket.close()

    class SocketListener:
        """Listens on the terminal's local socket; only this account's processes are let in where that can be told.

        Raises OSError (EADDRINUSE) when another terminal of this path listens.
        """

        def __init__(self, address: str) -> None:
            self._address = address
            self._stopping = threading.Event()
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                _remove_dead_socket_file(address)
                self._socket.bind(address)
                self._socket.listen(64)
            except OSError:
                self._socket.close()
                raise

        def accept(self) -> Connection | None:
            """The next client of this account, None once closed."""
            while not self._stopping.is_set():
                try:
                    client, _ = self._socket.accept()
                except OSError:
                    return None
                if not self._stopping.is_set() and _is_own_account(client):
                    return SocketConnection(client)
                client.close()
            return None

        def close(self) -> None:
            """Wake the accepting thread by a last visit, then close."""
            self._stopping.set()
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
                visitor.setblocking(False)
                visitor.connect(self._address)
            self._socket.close()
            if not self._address.startswith("\0"):
                Path(self._address).unlink(missing_ok=True)

    def _remove_dead_socket_file(address: str) -> None:
        """Take away the socket file of a terminal that was killed; a living one's stays and makes the bind fail."""
        if address.startswith("\0") or not Path(address).exists():
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
            try:
                visitor.connect(address)
            except ConnectionRefusedError:
                Path(address).unlink(missing_ok=True)

    if sys.platform == "linux":

        def _is_own_account(client: socket.socket) -> bool:
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            _, uid, _ = struct.unpack("3i", credentials)
            return bool(uid == os.getuid())

    else:

        def _is_own_account(client: socket.socket) -> bool:
            return True

    def open_socket(address: str) -> SocketConnection:
        """Connect to a terminal's local socket. Raises OSError when there is none."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.connect(address)
        except OSError:
            sock.close()
            raise
        return SocketConnection(sock)
