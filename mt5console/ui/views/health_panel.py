"""Health of one terminal: four checks with their evidence, identity, facts, the newest decisions.

Shows pictures and asks for nothing. Must not know: engines, threads, other pages.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from mt5console.ui.models.moments import moment_words
from mt5console.ui.models.robots_model import RobotAges, robot_lamp
from mt5console.ui.pictures import CheckPicture, DecisionPicture, IdentityPicture
from mt5console.ui.theme.age_axis import stale_after_s
from mt5console.ui.theme.amounts import NOTHING, age_words, memory_words, percent_words, uptime_words
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import LAMP_ROLES, LAMP_WORDS, Lamp, lamp_of
from mt5console.ui.views.sight import Sight
from mt5console.ui.widgets.lamp import LampLabel
from mt5console.ui.widgets.section import Section
from mt5console.ui.widgets.sparkline import Sparkline
from mt5console.ui.widgets.words import Facts, Line, Words

CHECKS = ("Process", "IPC", "Account", "Robots")
FACTS = ("Algo trading", "Open positions", "Restarts", "Uptime", "Process id", "MT5 build", "CPU", "Memory")
MOST_DECISIONS = 4

_Verdicts = dict[bool | None, tuple[str, Role]]
_IDENTITY_WORDS: _Verdicts = {
    True: ("as expected", Role.OK),
    False: ("differs", Role.FAILING),
    None: ("not seen", Role.UNKNOWN),
}
_SWITCH_WORDS: _Verdicts = {True: ("on", Role.OK), False: ("off", Role.FAILING), None: ("unknown", Role.UNKNOWN)}


class _CheckRow:
    """One check: lamp and name, evidence, since when, age."""

    def __init__(self, title: str, grid: QGridLayout, row: int, parent: QWidget) -> None:
        self._title = title
        self.lamp = LampLabel(title, "unknown", parent)
        self.lamp.setObjectName(f"check_{title.lower()}")
        self.evidence = Words("", Role.TEXT_SOFT, parent=parent)
        self.since = Words("", Role.TEXT_FAINT, FontRole.SMALL, parent)
        self.age = Words("", Role.TEXT, parent=parent, wraps=False)
        self.age.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.lamp, 2 * row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.evidence, 2 * row, 1)
        grid.addWidget(self.age, 2 * row, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.since, 2 * row + 1, 1)

    def show_check(self, check: CheckPicture, sight: Sight) -> None:
        """Show a check; one that is too old is unknown, whatever it said."""
        lamp: Lamp = "unknown" if sight.is_late else lamp_of(check.ok)
        age = age_words(sight.grown(check.age_s))
        self.lamp.set_lamp(lamp)
        self.evidence.say(check.evidence or "nothing seen yet")
        word = LAMP_WORDS[lamp]
        since = moment_words(check.changed_utc_s, sight.now_utc_s)
        self.since.say(word if check.changed_utc_s is None else f"{word} since {since}", LAMP_ROLES[lamp])
        self.age.say(age, Role.WARNING if sight.is_late else Role.TEXT)
        self.lamp.setAccessibleDescription(f"{check.evidence}, seen {age} ago")


class _IdentityRow:
    """One part of the identity: expected, and what is seen when that is something else."""

    def __init__(self, grid: QGridLayout, row: int, parent: QWidget) -> None:
        self._what = Words("", Role.TEXT_SOFT, parent=parent, wraps=False)
        self._value = Line(Role.TEXT, FontRole.MONO, parent)
        self._verdict = Words("", Role.OK, parent=parent, wraps=False)
        self._verdict.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._seen = Line(Role.FAILING, FontRole.MONO, parent)
        for column, widget in enumerate((self._what, self._value, self._verdict)):
            grid.addWidget(widget, 2 * row, column)
        grid.addWidget(self._seen, 2 * row + 1, 1, 1, 2)

    def show_part(self, part: IdentityPicture | None) -> None:
        """Show a part; None hides the row."""
        for widget in (self._what, self._value, self._verdict):
            widget.setVisible(part is not None)
        self._seen.setVisible(part is not None and part.ok is False)
        if part is None:
            return
        words, role = _IDENTITY_WORDS[part.ok]
        self._what.say(_sentence(part.what))
        self._value.say(part.expected or NOTHING)
        self._verdict.say(words, role)
        self._seen.say(f"seen: {part.seen}")


class _RobotRow:
    """One robot in brief: lamp and id, chart, ages of the last minutes, age now."""

    def __init__(self, grid: QGridLayout, row: int, parent: QWidget) -> None:
        self.lamp = LampLabel("", "unknown", parent)
        self._chart = Words("", Role.TEXT_SOFT, parent=parent, wraps=False)
        self._graph = Sparkline(parent)
        self._now = Words("", Role.TEXT, parent=parent, wraps=False)
        self._now.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.widgets = (self.lamp, self._chart, self._graph, self._now)
        for column, widget in enumerate(self.widgets):
            grid.addWidget(widget, row, column)

    def show_robot(self, place: int, sight: Sight, ages: RobotAges) -> None:
        """Show the robot of this place, or nothing."""
        robots = sight.terminal.robot_pictures
        for widget in self.widgets:
            widget.setVisible(place < len(robots))
        if place >= len(robots):
            return
        robot = robots[place]
        self.lamp.set_lamp("unknown" if sight.is_late else robot_lamp(robot.state), str(robot.robot_id))
        self._chart.say(f"{robot.symbol} {robot.timeframe}".strip())
        self._graph.set_series(ages.by_second(robot.robot_id), stale_after_s(sight.fleet.simulated))
        self._now.say(age_words(sight.grown(robot.heartbeat_age_s)))


class _DecisionRow:
    """One decision: when, what was decided, and in a softer line what happened and why."""

    def __init__(self, grid: QGridLayout, row: int, parent: QWidget) -> None:
        self._when = Words("", Role.TEXT_SOFT, FontRole.MONO, parent, wraps=False)
        self._decided = Words("", Role.TEXT, FontRole.STRONG, parent)
        self._why = Words("", Role.TEXT_SOFT, parent=parent)
        grid.addWidget(self._when, 2 * row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._decided, 2 * row, 1)
        grid.addWidget(self._why, 2 * row + 1, 1)

    def show_decision(self, decision: DecisionPicture | None, now_utc_s: float) -> None:
        """Show a decision; None hides the row."""
        for widget in (self._when, self._decided, self._why):
            widget.setVisible(decision is not None)
        if decision is None:
            return
        self._when.say(moment_words(decision.at_utc_s, now_utc_s))
        self._decided.say(_sentence(decision.decided))
        self._why.say("; ".join(part for part in (decision.trigger, decision.why) if part))


class HealthPanel(QScrollArea):
    """The dock's first page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("health_panel")
        self.setAccessibleName("Health")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._identity: list[_IdentityRow] = []
        self._robots: list[_RobotRow] = []
        for section in (
            self._build_checks(page),
            self._build_identity(page),
            self._build_facts(page),
            self._build_robots(page),
            self._build_decisions(page),
        ):
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(page)
        self.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)

    def _build_checks(self, parent: QWidget) -> Section:
        section, grid = _grid("Checks", parent)
        self._checks = {title: _CheckRow(title, grid, row, section) for row, title in enumerate(CHECKS)}
        return section

    def _build_identity(self, parent: QWidget) -> Section:
        section, self._identity_grid = _grid("Identity", parent)
        self._identity_section = section
        return section

    def _build_facts(self, parent: QWidget) -> Section:
        section = Section("Terminal", parent)
        self.facts = Facts(FACTS, 2, section)
        section.content.addWidget(self.facts)
        return section

    def _build_robots(self, parent: QWidget) -> Section:
        section, self._robots_grid = _grid("Robots", parent, stretch=2)
        self._robots_section = section
        return section

    def _build_decisions(self, parent: QWidget) -> Section:
        section, grid = _grid("Decisions, newest first", parent)
        self._no_decisions = Words("Nothing was decided yet.", Role.TEXT_SOFT, parent=section)
        section.content.addWidget(self._no_decisions)
        self._decisions = [_DecisionRow(grid, row, section) for row in range(MOST_DECISIONS)]
        self.show_decisions((), 0.0)
        return section

    def show_sight(self, sight: Sight, ages: RobotAges) -> None:
        """Show a terminal as it is seen now."""
        for title, check in sight.terminal.checks:
            self._checks[title].show_check(check, sight)
        self._show_identity(sight.terminal.identity)
        self._show_facts(sight)
        self._show_robots(sight, ages)

    def show_decisions(self, decisions: tuple[DecisionPicture, ...], now_utc_s: float) -> None:
        """Show the newest of these (newest first)."""
        self._no_decisions.setVisible(not decisions)
        for place, row in enumerate(self._decisions):
            row.show_decision(decisions[place] if place < len(decisions) else None, now_utc_s)

    def _show_identity(self, parts: tuple[IdentityPicture, ...]) -> None:
        while len(self._identity) < len(parts):
            self._identity.append(_IdentityRow(self._identity_grid, len(self._identity), self._identity_section))
        for place, row in enumerate(self._identity):
            row.show_part(parts[place] if place < len(parts) else None)
        self._identity_section.setVisible(bool(parts))

    def _show_robots(self, sight: Sight, ages: RobotAges) -> None:
        count = len(sight.terminal.robot_pictures)
        while len(self._robots) < count:
            self._robots.append(_RobotRow(self._robots_grid, len(self._robots), self._robots_section))
        for place, row in enumerate(self._robots):
            row.show_robot(place, sight, ages)
        self._robots_section.setVisible(count > 0)

    def _show_facts(self, sight: Sight) -> None:
        terminal, facts = sight.terminal, self.facts
        facts.say("Algo trading", *_SWITCH_WORDS[terminal.trade_allowed])
        facts.say("Open positions", "unknown" if terminal.positions is None else str(terminal.positions))
        spent = terminal.restarts_in_window
        words = "unknown" if spent is None else f"{spent} of {terminal.restart_budget or NOTHING}"
        facts.say("Restarts", words, Role.WARNING if spent else Role.TEXT)
        up = (
            None if terminal.pid is None or terminal.started_utc_s is None else sight.now_utc_s - terminal.started_utc_s
        )
        absent = "unknown" if terminal.process.ok is None else "not running"
        facts.say("Uptime", uptime_words(up) if terminal.pid is not None else absent)
        facts.say("Process id", NOTHING if terminal.pid is None else str(terminal.pid))
        facts.say("MT5 build", NOTHING if terminal.build is None else str(terminal.build))
        facts.say("CPU", percent_words(terminal.cpu_percent))
        facts.say("Memory", memory_words(terminal.rss_bytes))


def _grid(title: str, parent: QWidget, stretch: int = 1) -> tuple[Section, QGridLayout]:
    section = Section(title, parent)
    grid = QGridLayout()
    grid.setHorizontalSpacing(look().px(12))
    grid.setVerticalSpacing(look().px(3))
    grid.setColumnStretch(stretch, 1)
    section.content.addLayout(grid)
    return section, grid


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
