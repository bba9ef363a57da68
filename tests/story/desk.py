"""A real engine on simulated terminals, for stories: started as a process, spoken to over its API, ended without trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mt5console.api.client import EngineClient
from mt5console.app import engine_client
from mt5console.bases import DEMO_KEYRING
from mt5console.platforms import process_host
from mt5console.core.config.base_directory import open_base
from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout
from mt5console.platforms.files import LocalFileStore
from mt5console.simulation.faults import inject

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

    def __init__(self, root: Path, check_interval_s: float = 1.0) -> None:
        self.root = root
        self.layout = BaseLayout(root)
        base = open_base(root, True, LocalFileStore(), create=True)
        LocalFileStore().make_private_directory(base.layout.console / DEMO_KEYRING)
        self.interval = check_interval_s
        self.process: subprocess.Popen[bytes] | None = None
        self.host = process_host()

    # ---- engine -------------------------------------------------------------------------------------------------

    def command(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run the command line on this base directory."""
        arguments = [sys.executable, "-m", "mt5console", "--simulate", "--base-dir", str(self.root), *words]
        return subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False, **options)

    def start_engine(self) -> None:
        arguments = [sys.executable, "-m", "mt5console", "watchdog", "run", "--simulate", "--base-dir", str(self.root)]
        arguments += ["--check-interval", f"{self.interval:g}"]
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(lambda: engine_client(self.layout), "an engine that answers")

    def kill_engine(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def stop_engine(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)

    @property
    def door(self) -> EngineClient:
        found = engine_client(self.layout)
        assert found is not None, "no engine answers"
        return found

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

    def up(self, user_id: int = 1, robots: int = 1) -> list[int]:
        """One user with a running terminal and deployed robots; gives the robots' ids."""
        self.add_user(user_id)
        ids = [user_id * 100 + number for number in range(1, robots + 1)]
        for robot_id in ids:
            self.add_robot(robot_id, user_id)
        self.start(user_id)
        operations = [self.door.submit("deploy", {"robot_id": robot_id}, "test") for robot_id in ids]
        for operation in operations:
            ended = self.ended(operation["operation_id"])
            assert ended["result"]["status"] == "SUCCESS", ended["result"]
        return ids

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

    def processes(self, user_id: int = 1) -> list[int]:
        return [ref.pid for ref in self.host.find(self.layout.user(user_id) / "terminal64")]

    def is_healthy(self, user_id: int = 1) -> bool:
        terminal = self.terminal(user_id)
        return terminal["state"] == "healthy" and all(check["ok"] for check in terminal["checks"].values())

    def wait_healthy(self, user_id: int = 1, within_s: float = 60.0) -> None:
        def look() -> bool:
            return self.is_healthy(user_id) and not self.open_incidents()

        try:
            wait_for(look, f"user {user_id} healthy with nothing open", within_s)
        except AssertionError as error:
            trace = [f"{d['trigger']}: {d['decided']} ({d['why']})" for d in self.door.decisions(user_id, 30)]
            raise AssertionError(f"{error}; {self.terminal(user_id)}; {self.open_incidents()}; {trace}") from None

    def kill_terminal(self, user_id: int = 1) -> int:
        pid = self.terminal(user_id)["pid"]
        os.kill(pid, signal.SIGKILL)
        return int(pid)

    def end(self) -> None:
        """Nothing survives a story."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=10)
        for ref in self.host.find_under(self.root):
            self.host.kill(ref)
        wait_for(lambda: not self.host.find_under(self.root), "the end of every process of the story")
        self.host.close()


def place() -> str | None:
    """Memory-backed storage when there is some: a simulated fleet writes many small files."""
    return "/dev/shm" if os.path.isdir("/dev/shm") and os.access("/dev/shm", os.W_OK) else None
