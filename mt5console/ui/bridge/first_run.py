"""The wizard's errands on this machine, each in a thread of its own, and the pictures that come back as signals.

Lives in the GUI thread and never blocks it; what it has learnt outlives the dialog that asked. Must not know: widgets.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from PySide6.QtCore import QDeadlineTimer, QElapsedTimer, QObject, QThread, Signal, Slot

from mt5console.core.errors import ConsoleError
from mt5console.ui.bridge.first_run_access import FirstRunAccess, Folder, Point, TemplateState

log = logging.getLogger(__name__)

READ_ONLY = "This window only shows (--read-only): nothing is set up from here."
TOLD_EVERY_MS = 100

_left_behind: list[QThread] = []
"""Threads that did not end in time; kept, because destroying a running QThread ends the whole process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachinePicture:
    """What was found of this machine so far; `ended`: nothing more comes."""

    points: tuple[Point, ...] = ()
    ended: bool = False
    words: str = ""

    @property
    def is_fit(self) -> bool:
        """Everything was looked at, and nothing fails."""
        return self.ended and bool(self.points) and all(point.ok is not False for point in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPicture:
    """How the template's copy stands: `state` is none, running, done, failed or cancelled."""

    state: str = "none"
    folder: str = ""
    done_bytes: int = 0
    total_bytes: int = 0
    words: str = ""


class _Hand(QObject):
    """Does one errand after another. Runs in: a thread of its own."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.wanted.connect(self._on_wanted)

    @Slot(object)
    def _on_wanted(self, errand: Callable[[], None]) -> None:
        errand()


class FirstRunDesk(QObject):
    """Signals (each carries one frozen object, or a tuple of texts):
    machine_changed: a MachinePicture, at every finding.
    template_changed: a TemplateState.
    folders_found: the folders that hold a terminal.
    folder_judged: a Folder.
    copy_changed: a CopyPicture.
    programs_seen: a user's id and a Point about its agent.
    demo_told: words about the demo, and whether it failed.
    """

    machine_changed = Signal(object)
    template_changed = Signal(object)
    folders_found = Signal(object)
    folder_judged = Signal(object)
    copy_changed = Signal(object)
    programs_seen = Signal(object, object)
    demo_told = Signal(str, bool)
    _demo_looked_at = Signal()

    def __init__(self, access: FirstRunAccess, *, read_only: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self.read_only = read_only
        self.base, self.simulated = access.base, access.simulated
        self.machine = MachinePicture()
        self.template: TemplateState | None = TemplateState(needed=False) if access.simulated else None
        self.copy = CopyPicture()
        self._ending = Event()
        self._cancelled = Event()
        self._hands: dict[str, tuple[QThread, _Hand]] = {}
        self._machine_asked = False
        self._demo_asked = False
        self._demo_looked_at.connect(self._on_demo_looked_at)
        self.machine_changed.connect(self._on_machine_changed)
        self.template_changed.connect(self._on_template_changed)
        self.copy_changed.connect(self._on_copy_changed)

    # ---- asking -------------------------------------------------------------------------------------------------

    def look_at_machine(self) -> None:
        """Look at everything anew; one look at a time."""
        if not self._machine_asked:
            self._machine_asked = True
            self.machine_changed.emit(MachinePicture())
            self._do("machine", self._machine)

    def look_at_template(self) -> None:
        """See which template is there, and which folders could become one."""
        self._do("template", self._template)

    def judge(self, folder: str) -> None:
        """Look into a folder."""
        self._do("template", lambda: self._judge(folder))

    def make_template(self, folder: str) -> None:
        """Copy the folder; `copy_changed` tells its course."""
        if self.read_only or self.copy.state == "running":
            return
        # A new one: a cancel that came too late for the last copy does not end this one.
        self._cancelled = Event()
        ending = self._cancelled
        self.copy_changed.emit(CopyPicture(state="running", folder=folder))
        self._do("copy", lambda: self._copy(folder, ending))

    def cancel_copy(self) -> None:
        """End the copy; nothing of it stays."""
        self._cancelled.set()

    def look_at_programs(self, user_id: int) -> None:
        """See what MetaEditor made of the agent of this user's terminal."""
        self._do("template", lambda: self._programs(user_id))

    def open_demo(self) -> None:
        """Start the demo in a window of its own, and tell when it does not come up; one start at a time."""
        if self.read_only:
            self.demo_told.emit(READ_ONLY, True)
            return
        if self._demo_asked:
            self.demo_told.emit("The demo is starting already: its window takes some seconds.", False)
            return
        self._demo_asked = True
        self.demo_told.emit("The demo is starting in a window of its own; closing it leaves nothing behind.", False)
        self._do("demo", self._demo)

    def _do(self, name: str, errand: Callable[[], None]) -> None:
        if self._ending.is_set():
            return
        if name not in self._hands:
            thread, hand = QThread(), _Hand()
            thread.setObjectName(f"first-run-{name}")
            hand.moveToThread(thread)
            self._hands[name] = (thread, hand)
            thread.start()
        self._hands[name][1].wanted.emit(errand)

    # ---- life ---------------------------------------------------------------------------------------------------

    def stop(self, timeout_ms: int = 4000) -> bool:
        """End a copy and all threads; False when one did not end in time."""
        self._ending.set()
        self._cancelled.set()
        deadline = QDeadlineTimer(timeout_ms)
        for thread, _hand in self._hands.values():
            thread.quit()
        left = [thread for thread, _hand in self._hands.values() if not thread.wait(deadline)]
        _left_behind.extend(left)
        self._hands = {}
        return not left

    # ---- in the threads -----------------------------------------------------------------------------------------

    def _machine(self) -> None:
        points: list[Point] = []

        def look() -> None:
            for point in self._access.machine():
                points.append(point)
                if self._ending.is_set():
                    return
                self.machine_changed.emit(MachinePicture(points=tuple(points)))

        words = _trouble(look)[1]
        self.machine_changed.emit(MachinePicture(points=tuple(points), ended=True, words=words))

    def _template(self) -> None:
        def look() -> None:
            self.template_changed.emit(self._access.template())
            self.folders_found.emit(self._access.folders())

        words = _trouble(look)[1]
        if words:
            point = Point(title="Golden template", ok=False, evidence=words, mend="mend that, then check again")
            self.template_changed.emit(TemplateState(needed=True, points=(point,)))

    def _judge(self, folder: str) -> None:
        words = _trouble(lambda: self.folder_judged.emit(self._access.judge(folder)))[1]
        if words:
            point = Point(title="Folder", ok=False, evidence=words, mend="mend that, or choose another folder")
            self.folder_judged.emit(Folder(path=folder, points=(point,)))

    def _copy(self, folder: str, ending: Event) -> None:
        since = QElapsedTimer()
        since.start()

        def tell(done: int, total: int) -> None:
            if since.elapsed() >= TOLD_EVERY_MS:
                since.restart()
                copied = CopyPicture(state="running", folder=folder, done_bytes=done, total_bytes=total)
                self.copy_changed.emit(copied)

        code, words = _trouble(lambda: self.template_changed.emit(self._access.copy(folder, tell, ending)))
        state = "done" if not code else "cancelled" if code == "cancelled" else "failed"
        self.copy_changed.emit(CopyPicture(state=state, folder=folder, words=words))

    def _programs(self, user_id: int) -> None:
        words = _trouble(lambda: self.programs_seen.emit(user_id, self._access.programs(user_id)))[1]
        if words:
            self.programs_seen.emit(user_id, Point(title="Agent", ok=None, evidence=words))

    def _demo(self) -> None:
        said: list[str] = []
        words = _trouble(lambda: said.append(self._access.demo(self._ending)))[1]
        failure = words or "".join(said)
        if failure and not self._ending.is_set():
            self.demo_told.emit(failure, True)
        self._demo_looked_at.emit()

    # ---- what was learnt ----------------------------------------------------------------------------------------

    @Slot(object)
    def _on_machine_changed(self, picture: MachinePicture) -> None:
        self.machine = picture
        if picture.ended:
            self._machine_asked = False

    @Slot()
    def _on_demo_looked_at(self) -> None:
        self._demo_asked = False

    @Slot(object)
    def _on_template_changed(self, state: TemplateState) -> None:
        self.template = state

    @Slot(object)
    def _on_copy_changed(self, picture: CopyPicture) -> None:
        self.copy = picture


def _trouble(errand: Callable[[], None]) -> tuple[str, str]:
    """Do it; the code and the words of what failed, empty when nothing did."""
    try:
        errand()
    except ConsoleError as error:
        return error.code, error.text
    except Exception as error:
        # The last boundary of these threads.
        log.exception("an errand of the first run failed")
        return "internal", f"This is a mistake in mt5console itself ({type(error).__name__})."
    return "", ""
