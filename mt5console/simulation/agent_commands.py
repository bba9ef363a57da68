"""What the simulated agent does for each verb of protocol 1: attach, detach, symbol, pause, resume and the rest.

Each verb gives a code, a sentence and results; who may ask, and whether it was asked before, is settled elsewhere.
Must not know: command files, replies, generations.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from mt5console.core.model.observed import ChartSeen
from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import TerminalLayout, robot_of_expert
from mt5console.core.terminal.protocol import CommandFile
from mt5console.simulation.chartfile import PERIODS
from mt5console.simulation.programs import ApplyEnd, ChartOfProgram, ProgramHost
from mt5console.simulation.robot import host_root

DONE = "done"


class Answer(NamedTuple):
    """The end of one verb."""

    code: str
    text: str
    result: tuple[tuple[str, str], ...] = ()


class Verbs:
    """The agent's hands. `chart` is the chart that the agent itself runs on."""

    def __init__(self, host: ProgramHost, chart: ChartOfProgram) -> None:
        self._host = host
        self._chart = chart
        self._layout = TerminalLayout(host_root(host))
        self._verbs: Mapping[str, Callable[[CommandFile], Answer]] = {
            "attach": self._attach,
            "detach": self._detach,
            "symbol": self._symbol,
            "pause": self._pause,
            "resume": self._resume,
            "flush_globals": self._flush_globals,
            "clean_heartbeats": self._clean_heartbeats,
            "screenshot": self._screenshot,
        }

    def run(self, command: CommandFile) -> Answer:
        """Carry out one command; a failed write of the agent's own is an answer, too."""
        verb = self._verbs.get(command.verb)
        if verb is None:
            return Answer("unknown_verb", f"this agent knows no verb {command.verb}")
        try:
            return verb(command)
        except OSError as error:
            return Answer("failed", f"{command.verb}: {error.strerror or error}")

    def _attach(self, command: CommandFile) -> Answer:
        robot_id = _robot(command)
        expert, symbol = command.argument("expert"), command.argument("symbol")
        timeframe, template = command.argument("timeframe"), command.argument("template")
        if robot_id is None or not expert or not symbol or timeframe not in PERIODS or not _is_plain(template):
            return Answer(
                "bad_arguments", "attach needs robot_id, expert, symbol, timeframe and a template's file name"
            )
        wanted = expert.rsplit("\\", 1)[-1]
        for chart in self._charts_of(robot_id):
            result = (("chart_id", str(chart.chart_id)), ("expert", chart.expert))
            return Answer(
                "already_attached", f"robot {robot_id} is on a chart of {chart.symbol} as {chart.expert}", result
            )
        if not self._host.symbol_exists(symbol):
            return Answer("no_symbol", f"the broker has no symbol {symbol}")
        if not self._host.expert_is_known(expert):
            return Answer("expert_not_found", f"{expert} was not there when the terminal started: restart needed")
        if self._is_locked(robot_id):
            return Answer("locked", f"something else holds the lock of robot {robot_id}")
        chart_id = self._host.open_chart(symbol, timeframe)
        if chart_id == 0:
            return Answer("chart_limit", "the terminal has as many charts open as it may")
        end = self._host.apply_template(chart_id, f"\\Files\\mt5console\\templates\\{template}", self._chart)
        if end is ApplyEnd.RUNNING:
            seen = next((chart.expert for chart in self._host.charts() if chart.chart_id == chart_id), "")
            if seen == wanted:
                return Answer(DONE, f"{expert} runs on {symbol},{timeframe}", (("chart_id", str(chart_id)),))
            end = ApplyEnd.NOT_LOADED
        self._host.close_chart(chart_id)
        return _failed_attach(end, expert, str(template))

    def _detach(self, command: CommandFile) -> Answer:
        robot_id, expert = _robot(command), command.argument("expert")
        if robot_id is None and not expert:
            return Answer("bad_arguments", "detach needs robot_id or expert")
        if robot_id is None:
            charts = [c for c in self._host.charts() if c.expert == expert and c.chart_id != self._chart.chart_id]
        else:
            charts = self._charts_of(robot_id)
        deployment = command.argument("deployment_id")
        running = None if robot_id is None else self._running_deployment(robot_id)
        if charts and deployment and running is not None and running != deployment:
            return Answer(DONE, f"deployment {running} runs, not {deployment}: left alone", (("closed", "0"),))
        closed = sum(1 for chart in charts if self._host.close_chart(chart.chart_id))
        return Answer(DONE, f"{closed} charts closed", (("closed", str(closed)),))

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

    def _charts_of(self, robot_id: int) -> list[ChartSeen]:
        found = []
        for chart in self._host.charts():
            robot = robot_of_expert(chart.expert)
            if robot is not None and robot[0] == robot_id:
                found.append(chart)
        return found

    def _running_deployment(self, robot_id: int) -> str | None:
        ready = protocol.decode_ready(self._host.disk.read(str(self._layout.ready(robot_id))))
        return None if ready is None else ready.deployment_id

    def _is_locked(self, robot_id: int) -> bool:
        path = str(self._layout.robot_lock(robot_id))
        if not os.path.exists(path):
            return False
        lock = self._host.disk.lock(path)
        if lock is None:
            return True
        lock.release()
        return False


def _failed_attach(end: ApplyEnd, expert: str, template: str) -> Answer:
    if end is ApplyEnd.NO_TEMPLATE:
        return Answer("failed", f"template {template} is missing or holds no expert; its chart is closed")
    if end is ApplyEnd.NO_EXPERT:
        return Answer("expert_not_found", f"the template's expert is not known to this terminal; wanted {expert}")
    if end is ApplyEnd.INIT_FAILED:
        return Answer("init_failed", f"{expert} refused to start in OnInit; its chart is closed")
    return Answer("expert_not_loaded", f"{expert} is not what the chart shows; it is closed")


def _robot(command: CommandFile) -> int | None:
    text = command.argument("robot_id") or ""
    return int(text) if text.isdecimal() and int(text) > 0 else None


def _is_plain(name: str | None) -> bool:
    return bool(name) and not any(mark in str(name) for mark in ("/", "\\", "..", ":"))


def _word(value: bool) -> str:
    return "true" if value else "false"
