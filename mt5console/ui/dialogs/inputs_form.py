"""The form of a robot's inputs: groups as headings, a field for each, what is changed, what is wrong, presets.

Must not know: robots, the engine, or how presets are read (whoever shows the form connects its buttons).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mt5console.core.deployment.inputs.description import InputSpec, Kind
from mt5console.core.deployment.inputs.values import shown
from mt5console.ui.dialogs.fields import scrolled
from mt5console.ui.dialogs.input_fields import field_for
from mt5console.ui.models.inputs_model import InputsModel
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

AT_ONCE, A_TURN = 16, 6
"""Rows that are built before the form is shown, and in each turn after that."""
_FIELD_EM = 15.0
_ROWS_SEEN = 5


class InputsForm(QWidget):
    """Typed fields over an `InputsModel`.

    Signals:
        changed: a value is another one.
        load_wanted, save_wanted: a person wants to read or write a preset.
    """

    changed = Signal()
    load_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, model: InputsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inputs_form")
        self._model = model
        self._rows: dict[str, _Row] = {}
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(look().px(8))
        rows.addLayout(self._build_tools())
        self._inside = QWidget(self)
        self._area = scrolled(self._inside, self)
        self._area.setMinimumHeight(look().px(36) * _ROWS_SEEN)
        rows.addWidget(self._area, 1)
        self._foot = Words("", Role.WARNING, FontRole.SMALL, self)
        self._foot.setObjectName("inputs_notes")
        rows.addWidget(self._foot)
        model.described.connect(self._on_described)
        model.changed.connect(self._on_changed)
        self._on_described()

    def _build_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look().px(8))
        self._summary = Words("", Role.TEXT_SOFT, FontRole.BASE, self)
        self._summary.setObjectName("inputs_summary")
        row.addWidget(self._summary, 1)
        self._defaults = self._button("defaults_button", "Defaults", "Every input as the source says")
        self._load = self._button("load_preset_button", "Load preset…", "Values from a .set file")
        self._save = self._button("save_preset_button", "Save preset…", "These values as a .set file")
        self._defaults.clicked.connect(self._model.set_defaults)
        self._load.clicked.connect(self.load_wanted)
        self._save.clicked.connect(self.save_wanted)
        for button in (self._defaults, self._load, self._save):
            row.addWidget(button)
        return row

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def say(self, words: str) -> None:
        """Say something where the count of changes stands, until the next change."""
        self._summary.set_role(Role.TEXT_SOFT)
        self._summary.setText(words)

    def refuse(self, words: str) -> None:
        """Say why a preset was not taken over, until the next change."""
        self._summary.set_role(Role.FAILING)
        self._summary.setText(words)

    def focus_wrong(self) -> None:
        """Put the cursor into the first field that holds no value."""
        for name in self._model.wrong[:1]:
            if name in self._rows:
                self._rows[name].focus()

    def _on_described(self) -> None:
        focused = next((name for name, row in self._rows.items() if row.has_focus()), "")
        # The area takes the old one away.
        self._inside = QWidget(self)
        self._rows = {}
        grid = QGridLayout(self._inside)
        grid.setContentsMargins(0, 0, look().px(10), 0)
        grid.setHorizontalSpacing(look().px(14))
        grid.setVerticalSpacing(look().px(7))
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(2, 4)
        self._grid, self._group = grid, ""
        self._last_stop: QWidget = self._save
        self._left = list(self._model.inputs.own)
        self._build_rows(AT_ONCE)
        self._area.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)
        first = next(iter(self._rows.values()), None)
        self.setFocusProxy(first.field if first is not None else self._load)
        if focused in self._rows:
            self._rows[focused].focus()
        self._show_notes()
        self._show_summary()
        self.changed.emit()

    def _build_rows(self, count: int) -> None:
        """The next rows; those that are left come in turns, so that two hundred inputs never hold the window."""
        now, self._left = self._left[:count], self._left[count:]
        for spec in now:
            if spec.group != self._group:
                self._group = spec.group
                self._add_heading(self._grid, spec.group)
            row = self._rows[spec.name] = _Row(spec, self._model, self._grid, self._inside)
            # Fields are newer than the buttons behind them: without this, Tab would come to them last.
            for part in row.stops:
                QWidget.setTabOrder(self._last_stop, part)
                self._last_stop = part
        if self._left:
            QTimer.singleShot(0, self, self._on_turn)
        else:
            self._grid.setRowStretch(self._grid.rowCount(), 1)

    def _on_turn(self) -> None:
        if self._left:
            self._build_rows(A_TURN)

    def _add_heading(self, grid: QGridLayout, group: str) -> None:
        heading = Words(group, Role.TEXT, FontRole.STRONG, self._inside)
        heading.setObjectName("inputs_group")
        heading.setContentsMargins(0, look().px(6) if grid.count() else 0, 0, 0)
        grid.addWidget(heading, grid.rowCount() + 1, 0, 1, 3)

    def _on_changed(self, name: str) -> None:
        row = self._rows.get(name)
        if row is not None:
            row.show_state()
        self._show_summary()
        self.changed.emit()

    def _show_notes(self) -> None:
        inputs = self._model.inputs
        told = [*inputs.notes[:3], *(f"{name} could not be read: its inputs are not here" for name in inputs.missing)]
        self._foot.setText("\n".join(told[:4]))
        self._foot.setVisible(bool(told))

    def _show_summary(self) -> None:
        names = [spec.name for spec in self._model.inputs.own]
        wrong, known = len(self._model.wrong), len(names)
        changed = sum(self._model.is_changed(name) for name in names)
        self._summary.set_role(Role.FAILING if wrong else Role.TEXT_SOFT)
        if wrong:
            text = f"{wrong} of {known} cannot be used"
        else:
            text = f"{known} inputs, {changed} changed" if changed else f"{known} inputs" if known else "No inputs"
        self._summary.setText(text.replace("1 inputs", "1 input") if known == 1 else text)
        for button in (self._defaults, self._load):
            button.setEnabled(bool(known))
        self._save.setEnabled(bool(known) and not wrong)


class _Row:
    """One input: its title, its field, what its default is, and what is wrong."""

    def __init__(self, spec: InputSpec, model: InputsModel, grid: QGridLayout, parent: QWidget) -> None:
        self._spec, self._model = spec, model
        # One row is left free above each: an error is put there when there is one.
        place = grid.rowCount() + 1
        self._title = QLabel(spec.title.replace("&", "&&"), parent)
        self._title.setWordWrap(True)
        self._title.setToolTip(spec.name)
        self.field = field_for(spec, model, parent)
        self.field.setFixedWidth(round(_FIELD_EM * parent.fontMetrics().horizontalAdvance("m")))
        self._title.setBuddy(self.field)
        self._note = Words("", Role.TEXT_FAINT, FontRole.SMALL, parent)
        self._note.setObjectName(f"input_{spec.name}_note")
        self._parent, self._grid, self._place = parent, grid, place
        self._error: Words | None = None
        middle = Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(self._title, place, 0, middle)
        grid.addWidget(self.field, place, 1, middle)
        grid.addWidget(self._note, place, 2, middle)
        self.show_state()

    def has_focus(self) -> bool:
        """Whether the cursor is here."""
        return (self.field.focusProxy() or self.field).hasFocus()

    @property
    def stops(self) -> list[QWidget]:
        """Where the Tab key stops, in order."""
        inside = self.field.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        found = [part for part in inside if part.focusPolicy() & Qt.FocusPolicy.TabFocus]
        return found if self.field.focusProxy() is not None else [self.field]

    def focus(self) -> None:
        """Put the cursor here."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_state(self) -> None:
        """Show the value, and what is to be said of it."""
        name = self._spec.name
        show_value = getattr(self.field, "show_value", None)
        if show_value is not None and not self._model.error(name):
            show_value()
        error = self._model.error(name)
        changed = self._model.is_changed(name)
        self._note.set_role(Role.ACCENT if changed else Role.TEXT_FAINT)
        self._note.setText(self._words(changed))
        self._show_error(error)
        named = self.field.focusProxy() or self.field
        if error:
            named.setAccessibleDescription(error)

    def _show_error(self, error: str) -> None:
        if self._error is None and error:
            self._error = Words("", Role.FAILING, FontRole.SMALL, self._parent)
            self._error.setObjectName(f"input_{self._spec.name}_error")
            self._error.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            self._grid.addWidget(self._error, self._place + 1, 0, 1, 3)
        if self._error is not None:
            self._error.setText(error)
            self._error.setVisible(bool(error))

    def _shown(self, value: str) -> str:
        if self._spec.kind is Kind.FLAG:
            return "yes" if value == "true" else "no"
        return shown(self._spec, value) or "empty"

    def _words(self, changed: bool) -> str:
        spec = self._spec
        known = self._model.value_before(spec)
        words = []
        if changed and known is not None and known != spec.default:
            words.append(f"changed from {self._shown(known)}")
        elif changed:
            words.append("changed")
        if spec.default is not None:
            words.append(f"default {self._shown(spec.default)}")
        elif spec.note and not changed:
            words.append(spec.note)
        return " · ".join(words)
