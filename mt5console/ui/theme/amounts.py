"""Numbers as people read them: ages, uptimes, memory, shares; each with its unit. Must not know: Qt or pictures."""

from __future__ import annotations

NOTHING = "–"
"""Stands for a number that is not known."""

_MINUTE = 60
_HOUR = 3600
_DAY = 86400


def age_words(seconds: float | None) -> str:
    """An age in at most two parts: `0.8 s`, `41 s`, `6 m 02 s`, `2 h 05 m`, `3 d 04 h`; a dash for none."""
    if seconds is None:
        return NOTHING
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = int(seconds + 0.5)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} m {whole % _MINUTE:02d} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} m"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR:02d} h"


def rough_age_words(seconds: float) -> str:
    """An age in one part, for a sentence: `41 s`, `6 min`, `2 h`, `3 d`."""
    whole = int(max(0.0, seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        return f"{whole // _HOUR} h"
    return f"{whole // _DAY} d"


def uptime_words(seconds: float | None) -> str:
    """How long something has run: `14 s`, `6 m`, `2 h 05 m`, `3 d 04 h`; a dash for none."""
    if seconds is None:
        return NOTHING
    whole = int(max(0.0, seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} m"
    return age_words(whole)


def memory_words(count: int | None) -> str:
    """Bytes as MB or GB (powers of 1024, as the Task Manager counts); a dash for none."""
    if count is None:
        return NOTHING
    megabytes = count / 2**20
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1024:.1f} GB"


def percent_words(share: float | None) -> str:
    """Percent with one digit below ten; a dash for none."""
    if share is None:
        return NOTHING
    return f"{share:.1f} %" if share < 9.95 else f"{share:.0f} %"


def count_words(part: int | None, whole: int | None) -> str:
    """`3/5`, with a dash for what is not known."""
    return f"{NOTHING if part is None else part}/{NOTHING if whole is None else whole}"
