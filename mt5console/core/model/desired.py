"""Desired state: which users, accounts and robots this server should run, as people asked for it.

This is the console's own record, stored before any act. Must not know: what is running now (observed state).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mt5console.core.model.ids import Account, DeploymentId, RobotId, Slot, Timeframe, UserId


class Run(StrEnum):
    """Whether a person wants the terminal running; `suspended`: closed by hand, the console asks."""

    RUNNING = "running"
    STOPPED = "stopped"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredUser:
    """One user: one account, one directory, at most one terminal process.

    `directory` is absolute. `maintenance_until_utc_s`: no automatic act before that instant. `stop_latched`:
    somebody used stop-all; only `resume` lifts it.
    """

    user_id: UserId
    account: Account
    directory: str
    watch_only: bool = False
    run: Run = Run.STOPPED
    maintenance_until_utc_s: float | None = None
    stop_latched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotVersion:
    """A version of a robot that was attached: which slot it was compiled into, with which inputs."""

    deployment_id: DeploymentId
    slot: Slot
    inputs: tuple[tuple[str, str], ...]
    inputs_hash: str
    source_hash: str
    symbol: str
    timeframe: Timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The one deployment of a robot that may open positions, and the place that it was meant for.

    A robot on another account, symbol or timeframe opens nothing, also when no engine runs. An empty field is not
    said, and not compared.
    """

    deployment_id: DeploymentId
    login: int = 0
    server: str = ""
    symbol: str = ""
    timeframe: str = ""


class RobotRun(StrEnum):
    """What people want of a robot: only registered, running, or suspended (removed by hand; the console asks)."""

    REGISTERED = "registered"
    RUNNING = "running"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredRobot:
    """One robot of a user. `active` is the version that should run now, None until one was proven or left PARTIAL.

    `inputs` are what the next deployment will load, as the trader typed them; `magic` is what its orders carry;
    `source_hash` is the registered source's SHA-256 (hex).
    """

    robot_id: RobotId
    user_id: UserId
    symbol: str
    timeframe: Timeframe
    magic: int
    inputs: tuple[tuple[str, str], ...] = ()
    source_name: str = ""
    source_hash: str = ""
    run: RobotRun = RobotRun.REGISTERED
    active: RobotVersion | None = None
