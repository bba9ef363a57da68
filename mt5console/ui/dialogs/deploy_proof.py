"""Third page of a deployment: its stages live, then its end in words with the next step. Must not know: the engine."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QElapsedTimer, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from mt5console.ui.dialogs.deploy_review import point_rows, section_title
from mt5console.ui.dialogs.deploy_words import ENDED, NextStep, beats_words, ended_words
from mt5console.ui.dialogs.fields import scrolled
from mt5console.ui.dialogs.frame import set_kind
from mt5console.ui.dialogs.labels import LampSign
from mt5console.ui.dialogs.stages_view import StagesView
from mt5console.ui.models.stages_model import StageRow, StagesModel
from mt5console.ui.pictures import DeploymentPicture, TerminalPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import Lamp
from mt5console.ui.widgets.words import Words

TICK_MS = 100

_LAMPS: dict[str, Lamp] = {"SUCCESS": "ok", "PARTIAL": "warning", "FAILED": "failing"}
_ROLES = {"SUCCESS": Role.OK, "PARTIAL": Role.WARNING, "FAILED": Role.FAILING}


class ProofPage(QWidget):
    """Stages with time and evidence; at the end the word, what it means, the points checked, the next step.

    Signals:
        step_chosen: the act of the next step that a person chose (a str).
        ticked: a tenth of a second of the running stage has passed.
    """

    step_chosen = Signal(str)
    ticked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._deployment: DeploymentPicture | None = None
        self._first_beat: int | None = None
        self._beats: tuple[str, float | None] = ("", None)
        self._since_told = QElapsedTimer()
        self._since_begun = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self.stages = StagesModel(self)
        self._points = StagesModel(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._scroll = scrolled(self._build_inside(), self)
        layout.addWidget(self._scroll)

    def _build_inside(self) -> QWidget:
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._build_result(inside))
        self._points_title = section_title("WHAT WAS CHECKED", inside)
        rows.addWidget(self._points_title)
        self._points_view = StagesView(self._points, "deploy_points", "What was checked", inside, pad=6)
        rows.addWidget(self._points_view)
        self._stages_title = section_title("STAGES", inside)
        rows.addWidget(self._stages_title)
        self.view = StagesView(self.stages, "deploy_stages", "Stages of the deployment", inside)
        rows.addWidget(self.view)
        rows.addStretch(1)
        self._show_end()
        return inside

    def _build_result(self, parent: QWidget) -> QWidget:
        self._result_area = QWidget(parent)
        rows = QVBoxLayout(self._result_area)
        rows.setContentsMargins(look().px(20), look().px(14), look().px(20), look().px(10))
        rows.setSpacing(look().px(8))
        self._lamp = LampSign(self._result_area)
        self.result = Words("", Role.TEXT, FontRole.TITLE, self._result_area, times=1.45)
        self.result.setObjectName("deploy_result")
        self.meaning = Words("", Role.TEXT, FontRole.BASE, self._result_area)
        self.meaning.setObjectName("deploy_meaning")
        self.next_step = Words("", Role.TEXT_SOFT, FontRole.BASE, self._result_area)
        self.next_step.setObjectName("deploy_next_step")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(look().px(8))
        self._error = QPlainTextEdit(self._result_area)
        self._error.setObjectName("compile_error")
        self._error.setAccessibleName("What the compiler said")
        self._error.setReadOnly(True)
        self._error.setFont(look().font(FontRole.MONO))
        self._error.setVisible(False)
        word = QHBoxLayout()
        word.setSpacing(look().px(10))
        word.addWidget(self._lamp)
        word.addWidget(self.result, 1)
        rows.addLayout(word)
        for part in (self.meaning, self.next_step):
            rows.addWidget(part)
        rows.addLayout(self._buttons)
        rows.addWidget(self._error)
        return self._result_area

    # ---- what is shown ------------------------------------------------------------------------------------------

    @property
    def deployment(self) -> DeploymentPicture | None:
        """What is shown now."""
        return self._deployment

    @property
    def running(self) -> StageRow | None:
        """The stage that goes on now."""
        return self.stages.running

    def elapsed_s(self) -> float:
        """How long this window has followed the deployment."""
        return self._since_begun.elapsed() / 1000.0 if self._since_begun.isValid() else 0.0

    def begin(self) -> None:
        """Nothing is known yet of a deployment that was just asked for."""
        self._deployment = None
        self._first_beat, self._beats = None, ("", None)
        self._since_begun.start()
        self._since_told.start()
        self.stages.set_stages((), "deploy", ended=False)
        self._show_end()
        self._tick_if_looked_at()

    def show_deployment(self, deployment: DeploymentPicture, steps: tuple[NextStep, ...]) -> None:
        """The deployment as the engine tells it; `steps` are offered once it has ended."""
        known = self._deployment
        if known is None or known.deployment_id != deployment.deployment_id:
            self._first_beat, self._beats = None, ("", None)
            if not self._since_begun.isValid():
                self._since_begun.start()
        self._deployment = deployment
        ended = deployment.status in ENDED
        self._since_told.start()
        self.stages.set_stages(deployment.stages, deployment.kind or "deploy", ended=ended)
        self._tick_if_looked_at()
        self._show_end(steps if ended else ())

    def see_terminal(self, terminal: TerminalPicture) -> None:
        """Beats of the deployed version while its heartbeat is awaited."""
        deployment, running = self._deployment, self.running
        if deployment is None or deployment.robot_id is None or running is None or running.name != "heartbeat":
            return
        robot = terminal.robot(deployment.robot_id)
        if robot is not None and robot.deployment_id == deployment.deployment_id and self._first_beat is None:
            self._first_beat = robot.sequence
        self._beats = beats_words(robot, deployment.deployment_id, self._first_beat)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Seconds are counted while somebody looks."""
        super().showEvent(event)
        self._tick_if_looked_at()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """A hidden page follows the engine's news alone."""
        super().hideEvent(event)
        self._timer.stop()

    def _tick_if_looked_at(self) -> None:
        ended = self._deployment is not None and self._deployment.status in ENDED
        if ended or not self._since_told.isValid() or not self.isVisible():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _on_tick(self) -> None:
        running = self.running
        words, share = self._beats if running is not None and running.name == "heartbeat" else ("", None)
        self.stages.count(self._since_told.elapsed() / 1000.0, words, share)
        self.ticked.emit()

    def _show_end(self, steps: tuple[NextStep, ...] = ()) -> None:
        deployment = self._deployment
        ended = deployment is not None and deployment.status in ENDED
        self._result_area.setVisible(ended)
        self._stages_title.setVisible(ended)
        diagnosis = deployment.diagnosis if ended and deployment is not None else None
        self._points.set_rows(() if diagnosis is None else point_rows(diagnosis))
        has_points = diagnosis is not None and bool(diagnosis.points)
        self._points_title.setVisible(has_points)
        self._points_view.setVisible(has_points)
        self._error.setVisible(False)
        if not ended or deployment is None:
            return
        self.result.setText(deployment.status)
        self.result.set_role(_ROLES[deployment.status])
        self._lamp.set_lamp(_LAMPS[deployment.status])
        self.result.setAccessibleName(f"Result: {deployment.status}")
        self.meaning.setText(ended_words(deployment))
        self.next_step.setText(f"Next: {diagnosis.next_step}." if diagnosis is not None and diagnosis.next_step else "")
        self.next_step.setVisible(bool(self.next_step.text()))
        self._error.setPlainText("\n".join(diagnosis.text.split("; ")) if diagnosis is not None else "")
        self._offer(steps)
        self._scroll.verticalScrollBar().setValue(0)

    def _offer(self, steps: tuple[NextStep, ...]) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            button = item.widget()
            if button is not None:
                button.hide()
                button.deleteLater()
        for place, step in enumerate(steps):
            button = QPushButton(step.button, self._result_area)
            button.setObjectName(f"next_{step.act}")
            button.setAutoDefault(False)
            set_kind(button, "primary" if place == 0 else "")
            button.clicked.connect(partial(self._on_step_clicked, step.act))
            self._buttons.addWidget(button)
            button.show()
        if steps:
            self._buttons.addStretch(1)

    def _on_step_clicked(self, act: str, _checked: bool = False) -> None:
        self.step_chosen.emit(act)

    def show_error_text(self) -> None:
        """Show what the compiler said, line by line."""
        self._error.setVisible(True)
        lines = min(12, self._error.blockCount())
        self._error.setFixedHeight(self._error.fontMetrics().lineSpacing() * (lines + 1) + look().px(16))
        self._error.setFocus()
