"""The machine in words (no host name, no path), its processor clocks and its scratch space.

Must not know: any figure.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
MEMORY_DISK = Path("/dev/shm")


def describe() -> str:
    """Cores, processor, memory, interpreter, kernel, date: what absolute numbers hang on."""
    memory_gib = psutil.virtual_memory().total / 2**30
    words = [
        f"{os.cpu_count()} cores",
        _processor(),
        f"{memory_gib:.0f} GiB",
        f"{platform.python_implementation()} {platform.python_version()}",
        f"{platform.system()} {platform.release()}",
        time.strftime("%Y-%m-%d"),
        f"load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else "",
    ]
    return ", ".join(word for word in words if word)


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor()


def cpu_s(pid: int) -> float:
    """CPU seconds that one process has used, all its threads, none of its children.

    Linux's clock of a process counts in nanoseconds; psutil's `cpu_times` has the same figure in ticks of 10 ms.
    """
    if sys.platform == "linux":
        return time.clock_gettime((~pid << 3) | 2)
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def cpu_shares(pid: int, seconds: int) -> list[float]:
    """Percent of one core in each of so many seconds."""
    shares = []
    for _ in range(seconds):
        cpu, began = cpu_s(pid), time.perf_counter()
        time.sleep(1.0)
        shares.append(100 * (cpu_s(pid) - cpu) / (time.perf_counter() - began))
    return shares


@contextmanager
def scratch(name: str, *, in_memory: bool = True) -> Iterator[Path]:
    """A directory of our own, on memory-backed storage where there is some; gone at the end."""
    usable = in_memory and MEMORY_DISK.is_dir() and os.access(MEMORY_DISK, os.W_OK)
    directory = Path(tempfile.mkdtemp(prefix=f"mt5console-bench-{name}-", dir=MEMORY_DISK if usable else None))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def process(
    command: Sequence[str | Path], *, paths: Sequence[Path] = (), stdin: bool = False, stdout: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """A child, ended with everything that it started, however we leave."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *map(str, paths)])}
    child = subprocess.Popen(
        [str(word) for word in command],
        env=environment,
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE if stdout else subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        end_tree(child)
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()


def end_tree(child: subprocess.Popen[bytes]) -> None:
    """End a child of ours and all its descendants."""
    try:
        end_family(psutil.Process(child.pid))
    except psutil.NoSuchProcess:
        pass
    child.wait(10)


def end_family(top: psutil.Process) -> None:
    """End a process and all its descendants. All are stopped first: a supervisor must not replace what is ended."""
    family = {top}
    fresh = {top}
    while fresh:
        for one in fresh:
            try:
                one.suspend()
            except psutil.NoSuchProcess:
                continue
        # A fork that was under way when the stop came shows in the next look.
        time.sleep(0.002)
        fresh = set(top.children(recursive=True)) - family
        family |= fresh
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(list(family - {top}), timeout=5)


def worker(name: str) -> list[str]:
    """The command that runs one of our measured processes."""
    return [sys.executable, "-m", f"benchmarks.workers.{name}"]
