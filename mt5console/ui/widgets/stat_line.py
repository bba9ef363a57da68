"""A line of small facts with their names: `up 3 d 04 h   restarts 1 of 5`. Must not know: what they measure."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

Stat = tuple[str, str, Role]
"""Name, value, and the role that the value is written in."""


class StatLine(QWidget):
    """Facts beside each other; those that do not fit are left out from the right, never cut through."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stats: tuple[Stat, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look().changed.connect(self._on_look_changed)

    def set_stats(self, stats: Iterable[Stat]) -> None:
        """Show these facts."""
        self._stats = tuple(stats)
        words = ", ".join(" ".join(part for part in (name, value) if part) for name, value, _ in self._stats)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        width = sum(self._width(stat) for stat in self._stats) + look().px(14) * max(0, len(self._stats) - 1)
        return QSize(int(width) + 2, int(look().metrics(FontRole.SMALL).height()) + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        return QSize(look().px(40), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        style = look()
        metrics = style.metrics(FontRole.SMALL)
        painter = QPainter(self)
        painter.setFont(style.font(FontRole.SMALL))
        left, base = 0.0, (self.height() + metrics.ascent() - metrics.descent()) / 2.0
        for name, value, role in self._stats:
            width = self._width((name, value, role))
            if left + width > self.width():
                break
            painter.setPen(style.colour(Role.TEXT_FAINT))
            painter.drawText(QPointF(left, base), name)
            painter.setPen(style.colour(role))
            painter.drawText(QPointF(left + self._before(name), base), value)
            left += width + style.px(14)
        painter.end()

    def _before(self, name: str) -> float:
        return look().metrics(FontRole.SMALL).horizontalAdvance(f"{name} ") if name else 0.0

    def _width(self, stat: Stat) -> float:
        return self._before(stat[0]) + look().metrics(FontRole.SMALL).horizontalAdvance(stat[1])

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()
