"""Facts: everything that enters the engine. One union, frozen, stamped by the caller's `now`.

A fact says what was seen, never what should be done. Must not know: how it was observed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mt5console.core.model.desired import DesiredRobot, DesiredUser
from mt5console.core.model.ids import DeploymentId, OperationId, RobotId, Slot, UserId
from mt5console.core.model.observed import (
    AgentStatus,
    CompileReport,
    Heartbeat,
    JournalEntry,
    ProbeAnswer,
    ProbeProblem,
    Ready,
    RobotError,
)
from mt5console.core.model.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered:
    """A user was added or its desired state was changed outside the engine (provisioning)."""

    user: DesiredUser


@dataclass(frozen=True, slots=True, kw_only=True)
class UserForgotten:
    """A user was removed from the registry; nothing of it may be watched or acted on any more."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotRegistered:
    """A robot was added or changed in the registry."""

    robot: DesiredRobot


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotForgotten:
    """A robot was removed from the registry, after it was proven gone from its terminal."""

    robot_id: RobotId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSeen:
    """Exactly one process runs the user's executable (seen by a scan, an adoption or a spawn).

    `started_utc_s`: its creation time. `adopted`: it was not started by this engine.
    """

    user_id: UserId
    pid: int
    started_utc_s: float
    adopted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessAbsent:
    """A scan found no process that runs the user's executable. `updater`: its LiveUpdate program runs.

    `session_ending`: the system is shutting down or signing the account out, and ends everything by itself.
    """

    user_id: UserId
    updater: bool = False
    session_ending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessesConflict:
    """More than one process runs the user's executable: no act on this terminal is safe."""

    user_id: UserId
    pids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessExited:
    """The watched process ended. `exit_code` is None when it was not our child; the rest as above."""

    user_id: UserId
    pid: int
    exit_code: int | None
    updater: bool = False
    session_ending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessUsageSeen:
    """CPU share of one core since the last sample (percent) and resident memory (bytes)."""

    user_id: UserId
    cpu_percent: float
    rss_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStatusSeen:
    """The agent's status file advanced. `age_s`: how long ago it was written, by this machine's clock."""

    user_id: UserId
    status: AgentStatus
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadySeen:
    """A robot's ready.json appeared or changed."""

    user_id: UserId
    ready: Ready


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatSeen:
    """A robot's heartbeat advanced. `age_s`: how long ago it was written, by this machine's clock."""

    user_id: UserId
    beat: Heartbeat
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotErrorSeen:
    """A robot reported an error of its own."""

    user_id: UserId
    robot_id: RobotId
    error: RobotError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAnswered:
    """The package answered over IPC within its deadline."""

    user_id: UserId
    answer: ProbeAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFailed:
    """The package did not answer, or answered with an error. `code` is the package's (0: the outside deadline)."""

    user_id: UserId
    problem: ProbeProblem
    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSeen:
    """A new line in the terminal's journal or experts log."""

    user_id: UserId
    entry: JournalEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSeen:
    """A trial write into the user's directory worked (`error` empty) or failed (`error` says how)."""

    user_id: UserId
    free_bytes: int
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesRead:
    """The files of all terminals were read once; what was new in them was told before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLatchSeen:
    """A starting engine found the user's stop latch in its terminal."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSpawned:
    """A StartTerminal command was carried out; the process exists."""

    user_id: UserId
    act_id: str
    pid: int
    started_utc_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRemarked:
    """Something beside a StartTerminal command did not go as it should; the terminal is started all the same."""

    user_id: UserId
    act_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFinished:
    """A LogInAgain command ended."""

    user_id: UserId
    act_id: str
    ok: bool
    problem: ProbeProblem | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileFinished:
    """A CompileSlot command ended, whatever MetaEditor's exit code was."""

    user_id: UserId
    act_id: str
    deployment_id: DeploymentId
    slot: Slot
    report: CompileReport


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReplied:
    """The agent answered a command file. `result` holds its named values, as text."""

    user_id: UserId
    command_id: str
    ok: bool
    code: str
    text: str
    result: tuple[tuple[str, str], ...] = field(default=())

    def value(self, name: str) -> str | None:
        """The named value of the reply, or None."""
        for key, value in self.result:
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDone:
    """A command without a richer answer was carried out; `evidence` says what was seen to happen."""

    user_id: UserId
    act_id: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFailed:
    """A command could not be carried out. `code`: stable word (`no_secret`, `disk_full`, `not_found`, …)."""

    user_id: UserId
    act_id: str
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordStored:
    """A person or script stored a password for the user; what it is stays in the keyring."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """A person or script asks for an act. `actor` says who, for the record."""

    operation_id: OperationId
    request: Request
    actor: str


Fact = (
    UserRegistered
    | UserForgotten
    | RobotRegistered
    | RobotForgotten
    | ProcessSeen
    | ProcessAbsent
    | ProcessesConflict
    | ProcessExited
    | ProcessUsageSeen
    | AgentStatusSeen
    | ReadySeen
    | HeartbeatSeen
    | RobotErrorSeen
    | ProbeAnswered
    | ProbeFailed
    | JournalSeen
    | StorageSeen
    | FilesRead
    | StopLatchSeen
    | TerminalSpawned
    | StartRemarked
    | LoginFinished
    | CompileFinished
    | AgentReplied
    | ActDone
    | ActFailed
    | PasswordStored
    | Requested
)
