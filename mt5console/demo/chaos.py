"""Chaos for a demo: faults that heal, one after another on different users, each followed to its end.

Must not know: how the watchdog heals them; it reads the decisions like anybody else.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mt5console.core.errors import ConsoleError
from mt5console.core.ports import Clock
from mt5console.demo.engine_child import EngineChild
from mt5console.simulation.faults import inject

CALM_AT_END_S = 25.0
FIRST_AFTER_S = 1.0
HEALTHY = "healthy"
Terminals = dict[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """One fault that heals. `clear_after_s`: a lasting one is ended so long after; None: it heals by itself.
    `heals_within_s`: what it takes on a busy machine, proofs included; with less time left it is left out."""

    name: str
    end: str
    clear_after_s: float | None = None
    heals_within_s: float = 25.0
    argument: str | None = None


PLANS = (
    FaultPlan("crash", "healed: restarted, robots proven back"),
    FaultPlan("logout", "healed: logged in again", heals_within_s=15.0),
    FaultPlan("freeze", "healed: closed, killed, restarted"),
    FaultPlan("disconnect", "healed when the link is back", clear_after_s=5.0),
    FaultPlan("ipc-hang", "healed: probe attached anew, restart if that does not help", clear_after_s=6.0),
    FaultPlan("profile-loss", "healed: robots put back after the restart"),
    FaultPlan("live-update", "healed: left alone until it was back", heals_within_s=35.0),
    FaultPlan("market-closed", "no incident, beats go on", clear_after_s=6.0, heals_within_s=12.0),
    FaultPlan("profile-stale", "healed: the older version removed, the desired one proven", heals_within_s=35.0),
)


@dataclass(slots=True)
class FaultRun:
    """One injected fault and what became of it."""

    plan: FaultPlan
    user_id: int
    at_utc_s: float
    injected_mono_s: float
    cleared: bool = False
    disturbed: bool = False
    healed_after_s: float | None = None
    decisions: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report's entry."""
        return {
            "fault": self.plan.name,
            "user_id": self.user_id,
            "at": self.at_utc_s,
            "expected_end": self.plan.end,
            "end": "healed" if self.healed_after_s is not None else "not healed",
            "healed_after_seconds": None if self.healed_after_s is None else round(self.healed_after_s, 1),
            "decided": [f"{entry['decided']}: {entry['why']}" for entry in self.decisions],
        }


class Chaos:
    """Runs beside the demo's watching time. Runs in: its own thread."""

    def __init__(self, base: Path, engine: EngineChild, clock: Clock, users: tuple[int, ...], seconds: float) -> None:
        self._base = base
        self._engine = engine
        self._clock = clock
        self._users = users
        self._seconds = seconds
        self.runs: list[FaultRun] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos", daemon=True)

    def start(self) -> None:
        """Begin injecting."""
        self._thread.start()

    def finish(self) -> None:
        """End; reads the decisions of every fault for the report."""
        self._stop.set()
        self._thread.join(timeout=10.0)
        for run in self.runs:
            found = self._engine.decisions(run.user_id, 200)
            run.decisions = [entry for entry in reversed(found) if entry["at"] >= run.at_utc_s]

    def _run(self) -> None:
        window_s = max(1.0, self._seconds - CALM_AT_END_S - FIRST_AFTER_S)
        plans = PLANS[: max(1, min(len(PLANS), int(window_s / 1.5)))]
        gap_s = window_s / len(plans)
        began = self._clock.now().mono_s
        due = [(began + FIRST_AFTER_S + index * gap_s, plan) for index, plan in enumerate(plans)]
        while not self._stop.wait(0.2):
            now = self._clock.now().mono_s
            terminals = self._look()
            self._follow(now, terminals)
            if due and now >= due[0][0]:
                self._take(due, began + self._seconds - now, terminals)

    def _take(self, due: list[tuple[float, FaultPlan]], left_s: float, terminals: Terminals) -> None:
        """Inject the next fault where nothing else is wrong; it waits for such a place as long as it can still heal."""
        plan = due[0][1]
        if self.runs and left_s < plan.heals_within_s:
            due.pop(0)
            return
        user_id = self._calm_user(terminals)
        if user_id is not None:
            due.pop(0)
            self._inject(plan, user_id)

    def _calm_user(self, terminals: Terminals) -> int | None:
        """The well one whose last fault is the longest ago."""
        busy = {run.user_id for run in self.runs if run.healed_after_s is None}
        last = {run.user_id: run.injected_mono_s for run in self.runs}
        calm = [user for user in self._users if user not in busy and _is_well(terminals.get(user))]
        return min(calm, key=lambda user: last.get(user, 0.0), default=None)

    def _look(self) -> Terminals:
        try:
            return {entry["user_id"]: entry for entry in self._engine.client().status()["terminals"]}
        except ConsoleError:
            return {}

    def _inject(self, plan: FaultPlan, user_id: int) -> None:
        now = self._clock.now()
        inject(self._base, user_id, plan.name, plan.argument)
        run = FaultRun(plan=plan, user_id=user_id, at_utc_s=now.utc_s, injected_mono_s=now.mono_s)
        self.runs.append(run)

    def _follow(self, mono_s: float, terminals: Terminals) -> None:
        """Clear what lasts, and note when a terminal is healthy again after it was disturbed."""
        for run in [run for run in self.runs if run.healed_after_s is None and terminals]:
            since_s = mono_s - run.injected_mono_s
            if run.plan.clear_after_s is not None and not run.cleared and since_s >= run.plan.clear_after_s:
                inject(self._base, run.user_id, "clear", None)
                run.cleared = True
            well = _is_well(terminals.get(run.user_id))
            run.disturbed = run.disturbed or not well or run.plan.name == "market-closed"
            lasting = run.plan.clear_after_s is not None and not run.cleared
            if well and run.disturbed and not lasting:
                run.healed_after_s = since_s


def _is_well(terminal: dict[str, Any] | None) -> bool:
    if terminal is None or terminal["state"] != HEALTHY or terminal["incident"] is not None:
        return False
    return all(check["ok"] for check in terminal["checks"].values())
