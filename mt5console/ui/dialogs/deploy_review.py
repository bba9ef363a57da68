"""Second page of a deployment: what preflight found, what would change, and what has to be confirmed.

Must not know: the engine. The dialog brings the dry run's outcome.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mt5console.ui.dialogs.confirm_live import ConfirmBox, needed
from mt5console.ui.dialogs.deploy_words import change_words, changes_heading
from mt5console.ui.dialogs.labels import RoleLabel
from mt5console.ui.dialogs.stages_view import StagesView
from mt5console.ui.models.stages_model import RUNNING, StageRow, StagesModel
from mt5console.ui.pictures import DeploymentPicture, DiagnosisPicture, TerminalPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

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
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(look().px(10))
        rows.addWidget(RoleLabel("PREFLIGHT", Role.TEXT_FAINT, FontRole.HEADING, self))
        self._points = StagesModel(self)
        self._view = StagesView(self._points, "preflight_points", "Preflight", self, pad=5)
        rows.addWidget(self._view)
        self._changes_title = RoleLabel("", Role.TEXT_FAINT, FontRole.HEADING, self)
        self._changes = RoleLabel("", Role.TEXT, FontRole.BASE, self)
        self._changes.setObjectName("deploy_changes")
        rows.addWidget(self._changes_title)
        rows.addWidget(self._changes)
        self.box = ConfirmBox(self)
        self.box.changed.connect(self.changed)
        rows.addWidget(self.box)
        rows.addStretch(1)
        self.show_asking()

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
        self.changed.emit()

    def _show_changes(self) -> None:
        review = self._review
        shown = review is not None and review.changes is not None
        self._changes_title.setVisible(shown)
        lines: list[str] = []
        if review is not None and review.changes is not None:
            self._changes_title.setText(changes_heading(review).upper())
            lines = [change_words(change) for change in review.changes]
            lines += [f"Leaves its chart first: {chart}" for chart in review.detach]
        self._changes.setText("\n".join(lines))
        self._changes.setVisible(bool(lines))


def preflight_rows(review: DeploymentPicture) -> tuple[StageRow, ...]:
    """Preflight's points: each its own line when it passed, else what stands in the way and the points looked at."""
    stage = next((stage for stage in review.stages if stage.name == "preflight"), None)
    if review.diagnosis is None:
        found = [] if stage is None else [point.strip() for point in stage.evidence.split(";") if point.strip()]
        return tuple(_point(_title(point), "", "passed") for point in found)
    return (_point("Stands in the way", review.diagnosis.text, "failed"), *point_rows(review.diagnosis))


def point_rows(diagnosis: DiagnosisPicture) -> tuple[StageRow, ...]:
    """The diagnosis's points, each checked for the reader."""
    points = diagnosis.points
    return tuple(_point(_title(point.point), point.evidence, _OUTCOMES[point.ok]) for point in points)


def _point(title: str, evidence: str, outcome: str) -> StageRow:
    return StageRow(name="point", title=title, outcome=outcome, seconds=None, evidence=evidence)


def _title(point: str) -> str:
    return point[:1].upper() + point[1:]
