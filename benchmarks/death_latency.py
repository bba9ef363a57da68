"""death-latency: a watched terminal dies; when is that noticed, and when does its replacement run?

Limit: pidfds and poll in C. Rivals: polling, and supervisors of processes (which can only watch their own children).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.engine_deaths import measure_engine
from benchmarks.inbox import Inbox, inbox
from benchmarks.machine import cpu_shares, process, scratch, worker
from benchmarks.report import Options, Report, both, median, number, percentile
from benchmarks.sleepers import sleepers
from benchmarks.supervisors import SUPERVISORS
from mt5console.core.ports import ProcessRef

Row = Callable[..., None]

WATCHED = 100
GIVE_UP_S = 5.0
RIVAL_KILLS = {"runit": (40, 0.02, 0.1), "PM2": (20, 0.1, 0.3), "supervisord": (10, 0.05, 1.05)}
"""Kills, and least and most seconds between two of them. supervisord acts at a tick of one second: its kills must not
all come right after one."""
NATIVE = Path(__file__).parent / "native"


@dataclass(slots=True)
class Latencies:
    """Milliseconds from the kill, by what was told; `lost` counts deaths that nobody told of in time."""

    noticed: list[float] = field(default_factory=list)
    spawned: list[float] = field(default_factory=list)
    returned: list[float] = field(default_factory=list)
    lost: int = 0


def kill_each(
    box: Inbox, victims: Iterable[tuple[str, int]], kinds: tuple[str, ...], gap_s: tuple[float, float]
) -> Latencies:
    """Kill one after another at random distances; wait for what each kill must bring."""
    found, chance = Latencies(), random.Random(7)
    for tag, pid in victims:
        box.forget(tag)
        time.sleep(chance.uniform(*gap_s))
        began = time.perf_counter_ns()
        os.kill(pid, signal.SIGKILL)
        for kind in kinds:
            if not box.wait(kind, {tag}, GIVE_UP_S):
                found.lost += 1
                continue
            getattr(found, kind).append((box.told[kind, tag][1] - began) / 1e6)
    return found


def compiled(name: str, directory: Path) -> Path | None:
    """One of our C programs, None without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    program = directory / name
    subprocess.run([compiler, "-O2", "-o", program, NATIVE / f"{name}.c"], check=True)
    return program


def run(options: Options) -> Report:
    """Measure."""
    report = Report()
    row = report.table(
        f"{WATCHED} watched; milliseconds from SIGKILL, p50 / p95",
        "who",
        "noticed",
        "replacement runs",
        "deaths",
        "idle CPU, % of a core",
    )
    kills = 20 if options.quick else 80
    with scratch("deaths") as directory, inbox(directory) as box:
        beacon = compiled("beacon", directory)
        if beacon is None:
            report.note("no C compiler: the limit and the replacement's first instruction were skipped")
        else:
            _limit(directory, box, beacon, kills, row)
        noticed = _project(box, beacon, kills, options, row)
        if not options.quick:
            _polling(box, row)
        row("the seed's 10 s poll", "5,000 / 9,500", "5,000 / 9,500", "computed", "–")
        if beacon is not None:
            for name, start in SUPERVISORS.items():
                if options.quick and name != "runit":
                    continue
                box.told.clear()
                with scratch(name) as place, start(place, beacon, box, WATCHED, options.rivals) as trouble:
                    if trouble:
                        report.note(f"{name} was skipped: {trouble}")
                        continue
                    count, *gap = RIVAL_KILLS[name]
                    victims = [(f"p{n}", box.told["spawned", f"p{n}"][0]) for n in range(min(kills, count))]
                    found = kill_each(box, victims, ("noticed", "spawned"), (gap[0], gap[1]))
                    row(name, both(found.noticed), both(found.spawned), _count(found, len(victims)), "–")
    report.judge(
        "noticed ≤1 ms p50, ≤5 ms p95",
        both(noticed.noticed) + " ms",
        median(noticed.noticed) <= 1 and percentile(noticed.noticed, 0.95) <= 5 and not noticed.lost,
    )
    measure_engine(options, report)
    _notes(report)
    return report


def _limit(directory: Path, box: Inbox, beacon: Path, kills: int, row: Row) -> None:
    watcher = compiled("pidfd_watch", directory)
    with sleepers(WATCHED + kills) as refs, ExitStack() as stack:
        pids = [str(ref.pid) for ref in refs]
        child = stack.enter_context(process([str(watcher), box.path, beacon, *pids]))
        box.forget("0")
        box.wait("ready", {"0"}, GIVE_UP_S)
        idle = cpu_shares(child.pid, 2)
        found = kill_each(box, _victims(refs[:kills]), ("noticed", "spawned"), (0.01, 0.04))
    row("limit: pidfd + poll in C", both(found.noticed), both(found.spawned), _count(found, kills), number(max(idle)))


def _project(box: Inbox, beacon: Path | None, kills: int, options: Options, row: Row) -> Latencies:
    first: Latencies | None = None
    for program in (None, beacon):
        if program is None or beacon is not None:
            with sleepers(WATCHED + kills) as refs, ExitStack() as stack:
                child = _watcher(stack, box, refs, "project", program)
                idle = cpu_shares(child.pid, 3 if options.quick else 5) if program is None else []
                kinds = ("noticed",) if program is None else ("noticed", "spawned", "returned")
                found = kill_each(box, _victims(refs[:kills]), kinds, (0.01, 0.04))
            shown = "project: `watch` calls back" if program is None else "project: the callback spawns at once"
            row(shown, both(found.noticed), both(found.spawned), _count(found, kills), number(max(idle, default=0)))
            if program is not None:
                row("… `spawn` has returned", "", both(found.returned), "", "")
        first = first or found
    assert first is not None
    return first


def _watcher(
    stack: ExitStack, box: Inbox, refs: list[ProcessRef], way: str, beacon: Path | None, period_s: float = 1.0
) -> subprocess.Popen[bytes]:
    box.forget("0")
    command = [*worker("exit_watch"), way, str(box.path), str(beacon or "-"), str(period_s)]
    child = stack.enter_context(process(command, stdin=True))
    assert child.stdin is not None
    child.stdin.write("".join(f"{ref.pid} {ref.created_utc_s!r} {ref.executable}\n" for ref in refs).encode())
    child.stdin.close()
    if not box.wait("ready", {"0"}, 10.0):
        raise RuntimeError(f"the watcher ({way}) did not come up")
    time.sleep(0.3)
    return child


def _polling(box: Inbox, row: Row) -> None:
    """Kills at random instants, none waited for: each is a sample of its own."""
    kills, found, chance = 30, Latencies(), random.Random(11)
    with sleepers(WATCHED + kills) as refs, ExitStack() as stack:
        child = _watcher(stack, box, refs, "psutil", None)
        idle = cpu_shares(child.pid, 3)
        began = {}
        for ref in refs[:kills]:
            box.forget(str(ref.pid))
            box.drain(chance.uniform(0.05, 0.35))
            began[str(ref.pid)] = time.perf_counter_ns()
            os.kill(ref.pid, signal.SIGKILL)
        box.wait("noticed", set(began), GIVE_UP_S)
    for tag, instant in began.items():
        if ("noticed", tag) in box.told:
            found.noticed.append((box.told["noticed", tag][1] - instant) / 1e6)
        else:
            found.lost += 1
    row("psutil, 1 s poll", both(found.noticed), "–", _count(found, kills), number(median(idle)))


def _victims(refs: list[ProcessRef]) -> list[tuple[str, int]]:
    return [(str(ref.pid), ref.pid) for ref in refs]


def _count(found: Latencies, kills: int) -> str:
    return f"{kills}, {found.lost} untold" if found.lost else str(kills)


def _notes(report: Report) -> None:
    report.note("limit and project watch orphans (double fork), as a console that was started again has to")
    report.note("supervisors watch children of their own only; a child's death is the easier one to see")
    report.note("a replacement runs when the first instruction of its program has run (a small C program that says so)")
    report.note(
        "noticed: runit when its `finish` script runs, PM2 on its bus, supervisord at an event listener; all of them a "
        "hop after the daemon itself knew"
    )
    report.note(
        "supervisord sees the end at once, but tells its listener and replaces at its next one-second tick unless "
        "something else wakes it"
    )
    report.note("the seed's poll is computed: uniform over its 10 s, what its scan costs left out")
