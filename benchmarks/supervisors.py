"""Rival supervisors, each over the same hundred small programs: how they are set up, started and ended.

Each yields once its programs have told that they run. Must not know: how deaths are timed.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.inbox import Inbox, Teller
from benchmarks.machine import end_family, process

UP_WITHIN_S = 40.0
STEADY_S = 1.5
"""runsv waits a second before it replaces what lived for less than one."""


def _tags(count: int) -> set[str]:
    return {f"p{number}" for number in range(count)}


def _came_up(box: Inbox, count: int) -> bool:
    up = box.wait("spawned", _tags(count), UP_WITHIN_S)
    box.drain(STEADY_S)
    return up


@contextmanager
def runit(directory: Path, beacon: Path, box: Inbox, count: int, _rivals: Path | None) -> Iterator[str]:
    """One runsv a program under runsvdir; `finish` tells of the end, `run` of the replacement."""
    if shutil.which("runsvdir") is None:
        yield "runit is not installed"
        return
    for tag in _tags(count):
        service = directory / "services" / tag
        service.mkdir(parents=True)
        (service / "told").write_text(f"{box.path} {tag}", encoding="utf-8")
        for script in ("run", "finish"):
            (service / script).symlink_to(beacon)
    with process(["runsvdir", "-P", directory / "services"]):
        yield "" if _came_up(box, count) else "its programs did not come up"


@contextmanager
def supervisord(directory: Path, beacon: Path, box: Inbox, count: int, rivals: Path | None) -> Iterator[str]:
    """One supervisord; an event listener of its own tells of the ends."""
    place = rivals / "python" if rivals is not None else Path("/nowhere")
    if not (place / "supervisor").is_dir():
        yield "supervisor is not installed"
        return
    listener = f"{sys.executable} -m benchmarks.workers.supervisor_listener {box.path}"
    lines = [
        "[supervisord]",
        "nodaemon=true",
        f"logfile={directory / 'log'}",
        f"pidfile={directory / 'pid'}",
        f"childlogdir={directory}",
        "[eventlistener:ends]",
        f"command={listener}",
        "events=PROCESS_STATE_EXITED",
        "buffer_size=1000",
    ]
    for tag in sorted(_tags(count)):
        lines += [f"[program:{tag}]", f"command={beacon} {box.path} {tag}", "startsecs=0", "autorestart=true"]
    configuration = directory / "supervisord.conf"
    configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with process([sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", configuration], paths=[place]):
        yield "" if _came_up(box, count) else "its programs did not come up"


@contextmanager
def pm2(directory: Path, beacon: Path, box: Inbox, count: int, rivals: Path | None) -> Iterator[str]:
    """PM2's daemon through its own API; its bus tells of the ends."""
    place = rivals / "node" / "node_modules" if rivals is not None else Path("/nowhere")
    if shutil.which("node") is None or not (place / "pm2").is_dir():
        yield "node or pm2 is not installed"
        return
    script = Path(__file__).parent / "workers" / "pm2_bus.js"
    home = directory / "pm2"
    plan = [
        {"name": tag, "script": str(beacon), "args": [str(box.path), tag], "interpreter": "none", "exec_mode": "fork"}
        for tag in sorted(_tags(count))
    ]
    (directory / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    os.environ["PM2_HOME"], os.environ["NODE_PATH"] = str(home), str(place)
    try:
        with process(["node", script, directory / "plan.json"], stdout=True) as bus:
            stream = bus.stdout
            assert stream is not None
            forward = threading.Thread(target=lambda: _forward(stream, Teller(str(box.path))), daemon=True)
            forward.start()
            yield "" if _came_up(box, count) else "its programs did not come up"
    finally:
        os.environ.pop("PM2_HOME")
        os.environ.pop("NODE_PATH")
        _end_daemon(home / "pm2.pid")


def _forward(stream: object, teller: Teller) -> None:
    """Node has no datagram sockets of this kind: its lines are passed on with their own stamps."""
    try:
        for line in stream:  # type: ignore[attr-defined]
            words = line.decode().split()
            if len(words) == 3 and words[0] == "noticed":
                teller.tell("noticed", words[1], 0, int(words[2]))
    except OSError:
        return


def _end_daemon(pid_file: Path) -> None:
    """PM2's daemon leaves our session; its pid file is in our own directory."""
    try:
        daemon = psutil.Process(int(pid_file.read_text("utf-8")))
    except (OSError, ValueError, psutil.NoSuchProcess):
        return
    end_family(daemon)
    psutil.wait_procs([daemon], timeout=5)


SUPERVISORS = {"runit": runit, "PM2": pm2, "supervisord": supervisord}
