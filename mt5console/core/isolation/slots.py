"""The two compiled files that a robot's versions alternate between: their names exist before the terminal starts.

A terminal may not see a compiled file that appears under a new name while it runs. Must not know: deployments.
"""

from __future__ import annotations

from mt5console.core.deployment.sources import PLACEHOLDER_SOURCE
from mt5console.core.errors import ConsoleError
from mt5console.core.model.ids import SLOT_A, SLOT_B, RobotId
from mt5console.core.ports import Platform
from mt5console.core.terminal.layout import TerminalLayout

COMPILE_DEADLINE_S = 60.0


def make_slots(layout: TerminalLayout, robot_id: RobotId, platform: Platform) -> None:
    """Put an expert that does nothing into each slot of the robot that is missing; existing ones stay as they are."""
    missing = [
        binary
        for slot in (SLOT_A, SLOT_B)
        if platform.files.stamp(binary := layout.slot_binary(robot_id, slot)) is None
    ]
    if not missing:
        return
    content = _placeholder(layout, platform)
    for binary in missing:
        platform.files.write_atomic(binary, content)


def _placeholder(layout: TerminalLayout, platform: Platform) -> bytes:
    """The compiled placeholder of this user's terminal, compiled when first needed."""
    source = layout.console_experts / "Placeholder.mq5"
    wanted = PLACEHOLDER_SOURCE.encode("utf-8")
    compiled = source.with_suffix(".ex5")
    present = platform.files.read(compiled)
    if present and platform.files.read(source) == wanted:
        return present
    platform.files.write_atomic(source, wanted)
    report = platform.compiler.compile(source, layout.root, COMPILE_DEADLINE_S)
    content = platform.files.read(compiled) if report.ok else None
    if not content:
        text = (
            f"MetaEditor did not compile the robots' placeholder in {layout.root} ({report.evidence}): try it by hand"
        )
        raise ConsoleError("placeholder_failed", text)
    return content
