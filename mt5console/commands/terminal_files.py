"""journal, compile-log: what MetaTrader's own files say, as JSON or in lines for a person at night.

Reads files and nothing else: no engine, no lock. Must not know: how the formats are spelt.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mt5console.commands.output import say
from mt5console.commands.session import session_of
from mt5console.core.errors import EXIT_DONE, EXIT_FAILED, UsageInvalid

if TYPE_CHECKING:
    from mt5console.core.model.observed import JournalEntry
    from mt5console.core.terminal.compile_log import CompileLog

_MARKS = (" ", "!", "!!", "!!!")
_RED, _YELLOW, _DIM = "red", "yellow", "bright_black"
_BAD_KINDS = frozenset({"unclean_exit", "authorization_failed", "robot_init_failed", "second_instance"})
_ODD_KINDS = frozenset({"connection_lost", "algo_disabled", "system_shutdown"})
_LABEL_WIDTH = 29


def journal(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(metavar="FILE_OR_USER", help="A journal, a directory of journals, or a user's number."),
    ],
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only lines of this kind or event; may stand several times.")
    ] = None,
    last: Annotated[int | None, typer.Option("--last", min=1, max=1_000_000, help="Only the last so many.")] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="Only from then on, local time: 14:30 or 2026-01-02T14:30.")
    ] = "",
    find: Annotated[str, typer.Option("--find", metavar="TEXT", help="Only lines with this text, as spelt.")] = "",
    level: Annotated[int, typer.Option("--level", min=0, max=3, help="1: warnings and worse; 2: errors.")] = 0,
    experts: Annotated[bool, typer.Option("--experts", help="A user's experts log: what the robots print.")] = False,
) -> int:
    """What MetaTrader's own journals say: with --json one object a line.

    A user's number or a directory means the newest journal, and what came before it back to the terminal's last start.
    """
    from mt5console.app import journal_parts
    from mt5console.core.terminal.journal_reading import JournalQuery, answer, known_words, time_from

    session = session_of(context)
    parts = journal_parts(target, session.base_dir, session.simulate, experts=experts)
    unknown = sorted(set(kind or ()) - known_words())
    if unknown:
        raise UsageInvalid("unknown_kind", f"no line is of kind {unknown[0]}: use {', '.join(sorted(known_words()))}")
    query = JournalQuery(kinds=frozenset(kind or ()), level=level, since=time_from(since, parts), find=find, last=last)
    entries = answer(parts, query)
    if session.as_json:
        _write_json(entries)
    else:
        _write_words(entries)
    return EXIT_DONE


def compile_log(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A log of MetaEditor's compiler.")],
) -> int:
    """What MetaEditor's compiler said; exit 1 when it found errors or left no result."""
    from mt5console.core.terminal.compile_log import read_compile_file

    if target.is_dir():
        raise UsageInvalid("no_file", f"{target} is a directory; give the .log file beside the source")
    log = read_compile_file(target)
    if session_of(context).as_json:
        say(json.dumps(log.as_json()))
    else:
        _compile_words(log)
    return EXIT_DONE if log.ok else EXIT_FAILED


def _write_json(entries: Iterator[JournalEntry]) -> None:
    from mt5console.core.terminal.journal import entry_json

    encode, write = json.JSONEncoder().encode, sys.stdout.write
    for entry in entries:
        write(encode(entry_json(entry)) + "\n")


def _write_words(entries: Iterator[JournalEntry]) -> None:
    paint = _painter()
    for entry in entries:
        line = _line_of(entry)
        colour = _colour_of(entry)
        if colour:
            # Not print: on old Windows consoles only this understands colours.
            typer.echo(paint(line, colour))
        else:
            sys.stdout.write(line + "\n")


def _painter() -> Callable[[str, str], str]:
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return (lambda text, colour: typer.style(text, fg=colour)) if coloured else (lambda text, colour: text)


def _line_of(entry: JournalEntry) -> str:
    """Date and time in full (a line is often pasted alone), how bad, what it is, where from, and the words."""
    from mt5console.core.terminal.journal_removals import BECAUSE
    from mt5console.core.terminal.journal_texts import EVENT

    label = entry.detail(EVENT) or entry.kind.value
    label = "" if label == "other" else label.replace("_", " ")
    if entry.detail("benign") == "true":
        label += " (benign)"
    because = entry.detail(BECAUSE)
    if because:
        label += f": {because.replace('_', ' ')}"
    mark = _MARKS[min(entry.level, 3)]
    start = f"{entry.time.replace('T', ' ')}  {mark:<3} {label:<{_LABEL_WIDTH}}"
    return f"{start}  {entry.category + ': ' if entry.category else ''}{_printable(entry.text)}".rstrip()


def _printable(text: str) -> str:
    """A file's words without what would command a screen."""
    return "".join(char if char.isprintable() else " " for char in text) if not text.isprintable() else text


def _colour_of(entry: JournalEntry) -> str:
    if entry.kind.value in _BAD_KINDS or entry.level >= 2:
        return _RED
    if entry.detail("benign") == "true":
        return _DIM
    return _YELLOW if entry.kind.value in _ODD_KINDS or entry.level == 1 else ""


def _compile_words(log: CompileLog) -> None:
    paint = _painter()
    for message in log.messages:
        place = "" if message.line is None else f":{message.line}:{message.column}"
        code = "" if message.code is None else f" {message.code}"
        head = paint(f"{message.severity}{code}", _RED if message.severity == "error" else _YELLOW)
        typer.echo(f"{_printable(message.file)}{place}: {head}: {_printable(message.text)}")
        for remark in message.notes:
            typer.echo(f"    {_printable(remark)}")
    if log.left_off:
        typer.echo(f"{log.left_off} more messages are not shown.")
    typer.echo(_verdict(log))


def _verdict(log: CompileLog) -> str:
    counts = f"{log.errors} errors, {log.warnings} warnings"
    took = "" if log.elapsed_ms is None else f", {log.elapsed_ms / 1000:.1f} s"
    if not log.result:
        return f"No result line: MetaEditor did not finish, or this is no compile log ({counts} so far)."
    return f"{'Compiled' if log.ok else 'Not compiled'}: {counts}{took}."
