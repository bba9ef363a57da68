"""Reads the `input` lines of a source, and of what it includes, as a typed description.

One pass over the text finds what matters: directives, enumerations, inputs. What cannot be understood is kept as opaque
text with its type's name and a note, never dropped. Must not know: files (an `Includes` finds them), or wanted values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mt5console.core.deployment.inputs import words as spelling
from mt5console.core.deployment.inputs.constants import Value, evaluate, known_constant, string_of
from mt5console.core.deployment.inputs.description import InputSpec, Option, SourceInputs
from mt5console.core.deployment.inputs.includes import Includes, NoIncludes
from mt5console.core.deployment.inputs.kinds import EnumOf, kind_of, typed
from mt5console.core.deployment.inputs.words import Word, comment_text, plain_lines, words

MOST_FILES = 200
MOST_WORDS = 4000
"""Inputs and enumerations of one file that are read; no honest source has more."""
LONGEST_NAME = 63
MOST_NOTES = 50
LONGEST_DECLARATION = 20_000
"""Characters of one declaration; what is longer is noted and passed over."""

LONGEST_COMMENT = 1000

_BEHIND = re.compile(r"[ \t]*;?[ \t]*(//[^\n]*|/\*[^\n]*?\*/)")
_MATTERS = re.compile(
    rf"""(?P<comment>{spelling.LINE_COMMENT}|{spelling.BLOCK_COMMENT})
      |(?P<quoted>{spelling.STRING}|{spelling.CHARACTER})
      |(?P<directive>{spelling.DIRECTIVE})
      |(?P<word>\b(?:sinput|input|enum)\b)""",
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVE = re.compile(r"#\s*(\w+)[ \t]*(.*)", re.DOTALL)
_INCLUDED = re.compile(r'[<"]([^>"\n]+)[>"]')
_MACRO = re.compile(r"([^\W\d]\w*)(\()?[ \t]*(.*)", re.DOTALL)
_BEGINNINGS = ("input", "sinput", "enum", "#")
_PREDEFINED = ("__MQL5__", "__MQL__", "_RELEASE")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declared:
    """One variable as the source spells it."""

    name: str
    type_name: str
    label: str
    group: str
    default: tuple[Word, ...]
    default_text: str
    line: int
    note: str = ""


@dataclass(slots=True)
class _Gathered:
    """What was seen so far, over all files."""

    declared: list[_Declared] = field(default_factory=list)
    macros: dict[str, tuple[Word, ...] | None] = field(default_factory=dict)
    enums: EnumOf = field(default_factory=dict)
    members: dict[str, Value] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    group: str = ""
    resolving: set[str] = field(default_factory=set)

    def lookup(self, name: str) -> Value | None:
        """The value of a constant: a macro's, a member's, or the language's own."""
        if name in self.macros:
            expression = self.macros[name]
            if expression is None or name in self.resolving or len(self.resolving) > 20:
                return None
            self.resolving.add(name)
            try:
                return evaluate(expression, self.lookup)
            finally:
                self.resolving.discard(name)
        return known_constant(name, self.members)

    def tell(self, note: str) -> None:
        """Remember what was passed over, each thing once."""
        if len(self.notes) < MOST_NOTES and note not in self.notes:
            self.notes.append(note)

    def type_of(self, name: str) -> str:
        """The type's name behind macros such as `#define LOTS double`."""
        for _ in range(10):
            expression = self.macros.get(name)
            if not expression or len(expression) != 1 or expression[0].kind != "name":
                return name
            name = expression[0].text
        return name


def read_inputs(text: str, includes: Includes | None = None) -> SourceInputs:
    """Every input of a source and of the files that it includes, where `includes` finds them, in their order.

    Never raises, whatever the text is; takes well under a second for two megabytes.
    """
    gathered = _Gathered()
    for name in _PREDEFINED:
        gathered.macros[name] = ()
    _FileReader(gathered, includes or NoIncludes(), text, "").read()
    specs: dict[str, InputSpec] = {}
    for declared in gathered.declared:
        if declared.name in specs:
            gathered.tell(f"line {declared.line}: the input {declared.name} is declared twice")
            continue
        specs[declared.name] = _spec(declared, gathered)
    return SourceInputs(
        inputs=tuple(specs.values()), missing=tuple(dict.fromkeys(gathered.missing)), notes=tuple(gathered.notes)
    )


def _spec(declared: _Declared, gathered: _Gathered) -> InputSpec:
    type_name = gathered.type_of(declared.type_name)
    value = evaluate(declared.default, gathered.lookup) if declared.default else None
    return typed(
        InputSpec(
            name=declared.name,
            type_name=type_name,
            kind=kind_of(type_name, gathered.enums),
            label=declared.label,
            group=declared.group,
            default_text=declared.default_text,
            line=declared.line,
            note=declared.note,
        ),
        value,
        gathered.enums,
        has_default=bool(declared.default),
    )


class _FileReader:
    """Reads one file; included ones get readers of their own in its course."""

    def __init__(self, gathered: _Gathered, includes: Includes, text: str, place: str) -> None:
        self._gathered, self._includes, self._place = gathered, includes, place
        self._text = plain_lines(text)
        self._active: list[bool] = []
        self._lines_to, self._line = 0, 1
        self._seen = 0

    def read(self) -> None:
        """Gather everything that matters in this file."""
        place = 0
        while (match := _MATTERS.search(self._text, place)) is not None:
            place = match.end()
            if match.lastgroup == "directive":
                self._directive(match.group())
            elif match.lastgroup == "word" and all(self._active):
                place = self._word(match.group(), match.start(), place)

    def _word(self, word: str, start: int, place: int) -> int:
        self._seen += 1
        if self._seen > MOST_WORDS:
            self._gathered.tell("there are more inputs and enumerations than a source can have: the rest is not read")
            return len(self._text)
        return self._enum(place) if word == "enum" else self._input(start, place)

    # ---- directives -------------------------------------------------------------------------------------------------

    def _directive(self, text: str) -> None:
        match = _DIRECTIVE.match(text.replace("\\\n", " "))
        if match is None:
            return
        command, rest = match[1], match[2]
        if command in ("ifdef", "ifndef"):
            name = rest.split()[0] if rest.split() else ""
            self._active.append((name in self._gathered.macros) == (command == "ifdef"))
        elif command == "if":
            self._active.append(True)
            self._gathered.tell("a condition with #if is not worked out: all of its branches are read")
        elif command == "else" and self._active:
            self._active[-1] = not self._active[-1]
        elif command == "endif" and self._active:
            self._active.pop()
        elif all(self._active):
            self._named_directive(command, rest)

    def _named_directive(self, command: str, rest: str) -> None:
        if command == "include":
            self._include(rest)
        elif command == "undef":
            self._gathered.macros.pop(rest.strip(), None)
        elif command == "define" and (match := _MACRO.match(rest)) is not None:
            if match[2]:
                self._gathered.macros[match[1]] = None
            else:
                body = [word for word in words(match[3][:LONGEST_DECLARATION], 0) if word.kind != "comment"]
                self._gathered.macros[match[1]] = tuple(body)

    def _include(self, rest: str) -> None:
        match = _INCLUDED.match(rest)
        if match is None:
            return
        found = self._includes.find(match[1].strip(), is_system=rest[0] == "<", beside=self._place)
        if found is None:
            self._gathered.missing.append(match[1].strip())
            return
        place, text = found
        if place in self._gathered.files or len(self._gathered.files) >= MOST_FILES:
            return
        self._gathered.files.add(place)
        _FileReader(self._gathered, self._includes, text, place).read()

    # ---- enumerations -----------------------------------------------------------------------------------------------

    def _enum(self, place: int) -> int:
        head = [word.text for word in islice(words(self._text, place), 12) if word.text[:2] not in ("//", "/*")]
        if "{" not in head[:4]:
            return place
        parts = self._until(place, "}", LONGEST_DECLARATION * 5)
        names = [word for word in parts if word.kind != "comment"]
        opening = next((number for number, word in enumerate(names) if word.text == "{"), -1)
        if opening < 0 or names[-1].text != "}":
            return place
        name = names[0].text if opening and names[0].kind == "name" else ""
        inside = parts[next(number for number, word in enumerate(parts) if word.text == "{") + 1 : -1]
        options: list[Option] = []
        following = 0
        for variable in _variables(inside, self._text, parts[-1].start):
            if not variable.words or variable.words[0].kind != "name":
                continue
            expression = variable.words[2:] if len(variable.words) > 2 and variable.words[1].text == "=" else ()
            value = evaluate(expression, self._gathered.lookup) if expression else following
            if not isinstance(value, int):
                self._gathered.tell(f"the member {variable.words[0].text} of {name} has no plain number")
                value = following
            options.append(Option(name=variable.words[0].text, value=int(value), label=variable.comment))
            self._gathered.members[options[-1].name] = int(value)
            following = int(value) + 1
        if name:
            self._gathered.enums[name] = tuple(options)
        return parts[-1].start + 1

    # ---- inputs -----------------------------------------------------------------------------------------------------

    def _input(self, start: int, place: int) -> int:
        parts = self._until(place, ";", LONGEST_DECLARATION)
        names = [word for word in parts if word.kind != "comment"]
        if names and names[0].text == "group":
            return self._group(names, place)
        ended = bool(parts) and parts[-1].text == ";"
        after = parts[-1].start + len(parts[-1].text) if parts else place
        end = parts[-1].start if ended else after
        line = self._line_of(start)
        if not ended:
            self._gathered.tell(f"line {line}: an input without an end (`;`)")
        while names and names[0].text in ("const", "static"):
            names = names[1:]
        if len(names) < 2 or names[0].kind != "name":
            self._gathered.tell(f"line {line}: an input that is not understood")
            return after
        inside = [word for word in parts if word.start > names[0].start]
        for variable in _variables(inside[:-1] if ended else inside, self._text, end):
            self._declare(names[0].text, variable)
        return after

    def _declare(self, type_name: str, variable: _Variable) -> None:
        parts = variable.words
        if not parts:
            return
        line = self._line_of(parts[0].start)
        name = parts[0].text
        if parts[0].kind != "name" or not name.isascii() or len(name) > LONGEST_NAME:
            self._gathered.tell(f"line {line}: an input of type {type_name} whose name is not understood")
            return
        rest, note = parts[1:], ""
        if rest and rest[0].text != "=":
            note = "its declaration is not understood: the value is passed on as it is typed"
        default = () if note else rest[1:]
        spelled = self._text[default[0].start : default[-1].start + len(default[-1].text)] if default else ""
        self._gathered.declared.append(
            _Declared(
                name=name,
                type_name=type_name,
                label=variable.comment,
                group=self._gathered.group,
                default=tuple(default),
                default_text=" ".join(spelled.split()) if default and default[0].kind != "string" else spelled,
                line=line,
                note=note,
            )
        )

    def _group(self, names: Sequence[Word], place: int) -> int:
        """`input group "Title"`, with or without a semicolon."""
        title, after = [], names[0].start + len("group")
        for word in names[1:]:
            if word.kind == "string":
                title.append(string_of(word.text))
            elif word.kind == "name" and not title:
                value = self._gathered.lookup(word.text)
                title.append(value if isinstance(value, str) else word.text)
            elif word.text != "+":
                break
            after = word.start + len(word.text)
            if "\n" in self._text[after : after + 400].split(";")[0].split("+")[0]:
                break
        self._gathered.group = " ".join("".join(title).split())
        return max(after, place)

    def _until(self, place: int, end: str, longest: int) -> list[Word]:
        """The words up to and with `end`; a word that cannot stand in a declaration ends it before."""
        found: list[Word] = []
        for word in words(self._text, place, min(len(self._text), place + longest)):
            if word.text in _BEGINNINGS or (end == ";" and word.text in ("{", "}")):
                break
            found.append(word)
            if word.text == end and word.kind == "sign":
                break
        while found and found[-1].kind == "comment" and found[-1].text != end:
            found.pop()
        return found

    def _line_of(self, place: int) -> int:
        if place < self._lines_to:
            return 1 + self._text.count("\n", 0, place)
        self._line += self._text.count("\n", self._lines_to, place)
        self._lines_to = place
        return self._line


@dataclass(frozen=True, slots=True)
class _Variable:
    """One entry of a list with commas: its words, and the comment behind it."""

    words: tuple[Word, ...]
    comment: str


def _variables(inside: Sequence[Word], text: str, end: int) -> Iterator[_Variable]:
    """The entries between commas that stand in no bracket; each with the comment on the line where it ends."""
    entries: list[tuple[list[Word], int]] = []
    comments = [word for word in inside if word.kind == "comment"]
    current: list[Word] = []
    depth = 0
    for word in inside:
        if word.kind == "comment":
            continue
        depth += (word.text in ("(", "[", "{")) - (word.text in (")", "]", "}"))
        if word.text == "," and depth <= 0:
            entries.append((current, word.start))
            current = []
        else:
            current.append(word)
    entries.append((current, end))
    behind = _comment_behind(text, end)
    for place, (found, stop) in enumerate(entries):
        last = place == len(entries) - 1
        label = _label(found, stop, comments, text, entries[place + 1][0] if not last else [])
        if not label and "\n" not in text[stop:end]:
            label = behind
        yield _Variable(tuple(found), label)


def _label(found: list[Word], stop: int, comments: list[Word], text: str, following: list[Word]) -> str:
    """The comment after an entry's end, on its line and before the next entry's words; or inside the entry."""
    begin = found[0].start if found else stop
    until = following[0].start if following else len(text)
    for comment in comments:
        on_line = comment.start > stop and "\n" not in text[stop : comment.start] and comment.start < until
        if on_line or begin < comment.start < stop:
            return comment_text(comment.text)
    return ""


def _comment_behind(text: str, end: int) -> str:
    """The comment that follows a declaration's `;` on its line."""
    found = _BEHIND.match(text, end + 1, end + 1 + LONGEST_COMMENT)
    return comment_text(found[1]) if found is not None else ""
