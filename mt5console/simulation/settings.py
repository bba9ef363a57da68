"""Settings of the simulation in one base directory: `<base>/.mt5console/simulation/settings.json`, all optional.

`{"login_delay_s": 0.4, "update_s": 1.5, "build": 5260, "sync_wait_s": 0, "native": false, "real_package": false}`. A
wrong value counts as missing. Must not know: who uses them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from mt5console.core.terminal.layout import BaseLayout


class SimulationSettings(NamedTuple):
    """`login_delay_s`: from start (or link back) to authorisation; `update_s`: how long LiveUpdate's program runs;
    `build`: of a terminal that was never updated; `sync_wait_s`: OnInit is called once an account is in, and an expert
    that waited so long is given up (0: it is called at once); `native`: MetaEditor really compiles, terminals run the
    result; `real_package`: probes ask by the real MetaTrader5 package, which Windows alone has."""

    login_delay_s: float = 0.4
    update_s: float = 1.5
    build: int = 5260
    sync_wait_s: float = 0.0
    native: bool = False
    real_package: bool = False


def load_settings(base: Path) -> SimulationSettings:
    """The base directory's settings, or the defaults."""
    standard = SimulationSettings()
    try:
        value = json.loads((BaseLayout(base).simulation / "settings.json").read_bytes())
    except (OSError, ValueError):
        return standard
    if not isinstance(value, dict):
        return standard

    def number(name: str, default: float) -> float:
        given = value.get(name)
        if isinstance(given, bool) or not isinstance(given, int | float):
            return default
        return float(given) if 0 <= given < 1e9 else default

    return SimulationSettings(
        login_delay_s=number("login_delay_s", standard.login_delay_s),
        update_s=number("update_s", standard.update_s),
        build=int(number("build", standard.build)),
        sync_wait_s=number("sync_wait_s", standard.sync_wait_s),
        native=value.get("native") is True,
        real_package=value.get("real_package") is True,
    )


def choose_native(base: Path) -> None:
    """Let this base directory's terminals run what a real compiler makes of MQL5 sources. Raises OSError."""
    folder = BaseLayout(base).simulation
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(json.dumps({"native": True}), encoding="utf-8")


def native_folder(base: Path) -> Path:
    """Where compiled programs lie: each once, however many terminals run it."""
    return BaseLayout(base).simulation / "native"


def base_of(directory: Path) -> Path | None:
    """The base directory that a terminal's (or unfinished terminal's) directory belongs to, None outside of one."""
    return next((parent for parent in directory.parents if BaseLayout(parent).simulation.is_dir()), None)
