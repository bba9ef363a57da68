"""A child that calls any function of the MetaTrader5 package, for `mt5console.probe.child.ProbeChild`.

Started as the probe's own worker is, but free to start processes: what the package does by itself is to be seen. The
request's `op` is the function, `args` and `kwargs` are its arguments; the answer has `value` and the `error` after it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

module, paths = sys.argv[1], sys.argv[2:]
sys.path.extend(path for path in paths if path not in sys.path)

PROTOCOL = 1


def plain(value: Any) -> Any:
    """Named tuples as dicts in their own order, lists of them as lists."""
    if hasattr(value, "_asdict"):
        return value._asdict()
    return [plain(item) for item in value] if isinstance(value, tuple) else value


replies = os.fdopen(os.dup(1), "wb", buffering=0)
os.dup2(2, 1)
package = importlib.import_module(module)
while line := sys.stdin.buffer.readline():
    asked = json.loads(line)
    wanted = getattr(package, asked["op"])
    if callable(wanted):
        wanted = plain(wanted(*asked["args"], **asked["kwargs"]))
    told = {"value": wanted, "error": package.last_error()}
    replies.write(json.dumps({"v": PROTOCOL, "id": asked["id"], "ok": True, "answer": told}).encode() + b"\n")
os._exit(0)
