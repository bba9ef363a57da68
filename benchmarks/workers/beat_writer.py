"""Writes heartbeats as robots do: each file once a second, beside and moved into place, evenly over the second.

`python -m benchmarks.workers.beat_writer ROOT TERMINALS ROBOTS`; runs until its standard input ends.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from benchmarks.beats import FleetFiles

BATCHES = 100


def main() -> None:
    """Write until told to stop."""
    fleet = FleetFiles(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    batches = [fleet.robots[number::BATCHES] for number in range(BATCHES)]
    sequence, due = 0, time.monotonic()
    while not ended.is_set():
        sequence += 1
        for batch in batches:
            for robot in batch:
                _replace(fleet.heartbeat(robot), fleet.beat(robot, sequence, time.time()))
            due += 1.0 / BATCHES
            ended.wait(max(0.0, due - time.monotonic()))


def _replace(path: str, data: bytes) -> None:
    beside = path + ".new"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(handle, data)
    os.close(handle)
    os.rename(beside, path)


if __name__ == "__main__":
    main()
