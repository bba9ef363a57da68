"""Deployments with stages, diagnosis and changes. Must not know: Qt, or where the JSON came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mt5console.ui.pictures.values import (
    UNKNOWN,
    Json,
    as_flag,
    as_number,
    as_object,
    as_text,
    as_texts,
    as_tuple,
    as_whole,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePicture:
    """One stage of a deployment. `outcome`: running, passed, failed or skipped; `evidence`: what was seen."""

    name: str
    outcome: str = UNKNOWN
    seconds: float | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPicture:
    """One point of the diagnosis's list, checked: `ok` True, False or None (could not be told)."""

    point: str
    ok: bool | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisPicture:
    """Why a deployment did not end in SUCCESS, and what to do next."""

    cause: str = UNKNOWN
    text: str = ""
    next_step: str = ""
    points: tuple[PointPicture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePicture:
    """One difference between the running version and the one to deploy; None: not there."""

    what: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPicture:
    """A deployment. `status`: RUNNING, SUCCESS, PARTIAL, FAILED or DRY_RUN; `changes` only for a dry run.

    `first` is True when nothing of this robot runs yet; `detach` names the charts whose expert would be detached.
    """

    deployment_id: str
    robot_id: int | None = None
    user_id: int | None = None
    kind: str = ""
    status: str = UNKNOWN
    ready_confirmed: bool = False
    heartbeat_confirmed: bool = False
    chart_opened: bool = False
    started_utc_s: float | None = None
    ended_utc_s: float | None = None
    stages: tuple[StagePicture, ...] = ()
    diagnosis: DiagnosisPicture | None = None
    changes: tuple[ChangePicture, ...] | None = None
    first: bool | None = None
    detach: tuple[str, ...] = ()


def deployment_of(shape: object) -> DeploymentPicture:
    """The deploy shape as a picture."""
    entry = as_object(shape)
    changes = entry.get("changes")
    return DeploymentPicture(
        deployment_id=as_text(entry.get("deployment_id")),
        robot_id=as_whole(entry.get("robot_id")),
        user_id=as_whole(entry.get("user_id")),
        kind=as_text(entry.get("kind")),
        status=as_text(entry.get("status")) or UNKNOWN,
        ready_confirmed=entry.get("ready_confirmed") is True,
        heartbeat_confirmed=entry.get("heartbeat_confirmed") is True,
        chart_opened=entry.get("chart_opened") is True,
        started_utc_s=as_number(entry.get("started_at")),
        ended_utc_s=as_number(entry.get("ended_at")),
        stages=tuple(_stage_of(stage) for stage in as_tuple(entry.get("stages"))),
        diagnosis=diagnosis_of(entry["diagnosis"]) if isinstance(entry.get("diagnosis"), Mapping) else None,
        changes=_changes_of(changes) if isinstance(changes, Mapping) else None,
        first=as_flag(changes.get("first_deployment")) if isinstance(changes, Mapping) else None,
        detach=as_texts(changes.get("detach")) if isinstance(changes, Mapping) else (),
    )


def _stage_of(shape: object) -> StagePicture:
    entry = as_object(shape)
    return StagePicture(
        name=as_text(entry.get("name")),
        outcome=as_text(entry.get("outcome")) or UNKNOWN,
        seconds=as_number(entry.get("seconds")),
        evidence=as_text(entry.get("evidence")),
    )


def diagnosis_of(shape: object) -> DiagnosisPicture:
    """A deployment's diagnosis."""
    entry = as_object(shape)
    points = [as_object(point) for point in as_tuple(entry.get("points"))]
    return DiagnosisPicture(
        cause=as_text(entry.get("cause")) or UNKNOWN,
        text=as_text(entry.get("text")),
        next_step=as_text(entry.get("next_step")),
        points=tuple(
            PointPicture(
                point=as_text(point.get("point")), ok=as_flag(point.get("ok")), evidence=as_text(point.get("evidence"))
            )
            for point in points
        ),
    )


def _changes_of(changes: Json) -> tuple[ChangePicture, ...]:
    """What a dry run says would change: source, symbol, timeframe, slot and each input that differs."""
    found = [
        _change(what, as_object(changes.get(name)))
        for what, name in (
            ("Source", "source_hash"),
            ("Symbol", "symbol"),
            ("Timeframe", "timeframe"),
            ("Slot", "slot"),
        )
    ]
    inputs = [as_object(entry) for entry in as_tuple(changes.get("inputs"))]
    found += [_change(f"Input {as_text(entry.get('name'))}", entry) for entry in inputs]
    return tuple(change for change in found if change.old != change.new)


def _change(what: str, pair: Json) -> ChangePicture:
    return ChangePicture(what=what, old=_shown(pair.get("old")), new=_shown(pair.get("new")))


def _shown(value: object) -> str | None:
    return None if value is None else str(value)
