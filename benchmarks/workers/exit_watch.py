"""Watches processes in one of two ways and tells of their ends.

`python -m benchmarks.workers.exit_watch project|psutil INBOX BEACON|- PERIOD_S`; processes as `pid birth program`
lines on its standard input, which then ends. With a beacon, one is spawned for every death.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import psutil

from benchmarks.inbox import Teller
from mt5console.core.ports import ProcessRef


def _project(refs: list[ProcessRef], teller: Teller, beacon: str) -> None:
    from mt5console.platforms.posix.processes import PosixProcessHost

    host = PosixProcessHost()
    place = Path.cwd()

    def on_exit(ref: ProcessRef, _code: int | None) -> None:
        stamp = time.perf_counter_ns()
        if beacon != "-":
            host.spawn(Path(beacon), [sys.argv[2], str(ref.pid)], place)
            returned = time.perf_counter_ns()
            teller.tell("returned", ref.pid, ref.pid, returned)
        teller.tell("noticed", ref.pid, ref.pid, stamp)

    for ref in refs:
        host.watch(ref, on_exit)
    teller.tell("ready")
    threading.Event().wait(300)


def _psutil(refs: list[ProcessRef], teller: Teller, period_s: float) -> None:
    watched = {ref.pid: psutil.Process(ref.pid) for ref in refs}
    teller.tell("ready")
    for _ in range(int(300 / period_s)):
        for pid, process in tuple(watched.items()):
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                teller.tell("noticed", pid, pid, time.perf_counter_ns())
                del watched[pid]
        time.sleep(period_s)


def main() -> None:
    """Watch until killed."""
    teller = Teller(sys.argv[2])
    refs = []
    for line in sys.stdin:
        pid, birth, program = line.split()
        refs.append(ProcessRef(pid=int(pid), created_utc_s=float(birth), executable=program))
    if sys.argv[1] == "project":
        _project(refs, teller, sys.argv[3])
    else:
        _psutil(refs, teller, float(sys.argv[4]))


if __name__ == "__main__":
    main()
