"""A real engine on simulated terminals, for stories: a process of its own, spoken to over its API."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from mt5console.api.client import EngineClient
from mt5console.app import journal_parts
from mt5console.bases import DEMO_KEYRING
from mt5console.core.config.base_directory import open_base
from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError
from mt5console.core.terminal.journal import entry_json
from mt5console.core.terminal.journal_file import read_journals
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout, program_file, robot_of_expert
from mt5console.core.terminal.protocol import decode_status
from mt5console.finding import engine_client
from mt5console.platforms import process_host
from mt5console.platforms.files import LocalFileStore
from mt5console.simulation.faults import inject

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""What ends a process without asking it; on Windows every signal does."""

PASSWORD = "canary-7Jx-Ünïcode-42"


def wait_for(condition: Callable[[], Any], what: str, within_s: float = 30.0) -> Any:
    """The first true answer of a condition; fails with what was awaited."""
    deadline = time.monotonic() + within_s
    tick = threading.Event()
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        tick.wait(0.05)
    raise AssertionError(f"not seen within {within_s:.0f} s: {what}")


class Desk:
    """One base directory with an engine that can be killed and started again."""

    def __init__(
        self,
        root: Path,
        check_interval_s: float = 1.0,
        *,
        demo_keyring: bool = True,
        environment: dict[str, str] | None = None,
        engine_says: Path | None = None,
    ) -> None:
        """`engine_says`: where the engine's stdout and stderr go, nowhere without it."""
        self.root = root
        self.layout = BaseLayout(root)
        self.environment = environment
        self.engine_says = engine_says
        base = open_base(root, True, LocalFileStore(), create=True)
        if demo_keyring:
            LocalFileStore().make_private_directory(base.layout.console / DEMO_KEYRING)
        self.interval = check_interval_s
        self.process: subprocess.Popen[bytes] | None = None
        self.host = process_host()
        self._client: tuple[bytes, EngineClient] | None = None
        self._client_lock = threading.Lock()

    # ---- engine -------------------------------------------------------------------------------------------------

    def command(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run the command line on this base directory."""
        arguments = [sys.executable, "-m", "mt5console", "--simulate", "--json", "--base-dir", str(self.root), *words]
        options.setdefault("env", self.environment)
        return subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False, **options)

    def start_engine(self) -> None:
        arguments = [sys.executable, "-m", "mt5console", "watchdog", "run", "--simulate", "--base-dir", str(self.root)]
        arguments += ["--check-interval", f"{self.interval:g}"]
        with (self.engine_says or Path(os.devnull)).open("ab") as says:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=says, stderr=says, env=self.environment
            )
        wait_for(self._answers, "an engine that answers")

    def kill_engine(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=10)

    def stop_engine(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)

    def _answers(self) -> bool:
        """Whether this desk's own engine answers, and not only the file that a dead one left."""
        assert self.process is not None
        assert self.process.poll() is None, f"the engine ended with {self.process.returncode}"
        try:
            record = json.loads(self.layout.api.read_bytes())
        except (OSError, ValueError):
            return False
        if record["pid"] != self.process.pid:
            return False
        found = engine_client(self.layout)
        if found is not None:
            found.close()
        return found is not None

    @property
    def door(self) -> EngineClient:
        """A client of the engine that runs now; one is kept as long as the engine is the same."""
        with self._client_lock:
            record = self.layout.api.read_bytes()
            if self._client is None or self._client[0] != record:
                self._drop_client()
                value = json.loads(record)
                self._client = (record, EngineClient(value["url"], value["token"]))
            return self._client[1]

    def _drop_client(self) -> None:
        if self._client is not None:
            self._client[1].close()
            self._client = None

    # ---- acts ---------------------------------------------------------------------------------------------------

    def add_user(self, user_id: int, login: int | None = None, server: str = "Demo-Server") -> None:
        self.door.add_user(user_id, login or 700000 + user_id, server, Secret(PASSWORD))

    def add_robot(self, robot_id: int, user_id: int, **arguments: Any) -> None:
        wanted = {"robot_id": robot_id, "user_id": user_id, "symbol": "EURUSD", "timeframe": "H1", **arguments}
        self.door.add_robot(wanted)

    def act(self, kind: str, within_s: float = 120.0, **arguments: Any) -> dict[str, Any]:
        """Ask for an act and wait for its end."""
        operation = self.door.submit(kind, arguments, "test")
        return self.ended(operation["operation_id"], within_s)

    def ended(self, operation_id: str, within_s: float = 120.0) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            try:
                found = self.door.operation(operation_id, 1.0)
            except (ConsoleError, AssertionError):
                return None
            return found if found["state"] != "running" else None

        found: dict[str, Any] = wait_for(look, f"the end of operation {operation_id}", within_s)
        return found

    def start(self, user_id: int) -> None:
        ended = self.act("terminal_start", user_id=user_id)
        assert ended["state"] == "done", ended

    def deploy(self, robot_id: int, **arguments: Any) -> dict[str, Any]:
        ended = self.act("deploy", robot_id=robot_id, **arguments)
        assert ended["result"] is not None, ended
        result: dict[str, Any] = ended["result"]
        return result

    def up(self, *user_ids: int, robots: int = 1, more: tuple[int, ...] = (), server: str = "Demo-Server") -> None:
        """Users with running terminals and deployed robots; user 2's robots are 201, 202 …"""
        ids = [user_id * 100 + number for user_id in user_ids for number in range(1, robots + 1)]
        ids += more
        for user_id in user_ids:
            self.add_user(user_id, server=server)
        for robot_id in ids:
            self.add_robot(robot_id, robot_id // 100)
        self.all_done("terminal_start", [{"user_id": user_id} for user_id in user_ids])
        real = server == "Real-Server"
        wanted = [{"robot_id": r, **({"confirm_live": 700000 + r // 100} if real else {})} for r in ids]
        for ended in self.all_done("deploy", wanted):
            assert ended["result"]["status"] == "SUCCESS", ended["result"]

    def all_done(self, kind: str, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Ask for several acts at once and wait until each is done."""
        operations = [self.door.submit(kind, arguments, "test") for arguments in wanted]
        ends = [self.ended(operation["operation_id"]) for operation in operations]
        assert all(ended["state"] == "done" for ended in ends), ends
        return ends

    # ---- looking ------------------------------------------------------------------------------------------------

    def terminal(self, user_id: int = 1) -> dict[str, Any]:
        status = self.door.status()
        return next(entry for entry in status["terminals"] if entry["user_id"] == user_id)

    def robot(self, robot_id: int) -> dict[str, Any]:
        terminal = self.terminal(robot_id // 100)
        return next(entry for entry in terminal["robots"] if entry["robot_id"] == robot_id)

    def open_incidents(self) -> list[dict[str, Any]]:
        return self.door.incidents(False)

    def fault(self, user_id: int, name: str, argument: str | None = None) -> None:
        inject(self.root, user_id, name, argument)

    def user_layout(self, user_id: int = 1) -> TerminalLayout:
        return TerminalLayout(self.layout.user(user_id))

    def charts(self, user_id: int = 1) -> list[str]:
        """The experts on the terminal's charts, as its agent tells."""
        status = decode_status(self.user_layout(user_id).agent_status.read_bytes())
        assert status is not None
        return [chart.expert for chart in status.charts]

    def processes(self, user_id: int = 1) -> list[int]:
        return [ref.pid for ref in self.host.find(self.layout.user(user_id) / program_file("terminal64"))]

    def wait_idle(self, *robot_ids: int, within_s: float = 60.0) -> None:
        """Nothing is under way for these robots: a put-back is proven for a while after the terminal is well."""

        def look() -> bool:
            newest = [self.door.deployments(robot_id, 1) for robot_id in robot_ids]
            return not any(found and found[0]["status"] == "RUNNING" for found in newest)

        wait_for(look, f"the end of what is under way for {robot_ids}", within_s)

    def is_well(self, user_id: int = 1) -> bool:
        """Healthy, with nothing open for this user."""
        return self.is_healthy(user_id) and not self.incidents_of(user_id)

    def is_healthy(self, user_id: int = 1) -> bool:
        terminal = self.terminal(user_id)
        return terminal["state"] == "healthy" and all(check["ok"] for check in terminal["checks"].values())

    def wait_healthy(self, user_id: int = 1, within_s: float = 60.0) -> None:
        try:
            wait_for(lambda: self.is_well(user_id), f"user {user_id} healthy with nothing open", within_s)
        except AssertionError as error:
            seen = f"{self.terminal(user_id)}; {self.open_incidents()}; {self.trace(user_id)}"
            raise AssertionError(f"{error}; {seen}") from None

    def trace(self, user_id: int = 1) -> str:
        """The decision trace as one text, oldest first: what was decided, and why."""
        told = reversed(self.door.decisions(user_id, 200))
        return "\n".join(f"{d['trigger']}: {d['decided']} ({d['why']}) {' '.join(d['acts'])}" for d in told)

    def incidents_of(self, user_id: int, *, include_cleared: bool = False) -> list[str]:
        """The kinds of a user's incidents, newest first."""
        return [i["kind"] for i in self.door.incidents(include_cleared) if i["user_id"] == user_id]

    def acts_of(self, user_id: int) -> Counter[str]:
        """How often each command was issued for a user."""
        return Counter(act for decision in self.door.decisions(user_id, 500) for act in decision["acts"])

    def journal(self, user_id: int = 1) -> list[dict[str, Any]]:
        """The terminal's own journal, as the command line shows it."""
        parts = journal_parts(str(user_id), self.root, True)
        return [entry_json(entry) for entry in read_journals(parts)]

    def kill_terminal(self, user_id: int = 1) -> int:
        pid = self.terminal(user_id)["pid"]
        os.kill(pid, KILL)
        return int(pid)

    def end(self) -> None:
        """Nothing survives a story."""
        with self._client_lock:
            self._drop_client()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=10)
        _end_engines_of(self.root)
        for ref in self.host.find_under(self.root):
            self.host.kill(ref)
        wait_for(lambda: not self.host.find_under(self.root), "the end of every process of the story")
        self.host.close()


@contextmanager
def opened_desk(prefix: str = "mt5story-") -> Iterator[Desk]:
    """A running engine over an empty base directory, ended without trace."""
    root = Path(tempfile.mkdtemp(prefix=prefix, dir=place()))
    desk = Desk(root / "base")
    try:
        desk.start_engine()
        yield desk
    finally:
        desk.end()
        shutil.rmtree(root, ignore_errors=True)


def _end_engines_of(root: Path) -> None:
    """Also one that a window or a command started in the place of ours; terminals are found by their executables."""
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and str(root) in process.cmdline():
                process.kill()
                process.wait(10)
        except psutil.Error:
            continue


class Sampler:
    """Looks ten times a second, from outside, for what must never be: two processes, or two copies of a robot.

    `copies`: robot to the most charts that ever showed it in one word of the agent.
    """

    def __init__(self, desk: Desk, users: Iterable[int]) -> None:
        self._desk = desk
        self._users = tuple(users)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look, name="sampler", daemon=True)
        self.looks = 0
        self.crowded: list[str] = []
        self.copies: Counter[int] = Counter()

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.set()
        self._thread.join(timeout=10)

    def _look(self) -> None:
        while not self._ending.wait(0.1):
            for user_id in self._users:
                pids = self._desk.processes(user_id)
                if len(pids) > 1:
                    self.crowded.append(f"user {user_id}: {pids}")
                self._count_charts(user_id)
            self.looks += 1

    def _count_charts(self, user_id: int) -> None:
        try:
            status = decode_status(self._desk.user_layout(user_id).agent_status.read_bytes())
        except OSError:
            return
        shown = Counter(named[0] for c in (status.charts if status else ()) if (named := robot_of_expert(c.expert)))
        for robot_id, count in shown.items():
            self.copies[robot_id] = max(self.copies[robot_id], count)

    def check(self) -> None:
        """Nothing forbidden was ever seen, and somebody did look."""
        assert self.looks > 10, self.looks
        assert self.crowded == [], self.crowded
        assert all(count <= 1 for count in self.copies.values()), self.copies


def place() -> str | None:
    """Memory-backed storage when there is some: a simulated fleet writes many small files."""
    return "/dev/shm" if os.path.isdir("/dev/shm") and os.access("/dev/shm", os.W_OK) else None
