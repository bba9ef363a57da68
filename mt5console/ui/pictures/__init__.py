"""What the window shows, as frozen pictures parsed from the engine's JSON shapes.

Tolerant: unknown keys are passed over, what is missing or of a strange type is None or "unknown", never healthy.
Must not know: Qt, threads, or where the JSON came from. A room is loaded when something of it is first asked for: the
window's first frame needs two of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mt5console.ui.pictures.connection import Answer, ConnectionPicture
    from mt5console.ui.pictures.course import (
        DecisionPicture,
        OperationPicture,
        decision_of,
        operation_of,
    )
    from mt5console.ui.pictures.deployments import (
        ChangePicture,
        DeploymentPicture,
        DiagnosisPicture,
        PointPicture,
        StagePicture,
        deployment_of,
        diagnosis_of,
    )
    from mt5console.ui.pictures.fleet import (
        REAL_MONEY,
        CheckPicture,
        FleetPicture,
        IdentityPicture,
        IncidentPicture,
        RobotPicture,
        TerminalPicture,
        check_of,
        fleet_of,
        incident_of,
        robot_of,
        terminal_of,
    )
    from mt5console.ui.pictures.journal import JournalLinePicture, JournalPagePicture, journal_line_of, journal_page_of
    from mt5console.ui.pictures.registry import RegisteredRobotPicture, UserPicture, registered_robot_of, user_of
    from mt5console.ui.pictures.values import NOTHING, UNKNOWN, Json

__all__ = [
    "NOTHING",
    "REAL_MONEY",
    "UNKNOWN",
    "Answer",
    "ChangePicture",
    "CheckPicture",
    "ConnectionPicture",
    "DecisionPicture",
    "DeploymentPicture",
    "DiagnosisPicture",
    "FleetPicture",
    "IdentityPicture",
    "IncidentPicture",
    "JournalLinePicture",
    "JournalPagePicture",
    "Json",
    "OperationPicture",
    "PointPicture",
    "RegisteredRobotPicture",
    "RobotPicture",
    "StagePicture",
    "TerminalPicture",
    "UserPicture",
    "check_of",
    "decision_of",
    "deployment_of",
    "diagnosis_of",
    "fleet_of",
    "incident_of",
    "journal_line_of",
    "journal_page_of",
    "operation_of",
    "registered_robot_of",
    "robot_of",
    "terminal_of",
    "user_of",
]

_ROOM_OF = {
    name: room
    for room, names in {
        "connection": ("Answer", "ConnectionPicture"),
        "course": ("DecisionPicture", "OperationPicture", "decision_of", "operation_of"),
        "deployments": (
            "ChangePicture",
            "DeploymentPicture",
            "DiagnosisPicture",
            "PointPicture",
            "StagePicture",
            "deployment_of",
            "diagnosis_of",
        ),
        "fleet": (
            "REAL_MONEY",
            "CheckPicture",
            "FleetPicture",
            "IdentityPicture",
            "IncidentPicture",
            "RobotPicture",
            "TerminalPicture",
            "check_of",
            "fleet_of",
            "incident_of",
            "robot_of",
            "terminal_of",
        ),
        "journal": ("JournalLinePicture", "JournalPagePicture", "journal_line_of", "journal_page_of"),
        "registry": ("RegisteredRobotPicture", "UserPicture", "registered_robot_of", "user_of"),
        "values": ("NOTHING", "UNKNOWN", "Json"),
    }.items()
    for name in names
}


def __getattr__(name: str) -> Any:
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{room}"), name)
    return value
