"""A terminal's story: bands of states over time, and the list of decisions that made them.

Must not know: views, clocks, or where decisions come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mt5console.ui.models.moments import moment_words
from mt5console.ui.pictures import UNKNOWN, DecisionPicture, FleetPicture, TerminalPicture
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


Seen = tuple[float, str]
"""From this instant (UTC seconds) on, a terminal was seen in this state."""

PASSING = frozenset({"starting", "closing", "updating"})
"""States that are left by themselves; what came of one of them is told by the next witness."""

SEEN_KEPT = 500


class StateLog:
    """The states that pictures showed, for every terminal, since the window was opened."""

    def __init__(self) -> None:
        self._seen: dict[int, list[Seen]] = {}

    def note(self, fleet: FleetPicture) -> None:
        """Take a picture."""
        if not fleet.at_utc_s:
            return
        for terminal in fleet.terminals:
            seen = self._seen.setdefault(terminal.user_id, [])
            if not seen:
                seen.append((_since(terminal, fleet.at_utc_s), terminal.state))
            elif seen[-1][1] != terminal.state and fleet.at_utc_s >= seen[-1][0]:
                seen.append((fleet.at_utc_s, terminal.state))
                del seen[:-SEEN_KEPT]

    def seen(self, user_id: int) -> tuple[Seen, ...]:
        """The changes of a terminal's state, oldest first."""
        return tuple(self._seen.get(user_id, ()))


def _since(terminal: TerminalPicture, at_utc_s: float) -> float:
    """Since when a terminal is in the state in which it is first seen: its checks say when the last of them changed."""
    changed = [check.changed_utc_s for _, check in terminal.checks if check.changed_utc_s is not None]
    if terminal.state not in ("healthy", "degraded") or len(changed) < len(terminal.checks):
        return at_utc_s
    return min(at_utc_s, max(changed))


def bands_of(
    decisions: Sequence[DecisionPicture], seen: Sequence[Seen], since_utc_s: float, now_utc_s: float
) -> tuple[Band, ...]:
    """The states between two instants, oldest first. `decisions` come newest first, `seen` oldest first.

    What was seen counts. What lies before it is told by decisions, each of which witnesses the state before and after
    it. Where two witnesses differ, the state between them is the newer one's when the older one's passes by itself,
    and unknown otherwise. Before the oldest witness all is unknown.
    """
    first_seen = seen[0][0] if seen else now_utc_s
    told = [one for one in reversed(decisions) if one.at_utc_s is not None and one.at_utc_s < first_seen]
    changes: list[Seen] = [(since_utc_s, UNKNOWN)]
    for place, decision in enumerate(told):
        after = decision.after or UNKNOWN
        following = told[place + 1].before if place + 1 < len(told) else (seen[0][1] if seen else UNKNOWN)
        state = after if after == following else following if after in PASSING else UNKNOWN
        changes.append((decision.at_utc_s or 0.0, state or UNKNOWN))
    changes.extend(seen)
    return _joined(sorted(changes, key=lambda change: change[0]), since_utc_s, now_utc_s)


def _joined(changes: Sequence[Seen], since_utc_s: float, now_utc_s: float) -> tuple[Band, ...]:
    """Changes as bands without gap; neighbours in one state are one band."""
    bands: list[Band] = []
    for place, (at, state) in enumerate(changes):
        start = max(at, since_utc_s)
        end = min(changes[place + 1][0] if place + 1 < len(changes) else now_utc_s, now_utc_s)
        if end <= start:
            continue
        if bands and bands[-1].state == state:
            bands[-1] = Band(state=state, start_utc_s=bands[-1].start_utc_s, end_utc_s=end)
        else:
            bands.append(Band(state=state, start_utc_s=start, end_utc_s=end))
    return tuple(bands)


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
