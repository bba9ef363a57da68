"""The composition root: opens a door to the engine, or runs one. Everything is chosen here and passed in.

Must not know: how a command is spelt, or what an answer looks like on a screen.
"""

from __future__ import annotations

import json
import logging
import math
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mt5console.bases import ENV_SIMULATE, base_root, build_platform, find_base, is_simulated
from mt5console.core.config.base_directory import BaseDirectory
from mt5console.core.errors import EXIT_DONE, EXIT_FAILED, ConsoleError, EngineHeld, NotFound, UsageInvalid
from mt5console.core.model.requests import Mode
from mt5console.core.ports import EngineDoor, Platform
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout
from mt5console.core.watchdog.policy import Policy
from mt5console.finding import engine_client, late_client, publisher, publisher_lives, silent_engine, wait_for_end
from mt5console.interpreter import console_command
from mt5console.platforms.files import LocalFileStore
from mt5console.platforms.lock import FileBaseLock
from mt5console.platforms.sessions import end_before_terminals

if TYPE_CHECKING:
    from mt5console.api.client import EngineClient
    from mt5console.logs import WindowLog
    from mt5console.runtime.host import EngineHost
    from mt5console.ui.bridge.access import EngineAccess, EngineHandle

log = logging.getLogger(__name__)

WINDOW_FILE = "window.ini"
"""What the window remembers of its layout, inside the console's own folder."""


def policy_of(base: BaseDirectory, check_interval: float | None) -> Policy:
    """The watchdog's numbers: the kind's defaults, the settings' overrides, the asked interval."""
    from mt5console.core.config.settings import load_settings, overridden

    if check_interval is not None and not 0 < check_interval < math.inf:
        raise UsageInvalid(
            "bad_interval", f"the check interval must be a positive number of seconds, not {check_interval}"
        )
    settings = load_settings(base.layout.settings, LocalFileStore())
    policy = Policy.simulated() if base.simulated else Policy.live()
    return overridden(policy, settings).with_interval(check_interval or settings.check_interval_s)


@contextmanager
def open_door(
    base_dir: Path | None, simulate: bool | None, *, acting: bool, create: bool = False
) -> Iterator[EngineDoor]:
    """A door to the base directory's engine; one that is not there yet is made with `create` alone.

    The running engine's, when there is one. Without one, readers get an offline door, and acting commands an engine
    in their own process that ends with them. Raises EngineHeld when the lock is held but the API is silent.
    """
    if not create:
        find_base(base_dir, simulate, create=False)
    base = find_base(base_dir, simulate, create=acting)
    is_published = publisher_lives(base.layout)
    client = engine_client(base.layout)
    if client is not None:
        with client:
            yield client
    elif acting:
        with _own_engine(base, is_published) as door:
            yield door
    else:
        if base.layout.api.exists():
            sys.stderr.write("the engine that watched here does not answer: this is what is stored and seen now\n")
        from mt5console.runtime.offline import OfflineDoor

        offline = OfflineDoor(base, build_platform(base), policy_of(base, None))
        try:
            yield offline
        finally:
            offline.close()


@contextmanager
def _own_engine(base: BaseDirectory, is_published: bool) -> Iterator[EngineDoor]:
    """An engine for one act. `is_published`: one that was asked already and did not answer."""
    platform = build_platform(base)
    if not platform.lock.acquire():
        client = None if is_published else late_client(base.layout)
        if client is None:
            raise silent_engine(base.layout)
        with client:
            yield client
        return
    try:
        sys.stderr.write("no engine runs here: this command acts by itself, and nobody watches after it\n")
        from mt5console.runtime.door import RuntimeDoor

        host = build_host(base, platform, None, None)
        host.start()
        try:
            yield RuntimeDoor(host, lambda: None)
        finally:
            host.stop()
    finally:
        platform.lock.release()


def build_host(base: BaseDirectory, platform: Platform, mode: Mode | None, check_interval: float | None) -> EngineHost:
    """An engine host for a base directory whose lock the caller holds. `mode`: asked for at this start."""
    from mt5console.core.config.settings import keep_last_good, load_settings
    from mt5console.core.history.heartbeats import HeartbeatHistory
    from mt5console.core.history.store import StateStore
    from mt5console.runtime.host import EngineHost

    policy = policy_of(base, check_interval)
    settings = load_settings(base.layout.settings, platform.files)
    keep_last_good(base.layout.settings, platform.files)
    store = StateStore(base.layout.state_db)
    history = HeartbeatHistory(base.layout.history_db, settings.history_days)
    return EngineHost(
        base,
        platform,
        policy,
        store,
        history,
        mode=mode,
        settings_mode=Mode(settings.mode),
        recommended_terminals=settings.recommended_terminals,
        agent_symbol=settings.agent_symbol,
    )


def run_engine(
    base_dir: Path | None,
    simulate: bool | None,
    *,
    check_interval: float | None,
    robot_id: int | None,
    observe_only: bool,
) -> int:
    """The engine without a window, until it is asked to end. Gives the exit code; raises EngineHeld."""
    from mt5console.logs import configure_engine_logs, ends_logged

    end_before_terminals()
    base = find_base(base_dir, simulate, create=True)
    platform = build_platform(base)
    if not platform.lock.acquire():
        raise EngineHeld("engine_held", f"another engine watches {base.layout.root} already")
    try:
        configure_engine_logs(base.layout.logs)
        with ends_logged("the engine"):
            host = build_host(base, platform, Mode.OBSERVE if observe_only else None, check_interval)
            try:
                _serve(host, platform, base.layout, robot_id)
            finally:
                host.stop()
    finally:
        platform.lock.release()
    return EXIT_DONE if host.broken is None else EXIT_FAILED


def _serve(host: EngineHost, platform: Platform, layout: BaseLayout, robot_id: int | None) -> None:
    """Start the engine and its API; returns when it is asked to end, or when it broke."""
    from mt5console.api.server import ApiServer
    from mt5console.runtime.door import RuntimeDoor
    from mt5console.serving import KeptOpen

    ended = threading.Event()
    door = RuntimeDoor(host, ended.set)
    if robot_id is not None and all(robot["robot_id"] != robot_id for robot in door.robots()):
        raise NotFound("unknown_robot", f"robot {robot_id} is not registered here")
    _on_signals(ended)
    host.start()
    token = secrets.token_urlsafe(32)
    api = KeptOpen(lambda: ApiServer(door, token), lambda url: _publish(platform, layout, url, token, host.generation))
    api.open()
    while not ended.wait(0.5) and host.broken is None:
        api.look()
    platform.files.remove(layout.api)
    api.close()


def _publish(platform: Platform, layout: BaseLayout, url: str, token: str, generation: int) -> None:
    record = {"url": url, "pid": os.getpid(), "generation": generation, "token": token}
    platform.files.write_atomic(layout.api, json.dumps(record).encode(), private=True)


def _on_signals(ended: threading.Event) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: ended.set())


def stop_engine(base_dir: Path | None, simulate: bool | None) -> dict[str, Any]:
    """End the running engine and wait until it has ended; terminals go on: `{"stopped": true, "pid": …}`.

    Raises `ConsoleError` (`no_engine`, `not_ended`), `EngineHeld` when the lock is held and nobody answers.
    """
    base = find_base(base_dir, simulate, create=False)
    lock = FileBaseLock(base.layout.lock)
    client = engine_client(base.layout)
    if client is None:
        if lock.acquire():
            lock.release()
            raise ConsoleError("no_engine", "no engine runs on this base directory: there is nothing to stop")
        client = None if publisher_lives(base.layout) else late_client(base.layout)
    if client is None:
        raise silent_engine(base.layout)
    with client:
        pid = publisher(base.layout)
        client.stop_engine()
    if not wait_for_end(lock):
        raise ConsoleError("not_ended", f"the engine (pid {pid}) was told to end and has not: see its log")
    return {"stopped": True, "pid": pid}


def api_token(base_dir: Path | None, simulate: bool | None) -> dict[str, Any]:
    """Url and token of the running engine."""
    base = find_base(base_dir, simulate, create=False)
    client = engine_client(base.layout)
    if client is None:
        raise ConsoleError(
            "no_engine", "no engine answers on this base directory: start it with `mt5console watchdog run`"
        )
    client.close()
    record = json.loads(base.layout.api.read_text("utf-8"))
    return {"url": record["url"], "token": record["token"]}


def emergency_stop(base_dir: Path | None, simulate: bool | None) -> dict[str, str]:
    """Write every user's stop latch although the engine is silent: robots read it at their next beat.

    Gives the directories that have none, each with the reason; empty when every user is latched.
    """
    from mt5console.emergency import write_latches

    base = find_base(base_dir, simulate, create=False)
    users = sorted(path for path in base.layout.root.glob("user_*") if path.is_dir())
    return write_latches(users, build_platform(base).files)


def inject_fault(base_dir: Path | None, simulate: bool | None, user_id: int, fault: str, argument: str | None) -> None:
    """Inject a fault into a simulated terminal; refused on a live base directory."""
    if not is_simulated(simulate):
        raise UsageInvalid("not_simulated", "faults are for simulated terminals only: add --simulate")
    base = find_base(base_dir, simulate, create=False)
    if not base.layout.user(user_id).is_dir():
        raise NotFound("unknown_user", f"user {user_id} has no directory here")
    from mt5console.simulation.faults import inject

    inject(base.layout.root, user_id, fault, argument)


def journal_parts(
    target: str, base_dir: Path | None, simulate: bool | None, *, experts: bool = False
) -> tuple[tuple[Path, int], ...]:
    """The files, each with the byte to read from, that a journal's name, a directory or a user's number means."""
    from mt5console.core.terminal.journal_reading import latest_run

    path = Path(target)
    if target.isascii() and target.isdigit() and not path.exists():
        base = find_base(base_dir, simulate, create=False)
        user = TerminalLayout(base.layout.user(int(target)))
        if not user.root.is_dir():
            raise NotFound("unknown_user", f"user {target} has no directory in {base_root(base_dir)}")
        parts = latest_run(user.experts_logs if experts else user.journals)
        if not parts:
            raise NotFound("no_journal", f"user {target} has no journal yet; start the terminal first")
        return parts
    if path.is_dir():
        parts = latest_run(path)
        if not parts:
            raise UsageInvalid("no_journal", f"{target} is a directory without journals (YYYYMMDD.log); give a file")
        return parts
    if not path.is_file():
        raise NotFound("no_file", f"{target} is neither a file nor a user with a directory")
    return ((path, 0),)


def window_access(layout: BaseLayout, launch: Callable[[], EngineHandle] | None) -> EngineAccess:
    """How a window reaches the engine of a base directory; `launch` None: it only attaches."""
    from mt5console.ui.bridge.access import EngineAccess

    def find(timeout_s: float) -> EngineClient | None:
        # The client is HTTP and what that needs: loaded by the thread that looks for the engine, not before the window.
        from mt5console.api.client import EngineClient

        client: EngineClient | None = None
        try:
            record = json.loads(layout.api.read_text("utf-8"))
            client = EngineClient(str(record["url"]), str(record["token"]), timeout_s=timeout_s)
            client.status()
        except (OSError, ValueError, KeyError, TypeError, ConsoleError):
            if client is not None:
                client.close()
            return None
        return client

    return EngineAccess(find_client=find, launch=launch)


def run_console(base_dir: Path | None, simulate: bool | None, read_only: bool) -> int:
    """The window over a base directory, with the engine as a process of its own; gives the exit code.

    A read-only window attaches to an engine and never starts one.
    """
    from mt5console.ui.display import why_no_window

    lacking = why_no_window(offscreen=False)
    if lacking:
        ways = "`mt5console watchdog run` watches without a window, `mt5console demo --headless` shows a fleet"
        raise ConsoleError("no_display", f"{lacking}; {ways}")
    from mt5console.ui.memory import hold_collections

    hold_collections()
    from mt5console.first_run import first_run_access
    from mt5console.ui.application import WindowPlan, run_window
    from mt5console.ui.bridge.engine_process import start_detached

    base = find_base(base_dir, simulate, create=True)
    arguments = console_command("--base-dir", str(base.layout.root), "watchdog", "run")
    # What kind of base directory this is has been checked; the engine is told so, whatever its environment says.
    environment = {**os.environ, ENV_SIMULATE: "1" if base.simulated else "0"}
    access = window_access(base.layout, None if read_only else lambda: start_detached(arguments, environment))
    plan = WindowPlan(
        read_only=read_only,
        settings=base.layout.console / WINDOW_FILE,
        log=lambda: window_log(base.layout),
        first_run=first_run_access(base),
    )
    return run_window(access, plan)


def window_log(layout: BaseLayout) -> WindowLog:
    """A window's own log, beside the engine's. Runs in: any thread; loads what logging needs."""
    from mt5console.logs import WindowLog

    return WindowLog(layout.logs)


def run_demo(
    *,
    base_dir: Path | None,
    users: int,
    robots: int,
    headless: bool,
    seconds: float | None,
    screenshot: Path | None,
    chaos: bool,
    native: bool,
    json_output: bool,
) -> int:
    """The demo, with the window or without; where none can be shown it says why and goes on without."""
    if headless and screenshot is not None:
        raise UsageInvalid("no_window", "a headless demo has no window to save: leave --screenshot or --headless out")
    if not headless:
        from mt5console.ui.display import why_no_window

        lacking = why_no_window(offscreen=screenshot is not None)
        if lacking and screenshot is not None:
            raise ConsoleError("no_display", lacking)
        if lacking:
            sys.stderr.write(f"{lacking}; the demo goes on without it\n")
        headless = bool(lacking)
    if headless:
        from mt5console.demo.run import run_demo as run

        return run(
            base_dir=base_dir,
            users=users,
            robots=robots,
            seconds=seconds,
            chaos=chaos,
            native=native,
            json_output=json_output,
        )
    return _window_demo(base_dir, users, robots, seconds, screenshot, chaos=chaos, native=native)


def _window_demo(
    base_dir: Path | None,
    users: int,
    robots: int,
    seconds: float | None,
    screenshot: Path | None,
    *,
    chaos: bool,
    native: bool,
) -> int:
    from mt5console.demo.run import DEFAULT_SECONDS
    from mt5console.demo.window import demo_story
    from mt5console.ui.application import WindowPlan, run_window

    if screenshot is not None and seconds is None:
        seconds = DEFAULT_SECONDS
    story = demo_story(base_dir, users, robots, seconds, chaos=chaos, native=native)
    plan = WindowPlan(
        asks_on_quit=False,
        story=story,
        screenshot=screenshot,
        ends_with_story=seconds is not None,
        log=lambda: window_log(story.layout),
    )
    try:
        return run_window(window_access(story.layout, None), plan)
    finally:
        story.clean_up()


def doctor(base_dir: Path | None, simulate: bool | None) -> list[dict[str, Any]]:
    """What this machine offers and what it lacks: name, ok, evidence, how to mend it."""
    from mt5console.doctor import examine

    return examine(base_dir, simulate)
