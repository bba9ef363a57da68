"""Second page of a deployment: what preflight found, what would change, and what has to be confirmed.

Must not know: the engine. The dialog brings the dry run's outcome.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mt5console.ui.dialogs.confirm_live import ConfirmBox, needed
from mt5console.ui.dialogs.deploy_words import change_words, changes_heading
from mt5console.ui.dialogs.fields import scrolled
from mt5console.ui.dialogs.labels import Rule
from mt5console.ui.dialogs.stages_view import SIDE, StagesView
from mt5console.ui.models.stages_model import RUNNING, StageRow, StagesModel, preflight_points
from mt5console.ui.pictures import DeploymentPicture, DiagnosisPicture, TerminalPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

_KNOWN_BEFORE = frozenset({"Algo trading enabled", "Agent alive", "Account", "Symbol"})
"""Points of a diagnosis that can be true before anything is touched; the others would only read as further faults."""

_OUTCOMES = {True: "passed", False: "failed", None: "unknown"}


class ReviewPage(QWidget):
    """Preflight's points, the changes, the confirmations.

    Signals:
        changed: what was confirmed is different now.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._terminal: TerminalPicture | None = None
        self._review: DeploymentPicture | None = None
        self._insist = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._points = StagesModel(self)
        layout.addWidget(scrolled(self._build_found(), self), 1)
        self._rule = Rule(self)
        layout.addWidget(self._rule)
        # Below what scrolls: what has to be confirmed is always in sight.
        self.box = ConfirmBox(self)
        self.box.setContentsMargins(look().px(SIDE), look().px(12), look().px(SIDE), look().px(4))
        self.box.changed.connect(self.changed)
        layout.addWidget(self.box)
        self.show_asking()

    def _build_found(self) -> QWidget:
        found = QWidget()
        rows = QVBoxLayout(found)
        rows.setContentsMargins(0, 0, 0, look().px(12))
        rows.setSpacing(0)
        self._changes_title = section_title("", found)
        self._changes = Words("", Role.TEXT, FontRole.BASE, found)
        self._changes.setObjectName("deploy_changes")
        self._changes.setContentsMargins(look().px(SIDE), look().px(2), look().px(SIDE), 0)
        rows.addWidget(self._changes_title)
        rows.addWidget(self._changes)
        rows.addWidget(section_title("PREFLIGHT", found))
        rows.addWidget(StagesView(self._points, "preflight_points", "Preflight", found, pad=5))
        rows.addStretch(1)
        return found

    def show_asking(self) -> None:
        """The engine looks; nothing can be confirmed yet."""
        self._review = None
        self._insist = ""
        looking = StageRow(
            name="preflight",
            title="Preflight",
            outcome=RUNNING,
            seconds=None,
            evidence="the engine looks; nothing is touched",
        )
        self._points.set_rows((looking,))
        self._show_changes()
        self.box.setVisible(False)
        self._rule.setVisible(False)
        self.changed.emit()

    def show_review(self, review: DeploymentPicture) -> None:
        """What the dry run found."""
        self._review = review
        self._points.set_rows(preflight_rows(review))
        self._show_changes()
        self._ask()

    def set_terminal(self, terminal: TerminalPicture) -> None:
        """The terminal as it is now; positions may come and go while somebody reads."""
        self._terminal = terminal
        self._ask()

    def insist(self, code: str) -> None:
        """The engine refused what was confirmed: ask for more."""
        self._insist = code
        self._ask()

    @property
    def review(self) -> DeploymentPicture | None:
        """What the dry run found, None while it looks."""
        return self._review

    def confirmed(self) -> dict[str, Any] | None:
        """The confirmations as arguments; None while preflight has not passed or something is not confirmed."""
        if self._review is None or self._review.diagnosis is not None or self._terminal is None:
            return None
        return self.box.arguments()

    def _ask(self) -> None:
        if self._review is None or self._terminal is None or self._review.diagnosis is not None:
            self.box.setVisible(False)
        else:
            replaces = self._review.first is False
            self.box.ask(self._terminal, needed(self._terminal, "deploy", insist=self._insist, replaces=replaces))
        self._rule.setVisible(not self.box.isHidden())
        self.changed.emit()

    def _show_changes(self) -> None:
        review = self._review
        shown = review is not None and review.changes is not None
        self._changes_title.setVisible(shown)
        lines: list[str] = []
        if review is not None and review.changes is not None:
            self._changes_title.setText(changes_heading(review).upper())
            lines = [change_words(change) for change in review.changes if change.what != "Slot"]
            lines += [f"Leaves its chart first: {chart}" for chart in review.detach]
        self._changes.setText("\n".join(lines))
        self._changes.setVisible(bool(lines))


def section_title(words: str, parent: QWidget) -> Words:
    """A small heading above a list that goes from edge to edge."""
    label = Words(words, Role.TEXT_FAINT, FontRole.HEADING, parent)
    label.setContentsMargins(look().px(SIDE), look().px(14), look().px(SIDE), look().px(5))
    return label


def preflight_rows(review: DeploymentPicture) -> tuple[StageRow, ...]:
    """Preflight's points: each its own line when it passed, else what stands in the way and the points looked at."""
    stage = next((stage for stage in review.stages if stage.name == "preflight"), None)
    if review.diagnosis is None:
        found = () if stage is None else preflight_points(stage.evidence)
        return tuple(_point(_title(point), "", "passed") for point in found)
    known = tuple(row for row in point_rows(review.diagnosis) if row.title in _KNOWN_BEFORE)
    mends = (_point("Next", review.diagnosis.next_step, "waiting"),) if review.diagnosis.next_step else ()
    return (_point("Stands in the way", review.diagnosis.text, "failed"), *mends, *known)


def point_rows(diagnosis: DiagnosisPicture) -> tuple[StageRow, ...]:
    """The diagnosis's points, each checked for the reader."""
    points = diagnosis.points
    return tuple(_point(_title(point.point), point.evidence, _OUTCOMES[point.ok]) for point in points)


def _point(title: str, evidence: str, outcome: str) -> StageRow:
    return StageRow(name="point", title=title, outcome=outcome, seconds=None, evidence=evidence)


def _title(point: str) -> str:
    return point[:1].upper() + point[1:]
