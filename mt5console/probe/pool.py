"""The pool of probe children: `core.ports.ProbePool` over the MetaTrader5 package, with deadlines from outside.

Never starts a terminal: the package is called only for an executable that is seen running and whose pipe is there, and
after a probe that failed or was killed, processes that the package started nevertheless are ended.
Must not know: health, policies, or which package the module's name stands for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mt5console.core.credentials import Secret
from mt5console.core.model.ids import Account
from mt5console.core.model.observed import ProbeProblem
from mt5console.core.ports import ProbeResult, ProcessHost, ProcessRef
from mt5console.probe.child import ChildBroken, ChildHung, ProbeChild, child_command
from mt5console.probe.mt5 import answer_of, problem_of
from mt5console.probe.pipe import pipe_exists
from mt5console.probe.seats import Seat, Seats
from mt5console.probe.worker import OWN_FAULT

WORKER = Path(__file__).with_name("worker.py")
LONGEST_LOGIN_WAIT_MS = 2000
"""A poll does not wait for a login that is under way: the next one sees it."""
SHARE_OF_DEADLINE = 0.7
"""The package's own timeout ends before ours, so that a pending login is not taken for a hang."""


class _NotDone(Exception):
    """A visit that ends with this problem."""

    def __init__(self, problem: ProbeProblem, code: int, text: str) -> None:
        super().__init__(text)
        self.result = ProbeResult(answer=None, problem=problem, code=code, text=text)


class ChildProbePool:
    """`core.ports.ProbePool`. `module` is what the children import; `log` takes their stderr, if given."""

    def __init__(
        self,
        module: str,
        processes: ProcessHost,
        max_dedicated: int = 10,
        pool_size: int = 4,
        *,
        worker: Path = WORKER,
        log: Path | None = None,
    ) -> None:
        self._processes = processes
        command = child_command(worker, module)
        self._seats = Seats(lambda: ProbeChild(command, log), max_dedicated, pool_size)

    def poll(self, executable: Path, deadline_s: float) -> ProbeResult:
        """Attach if need be and read terminal and account; never longer than the deadline plus the kill."""
        return self._visit(_Visit(self._processes, executable, deadline_s), None)

    def login(self, executable: Path, account: Account, secret: Secret, deadline_s: float) -> ProbeResult:
        """Log the terminal in and read it; the password goes over the child's stdin."""
        fields = {"login": account.login, "server": account.server, "password": secret}
        return self._visit(_Visit(self._processes, executable, deadline_s), fields)

    def drop(self, executable: Path) -> None:
        """End this terminal's child; the next poll attaches anew."""
        self._seats.drop(str(executable))

    def close(self) -> None:
        """End all children; whoever waits for one gets a problem."""
        self._seats.close()

    def _visit(self, visit: _Visit, login: Mapping[str, Any] | None) -> ProbeResult:
        seat = self._seats.take(visit.path, visit.ends_at)
        if seat is None:
            text = "no probe child came free in time: earlier probes are still under way"
            return ProbeResult(answer=None, problem=ProbeProblem.BUSY, code=0, text=text)
        try:
            return visit.poll(seat) if login is None else visit.login(seat, login)
        except _NotDone as ended:
            return ended.result
        finally:
            self._seats.give_back(visit.path, seat)


class _Visit:
    """One call of the pool: one terminal, one seat, one deadline."""

    def __init__(self, processes: ProcessHost, executable: Path, deadline_s: float) -> None:
        self.path = str(executable)
        self.ends_at = time.monotonic() + deadline_s
        self._deadline_s = deadline_s
        self._processes = processes
        self._executable = executable
        self._before: tuple[ProcessRef, ...] | None = None

    def poll(self, seat: Seat) -> ProbeResult:
        """Attach unless attached, and read. Raises _NotDone."""
        if seat.attached != self.path:
            self._check_running()
            self._ask(seat, "attach", {"timeout_ms": min(LONGEST_LOGIN_WAIT_MS, self._package_timeout_ms())})
            seat.attached = self.path
        return self._result(seat, self._ask(seat, "poll", {}))

    def login(self, seat: Seat, fields: Mapping[str, Any]) -> ProbeResult:
        """Log in over the connection, or with a new one, and read. Raises _NotDone."""
        if seat.attached != self.path:
            self._check_running()
        answer = self._ask(seat, "login", {"timeout_ms": self._package_timeout_ms(), **fields})
        seat.attached = self.path
        return self._result(seat, answer)

    def _left_s(self) -> float:
        return max(0.05, self.ends_at - time.monotonic())

    def _package_timeout_ms(self) -> int:
        return max(1, int(self._left_s() * SHARE_OF_DEADLINE * 1000))

    def _check_running(self) -> None:
        self._before = self._processes.find(self._executable)
        if not self._before:
            raise _NotDone(ProbeProblem.NOT_RUNNING, 0, "the terminal does not run: start it")
        if not pipe_exists(self._executable):
            raise _NotDone(ProbeProblem.GONE, 0, "the terminal runs, but its pipe for the package is not there (yet)")

    def _ask(self, seat: Seat, operation: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The package's answer. Raises _NotDone; then the seat is left without a connection."""
        fields = {"path": self.path, "portable": True, **fields}
        try:
            reply = seat.child().ask(operation, fields, self._left_s())
        except ChildHung:
            note = self._give_up(seat)
            text = f"no answer within {self._deadline_s:g} s: the probe child was ended{note}"
            raise _NotDone(ProbeProblem.HUNG, 0, text) from None
        except ChildBroken as error:
            text = f"the probe child failed, {error}{self._give_up(seat)}"
            raise _NotDone(ProbeProblem.OWN_SIDE, OWN_FAULT, text) from None
        except OSError as error:
            text = f"a probe child could not be started: {error.strerror or error}"
            raise _NotDone(ProbeProblem.OWN_SIDE, OWN_FAULT, text) from None
        answer = reply.get("answer")
        if reply.get("ok") is True and isinstance(answer, dict):
            return answer
        seat.attached = None
        told = reply.get("code")
        code = told if isinstance(told, int) else OWN_FAULT
        # A child with a fault of its own is replaced: a mended package is found by a fresh interpreter alone.
        note = self._give_up(seat) if code == OWN_FAULT else self._end_strays(self._started(seat))
        text = str(reply.get("text"))
        raise _NotDone(problem_of(code, text), code, f"{text}{note}")

    def _result(self, seat: Seat, answer: Mapping[str, Any]) -> ProbeResult:
        try:
            return ProbeResult(answer=answer_of(answer), problem=None, code=1, text="Success")
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            text = f"the probe child failed, its answer was not understood{self._give_up(seat)}"
            raise _NotDone(ProbeProblem.OWN_SIDE, OWN_FAULT, text) from None

    def _give_up(self, seat: Seat) -> str:
        """End the child, and what its package started; gives the words for the report."""
        started = self._started(seat)
        seat.clear()
        return self._end_strays(started)

    def _started(self, seat: Seat) -> frozenset[int]:
        # Only attaching can start anything, and asking the system for it costs milliseconds.
        return frozenset() if self._before is None else seat.child().started_processes()

    def _end_strays(self, started: frozenset[int]) -> str:
        """End processes of this executable that came since the attach and are the package's doing: its children, or a
        second copy beside the one that ran. A restart by the engine is neither."""
        if self._before is None:
            return ""
        now = self._processes.find(self._executable)
        first_lives = any(ref in self._before for ref in now)
        strays = [ref for ref in now if ref not in self._before and (ref.pid in started or first_lives)]
        ended = [str(ref.pid) for ref in strays if self._processes.kill(ref)]
        return f"; a second terminal that the package had started was ended (pid {', '.join(ended)})" if ended else ""
