"""The field test's story, step by step: what is done on the terminal, and what each step shows of which assumption.

Must not know: how the report looks, or how consent was given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mt5console.core.errors import ConsoleError
from mt5console.core.isolation.mql5_installation import read_installed
from mt5console.core.model.ids import TradeMode
from mt5console.core.model.observed import AgentStatus, Entries, JournalKind
from mt5console.doctor.field_desk import HARMLESS, FieldDesk, NotDone
from mt5console.doctor.field_report import Record
from mt5console.doctor.field_sight import (
    agent_status,
    experts,
    named_checks,
    read_since,
    saved_charts,
    wait_until,
    watch_beats,
)
from mt5console.doctor.finding import Finding

START_S = 240.0
STOP_S = 90.0
RESTART_S = 300.0
DEPLOY_S = 90.0
REMOVE_S = 90.0
SETTLE_S = 120.0
"""How long after a start all four checks and every point of identity may take."""
BACK_S = 420.0
"""How long a killed terminal may take to be back with its robots: exit, wait, start, login, proof."""
CLOCK_TOLERANCE_S = 3.0
BEATS_LEAST = 0.8
LONGEST_GAP_S = 4.0
"""Shares and seconds of beats that still count as one a second."""
JOURNAL_TOLERANCE_S = 120.0
RECOGNISED_LEAST = 0.5
"""Of a journal's lines; the rest are texts of brokers and of parts that nobody needs to understand."""
AGENT = "agent"


@dataclass(slots=True)
class Story:
    """One run. `robot_id`: free before it, removed by it; `beat_seconds`: how long the heartbeat is watched."""

    desk: FieldDesk
    record: Record
    robot_id: int
    symbol: str
    beat_seconds: float
    findings: list[Finding]
    began: datetime = field(init=False)
    began_utc_s: float = field(init=False)
    first_deployment: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began_utc_s = self.desk.clock.now().utc_s
        self.began = datetime.fromtimestamp(self.began_utc_s)

    # ---- steps, in their order; each gives its evidence, raises NotDone or ConsoleError ------------------------------

    def machine(self) -> str:
        """The doctor's findings that the rest stands on."""
        by_name = {found["name"]: found for found in self.findings}
        package = by_name["MetaTrader5 package"]
        self.record.saw("A1", package["ok"], package["evidence"])
        for name in ("session", "elevation"):
            self.record.saw("A2", by_name[name]["ok"] is not False, by_name[name]["evidence"])
        failed = [str(found["name"]) for found in self.findings if found["ok"] is False]
        return f"{len(self.findings)} findings" + (f", not well: {', '.join(failed)}" if failed else ", none failed")

    def start(self) -> str:
        """The robot is registered, the terminal stopped if need be, and started."""
        desk = self.desk
        if desk.pids():
            desk.act("terminal_stop", STOP_S, user_id=desk.user_id)
        robot = {"robot_id": self.robot_id, "user_id": desk.user_id, "symbol": self.symbol, "timeframe": "H1"}
        desk.door.add_robot({**robot, "template": "heartbeat_only"})
        try:
            ended = desk.act("terminal_start", START_S, user_id=desk.user_id)
        except (NotDone, ConsoleError) as error:
            text = str(error)
            self.record.saw("A7", False if "keyring" in text else None, text)
            for fact in ("A3", "A5"):
                self.record.saw(fact, None, text)
            raise
        self.record.saw("A3", True, "it started from its own directory and logged in")
        self.record.saw("A5", True, "logged in by the server's name")
        self.record.saw("A7", True, "the login used the kept password")
        wiped = wait_until(lambda: not desk.layout.start_ini.exists(), SETTLE_S)
        self.record.saw(
            "A6", True if wiped else None, "it was wiped, and the terminal went on" if wiped else "it stays"
        )
        return str(ended["progress"])

    def identity(self) -> str:
        """Every point of identity, from agent and package; the account's kind once more."""
        terminal = wait_until(self._settled, SETTLE_S) or self.desk.terminal()
        for row in terminal["identity"]:
            what, ok = str(row["what"]), row["ok"]
            source, evidence = (
                ("A10" if what.startswith("login") else "A8"),
                f"{what}: {'as' if ok else 'not as'} expected",
            )
            if what == "executable (IPC)":
                source = "A9"
            if what != "process":
                self.record.saw(source, ok, evidence if ok is not None else f"{what}: not told")
        ipc = terminal["checks"]["ipc"]
        self.record.saw("A9", ipc["ok"], str(ipc["evidence"]))
        status = self._agent()
        modes = {str(terminal["trade_mode"]), status.trade_mode.value if status else TradeMode.UNKNOWN.value}
        self.record.saw("A11", modes <= set(HARMLESS), f"told as {', '.join(sorted(modes))}")
        self.desk.refuse_unless_harmless()
        if not self._settled():
            raise NotDone(named_checks(terminal))
        return named_checks(terminal)

    def agent(self) -> str:
        """The agent's own export."""
        status = wait_until(self._agent_alone, SETTLE_S) or self._agent()
        if status is None:
            self.record.saw("A12", False, "no agent has spoken")
            raise NotDone("no agent has spoken")
        age = self.desk.clock.now().utc_s - status.utc_s
        self.record.saw("A12", age < SETTLE_S, f"its last word is {age:.0f} s old, build {status.build}")
        copies = experts(status)[AGENT]
        self.record.saw("A13", copies == 1, f"{copies} charts show the agent, {len(status.charts)} charts in all")
        permitted = status.agent_trade_allowed if status.trade_allowed else None
        self.record.saw("A46", permitted, f"the agent tells {status.agent_trade_allowed} of its own permission")
        return f"agent {status.agent_version} in build {status.build}, {len(status.charts)} charts"

    def compile(self) -> str:
        """What MetaEditor said of the console's own programs when they were installed."""
        installed = read_installed(self.desk.layout, self.desk.files)
        if installed is None:
            raise NotDone("there is no record of an installation")
        for one in installed.programs:
            words = "taken" if one.ok else f"refused ({one.evidence})"
            self.record.saw("A14", one.ok, f"{one.file}: {words}, {one.warnings} warnings")
        return f"{len(installed.programs)} programs, {installed.editor or 'no MetaEditor'}"

    def deploy(self) -> str:
        """A first deployment, with proof."""
        result = self._deploy()
        self.first_deployment = result
        stages = {stage["name"]: stage for stage in result["stages"]}
        self._saw_stage("A15", stages, "compile")
        self._saw_stage("A16", stages, "ready")
        lacked_data = (result.get("diagnosis") or {}).get("cause") == "no_symbol_data"
        self.record.saw("A47", False if lacked_data else (True if "ready" in stages else None), "attach")
        points = {point["point"]: point for point in (result.get("diagnosis") or {}).get("points", ())}
        algo = points.get("algo trading enabled", {"ok": True, "evidence": "trading is permitted in its heartbeat"})
        self.record.saw("A17", algo["ok"] if result["heartbeat_confirmed"] or points else None, str(algo["evidence"]))
        if result["status"] != "SUCCESS":
            raise NotDone(f"{result['status']}: {(result.get('diagnosis') or {}).get('text', '')}")
        return f"{result['status']} after {sum(stage['seconds'] for stage in result['stages']):.0f} s"

    def heartbeat(self) -> str:
        """The robot's heartbeat file, watched closely."""
        desk, record = self.desk, self.record
        seen = watch_beats(desk.layout, desk.files, self.robot_id, self.beat_seconds, lambda: desk.clock.now().utc_s)
        if seen.last is None:
            record.saw("A18", False, f"no beat in {seen.seconds:.0f} s")
            raise NotDone(f"no beat in {seen.seconds:.0f} s")
        words = f"{seen.advanced} beats in {seen.seconds:.0f} s, the longest pause {seen.longest_gap_s:.1f} s"
        steady = seen.advanced >= BEATS_LEAST * (seen.seconds - 2) and seen.longest_gap_s <= LONGEST_GAP_S
        record.saw("A18", steady, words)
        record.saw(
            "A19", seen.torn == 0, f"{seen.torn} half files and {seen.missing} missing ones in {seen.looks} looks"
        )
        off = seen.clock_off_s or 0.0
        record.saw("A20", abs(off) <= CLOCK_TOLERANCE_S, f"{off:+.1f} s apart, the age of a beat included")
        entries = seen.last.entries
        record.saw("A21", entries is Entries.OPEN, f"the robot says its entries are {entries.value}")
        status = self._agent()
        if status is not None:
            wanted = {f"EA_READY_{self.robot_id}", f"EA_HEARTBEAT_{self.robot_id}"}
            lacking = wanted - {name for name, _ in status.globals}
            record.saw("A22", not lacking, f"missing: {len(lacking)}" if lacking else "both are listed")
            told = [one for one in status.sessions if one.symbol == self.symbol]
            opened = {True: "open", False: "closed"}.get(told[0].is_open) if told else "not told"
            record.saw("A23", bool(told), f"{self.symbol}: {opened}")
        if not steady:
            raise NotDone(words)
        return words

    def replace(self) -> str:
        """A second deployment: the other slot, compiled while the terminal runs."""
        result = self._deploy()
        copies = self._copies()
        fresh = result["deployment_id"] != self.first_deployment.get("deployment_id")
        ok = result["status"] == "SUCCESS" and fresh
        self.record.saw("A24", ok, f"the second deployment ended {result['status']}")
        self.record.saw("A25", copies == 1 if ok else None, f"{copies} charts show the robot after it")
        if not ok:
            raise NotDone(f"{result['status']}: {(result.get('diagnosis') or {}).get('text', '')}")
        return f"{result['status']}, {copies} chart shows the robot"

    def restart(self) -> str:
        """Closed by its window, started again, the robot proven back."""
        since = datetime.fromtimestamp(self.desk.clock.now().utc_s)
        since_utc_s = self.desk.clock.now().utc_s
        ended = self.desk.act("terminal_restart", RESTART_S, user_id=self.desk.user_id)
        exits = read_since(self.desk.layout, since).of(JournalKind.EXITED)
        killed = any("kill" in act for act in self._acts_since(since_utc_s))
        self.record.saw(
            "A26", bool(exits) and not killed, f"{len(exits)} exits in the journal, {'' if killed else 'not '}killed"
        )
        self._saw_back("A27")
        hands = [
            kind for kind in self.desk.incidents_since(since_utc_s) if kind in ("closed_by_hand", "removed_by_hand")
        ]
        self.record.saw("A28", not hands, f"incidents: {', '.join(hands) or 'none of that kind'}")
        return str(ended["progress"])

    def kill(self) -> str:
        """Killed from outside: the watchdog notices and heals."""
        desk, since_utc_s = self.desk, self.desk.clock.now().utc_s
        self._check_one_process()
        killed = desk.kill()
        wait_until(lambda: self._is_back(killed), BACK_S)
        taken_s = desk.clock.now().utc_s - since_utc_s
        back = self._is_back(killed)
        words = f"another process after {taken_s:.0f} s" if back else named_checks(desk.terminal())
        self.record.saw("A29", back, words)
        if not back:
            raise NotDone(words)
        self._saw_back("A30")
        self._check_one_process()
        return f"back with its robot after {taken_s:.0f} s"

    def algo(self) -> str:
        """The algo switch as agent and package tell it; the button is pressed only when it is off."""
        status, terminal = self._agent(), self.desk.terminal()
        if status is None:
            raise NotDone("no agent has spoken")
        self.record.saw("A32", status.trade_allowed, f"after our start it is {'on' if status.trade_allowed else 'off'}")
        told = terminal["trade_allowed"]
        words = "alike" if told == status.trade_allowed else "differently"
        self.record.saw("A33", None if told is None else told == status.trade_allowed, f"told {words}")
        if status.trade_allowed:
            return "on; the button was not pressed"
        try:
            self.desk.act("enable_algo", STOP_S, user_id=self.desk.user_id)
        except NotDone as error:
            self.record.saw("A34", False, str(error))
            raise
        pressed = wait_until(lambda: (now := self._agent()) is not None and now.trade_allowed, STOP_S)
        self.record.saw("A34", bool(pressed), "pressed by us, and on" if pressed else "pressed by us, and still off")
        return "it was off, and was switched on"

    def stop(self) -> str:
        """Closed cleanly: what does the profile hold?"""
        self.desk.act("terminal_stop", STOP_S, user_id=self.desk.user_id)
        charts, ours = saved_charts(self.desk.layout, self.desk.files, f"Robot_{self.robot_id}_")
        held = ours == 1 if self._copies_due else None
        self.record.saw("A35", held, f"{charts} charts saved, {ours} with the robot")
        return f"stopped; {charts} charts saved, {ours} with the robot"

    def journal(self) -> str:
        """What the journal said of all that."""
        seen = read_since(self.desk.layout, self.began)
        total, other = len(seen.entries), seen.kinds[JournalKind.OTHER.value]
        self.record.journal = {"kinds": dict(sorted(seen.kinds.items())), "not_recognised": list(seen.not_recognised)}
        wanted = {JournalKind.STARTED, JournalKind.AUTHORIZED, JournalKind.ROBOT_LOADED, JournalKind.EXITED}
        lacking = sorted(kind.value for kind in wanted if not seen.of(kind))
        enough = total > 0 and other <= (1 - RECOGNISED_LEAST) * total
        words = f"{total} lines, {other} of them not recognised"
        missing = f"; never seen: {', '.join(lacking)}" if lacking else ""
        self.record.saw("A36", enough and not lacking, words + missing)
        unclean = len(seen.of(JournalKind.UNCLEAN_EXIT))
        was_killed = bool(self.record.seen.get("A29"))
        self.record.saw("A37", unclean > 0 if was_killed else None, f"{unclean} starts without an exit before them")
        if seen.entries:
            late = datetime.fromtimestamp(self.desk.clock.now().utc_s) + timedelta(seconds=JOURNAL_TOLERANCE_S)
            fits = all(datetime.fromisoformat(entry.time) <= late for entry in seen.entries)
            self.record.saw(
                "A38", fits, "every line lies within the test's time" if fits else "lines lie in the future"
            )
        else:
            self.record.saw("A38", False, "no line lies within the test's time")
        read, refused = seen.kinds["start_config_read"] + seen.kinds["launched_with"], seen.kinds["start_config_failed"]
        self.record.saw("A4", False if refused else (True if read else None), f"{read} lines say so, {refused} deny it")
        updates = seen.of(JournalKind.UPDATE_AVAILABLE, JournalKind.UPDATE_STARTED)
        if updates:
            self.record.saw("A39", True, f"{len(updates)} lines of LiveUpdate")
        if not enough:
            raise NotDone(words)
        return words

    # ---- afterwards ---------------------------------------------------------------------------------------------

    def put_right(self, was_running: bool) -> str:
        """Take the robot away, and leave the terminal as it was found. Gives what could not be done, empty when all
        could."""
        wrong = []
        desk = self.desk
        known = {robot["robot_id"] for robot in desk.door.robots()}
        acts: list[Callable[[], Any]] = []
        if self.robot_id in known:
            acts.append(lambda: desk.act("robot_remove", REMOVE_S, robot_id=self.robot_id))
        if was_running and not desk.pids():
            acts.append(lambda: desk.act("terminal_start", START_S, user_id=desk.user_id))
        if not was_running and desk.pids():
            acts.append(lambda: desk.act("terminal_stop", STOP_S, user_id=desk.user_id))
        for act in acts:
            try:
                act()
            except (NotDone, ConsoleError) as error:
                wrong.append(str(error))
        return "; ".join(wrong)

    # ---- looks --------------------------------------------------------------------------------------------------

    def _deploy(self) -> dict[str, Any]:
        ended = self.desk.act("deploy", DEPLOY_S, robot_id=self.robot_id)
        result: dict[str, Any] = ended["result"]
        return result

    def _saw_stage(self, fact: str, stages: dict[str, Any], name: str) -> None:
        stage = stages.get(name)
        ok = None if stage is None else {"passed": True, "failed": False}.get(stage["outcome"])
        self.record.saw(
            fact, ok, f"{name}: it did not come to that" if stage is None else f"{name}: {stage['evidence']}"
        )

    def _settled(self) -> dict[str, Any] | None:
        """The terminal, once every point of identity and the first three checks are well."""
        terminal = self.desk.terminal()
        known = all(row["ok"] is True for row in terminal["identity"])
        well = all(terminal["checks"][name]["ok"] is True for name in ("process", "ipc", "account"))
        return terminal if known and well else None

    def _agent(self) -> AgentStatus | None:
        return agent_status(self.desk.layout, self.desk.files)

    def _agent_alone(self) -> AgentStatus | None:
        status = self._agent()
        return status if status is not None and experts(status)[AGENT] == 1 else None

    def _copies(self) -> int:
        return experts(self._agent())[f"robot {self.robot_id}"]

    @property
    def _copies_due(self) -> int:
        """How many charts should show the robot: none where its deployment failed."""
        return 1 if self.first_deployment.get("status") == "SUCCESS" else 0

    def _saw_back(self, fact: str) -> None:
        """Agent and robot once each, when both had their time to come back; without a robot it cannot be told."""
        due = (1, self._copies_due)

        def shown() -> tuple[int, int]:
            found = experts(self._agent())
            return found[AGENT], found[f"robot {self.robot_id}"]

        ok = wait_until(lambda: shown() == due, SETTLE_S)
        agents, robots = shown()
        words = f"charts: {agents} with the agent, {robots} with the robot"
        self.record.saw(fact, ok if self._copies_due or not ok else None, words)

    def _is_back(self, killed: int) -> bool:
        terminal = self.desk.terminal()
        if terminal["pid"] in (None, killed) or not all(check["ok"] for check in terminal["checks"].values()):
            return False
        own = [robot["state"] for robot in terminal["robots"] if robot["robot_id"] == self.robot_id]
        return not self._copies_due or own == ["beating"]

    def _check_one_process(self) -> None:
        count = len(self.desk.pids())
        self.record.saw(
            "A31", count <= 1, f"{count} process runs the executable" if count == 1 else f"{count} processes"
        )

    def _acts_since(self, utc_s: float) -> list[str]:
        decisions = self.desk.door.decisions(self.desk.user_id, 100)
        return [act.casefold() for one in decisions if one["at"] >= utc_s for act in one["acts"]]
