"""What a card or a row says about one terminal, in words and roles, made from its picture. Pure.

`StillFacts` change when something happens, `CardFacts` add what moves every second: the same still facts are the same
object, so that what is painted from them can be kept. Ages come with the picture; `elapsed_s` is how old the picture
itself is. Must not know: Qt, painting, or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mt5console.ui.pictures import TerminalPicture
from mt5console.ui.theme.amounts import (
    NOTHING,
    age_words,
    count_words,
    memory_words,
    percent_words,
    rough_age_words,
    uptime_words,
)
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import LAMP_WORDS, Lamp, lamp_of, look_of
from mt5console.ui.widgets.badge import money_badge

FRESH_S = 2.5
"""A picture that is younger is shown as it came; an older one lets its ages grow."""

RESTING = frozenset({"stopped", "suspended", "updating"})
"""States in which silence is nobody's alarm: the graph is drawn in grey."""

_WANTED = {"running": "should run", "stopped": "should rest"}

Badge = tuple[str, Role]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StillFacts:
    """What stays the same until something happens."""

    user_id: int
    name: str
    account: str
    badges: tuple[Badge, ...]
    title: str
    role: Role
    lamp: Lamp
    words: str
    words_role: Role
    lamps: tuple[tuple[str, Lamp], ...]
    robots: str
    wanted: str
    restarts: str
    restarts_words: str
    restarts_role: Role
    is_busy: bool
    is_running: bool
    is_resting: bool

    @property
    def spoken(self) -> str:
        """The card in one line for a screen reader."""
        kinds = ", ".join(text.lower() for text, _ in self.badges)
        checks = ", ".join(f"{word} {LAMP_WORDS[lamp]}" for word, lamp in self.lamps)
        return f"{self.name}, {self.account}, {kinds}: {self.title}{'; ' + self.words if self.words else ''}. {checks}"


class CardFacts(NamedTuple):
    """The words of one card. `beat` stands on the graph, `worst` in a column; both tell the oldest heartbeat's age."""

    user_id: int
    still: StillFacts
    beat: str
    beat_role: Role
    worst: str
    up: str
    cpu: str
    memory: str


class FactsBook:
    """Turns pictures into facts, and gives the still facts again while what they say is the same."""

    def __init__(self) -> None:
        self._still: dict[int, tuple[tuple[object, ...], StillFacts]] = {}

    def facts_of(
        self, terminal: TerminalPicture, at_utc_s: float, stale_after_s: float, elapsed_s: float = 0.0, busy: str = ""
    ) -> CardFacts:
        """A terminal in words. `busy`: the progress of an act on it that is under way, empty for none."""
        late_s = elapsed_s if elapsed_s > FRESH_S else 0.0
        beating, expected, worst_s = _robots(terminal)
        still = self._still_facts(terminal, beating, expected, busy)
        beat, beat_role, worst = _beat(terminal, beating, worst_s, stale_after_s, late_s)
        started = terminal.started_utc_s
        up = None if started is None or terminal.pid is None else at_utc_s + late_s - started
        return CardFacts(
            terminal.user_id,
            still,
            beat,
            beat_role,
            worst,
            uptime_words(up),
            percent_words(terminal.cpu_percent),
            memory_words(terminal.rss_bytes),
        )

    def _still_facts(self, terminal: TerminalPicture, beating: int, expected: int, busy: str) -> StillFacts:
        said = (
            (terminal.login, terminal.account_server, terminal.trade_mode, terminal.state, terminal.words, busy),
            (terminal.process.ok, terminal.ipc.ok, terminal.account.ok, terminal.robots.ok, beating, expected),
            (terminal.incident, terminal.positions, terminal.restarts_in_window, terminal.restart_budget),
            (terminal.pid is None, terminal.desired, terminal.stop_latched, terminal.watch_only),
            terminal.maintenance_until_utc_s is None,
        )
        known = self._still.get(terminal.user_id)
        if known is not None and known[0] == said:
            return known[1]
        facts = _still_facts(terminal, beating, expected, busy)
        self._still[terminal.user_id] = (said, facts)
        return facts


def _robots(terminal: TerminalPicture) -> tuple[int, int, float | None]:
    """How many robots beat, how many are expected to, and the oldest heartbeat's age among those; in one walk."""
    beating = expected = 0
    worst: float | None = None
    for robot in terminal.robot_pictures:
        if robot.rests:
            # The last beat of a robot that was taken off grows old for ever, and would hide the silence of the others.
            continue
        age = robot.heartbeat_age_s
        beating += robot.state == "beating"
        expected += 1
        if age is not None and (worst is None or age > worst):
            worst = age
    return beating, expected, worst


def _still_facts(terminal: TerminalPicture, beating: int, expected: int, busy: str) -> StillFacts:
    state = look_of(terminal.state)
    words, words_role = (busy, Role.ACCENT) if busy else _words(terminal)
    login = NOTHING if terminal.login is None else str(terminal.login)
    used, budget = terminal.restarts_in_window, terminal.restart_budget
    return StillFacts(
        user_id=terminal.user_id,
        name=terminal.name,
        account=f"{login} @ {terminal.account_server or NOTHING}",
        badges=_badges(terminal),
        title=state.title,
        role=state.role,
        lamp="busy" if busy else state.lamp,
        words=words,
        words_role=words_role,
        lamps=_lamps(terminal, beating, expected),
        robots=count_words(beating, expected),
        wanted=_WANTED.get(terminal.desired, ""),
        restarts=count_words(used, budget),
        restarts_words=f"restarts {NOTHING if used is None else used} of {NOTHING if budget is None else budget}",
        restarts_role=_restarts_role(used or 0, budget or 0),
        is_busy=bool(busy),
        is_running=terminal.pid is not None,
        is_resting=terminal.state in RESTING,
    )


def _badges(terminal: TerminalPicture) -> tuple[Badge, ...]:
    badges: list[Badge] = []
    if terminal.stop_latched:
        badges.append(("STOP LATCHED", Role.FAILING))
    if terminal.maintenance_until_utc_s is not None:
        badges.append(("MAINTENANCE", Role.ACCENT))
    if terminal.watch_only:
        badges.append(("WATCH ONLY", Role.TEXT_SOFT))
    word, role, _ = money_badge(terminal.trade_mode)
    return (*badges, (word, role))


def _lamps(terminal: TerminalPicture, beating: int, expected: int) -> tuple[tuple[str, Lamp], ...]:
    """The four checks; some robots beating and some not is a warning, none beating is a failure."""
    lamps = [(title, lamp_of(check.ok)) for title, check in terminal.checks[:3]]
    robots: Lamp = lamp_of(terminal.robots.ok)
    if robots == "failing" and beating:
        robots = "warning"
    return (*lamps, (f"Robots {beating}/{expected}" if expected else "No robots", robots))


def _words(terminal: TerminalPicture) -> tuple[str, Role]:
    """The incident, or why the state is what it is; a healthy terminal needs no words but what is special."""
    if terminal.incident:
        return terminal.incident, Role.TEXT_SOFT
    if terminal.state == "healthy":
        special = terminal.words.partition("; ")[2]
        if not special and terminal.positions:
            special = f"{terminal.positions} position{'s' if terminal.positions != 1 else ''} open"
        return special, Role.TEXT_FAINT
    return _without_title(terminal.words, terminal.state) or _first_failure(terminal), Role.TEXT_SOFT


def _without_title(words: str, state: str) -> str:
    """`quarantined: five restarts` reads better without its first word beside the title."""
    head, colon, rest = words.partition(": ")
    return rest if colon and head.replace(" ", "_") == state else words


def _first_failure(terminal: TerminalPicture) -> str:
    return next((check.evidence for _, check in terminal.checks if check.ok is False), "")


def _beat(
    terminal: TerminalPicture, beating: int, worst_s: float | None, stale_after_s: float, late_s: float
) -> tuple[str, Role, str]:
    if worst_s is None:
        return "no beat seen" if terminal.robot_pictures else "no robots", Role.TEXT_FAINT, NOTHING
    age = worst_s + late_s
    words = age_words(age)
    if age <= stale_after_s:
        return words, Role.TEXT_FAINT, words
    role = Role.WARNING if beating and terminal.process.ok else Role.FAILING
    if terminal.state in RESTING:
        role = Role.TEXT_SOFT
    return f"silent for {rough_age_words(age)}", role, words


def _restarts_role(used: int, budget: int) -> Role:
    if used == 0 or budget == 0:
        return Role.TEXT_FAINT
    return Role.FAILING if used >= budget else Role.WARNING if used * 2 >= budget else Role.TEXT_SOFT
