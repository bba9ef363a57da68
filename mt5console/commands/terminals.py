"""terminal start|stop|restart, release, stop-all, resume."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mt5console.commands.acts import perform
from mt5console.commands.options import EvenWithPositions, Live, UserArgument, timeout_option
from mt5console.commands.output import complain, facts, say
from mt5console.commands.session import Session, session_of
from mt5console.core.errors import CANNOT_ACT, EXIT_LOCKED, ConsoleError, EngineHeld, UsageInvalid

terminal_commands = typer.Typer(help="One-click acts; return when seen to be done.")


@terminal_commands.command("start")
def start(
    context: typer.Context,
    user: UserArgument,
    timeout: Annotated[float, timeout_option("How long the login may take.")] = 120.0,
) -> int:
    """Start a user's terminal and keep it running; done when its login is seen."""
    return perform(session_of(context), "terminal_start", {"user_id": user, "timeout_s": timeout}, _words)


@terminal_commands.command("stop")
def stop(
    context: typer.Context,
    user: UserArgument,
    live: Live = None,
    even_with_positions: EvenWithPositions = False,
    timeout: Annotated[float, timeout_option("How long the terminal may take to close.")] = 60.0,
) -> int:
    """Close a user's terminal and keep it stopped; done when its process is gone."""
    return _guarded(session_of(context), "terminal_stop", user, live, even_with_positions, timeout)


@terminal_commands.command("restart")
def restart(
    context: typer.Context,
    user: UserArgument,
    live: Live = None,
    even_with_positions: EvenWithPositions = False,
    timeout: Annotated[float, timeout_option("How long it may take until all robots are proven back.")] = 180.0,
) -> int:
    """Close and start again; done when every running robot is proven back or named as missing."""
    return _guarded(session_of(context), "terminal_restart", user, live, even_with_positions, timeout)


def release(context: typer.Context, user: UserArgument, live: Live = None) -> int:
    """You have looked: quarantine, suspension or a refused login ends, and the watchdog acts on this terminal again."""
    return perform(session_of(context), "release", {"user_id": user, "confirm_live": live}, _words)


def stop_all(
    context: typer.Context,
    word: Annotated[str, typer.Option("--word", metavar="STOP", help="The word STOP, to show that you mean it.")],
    timeout: Annotated[float, timeout_option("How long the proof of every terminal may take.")] = 60.0,
) -> int:
    """Stop every robot, with proof per terminal. With an engine that cannot do it the stop latches are written."""
    session = session_of(context)
    if word != "STOP":
        raise UsageInvalid("wrong_word", "to stop every robot, repeat the word: --word STOP")
    try:
        return perform(session, "stop_all", {"word": word, "timeout_s": timeout}, _words)
    except ConsoleError as silent:
        if not isinstance(silent, EngineHeld) and silent.code not in CANNOT_ACT:
            raise
        return _latch_everybody(session, silent)


def _latch_everybody(session: Session, silent: ConsoleError) -> int:
    from mt5console.app import emergency_stop

    failed = emergency_stop(session.base_dir, session.simulate)
    if failed:
        named = "; ".join(f"{name} ({reason})" for name, reason in failed.items())
        complain(
            f"{silent.text}. NOT LATCHED, close these terminals by hand: {named}. Every other user's latch is written"
        )
    else:
        complain(
            f"{silent.text}. The stop latch of every user is written: no robot that reads it opens anything new; "
            "that they were detached is not proven"
        )
    return EXIT_LOCKED


def resume(
    context: typer.Context,
    user: UserArgument,
    word: Annotated[str, typer.Option("--word", metavar="START", help="The word START, to show that you mean it.")],
    live: Live = None,
) -> int:
    """Lift the stop latch of one user; robots that were running are put back and proven."""
    arguments = {"user_id": user, "word": word, "confirm_live": live}
    return perform(session_of(context), "resume", arguments, _words)


def _guarded(
    session: Session, kind: str, user: int, live: int | None, even_with_positions: bool, timeout_s: float
) -> int:
    arguments = {
        "user_id": user,
        "confirm_live": live,
        "even_with_positions": even_with_positions,
        "timeout_s": timeout_s,
    }
    return perform(session, kind, arguments, _words)


def _words(ended: dict[str, Any]) -> None:
    say(str(ended["progress"]))
    result = ended.get("result")
    if isinstance(result, dict):
        facts([(str(name), value) for name, value in result.items() if not isinstance(value, dict | list)])
