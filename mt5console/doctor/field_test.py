"""The field test: the whole story on a user's real terminal with a demo account, and a report of what held.

Everything goes through the ordinary doors of the engine; the one thing done behind its back is the kill. Must not know:
how consent is asked for, or how the report is shown.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mt5console import __version__
from mt5console.bases import find_base
from mt5console.core.errors import ConsoleError, RefusedForSafety
from mt5console.core.ports import EngineDoor
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout, program_file
from mt5console.doctor import examine
from mt5console.doctor.field_desk import FieldDesk, NotDone
from mt5console.doctor.field_order import NEEDS, ORDER
from mt5console.doctor.field_report import FAILED, PASSED, SKIPPED, Record, Redaction, StepEnd, report_json, report_text
from mt5console.doctor.field_sight import agent_status
from mt5console.doctor.field_story import Story
from mt5console.doctor.finding import Finding
from mt5console.platforms import process_host
from mt5console.platforms.clock import SystemClock
from mt5console.platforms.files import LocalFileStore

FIRST_ROBOT_ID = 9_900_001
SYMBOL = "EURUSD"
BEAT_SECONDS = 30.0
FOLDER = "field-tests"

OpenDoor = Callable[[], AbstractContextManager[EngineDoor]]
Tell = Callable[[str], None]


def check(open_door: OpenDoor, base_dir: Path | None, simulate: bool | None, user_id: int) -> str:
    """Refuse early what may not be tested; gives one sentence about what consent is asked for.

    Raises `RefusedForSafety` for a real account, one that was never seen, or one with open positions.
    """
    with _desk(open_door, base_dir, simulate, user_id) as desk:
        desk.refuse_unless_harmless()
        desk.refuse_unless_free()
    return (
        f"the terminal of user {user_id} will be closed, started, killed and started again, and a robot that opens "
        "nothing will be put on it and taken away; this takes five to twenty minutes"
    )


def run(
    open_door: OpenDoor,
    base_dir: Path | None,
    simulate: bool | None,
    user_id: int,
    *,
    symbol: str | None = None,
    beat_seconds: float = BEAT_SECONDS,
    tell: Tell = lambda _text: None,
) -> tuple[dict[str, Any], tuple[Path, Path]]:
    """Run the story; gives the report and the files that it was written to (JSON, text).

    `symbol`: of the test's robot, by default that of the agent's chart. `tell`: called with a line for each step.
    Raises `RefusedForSafety` as `check` does, also when it turns out on the way.
    """
    findings = examine(base_dir, simulate)
    layout = find_base(base_dir, simulate, create=False).layout
    with _desk(open_door, base_dir, simulate, user_id) as desk:
        terminal = desk.refuse_unless_harmless()
        desk.refuse_unless_free()
        redaction = Redaction(login=int(terminal["login"]), server=str(terminal["account_server"]), base=layout.root)
        record = Record()
        story = Story(
            desk=desk,
            record=record,
            robot_id=_free_robot(desk.door),
            symbol=symbol or _agents_symbol(desk),
            beat_seconds=beat_seconds,
            findings=findings,
        )
        was_running = bool(desk.pids())
        try:
            _tell_story(story, record, tell)
        finally:
            left = story.put_right(was_running)
        about = _about(desk, findings, story, left)
    report = report_json(record, about, redaction)
    return report, _write(layout, report)


def _tell_story(story: Story, record: Record, tell: Tell) -> None:
    """Every step in its order. Raises `RefusedForSafety` at once: then nothing more may be done."""
    outcomes: dict[str, str] = {}
    for name in ORDER:
        lacking = [needed for needed in NEEDS.get(name, ()) if outcomes.get(needed) != PASSED]
        began = time.monotonic()
        if lacking:
            outcome, evidence = SKIPPED, f"it needs {', '.join(lacking)}"
        else:
            tell(f"{name} …")
            outcome, evidence = _carried_out(getattr(story, name))
        outcomes[name] = outcome
        record.steps.append(StepEnd(name=name, outcome=outcome, seconds=time.monotonic() - began, evidence=evidence))
        tell(f"{name}: {outcome} ({evidence})")


def _carried_out(step: Callable[[], str]) -> tuple[str, str]:
    try:
        return PASSED, step()
    except RefusedForSafety:
        raise
    except (NotDone, ConsoleError) as error:
        return FAILED, str(error)


@contextmanager
def _desk(open_door: OpenDoor, base_dir: Path | None, simulate: bool | None, user_id: int) -> Iterator[FieldDesk]:
    """The desk of one user over an open door, closed with it."""
    directory = find_base(base_dir, simulate, create=False).layout.user(user_id)
    host = process_host()
    try:
        with open_door() as door:
            yield FieldDesk(
                door=door,
                user_id=user_id,
                layout=TerminalLayout(directory),
                executable=directory / program_file("terminal64"),
                processes=host,
                files=LocalFileStore(),
                clock=SystemClock(),
            )
    finally:
        host.close()


def _free_robot(door: EngineDoor) -> int:
    taken = {int(robot["robot_id"]) for robot in door.robots()}
    return next(number for number in range(FIRST_ROBOT_ID, FIRST_ROBOT_ID + len(taken) + 1) if number not in taken)


def _agents_symbol(desk: FieldDesk) -> str:
    status = agent_status(desk.layout, desk.files)
    symbols = [chart.symbol for chart in status.charts if chart.expert.endswith("Agent")] if status else []
    return symbols[0] if symbols else SYMBOL


def _about(desk: FieldDesk, findings: list[Finding], story: Story, left: str) -> dict[str, Any]:
    status = agent_status(desk.layout, desk.files)
    return {
        "mt5console": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.version()}",
        "terminal_build": status.build if status is not None else None,
        "symbol": story.symbol,
        "at": datetime.fromtimestamp(story.began_utc_s, UTC).isoformat(timespec="seconds"),
        "doctor": {str(found["name"]): found["ok"] for found in findings},
        "left_behind": left,
    }


def _write(layout: BaseLayout, report: dict[str, Any]) -> tuple[Path, Path]:
    stem = "".join(char for char in report["about"]["at"] if char.isalnum())[:15]
    places = tuple(layout.console / FOLDER / f"field-test-{stem}{suffix}" for suffix in (".json", ".txt"))
    files = LocalFileStore()
    files.write_atomic(places[0], json.dumps(report, ensure_ascii=False, indent=1).encode("utf-8"))
    files.write_atomic(places[1], report_text(report).encode("utf-8"))
    return places[0], places[1]
