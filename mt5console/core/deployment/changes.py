"""What a deployment would change against the running version, for the dry run and the review before a deploy.

Pure. Must not know: stages.
"""

from __future__ import annotations

from typing import Any

from mt5console.core.deployment.plan import DeploymentPlan, expert_path
from mt5console.core.deployment.sight import charts_of
from mt5console.core.model.known import TerminalKnown


def describe_changes(plan: DeploymentPlan, known: TerminalKnown) -> dict[str, Any]:
    """Old and new of everything that differs, the slot, and the charts whose expert would be detached."""
    old, new = plan.robot.active or plan.previous, plan.target
    old_inputs = dict(old.inputs) if old is not None else {}
    new_inputs = dict(new.inputs) if new is not None else {}
    names = sorted(set(old_inputs) | set(new_inputs))
    return {
        "robot_id": plan.robot_id,
        "first_deployment": old is None,
        "expert": None if new is None else expert_path(plan.robot_id, new),
        "slot": _pair(old and old.slot, new and new.slot),
        "source_hash": _pair(old and old.source_hash, new and new.source_hash),
        "symbol": _pair(old and old.symbol, new and new.symbol),
        "timeframe": _pair(old and old.timeframe.value, new and new.timeframe.value),
        "inputs": [
            {"name": name, **_pair(old_inputs.get(name), new_inputs.get(name))}
            for name in names
            if old_inputs.get(name) != new_inputs.get(name)
        ],
        "detach": [f"{chart.expert} on {chart.symbol},{chart.timeframe}" for chart in charts_of(known, plan.robot_id)],
    }


def _pair(old: object, new: object) -> dict[str, object]:
    return {"old": old, "new": new}
