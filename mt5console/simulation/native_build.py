"""Compiles MQL5 sources for simulated terminals in native mode: with this checkout's own checker and a C++ compiler.

One executable for each content: comments and the name of a robot do not count, so a fleet needs few compilations. The
checker is started as a program, since it is no part of the package. Must not know: terminals, logs, .ex5 files.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mt5console.core.errors import UsageInvalid
from mt5console.interpreter import module_command
from mt5console.simulation.locks import exclusive
from mt5console.simulation.mql5_source import Message, Program, decode_source
from mt5console.simulation.resources import PACKAGE

CHECKOUT = PACKAGE.parent
CHECKER = CHECKOUT / "tools" / "mql5check"
COMPILER = "g++"
CACHE = ".mql5check_cache"
COMPILE_WITHIN_S = 120.0

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.DOTALL)
_MESSAGE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?:\s*(?:error:\s*)?(?P<text>.+)")
_CODE_REFUSED = 256


class NativeBuild(NamedTuple):
    """`executable` lies in the builder's folder, None when the source was refused; then `messages` say why."""

    executable: str | None
    messages: tuple[Message, ...]


def why_no_native() -> str:
    """What is missing here to compile MQL5 sources, in a sentence; empty when nothing is."""
    if not (CHECKER / "build.py").is_file():
        return "native robots need a source checkout: this installation has no tools/mql5check"
    if shutil.which(COMPILER) is None:
        return f"native robots need {COMPILER}: install it (on Debian and Ubuntu: apt install g++) and try again"
    return ""


def require_native() -> None:
    """Raise UsageInvalid (`no_native`) with what is missing."""
    lacking = why_no_native()
    if lacking:
        raise UsageInvalid("no_native", lacking)


class NativeBuilder:
    """Compiles into one folder, each content once, however many processes ask."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, program: Program, include_directory: Path) -> NativeBuild:
        """The executable of a program that was read. Raises OSError when nothing can be written or started."""
        name = _identity(program)
        made = self._folder / name
        if made.exists():
            return NativeBuild(name, ())
        with exclusive(self._folder / f"{name}.lock"):
            if made.exists():
                return NativeBuild(name, ())
            messages = self._compile(program.source, include_directory, made)
        return NativeBuild(None if messages else name, messages)

    def _compile(self, source: Path, include_directory: Path, made: Path) -> tuple[Message, ...]:
        beside = made.with_name(f"{made.name}.{os.getpid()}.tmp")
        words = module_command("tools.mql5check.build", str(source))
        words += ["--include", str(include_directory), "-o", str(beside), "--cache", str(_kept(self._folder))]
        try:
            ended = subprocess.run(
                words,
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=COMPILE_WITHIN_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return (_message(source, f"not compiled within {COMPILE_WITHIN_S:.0f} s"),)
        if ended.returncode == 0 and beside.exists():
            beside.replace(made)
            return ()
        beside.unlink(missing_ok=True)
        said = tuple(_messages(source, f"{ended.stdout}\n{ended.stderr}"))
        return said or (_message(source, f"the compiler ended with code {ended.returncode} and said nothing"),)


def _kept(folder: Path) -> Path:
    """Where the compiled runtime is kept from one run to the next: in the checkout, as other tools keep theirs."""
    return CHECKOUT / CACHE if os.access(CHECKOUT, os.W_OK) else folder / "runtime"


def _identity(program: Program) -> str:
    """Hash of all that decides the executable: the source and its includes without comments, and the compiler's own
    files. Lines stay where they are."""
    digest = hashlib.sha256()
    for path in (program.source, *program.included):
        text = decode_source(path.read_bytes()).replace("\r\n", "\n")
        digest.update(_STRING_OR_COMMENT.sub(_without_comment, text).encode("utf-8", "replace") + b"\0")
    for path in sorted(CHECKER.rglob("*")):
        if path.suffix in (".py", ".hpp", ".cpp", ".h"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _without_comment(match: re.Match[str]) -> str:
    return match[0] if match[0][0] in "\"'" else "\n" * match[0].count("\n")


def _messages(source: Path, said: str) -> Iterator[Message]:
    for line in said.splitlines():
        match = _MESSAGE.match(line.strip())
        if match is not None:
            yield Message(
                file=Path(match["file"]),
                line=int(match["line"]),
                column=int(match["column"] or 1),
                code=_CODE_REFUSED,
                text=match["text"],
            )
        elif line.strip():
            yield _message(source, line.strip())


def _message(source: Path, text: str) -> Message:
    return Message(file=source, line=1, column=1, code=_CODE_REFUSED, text=text)
