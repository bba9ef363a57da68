"""Paints one terminal's card: its slow part once into a pixmap, its quick part onto it. Must not know: the fleet."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import Look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import Lamp
from mt5console.ui.views.card_facts import CardFacts, StillFacts
from mt5console.ui.views.card_layout import BUTTONS, CardShape, Grid, card_grid, card_shape
from mt5console.ui.views.fleet_parts import ButtonState, Slot, paint_button
from mt5console.ui.views.ink import Ink
from mt5console.ui.widgets.badge import badge_size, paint_badge

_RADIUS = 7
_WIDEST_UPTIME = "up 23 h 08 m"


class CardPainter:
    """Cards in a grid."""

    header = 0

    def __init__(self, style: Look, ink: Ink) -> None:
        self._style = style
        self._ink = ink
        self._shape: CardShape = card_shape(400, style, 0)
        self.with_buttons = True

    def layout(self, width: int, height: int, count: int) -> Grid:
        """The grid for a view of this size and so many terminals; sizes every card."""
        grid = card_grid(width, height, count, self._style)
        self._shape = card_shape(grid.item_width, self._style, grid.spare)
        return grid

    @property
    def graph(self) -> QRect:
        """Where the graph lies on a card."""
        return self._shape.graph

    @property
    def buttons(self) -> Mapping[str, QRect]:
        """Where the buttons lie on a card; none in a window that may only look."""
        return self._shape.buttons if self.with_buttons else {}

    def base(self, facts: StillFacts, surface: Role, ratio: float) -> QPixmap:
        """The slow part: frame, name, account, badges, state and why, lamps, restarts, buttons at rest."""
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
        self._paint_restarts(painter, facts)
        painter.fillRect(shape.graph, style.colour(Role.SUNKEN))
        for name, rect in self.buttons.items():
            paint_button(painter, rect, name, self._rest_state(facts, name), False, style)
        painter.end()
        return pixmap

    def slots(self) -> tuple[Slot, ...]:
        """Where the quick part is written: uptime, CPU, memory."""
        shape, small = self._shape, FontRole.SMALL
        ascent = round(self._style.metrics(small).ascent())
        room = self._loads_left() - shape.left - self._style.px(8)
        first, second = shape.stats_base - ascent, shape.loads_base - ascent
        return (
            Slot(shape.left, first, room, small, False),
            Slot(shape.left, second, room, small, False),
            Slot(self._loads_left(), second, max(0, self._stats_right() - self._loads_left()), small, False),
        )

    def texts(self, facts: CardFacts) -> tuple[tuple[str, Role], ...]:
        """What the slots say, in their order."""
        if facts.still.is_running:
            loads = (f"up {facts.up}", f"CPU {facts.cpu}", facts.memory)
        else:
            loads = ("no process", facts.still.wanted, "")
        return tuple((text, Role.TEXT_FAINT) for text in loads)

    def ground(self, surface: Role) -> Role:
        """What slots lie on."""
        return Role.PANEL

    def label(self, facts: CardFacts, ratio: float) -> tuple[QPoint, QPixmap] | None:
        """The beat's age, to be laid over the graph, and where."""
        graph, px = self._shape.graph, self._style.px
        font = FontRole.TINY if facts.beat_role is Role.TEXT_FAINT else FontRole.SMALL_STRONG
        indent = px(6)
        width = round(self._ink.width(facts.beat, font)) + indent
        tile = self._ink.tile(facts.beat, font, facts.beat_role, Role.SUNKEN, width, True, ratio)
        return QPoint(graph.left(), graph.top() + px(3)), tile

    def quick_left(self) -> int:
        """From where on a second's news may change an item: all of a card."""
        return 0

    def paint_over(
        self, painter: QPainter, rect: QRect, facts: StillFacts, states: Mapping[str, ButtonState], focus: str | None
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
    def _rest_state(facts: StillFacts, name: str) -> ButtonState:
        return "disabled" if facts.is_busy and name in ("deploy", "restart") else "normal"

    def _paint_frame(self, painter: QPainter, facts: StillFacts) -> None:
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

    def _paint_badges(self, painter: QPainter, facts: StillFacts) -> int:
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

    def _paint_name(self, painter: QPainter, facts: StillFacts, right: int) -> None:
        style, shape = self._style, self._shape
        painter.setFont(style.font(FontRole.NAME))
        painter.setPen(style.colour(Role.TEXT))
        painter.drawText(QPointF(shape.left, shape.name_base), facts.name)
        left = shape.left + style.metrics(FontRole.NAME).horizontalAdvance(facts.name) + style.px(9)
        room = int(right - left - style.px(6))
        painter.setFont(style.font(FontRole.BASE))
        painter.setPen(style.colour(Role.TEXT_SOFT))
        painter.drawText(QPointF(left, shape.name_base), self._ink.fitted(facts.account, room, FontRole.BASE))

    def _paint_state(self, painter: QPainter, facts: StillFacts, ratio: float) -> None:
        style, shape = self._style, self._shape
        self._paint_lamp(painter, shape.left, shape.state_base, facts.lamp, ratio)
        painter.setFont(style.font(FontRole.STRONG))
        painter.setPen(style.colour(facts.role))
        painter.drawText(QPointF(shape.left + shape.lamp + style.px(6), shape.state_base), facts.title)
        left = self._words_left(facts)
        painter.setFont(style.font(FontRole.BASE))
        painter.setPen(style.colour(facts.words_role))
        words = self._ink.fitted(facts.words, shape.right - left, FontRole.BASE)
        painter.drawText(QPointF(left, shape.state_base), words)

    def _paint_restarts(self, painter: QPainter, facts: StillFacts) -> None:
        style, left = self._style, self._loads_left()
        painter.setFont(style.font(FontRole.SMALL))
        painter.setPen(style.colour(facts.restarts_role))
        room = self._stats_right() - left
        # A number is said in fewer words before it would be cut.
        ways = (facts.restarts_words, f"restarts {facts.restarts}", facts.restarts)
        words = next((one for one in ways if self._ink.width(one, FontRole.SMALL) <= room), facts.restarts)
        painter.drawText(QPointF(left, self._shape.stats_base), words)

    def _paint_lamps(self, painter: QPainter, facts: StillFacts, ratio: float) -> None:
        style, shape = self._style, self._shape
        painter.setFont(style.font(FontRole.SMALL))
        for column, (words, lamp) in enumerate(facts.lamps):
            left = shape.left + round(shape.lamp_shares[column] * (shape.right - shape.left))
            self._paint_lamp(painter, left, shape.lamps_base, lamp, ratio)
            painter.setPen(style.colour(Role.TEXT_SOFT))
            painter.drawText(QPointF(left + shape.lamp + style.px(6), shape.lamps_base), words)

    def _paint_lamp(self, painter: QPainter, left: float, base: float, lamp: Lamp, ratio: float) -> None:
        """A lamp centred on the height of small letters and capitals of the words beside it."""
        middle = base - self._style.metrics(FontRole.BASE).capHeight() / 2.0
        picture = self._style.lamp(lamp, self._shape.lamp, ratio)
        painter.drawPixmap(QPointF(left, round(middle - self._shape.lamp / 2.0)), picture)

    def _words_left(self, facts: StillFacts) -> int:
        title = self._ink.width(facts.title, FontRole.STRONG)
        return int(self._shape.left + self._shape.lamp + self._style.px(6) + title + self._style.px(8))

    def _loads_left(self) -> int:
        """The second column of the two lines beside the buttons, the same on every card."""
        widest = self._ink.width(_WIDEST_UPTIME, FontRole.SMALL)
        return self._shape.left + round(widest) + self._style.px(12)

    def _stats_right(self) -> int:
        return min((rect.left() for rect in self.buttons.values()), default=self._shape.right) - self._style.px(6)
