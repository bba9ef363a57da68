"""A small graph of heartbeat ages on the logarithmic axis, for tables and docks. Must not know: robots or history.

For a hundred graphs at once see views/graph_painter.py; this one is a widget and meant for a few.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from mt5console.ui.theme.age_axis import STALE_AFTER_LIVE_S, height_of
from mt5console.ui.theme.amounts import age_words
from mt5console.ui.theme.look import Look, look
from mt5console.ui.theme.palette import Role


def paint_sparkline(
    painter: QPainter, area: QRectF, ages_s: Sequence[float | None], stale_after_s: float, style: Look
) -> None:
    """Paint ages, oldest first, across the area; None or NaN leaves a gap."""
    painter.save()
    painter.fillRect(area, style.colour(Role.SUNKEN))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = area.adjusted(0.0, 2.0, 0.0, -2.0)
    step = inner.width() / max(1, len(ages_s) - 1)
    last = next((age for age in reversed(ages_s) if _seen(age)), None)
    role = Role.WARNING if last is not None and last > stale_after_s else Role.OK
    for points in _runs(ages_s, inner, step):
        ground = QPolygonF([QPointF(points[0].x(), area.bottom()), *points, QPointF(points[-1].x(), area.bottom())])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.theme.mixed(role, 0.14, Role.SUNKEN))
        painter.drawPolygon(ground)
        painter.setPen(QPen(style.colour(role), 1.3))
        painter.drawPolyline(QPolygonF(points))
    stale = inner.bottom() - inner.height() * height_of(stale_after_s)
    painter.setPen(QPen(style.theme.mixed(Role.WARNING, 0.55, Role.SUNKEN), 1.0, Qt.PenStyle.DashLine))
    painter.drawLine(QLineF(area.left(), stale, area.right(), stale))
    painter.restore()


def _seen(age: float | None) -> bool:
    return age is not None and age == age


def _runs(ages_s: Sequence[float | None], inner: QRectF, step: float) -> list[list[QPointF]]:
    """Unbroken runs of points."""
    runs: list[list[QPointF]] = [[]]
    for index, age in enumerate(ages_s):
        if age is None or age != age:
            runs.append([])
        else:
            runs[-1].append(QPointF(inner.left() + index * step, inner.bottom() - inner.height() * height_of(age)))
    return [run for run in runs if run]


class Sparkline(QWidget):
    """Heartbeat ages of the last minutes as one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ages: tuple[float | None, ...] = ()
        self._stale_after_s = STALE_AFTER_LIVE_S
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Heartbeat age: nothing seen yet")
        look().changed.connect(self.update)

    def set_series(self, ages_s: Sequence[float | None], stale_after_s: float = STALE_AFTER_LIVE_S) -> None:
        """Show these ages (seconds, oldest first; None for not seen)."""
        self._ages = tuple(ages_s)
        self._stale_after_s = stale_after_s
        last = next((age for age in reversed(self._ages) if _seen(age)), None)
        self.setAccessibleName(f"Heartbeat age {age_words(last)}" if last is not None else "Heartbeat age unknown")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        return QSize(look().px(140), look().px(22))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        painter = QPainter(self)
        paint_sparkline(painter, QRectF(self.rect()), self._ages, self._stale_after_s, look())
        painter.end()
