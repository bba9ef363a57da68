"""Walks over tokens: what the parser's rooms share. It must not know what any token means.

A mistake is raised as SourceError by the rule that meets it, and noted by the rule that can go on after it. Only the
first mistake of a line is kept: the others mostly follow from it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tools.mql5check.lexer import MOST_ERRORS, SourceError, Token
from tools.mql5check.syntax import Node, Span

DEEPEST: Final = 200
RECURSION: Final = 20_000


@contextmanager
def room_for_recursion() -> Iterator[None]:
    """Let the rules call themselves as deep as DEEPEST allows, whatever the caller's own limit is."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class TooManyErrors(Exception):
    """So many mistakes that the rest of the file is not worth reading."""


class Cursor:
    """A place among the tokens of one file, and the mistakes found so far.

    `token` is the token at this place; at the end of the file the one of kind `end`.
    """

    def __init__(self, tokens: list[Token], path: str, errors: list[SourceError]) -> None:
        self.path = path
        self.errors = errors
        self._tokens = tokens
        self._at = 0
        self.token = tokens[0]
        self._depth = 0
        self._marked_lines = {error.line for error in errors}

    @property
    def previous(self) -> Token:
        """The token before this place."""
        return self._tokens[self._at - 1] if self._at else self._tokens[0]

    def peek(self, ahead: int = 1) -> Token:
        """The token `ahead` places further on, or the last."""
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else self._tokens[-1]

    def step(self) -> Token:
        """Give the token at this place and go past it; the end is never passed."""
        token = self.token
        if token.kind != "end":
            self._at += 1
            self.token = self._tokens[self._at]
        return token

    def sees(self, text: str) -> bool:
        """Whether the operator or keyword `text` stands here."""
        token = self.token
        return token.text == text and token.kind in ("operator", "keyword")

    def takes(self, text: str) -> bool:
        """Go past the operator or keyword `text` if it stands here; say whether it did."""
        token = self.token
        if token.text != text or token.kind not in ("operator", "keyword"):
            return False
        self._at += 1
        self.token = self._tokens[self._at]
        return True

    def expect(self, text: str, why: str = "") -> Token:
        """Go past `text`, or raise: the mistake is told where the text is missing, after the token before."""
        if not self.sees(text):
            raise self.missing(f"'{text}' is missing{' ' + why if why else ''}")
        return self.step()

    def expect_name(self, what: str) -> Token:
        """Go past a name that is no reserved word, or raise; `what` says what it should name."""
        token = self.token
        if token.kind != "name":
            if token.kind == "keyword":
                raise self.error(token, f"the reserved word {token.text} cannot be {what}")
            raise self.missing(f"{what} is missing here")
        return self.step()

    def error(self, place: Token | Node, text: str) -> SourceError:
        """A mistake at a token or node, to be raised or noted."""
        return SourceError(self.path, place.line, place.column, text)

    def missing(self, text: str) -> SourceError:
        """A mistake right after the token before this place."""
        before = self.previous
        column = before.end_column if self._at else before.column
        seen = self.token.text if self.token.kind != "end" else "the end of the file"
        return SourceError(self.path, before.line, column, f"{text}, before {_short(seen)}")

    def note(self, error: SourceError) -> None:
        """Keep a mistake and go on; raise TooManyErrors when there are too many."""
        if error.line not in self._marked_lines:
            self._marked_lines.add(error.line)
            self.errors.append(error)
            if len(self.errors) >= MOST_ERRORS:
                raise TooManyErrors

    def span_from(self, start: Token | Node) -> Span:
        """From a token or node to the token before this place."""
        end = self._tokens[self._at - 1]
        return Span(start.line, start.column, end.line, end.column + len(end.text))

    def deeper(self) -> None:
        """Count one level of nesting; raise when nobody would write so many. `shallower` counts back."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.error(self.token, f"this is nested deeper than {DEEPEST} levels")

    def shallower(self, levels: int = 1) -> None:
        """Leave levels that `deeper` counted."""
        self._depth -= levels

    @property
    def depth(self) -> int:
        """How many levels deep this place is; a rule that recovers restores it with `return_to`."""
        return self._depth

    def return_to(self, depth: int) -> None:
        """Set the depth back after a mistake broke through several rules."""
        self._depth = depth

    def skip_statement(self) -> None:
        """Go past the next `;` at this level of braces, or up to the `}` that closes it."""
        braces = 0
        while self.token.kind not in ("end", "directive"):
            text = self.token.text if self.token.kind == "operator" else ""
            if text == "{":
                braces += 1
            elif text == "}":
                if braces == 0:
                    return
                braces -= 1
                if braces == 0:
                    self.step()
                    return
            elif text == ";" and braces == 0:
                self.step()
                return
            self.step()


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
