"""The steps of a wizard as a painted list: lamp, title, and under it what is known of it. Must not know: which."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mt5console.ui.dialogs.stages_view import LAMPS, SIDE, Index
from mt5console.ui.models.stages_model import EVIDENCE_ROLE, NAME_ROLE, OUTCOME_ROLE, WAITING, StagesModel
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.lamps import paint_lamp
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

WIDTH = 224
_LAMP = 12
_TEXT_AT = 44
_PAD = 10
_BAR = 3


class _StepDelegate(QStyledItemDelegate):
    """Paints one step; the one that is looked at has the accent's bar at its side."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.current = ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the step."""
        theme, px, area = look().theme, look().px, option.rect
        is_current = index.data(NAME_ROLE) == self.current
        outcome = str(index.data(OUTCOME_ROLE))
        ground = Role.SELECTED if is_current else Role.PANEL
        painter.save()
        painter.fillRect(area, theme.colour(ground))
        if is_current:
            painter.fillRect(QRect(area.left(), area.top(), px(_BAR), area.height()), theme.colour(Role.ACCENT))
        title, small = look().metrics(FontRole.STRONG), look().metrics(FontRole.SMALL)
        top, size = area.top() + px(_PAD), px(_LAMP)
        lamp = QRectF(area.left() + px(SIDE), top + (title.height() - size) / 2, size, size)
        paint_lamp(painter, lamp, LAMPS.get(outcome, "unknown"), theme, ground)
        left, width = area.left() + px(_TEXT_AT), area.width() - px(_TEXT_AT + 10)
        is_quiet = outcome == WAITING and not is_current
        painter.setFont(look().font(FontRole.STRONG if is_current else FontRole.BASE))
        painter.setPen(theme.colour(Role.TEXT_SOFT if is_quiet else Role.TEXT))
        painter.drawText(QPointF(left, top + title.ascent()), str(index.data()))
        painter.setFont(look().font(FontRole.SMALL))
        painter.setPen(theme.colour(Role.FAILING if outcome == "failed" else Role.TEXT_FAINT))
        words = small.elidedText(str(index.data(EVIDENCE_ROLE)), Qt.TextElideMode.ElideRight, width)
        painter.drawText(QPointF(left, top + title.height() + px(2) + small.ascent()), words)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Two lines and their room."""
        lines = look().metrics(FontRole.STRONG).height() + look().metrics(FontRole.SMALL).height()
        return QSize(option.rect.width(), round(lines) + look().px(2 * _PAD + 2))


class StepsView(QListView):
    """The list beside a wizard's pages: it shows where one is, and is no way to go elsewhere."""

    def __init__(self, model: StagesModel, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._delegate = _StepDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def set_current(self, name: str) -> None:
        """Mark the step that is looked at."""
        if name != self._delegate.current:
            self._delegate.current = name
            self.viewport().update()

    def _on_look_changed(self) -> None:
        self.setFixedWidth(look().px(WIDTH))
        self.scheduleDelayedItemsLayout()
