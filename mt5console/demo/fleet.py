"""The demo's fleet: users, robots, terminals and first deployments, asked for through the engine's door.

Must not know: faults, reports or screens.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from mt5console.core.credentials import Secret
from mt5console.core.errors import Conflict, ConsoleError, NotFound
from mt5console.core.ports import EngineDoor
from mt5console.demo.engine_child import EngineChild

SERVER = "Demo-Server"
FIRST_LOGIN = 100690000
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD")
TIMEFRAMES = ("H1", "M15", "M5", "H4")
FIRST_ROBOT = 101
ASK_AGAIN_S = 2.0
BUSY_S = 1.0
THERE_ALREADY = ("user_exists", "robot_exists")
INTERRUPTED = "engine_interrupted"
DEPLOY_TRIES = 5


class DemoFleet:
    """`users` users with `robots` robots each; robot ids are 101, 102 … for user 1, 201 … for user 2.

    An engine that is killed meanwhile costs time and nothing else: what was lost with it is asked for again.
    """

    def __init__(self, engine: EngineChild, users: int, robots: int) -> None:
        self._engine = engine
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
            try:
                self._in_steps(pool, tell)
            except BaseException:
                self._engine.ending.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _in_steps(self, pool: ThreadPoolExecutor, tell: Callable[[str], None]) -> None:
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
        self._register(lambda door: door.add_user(user_id, FIRST_LOGIN + user_id, SERVER, password))
        for position, robot_id in enumerate(self.robots_of(user_id)):
            arguments = {
                "robot_id": robot_id,
                "user_id": user_id,
                "symbol": SYMBOLS[position % len(SYMBOLS)],
                "timeframe": TIMEFRAMES[position % len(TIMEFRAMES)],
            }
            self._register(partial(_add_robot, arguments))

    def _register(self, act: Callable[[EngineDoor], dict[str, Any]]) -> None:
        try:
            self._engine.ask(act)
        except Conflict as error:
            # The base directory is our own: an engine did it, and died before it could say so.
            if error.code not in THERE_ALREADY:
                raise

    def _start(self, user_id: int) -> None:
        ended = self.wait(self.submit("terminal_start", {"user_id": user_id}))
        if ended["state"] != "done":
            text = ended["error"]["text"] if ended["error"] else ended["progress"]
            raise ConsoleError("terminal_not_up", f"the terminal of user {user_id} did not come up: {text}")

    def _deployed(self, operation: dict[str, Any]) -> dict[str, Any]:
        result = _result(self.wait(operation))
        for _ in range(DEPLOY_TRIES):
            if (result["diagnosis"] or {}).get("cause") != INTERRUPTED:
                break
            result = _result(self.wait(self.submit("deploy", {"robot_id": operation["robot_id"]})))
        return result

    def submit(self, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Ask for an act."""
        while True:
            try:
                operation = self._engine.ask(lambda door: door.submit(kind, arguments, "demo"))
            except Conflict as error:
                # Taken on by an engine that died before it could say so.
                if error.code != "deployment_running" or self._engine.ending.wait(BUSY_S):
                    raise
            else:
                return {**operation, "arguments": arguments}

    def wait(self, operation: dict[str, Any]) -> dict[str, Any]:
        """The operation's end, also across an engine that was started again."""
        known = operation
        while known["state"] == "running":
            try:
                known = self._engine.ask(partial(_operation, known["operation_id"]))
            except NotFound:
                known = self.submit(operation["kind"], operation["arguments"])
            if known["state"] == "running" and self._engine.ending.is_set():
                raise ConsoleError("demo_ended", "the demo was ended before everything was up")
        return known


def _add_robot(arguments: dict[str, Any], door: EngineDoor) -> dict[str, Any]:
    return door.add_robot(arguments)


def _operation(operation_id: str, door: EngineDoor) -> dict[str, Any]:
    return door.operation(operation_id, ASK_AGAIN_S)


def _result(ended: dict[str, Any]) -> dict[str, Any]:
    """A deployment's shape, also of one that ended without."""
    if ended["result"] is not None:
        result: dict[str, Any] = ended["result"]
        return result
    text = ended["error"]["text"] if ended["error"] else ended["progress"]
    return {"robot_id": ended["robot_id"], "status": "FAILED", "diagnosis": {"text": text}, "stages": []}
