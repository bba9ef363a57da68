"""Heartbeat ages as pixels: many graphs in one picture, and a second's news costs its few new columns alone.

Every graph has a slot (a band of rows) in one shared image. A column stands for a fixed stretch of time and lies at
its number modulo the width, written twice, one width apart: nothing is ever moved, and whatever the newest column is,
the last columns lie side by side.
numpy is loaded with this module: import it after the first paint. Must not know: cards, users' names or Qt's widgets.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from mt5console.ui.history import AgeHistory
from mt5console.ui.theme.age_axis import LEAST_AGE_S, SPAN
from mt5console.ui.theme.palette import Role, Theme

_STEPS = 16
_HELD_S = 3
_BATCH = 24
_OVERDUE = 4.0
_ROLES = (Role.OK, Role.WARNING, Role.FAILING, Role.UNKNOWN)
_RESTING_KIND = 3

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint32]


class GraphRaster:
    """The graphs of the terminals in sight. All lengths are device pixels."""

    def __init__(self) -> None:
        self.width = 0
        self.height = 0
        self._history: AgeHistory | None = None
        self._slots: dict[int, int] = {}
        self._free: list[int] = []
        self._pixels: Pixels = np.zeros((0, 1), dtype=np.uint32)
        self._image = QImage()
        self._colours: Pixels = np.zeros(0, dtype=np.uint32)
        self._configured: tuple[int, int, float, str, float] | None = None
        self._stale_after_s = 0.0
        self._line = 1.3
        self._head = 0
        self._second: int | None = None
        self._resting: frozenset[int] = frozenset()

    def set_history(self, history: AgeHistory) -> None:
        """Draw this history from now on."""
        self._history = history
        self.forget()

    def configure(self, width: int, height: int, stale_after_s: float, theme: Theme, line: float) -> None:
        """Size, threshold, colours and line width of every graph; forgets what was drawn with other ones."""
        wanted = (width, height, stale_after_s, theme.name, line)
        if wanted == self._configured:
            return
        self._configured = wanted
        self.width, self.height = max(8, width), max(8, height)
        self._stale_after_s, self._line, self._colours = stale_after_s, line, _colour_table(theme)
        self._make_room(0)

    def forget(self) -> None:
        """What was drawn is out of date; draw all anew."""
        self._slots.clear()
        self._second = None
        self._free = list(range(len(self._pixels) // self.height)) if self.height else []

    def show(self, user_ids: Sequence[int], resting: Collection[int] = ()) -> None:
        """Bring the graphs of these terminals up to the history's newest second; others may be dropped.

        `resting`: terminals whose silence is wanted; they are drawn in grey.
        """
        history = self._history
        if history is None or history.newest_utc_s is None or not self.width:
            return
        second = int(history.newest_utc_s)
        if self._second is not None and not 0 <= second - self._second < history.points:
            self.forget()
        self._repaint_changed(frozenset(resting))
        head = second * self.width // history.points
        held = [user_id for user_id in user_ids if user_id in self._slots]
        if self._second is not None:
            if second != self._second:
                self._drop_others(held)
            self._draw(held, history, second, range(self._head, head + 1))
        self._second, self._head = second, head
        fresh = [user_id for user_id in user_ids if user_id not in self._slots]
        if fresh:
            self._take_slots(fresh, user_ids)
            missing = [user_id for user_id in user_ids if user_id not in held]
            everything = range(head - self.width + 1, head + 1)
            for start in range(0, len(missing), _BATCH):
                self._draw(missing[start : start + _BATCH], history, second, everything)

    def blit(self, painter: QPainter, user_id: int, target: QRect, ratio: float) -> bool:
        """Paint a graph into a place (logical pixels); False when nothing was drawn for it yet."""
        slot = self._slots.get(user_id)
        if slot is None:
            return False
        cut = (self._head + 1) % self.width
        top = slot * self.height
        if ratio == 1.0:
            painter.drawImage(target.x(), target.y(), self._image, cut, top, self.width, self.height)
            return True
        painter.save()
        painter.translate(target.topLeft())
        painter.scale(1.0 / ratio, 1.0 / ratio)
        painter.drawImage(0, 0, self._image, cut, top, self.width, self.height)
        painter.restore()
        return True

    def share_of(self, utc_s: float) -> float:
        """Where an instant lies across the graph: 0 at its left edge, 1 at the newest second."""
        history = self._history
        newest = None if history is None else history.newest_utc_s
        return 1.0 if history is None or newest is None else 1.0 - (newest - utc_s) / history.points

    def row_of(self, age_s: float) -> float:
        """How far below the graph's top an age lies."""
        return float(self._rows_of(np.array([age_s], dtype=np.float32))[0])

    def _repaint_changed(self, resting: frozenset[int]) -> None:
        """Graphs that change between grey and colours are drawn anew as a whole."""
        for user_id in resting ^ self._resting:
            if user_id in self._slots:
                self._free.append(self._slots.pop(user_id))
        self._resting = resting

    def _drop_others(self, kept: Sequence[int]) -> None:
        keep = set(kept)
        for user_id in [user_id for user_id in self._slots if user_id not in keep]:
            self._free.append(self._slots.pop(user_id))

    def _take_slots(self, fresh: Sequence[int], shown: Sequence[int]) -> None:
        if len(self._free) < len(fresh):
            self._drop_others([user_id for user_id in shown if user_id in self._slots])
        if len(self._free) < len(fresh):
            kept = dict(self._slots)
            old = self._pixels
            self._make_room(2 * (len(kept) + len(fresh)))
            self._pixels[: len(old)] = old
            self._slots = kept
            self._free = [slot for slot in self._free if slot not in set(kept.values())]
        for user_id in fresh:
            self._slots[user_id] = self._free.pop()

    def _make_room(self, slots: int) -> None:
        rows = max(1, slots) * self.height
        self._pixels = np.full((rows, 2 * self.width), self._colours[0], dtype=np.uint32)
        self._image = QImage(self._pixels.data, 2 * self.width, rows, 8 * self.width, QImage.Format.Format_RGB32)
        self._slots = {}
        self._free = list(range(slots))
        if not slots:
            self._second = None

    def _draw(self, user_ids: Sequence[int], history: AgeHistory, second: int, columns: range) -> None:
        """Draw these columns (numbered from the beginning of time) of these graphs."""
        if not user_ids:
            return
        if len(columns) > self.width:
            columns = columns[-self.width :]
        # A column's line reaches from its left edge to its right one; narrow graphs look inside as well.
        within = 2 + int(history.points / self.width)
        numbers = np.arange(columns.start, columns.stop, dtype=np.float64)
        edges = np.linspace(0.0, 1.0, within)
        instants = (numbers[:, None] + edges) * history.points / self.width - (second - history.points + 1)
        first = max(0, int(instants[0, 0]) - _HELD_S)
        ages = self._ages_at(_held(history.table(user_ids)[:, first:]), instants - first)
        pixels = self._rasterise(np.fmax.reduce(ages, axis=2), np.fmin.reduce(ages, axis=2), user_ids)
        places = np.arange(columns.start, columns.stop) % self.width
        slots = np.array([self._slots[user_id] for user_id in user_ids])
        bands = self._pixels.reshape(-1, self.height, 2 * self.width)
        both = np.concatenate((places, places + self.width))
        bands[slots[:, None], :, both] = np.concatenate((pixels, pixels), axis=2).transpose(0, 2, 1)

    @staticmethod
    def _ages_at(table: Floats, instants: npt.NDArray[np.float64]) -> Floats:
        """Ages at instants (seconds from the oldest point) between the points; NaN outside and in gaps."""
        points = table.shape[1]
        before = np.floor(instants).astype(np.int64)
        share = (instants - before).astype(np.float32)
        outside = (before < 0) | (before > points - 1) | ((before == points - 1) & (share > 1e-6))
        low = table[:, np.clip(before, 0, points - 1)]
        high = table[:, np.clip(before + 1, 0, points - 1)]
        ages = np.where(share <= 1e-6, low, low + (high - low) * share)
        ages[:, outside] = np.nan
        return ages.astype(np.float32, copy=False)

    def _rasterise(self, oldest: Floats, youngest: Floats, user_ids: Sequence[int]) -> Pixels:
        """Colours of (graph, row, column), from the highest and the lowest age within each column."""
        top, bottom = self._rows_of(oldest) - self._line / 2, self._rows_of(youngest) + self._line / 2
        rows = np.arange(self.height, dtype=np.float32)[None, :, None]
        covered = np.minimum(rows + 1.0, bottom[:, None, :]) - np.maximum(rows, top[:, None, :])
        seen = ~np.isnan(oldest)
        steps = np.where(seen[:, None, :], np.clip(covered, 0.0, 1.0) * _STEPS + 0.5, 0.0).astype(np.uint8)
        below = rows + 0.5 > bottom[:, None, :]
        late = np.where(
            seen, (oldest > self._stale_after_s).astype(np.uint8) + (oldest > _OVERDUE * self._stale_after_s), 0
        )
        late[[user_id in self._resting for user_id in user_ids]] = _RESTING_KIND
        kinds = late.astype(np.uint8)[:, None, :] * 2 + (below & seen[:, None, :])
        pixels: Pixels = self._colours[kinds.astype(np.intp) * (_STEPS + 1) + steps]
        return pixels

    def _rows_of(self, ages: Floats) -> Floats:
        """Where ages lie, in rows from the top."""
        share = np.clip(np.log(np.maximum(ages, LEAST_AGE_S) / LEAST_AGE_S) / SPAN, 0.0, 1.0)
        room = self.height - 2.0 * self._line - 2.0
        rows: Floats = (self.height - 1.0 - self._line - share * room).astype(np.float32)
        return rows


def _held(table: Floats) -> Floats:
    """Seconds without news hold the age before them for a moment: news may come every two or three seconds."""
    for _ in range(_HELD_S):
        later = table[:, 1:]
        gaps = np.isnan(later)
        if not gaps.any():
            break
        later[gaps] = table[:, :-1][gaps]
    return table


def _colour_table(theme: Theme) -> Pixels:
    """Colours by (kind of line, under the line or not, how much of the line covers the pixel)."""
    ground = theme.colour(Role.SUNKEN)
    colours = []
    for role in _ROLES:
        for under in (ground, theme.mixed(role, 0.15 if theme.is_dark else 0.12, Role.SUNKEN)):
            colours += [_blend(under, theme.colour(role), step / _STEPS).rgb() for step in range(_STEPS + 1)]
    return np.array(colours, dtype=np.uint32)


def _blend(under: QColor, over: QColor, share: float) -> QColor:
    parts = ((under.red(), over.red()), (under.green(), over.green()), (under.blue(), over.blue()))
    return QColor(*(round(below + (above - below) * share) for below, above in parts))
