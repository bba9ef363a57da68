"""Paints one terminal as a dense row, for a hundred at a glance. Must not know: the fleet, or how rows are chosen."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import Look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import Lamp
from mt5console.ui.views.card_facts import CardFacts, StillFacts
from mt5console.ui.views.card_layout import BUTTONS, Grid
from mt5console.ui.views.fleet_parts import ButtonState, Slot, paint_icon_button
from mt5console.ui.views.ink import Ink
from mt5console.ui.views.table_layout import Column, columns_for
from mt5console.ui.widgets.badge import badge_size, paint_badge

_QUICK = ("worst", "cpu", "memory")
"""Columns that change every second; they leave a narrow table from the last one on."""


class TablePainter:
    """Rows under a fixed header."""

    def __init__(self, style: Look, ink: Ink) -> None:
        self._style = style
        self._ink = ink
        self._width = 800
        self._columns: Mapping[str, Column] = {}
        self._quick = 0
        self.with_buttons = True

    @property
    def header(self) -> int:
        """The header's height."""
        return round(self._style.metrics(FontRole.SMALL).height()) + self._style.px(14)

    def layout(self, width: int, height: int, count: int) -> Grid:
        """One column of rows, whatever the height and the count."""
        style = self._style
        self._width = width
        self._columns = columns_for(width, style, self.with_buttons)
        self._quick = sum(name in self._columns for name in _QUICK)
        return Grid(columns=1, item_width=width, item_height=self._row_height(), gap=0, margin=0, top=self.header)

    @property
    def graph(self) -> QRect:
        """Where the graph lies in a row."""
        column = self._columns["graph"]
        return QRect(column.left, self._style.px(3), column.width, self._row_height() - 2 * self._style.px(3))

    @property
    def buttons(self) -> Mapping[str, QRect]:
        """Where the buttons lie in a row."""
        column = self._columns.get("acts")
        if column is None:
            return {}
        size = column.width // len(BUTTONS)
        return {
            name: QRect(column.left + index * size, self._style.px(1), size - 1, self._row_height() - self._style.px(3))
            for index, name in enumerate(BUTTONS)
        }

    def base(self, facts: StillFacts, surface: Role, ratio: float) -> QPixmap:
        """The slow part: state and why, user, account, badge, lamps, robots, restarts, buttons at rest."""
        style, height = self._style, self._row_height()
        ground = self.ground(surface)
        pixmap = QPixmap(round(self._width * ratio), round(height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(style.colour(ground))
        painter = QPainter(pixmap)
        margin = self._columns["state"].left
        painter.fillRect(QRectF(margin, height - 1, self._width - 2 * margin, 1), style.theme.mixed(Role.LINE, 0.7))
        column = self._columns["state"]
        self._paint_lamp(painter, column.left, facts.lamp, ground, ratio)
        self._write(painter, column, facts.title, FontRole.STRONG, facts.role, style.px(18))
        self._write(painter, self._columns["user"], facts.name, FontRole.STRONG, Role.TEXT)
        if "account" in self._columns:
            self._write(painter, self._columns["account"], facts.account, FontRole.BASE, Role.TEXT_SOFT)
        self._paint_badge(painter, facts)
        self._paint_words(painter, facts)
        restarts = Role.TEXT if facts.restarts_role is Role.TEXT_FAINT else facts.restarts_role
        for name, text, role in (("robots", facts.robots, Role.TEXT), ("restarts", facts.restarts, restarts)):
            if name in self._columns:
                indent = self._columns[name].width - round(self._ink.width(text, FontRole.BASE))
                self._write(painter, self._columns[name], text, FontRole.BASE, role, indent)
        if "checks" in self._columns:
            for index, (_, lamp) in enumerate(facts.lamps):
                self._paint_lamp(painter, self._columns["checks"].left + index * style.px(17), lamp, ground, ratio)
        painter.fillRect(self.graph, style.colour(Role.SUNKEN))
        for name, rect in self.buttons.items():
            paint_icon_button(painter, rect, name, self._rest_state(facts, name), False, style)
        painter.end()
        return pixmap

    def slots(self) -> tuple[Slot, ...]:
        """Where the quick part is written: worst age, CPU, memory, as far as they fit."""
        top = self._base_line() - round(self._style.metrics(FontRole.BASE).ascent())
        columns = [self._columns[name] for name in _QUICK if name in self._columns]
        return tuple(Slot(column.left, top, column.width, FontRole.BASE, True) for column in columns)

    def texts(self, facts: CardFacts) -> tuple[tuple[str, Role], ...]:
        """What the slots say, in their order."""
        role = Role.TEXT if facts.beat_role is Role.TEXT_FAINT else facts.beat_role
        said = ((facts.worst, role), (facts.cpu, Role.TEXT_SOFT), (facts.memory, Role.TEXT_SOFT))
        return said[: self._quick]

    def ground(self, surface: Role) -> Role:
        """What slots lie on."""
        return Role.GROUND if surface is Role.PANEL else surface

    def label(self, facts: CardFacts, ratio: float) -> tuple[QPoint, QPixmap] | None:
        """Rows write the beat's age in a column of its own."""
        return None

    def quick_left(self) -> int:
        """From where on a second's news may change a row: its graph and what is right of it."""
        return self._columns["graph"].left

    def paint_over(
        self, painter: QPainter, rect: QRect, facts: StillFacts, states: Mapping[str, ButtonState], focus: str | None
    ) -> None:
        """Buttons that are pointed at, pressed or focused."""
        for name, place in self.buttons.items():
            if name in states or name == focus:
                rest = self._rest_state(facts, name)
                state = rest if rest == "disabled" else states.get(name, "normal")
                moved = place.translated(rect.topLeft())
                paint_icon_button(painter, moved, name, state, name == focus, self._style)

    def paint_selected(self, painter: QPainter, rect: QRect, has_focus: bool) -> None:
        """The chosen row has its own ground; with the keyboard here a frame as well."""
        if has_focus:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._style.colour(Role.ACCENT), 2.0))
            painter.drawRoundedRect(QRectF(rect).adjusted(3.0, 1.0, -3.0, -2.0), 3.0, 3.0)

    def paint_header(self, painter: QPainter, width: int) -> None:
        """The columns' titles, over the rows."""
        style, height = self._style, self.header
        painter.fillRect(0, 0, width, height, style.colour(Role.GROUND))
        metrics = style.metrics(FontRole.SMALL)
        base = (height + metrics.ascent() - metrics.descent()) / 2.0
        painter.setFont(style.font(FontRole.SMALL))
        painter.setPen(style.colour(Role.TEXT_FAINT))
        for column in self._columns.values():
            if column.title == "P I A R":
                for index, letter in enumerate("PIAR"):
                    at = column.left + index * style.px(17)
                    painter.drawText(QRectF(at, 0.0, style.px(12), height), Qt.AlignmentFlag.AlignCenter, letter)
                continue
            words = metrics.elidedText(column.title, Qt.TextElideMode.ElideRight, column.width + style.px(8))
            left = float(column.left)
            if column.is_number:
                left += column.width - metrics.horizontalAdvance(words)
            painter.drawText(QPointF(left, base), words)
        painter.fillRect(0, height - 1, width, 1, style.colour(Role.LINE))

    @staticmethod
    def _rest_state(facts: StillFacts, name: str) -> ButtonState:
        return "disabled" if facts.is_busy and name in ("deploy", "restart") else "normal"

    def _row_height(self) -> int:
        return round(self._style.metrics(FontRole.BASE).height()) + self._style.px(10)

    def _base_line(self) -> int:
        metrics = self._style.metrics(FontRole.BASE)
        return round((self._row_height() - 1 + metrics.ascent() - metrics.descent()) / 2.0)

    def _write(
        self, painter: QPainter, column: Column, words: str, font: FontRole, role: Role, indent: int = 0
    ) -> None:
        painter.setFont(self._style.font(font))
        painter.setPen(self._style.colour(role))
        cut = self._ink.fitted(words, max(column.width - indent, 0) + 1, font)
        painter.drawText(QPointF(column.left + indent, self._base_line()), cut)

    def _paint_words(self, painter: QPainter, facts: StillFacts) -> None:
        if "words" in self._columns:
            special = " · ".join(words.lower() for words, _ in facts.badges[:-1])
            text = f"{special} · {facts.words}" if special and facts.words else special or facts.words
            self._write(painter, self._columns["words"], text, FontRole.BASE, facts.words_role)

    def _paint_badge(self, painter: QPainter, facts: StillFacts) -> None:
        words, role = facts.badges[-1]
        size, column = badge_size(words, self._style), self._columns["money"]
        top = (self._row_height() - 1 - size.height()) // 2
        area = QRectF(column.left, top, min(size.width(), column.width), size.height())
        paint_badge(painter, area, words, role, self._style)

    def _paint_lamp(self, painter: QPainter, left: float, lamp: Lamp, ground: Role, ratio: float) -> None:
        size = self._style.px(12)
        middle = self._base_line() - self._style.metrics(FontRole.BASE).capHeight() / 2.0
        picture = self._style.lamp(lamp, size, ratio, ground)
        painter.drawPixmap(QPointF(left, round(middle - size / 2.0)), picture)
