"""The fleet painted: which terminals are shown, in which order and where, and the frame that shows them.

One view that paints; no widget per terminal: `fleet_frame.py` paints. Must not know: mouse, keys, or what an act means.
Runs in: GUI thread; reads no clock but the picture's age.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from mt5console.ui.pictures import FleetPicture, TerminalPicture
from mt5console.ui.theme.age_axis import stale_after_s
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.views.card_facts import FRESH_S, CardFacts, FactsBook
from mt5console.ui.views.card_layout import Grid
from mt5console.ui.views.card_proxies import CardProxies
from mt5console.ui.views.card_proxy import CardProxy
from mt5console.ui.views.emptiness import WAITING, paint_empty
from mt5console.ui.views.fleet_frame import FleetFrame, Item, Mode, Spot, Touch
from mt5console.ui.views.fleet_order import arrange

if TYPE_CHECKING:
    from mt5console.ui.history import AgeHistory

_TICK_MS = 1000
_HOLD_MS = 5000
"""While the pointer rests on a button, cards wait so long before they change places under it."""


class FleetCanvas(QAbstractScrollArea):
    """Cards or rows in their order; hover, press and selection are shown as they are set.

    Signals:
        shown_changed: how many terminals are shown, of how many.
    """

    shown_changed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleet_view")
        self.setAccessibleName("Fleet of terminals, worst first")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Of a viewport that Qt makes, PySide would have to find out what it is, by loading every widget class there is.
        self.setViewport(QWidget())
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._style = look()
        self._frame = FleetFrame(self._style)
        self._grid: Grid = self._frame.layout(800, 600, 0)
        self._fleet: FleetPicture | None = None
        self._order: tuple[TerminalPicture, ...] = ()
        self._index: dict[int, int] = {}
        self._text, self._states, self._live_only = "", frozenset[str](), False
        self._book = FactsBook()
        self._facts: dict[int, CardFacts] = {}
        self._busy: dict[int, str] = {}
        self._selected: int | None = None
        self._hover: Spot | None = None
        self._hover_row: int | None = None
        self._pressed: Spot | None = None
        self._focus_button: str | None = None
        self._read_only = False
        self._connected = True
        self._stale_after_s = stale_after_s(None)
        self._proxies = CardProxies(self.viewport(), self._on_proxy_asked)
        self._picture_age = QElapsedTimer()
        self._hold = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._style.changed.connect(self._on_look_changed)

    # ---- what it shows

    def set_fleet(self, fleet: FleetPicture) -> None:
        """Show this picture. Cards move only when a terminal's severity or the filter's answer changes."""
        is_other_size = self._fleet is None or len(self._fleet.terminals) != len(fleet.terminals)
        self._fleet = fleet
        self._picture_age.start()
        self._stale_after_s = stale_after_s(fleet.simulated)
        before, self._facts = self._facts, {}
        self._rearrange(layout_anew=is_other_size)
        self._update_news(before)

    def _update_news(self, before: dict[int, CardFacts]) -> None:
        """When nothing has happened but a second passed, only what counts seconds is out of date."""
        area = self.viewport().rect()
        is_calm = all(
            facts.user_id in before and before[facts.user_id].still is facts.still for facts in self._facts_in_sight()
        )
        if is_calm and self._connected:
            area.setLeft(self._frame.quick_left)
        self.viewport().update(area)

    def set_history(self, history: AgeHistory) -> None:
        """Draw graphs from this history (loads numpy: call after the first paint)."""
        self._frame.set_history(history)
        self.viewport().update()

    def history_changed(self) -> None:
        """The history's past was filled in: draw the graphs anew."""
        self._frame.forget_graphs()
        self.viewport().update()

    def set_filter(self, text: str, states: Collection[str] = (), live_only: bool = False) -> None:
        """Show only terminals that match every word, are in one of the states (none: all), hold real money."""
        wanted = (text, frozenset(states), live_only)
        if wanted != (self._text, self._states, self._live_only):
            self._text, self._states, self._live_only = wanted
            self._hover = None
            self._rearrange(at_once=True)
            self.viewport().update()

    @property
    def mode(self) -> Mode:
        """`cards` or `table`."""
        return self._frame.mode

    def set_mode(self, mode: Mode) -> None:
        """Show cards or the dense table; the chosen terminal stays in sight."""
        if mode != self._frame.mode:
            self._frame.mode = mode
            self._hover = self._hover_row = None
            self._relayout()
            if self._selected is not None:
                self.scroll_to(self._selected)

    def set_busy(self, user_id: int, words: str) -> None:
        """Say that an act on a terminal is under way, and how far it is; empty words when it has ended."""
        if words == self._busy.get(user_id, ""):
            return
        if words:
            self._busy[user_id] = words
        else:
            self._busy.pop(user_id, None)
        self._facts.pop(user_id, None)
        self._update_item(user_id)
        self._proxies.speak([facts.still for facts in self._facts_in_sight()], self._read_only)

    def set_read_only(self, read_only: bool) -> None:
        """Take the buttons away: the window may only look."""
        self._read_only = read_only
        self._frame.show_buttons(not read_only)
        self._relayout()

    def set_connected(self, connected: bool) -> None:
        """Whether pictures come in; without them what is shown fades, and its ages grow."""
        if connected != self._connected:
            self._connected = connected
            self._facts.clear()
            self.viewport().update()

    @property
    def shown(self) -> tuple[int, ...]:
        """The user ids that are shown, in order."""
        return tuple(terminal.user_id for terminal in self._order)

    def scroll_to(self, user_id: int) -> None:
        """Bring a card wholly into sight."""
        index = self._index.get(user_id)
        if index is None:
            return
        rect, bar, gap = self._grid.rect(index), self.verticalScrollBar(), self._grid.gap
        if rect.top() - gap - self._frame.header < bar.value():
            bar.setValue(rect.top() - gap - self._frame.header)
        elif rect.bottom() + gap > bar.value() + self.viewport().height():
            bar.setValue(rect.bottom() + gap - self.viewport().height())

    def card(self, user_id: int) -> CardProxy | None:
        """The stand-in of a terminal's card, brought into sight; None when it is not shown."""
        if user_id in self._index:
            self.scroll_to(user_id)
            self._place_proxies()
        return self._proxies.get(user_id)

    def button_rect(self, user_id: int, button: str) -> QRect | None:
        """Where a painted button (`deploy`, `restart`, `more`) lies in the viewport, None when it is not there."""
        index, place = self._index.get(user_id), self._frame.buttons.get(button)
        if index is None or place is None:
            return None
        return place.translated(self._place(index).topLeft())

    # ---- order and geometry

    def _rearrange(self, at_once: bool = False, layout_anew: bool = False) -> None:
        terminals = self._fleet.terminals if self._fleet is not None else ()
        if self._live_only:
            terminals = tuple(terminal for terminal in terminals if terminal.counts_as_real)
        order = arrange(terminals, self._text, self._states)
        if not at_once and self._is_held():
            order = self._held_order(order)
        before = list(self._index)
        self._order = order
        self._index = {terminal.user_id: index for index, terminal in enumerate(order)}
        if layout_anew or before != list(self._index):
            self._relayout()
            self.shown_changed.emit(len(order), len(terminals))
        else:
            self._proxies.speak([facts.still for facts in self._facts_in_sight()], self._read_only)

    def _is_held(self) -> bool:
        """Cards must not change places under a finger that is about to press."""
        if self._pressed is not None:
            return True
        return self._hover is not None and self._hold.isValid() and not self._hold.hasExpired(_HOLD_MS)

    def _held_order(self, order: tuple[TerminalPicture, ...]) -> tuple[TerminalPicture, ...]:
        """New pictures in the old places; what is new comes last."""
        fresh = {terminal.user_id: terminal for terminal in order}
        kept = [fresh.pop(terminal.user_id) for terminal in self._order if terminal.user_id in fresh]
        return (*kept, *fresh.values())

    def _relayout(self) -> None:
        height = self.viewport().height()
        everyone = len(self._fleet.terminals) if self._fleet is not None else 0
        self._grid = self._frame.layout(self.viewport().width(), height, everyone)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._grid.height(len(self._order)) - height))
        bar.setPageStep(height)
        bar.setSingleStep(self._style.px(40))
        self._place_proxies()
        self.viewport().update()

    def _visible(self) -> range:
        top = self.verticalScrollBar().value()
        return self._grid.visible(top + self._frame.header, top + self.viewport().height(), len(self._order))

    def _place(self, index: int) -> QRect:
        return self._grid.rect(index).translated(0, -self.verticalScrollBar().value())

    def _update_item(self, user_id: int) -> None:
        index = self._index.get(user_id)
        if index is not None:
            self.viewport().update(self._place(index))

    def _facts_of(self, terminal: TerminalPicture) -> CardFacts:
        facts = self._facts.get(terminal.user_id)
        if facts is None:
            at = self._fleet.at_utc_s if self._fleet is not None else 0.0
            busy = self._busy.get(terminal.user_id, "")
            facts = self._book.facts_of(terminal, at, self._stale_after_s, self._elapsed_s(), busy)
            self._facts[terminal.user_id] = facts
        return facts

    def _facts_in_sight(self) -> list[CardFacts]:
        return [self._facts_of(self._order[index]) for index in self._visible()]

    def _elapsed_s(self) -> float:
        return self._picture_age.elapsed() / 1000.0 if self._picture_age.isValid() else 0.0

    def _place_proxies(self) -> None:
        if self.isVisible():
            cards = [(self._facts_of(self._order[index]).still, self._place(index)) for index in self._visible()]
            self._proxies.place(cards, self._frame.buttons, self._read_only)

    def _on_proxy_asked(self, user_id: int, act: str) -> None:
        raise NotImplementedError("what an act means is the view's affair")

    def _user_at(self, at: QPoint) -> int | None:
        if at.y() < self._frame.header:
            return None
        below = at.y() + self.verticalScrollBar().value()
        index = self._grid.index_at(at.x(), below, len(self._order))
        return None if index is None else self._order[index].user_id

    def _spot_at(self, at: QPoint) -> Spot | None:
        user_id = self._user_at(at)
        if user_id is None:
            return None
        inside = at - self._place(self._index[user_id]).topLeft()
        for name, rect in self._frame.buttons.items():
            if rect.contains(inside):
                return (user_id, name)
        return None

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """One frame, or the part of it that is out of date."""
        painter = QPainter(self.viewport())
        try:
            self._paint(painter, event.rect())
        finally:
            # A painter that is left open takes the process down with the next frame.
            painter.end()

    def _paint(self, painter: QPainter, area: QRect) -> None:
        in_sight = self._facts_in_sight()
        places = [self._place(index) for index in self._visible()]
        items = [Item(facts, rect) for facts, rect in zip(in_sight, places) if rect.intersects(area)]
        self._paint_ground(painter, area, places)
        if items:
            touch = Touch(
                selected=self._selected,
                has_focus=self.hasFocus(),
                focus_button=self._focus_button,
                hover=self._hover,
                hover_row=self._hover_row,
                pressed=self._pressed,
            )
            self._frame.paint(painter, items, in_sight, touch, self._stale_after_s)
        if self._order:
            self._frame.paint_header(painter, self.viewport().width())
        else:
            self._paint_nothing(painter)
        if not self._connected:
            veil = self._style.theme.colour(Role.GROUND)
            veil.setAlpha(120)
            painter.fillRect(area, veil)

    def _paint_ground(self, painter: QPainter, area: QRect, places: list[QRect]) -> None:
        """The ground where no item lies: items cover their own places."""
        colour = self._style.colour(Role.GROUND)
        whole_width = self._grid.columns == 1 and self._grid.item_width >= self.viewport().width()
        if whole_width and places:
            bottom = places[-1].bottom() + 1
            painter.fillRect(0, bottom, self.viewport().width(), max(0, self.viewport().height() - bottom), colour)
        else:
            painter.fillRect(area, colour)

    def _paint_nothing(self, painter: QPainter) -> None:
        area = self.viewport().rect()
        if self._fleet is None:
            title, words = WAITING
        elif not self._fleet.terminals:
            title, words = "No terminals yet", "Add a user: the console gives it a terminal of its own and watches it."
        else:
            title, words = "Nothing matches", "No terminal matches the search and the filters. Clear them to see all."
        paint_empty(painter, area, title, words, self._style)

    # ---- life

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Lay out anew."""
        super().resizeEvent(event)
        self._relayout()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802 - Qt's name
        """Paint other rows."""
        self._hover = None
        self.viewport().update()
        self._place_proxies()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Count the picture's age while somebody looks."""
        super().showEvent(event)
        self._timer.start()
        self._relayout()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """No timer runs behind a hidden window."""
        super().hideEvent(event)
        self._timer.stop()

    def _on_tick(self) -> None:
        """Nothing came for a while: ages grow."""
        if self._elapsed_s() > FRESH_S and self._order:
            self._facts.clear()
            self.viewport().update()

    def _on_look_changed(self) -> None:
        self._frame.forget()
        self._relayout()
