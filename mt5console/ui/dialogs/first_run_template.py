"""Second step of the first run: the golden template that is there, or the folder that is to become it.

Must not know: how a folder is looked at or copied.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from mt5console.ui.bridge.first_run import CopyPicture
from mt5console.ui.bridge.first_run_access import Folder, TemplateState
from mt5console.ui.dialogs.fields import ChoiceBox
from mt5console.ui.dialogs.first_run_page import FirstRunPage, fill
from mt5console.ui.models.first_run_model import point_rows
from mt5console.ui.models.stages_model import RUNNING, StageRow
from mt5console.ui.theme.look import look

_CHOOSE = (
    "Every user's terminal is a copy of one template: the broker's own terminal, started once with /portable in a "
    "folder of its own, updated, logged in to nothing, and closed. Choose that folder; it is copied, never changed."
)
_SIMULATED = (
    "This base directory is a simulated one: its terminals are simulated processes that need no template. On a live "
    "server this step copies the broker's own terminal."
)
_KEEP = "A golden template is there already. Keep it, or replace it by another terminal's folder."
_ELSEWHERE = "Found on this machine …"


class TemplatePage(FirstRunPage):
    """Signals:
    folder_chosen: a folder (str) that is to be looked at.
    changed: what may be done next is another thing.
    """

    folder_chosen = Signal(str)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("first_run_template", "The broker's own terminal", _CHOOSE, parent)
        self._state: TemplateState | None = None
        self._folder: Folder | None = None
        self._copy = CopyPicture()
        self._replaces = False
        self._asked = ""
        self._awaited = 0
        self._chooser: QFileDialog | None = None
        self.rows.addWidget(self._build_fields())
        self._replace = QPushButton("Replace it…", self)
        self._replace.setObjectName("replace_template_button")
        self._replace.setAutoDefault(False)
        self._replace.clicked.connect(self._on_replace)
        row = QHBoxLayout()
        row.addWidget(self._replace)
        row.addStretch(1)
        self.rows.addLayout(row)
        self._points = self.add_points("template_points", "What was found in the folder")
        self._show()

    def _build_fields(self) -> QWidget:
        self._fields = QWidget(self)
        column = QVBoxLayout(self._fields)
        column.setContentsMargins(0, look().px(4), 0, 0)
        column.setSpacing(look().px(8))
        self._found = ChoiceBox(self._fields)
        self._found.setObjectName("found_folders")
        self._found.setAccessibleName("Terminals that were found on this machine")
        self._found.activated.connect(self._on_found_chosen)
        self._found.setVisible(False)
        self._field = QLineEdit(self._fields)
        self._field.setObjectName("folder_field")
        self._field.setAccessibleName("Folder of the broker's own portable terminal")
        self._field.setPlaceholderText("the folder that holds terminal64.exe, metaeditor64.exe and MQL5")
        self._field.editingFinished.connect(self._on_typed)
        browse = QPushButton("Browse…", self._fields)
        browse.setObjectName("browse_folder_button")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._on_browse)
        row = QHBoxLayout()
        row.setSpacing(look().px(8))
        row.addWidget(self._field, 1)
        row.addWidget(browse)
        column.addWidget(self._found)
        column.addLayout(row)
        return self._fields

    # ---- what is known --------------------------------------------------------------------------------------------

    @property
    def folder(self) -> Folder | None:
        """The folder that was looked at, as it was found."""
        return self._folder

    @property
    def chooses(self) -> bool:
        """Whether a folder is to be chosen: there is no template that is fit, or it is to be replaced."""
        state = self._state
        return state is not None and state.needed and (self._replaces or not state.is_fit)

    @property
    def copies(self) -> bool:
        """Whether the copy goes on."""
        return self._copy.state == "running"

    def set_state(self, state: TemplateState) -> None:
        """The template as it is now."""
        self._state = state
        self._show()

    def set_found(self, folders: tuple[str, ...]) -> None:
        """Offer folders that were found."""
        self._found.clear()
        self._found.addItem(_ELSEWHERE)
        self._found.addItems(list(folders))
        self._found.setVisible(bool(folders))

    def set_folder(self, folder: Folder) -> None:
        """What was found in a folder; when another one was chosen meanwhile, its news are waited for."""
        self._awaited = max(0, self._awaited - 1)
        if self._awaited:
            return
        self._folder = folder
        self._field.setText(folder.path)
        self._show()

    def set_copy(self, copy: CopyPicture) -> None:
        """How the copy stands."""
        self._copy = copy
        if copy.state == "done":
            self._replaces, self._folder = False, None
            self._field.clear()
        self._show()

    def look_again(self) -> None:
        """Look into the chosen folder once more."""
        if self._field.text().strip():
            self._choose(self._field.text())

    def begin(self) -> None:
        """Put the cursor where something is to be done."""
        if self.chooses:
            self._field.setFocus()

    # ---- choosing -------------------------------------------------------------------------------------------------

    def _choose(self, folder: str) -> None:
        self._asked = folder.strip()
        self._field.setText(self._asked)
        self._folder, self._copy = None, CopyPicture()
        self._awaited += 1
        self._show()
        self.folder_chosen.emit(self._asked)

    def _on_typed(self) -> None:
        text = self._field.text().strip()
        if text and not self.copies and text not in (self._asked, self._folder.path if self._folder else ""):
            self._choose(text)

    def _on_found_chosen(self, place: int) -> None:
        if place > 0:
            self._choose(self._found.itemText(place))

    def _on_browse(self) -> None:
        self._chooser = QFileDialog(self, "Choose the terminal's folder", self._field.text())
        self._chooser.setFileMode(QFileDialog.FileMode.Directory)
        self._chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        self._chooser.fileSelected.connect(self._choose)
        self._chooser.open()

    def _on_replace(self) -> None:
        self._replaces = True
        self._show()
        self.begin()

    # ---- showing --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        state = self._state
        is_kept = state is not None and state.needed and state.is_fit and not self._replaces
        self.explain(_SIMULATED if state is not None and not state.needed else _KEEP if is_kept else _CHOOSE)
        self._fields.setVisible(self.chooses)
        self._fields.setEnabled(not self.copies)
        self._replace.setVisible(is_kept and not self.copies)
        fill(self._points, self._rows(is_kept))
        self.changed.emit()

    def _rows(self, is_kept: bool) -> tuple[StageRow, ...]:
        state = self._state
        if state is None:
            return (_row("look", "Template", RUNNING, "the base directory is looked at"),)
        if not state.needed:
            return (_row("simulated", "Template", "passed", "none needed: simulated terminals come with the program"),)
        if is_kept:
            return (_row("build", "Terminal", "passed", f"version {state.build}"), *point_rows(state.points))
        copy = self._copy_row()
        if copy is not None:
            found = self._folder.points if self._folder is not None and not self.copies else ()
            return (copy, *point_rows(found))
        if self._folder is not None:
            return point_rows(self._folder.points)
        if self._awaited:
            return (_row("judge", "Folder", RUNNING, f"{self._asked} is looked at"),)
        return point_rows(state.points)

    def _copy_row(self) -> StageRow | None:
        copy = self._copy
        if copy.state == "running":
            share = copy.done_bytes / copy.total_bytes if copy.total_bytes else 0.0
            words = f"{copy.done_bytes / 1e6:.0f} of {copy.total_bytes / 1e6:.0f} MB from {copy.folder}"
            evidence = words if copy.total_bytes else f"{copy.folder} is looked at once more"
            return StageRow(
                name="copy", title="Copying", outcome=RUNNING, seconds=None, evidence=evidence, share=min(1.0, share)
            )
        if copy.state in ("failed", "cancelled") and (self._folder is None or self._folder.path == copy.folder):
            return _row("copy", "Copy", "failed" if copy.state == "failed" else "skipped", copy.words)
        return None


def _row(name: str, title: str, outcome: str, evidence: str) -> StageRow:
    return StageRow(name=name, title=title, outcome=outcome, seconds=None, evidence=evidence)
