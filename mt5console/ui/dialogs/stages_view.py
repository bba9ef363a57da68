"""Stages and checked points as a painted list: lamp, title, evidence, seconds. Must not know: deployments.

One delegate paints every row; the list is as high as its rows, so that what holds it scrolls.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent, QTextLayout, QTextOption
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

SIDE = 20
"""Pixels of the drawings between a dialog's edge and what stands in it."""

LAMPS: dict[str, Lamp] = {
    "passed": "ok",
    "failed": "failing",
    "warned": "warning",
    "skipped": "resting",
    RUNNING: "busy",
}
"""The lamp of each outcome; what is not listed is unknown."""
_LAMP = 12
_TITLE_AT = 50
_EVIDENCE_AT = 206
_SECONDS = 60
_BAR = 4
_LINES_OF_WHAT_WENT_WELL = 2
_LINES = 12
"""No row grows without end; what is cut off is in the tooltip."""


def wrapped(text: str, width: float, most: int) -> list[str]:
    """The text in lines of at most `width` pixels of the base font; the last of `most` lines is elided."""
    layout = QTextLayout(text, look().font(FontRole.BASE))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    lines: list[str] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1.0, width))
        start = line.textStart()
        if len(lines) == most - 1:
            rest = text[start:].strip()
            lines.append(look().metrics(FontRole.BASE).elidedText(rest, Qt.TextElideMode.ElideRight, width))
            break
        lines.append(text[start : start + line.textLength()].strip())
    layout.endLayout()
    return lines


class StageDelegate(QStyledItemDelegate):
    """Paints one row; evidence wraps to as many lines as it needs. A row without evidence gives its title the room.

    `pad`: pixels of the drawings above and below a row's words. `timed`: whether room is kept for seconds.
    """

    def __init__(self, parent: QWidget, pad: int, *, timed: bool = True) -> None:
        super().__init__(parent)
        self._pad = pad
        self._seconds = _SECONDS if timed else 0

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        theme, px = look().theme, look().px
        area = option.rect
        outcome = str(index.data(OUTCOME_ROLE))
        ground = Role.SELECTED if outcome == RUNNING else Role.PANEL
        painter.save()
        painter.fillRect(area, theme.colour(ground))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), theme.colour(Role.LINE))
        top = area.top() + px(self._pad)
        size = px(_LAMP)
        lamp = QRectF(area.left() + px(SIDE), top + (_line_height() - size) / 2, size, size)
        paint_lamp(painter, lamp, LAMPS.get(outcome, "unknown"), theme, ground)
        painter.setFont(look().font(FontRole.BASE))
        waits = outcome == WAITING
        painter.setPen(theme.colour(Role.TEXT_FAINT if waits else Role.TEXT))
        _paint_lines(painter, self._title_lines(area.width(), index), area.left() + px(_TITLE_AT), top)
        role = {"failed": Role.FAILING, WAITING: Role.TEXT_FAINT}.get(outcome, Role.TEXT_SOFT)
        painter.setPen(theme.colour(role))
        _paint_lines(painter, self._evidence_lines(area.width(), index), area.left() + px(_EVIDENCE_AT), top)
        self._paint_seconds(painter, area, top, index)
        self._paint_share(painter, area, index)
        painter.restore()

    def _paint_seconds(self, painter: QPainter, area: QRect, top: int, index: Index) -> None:
        seconds = index.data(SECONDS_ROLE)
        if seconds is None:
            return
        painter.setPen(look().colour(Role.TEXT_SOFT))
        place = QRect(area.right() - look().px(SIDE + _SECONDS), top, look().px(_SECONDS), area.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight, f"{seconds:.1f} s")

    def _paint_share(self, painter: QPainter, area: QRect, index: Index) -> None:
        share = index.data(SHARE_ROLE)
        if share is None:
            return
        px, height = look().px, float(look().px(_BAR))
        left, top = area.left() + px(_EVIDENCE_AT), area.bottom() - px(self._pad) - height
        width = self._evidence_width(area.width())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().colour(Role.SUNKEN))
        painter.drawRoundedRect(QRectF(left, top, width, height), height / 2, height / 2)
        painter.setBrush(look().colour(Role.ACCENT))
        painter.drawRoundedRect(QRectF(left, top, width * share, height), height / 2, height / 2)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """As high as title or evidence, whichever wraps more."""
        view = option.widget
        width = view.viewport().width() if isinstance(view, QAbstractItemView) else option.rect.width()
        return QSize(width, self.row_height(width, index))

    def row_height(self, width: int, index: Index) -> int:
        """The row's height in pixels in a list of this width."""
        lines = max(1, len(self._title_lines(width, index)), len(self._evidence_lines(width, index)))
        bar = look().px(_BAR + 5) if index.data(SHARE_ROLE) is not None else 0
        return round(lines * _line_height()) + bar + 2 * look().px(self._pad) + 1

    def _title_lines(self, width: int, index: Index) -> list[str]:
        px = look().px
        until = px(_EVIDENCE_AT - 8) if index.data(EVIDENCE_ROLE) else width - px(SIDE + self._seconds)
        return wrapped(str(index.data()), until - px(_TITLE_AT), _LINES)

    def _evidence_lines(self, width: int, index: Index) -> list[str]:
        evidence = str(index.data(EVIDENCE_ROLE) or "")
        well = index.data(OUTCOME_ROLE) not in ("failed", "warned")
        return (
            wrapped(evidence, self._evidence_width(width), _LINES_OF_WHAT_WENT_WELL if well else _LINES)
            if evidence
            else []
        )

    def _evidence_width(self, width: int) -> float:
        return max(look().px(80), width - look().px(_EVIDENCE_AT + SIDE + self._seconds + 8))


def _line_height() -> float:
    return look().metrics(FontRole.BASE).height()


def _paint_lines(painter: QPainter, lines: list[str], left: int, top: int) -> None:
    base = top + look().metrics(FontRole.BASE).ascent()
    for number, line in enumerate(lines):
        painter.drawText(QPointF(left, base + number * _line_height()), line)


class StagesView(QListView):
    """The list; it takes the height of its rows and never scrolls by itself."""

    def __init__(
        self,
        model: StagesModel,
        name: str,
        title: str,
        parent: QWidget | None = None,
        *,
        pad: int = 9,
        timed: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._stages = model
        self._delegate = StageDelegate(self, pad, timed=timed)
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
