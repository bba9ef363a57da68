"""A probe's child can start nothing: it puts itself into a job of one process before the package is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

assert sys.platform == "win32", "the Windows lane runs on Windows"

ROOT = Path(__file__).resolve().parents[2]

_CONFINED = """
import subprocess, sys
import win32api, win32job
from mt5console.probe.confine import forbid_processes
before = win32job.IsProcessInJob(win32api.GetCurrentProcess(), None)
forbid_processes()
print(bool(before), bool(win32job.IsProcessInJob(win32api.GetCurrentProcess(), None)))
limits = win32job.QueryInformationJobObject(None, win32job.JobObjectBasicLimitInformation)
limited = bool(limits["LimitFlags"] & win32job.JOB_OBJECT_LIMIT_ACTIVE_PROCESS)
print(limited, limits["ActiveProcessLimit"])
if "start" in sys.argv:
    try:
        subprocess.run([sys.executable, "-c", "pass"], check=False)
        print("started")
    except OSError as error:
        print("refused")
"""


def confined(*words: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _CONFINED, *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_confined_process_is_in_a_job() -> None:
    assert confined()[0].split()[1] == "True"


@pytest.mark.needs_real_windows("Wine takes a job's limit of processes, neither tells nor enforces it")
def test_a_confined_process_starts_no_other() -> None:
    assert confined("start")[1:] == ["True 1", "refused"]
