"""Where things lie: the grid of cards or rows, and the parts of one card. Geometry alone, in logical pixels.

Must not know: pictures, colours, or who paints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRect

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import Look

DEPLOY = "deploy"
RESTART = "restart"
MORE = "more"
BUTTONS = (DEPLOY, RESTART, MORE)
"""The buttons that are painted on a card or row, in the order in which Tab walks them."""

BUTTON_WORDS: Mapping[str, str] = {DEPLOY: "Deploy", RESTART: "Restart", MORE: "More"}

LEAST_CARD = 366
MOST_CARD = 640
"""Narrowest and widest card, in the drawings' pixels."""

MOST_SPARE = 90
"""How much taller than usual a graph may be when there are few cards."""

LAMP_SHARES = (0.0, 0.27, 0.46, 0.72)
"""Where the four lamps begin across a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Items of one size in rows from the top. `top`: where the first row begins; `gap`: between items.

    `spare`: how much taller than usual an item is.
    """

    columns: int
    item_width: int
    item_height: int
    gap: int
    margin: int
    top: int
    spare: int = 0

    def rect(self, index: int) -> QRect:
        """An item's place in the content."""
        row, column = divmod(index, self.columns)
        left = self.margin + column * (self.item_width + self.gap)
        return QRect(left, self.top + row * (self.item_height + self.gap), self.item_width, self.item_height)

    def index_at(self, x: int, y: int, count: int) -> int | None:
        """The item at a point of the content, None for a gap."""
        row, below = divmod(y - self.top, self.item_height + self.gap)
        column, beside = divmod(x - self.margin, self.item_width + self.gap)
        inside = below < self.item_height and beside < self.item_width
        if row < 0 or not 0 <= column < self.columns or not inside:
            return None
        index = row * self.columns + column
        return index if index < count else None

    def visible(self, top: int, bottom: int, count: int) -> range:
        """The items that reach into a stripe of the content."""
        step = self.item_height + self.gap
        first = max(0, (top - self.top) // step)
        last = max(first, (bottom - self.top + step - 1) // step)
        return range(min(count, first * self.columns), min(count, last * self.columns))

    def height(self, count: int) -> int:
        """The content's height with so many items."""
        rows = -(-count // self.columns)
        return self.top + rows * (self.item_height + self.gap) - (self.gap if rows else 0) + self.margin


@dataclass(frozen=True, slots=True, kw_only=True)
class CardShape:
    """The parts of one card, from its upper left corner. `*_base`: baselines of its lines of text."""

    width: int
    height: int
    stripe: int
    left: int
    right: int
    name_base: int
    state_base: int
    lamps_base: int
    lamp: int
    lamp_shares: tuple[float, ...]
    graph: QRect
    stats_base: int
    loads_base: int
    buttons: Mapping[str, QRect]


def card_grid(width: int, height: int, count: int, style: Look) -> Grid:
    """As many columns as fit with cards of a readable width; few cards are larger, with taller graphs."""
    margin, gap = style.px(14), style.px(12)
    room = max(1, width - 2 * margin)
    columns = _columns(room, height - 2 * margin, count, gap, style)
    item = min((room - gap * (columns - 1)) // columns, style.px(MOST_CARD))
    usual = card_shape(item, style, 0).height
    rows = max(1, -(-count // columns))
    spare = (height - 2 * margin - gap * (rows - 1)) // rows - usual
    spare = max(0, min(spare, style.px(MOST_SPARE)))
    return Grid(
        columns=columns, item_width=item, item_height=usual + spare, gap=gap, margin=margin, top=margin, spare=spare
    )


def _columns(room: int, height: int, count: int, gap: int, style: Look) -> int:
    """As many columns as fit; fewer and wider ones if all cards are in sight then too."""
    most = max(1, (room + gap) // (style.px(LEAST_CARD) + gap))
    fewest = max(1, min(most, -(-(room + gap) // (style.px(MOST_CARD) + gap))))
    usual = card_shape(style.px(MOST_CARD), style, 0).height
    rows_in_sight = max(1, (height + gap) // (usual + gap))
    for columns in range(fewest, most):
        if columns * rows_in_sight >= count:
            return max(1, min(columns, count))
    return max(1, min(most, count))


def card_shape(width: int, style: Look, spare: int) -> CardShape:
    """The parts of a card of this width; heights follow the fonts, and `spare` pixels go to the graph."""
    name, base, small = (style.metrics(role) for role in (FontRole.NAME, FontRole.BASE, FontRole.SMALL))
    left, right = style.px(15), width - style.px(13)
    name_base = style.px(10) + round(name.ascent())
    state_base = name_base + round(name.descent()) + style.px(6) + round(base.ascent())
    lamps_base = state_base + round(base.descent()) + style.px(6) + round(base.ascent())
    graph_top = lamps_base + round(base.descent()) + style.px(8)
    graph = QRect(left, graph_top, right - left, style.px(46) + spare)
    button_height = round(base.height()) + style.px(10)
    tiny_line = round(small.height())
    foot_top = graph.bottom() + 1 + style.px(9)
    foot = max(button_height, 2 * tiny_line)
    stats_base = foot_top + (foot - 2 * tiny_line) // 2 + round(small.ascent())
    return CardShape(
        width=width,
        height=foot_top + foot + style.px(10),
        stripe=style.px(3),
        left=left,
        right=right,
        name_base=name_base,
        state_base=state_base,
        lamps_base=lamps_base,
        lamp=style.px(12),
        lamp_shares=LAMP_SHARES,
        graph=graph,
        stats_base=stats_base,
        loads_base=stats_base + tiny_line,
        buttons=_buttons(right, foot_top + (foot - button_height) // 2, button_height, style),
    )


def _buttons(right: int, top: int, height: int, style: Look) -> Mapping[str, QRect]:
    """Deploy, Restart and more, set from the right edge."""
    metrics = style.metrics(FontRole.BUTTON)
    rects: dict[str, QRect] = {}
    for name in reversed(BUTTONS):
        words = style.px(8) if name == MORE else round(metrics.horizontalAdvance(BUTTON_WORDS[name]))
        width = words + style.px(20)
        rects[name] = QRect(right - width, top, width, height)
        right -= width + style.px(8)
    return rects
