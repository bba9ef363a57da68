"""What each terminal costs the server: memory and processor as bars with numbers, the heaviest first.

One widget that paints the rows in sight; no widget per terminal. Must not know: the desk, or the fleet as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mt5console.ui.theme.amounts import NOTHING, memory_words, percent_words, uptime_words
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mt5console.ui.pictures import TerminalPicture

TITLES = ("Terminal", "Memory", "Processor", "Up", "Build")
NAME, NUMBER, LAST = 110, 78, 92
"""Widths of the names, of the numbers beside the bars, and of the last two columns, in the drawings' pixels."""

MOST_BAR = 1000


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One terminal's row: shares from 0 to 1 of the longest bar, and what is written."""

    name: str
    memory: float
    memory_words: str
    cpu: float
    cpu_words: str
    up: str
    build: str


def load_rows(terminals: Sequence[TerminalPicture], at_utc_s: float) -> tuple[LoadRow, ...]:
    """The rows, heaviest memory first; terminals that do not run come last, with nothing in their columns."""
    most_memory = max((one.rss_bytes or 0 for one in terminals), default=0) or 1
    most_cpu = max(max((one.cpu_percent or 0.0 for one in terminals), default=0.0), 1.0)
    ordered = sorted(terminals, key=lambda one: (one.pid is None, -(one.rss_bytes or 0), one.user_id))
    return tuple(
        LoadRow(
            name=one.name,
            memory=(one.rss_bytes or 0) / most_memory,
            memory_words=memory_words(one.rss_bytes) if one.pid is not None else "not running",
            cpu=(one.cpu_percent or 0.0) / most_cpu,
            cpu_words=percent_words(one.cpu_percent) if one.pid is not None else NOTHING,
            up=uptime_words(_up_s(one, at_utc_s)),
            build=NOTHING if one.build is None else str(one.build),
        )
        for one in ordered
    )


def _up_s(terminal: TerminalPicture, at_utc_s: float) -> float | None:
    started = terminal.started_utc_s
    return None if started is None or terminal.pid is None else max(0.0, at_utc_s - started)


class LoadList(QWidget):
    """The rows below their titles."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("load_list")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._rows: tuple[LoadRow, ...] = ()
        look().changed.connect(self._on_look_changed)

    @property
    def rows(self) -> tuple[LoadRow, ...]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: tuple[LoadRow, ...]) -> None:
        """Show these."""
        if rows == self._rows:
            return
        grown = len(rows) != len(self._rows)
        self._rows = rows
        words = "; ".join(f"{row.name} {row.memory_words}, {row.cpu_words}" for row in rows)
        self.setAccessibleName(f"Terminals, heaviest first: {words}")
        if grown:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line for each row, and one for the titles."""
        return QSize(look().px(600), self._line() * (len(self._rows) + 1))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint titles and the rows that are out of date."""
        painter = QPainter(self)
        columns, line = self._columns(), self._line()
        painter.setFont(look().font(FontRole.SMALL))
        painter.setPen(look().colour(Role.TEXT_FAINT))
        for title, (left, width) in zip(TITLES, columns):
            painter.drawText(QRect(left, 0, width, line), int(Qt.AlignmentFlag.AlignVCenter), title)
        painter.setFont(look().font(FontRole.BASE))
        first = max(0, event.rect().top() // line - 1)
        for place in range(first, min(len(self._rows), event.rect().bottom() // line + 1)):
            self._paint_row(painter, self._rows[place], (place + 1) * line, columns)
        painter.end()

    def _paint_row(self, painter: QPainter, row: LoadRow, top: int, columns: list[tuple[int, int]]) -> None:
        style, line = look(), self._line()
        painter.fillRect(0, top, self.width(), 1, style.colour(Role.LINE))
        bars = {1: (row.memory, row.memory_words), 2: (row.cpu, row.cpu_words)}
        for column, words in ((0, row.name), (3, row.up), (4, row.build)):
            left, width = columns[column]
            painter.setPen(style.colour(Role.TEXT if column == 0 else Role.TEXT_SOFT))
            painter.drawText(QRect(left, top, width, line), int(Qt.AlignmentFlag.AlignVCenter), words)
        for column, (share, words) in bars.items():
            left, width = columns[column]
            number = style.px(NUMBER)
            painter.setPen(style.colour(Role.TEXT_SOFT))
            painter.drawText(QRect(left, top, number, line), int(Qt.AlignmentFlag.AlignVCenter), words)
            bar = QRectF(left + number, top + line / 2 - 3, max(0, width - number - style.px(24)), 6)
            painter.fillRect(bar, style.colour(Role.SUNKEN))
            bar.setWidth(bar.width() * share)
            painter.fillRect(bar, style.colour(Role.ACCENT))

    def _columns(self) -> list[tuple[int, int]]:
        """Left edge and width of each column; the bars share what is left, up to a length that still reads."""
        style = look()
        name, last = style.px(NAME), style.px(LAST)
        bar = min(style.px(NUMBER + MOST_BAR), max(style.px(NUMBER), (self.width() - name - 2 * last) // 2))
        widths = (name, bar, bar, last, last)
        lefts = [sum(widths[:place]) for place in range(len(widths))]
        return list(zip(lefts, widths))

    def _line(self) -> int:
        return int(look().metrics(FontRole.BASE).height()) + look().px(10)

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()
