"""deploy: put a robot on its terminal and confirm it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mt5console.commands.acts import Watch, follow, perform, progress_watch, show_end
from mt5console.commands.options import EvenWithPositions, Live, RobotArgument, timeout_option
from mt5console.commands.output import complain, note, say
from mt5console.commands.session import ACTOR, session_of
from mt5console.core.errors import ConsoleError, UsageInvalid

if TYPE_CHECKING:
    # Loading the core's vocabulary costs more than parsing a command line.
    from mt5console.core.ports import EngineDoor


def deploy(
    context: typer.Context,
    robot_id: RobotArgument,
    timeout: Annotated[float, timeout_option("How long each proof may take.")] = 60.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="End the robot's running deployment; the version before it is put back.")
    ] = False,
    live: Live = None,
    even_with_positions: EvenWithPositions = False,
) -> int:
    """Deploy a robot and confirm it: compiled, attached, READY, beating, proven. Exit 0, 3 PARTIAL, 4 FAILED."""
    session = session_of(context)
    confirmed = {"confirm_live": live, "even_with_positions": even_with_positions}
    if cancel and dry_run:
        raise UsageInvalid("cancel_or_dry_run", "a dry run changes nothing: give either --cancel or --dry-run")
    if cancel:
        return perform(session, "deploy_cancel", {"robot_id": robot_id, **confirmed}, _cancel_words)
    arguments = {"robot_id": robot_id, "timeout_s": timeout, "dry_run": dry_run, **confirmed}
    with session.open(acting=True) as door:
        watch = stage_watch(door, robot_id)
        ended = follow(door, door.submit("deploy", arguments, ACTOR), timeout, watch)
    exit_code = show_end(session, ended, lambda operation: _words(operation["result"]))
    result = ended.get("result") or {}
    if ended.get("error") is None and result.get("diagnosis"):
        complain(f"deployment {result['status']}: {_diagnosis(result['diagnosis'])}")
    return exit_code


def _cancel_words(operation: dict[str, Any]) -> None:
    words = str(operation["progress"])
    say(f"{words[0].upper()}{words[1:]}.")


def stage_watch(door: EngineDoor, robot_id: int) -> Watch:
    """Shows each stage as it ends, on a screen; silent elsewhere."""
    if not sys.stderr.isatty():
        return progress_watch()
    before = {known["deployment_id"] for known in _newest(door, robot_id)}
    shown = 0

    def watch(_operation: dict[str, Any]) -> None:
        nonlocal shown
        for deployment in _newest(door, robot_id):
            if deployment["deployment_id"] in before:
                continue
            ended = [stage for stage in deployment["stages"] if stage["outcome"] != "running"]
            for stage in ended[shown:]:
                note(_stage_line(stage))
            shown = max(shown, len(ended))

    return watch


def _newest(door: EngineDoor, robot_id: int) -> list[dict[str, Any]]:
    try:
        return door.deployments(robot_id, 1)
    except ConsoleError:
        # Only the picture of the way there: the operation itself says what is wrong.
        return []


def _words(result: dict[str, Any] | None) -> None:
    if result is None:
        say("Nothing to show.")
        return
    say(f"Robot {result['robot_id']}: {result['status']}")
    for stage in result.get("stages", ()):
        say(f"  {_stage_line(stage)}")
    for line in _change_lines(result.get("changes") or {}):
        say(f"  {line}")
    diagnosis = result.get("diagnosis")
    if diagnosis:
        for point in diagnosis.get("points", ()):
            mark = {True: "yes", False: "NO", None: "unknown"}[point["ok"]]
            say(f"  {point['point']}: {mark} ({point['evidence']})")


def _change_lines(changes: dict[str, Any]) -> list[str]:
    """What a dry run would change, old and new, one line each."""
    lines = []
    for name in ("slot", "symbol", "timeframe", "source_hash"):
        pair = changes.get(name) or {}
        if pair.get("old") != pair.get("new"):
            lines.append(
                f"would change {name.replace('_', ' ')}: {_short(pair.get('old'))} → {_short(pair.get('new'))}"
            )
    for pair in changes.get("inputs", ()):
        lines.append(f"would set {pair['name']}: {_short(pair['old'])} → {_short(pair['new'])}")
    lines += [f"would detach {chart}" for chart in changes.get("detach", ())]
    return lines


def _short(value: Any) -> str:
    """A value for people: hashes cut, nothing as a dash."""
    if value is None:
        return "–"
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 else text


def _stage_line(stage: dict[str, Any]) -> str:
    return f"{stage['name']:<12} {stage['outcome']:<8} {stage['seconds']:6.1f} s  {stage['evidence']}".rstrip()


def _diagnosis(diagnosis: dict[str, Any]) -> str:
    return " ".join(str(diagnosis[part]) for part in ("text", "next_step") if diagnosis.get(part))
