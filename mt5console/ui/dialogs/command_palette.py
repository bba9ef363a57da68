"""The command palette: every act and every terminal by a few letters, by keyboard alone. Must not know: the acts."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from mt5console.ui.models.commands_model import DETAIL_ROLE, MARKS_ROLE, Command, CommandsModel
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

Index = QModelIndex | QPersistentModelIndex

_ROWS = 9
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CommandPalette(QDialog):
    """A field and a list. Typing narrows the list, the arrows walk it, Return runs, Escape leaves."""

    def __init__(self, commands: Iterable[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("command_palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Commands")
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self._model = CommandsModel(commands, self)
        self._field = QLineEdit(self)
        self._field.setObjectName("command_field")
        self._field.setAccessibleName("Command")
        self._field.setPlaceholderText("What do you want to do? A terminal, a robot, an act …")
        self._list = QListView(self)
        self._list.setObjectName("command_list")
        self._list.setAccessibleName("Commands found")
        self._list.setModel(self._model)
        self._list.setItemDelegate(_CommandDelegate(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._none = Words("Nothing here does that.", Role.TEXT_FAINT, FontRole.BASE, self)
        keys = Words("↑ ↓ choose    Enter do it    Esc leave", Role.TEXT_FAINT, FontRole.SMALL, self)
        layout = QVBoxLayout(self)
        margin = look().px(12)
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(look().px(8))
        for part in (self._field, self._list, self._none, keys):
            layout.addWidget(part)
        layout.setStretch(1, 1)
        self._field.textChanged.connect(self._on_query_changed)
        self._list.clicked.connect(self._on_clicked)
        self._field.installEventFilter(self)
        self._on_query_changed("")
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Nine commands."""
        return QSize(look().px(620), look().px(96) + _ROWS * row_height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A frame: the palette has no title bar."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.PANEL))
        painter.setPen(look().colour(Role.LINE_STRONG))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The field keeps the focus; keys that walk the list go there."""
        if watched is self._field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _MOVES:
                self._walk(Qt.Key(event.key()))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self._list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _walk(self, key: Qt.Key) -> None:
        rows = self._model.rowCount()
        if not rows:
            return
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -_ROWS, Qt.Key.Key_PageDown: _ROWS}
        step, row = steps[key], self._list.currentIndex().row()
        # One step past an end comes round to the other; a page stops there.
        row = (row + step) % rows if abs(step) == 1 else min(rows - 1, max(0, row + step))
        self._list.setCurrentIndex(self._model.index(row))
        self._tell_current()

    def _on_query_changed(self, query: str) -> None:
        self._model.set_query(query)
        found = self._model.rowCount() > 0
        self._none.setVisible(not found)
        if found:
            self._list.setCurrentIndex(self._model.index(0))
        self._tell_current()

    def _tell_current(self) -> None:
        """A screen reader hears what Return would do."""
        said = self._list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        self._field.setAccessibleDescription(str(said) if said is not None else "nothing found")

    def _on_clicked(self, index: QModelIndex) -> None:
        self._run(index)

    def _run(self, index: QModelIndex) -> None:
        command = self._model.command(index.row()) if index.isValid() else None
        if command is None:
            return
        self.accept()
        command.run()


def row_height() -> int:
    """A command's height in pixels: title and detail on one line."""
    return QFontMetrics(look().font(FontRole.BASE)).height() + look().px(14)


class _CommandDelegate(QStyledItemDelegate):
    """Title with the matched letters in the accent's colour, detail behind it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(area, look().colour(Role.SELECTED if chosen else Role.PANEL))
        if chosen:
            painter.fillRect(QRect(area.left(), area.top(), look().px(3), area.height()), look().colour(Role.ACCENT))
        left = area.left() + look().px(12)
        left = self._paint_title(painter, area, left, str(index.data()), index.data(MARKS_ROLE) or ())
        painter.setFont(look().font(FontRole.SMALL))
        painter.setPen(look().colour(Role.TEXT_FAINT))
        place = QRect(left + look().px(12), area.top(), area.right() - left - look().px(24), area.height())
        metrics = painter.fontMetrics()
        detail = metrics.elidedText(str(index.data(DETAIL_ROLE)), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, _MIDDLE | int(Qt.AlignmentFlag.AlignRight), detail)
        painter.restore()

    @staticmethod
    def _paint_title(painter: QPainter, area: QRect, left: int, title: str, marks: tuple[int, ...]) -> int:
        painter.setFont(look().font(FontRole.BASE))
        metrics = painter.fontMetrics()
        marked = set(marks)
        start = 0
        while start < len(title):
            end = start
            while end < len(title) and (end in marked) == (start in marked):
                end += 1
            piece = title[start:end]
            painter.setPen(look().colour(Role.ACCENT if start in marked else Role.TEXT))
            painter.drawText(QRect(left, area.top(), area.right() - left, area.height()), _MIDDLE, piece)
            left += metrics.horizontalAdvance(piece)
            start = end
        return left

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        return QSize(look().px(300), row_height())


_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
