"""MetaEditor's compile logs in every form that is known: what was compiled, what is wrong where, and the result.

`Result: 2 errors, 1 warnings, 131 msec elapsed, cpu='…'`, its forms of 2019 (`0 error(s), 0 warning(s)`) and without a
time; messages with and without a place, notes below them, blank lines before, either line end, torn anywhere. Must not
know: what is compiled for whom, or that MetaEditor's exit code means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mt5console.core.errors import NotFound, StorageFailed
from mt5console.core.terminal.encoding import decode, lines_of
from mt5console.core.terminal.journal_file import file_lines

MESSAGES_KEPT = 10_000
"""Messages that are kept of one log; MetaEditor itself stops at a hundred errors a source."""

_LONGEST = 4096

_RESULT = re.compile(
    r"\s*Result:?\s+(?P<errors>\d{1,9})\s+error\S*,\s*(?P<warnings>\d{1,9})\s+warning[^\s,]*"
    r"(?:,\s*(?P<elapsed>\d{1,12})\s+msec elapsed)?.*",
    re.IGNORECASE,
)
_MESSAGE = re.compile(
    r"(?P<file>.*?)(?:\((?P<line>\d{1,9}),(?P<column>\d{1,9})\))? ?: (?P<severity>error|warning)"
    r"(?: (?P<code>\d{1,9}))?: (?P<text>.*)",
    re.IGNORECASE,
)
_INFORMATION = re.compile(
    r"(?P<file>.*?)(?:\(\d{1,9},\d{1,9}\))? ?: information: (?P<what>compiling|including|info)\s+(?P<text>.*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileMessage:
    """An error or a warning. `line` and `column` count from 1 and are None where MetaEditor names no place.

    `notes`: what it adds below, as possible overloads; `raw`: the whole line as it stands.
    """

    file: str
    line: int | None
    column: int | None
    severity: str
    code: int | None
    text: str
    raw: str
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The interfaces' shape of a message, with its notes beside."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "severity": self.severity,
            "code": self.code,
            "text": self.text,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileLog:
    """What a log says. Without a result line `result` is empty and the counts are those of the messages.

    A folder's log has a result for each source: the counts are their sums, `result` is the last one. `left_off`: how
    many messages were more than `MESSAGES_KEPT`.
    """

    errors: int = 0
    warnings: int = 0
    messages: tuple[CompileMessage, ...] = ()
    result: str = ""
    elapsed_ms: int | None = None
    sources: tuple[str, ...] = ()
    included: int = 0
    left_off: int = 0

    @property
    def ok(self) -> bool:
        """Whether the compile is known to have ended without an error."""
        return bool(self.result) and self.errors == 0

    def as_json(self) -> dict[str, Any]:
        """The interfaces' compile-log shape; what stands beside it says how complete the log is."""
        return {
            "ok": self.ok,
            "errors": self.errors,
            "warnings": self.warnings,
            "messages": [message.as_json() for message in self.messages],
            "result": self.result or None,
            "elapsed_ms": self.elapsed_ms,
            "sources": list(self.sources),
            "left_off": self.left_off,
        }


@dataclass(slots=True)
class CompileLogReader:
    """Hears a log line by line, in memory that does not grow with it; `log` says what was heard so far."""

    _messages: list[CompileMessage] = field(default_factory=list)
    _sources: list[str] = field(default_factory=list)
    _heard: dict[str, int] = field(default_factory=lambda: {"error": 0, "warning": 0})
    _errors: int = 0
    _warnings: int = 0
    _result: str = ""
    _elapsed_ms: int | None = None
    _included: int = 0

    def feed(self, line: str) -> None:
        """Hear the next line, with or without its end. Never raises; lines of other kinds say nothing."""
        text = line.strip("\r\n\ufeff")
        if len(text) > _LONGEST:
            return
        if match := _RESULT.fullmatch(text):
            self._take_result(match)
        elif match := _INFORMATION.fullmatch(text):
            self._take_information(match)
        elif match := _MESSAGE.fullmatch(text):
            self._take_message(match)

    def log(self) -> CompileLog:
        """What was heard so far."""
        return CompileLog(
            # A result that speaks of fewer errors than were listed is not believed.
            errors=max(self._errors, self._heard["error"]),
            warnings=max(self._warnings, self._heard["warning"]),
            messages=tuple(self._messages),
            result=self._result,
            elapsed_ms=self._elapsed_ms,
            sources=tuple(self._sources),
            included=self._included,
            left_off=sum(self._heard.values()) - len(self._messages),
        )

    def _take_result(self, match: re.Match[str]) -> None:
        self._errors += int(match["errors"])
        self._warnings += int(match["warnings"])
        self._result = match[0].strip()
        if match["elapsed"]:
            self._elapsed_ms = (self._elapsed_ms or 0) + int(match["elapsed"])

    def _take_information(self, match: re.Match[str]) -> None:
        if match["what"] == "compiling" and len(self._sources) < MESSAGES_KEPT:
            self._sources.append(match["file"].strip() or match["text"].strip("' "))
        elif match["what"] == "including":
            self._included += 1
        elif match["what"] == "info" and self._messages:
            last = self._messages[-1]
            if len(last.notes) < 100:
                self._messages[-1] = replace(last, notes=(*last.notes, match["text"].strip()))

    def _take_message(self, match: re.Match[str]) -> None:
        severity = match["severity"].lower()
        self._heard[severity] += 1
        if len(self._messages) < MESSAGES_KEPT:
            self._messages.append(
                CompileMessage(
                    file=match["file"].strip(),
                    line=_number(match["line"]),
                    column=_number(match["column"]),
                    severity=severity,
                    code=_number(match["code"]),
                    text=match["text"].strip(),
                    raw=match[0].strip(),
                )
            )


def read_compile_log(data: bytes) -> CompileLog:
    """A log's bytes in any encoding. Never raises; what says nothing gives an empty log that is not `ok`."""
    return heard_of(lines_of(decode(data)))


def read_compile_file(path: Path) -> CompileLog:
    """A log file, line by line. Raises NotFound (`no_compile_log`) and StorageFailed (`compile_log_unreadable`)."""
    try:
        return heard_of(file_lines(path))
    except FileNotFoundError:
        raise NotFound("no_compile_log", f"There is no compile log {path}; MetaEditor writes it by /log.") from None
    except OSError as error:
        what = "is a directory; give a file in it" if path.is_dir() else f"cannot be read ({error.strerror})"
        raise StorageFailed("compile_log_unreadable", f"The compile log {path} {what}.") from None


def heard_of(lines: Iterable[str]) -> CompileLog:
    """What these lines say together."""
    reader = CompileLogReader()
    for line in lines:
        reader.feed(line)
    return reader.log()


def _number(text: str | None) -> int | None:
    return int(text) if text else None
