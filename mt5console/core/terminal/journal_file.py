"""Journal files by day: which there are, and reading one of them whole or from near its end.

Files are opened briefly for reading, as the terminal allows while it writes. Must not know: what the lines mean.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mt5console.core.errors import ConsoleError, NotFound, StorageFailed
from mt5console.core.model.observed import JournalEntry
from mt5console.core.terminal.encoding import TextForm, form_of
from mt5console.core.terminal.journal import JournalReader
from mt5console.core.terminal.journal_removals import explained

NEAR_END = 64 * 1024
"""How much of a journal is looked at when only its end matters (bytes)."""

_HEAD = 4096
_BLOCK = 256 * 1024
_LINE_PIECE = 64 * 1024
_ANCHOR = 64


def day_of(name: str) -> date | None:
    """The day of a journal's file name (`20260102.log`, in any case), None for other files."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or suffix.casefold() != "log" or len(stem) != 8 or not (stem.isascii() and stem.isdigit()):
        return None
    try:
        return date(int(stem[:4]), int(stem[4:6]), int(stem[6:]))
    except ValueError:
        return None


def journals_in(directory: Path) -> tuple[tuple[date, Path], ...]:
    """The journals of a directory with their days, oldest first; none when the directory is not there."""
    try:
        with os.scandir(directory) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return ()
    return tuple(sorted((day, directory / name) for name in names if (day := day_of(name))))


def is_experts_log(path: Path) -> bool:
    """Whether a journal lies where programs write theirs: MQL5/Logs."""
    return path.parent.parent.name.casefold() == "mql5"


def read_journal(path: Path) -> Iterator[JournalEntry]:
    """Every line of a file as an entry, `unclean_exit` besides, removals with their reason.

    Read piece by piece, so size does not matter, nor does a line's length: one that is longer than 64 Ki characters
    comes in several entries. A file with another name than a journal's takes the day of its last change. Raises
    NotFound (`no_journal`) and StorageFailed (`journal_unreadable`).
    """
    return read_journals(((path, 0),))


def read_journals(parts: Iterable[tuple[Path, int]]) -> Iterator[JournalEntry]:
    """Several files of one terminal as one journal, oldest first, each from a byte on (0: its beginning).

    Raises as `read_journal` does, at the file that cannot be read.
    """
    return explained(_read(tuple(parts)))


def _read(parts: tuple[tuple[Path, int], ...]) -> Iterator[JournalEntry]:
    reader: JournalReader | None = None
    for path, start in parts:
        try:
            day = day_of(path.name) or changed_day(path)
            if reader is None:
                reader = reader_for(path, day, whole=start == 0)
            else:
                reader.turn_to(day)
            for line in file_lines(path, start):
                yield from reader.feed(line)
        except OSError as error:
            raise unreadable(path, error) from None


def reader_for(path: Path, day: date, *, whole: bool) -> JournalReader:
    """A reader for a file of that day: an experts log by its folder; `whole`: it will hear the file's beginning."""
    experts_log = is_experts_log(path)
    running = _left_running(path) if whole and not experts_log else None
    return JournalReader(day, experts_log=experts_log, running=running)


def changed_day(path: Path) -> date:
    """The day of a file's last change, local time. Raises OSError."""
    return datetime.fromtimestamp(path.stat().st_mtime).date()


def unreadable(path: Path, error: OSError) -> ConsoleError:
    """The error to raise for a file that is not there or cannot be read, in one sentence."""
    if isinstance(error, FileNotFoundError):
        return NotFound("no_journal", f"There is no journal {path}; give a file, or a user's number.")
    if isinstance(error, IsADirectoryError) or path.is_dir():
        return StorageFailed("journal_unreadable", f"{path} is a directory; give one of the .log files in it.")
    reason = error.strerror or type(error).__name__
    return StorageFailed("journal_unreadable", f"The journal {path} cannot be read ({reason}); look at its rights.")


def file_form(path: Path) -> TextForm:
    """The form of a file's text. Raises OSError."""
    with path.open("rb") as file:
        return form_of(file.read(_HEAD))


def file_lines(path: Path, start: int = 0) -> Iterator[str]:
    """The lines of a file from byte `start` on, without line ends, in bounded memory. Raises OSError.

    A line that never ends comes in pieces of 64 Ki characters, half a line at the end as it stands.
    """
    form = file_form(path)
    decoder = codecs.getincrementaldecoder(form.codec)(errors="replace")
    rest = ""
    with path.open("rb") as file:
        file.seek(max(start, len(form.bom)))
        while data := file.read(_BLOCK):
            lines = (rest + decoder.decode(data)).split("\n")
            rest = lines.pop()
            for line in lines:
                yield line.removesuffix("\r")
            while len(rest) >= _LINE_PIECE:
                yield rest[:_LINE_PIECE]
                rest = rest[_LINE_PIECE:]
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest.removesuffix("\r")


def running_before(directory: Path, day: date) -> bool | None:
    """Whether the newest journal before `day` ends with a terminal still running; None when there is none."""
    older = [item for item in journals_in(directory) if item[0] < day]
    if not older:
        return None
    last_day, path = older[-1]
    try:
        piece = read_piece(path, None)
    except OSError:
        return None
    reader = JournalReader(last_day)
    for line in piece.lines:
        reader.feed(line)
    return reader.running


def _left_running(path: Path) -> bool | None:
    day = day_of(path.name)
    return running_before(path.parent, day) if day else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Whole lines of a file: `lines`, where they end (`end`, bytes), and the bytes just before that place.

    `at_end`: the file held no more when it was read, half a line apart.
    """

    lines: tuple[str, ...]
    end: int
    anchor: bytes
    at_end: bool


def read_piece(path: Path, start: int | None, anchor: bytes = b"", limit: int = NEAR_END) -> Piece:
    """Whole lines from byte `start` on (None: from the first whole line within `limit` of the end), at most `limit`.

    `anchor` is what stood before `start` when it was read: if it is no longer there, the file is another one and is
    read from its beginning. A single line longer than `limit` counts as whole. Raises OSError.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        form = form_of(file.read(_HEAD))
        begin = max(0, size - limit) if start is None else start
        begin -= begin % form.unit
        if start is not None:
            file.seek(max(0, start - len(anchor)))
            if start > size or file.read(len(anchor)) != anchor:
                begin = 0
        file.seek(begin)
        data = file.read(limit)
    first = _behind(form, form.find_newline(data)) if start is None and begin else 0
    end = max(first, _behind(form, form.find_newline(data, last=True)))
    if end == 0 and len(data) == limit:
        end = limit - limit % form.unit
    text = data[first:end].decode(form.codec, errors="replace").removeprefix("\ufeff")
    lines = text.removesuffix("\n").split("\n") if text else []
    return Piece(
        lines=tuple(lines),
        end=begin + end,
        anchor=data[max(0, end - _ANCHOR) : end],
        at_end=len(data) < limit or begin + limit >= size,
    )


def _behind(form: TextForm, newline: int) -> int:
    return newline + form.unit if newline >= 0 else 0
