"""The stages of one deployment as a list model: what has happened, what goes on, and what is still to come.

The engine tells a stage when it changes; the seconds of the running one are counted here by whoever calls `count`.
Must not know: engines, threads, or how a row is painted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mt5console.ui.pictures import StagePicture

Index = QModelIndex | QPersistentModelIndex

NAME_ROLE = Qt.ItemDataRole.UserRole + 1
OUTCOME_ROLE = Qt.ItemDataRole.UserRole + 2
SECONDS_ROLE = Qt.ItemDataRole.UserRole + 3
EVIDENCE_ROLE = Qt.ItemDataRole.UserRole + 4
SHARE_ROLE = Qt.ItemDataRole.UserRole + 5
"""How much of the running stage is done (0 to 1), None where nobody can say."""

WAITING = "waiting"
RUNNING = "running"

PROOF_S = 10.0
"""How long everything must stay true before SUCCESS (the interfaces' words)."""

_FORWARD = ("preflight", "write", "compile", "detach", "desired", "attach", "ready", "heartbeat", "proven", "promote")
_BACK = ("remove_new", "put_back_desired", "put_back_attach", "put_back_ready", "put_back_heartbeat")
_WAYS = {
    "deploy": _FORWARD,
    "redeploy": _FORWARD,
    "restore": ("preflight", "detach", "desired", "attach", "ready", "heartbeat", "proven"),
    "remove": ("desired", "detach"),
}

TITLES = {
    "preflight": "Preflight",
    "write": "Write source",
    "compile": "Compile",
    "detach": "Detach old version",
    "desired": "Name what may trade",
    "attach": "Attach",
    "ready": "READY",
    "heartbeat": "Heartbeat",
    "proven": "Proven",
    "promote": "Keep source",
    "pause": "Pause entries",
    "remove_new": "Remove new version",
    "put_back_desired": "Name the old version",
    "put_back_attach": "Put old version back",
    "put_back_ready": "Old version READY",
    "put_back_heartbeat": "Old version beating",
    "put_back_proven": "Old version proven",
}
"""A stage's name for people."""

_HASH = re.compile("[0-9a-f]{64}")
_MAGIC = re.compile("[0-9]+ is used by no other")

_AWAITED = {
    "preflight": "algo trading, account, symbol, capacity and magic number are looked at",
    "write": "the registered source goes into the free slot",
    "compile": "MetaEditor compiles it; what runs is untouched until it is done",
    "detach": "the running version leaves its chart: never two at once",
    "desired": "the one version that may trade is written down before it is attached",
    "attach": "the agent opens the chart and reads the robot's name back",
    "ready": "the robot echoes this deployment and its inputs",
    "heartbeat": "three beats of this deployment, each newer than the last",
    "proven": "all of the above still true after 10 s",
    "promote": "the proven source is kept under the robot's name",
    "pause": "the robot stays attached, but opens nothing",
    "remove_new": "the new version leaves its chart",
    "put_back_desired": "the old version may trade again, no other",
    "put_back_attach": "the version before this one returns to its chart",
    "put_back_ready": "it echoes its own deployment and inputs",
    "put_back_heartbeat": "it beats as before",
    "put_back_proven": "it stays well",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One line: `outcome` is passed, failed, skipped, running or waiting; `seconds` None while it has not begun."""

    name: str
    title: str
    outcome: str
    seconds: float | None
    evidence: str
    share: float | None = None


def stage_title(name: str) -> str:
    """A stage's name for people; a name that is not known here is shown as it came."""
    return TITLES.get(name, name.replace("_", " ").capitalize())


def stage_rows(stages: Iterable[StagePicture], kind: str, *, ended: bool) -> tuple[StageRow, ...]:
    """What happened, and behind it what is still to come; nothing is to come once it has ended."""
    rows = [
        StageRow(
            name=stage.name,
            title=stage_title(stage.name),
            outcome=stage.outcome,
            seconds=stage.seconds,
            evidence=evidence_words(stage),
        )
        for stage in stages
    ]
    if ended:
        return tuple(row for row in rows if row.outcome != RUNNING)
    return (*rows, *_to_come(rows[-1].name if rows else "", kind))


def preflight_points(evidence: str) -> tuple[str, ...]:
    """The points that preflight found in order, each readable without its neighbours."""
    points = (point.strip() for point in evidence.split(";"))
    return tuple(_whole_point(point) for point in points if point)


def _whole_point(point: str) -> str:
    if point.startswith("switched on"):
        return f"algo trading {point}"
    return f"magic number {point}" if _MAGIC.match(point) else point


def evidence_words(stage: StagePicture) -> str:
    """A stage's evidence for people; a running stage that has none yet tells what is awaited."""
    if not stage.evidence:
        return _AWAITED.get(stage.name, "") if stage.outcome == RUNNING else ""
    if stage.name == "preflight" and stage.outcome == "passed":
        return " · ".join(preflight_points(stage.evidence))
    if stage.name == "write" and _HASH.fullmatch(stage.evidence):
        return f"source sha256 {stage.evidence[:8]}…{stage.evidence[-4:]}"
    return stage.evidence


def _to_come(last: str, kind: str) -> Iterable[StageRow]:
    """The stages behind the last one on its own way; a pause comes last and has nothing behind it."""
    way = _BACK if last in _BACK else _WAYS.get(kind, _FORWARD)
    if last and last not in way:
        return
    for name in way[way.index(last) + 1 if last else 0 :]:
        yield StageRow(
            name=name, title=stage_title(name), outcome=WAITING, seconds=None, evidence=_AWAITED.get(name, "")
        )


class StagesModel(QAbstractListModel):
    """The rows of one deployment. Changes what changed and keeps the rest, so that a view does not jump."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[StageRow, ...] = ()
        self._base_s = 0.0

    @property
    def rows(self) -> tuple[StageRow, ...]:
        """What is shown now."""
        return self._rows

    @property
    def running(self) -> StageRow | None:
        """The stage that goes on now, None when none does."""
        return next((row for row in self._rows if row.outcome == RUNNING), None)

    def set_rows(self, rows: tuple[StageRow, ...]) -> None:
        """Show these rows."""
        common = min(len(rows), len(self._rows))
        changed = [number for number in range(common) if rows[number] != self._rows[number]]
        if len(rows) > len(self._rows):
            self.beginInsertRows(QModelIndex(), common, len(rows) - 1)
            self._rows = rows
            self.endInsertRows()
        elif len(rows) < len(self._rows):
            self.beginRemoveRows(QModelIndex(), common, len(self._rows) - 1)
            self._rows = rows
            self.endRemoveRows()
        self._rows = rows
        running = self.running
        self._base_s = (running.seconds or 0.0) if running is not None else 0.0
        for number in changed:
            self.dataChanged.emit(self.index(number), self.index(number))

    def set_stages(self, stages: Iterable[StagePicture], kind: str, *, ended: bool) -> None:
        """Show a deployment as the engine told it."""
        self.set_rows(stage_rows(stages, kind, ended=ended))

    def count(self, elapsed_s: float, evidence: str = "", share: float | None = None) -> None:
        """The running stage has lasted `elapsed_s` seconds more than when it was told; what is seen of it meanwhile."""
        for number, row in enumerate(self._rows):
            if row.outcome != RUNNING:
                continue
            seconds = self._base_s + elapsed_s
            if share is None and row.name == "proven":
                share = min(1.0, seconds / PROOF_S)
            newer = replace(row, seconds=seconds, evidence=evidence or row.evidence, share=share)
            self._rows = (*self._rows[:number], newer, *self._rows[number + 1 :])
            self.dataChanged.emit(self.index(number), self.index(number))
            return

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many stages are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A stage by role; the display text is the whole line in words."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        values = {
            Qt.ItemDataRole.DisplayRole: row.title,
            Qt.ItemDataRole.ToolTipRole: row.evidence,
            Qt.ItemDataRole.AccessibleTextRole: in_words(row),
            NAME_ROLE: row.name,
            OUTCOME_ROLE: row.outcome,
            SECONDS_ROLE: row.seconds,
            EVIDENCE_ROLE: row.evidence,
            SHARE_ROLE: row.share,
        }
        return values.get(role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be walked through and read out, not changed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


def in_words(row: StageRow) -> str:
    """The whole line for ears: title, outcome, time and evidence."""
    took = "" if row.seconds is None else f", {row.seconds:.1f} seconds"
    return f"{row.title}: {row.outcome}{took}. {row.evidence}".strip()
