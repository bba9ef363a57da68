"""A simulated MetaEditor: `metaeditor64 /compile:"<file>" /log[:"file"] /include:"<MQL5>" /portable`.

Writes the real one's log (UTF-16LE with its mark, two blank lines, `Result: …` last), an .ex5 only without errors
(an old one stays), a summary line in logs/metaeditor.log, and an exit code that nobody should trust.
Must not know: who asked, or what becomes of the .ex5.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mt5console.core.terminal.layout import find_child
from mt5console.simulation import mql5_checks
from mt5console.simulation.binary import SimulatedBinary, encode_binary
from mt5console.simulation.mql5_source import Message, Program, read_program
from mt5console.simulation.native_build import NativeBuilder
from mt5console.simulation.settings import base_of, load_settings, native_folder

CODE_READ_FAILED = 100
CODE_WRITE_FAILED = 101
PLACEHOLDER = "placeholder"
EXIT_WHEN_DONE = 1
EXIT_WHEN_FAILED = 0
"""As unreliable as the real one's: commonly 1 on success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The command line, read. `log` is None without /log; `mql5` is the MQL5 tree to take includes from; `native`: the
    folder for executables, None when the simulation plays what is compiled."""

    source: Path | None
    log: Path | None
    mql5: Path
    syntax_only: bool
    native: Path | None = None


def parse_arguments(program: Path, words: Sequence[str]) -> Arguments:
    """Options in any case and order, values with or without quotes; unknown ones are ignored, as MetaEditor does."""
    options: dict[str, str] = {}
    for word in words:
        name, _, value = word.partition(":")
        options[name.casefold()] = value.strip().strip('"')
    source = Path(options["/compile"]) if options.get("/compile") else None
    log = None
    if "/log" in options and source is not None:
        log = Path(options["/log"]) if options["/log"] else source.with_suffix(".log")
    include = options.get("/include") or options.get("/inc")
    mql5 = Path(include) if include else find_child(program.parent, "MQL5")
    base = base_of(program)
    native = native_folder(base) if base is not None and load_settings(base).native else None
    return Arguments(source=source, log=log, mql5=mql5, syntax_only="/s" in options, native=native)


def main(argv: Sequence[str] | None = None) -> int:
    """Compile as the command line says; `argv[0]` is this program's own path, whose directory is the data directory.

    Gives 1 when everything compiled. Nothing to compile, or nothing readable, is silence and 0.
    """
    words = sys.argv if argv is None else argv
    program = Path(words[0]).absolute()
    arguments = parse_arguments(program, words[1:])
    if arguments.source is None:
        return EXIT_WHEN_FAILED
    began = time.perf_counter()
    compiled, messages = compile_source(arguments)
    elapsed_ms = int((time.perf_counter() - began) * 1000)
    report = _report(arguments.source, compiled, messages, elapsed_ms)
    if arguments.log is not None:
        with contextlib.suppress(OSError):
            arguments.log.write_bytes(b"\xff\xfe" + "".join(f"{line}\r\n" for line in report).encode("utf-16-le"))
    with contextlib.suppress(OSError):
        _summarise(program.parent, arguments.source, report[-1])
    return EXIT_WHEN_FAILED if _errors(messages) else EXIT_WHEN_DONE


def compile_source(arguments: Arguments) -> tuple[Program | None, tuple[Message, ...]]:
    """Read, check and, when nothing is wrong, write the .ex5 beside the source."""
    source = arguments.source or Path()
    try:
        program = read_program(source, find_child(arguments.mql5, "Include"))
        data = source.read_bytes()
    except OSError as error:
        return None, (_failure(source, CODE_READ_FAILED, f"file '{source}' not read: {error.strerror}"),)
    messages = mql5_checks.check(program)
    if not _errors(messages) and not arguments.syntax_only:
        try:
            binary = describe(program, data)
            if arguments.native is not None and binary.role != PLACEHOLDER:
                built = NativeBuilder(arguments.native).build(program, find_child(arguments.mql5, "Include"))
                if built.executable is None:
                    return program, (*messages, *built.messages)
                binary = replace(binary, native=built.executable)
            _write(source.with_suffix(".ex5"), encode_binary(binary))
        except OSError as error:
            messages = (*messages, _failure(source, CODE_WRITE_FAILED, f"compiled file not written: {error.strerror}"))
    return program, messages


def describe(program: Program, source: bytes) -> SimulatedBinary:
    """What the compiled expert will do, as far as the simulation plays it."""
    protocol = mql5_checks.speaks_protocol(program)
    legacy = not protocol and mql5_checks.writes_legacy_heartbeat(program)
    return SimulatedBinary(
        name=program.source.stem,
        source_sha256=hashlib.sha256(source).hexdigest(),
        inputs=mql5_checks.find_inputs(program),
        protocol=protocol,
        legacy_heartbeat=legacy,
        legacy_robot_id=mql5_checks.legacy_robot_id(program) if legacy else None,
        init_result=mql5_checks.init_result(program),
        role=mql5_checks.role_of(program),
    )


def _failure(source: Path, code: int, text: str) -> Message:
    return Message(file=source, line=1, column=1, code=code, text=text)


def _errors(messages: Sequence[Message]) -> int:
    return sum(message.severity == "error" for message in messages)


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + ".tmp")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _report(source: Path, program: Program | None, messages: Sequence[Message], elapsed_ms: int) -> list[str]:
    lines = ["", "", f"{source} : information: compiling '{source.name}'"]
    lines += [f"{source} : information: including {path}" for path in (program.included if program else ())]
    lines += [
        f"{message.file}({message.line},{message.column}) : {message.severity} {message.code}: {message.text}"
        for message in messages
    ]
    errors = _errors(messages)
    warnings = len(messages) - errors
    if errors:
        return [*lines, f"Result: {errors} errors, {warnings} warnings"]
    lines += [f"{source} : information: generating code {percent}%" for percent in (0, 42, 100)]
    return [
        *lines,
        f"{source} : information: code generated",
        f"Result: {errors} errors, {warnings} warnings, {elapsed_ms} msec elapsed, cpu='X64 Regular'",
    ]


def _summarise(data_directory: Path, source: Path, result: str) -> None:
    """One line a compile: level, local time, category, text."""
    log = find_child(find_child(data_directory, "logs"), "metaeditor.log")
    log.parent.mkdir(exist_ok=True)
    moment = datetime.datetime.now().strftime("%Y.%m.%d %H:%M:%S.%f")[:-3]
    line = f"0\t{moment}\tCompile\t{source} - {result.removeprefix('Result: ')}\r\n"
    with log.open("ab") as file:
        file.write((b"" if file.tell() else b"\xff\xfe") + line.encode("utf-16-le"))
