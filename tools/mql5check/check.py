"""The whole check of one file, for programs: form first, then meaning, then paths of execution.

It must not know the command line.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.mql5check import flow, semantics
from tools.mql5check.lexer import SourceError
from tools.mql5check.program import Program, load, load_text


def check_file(path: Path, include: tuple[Path, ...] = ()) -> list[SourceError]:
    """Give every mistake of a file and what it includes; [] when it is accepted; raise UnreadableFile."""
    with _no_collections():
        return _judge(*load(path, include))


def check_text(text: str, path: Path, include: tuple[Path, ...] = ()) -> list[SourceError]:
    """As `check_file`, for a text that would stand at `path`."""
    with _no_collections():
        return _judge(*load_text(text, path, include))


def _judge(program: Program, errors: list[SourceError]) -> list[SourceError]:
    """Later rooms take only what earlier ones found right: their findings would be guesses otherwise."""
    return errors or semantics.check(program) or flow.check(program)


@contextmanager
def _no_collections() -> Iterator[None]:
    """A tree holds no cycles but many nodes: looking for cycles while it grows takes most of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
