"""Commands: everything that leaves the engine. Carried out at the edge, after the state that led to them is stored.

Each has an `act_id`; its end comes back as a fact with the same id, so that a crash between can be replayed.
Must not know: how a command is carried out. No command ever holds a password: the edge asks the keyring.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mt5console.core.model.desired import Permit
from mt5console.core.model.ids import Account, DeploymentId, RobotId, Slot, Timeframe, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTerminal:
    """Write the start ini, prune the profile of experts that are not in `keep_experts`, start the process.

    The edge makes sure that no process runs from the directory first. `algo`: whether algo trading is to be on; False
    when it was off before, until a person switches it on. Ends as TerminalSpawned or ActFailed.
    """

    user_id: UserId
    act_id: str
    account: Account
    reason: str
    keep_experts: tuple[str, ...] = ()
    algo: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTerminal:
    """Ask the process to close (WM_CLOSE, SIGTERM). Its end is seen as ProcessExited."""

    user_id: UserId
    act_id: str
    pid: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillTerminal:
    """End the process at once, after its identity (pid, creation time, executable) was checked."""

    user_id: UserId
    act_id: str
    pid: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeStartIni:
    """Overwrite and remove the start ini: the login was seen, or its deadline passed."""

    user_id: UserId
    act_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReattachProbe:
    """Kill the user's probe child and attach a new one at the next poll."""

    user_id: UserId
    act_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInAgain:
    """Log the terminal in again over IPC; the edge reads the password. Ends as LoginFinished."""

    user_id: UserId
    act_id: str
    account: Account
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSlotSource:
    """Write the robot's registered source as the slot's .mq5. Ends as ActDone (evidence: sha256) or ActFailed."""

    user_id: UserId
    act_id: str
    robot_id: RobotId
    deployment_id: DeploymentId
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileSlot:
    """Compile the slot's .mq5 into its .ex5. Ends as CompileFinished or ActFailed."""

    user_id: UserId
    act_id: str
    robot_id: RobotId
    deployment_id: DeploymentId
    slot: Slot
    deadline_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDesired:
    """Write desired.json: the one deployment of this robot that may trade, and where (None: none may)."""

    user_id: UserId
    act_id: str
    robot_id: RobotId
    permit: Permit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseEntries:
    """Set the robot's pause flag without its agent, which is asked first wherever it hears."""

    user_id: UserId
    act_id: str
    robot_id: RobotId


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteSource:
    """Make the slot's source the robot's proven one: `Experts/Robot_<id>.mq5`."""

    user_id: UserId
    act_id: str
    robot_id: RobotId
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTemplate:
    """What the attach command's chart template must say; the edge writes it in the terminal's own format."""

    expert: str
    symbol: str
    timeframe: Timeframe
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAgentCommand:
    """Put a command file before the agent. Its reply comes back as AgentReplied with this `command_id`.

    `verb`: attach, detach, symbol, pause, resume, flush_globals, clean_heartbeats, screenshot, cancel. The edge
    adds protocol, generation, expected login, server and data_path, and `not_after_utc_s`.
    """

    user_id: UserId
    act_id: str
    command_id: str
    verb: str
    arguments: tuple[tuple[str, str], ...]
    valid_for_s: float
    template: AgentTemplate | None = field(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStopLatch:
    """Write (`latched`) or remove the stop latch file that every robot reads at every beat."""

    user_id: UserId
    act_id: str
    latched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PressAlgoButton:
    """Toggle the terminal's algo-trading switch where the platform can; the next status shows the result."""

    user_id: UserId
    act_id: str
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetRobot:
    """The robot is proven gone: take it out of the registry and move its files away."""

    user_id: UserId
    act_id: str
    robot_id: RobotId


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """One log line for people, as the seed words them; `level` is info, warning or error. Never a secret."""

    user_id: UserId | None
    level: str
    text: str


Command = (
    StartTerminal
    | CloseTerminal
    | KillTerminal
    | WipeStartIni
    | ReattachProbe
    | LogInAgain
    | WriteSlotSource
    | CompileSlot
    | WriteDesired
    | PauseEntries
    | PromoteSource
    | SendAgentCommand
    | SetStopLatch
    | PressAlgoButton
    | ForgetRobot
    | Announce
)
