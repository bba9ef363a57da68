"""The lines of a terminal's two journals as a table: bounded, filtered, searched.

A line's cells are made when it comes; `data()` only looks them up. Must not know: where lines come from, or views.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush

from mt5console.ui.pictures import JournalLinePicture
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

Index = QModelIndex | QPersistentModelIndex

KEPT_LINES = 20_000
DROPPED_AT_ONCE = 2_000
"""The oldest lines go in pieces, so that not every new line moves the whole table."""

COLUMNS = ("Time", "Log", "Source", "Text")
TIME, LOG, SOURCE, TEXT = range(len(COLUMNS))

LINE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The JournalLinePicture of a row."""

PROBLEM_KINDS = frozenset(
    {
        "unclean_exit",
        "second_instance",
        "authorization_failed",
        "connection_lost",
        "algo_disabled",
        "robot_init_failed",
        "robot_removed",
    }
)
"""Kinds of lines that somebody who looks for trouble wants to see."""

_WARNING_LEVEL, _ERROR_LEVEL = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """Which lines are shown. `log`: "", terminal or experts; `text`: only lines that hold it, in any case."""

    log: str = ""
    problems: bool = False
    text: str = ""

    def lets(self, line: JournalLinePicture, folded: str) -> bool:
        """Whether a line is shown; `folded` is its text to search in."""
        if self.log and line.log != self.log:
            return False
        if self.problems and not is_problem(line):
            return False
        return not self.text or self.text in folded


@dataclass(frozen=True, slots=True)
class _Row:
    line: JournalLinePicture
    cells: tuple[str, str, str, str]
    folded: str
    role: Role


def is_problem(line: JournalLinePicture) -> bool:
    """Whether a line tells of trouble, by its kind or its level."""
    return line.level >= _WARNING_LEVEL or line.kind in PROBLEM_KINDS


class JournalModel(QAbstractTableModel):
    """Lines oldest first, at most `KEPT_LINES` of them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[_Row] = []
        self._shown: list[_Row] = []
        self._filter = JournalFilter()
        self._brushes: dict[Role, QBrush] = {}
        look().changed.connect(self._on_look_changed)

    @property
    def total(self) -> int:
        """How many lines are kept, shown or not."""
        return len(self._all)

    def clear(self) -> None:
        """Forget every line."""
        self.beginResetModel()
        self._all, self._shown = [], []
        self.endResetModel()

    def append(self, lines: Iterable[JournalLinePicture]) -> int:
        """Take new lines; gives how many of them are shown."""
        rows = [_row(line) for line in lines]
        if not rows:
            return 0
        self._all.extend(rows)
        wanted = [row for row in rows if self._filter.lets(row.line, row.folded)]
        if wanted:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(wanted) - 1)
            self._shown.extend(wanted)
            self.endInsertRows()
        self._drop_oldest()
        return len(wanted)

    def set_filter(self, wanted: JournalFilter) -> None:
        """Show only the lines that the filter lets through."""
        wanted = JournalFilter(log=wanted.log, problems=wanted.problems, text=wanted.text.casefold().strip())
        if wanted == self._filter:
            return
        self.beginResetModel()
        self._filter = wanted
        self._shown = [row for row in self._all if wanted.lets(row.line, row.folded)]
        self.endResetModel()

    def line(self, row: int) -> JournalLinePicture | None:
        """The line of a row, None when there is no such row."""
        return self._shown[row].line if 0 <= row < len(self._shown) else None

    def painted(self, row: int, column: int) -> tuple[str, Role]:
        """A cell's words and their role: what a painter needs, in one call."""
        shown = self._shown[row]
        return shown.cells[column], shown.role if column == TEXT else Role.TEXT_FAINT

    def find(self, text: str, start: int, *, forward: bool = True) -> int | None:
        """The next row from `start` on that holds the text, round the end if need be; None when there is none."""
        folded, count = text.casefold().strip(), len(self._shown)
        if not folded or not count:
            return None
        step = 1 if forward else -1
        for offset in range(count):
            row = (start + step * offset) % count
            if folded in self._shown[row].folded:
                return row
        return None

    def matches(self, text: str) -> tuple[int, ...]:
        """All rows that hold the text."""
        folded = text.casefold().strip()
        return tuple(row for row, shown in enumerate(self._shown) if folded in shown.folded) if folded else ()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many lines are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' names."""
        wanted = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return COLUMNS[section] if wanted and 0 <= section < len(COLUMNS) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell by role."""
        if not index.isValid() or not 0 <= index.row() < len(self._shown):
            return None
        row = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._brush(row.role if index.column() == TEXT else Role.TEXT_FAINT)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.line.time.replace('T', ' ')}\n{row.line.text}" if index.column() == TEXT else None
        if role == LINE_ROLE:
            return row.line
        return None

    def _brush(self, role: Role) -> QBrush:
        brush = self._brushes.get(role)
        if brush is None:
            brush = self._brushes[role] = QBrush(look().colour(role))
        return brush

    def _drop_oldest(self) -> None:
        if len(self._all) <= KEPT_LINES:
            return
        dropped = len(self._all) - KEPT_LINES + DROPPED_AT_ONCE
        shown = sum(1 for row in self._all[:dropped] if self._filter.lets(row.line, row.folded))
        del self._all[:dropped]
        if shown:
            self.beginRemoveRows(QModelIndex(), 0, shown - 1)
            del self._shown[:shown]
            self.endRemoveRows()

    def _on_look_changed(self) -> None:
        self._brushes.clear()
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, len(COLUMNS) - 1))


def _row(line: JournalLinePicture) -> _Row:
    clock = line.time.partition("T")[2] or line.time
    cells = (clock, line.log, line.category, line.text)
    return _Row(line, cells, f"{line.category}\n{line.text}".casefold(), _role(line))


def _role(line: JournalLinePicture) -> Role:
    if line.level >= _ERROR_LEVEL or line.kind in ("authorization_failed", "robot_init_failed", "unclean_exit"):
        return Role.FAILING
    if is_problem(line):
        return Role.WARNING
    return Role.TEXT
