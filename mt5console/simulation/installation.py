"""The simulated MetaTrader 5's installation: the golden template of a user's directory.

Fills a directory with the programs, the seed's tree, the console's include files and the agent. Must not know: users,
accounts, or what becomes of the directory.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from mt5console.core.errors import ConsoleError
from mt5console.core.terminal.layout import CONSOLE_FOLDER, TerminalLayout, program_file
from mt5console.simulation.binary import SimulatedBinary, encode_binary
from mt5console.simulation.broker import SERVERS
from mt5console.simulation.inifile import IniFile
from mt5console.simulation.program_script import write_script
from mt5console.simulation.programs import HOME_INPUT
from mt5console.simulation.resources import resource_root

TERMINAL = program_file("terminal64")
METAEDITOR = program_file("metaeditor64")

_TREE = (
    "MQL5/Experts/Mt5Console",
    "MQL5/Indicators",
    "MQL5/Scripts",
    "MQL5/Services",
    "MQL5/Files",
    "MQL5/Presets",
    "MQL5/Include/Mt5Console",
    "MQL5/Logs",
    "MQL5/Profiles/Charts/Default",
    "MQL5/Profiles/Templates",
    "config",
    "bases",
    "logs",
    "temp",
    "liveupdate",
)


class SimulatedTemplate:
    """`TemplateSource` of the simulation."""

    def install(self, directory: Path) -> None:
        """Fill an empty or missing directory, all or nothing.

        Raises ConsoleError: `not_empty` when something is there already, `template_failed` with the system's reason.
        """
        if directory.exists() and any(directory.iterdir()):
            raise ConsoleError("not_empty", f"{directory} is not empty; choose an empty directory for the terminal.")
        beside = directory.with_name(f".{directory.name}.{os.getpid()}.installing")
        try:
            shutil.rmtree(beside, ignore_errors=True)
            _fill(beside)
            if directory.exists():
                directory.rmdir()
            beside.rename(directory)
        except OSError as error:
            shutil.rmtree(beside, ignore_errors=True)
            raise ConsoleError(
                "template_failed", f"The terminal could not be installed in {directory}: {error.strerror}."
            ) from error


def agent_binary() -> bytes:
    """The compiled agent."""
    identity = hashlib.sha256(b"simulated agent").hexdigest()
    binary = SimulatedBinary(
        name="Agent", source_sha256=identity, inputs=((HOME_INPUT, "false"),), protocol=True, role="agent"
    )
    return encode_binary(binary)


def _fill(root: Path) -> None:
    for folder in _TREE:
        (root / folder).mkdir(parents=True)
    write_script(root / TERMINAL, "mt5console.simulation.terminal")
    write_script(root / METAEDITOR, "mt5console.simulation.metaeditor")
    layout = TerminalLayout(root)
    common = IniFile({"Common": {"KeepPrivate": "0"}, "Experts": {"AllowDllImport": "0", "Enabled": "0"}})
    (root / "config" / "common.ini").write_bytes(common.encode())
    (root / "config" / "accounts.dat").write_bytes(b"")
    (root / "config" / "servers.dat").write_bytes("".join(f"{name}\r\n" for name in SERVERS).encode("utf-16-le"))
    source = resource_root("mql5") / "Include" / CONSOLE_FOLDER
    for include in sorted(source.glob("*.mqh")):
        shutil.copyfile(include, layout.include / CONSOLE_FOLDER / include.name)
    layout.agent_binary.write_bytes(agent_binary())
