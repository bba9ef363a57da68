"""The form of a robot's inputs: a field for each kind, what differs, what is wrong, presets all or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QDate, QDateTime, QPoint, QPointF, Qt, QTime, QTimeZone
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDateTimeEdit, QLabel, QLineEdit, QPushButton, QWidget

from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.errors import UsageInvalid
from mt5console.ui.bridge.robot_files import look_at_source, preset_file, save_preset_file, source_with_lines
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.input_fields import ColourField
from mt5console.ui.dialogs.inputs_form import InputsForm
from mt5console.ui.dialogs.presets import Presets
from mt5console.ui.models.inputs_model import InputsModel
from tests.fakes.fake_desk import FakeDesk

SOURCE = """
enum Side { BOTH, // Both ways
            BUYS }; // Buys only
input group "Signal"
input ENUM_TIMEFRAMES Frame = PERIOD_H1; // Timeframe
input int Fast = 12; // Bars of the fast average
input Side Way = BOTH; // Which way
input group "Risk"
input double Risk = 0.5; // Risk in percent
input bool Stop = true; // Always with a stop
input datetime Until = D'2027.01.01 00:00'; // Trades until
input color Shade = clrRed; // Colour
input string Note = "calm"; // Comment
input ENUM_OTHER Odd = FIRST; // Odd
"""
INPUTS = read_inputs(SOURCE)
BEFORE = {"Fast": "14"}


@pytest.fixture
def model() -> InputsModel:
    model = InputsModel()
    model.set_described(INPUTS, BEFORE)
    return model


@pytest.fixture
def form(qtbot: Any, model: InputsModel) -> InputsForm:
    form = InputsForm(model)
    qtbot.addWidget(form)
    form.resize(700, 600)
    form.show()
    return form


def types(qtbot: Any, form: QWidget, name: str, text: str) -> None:
    field = form.findChild(QLineEdit, f"input_{name}")
    field.selectAll()
    qtbot.keyClicks(field, text)


def note(form: QWidget, name: str) -> str:
    return str(form.findChild(QLabel, f"input_{name}_note").text())


def error(form: QWidget, name: str) -> QLabel:
    return form.findChild(QLabel, f"input_{name}_error")


def test_every_kind_has_its_field_with_the_value_that_is_registered(form: InputsForm) -> None:
    assert form.findChild(QComboBox, "input_Frame").currentText() == "H1"
    assert form.findChild(QLineEdit, "input_Fast").text() == "14"
    assert form.findChild(QComboBox, "input_Way").currentText() == "Both ways"
    assert form.findChild(QLineEdit, "input_Risk").text() == "0.5"
    assert form.findChild(QCheckBox, "input_Stop").isChecked()
    assert form.findChild(QDateTimeEdit, "input_Until").text() == "2027.01.01 00:00:00"
    assert form.findChild(QLineEdit, "input_Shade").text() == "clrRed"
    assert form.findChild(QLineEdit, "input_Note").text() == "calm"
    assert form.findChild(QLineEdit, "input_Odd").placeholderText() == "FIRST"
    assert [label.text() for label in form.findChildren(QLabel, "inputs_group")] == ["Signal", "Risk"]


def test_what_is_typed_in_each_field_is_taken_in_canonical_text(
    qtbot: Any, form: InputsForm, model: InputsModel
) -> None:
    form.findChild(QComboBox, "input_Frame").setCurrentText("M15")
    form.findChild(QComboBox, "input_Way").setCurrentIndex(1)
    form.findChild(QCheckBox, "input_Stop").click()
    moment = QDateTime(QDate(2026, 1, 31), QTime(12, 30), QTimeZone.utc())
    form.findChild(QDateTimeEdit, "input_Until").setDateTime(moment)
    types(qtbot, form, "Risk", "0.250")
    types(qtbot, form, "Shade", "0,0,255")
    types(qtbot, form, "Note", "wild; //")
    types(qtbot, form, "Odd", "SECOND")
    assert dict(model.values()) == {
        "Frame": "15", "Fast": "14", "Way": "1", "Risk": "0.25", "Stop": "false", "Until": "1769862600",
        "Shade": "16711680", "Note": "wild; //", "Odd": "SECOND",
    }  # fmt: skip
    assert "Fast" in dict(model.given()), "what is registered differs from the default"


def test_what_differs_is_marked_and_the_default_is_told(qtbot: Any, form: InputsForm, model: InputsModel) -> None:
    assert note(form, "Fast") == "default 12"
    assert not model.is_changed()
    types(qtbot, form, "Fast", "20")
    assert note(form, "Fast") == "changed from 14 · default 12"
    assert form.findChild(QLabel, "inputs_summary").text() == "9 inputs, 1 changed"
    types(qtbot, form, "Risk", "0.50")
    assert not model.is_changed("Risk"), "the same value in other words is no change"
    types(qtbot, form, "Fast", "14")
    assert not model.is_changed()


def test_what_is_no_value_is_told_in_place_and_keeps_what_was_typed(
    qtbot: Any, form: InputsForm, model: InputsModel
) -> None:
    types(qtbot, form, "Fast", "many")
    assert error(form, "Fast").isVisible()
    assert "takes a whole number" in error(form, "Fast").text()
    assert form.findChild(QLineEdit, "input_Fast").text() == "many"
    assert form.findChild(QLineEdit, "input_Fast").accessibleDescription() == error(form, "Fast").text()
    assert model.wrong == ("Fast",)
    assert not form.findChild(QPushButton, "save_preset_button").isEnabled()
    types(qtbot, form, "Fast", "3")
    assert not error(form, "Fast").isVisible()
    assert model.wrong == ()


def test_arrow_keys_count_whole_numbers_within_their_limits(qtbot: Any, form: InputsForm, model: InputsModel) -> None:
    field = form.findChild(QLineEdit, "input_Fast")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert model.value("Fast") == "15"
    types(qtbot, form, "Fast", "2147483647")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert model.value("Fast") == "2147483647"


def test_scrolling_past_a_field_changes_nothing(form: InputsForm, model: InputsModel) -> None:
    for kind, name in ((QComboBox, "input_Frame"), (QDateTimeEdit, "input_Until")):
        field = form.findChild(kind, name)
        field.setFocus()
        turned = QWheelEvent(
            QPointF(5, 5), field.mapToGlobal(QPointF(5, 5)), QPoint(0, 0), QPoint(0, -120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(field, turned)
    assert not model.is_changed()


def test_a_colour_is_chosen_by_its_swatch(form: InputsForm, model: InputsModel) -> None:
    field = form.findChild(ColourField)
    field.choose(QColor(0, 255, 0))
    assert model.value("Shade") == "65280"
    assert form.findChild(QLineEdit, "input_Shade").text() == "0,255,0"


def test_defaults_bring_every_input_back_to_the_source(form: InputsForm, model: InputsModel) -> None:
    form.findChild(QCheckBox, "input_Stop").click()
    form.findChild(QPushButton, "defaults_button").click()
    assert model.given() == ()
    assert form.findChild(QLineEdit, "input_Fast").text() == "12"
    assert form.findChild(QCheckBox, "input_Stop").isChecked()


def test_every_field_can_be_reached_with_the_keyboard_and_has_a_name_for_ears(form: InputsForm) -> None:
    for spec in INPUTS.own:
        field = form.findChild(QWidget, f"input_{spec.name}")
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert spec.name in field.accessibleName()
        assert field.accessibleDescription()


def test_the_tab_key_goes_through_the_fields_in_their_order(form: InputsForm) -> None:
    behind = QPushButton("behind", form.parentWidget())
    wanted = [f"input_{spec.name}" for spec in INPUTS.own]
    seen, part = [], form.findChild(QPushButton, "save_preset_button").nextInFocusChain()
    while len(seen) < len(wanted) and part is not behind:
        if part.objectName().startswith("input_") and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            seen.append(part.objectName())
        part = part.nextInFocusChain()
    assert seen == wanted
    behind.deleteLater()


def test_without_a_description_values_are_plain_text_and_what_was_typed_stays(qtbot: Any, model: InputsModel) -> None:
    model.set_plain((("Fast", "14"),))
    form = InputsForm(model)
    qtbot.addWidget(form)
    assert form.findChild(QLineEdit, "input_Fast").text() == "14"
    assert model.values() == (("Fast", "14"),)


def test_two_hundred_inputs_come_in_turns_and_count_from_the_first_moment(qtbot: Any, model: InputsModel) -> None:
    form = InputsForm(model)
    qtbot.addWidget(form)
    model.set_described(read_inputs("".join(f"input int X{number} = {number};\n" for number in range(200))), {})
    assert form.findChild(QLabel, "inputs_summary").text() == "200 inputs"
    assert form.findChild(QLineEdit, "input_X0") is not None
    assert form.findChild(QLineEdit, "input_X199") is None, "the window is not held for all of them"
    model.type_text("X199", "7")
    qtbot.waitUntil(lambda: form.findChild(QLineEdit, "input_X199") is not None)
    assert form.findChild(QLineEdit, "input_X199").text() == "7"


# ---- presets --------------------------------------------------------------------------------------------------------


@pytest.fixture
def presets(form: InputsForm, model: InputsModel) -> tuple[FakeDesk, Presets]:
    desk = FakeDesk()
    return desk, Presets(form, model, Errands(desk, form), form)  # type: ignore[arg-type]


def test_a_preset_is_taken_over_whole(presets: tuple[FakeDesk, Presets], form: InputsForm, model: InputsModel) -> None:
    desk, buttons = presets
    buttons.load("/home/trader/mine.set")
    assert desk.last("preset").arguments == {"path": "/home/trader/mine.set"}
    desk.answer("preset", ("mine.set", (("Fast", "9"), ("Stop", "false"))))
    assert (model.value("Fast"), model.value("Stop")) == ("9", "false")
    assert not form.findChild(QCheckBox, "input_Stop").isChecked()
    assert "2 values taken over" in form.findChild(QLabel, "inputs_summary").text()


def test_a_preset_of_another_robot_changes_nothing_and_says_every_difference(
    presets: tuple[FakeDesk, Presets], form: InputsForm, model: InputsModel
) -> None:
    desk, buttons = presets
    buttons.load("/home/trader/other.set")
    desk.answer("preset", ("other.set", (("Fast", "9"), ("Grid", "5"))))
    assert not model.is_changed()
    assert "no Grid" in form.findChild(QLabel, "inputs_summary").text()


def test_a_preset_is_saved_and_read_back(presets: tuple[FakeDesk, Presets], tmp_path: Any, model: InputsModel) -> None:
    desk, buttons = presets
    buttons.save(str(tmp_path / "new"))
    asked = desk.last("save_preset").arguments
    assert save_preset_file(asked["path"], asked["data"]) == "new.set"
    name, pairs = preset_file(str(tmp_path / "new.set"))
    assert (name, dict(pairs)) == ("new.set", dict(model.values()))


# ---- files ----------------------------------------------------------------------------------------------------------


def test_an_own_file_is_looked_at_with_what_it_includes_and_never_changed(tmp_path: Any) -> None:
    plain = '#include "near.mqh"\nint OnInit() { return(INIT_SUCCEEDED); }\n'
    (tmp_path / "Own.mq5").write_text(plain)
    (tmp_path / "near.mqh").write_text("input int Near = 3;\n")
    path = str(tmp_path / "Own.mq5")
    own = look_at_source(path)
    assert [spec.name for spec in own.inputs.own] == ["Near"]
    assert own.lines.missing
    text, name = source_with_lines(path)
    assert name == "Own.mq5"
    assert 'Mt5ConsoleInputWhole("Near", Near);' in text
    assert (tmp_path / "Own.mq5").read_text() == plain
    (tmp_path / "Own.mq5").write_text("void OnTick() {}\n")
    with pytest.raises(UsageInvalid, match="cannot be added"):
        source_with_lines(path)
