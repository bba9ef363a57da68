"""What one decision yields: the terminal's new memory, commands, decisions in words, incidents, robots to put back.

Must not know: how any of it is stored or carried out.
"""

from __future__ import annotations

from dataclasses import dataclass

from mt5console.core.model.commands import Command
from mt5console.core.model.desired import RobotRun
from mt5console.core.model.ids import RobotId, UserId
from mt5console.core.model.records import Decision, IncidentKind
from mt5console.core.model.requests import Mode
from mt5console.core.watchdog.watch import TerminalWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """Open an incident, or add to the open one of the same kind, user and robot."""

    kind: IncidentKind
    text: str
    next_step: str
    robot_id: RobotId | None = None
    tried: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearIncident:
    """Clear the open incident of this kind (and robot), saying why."""

    kind: IncidentKind
    why: str
    robot_id: RobotId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetContext:
    """What a terminal's decision must know of the rest of the fleet.

    `starts_in_flight`: terminals starting now (pacing). `disconnected`: users whose broker link is out, of `total`.
    `deploying`: robots with a deployment or restore under way: their absence or silence is not an alarm. `partial`:
    robots whose deployment stands open as PARTIAL.
    `next_start_mono_s`: the earliest instant at which pacing lets another terminal start; `next_close_mono_s`: and the
    watchdog close one that lives, to restart it. `unread_s`: for how long no pass over the terminals' files has ended.
    `generation`: of the engine, so that the ids of two engines' acts differ.
    """

    mode: Mode
    total: int
    disconnected: frozenset[UserId] = frozenset()
    starts_in_flight: int = 0
    next_start_mono_s: float = 0.0
    next_close_mono_s: float = 0.0
    unread_s: float = 0.0
    deploying: frozenset[RobotId] = frozenset()
    partial: frozenset[RobotId] = frozenset()
    generation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of `decide`. `watch` replaces the old memory; `remember` says that what is stored of it changed.

    `restores`: robots that should be running and are proven missing after a start: the engine puts them back.
    `removals`: experts (as on the chart) that should not be there: the engine detaches them. `runs`: what is wanted of
    robots from now on, because a person acted inside the terminal.
    """

    watch: TerminalWatch
    commands: tuple[Command, ...] = ()
    decisions: tuple[Decision, ...] = ()
    opened: tuple[OpenIncident, ...] = ()
    cleared: tuple[ClearIncident, ...] = ()
    restores: tuple[RobotId, ...] = ()
    removals: tuple[str, ...] = ()
    runs: tuple[tuple[RobotId, RobotRun], ...] = ()
    remember: bool = False
