"""The demo's story as the window runs it: what goes wrong in it is told, what a person ended is not."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from mt5console.core.errors import ConsoleError
from mt5console.demo.window import DemoStory, demo_story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[DemoStory]:
    """A demo of one user whose terminal cannot be provided: something lies in its place."""
    handler = signal.getsignal(signal.SIGTERM)
    made = demo_story(tmp_path / "demo", 1, 0, 1.0, chaos=False)
    made.layout.user(1).write_text("in the way")
    try:
        yield made
    finally:
        made.clean_up()
        signal.signal(signal.SIGTERM, handler)


def test_a_fleet_that_does_not_come_up_is_a_failure(story: DemoStory) -> None:
    with pytest.raises(ConsoleError):
        story.run(lambda _words: None)


def test_a_demo_that_was_ended_meanwhile_is_none(story: DemoStory) -> None:
    story.stop()
    story.run(lambda _words: None)
