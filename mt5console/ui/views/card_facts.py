"""What a card or a row says about one terminal, in words and roles, made from its picture. Pure.

Ages come with the picture; `elapsed_s` is how old the picture itself is. Must not know: Qt, painting, or a clock.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from mt5console.ui.pictures import CheckPicture, TerminalPicture
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

Badge = tuple[str, Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """The words of one card. `key`: changes when something of its slow part does (what is painted into a pixmap)."""

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
    beat: str
    beat_role: Role
    worst: str
    robots: str
    up: str
    restarts: str
    restarts_words: str
    restarts_role: Role
    cpu: str
    memory: str
    is_busy: bool
    is_running: bool
    is_resting: bool
    real_money: bool
    key: Hashable

    @property
    def spoken(self) -> str:
        """The card in one line for a screen reader."""
        kinds = ", ".join(text.lower() for text, _ in self.badges)
        checks = ", ".join(f"{word} {LAMP_WORDS[lamp]}" for word, lamp in self.lamps)
        return f"{self.name}, {self.account}, {kinds}: {self.title}{'; ' + self.words if self.words else ''}. {checks}"


def facts_of(
    terminal: TerminalPicture, at_utc_s: float, stale_after_s: float, elapsed_s: float = 0.0, busy: str = ""
) -> CardFacts:
    """A terminal in words. `busy`: the progress of an act on it that is under way, empty for none."""
    late_s = elapsed_s if elapsed_s > FRESH_S else 0.0
    state = look_of(terminal.state)
    badges, lamps = _badges(terminal), _lamps(terminal)
    words, words_role = (busy, Role.ACCENT) if busy else _words(terminal)
    beat, beat_role, worst = _beat(terminal, stale_after_s, late_s)
    started = terminal.started_utc_s
    up = None if started is None or terminal.pid is None else at_utc_s + late_s - started
    lamp: Lamp = "busy" if busy else state.lamp
    account = f"{NOTHING if terminal.login is None else terminal.login} @ {terminal.account_server or NOTHING}"
    return CardFacts(
        user_id=terminal.user_id,
        name=terminal.name,
        account=account,
        badges=badges,
        title=state.title,
        role=state.role,
        lamp=lamp,
        words=words,
        words_role=words_role,
        lamps=lamps,
        beat=beat,
        beat_role=beat_role,
        worst=worst,
        robots=count_words(terminal.beating, terminal.expected),
        up=uptime_words(up),
        restarts=count_words(terminal.restarts_in_window, terminal.restart_budget),
        restarts_words=_restarts(terminal),
        restarts_role=_restarts_role(terminal),
        cpu=percent_words(terminal.cpu_percent),
        memory=memory_words(terminal.rss_bytes),
        is_busy=bool(busy),
        is_running=terminal.pid is not None,
        is_resting=terminal.state in RESTING,
        real_money=terminal.counts_as_real,
        key=(terminal.user_id, account, badges, terminal.state, lamp, lamps),
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


def _lamps(terminal: TerminalPicture) -> tuple[tuple[str, Lamp], ...]:
    """The four checks; some robots beating and some not is a warning, none beating is a failure."""
    lamps = [(title, lamp_of(check.ok)) for title, check in terminal.checks[:3]]
    robots: Lamp = lamp_of(terminal.robots.ok)
    if robots == "failing" and terminal.beating:
        robots = "warning"
    word = f"Robots {terminal.beating}/{terminal.expected}" if terminal.expected else "No robots"
    return (*lamps, (word, robots))


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
    failing: list[CheckPicture] = [check for _, check in terminal.checks if check.ok is False]
    return failing[0].evidence if failing else ""


def _beat(terminal: TerminalPicture, stale_after_s: float, late_s: float) -> tuple[str, Role, str]:
    worst = terminal.worst_age_s
    if worst is None:
        silent = "no beat seen" if terminal.robot_pictures else "no robots"
        return silent, Role.TEXT_FAINT, NOTHING
    age = worst + late_s
    if age <= stale_after_s:
        return f"{age_words(age)}", Role.TEXT_FAINT, age_words(age)
    role = Role.WARNING if terminal.beating and terminal.process.ok else Role.FAILING
    if terminal.state in RESTING:
        role = Role.TEXT_SOFT
    return f"silent for {rough_age_words(age)}", role, age_words(age)


def _restarts(terminal: TerminalPicture) -> str:
    if terminal.restarts_in_window is None or terminal.restart_budget is None:
        return f"restarts {NOTHING}"
    return f"restarts {terminal.restarts_in_window} of {terminal.restart_budget}"


def _restarts_role(terminal: TerminalPicture) -> Role:
    used, budget = terminal.restarts_in_window or 0, terminal.restart_budget or 0
    if used == 0 or budget == 0:
        return Role.TEXT_FAINT
    return Role.FAILING if used >= budget else Role.WARNING if used * 2 >= budget else Role.TEXT_SOFT
