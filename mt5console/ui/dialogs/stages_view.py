"""Stages and checked points as a painted list: lamp, title, evidence, seconds. Must not know: deployments.

One delegate paints every row; the list is as high as its rows, so that what holds it scrolls.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mt5console.ui.models.stages_model import (
    EVIDENCE_ROLE,
    OUTCOME_ROLE,
    RUNNING,
    SECONDS_ROLE,
    SHARE_ROLE,
    WAITING,
    StagesModel,
)
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.lamps import paint_lamp
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import Lamp

Index = QModelIndex | QPersistentModelIndex

_LAMPS: dict[str, Lamp] = {"passed": "ok", "failed": "failing", "skipped": "resting", RUNNING: "busy"}
_SIDE = 20
_LAMP = 12
_TITLE_AT = 54
_EVIDENCE_AT = 212
_SECONDS = 64
_BAR = 4


class StageDelegate(QStyledItemDelegate):
    """Paints one row; evidence wraps to as many lines as it needs. A row without evidence gives its title the room.

    `pad`: pixels of the drawings above and below a row's words.
    """

    def __init__(self, parent: QWidget, pad: int) -> None:
        super().__init__(parent)
        self._pad = pad

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        theme, px = look().theme, look().px
        area = option.rect
        outcome = str(index.data(OUTCOME_ROLE))
        ground = Role.SELECTED if outcome == RUNNING else Role.PANEL
        painter.save()
        painter.fillRect(area, theme.colour(ground))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), theme.colour(Role.LINE))
        first = look().metrics(FontRole.BASE).height()
        top = area.top() + px(self._pad)
        size = px(_LAMP)
        lamp = QRectF(area.left() + px(_SIDE), top + (first - size) / 2, size, size)
        paint_lamp(painter, lamp, _LAMPS.get(outcome, "unknown"), theme, ground)
        painter.setFont(look().font(FontRole.BASE))
        painter.setPen(theme.colour(Role.TEXT_FAINT if outcome == WAITING else Role.TEXT))
        title = self._title_area(area.width(), index).translated(area.left(), top)
        painter.drawText(title, _WRAP, str(index.data()))
        role = {"failed": Role.FAILING, WAITING: Role.TEXT_FAINT}.get(outcome, Role.TEXT_SOFT)
        painter.setPen(theme.colour(role))
        evidence = self._evidence_area(area.width()).translated(area.left(), top)
        painter.drawText(evidence, _WRAP, str(index.data(EVIDENCE_ROLE)))
        self._paint_seconds(painter, area, top, index)
        self._paint_share(painter, area, evidence, index)
        painter.restore()

    def _paint_seconds(self, painter: QPainter, area: QRect, top: int, index: Index) -> None:
        seconds = index.data(SECONDS_ROLE)
        if seconds is None:
            return
        painter.setPen(look().colour(Role.TEXT_SOFT))
        place = QRect(area.right() - look().px(_SIDE + _SECONDS), top, look().px(_SECONDS), area.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight, f"{seconds:.1f} s")

    def _paint_share(self, painter: QPainter, area: QRect, evidence: QRect, index: Index) -> None:
        share = index.data(SHARE_ROLE)
        if share is None:
            return
        px, radius = look().px, look().px(_BAR) / 2
        track = QRectF(evidence.left(), area.bottom() - px(self._pad) - px(_BAR), evidence.width(), px(_BAR))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().colour(Role.SUNKEN))
        painter.drawRoundedRect(track, radius, radius)
        painter.setBrush(look().colour(Role.ACCENT))
        painter.drawRoundedRect(
            QRectF(track.left(), track.top(), track.width() * share, track.height()), radius, radius
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """As high as title or evidence, whichever wraps more."""
        view = option.widget
        width = view.viewport().width() if isinstance(view, QAbstractItemView) else option.rect.width()
        return QSize(width, self.row_height(width, index))

    def row_height(self, width: int, index: Index) -> int:
        """The row's height in pixels in a list of this width."""
        px, metrics = look().px, look().metrics(FontRole.BASE)
        room = QRectF(self._evidence_area(width))
        evidence = metrics.boundingRect(room, _WRAP, str(index.data(EVIDENCE_ROLE))).height()
        title = metrics.boundingRect(QRectF(self._title_area(width, index)), _WRAP, str(index.data())).height()
        bar = px(_BAR + 5) if index.data(SHARE_ROLE) is not None else 0
        return round(max(evidence, title, metrics.height())) + bar + 2 * px(self._pad) + 1

    @staticmethod
    def _title_area(width: int, index: Index) -> QRect:
        px = look().px
        until = px(_EVIDENCE_AT - 8) if index.data(EVIDENCE_ROLE) else width - px(_SIDE + _SECONDS)
        return QRect(px(_TITLE_AT), 0, max(px(80), until - px(_TITLE_AT)), px(1000))

    @staticmethod
    def _evidence_area(width: int) -> QRect:
        px = look().px
        return QRect(px(_EVIDENCE_AT), 0, max(px(80), width - px(_EVIDENCE_AT + _SIDE + _SECONDS + 8)), px(1000))


_WRAP = int(Qt.TextFlag.TextWordWrap) | int(Qt.TextFlag.TextWrapAnywhere)


class StagesView(QListView):
    """The list; it takes the height of its rows and never scrolls by itself."""

    def __init__(
        self, model: StagesModel, name: str, title: str, parent: QWidget | None = None, *, pad: int = 9
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._stages = model
        self._delegate = StageDelegate(self, pad)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        for signal in (model.rowsInserted, model.rowsRemoved, model.dataChanged, model.modelReset):
            signal.connect(self._on_rows_changed)
        look().changed.connect(self._on_rows_changed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """All rows at the present width."""
        width = self.viewport().width()
        heights = [self._delegate.row_height(width, self._stages.index(row)) for row in range(self._stages.rowCount())]
        return QSize(look().px(640), max(sum(heights), 1))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never less than all rows."""
        return QSize(look().px(360), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Another width wraps otherwise."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._on_rows_changed()

    def _on_rows_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        height = self.sizeHint().height()
        if height != self.height():
            self.setFixedHeight(height)
