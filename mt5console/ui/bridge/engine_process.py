"""Starting the engine as a process that outlives the window, and deciding when to start it again.

Must not know: Qt, the client, or what the engine does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mt5console.core.errors import EXIT_LOCKED
from mt5console.outliving import start_outliving
from mt5console.ui.bridge.access import EngineHandle
from mt5console.ui.pictures import ConnectionPicture

LONG_ENOUGH_S = 10.0
"""An engine that answered for so long was well: its end counts as an accident, and it is started again at once."""

LONGEST_PAUSE_S = 30.0
HELD_PAUSE_S = 3.0
SLOW_START_S = 20.0


def start_detached(arguments: Sequence[str], environment: Mapping[str, str]) -> EngineHandle:
    """Start a process that inherits no stream of ours and lives on when the window ends. Raises OSError."""
    return start_outliving(arguments, environment)


class EngineStarter:
    """Starts an engine when none answers, with growing pauses when that does not help.

    Never works around a lock: an engine that is held by another, silent one is reported and waited for.
    Runs in: the follower's thread; reads no clock itself.
    """

    def __init__(self, launch: Callable[[], EngineHandle] | None) -> None:
        self._launch = launch
        self._handle: EngineHandle | None = None
        self._launched_at = 0.0
        self._not_before = 0.0
        self._failures = 0
        self._ever_lost = False
        self._trouble: ConnectionPicture | None = None
        self.launches = 0

    def note_connected(self) -> None:
        """An engine answers: ours or another's."""
        self._trouble = None

    def note_lost(self, lasted_s: float) -> None:
        """The engine that answered for `lasted_s` does not any more."""
        self._ever_lost = True
        self._failures = 0 if lasted_s >= LONG_ENOUGH_S else self._failures + 1
        self._not_before = 0.0
        if self._handle is not None and self._handle.poll() is not None:
            self._handle = None

    def step(self, mono_s: float) -> ConnectionPicture:
        """No engine answers at `mono_s`: start one if it is time, and say how things stand."""
        if self._launch is None:
            old = "The engine was lost: what is shown is old." if self._ever_lost else "No engine answers here."
            return _gone(f"{old} Start it with `mt5console watchdog run`; this window finds it by itself.")
        if self._handle is not None:
            exit_code = self._handle.poll()
            if exit_code is None:
                return self._starting(mono_s)
            self._handle = None
            self._note_end(exit_code, mono_s)
        if mono_s < self._not_before and self._trouble is not None:
            return self._trouble
        return self._start(self._launch, mono_s)

    def _start(self, launch: Callable[[], EngineHandle], mono_s: float) -> ConnectionPicture:
        try:
            self._handle = launch()
        except OSError as error:
            self._failures += 1
            self._pause(mono_s, _gone(f"The engine could not be started ({error}). Nobody watches. {self._again()}"))
            assert self._trouble is not None
            return self._trouble
        self.launches += 1
        self._launched_at = mono_s
        return self._starting(mono_s)

    def _starting(self, mono_s: float) -> ConnectionPicture:
        if self._trouble is not None and self._failures:
            return self._trouble
        if mono_s - self._launched_at > SLOW_START_S:
            return ConnectionPicture(
                state="starting", words="The engine was started but does not answer yet. Its log says what it does."
            )
        began = "The engine was lost and is being started again" if self._ever_lost else "The engine is being started"
        return ConnectionPicture(state="starting", words=f"{began}; terminals and robots are not touched by this.")

    def _note_end(self, exit_code: int, mono_s: float) -> None:
        if exit_code == EXIT_LOCKED:
            text = (
                "Another engine holds this base directory but does not answer, so nothing is done around it. "
                "End that process, or wait for it; this window keeps looking."
            )
            self._trouble, self._not_before = _gone(text), mono_s + HELD_PAUSE_S
            self._failures += 1
            return
        self._failures += 1
        text = f"The engine ended with exit code {exit_code}. Nobody watches. {self._again()}"
        self._pause(mono_s, _gone(text))

    def _pause(self, mono_s: float, trouble: ConnectionPicture) -> None:
        self._trouble, self._not_before = trouble, mono_s + self._pause_s()

    def _pause_s(self) -> float:
        return min(LONGEST_PAUSE_S, float(2 ** min(self._failures, 10)))

    def _again(self) -> str:
        return f"It is tried again in {self._pause_s():.0f} s; `mt5console watchdog run` shows why it ended."


def _gone(words: str) -> ConnectionPicture:
    return ConnectionPicture(state="gone", words=words)
