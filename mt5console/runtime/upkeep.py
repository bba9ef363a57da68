"""Upkeep of the files that the console and the agent leave in each terminal: old commands, replies, templates, beats.

The seed asks for it: "regularly clean old heartbeat files". Only names of our own protocol are touched, only when they
are old and nobody waits for them. Must not know: decisions.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from mt5console.core.model.ids import RobotId
from mt5console.core.ports import Clock, FileStore
from mt5console.runtime.targets import Target, Targets

log = logging.getLogger(__name__)

EVERY_S = 3600.0
KEEP_CHANNEL_S = 86_400.0
"""Commands, replies and templates are kept a day, for whoever looks into what happened."""
KEEP_BEATS_S = 7 * 86_400.0
"""The seed's one-line heartbeats of robots that are not registered any more are kept a week."""

_LEGACY = re.compile(r"heartbeat_(\d+)\.txt")


class Upkeep:
    """Cleans all targets at most once every `EVERY_S`. Runs in: a lane."""

    def __init__(self, targets: Targets, files: FileStore, clock: Clock) -> None:
        self._targets = targets
        self._files = files
        self._clock = clock
        self._due_mono_s = 0.0

    def due(self) -> bool:
        """Whether it is time again; asking makes it wait for the next time."""
        now = self._clock.now().mono_s
        if now < self._due_mono_s:
            return False
        self._due_mono_s = now + EVERY_S
        return True

    def clean(self) -> int:
        """Remove what is old; gives how many files went."""
        removed = 0
        for target in self._targets.all():
            for path in self._old_files(target):
                self._files.remove(path)
                removed += 1
        if removed:
            log.info("upkeep removed %d old files of the agent's channel", removed)
        return removed

    def _old_files(self, target: Target) -> Iterator[Path]:
        layout = target.layout
        for folder in (layout.commands, layout.replies, layout.templates):
            for path in _files_in(folder):
                if path.stem not in target.replies and self._is_older(path, KEEP_CHANNEL_S):
                    yield path
        for path in _files_in(layout.files):
            named = _LEGACY.fullmatch(path.name)
            if named is None or RobotId(int(named[1])) in target.robots:
                continue
            if self._is_older(path, KEEP_BEATS_S):
                yield path

    def _is_older(self, path: Path, seconds: float) -> bool:
        stamp = self._files.stamp(path)
        return stamp is not None and self._clock.now().utc_s - stamp.mtime_ns / 1e9 > seconds


def _files_in(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file()]
    except OSError:
        return []
