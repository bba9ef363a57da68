"""What the composition root hands to the first-run wizard: looks at the machine, the template's copy, the demo.

Every callable here runs in the bridge's own threads, never in the GUI thread, and may block for a bounded time. Must
not know: Qt, or how anything is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that was looked at. `ok` None: it cannot be told, or it is a warning; `mend` empty: nothing to do."""

    title: str
    ok: bool | None
    evidence: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateState:
    """The golden template as it is now. `needed` False: simulated terminals come from nowhere."""

    needed: bool
    place: str = ""
    is_there: bool = False
    build: str = ""
    points: tuple[Point, ...] = ()

    @property
    def is_fit(self) -> bool:
        """Whether a first user can be made from it."""
        return not self.needed or (self.is_there and all(point.ok is not False for point in self.points))


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder that may become the template, and what was found in it; `total_bytes`: what of it would be copied."""

    path: str
    points: tuple[Point, ...] = ()
    total_bytes: int = 0

    @property
    def is_fit(self) -> bool:
        """Whether it may be copied."""
        return bool(self.points) and all(point.ok is not False for point in self.points)


class Ending(Protocol):
    """Whether a person, or the window's end, has ended it (a threading.Event is one)."""

    def is_set(self) -> bool:
        """Whether it is to end."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for that, at most so long."""
        ...


class FirstRunAccess(Protocol):
    """How the wizard reaches this machine. `base`: the base directory; `simulated`: of which kind it is."""

    @property
    def base(self) -> str:
        """The base directory, for people."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether its terminals are simulated."""
        ...

    def machine(self) -> Iterator[Point]:
        """What matters of this machine, each as soon as it was looked at."""
        ...

    def template(self) -> TemplateState:
        """The template as it is now."""
        ...

    def folders(self) -> tuple[str, ...]:
        """Folders with a terminal in them, where people put such."""
        ...

    def judge(self, folder: str) -> Folder:
        """Whether this folder may become the template."""
        ...

    def copy(self, folder: str, tell: Callable[[int, int], None], ending: Ending) -> TemplateState:
        """Make the template of it. `tell`: bytes copied and bytes in all. Raises ConsoleError."""
        ...

    def programs(self, user_id: int) -> Point:
        """Which MetaEditor took the agent of this user's terminal."""
        ...

    def demo(self, ending: Ending) -> str:
        """Start the demo, and wait a little; why it ended at once, empty when it goes on. Raises ConsoleError."""
        ...
