"""What every test may rely on: no real directory, setting or keyring is in reach, and no process outlives the run."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

# How fast a machine is today is no property of the code: benchmarks measure time, tests do not judge it.
settings.register_profile("mt5console", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mt5console")

HOMES = {
    "HOME": "home",
    "USERPROFILE": "home",
    "XDG_CONFIG_HOME": "home/config",
    "XDG_DATA_HOME": "home/data",
    "XDG_STATE_HOME": "home/state",
    "XDG_CACHE_HOME": "home/cache",
    "APPDATA": "home/appdata",
    "LOCALAPPDATA": "home/localappdata",
}
"""Where programs look for a person's own files, each led into the run's temporary directory."""

GRACE_S = 5.0
"""How long processes that were told to end may take before they count as left over."""


@pytest.fixture(scope="session", autouse=True)
def nothing_of_this_person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The environment of the whole run: empty homes, no setting of ours, no session bus and so no real keyring."""
    root = tmp_path_factory.mktemp("person")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MT5CONSOLE_")]:
            patch.delenv(name)
        patch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        for name, place in HOMES.items():
            (root / place).mkdir(parents=True, exist_ok=True)
            patch.setenv(name, str(root / place))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_process_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fails the run, loudly, when a process that works in the run's temporary directory is still there at its end."""
    root = tmp_path_factory.getbasetemp()
    yield
    deadline = time.monotonic() + GRACE_S
    left = _processes_of(root)
    while left and time.monotonic() < deadline:
        psutil.wait_procs(left, timeout=0.1)
        left = _processes_of(root)
    if left:
        words = [_describe(process) for process in left]
        for process in left:
            _kill(process)
        pytest.fail("Processes outlived the tests and were killed:\n" + "\n".join(words), pytrace=False)


def _processes_of(root: Path) -> list[psutil.Process]:
    """Living processes whose command line, program or working directory lies in `root`; never this one."""
    found = []
    for process in psutil.process_iter():
        if process.pid != os.getpid() and any(str(root) in place for place in _places(process)):
            found.append(process)
    return found


def _places(process: psutil.Process) -> list[str]:
    try:
        with process.oneshot():
            if process.status() == psutil.STATUS_ZOMBIE:
                return []
            return [*process.cmdline(), process.exe(), process.cwd()]
    except (psutil.Error, OSError):
        return []


def _describe(process: psutil.Process) -> str:
    try:
        return f"  {process.pid}: {' '.join(process.cmdline())}"
    except psutil.Error:
        return f"  {process.pid}: gone meanwhile"


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        pass
