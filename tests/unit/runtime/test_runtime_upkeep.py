"""Upkeep: old files of our own protocol go, everything else stays."""

from __future__ import annotations

import os
from pathlib import Path

from mt5console.core.model.ids import RobotId, UserId
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.platforms.files import LocalFileStore
from mt5console.runtime.targets import Targets
from mt5console.runtime.upkeep import EVERY_S, KEEP_BEATS_S, KEEP_CHANNEL_S, Upkeep
from tests.fakes.clock import FakeClock


def put(path: Path, age_s: float, clock: FakeClock) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    when = clock.utc_s - age_s
    os.utime(path, (when, when))
    return path


def test_only_what_is_old_ours_and_awaited_by_nobody_goes(tmp_path: Path) -> None:
    clock, targets, layout = FakeClock(), Targets(), TerminalLayout(tmp_path / "user_1")
    targets.put_user(UserId(1), layout.root, "terminal64")
    targets.set_robots(UserId(1), frozenset({RobotId(7)}))
    targets.await_reply(UserId(1), "awaited")
    old, young = KEEP_CHANNEL_S + 60, KEEP_CHANNEL_S - 60
    gone = [
        put(layout.commands / "c-1.json", old, clock),
        put(layout.replies / "c-1.json", old, clock),
        put(layout.templates / "c-1.tpl", old, clock),
        put(layout.legacy_heartbeat(8), KEEP_BEATS_S + 60, clock),
    ]
    stays = [
        put(layout.replies / "c-2.json", young, clock),
        put(layout.replies / "awaited.json", old, clock),
        put(layout.legacy_heartbeat(7), KEEP_BEATS_S + 60, clock),
        put(layout.legacy_heartbeat(9), KEEP_BEATS_S - 60, clock),
        put(layout.files / "somebody_elses.txt", KEEP_BEATS_S + 60, clock),
        put(layout.desired(8), KEEP_BEATS_S + 60, clock),
    ]
    upkeep = Upkeep(targets, LocalFileStore(), clock)
    assert upkeep.clean() == len(gone)
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in stays)
    assert upkeep.clean() == 0


def test_it_is_due_at_once_and_then_once_an_hour() -> None:
    clock = FakeClock()
    upkeep = Upkeep(Targets(), LocalFileStore(), clock)
    assert upkeep.due()
    assert not upkeep.due()
    clock.advance(EVERY_S)
    assert upkeep.due()
