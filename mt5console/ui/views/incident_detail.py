"""One incident in full: what happened, what it means, the next step as a button, what was tried, taking it on.

What is asked for goes out as signals. Must not know: engines, lists of incidents.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from mt5console.ui.models.incident_causes import cause_of, next_act
from mt5console.ui.models.incidents_model import age_of, where_words
from mt5console.ui.models.moments import moment_words
from mt5console.ui.pictures import IncidentPicture, TerminalPicture
from mt5console.ui.theme.amounts import age_words
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import LAMP_WORDS
from mt5console.ui.widgets.lamp import LampLabel
from mt5console.ui.widgets.words import Words

LONGEST_REASON = 500

SILENCES = (("Silence 30 min", 1800), ("2 h", 7200), ("8 h", 28_800), ("Alert again", 0))
"""For how long alerts of an incident can be silenced, in seconds; 0 lifts it."""


class IncidentDetail(QScrollArea):
    """Signals:
    act_asked: the act's name (see `models.incident_causes`) and the IncidentPicture.
    acknowledged: the IncidentPicture and the reason.
    silenced: the IncidentPicture and for how many seconds from now; 0 lifts a silence.
    terminal_wanted: the id of the user whose terminal a person wants to see.
    """

    act_asked = Signal(str, object)
    acknowledged = Signal(object, str)
    silenced = Signal(object, float)
    terminal_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, read_only: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("incident_detail")
        self.setAccessibleName("The chosen incident")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._read_only = read_only
        self._incident: IncidentPicture | None = None
        self._act = ""
        self._headings: dict[Words, Words] = {}
        self._page = QWidget(self)
        column = QVBoxLayout(self._page)
        pad = look().px(20)
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(look().px(6))
        self._build_head(column)
        self.means = self._part(column, "What it means")
        self.next_step = self._part(column, "Next step")
        column.addLayout(self._build_acts())
        self.tried = self._part(column, "What was tried")
        self.over = self._part(column, "How it ended")
        self._build_acknowledge(column)
        self._build_silence(column)
        column.addStretch(1)
        self.setWidget(self._page)
        self._page.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self.show_incident(None, 0.0)

    def _build_head(self, column: QVBoxLayout) -> None:
        self.cause = LampLabel("", "unknown", self._page)
        self.cause.set_strong(True)
        self.where = Words("", Role.TEXT_SOFT, parent=self._page)
        self.text = Words("", Role.TEXT, FontRole.NAME, self._page)
        self.text.setObjectName("incident_text")
        for widget in (self.cause, self.text, self.where):
            column.addWidget(widget)

    def _part(self, column: QVBoxLayout, title: str) -> Words:
        heading = Words(title.upper(), Role.TEXT_FAINT, FontRole.HEADING, self._page, wraps=False)
        heading.setContentsMargins(0, look().px(12), 0, 0)
        words = Words("", Role.TEXT, parent=self._page)
        words.setAccessibleName(title)
        self._headings[words] = heading
        column.addWidget(heading)
        column.addWidget(words)
        return words

    def _build_acts(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, look().px(4), 0, 0)
        row.setSpacing(look().px(7))
        self.act = QPushButton("", self._page)
        self.act.setObjectName("incident_act_button")
        self.act.setProperty("kind", "primary")
        self.act.clicked.connect(self._on_act)
        self.open_terminal = QPushButton("Show terminal", self._page)
        self.open_terminal.setObjectName("incident_terminal_button")
        self.open_terminal.clicked.connect(self._on_terminal)
        row.addWidget(self.act)
        row.addWidget(self.open_terminal)
        row.addStretch(1)
        return row

    def _build_acknowledge(self, column: QVBoxLayout) -> None:
        self.taken = self._part(column, "Taken on")
        row = QHBoxLayout()
        row.setSpacing(look().px(7))
        self.reason = QLineEdit(self._page)
        self.reason.setObjectName("acknowledge_reason")
        self.reason.setPlaceholderText("Why, or who looks at it")
        self.reason.setAccessibleName("Reason for taking this incident on")
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.textChanged.connect(self._on_reason_changed)
        self.reason.returnPressed.connect(self._on_acknowledge)
        self.acknowledge = QPushButton("Acknowledge", self._page)
        self.acknowledge.setObjectName("acknowledge_button")
        self.acknowledge.clicked.connect(self._on_acknowledge)
        row.addWidget(self.reason, 1)
        row.addWidget(self.acknowledge)
        column.addLayout(row)

    def _build_silence(self, column: QVBoxLayout) -> None:
        self.silence = self._part(column, "Alerts")
        row = QHBoxLayout()
        row.setSpacing(look().px(7))
        self._silences: list[QPushButton] = []
        for title, seconds in SILENCES:
            button = QPushButton(title, self._page)
            button.setObjectName(f"silence_{seconds}" if seconds else "silence_end")
            button.setProperty("seconds", seconds)
            button.clicked.connect(self._on_silence)
            self._silences.append(button)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)

    @property
    def incident(self) -> IncidentPicture | None:
        """What is shown."""
        return self._incident

    def show_incident(
        self, incident: IncidentPicture | None, now_utc_s: float, terminal: TerminalPicture | None = None
    ) -> None:
        """Show an incident as it is now, with what can be done on its terminal; None shows nothing."""
        before, self._incident = self._incident, incident
        self._page.setVisible(incident is not None)
        if incident is None:
            return
        if before is None or before.incident_id != incident.incident_id:
            self.reason.clear()
        cause = cause_of(incident.kind)
        is_open = incident.cleared_utc_s is None
        lamp = cause.lamp if is_open else "resting"
        self.cause.set_lamp(lamp, cause.title)
        self.text.say(incident.text[:1].upper() + incident.text[1:], Role.TEXT if is_open else Role.TEXT_SOFT)
        age = age_words(age_of(incident, now_utc_s))
        opened = moment_words(incident.opened_utc_s, now_utc_s)
        lasted = f"open for {age}" if is_open else f"lasted {age}"
        self.where.say(f"{where_words(incident)}  ·  since {opened}  ·  {lasted}")
        self._say(self.means, cause.means)
        self._say(self.next_step, incident.next_step[:1].upper() + incident.next_step[1:] if is_open else "")
        self._say(self.tried, "\n".join(f"· {one}" for one in incident.tried))
        cleared = moment_words(incident.cleared_utc_s, now_utc_s)
        self._say(self.over, "" if is_open else f"{cleared}: {incident.cleared_why or 'it did not say why'}")
        self._show_acts(incident, is_open, terminal)
        self._show_taken(incident, is_open)
        self._show_silence(incident, now_utc_s)
        self.cause.setAccessibleDescription(f"{incident.text} ({LAMP_WORDS[lamp]})")

    def _say(self, words: Words, text: str) -> None:
        words.say(text)
        words.setVisible(bool(text))
        self._headings[words].setVisible(bool(text))

    def _show_acts(self, incident: IncidentPicture, is_open: bool, terminal: TerminalPicture | None) -> None:
        state, is_on = ("", False) if terminal is None else (terminal.state, terminal.trade_allowed is True)
        self._act, button = next_act(incident.kind, state, switch_is_on=is_on)
        possible = is_open and incident.user_id is not None and not self._read_only
        if self._act == "redeploy" and incident.robot_id is None:
            possible = False
        self.act.setText(button)
        self.act.setVisible(possible and bool(self._act))
        self.open_terminal.setVisible(incident.user_id is not None)
        self.open_terminal.setText(f"Show user_{incident.user_id}")

    def _show_taken(self, incident: IncidentPicture, is_open: bool) -> None:
        self._say(self.taken, incident.acknowledged or ("Nobody has taken it on yet." if is_open else ""))
        asks = is_open and not self._read_only
        self.reason.setVisible(asks)
        self.acknowledge.setVisible(asks)
        self._on_reason_changed(self.reason.text())

    def _show_silence(self, incident: IncidentPicture, now_utc_s: float) -> None:
        is_open, is_silent = incident.cleared_utc_s is None, incident.is_silent(now_utc_s)
        until = moment_words(incident.silenced_until_utc_s, now_utc_s)
        words = f"Silent until {until}: no notification, not counted at the left." if is_silent else "On."
        self._say(self.silence, words if is_open else "")
        for button in self._silences:
            lifts = not button.property("seconds")
            button.setVisible(is_open and not self._read_only and lifts == is_silent)

    def _on_silence(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton) and self._incident is not None:
            self.silenced.emit(self._incident, float(button.property("seconds")))

    def _on_reason_changed(self, text: str) -> None:
        self.acknowledge.setEnabled(bool(text.strip()))

    def _on_acknowledge(self) -> None:
        reason = self.reason.text().strip()
        if self._incident is not None and reason:
            self.acknowledged.emit(self._incident, reason)

    def _on_act(self) -> None:
        if self._incident is not None:
            self.act_asked.emit(self._act, self._incident)

    def _on_terminal(self) -> None:
        if self._incident is not None:
            self.terminal_wanted.emit(self._incident.user_id)
