"""A source's words: what is code, what is comment, what is quoted; one pass over megabytes, and no way to loop.

Must not know: what an input is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

STRING = r'"(?:\\.|[^"\\\n])*"?'
CHARACTER = r"'(?:\\.|[^'\\\n])*'?"
LINE_COMMENT = r"//[^\n]*"
BLOCK_COMMENT = r"/\*.*?(?:\*/|\Z)"
DIRECTIVE = rf"\#(?:\\\n|{LINE_COMMENT}|{BLOCK_COMMENT}|{STRING}|[^\n])*"

_TOKEN = re.compile(
    rf"""(?P<space>\s+)
      |(?P<comment>{LINE_COMMENT}|{BLOCK_COMMENT})
      |(?P<string>{STRING})
      |(?P<quoted>[DC]?{CHARACTER})
      |(?P<number>0[xX][0-9A-Fa-f]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fF]?)
      |(?P<name>[^\W\d]\w*)
      |(?P<sign><<|>>|<=|>=|==|!=|&&|\|\||::|.)""",
    re.VERBOSE | re.DOTALL,
)
_LEADING = re.compile(r"[/*!<\s]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a source. `kind` is name, number, string, quoted, sign or comment; `start` its place."""

    kind: str
    text: str
    start: int


def plain_lines(text: str) -> str:
    """The text with LF alone as the end of its lines, and no mark before it."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def words(text: str, start: int, end: int | None = None) -> Iterator[Word]:
    """The words from a place on, comments among them; blanks are left out."""
    place, last = start, len(text) if end is None else end
    while place < last:
        match = _TOKEN.match(text, place, last)
        if match is None:
            return
        kind = match.lastgroup or "sign"
        if kind != "space":
            yield Word(kind, match.group(), place)
        place = match.end()


def comment_text(comment: str) -> str:
    """What a comment says, on one line."""
    inside = comment[2:-2] if comment.startswith("/*") and comment.endswith("*/") else comment[2:]
    return " ".join(_LEADING.sub("", inside, count=1).split())
