"""Registering a robot: its id, chart, source and inputs. Registering touches no terminal's charts.

Must not know: MQL5, or how a source is read (the bridge reads it, off this thread).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from mt5console.core.deployment.heartbeat_lines import HeartbeatLines
from mt5console.core.model.ids import Timeframe
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.field_form import FieldForm, field_of
from mt5console.ui.dialogs.fields import ChoiceBox, TickBox, number_field, whole_number
from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.dialogs.inputs_form import InputsForm
from mt5console.ui.dialogs.presets import Presets
from mt5console.ui.models.inputs_model import InputsModel
from mt5console.ui.pictures import Answer, RegisteredRobotPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

TEMPLATES = (("ma_cross", "Moving-average cross"), ("heartbeat_only", "Heartbeat only: opens nothing"))
"""Templates that ship with the program: name and title."""

DEFAULT_TIMEFRAME = "H1"

ERROR_FIELDS = {
    "bad_robot_id": "robot_id",
    "robot_exists": "robot_id",
    "unknown_user": "user_id",
    "watch_only": "user_id",
    "directory_missing": "user_id",
    "bad_symbol": "symbol",
    "bad_timeframe": "timeframe",
    "bad_source": "source",
    "no_source": "source",
    "no_source_file": "source",
    "not_a_source": "source",
    "source_too_large": "source",
    "two_sources": "source",
    "unknown_template": "source",
    "no_template": "source",
    "no_heartbeat": "source",
    "bad_input": "inputs",
    "unknown_input": "inputs",
    "console_input": "inputs",
    "input_twice": "inputs",
    "bad_template_value": "inputs",
    "bad_magic": "magic",
    "magic_taken": "magic",
}
"""The field that a refusal concerns, by its code."""

_MEANS = (
    "A robot is registered here and deployed afterwards: nothing is attached to a chart yet. Inputs that you leave out "
    "keep the source's own defaults."
)


class RobotDialog(FramedDialog):
    """Registers a robot.

    Signals:
        added: the RegisteredRobotPicture of the new robot.
    """

    added = Signal(object)

    def __init__(self, desk: EngineDesk, user_id: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__("robot_dialog", "Add a robot", _MEANS, parent)
        self._desk = desk
        self._errands = Errands(desk, self)
        self._path = ""
        self._is_judging = False
        self._chooser: QFileDialog | None = None
        self._form = FieldForm(self)
        self._build_fields(user_id)
        self.body.addWidget(self._form, 1)
        self._cancel = self.add_button("cancel_button", "Cancel")
        self._add = self.add_button("add_robot_button", "Add robot", "primary", default=True)
        self._cancel.clicked.connect(self.close)
        self._add.clicked.connect(self._on_add)
        for field in (self._id, self._symbol):
            field.textChanged.connect(self._on_typed)
        self.setMinimumWidth(self.em(60))
        self._suggest_id()
        self._on_source_changed(0)
        self._symbol.setFocus()
        self._on_typed("")

    def _build_fields(self, user_id: int | None) -> None:
        self._user = ChoiceBox(self._form)
        self._user.setObjectName("user_choice")
        for terminal in sorted(self._desk.fleet.terminals, key=lambda terminal: terminal.user_id):
            words = f"{terminal.name} · {terminal.login}@{terminal.account_server}"
            self._user.addItem(f"{words} · only watched" if terminal.watch_only else words, terminal.user_id)
        self._user.setCurrentIndex(max(0, self._user.findData(user_id)))
        self._user.currentIndexChanged.connect(self._on_user_changed)
        self._id = number_field("robot_id_field", self._form)
        self._symbol = QLineEdit(self._form)
        self._symbol.setObjectName("symbol_field")
        self._timeframe = ChoiceBox(self._form)
        self._timeframe.setObjectName("timeframe_choice")
        self._timeframe.addItems([timeframe.value for timeframe in Timeframe])
        self._timeframe.setCurrentText(DEFAULT_TIMEFRAME)
        self._magic = number_field("magic_field", self._form)
        self._magic.setPlaceholderText("the robot's id")
        self._inputs = InputsModel(self)
        self._form.add_field("user_id", "User", self._user)
        self._form.add_field("robot_id", "Robot id", self._id, "unique on this server")
        self._form.add_field("symbol", "Symbol", self._symbol, "as the terminal's Market Watch shows it")
        self._form.add_field("timeframe", "Timeframe", self._timeframe)
        self._form.add_field("source", "Source", self._build_source())
        self._form.add_field(
            "magic", "Magic number", self._magic, "what its orders carry; no other robot of the account"
        )
        self._inputs_form = InputsForm(self._inputs, self._form)
        self._inputs_form.changed.connect(self._on_inputs_changed)
        Presets(self._inputs_form, self._inputs, self._errands, self)
        self._form.add_field("inputs", "Inputs", self._inputs_form)
        self._source.currentIndexChanged.connect(self._on_source_changed)

    def _build_source(self) -> QWidget:
        holder = QWidget(self._form)
        rows = QVBoxLayout(holder)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(look().px(6))
        row = QHBoxLayout()
        rows.addLayout(row)
        row.setSpacing(look().px(8))
        self._source = ChoiceBox(holder)
        self._source.setObjectName("source_choice")
        self._source.setAccessibleName("Source")
        for name, title in TEMPLATES:
            self._source.addItem(f"Template: {title} ({name})", name)
        self._browse = QPushButton("Own source…", holder)
        self._browse.setObjectName("browse_button")
        self._browse.setAutoDefault(False)
        self._browse.clicked.connect(self._on_browse)
        row.addWidget(self._source, 1)
        row.addWidget(self._browse)
        holder.setFocusProxy(self._source)
        self._lacking = Words("", Role.WARNING, FontRole.SMALL, holder)
        self._lacking.setObjectName("lacking_lines")
        self._add_lines = TickBox(holder)
        self._add_lines.setText("Add the heartbeat lines to the registered copy (your file stays as it is)")
        self._add_lines.setObjectName("add_heartbeat_field")
        self._add_lines.setAccessibleName("Add the heartbeat lines")
        for part in (self._lacking, self._add_lines):
            rows.addWidget(part)
            part.setVisible(False)
        return holder

    def _on_typed(self, _text: str) -> None:
        filled = bool(self._id.text() and self._symbol.text().strip() and self._user.count())
        self._add.setEnabled(filled and not self._inputs.wrong and not self._is_judging)

    def _on_user_changed(self, _place: int) -> None:
        self._suggest_id()

    def _suggest_id(self) -> None:
        """The next free id in the user's row of ids: user 2's robots are 201, 202 …"""
        taken = {robot.robot_id for terminal in self._desk.fleet.terminals for robot in terminal.robot_pictures}
        user_id = self._user.currentData()
        if user_id is None:
            return
        candidate = int(user_id) * 100 + 1
        while candidate in taken:
            candidate += 1
        self._id.setText(str(candidate))

    def _on_browse(self) -> None:
        self._chooser = QFileDialog(self, "Choose the robot's source", "", "MQL5 sources (*.mq5);;All files (*)")
        self._chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._chooser.fileSelected.connect(self.choose_file)
        self._chooser.open()

    def choose_file(self, path: str) -> None:
        """Take this file as the source; it is read in the bridge when the robot is added."""
        self._path = path
        own = self._source.findData(None)
        name = path.replace("\\", "/").rsplit("/", 1)[-1]
        if own < 0:
            self._source.addItem("", None)
            own = self._source.count() - 1
        self._source.setItemText(own, f"Own source: {name}")
        self._source.setItemData(own, path, _TOOLTIP)
        if self._source.currentIndex() == own:
            self._on_source_changed(own)
        self._source.setCurrentIndex(own)

    def _on_source_changed(self, _place: int) -> None:
        """Another source has other inputs: they are read where reading may take its time."""
        template = self._source.currentData()
        self._show_lacking(None)
        self._inputs.set_plain(())
        self._inputs_form.say("Reading the inputs …")
        # An own source is not registered before it is known whether it lacks the heartbeat.
        self._is_judging = template is None
        self._on_typed("")
        if template is not None:
            self._errands.read("template_inputs", partial(self._on_described, template), template=template)
        else:
            self._errands.read("source_inputs", partial(self._on_described, None), path=self._path)

    def _on_described(self, template: str | None, answer: Answer) -> None:
        if self._source.currentData() != template:
            return
        self._is_judging = False
        self._on_typed("")
        if not answer.ok:
            self._inputs_form.say("")
            self._form.show_error("source", answer.error_text)
            return
        own = answer.value if template is None else None
        if own is not None and own.name != self._path.replace("\\", "/").rsplit("/", 1)[-1]:
            return
        self._form.clear_errors()
        self._inputs.set_described(answer.value if own is None else own.inputs, {})
        self._show_lacking(None if own is None else own.lines)

    def _show_lacking(self, lines: HeartbeatLines | None) -> None:
        """What of the include's lines an own source lacks, and the offer to add them."""
        lacks = lines is not None and not lines.is_complete
        can = lines is not None and lines.text is not None and lacks
        words = "" if lines is None or not lacks else lacking_words(lines)
        self._lacking.setText(words)
        self._lacking.setVisible(bool(words))
        self._lacking.setToolTip("\n".join(f"line {one.line}: {one.text}" for one in lines.missing) if lines else "")
        self._add_lines.setVisible(can)
        self._add_lines.setChecked(can)

    def _on_inputs_changed(self) -> None:
        self._on_typed("")

    def _on_add(self) -> None:
        robot_id = whole_number(self._id)
        if robot_id is None:
            return
        arguments: dict[str, Any] = {
            "robot_id": robot_id,
            "user_id": self._user.currentData(),
            "symbol": self._symbol.text().strip(),
            "timeframe": self._timeframe.currentText(),
            "inputs": dict(self._inputs.given()),
        }
        template = self._source.currentData()
        if template is not None:
            arguments["template"] = template
        else:
            arguments["source_path"] = self._path
            if self._add_lines.isVisible() and self._add_lines.isChecked():
                arguments["add_heartbeat"] = True
        magic = whole_number(self._magic)
        if magic is not None:
            arguments["magic"] = magic
        self._form.clear_errors()
        self._form.setEnabled(False)
        self._add.setEnabled(False)
        self.say("Registering …")
        self._errands.read("add_robot", self._on_answer, **arguments)

    def _on_answer(self, answer: Answer) -> None:
        self._form.setEnabled(True)
        self._on_typed("")
        if not answer.ok:
            self._form.show_error(field_of(answer.error_code, answer.error_text, ERROR_FIELDS), answer.error_text)
            self.say("Nothing was registered.", Role.FAILING)
            return
        if isinstance(answer.value, RegisteredRobotPicture):
            self.added.emit(answer.value)
        self.accept()


def lacking_words(lines: HeartbeatLines) -> str:
    """What a source lacks, in words."""
    if lines.refusal:
        return (
            f"It would run without proof: the heartbeat's lines are missing and cannot be added. Why: {lines.refusal}."
        )
    count = len(lines.missing)
    what = "1 line is missing" if count == 1 else f"{count} lines are missing"
    places = ", ".join(dict.fromkeys(str(line.line) for line in lines.missing))
    return f"Without the heartbeat the console cannot prove that it runs: {what} (line {places})."


_TOOLTIP = 3
"""Qt's role of a tooltip."""
