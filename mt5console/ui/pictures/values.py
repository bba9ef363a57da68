"""Values out of JSON of any shape: what is missing or of a strange type is None or empty. Must not know: pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

UNKNOWN = "unknown"

Json = Mapping[str, Any]
NOTHING: Json = MappingProxyType({})


def as_object(value: object) -> Json:
    """The object, or an empty one."""
    return value if isinstance(value, Mapping) else NOTHING


def as_tuple(value: object) -> tuple[Any, ...]:
    """The list as a tuple, or an empty one."""
    return tuple(value) if isinstance(value, list | tuple) else ()


def as_text(value: object) -> str:
    """The text, or an empty one."""
    return value if isinstance(value, str) else ""


def as_text_or_none(value: object) -> str | None:
    """The text, or None."""
    return value if isinstance(value, str) else None


def as_texts(value: object) -> tuple[str, ...]:
    """The texts among a list's entries."""
    return tuple(entry for entry in as_tuple(value) if isinstance(entry, str))


def as_flag(value: object) -> bool | None:
    """True or False, or None."""
    return value if isinstance(value, bool) else None


def as_whole(value: object) -> int | None:
    """The whole number, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_number(value: object) -> float | None:
    """The finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
