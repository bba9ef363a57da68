"""status, incidents, why: what is, what is wrong, what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from mt5console.commands.options import UserArgument
from mt5console.commands.output import UNKNOWN, clock_time, emit, say, seconds, table
from mt5console.commands.session import session_of

CHECKS = ("process", "ipc", "account", "robots")
_LAMPS = {True: "ok", False: "FAILED", None: "unknown"}


def status(context: typer.Context) -> int:
    """The fleet as it is now: terminals, their four checks, their robots."""
    session = session_of(context)
    with session.open(acting=False) as door:
        answer = door.status()
    emit(session, answer, lambda: _status_words(answer))
    return 0


def incidents(
    context: typer.Context,
    include_cleared: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
) -> int:
    """What is wrong, newest first."""
    session = session_of(context)
    with session.open(acting=False) as door:
        found = door.incidents(include_cleared)
    columns = ("since", "cleared", "user", "robot", "what", "next")
    rows = [
        [
            clock_time(incident["opened_at"]),
            "open" if incident["cleared_at"] is None else clock_time(incident["cleared_at"]),
            incident["user_id"],
            incident["robot_id"],
            incident["text"],
            incident["next_step"],
        ]
        for incident in found
    ]
    emit(session, found, lambda: table(columns, rows, "Nothing is wrong."))
    return 0


def why(
    context: typer.Context,
    user: UserArgument,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many decisions.")] = 50,
) -> int:
    """The decision trace of one user in sentences, oldest first."""
    session = session_of(context)
    with session.open(acting=False) as door:
        decisions = door.decisions(user, limit)
    told = [{**decision, "sentence": sentence(decision)} for decision in decisions]
    emit(session, told, lambda: _why_words(user, told))
    return 0


def sentence(decision: Mapping[str, Any]) -> str:
    """One decision as a sentence: what happened, what was decided, why, what comes next."""
    told = f"{clock_time(decision.get('at'))}: {decision['trigger']}: {decision['decided']}"
    if decision.get("why"):
        told += f", because {decision['why']}"
    told += "."
    if decision.get("observed_only"):
        told += " Only observed, nothing was done."
    if decision.get("before") != decision.get("after") and decision.get("after"):
        told += f" State: {decision['before']} → {decision['after']}."
    if decision.get("next"):
        told += f" Next: {decision['next']}."
    return told


def _status_words(answer: Mapping[str, Any]) -> None:
    watchdog = answer["watchdog"]
    kind = "SIMULATED" if answer.get("simulated") else "LIVE"
    running = f"{watchdog['mode']}, every {watchdog['check_interval']} s" if watchdog["running"] else "NOT RUNNING"
    say(f"Server {answer['server']} ({kind}) – watchdog {running}")
    if answer.get("trouble"):
        say(f"NOTHING IS DECIDED: {answer['trouble']}")
    columns = ("user", "account", "state", "desired", "pid", *CHECKS, "beating", "oldest beat", "restarts", "incident")
    rows = [_terminal_row(terminal) for terminal in answer["terminals"]]
    table(columns, rows, "No terminals yet: `mt5console user add`, then `mt5console terminal start`.")


def _terminal_row(terminal: Mapping[str, Any]) -> list[object]:
    robots = terminal["robots"]
    # A robot that a person took off its chart beats no more, and that is no news.
    ages = [robot["heartbeat_age"] for robot in robots if robot.get("state") != "suspended"]
    beating = sum(1 for robot in robots if robot.get("state") == "beating")
    return [
        terminal["user_id"],
        f"{terminal.get('login')}@{terminal.get('account_server')}",
        terminal["state"],
        terminal["desired"],
        terminal["pid"],
        *(_LAMPS[terminal["checks"][check]["ok"]] for check in CHECKS),
        f"{beating} of {len(robots)}",
        seconds(max((age for age in ages if age is not None), default=None)),
        f"{terminal['restarts_in_window']} of {terminal.get('restart_budget', UNKNOWN)}",
        terminal["incident"],
    ]


def _why_words(user: int, decisions: list[dict[str, Any]]) -> None:
    if not decisions:
        say(f"Nothing has been decided about user {user} yet.")
    for decision in reversed(decisions):
        say(decision["sentence"])
