"""The door of a running engine: what clients may see and ask, in the interfaces' shapes (`core.ports.EngineDoor`).

Runs in: any thread. Must not know: HTTP, or who stands before it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mt5console.core.credentials import Secret
from mt5console.core.deployment.inputs.includes import terminal_includes
from mt5console.core.deployment.shape import deploy_shape
from mt5console.core.deployment.sources import complete_inputs, read_source, render_template, source_hash
from mt5console.core.engine import Engine
from mt5console.core.errors import (
    EXIT_REFUSED,
    EXIT_USAGE,
    Conflict,
    ConsoleError,
    NotFound,
    RefusedForSafety,
    StorageFailed,
    UsageInvalid,
    unknown_robot,
    unknown_user,
)
from mt5console.core.model.desired import DesiredRobot
from mt5console.core.model.facts import PasswordStored, Requested, RobotRegistered, UserForgotten, UserRegistered
from mt5console.core.model.ids import Account, OperationId, RobotId, Timeframe, TradeMode, UserId
from mt5console.core.model.records import OperationState
from mt5console.core.model.request_codec import parse_request
from mt5console.core.model.snapshots import RobotView
from mt5console.core.terminal.journal_page import journal_page
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.runtime.host import EngineHost
from mt5console.runtime.robot_inputs import robot_inputs_json
from mt5console.runtime.shapes import decision_json, incident_json, operation_json, robot_json, user_json

TAKEN_WITHIN_S = 10.0
"""An engine that does not take a request on within this is broken, and says so."""


class RuntimeDoor:
    """Implements `EngineDoor` inside the engine's own process. `on_stop` is called when somebody ends the engine."""

    def __init__(self, host: EngineHost, on_stop: Callable[[], None]) -> None:
        self._host = host
        self._on_stop = on_stop
        self._registry = threading.Lock()

    # ---- reading ------------------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """The status shape."""
        self._alive()
        return self._host.snapshot(self._host.platform.clock.now()).as_status()

    def operation(self, operation_id: str, wait_s: float = 0.0) -> dict[str, Any]:
        """The operation's state; waits up to `wait_s` for its end."""
        wanted = OperationId(operation_id)
        known = self._host.operations.get(wanted, wait_s, until_ended=True) or self._host.store.operation(wanted)
        if known is None:
            raise NotFound("unknown_operation", f"operation {operation_id} is not known here")
        return operation_json(known)

    def incidents(self, include_cleared: bool) -> list[dict[str, Any]]:
        """Incidents, newest first."""
        if include_cleared:
            return [incident_json(incident) for incident in self._host.store.incidents(True, 1000)]
        return [incident_json(i) for i in self._host.loop.read(lambda engine: engine.incidents.all_open())]

    def decisions(self, user_id: int, limit: int) -> list[dict[str, Any]]:
        """The decision trace of one user, newest first."""
        self._known_user(user_id)
        return [decision_json(decision) for decision in self._host.store.decisions(UserId(user_id), limit)]

    def robot_status(self, robot_id: int) -> dict[str, Any]:
        """The seed's robot status shape, with the newest deployment beside it."""
        view, stale_s = self._robot_view(robot_id)
        return robot_status_shape(view, stale_s)

    def _robot_view(self, robot_id: int) -> tuple[RobotView, float]:
        now = self._host.platform.clock.now()
        snapshot = self._host.loop.read(lambda engine: engine.snapshot(now))
        for terminal in snapshot.terminals:
            for robot in terminal.robots:
                if robot.robot_id == robot_id:
                    return robot, self._host.policy.robot_stale_s
        raise unknown_robot(robot_id)

    def deployments(self, robot_id: int | None, limit: int) -> list[dict[str, Any]]:
        """Kept deployments, newest first."""
        wanted = None if robot_id is None else RobotId(robot_id)
        return [deploy_shape(record) for record in self._host.store.deployments(wanted, limit)]

    def users(self) -> list[dict[str, Any]]:
        """The registered users."""
        return [user_json(user) for user in self._host.loop.read(lambda engine: tuple(engine.users.values()))]

    def robots(self) -> list[dict[str, Any]]:
        """The registered robots."""
        return [robot_json(robot) for robot in self._host.loop.read(lambda engine: tuple(engine.robots.values()))]

    def user_stats(self, user_id: int) -> dict[str, Any]:
        """The seed's user stats shape."""
        return self._host.provisioner.user_stats(UserId(user_id))

    def system_stats(self) -> dict[str, Any]:
        """The seed's system stats shape."""
        return self._host.provisioner.system_stats()

    def heartbeat_history(self, robot_id: int, seconds: float) -> list[list[float]]:
        """Pairs of (utc seconds, heartbeat age in seconds), oldest first."""
        until = self._host.platform.clock.now().utc_s
        series = self._host.history.series(RobotId(robot_id), until - seconds, until, 600)
        return [[utc_s, age_s] for utc_s, age_s in series]

    def journal(self, user_id: int, after: str = "", limit: int = 500) -> dict[str, Any]:
        """Both journals of a terminal: the newest lines, or those after a cursor."""
        self._known_user(user_id)
        layout = TerminalLayout(self._host.base.layout.user(UserId(user_id)))
        return journal_page(layout.journals, layout.experts_logs, after, limit).as_json()

    def next_event(self, after: int, wait_s: float) -> list[dict[str, Any]]:
        """Events after the given number."""
        return self._host.events.after(after, wait_s)

    # ---- acting -------------------------------------------------------------------------------------------------

    def submit(self, kind: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Ask for an act; gives the operation as soon as the engine has taken it on (or refused it)."""
        self._alive()
        request = parse_request(kind, arguments)
        operation_id = OperationId(uuid.uuid4().hex[:12])
        self._host.loop.post(Requested(operation_id=operation_id, request=request, actor=actor))
        taken = self._host.operations.get(operation_id, TAKEN_WITHIN_S, until_ended=False)
        if taken is None:
            raise self._not_taken(kind, operation_id)
        if taken.state is OperationState.REFUSED and taken.error is not None:
            raise refused_as(taken.error["code"], taken.error["text"], taken.exit_code)
        return operation_json(taken)

    def _not_taken(self, kind: str, operation_id: OperationId) -> ConsoleError:
        """The error for a request that was not taken on in time; it is withdrawn, lest it surprise somebody later.

        A stop of all robots is not: it can only come too late.
        """
        self._alive()
        withdrawn, trouble = kind != "stop_all" and self._host.loop.withdraw(operation_id), self._host.loop.trouble
        if not trouble:
            text = "the engine did not take the request on: look at its log, then restart it"
            return ConsoleError("engine_silent", text)
        later = "" if withdrawn else "; this request stands, and is carried out as soon as it can be stored"
        return StorageFailed("engine_waits", f"the engine does nothing until it can store its state: {trouble}{later}")

    def _alive(self) -> None:
        if self._host.broken is not None:
            text = f"the engine has stopped deciding ({self._host.broken}): see its log, then start it again"
            raise ConsoleError("engine_broken", text)

    def stop_engine(self) -> None:
        """End the engine; terminals live on."""
        self._on_stop()

    # ---- registry -----------------------------------------------------------------------------------------------

    def add_user(self, user_id: int, login: int, server: str, password: Secret, **options: bool) -> dict[str, Any]:
        """Provision a user; the password goes to the keyring alone."""
        account = Account(login=login, server=server)
        with self._registry:
            user, warnings = self._host.provisioner.add_user(
                UserId(user_id),
                account,
                password,
                watch_only=options.get("watch_only", False),
                over_capacity=options.get("over_capacity", False),
            )
        name = self._host.platform.executable_name
        self._host.targets.put_user(user.user_id, self._host.base.layout.user(user_id), name)
        self._host.loop.post(UserRegistered(user=user))
        self._seen(lambda: self._host.loop.read(lambda engine: user.user_id in engine.users))
        return {**user_json(user), "warnings": list(warnings)}

    def set_password(self, user_id: int, password: Secret) -> dict[str, Any]:
        """Replace a known user's password in the keyring; a login that waited for it is tried by the usual rules."""
        self._known_user(user_id)
        wanted = UserId(user_id)
        with self._registry:
            self._host.provisioner.set_password_of(wanted, password)
            before = self._passwords(wanted)
            self._host.loop.post(PasswordStored(user_id=wanted))
            self._seen(lambda: self._passwords(wanted) != before)
        return {"user_id": user_id}

    def _passwords(self, user_id: UserId) -> int | None:
        """How many passwords the engine was told of; None for a user that was removed meanwhile."""

        def look(engine: Engine) -> int | None:
            watch = engine.watches.get(user_id)
            return None if watch is None else watch.link.passwords

        return self._host.loop.read(look)

    def remove_user(self, user_id: int, confirm_live: int | None) -> dict[str, Any]:
        """Remove a stopped user: its directory is moved away, its password forgotten."""
        wanted = UserId(user_id)
        self._known_user(user_id)
        self._refuse_removal(wanted, confirm_live)
        with self._registry:
            moved = self._host.provisioner.remove_user(wanted)
        self._host.targets.drop_user(wanted)
        self._host.loop.post(UserForgotten(user_id=wanted))
        self._seen(lambda: not self._host.loop.read(lambda engine: wanted in engine.users))
        return {"user_id": user_id, "removed": True, "moved_to": str(moved) if moved is not None else None}

    def _refuse_removal(self, user_id: UserId, confirm_live: int | None) -> None:
        now = self._host.platform.clock.now()
        known = self._host.loop.read(lambda engine: engine.known(user_id, now))
        if known.pid is not None:
            text = f"the terminal of user {user_id} runs: stop it first (`mt5console terminal stop {user_id}`)"
            raise Conflict("terminal_running", text)
        login = known.user.account.login
        never_ran = known.trade_mode is TradeMode.UNKNOWN and self._host.provisioner.never_ran(user_id)
        if known.trade_mode.counts_as_real and not never_ran and confirm_live != login:
            money = "real money" if known.trade_mode is TradeMode.REAL else "money of a kind that was never seen"
            text = f"account {known.user.account} holds {money}: repeat its login to remove it (--live {login})"
            raise RefusedForSafety("confirm_live", text)

    def add_robot(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Register a robot from its own source or from a template."""
        try:
            robot_id, user_id = int(arguments["robot_id"]), int(arguments["user_id"])
            symbol, timeframe = str(arguments["symbol"]), Timeframe(str(arguments["timeframe"]))
        except KeyError as missing:
            raise UsageInvalid("missing_argument", f"robot add needs {missing.args[0]}") from None
        except ValueError as wrong:
            raise UsageInvalid("bad_argument", f"robot add: {wrong}") from None
        self._refuse_while_deployed(robot_id)
        inputs = tuple((str(name), str(value)) for name, value in dict(arguments.get("inputs") or {}).items())
        magic = arguments.get("magic")
        text, name = self._source(arguments, robot_id, robot_id if magic is None else int(magic), inputs)
        with self._registry:
            robot = self._host.provisioner.add_robot(
                RobotId(robot_id),
                UserId(user_id),
                symbol,
                timeframe,
                text,
                name,
                complete_inputs(
                    text,
                    inputs,
                    terminal_includes(
                        TerminalLayout(self._host.base.layout.user(UserId(user_id))), self._host.platform.files.read
                    ),
                ),
                magic=None if magic is None else int(magic),
                source_hash=source_hash(text),
                replace_existing=bool(arguments.get("replace")),
            )
            self._host.loop.post(RobotRegistered(robot=robot))
            self._seen(lambda: self._registered(robot) is not None)
        robot = self._registered(robot) or robot
        self._host.watch_robots_again()
        if arguments.get("compile"):
            return {**robot_json(robot), "path": str(self._host.compile_free_slot(robot))}
        return robot_json(robot)

    def _refuse_while_deployed(self, robot_id: int) -> None:
        """A version that is on its way is compiled from the registered source, in the slot that is free still."""
        if self._host.loop.read(lambda engine: engine.deployments.is_changing(RobotId(robot_id))):
            text = f"robot {robot_id} is being deployed, put back or removed: wait for its end, then register it again"
            raise Conflict("deployment_running", text)

    def _registered(self, robot: DesiredRobot) -> DesiredRobot | None:
        """The robot as the engine has it, once it has taken this registration over."""
        known = self._host.loop.read(lambda engine: engine.robots.get(robot.robot_id))
        return known if known is not None and replace(known, run=robot.run, active=robot.active) == robot else None

    def robot_inputs(self, robot_id: int) -> dict[str, Any]:
        """The inputs of a registered robot's source, and the registered values."""
        robot = self._host.loop.read(lambda engine: engine.robots.get(RobotId(robot_id)))
        if robot is None:
            raise unknown_robot(robot_id)
        return robot_inputs_json(robot, self._host.base.layout, self._host.platform.files)

    def _source(
        self, arguments: dict[str, Any], robot_id: int, magic: int, inputs: tuple[tuple[str, str], ...]
    ) -> tuple[str, str]:
        """The robot's source text and its name: the trader's own, or a rendered template.

        With `replace` and neither of them, the registered source stays: only its inputs are other ones. `proven_hash`:
        the robot's last proven source instead, if it is the one with this hash.
        """
        text = arguments.get("source_text")
        template = arguments.get("template")
        if text is not None and template is not None:
            raise UsageInvalid("two_sources", "give a source or a template, not both")
        known = self._host.loop.read(lambda engine: engine.robots.get(RobotId(robot_id)))
        if arguments.get("proven_hash") is not None:
            return self._proven_source(known, robot_id, str(arguments["proven_hash"])), "the proven source"
        if arguments.get("replace") and text is None and template is None and known is not None:
            data = self._host.platform.files.read(self._host.base.layout.robot_source(robot_id))
            if data is None:
                raise StorageFailed("no_source", f"robot {robot_id}'s source is gone: give it again")
            return data.decode("utf-8"), known.source_name
        if text is not None:
            return str(text), str(arguments.get("source_name") or "own source")
        chosen = str(template or "ma_cross")
        return render_template(chosen, robot_id, magic, inputs), f"template {chosen}"

    def _proven_source(self, robot: DesiredRobot | None, robot_id: int, wanted: str) -> str:
        if robot is None:
            raise unknown_robot(robot_id)
        terminal = TerminalLayout(self._host.base.layout.user(robot.user_id))
        data = self._host.platform.files.read(terminal.proven_source(robot_id))
        text = None if data is None else read_source(data)
        if text is None or source_hash(text) != wanted:
            kept = f"that source of robot {robot_id} is not kept as proven: register it again"
            raise NotFound("no_proven_source", kept)
        return text

    def _known_user(self, user_id: int) -> None:
        if not self._host.loop.read(lambda engine: user_id in engine.users):
            raise unknown_user(user_id)

    def _seen(self, condition: Callable[[], bool]) -> None:
        """Wait until the engine has taken a registry change over, so that the next request finds it."""
        clock = self._host.platform.clock
        deadline = clock.now().mono_s + TAKEN_WITHIN_S
        while not condition():
            self._alive()
            if clock.now().mono_s > deadline:
                trouble = self._host.loop.trouble or "restart it"
                raise ConsoleError("engine_silent", f"the engine did not take the change over: {trouble}")
            threading.Event().wait(0.01)


def refused_as(code: str, text: str, exit_code: int) -> ConsoleError:
    """The error that a refused operation stands for."""
    if exit_code == EXIT_REFUSED:
        return RefusedForSafety(code, text)
    if exit_code == EXIT_USAGE:
        return UsageInvalid(code, text)
    return NotFound(code, text) if code.startswith("unknown_") else Conflict(code, text)


def robot_status_shape(view: RobotView, stale_s: float) -> dict[str, Any]:
    """The seed's robot status shape; `heartbeat_active` needs a beat younger than the stale limit."""
    age = view.heartbeat_age_s
    return {
        "robot_id": view.robot_id,
        "ready": view.ready,
        "heartbeat_active": age is not None and age <= stale_s,
        "heartbeat_age": None if age is None else round(age, 3),
        "errors": list(view.errors),
        "state": view.state,
        "deployment_id": view.deployment_id,
        "sequence": view.sequence,
        "entries": view.entries,
    }
