"""The shape of a source as far as adding lines to it needs: its functions, their returns, its calls, by their places.

Works on a text whose comments, quoted texts and directives are blanked out, so that places stay those of the source.
Must not know: what is added, or why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mt5console.core.deployment.inputs import words as spelling

MOST_HANDLERS = 3
"""Definitions of one handler that are told apart; more than one is too many anyway."""

_QUIET = re.compile(
    rf"(?P<comment>{spelling.LINE_COMMENT}|{spelling.BLOCK_COMMENT})"
    rf"|(?P<quoted>{spelling.STRING}|{spelling.CHARACTER})|(?P<directive>{spelling.DIRECTIVE})",
    re.DOTALL,
)
_NO_BREAK = re.compile(r"[^\r\n]")
_FUNCTION = re.compile(r"(?<![\w:.~])(\w+)\s+(On[A-Z]\w*)\s*\(([^()]*)\)\s*\{")
_BRACE = re.compile(r"[{}]")
_RETURN = re.compile(r"\breturn\b([^;{}]{0,400});")
_CONDITION = re.compile(r"#\s*(ifdef|ifndef|if|endif)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """An event handler's definition: `body` and `end` are the places behind `{` and of its `}`."""

    name: str
    type_name: str
    parameters: str
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A `return` statement: `value` as it is spelt, between `start` (behind the word) and `end` (of its `;`)."""

    value: str
    start: int
    end: int


class SourceShape:
    """A source's code and directives, by their places in its text."""

    def __init__(self, text: str) -> None:
        self.text = text
        code, uncommented, place = [], [], 0
        for found in _QUIET.finditer(text):
            blank = _NO_BREAK.sub(" ", found.group())
            between = text[place : found.start()]
            code += [between, blank]
            uncommented += [between, blank if found.lastgroup == "comment" else found.group()]
            place = found.end()
        self.code = "".join(code) + text[place:]
        self.uncommented = "".join(uncommented) + text[place:]
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def handlers(self, name: str) -> tuple[Handler, ...]:
        """Every definition of an event handler of this name whose braces can be followed."""
        found: list[Handler] = []
        for match in _FUNCTION.finditer(self.code):
            if match[2] != name:
                continue
            end = self._closing(match.end())
            if end is None or len(found) == MOST_HANDLERS:
                break
            found.append(
                Handler(
                    name=name,
                    type_name=match[1],
                    parameters=match[3],
                    start=match.start(),
                    body=match.end(),
                    end=end,
                )
            )
        return tuple(found)

    def returns(self, handler: Handler) -> tuple[Return, ...]:
        """The `return` statements of a handler."""
        return tuple(
            Return(
                value=match[1].strip(),
                start=match.start(1) + len(match[1]) - len(match[1].lstrip()),
                end=match.end() - 1,
            )
            for match in _RETURN.finditer(self.code, handler.body, handler.end)
        )

    def calls(self, name: str) -> tuple[int, ...]:
        """Places of the calls of a function (its own definition does not count)."""
        return tuple(
            found.start()
            for found in re.finditer(rf"\b{name}\s*\(", self.code)
            if not re.search(r"\b(?:void|int|bool)\s+$", self.code[max(0, found.start() - 20) : found.start()])
        )

    def argument(self, call: int) -> str | None:
        """The text between a call's brackets, None when they are not closed."""
        opening = self.code.index("(", call)
        depth = 0
        for place in range(opening, min(len(self.code), opening + 2000)):
            depth += (self.code[place] == "(") - (self.code[place] == ")")
            if depth == 0:
                return self.text[opening + 1 : place].strip()
        return None

    def line_of(self, place: int) -> int:
        """The line of a place, from 1."""
        return 1 + self.text.count("\n", 0, place) + (self.text.count("\r", 0, place) if "\n" not in self.text else 0)

    @property
    def is_balanced(self) -> bool:
        """Whether every brace and every condition of the source is closed."""
        if self.code.count("{") != self.code.count("}"):
            return False
        commands = [found[1] for found in _CONDITION.finditer(self.uncommented)]
        return commands.count("endif") * 2 == len(commands)

    def _closing(self, place: int) -> int | None:
        depth = 1
        for found in _BRACE.finditer(self.code, place):
            depth += 1 if found.group() == "{" else -1
            if depth == 0:
                return found.start()
        return None
