"""A compiled MQL5 program as a terminal runs it: one process, asked over a pipe (tools/mql5check/PIPE.md).

It is a `Program` like the simulated robots are; what it asks of its terminal is answered elsewhere. A process that
dies or stays silent is a program that MetaTrader threw out. Must not know: charts, markets, what a program is for.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from mt5console.simulation.binary import INIT_FAILED
from mt5console.simulation.broker import BrokerDeal
from mt5console.simulation.native_values import Refusal, encode_line, unescape
from mt5console.simulation.programs import ChartOfProgram, Deinit

SILENT_AFTER_S = 20.0
"""Longest wait for a program's next word; then it is ended, as a terminal's user would end it."""

_QUIT_WITHIN_S = 2.0
_TICKS_AT_ONCE = 20
"""More quotes than this at one look reach the program as this many: MetaTrader, too, drops ticks of a busy program."""

_FULL_DISK = (
    "FileWriteArray",
    "FileWriteString",
    "FileWrite",
    "FileWriteInteger",
    "FileWriteDouble",
    "FileMove",
    "FileCreate",
)
_WRITE_FAILED = 5015
_ALWAYS = 1_000_000_000


class NativeGone(Exception):
    """The process ended, or did not answer; the text says how."""


class NativeProcess:
    """The process and its pipe. `call` answers `call FUNCTION ARG…`; `tell` hears `print`, `misuse` and the like."""

    def __init__(
        self,
        words: Sequence[str],
        call: Callable[[str, Sequence[str]], tuple[object, ...]],
        tell: Callable[[str, str], None],
    ) -> None:
        self._call, self._tell = call, tell
        self._buffer = b""
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def send(self, *words: object) -> None:
        """One line that is answered by nothing. Raises NativeGone."""
        if self._process.stdin is None:
            raise NativeGone("it has no pipe")
        try:
            self._process.stdin.write(encode_line(words))
        except (OSError, ValueError) as error:
            raise NativeGone(self._end_in_words()) from error

    def event(self, *words: object) -> int:
        """Send an event and serve the program until it is done; gives the number it is done with. Raises NativeGone."""
        self.send(*words)
        while True:
            kind, *fields = self._line().split("\t")
            if kind == "done":
                return int(fields[0]) if fields else 0
            if kind == "call":
                self._answer(fields)
            else:
                self._tell(kind, " ".join(unescape(field) or "" for field in fields))

    def end(self) -> None:
        """Let it end well, and kill it when it does not."""
        with contextlib.suppress(NativeGone, ValueError):
            self.send("quit")
            self._drain()
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _answer(self, fields: Sequence[str]) -> None:
        try:
            values = self._call(fields[0], fields[1:])
        except Refusal as refusal:
            self.send("error", refusal.code, *refusal.values)
        else:
            self.send("ok", *values)

    def _drain(self) -> None:
        """What it still says after `quit`: misuse of what it never gave back."""
        until = time.monotonic() + _QUIT_WITHIN_S
        while time.monotonic() < until:
            kind, *fields = self._line().split("\t")
            if kind == "call":
                self._answer(fields)
            else:
                self._tell(kind, " ".join(unescape(field) or "" for field in fields))

    def _line(self) -> str:
        while b"\n" not in self._buffer:
            self._buffer += self._part()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode("utf-8", "replace")

    def _part(self) -> bytes:
        if self._process.stdout is None:
            raise NativeGone("it has no pipe")
        handle = self._process.stdout.fileno()
        ready, _, _ = select.select([handle], [], [], SILENT_AFTER_S)
        if not ready:
            self._process.kill()
            raise NativeGone(f"no word for {SILENT_AFTER_S:.0f} s")
        part = os.read(handle, 65536)
        if not part:
            raise NativeGone(self._end_in_words())
        return part

    def _end_in_words(self) -> str:
        try:
            return f"ended with code {self._process.wait(_QUIT_WITHIN_S)}"
        except subprocess.TimeoutExpired:
            return "closed its pipe"


class NativeTerminal(Protocol):
    """What a compiled program's terminal does for it. `disk_is_full`: nothing can be written now."""

    @property
    def disk_is_full(self) -> bool:
        """Whether writes fail now."""
        ...

    def call(self, program: NativeProgram, function: str, arguments: Sequence[str]) -> tuple[object, ...]:
        """The answer to one function. Raises Refusal."""
        ...

    def print(self, chart: ChartOfProgram, text: str) -> None:
        """A line of the experts log."""
        ...

    def ticks_of(self, symbol: str) -> int:
        """How many quotes of the symbol came so far."""
        ...

    def thrown_out(self, chart_id: int) -> None:
        """The program of this chart is no more."""
        ...


class NativeProgram:
    """One compiled expert on one chart. `period_s` is its own timer's, infinite without one.

    `said`: everything it reported as misuse, for tests. `later`: what waits for the end of the event that asked for it.
    """

    def __init__(self, terminal: NativeTerminal, chart: ChartOfProgram, executable: Path, files: Path) -> None:
        self.period_s = math.inf
        self.chart = chart
        self.misuses: list[str] = []
        self.later: list[Callable[[], object]] = []
        self.selected_position: int | None = None
        self.selected_deals: dict[int, BrokerDeal] = {}
        self.indicators: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._terminal = terminal
        self._ticks = 0
        self._disk_is_full = False
        self._inside = 0
        self._is_up = False
        words = (str(executable), "--files", str(files), "--common", str(files), "--program", chart.expert)
        self._words = words
        self._process: NativeProcess | None = None

    @property
    def pid(self) -> int | None:
        """Its process, None when it has none."""
        return None if self._process is None else self._process.pid

    def on_init(self) -> int:
        """Start the process, hand it its inputs, and ask OnInit."""
        try:
            self._process = NativeProcess(self._words, self._answer, self._hear)
            for name, value in self.chart.inputs:
                if name in self.chart.given:
                    self._process.send("input", name, value)
        except (OSError, NativeGone) as error:
            self._lost(str(error))
            return INIT_FAILED
        self._ticks = self._terminal.ticks_of(self.chart.symbol)
        if self._event("begin") is None:
            return INIT_FAILED
        result = self._event("init")
        self._is_up = result == 0
        return INIT_FAILED if result is None else result

    def on_timer(self) -> None:
        """OnTimer."""
        if self._is_up and self._event("timer") is None:
            self._terminal.thrown_out(self.chart.chart_id)

    def on_ticks(self) -> None:
        """OnTick, once for each quote that came since the last look."""
        ticks = self._terminal.ticks_of(self.chart.symbol)
        fresh, self._ticks = ticks - self._ticks, ticks
        for _ in range(min(fresh, _TICKS_AT_ONCE)):
            if not self._is_up:
                return
            if self._event("tick") is None:
                self._terminal.thrown_out(self.chart.chart_id)
                return

    def on_deinit(self, reason: Deinit) -> None:
        """OnDeinit, and the end of the process. From inside its own event it is only ended: it cannot hear."""
        self._is_up = False
        if self._process is None:
            return
        if self._inside == 0:
            self._event("deinit", int(reason))
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _event(self, *words: object) -> int | None:
        """One event with all that it asks for; None when the program did not live to its end."""
        if self._process is None:
            return None
        self._inside += 1
        try:
            self._tell_disk()
            result = self._process.event(*words)
        except (NativeGone, ValueError) as error:
            self._lost(str(error))
            return None
        finally:
            self._inside -= 1
        if self._inside == 0:
            waiting, self.later = self.later, []
            for act in waiting:
                act()
        return result

    def _tell_disk(self) -> None:
        is_full = self._terminal.disk_is_full
        if is_full == self._disk_is_full or self._process is None:
            return
        self._disk_is_full = is_full
        for function in _FULL_DISK:
            self._process.send("fault", function, _ALWAYS if is_full else 0, _WRITE_FAILED)

    def _answer(self, function: str, arguments: Sequence[str]) -> tuple[object, ...]:
        try:
            return self._terminal.call(self, function, arguments)
        except ValueError as error:
            self._hear("misuse", f"call {function}: {error}")
            raise Refusal(4003) from error

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("misuse", "critical"):
            self.misuses.append(text)
        if kind != "comment":
            self._terminal.print(self.chart, text if kind in ("print", "done") else f"{kind}: {text}")

    def _lost(self, how: str) -> None:
        self._is_up = False
        process, self._process = self._process, None
        if process is not None:
            process.kill()
        self._terminal.print(self.chart, f"the program ended by itself: {how}")
