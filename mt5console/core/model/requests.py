"""Requests: what a person or a script can ask the engine to do. One union, frozen.

`confirm_live` repeats the account's login for an act that can touch real money; `even_with_positions` accepts
that open positions lose their guard for a while. Must not know: who asks, or over which wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mt5console.core.model.ids import RobotId, UserId


class Mode(StrEnum):
    """What the watchdog may do: act, only say what it would do, or nothing."""

    ON = "on"
    OBSERVE = "observe"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTerminalRequest:
    """Start the user's terminal and keep it running; done when its login is seen."""

    user_id: UserId
    timeout_s: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTerminalRequest:
    """Close the user's terminal and keep it stopped; done when its process is gone."""

    user_id: UserId
    confirm_live: int | None = None
    even_with_positions: bool = False
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartTerminalRequest:
    """Close and start again; done when the login is seen and every running robot is proven back or named."""

    user_id: UserId
    confirm_live: int | None = None
    even_with_positions: bool = False
    timeout_s: float = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRequest:
    """Deploy and confirm a robot's registered source and inputs; the operation's result is the deploy shape.

    `symbol` and `timeframe`, when given, replace the registered ones for this and later deployments.
    """

    robot_id: RobotId
    timeout_s: float = 60.0
    dry_run: bool = False
    symbol: str | None = None
    timeframe: str | None = None
    confirm_live: int | None = None
    even_with_positions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDeployRequest:
    """End a robot's running deployment by its own safe way: what was attached is removed, the old version put back.

    Done when the deployment has ended; the operation's result is its deploy shape.
    """

    robot_id: RobotId
    confirm_live: int | None = None
    even_with_positions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRobotRequest:
    """Detach a robot from its terminal, see it gone, and forget it."""

    robot_id: RobotId
    confirm_live: int | None = None
    even_with_positions: bool = False
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectRequest:
    """Drop the user's probe and attach it anew."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAllRequest:
    """Stop latch on every user: every robot opens nothing more and is detached, with proof per terminal."""

    word: str
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequest:
    """Lift the stop latch of one user; robots that were running are put back and proven."""

    user_id: UserId
    word: str
    confirm_live: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetModeRequest:
    """Set what the watchdog may do."""

    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceRequest:
    """No automatic act on this terminal until the instant (None ends the window)."""

    user_id: UserId
    until_utc_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """A person has looked: leave quarantine, suspension or an auth stop, and let the watchdog act again."""

    user_id: UserId
    confirm_live: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableAlgoRequest:
    """Switch algo trading on where the platform can (a click on the toolbar's button, verified afterwards)."""

    user_id: UserId
    confirm_live: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRequest:
    """Pause or resume a robot's entries through the agent; exits go on."""

    robot_id: RobotId
    paused: bool
    confirm_live: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeRequest:
    """A person takes an incident on, with a reason."""

    incident_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRequest:
    """An open incident raises no alert until the instant (None lifts the silence); it stays open and in sight."""

    incident_id: str
    until_utc_s: float | None


Request = (
    StartTerminalRequest
    | StopTerminalRequest
    | RestartTerminalRequest
    | DeployRequest
    | CancelDeployRequest
    | RemoveRobotRequest
    | ReconnectRequest
    | StopAllRequest
    | ResumeRequest
    | SetModeRequest
    | MaintenanceRequest
    | ReleaseRequest
    | EnableAlgoRequest
    | PauseRequest
    | AcknowledgeRequest
    | SilenceRequest
)
