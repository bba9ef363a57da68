"""The end of a 100 MB journal, a text in it, and all of it converted; each beside what other readers do."""

from __future__ import annotations

import json
import mmap
import os
import random
import resource
import sys
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.machine import scratch
from benchmarks.report import Options, Report, both, median, number
from mt5console.core.terminal.journal import entry_json
from mt5console.core.terminal.journal_file import read_journal
from mt5console.core.terminal.journal_search import find_lines, last_lines

SIZE = 100_000_000
LAST = 5000
NEEDLE = "authorization on Demo-Server failed"
SHORT_NEEDLE = "removed"
_WORDS = (
    "authorized",
    "on",
    "Demo-Server",
    "through",
    "Access",
    "Point",
    "EU",
    "market",
    "buy",
    "sell",
    "modify",
    "order",
    "position",
    "deal",
    "done",
    "at",
    "symbol",
    "EURUSD",
    "XAUUSD",
    "terminal",
    "synchronized",
    "with",
    "positions",
    "orders",
    "connection",
    "lost",
    "scanning",
    "network",
    "finished",
)


def run(options: Options) -> Report:
    """Both rows of the goals, and the whole conversion without a goal."""
    report = Report()
    rounds = 3 if options.quick else 9
    with scratch("journal") as directory:
        path = directory / "20260102.log"
        lines = _write(path)
        # First, while nothing else has raised this process's memory.
        if not options.quick:
            _convert(report, path, lines)
        _last(report, path, rounds)
        _search(report, path, rounds)
    report.note(f"{SIZE / 1e6:.0f} MB, UTF-16LE, {lines:,} lines, on memory-backed storage: no disk is measured")
    report.note("processor time, as nothing here waits; a shared machine's caches still make times high and tails long")
    return report


def _last(report: Report, path: Path, rounds: int) -> None:
    row = report.table(f"the last {LAST:,} lines, processor ms, p50 / p95", "who", "ms", "how")
    size = sum(len(line) + 2 for line in last_lines(path, LAST)) * 2
    limit = _times(lambda: _tail_bytes(path, size), rounds * 5)
    row("limit", both(limit), "the bytes of these lines, read and thrown away")
    own = _times(lambda: len(last_lines(path, LAST)), rounds * 5)
    row("project, `last_lines`", both(own), "reads from the end, decodes what it read")
    row("deque over the file's lines", both(_times(lambda: len(_deque_tail(path)), rounds)), "`deque(file, maxlen)`")
    row("read everything", both(_times(lambda: len(_read_all_tail(path)), rounds)), "decode, split, take the end")
    report.judge(f"last {LAST:,} lines of 100 MB ≤3 ms", f"{both(own)} ms", median(own) <= 3)


def _search(report: Report, path: Path, rounds: int) -> None:
    row = report.table(
        "a text that is not there (every byte is looked at), processor ms, p50 / p95", "who", "long", "short"
    )
    both_needles = (NEEDLE, SHORT_NEEDLE)
    limit = both(_times(lambda: _read_only(path), rounds))
    row("limit: read only", limit, limit)
    own = [_times(partial(_find, path, needle), rounds) for needle in both_needles]
    row("project, `find_lines`", *map(both, own))
    rivals: tuple[tuple[str, Callable[[Path, str], int]], ...] = (
        ("mmap.find of the bytes", _mmap_find),
        ("a loop over the lines", _line_loop),
        ("decode all, then find", _decode_all),
    )
    for name, rival in rivals:
        row(name, *(both(_times(partial(rival, path, needle), rounds)) for needle in both_needles))
    worst = max(own, key=median)
    report.judge("search 100 MB ≤80 ms", f"{both(worst)} ms (the slower of both)", median(worst) <= 80)


def _convert(report: Report, path: Path, lines: int) -> None:
    began, peak = time.thread_time(), _peak_mib()
    encode, told = json.JSONEncoder().encode, 0
    for entry in read_journal(path):
        told += len(encode(entry_json(entry)))
    took = time.thread_time() - began
    row = report.table(
        "the whole file as JSON, one object a line", "seconds of a processor", "µs a line", "memory grew by, MiB"
    )
    row(number(took), number(took / lines * 1e6), number(max(_peak_mib() - peak, 0)))


def _times(act: Callable[[], int], rounds: int) -> list[float]:
    """Processor milliseconds of each round (nothing here waits); the first one, which warms up, is left out."""
    found = []
    for _ in range(rounds + 1):
        began = time.thread_time()
        act()
        found.append((time.thread_time() - began) * 1000)
    return found[1:]


def _write(path: Path) -> int:
    """A journal of 100 MB; neither text that is searched stands in it. Gives its lines."""
    draw = random.Random(1)
    written = lines = 0
    with path.open("wb") as file:
        file.write(b"\xff\xfe")
        while written < SIZE:
            piece = "".join(_line(draw, lines + more) for more in range(1000)).encode("utf-16-le")
            lines += 1000
            written += file.write(piece)
    return lines


def _line(draw: random.Random, count: int) -> str:
    clock = f"{count // 36000 % 24:02d}:{count // 600 % 60:02d}:{count // 10 % 60:02d}.{count % 1000:03d}"
    category = draw.choice(("Network", "Experts", "Trades", "Terminal"))
    return f"CS\t0\t{clock}\t{category}\t'{5001 + count % 7}': {' '.join(draw.choices(_WORDS, k=9))}\r\n"


def _tail_bytes(path: Path, size: int) -> int:
    with path.open("rb", buffering=0) as file:
        file.seek(-size, os.SEEK_END)
        return len(file.read())


def _deque_tail(path: Path) -> deque[str]:
    with path.open(encoding="utf-16") as file:
        return deque(file, maxlen=LAST)


def _read_all_tail(path: Path) -> list[str]:
    return path.read_text("utf-16").splitlines()[-LAST:]


def _read_only(path: Path) -> int:
    block, read = bytearray(1 << 20), 0
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(block):
            read += count
    return read


def _find(path: Path, needle: str) -> int:
    return len(list(find_lines(path, needle)))


def _mmap_find(path: Path, needle: str) -> int:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return view.find(needle.encode("utf-16-le"))


def _line_loop(path: Path, needle: str) -> int:
    with path.open(encoding="utf-16") as file:
        return sum(needle in line for line in file)


def _decode_all(path: Path, needle: str) -> int:
    return path.read_bytes().decode("utf-16").find(needle)


def _peak_mib() -> float:
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
