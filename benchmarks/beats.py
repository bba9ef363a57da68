"""A fleet's heartbeat files and the count of what a reader saw of them. Must not know: who reads, or how."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from mt5console.core.model.ids import DeploymentId, RobotId
from mt5console.core.model.observed import Entries, Heartbeat
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.terminal.protocol import encode_heartbeat, encode_ready


class FleetFiles:
    """`terminals` terminals with `robots_each` robots under one root; robot 101 belongs to terminal 1."""

    def __init__(self, root: Path, terminals: int, robots_each: int) -> None:
        self.layouts = {user: TerminalLayout(root / f"user_{user}") for user in range(1, terminals + 1)}
        self.robots = [user * 100 + number for user in self.layouts for number in range(1, robots_each + 1)]
        self._paths = {robot: str(self.layouts[robot // 100].heartbeat(RobotId(robot))) for robot in self.robots}

    def heartbeat(self, robot: int) -> str:
        """The path of a robot's heartbeat file."""
        return self._paths[robot]

    def directory(self, robot: int) -> str:
        """The directory that it lies in."""
        return self._paths[robot].rpartition("/")[0]

    def robots_of(self, user: int) -> frozenset[RobotId]:
        """The robots of one terminal."""
        return frozenset(RobotId(robot) for robot in self.robots if robot // 100 == user)

    def beat(self, robot: int, sequence: int, utc_s: float) -> bytes:
        """The content of one beat, as the product's own protocol has it."""
        return encode_heartbeat(
            Heartbeat(
                robot_id=RobotId(robot),
                deployment_id=DeploymentId(f"d-1-{robot}"),
                sequence=sequence,
                utc_s=utc_s,
                tick_ms=sequence * 1000,
                ticks=sequence * 3,
                last_quote_utc_s=utc_s,
                trade_allowed=True,
                entries=Entries.OPEN,
            )
        )

    def lay_out(self) -> None:
        """Make every directory, with a first beat and what else lies beside it in the field."""
        from mt5console.core.model.observed import Ready

        for user, layout in self.layouts.items():
            layout.journals.mkdir(parents=True)
            layout.experts_logs.mkdir(parents=True)
            for robot in sorted(self.robots_of(user)):
                path = Path(self.heartbeat(robot))
                path.parent.mkdir(parents=True)
                path.write_bytes(self.beat(robot, 0, time.time()))
                ready = Ready(
                    robot_id=robot,
                    deployment_id=DeploymentId(f"d-1-{robot}"),
                    inputs_hash="0" * 64,
                    chart_id=robot,
                    symbol="EURUSD",
                    timeframe="H1",
                    utc_s=0.0,
                    magic=robot,
                )
                layout.ready(robot).write_bytes(encode_ready(ready))


@dataclass(slots=True)
class Tally:
    """Which beats were seen. A gap in a robot's sequence is a beat that was never seen."""

    last: dict[int, int] = field(default_factory=dict)
    seen: int = 0
    missed: int = 0

    def add(self, robot: int, sequence: int) -> None:
        """One beat was read (again, perhaps)."""
        before = self.last.get(robot)
        if before is not None and sequence <= before:
            return
        self.last[robot] = sequence
        self.seen += 1
        if before is not None:
            self.missed += sequence - before - 1

    def begin(self) -> None:
        """Forget the warming up."""
        self.seen = self.missed = 0

    def behind(self, newest: int) -> int:
        """How many beats no reader saw because it lags: more than one beat behind the newest counts."""
        return sum(max(0, newest - 1 - last) for last in self.last.values())
