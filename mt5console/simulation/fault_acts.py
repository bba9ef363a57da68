"""How a terminal carries its injected faults out: lasting ones as conditions, the others as events.

Must not know: who injected a fault, or what anybody does about it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from mt5console.core.terminal.layout import robot_of_expert
from mt5console.core.terminal.protocol import DEPLOYMENT_INPUT
from mt5console.simulation.chartfile import ChartFile
from mt5console.simulation.charts import Chart, Charts
from mt5console.simulation.disk import Disk
from mt5console.simulation.faults import AGENT, NO_FAULTS, ONCE, Fault, FaultBook, fault_file, read_faults, take
from mt5console.simulation.market import Market
from mt5console.simulation.profile import lose_profile, save_profile
from mt5console.simulation.programs import Deinit
from mt5console.simulation.session import AccountSession, Outside

_NOTHING = Outside()


class Afflicted(Protocol):
    """What faults need of a terminal. `is_frozen`: it does nothing any more; `is_hanging`: only its wire does not."""

    charts: Charts
    session: AccountSession
    market: Market
    disk: Disk
    profile_folder: str
    is_frozen: bool
    is_hanging: bool

    def switch_algo(self, is_on: bool) -> None:
        """The toolbar's button."""
        ...

    def update_live(self) -> None:
        """Begin a LiveUpdate and close."""
        ...


class FaultActs:
    """Looks at the user's fault file by its stamp and lets happen what can happen now. Without a user, no faults."""

    def __init__(self, terminal: Afflicted, base: Path, user_id: int | None) -> None:
        self._terminal = terminal
        self._base = base
        self._user_id = user_id
        self._file = fault_file(base, user_id or 0)
        self._path = str(self._file)
        self._stamp: tuple[int, int] | None = None
        self._book = NO_FAULTS
        self._clears: int | None = None
        self._acts: dict[str, Callable[[Fault], Callable[[], None] | None]] = {
            "crash": lambda _: _die,
            "freeze": lambda _: self._freeze,
            "ipc-hang": lambda _: self._hang,
            "logout": lambda _: terminal.session.log_out if terminal.session.is_in else None,
            "algo-off": lambda _: lambda: terminal.switch_algo(False),
            "robot-stop": self._stopping,
            "robot-freeze": self._freezing,
            "robot-moved": self._moving,
            "live-update": lambda _: terminal.update_live,
            "profile-loss": lambda _: self._lose_profile_and_die,
            "profile-stale": lambda _: self._save_stale_profile_and_die,
        }

    @property
    def book(self) -> FaultBook:
        """The faults as they were last seen."""
        return self._book

    def look(self, utc_s: float) -> None:
        """Read the file if it changed, and set the lasting conditions."""
        if self._user_id is None:
            return
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._stamp = stamp
            self._book = read_faults(self._file)
            self._heal_when_cleared()
        if stamp is None:
            return
        terminal = self._terminal
        terminal.disk.is_full = self._book.lasting("disk-full", utc_s) is not None
        terminal.market.closed = {
            fault.argument or "": fault.injected_utc_s for fault in self._book.faults if fault.name == "market-closed"
        }

    def happen(self) -> None:
        """Let the faults happen whose time has come; each is taken out of the file before it happens."""
        for fault in self._book.faults:
            act = self._acts[fault.name](fault) if fault.name in ONCE else None
            if act is not None and self._user_id is not None and take(self._base, self._user_id, fault.id):
                act()

    def lose_profile_at_start(self) -> None:
        """A profile that was lost while nothing ran is gone now."""
        for fault in self._book.faults:
            if fault.name == "profile-loss" and self._user_id is not None:
                take(self._base, self._user_id, fault.id)
                lose_profile(self._terminal.disk, self._terminal.profile_folder)

    def outside(self, utc_s: float) -> Outside:
        """What the session meets now."""
        if not self._book.faults:
            return _NOTHING
        account = self._terminal.session.account
        wrong = self._book.lasting("wrong-account", utc_s)
        shown = None
        if wrong is not None and account is not None:
            shown = int(wrong.argument) if wrong.argument else account.login + 1
        return Outside(
            link_is_up=self._book.lasting("disconnect", utc_s) is None,
            refuses=self._book.lasting("auth-fail", utc_s) is not None,
            shown_login=shown,
        )

    def slow_start_s(self, utc_s: float) -> float:
        """How long this start takes before agent and login come."""
        fault = self._book.lasting("slow-start", utc_s)
        return float(fault.argument) if fault is not None and fault.argument else 0.0

    def init_fails(self, robot_id: int) -> bool:
        """Whether a fault makes the OnInit of this robot's new versions fail."""
        return any(f.name == "robot-init-fail" and f.argument == str(robot_id) for f in self._book.faults)

    def _heal_when_cleared(self) -> None:
        if self._clears is not None and self._book.clears != self._clears:
            self._terminal.is_hanging = False
        self._clears = self._book.clears

    def _freeze(self) -> None:
        self._terminal.is_frozen = True

    def _hang(self) -> None:
        self._terminal.is_hanging = True

    def _stopping(self, fault: Fault) -> Callable[[], None] | None:
        chart = self._chart_of(fault)
        return None if chart is None else lambda: self._terminal.charts.remove_expert(chart, Deinit.REMOVE)

    def _freezing(self, fault: Fault) -> Callable[[], None] | None:
        chart = self._chart_of(fault)
        running = None if chart is None else chart.running
        if running is None:
            return None

        def freeze() -> None:
            running.is_frozen = True

        return freeze

    def _moving(self, fault: Fault) -> Callable[[], None] | None:
        chart = self._chart_of(fault)
        if chart is None:
            return None
        other = "M5" if chart.timeframe != "M5" else "H1"
        return lambda: self._terminal.charts.set_timeframe(chart, other)

    def _chart_of(self, fault: Fault) -> Chart | None:
        for chart in self._terminal.charts.open_charts:
            robot = robot_of_expert(chart.expert)
            is_agent = fault.argument == AGENT and chart.expert == "Agent"
            if is_agent or (robot is not None and str(robot[0]) == fault.argument):
                return chart
        return None

    def _lose_profile_and_die(self) -> None:
        lose_profile(self._terminal.disk, self._terminal.profile_folder)
        _die()

    def _save_stale_profile_and_die(self) -> None:
        charts = self._terminal.charts
        saved = [self._older(charts.as_file(chart)) for chart in charts.open_charts if not chart.is_passing]
        try:
            save_profile(self._terminal.disk, self._terminal.profile_folder, saved)
        finally:
            _die()

    def _older(self, chart: ChartFile) -> ChartFile:
        """The chart with the version before its robot's present one; an invented one when there was only one."""
        robot = None if chart.expert is None else robot_of_expert(chart.expert.name)
        if chart.expert is None or robot is None:
            return chart
        older = self._terminal.charts.older_versions.get(robot[0])
        if older is None:
            inputs = tuple(
                (name, f"before-{value}" if name == DEPLOYMENT_INPUT else value) for name, value in chart.expert.inputs
            )
            older = chart.expert._replace(inputs=inputs)
        return chart._replace(expert=older)


def _die() -> None:
    """As a crash does: nothing is written, nothing is closed."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
