"""Cuts an MQL5 source into tokens; comments and white space are dropped, directives stay whole lines.

It must not know the grammar. Columns count characters from 1, lines count from 1; a token never spans lines.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tools.mql5check.words import RESERVED_WORDS

LONGEST_NAME: Final = 63
MOST_ERRORS: Final = 100


class SourceError(Exception):
    """One mistake in a source: where it is, and what is wrong in one sentence."""

    def __init__(self, path: str, line: int, column: int, text: str) -> None:
        super().__init__(path, line, column, text)
        self.path = path
        self.line = line
        self.column = column
        self.text = text

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.text}"


class Token(NamedTuple):
    """One token as it stands in the source.

    `kind` is one of name, keyword, number, string, char, date, color, operator, directive, end. Reserved words
    outside the subset are keywords too; the parser refuses them. `text` is the exact spelling, quotes included;
    of a directive the whole line without its comment.
    """

    kind: str
    text: str
    line: int
    column: int

    @property
    def end_column(self) -> int:
        """The column after the token's last character."""
        return self.column + len(self.text)


_TOKEN: Final = re.compile(
    r"""[ \t\f\v]*(?:
      (?P<newline>\n)
    | (?P<line_comment>//[^\n]*)
    | (?P<block_comment>/\*(?s:.*?)\*/)
    | (?P<open_comment>/\*)
    | (?P<date>D'[^'\n]*')
    | (?P<color>C'[^'\n]*')
    | (?P<prefixed>[A-Za-z_0-9]+["'])
    | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<number>0[xX][0-9A-Fa-f]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<string>"(?:[^"\\\n]|\\.)*")
    | (?P<char>'(?:[^'\\\n]|\\[^\n]|\\x[0-9A-Fa-f]+)')
    | (?P<quote>["'])
    | (?P<directive>\#[^\n]*)
    | (?P<operator><<=|>>=|\.\.\.|::|->|\+\+|--|&&|\|\||<=|>=|==|!=|[-+*/%&|^]=|<<|>>|[-+*/%&|^~!<>=?:;,.(){}\[\]])
    | (?P<end>\Z))
    """,
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"\\(?:x[0-9A-Fa-f]{1,4}|[ntr0\\\"'])|\\(.?)")
_DATE: Final = re.compile(
    r"(?:(\d{4})\.(\d{1,2})\.(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4}))(?:\s+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?)?"
)
_COLOR_PART: Final = re.compile(r"\s*(?:0[xX][0-9A-Fa-f]{1,2}|\d{1,3})\s*")
_DIRECTIVE_PART: Final = re.compile(r"""//.*|/\*.*?\*/|"(?:[^"\\]|\\.)*"|<[^>]*>|.""")
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def tokenize(text: str, path: str) -> list[Token]:
    """Give the tokens of a source, the last of kind `end`; raise the first SourceError."""
    tokens, errors = scan(text, path)
    if errors:
        raise errors[0]
    return tokens


def scan(text: str, path: str, first_line: int = 1, first_column: int = 1) -> tuple[list[Token], list[SourceError]]:
    """Give the tokens of a source, the last of kind `end`, and every mistake of spelling found on the way."""
    return _Scanner(text.replace("\r\n", "\n").replace("\r", "\n"), path, first_line, first_column).run()


class _Scanner:
    """One pass over one text."""

    def __init__(self, text: str, path: str, line: int, column: int) -> None:
        self._text = text
        self._path = path
        self._line = line
        self._start = 1 - column
        self._tokens: list[Token] = []
        self._errors: list[SourceError] = []

    def run(self) -> tuple[list[Token], list[SourceError]]:
        text, tokens, match_at = self._text, self._tokens, _TOKEN.match
        at, size = 0, len(text)
        while at < size and len(self._errors) < MOST_ERRORS:
            match = match_at(text, at)
            if match is None:
                while text[at] in " \t\f\v":
                    at += 1
                self._say(at, f"the character {text[at]!r} has no meaning here")
                at += 1
                continue
            kind = match.lastgroup or "end"
            at = match.start(kind)
            if kind == "operator":
                tokens.append(Token("operator", match.group(kind), self._line, at - self._start + 1))
            elif kind == "name":
                word = match.group(kind)
                tokens.append(
                    Token("keyword" if word in RESERVED_WORDS else "name", word, self._line, at - self._start + 1)
                )
                if len(word) > LONGEST_NAME:
                    self._say(at, f"the name {word[:20]}... is longer than {LONGEST_NAME} characters")
            elif kind == "newline":
                self._line += 1
                self._start = match.end()
            elif kind not in ("line_comment", "end"):
                at = self._rare(kind, match)
                continue
            at = match.end()
        tokens.append(Token("end", "", self._line, size - self._start + 1))
        return tokens, self._errors

    def _say(self, at: int, text: str) -> None:
        self._errors.append(SourceError(self._path, self._line, max(1, at - self._start + 1), text))

    def _rare(self, kind: str, match: re.Match[str]) -> int:
        """Take one match that needs a look inside; give the place to go on from."""
        at, end, word = match.start(kind), match.end(), match.group(kind)
        if kind == "block_comment":
            lines = word.count("\n")
            if lines:
                self._line += lines
                self._start = at + word.rindex("\n") + 1
            return end
        if kind == "open_comment":
            self._say(at, "the comment /* is never closed")
            return len(self._text)
        if kind == "quote":
            self._say(at, "the string is not closed on its line" if word == '"' else "the character constant is wrong")
            line_end = self._text.find("\n", at)
            return line_end if line_end >= 0 else len(self._text)
        if kind == "prefixed":
            return self._prefixed(at, word)
        if kind == "directive":
            self._directive(at, word)
            return end
        complaint = _LITERALS[kind](word)
        if kind == "number" and complaint is None and end < len(self._text) and _is_word(self._text[end]):
            complaint = f"the number {word}{self._text[end]} carries a suffix; MQL5's subset has none"
        if complaint is not None:
            self._say(at, complaint)
        self._tokens.append(Token(kind, word, self._line, at - self._start + 1))
        return self._after_word(end) if kind == "number" else end

    def _after_word(self, at: int) -> int:
        while at < len(self._text) and _is_word(self._text[at]):
            at += 1
        return at

    def _prefixed(self, at: int, word: str) -> int:
        """Refuse L"...", R"(...)" and 1'000; a keyword before a string, as in `return"x"`, is fine."""
        name = word[:-1]
        if name not in RESERVED_WORDS:
            self._say(at, f"{name} must not touch the quote: prefixes and digit separators are not MQL5")
            return at + len(word) - 1
        self._tokens.append(Token("keyword", name, self._line, at - self._start + 1))
        return at + len(word) - 1

    def _directive(self, at: int, word: str) -> None:
        if self._text[self._start if self._start > 0 else 0 : at].strip():
            self._say(at, "a # stands in the middle of a line")
            return
        kept: list[str] = []
        for part in _DIRECTIVE_PART.finditer(word):
            piece = part.group()
            if piece.startswith("//"):
                break
            kept.append(" " * len(piece) if piece.startswith("/*") else piece)
        line = "".join(kept).rstrip()
        if line.endswith("\\") and not line.startswith("#include"):
            self._say(at, "a directive that goes on in the next line is outside the subset")
        self._tokens.append(Token("directive", line, self._line, at - self._start + 1))


def _is_word(letter: str) -> bool:
    return letter == "_" or (letter.isascii() and letter.isalnum())


def _number(word: str) -> str | None:
    if word[:2] in ("0x", "0X"):
        return None if int(word, 16) < 2**64 else f"the number {word} does not fit 64 bits"
    if not word.isdigit():
        return None
    if len(word) > 1 and word[0] == "0":
        return f"the number {word} starts with 0, which C++ reads as octal and MQL5 does not"
    return None if len(word) < 21 and int(word) < 2**64 else f"the number {word[:24]} does not fit 64 bits"


def _escapes(word: str) -> str | None:
    if "\\" not in word:
        return None
    for match in _ESCAPE.finditer(word[1:-1]):
        if match.group(1) is not None:
            return f"\\{match.group(1)} is no escape sequence of MQL5"
    return None


def _date(word: str) -> str | None:
    match = _DATE.fullmatch(word[2:-1].strip())
    if match is None:
        return f"{word} is no date: write D'2026.01.31 12:30:00'"
    parts = [int(part) if part else 0 for part in match.groups()]
    year, month, day = parts[0:3] if match.group(1) else (parts[5], parts[4], parts[3])
    right = 1970 <= year <= 3000 and 1 <= month <= 12 and 1 <= day <= _DAYS[max(1, min(month, 12)) - 1]
    return None if right and parts[6] < 24 and parts[7] < 60 and parts[8] < 60 else f"{word} is no date that exists"


def _color(word: str) -> str | None:
    parts = word[2:-1].split(",")
    if len(parts) != 3 or any(_COLOR_PART.fullmatch(part) is None for part in parts):
        return f"{word} is no colour: write C'255,128,0'"
    return None if all(int(part, 0 if "x" in part.lower() else 10) < 256 for part in parts) else f"{word} is no colour"


_LITERALS: Final = {"number": _number, "string": _escapes, "char": _escapes, "date": _date, "color": _color}
