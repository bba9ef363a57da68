"""Where the arrow keys lead in a grid. Pure. Must not know: what lies in the grid."""

from __future__ import annotations

from PySide6.QtCore import Qt

_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_LEAPS = (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def is_move(key: Qt.Key) -> bool:
    """Whether a key moves the choice."""
    return key in _STEPS or key in _LEAPS


def moved(index: int, key: Qt.Key, columns: int, rows_in_sight: int, count: int) -> int:
    """The index that a key leads to from another; at the edges it stays."""
    if key in _STEPS:
        across, down = _STEPS[key]
        target = index + across + down * columns
        return target if 0 <= target < count else index
    if key == Qt.Key.Key_Home:
        return 0
    if key == Qt.Key.Key_End:
        return count - 1
    leap = max(1, rows_in_sight) * columns
    return min(count - 1, max(0, index + (leap if key == Qt.Key.Key_PageDown else -leap)))
