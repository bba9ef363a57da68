"""Commands that a person can look for by a few letters: the matching, and the list model of what was found.

The matching is pure. Must not know: what a command does, or how the list is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex

DETAIL_ROLE = Qt.ItemDataRole.UserRole + 1
COMMAND_ROLE = Qt.ItemDataRole.UserRole + 2
MARKS_ROLE = Qt.ItemDataRole.UserRole + 3
"""Places of the title's letters that were matched, for emphasis."""

_WHOLE_WORD = 60.0
_WORD_START = 40.0
_WITHIN = 20.0
_SCATTERED = 4.0
_NEXT_LETTER = 3.0
_LETTER_AT_WORD = 2.0
_DETAIL_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to do: its title (what it does, to whom), a detail in smaller letters, and how to begin it."""

    title: str
    detail: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A command that answers a query: a higher score is better; `marks` are the matched places of its title."""

    command: Command
    score: float
    marks: tuple[int, ...]


def matches(query: str, commands: Iterable[Command]) -> tuple[Match, ...]:
    """The commands that hold every word of the query, best first; equal ones keep their order.

    A word is found as a piece of the title or detail, or as letters in order within the title. No words: everything.
    """
    words = query.casefold().split()
    found = [match for command in commands if (match := _match(words, command)) is not None]
    return tuple(sorted(found, key=lambda match: -match.score))


def _match(words: list[str], command: Command) -> Match | None:
    score, marks = 0.0, set[int]()
    title, detail = command.title.casefold(), command.detail.casefold()
    for word in words:
        here = _best(word, title)
        there = _piece(word, detail)
        if here is None and there is None:
            return None
        if here is not None and (there is None or here[0] >= there[0] * _DETAIL_SHARE):
            score += here[0]
            marks.update(here[1])
        elif there is not None:
            score += there[0] * _DETAIL_SHARE
    return Match(command=command, score=score, marks=tuple(sorted(marks)))


def _best(word: str, text: str) -> tuple[float, range | tuple[int, ...]] | None:
    return _piece(word, text) or _letters(word, text)


def _piece(word: str, text: str) -> tuple[float, range] | None:
    """The word as one piece of the text: at its best where it begins a word of the text, or is one."""
    best: tuple[float, range] | None = None
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        score = _WITHIN
        if _begins_word(text, start):
            score = _WHOLE_WORD if end == len(text) or not text[end].isalnum() else _WORD_START
        score += len(word) - start / 100
        if best is None or score > best[0]:
            best = (score, range(start, end))
        start = text.find(word, start + 1)
    return best


def _letters(word: str, text: str) -> tuple[float, tuple[int, ...]] | None:
    """The word's letters in order; letters that begin words, and letters side by side, count more."""
    places: list[int] = []
    score, place = _SCATTERED, -1
    for letter in word:
        follows = place + 1 < len(text) and place >= 0 and text[place + 1] == letter
        found = place + 1 if follows else _next_place(letter, text, place + 1)
        if found < 0:
            return None
        score += _NEXT_LETTER if follows else _LETTER_AT_WORD if _begins_word(text, found) else 0.0
        places.append(found)
        place = found
    spread = places[-1] - places[0] + 1 - len(word) if places else 0
    return score - spread / 10, tuple(places)


def _next_place(letter: str, text: str, start: int) -> int:
    """Where the letter next begins a word, else where it next stands at all."""
    for place in range(start, len(text)):
        if text[place] == letter and _begins_word(text, place):
            return place
    return text.find(letter, start)


def _begins_word(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()


class CommandsModel(QAbstractListModel):
    """The commands that answer the query, best first."""

    def __init__(self, commands: Iterable[Command], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands = tuple(commands)
        self._found = matches("", self._commands)

    def set_query(self, query: str) -> None:
        """Look for these words."""
        self.beginResetModel()
        self._found = matches(query, self._commands)
        self.endResetModel()

    def command(self, row: int) -> Command | None:
        """The command in a row, None when there is no such row."""
        return self._found[row].command if 0 <= row < len(self._found) else None

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many commands were found."""
        return 0 if parent is not None and parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A found command by role."""
        if not index.isValid() or not 0 <= index.row() < len(self._found):
            return None
        match = self._found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return match.command.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{match.command.title}. {match.command.detail}"
        if role == DETAIL_ROLE:
            return match.command.detail
        if role == COMMAND_ROLE:
            return match.command
        if role == MARKS_ROLE:
            return match.marks
        return None
