"""A started engine inherits nothing of its starter: no stream, no window, no job where it may leave, no directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import mt5console
from mt5console import outliving
from mt5console.commands import detached

NO_WINDOW, NEW_GROUP, BREAKAWAY, DETACHED = 0x08000000, 0x200, 0x01000000, 0x8
TELLS = """
import json, os, pathlib, sys
streams = [os.fstat(number).st_rdev == os.stat(os.devnull).st_rdev for number in (0, 1, 2)]
pathlib.Path(sys.argv[1]).write_text(json.dumps([os.getcwd(), streams, os.getpid() == os.getpgid(0)]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sessions of the POSIX kind")
def test_it_runs_in_the_programs_directory_without_our_streams_and_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = tmp_path / "told.json"
    started = outliving.start_outliving([sys.executable, "-c", TELLS, str(told)], os.environ)
    assert started.wait(30) == 0
    directory = str(Path(mt5console.__file__).resolve().parents[1])
    assert json.loads(told.read_text()) == [directory, [True, True, True], True]


class Starts:
    """Stands in for Popen on Windows; refuses to leave the job if told so."""

    def __init__(self, refusal: PermissionError | None = None) -> None:
        self.flags: list[int] = []
        self.directories: list[Path] = []
        self._refusal = refusal

    def __call__(self, arguments: object, **options: Any) -> Starts:
        self.flags.append(options["creationflags"])
        self.directories.append(options["cwd"])
        if self._refusal is not None and options["creationflags"] & BREAKAWAY:
            raise self._refusal
        return self


def refusal(code: int) -> PermissionError:
    error = PermissionError("refused")
    error.winerror = code  # type: ignore[attr-defined,unused-ignore]
    return error


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(sys, "platform", "win32")
    names = {"CREATE_NO_WINDOW": NO_WINDOW, "CREATE_NEW_PROCESS_GROUP": NEW_GROUP, "DETACHED_PROCESS": DETACHED}
    for name, value in {**names, "CREATE_BREAKAWAY_FROM_JOB": BREAKAWAY}.items():
        monkeypatch.setattr(subprocess, name, value, raising=False)
    return monkeypatch


def test_on_windows_it_has_a_console_without_a_window_and_leaves_our_job(windows: pytest.MonkeyPatch) -> None:
    starts = Starts()
    windows.setattr(subprocess, "Popen", starts)
    outliving.start_outliving(["engine"], {})
    assert starts.flags == [NO_WINDOW | NEW_GROUP | BREAKAWAY]
    assert starts.directories == [Path(mt5console.__file__).resolve().parents[1]]


def test_on_windows_a_job_that_may_not_be_left_is_stayed_in(windows: pytest.MonkeyPatch) -> None:
    starts = Starts(refusal(5))
    windows.setattr(subprocess, "Popen", starts)
    outliving.start_outliving(["engine"], {})
    assert starts.flags[1:] == [NO_WINDOW | NEW_GROUP]


def test_on_windows_another_refusal_is_told(windows: pytest.MonkeyPatch) -> None:
    windows.setattr(subprocess, "Popen", Starts(refusal(1314)))
    with pytest.raises(PermissionError):
        outliving.start_outliving(["engine"], {})


def test_a_relative_base_directory_is_the_same_place_for_an_engine_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = detached.engine_arguments(Path("here"), True, 2.0)
    assert words[words.index("--base-dir") + 1] == str(tmp_path / "here")
    seen: list[dict[str, str]] = []
    monkeypatch.setattr(detached, "start_outliving", lambda _words, environment: seen.append(environment))
    monkeypatch.setenv("MT5CONSOLE_BASE_DIR", "there")
    detached._start(words, False)
    assert seen[0]["MT5CONSOLE_BASE_DIR"] == str(tmp_path / "there")
    assert seen[0]["MT5CONSOLE_SIMULATE"] == "0"
