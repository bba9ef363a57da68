"""The open charts of a terminal and the experts on them: opened, loaded, removed, with the journal's lines.

Must not know: processes, accounts, what a program does inside.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

from mt5console.core.terminal.layout import robot_of_expert
from mt5console.simulation.binary import INIT_SUCCEEDED, SimulatedBinary, read_binary
from mt5console.simulation.chartfile import TRADE_ALLOWED, ChartFile, ExpertBlock
from mt5console.simulation.clock import TerminalClock
from mt5console.simulation.journal import ERROR, Journal
from mt5console.simulation.programs import HOME_INPUT, ApplyEnd, ChartOfProgram, Deinit, HearsTicks, Program

CHARTS_MAX = 100
_EARLY_S = 0.01
_FADES_S = 0.3
"""How long a chart shows an expert whose OnInit refused: OnInit runs while its name is there already."""


@dataclass(slots=True)
class Running:
    """One expert on a chart. `due_s`: its next timer event (monotonic), `period_s` after the one before; `is_frozen`: a
    fault took its events away."""

    block: ExpertBlock
    seen: ChartOfProgram
    program: Program
    due_s: float = math.inf
    period_s: float = math.inf
    hears_ticks: bool = False
    is_frozen: bool = False


class Waiting(NamedTuple):
    """An expert that is loaded, and whose OnInit waits for its symbol's data. `until_s`: then it is given up."""

    block: ExpertBlock
    seen: ChartOfProgram
    binary: SimulatedBinary
    until_s: float


class Synchronisation(NamedTuple):
    """Whether symbols have data, and how long an expert waits for it (0: OnInit is called without)."""

    has_data: Callable[[], bool] = lambda: True
    wait_s: float = 0.0


@dataclass(slots=True)
class Chart:
    """One open chart. A passing one ([StartUp]) is never saved."""

    chart_id: int
    symbol: str
    timeframe: str
    is_passing: bool = False
    running: Running | None = None
    waiting: Waiting | None = None
    fading: str = ""
    fades_at_s: float = 0.0

    @property
    def expert(self) -> str:
        """The expert's name, empty when there is none; one that just refused to start is shown for a moment more."""
        return self.fading if self.block is None else self.block.name

    @property
    def block(self) -> ExpertBlock | None:
        """The expert as a template holds it, also of one that waits for data."""
        held = self.running or self.waiting
        return None if held is None else held.block

    @property
    def may_trade(self) -> bool:
        """Bit 0 of the expert's mode on this chart."""
        return self.running is not None and bool(self.running.block.mode & TRADE_ALLOWED)


class Charts:
    """All open charts, in the order of opening. `make` builds the program of a binary for a chart."""

    def __init__(
        self,
        experts: Path,
        journal: Journal,
        make: Callable[[ChartOfProgram, SimulatedBinary], Program | None],
        clock: TerminalClock | None = None,
        synchronisation: Synchronisation | None = None,
    ) -> None:
        self._clock = clock or TerminalClock()
        self._sync = synchronisation or Synchronisation()
        self._experts = experts
        self._journal = journal
        self._make = make
        self._known: dict[str, str] = {}
        self._next_id = int(self._clock.utc() * 1e6)
        self._latest: dict[int, ExpertBlock] = {}
        self._queued: list[tuple[Chart, ExpertBlock | None, bool]] = []
        self.open_charts: list[Chart] = []
        self.older_versions: dict[int, ExpertBlock] = {}

    def index_experts(self) -> None:
        """Remember which .ex5 files there are: later ones cannot be attached before the next start."""
        for folder, _, names in os.walk(self._experts):
            for name in names:
                if name.lower().endswith(".ex5"):
                    relative = os.path.relpath(os.path.join(folder, name), self._experts)
                    self._known[relative[:-4].replace(os.sep, "\\").casefold()] = relative

    def known_file(self, expert: str) -> str | None:
        """The file under MQL5/Experts of `Folder\\Name`, None when it was not there at the start."""
        return self._known.get(expert.replace("/", "\\").removesuffix(".ex5").casefold())

    def by_id(self, chart_id: int) -> Chart | None:
        """The open chart of this id."""
        return next((chart for chart in self.open_charts if chart.chart_id == chart_id), None)

    def open(self, symbol: str, timeframe: str, *, chart_id: int = 0, is_passing: bool = False) -> Chart | None:
        """Open a chart; None when as many are open as may be."""
        if len(self.open_charts) >= CHARTS_MAX:
            return None
        if chart_id <= 0 or self.by_id(chart_id) is not None:
            self._next_id += 1
            chart_id = self._next_id
        chart = Chart(chart_id=chart_id, symbol=symbol, timeframe=timeframe, is_passing=is_passing)
        self.open_charts.append(chart)
        return chart

    def close(self, chart_id: int) -> bool:
        """Close a chart and end its expert; False when there is none."""
        chart = self.by_id(chart_id)
        if chart is None:
            return False
        self.remove_expert(chart, Deinit.CHART_CLOSE)
        self.open_charts.remove(chart)
        return True

    def apply(self, chart: Chart, block: ExpertBlock | None, may_trade: bool = True) -> ApplyEnd:
        """Put an expert on a chart, as a template or a saved chart says; the one before it goes first.

        `may_trade`: whether the caller has the permission to trade; without it the new expert has none either.
        """
        self.remove_expert(chart, Deinit.TEMPLATE)
        if block is None:
            return ApplyEnd.NO_TEMPLATE
        relative = self.known_file(block.path.replace("/", "\\").removeprefix("Experts\\"))
        if relative is None:
            return ApplyEnd.NO_EXPERT
        binary = read_binary(self._experts / relative)
        if binary is None:
            return ApplyEnd.NOT_LOADED
        given = dict(block.inputs)
        name = Path(relative).stem
        mode = block.mode if may_trade else block.mode & ~TRADE_ALLOWED
        path = "Experts\\" + relative.replace(os.sep, "\\")
        # Inputs that the program does not declare are ignored when it loads, and gone when the chart is saved.
        declared = _declared(binary)
        kept = tuple((key, given[key]) for key, _ in declared if key in given)
        seen = ChartOfProgram(
            chart_id=chart.chart_id,
            symbol=chart.symbol,
            timeframe=chart.timeframe,
            expert=name,
            inputs=tuple((key, given.get(key, default)) for key, default in declared),
            given=frozenset(key for key, _ in kept),
        )
        return self._load(chart, ExpertBlock(name=name, path=path, mode=mode, inputs=kept), seen, binary)

    def queue(self, chart: Chart, block: ExpertBlock | None, may_trade: bool) -> None:
        """What `apply` does, at the charts' next turn: a template is worked off by its chart, not by who applies it."""
        self._queued.append((chart, block, may_trade))

    def remove_expert(self, chart: Chart, reason: Deinit) -> None:
        """End the chart's expert, if it has one."""
        chart.fading = ""
        if chart.waiting is not None:
            self._journal.write("Experts", f"expert {title(chart.waiting.seen)} removed")
            chart.waiting = None
        running = chart.running
        if running is None:
            return
        running.program.on_deinit(reason)
        chart.running = None
        self._journal.write("Experts", f"expert {title(running.seen)} removed")

    def reload(self, chart: Chart, reason: Deinit) -> None:
        """Remove and load the same expert again, as an account change does."""
        running = chart.running
        if running is not None:
            self.remove_expert(chart, reason)
            self.apply(chart, running.block)

    def set_timeframe(self, chart: Chart, timeframe: str) -> None:
        """A person presses another timeframe: the expert initialises again, of which the journal says nothing."""
        running, chart.timeframe = chart.running, timeframe
        if running is None:
            return
        running.program.on_deinit(Deinit.CHART_CHANGE)
        chart.running = None
        seen = running.seen._replace(timeframe=timeframe)
        relative = self.known_file(running.block.path.removeprefix("Experts\\"))
        binary = None if relative is None else read_binary(self._experts / relative)
        program = None if binary is None else self._make(seen, binary)
        if program is None:
            return
        chart.running = Running(running.block, seen, program, hears_ticks=isinstance(program, HearsTicks))
        if program.on_init() == INIT_SUCCEEDED:
            self._start_timer(chart.running)
        else:
            self.remove_expert(chart, Deinit.INIT_FAILED)

    def fire_timers(self) -> None:
        """Work off what was queued, then send every expert whose time has come its timer event; what was missed is
        missed, nothing is stacked."""
        now = self._clock.mono()
        self._work_off(now)
        for chart in tuple(self.open_charts):
            if chart.waiting is not None:
                self._await_data(chart, chart.waiting, now)
            running = chart.running
            if running is None or running.is_frozen:
                continue
            if running.period_s != running.program.period_s:
                self._start_timer(running)
            if now + _EARLY_S >= running.due_s:
                running.due_s = max(running.due_s + running.period_s, now)
                running.program.on_timer()

    def fire_ticks(self) -> None:
        """Let every expert that hears ticks hear those that came since the last look."""
        for chart in tuple(self.open_charts):
            running = chart.running
            if running is not None and running.hears_ticks and not running.is_frozen:
                cast("HearsTicks", running.program).on_ticks()

    def _work_off(self, now: float) -> None:
        for chart in self.open_charts:
            if chart.fading and now >= chart.fades_at_s:
                chart.fading = ""
        queued, self._queued = self._queued, []
        for chart, block, may_trade in queued:
            if chart not in self.open_charts:
                continue
            if self.apply(chart, block, may_trade) is ApplyEnd.INIT_FAILED and block is not None:
                chart.fading = block.path.rsplit("\\", 1)[-1].removesuffix(".ex5")
                chart.fades_at_s = now + _FADES_S

    def _start_timer(self, running: Running) -> None:
        """A program's timer begins with the period that it was set to."""
        running.period_s = running.program.period_s
        running.due_s = self._clock.mono() + running.period_s

    def as_file(self, chart: Chart) -> ChartFile:
        """What a clean exit saves of a chart."""
        return ChartFile(chart_id=chart.chart_id, symbol=chart.symbol, timeframe=chart.timeframe, expert=chart.block)

    def _load(self, chart: Chart, block: ExpertBlock, seen: ChartOfProgram, binary: SimulatedBinary) -> ApplyEnd:
        if self._sync.wait_s > 0 and not self._sync.has_data():
            self._journal.write("Experts", f"expert {title(seen)} loaded successfully")
            chart.waiting = Waiting(block, seen, binary, self._clock.mono() + self._sync.wait_s)
            return ApplyEnd.RUNNING
        program = self._make(seen, binary)
        self._journal.write("Experts", f"expert {title(seen)} loaded successfully")
        return self._begin(chart, block, seen, program)

    def _await_data(self, chart: Chart, waiting: Waiting, now: float) -> None:
        """OnInit once the symbol has data; after too long the expert is given up."""
        if self._sync.has_data():
            chart.waiting = None
            self._begin(chart, waiting.block, waiting.seen, self._make(waiting.seen, waiting.binary))
        elif now >= waiting.until_s:
            words = f"initializing of {title(waiting.seen)} failed with code 0 (symbol synchronization timeout)"
            self._journal.write("Experts", words, ERROR)
            self.remove_expert(chart, Deinit.INIT_FAILED)

    def _begin(self, chart: Chart, block: ExpertBlock, seen: ChartOfProgram, program: Program | None) -> ApplyEnd:
        code = 1
        if program is not None:
            running = Running(block, seen, program, hears_ticks=isinstance(program, HearsTicks))
            chart.running = running
            code = program.on_init()
            self._start_timer(running)
        if code == INIT_SUCCEEDED:
            self._remember_version(block)
            return ApplyEnd.RUNNING
        self._journal.write("Experts", f"initializing of {title(seen)} failed with code {code}", ERROR)
        if program is not None:
            program.on_deinit(Deinit.INIT_FAILED)
        chart.running = None
        self._journal.write("Experts", f"expert {title(seen)} removed")
        return ApplyEnd.INIT_FAILED

    def _remember_version(self, block: ExpertBlock) -> None:
        robot = robot_of_expert(block.name)
        if robot is None:
            return
        latest = self._latest.get(robot[0])
        if latest is not None and latest.inputs != block.inputs:
            self.older_versions[robot[0]] = latest
        self._latest[robot[0]] = block


def _declared(binary: SimulatedBinary) -> tuple[tuple[str, str], ...]:
    """The binary's inputs and their defaults; an agent always has the one that tells it that it is at home."""
    if binary.role != "agent" or HOME_INPUT in dict(binary.inputs):
        return binary.inputs
    return (*binary.inputs, (HOME_INPUT, "false"))


def title(seen: ChartOfProgram) -> str:
    """How the journal names an expert: `Robot_1_a (EURUSD,H1)`."""
    return f"{seen.expert} ({seen.symbol},{seen.timeframe})"
