"""The Windows program of a simulated terminal is what its source says: built here again, byte by byte the same."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mt5console.simulation.resources import resource_root

COMPILER = "x86_64-w64-mingw32-gcc"


def recipe(source: Path) -> list[str]:
    """The command that the source's first comment names."""
    comment = source.read_text("utf-8").partition("*/")[0]
    return comment[comment.index(COMPILER) :].replace("\\\n", " ").split()


def test_the_committed_program_is_built_from_the_committed_source(tmp_path):
    folder = resource_root("resources") / "simulation"
    committed = (folder / "program.exe").read_bytes()
    if shutil.which(COMPILER) is None:
        assert os.environ.get("CI") != "true", "install the package gcc-mingw-w64-x86-64"
        pytest.skip("no Windows compiler here: install the package gcc-mingw-w64-x86-64")
    version = subprocess.run([COMPILER, "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()
    if f"GCC: (GNU) {version}".encode() not in committed:
        pytest.skip(f"the committed program was built by another compiler than {COMPILER} {version}")
    shutil.copy(folder / "program.c", tmp_path)
    subprocess.run(recipe(folder / "program.c"), cwd=tmp_path, check=True, timeout=120)
    assert (tmp_path / "program.exe").read_bytes() == committed
