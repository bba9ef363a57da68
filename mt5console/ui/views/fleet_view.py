"""The fleet: one view that paints every card or row, and turns mouse and keys into wishes.

No widget per terminal. A frame copies each visible card's slow part from a pixmap (kept by content), its graph from
one shared image (only a second's new columns are computed) and writes the numbers. Invisible stand-ins for the cards
in sight (card_proxy.py) carry object names, accessible names and buttons; `card(user_id)` brings any card into sight.
Must not know: threads, the client, or what an act means. Runs in: GUI thread; reads no clock but the picture's age.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Hashable
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from mt5console.ui.pictures import FleetPicture, TerminalPicture
from mt5console.ui.theme.age_axis import stale_after_s
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import look_of
from mt5console.ui.views.card_facts import FRESH_S, RESTING, CardFacts, facts_of
from mt5console.ui.views.card_layout import BUTTONS, DEPLOY, MORE, RESTART, Grid
from mt5console.ui.views.card_painter import CardPainter
from mt5console.ui.views.card_proxy import STOP, CardProxy
from mt5console.ui.views.fleet_order import arrange
from mt5console.ui.views.fleet_parts import ButtonState, dashed_strip, paint_empty, paint_marks
from mt5console.ui.views.ink import Ink
from mt5console.ui.views.table_painter import TablePainter

if TYPE_CHECKING:
    from mt5console.ui.history import AgeHistory
    from mt5console.ui.views.graph_raster import GraphRaster

Mode = Literal["cards", "table"]
Spot = tuple[int, str]
"""A user's button."""

_KEPT_BYTES = 96 * 2**20
_TICK_MS = 1000
_HOLD_MS = 5000
"""While the pointer rests on a button, cards wait so long before they change places under it."""

_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class FleetView(QAbstractScrollArea):
    """The terminals as cards or as a dense table.

    Signals (user ids travel as Python integers):
        selected_changed: another terminal is chosen.
        opened: Enter or a double click: show this terminal's page.
        deploy_asked, restart_asked, stop_asked: a button or its key; nothing has been done yet.
        more_asked: the menu of a terminal, and where to open it on the screen.
        shown_changed: how many terminals are shown, of how many.
    """

    selected_changed = Signal(object)
    opened = Signal(object)
    deploy_asked = Signal(object)
    restart_asked = Signal(object)
    stop_asked = Signal(object)
    more_asked = Signal(object, QPoint)
    shown_changed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleet_view")
        self.setAccessibleName("Fleet of terminals, worst first")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._style = look()
        self._ink = Ink(self._style)
        self._painters: dict[Mode, CardPainter | TablePainter] = {
            "cards": CardPainter(self._style, self._ink),
            "table": TablePainter(self._style, self._ink),
        }
        self._mode: Mode = "cards"
        self._grid: Grid = self._painter.layout(800)
        self._fleet: FleetPicture | None = None
        self._order: tuple[TerminalPicture, ...] = ()
        self._index: dict[int, int] = {}
        self._text, self._states, self._live_only = "", frozenset[str](), False
        self._facts: dict[int, CardFacts] = {}
        self._busy: dict[int, str] = {}
        self._bases: OrderedDict[Hashable, QPixmap] = OrderedDict()
        self._selected: int | None = None
        self._hover: Spot | None = None
        self._hover_row: int | None = None
        self._pressed: Spot | None = None
        self._focus_button: str | None = None
        self._read_only = False
        self._connected = True
        self._stale_after_s = stale_after_s(None)
        self._history: AgeHistory | None = None
        self._raster: GraphRaster | None = None
        self._strip: QPixmap | None = None
        self._proxies: dict[int, CardProxy] = {}
        self._spare: list[CardProxy] = []
        self._picture_age = QElapsedTimer()
        self._hold = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._style.changed.connect(self._on_look_changed)

    # ---- what it shows

    def set_fleet(self, fleet: FleetPicture) -> None:
        """Show this picture. Cards move only when a terminal's severity or the filter's answer changes."""
        self._fleet = fleet
        self._picture_age.start()
        self._stale_after_s = stale_after_s(fleet.simulated)
        self._facts.clear()
        self._rearrange()
        self.viewport().update()

    def set_history(self, history: AgeHistory) -> None:
        """Draw graphs from this history (loads numpy: call after the first paint)."""
        from mt5console.ui.views.graph_raster import GraphRaster

        self._history = history
        self._raster = GraphRaster()
        self._raster.set_history(history)
        self.viewport().update()

    def history_changed(self) -> None:
        """The history's past was filled in: draw the graphs anew."""
        if self._raster is not None:
            self._raster.forget()
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
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Show cards or the dense table; the chosen terminal stays in sight."""
        if mode != self._mode:
            self._mode = mode
            self._hover = self._hover_row = None
            self._relayout()
            if self._selected is not None:
                self.scroll_to(self._selected)

    def set_busy(self, user_id: int, words: str) -> None:
        """Say that an act on a terminal is under way, and how far it is; empty words when it has ended."""
        before = self._busy.get(user_id, "")
        if words:
            self._busy[user_id] = words
        else:
            self._busy.pop(user_id, None)
        if before != words:
            self._facts.pop(user_id, None)
            self._update_item(user_id)
            self._place_proxies()

    def set_read_only(self, read_only: bool) -> None:
        """Take the buttons away: the window may only look."""
        self._read_only = read_only
        for painter in self._painters.values():
            painter.with_buttons = not read_only
        self._relayout()

    def set_connected(self, connected: bool) -> None:
        """Whether pictures come in; without them what is shown fades, and its ages grow."""
        if connected != self._connected:
            self._connected = connected
            self._facts.clear()
            self.viewport().update()

    # ---- what is chosen

    @property
    def selected(self) -> int | None:
        """The chosen terminal's user id."""
        return self._selected

    @property
    def shown(self) -> tuple[int, ...]:
        """The user ids that are shown, in order."""
        return tuple(terminal.user_id for terminal in self._order)

    def select(self, user_id: int | None) -> None:
        """Choose a terminal, and bring it into sight."""
        if user_id == self._selected:
            return
        before, self._selected = self._selected, user_id
        for touched in (before, user_id):
            if touched is not None:
                self._update_item(touched)
        if user_id is not None:
            self.scroll_to(user_id)
            self.selected_changed.emit(user_id)

    def scroll_to(self, user_id: int) -> None:
        """Bring a card wholly into sight."""
        index = self._index.get(user_id)
        if index is None:
            return
        rect, bar, header = self._grid.rect(index), self.verticalScrollBar(), self._painter.header
        gap = self._grid.gap
        if rect.top() - gap - header < bar.value():
            bar.setValue(rect.top() - gap - header)
        elif rect.bottom() + gap > bar.value() + self.viewport().height():
            bar.setValue(rect.bottom() + gap - self.viewport().height())

    def card(self, user_id: int) -> CardProxy | None:
        """The stand-in of a terminal's card, brought into sight; None when it is not shown."""
        if user_id in self._index:
            self.scroll_to(user_id)
            self._place_proxies()
        return self._proxies.get(user_id)

    def button_rect(self, user_id: int, button: str) -> QRect | None:
        """Where a painted button lies in the viewport, None when it is not there."""
        index, place = self._index.get(user_id), self._painter.buttons.get(button)
        if index is None or place is None:
            return None
        return place.translated(self._place(index).topLeft())

    # ---- order and geometry

    @property
    def _painter(self) -> CardPainter | TablePainter:
        return self._painters[self._mode]

    def _rearrange(self, at_once: bool = False) -> None:
        terminals = self._fleet.terminals if self._fleet is not None else ()
        if self._live_only:
            terminals = tuple(terminal for terminal in terminals if terminal.counts_as_real)
        order = arrange(terminals, self._text, self._states)
        if not at_once and self._is_held():
            order = self._held_order(order)
        before = self._index
        self._order = order
        self._index = {terminal.user_id: index for index, terminal in enumerate(order)}
        if before.keys() != self._index.keys():
            self.shown_changed.emit(len(order), len(terminals))
            self._relayout()
        else:
            self._place_proxies()

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
        self._grid = self._painter.layout(self.viewport().width())
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, self._grid.height(len(self._order)) - height))
        bar.setPageStep(height)
        bar.setSingleStep(self._style.px(40))
        self._strip = None
        self._place_proxies()
        self.viewport().update()

    def _visible(self) -> range:
        top = self.verticalScrollBar().value()
        return self._grid.visible(top + self._painter.header, top + self.viewport().height(), len(self._order))

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
            facts = facts_of(terminal, at, self._stale_after_s, self._elapsed_s(), busy)
            self._facts[terminal.user_id] = facts
        return facts

    def _elapsed_s(self) -> float:
        return self._picture_age.elapsed() / 1000.0 if self._picture_age.isValid() else 0.0

    def _place_proxies(self) -> None:
        """One stand-in for each card in sight; those of cards out of sight serve others."""
        if not self.isVisible():
            return
        visible = self._visible()
        wanted = {self._order[index].user_id: index for index in visible}
        for user_id in [user_id for user_id in self._proxies if user_id not in wanted]:
            proxy = self._proxies.pop(user_id)
            proxy.hide()
            self._spare.append(proxy)
        buttons = self._painter.buttons
        for user_id, index in wanted.items():
            if user_id not in self._proxies:
                self._proxies[user_id] = self._spare.pop() if self._spare else self._build_proxy()
            proxy = self._proxies[user_id]
            proxy.stand_for(self._facts_of(self._order[index]), self._read_only)
            proxy.place(self._place(index), buttons)

    def _build_proxy(self) -> CardProxy:
        proxy = CardProxy(self.viewport())
        proxy.asked.connect(self._on_proxy_asked)
        return proxy

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """One frame."""
        painter = QPainter(self.viewport())
        area = event.rect()
        painter.fillRect(area, self._style.colour(Role.GROUND))
        visible = [index for index in self._visible() if self._place(index).intersects(area)]
        if visible:
            self._paint_items(painter, visible)
        elif not self._order:
            self._paint_nothing(painter)
        if self._order:
            self._painter.paint_header(painter, self.viewport().width())
        if not self._connected:
            veil = self._style.colour(Role.GROUND)
            veil.setAlpha(120)
            painter.fillRect(area, veil)
        painter.end()

    def _paint_items(self, painter: QPainter, visible: list[int]) -> None:
        ratio = self.devicePixelRatioF()
        shown = [(self._order[index], self._place(index)) for index in visible]
        for terminal, rect in shown:
            painter.drawPixmap(rect.topLeft(), self._base(self._facts_of(terminal), ratio))
        self._paint_graphs(painter, shown, ratio)
        for terminal, rect in shown:
            self._painter.live(rect.topLeft(), self._facts_of(terminal))
        self._ink.flush(painter)
        self._paint_touched(painter)

    def _base(self, facts: CardFacts, ratio: float) -> QPixmap:
        """A card's slow part, from the kept ones if its content is the same."""
        surface = Role.SELECTED if facts.user_id == self._selected else Role.PANEL
        if surface is Role.PANEL and facts.user_id == self._hover_row:
            surface = Role.RAISED
        key = (self._painter.key(facts, surface), ratio)
        pixmap = self._bases.get(key)
        if pixmap is None:
            pixmap = self._painter.base(facts, surface, ratio)
            self._bases[key] = pixmap
            size = pixmap.width() * pixmap.height() * 4
            while len(self._bases) * size > _KEPT_BYTES:
                self._bases.popitem(last=False)
        else:
            self._bases.move_to_end(key)
        return pixmap

    def _paint_graphs(self, painter: QPainter, shown: list[tuple[TerminalPicture, QRect]], ratio: float) -> None:
        raster, history, graph = self._raster, self._history, self._painter.graph
        if raster is None or history is None:
            return
        width, height = round(graph.width() * ratio), round(graph.height() * ratio)
        raster.configure(width, height, self._stale_after_s, self._style.theme, 1.35 * ratio)
        in_sight = [self._order[index] for index in self._visible()]
        resting = [terminal.user_id for terminal in in_sight if terminal.state in RESTING]
        raster.show([terminal.user_id for terminal in in_sight], resting)
        if self._strip is None:
            self._strip = dashed_strip(graph.width(), ratio, self._style)
        stale = raster.row_of(self._stale_after_s) / ratio
        for terminal, rect in shown:
            place = graph.translated(rect.topLeft())
            raster.blit(painter, terminal.user_id, place, ratio)
            painter.drawPixmap(place.left(), round(place.top() + stale), self._strip)
            marks = history.marks(terminal.user_id)
            if marks:
                paint_marks(painter, place, [(raster.share_of(mark.utc_s), mark.kind) for mark in marks], self._style)

    def _paint_touched(self, painter: QPainter) -> None:
        """What is chosen, pointed at, pressed, or has the keyboard."""
        has_focus = self.hasFocus()
        touched = {user_id for user_id in (self._selected, self._hover and self._hover[0]) if user_id is not None}
        for user_id in touched:
            index = self._index.get(user_id)
            if index is None:
                continue
            rect = self._place(index)
            if user_id == self._selected:
                self._painter.paint_selected(painter, rect, has_focus)
            states: dict[str, ButtonState] = {}
            if self._hover is not None and self._hover[0] == user_id:
                states[self._hover[1]] = "pressed" if self._pressed == self._hover else "hover"
            focus = self._focus_button if has_focus and user_id == self._selected else None
            self._painter.paint_over(painter, rect, self._facts_of(self._order[index]), states, focus)

    def _paint_nothing(self, painter: QPainter) -> None:
        area = self.viewport().rect()
        if self._fleet is None:
            title, words = "Waiting for the engine", "The fleet appears as soon as the engine has answered."
        elif not self._fleet.terminals:
            title, words = "No terminals yet", "Add a user: the console gives it a terminal of its own and watches it."
        else:
            title, words = "Nothing matches", "No terminal matches the search and the filters. Clear them to see all."
        paint_empty(painter, area, title, words, self._style)

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Lay out anew; what was in sight at the top stays there."""
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

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show where the keyboard is."""
        super().focusInEvent(event)
        if self._selected is None and self._order and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.select(self._order[self._visible().start].user_id)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The keyboard is elsewhere."""
        super().focusOutEvent(event)
        self._focus_button = None
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Light up what the pointer is over."""
        self._point_at(event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Press a button, or choose a card."""
        at = event.position().toPoint()
        self._point_at(at)
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = self._spot_at(at)
            self._focus_button = None
            user_id = self._user_at(at)
            if self._pressed is not None:
                self._update_item(self._pressed[0])
            elif user_id is not None:
                self.select(user_id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """An act is asked for only where it was pressed."""
        pressed, self._pressed = self._pressed, None
        if event.button() is Qt.MouseButton.LeftButton and pressed is not None:
            self._update_item(pressed[0])
            if self._spot_at(event.position().toPoint()) == pressed:
                self._ask(*pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Open a terminal's page; on a button it is a press like any other."""
        at = event.position().toPoint()
        user_id = self._user_at(at)
        if self._spot_at(at) is not None:
            self.mousePressEvent(event)
        elif user_id is not None and event.button() is Qt.MouseButton.LeftButton:
            self.opened.emit(user_id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """The terminal's menu, by the mouse or by the menu key."""
        user_id = self._user_at(event.pos())
        if event.reason() is QContextMenuEvent.Reason.Mouse and user_id is not None:
            self.select(user_id)
            self.more_asked.emit(user_id, event.globalPos())
        elif self._selected is not None:
            self._ask(self._selected, MORE)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows move, Enter opens, D deploys, R restarts, M opens the menu, Tab walks the buttons, Space presses."""
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key in _STEPS or key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._move(key)
            return
        acts = {Qt.Key.Key_D: DEPLOY, Qt.Key.Key_R: RESTART, Qt.Key.Key_M: MORE}
        selected = self._selected if self._selected in self._index else None
        if selected is not None and key in acts:
            self._ask(selected, acts[key])
        elif selected is not None and key == Qt.Key.Key_Space and self._focus_button is not None:
            self._ask(selected, self._focus_button)
        elif selected is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._focus_button is not None:
                self._ask(selected, self._focus_button)
            else:
                self.opened.emit(selected)
        elif key == Qt.Key.Key_Escape and self._focus_button is not None:
            self._focus_button = None
            self.viewport().update()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab walks the chosen card's buttons before it leaves the view."""
        if self._selected not in self._index or not self._painter.buttons:
            return super().focusNextPrevChild(forward)
        walk: list[str | None] = [None, *BUTTONS]
        place = walk.index(self._focus_button) + (1 if forward else -1)
        if not 0 <= place < len(walk):
            self._focus_button = None
            return super().focusNextPrevChild(forward)
        self._focus_button = walk[place]
        self.viewport().update()
        return True

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Tooltips, and the pointer that leaves."""
        if event.type() is QEvent.Type.Leave:
            self._set_hover(None, None)
        elif event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self._hint_at(event.pos())
            QToolTip.showText(event.globalPos(), words, self.viewport()) if words else QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    # ---- inner helpers of events

    def _user_at(self, at: QPoint) -> int | None:
        if at.y() < self._painter.header:
            return None
        below = at.y() + self.verticalScrollBar().value()
        index = self._grid.index_at(at.x(), below, len(self._order))
        return None if index is None else self._order[index].user_id

    def _spot_at(self, at: QPoint) -> Spot | None:
        user_id = self._user_at(at)
        if user_id is None:
            return None
        inside = at - self._place(self._index[user_id]).topLeft()
        for name, rect in self._painter.buttons.items():
            if rect.contains(inside):
                return (user_id, name)
        return None

    def _point_at(self, at: QPoint) -> None:
        self._set_hover(self._spot_at(at), self._user_at(at))

    def _set_hover(self, spot: Spot | None, row: int | None) -> None:
        row = row if self._mode == "table" else None
        if (spot, row) == (self._hover, self._hover_row):
            return
        before, before_row = self._hover, self._hover_row
        self._hover, self._hover_row = spot, row
        self._hold.start()
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor)
        for touched in {before and before[0], spot and spot[0], before_row, row}:
            if touched is not None:
                self._update_item(touched)

    def _hint_at(self, at: QPoint) -> str:
        user_id = self._user_at(at)
        terminal = None if user_id is None or self._fleet is None else self._fleet.terminal(user_id)
        if terminal is None:
            return ""
        facts = self._facts_of(terminal)
        lines = [f"{facts.name}, {facts.account}: {facts.title}"]
        lines += [facts.words or look_of(terminal.state).meaning]
        lines += [f"{title}: {check.evidence or 'nothing seen'}" for title, check in terminal.checks]
        return "\n".join(lines)

    def _ask(self, user_id: int, act: str) -> None:
        if self._read_only or (act != MORE and user_id in self._busy):
            return
        if act == DEPLOY:
            self.deploy_asked.emit(user_id)
        elif act == RESTART:
            self.restart_asked.emit(user_id)
        elif act == STOP:
            self.stop_asked.emit(user_id)
        elif act == MORE:
            rect = self.button_rect(user_id, MORE)
            corner = rect.bottomLeft() if rect is not None else QPoint()
            self.more_asked.emit(user_id, self.viewport().mapToGlobal(corner + QPoint(0, 2)))

    def _move(self, key: Qt.Key) -> None:
        if not self._order:
            return
        index = self._index.get(self._selected) if self._selected is not None else None
        if index is None:
            self.select(self._order[0].user_id)
            return
        columns = self._grid.columns
        rows = max(1, self.viewport().height() // (self._grid.item_height + self._grid.gap))
        if key in _STEPS:
            across, down = _STEPS[key]
            target = index + across + down * columns
            if not 0 <= target < len(self._order):
                target = index
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            target = 0 if key == Qt.Key.Key_Home else len(self._order) - 1
        else:
            step = rows * columns * (-1 if key == Qt.Key.Key_PageUp else 1)
            target = min(len(self._order) - 1, max(0, index + step))
        self.select(self._order[target].user_id)

    def _on_proxy_asked(self, user_id: int, act: str) -> None:
        self._ask(user_id, act)

    def _on_tick(self) -> None:
        """Nothing came for a while: ages grow."""
        if self._elapsed_s() > FRESH_S and self._order:
            self._facts.clear()
            self.viewport().update()

    def _on_look_changed(self) -> None:
        self._ink.forget()
        self._bases.clear()
        self._strip = None
        self._relayout()
