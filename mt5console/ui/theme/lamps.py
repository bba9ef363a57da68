"""Lamps as shapes: tick in a disc, cross in a square, triangle, dashed ring. Must not know: what they stand for.

The shape alone tells the kind; colour only helps.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from mt5console.ui.theme.palette import Role, Theme
from mt5console.ui.theme.states import LAMP_ROLES, Lamp


def paint_lamp(painter: QPainter, area: QRectF, kind: Lamp, theme: Theme, ground: Role = Role.PANEL) -> None:
    """Paint a lamp into a square area. `ground`: the surface below, seen through tick, cross and mark."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width() / 12.0, area.height() / 12.0)
    colour, hole = theme.colour(LAMP_ROLES[kind]), theme.colour(ground)
    match kind:
        case "ok":
            _disc_with_tick(painter, colour, hole)
        case "failing":
            _square_with_cross(painter, colour, hole)
        case "warning":
            _triangle(painter, colour, hole)
        case "unknown":
            _dashed_ring(painter, colour)
        case "resting":
            _ring_with_bar(painter, colour)
        case "busy":
            _open_ring(painter, colour, theme.colour(Role.LINE_STRONG))
    painter.restore()


def lamp_pixmap(kind: Lamp, size: float, ratio: float, theme: Theme, ground: Role = Role.PANEL) -> QPixmap:
    """A lamp on a clear ground. `size`: logical pixels; `ratio`: device pixels for each."""
    pixels = max(1, math.ceil(size * ratio))
    pixmap = QPixmap(pixels, pixels)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_lamp(painter, QRectF(0.0, 0.0, size, size), kind, theme, ground)
    painter.end()
    return pixmap


def _stroke(painter: QPainter, colour: QColor, width: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))


def _fill(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)


def _disc_with_tick(painter: QPainter, colour: QColor, hole: QColor) -> None:
    _fill(painter, colour)
    painter.drawEllipse(QRectF(0.5, 0.5, 11.0, 11.0))
    _stroke(painter, hole, 1.7)
    painter.drawPolyline(QPolygonF([QPointF(3.4, 6.2), QPointF(5.3, 8.1), QPointF(8.6, 4.2)]))


def _square_with_cross(painter: QPainter, colour: QColor, hole: QColor) -> None:
    _fill(painter, colour)
    painter.drawRoundedRect(QRectF(0.75, 0.75, 10.5, 10.5), 2.0, 2.0)
    _stroke(painter, hole, 1.7)
    painter.drawLine(QPointF(4.0, 4.0), QPointF(8.0, 8.0))
    painter.drawLine(QPointF(8.0, 4.0), QPointF(4.0, 8.0))


def _triangle(painter: QPainter, colour: QColor, hole: QColor) -> None:
    shape = QPainterPath()
    shape.addPolygon(QPolygonF([QPointF(6.0, 1.4), QPointF(11.2, 10.7), QPointF(0.8, 10.7), QPointF(6.0, 1.4)]))
    painter.setBrush(colour)
    painter.setPen(QPen(colour, 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(shape)
    _stroke(painter, hole, 1.4)
    painter.drawLine(QPointF(6.0, 4.6), QPointF(6.0, 7.2))
    painter.drawPoint(QPointF(6.0, 9.3))


def _dashed_ring(painter: QPainter, colour: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(colour, 1.5, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
    turn = math.pi * 9.6 / 1.5
    pen.setDashPattern([turn / 16.0, turn / 16.0])
    painter.setPen(pen)
    painter.drawEllipse(QRectF(1.2, 1.2, 9.6, 9.6))


def _ring_with_bar(painter: QPainter, colour: QColor) -> None:
    _stroke(painter, colour, 1.4)
    painter.drawEllipse(QRectF(1.2, 1.2, 9.6, 9.6))
    painter.drawLine(QPointF(4.2, 6.0), QPointF(7.8, 6.0))


def _open_ring(painter: QPainter, colour: QColor, track: QColor) -> None:
    _stroke(painter, track, 1.7)
    painter.drawEllipse(QRectF(1.4, 1.4, 9.2, 9.2))
    _stroke(painter, colour, 1.7)
    painter.drawArc(QRectF(1.4, 1.4, 9.2, 9.2), 90 * 16, -110 * 16)
