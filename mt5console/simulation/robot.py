"""A simulated robot: the Mt5Console include in Python (READY, beats, desired.json, stop latch), or the seed's only.

What decides here is what the include decides; it trades nothing. Must not know: the agent, the journal, the broker.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from mt5console.core.model.desired import Permit
from mt5console.core.model.ids import DeploymentId, RobotId
from mt5console.core.model.observed import Entries, Heartbeat, Ready, RobotError
from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.simulation.binary import INIT_FAILED, INIT_SUCCEEDED, SimulatedBinary
from mt5console.simulation.locks import HeldLock
from mt5console.simulation.programs import ChartOfProgram, Deinit, ProgramHost

ERROR_LOCKED = 1
ERROR_FILES = 3
ERROR_SLOW = 4

_SLOW_MS = 2_500
_SLOW_BEATS = 3
_ERRORS_LARGEST = 512 * 1024
_LOCK_TRIES = 50
_LOCK_PAUSE_S = 0.02


def time_to_string(utc_s: float, seconds: bool = False) -> str:
    """TimeToString(): `2026.01.02 03:04`, with seconds when asked."""
    return time.strftime("%Y.%m.%d %H:%M:%S" if seconds else "%Y.%m.%d %H:%M", time.gmtime(utc_s))


class SeedHeartbeat:
    """The seed's own signals: two global variables with TimeCurrent, and a one-line file written in place."""

    def __init__(self, host: ProgramHost, robot_id: int) -> None:
        self._host = host
        self._ready = f"{protocol.GLOBAL_READY}{robot_id}"
        self._beat = f"{protocol.GLOBAL_HEARTBEAT}{robot_id}"
        self._path = str(TerminalLayout(host_root(host)).legacy_heartbeat(robot_id))

    def ready(self) -> None:
        """At the end of OnInit."""
        self._host.set_global(self._ready, self._host.time_current())

    def beat(self, text: str) -> bool:
        """Once a second; False when it could not be written. A full disk loses the beat, never the robot."""
        self._host.set_global(self._beat, self._host.time_current())
        try:
            self._host.disk.rewrite(self._path, f"{text}\r\n".encode("ascii"))
        except OSError:
            return False
        return True

    def end(self) -> None:
        """In OnDeinit."""
        self._host.delete_global(self._ready)
        self._host.delete_global(self._beat)


class LegacyRobot:
    """A robot without the include: the seed's signals, if it has them, and nothing of protocol 1."""

    period_s = 1.0

    def __init__(self, host: ProgramHost, binary: SimulatedBinary) -> None:
        self._host = host
        self._result = binary.init_result
        beats = binary.legacy_heartbeat and binary.legacy_robot_id is not None
        self._seed = SeedHeartbeat(host, binary.legacy_robot_id or 0) if beats else None

    def on_init(self) -> int:
        """As its source says."""
        if self._result == INIT_SUCCEEDED and self._seed is not None:
            self._seed.ready()
        return self._result

    def on_timer(self) -> None:
        """The seed's beat: TimeCurrent by the minute."""
        if self._seed is not None:
            self._seed.beat(time_to_string(self._host.time_current()))

    def on_deinit(self, reason: Deinit) -> None:
        """The globals go with the robot."""
        if self._seed is not None:
            self._seed.end()


class Robot:
    """A robot with the include. A second copy of the same robot refuses by the lock file; entries are open only for
    the deployment that desired.json names."""

    period_s = 1.0

    def __init__(self, host: ProgramHost, chart: ChartOfProgram, binary: SimulatedBinary) -> None:
        self._host = host
        self._chart = chart
        self._result = binary.init_result
        self.robot_id = _whole(chart.input(protocol.ROBOT_INPUT))
        self._deployment = DeploymentId(chart.input(protocol.DEPLOYMENT_INPUT))
        layout = TerminalLayout(host_root(host))
        self._folder = str(layout.robot(self.robot_id))
        self._ready_path = str(layout.ready(self.robot_id))
        self._beat_path = str(layout.heartbeat(self.robot_id))
        self._errors_path = str(layout.robot_errors(self.robot_id))
        self._lock_path = str(layout.robot_lock(self.robot_id))
        self._desired_path = str(layout.desired(self.robot_id))
        self._paused_path = str(layout.paused(self.robot_id))
        self._stop_path = str(layout.stop_latch)
        self._seed = SeedHeartbeat(host, self.robot_id)
        self._lock: HeldLock | None = None
        self._permit: Permit | None = None
        self._desired_stamp: tuple[int, int] | None = None
        self._entries: Entries | None = None
        self._is_losing = False
        self._sequence = 0
        self._ticks_before = 0
        self._beat_at_ms = 0
        self._slow_beats = 0

    def on_init(self) -> int:
        """What the robot's own source refuses comes first; then the include: the lock, what is desired, READY."""
        if self._result != INIT_SUCCEEDED:
            return self._result
        if self.robot_id <= 0:
            told = f"input {protocol.ROBOT_INPUT} is missing: this robot is to be deployed by the console"
            self._host.print(self._chart, told)
            return INIT_FAILED
        try:
            self._host.disk.make_directory(self._folder)
        except OSError as error:
            self._host.print(self._chart, f"cannot create the robot's folder: {error.strerror}")
            return INIT_FAILED
        self._lock = self._take_lock()
        if self._lock is None and not os.path.exists(self._lock_path):
            self._report(ERROR_FILES, "the robot's files cannot be written; it does not start")
            return INIT_FAILED
        if self._lock is None:
            self._report(ERROR_LOCKED, "another copy of this robot runs in this terminal; this one does not start")
            return INIT_FAILED
        self._ticks_before = self._host.quote(self._chart.symbol)[1]
        self._judge_entries()
        try:
            self._write_ready()
        except OSError:
            self._report(ERROR_FILES, "READY could not be written, or the timer not be started")
            self._lock.release()
            self._lock = None
            return INIT_FAILED
        self._seed.ready()
        self._beat_at_ms = self._host.tick_ms()
        return INIT_SUCCEEDED

    def on_timer(self) -> None:
        """One beat. A full disk loses it, never the robot."""
        self._watch_pace()
        self._sequence += 1
        entries = self._judge_entries()
        quoted, ticks = self._host.quote(self._chart.symbol)
        utc = self._host.utc()
        account = self._host.account()
        beat = Heartbeat(
            robot_id=RobotId(self.robot_id),
            deployment_id=self._deployment,
            sequence=self._sequence,
            utc_s=round(utc, 3),
            tick_ms=self._host.tick_ms(),
            ticks=ticks - self._ticks_before,
            last_quote_utc_s=None if quoted is None else round(quoted, 3),
            trade_allowed=self._host.trade_allowed_on(self._chart.chart_id) and account.account_trade_expert,
            entries=entries,
        )
        try:
            self._host.disk.replace(self._beat_path, protocol.encode_heartbeat(beat))
            is_written = True
        except OSError:
            is_written = False
        self._tell_loss(self._seed.beat(time_to_string(utc, seconds=True)) and is_written)

    def on_deinit(self, reason: Deinit) -> None:
        """READY and the globals go with the robot; its last beat stays as evidence. A refused copy touches nothing."""
        if self._lock is None:
            return
        self._host.disk.remove(self._ready_path)
        self._seed.end()
        self._lock.release()
        self._lock = None
        self._host.print(self._chart, f"robot {self.robot_id} ended, reason {int(reason)}")

    def _take_lock(self) -> HeldLock | None:
        """Tried for a second: who is refused is off its chart for good, and somebody may hold it for a moment."""
        for _ in range(_LOCK_TRIES):
            lock = self._host.disk.lock(self._lock_path)
            if lock is not None:
                return lock
            self._host.sleep(_LOCK_PAUSE_S)
        return None

    def _watch_pace(self) -> None:
        """Late beats one after another mean a slower timer or long events: told once."""
        now = self._host.tick_ms()
        gap_ms, self._beat_at_ms = now - self._beat_at_ms, now
        self._slow_beats = self._slow_beats + 1 if gap_ms > _SLOW_MS else 0
        if self._slow_beats == _SLOW_BEATS:
            why = "the timer was set to a longer period by the robot, or its events last long"
            self._report(ERROR_SLOW, f"heartbeats come too seldom: {why}")

    def _tell_loss(self, is_written: bool) -> None:
        """The first beat that is lost, and the first that is written again."""
        if self._is_losing and is_written:
            self._host.print(self._chart, "heartbeats are written again")
        elif not is_written and not self._is_losing:
            self._host.print(self._chart, "heartbeats cannot be written now; the robot goes on")
        self._is_losing = not is_written

    def _write_ready(self) -> None:
        chart = self._chart
        # What was set and really loaded is echoed; an input that the program does not declare is missing here.
        loaded = ((name, value) for name, value in chart.inputs if name in chart.given)
        ready = Ready(
            robot_id=RobotId(self.robot_id),
            deployment_id=self._deployment,
            inputs_hash=protocol.inputs_hash(loaded),
            chart_id=self._chart.chart_id,
            symbol=self._chart.symbol,
            timeframe=self._chart.timeframe,
            utc_s=round(self._host.utc(), 3),
            magic=_whole(self._chart.input(protocol.MAGIC_INPUT)),
        )
        self._host.disk.replace(self._ready_path, protocol.encode_ready(ready))

    def _judge_entries(self) -> Entries:
        entries = self._present_entries()
        if entries is Entries.NOT_DESIRED and self._entries is not Entries.NOT_DESIRED:
            self._report(protocol.ERROR_NOT_DESIRED, f"deployment {self._deployment} opens nothing: {self._refusal()}")
        self._entries = entries
        return entries

    def _present_entries(self) -> Entries:
        stamp = _stamp(self._desired_path)
        if stamp is None or stamp != self._desired_stamp:
            self._permit = protocol.decode_desired(self._host.disk.read(self._desired_path))
            self._desired_stamp = stamp
        if os.path.exists(self._stop_path):
            return Entries.STOPPED
        if self._refusal():
            return Entries.NOT_DESIRED
        return Entries.PAUSED if os.path.exists(self._paused_path) else Entries.OPEN

    def _refusal(self) -> str:
        """Why it may open nothing by desired.json: another deployment, account or chart; empty when it may."""
        permit, chart = self._permit, self._chart
        if permit is None or permit.deployment_id != self._deployment:
            return f"desired is {'none' if permit is None else permit.deployment_id}"
        account = self._host.account()
        is_ours = account.login == permit.login and account.server.casefold() == permit.server.casefold()
        if permit.login and account.login and not is_ours:
            meant = f"{permit.login}@{permit.server}"
            return f"{account.login}@{account.server} is logged in, and it was meant for {meant}"
        if permit.symbol and (chart.symbol, chart.timeframe) != (permit.symbol, permit.timeframe):
            return f"it is on {chart.symbol},{chart.timeframe}, and it was meant for {permit.symbol},{permit.timeframe}"
        return ""

    def _report(self, code: int, text: str) -> None:
        self._host.print(self._chart, text)
        error = RobotError(utc_s=round(self._host.utc(), 3), code=code, text=text)
        try:
            if _size(self._errors_path) > _ERRORS_LARGEST:
                os.replace(self._errors_path, f"{self._errors_path}.old")
            self._host.disk.append(self._errors_path, protocol.encode_error(error))
        except OSError:
            return


def host_root(host: ProgramHost) -> Path:
    """The terminal's directory as a path."""
    return Path(host.data_path)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
