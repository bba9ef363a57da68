"""How many terminals are in a state, as a button that filters by it. Must not know: the fleet."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import look_of


class StateChip(QAbstractButton):
    """A count with its state's lamp and title; checked while it filters."""

    def __init__(self, state: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._count = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(f"{look_of(state).meaning}. Click to show only these.")
        look().changed.connect(self._on_look_changed)
        self.set_count(0)

    @property
    def state(self) -> str:
        """The state it stands for."""
        return self._state

    @property
    def count(self) -> int:
        """How many terminals are in it."""
        return self._count

    def set_count(self, count: int) -> None:
        """Show another count."""
        self._count = count
        self.setAccessibleName(f"{count} {look_of(self._state).title.lower()}")
        self._on_look_changed()

    def sizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        style = look()
        width = style.px(10 + 13 + 6 + 6 + 11)
        width += int(style.metrics(FontRole.STRONG).horizontalAdvance(str(self._count)))
        width += int(style.metrics(FontRole.BASE).horizontalAdvance(self._words()))
        return QSize(width + 2, int(style.metrics(FontRole.BASE).height()) + style.px(10))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        style, half = look(), self.height() / 2.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        surface = Role.SELECTED if self.isChecked() else Role.HOVER if self.underMouse() else Role.RAISED
        marked = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(style.colour(Role.ACCENT if marked else surface), 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(style.colour(surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.0, 1.0, -1.0, -1.0), half - 1.0, half - 1.0)
        size = style.px(13)
        left = float(style.px(10))
        lamp = style.lamp(look_of(self._state).lamp, size, self.devicePixelRatioF(), surface)
        painter.drawPixmap(QPointF(left, round(half - size / 2.0)), lamp)
        left += size + style.px(6)
        for words, font, role in (
            (str(self._count), FontRole.STRONG, Role.TEXT),
            (self._words(), FontRole.BASE, Role.TEXT_SOFT),
        ):
            metrics = style.metrics(font)
            painter.setFont(style.font(font))
            painter.setPen(style.colour(role))
            painter.drawText(QPointF(left, half + (metrics.ascent() - metrics.descent()) / 2.0), words)
            left += metrics.horizontalAdvance(words) + style.px(6)
        painter.end()

    def _words(self) -> str:
        return look_of(self._state).title.lower()

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()
