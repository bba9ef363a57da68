"""watchdog run and stop, demo: an engine's life."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mt5console.commands.output import emit, say
from mt5console.commands.session import Session, session_of
from mt5console.core.errors import EXIT_DONE, ConsoleError

watchdog_commands = typer.Typer(help="The engine without a window.")


@watchdog_commands.command("run")
def run(
    context: typer.Context,
    check_interval: Annotated[
        float | None,
        typer.Option("--check-interval", metavar="SECONDS", min=0.1, max=3600, help="Between checks; 10 by default."),
    ] = None,
    robot: Annotated[int | None, typer.Option("--robot", metavar="ID", min=1, help="Must be known here.")] = None,
    observe_only: Annotated[bool, typer.Option("--observe-only", help="Say what would be done; do nothing.")] = False,
) -> int:
    """Watch and heal until it is ended. Exit 5 when another engine holds the base directory."""
    from mt5console.app import run_engine

    session = session_of(context)
    return run_engine(
        session.base_dir,
        session.simulate,
        check_interval=check_interval,
        robot_id=robot,
        observe_only=observe_only,
    )


@watchdog_commands.command("stop")
def stop(context: typer.Context) -> int:
    """End the running engine: terminals go on, and nobody watches them. Exit 1 when none runs, 5 when it is silent."""
    from mt5console.app import stop_engine

    session = session_of(context)
    answer = stop_engine(session.base_dir, session.simulate)
    answer["starts_again"] = _starts_again(session)
    emit(session, answer, lambda: _say_stopped(answer["starts_again"]))
    return EXIT_DONE


def _say_stopped(starts_again: bool) -> None:
    say("The engine has ended. Terminals and robots go on; nobody watches them.")
    say("A window that is open starts an engine again.")
    if starts_again:
        say("So does the entry at logon, within five minutes: `mt5console autostart remove` ends that.")


def _starts_again(session: Session) -> bool:
    """Whether the system starts an engine again by itself."""
    if sys.platform == "win32":
        from mt5console import autostart

        try:
            entry = autostart.status(session.base_dir, session.simulate)
        except ConsoleError:
            return False
        return bool(entry["installed"] and entry["enabled"])
    else:  # noqa: RET505 - both type checks must see one branch each
        return False


def demo(
    context: typer.Context,
    users: Annotated[int, typer.Option("--users", min=1, max=1000, help="Terminals.")] = 6,
    robots: Annotated[int, typer.Option("--robots", min=0, max=100, help="Robots on each.")] = 3,
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
    seconds: Annotated[
        float | None, typer.Option("--seconds", metavar="N", min=0, help="How long, from the moment the fleet is up.")
    ] = None,
    screenshot: Annotated[
        Path | None, typer.Option("--screenshot", metavar="FILE", help="Save the window at the end.")
    ] = None,
    chaos: Annotated[bool, typer.Option("--chaos", help="Inject faults that heal, and report each.")] = False,
    native_robots: Annotated[
        bool, typer.Option("--native-robots", help="Compile the MQL5 sources, and run those. Needs g++ and a checkout.")
    ] = False,
) -> int:
    """A simulated fleet from nothing: provisions, starts, deploys with confirmation, watches. Leaves nothing behind."""
    from mt5console.app import run_demo

    session = session_of(context)
    return run_demo(
        base_dir=session.base_dir,
        users=users,
        robots=robots,
        headless=headless,
        seconds=seconds,
        screenshot=screenshot,
        chaos=chaos,
        native=native_robots,
        json_output=session.as_json,
    )
