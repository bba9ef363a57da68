"""The rail on the left: fleet, incidents with their count, server; below them the theme. Must not know: pages."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.icons import paint_icon
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

PAGES = (("fleet", "fleet", "Fleet"), ("incidents", "incident", "Incidents"), ("server", "server", "Server"))
"""Pages by name, icon and title."""

MOST_SHOWN = 99


class RailButton(QAbstractButton):
    """An icon with an optional count on its corner."""

    def __init__(self, name: str, drawing: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"page_{name}")
        self.page = name
        self._drawing, self._title, self._count = drawing, title, 0
        self.setToolTip(title)
        self.setAccessibleName(title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def count(self) -> int:
        """The number on its corner; 0 shows none."""
        return self._count

    def set_count(self, count: int) -> None:
        """Show a number on its corner."""
        if count != self._count:
            self._count = count
            self.setAccessibleName(f"{self._title}: {count} open" if count else self._title)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        return QSize(look().px(38), look().px(38))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        style, side = look(), float(look().px(20))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour(Role.RAISED if self.isChecked() else Role.HOVER))
            painter.drawRoundedRect(QRectF(self.rect()), style.px(7), style.px(7))
        if self.hasFocus():
            painter.setPen(style.colour(Role.ACCENT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), style.px(7), style.px(7))
        area = QRectF((self.width() - side) / 2.0, (self.height() - side) / 2.0, side, side)
        paint_icon(painter, area, self._drawing, style.colour(Role.TEXT if self.isChecked() else Role.TEXT_FAINT))
        if self._count:
            self._paint_count(painter)
        painter.end()

    def _paint_count(self, painter: QPainter) -> None:
        style = look()
        words = str(self._count) if self._count <= MOST_SHOWN else f"{MOST_SHOWN}+"
        metrics = style.metrics(FontRole.BADGE)
        height = metrics.height() + 1.0
        width = max(height, metrics.horizontalAdvance(words) + style.px(7))
        area = QRectF(self.width() - width, 0.0, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour(Role.FAILING))
        painter.drawRoundedRect(area, height / 2.0, height / 2.0)
        painter.setFont(style.font(FontRole.BADGE))
        painter.setPen(style.colour(Role.GROUND))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)


class Rail(QWidget):
    """Signals:
    page_asked: the page that was clicked.
    theme_asked: the other theme is wanted.
    """

    page_asked = Signal(str)
    theme_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        column = QVBoxLayout(self)
        column.setContentsMargins(look().px(7), look().px(10), look().px(8), look().px(10))
        column.setSpacing(look().px(4))
        self._group = QButtonGroup(self)
        self._buttons: dict[str, RailButton] = {}
        for name, drawing, title in PAGES:
            button = RailButton(name, drawing, title, self)
            button.setCheckable(True)
            button.clicked.connect(self._on_clicked)
            self._group.addButton(button)
            self._buttons[name] = button
            column.addWidget(button)
        column.addStretch(1)
        self._theme = RailButton("theme", "theme", "Dark or light", self)
        self._theme.setObjectName("theme_button")
        self._theme.clicked.connect(self.theme_asked)
        column.addWidget(self._theme)
        look().changed.connect(self.update)

    def set_page(self, name: str) -> None:
        """Mark the page that is shown."""
        self._buttons[name].setChecked(True)

    def set_open_incidents(self, count: int) -> None:
        """How many incidents are open."""
        self._buttons["incidents"].set_count(count)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.PANEL))
        painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), look().colour(Role.LINE))
        painter.end()

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, RailButton):
            self.page_asked.emit(button.page)
