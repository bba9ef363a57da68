"""A program without a console, as pythonw at a logon, ends with its exit code and not with a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mt5console.commands import machine
from mt5console.core.errors import RefusedForSafety

CLOSED = """
import os, sys
os.close(1)
os.close(2)
os.execv(sys.executable, [sys.executable, "-m", "mt5console", *sys.argv[1:]])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are closed the POSIX way")
@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["no-such-command"], 2), (["robot", "templates"], 0)])
def test_it_ends_with_its_exit_code(words: list[str], code: int) -> None:
    done = subprocess.run([sys.executable, "-c", CLOSED, *words], timeout=60, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == code


class Typed:
    """A keyboard at which somebody typed one line."""

    def __init__(self, line: str) -> None:
        self._line = line

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._line


def test_consent_is_the_typed_word_and_nothing_else(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    for line in ("yes\n", "demo\n", "\n", ""):
        monkeypatch.setattr(sys, "stdin", Typed(line))
        with pytest.raises(RefusedForSafety):
            machine._ask_consent("the terminal will be killed")
    monkeypatch.setattr(sys, "stdin", Typed("DEMO\n"))
    machine._ask_consent("the terminal will be killed")
    assert "The terminal will be killed." in capsys.readouterr().err
