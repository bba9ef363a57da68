"""How heartbeat samples are packed: a minute or an hour of one robot as one small blob. Must not know: SQL, clocks.

Resolution: 0.1 s of time, 10 ms of age; ages end at about 490 days. Three planes of 16-bit numbers (steps of time,
low and high half of the age) compress to about one byte a sample.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

TICKS_PER_S = 10
AGE_STEPS_PER_S = 100
MINUTE_S = 60
HOUR_S = 3600
MINUTES_PER_HOUR = 60
NO_SAMPLE = 0xFFFFFFFF
"""Stands in an hour's maxima for a minute without a sample."""

_COMPRESSION = 6
_HALF = 0xFFFF


def age_steps(age_s: float) -> int:
    """An age in the steps that are kept; negative ones (clocks that differ a little) count as none."""
    return min(max(round(age_s * AGE_STEPS_PER_S), 0), NO_SAMPLE - 1)


@dataclass(slots=True)
class Block:
    """Samples of one robot since a start: `ticks` (tenths of a second after the start) and `ages` (steps of 10 ms)."""

    ticks: array[int] = field(default_factory=lambda: array("I"))
    ages: array[int] = field(default_factory=lambda: array("I"))

    def add(self, tick: int, age: int) -> None:
        """Take one sample on."""
        self.ticks.append(tick)
        self.ages.append(age)

    def extend(self, other: Block, shift_ticks: int = 0) -> None:
        """Take on another block's samples, that block's start lying `shift_ticks` after this one's."""
        self.ticks.extend(tick + shift_ticks for tick in other.ticks)
        self.ages.extend(other.ages)

    def worst(self) -> int:
        """The largest age in steps, NO_SAMPLE for an empty block."""
        return max(self.ages, default=NO_SAMPLE)

    def pack(self) -> bytes:
        """The blob: samples in the order of time, compressed."""
        ordered = sorted(zip(self.ticks, self.ages))
        steps, previous = [], 0
        for tick, _ in ordered:
            steps.append(tick - previous)
            previous = tick
        ages = [age for _, age in ordered]
        planes = (*steps, *(age & _HALF for age in ages), *(age >> 16 for age in ages))
        return zlib.compress(struct.pack(f"<{len(planes)}H", *planes), _COMPRESSION)


def unpack(blob: bytes) -> Block:
    """A blob's samples. Raises ValueError when it is no such blob."""
    try:
        raw = zlib.decompress(blob)
    except zlib.error as error:
        raise ValueError(f"not a block of heartbeats: {error}") from error
    if len(raw) % 6:
        raise ValueError("not a block of heartbeats: its planes differ in length")
    count = len(raw) // 6
    numbers = struct.unpack(f"<{3 * count}H", raw)
    block, tick = Block(), 0
    for step in numbers[:count]:
        tick += step
        block.ticks.append(tick)
    block.ages.extend(low | high << 16 for low, high in zip(numbers[count : 2 * count], numbers[2 * count :]))
    return block


def pack_maxima(maxima: Iterable[int]) -> bytes:
    """An hour's worst age per minute, 60 numbers."""
    return struct.pack(f"<{MINUTES_PER_HOUR}I", *maxima)


def unpack_maxima(blob: bytes) -> tuple[int, ...]:
    """An hour's worst age per minute. Raises ValueError when it is no such blob."""
    if len(blob) != MINUTES_PER_HOUR * 4:
        raise ValueError("not an hour of maxima")
    return struct.unpack(f"<{MINUTES_PER_HOUR}I", blob)
