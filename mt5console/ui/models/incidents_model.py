"""Incidents as a tree of two levels: causes, and under each the incidents of that cause; cleared ones last.

`data()` only looks up what was worked out when the incidents came. Must not know: views, engines, clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mt5console.ui.models.incident_causes import cause_of
from mt5console.ui.pictures import IncidentPicture
from mt5console.ui.theme.amounts import NOTHING, age_words
from mt5console.ui.theme.states import Lamp

Index = QModelIndex | QPersistentModelIndex

INCIDENT_ROLE = Qt.ItemDataRole.UserRole + 1
"""The IncidentPicture of a row, None for a cause."""
LAMP_ROLE = Qt.ItemDataRole.UserRole + 2
"""The Lamp of a row."""
STRONG_ROLE = Qt.ItemDataRole.UserRole + 3
"""Whether a row is a heading."""

COLUMNS = ("Incident", "Where", "Age")
INCIDENT, WHERE, AGE = range(len(COLUMNS))

CLEARED = "cleared"
"""The key of the group that holds what is over."""

_GROUP = 2**32 - 1


@dataclass(frozen=True, slots=True)
class _Entry:
    incident: IncidentPicture
    lamp: Lamp
    cells: tuple[str, str, str]
    tips: str


@dataclass(frozen=True, slots=True)
class _Group:
    key: str
    lamp: Lamp
    cells: tuple[str, str, str]
    entries: tuple[_Entry, ...]

    @property
    def shape(self) -> tuple[str, tuple[str, ...]]:
        """What has to be the same for rows to stay where they are."""
        return self.key, tuple(entry.incident.incident_id for entry in self.entries)


def where_words(incident: IncidentPicture) -> str:
    """Whom an incident is about: `user_3 · robot 302`, or all terminals."""
    parts = [] if incident.user_id is None else [f"user_{incident.user_id}"]
    if incident.robot_id is not None:
        parts.append(f"robot {incident.robot_id}")
    return " · ".join(parts) or "all terminals"


def age_of(incident: IncidentPicture, now_utc_s: float) -> float | None:
    """How long an incident is open, or was (its downtime) when it has cleared; seconds."""
    if incident.opened_utc_s is None:
        return None
    end = now_utc_s if incident.cleared_utc_s is None else incident.cleared_utc_s
    return max(0.0, end - incident.opened_utc_s)


class IncidentsModel(QAbstractItemModel):
    """Open incidents by cause, the worst cause first and its newest incident first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: list[_Group] = []

    def set_incidents(self, incidents: Iterable[IncidentPicture], now_utc_s: float) -> bool:
        """Show these; gives whether rows came, went or moved."""
        groups = _groups(tuple(incidents), now_utc_s)
        if [group.shape for group in groups] == [group.shape for group in self._groups]:
            self._groups = groups
            self._tell_changes()
            return False
        self.beginResetModel()
        self._groups = groups
        self.endResetModel()
        return True

    def _tell_changes(self) -> None:
        if not self._groups:
            return
        last = len(COLUMNS) - 1
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._groups) - 1, last))
        for row, group in enumerate(self._groups):
            above = self.index(row, 0)
            self.dataChanged.emit(self.index(0, 0, above), self.index(len(group.entries) - 1, last, above))

    def incident(self, index: Index) -> IncidentPicture | None:
        """The incident of an index, None for a cause's own row."""
        entry = self._entry(index)
        return None if entry is None else entry.incident

    def index_of(self, incident_id: str) -> QModelIndex:
        """Where an incident is shown; an invalid index when it is not."""
        for row, group in enumerate(self._groups):
            for place, entry in enumerate(group.entries):
                if entry.incident.incident_id == incident_id:
                    return self.index(place, 0, self.index(row, 0))
        return QModelIndex()

    def group_key(self, row: int) -> str:
        """The cause of a top row."""
        return self._groups[row].key

    # ---- Qt's part ----------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        """Top rows carry a mark, rows below them their cause's place."""
        if not 0 <= column < len(COLUMNS) or row < 0:
            return QModelIndex()
        if parent is None or not parent.isValid():
            return self.createIndex(row, column, _GROUP) if row < len(self._groups) else QModelIndex()
        if int(parent.internalId()) != _GROUP or parent.column() != 0:
            return QModelIndex()
        if row >= len(self._groups[parent.row()].entries):
            return QModelIndex()
        return self.createIndex(row, column, parent.row())

    def parent(self, index: Index | None = None) -> QModelIndex:  # type: ignore[override]
        """The cause of an incident."""
        if index is None or not index.isValid() or int(index.internalId()) == _GROUP:
            return QModelIndex()
        return self.createIndex(int(index.internalId()), 0, _GROUP)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Causes, or the incidents of one."""
        if parent is None or not parent.isValid():
            return len(self._groups)
        if int(parent.internalId()) != _GROUP or parent.column() != 0:
            return 0
        return len(self._groups[parent.row()].entries)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many columns."""
        return len(COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' names."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell by role."""
        if not index.isValid():
            return None
        entry = self._entry(index)
        row = entry if entry is not None else self._groups[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        if role == LAMP_ROLE:
            return row.lamp
        if role == INCIDENT_ROLE:
            return None if entry is None else entry.incident
        if role == STRONG_ROLE:
            return entry is None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.cells[0] if entry is None else entry.tips
        return None

    def _entry(self, index: Index) -> _Entry | None:
        if not index.isValid() or int(index.internalId()) == _GROUP:
            return None
        return self._groups[int(index.internalId())].entries[index.row()]


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == AGE else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _groups(incidents: Sequence[IncidentPicture], now_utc_s: float) -> list[_Group]:
    open_by_kind: dict[str, list[IncidentPicture]] = {}
    cleared: list[IncidentPicture] = []
    for incident in incidents:
        if incident.cleared_utc_s is None:
            open_by_kind.setdefault(incident.kind, []).append(incident)
        else:
            cleared.append(incident)
    kinds = sorted(open_by_kind, key=lambda kind: (-cause_of(kind).rank, kind))
    groups = [_open_group(kind, open_by_kind[kind], now_utc_s) for kind in kinds]
    if cleared:
        groups.append(_cleared_group(cleared, now_utc_s))
    return groups


def _open_group(kind: str, incidents: list[IncidentPicture], now_utc_s: float) -> _Group:
    cause = cause_of(kind)
    incidents.sort(key=lambda incident: -(incident.opened_utc_s or 0.0))
    entries = tuple(_entry_of(incident, cause.lamp, now_utc_s) for incident in incidents)
    oldest = max((age for one in incidents if (age := age_of(one, now_utc_s)) is not None), default=None)
    count = "1 open" if len(entries) == 1 else f"{len(entries)} open"
    return _Group(kind, cause.lamp, (cause.title, count, age_words(oldest)), entries)


def _cleared_group(incidents: list[IncidentPicture], now_utc_s: float) -> _Group:
    incidents.sort(key=lambda incident: -(incident.cleared_utc_s or 0.0))
    entries = tuple(_entry_of(incident, "resting", now_utc_s) for incident in incidents)
    return _Group(CLEARED, "resting", ("Cleared", f"{len(entries)} over", ""), entries)


def _entry_of(incident: IncidentPicture, lamp: Lamp, now_utc_s: float) -> _Entry:
    age = age_words(age_of(incident, now_utc_s))
    text = incident.text[:1].upper() + incident.text[1:]
    if incident.cleared_utc_s is not None:
        text = f"{cause_of(incident.kind).title}: {incident.text}"
        age = f"was {age}" if age != NOTHING else age
    elif incident.acknowledged:
        text = f"Taken on: {incident.text}"
    if incident.cleared_utc_s is None and incident.is_silent(now_utc_s):
        text = f"Silent: {text}"
    tips = f"{where_words(incident)}: {incident.text}, {age}. Next: {incident.next_step}"
    return _Entry(incident, lamp, (text, where_words(incident), age), tips)
