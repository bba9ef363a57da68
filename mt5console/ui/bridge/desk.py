"""The window's desk: what it asks of the engine, and the pictures that come back as signals.

Lives in the GUI thread and never blocks it. Must not know: views, sockets, processes (its workers know those).
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from mt5console.ui.pictures import FleetPicture


class EngineDesk(QObject):
    """The one way from the window to its engine.

    Signals (each carries one frozen object from `ui.pictures`):
        fleet_changed: a FleetPicture, about twice a second while connected.
        connection_changed: a ConnectionPicture.
        operation_changed: an OperationPicture, at every step of every operation, whoever asked for it.
        deployment_changed: a DeploymentPicture, at every step.
        incidents_changed: the tuple of open IncidentPictures, oldest first.
        answered: an Answer, exactly one for each `ask` and each `read`.
    """

    fleet_changed = Signal(object)
    connection_changed = Signal(object)
    operation_changed = Signal(object)
    deployment_changed = Signal(object)
    incidents_changed = Signal(object)
    answered = Signal(object)

    fleet: FleetPicture
    """The newest picture; an empty one before the first."""

    def start(self) -> None:
        """Find the engine, start it when none runs, and follow it. Returns at once."""
        raise NotImplementedError

    def stop(self, timeout_ms: int = 2000) -> bool:
        """End all threads; False when one did not end in time. The engine and its terminals go on."""
        raise NotImplementedError

    def ask(self, kind: str, arguments: dict[str, Any]) -> int:
        """Ask for an act by its request's kind (`deploy`, `terminal_restart` …); gives a token at once.

        `answered` brings the operation as it was taken on, or the refusal; its course comes by `operation_changed`.
        """
        raise NotImplementedError

    def read(self, what: str, **arguments: Any) -> int:
        """Ask to read (or to change the registry); gives a token at once. `answered` brings the value:

        decisions(user_id, limit=200) → tuple of DecisionPicture, newest first
        deployments(robot_id=None, limit=50) → tuple of DeploymentPicture, newest first
        users(), robots() → tuples of UserPicture, RegisteredRobotPicture
        incidents(include_cleared=True) → tuple of IncidentPicture, newest first
        heartbeats(robot_id, seconds=300) → tuple of (UTC seconds, age in seconds), oldest first
        user_stats(user_id), system_stats() → the JSON shapes as mappings
        journal(user_id, fresh=False) → tuple of JournalLinePicture: new lines since the last read; `fresh`: the newest
        add_user(user_id, login, server, password: Secret, watch_only=False, over_capacity=False) → UserPicture
        set_password(user_id, password: Secret) · remove_user(user_id, confirm_live=None) → mappings
        add_robot(robot_id, user_id, symbol, timeframe, …) → RegisteredRobotPicture
        """
        raise NotImplementedError
