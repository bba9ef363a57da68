"""The log files turn without losing a line, whoever holds one of them open."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mt5console.logs import TURNED_AGAIN_S, WINDOW_FILES_KEPT, TurningFile, WindowLog

KEPT = 3


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class World:
    """A log of ten-line files, and somebody who holds files open as a program does on Windows."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "engine.log"
        self.clock = Clock()
        self.log = TurningFile(self.path, full_bytes=60, kept=KEPT, clock=self.clock)
        self.held: set[str] = set()
        self.written = 0
        move = os.replace

        def moved(source: str | Path, target: str | Path) -> None:
            if {Path(source).name, Path(target).name} & self.held:
                raise PermissionError(13, "another program uses this file")
            move(source, target)

        monkeypatch.setattr(os, "replace", moved)

    def write(self, count: int) -> None:
        for _ in range(count):
            self.written += 1
            words = f"{self.written:05}"
            self.log.emit(logging.LogRecord("test", logging.INFO, "", 0, words, None, None))

    def lines(self) -> list[str]:
        """Every line that is kept, oldest first."""
        suffixes = [f".{number}" for number in range(KEPT, 0, -1)] + [".next", ""]
        files = [self.path.with_name(self.path.name + suffix) for suffix in suffixes]
        return [line for file in files if file.exists() for line in file.read_text("utf-8").splitlines()]

    def names(self) -> set[str]:
        return {path.name for path in self.path.parent.iterdir()}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World(tmp_path, monkeypatch)
    yield world
    world.log.close()


def numbers(first: int, last: int) -> list[str]:
    return [f"{number:05}" for number in range(first, last + 1)]


def test_full_files_are_set_aside_and_the_oldest_goes(world: World) -> None:
    world.write(60)
    assert world.names() == {"engine.log", "engine.log.1", "engine.log.2", "engine.log.3"}
    assert world.lines() == numbers(world.written - len(world.lines()) + 1, world.written)


@pytest.mark.parametrize("held", ["engine.log", "engine.log.1", "engine.log.2", "engine.log.next"])
def test_a_file_that_somebody_holds_delays_the_turn_and_loses_no_line(world: World, held: str) -> None:
    world.write(25)
    before = world.lines()
    world.held.add(held)
    world.write(40)
    assert world.lines() == before + numbers(26, 65)
    world.held.clear()
    world.write(1)
    assert world.lines()[-1] == "00066"
    world.clock.now_s += TURNED_AGAIN_S
    world.write(3)
    assert ".next" not in "".join(world.names())
    assert world.lines() == numbers(int(world.lines()[0]), 69)
    assert int(world.lines()[0]) <= 26


def test_a_held_file_is_tried_again_now_and_then_and_not_with_every_line(world: World) -> None:
    world.write(5)
    world.held.add("engine.log")
    tries: list[int] = []
    turn = world.log.doRollover
    world.log.doRollover = lambda: (tries.append(1), turn())[1]  # type: ignore[method-assign]
    world.write(50)
    assert len(tries) == 1
    world.clock.now_s += TURNED_AGAIN_S
    world.write(50)
    assert len(tries) == 2


def test_a_window_starts_its_log_although_an_old_one_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(WINDOW_FILES_KEPT + 3):
        (tmp_path / f"window-{number}.log").write_text("old")
    remove = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.name == "window-1.log":
            raise PermissionError(13, "another program uses this file")
        remove(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    for number in range(WINDOW_FILES_KEPT + 3):
        os.utime(tmp_path / f"window-{number}.log", (number, number))
    log = WindowLog(tmp_path)
    log.start()
    log.stop()
    left = {path.name for path in tmp_path.iterdir()}
    assert "window-0.log" not in left
    assert "window-1.log" in left
