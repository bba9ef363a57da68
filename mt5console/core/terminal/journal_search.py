"""The end of a huge journal, and the lines of it that hold a text, without reading or decoding all of it.

Searching works on the file's bytes. In UTF-16 every other byte is zero, which defeats the search's long jumps, so the
pattern is cut to end on the last character's own byte, and blocks that lack the pattern's rarest byte are passed over
at once. Must not know: what the lines mean.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mt5console.core.terminal.encoding import TextForm
from mt5console.core.terminal.journal_file import file_form

LINE_AT_MOST = 64 * 1024
"""How much of one line is looked at around a found text (bytes either side)."""

LAST_AT_MOST = 64 * 1024 * 1024
"""How much of a file's end is read for its last lines (bytes)."""

_BLOCK = 128 * 1024
_USUAL_LINE = 200


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line and the byte where it begins."""

    start: int
    text: str


def last_lines(path: Path, count: int) -> tuple[str, ...]:
    """The last `count` lines without their ends, fewer when the file has fewer or they hold more than 64 MiB.

    Half a line at the end counts as one. Raises OSError.
    """
    form = file_form(path)
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        wanted = min(size, count * _USUAL_LINE + _USUAL_LINE)
        while True:
            begin = max(size - wanted, 0)
            begin -= begin % form.unit
            file.seek(begin)
            lines = _whole_lines(file.read(size - begin), form, begin == 0)
            if len(lines) >= count or begin == 0 or wanted >= LAST_AT_MOST:
                return tuple(line.removesuffix("\r") for line in lines[-count:]) if count else ()
            wanted = min(size, wanted * 4, LAST_AT_MOST)


def _whole_lines(data: bytes, form: TextForm, from_start: bool) -> list[str]:
    """The lines of a file's end, carriage returns left on, without the half line that it may begin with."""
    text = data.decode(form.codec, errors="replace")
    if from_start:
        text = text.removeprefix("\ufeff")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines if from_start else lines[1:]


def find_lines(path: Path, text: str) -> Iterator[FoundLine]:
    """The lines that hold a text exactly as spelt, in their order; none for an empty text. Raises OSError."""
    form = file_form(path)
    needle = text.encode(form.codec, errors="surrogatepass" if form.unit == 2 else "replace")
    if not needle or "\n" in text:
        return
    told = -1
    with path.open("rb") as lines:
        for place in _places(path, needle, form):
            if place < told:
                continue
            found, told = _line_around(lines.fileno(), place, form)
            yield found


def _places(path: Path, needle: bytes, form: TextForm) -> Iterator[int]:
    """Where the bytes of a text stand on whole characters, block by block."""
    # The last byte of little-endian UTF-16 is zero for most characters: the pattern ends before it.
    pattern = needle[:-1] if form.codec == "utf-16-le" else needle
    keep = len(needle) - 1
    rare, before, offset = b"", b"", 0
    with path.open("rb", buffering=0) as file:
        while data := file.read(_BLOCK):
            rare = rare or min((bytes((byte,)) for byte in set(pattern) if byte), key=data.count, default=b"\0")
            seam = before + data[:keep]
            for place in _in_block(seam, pattern, 0):
                absolute = offset - len(before) + place
                if place < len(before) and _is_whole(seam, place, needle, absolute, form):
                    yield absolute
            first = data.find(rare)
            if first >= 0:
                for place in _in_block(data, pattern, max(0, first - len(pattern))):
                    if _is_whole(data, place, needle, offset + place, form):
                        yield offset + place
            before = (data if len(data) >= keep else before + data)[-keep:] if keep else b""
            offset += len(data)


def _in_block(data: bytes, pattern: bytes, start: int) -> Iterator[int]:
    place = data.find(pattern, start)
    while place >= 0:
        yield place
        place = data.find(pattern, place + 1)


def _is_whole(data: bytes, place: int, needle: bytes, absolute: int, form: TextForm) -> bool:
    return absolute % form.unit == 0 and data.startswith(needle, place)


def _line_around(descriptor: int, place: int, form: TextForm) -> tuple[FoundLine, int]:
    """The line at a place, and where it ends."""
    begin = max(0, place - LINE_AT_MOST)
    begin -= begin % form.unit
    data = _read_at(descriptor, begin, place - begin + LINE_AT_MOST)
    start = form.find_newline(data, 0, place - begin, last=True)
    end = form.find_newline(data, place - begin)
    start = 0 if start < 0 else start + form.unit
    end = len(data) if end < 0 else end
    text = data[start:end].decode(form.codec, errors="replace").removeprefix("\ufeff").rstrip("\r")
    return FoundLine(begin + start, text), begin + end


def _read_at(descriptor: int, begin: int, size: int) -> bytes:
    os.lseek(descriptor, begin, os.SEEK_SET)
    return os.read(descriptor, size)
