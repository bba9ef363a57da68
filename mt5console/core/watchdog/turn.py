"""One decision in the making: collects commands, records and incidents, and gates every act in one place.

It lives for one call of `decide` and is never shared. Must not know: when which act is right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mt5console.core.model.commands import Announce, Command
from mt5console.core.model.desired import DesiredRobot, RobotRun, Run
from mt5console.core.model.facts import Fact
from mt5console.core.model.ids import Now, RobotId
from mt5console.core.model.records import Decision, IncidentKind
from mt5console.core.model.requests import Mode
from mt5console.core.watchdog.memory import NO_ROBOT, RobotMemory
from mt5console.core.watchdog.policy import Policy
from mt5console.core.watchdog.states import State, Trigger, next_state
from mt5console.core.watchdog.verdict import ClearIncident, FleetContext, OpenIncident, Verdict
from mt5console.core.watchdog.watch import TerminalWatch
from mt5console.core.watchdog.wording import fact_words


class Turn:
    """The working state of one `decide` call.

    `watch` is replaced, never changed. `by_person`: the fact is a request, or ends an act that a person asked for.
    """

    __slots__ = (
        "_cleared",
        "_commands",
        "_decisions",
        "_opened",
        "_remember",
        "_removals",
        "_restores",
        "_runs",
        "by_person",
        "fact",
        "fleet",
        "now",
        "policy",
        "robots",
        "watch",
    )

    def __init__(
        self,
        watch: TerminalWatch,
        now: Now,
        policy: Policy,
        robots: tuple[DesiredRobot, ...],
        fleet: FleetContext,
        fact: Fact | None = None,
    ) -> None:
        self.watch = watch
        self.now = now
        self.policy = policy
        self.robots = robots
        self.fleet = fleet
        self.fact = fact
        self.by_person = False
        self._commands: list[Command] = []
        self._decisions: list[Decision] = []
        self._opened: list[OpenIncident] = []
        self._cleared: list[ClearIncident] = []
        self._restores: list[RobotId] = []
        self._removals: list[str] = []
        self._runs: list[tuple[RobotId, RobotRun]] = []
        self._remember = False

    # ---- memory ---------------------------------------------------------------------------------------------------

    def put(self, **fields: Any) -> None:
        """Replace fields of the watch."""
        self.watch = replace(self.watch, **fields)

    def keep(self, **fields: Any) -> None:
        """Replace fields of the watch that must outlive the engine."""
        self.put(**fields)
        self._remember = True

    def put_process(self, **fields: Any) -> None:
        """Replace fields of the living process; there must be one."""
        assert self.watch.process is not None
        self.put(process=replace(self.watch.process, **fields))

    def put_link(self, **fields: Any) -> None:
        """Replace fields of the account's memory."""
        self.put(link=replace(self.watch.link, **fields))

    def keep_ladder(self, **fields: Any) -> None:
        """Replace fields of the restart ladder, which outlives the engine."""
        self.keep(ladder=replace(self.watch.ladder, **fields))

    def put_robot(self, robot_id: RobotId, **fields: Any) -> None:
        """Replace fields of one robot's memory."""
        known = self.watch.robots.get(robot_id, NO_ROBOT)
        self.put_robot_memory(robot_id, replace(known, **fields))

    def put_robot_memory(self, robot_id: RobotId, memory: RobotMemory) -> None:
        """Replace one robot's memory."""
        self.put(robots={**self.watch.robots, robot_id: memory})

    def remember(self) -> None:
        """What is stored of the watch changed."""
        self._remember = True

    # ---- state ----------------------------------------------------------------------------------------------------

    def move(self, trigger: Trigger) -> None:
        """Take the table's way. Raises `InvalidTransition` for a pair that it does not list."""
        before = self.watch.state
        after = next_state(before, trigger)
        if after is not before:
            self.put(state=after, state_since_mono_s=self.now.mono_s, state_since_utc_s=self.now.utc_s)

    @property
    def who(self) -> str:
        """The user in words, for log lines and incidents."""
        return f"user {self.watch.user.user_id}"

    # ---- once -----------------------------------------------------------------------------------------------------

    def first_time(self, key: str) -> bool:
        """Whether this is said for the first time since it was last forgotten; remembers that it was."""
        if key in self.watch.said:
            return False
        self.put(said=self.watch.said | {key})
        return True

    def forget_said(self, *keys: str) -> None:
        """Let these be said again when they happen again."""
        if not self.watch.said.isdisjoint(keys):
            self.put(said=self.watch.said.difference(keys))

    # ---- records --------------------------------------------------------------------------------------------------

    def say(self, level: str, text: str) -> None:
        """One log line for people; nothing is said while the watchdog is off."""
        if self.fleet.mode is not Mode.OFF or self.by_person or self._person_acts:
            self._commands.append(Announce(user_id=self.watch.user.user_id, level=level, text=text))

    @property
    def _person_acts(self) -> bool:
        return bool(self.watch.asked) or self.watch.closing is not None or self.watch.start is not None

    def explain(
        self,
        decided: str,
        why: str,
        next_step: str = "",
        *,
        before: State | None = None,
        acts: tuple[Command, ...] = (),
        observed_only: bool = False,
    ) -> None:
        """Record a decision with the rule and the numbers behind it; off, only what a person asked for."""
        if self.fleet.mode is Mode.OFF and not acts and not self.by_person:
            return
        self._decisions.append(
            Decision(
                utc_s=self.now.utc_s,
                user_id=self.watch.user.user_id,
                before=(before or self.watch.state).value,
                after=self.watch.state.value,
                trigger=fact_words(self.fact),
                decided=decided,
                why=why,
                next=next_step,
                acts=tuple(type(command).__name__ for command in acts),
                observed_only=observed_only,
            )
        )

    def explain_once(self, key: str, decided: str, why: str, next_step: str = "") -> None:
        """Record a deliberate non-act the first time only, and not at all while the watchdog is off."""
        if self.fleet.mode is not Mode.OFF and self.first_time(key):
            self.explain(decided, why, next_step)

    # ---- incidents ------------------------------------------------------------------------------------------------

    def open(
        self, kind: IncidentKind, text: str, next_step: str, *, robot_id: RobotId | None = None, tried: str = ""
    ) -> bool:
        """Open an incident unless this watch has it open; says whether it was opened. Not while the watchdog is off."""
        key = (kind, robot_id)
        if key in self.watch.open or (self.fleet.mode is Mode.OFF and not self.by_person):
            return False
        self.keep(open=self.watch.open | {key})
        self._opened.append(OpenIncident(kind=kind, text=text, next_step=next_step, robot_id=robot_id, tried=tried))
        return True

    def tried(self, kind: IncidentKind, text: str, next_step: str, tried: str) -> None:
        """Open an incident, or add what was tried to the open one."""
        if self.open(kind, text, next_step, tried=tried) or self.fleet.mode is Mode.OFF:
            return
        self._opened.append(OpenIncident(kind=kind, text=text, next_step=next_step, tried=tried))

    def is_open(self, kind: IncidentKind, robot_id: RobotId | None = None) -> bool:
        """Whether this watch opened such an incident and has not cleared it."""
        return (kind, robot_id) in self.watch.open

    def clear(self, kind: IncidentKind, why: str, robot_id: RobotId | None = None) -> bool:
        """Clear the incident if this watch has it open; says whether it did."""
        key = (kind, robot_id)
        if key not in self.watch.open:
            return False
        self.keep(open=self.watch.open - {key})
        self._cleared.append(ClearIncident(kind=kind, why=why, robot_id=robot_id))
        return True

    # ---- acts -----------------------------------------------------------------------------------------------------

    def next_act_id(self, word: str) -> str:
        """An id that no other act has: the engine's generation, the user, and a counter of the watch's own."""
        count = self.watch.acts + 1
        self.put(acts=count)
        return f"{word}-{self.fleet.generation}-{self.watch.user.user_id}-{count}"

    @property
    def acts_stopped(self) -> str:
        """Why nothing at all may touch this terminal (`""` when acts are allowed)."""
        if self.watch.conflict_pids:
            return f"two processes run the executable ({', '.join(map(str, self.watch.conflict_pids))})"
        if self.watch.identity_wrong:
            return f"wrong identity: {self.watch.identity_wrong}"
        return ""

    @property
    def automatic_held(self) -> str:
        """Why no automatic act may touch this terminal, mode observe apart (`""` when one may)."""
        stopped = self.acts_stopped
        if stopped:
            return stopped
        if self.watch.ladder.quarantined:
            return f"quarantined: {self.watch.ladder.quarantined}"
        if self.watch.user.run is not Run.RUNNING:
            return "nobody asked the console to keep this terminal running"
        until = self.watch.user.maintenance_until_utc_s
        if until is not None and until > self.now.utc_s:
            return f"maintenance for another {until - self.now.utc_s:.0f} s"
        return ""

    @property
    def unheard(self) -> str:
        """Why a silent agent says nothing of its terminal (`""` when it does): our own reading hangs."""
        unread_s = self.fleet.unread_s
        if unread_s <= self.policy.agent_stale_s / 2:
            return ""
        return f"no terminal's files were read for {unread_s:.0f} s"

    def may(self, key: str, decided: str, why: str) -> bool:
        """Whether an automatic act may be done now; a held or observed one is recorded once under `key`."""
        if self.fleet.mode is Mode.OFF:
            return False
        held = self.automatic_held
        if held:
            self.explain_once(f"held:{key}", f"not done: {decided}", f"{why}; held: {held}")
            return False
        if self.fleet.mode is Mode.OBSERVE:
            if self.first_time(f"observed:{key}"):
                self.explain(f"would: {decided}", why, "nothing is done in observe mode", observed_only=True)
            return False
        return True

    def act(
        self,
        make: Callable[[str], Command],
        word: str,
        decided: str,
        why: str,
        next_step: str = "",
        *,
        before: State | None = None,
    ) -> str:
        """Issue a command with a fresh id and record the decision; the caller has asked `may` or acts for a person."""
        act_id = self.next_act_id(word)
        command = make(act_id)
        self._commands.append(command)
        self.explain(decided, why, next_step, before=before, acts=(command,))
        return act_id

    def issue(self, command: Command) -> None:
        """Issue a command whose decision was recorded before (the same act again, or a wiped file)."""
        self._commands.append(command)

    def restore(self, robot_id: RobotId) -> None:
        """Let the engine put this robot back."""
        self._restores.append(robot_id)

    def removal(self, expert: str) -> None:
        """Let the engine detach this expert."""
        self._removals.append(expert)

    def want_robot(self, robot_id: RobotId, run: RobotRun) -> None:
        """Let the engine store what is wanted of this robot from now on."""
        self._runs.append((robot_id, run))

    def verdict(self) -> Verdict:
        """What came of it."""
        return Verdict(
            watch=self.watch,
            commands=tuple(self._commands),
            decisions=tuple(self._decisions),
            opened=tuple(self._opened),
            cleared=tuple(self._cleared),
            restores=tuple(self._restores),
            removals=tuple(self._removals),
            runs=tuple(self._runs),
            remember=self._remember,
        )
