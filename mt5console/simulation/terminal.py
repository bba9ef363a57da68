"""The simulated terminal's process: started as a real one is, it lives, saves and dies as a real one does.

One loop at ten turns a second does everything; only the wire's threads run beside it. Imports nothing but the standard
library and this package's light modules, so that a hundred of them run on one small machine. Must not know: the engine.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mt5console.core.terminal.layout import TerminalLayout, robot_of_expert
from mt5console.core.terminal.protocol import DEPLOYMENT_INPUT, decode_heartbeat
from mt5console.simulation.answers import TerminalAnswers
from mt5console.simulation.binary import INIT_FAILED, SimulatedBinary
from mt5console.simulation.broker import COMPANY, broker_of
from mt5console.simulation.chartfile import PERIODS, TRADE_ALLOWED, ExpertBlock
from mt5console.simulation.charts import Chart, Charts, Synchronisation
from mt5console.simulation.disk import Disk
from mt5console.simulation.fault_acts import FaultActs
from mt5console.simulation.host import TerminalHost
from mt5console.simulation.journal import ERROR, Journal
from mt5console.simulation.live_update import begin_update, installed_build, instance_lock
from mt5console.simulation.loading import ProgramLoader
from mt5console.simulation.locks import try_lock
from mt5console.simulation.market import Market
from mt5console.simulation.profile import load_profile, save_profile
from mt5console.simulation.programs import ChartOfProgram, Deinit, Program
from mt5console.simulation.session import ACCOUNT_CHANGED, AccountSession, Login
from mt5console.simulation.settings import load_settings, native_folder
from mt5console.simulation.startup import StartExpert, keep_token, read_start, save_common
from mt5console.simulation.wire import WireServer

_TURN_S = 0.1
_FAULTS_EVERY = 2


class Terminal:
    """One terminal over one directory. The instance lock is held by the caller."""

    def __init__(self, executable: Path, arguments: Sequence[str]) -> None:
        directory = executable.parent
        base = directory.parent
        settings = load_settings(base)
        self._layout = TerminalLayout(directory)
        self._accounts_path = str(self._layout.config / "accounts.dat")
        self._common_path = str(self._layout.common_ini)
        self.profile_folder = str(self._layout.charts_profile)
        self.disk = Disk()
        self.broker = broker_of(base)
        self.journal = Journal(self.disk, str(self._layout.journals))
        self.session = AccountSession(self.broker, self.journal, settings.login_delay_s, self._authorised)
        self.market = Market(self.broker, lambda: self.session.connected)
        self.host = TerminalHost(
            layout=self._layout,
            disk=self.disk,
            broker=self.broker,
            session=self.session,
            market=self.market,
            experts_log=Journal(self.disk, str(self._layout.experts_logs)),
            build=installed_build(self.disk, str(directory), settings.build),
        )
        data = Synchronisation(lambda: self.session.is_in, settings.sync_wait_s)
        self.charts = Charts(self._layout.experts, self.journal, self._program, synchronisation=data)
        self.host.charts_table = self.charts
        self._loader = ProgramLoader(self.host, native_folder(base))
        self.is_frozen = False
        self.is_hanging = False
        self._is_closing = False
        self._is_up = False
        self._faults = FaultActs(self, base, _user_of(directory))
        self._start = read_start(arguments, self.disk, str(directory), self._common_path, self._accounts_path)
        self.host.algo_is_on = self._start.algo_is_on
        self._algo_was_switched = False
        self._wire = WireServer(executable, TerminalAnswers(self))
        self._wake, self._woken = socket.socketpair()

    def run(self) -> int:
        """Live until closed; gives the exit code."""
        self._listen_to_signals()
        self._faults.look(time.time())
        self._first_lines()
        self._wire.start()
        turn = 0
        up_at = time.monotonic() + self._faults.slow_start_s(time.time())
        while not self._is_closing:
            began = time.monotonic()
            if self.is_frozen:
                self._rest(_TURN_S * 10)
                continue
            turn += 1
            if turn % _FAULTS_EVERY == 0:
                self._faults.look(time.time())
                self._faults.happen()
            if not self._is_up and began >= up_at:
                self._come_up()
            if self._is_up and not self.is_frozen:
                self.session.step(began, self._faults.outside(time.time()))
                self.charts.fire_ticks()
                self.charts.fire_timers()
            if not self._is_closing:
                self._rest(_TURN_S - (time.monotonic() - began))
        self._close()
        return 0

    def switch_algo(self, is_on: bool) -> None:
        """The toolbar's button."""
        if self.host.algo_is_on != is_on:
            self.host.algo_is_on = is_on
            self._algo_was_switched = True
            self._algo_line()

    def update_live(self) -> None:
        """Begin a LiveUpdate; this process closes cleanly, the updater starts the next one."""
        try:
            begin_update(self.host.data_path, self.host.build, self.journal)
        except OSError as error:
            self.journal.write("LiveUpdate", f"download 'MT5CLWIDE64' failed ({error.strerror})", ERROR)
            return
        self._is_closing = True

    def _listen_to_signals(self) -> None:
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        signal.set_wakeup_fd(self._woken.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, lambda *_: self._asked_to_close())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Where there is no window to click, this signal is the click on the algo button; a window sends SIGBREAK.
        press = getattr(signal, "SIGUSR1", None) or getattr(signal, "SIGBREAK", None)
        if press is not None:
            signal.signal(press, lambda *_: None if self.is_frozen else self.switch_algo(not self.host.algo_is_on))

    def _asked_to_close(self) -> None:
        if not self.is_frozen:
            self._is_closing = True

    def _first_lines(self) -> None:
        write = self.journal.write
        write("Terminal", f"MetaTrader 5 x64 build {self.host.build} started for {COMPANY}")
        hours = -time.timezone // 3600
        write("Terminal", f"simulated, {os.cpu_count()} x CPU, GMT{hours:+d}")
        write("Terminal", self.host.data_path)
        start = self._start
        if start.config is not None and start.config_is_read:
            write("Startup", f'successfully initialized from start config "{start.config}"')
            write("Terminal", f"launched with {start.config}")
        elif start.config is not None:
            write("Startup", f'cannot load config "{start.config}" at start', ERROR)

    def _come_up(self) -> None:
        """Charts and experts first, the login after them, as in every journal."""
        self._is_up = True
        self._faults.lose_profile_at_start()
        self.charts.index_experts()
        self.host.variables.load(self.disk, str(self._layout.root / "bases" / "gvariables.dat"), time.time())
        for saved in load_profile(self.disk, self.profile_folder):
            chart = self.charts.open(saved.symbol, saved.timeframe, chart_id=saved.chart_id)
            if chart is not None and saved.expert is not None:
                self.charts.apply(chart, saved.expert)
        if self._start.expert is not None:
            self._start_expert(self._start.expert)
        self._algo_line()
        start = self._start
        if start.login and start.server and start.secret:
            wish = Login(login=start.login, server=start.server, secret=start.secret, is_token=start.is_token)
            self.session.request(wish)

    def _start_expert(self, wanted: StartExpert) -> None:
        if wanted.symbol:
            known = self.broker.symbol(wanted.symbol) is not None
            timeframe = wanted.timeframe if wanted.timeframe in PERIODS else "H1"
            chart = self.charts.open(wanted.symbol, timeframe, is_passing=True) if known else None
        else:
            chart = next(iter(self.charts.open_charts), None)
        if chart is None:
            return
        mode = TRADE_ALLOWED if self._start.may_trade else 0
        self.charts.apply(chart, ExpertBlock(name="", path=f"Experts\\{wanted.expert}.ex5", mode=mode))

    def _program(self, seen: ChartOfProgram, binary: SimulatedBinary) -> Program | None:
        robot = robot_of_expert(seen.expert)
        if robot is not None and self._faults.init_fails(robot[0]) and not self._has_beaten(robot[0], seen):
            # The version that is to fail is played: what a compiled one answers is its own matter.
            binary = replace(binary, init_result=INIT_FAILED, native=None)
        return self._loader.load(seen, binary)

    def _has_beaten(self, robot_id: int, seen: ChartOfProgram) -> bool:
        """Whether this very version was the last to beat: a failing OnInit is a new version's, the one before it is
        as good as ever."""
        try:
            beat = decode_heartbeat(self._layout.heartbeat(robot_id).read_bytes())
        except OSError:
            return False
        return beat is not None and beat.deployment_id == seen.input(DEPLOYMENT_INPUT)

    def _authorised(self, login: Login, changed: bool) -> None:
        if login.by_wire and self._start.off_at_account_change and self.host.algo_is_on:
            self.host.algo_is_on = False
            self._algo_was_switched = True
            self.journal.write("Experts", *ACCOUNT_CHANGED)
        if changed:
            for chart in tuple(self.charts.open_charts):
                self.charts.reload(chart, Deinit.ACCOUNT)
        if self._start.keeps_private and not login.is_token:
            token = self.broker.issue_token(login.login, login.server)
            if token:
                self._attempt(lambda: keep_token(self.disk, self._accounts_path, login.login, login.server, token))

    def _algo_line(self) -> None:
        word = "enabled" if self.host.algo_is_on else "disabled"
        self.journal.write("Experts", f"automated trading is {word}")

    def _rest(self, seconds: float) -> None:
        if seconds <= 0:
            return
        ready, _, _ = select.select([self._wake], [], [], seconds)
        if ready:
            self._wake.recv(64)

    def _close(self) -> None:
        """A clean exit: only here are profile, common.ini and globals saved."""
        saved = [self.charts.as_file(chart) for chart in self.charts.open_charts if not chart.is_passing]
        self._end_experts(self.charts.open_charts)
        if self.session.connected:
            self.journal.write("Network", f"'{self.session.login}': disconnected from {self.session.server}")
        if self._is_up:
            self._attempt(lambda: save_profile(self.disk, self.profile_folder, saved))
            self._attempt(self._save_common)
            self._attempt(self.host.flush_globals)
        for text in ("exit with code 0", "stopped with 0", "shutdown with 0"):
            self.journal.write("Terminal", text)
        self._wire.stop()

    def _end_experts(self, charts: Sequence[Chart]) -> None:
        for chart in tuple(charts):
            self.charts.remove_expert(chart, Deinit.CLOSE)

    def _save_common(self) -> None:
        login, server = self.session.configured or (self._start.login, self._start.server)
        save_common(
            self.disk,
            self._common_path,
            login=login,
            server=server,
            algo_is_on=self.host.algo_is_on if self._algo_was_switched else None,
        )

    def _attempt(self, write: Callable[[], object]) -> None:
        """A full disk loses what was to be saved, and the terminal closes all the same."""
        try:
            write()
        except OSError as error:
            self.journal.write("Terminal", f"cannot save: {error.strerror}", ERROR)


def main(argv: Sequence[str]) -> int:
    """The process: `argv[0]` is the terminal's executable. Gives the exit code."""
    executable = Path(os.path.abspath(argv[0]))
    directory = str(executable.parent)
    try:
        os.makedirs(os.path.join(directory, "config"), exist_ok=True)
        held = try_lock(instance_lock(directory))
        if held is None:
            journal = Journal(Disk(), str(TerminalLayout(executable.parent).journals))
            journal.write("Terminal", "terminal process already started", ERROR)
            journal.write("Terminal", "exit with code 0")
            return 0
        code = Terminal(executable, argv[1:]).run()
        held.release()
    except Exception:  # noqa: BLE001 - the process's last word: a defect must leave a trace, streams lead nowhere
        import traceback

        Path(directory, "simulation-defect.txt").write_text(traceback.format_exc(), encoding="utf-8")
        return 70
    # Serving threads may sit in a blocking read: nothing is left to be finished for them.
    os._exit(code)


def _user_of(directory: Path) -> int | None:
    """The user whose terminal this is, by the directory's name; None for a directory of another name."""
    number = directory.name.removeprefix("user_")
    return int(number) if number.isdecimal() and directory.name == f"user_{number}" else None
