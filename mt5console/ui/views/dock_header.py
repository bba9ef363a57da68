"""The head of the dock: whose terminal, its state in words, what is wrong, what can be done, what is being done.

What is asked for goes out as signals. Must not know: engines, threads.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from mt5console.ui.pictures import OperationPicture
from mt5console.ui.theme.amounts import age_words
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import look_of
from mt5console.ui.views.sight import Sight
from mt5console.ui.widgets.badge import Badge
from mt5console.ui.widgets.lamp import LampLabel
from mt5console.ui.widgets.words import Line, Words
from mt5console.ui.window.news import end_of, title_of


class DockHeader(QWidget):
    """Signals:
    act_asked: an act's name: deploy, restart, start, pause_entries, resume_entries.
    more_asked: where the menu of all acts should open.
    close_asked: the dock may go.
    """

    act_asked = Signal(str)
    more_asked = Signal(QPoint)
    close_asked = Signal()

    def __init__(self, parent: QWidget | None = None, *, read_only: bool = False) -> None:
        super().__init__(parent)
        self._read_only = read_only
        column = QVBoxLayout(self)
        column.setContentsMargins(look().px(16), look().px(12), look().px(12), look().px(10))
        column.setSpacing(look().px(7))
        column.addLayout(self._build_name())
        column.addLayout(self._build_state())
        self.incident = Words("", Role.WARNING, parent=self)
        self.incident.setObjectName("dock_incident")
        self.late = Words("", Role.WARNING, FontRole.STRONG, self)
        self.late.setObjectName("dock_late")
        column.addWidget(self.incident)
        column.addWidget(self.late)
        column.addLayout(self._build_acts())
        column.addLayout(self._build_activity())
        self.say_operation(None)
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _build_name(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look().px(9))
        self.name = Words("", Role.TEXT, FontRole.TITLE, self, wraps=False)
        self.account = Line(Role.TEXT_SOFT, parent=self)
        self.badge = Badge("", Role.TEXT_FAINT, self)
        self.close_button = QToolButton(self)
        self.close_button.setObjectName("dock_close")
        self.close_button.setAccessibleName("Close this terminal's panel")
        self.close_button.setToolTip("Close (Esc)")
        self.close_button.clicked.connect(self.close_asked)
        row.addWidget(self.name)
        row.addWidget(self.account, 1)
        row.addWidget(self.badge)
        row.addWidget(self.close_button)
        return row

    def _build_state(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look().px(8))
        self.state = LampLabel("", "unknown", self)
        self.state.setObjectName("dock_state")
        self.words = Words("", Role.TEXT_SOFT, parent=self)
        self.words.setObjectName("dock_words")
        row.addWidget(self.state, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        return row

    def _build_acts(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look().px(7))
        self.deploy = self._button("Deploy robot…", "dock_deploy_button", self._on_deploy)
        self.deploy.setProperty("kind", "primary")
        self.restart = self._button("Restart terminal", "dock_restart_button", self._on_restart)
        self.pause = self._button("Pause entries", "dock_pause_button", self._on_pause)
        self.more = self._button("", "dock_more_button", self._on_more)
        self.more.setAccessibleName("More acts on this terminal")
        for button in (self.deploy, self.restart, self.pause, self.more):
            button.setVisible(not self._read_only)
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        row.addStretch(1)
        QWidget.setTabOrder(self.more, self.close_button)
        return row

    def _build_activity(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look().px(8))
        self.activity_lamp = LampLabel("", "busy", self)
        self.activity = Words("", Role.TEXT_SOFT, parent=self)
        self.activity.setObjectName("dock_activity")
        row.addWidget(self.activity_lamp, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.activity, 1)
        return row

    def _button(self, text: str, name: str, does: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.clicked.connect(does)
        return button

    # ---- what is shown ------------------------------------------------------------------------------------------

    def show_sight(self, sight: Sight) -> None:
        """Show a terminal as it is seen now."""
        terminal = sight.terminal
        state = look_of("unknown" if sight.is_late else terminal.state)
        self.name.say(terminal.name)
        self.account.say(f"{terminal.login or 'unknown'} @ {terminal.account_server or 'unknown'}")
        self.badge.set_money(terminal.trade_mode)
        self.state.set_lamp(state.lamp, state.title)
        self.state.set_strong(True)
        self.words.say(terminal.words or state.meaning)
        self.incident.say(terminal.incident or "")
        self.incident.setVisible(bool(terminal.incident))
        self.late.say(f"No news for {age_words(sight.late_s)}: what stands here may be out of date.")
        self.late.setVisible(sight.is_late)
        self._show_acts(sight)

    def _show_acts(self, sight: Sight) -> None:
        terminal = sight.terminal
        lives, is_live = terminal.pid is not None, terminal.trade_mode == "real"
        asks = "…" if terminal.counts_as_real or terminal.positions else ""
        self.deploy.setEnabled(not terminal.watch_only)
        self.restart.setText(f"Restart {'LIVE' if is_live else 'terminal'}{asks}" if lives else "Start terminal")
        entries = {robot.entries for robot in terminal.robot_pictures if robot.may_pause}
        resumes = "open" not in entries and "paused" in entries
        self.pause.setText(f"Resume {'LIVE ' if is_live else ''}entries{asks}" if resumes else "Pause entries")
        self.pause.setEnabled(bool(entries))

    @property
    def resumes(self) -> bool:
        """Whether the entries' button would let robots open positions again."""
        return self.pause.text().startswith("Resume")

    def say_operation(self, operation: OperationPicture | None) -> None:
        """What is being done to this terminal, or how the last act ended; None: nothing to say."""
        self.activity.setVisible(operation is not None)
        self.activity_lamp.setVisible(operation is not None)
        if operation is None:
            return
        if operation.is_running:
            self.activity_lamp.set_lamp("busy")
            self.activity.say(f"{title_of(operation)}: {operation.progress or 'asked for'}", Role.TEXT_SOFT)
        else:
            words, lamp = end_of(operation)
            self.activity_lamp.set_lamp(lamp)
            self.activity.say(words, Role.TEXT_SOFT if lamp == "ok" else Role.FAILING)

    def _on_look_changed(self) -> None:
        self.close_button.setIcon(look().icon("close"))
        self.more.setIcon(look().icon("more"))
        self.more.setIconSize(QSize(look().px(16), look().px(16)))

    # ---- what a person does -------------------------------------------------------------------------------------

    def _on_deploy(self) -> None:
        self.act_asked.emit("deploy")

    def _on_restart(self) -> None:
        self.act_asked.emit("start" if self.restart.text().startswith("Start") else "restart")

    def _on_pause(self) -> None:
        self.act_asked.emit("resume_entries" if self.resumes else "pause_entries")

    def _on_more(self) -> None:
        self.more_asked.emit(self.more.mapToGlobal(self.more.rect().bottomLeft()))
