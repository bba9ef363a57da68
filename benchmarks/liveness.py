"""liveness: are these hundred terminals still running? Asked once a cycle.

Limit: one system call over all handles. Rivals: psutil, with kept objects and by scanning everything.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.report import Options, Report, both, median, number
from benchmarks.sleepers import sleepers
from mt5console.platforms.posix.exits import open_process
from mt5console.platforms.posix.processes import PosixProcessHost
from mt5console.platforms.posix.table import system_table

TERMINALS = 100
PROCESSES = 500
GOAL_MS = 0.1
SETTLING_S = 3.2
"""The project's table reads a process again and again until it is three seconds old: it may still exec."""


def timed(act: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        took.append(1000 * (time.perf_counter() - began))
    return took


def run(options: Options) -> Report:
    """Measure."""
    report = Report()
    row = report.table(f"{TERMINALS} terminals, one cycle; about {PROCESSES} processes", "who", "ms, p50 / p95", "how")
    rounds = 50 if options.quick else 400
    more = max(0, PROCESSES - TERMINALS - len(psutil.pids()))
    with sleepers(TERMINALS) as refs, sleepers(more):
        host = PosixProcessHost()
        try:
            for ref in refs:
                host.watch(ref, lambda _ref, _code: None)
            handles = [handle for ref in refs if (handle := open_process(system_table(), ref)) is not None]
            epoll = select.epoll()
            for handle in handles:
                epoll.register(handle, select.EPOLLIN)
            row("limit", both(timed(lambda: epoll.poll(0), rounds * 10)), "one epoll_wait over all handles")
            kept = timed(lambda: [host.is_alive(ref) for ref in refs], rounds)
            row("project, watched", both(kept), "`PosixProcessHost.is_alive` of each")
            fresh = PosixProcessHost()
            row("project, unwatched", both(timed(lambda: [fresh.is_alive(ref) for ref in refs], rounds // 5)), "same")
            _scans(host, row, rounds // 5)
            known = [psutil.Process(ref.pid) for ref in refs]
            row("psutil, kept", both(timed(lambda: [one.is_running() for one in known], rounds // 5)), "`is_running`")
            row("psutil, full scan", both(timed(_psutil_scan, max(5, rounds // 20))), "pid, exe, status of all")
            report.note(f"{len(psutil.pids())} processes ran while this was measured")
        finally:
            host.close()
    report.judge(f"≤{GOAL_MS} ms a cycle", f"{number(median(kept))} ms", median(kept) <= GOAL_MS)
    report.note("psutil's `is_running` takes a zombie for living; the project's answer does not")
    return report


def _scans(host: PosixProcessHost, row: Callable[..., None], rounds: int) -> None:
    missing = Path("/no/such/terminal64")
    first = timed(lambda: PosixProcessHost().find(missing), 5)
    row("project, first `find`", both(first), "an executable that nobody runs, nothing remembered (at start)")
    host.find(missing)
    time.sleep(SETTLING_S)
    host.find(missing)
    row("project, later `find`", both(timed(lambda: host.find(missing), rounds)), "same, table remembered")


def _psutil_scan() -> int:
    return sum(1 for one in psutil.process_iter(["pid", "exe", "status"]) if one.info["exe"] == "terminal64")
