"""Acts on a terminal's process: start, close, kill, log in again, wipe its ini, press its algo button.

Money safety at the edge: the process table is looked at right before a start; a process is ended only when it still
is the one that was decided about. Must not know: why an act was decided.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError, NotFound
from mt5console.core.isolation.mql5_installation import Mql5Installation
from mt5console.core.model.commands import (
    CloseTerminal,
    KillTerminal,
    LogInAgain,
    PressAlgoButton,
    ReattachProbe,
    SetStopLatch,
    StartTerminal,
    WipeStartIni,
)
from mt5console.core.model.facts import Fact, LoginFinished, ProcessSeen, StartRemarked, TerminalSpawned
from mt5console.core.model.ids import Account, Timeframe, UserId
from mt5console.core.ports import Platform, ProcessRef
from mt5console.core.terminal.common_ini import keep_algo
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.terminal.profile import prune_profile
from mt5console.core.terminal.start_ini import start_ini_bytes
from mt5console.core.terminal.stop_latch import write_stop_latch
from mt5console.runtime.process_collector import ProcessCollector
from mt5console.runtime.targets import Target, Targets

log = logging.getLogger(__name__)

AGENT_TIMEFRAME = Timeframe.H1


class TerminalActs:
    """Each method carries out one command; raises ConsoleError when it cannot. Runs in: lanes."""

    def __init__(
        self,
        platform: Platform,
        targets: Targets,
        processes: ProcessCollector,
        password_of: Callable[[UserId], Secret | None],
        post: Callable[[Fact], None],
        login_deadline_s: float,
        programs: Mql5Installation,
        agent_symbol_of: Callable[[UserId], str],
    ) -> None:
        self._platform = platform
        self._agent_symbol_of = agent_symbol_of
        self._programs = programs
        self._targets = targets
        self._processes = processes
        self._password_of = password_of
        self._post = post
        self._login_deadline_s = login_deadline_s

    def _target(self, user_id: UserId) -> Target:
        target = self._targets.get(user_id)
        if target is None:
            raise NotFound("unknown_user", f"user {user_id} is not watched any more")
        return target

    def start(self, command: StartTerminal) -> None:
        """Start the terminal, unless one runs from the directory already: then that one is reported, none started."""
        target = self._target(command.user_id)
        running = self._platform.processes.find(target.executable)
        if running:
            self._processes.take(target, running[0])
            ref = running[0]
            self._post(ProcessSeen(user_id=command.user_id, pid=ref.pid, started_utc_s=ref.created_utc_s, adopted=True))
            return
        password = self._password_of(command.user_id)
        if password is None:
            raise _no_secret(command.user_id, command.account)
        layout = target.layout
        self._programs.bring_up(layout)
        prune_profile(layout.charts_profile, frozenset(command.keep_experts), self._platform.files)
        self._keep_algo(command, layout)
        symbol = self._agent_symbol_of(command.user_id)
        ini = start_ini_bytes(
            command.account, password, agent_symbol=symbol, agent_timeframe=AGENT_TIMEFRAME, algo=command.algo
        )
        self._platform.files.write_atomic(layout.start_ini, ini, private=True)
        try:
            ref = self._platform.processes.spawn(
                target.executable, ("/portable", f"/config:{layout.start_ini}"), layout.root
            )
        except BaseException:
            # Whatever broke: no process will read it, and it holds the password.
            self._platform.files.wipe(layout.start_ini)
            raise
        self._processes.take(target, ref)
        self._post(
            TerminalSpawned(
                user_id=command.user_id, act_id=command.act_id, pid=ref.pid, started_utc_s=ref.created_utc_s
            )
        )

    def _keep_algo(self, command: StartTerminal, layout: TerminalLayout) -> None:
        """A start that is not ours, as after a LiveUpdate, finds algo trading the same; that it will not is told."""
        try:
            keep_algo(layout, self._platform.files, on=command.algo)
        except (ConsoleError, OSError) as error:
            why = error.text if isinstance(error, ConsoleError) else str(error.strerror or error)
            text = f"its common.ini could not be told whether algo trading is on: {why}"
            self._post(StartRemarked(user_id=command.user_id, act_id=command.act_id, text=text))

    def _process(self, user_id: UserId, pid: int) -> ProcessRef:
        """The watched process, if it still is the one that was decided about."""
        process = self._target(user_id).process
        if process is None or process.pid != pid:
            raise NotFound("process_gone", f"process {pid} of user {user_id} is not the watched one any more")
        return process

    def close(self, command: CloseTerminal) -> str:
        """Ask it to close; its end is seen by its watcher."""
        asked = self._platform.processes.request_close(self._process(command.user_id, command.pid))
        if not asked:
            raise ConsoleError("not_asked", f"process {command.pid} could not be asked to close")
        return f"process {command.pid} was asked to close"

    def kill(self, command: KillTerminal) -> str:
        """End it now; its end is seen by its watcher."""
        killed = self._platform.processes.kill(self._process(command.user_id, command.pid))
        return f"process {command.pid} was ended" if killed else f"process {command.pid} was gone already"

    def wipe(self, command: WipeStartIni) -> str:
        """Zero and remove the start ini."""
        self._platform.files.wipe(self._target(command.user_id).layout.start_ini)
        return f"start ini wiped: {command.reason}"

    def press_algo(self, command: PressAlgoButton) -> str:
        """Toggle the algo switch; the agent's next status shows what came of it."""
        pressed = self._platform.processes.press_algo_button(self._process(command.user_id, command.pid))
        if not pressed:
            raise ConsoleError(
                "cannot_press", "press Algo Trading in the terminal's toolbar: it cannot be pressed from here"
            )
        return "the algo-trading button was pressed"

    def latch(self, command: SetStopLatch) -> str:
        """Write or remove the stop latch."""
        layout = self._target(command.user_id).layout
        if command.latched:
            write_stop_latch(layout, self._platform.files)
            return "stop latch written"
        self._platform.files.remove(layout.stop_latch)
        return "stop latch removed"

    def reattach(self, command: ReattachProbe) -> str:
        """Kill the probe; the next round attaches anew."""
        self._platform.probes.drop(self._target(command.user_id).executable)
        return "the probe was dropped; the next poll attaches anew"

    def log_in(self, command: LogInAgain) -> None:
        """Log in over IPC with the password from the keyring."""
        target = self._target(command.user_id)
        password = self._password_of(command.user_id)
        if password is None:
            raise _no_secret(command.user_id, command.account)
        result = self._platform.probes.login(target.executable, command.account, password, self._login_deadline_s)
        self._post(
            LoginFinished(
                user_id=command.user_id,
                act_id=command.act_id,
                ok=result.answer is not None,
                problem=result.problem,
                text=result.text,
            )
        )


def _no_secret(user_id: UserId, account: Account) -> ConsoleError:
    how = f"`mt5console user password {user_id} --password-stdin`"
    return ConsoleError("no_secret", f"the keyring holds no password for {account}: store it with {how}")
