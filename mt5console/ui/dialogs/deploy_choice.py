"""First page of a deployment: which robot, on which chart, with which inputs. Must not know: the engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from mt5console.core.model.ids import Timeframe
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.field_form import FieldForm, field_of
from mt5console.ui.dialogs.fields import ChoiceBox
from mt5console.ui.dialogs.inputs_form import InputsForm
from mt5console.ui.dialogs.presets import Presets
from mt5console.ui.dialogs.stages_view import SIDE
from mt5console.ui.models.inputs_model import InputsModel
from mt5console.ui.pictures import Answer, RegisteredRobotPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

ERROR_FIELDS = {
    "unknown_robot": "robot",
    "deployment_running": "robot",
    "bad_symbol": "symbol",
    "bad_timeframe": "timeframe",
    "bad_input": "inputs",
    "unknown_input": "inputs",
    "console_input": "inputs",
    "input_twice": "inputs",
}


_NAMED = re.compile(r"input (\w+) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person wants deployed; `inputs_changed`: they differ from the registered ones."""

    robot: RegisteredRobotPicture
    symbol: str
    timeframe: str
    inputs: tuple[tuple[str, str], ...]
    inputs_changed: bool


class ChoicePage(QWidget):
    """Robot, symbol, timeframe, inputs.

    Signals:
        changed: the choice is another one.
        robot_wanted: there is no robot yet, and a person wants to add one.
    """

    changed = Signal()
    robot_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._robots: tuple[RegisteredRobotPicture, ...] = ()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(look().px(SIDE), look().px(14), look().px(SIDE), look().px(14))
        self._form = FieldForm(self)
        self._robot = ChoiceBox(self._form)
        self._robot.setObjectName("robot_choice")
        self._symbol = QLineEdit(self._form)
        self._symbol.setObjectName("symbol_field")
        self._timeframe = ChoiceBox(self._form)
        self._timeframe.setObjectName("timeframe_choice")
        self._timeframe.addItems([timeframe.value for timeframe in Timeframe])
        self._model = InputsModel(self)
        self._inputs = InputsForm(self._model, self._form)
        self._errands: Errands | None = None
        self._form.add_field("robot", "Robot", self._robot)
        self._form.add_field("symbol", "Symbol", self._symbol, "as the terminal's Market Watch shows it")
        self._form.add_field("timeframe", "Timeframe", self._timeframe)
        self._form.add_field("inputs", "Inputs", self._inputs)
        rows.addWidget(self._form, 1)
        rows.addWidget(self._build_empty())
        self._robot.currentIndexChanged.connect(self._on_robot_changed)
        self._symbol.textEdited.connect(self._on_edited)
        self._inputs.changed.connect(self.changed)
        self.setFocusProxy(self._robot)
        self._show_empty("")

    def _build_empty(self) -> QWidget:
        self._empty = QWidget(self)
        rows = QVBoxLayout(self._empty)
        rows.setContentsMargins(0, look().px(24), 0, look().px(24))
        self._empty_words = Words("", Role.TEXT_SOFT, FontRole.BASE, self._empty)
        self._add = QPushButton("Add a robot…", self._empty)
        self._add.setObjectName("add_robot_button")
        self._add.setAutoDefault(False)
        self._add.clicked.connect(self.robot_wanted)
        rows.addWidget(self._empty_words)
        rows.addWidget(self._add)
        rows.addStretch(1)
        return self._empty

    def set_robots(self, robots: tuple[RegisteredRobotPicture, ...], chosen: int | None) -> None:
        """Offer these robots, with one of them chosen."""
        self._robots = robots
        self._robot.blockSignals(True)
        self._robot.clear()
        for robot in robots:
            self._robot.addItem(f"{robot.robot_id} · {robot.symbol} {robot.timeframe} · {robot.source}")
        wanted = next((place for place, robot in enumerate(robots) if robot.robot_id == chosen), 0)
        self._robot.setCurrentIndex(wanted if robots else -1)
        self._robot.blockSignals(False)
        self._show_empty("" if robots else "No robot is registered for this user yet.")
        self._on_robot_changed(self._robot.currentIndex())

    def say(self, words: str) -> None:
        """Show words instead of the form: the robots are not known yet, or cannot be."""
        self._show_empty(words)
        self._add.setVisible(False)

    def choice(self) -> Choice | None:
        """What is chosen now; None while something is missing."""
        robot = self.robot()
        symbol = self._symbol.text().strip()
        if robot is None or not symbol or self._model.wrong:
            return None
        return Choice(
            robot=robot,
            symbol=symbol,
            timeframe=self._timeframe.currentText(),
            inputs=self._model.values(),
            inputs_changed=self._model.is_changed(),
        )

    def robot(self) -> RegisteredRobotPicture | None:
        """The chosen robot."""
        place = self._robot.currentIndex()
        return self._robots[place] if 0 <= place < len(self._robots) else None

    def read_with(self, errands: Errands) -> None:
        """Descriptions of inputs and presets are read with these."""
        self._errands = errands
        Presets(self._inputs, self._model, errands, self)

    def commit_editor(self) -> None:
        """Take over a value that is still being typed."""
        self._inputs.setFocus()

    def show_error(self, code: str, text: str) -> None:
        """Say beside its field why the choice was refused."""
        if code == "bad_input" and (named := _NAMED.match(text)) is not None:
            self._model.refuse(named[1], text)
        self._form.show_error(field_of(code, text, ERROR_FIELDS), text)
        self._inputs.focus_wrong()

    def clear_errors(self) -> None:
        """Forget what was wrong."""
        self._form.clear_errors()

    def _show_empty(self, words: str) -> None:
        self._empty_words.setText(words)
        self._empty.setVisible(bool(words))
        self._add.setVisible(True)
        self._form.setVisible(not words)

    def _on_robot_changed(self, _place: int) -> None:
        robot = self.robot()
        if robot is not None:
            self._symbol.setText(robot.symbol)
            self._timeframe.setCurrentText(robot.timeframe)
            self._model.set_plain(robot.inputs)
            self._describe(robot.robot_id)
        self.clear_errors()
        self.changed.emit()

    def _describe(self, robot_id: int) -> None:
        """Names and values are known at once; types, limits and labels come with the engine's answer."""
        if self._errands is not None:
            self._inputs.say("Reading the inputs …")
            self._errands.read("robot_inputs", partial(self._on_described, robot_id), robot_id=robot_id)

    def _on_described(self, robot_id: int, answer: Answer) -> None:
        robot = self.robot()
        if robot is None or robot.robot_id != robot_id:
            return
        if not answer.ok:
            self._inputs.refuse(f"{answer.error_text} The values can be typed as plain text.")
            return
        typed = {name: value for name, value in self._model.values() if dict(robot.inputs).get(name) != value}
        described, registered = answer.value
        self._model.set_described(described, registered)
        for name, value in typed.items():
            if described.find(name) is not None:
                self._model.type_text(name, value)

    def _on_edited(self, _text: str) -> None:
        self.changed.emit()
