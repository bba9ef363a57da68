"""A real engine on simulated terminals, for stories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.story.desk import Desk, opened_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A base directory with a running engine, ended without trace."""
    with opened_desk() as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_desk() -> Iterator[Desk]:
    """One desk for a module's stories; each has users of its own on it."""
    with opened_desk() as opened:
        yield opened
