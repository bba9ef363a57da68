"""A robot's inputs as a table of names and values that a person can edit.

With `fixed` names only values change; otherwise an empty last row takes a new name. Must not know: the robot's source.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
Pairs = tuple[tuple[str, str], ...]

NAME, VALUE = 0, 1
_HEADERS = ("Input", "Value")


class InputsModel(QAbstractTableModel):
    """Names and values in the order of the source."""

    def __init__(self, parent: QObject | None = None, *, fixed: bool = False) -> None:
        super().__init__(parent)
        self._fixed = fixed
        self._given: Pairs = ()
        self._rows: list[tuple[str, str]] = []

    def set_inputs(self, inputs: Iterable[tuple[str, str]]) -> None:
        """Show these, and remember them as what is registered."""
        self.beginResetModel()
        self._given = tuple(inputs)
        self._rows = list(self._given)
        self.endResetModel()

    def inputs(self) -> Pairs:
        """What is typed now; rows without a name are left out."""
        return tuple((name.strip(), value) for name, value in self._rows if name.strip())

    def is_changed(self) -> bool:
        """Whether anything differs from what was registered."""
        return self.inputs() != self._given

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """The inputs, and one row for a new one unless the names are fixed."""
        if parent is not None and parent.isValid():
            return 0
        return len(self._rows) + (0 if self._fixed else 1)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Name and value."""
        return 0 if parent is not None and parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A name or a value; a changed value's tooltip tells the registered one."""
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        name, value = self._row(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return (name, value)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and dict(self._given).get(name, value) != value:
            return f"registered: {dict(self._given)[name]}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{name or 'new input'}: {value}" if index.column() == VALUE else name or "name of a new input"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        """Take over what was typed."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or not self.flags(index) & _EDITABLE:
            return False
        row, text = index.row(), str(value)
        name, old = self._row(row)
        if row == len(self._rows):
            if not text:
                return False
            self.beginInsertRows(QModelIndex(), row + 1, row + 1)
            self._rows.append((name, old))
            self._keep(row, index.column(), text)
            self.endInsertRows()
        else:
            self._keep(row, index.column(), text)
        self.dataChanged.emit(self.index(row, NAME), self.index(row, VALUE))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Values can be edited; names only where they are not fixed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return plain | _EDITABLE if index.column() == VALUE or not self._fixed else plain

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' titles."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return _HEADERS[section] if 0 <= section < len(_HEADERS) else None
        return None

    def _row(self, row: int) -> tuple[str, str]:
        return self._rows[row] if row < len(self._rows) else ("", "")

    def _keep(self, row: int, column: int, text: str) -> None:
        name, value = self._rows[row]
        self._rows[row] = (text, value) if column == NAME else (name, text)


_EDITABLE = Qt.ItemFlag.ItemIsEditable
