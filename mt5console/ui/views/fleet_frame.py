"""One frame of the fleet, made of copies: slow parts, graphs and words are kept as pictures. Must not know: events.

A card's slow part is painted anew when its still facts are other ones; graphs come from one shared image
(graph_raster.py), numbers from small finished pictures (ink.py).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap

from mt5console.ui.theme.look import Look
from mt5console.ui.theme.palette import Role
from mt5console.ui.views.card_facts import CardFacts, StillFacts
from mt5console.ui.views.card_layout import Grid
from mt5console.ui.views.card_painter import CardPainter
from mt5console.ui.views.fleet_parts import ButtonState, Slot, dashed_strip, mark_picture
from mt5console.ui.views.ink import Ink
from mt5console.ui.views.table_painter import TablePainter

if TYPE_CHECKING:
    from mt5console.ui.history import AgeHistory
    from mt5console.ui.views.graph_raster import GraphRaster

Mode = Literal["cards", "table"]
Spot = tuple[int, str]
"""A user's button."""

_KEPT_BYTES = 96 * 2**20


class Item(NamedTuple):
    """One card or row in sight, and its place in the viewport."""

    facts: CardFacts
    rect: QRect


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """What is chosen, pointed at, pressed, or has the keyboard."""

    selected: int | None = None
    has_focus: bool = False
    focus_button: str | None = None
    hover: Spot | None = None
    hover_row: int | None = None
    pressed: Spot | None = None


class _Base(NamedTuple):
    facts: StillFacts
    surface: Role
    pixmap: QPixmap


class FleetFrame:
    """Paints cards or rows. All lengths are logical pixels; `ratio` is device pixels for each."""

    def __init__(self, style: Look) -> None:
        self._style = style
        self._ink = Ink(style)
        self._painters: Mapping[Mode, CardPainter | TablePainter] = {
            "cards": CardPainter(style, self._ink),
            "table": TablePainter(style, self._ink),
        }
        self.mode: Mode = "cards"
        self._bases: OrderedDict[int, _Base] = OrderedDict()
        self._slots: tuple[Slot, ...] = ()
        self._ratio = 1.0
        self._laid: tuple[Mode, int, int, int] | None = None
        self._history: AgeHistory | None = None
        self._raster: GraphRaster | None = None
        self._strip: QPixmap | None = None
        self._marks: dict[str, QPixmap] = {}

    @property
    def header(self) -> int:
        """The height that stays at the top and does not scroll."""
        return self._painters[self.mode].header

    @property
    def buttons(self) -> Mapping[str, QRect]:
        """Where buttons lie on an item."""
        return self._painters[self.mode].buttons

    @property
    def quick_left(self) -> int:
        """From where on a second's news may change an item."""
        return self._painters[self.mode].quick_left()

    def layout(self, width: int, height: int, count: int) -> Grid:
        """Lay out for a viewport and so many terminals."""
        self._strip = None
        before = self._laid
        grid = self._painters[self.mode].layout(width, height, count)
        self._slots = self._painters[self.mode].slots()
        self._laid = (self.mode, grid.item_width, grid.item_height, len(self.buttons))
        if self._laid != before:
            self._bases.clear()
            self._marks.clear()
        return grid

    def show_buttons(self, shown: bool) -> None:
        """With or without buttons on every item."""
        for painter in self._painters.values():
            painter.with_buttons = shown

    def set_history(self, history: AgeHistory) -> None:
        """Draw graphs from this history; loads numpy."""
        from mt5console.ui.views.graph_raster import GraphRaster

        self._history = history
        self._raster = GraphRaster()
        self._raster.set_history(history)

    def forget_graphs(self) -> None:
        """The history's past is another one."""
        if self._raster is not None:
            self._raster.forget()

    def forget(self) -> None:
        """Fonts or colours are other ones."""
        self._ink.forget()
        self._bases.clear()
        self._marks.clear()
        self._strip = None

    def paint(
        self, painter: QPainter, items: Sequence[Item], in_sight: Sequence[CardFacts], touch: Touch, stale_s: float
    ) -> None:
        """Paint these items; `in_sight` are all that a full frame would paint, `stale_s` the threshold."""
        ratio = painter.device().devicePixelRatioF()
        if ratio != self._ratio:
            self._ratio = ratio
            self._bases.clear()
            self._marks.clear()
            self._strip = None
        for facts, rect in items:
            surface = _surface(facts.user_id, touch)
            painter.drawPixmap(rect.topLeft(), self._base(facts.still, surface))
            self._paint_texts(painter, facts, rect, surface)
        self._paint_graphs(painter, items, in_sight, stale_s)
        touched = {touch.selected, touch.hover[0] if touch.hover else None} - {None}
        for facts, rect in items:
            if facts.user_id in touched:
                self._paint_touched(painter, facts.still, rect, touch)

    def paint_header(self, painter: QPainter, width: int) -> None:
        """Paint what stays at the top."""
        self._painters[self.mode].paint_header(painter, width)

    def _base(self, facts: StillFacts, surface: Role) -> QPixmap:
        """The item's slow part, from the kept ones if nothing has happened."""
        kept = self._bases.get(facts.user_id)
        if kept is not None and kept.facts is facts and kept.surface is surface:
            return kept.pixmap
        pixmap = self._painters[self.mode].base(facts, surface, self._ratio)
        self._bases[facts.user_id] = _Base(facts, surface, pixmap)
        self._bases.move_to_end(facts.user_id)
        while len(self._bases) * pixmap.width() * pixmap.height() * 4 > _KEPT_BYTES:
            self._bases.popitem(last=False)
        return pixmap

    def _paint_texts(self, painter: QPainter, facts: CardFacts, rect: QRect, surface: Role) -> None:
        item, ink, ratio = self._painters[self.mode], self._ink, self._ratio
        left, top, ground = rect.left(), rect.top(), item.ground(surface)
        for slot, (text, role) in zip(self._slots, item.texts(facts)):
            tile = ink.tile(text, slot.font, role, ground, slot.width, slot.to_right, ratio)
            painter.drawPixmap(left + slot.left, top + slot.top, tile)

    def _paint_graphs(
        self, painter: QPainter, items: Sequence[Item], in_sight: Sequence[CardFacts], stale_s: float
    ) -> None:
        raster, history, item, ratio = self._raster, self._history, self._painters[self.mode], self._ratio
        graph = item.graph
        if raster is not None and history is not None:
            width, height = round(graph.width() * ratio), round(graph.height() * ratio)
            raster.configure(width, height, stale_s, self._style.theme, 1.35 * ratio)
            raster.show([facts.user_id for facts in in_sight], _resting(in_sight))
            if self._strip is None:
                self._strip = dashed_strip(graph.width(), ratio, self._style)
            stale = round(graph.top() + raster.row_of(stale_s) / ratio)
            for facts, rect in items:
                place = graph.translated(rect.topLeft())
                raster.blit(painter, facts.user_id, place, ratio)
                painter.drawPixmap(place.left(), rect.top() + stale, self._strip)
                for mark in history.marks(facts.user_id):
                    self._paint_mark(painter, place, mark.kind, raster.share_of(mark.utc_s))
        for facts, rect in items:
            label = item.label(facts, ratio)
            if label is not None:
                painter.drawPixmap(rect.topLeft() + label[0], label[1])

    def _paint_mark(self, painter: QPainter, place: QRect, kind: str, share: float) -> None:
        picture = self._marks.get(kind)
        if picture is None:
            picture = self._marks[kind] = mark_picture(kind, place.height(), self._ratio, self._style)
        half = int(picture.width() / self._ratio) // 2
        left = place.left() + round(share * place.width()) - half
        painter.drawPixmap(min(max(left, place.left()), place.right() - 2 * half), place.top(), picture)

    def _paint_touched(self, painter: QPainter, facts: StillFacts, rect: QRect, touch: Touch) -> None:
        """What is chosen, pointed at, pressed, or has the keyboard."""
        item = self._painters[self.mode]
        if facts.user_id == touch.selected:
            item.paint_selected(painter, rect, touch.has_focus)
        states: dict[str, ButtonState] = {}
        if touch.hover is not None and touch.hover[0] == facts.user_id:
            states[touch.hover[1]] = "pressed" if touch.pressed == touch.hover else "hover"
        focus = touch.focus_button if touch.has_focus and facts.user_id == touch.selected else None
        item.paint_over(painter, rect, facts, states, focus)


def _resting(in_sight: Sequence[CardFacts]) -> Collection[int]:
    return [facts.user_id for facts in in_sight if facts.still.is_resting]


def _surface(user_id: int, touch: Touch) -> Role:
    if user_id == touch.selected:
        return Role.SELECTED
    return Role.RAISED if user_id == touch.hover_row else Role.PANEL
