"""A maintenance window for one terminal: until when the watchdog does nothing by itself. Must not know: engines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, Signal
from PySide6.QtWidgets import QDateTimeEdit, QHBoxLayout, QPushButton, QWidget

from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.field_form import FieldForm
from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.pictures import Answer, OperationPicture, TerminalPicture
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

_MEANS = (
    "Until then the watchdog does nothing on this terminal by itself: it restarts nothing and puts nothing back, and "
    "still shows what it sees. What you ask for is done."
)
_CHOICES = (("15 min", 15), ("1 h", 60), ("4 h", 240), ("1 day", 1440))
_DEFAULT_MINUTES = 60


class MaintenanceDialog(FramedDialog):
    """Asks until when.

    Signals:
        set_until: UTC seconds of the window's end (float), None when it was ended.
    """

    set_until = Signal(object)

    def __init__(self, desk: EngineDesk, terminal: TerminalPicture, parent: QWidget | None = None) -> None:
        super().__init__("maintenance_dialog", f"Maintenance · {terminal.name}", _MEANS, parent)
        self._terminal = terminal
        self._wanted: float | None = None
        self._errands = Errands(desk, self)
        # The server's own clock counts, not this machine's.
        self._now_s = desk.fleet.at_utc_s or float(QDateTime.currentSecsSinceEpoch())
        self._form = FieldForm(self)
        self._until = QDateTimeEdit(self._form)
        self._until.setObjectName("until_field")
        self._until.setCalendarPopup(True)
        self._until.setDisplayFormat("yyyy-MM-dd HH:mm")
        self._until.setMinimumDateTime(_local(self._now_s))
        self._until.setDateTime(_local(self._now_s + 60 * _DEFAULT_MINUTES))
        self._form.add_field("until", "Until", self._until, "local time of this screen")
        self._form.add_field("for", "For", self._build_choices())
        self.body.addWidget(self._form)
        self.body.addStretch(1)
        self._cancel = self.add_button("cancel_button", "Cancel")
        self._end = self.add_button("end_maintenance_button", "End maintenance")
        self._end.setVisible(terminal.maintenance_until_utc_s is not None)
        self._begin = self.add_button("confirm_button", "Begin maintenance", "primary", default=True)
        self._cancel.clicked.connect(self.close)
        self._end.clicked.connect(self._on_end)
        self._begin.clicked.connect(self._on_begin)
        self.setMinimumWidth(self.em(44))
        if terminal.maintenance_until_utc_s is not None:
            until = _local(terminal.maintenance_until_utc_s).toString("yyyy-MM-dd HH:mm")
            self.say(f"Under maintenance until {until}.", Role.WARNING)

    def _build_choices(self) -> QWidget:
        holder = QWidget(self._form)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look().px(6))
        for words, minutes in _CHOICES:
            button = QPushButton(words, holder)
            button.setObjectName(f"for_{minutes}_button")
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._on_chosen, minutes))
            row.addWidget(button)
        row.addStretch(1)
        return holder

    def _on_chosen(self, minutes: int, _checked: bool = False) -> None:
        self._until.setDateTime(_local(self._now_s + 60 * minutes))

    def _on_begin(self) -> None:
        self._send(float(self._until.dateTime().toSecsSinceEpoch()))

    def _on_end(self) -> None:
        self._send(None)

    def _send(self, until_utc_s: float | None) -> None:
        self._wanted = until_utc_s
        self._begin.setEnabled(False)
        self._end.setEnabled(False)
        self.say("Asked for …")
        arguments = {"user_id": self._terminal.user_id, "until_utc_s": until_utc_s}
        self._errands.ask("maintenance", arguments, self._on_refused, self._on_seen)

    def _on_refused(self, answer: Answer) -> None:
        self._fail(answer.error_text)

    def _on_seen(self, operation: OperationPicture) -> None:
        if operation.state == "done":
            self.set_until.emit(self._wanted)
            self.accept()
        elif not operation.is_running:
            self._fail(operation.error_text or operation.progress)

    def _fail(self, text: str) -> None:
        self._begin.setEnabled(True)
        self._end.setEnabled(True)
        self.say(text, Role.FAILING)


def _local(utc_s: float) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(int(utc_s))
