"""A short word in a frame: LIVE, DEMO, SIMULATED. Must not know: accounts or fleets."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import Look, look
from mt5console.ui.theme.palette import Role

MONEY_BADGES: dict[str, tuple[str, Role, str]] = {
    "real": ("LIVE", Role.LIVE, "real money"),
    "demo": ("DEMO", Role.TEXT_FAINT, "a demo account: no real money"),
    "contest": ("CONTEST", Role.TEXT_FAINT, "a contest account: no real money"),
}
"""Word, role and meaning of an account's kind."""

UNKNOWN_MONEY = ("LIVE?", Role.LIVE, "not seen yet: counts as real money")


def money_badge(trade_mode: str) -> tuple[str, Role, str]:
    """Word, role and meaning for an account; unknown counts as real money."""
    return MONEY_BADGES.get(trade_mode, UNKNOWN_MONEY)


def badge_size(text: str, style: Look, font: FontRole = FontRole.BADGE) -> QSize:
    """The size in logical pixels that a badge takes."""
    metrics = style.metrics(font)
    return QSize(int(metrics.horizontalAdvance(text)) + style.px(13), int(metrics.height()) + style.px(4))


def paint_badge(
    painter: QPainter, area: QRectF, text: str, role: Role, style: Look, font: FontRole = FontRole.BADGE
) -> None:
    """Paint a badge into an area; real money's is filled with a tint of its colour."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    quiet = role in (Role.TEXT_FAINT, Role.TEXT_SOFT)
    painter.setPen(QPen(style.colour(Role.LINE_STRONG) if quiet else style.theme.mixed(role, 0.75), 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush if quiet else style.theme.mixed(role, 0.12))
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), style.px(3), style.px(3))
    painter.setFont(style.font(font))
    painter.setPen(style.colour(role))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


class Badge(QWidget):
    """A badge as a widget."""

    def __init__(
        self, text: str = "", role: Role = Role.TEXT_FAINT, parent: QWidget | None = None, *, large: bool = False
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._role = role
        self._font = FontRole.STRONG if large else FontRole.BADGE
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        look().changed.connect(self._on_look_changed)

    @property
    def text(self) -> str:
        """The word it shows."""
        return self._text

    def set_badge(self, text: str, role: Role, meaning: str = "") -> None:
        """Show another word; `meaning` is its tooltip and part of its accessible name."""
        self._text, self._role = text, role
        self.setToolTip(meaning)
        self.setAccessibleName(f"{text}: {meaning}" if meaning else text)
        self._on_look_changed()

    def set_money(self, trade_mode: str) -> None:
        """Show what kind of money an account holds."""
        self.set_badge(*money_badge(trade_mode))

    def sizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        return badge_size(self._text, look(), self._font)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        painter = QPainter(self)
        paint_badge(painter, QRectF(self.rect()), self._text, self._role, look(), self._font)
        painter.end()

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()
