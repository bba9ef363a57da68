"""The columns of the dense table: what fits into a width, and what is left out first. Must not know: rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mt5console.ui.theme.look import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column's place. Numbers are set to its right edge."""

    title: str
    left: int
    width: int
    is_number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a column asks for, in the drawings' pixels: `least`, a share of what is left over, and at `most`.

    The higher `leaves`, the earlier it is left out when room is short; 0 stays.
    """

    title: str
    least: int
    share: float = 0.0
    most: int = 0
    is_number: bool = False
    leaves: int = 0


_WISHES: Mapping[str, _Wish] = {
    "state": _Wish(title="State", least=120),
    "words": _Wish(title="", least=130, share=5.0, most=900, leaves=5),
    "user": _Wish(title="User", least=68),
    "account": _Wish(title="Account", least=206, share=1.5, most=300, leaves=6),
    "money": _Wish(title="", least=58),
    "checks": _Wish(title="P I A R", least=66, leaves=1),
    "graph": _Wish(title="Heartbeat age, 5 min", least=124, share=3.0, most=480),
    "worst": _Wish(title="Worst", least=64, is_number=True),
    "robots": _Wish(title="Robots", least=46, is_number=True, leaves=3),
    "restarts": _Wish(title="Restarts", least=54, is_number=True, leaves=4),
    "cpu": _Wish(title="CPU", least=42, is_number=True, leaves=7),
    "memory": _Wish(title="Memory", least=52, is_number=True, leaves=8),
    "acts": _Wish(title="", least=78, leaves=2),
}

_LEAST_GRAPH = 40
"""What the graph shrinks to when even the columns that stay do not fit."""


def columns_for(width: int, style: Look, with_acts: bool = True) -> Mapping[str, Column]:
    """The columns that fit, from left to right."""
    margin, gap = style.px(14), style.px(12)
    wishes = {name: wish for name, wish in _WISHES.items() if with_acts or name != "acts"}
    room = width - 2 * margin

    def needed() -> int:
        return sum(style.px(wish.least) for wish in wishes.values()) + gap * (len(wishes) - 1)

    for name in sorted(wishes, key=lambda name: -wishes[name].leaves):
        if needed() <= room or not wishes[name].leaves:
            break
        del wishes[name]
    over = room - needed()
    if over < 0:
        wishes["graph"] = replace(wishes["graph"], least=max(_LEAST_GRAPH, wishes["graph"].least + over))
    shares = sum(wish.share for wish in wishes.values()) or 1.0
    columns: dict[str, Column] = {}
    left = margin
    for name, wish in wishes.items():
        more = int(max(0, over) * wish.share / shares)
        size = style.px(wish.least) + more
        if wish.most:
            size = min(size, style.px(wish.most))
        columns[name] = Column(title=wish.title, left=left, width=size, is_number=wish.is_number)
        left += size + gap
    return _to_the_right(columns, width - margin)


def _to_the_right(columns: dict[str, Column], edge: int) -> Mapping[str, Column]:
    """What is left over beyond the widest columns goes before the numbers."""
    last = columns[next(reversed(columns))]
    spare = max(0, edge - last.left - last.width)
    moved = {}
    begun = False
    for name, column in columns.items():
        begun = begun or column.is_number
        shift = spare if begun else 0
        moved[name] = Column(
            title=column.title, left=column.left + shift, width=column.width, is_number=column.is_number
        )
    return moved
