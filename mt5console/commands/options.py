"""Arguments and options that several commands share, worded once."""

from __future__ import annotations

from typing import Annotated

import typer

UserArgument = Annotated[int, typer.Argument(metavar="USER", min=1, help="The user's number.")]
RobotArgument = Annotated[int, typer.Argument(metavar="ROBOT_ID", min=1, help="The robot's number.")]
Live = Annotated[
    int | None,
    typer.Option("--live", metavar="LOGIN", min=1, help="Repeats the login of a real account: needed for acts on it."),
]
EvenWithPositions = Annotated[
    bool, typer.Option("--even-with-positions", help="Accept that open positions lose their guard for a while.")
]


def timeout_option(text: str) -> object:
    """A --timeout in seconds."""
    return typer.Option("--timeout", metavar="SECONDS", min=1, max=3600, help=text)
