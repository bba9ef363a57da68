"""Reads a fleet's heartbeats in one of several ways, and says at the end what it saw.

`python -m benchmarks.workers.beat_reader WAY ROOT TERMINALS ROBOTS`; prints `ready`, starts its count at the first
line on its standard input, and prints the tally as JSON at the second. It is measured from outside.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.beats import FleetFiles, Tally

PERIOD_S = 1.0

Start = Callable[[FleetFiles, Tally], object]


def _every_second(look: Callable[[], None]) -> None:
    """Poll in a thread, as the project's collector does."""

    def loop() -> None:
        due = time.monotonic()
        while True:
            look()
            due += PERIOD_S
            time.sleep(max(0.0, due - time.monotonic()))

    threading.Thread(target=loop, daemon=True).start()


def project(fleet: FleetFiles, tally: Tally) -> object:
    """The product's FileCollector: status, READY, heartbeats, errors and journals of every terminal, decoded."""
    from mt5console.core.model.facts import Fact, HeartbeatSeen
    from mt5console.core.model.ids import UserId
    from mt5console.platforms.clock import SystemClock
    from mt5console.platforms.files import LocalFileStore
    from mt5console.runtime.file_collector import FileCollector
    from mt5console.runtime.targets import Targets

    targets = Targets()
    for user, layout in fleet.layouts.items():
        targets.put_user(UserId(user), layout.root, "terminal64")
        targets.set_robots(UserId(user), fleet.robots_of(user))

    def post(fact: Fact) -> None:
        if isinstance(fact, HeartbeatSeen):
            tally.add(fact.beat.robot_id, fact.beat.sequence)

    collector = FileCollector(
        targets, LocalFileStore(), SystemClock(), post, lambda _robot, _utc_s, _age_s: None, PERIOD_S
    )
    collector.start()
    return collector


def stat_only(fleet: FleetFiles, _tally: Tally) -> object:
    """The limit: look at every file's stamp, read nothing."""
    paths = [fleet.heartbeat(robot) for robot in fleet.robots]
    stamps: dict[str, int] = {}

    def look() -> None:
        for path in paths:
            stamps[path] = os.stat(path).st_mtime_ns

    _every_second(look)
    return None


def json_load(fleet: FleetFiles, tally: Tally) -> object:
    """Open and parse every file every second."""
    paths = [fleet.heartbeat(robot) for robot in fleet.robots]
    _every_second(lambda: [_read(path, tally) for path in paths] and None)
    return None


def _read(path: str, tally: Tally) -> None:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the plain way is what is measured
            value = json.load(file)
    except (OSError, ValueError):
        return
    tally.add(value["robot_id"], value["sequence"])


def watchdog_library(fleet: FleetFiles, tally: Tally) -> object:
    """The watchdog package: inotify under the whole tree; reads a file when it was moved into place."""
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers import Observer

    class Handler(FileSystemEventHandler):
        def on_moved(self, event: FileSystemEvent) -> None:
            _read(os.fsdecode(event.dest_path), tally)

    observer = Observer()
    observer.schedule(Handler(), str(next(iter(fleet.layouts.values())).root.parent), recursive=True)
    observer.start()
    return observer


def watchfiles_library(fleet: FleetFiles, tally: Tally) -> object:
    """The watchfiles package (Rust): batches of changes under the whole tree, with its own defaults."""
    from watchfiles import watch

    root = next(iter(fleet.layouts.values())).root.parent

    def loop() -> None:
        for changes in watch(root, raise_interrupt=False):
            for _change, path in changes:
                if path.endswith("heartbeat.json"):
                    _read(path, tally)

    threading.Thread(target=loop, daemon=True).start()
    return None


def qt_watcher(fleet: FleetFiles, tally: Tally) -> object:
    """QFileSystemWatcher on the directories: an atomic replace ends the watch of a file."""
    from PySide6.QtCore import QCoreApplication, QFileSystemWatcher, QTimer

    application = QCoreApplication([])
    watcher = QFileSystemWatcher([fleet.directory(robot) for robot in fleet.robots])
    watcher.directoryChanged.connect(lambda directory: _read(f"{directory}/heartbeat.json", tally))
    timer = QTimer()
    timer.timeout.connect(lambda: None)
    timer.start(1000)
    threading.Thread(target=_obey, args=(tally, application.quit), daemon=True).start()
    application.exec()
    return watcher


WAYS: dict[str, Start] = {
    "project": project,
    "stat-only": stat_only,
    "json-load": json_load,
    "watchdog": watchdog_library,
    "watchfiles": watchfiles_library,
    "qt": qt_watcher,
}


def _obey(tally: Tally, end: Callable[[], object]) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    tally.begin()
    sys.stdin.readline()
    newest = max(tally.last.values(), default=0)
    print(json.dumps({"seen": tally.seen, "missed": tally.missed + tally.behind(newest)}), flush=True)
    end()


def main() -> None:
    """Read in the asked way until told to stop."""
    way = sys.argv[1]
    fleet, tally = FleetFiles(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])), Tally()
    started = WAYS[way](fleet, tally)
    if way != "qt":
        _obey(tally, lambda: None)
    del started
    os._exit(0)


if __name__ == "__main__":
    main()
