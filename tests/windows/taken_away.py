"""The real MetaTrader5 package, with bad luck: between our look at the pipe and its own, the terminal changes.

A file `take` beside the executable says what goes: `pipe` closes the pipe, `process` ends the process. It goes once.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path
from typing import Any

import MetaTrader5
from MetaTrader5 import account_info, last_error, login, positions_total, shutdown, terminal_info

__all__ = ["account_info", "initialize", "last_error", "login", "positions_total", "shutdown", "terminal_info"]


def initialize(path: str, **named: Any) -> bool:
    """The package's own, a moment too late."""
    mark = Path(path).with_name("take")
    if mark.exists():
        what = mark.read_text()
        mark.unlink()
        port = next(iter(Path(path).parent.glob("port.*")))
        if what == "process":
            os.kill(int(port.suffix[1:]), signal.SIGTERM)
        else:
            with socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=30) as door:
                door.sendall(json.dumps({"pipes": []}).encode() + b"\n")
                door.recv(65536)
    return bool(MetaTrader5.initialize(path, **named))
