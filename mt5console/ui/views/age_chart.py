"""The heartbeat ages of one robot as a large graph: zoom, crosshair, threshold, restarts and deployments marked.

pyqtgraph is loaded when the first graph is made, never before. Must not know: engines, other pages.
"""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mt5console.ui.models.moments import time_words
from mt5console.ui.models.robots_model import ChartMark, Point
from mt5console.ui.theme.age_axis import LEAST_AGE_S, MOST_AGE_S
from mt5console.ui.theme.amounts import age_words
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

TICKS = ((0.2, "0.2 s"), (1.0, "1 s"), (5.0, "5 s"), (15.0, "15 s"), (60.0, "1 min"), (300.0, "5 min"))
"""Ages that the axis names."""

LABEL_PLACES = (0.94, 0.84, 0.74)
"""Heights of the marks' words in turn, so that neighbours do not write over each other."""

GAP_S = 3.0
"""Points further apart than this are not joined: nothing was seen between them."""

SPAN_S = 300.0
_STEP = 0.7


class AgeChart(QWidget):
    """One robot's graph. The newest second stays at the right edge until somebody zooms or moves; Home goes back.

    Keys: + and - zoom, Left and Right move, Home shows the last five minutes again.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("age_chart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._points: tuple[Point, ...] = ()
        self._now_utc_s = 0.0
        self._stale_s = 0.0
        self._marks: tuple[ChartMark, ...] = ()
        self._mark_items: list[Any] = []
        self._is_following = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look().px(2))
        self.reading = Words("", Role.TEXT_SOFT, FontRole.SMALL, self, wraps=False)
        self.reading.setAccessibleName("What the crosshair reads")
        column.addWidget(self.reading)
        self._build_plot(column)
        self.setMinimumHeight(look().px(150))
        look().changed.connect(self._on_look_changed)

    def _build_plot(self, column: QVBoxLayout) -> None:
        import pyqtgraph

        self._graphs = pyqtgraph
        axis = pyqtgraph.AxisItem("left")
        axis.setTicks([[(math.log10(age), words) for age, words in TICKS]])
        below = _ClockAxis.build(pyqtgraph)
        self._plot = pyqtgraph.PlotWidget(self, axisItems={"left": axis, "bottom": below}, enableMenu=False)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=True, y=False)
        self._plot.setYRange(math.log10(LEAST_AGE_S), math.log10(MOST_AGE_S), padding=0.02)
        self._curve = self._plot.plot(connect="finite")
        self._stale_curve = self._plot.plot(connect="finite")
        self._threshold = pyqtgraph.InfiniteLine(angle=0, movable=False)
        self._across = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self._across.hide()
        for item in (self._threshold, self._across):
            self._plot.addItem(item, ignoreBounds=True)
        self._plot.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self._plot.getViewBox().sigRangeChangedManually.connect(self._on_range_chosen)
        column.addWidget(self._plot, 1)
        self._dress()

    def set_series(
        self, points: tuple[Point, ...], marks: tuple[ChartMark, ...], now_utc_s: float, stale_s: float
    ) -> None:
        """Show these ages (oldest first) and marks. `stale_s`: the age from which a beat is stale."""
        self._points, self._now_utc_s = points, now_utc_s
        xs: list[float] = []
        ys: list[float] = []
        for place, (utc_s, age_s) in enumerate(points):
            if place and utc_s - points[place - 1][0] > GAP_S:
                xs.append(utc_s)
                ys.append(math.nan)
            xs.append(utc_s)
            ys.append(math.log10(min(MOST_AGE_S, max(LEAST_AGE_S, age_s))))
        self._curve.setData(xs, ys)
        stale = math.log10(stale_s)
        self._stale_curve.setData(xs, [y if y > stale else math.nan for y in ys])
        if stale_s != self._stale_s:
            self._stale_s = stale_s
            self._threshold.setPos(math.log10(stale_s))
        self._show_marks(marks)
        if self._is_following:
            self._follow()
        newest = age_words(points[-1][1]) if points else "unknown"
        self.setAccessibleName(f"Heartbeat age, now {newest}; stale from {age_words(stale_s)}")
        if not self._across.isVisible():
            self.reading.say(f"Heartbeat age, stale from {age_words(stale_s)}. Wheel zooms, Home goes back to now.")

    @property
    def is_following(self) -> bool:
        """Whether the newest second stays in view."""
        return self._is_following

    def view_range(self) -> tuple[float, float]:
        """The seconds that are in view."""
        (left, right), _ = self._plot.viewRange()
        return float(left), float(right)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom, move, go back."""
        left, right = self.view_range()
        width = right - left
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._show_range(right - width * _STEP, right)
        elif event.key() == Qt.Key.Key_Minus:
            self._show_range(right - width / _STEP, right)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = width * (1.0 - _STEP) * (-1.0 if event.key() == Qt.Key.Key_Left else 1.0)
            self._show_range(left + step, right + step)
        elif event.key() == Qt.Key.Key_Home:
            self._is_following = True
            self._follow()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The crosshair goes with the pointer."""
        self._across.hide()
        super().leaveEvent(event)

    def _show_range(self, left: float, right: float) -> None:
        self._is_following = False
        self._plot.setXRange(left, right, padding=0.0)

    def _follow(self) -> None:
        if self._now_utc_s:
            self._plot.setXRange(self._now_utc_s - SPAN_S, self._now_utc_s, padding=0.0)

    def _show_marks(self, marks: tuple[ChartMark, ...]) -> None:
        if marks == self._marks:
            return
        self._marks = marks
        for item in self._mark_items:
            self._plot.removeItem(item)
        self._mark_items = []
        for place, mark in enumerate(marks):
            line = self._graphs.InfiniteLine(
                pos=mark.utc_s,
                angle=90,
                pen=self._graphs.mkPen(_mark_colour(mark), width=1.4),
                label="start" if mark.kind == "restart" else "deployment",
                labelOpts={
                    "position": LABEL_PLACES[place % len(LABEL_PLACES)],
                    "color": _mark_colour(mark),
                    "movable": False,
                },
            )
            line.setToolTip(f"{time_words(mark.utc_s)}: {mark.words}")
            self._plot.addItem(line, ignoreBounds=True)
            self._mark_items.append(line)

    def _on_mouse_moved(self, place: Any) -> None:
        box = self._plot.getViewBox()
        if not self._points or not box.sceneBoundingRect().contains(place):
            self._across.hide()
            return
        at = box.mapSceneToView(place).x()
        utc_s, age_s = min(self._points, key=lambda point: abs(point[0] - at))
        self._across.setPos(utc_s)
        self._across.show()
        self.reading.say(f"{time_words(utc_s)}  age {age_words(age_s)}")

    def _on_range_chosen(self, *_mask: object) -> None:
        self._is_following = False

    def _on_look_changed(self) -> None:
        self._dress()
        marks, self._marks = self._marks, ()
        self._show_marks(marks)

    def _dress(self) -> None:
        style, pens = look(), self._graphs.mkPen
        self._plot.setBackground(style.colour(Role.SUNKEN))
        fill = style.theme.mixed(Role.OK, 0.16, Role.SUNKEN)
        self._curve.setPen(pens(style.colour(Role.OK), width=1.6))
        self._stale_curve.setPen(pens(style.colour(Role.WARNING), width=2.2))
        self._curve.setFillLevel(math.log10(LEAST_AGE_S))
        self._curve.setBrush(fill)
        self._threshold.setPen(pens(style.colour(Role.WARNING), width=1.2, style=Qt.PenStyle.DashLine))
        self._across.setPen(pens(style.colour(Role.TEXT_SOFT), width=1.0))
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(pens(style.colour(Role.LINE_STRONG)))
            axis.setTextPen(pens(style.colour(Role.TEXT_SOFT)))
            axis.setStyle(tickFont=style.font(FontRole.TINY), tickLength=-4)


class _ClockAxis:
    """An axis of UTC seconds in local clock times; made when pyqtgraph is there."""

    @staticmethod
    def build(pyqtgraph: Any) -> Any:
        class Axis(pyqtgraph.AxisItem):  # type: ignore[misc]
            def tickStrings(self, values: Any, _scale: float, spacing: float) -> list[str]:  # noqa: N802
                return [time_words(value)[: 8 if spacing < 60 else 5] for value in values]

            def tickSpacing(self, low: float, high: float, _size: float) -> list[tuple[float, float]]:  # noqa: N802
                span = max(1.0, high - low)
                step = next((s for s in (5, 15, 30, 60, 300, 900, 3600) if span / s <= 6), 7200)
                return [(float(step), 0.0)]

        return Axis("bottom")


def _mark_colour(mark: ChartMark) -> Any:
    return look().colour(Role.WARNING if mark.kind == "restart" else Role.ACCENT)
