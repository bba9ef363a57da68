"""What the core needs from outside, as Protocols. Adapters in platforms/, probe/ and simulation/ implement them.

The same contract tests run against every adapter and against the fakes. Must not know: any adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from mt5console.core.credentials import Secret
from mt5console.core.model.ids import Account, Now
from mt5console.core.model.observed import CompileReport, ProbeAnswer, ProbeProblem


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> Now:
        """Read both clocks once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRef:
    """One process, told apart from a later one with the same pid by its creation time."""

    pid: int
    created_utc_s: float
    executable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessUsage:
    """CPU seconds since the process began, and resident memory in bytes."""

    cpu_s: float
    rss_bytes: int


class ProcessHost(Protocol):
    """Processes by exact executable path: found, spawned, watched, closed, killed; never by name or title."""

    def find(self, executable: Path) -> tuple[ProcessRef, ...]:
        """All living processes that run exactly this file (not zombies), oldest first."""
        ...

    def find_under(self, directory: Path) -> tuple[ProcessRef, ...]:
        """All living processes whose executable lies anywhere under the directory, oldest first."""
        ...

    def spawn(self, executable: Path, arguments: Sequence[str], directory: Path) -> ProcessRef:
        """Start detached: outlives this process, inherits no handle, console or standard stream.

        Raises `ConsoleError` (code `spawn_failed`) with the system's reason.
        """
        ...

    def watch(self, ref: ProcessRef, on_exit: Callable[[ProcessRef, int | None], None]) -> None:
        """Call `on_exit(ref, exit_code or None)` once, from a thread of the host's, as soon as the process ends.

        Also when it has ended already, or is not our child. Watching the same ref again replaces the callback.
        """
        ...

    def unwatch(self, ref: ProcessRef) -> None:
        """Stop watching; unknown refs are fine."""
        ...

    def is_alive(self, ref: ProcessRef) -> bool:
        """Whether this very process (pid and creation time) still runs; a zombie does not."""
        ...

    def request_close(self, ref: ProcessRef) -> bool:
        """Ask it to close as a person would (WM_CLOSE to its windows, SIGTERM); False when it could not be asked."""
        ...

    def kill(self, ref: ProcessRef) -> bool:
        """End it at once, after checking that the pid still is this process; False when it was gone already."""
        ...

    def usage(self, ref: ProcessRef) -> ProcessUsage | None:
        """CPU and memory, None when it is gone."""
        ...

    def press_algo_button(self, ref: ProcessRef) -> bool:
        """Toggle the terminal's algo-trading switch through its window; False where the platform cannot."""
        ...

    def session_is_ending(self) -> bool:
        """Whether the system shuts down or signs this account out now; False where it does not say."""
        ...

    def close(self) -> None:
        """Stop the watching threads; processes live on."""
        ...


class FileStamp(NamedTuple):
    """What tells one version of a file from the next without reading it."""

    mtime_ns: int
    size: int
    inode: int


class FileStore(Protocol):
    """Files that MetaTrader and the console share: brief opens, atomic replaces, sharing violations retried."""

    def stamp(self, path: Path) -> FileStamp | None:
        """Cheap look; None when the file is not there."""
        ...

    def read(self, path: Path, limit: int | None = None) -> bytes | None:
        """Content, None when missing or held by somebody for longer than the retries."""
        ...

    def write_atomic(self, path: Path, data: bytes, *, private: bool = False, durable: bool = False) -> None:
        """Write beside and move into place, creating parents. `private`: readable by its owner only, from the
        first byte. `durable`: flushed to disk first. Raises `StorageFailed` (codes `disk_full`, `no_permission`,
        `write_failed`) and leaves the old content."""
        ...

    def wipe(self, path: Path) -> None:
        """Overwrite with zeros, then remove; a missing file is fine."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file; a missing one is fine."""
        ...

    def make_private_directory(self, path: Path) -> None:
        """Create (with parents) and let only this account in."""
        ...

    def move_directory(self, source: Path, target: Path) -> None:
        """Move in one step, on one volume, to a name that nothing has; waits some seconds for whoever looks at fresh
        files. Raises `StorageFailed` and leaves the source whole."""
        ...

    def remove_tree(self, path: Path) -> None:
        """Remove a file or directory with all that is in it, as patiently; a missing one is fine."""
        ...

    def free_bytes(self, path: Path) -> int:
        """Free space for this account on the volume of the path."""
        ...


class SecretStore(Protocol):
    """The OS keyring. Names are references (`mt5console:<base>:<login>@<server>`); values never leave `Secret`."""

    def describe(self) -> str:
        """The backend in words for doctor; says plainly when there is none."""
        ...

    def put(self, reference: str, secret: Secret) -> None:
        """Store or replace. Raises `SecretsUnavailable`."""
        ...

    def get(self, reference: str) -> Secret | None:
        """The value, None when there is none. Raises `SecretsUnavailable`."""
        ...

    def delete(self, reference: str) -> None:
        """Forget; a missing one is fine. Raises `SecretsUnavailable`."""
        ...


class Compiler(Protocol):
    """MetaEditor, real or simulated."""

    def compile(self, source: Path, data_directory: Path, deadline_s: float) -> CompileReport:
        """Compile `source` into the .ex5 beside it; judge by the log and the fresh .ex5, never by the exit code."""
        ...

    def describe(self, data_directory: Path) -> str:
        """The compiler that lies there, with its version, for people and as a key; empty when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One probe call's end: an answer, or a problem with the package's code (0 for the outside deadline)."""

    answer: ProbeAnswer | None
    problem: ProbeProblem | None
    code: int
    text: str


class ProbePool(Protocol):
    """Killable child processes that hold the MetaTrader5 package; every call has a deadline from outside.

    Up to ten terminals keep a child each; above that a small pool visits them in turn. Calls block the caller's
    thread, never longer than the deadline plus the kill.
    """

    def poll(self, executable: Path, deadline_s: float) -> ProbeResult:
        """Attach if need be (the caller has seen the process run) and read terminal and account."""
        ...

    def login(self, executable: Path, account: Account, secret: Secret, deadline_s: float) -> ProbeResult:
        """Log the terminal in; the password goes over the child's stdin."""
        ...

    def drop(self, executable: Path) -> None:
        """Kill this terminal's child (or end its lease); the next poll attaches anew."""
        ...

    def close(self) -> None:
        """Kill all children."""
        ...


class BaseLock(Protocol):
    """The OS lock that makes one engine per base directory; freed by the system when its holder dies."""

    def acquire(self) -> bool:
        """Take it without waiting; False when somebody else holds it."""
        ...

    def release(self) -> None:
        """Give it back; harmless when not held."""
        ...


class TemplateSource(Protocol):
    """Where the golden template of a terminal's directory comes from (a real installation, or the simulation)."""

    def install(self, directory: Path) -> None:
        """Fill an empty directory with a portable terminal: executable, MQL5 tree, agent, include. Atomic for the
        caller: raises `ConsoleError` and leaves nothing usable behind when it cannot finish."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The outside world as one bundle, chosen by the composition root: live (Windows) or simulated.

    `executable_name`: `terminal64.exe`, or `terminal64` in a POSIX simulation. `probes` makes the pool.
    """

    simulated: bool
    executable_name: str
    clock: Clock
    processes: ProcessHost
    files: FileStore
    secrets: SecretStore
    compiler: Compiler
    probes: ProbePool
    template: TemplateSource
    lock: BaseLock


class EngineDoor(Protocol):
    """What a running engine offers to whoever stands at its doors; all values are JSON-able, in the interfaces' shapes.

    Implemented by the runtime (inside the engine's process) and by `api.client` (over HTTP). Raises ConsoleError.
    """

    def status(self) -> dict[str, Any]:
        """The status shape."""
        ...

    def submit(self, kind: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Ask for an act by its request's kind (`deploy`, `terminal_start`, …); gives the operation at once."""
        ...

    def operation(self, operation_id: str, wait_s: float = 0.0) -> dict[str, Any]:
        """The operation's state; waits up to `wait_s` for it to end."""
        ...

    def incidents(self, include_cleared: bool) -> list[dict[str, Any]]:
        """Incidents, newest first."""
        ...

    def decisions(self, user_id: int, limit: int) -> list[dict[str, Any]]:
        """The decision trace of one user, newest first."""
        ...

    def robot_status(self, robot_id: int) -> dict[str, Any]:
        """The seed's robot status shape."""
        ...

    def deployments(self, robot_id: int | None, limit: int) -> list[dict[str, Any]]:
        """Kept deployments in the deploy shape, newest first."""
        ...

    def users(self) -> list[dict[str, Any]]:
        """The registered users."""
        ...

    def robots(self) -> list[dict[str, Any]]:
        """The registered robots."""
        ...

    def add_user(self, user_id: int, login: int, server: str, password: Secret, **options: bool) -> dict[str, Any]:
        """Provision a user (options: watch_only, over_capacity); the password goes to the keyring alone."""
        ...

    def set_password(self, user_id: int, password: Secret) -> dict[str, Any]:
        """Replace a known user's password in the keyring (nothing else changes); gives `{"user_id": …}`."""
        ...

    def remove_user(self, user_id: int, confirm_live: int | None) -> dict[str, Any]:
        """Remove a stopped user: its directory is moved away, its password forgotten."""
        ...

    def add_robot(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Register a robot: robot_id, user_id, symbol, timeframe, source_text or template, inputs (name → text), magic.

        `compile` true: also write the source into the robot's free slot and compile it, attaching nothing; the answer
        then has `path` (of the written .mq5). `replace` true: a robot of this user that exists gets this source.
        """
        ...

    def robot_inputs(self, robot_id: int) -> dict[str, Any]:
        """The inputs of a registered robot's source: `{"robot_id", "source", "values", "inputs", "missing_includes",
        "notes"}`; `inputs` as `deployment.inputs.description.spec_json`, `values` the registered ones."""
        ...

    def user_stats(self, user_id: int) -> dict[str, Any]:
        """The seed's user stats shape."""
        ...

    def system_stats(self) -> dict[str, Any]:
        """The seed's system stats shape."""
        ...

    def heartbeat_history(self, robot_id: int, seconds: float) -> list[list[float]]:
        """Pairs of (utc seconds, heartbeat age in seconds), oldest first."""
        ...

    def journal(self, user_id: int, after: str = "", limit: int = 500) -> dict[str, Any]:
        """The terminal's and the experts' journal merged: `{"cursor", "more", "lines"}`, oldest line first.

        The newest `limit` lines, or with the `cursor` of an earlier answer in `after` those that came since, however
        many fit into an answer (`more`: ask again at once). Lines have the journal shape and `log` beside it.
        """
        ...

    def next_event(self, after: int, wait_s: float) -> list[dict[str, Any]]:
        """Events after the given number, waiting up to `wait_s` for one: `{"number", "type", "data"}` with type
        snapshot, deployment, operation or incident."""
        ...

    def stop_engine(self) -> None:
        """Ask the engine to end; terminals live on."""
        ...
