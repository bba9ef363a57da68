"""The deploy JSON shape of the interfaces page, from a kept deployment.

Must not know: the machine.
"""

from __future__ import annotations

from typing import Any

from mt5console.core.model.records import DeploymentRecord


def deploy_shape(record: DeploymentRecord) -> dict[str, Any]:
    """The seed's fields, with id, stages and diagnosis beside them. A dry run carries `changes`.

    `status` is SUCCESS, PARTIAL or FAILED; RUNNING while it goes on, DRY_RUN for a dry run.
    """
    if record.outcome is not None:
        status = record.outcome.value
    else:
        status = "RUNNING" if record.ended_utc_s is None else "DRY_RUN"
    shape: dict[str, Any] = {
        "robot_id": record.robot_id,
        "status": status,
        "ready_confirmed": record.ready_confirmed,
        "heartbeat_confirmed": record.heartbeat_confirmed,
        "chart_opened": record.chart_opened,
        "deployment_id": record.deployment_id,
        "user_id": record.user_id,
        "kind": record.kind,
        "started_at": record.started_utc_s,
        "ended_at": record.ended_utc_s,
        "stages": [
            {"name": stage.name, "outcome": stage.outcome, "seconds": stage.seconds, "evidence": stage.evidence}
            for stage in record.stages
        ],
        "diagnosis": record.diagnosis,
    }
    if "changes" in record.state:
        shape["changes"] = record.state["changes"]
    return shape
