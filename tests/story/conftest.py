"""A real engine on simulated terminals, for stories."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.story.desk import Desk, place


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A base directory with a running engine, ended without trace."""
    with _opened() as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_desk() -> Iterator[Desk]:
    """One desk for a module's stories; each has users of its own on it."""
    with _opened() as opened:
        yield opened


@contextmanager
def _opened() -> Iterator[Desk]:
    root = Path(tempfile.mkdtemp(prefix="mt5story-", dir=place()))
    desk = Desk(root / "base")
    try:
        desk.start_engine()
        yield desk
    finally:
        desk.end()
        shutil.rmtree(root, ignore_errors=True)
