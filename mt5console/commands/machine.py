"""system stats, doctor, api token, sim fault: the machine, the engine's API, the simulation's faults."""

from __future__ import annotations

from typing import Annotated

import typer

from mt5console.commands.options import UserArgument
from mt5console.commands.output import emit, facts, say
from mt5console.commands.session import session_of
from mt5console.core.errors import EXIT_DONE, EXIT_FAILED

system_commands = typer.Typer(help="Totals over all users.")
api_commands = typer.Typer(help="The running engine's local HTTP API.")
sim_commands = typer.Typer(help="Simulated terminals.")

_MARKS = {True: "ok     ", False: "FAILED ", None: "unknown"}


@system_commands.command("stats")
def stats(context: typer.Context) -> int:
    """Users and robots of this base directory."""
    session = session_of(context)
    with session.open(acting=False) as door:
        answer = door.system_stats()
    emit(session, answer, lambda: facts(list(answer.items())))
    return EXIT_DONE


@api_commands.command("token")
def token(context: typer.Context) -> int:
    """Url and token of the running engine."""
    from mt5console.app import api_token

    session = session_of(context)
    answer = api_token(session.base_dir, session.simulate)
    emit(session, answer, lambda: facts(list(answer.items())))
    return EXIT_DONE


@sim_commands.command("fault")
def fault(
    context: typer.Context,
    user: UserArgument,
    name: Annotated[str, typer.Argument(metavar="FAULT", help="crash, freeze, disconnect, … ; `clear` ends it.")],
    argument: Annotated[str | None, typer.Argument(metavar="ROBOT", help="The robot, or seconds.")] = None,
) -> int:
    """Inject a fault into a simulated terminal, also before a deploy."""
    from mt5console.app import inject_fault

    session = session_of(context)
    inject_fault(session.base_dir, session.simulate, user, name, argument)
    answer = {"user_id": user, "fault": name, "argument": argument}
    emit(session, answer, lambda: say(f"Fault {name} is set for user {user}."))
    return EXIT_DONE


def doctor(context: typer.Context) -> int:
    """Check this machine, and say how to mend what fails. Exit 1 when something does."""
    from mt5console.app import doctor as examine

    session = session_of(context)
    findings = examine(session.base_dir, session.simulate)

    def words() -> None:
        for finding in findings:
            say(f"{_MARKS[finding['ok']]}  {finding['name']}: {finding['evidence']}")
            if finding["ok"] is not True and finding.get("mend"):
                say(f"         mend: {finding['mend']}")

    emit(session, findings, words)
    return EXIT_FAILED if any(finding["ok"] is False for finding in findings) else EXIT_DONE
