"""What was decided and what was asked for. Must not know: Qt, or where the JSON came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mt5console.ui.pictures.values import UNKNOWN, Json, as_number, as_object, as_text, as_texts, as_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPicture:
    """One entry of the decision trace: what happened, what was decided, why, what comes next."""

    at_utc_s: float | None = None
    user_id: int | None = None
    before: str = ""
    after: str = ""
    trigger: str = ""
    decided: str = ""
    why: str = ""
    next: str = ""
    acts: tuple[str, ...] = ()
    observed_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPicture:
    """An act that somebody asked for. `state`: running, done, failed or refused; `result` is its JSON shape."""

    operation_id: str
    kind: str = ""
    user_id: int | None = None
    robot_id: int | None = None
    actor: str = ""
    state: str = UNKNOWN
    progress: str = ""
    result: Json | None = None
    error_code: str = ""
    error_text: str = ""
    exit_code: int = 0
    requested_utc_s: float | None = None
    ended_utc_s: float | None = None

    @property
    def is_running(self) -> bool:
        """Whether its end is still awaited."""
        return self.state == "running"


def decision_of(shape: object) -> DecisionPicture:
    """An entry of the decision trace."""
    entry = as_object(shape)
    return DecisionPicture(
        at_utc_s=as_number(entry.get("at")),
        user_id=as_whole(entry.get("user_id")),
        before=as_text(entry.get("before")),
        after=as_text(entry.get("after")),
        trigger=as_text(entry.get("trigger")),
        decided=as_text(entry.get("decided")),
        why=as_text(entry.get("why")),
        next=as_text(entry.get("next")),
        acts=as_texts(entry.get("acts")),
        observed_only=entry.get("observed_only") is True,
    )


def operation_of(shape: object) -> OperationPicture:
    """An operation."""
    entry = as_object(shape)
    error = as_object(entry.get("error"))
    result = entry.get("result")
    return OperationPicture(
        operation_id=as_text(entry.get("operation_id")),
        kind=as_text(entry.get("kind")),
        user_id=as_whole(entry.get("user_id")),
        robot_id=as_whole(entry.get("robot_id")),
        actor=as_text(entry.get("actor")),
        state=as_text(entry.get("state")) or UNKNOWN,
        progress=as_text(entry.get("progress")),
        result=MappingProxyType(dict(result)) if isinstance(result, Mapping) else None,
        error_code=as_text(error.get("code")),
        error_text=as_text(error.get("text")),
        exit_code=as_whole(entry.get("exit_code")) or 0,
        requested_utc_s=as_number(entry.get("requested_at")),
        ended_utc_s=as_number(entry.get("ended_at")),
    )
