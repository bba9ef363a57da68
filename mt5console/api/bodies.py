"""What may stand in a request's body. Strict: unknown fields and wrong types are refused, and never echoed.

Must not know: what an act does with it.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

PositiveId = Annotated[int, Field(gt=0, le=2**63 - 1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Body(BaseModel):
    """Base of all bodies: a refused value must not come back in an error, it may be a password."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, frozen=True)


class StartWatchdogBody(Body):
    """The seed's body of start-watchdog."""

    robot_id: PositiveId | None = None


class ReconnectBody(Body):
    """The seed's body of reconnect; the user may be left out when there is one terminal."""

    user_id: PositiveId | None = None


class OperationBody(Body):
    """Any act by its kind and arguments; `actor` says who asks, for the record."""

    kind: Annotated[str, Field(max_length=40)]
    arguments: dict[str, Any] = {}
    actor: Annotated[str, Field(max_length=100)] = "http"


class TerminalActBody(Body):
    """Confirmations of a terminal's start, stop or restart."""

    confirm_live: PositiveId | None = None
    even_with_positions: bool = False
    timeout_s: Seconds | None = None


class CancelDeployBody(Body):
    """Confirmations of a cancel that changes a chart of a real account."""

    confirm_live: PositiveId | None = None
    even_with_positions: bool = False


class StopAllBody(Body):
    """Stop all robots: only the word."""

    word: Annotated[str, Field(max_length=20)]


class UserBody(Body):
    """A user to provision; the password goes to the keyring alone."""

    user_id: PositiveId
    login: PositiveId
    server: Annotated[str, Field(min_length=1, max_length=200)]
    password: SecretStr
    watch_only: bool = False
    over_capacity: bool = False


class PasswordBody(Body):
    """A new password for a known user."""

    password: SecretStr


class RobotBody(Body):
    """A robot to register; without source and template, the default template."""

    robot_id: PositiveId
    user_id: PositiveId
    symbol: Annotated[str, Field(min_length=1, max_length=64)]
    timeframe: Annotated[str, Field(min_length=2, max_length=3)]
    source_text: str | None = None
    source_name: Annotated[str, Field(max_length=260)] | None = None
    template: Annotated[str, Field(max_length=100)] | None = None
    proven_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    inputs: dict[str, str] = {}
    magic: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    compile: bool = False
    replace: bool = False
