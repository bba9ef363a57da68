"""What a fresh interpreter loads when it imports one package: the walls of the house, as the system sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mt5console

PACKAGE = Path(mt5console.__file__).parent
STRANGERS = {
    "PySide6",
    "shiboken6",
    "pyqtgraph",
    "MetaTrader5",
    "fastapi",
    "starlette",
    "uvicorn",
    "win32api",
    "win32file",
    "pywintypes",
}
"""What the core must not load, in whatever roundabout way."""

LOADS = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
for name in sys.argv[2:]:
    importlib.import_module(name)
loaded = {name: getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - before}
print(json.dumps(loaded))
"""


def modules_of(package: Path) -> list[str]:
    """Every module in a package's directory, by its importable name."""
    names = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def loaded_by(names: list[str], *options: str) -> dict[str, str | None]:
    """What a fresh interpreter has loaded, with its files, after importing these modules."""
    command = [sys.executable, *options, "-c", LOADS, str(PACKAGE.parent), *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def packages_of_core() -> list[str]:
    """core's own packages; its loose modules count as one more."""
    return sorted(path.name for path in (PACKAGE / "core").iterdir() if path.is_dir() and any(path.glob("*.py")))


@pytest.mark.parametrize("package", packages_of_core())
def test_a_package_of_the_core_loads_no_stranger(package):
    loaded = loaded_by(modules_of(PACKAGE / "core" / package))
    assert f"mt5console.core.{package}" in loaded
    assert {name.partition(".")[0] for name in loaded} & STRANGERS == set()


def test_the_whole_core_loads_no_stranger():
    loaded = loaded_by(modules_of(PACKAGE / "core"))
    assert "mt5console.core.engine" in loaded
    assert {name.partition(".")[0] for name in loaded} & STRANGERS == set()


def test_what_a_terminal_is_on_disk_needs_the_standard_library_alone():
    loaded = loaded_by(modules_of(PACKAGE / "core" / "terminal"), "-I", "-S")
    foreign = {name for name, file in loaded.items() if file and "site-packages" in file}
    assert "mt5console.core.terminal.templates" in loaded
    assert foreign == set()


def test_a_simulated_terminal_needs_the_standard_library_alone():
    loaded = loaded_by(["mt5console.simulation.terminal"], "-I", "-S")
    foreign = {name for name, file in loaded.items() if file and "site-packages" in file}
    assert "mt5console.simulation.terminal" in loaded
    assert foreign == set()


def test_no_room_of_the_engine_loads_qt_or_the_package():
    names = [name for room in ("runtime", "api", "simulation", "probe") for name in modules_of(PACKAGE / room)]
    loaded = loaded_by([name for name in names if "windows" not in name and not name.endswith("__main__")])
    assert {name.partition(".")[0] for name in loaded} & {"PySide6", "shiboken6", "pyqtgraph", "MetaTrader5"} == set()
