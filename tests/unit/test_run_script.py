"""run.py's own steps, in a folder whose name has letters of other scripts: `C:\\Users\\Jörg` is a common one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import venv
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "run.py"
WHERE_FROM = "import mt5console; print(ascii(mt5console.__file__))"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout that holds the script, a package and an environment without anything in it."""
    made = tmp_path / "Jörg 密码"
    (made / "mt5console").mkdir(parents=True)
    (made / "mt5console" / "__init__.py").touch()
    shutil.copy(SCRIPT, made / "run.py")
    venv.create(made / ".venv", symlinks=os.name != "nt")
    return made


def script_in(folder: Path) -> ModuleType:
    """The script that lies in the folder, as a module."""
    spec = importlib.util.spec_from_file_location("run_of_another_folder", folder / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("encoding", ["cp1252:backslashreplace", "cp437:backslashreplace", "utf-8"])
def test_the_environment_finds_the_package_whatever_the_folder_is_called(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """`encoding`: what a child's output is written in, on Windows the ANSI code page and not UTF-8."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    script = script_in(folder)
    script.link_package()
    said = subprocess.check_output([str(script.PYTHON), "-c", WHERE_FROM], cwd=tmp_path, text=True, encoding="ascii")
    assert said.strip() == ascii(str(folder / "mt5console" / "__init__.py"))


def test_the_line_that_links_the_package_reads_the_same_in_every_code_page(folder: Path) -> None:
    """Python before 3.13 reads it in the code page of the account, a later one in UTF-8."""
    script = script_in(folder)
    script.link_package()
    (link,) = (folder / ".venv").rglob("mt5console.pth")
    assert link.read_bytes().isascii()
    assert len(link.read_bytes().splitlines()) == 1


def test_the_script_in_a_folder_of_that_name_runs_a_module_there(folder: Path) -> None:
    script = script_in(folder)
    script.link_package()
    assert script.run("-c", "import mt5console", directory=folder.parent) == 0
