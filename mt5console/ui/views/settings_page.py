"""Settings of one terminal: whether it should run, maintenance, password, removal. Must not know: engines, threads.

What is asked for goes out as signals.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from mt5console.ui.models.moments import minute_words
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.views.sight import Sight
from mt5console.ui.widgets.section import Section
from mt5console.ui.widgets.words import Line, Words

MINUTE_S = 60.0
MAINTENANCE = (("30 min", 30 * MINUTE_S), ("2 h", 120 * MINUTE_S))
"""Windows that can be had with one click; any other end by the dialog."""

_DESIRED = {
    "running": "It should run: the watchdog starts it when it is down.",
    "stopped": "It should be stopped: nothing starts it until somebody does.",
    "suspended": "Suspended: a person closed it, and the console asks before it starts it again.",
}


class SettingsPage(QScrollArea):
    """The dock's last page.

    Signals:
        act_asked: an act's name: start, stop.
        dialog_asked: a dialog's name: maintenance, set_password, remove_user, resume.
        maintenance_asked: until when (UTC seconds), None to end it.
    """

    act_asked = Signal(str)
    dialog_asked = Signal(str)
    maintenance_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, read_only: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("settings_page")
        self.setAccessibleName("Settings")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._read_only = read_only
        self._sight: Sight | None = None
        self._windows: dict[QPushButton, float] = {}
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for section in (
            self._build_desired(page),
            self._build_maintenance(page),
            self._build_stop(page),
            self._build_account(page),
        ):
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(page)
        page.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def _build_desired(self, parent: QWidget) -> Section:
        section = Section("Desired state", parent)
        self.desired = Words("", Role.TEXT, parent=section)
        section.content.addWidget(self.desired)
        self.start = self._button("Keep it running", "settings_start", self._on_start)
        self.stop = self._button("Stop it for good…", "settings_stop", self._on_stop)
        section.content.addLayout(self._row(self.start, self.stop))
        return section

    def _build_maintenance(self, parent: QWidget) -> Section:
        section = Section("Maintenance", parent)
        self.maintenance = Words("", Role.TEXT, parent=section)
        section.content.addWidget(self.maintenance)
        for title, seconds in MAINTENANCE:
            name = f"maintenance_{title.replace(' ', '_')}"
            self._windows[self._button(f"For {title}", name, self._on_maintenance)] = seconds
        self.until = self._button("Until…", "maintenance_until", self._on_until)
        self.end = self._button("End it now", "maintenance_end", self._on_end)
        section.content.addLayout(self._row(*self._windows, self.until, self.end))
        return section

    def _build_stop(self, parent: QWidget) -> Section:
        self._stop_section = Section("Stop latch", parent)
        words = Words("All robots of this terminal are stopped; none opens anything.", Role.WARNING, parent=parent)
        self._stop_section.content.addWidget(words)
        self.resume = self._button("Lift the stop…", "settings_resume", self._on_resume)
        self._stop_section.content.addLayout(self._row(self.resume))
        return self._stop_section

    def _build_account(self, parent: QWidget) -> Section:
        section = Section("Account and directory", parent)
        self.account = Words("", Role.TEXT, parent=section)
        self.directory = Line(Role.TEXT_SOFT, parent=section)
        section.content.addWidget(self.account)
        section.content.addWidget(self.directory)
        self.password = self._button("Set password…", "settings_password", self._on_password)
        self.remove = self._button("Remove user…", "settings_remove", self._on_remove)
        self.remove.setProperty("kind", "danger")
        section.content.addLayout(self._row(self.password, self.remove))
        return section

    def _button(self, text: str, name: str, does: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.clicked.connect(does)
        return button

    def _row(self, *buttons: QPushButton) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look().px(6))
        for button in buttons:
            button.setVisible(not self._read_only)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def show_sight(self, sight: Sight) -> None:
        """Show a terminal's settings as they are now."""
        self._sight = sight
        terminal, now = sight.terminal, sight.now_utc_s
        self.desired.say(_DESIRED.get(terminal.desired, "Unknown whether it should run."))
        self.start.setEnabled(terminal.desired != "running" or terminal.pid is None)
        self.stop.setEnabled(terminal.desired != "stopped")
        until = terminal.maintenance_until_utc_s
        held = until is not None and until > now
        if held and until is not None:
            left = max(1, round((until - now) / MINUTE_S))
            words = f"Until {minute_words(until, now)} ({left} min left) the watchdog does nothing here by itself."
            self.maintenance.say(words, Role.WARNING)
        else:
            self.maintenance.say("No maintenance: the watchdog acts on this terminal.", Role.TEXT)
        self.end.setEnabled(held)
        self._stop_section.setVisible(terminal.stop_latched)
        watched = "; only watched, never traded" if terminal.watch_only else ""
        self.account.say(f"{terminal.login or 'unknown'}@{terminal.account_server or 'unknown'}{watched}")
        self.directory.say(terminal.directory or "directory unknown")
        self.remove.setEnabled(terminal.pid is None)
        self.remove.setToolTip("" if terminal.pid is None else "Stop the terminal first")

    def _on_start(self) -> None:
        self.act_asked.emit("start")

    def _on_stop(self) -> None:
        self.act_asked.emit("stop")

    def _on_maintenance(self) -> None:
        button = self.sender()
        if self._sight is not None and isinstance(button, QPushButton):
            self.maintenance_asked.emit(self._sight.now_utc_s + self._windows[button])

    def _on_end(self) -> None:
        self.maintenance_asked.emit(None)

    def _on_until(self) -> None:
        self.dialog_asked.emit("maintenance")

    def _on_resume(self) -> None:
        self.dialog_asked.emit("resume")

    def _on_password(self) -> None:
        self.dialog_asked.emit("set_password")

    def _on_remove(self) -> None:
        self.dialog_asked.emit("remove_user")
