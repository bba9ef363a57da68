"""Compiles an MQL5 source, as it stands, into an executable that speaks PIPE.md.

    python -m tools.mql5check.build FILE -o OUT [--include DIR]... [--sanitize]

The runtime of native/ is compiled once for each of its contents and kept in a cache folder. g++ is needed; it must not
know what hosts do with the executable.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.mql5check.program import load
from tools.mql5check.source_files import UnreadableFile
from tools.mql5check.translate import UnknownConstruct, translate
from tools.mql5check.translate_tables import NATIVE, tables_header, undefs_header

COMPILER: Final = "g++"
_CACHE: Final = Path(__file__).resolve().parents[2] / ".mql5check_cache"
_FLAGS: Final = (
    "-std=c++17",
    "-O1",
    "-g1",
    "-fwrapv",
    "-fno-strict-aliasing",
    "-Wall",
    "-Wextra",
    "-Wno-unused-parameter",
)
_GUARDED: Final = ("-fsanitize=integer-divide-by-zero", "-fno-sanitize-recover=integer-divide-by-zero")
_SANITIZED: Final = (
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
    "-DMQL_SANITIZED",
)
_PROGRAM_ONLY: Final = (
    "-Wno-implicit-fallthrough",
    "-Wno-switch",
    "-Wno-unused-function",
    "-Wno-missing-field-initializers",
)
_KEPT: Final = 4
_MESSAGE: Final = re.compile(r"^(.*?):(\d+):(?:\d+:)? (error|warning|fatal error): (.*)$")


@dataclass(frozen=True, slots=True)
class Built:
    """An executable, and what the compiler said: lines `FILE:LINE: warning: TEXT`, empty for clean sources."""

    executable: Path
    messages: tuple[str, ...]


class BuildError(Exception):
    """The source does not compile, or there is no compiler; `messages` are its lines `FILE:LINE: error: TEXT`."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = tuple(messages)


def build(
    source: Path,
    *,
    out: Path,
    include: Sequence[Path] = (),
    sanitize: bool = False,
    cache: Path | None = None,
) -> Built:
    """Compile `source` into the executable `out`; raise BuildError.

    `include` holds the folders of `#include <...>` before mql5/Include. `cache` keeps the compiled runtime from one
    call to the next (`.mql5check_cache` in the checkout when None); `sanitize` adds the address and
    undefined-behaviour sanitizers.
    """
    if shutil.which(COMPILER) is None:
        raise BuildError((f"{COMPILER} is missing: install it to compile MQL5 sources",))
    text = _translated(source, include)
    folder = runtime(cache, sanitize=sanitize)
    with tempfile.TemporaryDirectory(prefix="mql5build-") as scratch:
        unit = Path(scratch) / "program.cpp"
        unit.write_text(text, encoding="utf-8")
        made = Path(scratch) / "program"
        done = _compile_and_link(folder, unit, made, sanitize)
        messages = _messages(done.stderr)
        if done.returncode != 0:
            raise BuildError(messages or (f"{source}: the compiler failed: {done.stderr.strip()[-2000:]}",))
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = out.with_name(out.name + ".new")
        shutil.copy2(made, beside)
        os.replace(beside, out)
    return Built(out, messages)


def runtime(cache: Path | None = None, *, sanitize: bool = False) -> Path:
    """The folder with the compiled runtime and its headers, made when it is not there yet; raise BuildError."""
    root = (
        cache if cache is not None else Path(tempfile.gettempdir()) / f"mql5-runtime-{os.environ.get('USER', 'user')}"
    )
    generated = {"mql_tables.hpp": tables_header(), "mql_undefs.hpp": undefs_header()}
    folder = root / (_key(generated) + ("-sanitized" if sanitize else ""))
    if (folder / "complete").exists():
        (folder / "complete").touch()
        return folder
    root.mkdir(parents=True, exist_ok=True)
    _forget_old(root)
    with tempfile.TemporaryDirectory(prefix="making-", dir=root) as scratch:
        made = Path(scratch) / "made"
        _make_runtime(made, generated, sanitize)
        try:
            os.rename(made, folder)
        except OSError:
            # Somebody else was quicker: theirs is the same.
            if not (folder / "complete").exists():
                raise
    return folder


def _forget_old(root: Path) -> None:
    """Remove what was not used lately: each change of the runtime leaves tens of megabytes."""
    used = sorted(root.glob("*/complete"), key=lambda mark: mark.stat().st_mtime, reverse=True)
    for mark in used[_KEPT:]:
        shutil.rmtree(mark.parent, ignore_errors=True)


def _key(generated: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for path in sorted(NATIVE.glob("*.[ch]pp")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for name, text in sorted(generated.items()):
        digest.update(name.encode() + b"\0" + text.encode())
    digest.update(repr((_FLAGS, _PROGRAM_ONLY, _GUARDED, _SANITIZED)).encode())
    return digest.hexdigest()[:24]


def _make_runtime(folder: Path, generated: dict[str, str], sanitize: bool) -> None:
    folder.mkdir()
    for header in NATIVE.glob("*.hpp"):
        shutil.copy2(header, folder / header.name)
    for name, text in generated.items():
        (folder / name).write_text(text, encoding="utf-8")
    extra = _SANITIZED if sanitize else ()
    flags = [COMPILER, *_FLAGS, "-I", str(folder)]
    # Headers first: every file of the runtime begins with one, every program with the other.
    shared = folder / "runtime.hpp"
    headers = [
        [*flags, *extra, "-x", "c++-header", str(shared), "-o", f"{shared}.gch"],
        [
            *flags,
            *_PROGRAM_ONLY,
            *(extra or _GUARDED),
            "-x",
            "c++-header",
            str(folder / "mql.hpp"),
            "-o",
            str(folder / "mql.hpp.gch"),
        ],
    ]
    objects = [
        [*flags, *extra, "-Werror", "-include", str(shared), "-c", str(source), "-o", str(folder / f"{source.stem}.o")]
        for source in sorted(NATIVE.glob("*.cpp"))
    ]
    for commands in (headers, objects):
        with ThreadPoolExecutor(max_workers=2) as pool:
            for done in pool.map(_run, commands):
                if done.returncode != 0:
                    raise BuildError(_messages(done.stderr) or (done.stderr.strip()[-2000:],))
    (folder / "complete").touch()


def _compile_and_link(folder: Path, unit: Path, made: Path, sanitize: bool) -> subprocess.CompletedProcess[str]:
    # Two steps: the guard's handlers are the runtime's own, so its library must not be linked.
    object_file = unit.with_suffix(".o")
    guards = _SANITIZED if sanitize else _GUARDED
    done = _run(
        [COMPILER, *_FLAGS, *_PROGRAM_ONLY, *guards, "-I", str(folder), "-c", str(unit), "-o", str(object_file)]
    )
    if done.returncode != 0:
        return done
    objects = sorted(str(path) for path in folder.glob("*.o"))
    linked = _run([COMPILER, *(_SANITIZED if sanitize else ()), "-o", str(made), str(object_file), *objects])
    return linked if linked.returncode != 0 else done


def _translated(source: Path, include: Sequence[Path]) -> str:
    try:
        program, errors = load(source, tuple(include))
    except UnreadableFile as error:
        raise BuildError((str(error),)) from None
    if errors:
        raise BuildError([f"{error.path}:{error.line}: error: {error.text}" for error in errors])
    try:
        return translate(program)
    except UnknownConstruct as error:
        raise BuildError((str(error),)) from None


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False, env={**os.environ, "LC_ALL": "C"}
    )


def _messages(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for line in text.splitlines():
        match = _MESSAGE.match(line)
        if match is not None:
            path, number, severity, message = match.groups()
            found[f"{path}:{number}: {severity.removeprefix('fatal ')}: {message}"] = None
    return tuple(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when an executable was made."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.mql5check.build", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--include", type=Path, action="append", default=[])
    parser.add_argument("--sanitize", action="store_true")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args(arguments)
    try:
        built = build(
            options.source, out=options.out, include=options.include, sanitize=options.sanitize, cache=options.cache
        )
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for message in built.messages:
        sys.stderr.write(f"{message}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
