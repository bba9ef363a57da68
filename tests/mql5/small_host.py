"""A small host for compiled MQL5 programs (tools/mql5check/PIPE.md): enough of a terminal for one program at a time.

It answers from `answers` (a value, a list of values, or a function of the arguments), runs a clock by hand, and keeps
everything that the program said. It must not know any particular program.
"""

from __future__ import annotations

import select
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NULL = "\\0"


class HostError(Exception):
    """The program did not do what PIPE.md says; the message tells what it said last."""


@dataclass(frozen=True)
class Failure:
    """An answer `error CODE VALUE…`."""

    code: int
    values: tuple[Any, ...] = ()


@dataclass
class Told:
    """What a program said during its life, in order."""

    prints: list[str] = field(default_factory=list)
    misuse: list[tuple[str, str, str]] = field(default_factory=list)
    critical: list[tuple[str, str, str]] = field(default_factory=list)
    calls: list[list[str]] = field(default_factory=list)


def escape(text: str) -> str:
    """A field as it stands in a line."""
    if text == NULL:
        return text
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def unescape(text: str) -> str:
    """A field as it is meant; the NULL text stays what it is."""
    if text == NULL:
        return text
    out, letters = [], iter(text)
    for letter in letters:
        out.append({"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}[next(letters)] if letter == "\\" else letter)
    return "".join(out)


def spelled(value: Any) -> str:
    """A Python value as PIPE.md writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def described(executable: Path) -> list[list[str]]:
    """What `--describe` says, line by line."""
    done = subprocess.run([str(executable), "--describe"], capture_output=True, text=True, timeout=20, check=True)
    return [[unescape(part) for part in line.split("\t")] for line in done.stdout.splitlines()]


class SmallHost:
    """One running program."""

    def __init__(
        self,
        executable: Path,
        folder: Path,
        *,
        inputs: dict[str, Any] | None = None,
        answers: dict[str, Any] | None = None,
        faults: Sequence[tuple[Any, ...]] = (),
        timeout: float = 20.0,
    ) -> None:
        self.files, self.common = folder / "Files", folder / "Common"
        for place in (self.files, self.common):
            place.mkdir(parents=True, exist_ok=True)
        self.told = Told()
        self.now = 1_767_225_600
        self.globals: dict[str, float] = {}
        self.answers: dict[str, Any] = {**self._usual(), **(answers or {})}
        self._timeout = timeout
        self._pending = b""
        command = [
            str(executable),
            "--files",
            str(self.files),
            "--common",
            str(self.common),
            "--program",
            executable.name,
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for fault in faults:
            self.send("fault", *fault)
        for name, value in (inputs or {}).items():
            self.send("input", name, value)

    def __enter__(self) -> SmallHost:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def begin(self) -> str | None:
        """Make the program's globals."""
        return self.event("begin")

    def event(self, name: str, *values: Any) -> str | None:
        """Send one event and serve the program until it is done; its answer, None when it ended critically."""
        self.send(name, *values)
        while True:
            fields = self._line()
            if fields is None:
                if self.told.critical:
                    return None
                raise HostError(f"the program ended: {self._errors()}; {self.told}")
            if fields[0] == "done":
                return fields[1]
            self._heard(fields)

    def run(self, *events: str) -> Told:
        """Begin, and run events until the last or a critical end; then quit."""
        if self.begin() is None:
            return self.quit()
        for name in events:
            if self.event(*name.split()) is None:
                break
        return self.quit()

    def quit(self) -> Told:
        """End the program and take its last words."""
        if not self.told.critical:
            self.send("quit")
        while (fields := self._line()) is not None:
            self._heard(fields)
        code = self.process.wait(self._timeout)
        errors = self._errors()
        self.kill()
        if code != (70 if self.told.critical else 0) or errors:
            raise HostError(f"ended with {code}: {errors}; {self.told}")
        return self.told

    def kill(self) -> None:
        """End it as a killed terminal does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(self._timeout)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass

    def send(self, *fields: Any) -> None:
        """Write one line."""
        assert self.process.stdin is not None
        line = "\t".join(escape(spelled(one)) for one in fields) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()

    def _heard(self, fields: list[str]) -> None:
        kind = fields[0]
        if kind == "call":
            self.told.calls.append(fields[1:])
            self._answer(fields[1], fields[2:])
        elif kind in ("print", "alert", "comment"):
            self.told.prints.append(fields[1])
        elif kind in ("misuse", "critical"):
            getattr(self.told, kind).append((fields[1], fields[2], fields[3]))
        else:
            raise HostError(f"no message of PIPE.md: {fields}")

    def _answer(self, function: str, arguments: list[str]) -> None:
        answer = self.answers.get(function, Failure(4014))
        if callable(answer):
            answer = answer(*arguments)
        if isinstance(answer, Failure):
            self.send("error", answer.code, *answer.values)
        elif answer is None:
            self.send("ok")
        else:
            self.send("ok", *(answer if isinstance(answer, list | tuple) else [answer]))

    def _line(self) -> list[str] | None:
        assert self.process.stdout is not None
        deadline = time.monotonic() + self._timeout
        while b"\n" not in self._pending:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise HostError(f"the program is silent: {self.told}")
            data = self.process.stdout.read1(65536)  # type: ignore[attr-defined]
            if not data:
                return None
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        return [unescape(part) for part in line.decode().split("\t")]

    def _errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode(errors="replace").strip()

    def _usual(self) -> dict[str, Any]:
        clock: Callable[[], str] = lambda: f"@{self.now}"  # noqa: E731
        return {
            "TimeGMT": clock,
            "TimeLocal": clock,
            "TimeCurrent": clock,
            "TimeTradeServer": clock,
            "GetTickCount64": lambda: self.now * 1000,
            "Sleep": self._sleep,
            "IsStopped": False,
            "Symbol": "EURUSD",
            "Period": "PERIOD_H1",
            "Point": 0.00001,
            "Digits": 5,
            "ChartID": 131,
            "EventSetTimer": True,
            "EventKillTimer": None,
            "GlobalVariableSet": self._set_global,
            "GlobalVariableGet": lambda name: self.globals.get(name, Failure(4501)),
            "GlobalVariableDel": lambda name: self.globals.pop(name, None) is not None,
            "GlobalVariableCheck": lambda name: name in self.globals,
            "SymbolInfoInteger": lambda name, what: self.now - 2 if what == "SYMBOL_TIME" else 3,
            "TerminalInfoInteger": 1,
            "MQLInfoInteger": 1,
            "AccountInfoInteger": 1,
        }

    def _sleep(self, milliseconds: str) -> None:
        self.now += int(milliseconds) // 1000

    def _set_global(self, name: str, value: str) -> str:
        self.globals[name] = float(value)
        return f"@{self.now}"
