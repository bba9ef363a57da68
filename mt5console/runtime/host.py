"""The engine host: puts the engine, its store, its collectors and its executor together, and starts and stops them.

Must not know Qt, HTTP or a platform's name. Whoever builds it has taken the base directory's lock.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from mt5console.core.config.base_directory import BaseDirectory
from mt5console.core.credentials import Secret
from mt5console.core.deployment.shape import deploy_shape
from mt5console.core.engine import Engine, Remembered, Step
from mt5console.core.errors import ConsoleError, unknown_user
from mt5console.core.history.heartbeats import HeartbeatHistory
from mt5console.core.history.store import StateStore
from mt5console.core.isolation.provisioning import Provisioner
from mt5console.core.model.commands import ForgetRobot
from mt5console.core.model.desired import DesiredRobot
from mt5console.core.model.facts import FilesRead, RobotForgotten, StopLatchSeen
from mt5console.core.model.ids import SLOT_A, SLOT_B, Account, Now, RobotId, UserId
from mt5console.core.model.records import (
    DeploymentRecord,
    Incident,
    Operation,
    SaveRobot,
    SaveUser,
)
from mt5console.core.model.requests import Mode
from mt5console.core.model.snapshots import FleetSnapshot
from mt5console.core.ports import Platform
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.watchdog.identity import account_as_spelt
from mt5console.core.watchdog.policy import Policy
from mt5console.runtime.deployment_acts import DeploymentActs
from mt5console.runtime.events import EventLog
from mt5console.runtime.executor import Executor
from mt5console.runtime.file_collector import FileCollector
from mt5console.runtime.lanes import Lanes
from mt5console.runtime.loop import EngineLoop
from mt5console.runtime.operations import Operations
from mt5console.runtime.probe_rounds import ProbeRounds
from mt5console.runtime.process_collector import ProcessCollector
from mt5console.runtime.shapes import incident_json, operation_json
from mt5console.runtime.targets import Targets
from mt5console.runtime.terminal_acts import TerminalActs
from mt5console.runtime.upkeep import Upkeep

log = logging.getLogger(__name__)

SNAPSHOT_PACE_S = 0.5
HISTORY_FLUSH_S = 60.0
COMPILE_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How often the runtime looks, in seconds; live and simulated differ, the code does not."""

    pace_s: float
    pass_time_s: float
    files_s: float
    absent_s: float
    full_scan_s: float
    probe_deadline_s: float
    login_deadline_s: float

    @classmethod
    def of(cls, policy: Policy, simulated: bool) -> Tempo:
        """The tempo that fits a policy."""
        interval = policy.check_interval_s
        return cls(
            pace_s=0.1 if simulated else 0.25,
            pass_time_s=0.25 if simulated else 1.0,
            files_s=0.5 if simulated else 1.0,
            absent_s=min(1.0, interval) if simulated else min(5.0, interval),
            full_scan_s=min(30.0, 3 * interval),
            probe_deadline_s=min(5.0, max(1.5, interval)),
            login_deadline_s=15.0 if simulated else 60.0,
        )


class EngineHost:
    """One running engine. `start` and `stop` once each; `door` is built over it.

    `mode`: asked for at this start, and valid for this life. Without it the stored choice of a person holds, and while
    nobody has chosen, `settings_mode`.
    """

    def __init__(
        self,
        base: BaseDirectory,
        platform: Platform,
        policy: Policy,
        store: StateStore,
        history: HeartbeatHistory,
        *,
        mode: Mode | None,
        settings_mode: Mode = Mode.ON,
        recommended_terminals: int = 10,
        agent_symbol: str = "EURUSD",
    ) -> None:
        self.agent_symbol = agent_symbol
        self.base = base
        self.platform = platform
        self.policy = policy
        self.store = store
        self.history = history
        self.tempo = Tempo.of(policy, base.simulated)
        self.generation = store.generation_next()
        self.targets = Targets()
        self.events = EventLog()
        self.operations = Operations()
        self.provisioner = Provisioner(base, platform, store, recommended_terminals)
        self._upkeep = Upkeep(self.targets, platform.files, platform.clock)
        self._lanes = Lanes(16, "acts")
        self._probe_lanes = Lanes(12, "probes")
        self._latch_lanes = Lanes(8, "latches")
        self._snapshot_at = 0.0
        self._flush_at = 0.0
        self._stopping = threading.Event()
        self._build(mode, settings_mode, recommended_terminals)

    def _build(self, mode: Mode | None, settings_mode: Mode, recommended_terminals: int) -> None:
        stored = self.store.load()
        clock, files = self.platform.clock, self.platform.files
        remembered = Remembered(
            users=stored.users,
            robots=stored.robots,
            watches=stored.watches,
            deployments=stored.running_deployments,
            incidents=stored.open_incidents,
            operations=stored.running_operations,
            mode=mode or Mode(stored.mode or settings_mode),
        )
        engine = Engine(
            remembered,
            server=self.base.server,
            simulated=self.base.simulated,
            policy=self.policy,
            generation=self.generation,
            now=clock.now(),
            recommended_terminals=recommended_terminals,
            pass_time_s=self.tempo.pass_time_s,
        )
        self.operations.recall(stored.running_operations)
        self.loop = EngineLoop(engine, clock, self.store, self._on_step, self.tempo.pace_s, on_wait=self._keep_pace)
        post = self.loop.post
        self.processes = ProcessCollector(
            self.targets, self.platform.processes, clock, post, self.tempo.absent_s, self.tempo.full_scan_s
        )
        self._files = FileCollector(
            self.targets,
            files,
            clock,
            post,
            self.history.record,
            self.tempo.files_s,
            on_pass=lambda: post(FilesRead()),
        )
        self._probes = ProbeRounds(
            self.targets,
            self.platform.probes,
            files,
            clock,
            self._probe_lanes,
            post,
            self._probe_wanted,
            self.policy.check_interval_s,
            self.tempo.probe_deadline_s,
        )
        programs = self.provisioner.programs
        terminal_acts = TerminalActs(
            self.platform,
            self.targets,
            self.processes,
            self._password_of,
            post,
            self.tempo.login_deadline_s,
            programs,
            self._agent_symbol_of,
        )
        deployment_acts = DeploymentActs(
            self.platform, self.base.layout, self.targets, self._account_of, post, self.generation, programs
        )
        self.loop.execute = Executor(
            terminal_acts,
            deployment_acts,
            self._forget_robot,
            self._lanes,
            self._probe_lanes,
            self._latch_lanes,
            post,
        )
        for user in stored.users:
            self.targets.put_user(user.user_id, Path(user.directory), self.platform.executable_name)
        self._watch_robots(engine)

    # ---- life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Wipe what a crash left, adopt what lives, then begin."""
        swept = self.provisioner.sweep_start_inis()
        if swept:
            log.warning("start inis left behind by an earlier engine were wiped: users %s", list(swept))
        self._find_latches()
        self.processes.start()
        self._files.start()
        self.loop.start()
        self._probes.start()
        log.info("MT5 Watchdog started (engine generation %d, mode %s)", self.generation, self.loop.engine.mode.value)

    def _find_latches(self) -> None:
        """Before anything else is decided: a stop that was asked for while no engine answered is a stop."""
        for target in self.targets.all():
            if self.platform.files.stamp(target.layout.stop_latch) is not None:
                self.loop.post(StopLatchSeen(user_id=target.user_id))

    def stop(self) -> None:
        """End; terminals live on. Safe to call twice."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._probes.stop()
        self._files.stop()
        self.processes.stop()
        self.loop.stop()
        self.events.close()
        self.operations.close()
        self.platform.probes.close()
        self._latch_lanes.close(wait=True)
        self._lanes.close(wait=True)
        self._probe_lanes.close(wait=True)
        self._flush_history(self.platform.clock.now().utc_s)
        self.history.close()
        self.store.close()
        self.platform.processes.close()

    @property
    def broken(self) -> BaseException | None:
        """What ended the loop against its will, None while all is well."""
        return self.loop.broken

    def snapshot(self, now: Now) -> FleetSnapshot:
        """Everything at this instant, with what keeps the engine from deciding."""
        seen = self.loop.read(lambda engine: engine.snapshot(now))
        return replace(seen, trouble=self.loop.trouble or None)

    # ---- what the loop calls ------------------------------------------------------------------------------------

    def _on_step(self, step: Step) -> None:
        """Runs in: the engine's thread, after the step was stored."""
        robots_changed = False
        for change in step.changes:
            match change:
                case Operation():
                    self.operations.put(change)
                    self.events.add("operation", operation_json(change))
                case Incident():
                    self.events.add("incident", incident_json(change))
                case DeploymentRecord():
                    self.events.add("deployment", deploy_shape(change))
                case SaveRobot() | SaveUser():
                    robots_changed = True
                case _:
                    pass
        if robots_changed:
            self._watch_robots(self.loop.engine)
        self._keep_pace()

    def _keep_pace(self) -> None:
        now = self.platform.clock.now()
        if self.events.followed and now.mono_s >= self._snapshot_at:
            self._snapshot_at = now.mono_s + SNAPSHOT_PACE_S
            self.events.add("snapshot", self.snapshot(now).as_status())
        if now.mono_s >= self._flush_at:
            self._flush_at = now.mono_s + HISTORY_FLUSH_S
            self._lanes.submit(("history", 0), lambda: self._flush_history(now.utc_s))
        if self._upkeep.due():
            self._lanes.submit(("upkeep", 0), self._clean)

    def _clean(self) -> None:
        self._upkeep.clean()

    def _flush_history(self, utc_s: float) -> None:
        for notice in self.history.flush(utc_s):
            log.warning("%s", notice)

    def _watch_robots(self, engine: Engine) -> None:
        for user_id in engine.users:
            mine = frozenset(robot.robot_id for robot in engine.robots.values() if robot.user_id == user_id)
            self.targets.set_robots(user_id, mine)

    # ---- what acts and collectors ask ---------------------------------------------------------------------------

    def _probe_wanted(self, user_id: UserId) -> bool:
        now = self.platform.clock.now()
        return self.loop.read(lambda engine: engine.probe_wanted(user_id, now))

    def _account_of(self, user_id: UserId) -> Account:
        """The account that a command to the user's agent names."""
        watch = self.loop.read(lambda engine: engine.watches.get(user_id))
        if watch is None:
            raise unknown_user(user_id)
        return account_as_spelt(watch)

    def _password_of(self, user_id: UserId) -> Secret | None:
        return self.provisioner.password_of(user_id)

    def _agent_symbol_of(self, user_id: UserId) -> str:
        """A symbol that this user's broker is known to have, because a robot was proven on it; else the settings'."""
        robots = self.loop.read(lambda engine: tuple(engine.robots.values()))
        proven = sorted((r.robot_id, r.active.symbol) for r in robots if r.user_id == user_id and r.active is not None)
        return proven[0][1] if proven else self.agent_symbol

    def _forget_robot(self, command: ForgetRobot) -> None:
        try:
            self.provisioner.forget_robot(command.robot_id)
        except ConsoleError as error:
            log.warning("robot %s could not be forgotten: %s", command.robot_id, error.text)
            raise
        self.loop.post(RobotForgotten(robot_id=RobotId(command.robot_id)))
        self.watch_robots_again()

    def compile_free_slot(self, robot: DesiredRobot) -> Path:
        """Write a robot's registered source into its free slot and compile it, attaching nothing.

        Gives the source's path. Raises ConsoleError (`compile_failed`) with MetaEditor's first error.
        """
        slot = SLOT_B if robot.active is not None and robot.active.slot == SLOT_A else SLOT_A
        layout = TerminalLayout(self.base.layout.user(robot.user_id))
        source = layout.slot_source(robot.robot_id, slot)
        data = self.platform.files.read(self.base.layout.robot_source(robot.robot_id))
        self.platform.files.write_atomic(source, data or b"")
        report = self.platform.compiler.compile(source, layout.root, COMPILE_DEADLINE_S)
        if not report.ok:
            first = report.messages[0] if report.messages else report.evidence
            raise ConsoleError("compile_failed", f"robot {robot.robot_id} does not compile: {first}")
        return source

    def watch_robots_again(self) -> None:
        """After the registry changed: read the files of the robots that are registered now."""
        self.loop.read(self._watch_robots)
