"""Paints one terminal's card: its slow part once into a pixmap, its quick part onto it. Must not know: the fleet."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import Look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import Lamp
from mt5console.ui.views.card_facts import CardFacts
from mt5console.ui.views.card_layout import BUTTONS, CardShape, Grid, card_grid, card_shape
from mt5console.ui.views.fleet_parts import ButtonState, paint_button
from mt5console.ui.views.ink import Ink
from mt5console.ui.widgets.badge import badge_size, paint_badge

_RADIUS = 7
_WIDEST_UPTIME = "up 88 d 08 h"


class CardPainter:
    """Cards in a grid."""

    header = 0

    def __init__(self, style: Look, ink: Ink) -> None:
        self._style = style
        self._ink = ink
        self._shape: CardShape = card_shape(400, style)
        self.with_buttons = True

    def layout(self, width: int) -> Grid:
        """The grid for a view of this width; sizes every card."""
        grid = card_grid(width, self._style)
        self._shape = card_shape(grid.item_width, self._style)
        return grid

    @property
    def graph(self) -> QRect:
        """Where the graph lies on a card."""
        return self._shape.graph

    @property
    def buttons(self) -> Mapping[str, QRect]:
        """Where the buttons lie on a card; none in a window that may only look."""
        return self._shape.buttons if self.with_buttons else {}

    def key(self, facts: CardFacts, surface: Role) -> Hashable:
        """What the slow part depends on."""
        return (facts.key, facts.is_busy, self._shape.width, self.with_buttons)

    def base(self, facts: CardFacts, surface: Role, ratio: float) -> QPixmap:
        """The slow part: frame, name, account, badges, state, lamps, buttons at rest."""
        style, shape = self._style, self._shape
        pixmap = QPixmap(round(shape.width * ratio), round(shape.height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(style.colour(Role.GROUND))
        painter = QPainter(pixmap)
        self._paint_frame(painter, facts)
        right = self._paint_badges(painter, facts)
        self._paint_name(painter, facts, right)
        self._paint_state(painter, facts, ratio)
        self._paint_lamps(painter, facts, ratio)
        painter.fillRect(shape.graph, style.colour(Role.SUNKEN))
        for name, rect in self.buttons.items():
            paint_button(painter, rect, name, self._rest_state(facts, name), False, style)
        painter.end()
        return pixmap

    def live(self, place: QPoint, facts: CardFacts) -> None:
        """The quick part, as ink: words, the beat's age, uptime, restarts, CPU and memory."""
        ink, shape, style = self._ink, self._shape, self._style
        left, top = place.x(), place.y()
        words_left = self._words_left(facts)
        room = shape.right - words_left
        if facts.words and room > style.px(20):
            words = ink.fitted(facts.words, room, FontRole.BASE)
            ink.put(left + words_left, top + shape.state_base, words, FontRole.BASE, facts.words_role)
        self._beat(left + shape.graph.left(), top + shape.graph.top(), facts)
        self._stats(left + shape.left, top, facts)

    def paint_over(
        self, painter: QPainter, rect: QRect, facts: CardFacts, states: Mapping[str, ButtonState], focus: str | None
    ) -> None:
        """Buttons that are pointed at, pressed or focused, over the ones at rest."""
        for name in BUTTONS:
            place = self.buttons.get(name)
            if place is not None and (name in states or name == focus):
                rest = self._rest_state(facts, name)
                state = rest if rest == "disabled" else states.get(name, "normal")
                paint_button(painter, place.translated(rect.topLeft()), name, state, name == focus, self._style)

    def paint_selected(self, painter: QPainter, rect: QRect, has_focus: bool) -> None:
        """The frame of the chosen card, stronger while the keyboard is here."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._style.colour(Role.ACCENT), 2.0 if has_focus else 1.2))
        radius = self._style.px(_RADIUS)
        painter.drawRoundedRect(QRectF(rect).adjusted(1.0, 1.0, -1.0, -1.0), radius, radius)

    def paint_header(self, painter: QPainter, width: int) -> None:
        """Cards have none."""

    @staticmethod
    def _rest_state(facts: CardFacts, name: str) -> ButtonState:
        return "disabled" if facts.is_busy and name in ("deploy", "restart") else "normal"

    def _paint_frame(self, painter: QPainter, facts: CardFacts) -> None:
        style, shape = self._style, self._shape
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = style.px(_RADIUS)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(0.5, 0.5, shape.width - 1.0, shape.height - 1.0), radius, radius)
        painter.fillPath(outline, style.colour(Role.PANEL))
        painter.strokePath(outline, QPen(style.colour(Role.LINE), 1.0))
        stripe = QPainterPath()
        stripe.addRect(QRectF(0.0, 0.0, shape.stripe + 0.5, shape.height))
        painter.fillPath(outline.intersected(stripe), style.colour(facts.role))

    def _paint_badges(self, painter: QPainter, facts: CardFacts) -> int:
        """Badges from the right edge; gives where they begin."""
        style, shape = self._style, self._shape
        metrics = style.metrics(FontRole.NAME)
        middle = shape.name_base - metrics.ascent() / 2.0 + metrics.descent() / 2.0
        right = shape.right
        for words, role in reversed(facts.badges):
            size = badge_size(words, style)
            area = QRectF(right - size.width(), round(middle - size.height() / 2.0), size.width(), size.height())
            paint_badge(painter, area, words, role, style)
            right -= size.width() + style.px(6)
        return right

    def _paint_name(self, painter: QPainter, facts: CardFacts, right: int) -> None:
        style, shape = self._style, self._shape
        painter.setFont(style.font(FontRole.NAME))
        painter.setPen(style.colour(Role.TEXT))
        painter.drawText(QPointF(shape.left, shape.name_base), facts.name)
        left = shape.left + style.metrics(FontRole.NAME).horizontalAdvance(facts.name) + style.px(9)
        room = int(right - left - style.px(6))
        painter.setFont(style.font(FontRole.BASE))
        painter.setPen(style.colour(Role.TEXT_SOFT))
        painter.drawText(QPointF(left, shape.name_base), self._ink.fitted(facts.account, room, FontRole.BASE))

    def _paint_state(self, painter: QPainter, facts: CardFacts, ratio: float) -> None:
        style, shape = self._style, self._shape
        self._paint_lamp(painter, shape.left, shape.state_base, facts.lamp, ratio)
        painter.setFont(style.font(FontRole.STRONG))
        painter.setPen(style.colour(facts.role))
        painter.drawText(QPointF(shape.left + shape.lamp + style.px(6), shape.state_base), facts.title)

    def _paint_lamps(self, painter: QPainter, facts: CardFacts, ratio: float) -> None:
        style, shape = self._style, self._shape
        painter.setFont(style.font(FontRole.SMALL))
        for column, (words, lamp) in enumerate(facts.lamps):
            left = shape.left + column * shape.lamp_step
            self._paint_lamp(painter, left, shape.lamps_base, lamp, ratio)
            painter.setPen(style.colour(Role.TEXT_SOFT))
            painter.drawText(QPointF(left + shape.lamp + style.px(6), shape.lamps_base), words)

    def _paint_lamp(self, painter: QPainter, left: float, base: float, lamp: Lamp, ratio: float) -> None:
        """A lamp centred on the height of small letters and capitals of the words beside it."""
        middle = base - self._style.metrics(FontRole.BASE).capHeight() / 2.0
        picture = self._style.lamp(lamp, self._shape.lamp, ratio)
        painter.drawPixmap(QPointF(left, round(middle - self._shape.lamp / 2.0)), picture)

    def _words_left(self, facts: CardFacts) -> int:
        title = self._ink.width(facts.title, FontRole.STRONG)
        return int(self._shape.left + self._shape.lamp + self._style.px(6) + title + self._style.px(8))

    def _beat(self, left: int, top: int, facts: CardFacts) -> None:
        style, ink = self._style, self._ink
        quiet = facts.beat_role is Role.TEXT_FAINT
        font = FontRole.TINY if quiet else FontRole.SMALL_STRONG
        base = top + style.px(4) + style.metrics(font).ascent()
        put = ink.put if quiet else ink.put_on_plate
        put(left + style.px(6), base, facts.beat, font, facts.beat_role)

    def _stats(self, left: int, top: int, facts: CardFacts) -> None:
        """Two short lines beside the buttons, in columns that are the same on every card."""
        ink, shape, style = self._ink, self._shape, self._style
        right = min((rect.left() for rect in self.buttons.values()), default=shape.right) - style.px(8)
        first, second = top + shape.stats_base, top + shape.loads_base
        beside = ink.width(_WIDEST_UPTIME, FontRole.SMALL) + style.px(12)
        room = int(right - shape.left - beside)
        restarts = ink.fitted(facts.restarts_words, room, FontRole.SMALL)
        ink.put(left, first, f"up {facts.up}", FontRole.SMALL, Role.TEXT_FAINT)
        ink.put(left + beside, first, restarts, FontRole.SMALL, facts.restarts_role)
        if facts.is_running:
            ink.put(left, second, f"CPU {facts.cpu}", FontRole.SMALL, Role.TEXT_FAINT)
            ink.put(
                left + beside, second, ink.fitted(facts.memory, room, FontRole.SMALL), FontRole.SMALL, Role.TEXT_FAINT
            )
        else:
            ink.put(left, second, "no process", FontRole.SMALL, Role.TEXT_FAINT)
