"""The simulated agent's attaches: each a small state machine over its turns, as the MQL5 agent's are (AgentAttach.mqh).

A template is worked off by its chart in its own time, and what became of the expert is only seen there, or in the
robot's READY. Must not know: command files, replies, generations.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from mt5console.core.model.ids import RobotId
from mt5console.core.model.observed import ChartSeen
from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import TerminalLayout, robot_of_expert
from mt5console.core.terminal.protocol import CommandFile
from mt5console.simulation.agent_memory import AgentMemory
from mt5console.simulation.chartfile import PERIODS, decode_chart
from mt5console.simulation.charts import CHARTS_MAX
from mt5console.simulation.programs import ChartOfProgram, ProgramHost

DONE = "done"
_JOBS = 16
_SYMBOL_MS = 20_000
_ROBOT_LOCK_MS = 3_000
_LOAD_MS = 10_000
_SETTLED_MS = 1_000


class Answer(NamedTuple):
    """The end of one verb."""

    code: str
    text: str
    result: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Job:
    """One attach under way. `patience_ms`: how long it waits for the symbol's data; `since_ms`: since when it waits or
    watches; `seen_ms`: since when its expert stands there;
    `failed`: how it ended, while its chart is being closed."""

    id: str
    robot_id: int
    deployment: str
    expert: str
    symbol: str
    timeframe: str
    template: str
    since_ms: int
    patience_ms: int
    has_symbol: bool = False
    chart_id: int = 0
    seen_ms: int | None = None
    failed: Answer | None = None

    @property
    def wanted(self) -> str:
        """The expert's name without its folder."""
        return self.expert.rsplit("\\", 1)[-1]


class RobotsSeen:
    """What an agent sees of robots: their charts, their READY, their locks."""

    def __init__(self, host: ProgramHost, layout: TerminalLayout) -> None:
        self._host = host
        self.layout = layout

    def charts_of(self, robot_id: int) -> list[ChartSeen]:
        """The charts that show this robot, in whichever slot."""
        found = []
        for chart in self._host.charts():
            robot = robot_of_expert(chart.expert)
            if robot is not None and robot[0] == robot_id:
                found.append(chart)
        return found

    def expert_on(self, chart_id: int) -> str | None:
        """The expert's name, empty when there is none; None when the chart is not there."""
        return next((chart.expert for chart in self._host.charts() if chart.chart_id == chart_id), None)

    def ready_deployment(self, robot_id: int) -> str:
        """The deployment whose READY stands, empty when none does."""
        ready = protocol.decode_ready(self._host.disk.read(str(self.layout.ready(RobotId(robot_id)))))
        return "" if ready is None else ready.deployment_id

    def forget_ready(self, robot_id: int) -> bool:
        """Remove a READY that an earlier life of the robot left; True when none is there afterwards."""
        path = str(self.layout.ready(RobotId(robot_id)))
        return self._host.disk.remove(path) or not os.path.exists(path)

    def is_locked(self, robot_id: int) -> bool:
        """Whether somebody holds the robot's lock now."""
        path = str(self.layout.robot_lock(RobotId(robot_id)))
        if not os.path.exists(path):
            return False
        lock = self._host.disk.lock(path)
        if lock is None:
            return True
        lock.release()
        return False


class Attaches:
    """All attaches under way. `chart` is the agent's own, whose permission to trade the robots inherit."""

    def __init__(self, host: ProgramHost, chart: ChartOfProgram, robots: RobotsSeen, memory: AgentMemory) -> None:
        self._host = host
        self._chart = chart
        self._robots = robots
        self._memory = memory
        self._jobs: list[Job] = []

    def begin(self, command: CommandFile, robot_id: int | None) -> Answer | None:
        """Begin an attach, or refuse it; None while it runs, or waits for another one of the same robot."""
        expert, symbol = command.argument("expert"), command.argument("symbol")
        timeframe, template = command.argument("timeframe"), command.argument("template")
        if robot_id is None or not expert or not symbol or timeframe not in PERIODS or not _is_plain(template):
            return Answer(
                "bad_arguments", "attach needs robot_id, expert, symbol, timeframe and a template's file name"
            )
        if self.of_robot(robot_id) is not None or len(self._jobs) >= _JOBS:
            return None
        job = Job(
            id=command.id,
            robot_id=robot_id,
            deployment=command.argument("deployment_id") or "",
            expert=expert,
            symbol=symbol,
            timeframe=timeframe,
            template=str(template),
            since_ms=self._host.tick_ms(),
            patience_ms=int(min(_SYMBOL_MS, (command.not_after_utc_s - self._host.utc()) * 1000)),
        )
        refusal = self._refuse(job)
        if refusal is not None:
            return refusal
        answer = self._step(job)
        if answer is None:
            self._jobs.append(job)
        else:
            self._memory.accounted(job.chart_id)
        return answer

    def clear_away(self, charts: Iterable[int]) -> None:
        """Close what attaches of an earlier life opened and did not live to fill: such charts would add up."""
        for chart_id in charts:
            if self._robots.expert_on(chart_id) == "":
                self._host.close_chart(chart_id)

    def work(self) -> list[tuple[str, Answer]]:
        """Go on with all of them; gives those that ended, by command id."""
        ended = []
        for job in tuple(self._jobs):
            answer = self._step(job)
            if answer is not None:
                self._jobs.remove(job)
                self._memory.accounted(job.chart_id)
                ended.append((job.id, answer))
        return ended

    def of_command(self, command_id: str) -> Job | None:
        """The attach of this command, if it runs."""
        return next((job for job in self._jobs if job.id == command_id), None)

    def of_robot(self, robot_id: int) -> Job | None:
        """The attach of this robot, if one runs."""
        return next((job for job in self._jobs if job.robot_id == robot_id), None)

    def give_up(self, job: Job, code: str, text: str) -> None:
        """End an attach that runs: its chart is closed, and its reply comes when that was seen."""
        if job.failed is None:
            self._fail(job, code, text)

    def _refuse(self, job: Job) -> Answer | None:
        for chart in self._robots.charts_of(job.robot_id):
            result = (
                ("chart_id", str(chart.chart_id)),
                ("expert", chart.expert),
                ("deployment_id", self._robots.ready_deployment(job.robot_id)),
            )
            text = f"robot {job.robot_id} is on a chart of {chart.symbol} as {chart.expert}"
            return Answer("already_attached", text, result)
        if not self._host.symbol_exists(job.symbol):
            return Answer("no_symbol", f"the broker has no symbol {job.symbol}")
        template = decode_chart(self._host.disk.read(str(self._robots.layout.templates / job.template)) or b"")
        if template is None or template.expert is None:
            return Answer("failed", f"template {job.template} is missing or holds no expert")
        if template.expert.path.casefold() != f"experts\\{job.expert}.ex5".casefold():
            return Answer("bad_arguments", f"template {job.template} holds another expert than {job.expert}")
        return None

    def _step(self, job: Job) -> Answer | None:
        if job.failed is None:
            answer = self._go_on(job)
            if answer is not None:
                return answer
        return None if job.failed is None else self._closed(job, job.failed)

    def _go_on(self, job: Job) -> Answer | None:
        if not job.has_symbol:
            answer = self._await_symbol(job)
            if not job.has_symbol:
                return answer
        return self._open(job) if job.chart_id == 0 else self._watch(job)

    def _await_symbol(self, job: Job) -> Answer | None:
        """A terminal begins OnInit when it has the symbol's data, and removes the expert when that takes minutes: until
        then its name on the chart would tell nothing. The reply comes while the command still holds."""
        now = self._host.tick_ms()
        if self._host.symbol_has_data(job.symbol):
            job.has_symbol, job.since_ms = True, now
        elif now - job.since_ms >= job.patience_ms:
            return Answer("no_symbol_data", f"the terminal has no data of {job.symbol} yet")
        return None

    def _open(self, job: Job) -> Answer | None:
        """As soon as nothing holds the robot's lock: one that was just taken off its chart needs a moment."""
        if self._robots.is_locked(job.robot_id):
            if self._host.tick_ms() - job.since_ms >= _ROBOT_LOCK_MS:
                return Answer("locked", f"something else holds the lock of robot {job.robot_id}")
            return None
        if self._closes_left(job.robot_id):
            return None
        if len(self._host.charts()) >= CHARTS_MAX:
            return Answer("chart_limit", "the terminal has as many charts open as it may")
        if not self._robots.forget_ready(job.robot_id):
            return Answer("failed", f"an old READY of robot {job.robot_id} cannot be removed")
        job.chart_id = self._host.open_chart(job.symbol, job.timeframe)
        if job.chart_id == 0:
            return Answer("failed", "the chart could not be opened")
        self._memory.opened(job.chart_id, job.id)
        job.since_ms = self._host.tick_ms()
        if not self._host.apply_template(job.chart_id, f"\\Files\\mt5console\\templates\\{job.template}", self._chart):
            self._fail(job, "failed", "the template was not taken")
        return None

    def _closes_left(self, robot_id: int) -> bool:
        """Close the chart that a robot was on and left without an expert: it is saved again at every exit, and they
        would add up. Whether there is room is asked at the next turn: a chart is closed in the terminal's own time."""
        chart_id = self._memory.chart_of(robot_id)
        if self._robots.expert_on(chart_id) != "":
            return False
        self._memory.left(robot_id)
        self._host.close_chart(chart_id)
        return True

    def _watch(self, job: Job) -> Answer | None:
        now, expert = self._host.tick_ms(), self._robots.expert_on(job.chart_id)
        if expert == job.wanted:
            job.seen_ms = now if job.seen_ms is None else job.seen_ms
            # A robot without the include never says READY: that its expert stays is all there is to see.
            is_ready = bool(job.deployment) and self._robots.ready_deployment(job.robot_id) == job.deployment
            if not is_ready and now - job.seen_ms < _SETTLED_MS:
                return None
            self._memory.attached(job.robot_id, job.chart_id)
            text = f"{job.expert} runs on {job.symbol},{job.timeframe}"
            return Answer(DONE, text, (("chart_id", str(job.chart_id)),))
        if expert:
            self._fail(job, "expert_not_loaded", f"the chart shows {expert} instead of {job.wanted}")
        elif job.seen_ms is not None:
            why = "its OnInit refused, or somebody removed it"
            self._fail(job, "init_failed", f"{job.expert} was loaded and left its chart: {why}")
        elif now - job.since_ms >= _LOAD_MS:
            why = "not indexed, damaged, or refused in OnInit"
            self._fail(job, "expert_not_loaded", f"{job.expert} did not appear on its chart: {why}")
        return None

    def _fail(self, job: Job, code: str, text: str) -> None:
        job.failed = Answer(code, text)
        if job.chart_id != 0:
            self._host.close_chart(job.chart_id)

    def _closed(self, job: Job, failed: Answer) -> Answer | None:
        if job.chart_id == 0:
            return failed
        if self._robots.expert_on(job.chart_id) is not None:
            self._host.close_chart(job.chart_id)
            return None
        return failed._replace(text=f"{failed.text}; its chart is closed")


def _is_plain(name: str | None) -> bool:
    return bool(name) and not any(mark in str(name) for mark in ("/", "\\", "..", ":"))
