"""simulated-terminal: what one simulated terminal with two robots needs, and how fast it starts.

Limit: a bare interpreter that sleeps. Driven through the simulation's own doors, without an engine.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

from benchmarks.machine import cpu_shares, end_tree, process, scratch
from benchmarks.report import Options, Report, both, number
from mt5console.core.credentials import Secret
from mt5console.core.model.desired import Permit
from mt5console.core.model.ids import Account, DeploymentId, Timeframe
from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout
from mt5console.core.terminal.start_ini import start_ini_bytes
from mt5console.core.terminal.templates import template_bytes
from mt5console.simulation.binary import SimulatedBinary, encode_binary
from mt5console.simulation.installation import SimulatedTemplate

T = TypeVar("T")

ROBOTS = (101, 102)
ACCOUNT = Account(login=5001, server="Demo-Server")
PATIENCE_S = 20.0
GOAL_MB = 25.0
GOAL_PERCENT = 0.5
MEBI = 2**20


class OneTerminal:
    """A simulated terminal of our own, started as the console starts it."""

    def __init__(self, base: Path, number: int) -> None:
        self._base = BaseLayout(base)
        self.layout = TerminalLayout(self._base.user(number))
        SimulatedTemplate().install(self.layout.root)
        for robot_id in ROBOTS:
            inputs = ((name, "0") for name in protocol.CONSOLE_INPUTS)
            binary = SimulatedBinary(
                name=f"Robot_{robot_id}_a", source_sha256="0" * 64, protocol=True, inputs=tuple(inputs)
            )
            self.layout.slot_binary(robot_id, "a").write_bytes(encode_binary(binary))

    def start(self) -> subprocess.Popen[bytes]:
        """Start it with a password of no worth."""
        ini = start_ini_bytes(ACCOUNT, Secret("none"), agent_symbol="EURUSD", agent_timeframe=Timeframe.H1)
        self.layout.start_ini.write_bytes(ini)
        quiet = subprocess.DEVNULL
        command = [str(self.layout.root / "terminal64"), "/portable", f"/config:{self.layout.start_ini}"]
        return subprocess.Popen(command, cwd=self.layout.root, stdin=quiet, stdout=quiet, stderr=quiet)

    def logged_in(self) -> bool:
        """Whether the agent has seen the login."""
        status = protocol.decode_status(_content(self.layout.agent_status))
        return status is not None and status.login == ACCOUNT.login and status.connected

    def attach(self, robot_id: int) -> None:
        """Have the agent attach a robot, and wait for its beats."""
        deployment = DeploymentId(f"d-{robot_id}")
        self.layout.robot(robot_id).mkdir(parents=True, exist_ok=True)
        self.layout.desired(robot_id).write_bytes(protocol.encode_desired(Permit(deployment_id=deployment)))
        values = ((protocol.DEPLOYMENT_INPUT, deployment), (protocol.ROBOT_INPUT, str(robot_id)))
        expert = f"Robot_{robot_id}_a"
        path = f"Experts\\Mt5Console\\{expert}.ex5"
        data = template_bytes(path, expert, "EURUSD", Timeframe.H1, (*values, (protocol.MAGIC_INPUT, str(robot_id))))
        self.layout.templates.mkdir(parents=True, exist_ok=True)
        (self.layout.templates / f"{deployment}.tpl").write_bytes(data)
        self._send(robot_id, deployment, expert)
        _wait(lambda: protocol.decode_heartbeat(_content(self.layout.heartbeat(robot_id))), f"robot {robot_id}'s beat")

    def _send(self, robot_id: int, deployment: str, expert: str) -> None:
        words = {
            "robot_id": str(robot_id),
            "deployment_id": deployment,
            "expert": f"Mt5Console\\{expert}",
            "symbol": "EURUSD",
            "timeframe": "H1",
            "template": f"{deployment}.tpl",
        }
        command = protocol.CommandFile(
            id=f"attach{robot_id}",
            verb="attach",
            generation=1,
            login=ACCOUNT.login,
            server=ACCOUNT.server,
            data_path=str(self.layout.root),
            not_after_utc_s=time.time() + PATIENCE_S,
            arguments=tuple(words.items()),
        )
        self.layout.commands.mkdir(parents=True, exist_ok=True)
        beside = self.layout.commands / "attach.new"
        beside.write_bytes(protocol.encode_command(command))
        beside.replace(self.layout.commands / f"{command.id}.json")


def run(options: Options) -> Report:
    """Measure."""
    report = Report()
    rounds, seconds = (2, 4) if options.quick else (8, 20)
    with scratch("terminal") as base:
        starts = _starts(base, rounds)
        memory, shares = _living(base, seconds)
    with process([sys.executable, "-IS", "-c", "import time; time.sleep(300)"]) as bare:
        time.sleep(0.3)
        bare_memory = _memory(bare.pid)
    row = report.table("one terminal, agent and two robots", "who", "USS, MB", "RSS, MB", "% of a core, p50 / p95")
    row("limit: a bare interpreter", number(bare_memory[0]), number(bare_memory[1]), "0")
    row("project: simulated terminal", number(memory[0]), number(memory[1]), both(shares))
    row = report.table("start-up, seconds from the start of its process, p50 / p95", "seen", "s", "rounds")
    for words, values in starts.items():
        row(words, both(values), str(rounds))
    mean = sum(shares) / len(shares)
    report.judge(f"≤{GOAL_MB:g} MB resident", f"{number(memory[1])} MB", memory[1] <= GOAL_MB)
    report.judge(f"≤{GOAL_PERCENT} % of a core", f"{number(mean)} % on average", mean <= GOAL_PERCENT)
    report.note("the simulated broker lets a login in 0.4 s after the start, by its own setting")
    return report


def _starts(base: Path, rounds: int) -> dict[str, list[float]]:
    seen: dict[str, list[float]] = {"its agent's first status": [], "its login": []}
    for number_ in range(1, rounds + 1):
        terminal = OneTerminal(base, number_)
        began = time.perf_counter()
        child = terminal.start()
        try:
            _wait(lambda terminal=terminal: _content(terminal.layout.agent_status), "the agent's status")
            seen["its agent's first status"].append(time.perf_counter() - began)
            _wait(terminal.logged_in, "the login")
            seen["its login"].append(time.perf_counter() - began)
        finally:
            end_tree(child)
    return seen


def _living(base: Path, seconds: int) -> tuple[tuple[float, float], list[float]]:
    terminal = OneTerminal(base, 1000)
    child = terminal.start()
    try:
        _wait(terminal.logged_in, "the login")
        for robot_id in ROBOTS:
            terminal.attach(robot_id)
        time.sleep(2.0)
        shares = cpu_shares(child.pid, seconds)
        return _memory(child.pid), shares
    finally:
        end_tree(child)


def _memory(pid: int) -> tuple[float, float]:
    """Memory of its own, and resident (shared libraries counted in), in MB."""
    full = psutil.Process(pid).memory_full_info()
    return full.uss / MEBI, full.rss / MEBI


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _wait(condition: Callable[[], T], what: str) -> T:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.005)
    raise RuntimeError(f"{what} did not come within {PATIENCE_S:.0f} s")
