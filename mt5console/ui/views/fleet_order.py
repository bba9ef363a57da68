"""Which terminals the fleet view shows, and in which order. Pure. Must not know: Qt or how they are painted.

Worst first; inside a state by user id, so that a card only moves when its state's severity changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mt5console.ui.pictures import TerminalPicture
from mt5console.ui.theme.states import severity, title_of


def arrange(
    terminals: Iterable[TerminalPicture], text: str = "", states: Collection[str] = ()
) -> tuple[TerminalPicture, ...]:
    """The terminals that match, worst first. `text`: every word must be found; `states`: none means all."""
    words = text.casefold().split()
    shown = [
        terminal
        for terminal in terminals
        if (not states or terminal.state in states) and (not words or matches(terminal, words))
    ]
    return tuple(sorted(shown, key=lambda terminal: (-severity(terminal.state), terminal.user_id)))


def matches(terminal: TerminalPicture, words: Iterable[str]) -> bool:
    """Whether each word (case folded) is part of the user, login, server, a robot, a symbol or the state."""
    found = searched_text(terminal)
    return all(word in found for word in words)


def searched_text(terminal: TerminalPicture) -> str:
    """What search looks through, case folded."""
    parts = [
        terminal.name,
        f"user {terminal.user_id}",
        str(terminal.login or ""),
        terminal.account_server,
        title_of(terminal.state),
        "live real" if terminal.counts_as_real else terminal.trade_mode,
        "maintenance" if terminal.maintenance_until_utc_s is not None else "",
        "latched" if terminal.stop_latched else "",
    ]
    for robot in terminal.robot_pictures:
        parts += [str(robot.robot_id), f"robot_{robot.robot_id}", robot.symbol, robot.timeframe, robot.state]
    return "\n".join(parts).casefold()
