"""first-frame: from nothing to the console's first frame on the screen.

Limit: an empty QMainWindow, the same interpreter and the same Qt. Rivals: one and a hundred PlotWidgets of pyqtgraph.
"""

from __future__ import annotations

import os
import sys
import time

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


def first_frame_ms(who: str) -> float:
    """From before the interpreter starts to after the first paint event, in a fresh process."""
    began = time.monotonic()
    with process([*worker("first_window"), who], stdout=True) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise RuntimeError(f"the window '{who}' ended before its first frame")
        child.wait(30)
    return 1000 * (float(line) - began)


def run(options: Options) -> Report:
    """Measure, in turn, so that a busy moment strikes all alike."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    report = Report()
    row = report.table("Milliseconds from the start of the process", "who", "p50 / p95", "times the empty window")
    rounds = 3 if options.quick else 15
    rivals = WHO[:3] if options.quick else WHO
    took: dict[str, list[float]] = {who: [] for who, _ in rivals}
    for who in took:
        first_frame_ms(who)
    for turn in range(rounds):
        for who in took:
            if who != "plots" or turn % 3 == 0:
                took[who].append(first_frame_ms(who))
    least = median(took["empty"])
    for who, words in rivals:
        row(words, both(took[who]), f"{number(median(took[who]) / least)}×")
    ours = median(took["console"])
    report.judge(f"≤{GOAL_MS} ms", f"{number(ours)} ms", ours <= GOAL_MS)
    report.judge(f"≤{GOAL_RATIO}× an empty window", f"{number(ours / least)}×", ours <= GOAL_RATIO * least)
    report.note(f"Qt's platform: {os.environ.get('QT_QPA_PLATFORM', 'the desktop')}")
    return report
