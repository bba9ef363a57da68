"""The fleet as people use it: mouse and keys on the painted cards and rows, turned into wishes.

Invisible stand-ins for the cards in sight (`card_proxy.py`) carry object names (`terminal_<user_id>` with
`deploy_button`, `restart_button`, `stop_button`), accessible names and clicks; `card(user_id)` brings any card into
sight and gives its stand-in. `fleet_canvas.py` paints. Must not know: threads, the client, or what an act means.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip

from mt5console.ui.theme.states import look_of
from mt5console.ui.views.card_layout import BUTTONS, DEPLOY, MORE, RESTART
from mt5console.ui.views.card_proxy import STOP
from mt5console.ui.views.fleet_canvas import FleetCanvas
from mt5console.ui.views.fleet_frame import Spot
from mt5console.ui.views.fleet_keys import is_move, moved

_KEYS = {Qt.Key.Key_D: DEPLOY, Qt.Key.Key_R: RESTART, Qt.Key.Key_M: MORE}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class FleetView(FleetCanvas):
    """The terminals as cards or as a dense table, worst first.

    Signals (user ids travel as Python integers):
        selected_changed: another terminal is chosen.
        opened: Enter or a double click: show this terminal's page.
        deploy_asked, restart_asked, stop_asked: a button or its key; nothing has been done yet.
        more_asked: the menu of a terminal, and where to open it on the screen.
    """

    selected_changed = Signal(object)
    opened = Signal(object)
    deploy_asked = Signal(object)
    restart_asked = Signal(object)
    stop_asked = Signal(object)
    more_asked = Signal(object, QPoint)

    # ---- what is chosen

    @property
    def selected(self) -> int | None:
        """The chosen terminal's user id."""
        return self._selected

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

    # ---- events

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show where the keyboard is."""
        super().focusInEvent(event)
        by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_keyboard and self._selected is None and self._order:
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
        if event.reason() is not QContextMenuEvent.Reason.Mouse:
            if self._selected is not None:
                self._ask(self._selected, MORE)
        elif user_id is not None and not self._read_only:
            self.select(user_id)
            self.more_asked.emit(user_id, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows move, Enter opens, D deploys, R restarts, M opens the menu, Tab walks the buttons, Space presses."""
        key, selected = Qt.Key(event.key()), self._selected if self._selected in self._index else None
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and is_move(key) and self._order:
            self._move(key)
        elif plain and selected is not None and key in _KEYS:
            self._ask(selected, _KEYS[key])
        elif plain and selected is not None and key in _ENTER:
            if self._focus_button is not None:
                self._ask(selected, self._focus_button)
            else:
                self.opened.emit(selected)
        elif plain and key == Qt.Key.Key_Escape and self._focus_button is not None:
            self._focus_button = None
            self.viewport().update()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab walks the chosen card's buttons before it leaves the view."""
        walk: list[str | None] = [None, *(name for name in BUTTONS if name in self._frame.buttons)]
        place = walk.index(self._focus_button) + (1 if forward else -1)
        if self._selected not in self._index or not 0 <= place < len(walk):
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
            QToolTip.showText(event.globalPos(), self.hint_at(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)

    def hint_at(self, at: QPoint) -> str:
        """What a tooltip says at a point of the viewport: state, why, and each check's evidence; empty for nothing."""
        user_id = self._user_at(at)
        if user_id is None:
            return ""
        terminal = self._order[self._index[user_id]]
        facts = self._facts_of(terminal).still
        lines = [f"{facts.name}, {facts.account}: {facts.title}", facts.words or look_of(terminal.state).meaning]
        lines += [f"{title}: {check.evidence or 'nothing seen'}" for title, check in terminal.checks]
        return "\n".join(lines)

    # ---- inner helpers of events

    def _point_at(self, at: QPoint) -> None:
        self._set_hover(self._spot_at(at), self._user_at(at))

    def _set_hover(self, spot: Spot | None, row: int | None) -> None:
        row = row if self._frame.mode == "table" else None
        if (spot, row) == (self._hover, self._hover_row):
            return
        before, before_row = self._hover, self._hover_row
        self._hover, self._hover_row = spot, row
        self._hold.start()
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor)
        for touched in {before and before[0], spot and spot[0], before_row, row}:
            if touched is not None:
                self._update_item(touched)

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
        index = self._index.get(self._selected) if self._selected is not None else None
        if index is None:
            target = 0
        else:
            rows = (self.viewport().height() - self._frame.header) // (self._grid.item_height + self._grid.gap)
            target = moved(index, key, self._grid.columns, rows, len(self._order))
        self.select(self._order[target].user_id)

    def _on_proxy_asked(self, user_id: int, act: str) -> None:
        self._ask(user_id, act)
