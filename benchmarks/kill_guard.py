"""What a run of kills counts, and the look that never stops: two processes or two copies end the run.

Must not know: when the engine is killed, or what it promises.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mt5console.core.terminal.layout import BaseLayout, TerminalLayout, robot_of_expert
from mt5console.core.terminal.protocol import decode_status
from mt5console.platforms import process_host

SAMPLE_S = 0.02


class PromiseBroken(AssertionError):
    """Something that a kill of the engine must never lead to was seen."""


@dataclass(slots=True)
class Tally:
    """What a run did and saw. `answered_s`: from each start of an engine until it answered."""

    rounds: int = 0
    terminal_deaths: int = 0
    deaths_while_away: int = 0
    restarts_asked: int = 0
    deployments: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    operations: int = 0
    adopted: int = 0
    cut_starts: int = 0
    inis_left: int = 0
    samples: int = 0
    answered_s: list[float] = field(default_factory=list)

    def words(self) -> dict[str, Any]:
        """For the record."""
        ordered = sorted(self.answered_s)
        return {
            "kills": self.rounds,
            "terminals adopted with the same pid": self.adopted,
            "terminal deaths": self.terminal_deaths,
            "of them while no engine ran": self.deaths_while_away,
            "restarts asked for by a person": self.restarts_asked,
            "starts that the kill cut": self.cut_starts,
            "start inis that the kill left": self.inis_left,
            "operations": self.operations,
            "deployments by outcome": dict(self.deployments),
            "causes of those that were no SUCCESS": dict(self.causes),
            "looks at processes and charts": self.samples,
            "engine answers after, median s": round(ordered[len(ordered) // 2], 2) if ordered else None,
            "engine answers after, longest s": round(ordered[-1], 2) if ordered else None,
        }


class Guard:
    """Looks all the time: never two processes in a directory, never two copies of a robot. Runs in: its own thread."""

    def __init__(self, layout: BaseLayout, users: tuple[int, ...]) -> None:
        self._terminals = {user_id: layout.user(user_id) for user_id in users}
        self._host = process_host()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="guard", daemon=True)
        self.samples = 0
        self.broken: list[str] = []

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10.0)
        self._host.close()

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_S):
            self.samples += 1
            for user_id, root in self._terminals.items():
                found = self._host.find(root / "terminal64")
                # A zombie that nobody has waited for yet does not run: looked at again before it counts.
                if len(found) > 1 and len(self._host.find(root / "terminal64")) > 1:
                    kin = [_kinship(ref.pid) for ref in found]
                    self.broken.append(f"user {user_id} has {len(found)} processes: {found} {kin}")
                self._charts(user_id, root)

    def _charts(self, user_id: int, root: Path) -> None:
        try:
            status = decode_status(TerminalLayout(root).agent_status.read_bytes())
        except OSError:
            return
        if status is None:
            return
        named = (robot_of_expert(chart.expert) for chart in status.charts)
        copies = Counter(found[0] for found in named if found is not None)
        twice = [robot_id for robot_id, count in copies.items() if count > 1]
        if twice:
            self.broken.append(f"user {user_id} has robots {twice} on more than one chart: {status.charts}")


def _kinship(pid: int) -> str:
    """State and parent of a process, for whoever must find out why there are two."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return f"{pid} is gone"
    return f"{pid} is in state {words[0]}, a child of {words[1]}"
