"""robot add|list|status|remove: the desired robots."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Annotated, Any

import typer

from mt5console.commands.acts import perform
from mt5console.commands.options import EvenWithPositions, Live, RobotArgument, timeout_option
from mt5console.commands.output import emit, facts, say, table
from mt5console.commands.session import session_of
from mt5console.core.errors import UsageInvalid
from mt5console.core.model.ids import Timeframe

LARGEST_SOURCE = 4 * 1024 * 1024

robot_commands = typer.Typer(help="Robots: what should run, and on whose terminal.")


@robot_commands.command("add")
def add(
    context: typer.Context,
    robot_id: RobotArgument,
    user: Annotated[int, typer.Option("--user", metavar="USER", min=1, help="Whose terminal it runs on.")],
    symbol: Annotated[str, typer.Option("--symbol", metavar="S", help="The chart's symbol.")],
    timeframe: Annotated[str, typer.Option("--timeframe", metavar="TF", help="M1 … MN1.")],
    source: Annotated[Path | None, typer.Option("--source", metavar="FILE.mq5", help="Its own source.")] = None,
    template: Annotated[str | None, typer.Option("--template", metavar="NAME", help="Or a template.")] = None,
    inputs: Annotated[list[str] | None, typer.Option("--input", metavar="K=V", help="An input; repeatable.")] = None,
    magic: Annotated[int | None, typer.Option("--magic", metavar="N", min=0, help="Its orders' magic number.")] = None,
) -> int:
    """Register a robot; `deploy` puts it on its terminal."""
    session = session_of(context)
    if source is not None and template is not None:
        raise UsageInvalid("two_sources", "give --source or --template, not both")
    arguments: dict[str, Any] = {
        "robot_id": robot_id,
        "user_id": user,
        "symbol": symbol,
        "timeframe": _timeframe(timeframe),
        "inputs": parse_inputs(inputs or []),
    }
    if source is not None:
        arguments |= {"source_text": read_source(source), "source_name": source.name}
    if template is not None:
        arguments["template"] = template
    if magic is not None:
        arguments["magic"] = magic
    with session.open(acting=True) as door:
        robot = door.add_robot(arguments)
    emit(session, robot, lambda: say(f"Robot {robot_id} is registered; put it to work with `deploy {robot_id}`."))
    return 0


@robot_commands.command("list")
def list_robots(context: typer.Context) -> int:
    """The registered robots."""
    session = session_of(context)
    with session.open(acting=False) as door:
        robots = door.robots()
    keys = ("robot_id", "user_id", "symbol", "timeframe", "magic", "source", "run", "deployment_id")
    columns = ("robot", "user", "symbol", "timeframe", "magic", "source", "run", "deployment")
    rows = [[robot.get(key) for key in keys] for robot in robots]
    emit(session, robots, lambda: table(columns, rows, "No robots yet: `mt5console robot add`."))
    return 0


@robot_commands.command("status")
def status(context: typer.Context, robot_id: RobotArgument) -> int:
    """READY, heartbeat and errors of one robot."""
    session = session_of(context)
    with session.open(acting=False) as door:
        answer = door.robot_status(robot_id)
    pairs = [(name, "; ".join(map(str, value)) if isinstance(value, list) else value) for name, value in answer.items()]
    emit(session, answer, lambda: facts(pairs))
    return 0


@robot_commands.command("remove")
def remove(
    context: typer.Context,
    robot_id: RobotArgument,
    live: Live = None,
    even_with_positions: EvenWithPositions = False,
    timeout: Annotated[float, timeout_option("How long the proof that it is gone may take.")] = 60.0,
) -> int:
    """Detach a robot from its terminal, see it gone, and forget it."""
    arguments = {
        "robot_id": robot_id,
        "confirm_live": live,
        "even_with_positions": even_with_positions,
        "timeout_s": timeout,
    }
    return perform(session_of(context), "robot_remove", arguments, lambda ended: say(str(ended["progress"])))


def parse_inputs(pairs: list[str]) -> dict[str, str]:
    """`K=V` pairs as a mapping, in their order; raises `UsageInvalid`."""
    inputs: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier() or not name.isascii() or not (value.isprintable()):
            raise UsageInvalid("bad_input", "an input is written --input Name=value, on one line")
        if name in inputs:
            raise UsageInvalid("input_twice", f"the input {name} is given twice")
        inputs[name] = value
    return inputs


def read_source(path: Path) -> str:
    """A source as MetaEditor may have saved it: UTF-16 or UTF-8 with a mark, UTF-8, else the Western code page."""
    try:
        if path.stat().st_size > LARGEST_SOURCE:
            raise UsageInvalid("source_too_large", f"{path} is larger than {LARGEST_SOURCE} bytes: is it a source?")
        data = path.read_bytes()
    except OSError as error:
        raise UsageInvalid("no_source", f"the source {path} cannot be read: {error.strerror}") from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise UsageInvalid("not_a_source", f"{path} is not a text: give the .mq5, not the .ex5")
    return text


def _timeframe(text: str) -> str:
    names = [timeframe.value for timeframe in Timeframe]
    if text.upper() not in names:
        raise UsageInvalid("bad_timeframe", f"there is no such timeframe: use one of {', '.join(names)}")
    return text.upper()
