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
_NEW = ("", "")
"""The row that takes a new input."""

_HEADERS = ("Input", "Value")


class InputsModel(QAbstractTableModel):
    """Names and values in the order of the source."""

    def __init__(self, parent: QObject | None = None, *, fixed: bool = False) -> None:
        super().__init__(parent)
        self._fixed = fixed
        self._given: Pairs = ()
        self._rows: list[tuple[str, str]] = [] if fixed else [_NEW]

    def set_inputs(self, inputs: Iterable[tuple[str, str]]) -> None:
        """Show these, and remember them as what is registered."""
        self.beginResetModel()
        self._given = tuple(inputs)
        self._rows = list(self._given) if self._fixed else [*self._given, _NEW]
        self.endResetModel()

    def inputs(self) -> Pairs:
        """What is typed now; rows without a name are left out."""
        return tuple((name.strip(), value) for name, value in self._rows if name.strip())

    def is_changed(self) -> bool:
        """Whether anything differs from what was registered."""
        return self.inputs() != self._given

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """The inputs, and one row for a new one unless the names are fixed."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Name and value."""
        return 0 if parent is not None and parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A name or a value; a changed value's tooltip tells the registered one."""
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        name, value = self._rows[index.row()]
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
        name, old = self._rows[row]
        self._rows[row] = (text, old) if index.column() == NAME else (name, text)
        self.dataChanged.emit(self.index(row, NAME), self.index(row, VALUE))
        if not self._fixed and self._rows[-1] != _NEW:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows))
            self._rows.append(_NEW)
            self.endInsertRows()
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


_EDITABLE = Qt.ItemFlag.ItemIsEditable
