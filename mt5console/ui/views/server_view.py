"""The page of the server: load against what is recommended, disk, sums of all terminals, MT5 builds, the engine.

Shows the fleet's picture; asks for nothing. Must not know: threads, sockets, this machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from mt5console.ui.pictures import ConnectionPicture, FleetPicture, TerminalPicture
from mt5console.ui.theme.amounts import NOTHING, age_words, memory_words, percent_words
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import LAMP_ROLES, Lamp
from mt5console.ui.views.load_list import LoadList, load_rows
from mt5console.ui.views.sight import LATE_AFTER_S
from mt5console.ui.widgets.lamp import LampLabel
from mt5console.ui.widgets.section import Section
from mt5console.ui.widgets.words import Facts, Words

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

TICK_MS = 1000
WIDE = 1400
"""From this width on, in the drawings' pixels, all sections stand in one row."""
LEAST_FREE_BYTES = 2 * 1024**3
"""A terminal grows to about this much; the engine warns below it too."""

_MODES = {"on": "On", "observe": "Observe only", "off": "Off"}
_CONNECTION: dict[str, tuple[str, Lamp]] = {
    "connected": ("connected", "ok"),
    "lost": ("lost", "failing"),
    "starting": ("starting", "busy"),
    "gone": ("cannot be had", "failing"),
}
ENGINE_FACTS = ("Engine start", "Watchdog", "Checks", "Newest picture")
SUM_FACTS = ("Robots", "Open positions", "Processor", "Memory", "Running", "Heaviest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Whether another terminal fits: the lamp, the answer and why."""

    lamp: Lamp
    answer: str
    why: str


def room_for_another(fleet: FleetPicture) -> Room:
    """Whether one more terminal fits, by the recommended load and the free disk. What is not known is said."""
    count, advised, free = len(fleet.terminals), fleet.recommended_terminals, fleet.free_bytes
    if advised is None or not fleet.at_utc_s:
        return Room(lamp="unknown", answer="Unknown", why="the engine has not told its recommended load yet")
    disk = "free disk is unknown" if free is None else f"{memory_words(free)} of disk are free"
    exempt = " Simulated terminals are not limited." if fleet.simulated else ""
    if free is not None and free < LEAST_FREE_BYTES:
        return Room(lamp="failing", answer="No", why=f"only {disk}, and a terminal grows to about 2 GB")
    if count >= advised:
        words = f"{count} terminals, and {advised} are recommended for one server; use another server.{exempt}"
        return Room(lamp="warning", answer="Not recommended", why=words)
    if free is None:
        return Room(lamp="unknown", answer="Unknown", why=f"{count} of {advised} recommended terminals; {disk}")
    last = " It would be the last one that is recommended." if count + 1 == advised else ""
    return Room(lamp="ok", answer="Yes", why=f"{count} of {advised} recommended terminals, {disk}.{last}")


def sum_of(values: Sequence[float | None]) -> tuple[float | None, int]:
    """The sum of what is known (None when nothing is), and how many are not known."""
    known = [value for value in values if value is not None]
    return (sum(known) if known else None), len(values) - len(known)


def builds_of(terminals: Sequence[TerminalPicture]) -> tuple[tuple[int | None, tuple[str, ...]], ...]:
    """MT5 builds and who runs them, the newest first, the unknown last."""
    found: dict[int | None, list[str]] = {}
    for terminal in terminals:
        found.setdefault(terminal.build, []).append(terminal.name)
    order = sorted(found, key=lambda build: -1 if build is None else build, reverse=True)
    return tuple((build, tuple(found[build])) for build in order)


class LoadBar(QWidget):
    """How full something is, with a mark at what is recommended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        self._role = Role.OK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look().changed.connect(self.update)

    def set_load(self, part: int, whole: int | None) -> None:
        """Show a part of what is recommended; twice of it fills the bar."""
        self._share = 0.0 if not whole else min(1.0, part / (2.0 * whole))
        self._role = Role.WARNING if whole and part > whole else Role.OK
        self.setAccessibleName(f"{part} of {whole or 'an unknown number of'} recommended terminals")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A low bar."""
        return QSize(look().px(200), look().px(14))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the bar and the mark."""
        style, area = look(), QRectF(self.rect()).adjusted(0.5, 2.5, -0.5, -2.5)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.colour(Role.LINE_STRONG))
        painter.setBrush(style.colour(Role.SUNKEN))
        painter.drawRoundedRect(area, 3, 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour(self._role))
        painter.drawRoundedRect(QRectF(area.left(), area.top(), area.width() * self._share, area.height()), 3, 3)
        middle = area.center().x()
        painter.fillRect(QRectF(middle - 1, 0, 2, self.height()), style.colour(Role.TEXT_SOFT))
        painter.end()


class ServerView(QScrollArea):
    """Everything about the machine that carries the terminals."""

    def __init__(self, desk: EngineDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("server_view")
        self.setAccessibleName("Server")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fleet = desk.fleet
        self._connection = desk.connection
        self._since = QElapsedTimer()
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._show)
        desk.fleet_changed.connect(self._on_fleet_changed)
        desk.connection_changed.connect(self._on_connection_changed)
        self._show()

    def _build(self) -> None:
        page = _Ground(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(look().px(16), look().px(12), look().px(16), look().px(10))
        self.title = Words("Server", Role.TEXT, FontRole.TITLE, page, wraps=False)
        self.late = Words("", Role.WARNING, FontRole.STRONG, page, wraps=False)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.late)
        column.addLayout(head)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._sections = (
            self._build_room(page),
            self._build_sums(page),
            self._build_builds(page),
            self._build_engine(page),
        )
        for section in self._sections:
            section.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._arrange(2)
        column.addLayout(self._grid)
        column.addWidget(self._build_loads(page))
        column.addStretch(1)
        self.setWidget(page)

    def _arrange(self, columns: int) -> None:
        """Put the sections beside each other, so many in a row."""
        self._columns = columns
        for place, section in enumerate(self._sections):
            self._grid.addWidget(section, place // columns, place % columns)
        for column in range(len(self._sections)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """A wide page has all sections in one row."""
        super().resizeEvent(event)
        columns = len(self._sections) if self.viewport().width() >= look().px(WIDE) else 2
        if columns != self._columns:
            self._arrange(columns)

    def _build_room(self, parent: QWidget) -> Section:
        section = Section("Safe to add another?", parent)
        self.room = LampLabel("", "unknown", section)
        self.room.setObjectName("room_for_another")
        self.room.set_strong(True)
        self.why = Words("", Role.TEXT_SOFT, parent=section)
        self.load = LoadBar(section)
        self.load.setMaximumWidth(look().px(420))
        self.load_words = Words("", Role.TEXT_FAINT, FontRole.SMALL, section)
        for widget in (self.room, self.why, self.load, self.load_words):
            section.content.addWidget(widget)
        section.content.addStretch(1)
        return section

    def _build_sums(self, parent: QWidget) -> Section:
        section = Section("All terminals together", parent)
        self.sums = Facts(SUM_FACTS, 1, section)
        section.content.addWidget(self.sums)
        section.content.addStretch(1)
        return section

    def _build_builds(self, parent: QWidget) -> Section:
        section = Section("MT5 builds", parent)
        self.builds = Words("", Role.TEXT, parent=section)
        self.skew = Words("", Role.WARNING, parent=section)
        section.content.addWidget(self.skew)
        section.content.addWidget(self.builds)
        section.content.addStretch(1)
        return section

    def _build_loads(self, parent: QWidget) -> Section:
        section = Section("Terminals, heaviest first", parent)
        self.loads = LoadList(section)
        section.content.addWidget(self.loads)
        return section

    def _build_engine(self, parent: QWidget) -> Section:
        section = Section("Engine", parent)
        self.connection = LampLabel("", "unknown", section)
        self.connection_words = Words("", Role.TEXT_SOFT, parent=section)
        self.engine = Facts(ENGINE_FACTS, 1, section)
        for widget in (self.connection, self.connection_words, self.engine):
            section.content.addWidget(widget)
        section.content.addStretch(1)
        return section

    # ---- what is shown ------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ages go on counting while somebody looks."""
        super().showEvent(event)
        self._timer.start()
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    @Slot(object)
    def _on_fleet_changed(self, fleet: FleetPicture) -> None:
        self._fleet = fleet
        self._since.start()
        if self.isVisible():
            self._show()

    @Slot(object)
    def _on_connection_changed(self, connection: ConnectionPicture) -> None:
        self._connection = connection
        self._show()

    def _show(self) -> None:
        fleet = self._fleet
        late_s = self._since.elapsed() / 1000.0 if self._since.isValid() else None
        is_late = late_s is not None and late_s > LATE_AFTER_S
        self.title.say(f"Server {fleet.server}".strip())
        self.late.say(f"No news for {age_words(late_s)}" if is_late else "")
        self._show_room(fleet)
        self._show_sums(fleet)
        self._show_builds(fleet)
        self._show_engine(fleet, late_s)
        self.loads.set_rows(load_rows(fleet.terminals, fleet.at_utc_s))

    def _show_room(self, fleet: FleetPicture) -> None:
        room = room_for_another(fleet)
        self.room.set_lamp(room.lamp, room.answer)
        self.why.say(room.why[:1].upper() + room.why[1:])
        count, advised = len(fleet.terminals), fleet.recommended_terminals
        self.load.set_load(count, advised)
        words = f"{count} terminals; {NOTHING if advised is None else advised} recommended (the mark)"
        self.load_words.say(words, LAMP_ROLES["warning"] if advised and count > advised else Role.TEXT_FAINT)

    def _show_sums(self, fleet: FleetPicture) -> None:
        terminals, sums = fleet.terminals, self.sums
        beating, expected = (sum(getattr(one, name) for one in terminals) for name in ("beating", "expected"))
        sums.say("Robots", f"{beating} of {expected} beating")
        positions, unseen = sum_of([one.positions for one in terminals])
        sums.say("Open positions", _summed(None if positions is None else f"{positions:.0f}", unseen))
        running = [one for one in terminals if one.pid is not None]
        cpu, unseen = sum_of([one.cpu_percent for one in running])
        sums.say("Processor", _summed(None if cpu is None else f"{percent_words(cpu)} of one core", unseen))
        memory, unseen = sum_of([one.rss_bytes for one in running])
        sums.say("Memory", _summed(None if memory is None else memory_words(int(memory)), unseen))
        sums.say("Running", f"{len(running)} of {len(terminals)} terminals")
        heavy = max(
            (one for one in running if one.rss_bytes is not None), key=lambda one: one.rss_bytes or 0, default=None
        )
        sums.say("Heaviest", NOTHING if heavy is None else f"{heavy.name}, {memory_words(heavy.rss_bytes)}")

    def _show_builds(self, fleet: FleetPicture) -> None:
        builds = builds_of(fleet.terminals)
        told = Counter(build for build, _ in builds if build is not None)
        lines = [f"{'unknown' if b is None else f'build {b}'}: {len(names)} ({_named(names)})" for b, names in builds]
        self.builds.say("\n".join(lines) or "No terminal has told its build yet.")
        skewed = len(told) > 1
        newest, oldest = (max(told), min(told)) if told else (0, 0)
        words = f"Terminals differ: builds {oldest} to {newest}. An update is pending on the older ones."
        self.skew.say(words if skewed else "")
        self.skew.setVisible(skewed)

    def _show_engine(self, fleet: FleetPicture, late_s: float | None) -> None:
        words, lamp = _CONNECTION.get(self._connection.state, ("unknown", "unknown"))
        self.connection.set_lamp(lamp, f"Engine {words}")
        self.connection_words.say(self._connection.words)
        self.connection_words.setVisible(bool(self._connection.words))
        engine = self.engine
        engine.say(
            "Engine start", NOTHING if fleet.generation is None else f"number {fleet.generation} of this directory"
        )
        engine.say("Watchdog", _MODES.get(fleet.mode, "unknown"), Role.TEXT if fleet.mode == "on" else Role.WARNING)
        interval = fleet.check_interval_s
        engine.say("Checks", NOTHING if interval is None else f"every {interval:g} s")
        engine.say("Newest picture", _ago(late_s))


class _Ground(QWidget):
    """The page's ground."""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Fill it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.PANEL))
        painter.end()


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "none yet"
    return "just now" if seconds < 1.0 else f"{age_words(seconds)} ago"


def _summed(words: str | None, unseen: int) -> str:
    if words is None:
        return "unknown"
    return f"{words} (unknown for {unseen})" if unseen else words


def _named(names: tuple[str, ...]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
