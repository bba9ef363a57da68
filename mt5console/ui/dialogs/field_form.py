"""A form whose refusals stand beside the field that they concern. Must not know: what the fields mean."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

ANYWHERE = ""
"""The place of an error that concerns no single field: the foot of the form."""


class FieldForm(QWidget):
    """Labels on the left, editors on the right, a line for an error or a hint under each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(look().px(9))
        self._grid.setColumnStretch(1, 1)
        self._editors: dict[str, QWidget] = {}
        self._notes: dict[str, Words] = {}
        self._hints: dict[str, str] = {}
        self._foot = _note("form_error", self)
        self._foot.setVisible(False)

    def add_field(self, name: str, title: str, editor: QWidget, hint: str = "") -> None:
        """Add a row; `name` is what `show_error` calls it, `title` is what people read."""
        row = self._grid.rowCount()
        label = QLabel(title.replace("&", "&&"), self)
        label.setBuddy(editor)
        editor.setAccessibleName(title)
        if hint:
            editor.setAccessibleDescription(hint)
        top = editor.sizeHint().height() > 3 * self.fontMetrics().height()
        if isinstance(editor, QCheckBox):
            label.clear()
            editor.setText(title)
        note = _note(f"{name}_error", self)
        cell = QVBoxLayout()
        cell.setSpacing(look().px(3))
        cell.addWidget(editor)
        cell.addWidget(note)
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        label.setContentsMargins(0, look().px(3 if top else 6), 0, 0)
        self._grid.addLayout(cell, row, 1)
        self._grid.setRowStretch(row, 1 if top else 0)
        self._editors[name], self._notes[name], self._hints[name] = editor, note, hint
        self._say(name, "")
        self._grid.addWidget(self._foot, row + 1, 0, 1, 2)

    def show_error(self, name: str, text: str) -> None:
        """Say what is wrong beside the field, or at the foot when no such field is here; put the cursor there."""
        if name not in self._notes:
            self._foot.setText(text)
            self._foot.setVisible(bool(text))
            self._grow()
            return
        self._say(name, text)
        self._grow()
        editor = self._editors[name]
        editor.setAccessibleDescription(text)
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear_errors(self) -> None:
        """Show the hints again."""
        for name in self._notes:
            self._say(name, "")
            self._editors[name].setAccessibleDescription(self._hints[name])
        self._foot.clear()
        self._foot.setVisible(False)

    def error(self, name: str = ANYWHERE) -> str:
        """The error that stands beside a field (or at the foot); empty when there is none."""
        if name not in self._notes:
            return self._foot.text()
        return "" if self._notes[name].text() == self._hints[name] else self._notes[name].text()

    def _grow(self) -> None:
        """Errors need room that hints did not."""
        window = self.window()
        if isinstance(window, FramedDialog):
            window.grow()

    def _say(self, name: str, error: str) -> None:
        note = self._notes[name]
        note.set_role(Role.FAILING if error else Role.TEXT_FAINT)
        note.setText(error or self._hints[name])
        note.setVisible(bool(note.text()))


def field_of(code: str, text: str, fields: Mapping[str, str]) -> str:
    """The field that a refusal concerns, by its code; a malformed request names the field before the colon."""
    if code in ("wrong_request", "wrong_argument", "bad_argument"):
        named = [field for field in fields.values() if f"{field}:" in text or f"{field} must" in text]
        return named[0] if named else ANYWHERE
    return fields.get(code, ANYWHERE)


def _note(name: str, parent: QWidget) -> Words:
    note = Words("", Role.FAILING, FontRole.SMALL, parent)
    note.setObjectName(name)
    return note
