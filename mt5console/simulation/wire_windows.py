"""Named pipes for the pipe protocol: byte mode, blocking, one WriteFile for each send. Windows only.

Must not know: records or commands.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import _winapi
    import contextlib
    import ctypes
    import threading

    from mt5console.simulation.wire_transport import LARGEST_READ, Connection, Disconnected

    _ERROR_PIPE_NOT_CONNECTED = 233
    _ERROR_PIPE_CONNECTED = 535
    _PIPE_BYTES_BLOCKING = 0
    _PIPE_REJECT_REMOTE_CLIENTS = 8
    _REPLY_ROOM = 1 << 20
    _REQUEST_ROOM = 1 << 16
    _INFINITE = 0xFFFFFFFF
    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.CancelIoEx.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    _kernel32.DisconnectNamedPipe.argtypes = [ctypes.c_void_p]

    class PipeConnection:
        """One end of a named pipe."""

        def __init__(self, handle: int) -> None:
            self._handle = handle
            self._lock = threading.Lock()
            self._open = True

        def receive(self, count: int) -> bytes:
            """Exactly `count` bytes. Raises `Disconnected`."""
            parts: list[bytes] = []
            while count:
                part = self.receive_once(count)
                parts.append(part)
                count -= len(part)
            return b"".join(parts)

        def receive_once(self, count: int) -> bytes:
            """One ReadFile. Raises `Disconnected`."""
            try:
                data, _ = _winapi.ReadFile(self._handle, min(count, LARGEST_READ))
            except OSError as error:
                raise Disconnected(closed=error.winerror != _ERROR_PIPE_NOT_CONNECTED) from error
            if not data:
                raise Disconnected(closed=True)
            return bytes(data)

        def send(self, data: bytes) -> None:
            """One WriteFile."""
            _winapi.WriteFile(self._handle, data)

        def disconnect(self) -> None:
            """DisconnectNamedPipe."""
            _kernel32.DisconnectNamedPipe(self._handle)

        def abort(self) -> None:
            """Cancel a blocked ReadFile; a synchronous handle can only be woken this way."""
            with self._lock:
                if self._open:
                    _kernel32.CancelIoEx(self._handle, None)

        def close(self) -> None:
            """Close the handle."""
            with self._lock:
                if self._open:
                    self._open = False
                    _winapi.CloseHandle(self._handle)

    class PipeListener:
        """Creates one pipe instance after the other. Raises OSError when the name belongs to somebody else."""

        def __init__(self, address: str) -> None:
            self._address = address
            self._stopping = threading.Event()
            # The first instance exists before anybody is told that the terminal answers.
            self._next = self._create(first=True)

        def _create(self, *, first: bool) -> int:
            mode = _winapi.PIPE_ACCESS_DUPLEX | (_winapi.FILE_FLAG_FIRST_PIPE_INSTANCE if first else 0)
            return _winapi.CreateNamedPipe(
                self._address,
                mode,
                _PIPE_BYTES_BLOCKING | _PIPE_REJECT_REMOTE_CLIENTS,
                _winapi.PIPE_UNLIMITED_INSTANCES,
                _REPLY_ROOM,
                _REQUEST_ROOM,
                0,
                _winapi.NULL,
            )

        def accept(self) -> Connection | None:
            """The next client, None once closed."""
            while not self._stopping.is_set():
                handle = self._next
                try:
                    _winapi.ConnectNamedPipe(handle)
                except OSError as error:
                    if error.winerror != _ERROR_PIPE_CONNECTED:
                        _winapi.CloseHandle(handle)
                        self._next = self._create(first=False)
                        continue
                if self._stopping.is_set():
                    _winapi.CloseHandle(handle)
                    return None
                self._next = self._create(first=False)
                return PipeConnection(handle)
            _winapi.CloseHandle(self._next)
            return None

        def close(self) -> None:
            """Wake the accepting thread by a last visit."""
            self._stopping.set()
            with contextlib.suppress(OSError):
                open_pipe(self._address).close()

    def open_pipe(address: str) -> PipeConnection:
        """Open a pipe for reading and writing, waiting while all instances are busy. Raises OSError."""
        while True:
            try:
                handle = _winapi.CreateFile(
                    address,
                    _winapi.GENERIC_READ | _winapi.GENERIC_WRITE,
                    0,
                    _winapi.NULL,
                    _winapi.OPEN_EXISTING,
                    0,
                    _winapi.NULL,
                )
                return PipeConnection(handle)
            except OSError as error:
                if error.winerror != _winapi.ERROR_PIPE_BUSY:
                    raise
                _winapi.WaitNamedPipe(address, _INFINITE)
