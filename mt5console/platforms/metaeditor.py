"""Compiles with MetaEditor, real or simulated, and judges only by what it leaves behind.

Its exit code means nothing: a compile is good when a fresh log says 0 errors and a fresh, non-empty .ex5 lies there.
Must not know: what is compiled, or for whom.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from mt5console.core.model.observed import CompileReport
from mt5console.core.terminal.compile_log import CompileLog, read_compile_log

MESSAGES_KEPT = 50
LOG_GRACE_S = 2.0
"""A running MetaEditor may take the job over: then the log comes after our process has ended."""
LOG_LOOK_S = 0.05
KILL_WAIT_S = 3.0


def size_as_version(program: Path) -> str:
    """Stands for the version of a program that does not tell it: two builds of one size are taken for one."""
    return f"of {program.stat().st_size} bytes"


class MetaEditorCompiler:
    """`core.ports.Compiler` over the MetaEditor that lies in each terminal's own directory."""

    def __init__(self, executable_name: str, version_of: Callable[[Path], str] = size_as_version) -> None:
        """`version_of`: a program file's version in words, empty when it has none."""
        self._executable_name = executable_name
        self._version_of = version_of

    def describe(self, data_directory: Path) -> str:
        """`MetaEditor <version>`, empty when there is no MetaEditor in the directory."""
        editor = data_directory / self._executable_name
        if not editor.is_file():
            return ""
        return f"MetaEditor {self._version_of(editor) or size_as_version(editor)}"

    def compile(self, source: Path, data_directory: Path, deadline_s: float) -> CompileReport:
        """Compile `source` into the .ex5 beside it; never longer than the deadline plus the kill.

        Never raises for what MetaEditor does or fails to do: the report's evidence says it in one line.
        """
        editor = data_directory / self._executable_name
        if not editor.is_file():
            return _failed(f"MetaEditor is missing: put {self._executable_name} into {data_directory}")
        if not source.is_file():
            return _failed(f"the source {source} is missing: write it before compiling")
        log, binary = source.with_suffix(".log"), source.with_suffix(".ex5")
        ends_at = time.monotonic() + deadline_s
        try:
            log.unlink(missing_ok=True)
            before = _stamp(binary)
            process = _start(editor, source, data_directory)
        except OSError as error:
            return _failed(f"MetaEditor could not be started ({error.strerror or error}): {editor}")
        try:
            process.wait(max(0.0, ends_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            _kill_tree(process)
            return _failed(f"MetaEditor did not finish within {deadline_s:g} s and was ended.{_hint(source, editor)}")
        said = _wait_for_log(log, min(ends_at, time.monotonic() + LOG_GRACE_S))
        if said is None:
            return _failed(f"MetaEditor ended without a result in its log {log}.{_hint(source, editor)}")
        return _judge(said, binary, fresh=_stamp(binary) != before)


def _start(editor: Path, source: Path, data_directory: Path) -> subprocess.Popen[bytes]:
    words = [f'/compile:"{source}"', "/log", "/portable"]
    # MetaEditor wants the quotes inside the word; Python's own quoting would put backslashes before them.
    command = " ".join([f'"{editor}"', *words]) if sys.platform == "win32" else [str(editor), *words]
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=data_directory, stdin=silent, stdout=silent, stderr=silent, close_fds=True)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _wait_for_log(log: Path, until_s: float) -> CompileLog | None:
    while True:
        try:
            heard = read_compile_log(log.read_bytes())
            said = heard if heard.result else None
        except OSError:
            said = None
        if said is not None or time.monotonic() >= until_s:
            return said
        time.sleep(LOG_LOOK_S)


def _judge(said: CompileLog, binary: Path, *, fresh: bool) -> CompileReport:
    stamp = _stamp(binary)
    if said.errors:
        ok, evidence = False, said.result
    elif not fresh or stamp is None:
        ok, evidence = False, f"{said.result}, but {binary.name} was not written: is it open in another program?"
    elif stamp[1] == 0:
        ok, evidence = False, f"{said.result}, but {binary.name} is empty: is the disk full?"
    else:
        ok, evidence = True, f"{said.result}; {binary.name} is fresh, {stamp[1]} bytes"
    messages = tuple(message.raw for message in said.messages[:MESSAGES_KEPT])
    return CompileReport(ok=ok, errors=said.errors, warnings=said.warnings, messages=messages, evidence=evidence)


def _hint(source: Path, editor: Path) -> str:
    for path in (source, editor):
        if " " in str(path):
            return f" The path {path} holds a blank, which can make MetaEditor do nothing: use a path without blanks."
    return " A MetaEditor window that is open on this directory can be the reason: close it and try again."


def _failed(evidence: str) -> CompileReport:
    return CompileReport(ok=False, errors=0, warnings=0, messages=(), evidence=evidence)


def _kill_tree(process: subprocess.Popen[bytes]) -> None:
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        children = []
    process.kill()
    for child in children:
        try:
            child.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(children, timeout=KILL_WAIT_S)
    try:
        process.wait(KILL_WAIT_S)
    except subprocess.TimeoutExpired:
        return  # The system does not let it go; nothing more can be done from here.
