"""A strip of state bands over time with its axis. Must not know: decisions, engines, clocks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mt5console.ui.models.moments import time_words
from mt5console.ui.models.timeline_model import Band
from mt5console.ui.theme.amounts import age_words
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import look_of, title_of

LEAST_FOR_WORDS = 8
"""Pixels beside the words within a band."""


class BandsStrip(QWidget):
    """Bands from left (oldest) to right (now); the words stand in those that are wide enough."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bands: tuple[Band, ...] = ()
        self.setObjectName("state_bands")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        look().changed.connect(self._on_look_changed)

    def set_bands(self, bands: tuple[Band, ...]) -> None:
        """Show these, oldest first, each ending where the next begins."""
        self._bands = bands
        told = ", ".join(f"{title_of(b.state)} {age_words(b.end_utc_s - b.start_utc_s)}" for b in reversed(bands))
        self.setAccessibleName(f"States, newest first: {told}" if told else "No states were seen yet")
        self.update()

    @property
    def bands(self) -> tuple[Band, ...]:
        """What is shown."""
        return self._bands

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A band's height and the axis below it."""
        return QSize(look().px(200), self._band_height() + int(look().metrics(FontRole.TINY).height()) + look().px(4))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint bands and axis."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._bands:
            painter.fillRect(QRectF(0, 0, self.width(), self._band_height()), look().colour(Role.SUNKEN))
        for band in self._bands:
            self._paint_band(painter, band)
        self._paint_axis(painter)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Tooltips name the band below the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            band = next((one for one in self._bands if self._area(one).contains(QPointF(event.pos()))), None)
            QToolTip.showText(event.globalPos(), _band_words(band) if band else "", self)
            return True
        return super().event(event)

    def _band_height(self) -> int:
        return look().px(26)

    def _area(self, band: Band) -> QRectF:
        first, last = self._bands[0].start_utc_s, self._bands[-1].end_utc_s
        scale = self.width() / max(1e-9, last - first)
        left, right = (band.start_utc_s - first) * scale, (band.end_utc_s - first) * scale
        return QRectF(left, 0.0, max(1.0, right - left), self._band_height())

    def _paint_band(self, painter: QPainter, band: Band) -> None:
        style, state, area = look(), look_of(band.state), self._area(band)
        painter.fillRect(area.adjusted(0.0, 0.0, -1.0, 0.0), style.theme.mixed(state.role, 0.22))
        painter.fillRect(QRectF(area.left(), area.bottom() - 3.0, area.width() - 1.0, 3.0), style.colour(state.role))
        metrics = style.metrics(FontRole.SMALL)
        if metrics.horizontalAdvance(state.title) + 2 * LEAST_FOR_WORDS <= area.width():
            painter.setFont(style.font(FontRole.SMALL))
            painter.setPen(style.colour(Role.TEXT))
            painter.drawText(area.adjusted(LEAST_FOR_WORDS, 0, 0, -3), Qt.AlignmentFlag.AlignVCenter, state.title)

    def _paint_axis(self, painter: QPainter) -> None:
        if not self._bands:
            return
        style = look()
        painter.setFont(style.font(FontRole.TINY))
        painter.setPen(style.colour(Role.TEXT_FAINT))
        first, last = self._bands[0].start_utc_s, self._bands[-1].end_utc_s
        line = QRectF(0.0, self._band_height() + style.px(3), self.width(), style.metrics(FontRole.TINY).height() + 1)
        flags = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        for utc_s, flag in zip((first, (first + last) / 2.0, last), flags):
            words = "now" if utc_s == last else time_words(utc_s)
            painter.drawText(line, flag, words)

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()


def _band_words(band: Band) -> str:
    length = age_words(band.end_utc_s - band.start_utc_s)
    return f"{title_of(band.state)}, {time_words(band.start_utc_s)} to {time_words(band.end_utc_s)} ({length})"
