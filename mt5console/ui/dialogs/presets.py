"""The preset buttons of a form of inputs: which file, and what came of it. Must not know: how presets are spelt.

Files are read and written in the bridge, off this thread.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from mt5console.core.errors import UsageInvalid
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.inputs_form import InputsForm
from mt5console.ui.models.inputs_model import InputsModel
from mt5console.ui.pictures import Answer

_FILTER = "Presets (*.set);;All files (*)"


class Presets(QObject):
    """Loads and saves the presets of one form."""

    def __init__(self, form: InputsForm, model: InputsModel, errands: Errands, parent: QWidget) -> None:
        super().__init__(parent)
        self._form, self._model, self._errands, self._window = form, model, errands, parent
        self._chooser: QFileDialog | None = None
        form.load_wanted.connect(self._on_load_wanted)
        form.save_wanted.connect(self._on_save_wanted)

    def _on_load_wanted(self) -> None:
        self._chooser = QFileDialog(self._window, "Load a preset", "", _FILTER)
        self._chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._chooser.fileSelected.connect(self.load)
        self._chooser.open()

    def _on_save_wanted(self) -> None:
        self._chooser = QFileDialog(self._window, "Save a preset", "", _FILTER)
        self._chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self._chooser.setDefaultSuffix("set")
        self._chooser.fileSelected.connect(self.save)
        self._chooser.open()

    def load(self, path: str) -> None:
        """Take the values of this preset over, all or none."""
        self._form.say("Reading the preset …")
        self._errands.read("preset", self._on_read, path=path)

    def save(self, path: str) -> None:
        """Write what is set now as a preset."""
        try:
            data = self._model.preset("mt5console")
        except UsageInvalid as refused:
            self._form.refuse(refused.text)
            return
        self._errands.read("save_preset", self._on_saved, path=path, data=data)

    def _on_read(self, answer: Answer) -> None:
        if not answer.ok:
            self._form.refuse(answer.error_text)
            return
        name, pairs = answer.value
        try:
            count = self._model.take_preset(pairs, name)
        except UsageInvalid as refused:
            self._form.refuse(refused.text)
            return
        self._form.say(f"{name}: {count} {'value' if count == 1 else 'values'} taken over")

    def _on_saved(self, answer: Answer) -> None:
        if answer.ok:
            self._form.say(f"Saved as {answer.value}")
        else:
            self._form.refuse(answer.error_text)
