"""Words for many places at once: laid out a single time, kept, and drawn font by font and colour by colour.

Shaping text costs more than painting it; a fleet shows the same few hundred words over and over.
Must not know: what the words mean.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QStaticText, QTransform

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import Look
from mt5console.ui.theme.palette import Role

_MOST_KEPT = 4000


class Ink:
    """Collects words with their places (`put`), then draws them all (`flush`)."""

    def __init__(self, style: Look) -> None:
        self._style = style
        self._laid: dict[tuple[FontRole, str], QStaticText] = {}
        self._cut: dict[tuple[FontRole, int, str], str] = {}
        self._wanted: dict[tuple[FontRole, Role], list[tuple[float, float, str]]] = {}
        self._plates: list[QRectF] = []

    def forget(self) -> None:
        """Drop what was laid out: fonts are other ones."""
        self._laid.clear()
        self._cut.clear()
        self._wanted.clear()
        self._plates.clear()

    def put(self, left: float, base: float, words: str, font: FontRole, role: Role) -> None:
        """Want words at a place; `base` is their baseline."""
        if words:
            self._wanted.setdefault((font, role), []).append((left, base, words))

    def put_right(self, right: float, base: float, words: str, font: FontRole, role: Role) -> None:
        """Want words that end at a place."""
        self.put(right - self.width(words, font), base, words, font, role)

    def put_on_plate(self, left: float, base: float, words: str, font: FontRole, role: Role) -> None:
        """Want words with a ground of their own below them, where a graph may run through."""
        metrics, pad = self._style.metrics(font), self._style.px(3)
        height = metrics.ascent() + metrics.descent()
        self._plates.append(QRectF(left - pad, base - metrics.ascent(), self.width(words, font) + 2 * pad, height))
        self.put(left, base, words, font, role)

    def fitted(self, words: str, width: int, font: FontRole) -> str:
        """The words, cut with an ellipsis if they are too wide."""
        key = (font, width, words)
        cut = self._cut.get(key)
        if cut is None:
            if len(self._cut) > _MOST_KEPT:
                self._cut.clear()
            metrics = self._style.metrics(font)
            cut = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width) if words else words
            self._cut[key] = cut
        return cut

    def width(self, words: str, font: FontRole) -> float:
        """How wide the words are."""
        return self._text(words, font).size().width()

    def flush(self, painter: QPainter) -> None:
        """Draw everything that is wanted, and want nothing any more."""
        for plate in self._plates:
            painter.fillRect(plate, self._style.colour(Role.SUNKEN))
        self._plates.clear()
        for (font, role), places in self._wanted.items():
            painter.setFont(self._style.font(font))
            painter.setPen(self._style.colour(role))
            ascent = self._style.metrics(font).ascent()
            for left, base, words in places:
                painter.drawStaticText(QPointF(left, base - ascent), self._text(words, font))
        self._wanted.clear()

    def _text(self, words: str, font: FontRole) -> QStaticText:
        key = (font, words)
        text = self._laid.get(key)
        if text is None:
            if len(self._laid) > _MOST_KEPT:
                self._laid.clear()
            text = QStaticText(words)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            text.prepare(QTransform(), self._style.font(font))
            self._laid[key] = text
        return text
