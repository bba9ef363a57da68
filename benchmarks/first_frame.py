"""first-frame: from nothing to the console's first frame on the screen.

Limit: an empty QMainWindow, the same interpreter and the same Qt. Rivals: one and a hundred PlotWidgets of pyqtgraph.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.machine import process, worker
from benchmarks.report import Options, Report, both, median, number

GOAL_MS = 250
GOAL_RATIO = 1.6
WHO = (
    ("empty", "limit: an empty QMainWindow"),
    ("console", "project: the console's window"),
    ("plot", "a window with one PlotWidget"),
    ("plots", "a window with 100 PlotWidgets"),
)


def first_frame_ms(who: str) -> tuple[float, float]:
    """From before the interpreter starts to after the first paint event, in a fresh process: wall and CPU time."""
    began = time.monotonic()
    with process([*worker("first_window"), who], stdout=True) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise RuntimeError(f"the window '{who}' ended before its first frame")
        child.wait(30)
    painted, cpu = (float(part) for part in line.split())
    return 1000 * (painted - began), 1000 * cpu


@contextmanager
def compiled_modules() -> Iterator[None]:
    """Modules are compiled once, as on a machine where the console was started before, whatever this one forbids."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as place:
        os.environ["PYTHONPYCACHEPREFIX"] = place
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def run(options: Options) -> Report:
    """Measure, in turn, so that a busy moment strikes all alike."""
    with compiled_modules():
        return measure(options)


def measure(options: Options) -> Report:
    """The frames of all, and the goals beside them."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    report = Report()
    row = report.table(
        "Milliseconds from the start of the process",
        "who",
        "p50 / p95",
        "CPU, p50",
        "times the empty window, wall and CPU",
    )
    rounds = 3 if options.quick else 9
    rivals = WHO[:3] if options.quick else WHO
    took: dict[str, list[tuple[float, float]]] = {who: [] for who, _ in rivals}
    for who in took:
        first_frame_ms(who)
    for turn in range(rounds):
        for who in took:
            if who != "plots" or turn % 3 == 0:
                took[who].append(first_frame_ms(who))
    wall = {who: [one for one, _ in found] for who, found in took.items()}
    cpu = {who: median([one for _, one in found]) for who, found in took.items()}
    least = median(wall["empty"])
    for who, words in rivals:
        times = f"{number(median(wall[who]) / least)}× / {number(cpu[who] / cpu['empty'])}×"
        row(words, both(wall[who]), number(cpu[who]), times)
    ours = median(wall["console"])
    report.judge(f"≤{GOAL_MS} ms", f"{number(ours)} ms", ours <= GOAL_MS)
    report.judge(f"≤{GOAL_RATIO}× an empty window", f"{number(ours / least)}×", ours <= GOAL_RATIO * least)
    report.note(f"Qt's platform: {os.environ.get('QT_QPA_PLATFORM', 'the desktop')}")
    return report
