"""`kill -9` of the engine at random moments, under load: what the next engine finds, keeps and ends.

Three simulated terminals with two robots each; robots are deployed and terminals die now and then, before the kill or
while no engine runs. Not a figure but a proof: the first broken promise ends the run and is named. Must not know: how
the engine keeps its promises.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.kill_guard import Guard, PromiseBroken, Tally
from mt5console.api.client import EngineClient
from mt5console.bases import DEMO_KEYRING
from mt5console.core.config.base_directory import open_base
from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError
from mt5console.core.history.store import StateStore
from mt5console.core.model.ids import UserId
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout
from mt5console.core.terminal.protocol import decode_heartbeat
from mt5console.finding import engine_client
from mt5console.platforms import process_host
from mt5console.platforms.files import LocalFileStore

ROOT = Path(__file__).resolve().parent.parent
MEMORY_DISK = Path("/dev/shm")
PASSWORD = "kills-Ünïcode-42"
SETTINGS = """\
check_interval_s = 1.0

[policy]
# Every death is ours: the budget must count them all and never open the breaker.
restart_budget = 100000
restart_window_s = 1000000
backoff_step_s = 0.2
backoff_max_s = 0.5
"""
SETTLED_WITHIN_S = 90.0
ANSWERS_WITHIN_S = 30.0
MISSING = ("robot_partial", "robot_missing", "robot_stale", "removed_by_hand")


class KillRun:
    """One base directory, one engine at a time, and what is known about both. `tell` takes lines of progress."""

    def __init__(
        self, seed: int, users: int = 3, robots: int = 2, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        usable = MEMORY_DISK.is_dir() and os.access(MEMORY_DISK, os.W_OK)
        self._place = Path(tempfile.mkdtemp(prefix="mt5kills-", dir=MEMORY_DISK if usable else None))
        self.layout = BaseLayout(self._place / "base")
        self.users = tuple(range(1, users + 1))
        self.robots = tuple(user * 100 + n for user in self.users for n in range(1, robots + 1))
        self.tally = Tally()
        self._random = random.Random(seed)
        self._tell = tell
        self._engine: subprocess.Popen[bytes] | None = None
        self._client: EngineClient | None = None
        self._host = process_host()
        self._guard = Guard(self.layout, self.users)
        self._expected: dict[int, int] = {}
        self._operations: list[str] = []
        self._deployed: dict[int, list[str]] = {robot: [] for robot in self.robots}
        self._asked: set[int] = set()
        base = open_base(self.layout.root, True, LocalFileStore(), create=True)
        LocalFileStore().make_private_directory(base.layout.console / DEMO_KEYRING)
        self.layout.settings.write_text(SETTINGS, encoding="utf-8")

    # ---- the story ----------------------------------------------------------------------------------------------

    def run(self, rounds: int, settle_every: int = 5) -> Tally:
        """Bring a fleet up, kill its engine so many times. Raises PromiseBroken."""
        try:
            self._bring_up()
            self._guard.start()
            for number in range(1, rounds + 1):
                self._round()
                if number % settle_every == 0 or number == rounds:
                    self._settle()
                    self._tell(f"{number} of {rounds} kills: {json.dumps(self.tally.words(), ensure_ascii=False)}")
            return self.tally
        except PromiseBroken as broken:
            raise PromiseBroken(f"{broken}\n{self._trace()}") from None
        finally:
            self._end()

    def _bring_up(self) -> None:
        self._start_engine()
        for user in self.users:
            self._door.add_user(user, 700000 + user, "Demo-Server", Secret(PASSWORD))
        # Before the terminals start: they know only the slots that were there then.
        for robot in self.robots:
            self._door.add_robot({"robot_id": robot, "user_id": robot // 100, "symbol": "EURUSD", "timeframe": "H1"})
        for user in self.users:
            self._submit("terminal_start", user_id=user)
        self._wait(self._nothing_runs, "the first starts to end")
        for robot in self.robots:
            self._deploy(robot)
        self._wait(self._nothing_runs, "the first deployments to end")
        for one in self._door.deployments(None, 50):
            if one["status"] != "SUCCESS":
                raise PromiseBroken(f"a first deployment was no SUCCESS, before anything was killed: {one}")
        for user in self.users:
            self._expected[user] = self._terminal(user)["restarts_in_window"]
        self._settle()

    def _round(self) -> None:
        self.tally.rounds += 1
        self._load()
        time.sleep(self._random.choice((0.0, 0.02, 0.1, 0.3, 1.0, 2.5)) * self._random.random())
        if self._random.random() < 0.3:
            self._kill_terminal(self._random.choice(self.users))
            time.sleep(self._random.choice((0.0, 0.005, 0.02, 0.05, 0.1, 0.6)) * self._random.random())
        self._kill_engine()
        away = self._random.choice(self.users) if self._random.random() < 0.15 else None
        if away is not None and self._kill_terminal(away):
            self.tally.deaths_while_away += 1
        living = {user: pids[0] for user in self.users if (pids := self._pids(user))}
        self.tally.inis_left += sum(1 for user in self.users if self._ini(user).exists())
        self._check_stored()
        self._start_engine()
        self._check_adopted(living)

    def _load(self) -> None:
        for robot in self._random.sample(self.robots, self._random.choice((0, 1, 1, 2, 3))):
            self._deploy(robot)
        if self._random.random() < 0.08:
            user = self._random.choice(self.users)
            if self._submit("terminal_restart", user_id=user, even_with_positions=True) is not None:
                self._asked.add(user)
                self.tally.restarts_asked += 1

    def _kill_terminal(self, user: int) -> bool:
        if user in self._asked:
            return False
        stored = self._terminal_start(user)
        pids = self._pids(user)
        if not pids or stored:
            return False
        os.kill(pids[0], signal.SIGKILL)
        self._wait(lambda: pids[0] not in self._pids(user), f"the end of process {pids[0]}")
        self._expected[user] += 1
        self.tally.terminal_deaths += 1
        return True

    def _terminal_start(self, user: int) -> bool:
        """Whether a start of this user's terminal is under way: a death during one is charged differently."""
        store = StateStore(self.layout.state_db, read_only=True)
        try:
            return bool(store.load().watches.get(UserId(user), {}).get("start"))
        finally:
            store.close()

    # ---- promises -----------------------------------------------------------------------------------------------

    def _check_stored(self) -> None:
        """What was stored can be read, and the budget was never charged for more than the deaths there were."""
        store = StateStore(self.layout.state_db, read_only=True)
        try:
            stored = store.load()
        finally:
            store.close()
        for user in self.users:
            watch = stored.watches[UserId(user)]
            charged = len(watch["restarts"])
            if charged > self._expected[user]:
                raise PromiseBroken(f"user {user}: {charged} starts are charged, {self._expected[user]} were needed")
            self.tally.cut_starts += watch["start"] is not None

    def _check_adopted(self, living: dict[int, int]) -> None:
        """Every process that lived through the kill is watched again, and still is the same one."""

        def adopted() -> bool:
            shown = {terminal["user_id"]: terminal["pid"] for terminal in self._door.status()["terminals"]}
            return all(shown[user] == pid for user, pid in living.items() if user not in self._asked)

        self._wait(adopted, f"the living to be adopted: {living}")
        for user, pid in living.items():
            if user in self._asked:
                continue
            if pid not in self._pids(user):
                raise PromiseBroken(f"user {user}: process {pid} lived through the kill and was ended after it")
            self.tally.adopted += 1

    def _settle(self) -> None:
        """Let everything come to rest, then compare all that was promised."""
        self._wait(self._nothing_runs, "every operation to end")
        self._wait(self._at_rest, "every terminal to be healthy and every robot to beat or to be named")
        if self._guard.broken:
            raise PromiseBroken("; ".join(self._guard.broken[:3]))
        self.tally.samples = self._guard.samples
        for user in self.users:
            shown = self._terminal(user)["restarts_in_window"]
            if user in self._asked and shown < self._expected[user]:
                # A terminal that died as a person asked for its restart was started for the person, uncharged.
                self._expected[user] = shown
            if shown != self._expected[user]:
                raise PromiseBroken(f"user {user}: {shown} restarts are shown, {self._expected[user]} were needed")
            if len(self._pids(user)) != 1:
                raise PromiseBroken(f"user {user} has the processes {self._pids(user)}")
            if self._ini(user).exists():
                raise PromiseBroken(f"user {user}: the start ini was not wiped")
        self._check_operations()
        self._check_deployments()
        self._asked.clear()

    def _check_operations(self) -> None:
        """Each ended in a state of its own; none was forgotten."""
        for operation_id in self._operations:
            ended = self._door.operation(operation_id)
            if ended["state"] == "running" or (ended["state"] == "failed" and not (ended["error"] or ended["result"])):
                raise PromiseBroken(f"an operation has no end in words: {ended}")
            if ended["kind"] == "terminal_restart" and ended["state"] != "done":
                raise PromiseBroken(f"a restart that was asked for was not done: {ended}")
        self.tally.operations += len(self._operations)
        self._operations.clear()

    def _check_deployments(self) -> None:
        """SUCCESS and FAILED mean what they say on the charts; PARTIAL has an incident. Nothing is left running."""
        registered = {robot["robot_id"]: robot for robot in self._door.robots()}
        named = {incident["robot_id"] for incident in self._door.incidents(False)}
        for robot in self.robots:
            kept = [one for one in self._door.deployments(robot, 50) if one["kind"] == "deploy"]
            for one in kept:
                if one["deployment_id"] in self._deployed[robot]:
                    continue
                self._deployed[robot].append(one["deployment_id"])
                if one["status"] not in ("SUCCESS", "PARTIAL", "FAILED"):
                    raise PromiseBroken(f"deployment {one['deployment_id']} of robot {robot} has no end: {one}")
                if one["status"] != "SUCCESS" and not one["diagnosis"]:
                    raise PromiseBroken(f"deployment {one['deployment_id']} is {one['status']} without a diagnosis")
                self.tally.deployments[one["status"]] += 1
                if one["diagnosis"]:
                    self.tally.causes[f"{one['status']}: {one['diagnosis']['cause']}"] += 1
            newest = kept[0]
            beating = self._beating(robot)
            if newest["status"] == "SUCCESS" and beating != newest["deployment_id"]:
                raise PromiseBroken(f"robot {robot} beats as {beating}, though {newest['deployment_id']} is a SUCCESS")
            if newest["status"] == "FAILED" and beating != registered[robot]["deployment_id"]:
                raise PromiseBroken(f"robot {robot} beats as {beating} after a FAILED one: {registered[robot]}")
            if newest["status"] == "PARTIAL" and robot not in named and beating != registered[robot]["deployment_id"]:
                raise PromiseBroken(f"robot {robot} is PARTIAL and no incident names it")

    # ---- looking ------------------------------------------------------------------------------------------------

    def _nothing_runs(self) -> bool:
        return all(self._door.operation(one)["state"] != "running" for one in self._operations)

    def _at_rest(self) -> bool:
        named = {incident["robot_id"] for incident in self._door.incidents(False) if incident["kind"] in MISSING}
        for terminal in self._door.status()["terminals"]:
            if terminal["state"] not in ("healthy", "degraded") or not self._pids(terminal["user_id"]):
                return False
            for robot in terminal["robots"]:
                age = robot["heartbeat_age"]
                is_wanted = robot["state"] != "registered" and robot["robot_id"] not in named
                if is_wanted and (age is None or age > 3):
                    return False
            if terminal["state"] == "degraded" and not named.intersection(r["robot_id"] for r in terminal["robots"]):
                return False
        open_now = [one for one in self._door.incidents(False) if one["kind"] not in MISSING]
        return not open_now and not self._any_deployment_runs()

    def _any_deployment_runs(self) -> bool:
        return any(one["status"] not in ("SUCCESS", "PARTIAL", "FAILED") for one in self._door.deployments(None, 30))

    def _beating(self, robot: int) -> str | None:
        path = TerminalLayout(self.layout.user(robot // 100)).heartbeat(robot)
        try:
            beat = decode_heartbeat(path.read_bytes())
        except OSError:
            return None
        return None if beat is None else beat.deployment_id

    def _terminal(self, user: int) -> dict[str, Any]:
        return next(one for one in self._door.status()["terminals"] if one["user_id"] == user)

    def _pids(self, user: int) -> list[int]:
        return [ref.pid for ref in self._host.find(self.layout.user(user) / "terminal64")]

    def _ini(self, user: int) -> Path:
        return TerminalLayout(self.layout.user(user)).start_ini

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while not condition():
            if time.monotonic() > deadline:
                raise PromiseBroken(f"not seen within {SETTLED_WITHIN_S:.0f} s: {what}; {self._scene()}")
            time.sleep(0.1)

    def _scene(self) -> str:
        """What a person needs to see when a promise was broken."""
        try:
            running = [self._door.operation(one) for one in self._operations]
            running = [one for one in running if one["state"] == "running"]
            return json.dumps(
                {"status": self._door.status(), "incidents": self._door.incidents(False), "operations": running},
                ensure_ascii=False,
            )
        except ConsoleError as error:
            return f"the engine does not answer: {error}"

    def _trace(self) -> str:
        """What was decided lately, and what the engines logged."""
        store = StateStore(self.layout.state_db, read_only=True)
        try:
            decisions = store.decisions(None, 60)
        finally:
            store.close()
        told = [f"{one.utc_s:.2f} user {one.user_id} {one.trigger}: {one.decided} ({one.why})" for one in decisions]
        log = self.layout.logs / "engine.log"
        lines = log.read_text("utf-8", "replace").splitlines()[-60:] if log.exists() else []
        return "\n".join([*reversed(told), *lines])

    # ---- acting -------------------------------------------------------------------------------------------------

    @property
    def _door(self) -> EngineClient:
        assert self._client is not None
        return self._client

    def _deploy(self, robot: int) -> None:
        # Right after an adoption it is not known whether positions are open.
        self._submit("deploy", robot_id=robot, timeout_s=20.0, even_with_positions=True)

    def _submit(self, kind: str, **arguments: Any) -> str | None:
        try:
            operation = self._door.submit(kind, arguments, "engine-kills")
        except ConsoleError as error:
            if error.code in ("deployment_running", "preflight"):
                return None
            raise
        self._operations.append(str(operation["operation_id"]))
        return str(operation["operation_id"])

    def _start_engine(self) -> None:
        words = ["watchdog", "run", "--simulate", "--base-dir", str(self.layout.root)]
        quiet = subprocess.DEVNULL
        began = time.monotonic()
        self._engine = subprocess.Popen(
            [sys.executable, "-m", "mt5console", *words],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
        )
        while (client := engine_client(self.layout)) is None:
            if self._engine.poll() is not None or time.monotonic() - began > ANSWERS_WITHIN_S:
                raise PromiseBroken(f"the engine does not answer (exit code {self._engine.poll()})")
            time.sleep(0.02)
        self._client = client
        self.tally.answered_s.append(time.monotonic() - began)

    def _kill_engine(self) -> None:
        assert self._engine is not None
        self._engine.kill()
        self._engine.wait(timeout=10)
        self._door.close()

    def _end(self) -> None:
        if self._engine is not None and self._engine.poll() is None:
            self._kill_engine()
        self._guard.stop()
        for ref in self._host.find_under(self.layout.root):
            self._host.kill(ref)
        deadline = time.monotonic() + 10
        while self._host.find_under(self.layout.root) and time.monotonic() < deadline:
            time.sleep(0.05)
        self._host.close()
        shutil.rmtree(self._place, ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    """Gives 0 when every promise was kept, 1 when one was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks engine-kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        tally = KillRun(given.seed, tell=lambda line: print(line, file=sys.stderr, flush=True)).run(given.rounds)
    except PromiseBroken as broken:
        print(f"BROKEN: {broken}", file=sys.stderr)
        return 1
    print("| kill -9 of the engine | |\n| --- | --- |")
    for name, value in tally.words().items():
        print(f"| {name} | {value} |")
    print(f"| minutes | {(time.monotonic() - began) / 60:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
