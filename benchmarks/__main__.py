"""`python -m benchmarks [--list] [--quick] [--rivals DIR] [name …]`: measure, and print markdown."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.report import Figure, Options, Report, as_markdown

FIGURES = (
    Figure(
        name="death-latency",
        title="death of a terminal → noticed → replacement spawned",
        module="death_latency",
        linux_only=True,
    ),
    Figure(name="heartbeats", title="1,000 heartbeat files at 1 Hz", module="heartbeats"),
    Figure(name="liveness", title="liveness of 100 terminals, per cycle", module="liveness", linux_only=True),
    Figure(name="simulated-terminal", title="one simulated terminal with two robots", module="simulated_terminal"),
    Figure(name="first-frame", title="the console's first frame", module="first_frame"),
    Figure(name="fleet-view", title="a hundred live graphs, a thousand terminals", module="fleet_view"),
    Figure(name="journal", title="a 100 MB journal: its end, a text in it", module="journal"),
)
KILLS = "engine-kills"


def measure(figure: Figure, options: Options) -> Report:
    """Measure one figure; its module is loaded only now."""
    if figure.linux_only and sys.platform != "linux":
        report = Report()
        report.note("not measured: it watches by pidfd, which only Linux has")
        return report
    report = importlib.import_module(f"benchmarks.{figure.module}").run(options)
    assert isinstance(report, Report)
    return report


def main(arguments: list[str] | None = None) -> int:
    """Gives 0 when all asked figures were measured, 2 for an unknown name, 130 when interrupted."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == [KILLS]:
        from benchmarks.engine_kills import main as kill_engines

        return kill_engines(words[1:])
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="figures to measure; all without a name")
    parser.add_argument("--list", action="store_true", help="name the figures and end")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and only the cheap rivals, about 15 s each")
    parser.add_argument(
        "--rivals", type=Path, default=os.environ.get("BENCH_RIVALS"), help="where rivals were installed (README.md)"
    )
    given = parser.parse_args(words)
    known = {figure.name: figure for figure in FIGURES}
    if given.list:
        for figure in known.values():
            print(f"{figure.name:20} {figure.title}")
        print(f"{KILLS:20} no figure but a proof, only by name: [--rounds 200] [--seed N], about 10 s a round")
        return 0
    unknown = [name for name in given.names if name not in known]
    if unknown:
        print(f"no figure is called {', '.join(unknown)}: see --list", file=sys.stderr)
        return 2
    options = Options(quick=given.quick, rivals=Path(given.rivals).resolve() if given.rivals else None)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    print(f"Measured on {describe()}{'; quick' if given.quick else ''}.\n")
    try:
        for name in given.names or known:
            print(as_markdown(known[name], measure(known[name], options)), flush=True)
    except KeyboardInterrupt:
        print("interrupted; everything that was started has been ended", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
