"""The benchmarks can be named, run in a hurry, and refuse a name that they do not know."""

import subprocess
import sys
from pathlib import Path

import psutil

from benchmarks.__main__ import FIGURES, KILLS

ROOT = Path(__file__).resolve().parents[2]


def run_benchmarks(*words):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words], cwd=ROOT, capture_output=True, text=True, timeout=90
    )


def sleepers():
    """The pids of everything that looks like a benchmark's sleeper."""
    return {one.pid for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "300"]}


def test_every_figure_is_named():
    told = run_benchmarks("--list")
    named = [line.split()[0] for line in told.stdout.splitlines()]
    assert told.returncode == 0
    assert named == [*(figure.name for figure in FIGURES), KILLS]
    assert {"death-latency", "heartbeats", "liveness", "simulated-terminal"} <= set(named)
    assert all((ROOT / "benchmarks" / f"{figure.module}.py").is_file() for figure in FIGURES)


def test_a_quick_figure_prints_a_table_and_leaves_no_process():
    before = sleepers()
    told = run_benchmarks("--quick", "liveness")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("Measured on ")
    rows = [line.split("|")[1].strip() for line in told.stdout.splitlines() if line.startswith("| ")]
    assert {"limit", "project, watched", "psutil, kept", "psutil, full scan"} <= set(rows)
    assert sleepers() <= before


def test_an_unknown_figure_is_a_clear_error():
    told = run_benchmarks("no-such-figure")
    assert told.returncode == 2
    assert told.stderr == "no figure is called no-such-figure: see --list\n"
