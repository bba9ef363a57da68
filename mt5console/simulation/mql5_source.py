"""Reads MQL5 sources the way a compiler's first step does: comments away, includes in place, tokens with positions.

Only as much of the preprocessor as telling an expert's shape takes. Must not know: what makes a source right, or how
messages are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CODE_OPEN_FAILED = 106
CODE_QUOTE_OMITTED = 112
CODE_END_OF_COMMENT = 151

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\f\v]+)
      |(?P<newline>\n)
      |(?P<comment>//[^\n]*)
      |(?P<block>/\*)
      |(?P<string>"(?:\\.|[^"\\\n])*")
      |(?P<char>[DC]?'(?:\\.|[^'\\\n])*')
      |(?P<open>["'])
      |(?P<directive>\#(?:[^\n\\]|\\\n?)*)
      |(?P<name>[A-Za-z_]\w*)
      |(?P<number>\d[\w.]*(?:(?<=[eE])[+-]\d+)?|\.\d\w*)
      |(?P<sign>::|[^\w\s])""",
    re.VERBOSE,
)
_INCLUDE = re.compile(r"#\s*include\s*([<\"])([^>\"]+)[>\"]")
_CONDITION = re.compile(r"#\s*(ifdef|ifndef|else|endif|define|undef)\b\s*(\w*)[ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a source; `kind` is name, number, string, char or sign. Line and column count from 1."""

    kind: str
    text: str
    file: Path
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One line of a compiler's complaint."""

    file: Path
    line: int
    column: int
    code: int
    text: str
    severity: str = "error"


@dataclass(slots=True)
class Program:
    """A source with all its includes."""

    source: Path
    tokens: list[Token] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    included: list[Path] = field(default_factory=list)
    library_includes: list[str] = field(default_factory=list)
    defines: dict[str, str] = field(default_factory=dict)


def decode_source(data: bytes) -> str:
    """A source's text: UTF-16 or UTF-8 by its mark, else UTF-8, else one byte a character."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def read_program(source: Path, include_directory: Path) -> Program:
    """Read a source and what it includes: `<…>` from the include directory, `"…"` beside the including file.

    Raises OSError when the source itself cannot be read.
    """
    program = Program(source)
    _read_into(program, source, decode_source(source.read_bytes()), include_directory)
    return program


def _read_into(program: Program, path: Path, text: str, include_directory: Path) -> None:
    active: list[bool] = []
    for kind, word, line, column in _words(program, path, text.replace("\r\n", "\n")):
        if kind == "directive":
            included = _directive(program, active, path, word, line, include_directory)
            if included is not None:
                _read_into(program, included, decode_source(included.read_bytes()), include_directory)
        elif all(active):
            program.tokens.append(Token(kind, word, path, line, column))


def _words(program: Program, path: Path, text: str) -> Iterator[tuple[str, str, int, int]]:
    """Words with their positions; comments are kept aside, what is not terminated becomes a message."""
    position, line, line_start = 0, 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:  # A control character: as good as a blank.
            position += 1
            continue
        kind, word, column = match.lastgroup or "", match.group(), position - line_start + 1
        position = match.end()
        if kind == "newline":
            line, line_start = line + 1, position
        elif kind == "comment":
            program.comments.append(word)
        elif kind == "block":
            end = text.find("*/", position)
            if end < 0:
                text_ = "unexpected end of file found in comment"
                program.messages.append(
                    Message(file=path, line=line, column=column, code=CODE_END_OF_COMMENT, text=text_)
                )
                return
            line += text.count("\n", position, end)
            line_start = max(line_start, text.rfind("\n", position, end) + 1)
            position = end + 2
        elif kind == "open":
            text_ = f"{word} - closing quote omitted"
            program.messages.append(Message(file=path, line=line, column=column, code=CODE_QUOTE_OMITTED, text=text_))
            position = text.find("\n", position) if "\n" in text[position:] else len(text)
        elif kind == "directive":
            comment = word.find("//")
            yield kind, word if comment < 0 else word[:comment], line, column
            if "\n" in word:
                line, line_start = line + word.count("\n"), position - len(word) + word.rfind("\n") + 1
        elif kind != "blank":
            yield kind, word, line, column


def _directive(
    program: Program, active: list[bool], path: Path, word: str, line: int, include_directory: Path
) -> Path | None:
    """Follow one directive; gives the file to read in its place, if any. Each file is read once."""
    if _condition(program, active, word) or not all(active):
        return None
    match = _INCLUDE.match(word)
    if match is None:
        return None
    named = match[2].strip().replace("\\", "/")
    wanted = (include_directory if match[1] == "<" else path.parent) / named
    if match[1] == "<":
        program.library_includes.append(named)
    if not wanted.is_file():
        text = f"file '{wanted}' not found"
        program.messages.append(Message(file=path, line=line, column=1, code=CODE_OPEN_FAILED, text=text))
        return None
    resolved = wanted.resolve()
    if resolved in program.included or resolved == program.source.resolve():
        return None
    program.included.append(resolved)
    return resolved


def _condition(program: Program, active: list[bool], word: str) -> bool:
    match = _CONDITION.match(word)
    if match is None:
        return False
    command, name, value = match[1], match[2], match[3].strip()
    if command in ("ifdef", "ifndef"):
        active.append((name in program.defines) == (command == "ifdef"))
    elif command == "else" and active:
        active[-1] = not active[-1]
    elif command == "endif" and active:
        active.pop()
    elif command == "define" and all(active):
        program.defines[name] = value
    elif command == "undef" and all(active):
        program.defines.pop(name, None)
    return True
