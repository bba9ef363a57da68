"""The console's icons as drawn lines, in one stroke weight, for any colour and size. Must not know: who shows them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from mt5console.ui.theme.palette import Role, Theme

Stroke = Callable[[QPainter], None]
"""Draws into a 20 by 20 square with the painter's pen."""


def _lines(*strokes: tuple[tuple[float, float], ...]) -> Stroke:
    polygons = [QPolygonF([QPointF(x, y) for x, y in stroke]) for stroke in strokes]

    def draw(painter: QPainter) -> None:
        for polygon in polygons:
            painter.drawPolyline(polygon)

    return draw


def _all(*parts: Stroke) -> Stroke:
    def draw(painter: QPainter) -> None:
        for part in parts:
            part(painter)

    return draw


def _box(x: float, y: float, width: float, height: float, radius: float = 1.2) -> Stroke:
    return lambda painter: painter.drawRoundedRect(QRectF(x, y, width, height), radius, radius)


def _circle(x: float, y: float, radius: float) -> Stroke:
    return lambda painter: painter.drawEllipse(QPointF(x, y), radius, radius)


def _dot(x: float, y: float, radius: float = 1.3) -> Stroke:
    def draw(painter: QPainter) -> None:
        painter.save()
        painter.setBrush(painter.pen().color())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(x, y), radius, radius)
        painter.restore()

    return draw


def _arc(x: float, y: float, radius: float, start: float, span: float) -> Stroke:
    area = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
    return lambda painter: painter.drawArc(area, round(start * 16), round(span * 16))


def _rays(x: float, y: float, inner: float, outer: float, count: int) -> Stroke:
    strokes = []
    for index in range(count):
        turn = 2.0 * math.pi * index / count
        across, down = math.cos(turn), math.sin(turn)
        strokes.append(((x + inner * across, y + inner * down), (x + outer * across, y + outer * down)))
    return _lines(*strokes)


_PULSE = _lines(((2.0, 10.5), (6.0, 10.5), (8.0, 5.0), (11.5, 15.5), (13.6, 10.5), (18.0, 10.5)))

ICONS: Mapping[str, Stroke] = MappingProxyType(
    {
        "fleet": _all(
            _box(3, 3, 5.6, 5.6), _box(11.4, 3, 5.6, 5.6), _box(3, 11.4, 5.6, 5.6), _box(11.4, 11.4, 5.6, 5.6)
        ),
        "table": _all(_box(3, 4, 14, 12), _lines(((3, 8), (17, 8)), ((3, 12), (17, 12)))),
        "robot": _all(
            _box(4.5, 7, 11, 8.5), _lines(((10, 7), (10, 3.6))), _dot(7.8, 11), _dot(12.2, 11), _dot(10, 3.4)
        ),
        "incident": _all(
            _lines(((10, 3.2), (17.4, 16.4), (2.6, 16.4), (10, 3.2)), ((10, 8), (10, 11.6))), _dot(10, 14)
        ),
        "journal": _all(_box(4.5, 2.8, 11, 14.4), _lines(((7, 7), (13, 7)), ((7, 10), (13, 10)), ((7, 13), (11, 13)))),
        "pulse": _PULSE,
        "server": _all(_box(3, 3.6, 14, 5.4), _box(3, 11, 14, 5.4), _dot(6, 6.3, 1.0), _dot(6, 13.7, 1.0)),
        "settings": _all(_circle(10, 10, 2.6), _circle(10, 10, 5.6), _rays(10, 10, 5.6, 7.8, 8)),
        "search": _all(_circle(8.8, 8.8, 5.0), _lines(((12.6, 12.6), (16.8, 16.8)))),
        "close": _lines(((5, 5), (15, 15)), ((15, 5), (5, 15))),
        "more": _all(_dot(5, 10), _dot(10, 10), _dot(15, 10)),
        "deploy": _lines(
            ((10, 14), (10, 3.6)), ((6, 7.4), (10, 3.4), (14, 7.4)), ((3.6, 13), (3.6, 16.6), (16.4, 16.6), (16.4, 13))
        ),
        "restart": _all(_arc(10, 10, 6.2, 60, 290), _lines(((13.4, 1.8), (13.4, 5.2), (9.9, 5.4)))),
        "start": _lines(((6.5, 4), (15.5, 10), (6.5, 16), (6.5, 4))),
        "stop": _box(5, 5, 10, 10),
        "pause": _lines(((7, 4.5), (7, 15.5)), ((13, 4.5), (13, 15.5))),
        "back": _lines(((8, 4.5), (3.6, 9), (8, 13.5)), ((3.8, 9), (13, 9), (16.4, 12), (16.4, 16))),
        "add": _lines(((10, 4), (10, 16)), ((4, 10), (16, 10))),
        "remove": _all(_box(5.2, 6, 9.6, 11), _lines(((3.4, 6), (16.6, 6)), ((8, 6), (8, 3.4), (12, 3.4), (12, 6)))),
        "user": _all(_circle(10, 7, 3.4), _arc(10, 17, 6.4, 10, 160)),
        "clock": _all(_circle(10, 10, 7), _lines(((10, 5.8), (10, 10), (13, 12)))),
        "eye": _all(_arc(10, 15, 9.6, 36, 108), _arc(10, 5, 9.6, 216, 108), _circle(10, 10, 2.4)),
        "bell": _all(
            _lines(((4, 14.4), (16, 14.4), (14.6, 12), (14.6, 8.4))),
            _arc(10, 8.4, 4.6, 0, 180),
            _lines(((5.4, 8.4), (5.4, 12), (4, 14.4))),
            _dot(10, 17, 1.2),
        ),
        "copy": _all(
            _box(3.4, 3.4, 9.6, 9.6), _lines(((15.4, 7.4), (16.6, 7.4), (16.6, 16.6), (7.4, 16.6), (7.4, 15.4)))
        ),
        "theme": _all(
            _circle(10, 10, 6.8),
            _lines(((10, 3.2), (10, 16.8)), ((10, 7), (15.6, 7)), ((10, 10), (16.6, 10)), ((10, 13), (15.6, 13))),
        ),
        "down": _lines(((5, 7.5), (10, 12.5), (15, 7.5))),
        "right": _lines(((7.5, 5), (12.5, 10), (7.5, 15))),
        "check": _lines(((4, 10.4), (8.2, 14.6), (16, 5.6))),
        "help": _all(
            _circle(10, 10, 7), _arc(10, 8.2, 2.4, -70, 250), _lines(((10, 10.9), (10, 11.6))), _dot(10, 14, 1.0)
        ),
    }
)
"""Every icon by its name."""


def paint_icon(painter: QPainter, area: QRectF, name: str, colour: QColor, weight: float = 1.5) -> None:
    """Draw an icon into a square area. `weight`: stroke width in twentieths of the square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width() / 20.0, area.height() / 20.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, weight, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    ICONS[name](painter)
    painter.restore()


def icon_pixmap(name: str, colour: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """An icon on a clear ground; `size` in logical pixels."""
    pixmap = QPixmap(math.ceil(size * ratio), math.ceil(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_icon(painter, QRectF(0.0, 0.0, size, size), name, colour)
    painter.end()
    return pixmap


def icon(name: str, theme: Theme, role: Role = Role.TEXT_SOFT, active: Role = Role.TEXT) -> QIcon:
    """An icon for buttons and menus, in the role's colour, brighter while checked or pointed at."""
    drawn = QIcon()
    # As fine as the finest screen here needs it; Qt makes it coarser for others.
    application = QGuiApplication.instance()
    ratio = application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
    for size in (16, 20, 24):
        drawn.addPixmap(icon_pixmap(name, theme.colour(role), size, ratio))
        drawn.addPixmap(icon_pixmap(name, theme.mixed(role, 0.5), size, ratio), QIcon.Mode.Disabled)
        bright = icon_pixmap(name, theme.colour(active), size, ratio)
        drawn.addPixmap(bright, QIcon.Mode.Active)
        drawn.addPixmap(bright, QIcon.Mode.Normal, QIcon.State.On)
    return drawn


def application_icon(theme: Theme, lamp: Role = Role.OK) -> QIcon:
    """The console's own mark: a heartbeat on a rounded tile. `lamp`: the worst state, for the tray."""
    drawn = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tile = QPainterPath()
        tile.addRoundedRect(QRectF(0.0, 0.0, size, size), size * 0.22, size * 0.22)
        painter.fillPath(tile, QColor("#141b22"))
        inset = size * 0.1
        paint_icon(painter, QRectF(inset, inset, size - 2 * inset, size - 2 * inset), "pulse", theme.colour(lamp), 2.2)
        painter.end()
        drawn.addPixmap(pixmap)
    return drawn
