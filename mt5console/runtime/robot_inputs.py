"""What inputs a registered robot has, read from its source and its terminal's include folder.

Must not know: HTTP, or whether an engine runs.
"""

from __future__ import annotations

from typing import Any

from mt5console.core.deployment.inputs.description import inputs_json
from mt5console.core.deployment.inputs.includes import terminal_includes
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.deployment.sources import read_source
from mt5console.core.errors import StorageFailed
from mt5console.core.model.desired import DesiredRobot
from mt5console.core.ports import FileStore
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout


def robot_inputs_json(robot: DesiredRobot, layout: BaseLayout, files: FileStore) -> dict[str, Any]:
    """The robot's inputs with their types, defaults and labels, and the registered values beside them.

    Raises `StorageFailed` (`no_source`) when its source is gone.
    """
    data = files.read(layout.robot_source(robot.robot_id))
    if data is None:
        raise StorageFailed("no_source", f"robot {robot.robot_id}'s source is gone: give it again")
    described = read_inputs(
        read_source(data), terminal_includes(TerminalLayout(layout.user(robot.user_id)), files.read)
    )
    return {
        "robot_id": robot.robot_id,
        "source": robot.source_name,
        "values": dict(robot.inputs),
        **inputs_json(described),
    }
