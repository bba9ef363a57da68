"""What the simulated agent must not forget when it is restarted: the newest generation, cancels that came early,
the charts that attaches under way have opened, and the chart that each robot was last attached to.

Replies tell the rest by themselves. Must not know: command files, verbs.
"""

from __future__ import annotations

import json

from mt5console.core.terminal import protocol
from mt5console.simulation.disk import Disk

_CANCELS = 100


class AgentMemory:
    """`agent/memory.json`. What cannot be written is kept for this life at least."""

    def __init__(self, disk: Disk, path: str) -> None:
        self._disk = disk
        self._path = path
        self.generation = 0
        self._cancelled: dict[str, str] = {}
        self._opened: dict[str, str] = {}
        self._attached: dict[str, str] = {}

    def load(self) -> tuple[int, ...]:
        """What an agent before this one wrote; a missing or torn file is an empty memory. Gives the charts that its
        attaches had opened and not yet accounted for."""
        self.generation, self._cancelled, self._opened, self._attached = 0, {}, {}, {}
        try:
            value = json.loads(self._disk.read(self._path) or b"")
            if value["protocol"] != protocol.PROTOCOL:
                return ()
            self.generation = int(value["generation"])
            self._cancelled = {str(key): str(by) for key, by in value["cancelled"].items()}
            opened = tuple(int(chart) for chart in value["opened"])
            # Agents before 1.1 did not remember it.
            attached = value.get("attached", {})
            self._attached = {str(robot): str(chart) for robot, chart in attached.items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            return ()
        if opened:
            self._save()
        return opened

    def opened(self, chart_id: int, by: str) -> None:
        """An attach has opened this chart."""
        self._opened[str(chart_id)] = by
        self._save()

    def accounted(self, chart_id: int) -> None:
        """The attach that opened this chart has ended."""
        if self._opened.pop(str(chart_id), None) is not None:
            self._save()

    def attached(self, robot_id: int, chart_id: int) -> None:
        """The chart that a robot runs on now; known until it gets another one."""
        self._attached.pop(str(robot_id), None)
        self._attached[str(robot_id)] = str(chart_id)
        _keep_newest(self._attached)
        self._save()

    def chart_of(self, robot_id: int) -> int:
        """The chart that the robot was last attached to, 0 when none is known."""
        chart = self._attached.get(str(robot_id), "")
        return int(chart) if chart.isdigit() else 0

    def left(self, robot_id: int) -> None:
        """The chart that a robot left empty is being closed."""
        if self._attached.pop(str(robot_id), None) is not None:
            self._save()

    def heard(self, generation: int) -> None:
        """A command of this generation is carried out: older ones are refused from now on."""
        if generation > self.generation:
            self.generation = generation
            self._save()

    def cancel(self, command_id: str, by: str) -> None:
        """A command that must not be carried out, and the command that said so; the first word counts."""
        if command_id not in self._cancelled:
            self._cancelled[command_id] = by
            _keep_newest(self._cancelled)
            self._save()

    def cancelled_by(self, command_id: str) -> str | None:
        """Which command cancelled this one, None when none did."""
        return self._cancelled.get(command_id)

    def _save(self) -> None:
        value = {
            "protocol": protocol.PROTOCOL,
            "generation": self.generation,
            "cancelled": self._cancelled,
            "opened": self._opened,
            "attached": self._attached,
        }
        try:
            self._disk.replace(self._path, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8"))
        except OSError:
            return


def _keep_newest(pairs: dict[str, str]) -> None:
    while len(pairs) > _CANCELS:
        del pairs[next(iter(pairs))]
