"""The command line's door: finds the command, and turns every end into an exit code and at most one error line.

Must not know: what a command does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from mt5console import __version__
from mt5console.commands import autostart, deploys, engines, machine, robots, terminal_files, terminals, users, watching
from mt5console.commands.output import complain, complain_of, say
from mt5console.commands.session import hoist, session_of
from mt5console.core.errors import EXIT_DONE, EXIT_FAILED, EXIT_USAGE, ConsoleError

EXIT_INTERRUPTED = 130

COMMON_OPTIONS = (
    "Before or after any command: --base-dir PATH (or MT5CONSOLE_BASE_DIR), --simulate (or MT5CONSOLE_SIMULATE), "
    "--json. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 PARTIAL, 4 FAILED, 5 another engine holds this base "
    "directory, 6 refused for safety."
)

_commands = typer.Typer(
    name="mt5console",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=COMMON_OPTIONS,
)
_commands.add_typer(users.user_commands, name="user")
_commands.add_typer(machine.system_commands, name="system")
_commands.add_typer(robots.robot_commands, name="robot")
_commands.command("deploy", epilog=COMMON_OPTIONS)(deploys.deploy)
_commands.add_typer(terminals.terminal_commands, name="terminal")
_commands.command("release", epilog=COMMON_OPTIONS)(terminals.release)
_commands.command("stop-all", epilog=COMMON_OPTIONS)(terminals.stop_all)
_commands.command("resume", epilog=COMMON_OPTIONS)(terminals.resume)
_commands.command("status", epilog=COMMON_OPTIONS)(watching.status)
_commands.command("incidents", epilog=COMMON_OPTIONS)(watching.incidents)
_commands.command("why", epilog=COMMON_OPTIONS)(watching.why)
_commands.command("journal", epilog=COMMON_OPTIONS)(terminal_files.journal)
_commands.command("compile-log", epilog=COMMON_OPTIONS)(terminal_files.compile_log)
_commands.add_typer(engines.watchdog_commands, name="watchdog")
_commands.command("demo", epilog=COMMON_OPTIONS)(engines.demo)
_commands.command("doctor", epilog=COMMON_OPTIONS)(machine.doctor)
_commands.add_typer(autostart.autostart_commands, name="autostart")
_commands.add_typer(machine.api_commands, name="api")
_commands.add_typer(machine.sim_commands, name="sim")


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"mt5console {__version__}")
        raise typer.Exit(EXIT_DONE)


@_commands.callback(invoke_without_command=True)
def _window(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="The window for a wall screen.")] = False,
) -> None:
    """Operations console for MetaTrader 5 robots: deployment with proof, a watchdog, one terminal per user."""
    if context.invoked_subcommand is None:
        from mt5console.app import run_console

        session = session_of(context)
        raise typer.Exit(run_console(session.base_dir, session.simulate, read_only))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; gives its exit code. Nothing but a programmer's mistake ever leaves a traceback."""
    if sys.stdout is None or sys.stderr is None:
        # A program without a console (pythonw at logon) has no streams, and an answer must not die of that either.
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the program
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A console's code page may lack a sign; an answer must not die of it.
            stream.reconfigure(errors="replace")
    try:
        exit_code = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except ConsoleError as error:
        return complain_of(error)
    except KeyboardInterrupt:
        complain("interrupted; what was asked for may go on in the engine")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read the answer has gone. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except Exception as error:  # noqa: BLE001 - the last boundary: an operator gets a line, not a traceback
        return _wrong_usage_or_mistake(error)
    return exit_code


def _run(arguments: list[str]) -> int:
    session, rest = hoist(arguments)
    command: Any = typer.main.get_command(_commands)
    ended = command.main(rest, prog_name="mt5console", standalone_mode=False, obj=session)
    return ended if isinstance(ended, int) else EXIT_DONE


def _wrong_usage_or_mistake(error: Exception) -> int:
    if isinstance(error, typer.Abort):
        complain("interrupted")
        return EXIT_INTERRUPTED
    worded = getattr(error, "format_message", None)
    if worded is not None:
        place = getattr(getattr(error, "ctx", None), "command_path", "mt5console")
        complain(f"{worded().rstrip('.')}; see `{place} --help`")
        return EXIT_USAGE
    if os.environ.get("MT5CONSOLE_TRACEBACK"):
        raise error
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where else "an unknown place"
    # Without the error's own words: they may quote anything, a password too.
    complain(
        f"this is a mistake in mt5console itself ({type(error).__name__} at {place}); please report it. "
        "MT5CONSOLE_TRACEBACK=1 shows more"
    )
    return EXIT_FAILED
