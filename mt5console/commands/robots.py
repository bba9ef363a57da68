"""robot add|list|status|inputs|templates|remove: the desired robots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mt5console.commands.acts import perform
from mt5console.commands.options import EvenWithPositions, Live, RobotArgument, timeout_option
from mt5console.commands.output import emit, facts, note, say, table
from mt5console.commands.robot_sources import ADD, KEEP, described, own_source, preset_inputs
from mt5console.commands.session import session_of
from mt5console.core.errors import UsageInvalid
from mt5console.core.model.ids import Timeframe

if TYPE_CHECKING:
    from mt5console.core.deployment.inputs.description import SourceInputs

DEFAULT_TEMPLATE = "ma_cross"

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
    preset: Annotated[Path | None, typer.Option("--preset", metavar="FILE.set", help="Inputs from a preset.")] = None,
    magic: Annotated[int | None, typer.Option("--magic", metavar="N", min=0, help="Its orders' magic number.")] = None,
    add_heartbeat: Annotated[
        bool | None,
        typer.Option(f"{ADD}/{KEEP}", help="Add missing lines of the include to the registered copy, without asking."),
    ] = None,
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
        own = own_source(session, source, add_heartbeat)
        if own is None:
            lines = f"the include's lines are missing in {source.name}, nothing was registered"
            raise UsageInvalid("no_heartbeat", f"{lines}: {ADD} adds them to the copy, {KEEP} registers it as it is")
        arguments |= {"source_text": own.text, "source_name": own.name}
    if template is not None:
        arguments["template"] = template
    if preset is not None:
        offered = own.inputs if source is not None and own is not None else _template_inputs(template)
        arguments["inputs"] = {**preset_inputs(preset, offered), **arguments["inputs"]}
    if magic is not None:
        arguments["magic"] = magic
    with session.open(acting=True) as door:
        robot = door.add_robot(arguments)
    emit(session, robot, lambda: say(f"Robot {robot_id} is registered; put it to work with `deploy {robot_id}`."))
    return 0


@robot_commands.command("templates")
def templates(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One template alone.")] = None,
) -> int:
    """The robot templates that ship with the program, with their inputs."""
    from mt5console.core.deployment.inputs.description import inputs_json
    from mt5console.core.deployment.rendering import describe_template, list_templates

    session = session_of(context)
    found = [describe_template(one) for one in ([name] if name is not None else list_templates())]
    shapes = [{"name": one.name, "title": one.title, **inputs_json(one.inputs)} for one in found]

    def words() -> None:
        for one in found:
            _show_inputs(f"{one.name}: {one.title}", one.inputs)

    emit(session, shapes, words)
    return 0


@robot_commands.command("inputs")
def show_inputs(
    context: typer.Context,
    robot_id: RobotArgument,
    save: Annotated[Path | None, typer.Option("--save", metavar="FILE.set", help="Write them as a preset.")] = None,
) -> int:
    """A robot's inputs: type, default, label, and what is registered."""
    from mt5console.core.deployment.inputs.description import inputs_from_json

    session = session_of(context)
    with session.open(acting=False) as door:
        answer = door.robot_inputs(robot_id)
    inputs = inputs_from_json(answer)
    values = dict(answer["values"])
    if save is not None:
        _save_preset(save, inputs, values, robot_id)
    emit(session, answer, lambda: _show_inputs(f"Robot {robot_id}: {answer['source']}", inputs, values))
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


def _template_inputs(template: str | None) -> SourceInputs:
    from mt5console.core.deployment.rendering import describe_template

    return describe_template(template or DEFAULT_TEMPLATE).inputs


def _show_inputs(title: str, inputs: SourceInputs, values: dict[str, str] | None = None) -> None:
    from mt5console.core.deployment.inputs.values import shown

    say(title)
    columns = ["input", "type", "default", "label", "group"]
    rows = [described(spec) for spec in inputs.own]
    if values is not None:
        columns.insert(2, "registered")
        for row, spec in zip(rows, inputs.own, strict=True):
            row.insert(2, shown(spec, values[spec.name]) if spec.name in values else "the default")
    table(columns, rows, "No inputs.")
    for told in (*inputs.notes, *(f"{name} could not be read: its inputs are not here" for name in inputs.missing)):
        note(told)


def _save_preset(path: Path, inputs: SourceInputs, values: dict[str, str], robot_id: int) -> None:
    from mt5console.core.deployment.inputs.preset import preset_from

    data = preset_from(inputs, values, f"robot {robot_id}")
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageInvalid("preset_exists", f"{path} is there already: choose another name") from None
    except OSError as error:
        raise UsageInvalid("no_preset", f"{path} cannot be written: {error.strerror}") from None


def _timeframe(text: str) -> str:
    names = [timeframe.value for timeframe in Timeframe]
    if text.upper() not in names:
        raise UsageInvalid("bad_timeframe", f"there is no such timeframe: use one of {', '.join(names)}")
    return text.upper()
