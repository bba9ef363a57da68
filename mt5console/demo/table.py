"""The live table of a headless demo in a terminal: one line per user, words beside every mark.

Must not know: where the status comes from.
"""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}


def fleet_table(status: dict[str, Any], seconds_left: float) -> Table:
    """The fleet now."""
    mode = status["watchdog"]["mode"]
    title = f"SIMULATED · {status['server']} · watchdog {mode} · {seconds_left:.0f} s left"
    table = Table(title=title, title_justify="left")
    for heading in ("user", "account", "state", "process", "ipc", "account", "robots", "beats", "restarts", "what"):
        table.add_column(heading, no_wrap=heading != "what")
    for terminal in status["terminals"]:
        checks = terminal["checks"]
        beating = sum(1 for robot in terminal["robots"] if robot["state"] == "beating")
        ages = [robot["heartbeat_age"] for robot in terminal["robots"] if robot["heartbeat_age"] is not None]
        worst = f"{max(ages):.1f} s" if ages else "none"
        table.add_row(
            f"user_{terminal['user_id']}",
            f"{terminal['login']}@{terminal['account_server']}",
            terminal["state"],
            *(_mark(checks[name]["ok"]) for name in ("process", "ipc", "account", "robots")),
            f"{beating}/{len(terminal['robots'])}, {worst}",
            f"{terminal['restarts_in_window']} of {terminal['restart_budget']}",
            terminal["incident"] or terminal["words"],
        )
    return table


def _mark(ok: bool | None) -> Text:
    sign, colour = MARKS[ok]
    word = {True: "ok", False: "failing", None: "unknown"}[ok]
    return Text(f"{sign} {word}", style=colour)
