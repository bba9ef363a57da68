"""What commands write: one JSON document or people's text on stdout, everything else on stderr.

Must not know: what is shown.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TextIO

from mt5console.commands.session import Session
from mt5console.core.errors import ConsoleError

UNKNOWN = "–"


def emit(session: Session, value: Any, words: Callable[[], None]) -> None:
    """One JSON document with --json, else what `words` says."""
    if session.as_json:
        sys.stdout.write(json.dumps(value) + "\n")
    else:
        words()


def say(text: str = "") -> None:
    """A line of people's text on stdout."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line beside the answer, on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def complain(text: str) -> None:
    """An error: one clear line on stderr."""
    note("mt5console: " + " ".join(text.split()))


def complain_of(error: ConsoleError) -> int:
    """The error's line on stderr; gives its exit code."""
    complain(error.text)
    return error.exit_code


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """A table on stdout: ruled on a screen, plain columns elsewhere; `empty` is said when there are no rows."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        say(empty)
    elif sys.stdout.isatty():
        _ruled_table(columns, cells)
    else:
        _plain_table(columns, cells, sys.stdout)


def facts(pairs: Sequence[tuple[str, object]]) -> None:
    """Named values, one a line."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        say(f"{name:<{width}}  {_cell(value)}")


def seconds(value: float | None) -> str:
    """A duration with its unit, or unknown."""
    return UNKNOWN if value is None else f"{value:.1f} s"


def clock_time(utc_s: float | None) -> str:
    """A stored instant in this machine's time, or unknown."""
    if utc_s is None:
        return UNKNOWN
    return datetime.fromtimestamp(utc_s).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _cell(value: object) -> str:
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split())


def _plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]], out: TextIO) -> None:
    everything = [list(columns), *rows]
    widths = [max(len(row[index]) for row in everything) for index in range(len(columns))]
    for row in everything:
        out.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() + "\n")


def _ruled_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    # Imported here: most calls never draw a ruled table, and rich costs more than the rest of a command.
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    ruled = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        ruled.add_column(column)
    for row in rows:
        ruled.add_row(*(Text(cell) for cell in row))
    Console().print(ruled)
