"""Instants as people read them, in the time of this machine. Must not know: clocks; every instant is given."""

from __future__ import annotations

from PySide6.QtCore import QDateTime

from mt5console.ui.theme.amounts import NOTHING

_HALF_DAY_S = 12 * 3600


def time_words(utc_s: float | None) -> str:
    """Hours, minutes and seconds: `14:02:11`; a dash for none."""
    if utc_s is None:
        return NOTHING
    return _local(utc_s).toString("HH:mm:ss")


def moment_words(utc_s: float | None, now_utc_s: float) -> str:
    """The time, with its day unless that is today or the last hours: `14:02:11`, `20 Nov 14:02:11`; a dash for none."""
    if utc_s is None:
        return NOTHING
    at, now = _local(utc_s), _local(now_utc_s)
    near = abs(now_utc_s - utc_s) < _HALF_DAY_S or at.date() == now.date()
    return at.toString("HH:mm:ss" if near else "d MMM HH:mm:ss")


def minute_words(utc_s: float | None, now_utc_s: float) -> str:
    """The same to the minute, for what is planned: `14:30`, `21 Nov 14:30`; a dash for none."""
    if utc_s is None:
        return NOTHING
    at = _local(utc_s)
    return at.toString("HH:mm" if at.date() == _local(now_utc_s).date() else "d MMM HH:mm")


def _local(utc_s: float) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(round(utc_s * 1000.0))
