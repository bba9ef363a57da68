"""fleet-view: a hundred live heartbeat graphs of 300 points, and a thousand terminals.

Limit: a plain repaint of as large a window. Rivals: a PlotWidget of pyqtgraph for each graph, as it comes and tuned.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import Any

from benchmarks.machine import process, worker
from benchmarks.report import Options, Report, both, median, number, percentile

GOAL_FRAME_MS = 12
GOAL_SHARE = 3
GOAL_LATE_MS = 12
GOAL_THOUSAND_MS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One window. `size`: in pixels, such that the graphs named in `words` are in sight."""

    words: str
    who: str
    count: int
    size: str


TABLE = Contender(words="project: table, 100 graphs in sight", who="table", count=100, size="1440x2660")
CARDS = Contender(words="project: cards, 100 graphs in sight", who="cards", count=100, size="3840x2700")
LARGE = Contender(words="project: 100 terminals as cards, 48 in sight", who="cards", count=100, size="2560x1440")
THOUSAND = Contender(words="project: 1,000 terminals as cards, 48 in sight", who="cards", count=1000, size="2560x1440")
BLANK = Contender(words="limit: a plain repaint, 2560×1440", who="blank", count=100, size="2560x1440")
CONTENDERS = (
    BLANK,
    Contender(words="limit: a plain repaint, 3840×2700", who="blank", count=100, size="3840x2700"),
    TABLE,
    LARGE,
    CARDS,
    THOUSAND,
    Contender(words="100 PlotWidgets, tuned", who="tuned", count=100, size="2560x1440"),
    Contender(words="100 PlotWidgets", who="plots", count=100, size="2560x1440"),
)


def measure(contender: Contender, frames: int) -> dict[str, Any]:
    """Run one window in a process of its own."""
    command = [*worker("fleet_window"), contender.who, str(contender.count), contender.size, str(frames)]
    with process(command, stdout=True) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise RuntimeError(f"the window of '{contender.words}' ended early")
        child.wait(30)
    found: dict[str, Any] = json.loads(line)
    return found


def run(options: Options) -> Report:
    """Measure each window in turn."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    report = Report()
    row = report.table(
        "A second's news on the screen",
        "who",
        "frame ms, p50 / p95",
        "its CPU ms, p50",
        "% of a core at 1 Hz",
        "loop late by ms, p99",
    )
    found = {}
    for contender in CONTENDERS:
        if options.quick and contender.who in ("plots", "tuned"):
            continue
        one = found[contender] = measure(contender, 12 if options.quick else 40)
        row(
            contender.words,
            both(one["wall"]),
            number(median(one["cpu"])),
            number(one["share"]),
            number(percentile(one["late"], 0.99)),
        )
    table, thousand = found[TABLE], found[THOUSAND]
    frame, late = median(table["wall"]), percentile(table["late"], 0.99)
    report.judge(f"≤{GOAL_FRAME_MS} ms a frame for 100 graphs", f"{number(frame)} ms", frame <= GOAL_FRAME_MS)
    cpu = median(table["cpu"])
    report.judge(f"≤{GOAL_FRAME_MS} ms of CPU a frame for 100 graphs", f"{number(cpu)} ms", cpu <= GOAL_FRAME_MS)
    report.judge(f"≤{GOAL_SHARE} % of a core at 1 Hz", f"{number(table['share'])} %", table["share"] <= GOAL_SHARE)
    report.judge(f"event loop p99 ≤{GOAL_LATE_MS} ms late", f"{number(late)} ms", late <= GOAL_LATE_MS)
    frame = median(thousand["wall"])
    report.judge(f"≤{GOAL_THOUSAND_MS} ms with 1,000 terminals", f"{number(frame)} ms", frame <= GOAL_THOUSAND_MS)
    cpu = median(thousand["cpu"])
    report.judge(f"≤{GOAL_THOUSAND_MS} ms of CPU with 1,000 terminals", f"{number(cpu)} ms", cpu <= GOAL_THOUSAND_MS)
    report.note(f"in sight: {found[TABLE]['in_sight']}, {found[LARGE]['in_sight']}, {found[CARDS]['in_sight']} graphs")
    report.note("a frame: the history takes the picture, the view takes it, and the window is painted and flushed")
    report.note(f"Qt's platform: {os.environ.get('QT_QPA_PLATFORM', 'the desktop')}")
    return report
