"""system stats, doctor, api token, sim fault: the machine, the engine's API, the simulation's faults."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mt5console.commands.options import UserArgument
from mt5console.commands.output import emit, facts, note, say
from mt5console.commands.session import Session, session_of
from mt5console.core.errors import EXIT_DONE, EXIT_FAILED, RefusedForSafety, UsageInvalid

system_commands = typer.Typer(help="Totals over all users.")
api_commands = typer.Typer(help="The running engine's local HTTP API.")
sim_commands = typer.Typer(help="Simulated terminals.")

CONSENT_WORD = "DEMO"

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


def doctor(
    context: typer.Context,
    field_test: Annotated[
        int | None,
        typer.Option("--field-test", metavar="USER", min=1, help="Try everything on a demo account's real terminal."),
    ] = None,
    consent: Annotated[bool, typer.Option("--consent", help="Agree to the field test without being asked.")] = False,
    symbol: Annotated[
        str | None, typer.Option("--symbol", metavar="S", help="Of the field test's robot; the agent's by default.")
    ] = None,
) -> int:
    """Check this machine, and say how to mend what fails. Exit 1 when something does."""
    session = session_of(context)
    if field_test is not None:
        return _field_test(session, field_test, consent, symbol)
    if consent or symbol is not None:
        raise UsageInvalid("no_field_test", "--consent and --symbol belong to --field-test USER")
    from mt5console.app import doctor as examine

    findings = examine(session.base_dir, session.simulate)

    def words() -> None:
        for finding in findings:
            say(f"{_MARKS[finding['ok']]}  {finding['name']}: {finding['evidence']}")
            if finding["ok"] is not True and finding.get("mend"):
                say(f"         mend: {finding['mend']}")

    emit(session, findings, words)
    return EXIT_FAILED if any(finding["ok"] is False for finding in findings) else EXIT_DONE


def _field_test(session: Session, user: int, consent: bool, symbol: str | None) -> int:
    """Ask for consent, run the story, show the report. Exit 1 when something did not hold, 6 without consent."""
    from mt5console.doctor.field_report import report_text
    from mt5console.doctor.field_test import check, run

    warning = check(lambda: session.open(acting=False), session.base_dir, session.simulate, user)
    if not consent:
        _ask_consent(warning)
    report, places = run(
        lambda: session.open(acting=True), session.base_dir, session.simulate, user, symbol=symbol, tell=note
    )
    note(f"written to {places[0]} and {places[1].name}; nothing in them names the account or this machine")
    emit(session, report, lambda: say(report_text(report)))
    return EXIT_DONE if report["ok"] else EXIT_FAILED


def _ask_consent(warning: str) -> None:
    if not sys.stdin.isatty():
        raise RefusedForSafety("no_consent", f"{warning}: add --consent to agree")
    note(f"{warning[0].upper()}{warning[1:]}.")
    note(f"Type {CONSENT_WORD} to agree:")
    if sys.stdin.readline().strip() != CONSENT_WORD:
        raise RefusedForSafety("no_consent", "nothing was done")
