"""heartbeats: what it costs to read 1,000 heartbeat files that change once a second, and what is missed.

Limit: the stamps alone. Rivals: reading all, and four watchers of files.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.beats import FleetFiles
from benchmarks.machine import cpu_shares, process, scratch, worker
from benchmarks.report import Options, Report, both, median, number

TERMINALS = 100
ROBOTS_EACH = 10
GOAL_PERCENT = 3.0
WARM_UP_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of reading. `module`: what has to be installed for it."""

    name: str
    shown: str
    module: str = ""
    cheap: bool = False


WAYS = (
    Way(name="stat-only", shown="limit: `os.stat` of each, 1 Hz", cheap=True),
    Way(name="project", shown="project: `FileCollector`, 1 Hz, all of a terminal's files", cheap=True),
    Way(name="json-load", shown="`json.load` of each, 1 Hz", cheap=True),
    Way(name="watchfiles", shown="watchfiles", module="watchfiles"),
    Way(name="qt", shown="QFileSystemWatcher", module="PySide6"),
    Way(name="watchdog", shown="watchdog library (inotify)", module="watchdog"),
)


def run(options: Options) -> Report:
    """Measure."""
    report = Report()
    row = report.table(
        f"{TERMINALS} terminals with {ROBOTS_EACH} robots, each file replaced once a second",
        "who",
        "% of a core, p50 / p95 of seconds",
        "beats seen",
        "beats missed",
    )
    seconds = 3 if options.quick else 8
    extra = [options.rivals / "python"] if options.rivals else []
    with scratch("beats") as root:
        FleetFiles(root, TERMINALS, ROBOTS_EACH).lay_out()
        arguments = [str(root), str(TERMINALS), str(ROBOTS_EACH)]
        with process([*worker("beat_writer"), *arguments], stdin=True):
            for way in WAYS:
                if options.quick and not way.cheap:
                    continue
                if way.module and not _is_there(way.module, extra):
                    report.note(f"{way.shown}: skipped, {way.module} is not installed")
                    continue
                shares, seen, missed = _measure(way, arguments, seconds, extra)
                told = ("–", "–") if way.name == "stat-only" else (f"{seen:,}", f"{missed:,}")
                row(way.shown, both(shares), *told)
                if way.name == "project":
                    met = median(shares) <= GOAL_PERCENT
                    report.judge(f"≤{GOAL_PERCENT:g} % of a core polling at 1 Hz", f"{number(median(shares))} %", met)
    report.note(
        f"the readers ran one after another beside one writer, {seconds} s each after a warm-up; missed: replaced "
        "before anybody read it, or not read by the end; a poller at the writer's own pace loses beats to jitter and "
        "still always has the newest, a watcher that loses events may keep an old one for good"
    )
    return report


def _is_there(module: str, extra: list[Path]) -> bool:
    return importlib.util.find_spec(module) is not None or any((place / module).is_dir() for place in extra)


def _measure(way: Way, arguments: list[str], seconds: int, extra: list[Path]) -> tuple[list[float], int, int]:
    command = [*worker("beat_reader"), way.name, *arguments]
    with process(command, paths=extra, stdin=True, stdout=True) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        if reader.stdout.readline().strip() != b"ready":
            print(f"the reader {way.name} did not start", file=sys.stderr)
            return [], 0, 0
        time.sleep(WARM_UP_S)
        reader.stdin.write(b"begin\n")
        reader.stdin.flush()
        shares = cpu_shares(reader.pid, seconds)
        reader.stdin.write(b"end\n")
        reader.stdin.flush()
        told = json.loads(reader.stdout.readline())
        return shares, int(told["seen"]), int(told["missed"])
