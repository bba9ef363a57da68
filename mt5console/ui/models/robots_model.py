"""The robots of one terminal: their heartbeat ages of the last minutes, and the table model over them.

Everything shown is worked out when a picture comes; `data()` only looks it up. Must not know: views, threads, clocks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mt5console.ui.pictures import RobotPicture, TerminalPicture
from mt5console.ui.theme.amounts import NOTHING, age_words
from mt5console.ui.theme.states import LAMP_WORDS, Lamp

Index = QModelIndex | QPersistentModelIndex
Point = tuple[float, float]
"""UTC seconds and a heartbeat's age in seconds."""

ROBOT_ROLE = Qt.ItemDataRole.UserRole + 1
"""The RobotPicture of a row."""
LAMP_ROLE = Qt.ItemDataRole.UserRole + 2
"""The Lamp of a row's state."""
SERIES_ROLE = Qt.ItemDataRole.UserRole + 3
"""Ages of a row, one a second, oldest first, None where nothing was seen."""

KEPT_S = 300
MARKS_KEPT = 50
SAME_WITHIN_S = 30.0
"""A start that was decided, and the process that was seen for it, lie no further apart than this."""

COLUMNS = ("Robot", "State", "Chart", "Age, 5 min", "Now", "Sequence", "Entries", "Deployment")
ROBOT, STATE, CHART, GRAPH, NOW, SEQUENCE, ENTRIES, DEPLOYMENT = range(len(COLUMNS))
_TO_THE_RIGHT = frozenset({NOW, SEQUENCE})

ROBOT_LAMPS: MappingProxyType[str, Lamp] = MappingProxyType(
    {
        "beating": "ok",
        "paused": "warning",
        "stale": "warning",
        "missing": "failing",
        "not_desired": "failing",
        "drifted": "failing",
        "stopped": "resting",
        "suspended": "resting",
        "registered": "resting",
        "deploying": "busy",
    }
)
"""How a robot's state is lit; a state that is not listed is unknown."""

ROBOT_WORDS: MappingProxyType[str, str] = MappingProxyType(
    {
        "not_desired": "opens nothing",
        "drifted": "not as proven",
        "registered": "not deployed",
        "paused": "entries paused",
        "suspended": "taken off",
    }
)
"""States whose own name says too little, in words that fit into the dock's table. `not_desired` is a robot in the
version that should run which takes itself for one that may open nothing, such as on another account."""


def robot_lamp(state: str) -> Lamp:
    """The lamp of a robot's state."""
    return ROBOT_LAMPS.get(state, "unknown")


def robot_words(state: str) -> str:
    """A robot's state in a word or two."""
    return ROBOT_WORDS.get(state, state)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartMark:
    """Something that happened to a robot or its terminal, to be marked on the graph. `kind`: restart or deployment."""

    utc_s: float
    kind: str
    words: str


class RobotAges:
    """Heartbeat ages of the robots of one terminal over the last minutes, one a second. Time is that of pictures."""

    def __init__(self, kept_s: int = KEPT_S) -> None:
        self._kept_s = kept_s
        self._points: dict[int, deque[Point]] = {}
        self._marks: dict[int, deque[ChartMark]] = {}
        self._told: dict[tuple[int | None, str], tuple[ChartMark, ...]] = {}
        self._pid: int | None = None
        self._deployments: dict[int, str] = {}
        self.newest_utc_s: float | None = None

    def note(self, terminal: TerminalPicture, utc_s: float) -> None:
        """Take the ages of a picture made at `utc_s`; an older one than the newest is passed over."""
        if self.newest_utc_s is not None and utc_s <= self.newest_utc_s:
            if utc_s > self.newest_utc_s - self._kept_s:
                return
            # The engine's clock was set back: what is kept lies in a future that may never come.
            self._points.clear()
            self._marks.clear()
        self.newest_utc_s = utc_s
        self._note_restart(terminal, utc_s)
        for robot in terminal.robot_pictures:
            self._note_deployment(robot, utc_s)
            if robot.heartbeat_age_s is not None:
                self._add(robot.robot_id, (utc_s, robot.heartbeat_age_s))

    def preload(self, robot_id: int, series: Iterable[Point]) -> None:
        """Put what the engine remembers before what was seen here."""
        seen = self._points.get(robot_id, deque())
        first = seen[0][0] if seen else float("inf")
        older = [point for point in series if point[0] < first]
        self._points[robot_id] = deque([*older, *seen])
        self._trim(robot_id)

    def points(self, robot_id: int) -> tuple[Point, ...]:
        """What is known of a robot, oldest first."""
        return tuple(self._points.get(robot_id, ()))

    def tell(self, robot_id: int | None, kind: str, marks: Iterable[ChartMark]) -> None:
        """What the engine remembers of one kind, for one robot or (None) for all; replaces what it told before."""
        self._told[(robot_id, kind)] = tuple(marks)

    def marks(self, robot_id: int) -> tuple[ChartMark, ...]:
        """What happened to a robot and its terminal, oldest first.

        What was seen here and is also told by the engine is one mark, at the instant that the engine tells.
        """
        told = [mark for (about, _), marks in self._told.items() if about in (None, robot_id) for mark in marks]
        seen = [
            mark
            for mark in self._marks.get(robot_id, ())
            if not any(one.kind == mark.kind and abs(one.utc_s - mark.utc_s) < SAME_WITHIN_S for one in told)
        ]
        return tuple(sorted([*told, *seen], key=lambda mark: mark.utc_s))

    def by_second(self, robot_id: int) -> tuple[float | None, ...]:
        """The worst age of each of the last seconds, oldest first, None where nothing was seen."""
        if self.newest_utc_s is None:
            return ()
        ages: list[float | None] = [None] * self._kept_s
        newest = int(self.newest_utc_s)
        for utc_s, age_s in self._points.get(robot_id, ()):
            place = self._kept_s - 1 - (newest - int(utc_s))
            if 0 <= place < self._kept_s:
                known = ages[place]
                ages[place] = age_s if known is None else max(known, age_s)
        return tuple(ages)

    def _add(self, robot_id: int, point: Point) -> None:
        self._points.setdefault(robot_id, deque()).append(point)
        self._trim(robot_id)

    def _trim(self, robot_id: int) -> None:
        points = self._points[robot_id]
        newest = self.newest_utc_s if self.newest_utc_s is not None else (points[-1][0] if points else 0.0)
        while points and points[0][0] < newest - self._kept_s:
            points.popleft()

    def _note_restart(self, terminal: TerminalPicture, utc_s: float) -> None:
        if terminal.pid is None:
            return
        if self._pid is not None and terminal.pid != self._pid:
            for robot in terminal.robot_pictures:
                self._mark(robot.robot_id, ChartMark(utc_s=utc_s, kind="restart", words="terminal started again"))
        self._pid = terminal.pid

    def _note_deployment(self, robot: RobotPicture, utc_s: float) -> None:
        if robot.deployment_id is None:
            return
        before = self._deployments.get(robot.robot_id)
        if before is not None and before != robot.deployment_id:
            words = f"deployment {robot.deployment_id} beats"
            self._mark(robot.robot_id, ChartMark(utc_s=utc_s, kind="deployment", words=words))
        self._deployments[robot.robot_id] = robot.deployment_id

    def _mark(self, robot_id: int, mark: ChartMark) -> None:
        self._marks.setdefault(robot_id, deque(maxlen=MARKS_KEPT)).append(mark)


@dataclass(frozen=True, slots=True)
class _Row:
    robot: RobotPicture
    lamp: Lamp
    cells: tuple[str, ...]
    tips: str
    series: tuple[float | None, ...]


class RobotsModel(QAbstractTableModel):
    """The robots of one terminal, by id; rows stay where they are while ages change."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []

    def set_robots(self, robots: Iterable[RobotPicture], ages: RobotAges, late_s: float = 0.0) -> None:
        """Show these robots. `late_s`: how long ago their picture was made (ages have grown by so much since)."""
        ordered = sorted(robots, key=lambda robot: robot.robot_id)
        rows = [_row(robot, ages.by_second(robot.robot_id), late_s) for robot in ordered]
        if [row.robot.robot_id for row in rows] != [row.robot.robot_id for row in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def robot(self, row: int) -> RobotPicture | None:
        """The robot of a row, None when there is no such row."""
        return self._rows[row].robot if 0 <= row < len(self._rows) else None

    def row_of(self, robot_id: int | None) -> int | None:
        """The row of a robot, None when it is not there."""
        return next((place for place, row in enumerate(self._rows) if row.robot.robot_id == robot_id), None)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many robots."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' names."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell by role."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        if role == LAMP_ROLE:
            return row.lamp
        if role == SERIES_ROLE:
            return row.series
        if role == ROBOT_ROLE:
            return row.robot
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return row.tips
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[index.column()]}: {row.cells[index.column()] or row.cells[NOW]}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _TO_THE_RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _row(robot: RobotPicture, series: tuple[float | None, ...], late_s: float) -> _Row:
    lamp, words = robot_lamp(robot.state), robot_words(robot.state)
    age = None if robot.heartbeat_age_s is None else robot.heartbeat_age_s + late_s
    cells = (
        str(robot.robot_id),
        words,
        f"{robot.symbol} {robot.timeframe}".strip() or NOTHING,
        "",
        age_words(age),
        NOTHING if robot.sequence is None else str(robot.sequence),
        NOTHING if robot.rests else (robot.entries or NOTHING).replace("_", " "),
        robot.deployment_id or NOTHING,
    )
    if robot.state == "suspended":
        words = "suspended: removed by hand; redeploy it, or remove it for good"
    errors = "".join(f"\n{text}" for text in robot.errors)
    tips = f"Robot {robot.robot_id}: {words} ({LAMP_WORDS[lamp]}), last beat {age_words(age)} ago{errors}"
    return _Row(robot, lamp, cells, tips if age is not None else f"Robot {robot.robot_id}: {words}{errors}", series)
