"""Which base directory a command means, and which outside world belongs to it: the composition of a `Platform`.

The only place that knows both the simulation and the live adapters. Must not know: engines, commands or windows.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mt5console.core.config.base_directory import BaseDirectory, open_base
from mt5console.core.errors import UsageInvalid
from mt5console.core.ports import FileStore, Platform, SecretStore, TemplateSource
from mt5console.core.terminal.layout import BaseLayout, program_file
from mt5console.platforms import process_host, program_version
from mt5console.platforms.clock import SystemClock
from mt5console.platforms.demo_secrets import DemoSecretStore
from mt5console.platforms.files import LocalFileStore
from mt5console.platforms.lock import FileBaseLock
from mt5console.platforms.metaeditor import MetaEditorCompiler, size_as_version
from mt5console.platforms.secrets import KeyringSecretStore
from mt5console.probe.pool import ChildProbePool

ENV_BASE = "MT5CONSOLE_BASE_DIR"
ENV_SIMULATE = "MT5CONSOLE_SIMULATE"
WINDOWS_BASE = r"C:\mt5_users"
LIVE_PROBE_MODULE = "MetaTrader5"
SIMULATED_PROBE_MODULE = "mt5console.simulation.mt5"
DEMO_KEYRING = "demo-keyring"


def is_simulated(simulate: bool | None) -> bool:
    """Whether simulated terminals are meant: as asked, else by the environment, else everywhere but on Windows."""
    if simulate is not None:
        return simulate
    text = os.environ.get(ENV_SIMULATE, "").strip().casefold()
    if text:
        return text not in ("0", "no", "false", "off")
    return sys.platform != "win32"


def base_root(base_dir: Path | None) -> Path:
    """The base directory that is meant: as asked, else by the environment, else the platform's default."""
    chosen = base_dir or (Path(text) if (text := os.environ.get(ENV_BASE, "").strip()) else None)
    if chosen is not None:
        return chosen.expanduser().absolute()
    return _default_root()


def _default_root() -> Path:
    if sys.platform == "win32":
        return Path(WINDOWS_BASE)
    else:  # noqa: RET505 - both type checks must see one branch each
        from platformdirs import user_data_path

        return user_data_path("mt5console") / "mt5_users"


def find_base(base_dir: Path | None, simulate: bool | None, *, create: bool) -> BaseDirectory:
    """Open the base directory; refuses the other kind, a foreign directory, a missing one unless `create`."""
    return open_base(base_root(base_dir), is_simulated(simulate), LocalFileStore(), create=create)


def secret_store(layout: BaseLayout, simulated: bool) -> SecretStore:
    """The OS keyring; a demo's base directory brings its own, which outlives its engine."""
    own = layout.console / DEMO_KEYRING
    if simulated and own.is_dir():
        return DemoSecretStore(own, simulated=True)
    return KeyringSecretStore()


def build_platform(base: BaseDirectory) -> Platform:
    """The outside world of a base directory: live on Windows, or the simulation."""
    if not base.simulated and sys.platform != "win32":
        raise UsageInvalid("live_needs_windows", "real terminals run on Windows only: use --simulate on this system")
    processes = process_host()
    files: FileStore = LocalFileStore()
    if base.simulated:
        from mt5console.simulation.outside import SimulatedFileStore, SimulatedProcessHost

        files = SimulatedFileStore(files, base.layout)
        processes = SimulatedProcessHost(processes, base.layout)
    return Platform(
        simulated=base.simulated,
        executable_name=program_file("terminal64"),
        clock=SystemClock(),
        processes=processes,
        files=files,
        secrets=secret_store(base.layout, base.simulated),
        compiler=metaeditor(),
        probes=ChildProbePool(_probe_module(base), processes),
        template=_template(base),
        lock=FileBaseLock(base.layout.lock),
    )


def _probe_module(base: BaseDirectory) -> str:
    """The package that probes import; a simulation may be asked by the real one, to see that it answers it as well."""
    if not base.simulated:
        return LIVE_PROBE_MODULE
    from mt5console.simulation.settings import load_settings

    return LIVE_PROBE_MODULE if load_settings(base.layout.root).real_package else SIMULATED_PROBE_MODULE


def metaeditor() -> MetaEditorCompiler:
    """MetaEditor as it lies in a terminal's directory on this system."""
    return MetaEditorCompiler(program_file("metaeditor64"), program_version() or size_as_version)


def _template(base: BaseDirectory) -> TemplateSource:
    """Where new users' directories come from."""
    if base.simulated:
        from mt5console.simulation.installation import SimulatedTemplate

        return SimulatedTemplate()
    from mt5console.platforms.installation import InstalledTemplate

    return InstalledTemplate(base.layout.console / "template")
