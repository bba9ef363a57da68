"""Probe rounds: asks each terminal over IPC once per check interval, and tries a small write into its directory.

Only terminals that the engine calls probeable are asked (process seen, agent fresh). Must not know: what answers mean.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from mt5console.core.errors import StorageFailed
from mt5console.core.model.facts import Fact, ProbeAnswered, ProbeFailed, StorageSeen
from mt5console.core.model.ids import UserId
from mt5console.core.model.observed import ProbeProblem
from mt5console.core.ports import Clock, FileStore, ProbePool, ProbeResult
from mt5console.runtime.lanes import Lanes
from mt5console.runtime.targets import Target, Targets

WRITE_CHECK = "console-write-check"


class ProbeRounds:
    """Spreads the rounds over the interval so that a hundred terminals are not asked in one burst.

    Runs in: its own thread for the rounds, `lanes` for the calls.
    """

    def __init__(
        self,
        targets: Targets,
        probes: ProbePool,
        files: FileStore,
        clock: Clock,
        lanes: Lanes,
        post: Callable[[Fact], None],
        wanted: Callable[[UserId], bool],
        interval_s: float,
        deadline_s: float,
    ) -> None:
        self._targets = targets
        self._probes = probes
        self._files = files
        self._clock = clock
        self._lanes = lanes
        self._post = post
        self._wanted = wanted
        self._interval_s = interval_s
        self._deadline_s = deadline_s
        self._due: dict[UserId, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="probe-rounds", daemon=True)

    def start(self) -> None:
        """Begin the rounds."""
        self._thread.start()

    def stop(self) -> None:
        """End the rounds; a call that runs ends by its deadline."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def soon(self, user_id: UserId) -> None:
        """Ask this terminal in the next moment instead of at its turn."""
        self._due[user_id] = 0.0

    def _run(self) -> None:
        pace = min(0.2, self._interval_s / 10)
        while not self._stop.wait(pace):
            now = self._clock.now().mono_s
            for position, target in enumerate(self._targets.all()):
                due = self._due.get(target.user_id)
                if due is None:
                    spread = self._interval_s * (position % 20) / 20
                    self._due[target.user_id] = now + spread
                elif now >= due:
                    self._due[target.user_id] = now + self._interval_s
                    self._ask(target)

    def _ask(self, target: Target) -> None:
        self._lanes.submit(("storage", target.user_id), lambda: self._try_write(target))
        lane = ("probe", target.user_id)
        if target.process is None or not self._wanted(target.user_id) or self._lanes.busy(lane):
            return
        self._lanes.submit(lane, lambda: self._poll(target))

    def _poll(self, target: Target) -> None:
        result = self._probes.poll(target.executable, self._deadline_s)
        if result.problem is ProbeProblem.BUSY:
            return  # no news of this terminal: it was not asked
        self._post(fact_of(target.user_id, result))

    def _try_write(self, target: Target) -> None:
        """A disk that is full or a permission that was lost shows here before it shows as silence."""
        if not target.layout.channel.is_dir():
            return
        error = ""
        try:
            self._files.write_atomic(target.layout.channel / WRITE_CHECK, b"ok")
        except StorageFailed as failed:
            error = failed.text
        free = self._files.free_bytes(target.layout.root)
        self._post(StorageSeen(user_id=target.user_id, free_bytes=free, error=error))


def fact_of(user_id: UserId, result: ProbeResult) -> Fact:
    """The fact that a probe call's end is."""
    if result.answer is not None:
        return ProbeAnswered(user_id=user_id, answer=result.answer)
    problem = result.problem or ProbeProblem.OTHER
    return ProbeFailed(user_id=user_id, problem=problem, code=result.code, text=result.text)
