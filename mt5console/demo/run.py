"""Runs the demo: place, engine, fleet, watching time, report, and a clean end whatever happens.

Must not know: the engine's inside.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from mt5console.core.errors import EXIT_DONE, EXIT_FAILED, ConsoleError, UsageInvalid
from mt5console.demo.chaos import Chaos
from mt5console.demo.engine_child import EngineChild
from mt5console.demo.fleet import DemoFleet
from mt5console.demo.place import DemoPlace
from mt5console.platforms import process_host
from mt5console.platforms.clock import SystemClock

CHECK_INTERVAL_S = 2.0
DEFAULT_SECONDS = 20.0
CLOSE_WAIT_S = 5.0


def run_demo(
    *,
    base_dir: Path | None,
    users: int = 6,
    robots: int = 3,
    headless: bool = True,
    seconds: float | None = None,
    chaos: bool = False,
    native: bool = False,
    json_output: bool = False,
) -> int:
    """The whole story; gives the exit code: 0 when every deployment is SUCCESS and nothing is open at the end.

    `native`: robots and agent are the compiled MQL5 sources. Raises UsageInvalid, also where nothing can compile them.
    """
    if users < 1 or robots < 0:
        raise UsageInvalid("bad_fleet", "a demo needs at least one user, and not fewer than no robots")
    place = DemoPlace(base_dir, users, native=native)
    engine = EngineChild(place.base.layout, CHECK_INTERVAL_S)
    end_on_signals()
    try:
        engine.start()
        report = _story(
            place, engine, users, robots, DEFAULT_SECONDS if seconds is None else seconds, chaos, json_output
        )
    finally:
        engine.stop()
        end_processes(place.root)
        place.remove()
    if json_output:
        sys.stdout.write(json.dumps(report) + "\n")
    well = all(deployment["status"] == "SUCCESS" for deployment in report["deployments"])
    nothing_open = all(incident["cleared_at"] is not None for incident in report["incidents"])
    healed = all(fault["end"] == "healed" for fault in report["faults"])
    if not json_output:
        _tell_end(report, well and nothing_open and healed)
    return EXIT_DONE if well and nothing_open and healed else EXIT_FAILED


def _story(
    place: DemoPlace, engine: EngineChild, users: int, robots: int, seconds: float, chaos: bool, quiet: bool
) -> dict[str, Any]:
    clock = SystemClock()
    began = clock.now().mono_s

    def tell(words: str) -> None:
        if not quiet:
            _say(f"demo, {clock.now().mono_s - began:5.1f} s: {words} …")

    place.compile_first(tell)
    fleet = DemoFleet(engine, users, robots)
    fleet.bring_up(tell)
    up_after_s = clock.now().mono_s - began
    tell(f"the fleet is up after {up_after_s:.1f} s; watching for {seconds:g} s")
    storm = Chaos(place.root, engine, clock, fleet.users, seconds) if chaos else None
    if storm is not None:
        storm.start()
    _watch(engine, clock.now().mono_s + seconds, quiet)
    if storm is not None:
        storm.finish()
    return _report(engine, fleet, storm, up_after_s)


def _watch(engine: EngineChild, until_mono_s: float, quiet: bool) -> None:
    """Let time pass, with a live table when a person looks on."""
    clock, tick = SystemClock(), threading.Event()
    if quiet or not sys.stdout.isatty():
        while clock.now().mono_s < until_mono_s:
            tick.wait(0.2)
        return
    from rich.live import Live

    from mt5console.demo.table import fleet_table

    with Live(refresh_per_second=4) as live:
        while (left := until_mono_s - clock.now().mono_s) > 0:
            try:
                live.update(fleet_table(engine.client().status(), left))
            except ConsoleError as error:
                live.console.log(error.text)
            tick.wait(0.5)


def _report(engine: EngineChild, fleet: DemoFleet, storm: Chaos | None, up_after_s: float) -> dict[str, Any]:
    status = engine.ask(lambda door: door.status())
    ages = {
        str(robot["robot_id"]): robot["heartbeat_age"]
        for terminal in status["terminals"]
        for robot in terminal["robots"]
    }
    recoveries = [
        entry
        for user_id in fleet.users
        for entry in reversed(engine.decisions(user_id, 500))
        if "StartTerminal" in entry["acts"] or "LogInAgain" in entry["acts"] or "ReattachProbe" in entry["acts"]
    ]
    return {
        "deployments": fleet.deployments,
        "incidents": engine.ask(lambda door: door.incidents(True)),
        "faults": [run.as_json() for run in storm.runs] if storm is not None else [],
        "recoveries": recoveries,
        "heartbeat_ages": ages,
        "up_after_seconds": round(up_after_s, 1),
        "engine_restarts": engine.restarts,
    }


def end_processes(root: Path) -> None:
    """Close every process that runs from the demo's directory; kill what does not end."""
    host, tick, clock = process_host(), threading.Event(), SystemClock()
    try:
        for ref in host.find_under(root):
            host.request_close(ref)
        until = clock.now().mono_s + CLOSE_WAIT_S
        while (left := host.find_under(root)) and clock.now().mono_s < until:
            tick.wait(0.1)
        for ref in left:
            host.kill(ref)
        until = clock.now().mono_s + CLOSE_WAIT_S
        while host.find_under(root) and clock.now().mono_s < until:
            tick.wait(0.05)
    finally:
        host.close()


def end_on_signals() -> None:
    """A demo that is asked to end still cleans up."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def _tell_end(report: dict[str, Any], well: bool) -> None:
    deployments = report["deployments"]
    proven = sum(1 for deployment in deployments if deployment["status"] == "SUCCESS")
    open_now = [incident for incident in report["incidents"] if incident["cleared_at"] is None]
    lines = [f"deployments: {proven} of {len(deployments)} SUCCESS; fleet up after {report['up_after_seconds']} s"]
    lines += [
        f"fault {f['fault']} on user_{f['user_id']}: {f['end']} ({f['healed_after_seconds']} s)"
        for f in report["faults"]
    ]
    lines += [f"open: {incident['text']} — {incident['next_step']}" for incident in open_now]
    lines.append("all is well" if well else "not all is well: see above")
    sys.stdout.write("\n".join(lines) + "\n")
