"""Words as small finished pictures on their ground, made once: a fleet says the same few hundred words over and over.

Laying out and painting text costs ten times more than copying a picture of it. Must not know: what the words mean.
"""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import Look
from mt5console.ui.theme.palette import Role

_MOST_CUT = 4000
_MOST_BYTES = 24 * 2**20

TileKey = tuple[str, FontRole, Role, Role, int, bool, float]


class Ink:
    """Measures, cuts and pictures words in the look's fonts."""

    def __init__(self, style: Look) -> None:
        self._style = style
        self._cut: dict[tuple[FontRole, int, str], str] = {}
        self._widths: dict[tuple[FontRole, str], float] = {}
        self._tiles: OrderedDict[TileKey, QPixmap] = OrderedDict()
        self._bytes = 0

    def forget(self) -> None:
        """Drop everything: fonts or colours are other ones."""
        self._cut.clear()
        self._widths.clear()
        self._tiles.clear()
        self._bytes = 0

    def fitted(self, text: str, width: int, font: FontRole) -> str:
        """The words, cut with an ellipsis if they are too wide."""
        if not text:
            return text
        key = (font, width, text)
        cut = self._cut.get(key)
        if cut is None:
            if len(self._cut) > _MOST_CUT:
                self._cut.clear()
            cut = self._style.metrics(font).elidedText(text, Qt.TextElideMode.ElideRight, max(0, width))
            self._cut[key] = cut
        return cut

    def width(self, text: str, font: FontRole) -> float:
        """How wide the words are, in logical pixels."""
        key = (font, text)
        width = self._widths.get(key)
        if width is None:
            if len(self._widths) > _MOST_CUT:
                self._widths.clear()
            width = self._widths[key] = self._style.metrics(font).horizontalAdvance(text)
        return width

    def tile(
        self, text: str, font: FontRole, role: Role, ground: Role, width: int, to_right: bool, ratio: float
    ) -> QPixmap:
        """A picture `width` wide and one line high: the words on a ground, at its left or right edge, cut to fit."""
        key = (text, font, role, ground, width, to_right, ratio)
        tile = self._tiles.get(key)
        if tile is None:
            tile = self._tiles[key] = self._paint(text, font, role, ground, width, to_right, ratio)
            self._bytes += _size(tile)
            while self._bytes > _MOST_BYTES and len(self._tiles) > 1:
                self._bytes -= _size(self._tiles.popitem(last=False)[1])
        return tile

    def _paint(
        self, text: str, font: FontRole, role: Role, ground: Role, width: int, to_right: bool, ratio: float
    ) -> QPixmap:
        metrics = self._style.metrics(font)
        tile = QPixmap(max(1, round(width * ratio)), max(1, round(round(metrics.height()) * ratio)))
        tile.setDevicePixelRatio(ratio)
        tile.fill(self._style.colour(ground))
        words = self.fitted(text, width, font)
        if words:
            painter = QPainter(tile)
            painter.setFont(self._style.font(font))
            painter.setPen(self._style.colour(role))
            left = width - metrics.horizontalAdvance(words) if to_right else 0.0
            painter.drawText(QPointF(left, round(metrics.ascent())), words)
            painter.end()
        return tile


def _size(tile: QPixmap) -> int:
    return tile.width() * tile.height() * 4
