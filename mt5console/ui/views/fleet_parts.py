"""Parts that cards and rows share: painted buttons, the stale threshold, marks on a graph. Must not know: pictures."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.icons import paint_icon
from mt5console.ui.theme.look import Look
from mt5console.ui.theme.palette import Role
from mt5console.ui.views.card_layout import BUTTON_WORDS, MORE


class Slot(NamedTuple):
    """A place on a card or row for words that change: a line's upper left corner, its width, its font, its side."""

    left: int
    top: int
    width: int
    font: FontRole
    to_right: bool


ButtonState = Literal["normal", "hover", "pressed", "disabled"]

_SURFACES: dict[ButtonState, Role] = {
    "normal": Role.RAISED,
    "hover": Role.HOVER,
    "pressed": Role.PRESSED,
    "disabled": Role.PANEL,
}


def paint_button(painter: QPainter, rect: QRect, name: str, state: ButtonState, focused: bool, style: Look) -> None:
    """Paint one of a card's buttons."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = Role.ACCENT if focused else Role.TEXT_FAINT if state == "hover" else Role.LINE_STRONG
    painter.setPen(QPen(style.colour(Role.LINE if state == "disabled" else edge), 2.0 if focused else 1.0))
    painter.setBrush(style.colour(_SURFACES[state]))
    radius = style.px(5)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    role = Role.LINE_STRONG if state == "disabled" else Role.TEXT
    if name == MORE:
        size = style.px(16)
        area = QRectF(rect.center().x() - size / 2 + 0.5, rect.center().y() - size / 2 + 0.5, size, size)
        paint_icon(painter, area, "more", style.colour(role))
    else:
        painter.setFont(style.font(FontRole.BUTTON))
        painter.setPen(style.colour(role))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, BUTTON_WORDS[name])


def paint_icon_button(
    painter: QPainter, rect: QRect, name: str, state: ButtonState, focused: bool, style: Look
) -> None:
    """Paint one of a row's buttons: an icon, framed only while it is pointed at or has the focus."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if state in ("hover", "pressed") or focused:
        painter.setPen(QPen(style.colour(Role.ACCENT if focused else Role.LINE_STRONG), 2.0 if focused else 1.0))
        painter.setBrush(style.colour(_SURFACES[state]))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), style.px(4), style.px(4))
    role = {"normal": Role.TEXT_FAINT, "disabled": Role.LINE_STRONG}.get(state, Role.TEXT)
    size = style.px(15)
    area = QRectF(rect.center().x() - size / 2 + 0.5, rect.center().y() - size / 2 + 0.5, size, size)
    paint_icon(painter, area, name, style.colour(role))


def dashed_strip(width: int, ratio: float, style: Look) -> QPixmap:
    """The stale threshold as a dashed line, one pixel high, to be laid over a graph."""
    strip = QPixmap(max(1, round(width * ratio)), max(1, round(ratio)))
    strip.setDevicePixelRatio(ratio)
    strip.fill(Qt.GlobalColor.transparent)
    painter = QPainter(strip)
    colour = style.theme.mixed(Role.WARNING, 0.5, Role.SUNKEN)
    step, dash = style.px(8), style.px(4)
    for left in range(0, width, step):
        painter.fillRect(left, 0, dash, 1, colour)
    painter.end()
    return strip


def mark_picture(kind: str, height: int, ratio: float, style: Look) -> QPixmap:
    """What happened, as a line to lay over a graph: a restart has an arrow down, a deployment a diamond."""
    size = min(4.5, max(2.5, height * 0.07))
    width = 2 * round(size + 1.5) + 1
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    role, middle, top = Role.ACCENT if kind == "restart" else Role.QUARANTINED, width / 2.0, 1.0
    painter.setPen(QPen(style.colour(role), 1.2))
    painter.drawLine(QLineF(middle, top, middle, height))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.colour(role))
    if kind == "restart":
        points = [QPointF(middle - size, top), QPointF(middle + size, top), QPointF(middle, top + 1.4 * size)]
    else:
        corners = ((0.0, -size), (size, 0.0), (0.0, size), (-size, 0.0))
        points = [QPointF(middle + across, top + size + down) for across, down in corners]
    painter.drawPolygon(QPolygonF(points))
    painter.end()
    return picture
