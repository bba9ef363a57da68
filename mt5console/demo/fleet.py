"""The demo's fleet: users, robots, terminals and first deployments, asked for through the engine's door.

Must not know: faults, reports or screens.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError
from mt5console.core.ports import EngineDoor

SERVER = "Demo-Server"
FIRST_LOGIN = 100690000
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD")
TIMEFRAMES = ("H1", "M15", "M5", "H4")
FIRST_ROBOT = 101
ASK_AGAIN_S = 20.0
UP_WITHIN_S = 300.0


class DemoFleet:
    """`users` users with `robots` robots each; robot ids are 101, 102 … for user 1, 201 … for user 2."""

    def __init__(self, door: Callable[[], EngineDoor], users: int, robots: int) -> None:
        self._door = door
        self.users = tuple(range(1, users + 1))
        self._robots = robots
        self.deployments: list[dict[str, Any]] = []

    def robots_of(self, user_id: int) -> tuple[int, ...]:
        """The robot ids of one user."""
        first = FIRST_ROBOT + (user_id - 1) * 100
        return tuple(range(first, first + self._robots))

    def bring_up(self, tell: Callable[[str], None]) -> None:
        """Everything until each first deployment has ended. Raises ConsoleError when a terminal does not come up."""
        with ThreadPoolExecutor(max_workers=max(4, min(64, len(self.users) * self._robots))) as pool:
            tell(f"providing {len(self.users)} portable terminals")
            self._all(pool, self._provide, self.users)
            tell(f"starting {len(self.users)} terminals")
            self._all(pool, self._start, self.users)
            robots = [robot_id for user_id in self.users for robot_id in self.robots_of(user_id)]
            tell(f"deploying {len(robots)} robots, each with proof")
            operations = [self.submit("deploy", {"robot_id": robot_id}) for robot_id in robots]
            self.deployments = list(self._all(pool, self._deployed, operations))

    @staticmethod
    def _all(pool: ThreadPoolExecutor, act: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return list(pool.map(act, items))

    def _provide(self, user_id: int) -> None:
        password = Secret(secrets.token_urlsafe(12))
        self._door().add_user(user_id, FIRST_LOGIN + user_id, SERVER, password)
        for position, robot_id in enumerate(self.robots_of(user_id)):
            self._door().add_robot(
                {
                    "robot_id": robot_id,
                    "user_id": user_id,
                    "symbol": SYMBOLS[position % len(SYMBOLS)],
                    "timeframe": TIMEFRAMES[position % len(TIMEFRAMES)],
                }
            )

    def _start(self, user_id: int) -> None:
        ended = self.wait(self.submit("terminal_start", {"user_id": user_id}))
        if ended["state"] != "done":
            text = ended["error"]["text"] if ended["error"] else ended["progress"]
            raise ConsoleError("terminal_not_up", f"the terminal of user {user_id} did not come up: {text}")

    def _deployed(self, operation: dict[str, Any]) -> dict[str, Any]:
        ended = self.wait(operation)
        if ended["result"] is not None:
            result: dict[str, Any] = ended["result"]
            return result
        text = ended["error"]["text"] if ended["error"] else ended["progress"]
        return {"robot_id": operation["robot_id"], "status": "FAILED", "diagnosis": {"text": text}, "stages": []}

    def submit(self, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Ask for an act."""
        return self._door().submit(kind, arguments, "demo")

    def wait(self, operation: dict[str, Any]) -> dict[str, Any]:
        """The operation's end, also across an engine that was started again."""
        waited = 0.0
        while waited < UP_WITHIN_S:
            try:
                operation = self._door().operation(operation["operation_id"], ASK_AGAIN_S)
            except ConsoleError:
                if waited + 1.0 >= UP_WITHIN_S:
                    raise
                waited += 1.0
                continue
            if operation["state"] != "running":
                return operation
            waited += ASK_AGAIN_S
        return operation
