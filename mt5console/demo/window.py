"""The demo with the window: the fleet comes up beside it, in the window's own background thread.

Must not know: widgets.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mt5console.core.errors import ConsoleError, UsageInvalid
from mt5console.core.terminal.layout import BaseLayout
from mt5console.demo.chaos import Chaos
from mt5console.demo.engine_child import EngineChild
from mt5console.demo.fleet import DemoFleet
from mt5console.demo.place import DemoPlace
from mt5console.demo.run import CHECK_INTERVAL_S, DEFAULT_SECONDS, end_on_signals, end_processes
from mt5console.platforms.clock import SystemClock


class DemoStory:
    """Engine, fleet, first deployments, and then the watching time.

    `seconds` counts from the moment the fleet is up; None: no time is set, the window stays.
    """

    def __init__(self, place: DemoPlace, users: int, robots: int, seconds: float | None, *, chaos: bool) -> None:
        self._place = place
        self._engine = EngineChild(place.base.layout, CHECK_INTERVAL_S)
        self._users, self._robots = users, robots
        self._seconds = seconds
        self._chaos = chaos
        self._clock = SystemClock()
        self._told_to_end = False

    @property
    def layout(self) -> BaseLayout:
        """Where the demo lives."""
        return self._place.base.layout

    def run(self, tell: Callable[[str], None]) -> None:
        """Bring everything up, then let time pass."""
        tell("Demo: starting the engine")
        try:
            self._place.compile_first(lambda words: tell(f"Demo: {words}"))
            self._engine.start()
            fleet = DemoFleet(self._engine, self._users, self._robots)
            fleet.bring_up(lambda words: tell(f"Demo: {words}"))
            tell("")
            self._watch(fleet)
        except ConsoleError:
            # Told to end, it does not mind what was cut off. A fleet that fails sets the engine's `ending` by itself.
            if not self._told_to_end:
                raise

    def _watch(self, fleet: DemoFleet) -> None:
        seconds = self._seconds if self._seconds is not None else DEFAULT_SECONDS if self._chaos else 0.0
        storm = Chaos(self._place.root, self._engine, self._clock, fleet.users, seconds) if self._chaos else None
        if storm is not None:
            storm.start()
        self._engine.ending.wait(seconds)
        if storm is not None:
            storm.finish()

    def stop(self) -> None:
        """Give up whatever is still awaited."""
        self._told_to_end = True
        self._engine.ending.set()

    def clean_up(self) -> None:
        """End the engine and every process, remove every file."""
        self._engine.stop()
        end_processes(self._place.root)
        self._place.remove()


def demo_story(
    base_dir: Path | None, users: int, robots: int, seconds: float | None, *, chaos: bool, native: bool = False
) -> DemoStory:
    """A story in a place of its own; `clean_up` it in any case."""
    if users < 1 or robots < 0:
        raise UsageInvalid("bad_fleet", "a demo needs at least one user, and not fewer than no robots")
    end_on_signals()
    return DemoStory(DemoPlace(base_dir, users, native=native), users, robots, seconds, chaos=chaos)
