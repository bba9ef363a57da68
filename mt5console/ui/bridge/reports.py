"""Turns the engine's events into pictures, and remembers what a loss of the engine must not make us forget.

Must not know: Qt, threads, or how events arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mt5console.ui.pictures import (
    DeploymentPicture,
    FleetPicture,
    IncidentPicture,
    OperationPicture,
    deployment_of,
    fleet_of,
    incident_of,
    operation_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one batch of events says; None and empty: no news of that kind."""

    fleet: FleetPicture | None = None
    incidents: tuple[IncidentPicture, ...] | None = None
    operations: tuple[OperationPicture, ...] = ()
    deployments: tuple[DeploymentPicture, ...] = ()


class EventReader:
    """Reads one engine's events in order. `number` is the last one read."""

    def __init__(self) -> None:
        self.number = 0
        self._incidents: dict[str, IncidentPicture] = {}
        self._running: dict[str, OperationPicture] = {}

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of operations whose end is still awaited."""
        return tuple(self._running)

    def begin(self, status: object, open_incidents: Iterable[object]) -> Report:
        """A new engine, or the old one found again: take its state as it is now; its events are numbered anew."""
        self.number = 0
        self._incidents = {}
        for incident in map(incident_of, open_incidents):
            self._note_incident(incident)
        return Report(fleet=fleet_of(status, self._open()), incidents=self._open())

    def catch_up(self, events: Iterable[dict[str, Any]]) -> Report:
        """The events from before we came: only what still runs, or what we had seen running, is news."""
        operations: dict[str, OperationPicture] = {}
        deployments: dict[str, DeploymentPicture] = {}
        for event in events:
            self.number = max(self.number, int(event["number"]))
            if event["type"] == "operation":
                operation = operation_of(event["data"])
                operations[operation.operation_id] = operation
            elif event["type"] == "deployment":
                deployment = deployment_of(event["data"])
                deployments[deployment.deployment_id] = deployment
        told = tuple(one for one in operations.values() if one.is_running or one.operation_id in self._running)
        for operation in told:
            self._note_operation(operation)
        return Report(operations=told, deployments=tuple(deployments.values()))

    def take(self, events: Iterable[dict[str, Any]]) -> Report:
        """Events as they come. Of several snapshots only the newest counts."""
        status: object = None
        incidents_changed = False
        operations: list[OperationPicture] = []
        deployments: list[DeploymentPicture] = []
        for event in events:
            self.number = max(self.number, int(event["number"]))
            data = event["data"]
            match event["type"]:
                case "snapshot":
                    status = data
                case "incident":
                    incidents_changed = True
                    self._note_incident(incident_of(data))
                case "operation":
                    operations.append(self._note_operation(operation_of(data)))
                case "deployment":
                    deployments.append(deployment_of(data))
        return Report(
            fleet=None if status is None else fleet_of(status, self._open()),
            incidents=self._open() if incidents_changed else None,
            operations=tuple(operations),
            deployments=tuple(deployments),
        )

    def fleet(self, status: object) -> FleetPicture:
        """A status that was asked for, with the open incidents known so far."""
        return fleet_of(status, self._open())

    def settle(self, operation: OperationPicture) -> None:
        """An operation was asked after: note how it stands."""
        self._note_operation(operation)

    def forget(self, operation_id: str) -> None:
        """Nobody knows this operation any more."""
        self._running.pop(operation_id, None)

    def _note_operation(self, operation: OperationPicture) -> OperationPicture:
        if operation.is_running:
            self._running[operation.operation_id] = operation
        else:
            self._running.pop(operation.operation_id, None)
        return operation

    def _note_incident(self, incident: IncidentPicture) -> None:
        if incident.cleared_utc_s is None:
            self._incidents[incident.incident_id] = incident
        else:
            self._incidents.pop(incident.incident_id, None)

    def _open(self) -> tuple[IncidentPicture, ...]:
        return tuple(sorted(self._incidents.values(), key=lambda one: (one.opened_utc_s or 0.0, one.incident_id)))
