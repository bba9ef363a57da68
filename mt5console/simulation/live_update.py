"""LiveUpdate: the journal's lines, and the program that runs from liveupdate/ while the terminal is away.

The program waits for the terminal to be gone, takes its time, raises the build and starts the terminal again with
/portable alone, as MetaTrader's does. Must not know: charts, sessions, who watches.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from mt5console.core.terminal.layout import program_file
from mt5console.simulation.disk import Disk
from mt5console.simulation.inifile import IniFile
from mt5console.simulation.journal import Journal
from mt5console.simulation.locks import try_lock
from mt5console.simulation.program_script import write_script
from mt5console.simulation.settings import load_settings

_PATIENCE_S = 30.0


def instance_lock(directory: str) -> str:
    """The file that the terminal of a directory holds exclusively while it lives."""
    return os.path.join(directory, "config", "instance.lock")


def installed_build(disk: Disk, directory: str, default: int) -> int:
    """The build that LiveUpdate left here, or the one that was installed."""
    ini = IniFile.decode(disk.read(_terminal_ini(directory)) or b"")
    return ini.number("LiveUpdate", "LastBuild") or default


def begin_update(directory: str, build: int, journal: Journal) -> None:
    """Write the lines, put the updater into place and start it; the terminal must exit now. Raises OSError."""
    new = build + 1
    journal.write("LiveUpdate", f"new version build {new} (IDE: {new}, Tester: {new}) is available")
    journal.write("LiveUpdate", "'mt5clw64' downloaded (22184 kb)")
    journal.write("LiveUpdate", "downloaded successfully")
    updater = Path(directory, "liveupdate", program_file("terminal64"))
    updater.parent.mkdir(exist_ok=True)
    write_script(updater, "mt5console.simulation.live_update")
    journal.write("LiveUpdate", f'start "{updater}" /update /path:"{directory}" /portable')
    _spawn([str(updater), "/update", f"/path:{directory}", "/portable"], directory)


def main(argv: Sequence[str]) -> int:
    """The updater's own process. Gives its exit code."""
    directory = next((a[len("/path:") :] for a in argv[1:] if a.startswith("/path:")), "")
    if not directory:
        return 1
    disk = Disk()
    log = Journal(disk, os.path.join(directory, "temp", "logs"))
    settings = load_settings(Path(directory).parent)
    log.write("LiveUpdate", "updating...")
    deadline = time.monotonic() + _PATIENCE_S
    while (lock := try_lock(instance_lock(directory))) is None:
        if time.monotonic() > deadline:
            log.write("LiveUpdate", "the terminal does not close", 2)
            return 1
        time.sleep(0.02)
    lock.release()
    time.sleep(settings.update_s)
    build = installed_build(disk, directory, settings.build) + 1
    ini = IniFile.decode(disk.read(_terminal_ini(directory)) or b"")
    ini.set("LiveUpdate", "LastBuild", str(build))
    ini.set("LiveUpdate", "LastTime", str(int(time.time())))
    disk.replace(_terminal_ini(directory), ini.encode())
    executable = os.path.join(directory, program_file("terminal64"))
    log.write("LiveUpdate", f"'{executable}' updated")
    log.write("LiveUpdate", "updated successfully")
    _spawn([executable, "/portable"], directory)
    return 0


def _terminal_ini(directory: str) -> str:
    return os.path.join(directory, "config", "terminal.ini")


def _spawn(command: list[str], directory: str) -> None:
    # Loaded only when needed: every terminal would carry it otherwise.
    import subprocess
    import warnings

    with warnings.catch_warnings():
        # The child outlives us on purpose.
        warnings.simplefilter("ignore", ResourceWarning)
        quiet = subprocess.DEVNULL
        subprocess.Popen(
            command, cwd=directory, stdin=quiet, stdout=quiet, stderr=quiet, close_fds=True, start_new_session=True
        )
