"""What the simulated agent does for each verb of protocol 1: attach, detach, symbol, pause, resume and the rest.

Each verb gives a code, a sentence and results, or none as long as it has to be asked again; who may ask, and whether it
was asked before, is settled elsewhere.
Must not know: command files, replies, generations.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import TerminalLayout, robot_of_expert
from mt5console.core.terminal.protocol import CommandFile
from mt5console.simulation.agent_attach import DONE, Answer, Attaches, RobotsSeen
from mt5console.simulation.agent_memory import AgentMemory
from mt5console.simulation.programs import ChartOfProgram, ProgramHost
from mt5console.simulation.robot import host_root


class Verbs:
    """The agent's hands. `chart` is the chart that the agent itself runs on."""

    def __init__(self, host: ProgramHost, chart: ChartOfProgram, memory: AgentMemory) -> None:
        self._host = host
        self._chart = chart
        self._layout = TerminalLayout(host_root(host))
        self._robots = RobotsSeen(host, self._layout)
        self.attaches = Attaches(host, chart, self._robots, memory)
        self._verbs: Mapping[str, Callable[[CommandFile], Answer | None]] = {
            "attach": lambda command: self.attaches.begin(command, _robot(command)),
            "detach": self._detach,
            "symbol": self._symbol,
            "pause": self._pause,
            "resume": self._resume,
            "flush_globals": self._flush_globals,
            "clean_heartbeats": self._clean_heartbeats,
            "screenshot": self._screenshot,
        }

    def run(self, command: CommandFile) -> Answer | None:
        """Carry out one command; a failed write of the agent's own is an answer, too. None: it is not over yet."""
        verb = self._verbs.get(command.verb)
        if verb is None:
            return Answer("unknown_verb", f"this agent knows no verb {command.verb}")
        try:
            return verb(command)
        except OSError as error:
            return Answer("failed", f"{command.verb}: {error.strerror or error}")

    def _detach(self, command: CommandFile) -> Answer | None:
        robot_id, expert = _robot(command), command.argument("expert")
        if robot_id is None and not expert:
            return Answer("bad_arguments", "detach needs robot_id or expert")
        if robot_id is None:
            charts = [c for c in self._host.charts() if c.expert == expert and c.chart_id != self._chart.chart_id]
        else:
            if self._gives_up(robot_id, command.argument("deployment_id")):
                return None
            charts = self._robots.charts_of(robot_id)
        deployment = command.argument("deployment_id")
        running = "" if robot_id is None else self._robots.ready_deployment(robot_id)
        if charts and deployment and running and running != deployment:
            return Answer(DONE, f"deployment {running} runs, not {deployment}: left alone", (("closed", "0"),))
        closed = sum(1 for chart in charts if self._host.close_chart(chart.chart_id))
        return Answer(DONE, f"{closed} charts closed", (("closed", str(closed)),))

    def _gives_up(self, robot_id: int, deployment: str | None) -> bool:
        """Whether an attach of this robot (and deployment, when one is named) runs; it is told to give up."""
        job = self.attaches.of_robot(robot_id)
        if job is None or (deployment and job.deployment != deployment):
            return False
        self.attaches.give_up(job, "cancelled", "a detach of the same robot came")
        return True

    def _symbol(self, command: CommandFile) -> Answer:
        symbol = command.argument("symbol")
        if not symbol:
            return Answer("bad_arguments", "symbol needs a symbol")
        exists, is_open = self._host.symbol_exists(symbol), self._host.symbol_is_open(symbol)
        return Answer(DONE, symbol, (("exists", _word(exists)), ("is_open", _word(exists and is_open))))

    def _pause(self, command: CommandFile) -> Answer:
        robot_id = _robot(command)
        if robot_id is None:
            return Answer("bad_arguments", "pause needs robot_id")
        self._host.disk.make_directory(str(self._layout.robot(robot_id)))
        self._host.disk.replace(str(self._layout.paused(robot_id)), b"paused\r\n")
        return Answer(DONE, f"entries of robot {robot_id} are paused", (("entries", "paused"),))

    def _resume(self, command: CommandFile) -> Answer:
        robot_id = _robot(command)
        if robot_id is None:
            return Answer("bad_arguments", "resume needs robot_id")
        self._host.disk.remove(str(self._layout.paused(robot_id)))
        return Answer(DONE, f"entries of robot {robot_id} are no longer paused", (("entries", "open"),))

    def _flush_globals(self, _command: CommandFile) -> Answer:
        self._host.flush_globals()
        return Answer(DONE, "global variables are written")

    def _clean_heartbeats(self, _command: CommandFile) -> Answer:
        living = {robot_of_expert(chart.expert) for chart in self._host.charts()}
        kept = {str(found[0]) for found in living if found is not None}
        kept |= {name.removeprefix(protocol.GLOBAL_READY) for name, _ in self._host.globals_starting_with("EA_READY_")}
        removed = 0
        for name in os.listdir(self._layout.files):
            robot = name.removeprefix("heartbeat_").removesuffix(".txt")
            if name == f"heartbeat_{robot}.txt" and robot.isdecimal() and robot not in kept:
                removed += self._host.disk.remove(str(self._layout.files / name))
        return Answer(DONE, f"{removed} old heartbeat files removed", (("removed", str(removed)),))

    def _screenshot(self, command: CommandFile) -> Answer:
        chart = command.argument("chart_id") or ""
        if not chart.isdecimal():
            return Answer("bad_arguments", "screenshot needs chart_id")
        name = f"chart_{chart}.png"
        folder = self._layout.channel / "screenshots"
        self._host.disk.make_directory(str(folder))
        if not self._host.screenshot(int(chart), str(folder / name)):
            return Answer("failed", f"there is no chart {chart}")
        return Answer(DONE, name, (("file", f"mt5console\\screenshots\\{name}"),))


def _robot(command: CommandFile) -> int | None:
    text = command.argument("robot_id") or ""
    return int(text) if text.isdecimal() and int(text) > 0 else None


def _word(value: bool) -> str:
    return "true" if value else "false"
