"""Where things lie in a base directory and in one user's terminal directory (protocol 1, interfaces page).

Names only; nothing is opened. MetaTrader's folder names differ in case between builds: `find_child` compares
without case. Must not know: what the files hold.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

AGENT_EXPERT = "Mt5Console\\Agent"
"""The agent as [StartUp] names it: relative to MQL5\\Experts, backslashes."""

CONSOLE_FOLDER = "Mt5Console"


def program_file(stem: str) -> str:
    """The file name of one of MetaTrader's programs on this system: `terminal64.exe`, elsewhere `terminal64`."""
    return f"{stem}.exe" if sys.platform == "win32" else stem


def find_child(directory: Path, name: str) -> Path:
    """The child whose name equals `name` without regard to case, as it is spelt on disk; else `directory/name`."""
    exact = directory / name
    if exact.exists():
        return exact
    wanted = name.casefold()
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.casefold() == wanted:
                    return Path(entry.path)
    except OSError:
        pass
    return exact


@dataclass(frozen=True, slots=True)
class BaseLayout:
    """The base directory: one folder per user, and the console's own folder."""

    root: Path

    @property
    def console(self) -> Path:
        """The console's own folder, for its owner only."""
        return self.root / ".mt5console"

    @property
    def marker(self) -> Path:
        """Says live or simulated."""
        return self.console / "base.json"

    @property
    def lock(self) -> Path:
        """Held by the one engine."""
        return self.console / "engine.lock"

    @property
    def api(self) -> Path:
        """Url, pid, generation and token of the running engine."""
        return self.console / "api.json"

    @property
    def settings(self) -> Path:
        """The console's settings, for people to edit."""
        return self.console / "settings.toml"

    @property
    def state_db(self) -> Path:
        """Desired state, deployments, budgets, decisions, incidents."""
        return self.console / "state.db"

    @property
    def history_db(self) -> Path:
        """Heartbeat samples."""
        return self.console / "history.db"

    @property
    def logs(self) -> Path:
        """The engine's own logs."""
        return self.console / "logs"

    @property
    def simulation(self) -> Path:
        """The simulated broker's ledger and the faults, in simulated base directories only."""
        return self.console / "simulation"

    def robot_source(self, robot_id: int) -> Path:
        """The registered source of a robot, as the next deployment will use it."""
        return self.console / "robots" / f"{robot_id}.mq5"

    def user(self, user_id: int) -> Path:
        """The user's portable terminal directory."""
        return self.root / f"user_{user_id}"

    @property
    def compiled(self) -> Path:
        """The console's own programs as MetaEditors compiled them, to be used again for other users."""
        return self.console / "compiled"

    def removed(self) -> Path:
        """Where removed users' directories are moved to."""
        return self.console / "removed"


@dataclass(frozen=True, slots=True)
class TerminalLayout:
    """One user's portable terminal directory."""

    root: Path

    @property
    def mql5(self) -> Path:
        """The MQL5 tree."""
        return self.root / "MQL5"

    @property
    def experts(self) -> Path:
        """MQL5/Experts."""
        return self.mql5 / "Experts"

    @property
    def console_experts(self) -> Path:
        """MQL5/Experts/Mt5Console: the agent and the robots' slots."""
        return self.experts / CONSOLE_FOLDER

    @property
    def include(self) -> Path:
        """MQL5/Include."""
        return self.mql5 / "Include"

    @property
    def files(self) -> Path:
        """MQL5/Files: the only place that MQL5 programs can write to."""
        return self.mql5 / "Files"

    @property
    def channel(self) -> Path:
        """MQL5/Files/mt5console: protocol 1."""
        return self.files / "mt5console"

    @property
    def agent_status(self) -> Path:
        """The agent's export."""
        return self.channel / "agent" / "status.json"

    @property
    def agent_lock(self) -> Path:
        """Held open exclusively while an agent lives."""
        return self.channel / "agent" / "lock"

    @property
    def commands(self) -> Path:
        """Command files for the agent."""
        return self.channel / "agent" / "commands"

    @property
    def replies(self) -> Path:
        """The agent's replies."""
        return self.channel / "agent" / "replies"

    @property
    def templates(self) -> Path:
        """Chart templates for attach commands, written by the console (`\\Files\\mt5console\\templates\\…`)."""
        return self.channel / "templates"

    @property
    def stop_latch(self) -> Path:
        """While it stands nothing new is opened."""
        return self.channel / "stop"

    def robot(self, robot_id: int) -> Path:
        """MQL5/Files/mt5console/robots/<id>."""
        return self.channel / "robots" / str(robot_id)

    def ready(self, robot_id: int) -> Path:
        """READY of a robot."""
        return self.robot(robot_id) / "ready.json"

    def heartbeat(self, robot_id: int) -> Path:
        """Heartbeat of a robot."""
        return self.robot(robot_id) / "heartbeat.json"

    def robot_errors(self, robot_id: int) -> Path:
        """What a robot reports."""
        return self.robot(robot_id) / "errors.jsonl"

    def robot_lock(self, robot_id: int) -> Path:
        """Held open exclusively while the robot lives."""
        return self.robot(robot_id) / "lock"

    def desired(self, robot_id: int) -> Path:
        """The one deployment that may trade."""
        return self.robot(robot_id) / "desired.json"

    def paused(self, robot_id: int) -> Path:
        """A flag that the agent sets, or the console where the agent cannot: entries paused."""
        return self.robot(robot_id) / "paused"

    def legacy_heartbeat(self, robot_id: int) -> Path:
        """The seed's one-line heartbeat."""
        return self.files / f"heartbeat_{robot_id}.txt"

    def proven_source(self, robot_id: int) -> Path:
        """The proven source of a robot (the seed's name)."""
        return self.experts / f"Robot_{robot_id}.mq5"

    def slot_source(self, robot_id: int, slot: str) -> Path:
        """The source that a slot was compiled from."""
        return self.console_experts / f"Robot_{robot_id}_{slot}.mq5"

    def slot_binary(self, robot_id: int, slot: str) -> Path:
        """The compiled slot."""
        return self.console_experts / f"Robot_{robot_id}_{slot}.ex5"

    @property
    def agent_binary(self) -> Path:
        """The compiled agent."""
        return self.console_experts / "Agent.ex5"

    @property
    def config(self) -> Path:
        """config/ as it is spelt on disk."""
        return find_child(self.root, "config")

    @property
    def common_ini(self) -> Path:
        """config/common.ini as it is spelt on disk: written by the terminal at a clean exit."""
        return find_child(self.config, "common.ini")

    @property
    def start_ini(self) -> Path:
        """The start ini: the one file that may hold a password, and only for a short while."""
        return self.root / "mt5console-start.ini"

    @property
    def journals(self) -> Path:
        """logs/ as it is spelt on disk: journals by day."""
        return find_child(self.root, "logs")

    @property
    def experts_logs(self) -> Path:
        """MQL5/Logs as it is spelt on disk: experts logs by day."""
        return find_child(self.mql5, "Logs")

    @property
    def charts_profile(self) -> Path:
        """MQL5/Profiles/Charts/Default: the saved charts."""
        return self.mql5 / "Profiles" / "Charts" / "Default"

    @property
    def presets(self) -> Path:
        """MQL5/Presets."""
        return self.mql5 / "Presets"

    @property
    def updater(self) -> Path:
        """liveupdate/: where LiveUpdate's own program runs from."""
        return self.root / "liveupdate"


def expert_name(robot_id: int, slot: str) -> str:
    """The expert's name as the terminal shows it on a chart: `Robot_<id>_<slot>`."""
    return f"Robot_{robot_id}_{slot}"


def robot_of_expert(expert: str) -> tuple[int, str] | None:
    """(robot_id, slot) of an expert's name as above, None for any other expert. Folders before it are ignored."""
    name = expert.replace("/", "\\").rsplit("\\", 1)[-1]
    name = name.removesuffix(".ex5")
    parts = name.split("_")
    if (
        len(parts) != 3
        or parts[0] != "Robot"
        or parts[2] not in ("a", "b")
        or not (parts[1].isascii() and parts[1].isdecimal())
    ):
        return None
    return int(parts[1]), parts[2]
