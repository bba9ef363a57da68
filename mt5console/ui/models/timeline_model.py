"""A terminal's story: bands of states over time, and the list of decisions that made them.

Must not know: views, clocks, or where decisions come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mt5console.ui.models.moments import moment_words
from mt5console.ui.pictures import UNKNOWN, DecisionPicture
from mt5console.ui.theme.states import title_of

Index = QModelIndex | QPersistentModelIndex

DECISION_ROLE = Qt.ItemDataRole.UserRole + 1
"""The DecisionPicture of a row."""
WHEN_ROLE = Qt.ItemDataRole.UserRole + 2
"""Its instant, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of time in one state, in UTC seconds."""

    state: str
    start_utc_s: float
    end_utc_s: float


def bands_of(
    decisions: Sequence[DecisionPicture], state_now: str, since_utc_s: float, now_utc_s: float
) -> tuple[Band, ...]:
    """The states between two instants, oldest first. `decisions` come newest first; what they do not tell is unknown.

    A decision says the state before and after it; when two of them do not fit together, what lay between is unknown.
    """
    bands: list[Band] = []
    state, end = state_now, now_utc_s
    for decision in decisions:
        at = decision.at_utc_s
        if at is None or decision.before == decision.after or not decision.after:
            continue
        if at > now_utc_s:
            continue
        if decision.after != state:
            state = UNKNOWN
        start = max(at, since_utc_s)
        if end > start:
            bands.append(Band(state=state, start_utc_s=start, end_utc_s=end))
        state, end = decision.before or UNKNOWN, start
        if at <= since_utc_s:
            break
    if end > since_utc_s:
        bands.append(Band(state=state, start_utc_s=since_utc_s, end_utc_s=end))
    return tuple(reversed(bands))


def sentence_of(decision: DecisionPicture) -> str:
    """A decision's whole story in one line: what happened, what was decided, why, what comes next."""
    decided = f"Would have: {decision.decided}" if decision.observed_only else decision.decided
    parts = [part for part in (decision.trigger, decided, decision.why) if part]
    if decision.next:
        parts.append(f"next: {decision.next}")
    return " · ".join(parts)


def change_of(decision: DecisionPicture) -> str:
    """The change of state that a decision brought, such as `Down → Starting`; empty for none."""
    if not decision.after or decision.before == decision.after:
        return ""
    before = title_of(decision.before) if decision.before else ""
    return f"{before} → {title_of(decision.after)}" if before else title_of(decision.after)


class DecisionsModel(QAbstractListModel):
    """Decisions, newest first. New ones are put in above, so that a person's place in the list stays."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._decisions: tuple[DecisionPicture, ...] = ()
        self._when: tuple[str, ...] = ()

    @property
    def decisions(self) -> tuple[DecisionPicture, ...]:
        """What is shown, newest first."""
        return self._decisions

    def set_decisions(self, decisions: tuple[DecisionPicture, ...], now_utc_s: float) -> None:
        """Show these, newest first."""
        if decisions == self._decisions:
            return
        when = tuple(moment_words(decision.at_utc_s, now_utc_s) for decision in decisions)
        added = len(decisions) - len(self._decisions)
        if self._decisions and added > 0 and decisions[added:] == self._decisions:
            self.beginInsertRows(QModelIndex(), 0, added - 1)
            self._decisions, self._when = decisions, when
            self.endInsertRows()
            return
        self.beginResetModel()
        self._decisions, self._when = decisions, when
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many decisions."""
        return 0 if parent is not None and parent.isValid() else len(self._decisions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A decision by role."""
        if not index.isValid() or not 0 <= index.row() < len(self._decisions):
            return None
        decision = self._decisions[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return decision.decided
        if role == DECISION_ROLE:
            return decision
        if role == WHEN_ROLE:
            return self._when[index.row()]
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{self._when[index.row()]}: {sentence_of(decision)}"
        return None
