"""Figures as markdown: numbers in, tables and plain verdicts out. Must not know: how anything was measured."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a figure is asked for. `rivals`: where optional rivals were installed, None for none."""

    quick: bool = False
    rivals: Path | None = None


@dataclass(slots=True)
class Report:
    """What one figure prints: tables, verdicts on its goals, notes."""

    tables: list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def table(self, title: str, *columns: str) -> Callable[..., None]:
        """Begin a table; gives the function that adds a row."""
        rows: list[tuple[str, ...]] = []
        self.tables.append((title, columns, rows))
        return lambda *cells: rows.append(tuple(cells))

    def judge(self, goal: str, measured: str, met: bool) -> None:
        """Say in plain words whether a goal is met."""
        self.verdicts.append(f"{'met' if met else '**missed**'}: {goal} — measured {measured}")

    def note(self, text: str) -> None:
        """Something that a reader of the numbers must know; said once."""
        if text not in self.notes:
            self.notes.append(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One benchmark: its name on the command line, what it measures, and the module whose `run` measures it."""

    name: str
    title: str
    module: str
    linux_only: bool = False


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; NaN of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    """The median; NaN of nothing."""
    return statistics.median(values) if values else math.nan


def number(value: float, digits: int = 3) -> str:
    """A number with so many significant digits, a dash for none; never in powers of ten."""
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(places, 6)}f}"


def both(values: Sequence[float], digits: int = 3) -> str:
    """Median and p95."""
    return f"{number(median(values), digits)} / {number(percentile(values, 0.95), digits)}"


def as_markdown(figure: Figure, report: Report) -> str:
    """The whole figure, ready for docs/performance.md."""
    lines = [f"## {figure.name}: {figure.title}", ""]
    for title, columns, rows in report.tables:
        lines += [f"**{title}**", ""] if title else []
        lines += [_row(columns), _row(("---",) * len(columns)), *(_row(row) for row in rows), ""]
    lines += [f"- Goal {verdict}" for verdict in report.verdicts]
    lines += [f"- {note}" for note in report.notes]
    return "\n".join(lines).rstrip() + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
