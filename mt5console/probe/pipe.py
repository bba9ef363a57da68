"""Whether a terminal's pipe is there, asked without the MetaTrader5 package, which would start a second terminal.

Must not know: what is said over the pipe.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mt5console.core.terminal.pipe import pipe_address

if sys.platform == "win32":
    import ctypes

    _ERROR_FILE_NOT_FOUND = 2

    def pipe_exists(executable: Path) -> bool:
        """True when the terminal of this executable has its pipe open, busy or not."""
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        if kernel32.WaitNamedPipeW(ctypes.c_wchar_p(pipe_address(executable)), 1):
            return True
        return ctypes.get_last_error() != _ERROR_FILE_NOT_FOUND

else:
    import socket

    def pipe_exists(executable: Path) -> bool:
        """True when the terminal of this executable listens on its socket, busy or not."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
            visitor.setblocking(False)
            try:
                visitor.connect(pipe_address(executable))
            except BlockingIOError:
                return True  # Its queue of clients is full: it is there.
            except OSError:
                return False
        return True
