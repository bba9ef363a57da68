"""What every test of the window may rely on: no display is needed, and no thread or timer of Qt outlives its test."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QThread, QTimer


@pytest.fixture(autouse=True)
def nothing_dangles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test that leaves a running QThread or an active QTimer behind, and says which."""
    begun: list[Any] = []
    for kind in (QThread, QTimer):
        monkeypatch.setattr(kind, "start", _noting(kind.start, begun))
    yield
    left = [one for one in begun if _runs(one)]
    for one in left:
        _end(one)
    assert not left, f"left running: {[f'{type(one).__name__} {one.objectName()} {one.parent()}' for one in left]}"


@pytest.fixture(autouse=True)
def no_silent_mistakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A mistake in a slot reaches sys.excepthook alone; here it fails the test."""
    found: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, _where: found.append(f"{kind.__name__}: {error}"))
    yield
    assert found == []


def _noting(start: Any, begun: list[Any]) -> Any:
    def noted(self: Any, *arguments: Any) -> Any:
        if not any(known is self for known in begun):
            begun.append(self)
        return start(self, *arguments)

    return noted


def _runs(one: Any) -> bool:
    try:
        return bool(one.isRunning() if isinstance(one, QThread) else one.isActive())
    except RuntimeError:
        # Its C++ side has gone.
        return False


def _end(one: Any) -> None:
    if isinstance(one, QThread):
        one.quit()
        one.wait(2000)
    else:
        one.stop()
