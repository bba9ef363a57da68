"""The timeline of one terminal: bands of its states, and the decision trace below them.

Shows what it is given; who reads the trace is the dock. Must not know: engines, threads.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from mt5console.ui.models.timeline_model import DECISION_ROLE, WHEN_ROLE, DecisionsModel, Seen, bands_of, change_of
from mt5console.ui.pictures import UNKNOWN, DecisionPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import look_of
from mt5console.ui.views.bands_strip import BandsStrip
from mt5console.ui.views.sight import Sight
from mt5console.ui.widgets.words import Words

Index = QModelIndex | QPersistentModelIndex
Piece = tuple[str, FontRole, Role]

SPANS = (("5 min", 300.0), ("1 h", 3600.0), ("6 h", 21_600.0))
"""How much of the past the bands show."""


class DecisionDelegate(QStyledItemDelegate):
    """Paints a decision: when at the left; decided, change of state, what happened, why and what comes next below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._heights: dict[tuple[DecisionPicture, int], int] = {}
        look().changed.connect(self._on_look_changed)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """As high as its wrapped words."""
        decision = index.data(DECISION_ROLE)
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QAbstractItemView) else option.rect.width()
        key = (decision, width)
        if key not in self._heights:
            if len(self._heights) > 2000:
                self._heights.clear()
            self._heights[key] = self._height(decision, width)
        return QSize(width, self._heights[key])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one decision."""
        style, decision = look(), index.data(DECISION_ROLE)
        area = QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, style.colour(Role.SELECTED))
        edge = style.px(3)
        painter.fillRect(
            QRect(area.left(), area.top() + style.px(4), edge, area.height() - style.px(8)),
            style.colour(look_of(decision.after).role if decision.after else Role.LINE_STRONG),
        )
        left, top = self._left(), area.top() + style.px(6)
        painter.setFont(style.font(FontRole.MONO))
        painter.setPen(style.colour(Role.TEXT_SOFT))
        day, _, clock = str(index.data(WHEN_ROLE)).rpartition(" ")
        place = QRectF(area.left() + style.px(12), top, left, style.metrics(FontRole.STRONG).height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, clock)
        painter.drawText(place.translated(0.0, place.height()), Qt.AlignmentFlag.AlignVCenter, day)
        for words, font, role in _pieces(decision):
            layout = _laid_out(words, font, area.width() - left - style.px(12))
            painter.setPen(style.colour(role))
            layout.draw(painter, QRectF(area.left() + left, top, 0, 0).topLeft())
            top += int(layout.boundingRect().height()) + 1
        painter.setPen(style.colour(Role.LINE))
        painter.drawLine(area.bottomLeft(), area.bottomRight())

    def _on_look_changed(self) -> None:
        self._heights.clear()

    def _left(self) -> int:
        return int(look().metrics(FontRole.MONO).horizontalAdvance("00:00:00")) + look().px(26)

    def _height(self, decision: DecisionPicture, width: int) -> int:
        inner = width - self._left() - look().px(12)
        words = sum(int(_laid_out(w, font, inner).boundingRect().height()) + 1 for w, font, _ in _pieces(decision))
        day = 2 * int(look().metrics(FontRole.STRONG).height())
        return max(words, day) + look().px(13)


def _pieces(decision: DecisionPicture) -> list[Piece]:
    decided = decision.decided[:1].upper() + decision.decided[1:] or "Noted"
    if decision.observed_only:
        decided = f"Would have: {decision.decided} (only observing)"
    pieces: list[Piece] = [(decided, FontRole.STRONG, Role.TEXT)]
    change = change_of(decision)
    if change:
        pieces.append((change, FontRole.SMALL_STRONG, look_of(decision.after).role))
    for title, words in (("What happened", decision.trigger), ("Why", decision.why), ("Next", decision.next)):
        if words:
            pieces.append((f"{title}: {words}", FontRole.BASE, Role.TEXT_SOFT))
    return pieces


def _laid_out(words: str, font: FontRole, width: int) -> QTextLayout:
    layout = QTextLayout(words, look().font(font))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    top = 0.0
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(40, width))
        line.setPosition(QRectF(0.0, top, 0.0, 0.0).topLeft())
        top += line.height()
    layout.endLayout()
    return layout


class _DecisionsList(QListView):
    """Rows are as high as their words at this width."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Lay rows out anew when the width is another one."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()


class TimelinePage(QWidget):
    """The dock's third page."""

    def __init__(self, model: DecisionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline_view")
        self.setAccessibleName("Timeline")
        self._model = model
        self._span_s = SPANS[0][1]
        self._sight: Sight | None = None
        self._seen: tuple[Seen, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_head())
        self._empty = Words("Nothing was decided about this terminal yet.", Role.TEXT_SOFT, parent=self)
        self._empty.setContentsMargins(look().px(16), look().px(12), look().px(16), look().px(12))
        column.addWidget(self._empty)
        self.decisions = self._build_list()
        column.addWidget(self.decisions, 1)
        model.rowsInserted.connect(self._on_decisions_changed)
        model.modelReset.connect(self._on_decisions_changed)
        self._on_decisions_changed()

    def _build_head(self) -> QWidget:
        head = QWidget(self)
        column = QVBoxLayout(head)
        column.setContentsMargins(look().px(16), look().px(10), look().px(16), look().px(10))
        row = QHBoxLayout()
        row.setSpacing(look().px(4))
        row.addWidget(Words("STATES", Role.TEXT_FAINT, FontRole.HEADING, head, wraps=False))
        row.addStretch(1)
        self._spans: list[QPushButton] = []
        for title, _seconds in SPANS:
            button = QPushButton(title, head)
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setAccessibleName(f"Show the last {title}")
            button.clicked.connect(self._on_span_clicked)
            self._spans.append(button)
            row.addWidget(button)
        self._spans[0].setChecked(True)
        column.addLayout(row)
        self.strip = BandsStrip(head)
        column.addWidget(self.strip)
        return head

    def _build_list(self) -> QListView:
        decisions = _DecisionsList(self)
        decisions.setObjectName("decisions_list")
        decisions.setAccessibleName("Decisions, newest first")
        decisions.setItemDelegate(DecisionDelegate(decisions))
        decisions.setModel(self._model)
        decisions.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        decisions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        decisions.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        return decisions

    def show_sight(self, sight: Sight, seen: tuple[Seen, ...] = ()) -> None:
        """Show a terminal as it is seen now; `seen`: the states that it was seen in before."""
        self._sight = sight
        # No news says nothing about the state.
        self._seen = (*seen, (sight.fleet.at_utc_s, UNKNOWN)) if sight.is_late else seen
        self._show_bands()

    def _show_bands(self) -> None:
        sight = self._sight
        if sight is None or not sight.fleet.at_utc_s:
            self.strip.set_bands(())
            return
        now = sight.now_utc_s
        self.strip.set_bands(bands_of(self._model.decisions, self._seen, now - self._span_s, now))

    def _on_span_clicked(self) -> None:
        chosen = next(place for place, button in enumerate(self._spans) if button.isChecked())
        self._span_s = SPANS[chosen][1]
        self._show_bands()

    def _on_decisions_changed(self) -> None:
        self._empty.setVisible(not self._model.decisions)
        self._show_bands()
