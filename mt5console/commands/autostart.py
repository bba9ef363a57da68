"""autostart install|remove|status: the engine at every logon of this account."""

from __future__ import annotations

from typing import Any

import typer

from mt5console.commands.output import emit, say
from mt5console.commands.session import session_of
from mt5console.core.errors import EXIT_DONE

autostart_commands = typer.Typer(help="The engine at every logon of this account.")


@autostart_commands.command("install")
def install(context: typer.Context) -> int:
    """Start the engine of this base directory at every logon; done again, it brings the entry up to date."""
    from mt5console import autostart

    session = session_of(context)
    answer = autostart.install(session.base_dir, session.simulate)
    emit(session, answer, lambda: _say(answer))
    return EXIT_DONE


@autostart_commands.command("remove")
def remove(context: typer.Context) -> int:
    """Start it no more. An engine that runs goes on."""
    from mt5console import autostart

    session = session_of(context)
    answer = autostart.remove(session.base_dir, session.simulate)
    words = "Removed; an engine that runs goes on." if answer["removed"] else "There was nothing to remove."
    emit(session, answer, lambda: say(words))
    return EXIT_DONE


@autostart_commands.command("status")
def status(context: typer.Context) -> int:
    """Whether it is installed, and for which base directory."""
    from mt5console import autostart

    session = session_of(context)
    answer = autostart.status(session.base_dir, session.simulate)
    emit(session, answer, lambda: _say(answer))
    return EXIT_DONE


def _say(answer: dict[str, Any]) -> None:
    if not answer["installed"]:
        say(f"Not installed for {answer['base_dir']}: `mt5console autostart install` does that.")
    elif not answer["enabled"]:
        say(f"Installed for {answer['base_dir']} ({answer['place']}), but switched off there.")
    else:
        say(f"The engine of {answer['base_dir']} starts at every logon ({answer['place']}).")
        if not answer["current"]:
            say("The entry is an older one: `mt5console autostart install` brings it up to date.")
    for other in answer["others"]:
        say(f"Another entry starts the engine of {other}.")
